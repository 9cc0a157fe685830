"""The claims on NTK-ECRN: their verdicts in one table, and their formulas by other roads."""

import itertools
import json
import math
import runpy
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from scipy import stats

import ntkproofs as nt
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.claims.files import claim_files
from ntkproofs.claims.loading import bundled_checks, load_claims
from ntkproofs.claims.runner import verify_claim
from ntkproofs.claims.verdict import Outcome, Verdict
from ntkproofs.networks.contenders import Budget
from ntkproofs.networks.data import gaussian_mixture, sinusoids
from ntkproofs.networks.results import Score, TaskRun, analyse
from tests.claims.pinned import ECRN, OPEN

READINGS = {
    "ecrn.generalisation": [Verdict.PROVED],  # diagonal 1/2, bounded Lipschitz losses
    "ecrn.kernel-drift": [Verdict.REFUTED],  # one power of α
    "ecrn.lambda-max": [Verdict.PROVED],  # parts of the last state
    "ecrn.layer-recursion": [Verdict.PROVED],  # parts of the last state
    "ecrn.mode-dynamics": [Verdict.PROVED],  # the flow at the time ηt
    "ecrn.table-4": [Verdict.REFUTED],  # after 150 steps
}
FOLDER = Path(bundled_checks()) / "ecrn"
LOADED = load_claims([FOLDER])
CLAIMS = {claim.id: claim for claim in LOADED.claims}


def test_every_file_gives_claims_and_every_claim_is_pinned():
    assert LOADED.problems == ()
    assert set(CLAIMS) == set(ECRN) | set(OPEN)


def test_the_default_suite_holds_the_files():
    assert {file.resolve() for file in FOLDER.glob("*.py")} <= set(claim_files([], []))


# One test for each claim: they are spread over processes, and nothing is decided twice.
@pytest.mark.parametrize("claim_id", sorted(ECRN))
def test_the_claim_gets_its_verdict_by_evidence_that_can_fail(claim_id):
    result = verify_claim(CLAIMS[claim_id], mutants=True)
    verdict, grade, amended, mutants = ECRN[claim_id]
    assert result.original.verdict.value == verdict, result.original.note
    assert result.original.grade.word == grade
    assert (result.amended.verdict.value if result.amended else None) == amended
    assert result.mutants.alive == ()
    assert (result.mutants.killed, result.mutants.total) == (mutants, mutants)
    standing = result.amended if result.original.verdict is Verdict.REFUTED else result.original
    assert {evidence.outcome for evidence in standing.evidence} == {Outcome.HOLDS}
    for evidence in (*result.original.evidence, *standing.evidence):
        assert evidence.counts.true + evidence.counts.false > 0
        assert evidence.counts.crashed == 0
        assert evidence.counts.undecided == 0
    if verdict == "refuted":
        assert len(result.original.refutation.witness) >= 3
    assert [reading.verdict for reading in result.readings.values()] == READINGS.get(claim_id, [])


@pytest.mark.parametrize("claim_id", sorted(OPEN))
def test_what_measurements_leave_open_is_undecided(claim_id):
    result = verify_claim(CLAIMS[claim_id], mutants=True)
    outcomes, mutants = OPEN[claim_id]
    assert result.original.verdict is Verdict.UNDECIDED
    assert [evidence.outcome.value for evidence in result.original.evidence] == outcomes
    assert not any(e.counts.crashed for e in result.original.evidence)
    assert (result.mutants.killed, result.mutants.alive) == (mutants, ())
    assert [reading.verdict for reading in result.readings.values()] == READINGS.get(claim_id, [])


@pytest.mark.parametrize("factor", [Fraction(1, 4), Fraction(1, 10)])
def test_less_than_the_printed_constant_falls_for_kernels_of_diagonal_one_half(factor):
    claim = CLAIMS["ecrn.generalisation"]
    (reading,) = claim.readings.values()
    for evidence in claim.evidence:
        if "F" in evidence.constants:
            given = {**reading.constants, "F": sp.Rational(factor)}
            steps = evidence.function(**{name: given[name] for name in evidence.constants})
            assert Truth.FALSE in [step.truth for step in steps]


# ---- measurements that are kept


RESULTS = FOLDER / "results"
TABLES = sorted(path.name for path in RESULTS.glob("table_*.json"))


@pytest.mark.parametrize("name", TABLES)
def test_kept_tables_are_what_their_scores_say(name):
    kept = json.loads((RESULTS / name).read_text(encoding="utf-8"))
    scores = [Score(**score) for score in kept["scores"]]
    tasks = [TaskRun(**{**task, "sizes": tuple(task["sizes"])}) for task in kept["tasks"]]
    assert len(scores) == len(kept["models"]) * len(tasks)
    again = analyse(kept["table"], Budget(**kept["budget"]), {}, tasks=tasks, scores=scores)
    assert [asdict(summary) for summary in again.summaries] == kept["summaries"]
    assert [asdict(c) | {"better": c.better} for c in again.comparisons] == kept["comparisons"]


@pytest.mark.parametrize(
    ("name", "source"), [("table_1.json", sinusoids), ("table_2.json", gaussian_mixture)]
)
def test_data_that_are_made_are_made_the_same(name, source):
    """Up to the last digits, which are the processor's; digests are of all digits."""
    kept = json.loads((RESULTS / name).read_text(encoding="utf-8"))
    assert len(kept["seeds"]) == len(kept["tasks"])
    for seed, before in zip(kept["seeds"], kept["tasks"], strict=True):
        task = source(seed, rows=kept["budget"]["rows"])
        assert task.about == before["about"]
        assert [len(part.targets) for part in task.parts().values()] == before["sizes"]
        assert task.possible == pytest.approx(before["possible"], rel=1e-9)


def test_the_tests_of_the_tables_are_those_of_the_library():
    claims = runpy.run_path(str(FOLDER / "tables.py"))
    kept = json.loads((RESULTS / "table_3.json").read_text(encoding="utf-8"))
    scores, overlaps = claims["kept"]("table_3")
    for pair in kept["comparisons"]:
        names = [claims["STANDS_FOR"].get(pair[n], pair[n]) for n in ("first", "second")]
        first, second = (scores[pair["task"], pair["metric"]][name] for name in names)
        error = claims["error_of_mean"](first - second, overlaps[pair["task"]])
        mean = (first - second).mean()
        sides = [claims["chance_of_less"](sign * mean, error, len(first)) for sign in (1, -1)]
        assert sum(sides) == pytest.approx(1)
        assert 2 * min(sides) == pytest.approx(pair["test"]["p_value"], rel=1e-9)


def test_tables_are_measured_again_for_full_evidence(monkeypatch):
    claims = runpy.run_path(str(FOLDER / "tables.py"))
    kept = json.loads((RESULTS / "table_1.json").read_text(encoding="utf-8"))
    scores = [Score(**score) for score in kept["scores"]]
    tasks = [TaskRun(**{**task, "sizes": tuple(task["sizes"])}) for task in kept["tasks"]]

    def run_table(name, budget):
        assert budget.seed not in kept["seeds"]
        return analyse(name, budget, {}, tasks=tasks, scores=scores)

    monkeypatch.setattr("ntkproofs.networks.experiments.run_table", run_table)
    found, wanted = claims["measured"]("table-1")[0], claims["kept"]("table_1")[0]
    assert found.keys() == wanted.keys()
    for block, models in wanted.items():
        for model, values in models.items():
            np.testing.assert_array_equal(found[block][model], values)


# ---- the formulas by other roads, in floats


def test_steps_of_descent_are_powers_and_not_exponentials():
    generator = np.random.default_rng(0)
    root = generator.standard_normal((4, 4))
    values, vectors = np.linalg.eigh(root @ root.T)
    K, rate = (vectors * values) @ vectors.T, 1.2 / values[-1]
    residual = start = generator.standard_normal(4)
    for _ in range(5):
        residual = residual - rate * K @ residual
    factors = (vectors.T @ residual) / (vectors.T @ start)
    np.testing.assert_allclose(factors, (1 - rate * values) ** 5, rtol=1e-9)
    assert abs(factors[-1] - math.exp(-1.2 * 5)) > 0.002
    assert factors[-1] < 0


@pytest.mark.parametrize("b", [2, 3])
def test_a_fourier_transform_finds_the_spectrum_at_multiples_of_b(b):
    count = 4096
    angles = 2 * np.pi * np.arange(count) / count
    found = np.fft.rfft(nt.ntk(3)(np.cos(b * angles))).real / count
    exact = [float(m) for m in nt.eigenvalues(nt.ntk(3), 2, range(5), digits=15)]
    # Aliases of a decay l^(-2): of order count^(-2).
    for j in range(5):
        assert found[j * b] == pytest.approx(exact[j], abs=1e-5)
    others = [k for k in range(5 * b) if k % b]
    assert np.abs(found[others]).max() < 1e-5
    assert found[2 * b] > np.fft.rfft(nt.ntk(3)(np.cos(angles))).real[2 * b] / count


def test_for_b_2_the_two_layer_kernel_loses_at_the_frequency_6():
    found = [float(m) for m in nt.eigenvalues(nt.ntk(2), 2, [3, 6], digits=15)]
    assert abs(found[0]) < 1e-15
    assert found[1] == pytest.approx(78 / (1225 * np.pi**2), rel=1e-10)


@pytest.mark.parametrize("rows", [(1, 2), (1, 3, 5), (6, 10, 15)])
def test_several_rows_raise_high_frequencies_by_the_law(rows):
    """Three layers, q_3 = 1: the ratio at the frequencies 500 and 501, by a Fourier transform."""
    count = 2**17
    angles = 2 * np.pi * np.arange(count) / count
    mean = np.mean([np.cos(b * angles) for b in rows], axis=0)
    plain, found = (np.fft.rfft(nt.ntk(3)(u)).real / count for u in (np.cos(angles), mean))
    for k in (500, 501):
        share = 0 if all(b % 2 for b in rows) else (-1) ** k
        law = math.sqrt(np.mean(np.square(rows))) * 6 / (6 + share)
        assert found[k] / plain[k] == pytest.approx(law, rel=4e-3)
    assert (found[20:500] > plain[20:500]).all()


def arrays(generator, width, blocks, size=1.0):
    """A lift, and weights and biases of blocks, in NumPy."""
    lift = generator.standard_normal((width, 2))
    draw = lambda *shape: size * generator.standard_normal((blocks, *shape))  # noqa: E731
    return lift, draw(width, width), draw(width)


def jacobians(network, scale, features, masks):
    """∂h_l in all parameters, and φ'(z_l), h_(l-1), for every block; tanh, all inputs at once."""
    lift, weights, biases = network
    width = len(lift)
    h = features @ lift.T  # (n, N)
    J = np.einsum("ij,nk->nijk", np.eye(width), features).reshape(len(h), width, -1)
    found = [(J, None, h)]
    for W, b, mask in zip(weights, biases, masks, strict=True):
        value = np.tanh(h @ W.T + b)
        slope = 1 - value**2
        own = np.concatenate([h, np.ones((len(h), 1))], axis=1)
        fresh = np.einsum("ni,ij,nk->nijk", slope, np.eye(width), own).reshape(len(h), width, -1)
        carried = J + mask * scale * slope[:, :, None] * np.einsum("ia,nap->nip", W, J)
        J = np.concatenate([carried, mask * scale * fresh], axis=2)
        found.append((J, slope, h))
        h = h + mask * scale * value
    return found


def gram_of(J):
    rows = J.reshape(-1, J.shape[2])
    return rows @ rows.T


def test_the_repaired_bound_of_the_largest_eigenvalue_and_the_printed_one():
    """60 networks: the repaired bound holds on each, the printed one fails on many."""
    generator = np.random.default_rng(1)
    angles = 2 * np.pi * generator.uniform(size=3)
    features = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    broken = 0
    for _ in range(60):
        network = arrays(generator, 3, 3, size=0.6)
        found = jacobians(network, 0.5, features, (1, 1, 1))
        largest = np.linalg.eigvalsh(gram_of(found[-1][0]))[-1]
        printed = repaired = np.linalg.eigvalsh(gram_of(found[0][0]))[-1]
        for (_, slope, h), W in zip(found[1:], network[1], strict=True):
            P = [np.eye(3) + 0.5 * s[:, None] * W for s in slope]
            norm = max(np.linalg.norm(p, 2) for p in P)
            assert norm <= 1 + 0.5 * np.linalg.norm(W, 2) + 1e-12
            inner = h @ h.T + 1
            blocks = [np.outer(s, s) * inner for s in slope.T]
            size = max(np.linalg.eigvalsh(block)[-1] for block in blocks)
            printed, repaired = printed + 0.25 * size, repaired * norm**2 + 0.25 * size
        assert largest <= repaired * (1 + 1e-12)
        J = found[-1][0]  # 6 derivatives in the lift, 12 in each block
        parts = np.split(J, [6, 18, 30], axis=2)
        assert largest <= sum(np.linalg.eigvalsh(gram_of(p))[-1] for p in parts) * (1 + 1e-12)
        broken += largest > printed
    assert broken >= 30


def test_drawn_masks_have_the_mean_of_the_sum_over_masks():
    """4,000 draws: each entry within 5 standard errors; false alarm below 4 · 6e-7. (17) is not."""
    generator = np.random.default_rng(2)
    network, scale, drop = arrays(generator, 2, 2), 0.7, np.array([0.5, 0.25])
    features = np.array([[1.0, 0.0]])
    kernels = {
        masks: gram_of(jacobians(network, scale, features, masks)[-1][0])
        for masks in itertools.product((0, 1), repeat=2)
    }
    exact = sum(
        math.prod(1 - p if m else p for m, p in zip(masks, drop, strict=True)) * kernel
        for masks, kernel in kernels.items()
    )
    draws = np.array([kernels[tuple(m)] for m in (generator.uniform(size=(4000, 2)) >= drop) + 0])
    error = draws.std(axis=0) / math.sqrt(len(draws))
    assert (np.abs(draws.mean(axis=0) - exact) < 5 * error + 1e-12).all()
    full = jacobians(network, scale, features, (1, 1))
    printed = gram_of(full[0][0])
    for (_, slope, h), p in zip(full[1:], drop, strict=True):
        printed = printed + (1 - p) * scale**2 * np.diag(slope[0] ** 2) * (h[0] @ h[0] + 1)
    assert (np.abs(draws.mean(axis=0) - printed) > 5 * error).any()


def regression(scale_of_kernel, amplitude, seed=3, points=20):
    """yᵀΘ⁻¹y, κ and the predictions at fresh points of one synthetic task."""
    generator = np.random.default_rng(seed)
    x, z = generator.uniform(size=points), generator.uniform(size=50)
    kernel = nt.residual(2, Fraction(1, 2))
    K = scale_of_kernel * kernel(np.cos(2 * np.pi * (x[:, None] - x)))
    y, wanted = (amplitude * np.sin(6 * np.pi * t) for t in (x, z))
    weights = np.linalg.solve(K, y)
    predicted = scale_of_kernel * kernel(np.cos(2 * np.pi * (z[:, None] - x))) @ weights
    return y @ weights, K[0, 0], predicted, wanted


def test_the_printed_bound_depends_on_units_and_the_repaired_one_does_not():
    quadratic, kappa, predicted, wanted = regression(1, 1)
    scaled, larger, again, _ = regression(100, 1)
    np.testing.assert_allclose(again, predicted, atol=1e-8)
    assert scaled == pytest.approx(quadratic / 100)
    assert larger * scaled == pytest.approx(kappa * quadratic)
    taller, _, stretched, stretched_wanted = regression(1, 10)
    assert taller == pytest.approx(100 * quadratic)
    ratio = np.mean((stretched - stretched_wanted) ** 2) / np.mean((predicted - wanted) ** 2)
    assert ratio == pytest.approx(100)


def test_the_complexity_of_a_ball_by_drawn_signs():
    """E sup over the ball of norm 1 of (1/n) Σ σ_i f(x_i) against sqrt(tr K)/n, 4,000 draws."""
    generator = np.random.default_rng(4)
    x = generator.uniform(size=12)
    K = nt.ntk(3)(np.cos(2 * np.pi * (x[:, None] - x)))
    signs = generator.choice([-1.0, 1.0], size=(4000, 12))
    squares = np.einsum("di,ij,dj->d", signs, K, signs)
    found, error = squares.mean(), squares.std() / math.sqrt(len(squares))
    assert abs(found - np.trace(K)) < stats.norm.isf(1e-7) * error
    complexity = np.sqrt(squares).mean() / 12
    assert 0.5 * math.sqrt(np.trace(K)) / 12 < complexity < math.sqrt(np.trace(K)) / 12
