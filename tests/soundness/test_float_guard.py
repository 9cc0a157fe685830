"""Floats in balls are noticed in claim files; everything else means what it meant.

Each attack is a file, as a user would write it, and is verified from there.
"""

import inspect
import sys

import pytest
from typer.testing import CliRunner

from ntkproofs.claims import float_guard
from ntkproofs.claims.instrument import NAME, instrumented
from ntkproofs.claims.loading import claims_in
from ntkproofs.claims.runner import verify_claim
from ntkproofs.claims.verdict import Outcome, Verdict
from ntkproofs.cli import app

from ._files import BALL, CERTIFICATE, here, line_of, only, write

FLOATS = [
    "arb(0.1)",
    "arb(math.sqrt(2))",
    "arb(1) + 0.1",
    "0.1 * arb(1)",
    "arb(2) ** 0.5",
    "np.float32(0.1) * arb(1)",
    "np.array([0.1]) * arb(1)",
    "arb(mpmath.mpf(1) / 3)",
    "acb(1, 0.1)",
    "acb(0.1j)",
    "arb_mat([[1, 0.1]])",
    "arb_mat(2, 1, [0.1, 1])",
    "arb(sp.sqrt(2).evalf())",
    "arb(1).contains(0.5)",
    "ball(0.1)",
    "Fraction(0.1)",
    "Fraction.from_float(0.1)",
    "sp.Rational(0.1)",
    "sp.nsimplify(0.1)",
    "sp.nsimplify(sp.sqrt(2).evalf())",
    "sp.sympify(0.1)",
    "sp.S(0.1)",
    "sp.Integer(1.0)",
    "n * 0.1",
    "n.subs(n, 0.1)",
    "n.subs({n: 0.1})",
    "sp.sqrt(0.1)",
    "sum([arb(1), 0.1])",
    "sum(v for v in [0.1, arb(1)])",
    "operator.mul(arb(1), 0.1)",
    "functools.reduce(operator.mul, [arb(1), 0.1])",
    "list(map(arb, [0.1]))",
    "list(map(operator.add, [arb(1)], [0.1]))",
    "functools.partial(arb, 0.1)()",
    "[arb(v) for v in (0.1, 0.2)]",
    "(lambda v: arb(v))(0.1)",
    "f'{arb(0.1)}'",
]
EXACT = [
    "arb('0.1')",
    "arb(1) / 10",
    "3 * 0.1",
    "math.sqrt(2.0) + float(sp.sqrt(2))",
    "sum([0.1, 0.2])",
    "sp.Rational('0.1') + Fraction(1, 10)",
    "float(arb(1)) < 0.5",
    "np.array([0.1, 0.2]) * 2",
    "np.array([arb(1)], dtype=object) * 2",
    "n * 2 + sp.Function('f')(n) * 3",
    "__import__('ntkproofs').ntk(2)(0.5)",
    "sp.sqrt(2).evalf() > 1",
    "[1.0] * 2 + list((0.5,))",
    "'%s' % 0.1",
]


@pytest.mark.parametrize("code", FLOATS)
def test_a_float_that_enters_a_ball_or_an_exact_number_taints(tmp_path, code):
    path = write(tmp_path, BALL.replace("BODY", code))
    found = only(path)
    where = f"(attack.py:{line_of(path.read_text(), 'x = ')})"
    assert found.detail.startswith("tainted: a float entered ")
    assert where in found.detail
    assert (found.outcome, found.grade.word) == (Outcome.HOLDS, "sampled")
    assert here(path, mutants=True).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("code", EXACT)
def test_what_keeps_floats_and_balls_apart_is_not_tainted(tmp_path, code):
    found = only(write(tmp_path, BALL.replace("BODY", code)), mutants=True)
    assert (found.outcome, found.grade.word) == (Outcome.HOLDS, "certified"), found.detail


@pytest.mark.parametrize(
    "statements",
    [
        "x = arb(1); x += 0.1",
        "x = [arb(1)]; i = 0; x[i + 0] *= 0.1",
        "x = 0.1; x += arb(1)",
    ],
)
def test_augmented_assignments_are_guarded(tmp_path, statements):
    assert only(write(tmp_path, BALL.replace("x = BODY", statements))).tainted


def test_a_rounded_decimal_proves_nothing(tmp_path):
    """3/10 < 3·0.1 is false of the numbers written there, and true of the binary 0.1."""
    text = f"""
    {CERTIFICATE}
    def rounded(c):
        yield certify("3/10 < c/10", lambda: less(arb(3) / 10, arb(0.1) * c))
    """
    path = write(tmp_path, text)
    assert here(path, mutants=True).verdict is Verdict.UNDECIDED
    assert "tainted: a float entered a ball" in only(path, mutants=True).detail


def test_a_rounded_root_refutes_nothing(tmp_path):
    text = f"""
    {CERTIFICATE}
    def rounded(c):
        yield certify("sqrt(2)^2 = 2", lambda: equal(arb(math.sqrt(2.0)) ** 2, arb(c - 1)))
    """
    found = only(write(tmp_path, text))
    assert found.outcome is Outcome.UNDECIDED
    assert found.tainted


def test_a_search_refutes_nothing_on_the_strength_of_a_float(tmp_path):
    """A search may use floats; that the binary 0.1 is above 1/10 is no counterexample."""
    text = """
    @made.search(on="one number")
    def look(c):
        yield certify("x < c/30", lambda: less(arb(0.1), arb(c) / 30))
    """
    path = write(tmp_path, text)
    assert only(path).outcome is not Outcome.REFUTES
    assert here(path).verdict is Verdict.UNDECIDED
    exact = write(tmp_path, text.replace("arb(0.1)", "arb(1) / 9"), "exact.py")
    assert here(exact).verdict is Verdict.REFUTED


def test_a_float_in_a_ball_when_the_file_is_loaded_taints_its_evidence(tmp_path):
    text = f"""
    TENTH = arb(0.1)
    {CERTIFICATE}
    def evidence(c):
        yield certify("c/10 < 1/2", lambda: less(TENTH * c, 0.5 and 1))
    """
    path = write(tmp_path, text)
    assert f"(attack.py:{line_of(path.read_text(), 'TENTH =')})" in only(path).detail


def test_a_float_in_a_helper_module_taints(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "attack_helper", raising=False)
    (tmp_path / "attack_helper.py").write_text(
        "from flint import arb\ndef tenth(): return arb(0.1)"
    )
    found = only(write(tmp_path, BALL.replace("BODY", "__import__('attack_helper').tenth()")))
    assert "(attack_helper.py:2)" in found.detail
    monkeypatch.delitem(sys.modules, "attack_helper", raising=False)


def test_statistics_and_searches_may_use_floats(tmp_path):
    text = """
    @made.search(on="a float")
    def looked(c):
        try:
            {}["missing"]
        except KeyError:
            pass
        yield sample("c", float(arb(0.1) * c) < 0.5)

    @made.statistic(on="a float")
    def drawn(c):
        yield statistic("c", float(arb(0.5)), false_alarm=1e-3)
    """
    found = here(write(tmp_path, text))
    assert [e.grade.word for e in found.evidence] == ["sampled", "statistical"]
    assert not any(e.tainted for e in found.evidence)


def test_the_report_names_the_taint(tmp_path):
    path = write(tmp_path, BALL.replace("BODY", "arb(0.1)"))
    result = CliRunner().invoke(app, ["verify", str(path), "--no-store", "--jobs", "1"])
    shown = " ".join(result.stdout.split())
    assert "evidence: tainted: a float entered a ball (attack.py:" in shown
    assert "not tested for vacuity: --mutants does" in shown


# The guard leaves the rest as it was


def test_lines_and_sources_are_those_of_the_file(tmp_path):
    text = f"""
    {CERTIFICATE}
    def evidence(c):
        yield exactly(
            "c",
            c,
            1 // (c - 3),
        )
    """
    path = write(tmp_path, text)
    (claim,) = claims_in(path, [])
    where = "ZeroDivisionError: integer division or modulo by zero (attack.py:"
    detail = verify_claim(claim).original.evidence[0].detail
    assert detail == f"{where}{line_of(path.read_text(), '1 // ')})"
    assert "1 // (c - 3)," in inspect.getsource(claim.evidence[0].function)


PYTHON = """
from __future__ import annotations
from dataclasses import dataclass

@dataclass
class Base:
    x: int | None = 1 + 1
    def f(self, y: "int" = 2 * 3, *args: int, **kw: int) -> int | str:
        return self.x + y

class Derived(Base):
    def f(self, y=1):
        return super().f(y) + len(locals())
    doubled = [2 * i for i in range(3)]

class Matmul:
    def __rmatmul__(self, other):
        return other + 1

def matched(value):
    match value:
        case 1 + 2j:
            return "complex"
        case [a, *_] if a + 1 == 3:
            return a
    return None

def called():
    calls.append(1)
    return [1, 2]

calls = []
values = called()
called()[0] += 1
values[0] += 3
values += (5,)
result = (
    Derived(3).f(), sum(Derived.doubled), values, calls, matched([2, 3]), matched(1 + 2j),
    7 @ Matmul(), -2 ** 2, 7 % 4, 7 // 2, 1 / 4, "%s" % 1, [0] * 3, {1: 2} | {3: 4},
    (lambda *a, **k: a[0] - k["b"])(*[5], **dict(b=2)), f"{1 + 1:{2 + 1}d}", Base.f.__annotations__,
    [*map(str, (x + 1 for x in range(2)))], sum([[1], [2]], []), pow(2, 3, 5), Base.__annotations__,
)
"""


def test_python_means_what_it_meant():
    plain, guarded = {"__name__": __name__}, {"__name__": __name__, NAME: float_guard}
    exec(compile(PYTHON, "plain", "exec", dont_inherit=True), plain)
    exec(instrumented(PYTHON.encode(), "guarded"), guarded)
    assert repr(guarded["result"]) == repr(plain["result"])
