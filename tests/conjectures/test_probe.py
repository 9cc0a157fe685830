"""The command, the plugin of pytest, claims made of conjectures, the conformance kit."""

from __future__ import annotations

import json
import textwrap
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from typer.testing import CliRunner

import ntkproofs as nt
from ntkproofs.cli import app
from ntkproofs.conjectures.probing import load_conjectures, probe

pytest_plugins = ["pytester"]
CONJECTURES = """
    from fractions import Fraction
    from ntkproofs import conjecture, given, st, quantity, gram, nngp

    @conjecture(r"n^2 \\ne 49", source="an example")
    @given(n=st.integers(0, 40))
    def squares(n):
        return abs(quantity(n) ** 2 - 49) > 0

    @conjecture(r"\\lambda_{\\max} \\le c n", source="an example", constants={"c": 1},
                mutants={"c": [Fraction(1, 2)]})
    @given(X=st.sphere_points(n=st.integers(1, 3), dim=st.integers(2, 3)))
    def largest(X, c):
        return gram(nngp(2), X).largest() <= c * X.n
"""
EMPTY = """
    from ntkproofs import conjecture, given, st
    @conjecture("nothing", source="an example")
    @given(n=st.integers(0, 40))
    def nothing(n):
        pass
"""


def _file(folder: Path, text: str = CONJECTURES) -> Path:
    path = folder / "conjectures.py"
    path.write_text(textwrap.dedent(text))
    return path


def _probe(*arguments: object) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["probe", *map(str, arguments), "--no-database"])
    return found.exit_code, found.output


def test_probe_reports_what_falls_and_what_was_searched(tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    code, text = _probe(_file(tmp_path), "--examples", 150, "--seconds", 120, "--json", out)
    assert code == 0
    assert "n  =  7" in " ".join(text.split("\n")) or "n = 7" in text.replace("  ", " ")
    assert "this does not show that none exists" in " ".join(text.split())
    probes = {p["id"]: p for p in json.loads(out.read_text())["probes"]}
    assert probes["squares"]["outcome"] == "refuted"
    assert probes["squares"]["witness"]["arguments"] == {"n": "7"}
    assert probes["squares"]["witness"]["bits"] >= 53
    assert probes["largest"]["outcome"] == "no counterexample"
    assert probes["largest"]["examples"] == 150


ROUNDED = """
    from fractions import Fraction
    from flint import arb
    from ntkproofs import conjecture, given, st, quantity

    @conjecture(r"x \\le 1/10", source="an example")
    @given(n=st.integers(1, 5))
    def rounded(n):
        return quantity(TENTH) * n / n <= Fraction(1, 10)
"""


@pytest.mark.parametrize(
    ("tenth", "outcome"), [("arb(0.1)", "suspected"), ("arb(1) / 9", "refuted")]
)
def test_balls_that_are_made_of_floats_refute_nothing(
    tmp_path: Path, tenth: str, outcome: str
) -> None:
    (made,) = load_conjectures(_file(tmp_path, ROUNDED.replace("TENTH", tenth)))
    (result,) = probe(made, examples=20, seconds=120)
    assert result.outcome == outcome
    assert ("a float entered a ball" in result.words()) == (outcome == "suspected")


def test_pytest_probes_with_the_float_guard(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(rounded=textwrap.dedent(ROUNDED.replace("TENTH", "arb(0.1)")))
    found = pytester.runpytest_subprocess("rounded.py", "--ntk-examples=20", "-p", "no:xdist")
    found.assert_outcomes(skipped=1)


def test_strict_only_and_unknown(tmp_path: Path) -> None:
    path = _file(tmp_path)
    assert _probe(path, "--only", "squares", "--strict", "--examples", 200)[0] == 1
    code, text = _probe(path, "--only", "nobody")
    assert code == 2
    assert "squares" in text


def test_a_probe_that_executed_nothing_is_an_error(tmp_path: Path) -> None:
    code, text = _probe(_file(tmp_path, EMPTY), "--examples", 10)
    assert code == 3
    assert "compared nothing" in " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "says"),
    [("x = 1\n", "defines no conjecture"), ("1/0\n", "ZeroDivisionError"), ("def\n", "syntax")],
)
def test_files_that_are_no_conjectures(tmp_path: Path, text: str, says: str) -> None:
    code, output = _probe(_file(tmp_path, text))
    assert code == 2
    assert says in output


def test_the_same_seed_gives_the_same_search() -> None:
    @nt.conjecture("large", source="an example")
    @nt.given(n=nt.st.integers(0, 10**6), m=nt.st.integers(0, 10**6))
    def large(n: int, m: int) -> object:
        return nt.quantity(n) - m < 987_654

    runs = [nt.probe(large, examples=400, seed=5)[0] for _ in range(2)]
    assert runs[0].found_at == runs[1].found_at
    assert runs[0].witness == runs[1].witness


def test_a_repair_is_offered_and_marked_as_sampled() -> None:
    @nt.conjecture("odd numbers", source="an example")
    @nt.given(n=nt.st.integers(0, 200))
    def odd(n: int) -> object:
        return nt.quantity((-1) ** n) < 0

    (found,) = nt.probe(odd, examples=400, seconds=120, suggest=True)
    assert found.outcome == "refuted"
    assert "n is odd" in [repair.words for repair in found.repairs]
    assert "n is even" not in [repair.words for repair in found.repairs]


def test_what_is_no_quantity_is_refused_with_the_way_to_one() -> None:
    with pytest.raises(nt.InvalidInput, match=r"Start from a quantity, quantity\(u\)"):
        nt.quantity(nt.ntk(2)(sp.Rational(1, 3)))


def test_that_no_repair_survives_is_said_only_where_one_was_asked_for(tmp_path: Path) -> None:
    file = _file(
        tmp_path,
        """
        from ntkproofs import conjecture, given, quantity, st
        @conjecture("false everywhere", source="an example")
        @given(n=st.integers(0, 40))
        def hopeless(n):
            return quantity(n) < 0
        """,
    )
    (_, asked), (_, plain) = (
        _probe(file, "--examples", 100, *more) for more in (["--suggest"], [])
    )
    assert "no repair that was tried survives a search" in asked
    assert "no repair" not in plain


def test_pytest_probes_a_file_that_is_named(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(conjectures=textwrap.dedent(CONJECTURES))
    found = pytester.runpytest_subprocess("conjectures.py", "--ntk-examples", "100")
    found.assert_outcomes(passed=1, failed=1)
    found.stdout.fnmatch_lines(["*counterexample, certified*", "*n = 7*"])


def test_the_plugin_imports_nothing_of_the_library(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_light="""
        import sys
        def test_nothing_was_imported():
            assert "ntkproofs.conjectures" not in sys.modules
            assert "sympy" not in sys.modules
        """
    )
    pytester.runpytest_subprocess("test_light.py").assert_outcomes(passed=1)


def test_a_conjecture_is_a_claim_with_mutants(tmp_path: Path) -> None:
    report = nt.verify([_file(tmp_path)], mutants=True, store=None, timeout=250)
    found = {claim.id: claim for claim in report.claims}
    assert found["squares"].original.verdict.value == "refuted"
    assert found["largest"].original.verdict.value == "supported"
    assert found["largest"].mutants is not None
    assert found["largest"].mutants.alive == ()


def test_conformance_of_kernels() -> None:
    assert nt.check_kernel(nt.nngp(3)).holds("positive definite")
    difference = nt.check_kernel(nt.nngp(2) - nt.ntk(2))
    assert not difference.holds("positive definite")
    assert {f.grade for f in difference.findings if not f.holds and "μ" in f.detail} == {
        "certified"
    }
    skew = nt.check_kernel(lambda X, Y: X @ np.diag([1.0, 2.0, 3.0]) @ Y.T)
    assert not skew.holds("zonal")
    assert skew.holds("symmetric")
    assert not nt.check_kernel(lambda X, Y: X @ Y.T + X[:, :1]).holds("symmetric")
    assert not nt.check_kernel(lambda u: np.where(u > 0.5, np.nan, u)).holds("finite")
    with pytest.raises(nt.InvalidInput, match="matrix of shape"):
        nt.check_kernel(lambda X, Y: X)


def test_constants_of_a_conjecture_reach_its_body() -> None:
    @nt.conjecture("c", source="an example", constants={"c": Fraction(1, 2)})
    @nt.given(n=nt.st.integers(1, 5))
    def above(n: int, c: Fraction) -> object:
        return nt.quantity(n) >= c

    assert nt.probe(above, examples=30)[0].outcome == "no counterexample"
    assert nt.probe(above.with_constants(c=2), examples=30)[0].outcome == "refuted"


def test_a_body_that_returns_no_comparison_says_what_it_takes() -> None:
    @nt.conjecture("n^2 \\ge n", source="an example")
    @nt.given(n=nt.st.integers(0, 5))
    def symbolic(n: int) -> object:
        return sp.Ge(sp.Symbol("x") * n, n)

    (found,) = nt.probe(symbolic, examples=5)
    assert found.outcome == "error"
    assert "such as A.smallest() >= c; it returned BooleanTrue" in found.problem
    assert "with nt.quantity" in found.problem
