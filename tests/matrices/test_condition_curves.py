"""Condition numbers by depth: enclosures against other ways, the committed table, the command."""

import csv
import multiprocessing
import os
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest
from flint import arb
from typer.testing import CliRunner

import ntkproofs as nt
from ntkproofs import cli
from ntkproofs.arithmetic.balls import ball, precision
from ntkproofs.claims.files import bundled_checks, claim_files
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.matrices import condition_curves as module
from ntkproofs.matrices.condition_curves import ConditionCurves, cosines, layers, tangent_matrices
from ntkproofs.matrices.intervals import Interval

RESULTS = bundled_checks() / "talk" / "results"
TABLE = RESULTS / "condition_numbers.csv"
HALF = Fraction(1, 2)
RUN = {"points": 5, "dim": 4, "draws": 2}


def exact_matrix(X, delta, depth):
    """The NTK of exact directions by E[φφ'] = (1-Δ) u + Δ (2/π)(cos β + u β), β = arcsin u."""
    mp = mpmath.mp
    delta = mp.mpf(delta.numerator) / delta.denominator
    rows = [[mp.mpf(float(c)) for c in x] for x in X]
    norms = [mp.sqrt(mp.fsum(c * c for c in x)) for x in rows]
    found = mp.matrix(len(X))
    for i, x in enumerate(rows):
        for j, y in enumerate(rows[:i]):
            u = mp.fsum(a * b for a, b in zip(x, y, strict=True)) / (norms[i] * norms[j])
            tangent = u
            for _ in range(depth - 1):
                beta = mp.asin(u)
                slope = 1 - delta + 2 * delta / mp.pi * beta
                u = (1 - delta) * u + 2 * delta / mp.pi * (mp.cos(beta) + u * beta)
                tangent = tangent * slope + u
            found[i, j] = found[j, i] = tangent
        found[i, i] = depth
    return found


def condition(A):
    values = mpmath.mp.eigsy(A, eigvals_only=True)
    return max(values) / min(values)


def as_fraction(value):
    sign, mantissa, exponent, _ = value._mpf_
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** exponent


@pytest.mark.parametrize(("delta", "depth"), [(Fraction(1, 8), 4), (HALF, 9), (Fraction(1), 20)])
def test_the_enclosures_hold_values_of_fifty_digits(delta, depth):
    found = nt.condition_curves([delta], [depth], points=7, dim=3, draws=3, seed=11).rows[0]
    with mpmath.workdps(50):
        each = [
            condition(exact_matrix(nt.sphere.uniform(7, 3, seed), delta, depth))
            for seed in (11, 12, 13)
        ]
        mean = mpmath.fsum(each) / 3
        spread = mpmath.sqrt(mpmath.fsum((x - mean) ** 2 for x in each) / 2)
        for interval, value in (
            (found.mean, mean),
            (found.least, min(each)),
            (found.largest, max(each)),
        ):
            assert interval.contains(as_fraction(value))
            assert interval.relative_width < 1e-12
    assert found.standard_deviation == pytest.approx(float(spread), rel=1e-9)
    assert found.standard_error == pytest.approx(float(spread) / np.sqrt(3), rel=1e-9)


def test_the_matrix_of_the_published_size_against_numpy():
    X = nt.sphere.uniform(32, 16, seed=0)
    with mpmath.workdps(40):
        exact = exact_matrix(X, Fraction(3, 8), 4)
        ((depth, mid, radius),) = tangent_matrices(X, Fraction(3, 8), [4])
        errors = [abs(mpmath.mpf(float(mid[i, j])) - exact[i, j]) for i, j in np.ndindex(32, 32)]
        assert max(errors) <= radius < 1e-14
        floats = np.array(exact.tolist(), dtype=float)
    found = nt.enclose_eigenvalues(mid, radius=radius).condition()
    assert depth == 4
    assert found.lower == pytest.approx(np.linalg.cond(floats), rel=1e-9)


@pytest.mark.parametrize(("a", "b"), [(1, 1), (0, 1), (2, 1)])
def test_the_layers_are_the_kernel(a, b):
    delta = Fraction(b * b, a * a + b * b)
    with precision(96):
        values = [
            ball(u) for u in (Fraction(-1), Fraction(-9, 10), Fraction(0), Fraction(999, 1000))
        ]
        found = dict(layers(delta, values, 12))
    assert list(found) == list(range(2, 13))
    with precision(300):
        for depth in (2, 5, 12):
            for value, u in zip(found[depth], values, strict=True):
                assert value.overlaps(nt.eoc(depth, a, b)(u))
                assert u == -1 or value.rad() < 1e-24


def test_cosines_are_those_of_the_directions():
    X = np.array([[3.0, 4.0], [1.0, 0.0], [-7.0, 24.0]])
    with precision(96):
        expected = [Fraction(3, 5), Fraction(75, 125), Fraction(-7, 25)]
        for value, exact in zip(cosines(X), expected, strict=True):
            assert value.contains(ball(exact).mid())
            assert value.rad() < arb(1e-27)


def test_points_that_coincide_have_the_diagonal_entry():
    X = nt.sphere.uniform(3, 16, seed=5)[[0, 1, 2, 0]]
    for depth, mid, radius in tangent_matrices(X, Fraction(1), range(2, 9)):
        assert abs(mid[3, 0] - depth) <= radius
        assert radius < 1e-10


def test_the_result_depends_on_neither_jobs_nor_the_other_curves():
    calls = []
    together = nt.condition_curves(
        [HALF, 1], [6, 4], **RUN, jobs=2, progress=lambda *count: calls.append(count)
    )
    assert [(row.delta, row.depth) for row in together.rows] == [
        (HALF, 6), (HALF, 4), (1, 6), (1, 4)
    ]  # fmt: skip
    assert calls == [(1, 2), (2, 2)]
    assert nt.condition_curves([1], [4], **RUN).rows == together.rows[3:]
    assert isinstance(together, ConditionCurves)
    assert together.limit == 1 + Fraction(5, 3)
    assert together.curve(HALF) == together.rows[:2]


def test_an_interrupt_leaves_no_worker_behind():
    def interrupt(done, _):
        assert done == 1
        raise KeyboardInterrupt

    before = set(multiprocessing.active_children())
    with pytest.raises(KeyboardInterrupt):
        nt.condition_curves([1], [4], points=5, dim=4, draws=40, jobs=2, progress=interrupt)
    assert set(multiprocessing.active_children()) <= before


def test_deep_matrices_are_near_the_limit_and_above_it():
    rows = nt.condition_curves([1], [100, 400], points=4, dim=16, draws=2).rows
    limit = 1 + 4 / 3
    assert limit < rows[1].least.lower < rows[1].largest.upper < rows[0].least.lower < 1.1 * limit


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"deltas": [0]}, "the activation is linear"),
        ({"deltas": [Fraction(9, 8)]}, "lies in (0, 1]"),
        ({"deltas": [-1]}, "lies in (0, 1]"),
        ({"deltas": ["1/2"]}, "a finite real number"),
        ({"deltas": []}, "one Δ and one depth"),
        ({"depths": []}, "one Δ and one depth"),
        ({"depths": [1]}, "there is no activation"),
        ({"depths": [0]}, "depth is an integer >= 1"),
        ({"depths": [2.5]}, "depth is an integer"),
        ({"points": 1}, "compares two eigenvalues"),
        ({"dim": 1}, "dim is an integer >= 2"),
        ({"draws": 1}, "the spread over draws"),
        ({"seed": -1}, "seed is an integer >= 0"),
        ({"jobs": 0}, "jobs is an integer >= 1"),
    ],
)
def test_what_has_no_meaning_is_refused(change, words):
    given = {"deltas": [1], "depths": [4], **RUN, **change}
    with pytest.raises(InvalidInput, match=words.replace("(", r"\(")):
        nt.condition_curves(given.pop("deltas"), given.pop("depths"), **given)


def test_limits_are_said():
    with pytest.raises(Unable, match="at most 512 points"):
        nt.condition_curves(points=513)


def test_a_matrix_near_a_singular_one_is_not_given_a_condition_number(monkeypatch):
    near = np.array([[1.0, 0.0], [1.0, 1e-16]])
    monkeypatch.setattr(module, "uniform", lambda *_: near)
    with pytest.raises(Unable, match=r"seed 0, delta 1, depth 4 .* at least"):
        nt.condition_curves([1], [4], points=2, dim=2, draws=2)


# The committed table


def committed():
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {(Fraction(row["delta"]), int(row["depth"])): row for row in rows}


def interval(row, name):
    return Interval(float(row[f"{name}_lower"]), float(row[f"{name}_upper"]))


def agree(row, found):
    return all(
        max(one.lower, other.lower) <= min(one.upper, other.upper)
        for name in ("mean", "least", "largest")
        for one, other in [(interval(row, name), getattr(found, name))]
    )


def test_the_means_of_the_table_fall_with_depth_and_then_with_delta():
    table = committed()
    for delta, depth in table:
        if depth > 4:
            before, here = (interval(table[delta, L], "mean") for L in (depth - 1, depth))
            assert here.upper < before.lower
    for delta, depth in table:
        if depth >= 20 and delta < 1:
            here, next_ = (
                interval(table[D, depth], "mean") for D in (delta, delta + Fraction(1, 8))
            )
            assert next_.upper < here.lower


def test_the_table_is_complete_and_narrow_and_above_the_limit():
    table = committed()
    assert set(table) == {(Fraction(k, 8), depth) for k in range(1, 9) for depth in range(4, 65)}
    for row in table.values():
        for name in ("mean", "least", "largest"):
            assert interval(row, name).relative_width < 1e-12
        assert 1 + 32 / 3 < float(row["least_lower"]) <= float(row["mean_lower"])
        assert float(row["mean_upper"]) <= float(row["largest_upper"])
        assert float(row["standard_error"]) == pytest.approx(
            float(row["standard_deviation"]) / 10, rel=1e-5
        )


def test_a_row_of_the_table_is_recomputed():
    (found,) = nt.condition_curves([Fraction(1, 8)], [4]).rows
    row = committed()[Fraction(1, 8), 4]
    assert agree(row, found)
    assert float(row["standard_deviation"]) == pytest.approx(found.standard_deviation, rel=1e-5)


@pytest.mark.parametrize(("a", "b", "depth"), [(1, 1, 64), (0, 1, 33)])
def test_the_table_agrees_with_float_matrices_of_the_kernel(a, b, depth):
    kernel = nt.eoc(depth, a, b)
    each = [np.linalg.cond(nt.gram(kernel, nt.sphere.uniform(32, 16, seed))) for seed in range(100)]
    row = committed()[Fraction(b * b, a * a + b * b), depth]
    assert np.mean(each) == pytest.approx(float(row["mean_lower"]), rel=1e-10)
    assert np.std(each, ddof=1) == pytest.approx(float(row["standard_deviation"]), rel=1e-5)


def test_a_broken_kernel_does_not_give_the_table(monkeypatch):
    right = module.cosine_map_derivative
    wrong = 1 - Fraction(1, 10**9)
    monkeypatch.setattr(module, "cosine_map_derivative", lambda delta: right(delta * wrong))
    (found,) = nt.condition_curves([HALF], [4]).rows
    assert not agree(committed()[HALF, 4], found)


def test_the_results_are_no_claim_files():
    problems = []
    found = claim_files([RESULTS.parent], problems)
    assert problems == []
    assert found
    assert not any(RESULTS in path.parents for path in found)


# The command


def run(*arguments):
    return CliRunner().invoke(cli.app, ["condition", *arguments])


SMALL = ("--delta", "1/2,1", "--depths", "4:8:2", "--points", "5", "--dim", "4", "--draws", "2")


def test_the_command_prints_and_writes_what_the_library_finds(tmp_path):
    target, picture = tmp_path / "c.csv", tmp_path / "c.svg"
    result = run(*SMALL, "--jobs", "1", "--csv", str(target), "--plot", str(picture))
    assert result.exit_code == 0, result.output
    assert sorted(os.listdir(tmp_path)) == ["c.csv", "c.svg"]
    found = nt.condition_curves([HALF, 1], [4, 6, 8], **RUN)
    text = target.read_text(encoding="utf-8")
    assert "1 + n/3 = 8/3" in text
    assert "seed = 0..1" in text
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert len(rows) == 6
    for row, expected in zip(rows, found.rows, strict=True):
        assert (Fraction(row["delta"]), int(row["depth"])) == (expected.delta, expected.depth)
        # Outward: the decimals themselves are bounds, and read as floats they are the ends.
        for name in ("mean", "least", "largest"):
            assert interval(row, name) == getattr(expected, name)
            assert Fraction(row[f"{name}_lower"]) <= Fraction(getattr(expected, name).lower)
            assert Fraction(row[f"{name}_upper"]) >= Fraction(getattr(expected, name).upper)
    assert f"{found.rows[0].mean.lower:.6g}" in result.stdout
    assert "1 + n/3 = 2.66667" in result.stdout
    assert picture.read_text(encoding="utf-8").startswith("<?xml")


def test_the_picture_shows_the_means_and_the_limit():
    pytest.importorskip("matplotlib")
    from ntkproofs.reports.condition import draw_condition

    found = nt.condition_curves([HALF, 1], [8, 4], **RUN)
    lines = {line.get_label(): line.get_data() for line in draw_condition(found).axes[0].lines}
    depths, means = lines[r"$\Delta = 1/2$"]
    assert list(depths) == [4, 8]
    assert found.rows[1].mean.lower <= means[0] <= found.rows[1].mean.upper
    assert lines["$1 + n/3 = 2.667$"][1][0] == pytest.approx(8 / 3)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--delta", "x"], "--delta is numbers"),
        (["--delta", "1/0"], "--delta is numbers"),
        (["--delta", "0,1"], "lies in (0, 1]"),
        (["--delta", "2"], "lies in (0, 1]"),
        (["--depths", "1:5"], "--depths is weight layers >= 2"),
        (["--depths", "9:5"], "--depths is weight layers >= 2"),
        (["--depths", "4:x"], "--depths is weight layers >= 2"),
        (["--depths", "4:900000"], "at most 10000 depths"),
        (["--points", "1"], "points is an integer >= 2"),
        (["--dim", "1"], "dim is an integer >= 2"),
        (["--draws", "1"], "draws is an integer >= 2"),
        (["--jobs", "0"], "--jobs is a number"),
        (["--csv", "no/c.csv"], "there is no folder"),
        (["--plot", "c.jpg"], "png, svg, pdf"),
    ],
)
def test_the_command_refuses_bad_input_before_the_work(monkeypatch, tmp_path, options, words):
    monkeypatch.setattr(module, "conditions_of_draw", lambda *_: pytest.fail("too late"))
    monkeypatch.chdir(tmp_path)
    result = run(*SMALL, "--jobs", "1", *options)
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("InvalidInput: ")
    assert words in result.stderr
    assert list(Path(tmp_path).iterdir()) == []
