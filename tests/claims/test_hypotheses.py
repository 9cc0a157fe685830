"""What steps take for granted of symbols is said, sealed, and shown wherever evidence is."""

import io
from dataclasses import replace

import pytest
import sympy as sp
from rich.console import Console

from ntkproofs.arithmetic.domain import Bounds, Domain
from ntkproofs.claims import Claim, Truth
from ntkproofs.claims.report import verify
from ntkproofs.claims.runner import verify_claim
from ntkproofs.claims.steps import (
    agreement,
    asymptotic_equality,
    equality,
    exactly,
    gamma_ratio,
    identity,
    identity_modulo,
    limit,
    nonnegative,
    of_line,
    sign,
)
from ntkproofs.claims.verdict import Outcome
from ntkproofs.reports.json_report import report_to_json
from ntkproofs.reports.prose import print_explanation

x, y = sp.symbols("x y")
n = sp.Symbol("n", integer=True, positive=True)
q = sp.Symbol("q", positive=True)
f = sp.Function("f", real=True, nonnegative=True)
BOUNDED = Domain(positive=(x - y,), bounds={x: Bounds(0, 1, open_high=True)})
WHOLE = r"n \in \mathbb{Z}"


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (exactly("numbers", 1, 1), ()),
        (identity("no hypothesis", (x + 1) ** 2, x**2 + 2 * x + 1), ()),
        (identity("holds at all n", n, n, least={"n": 4}), (WHOLE, "n > 0")),
        (identity("refuted from 4 on", n, 1, least={"n": 4}), (WHOLE, "n > 0", r"n \ge 4")),
        (
            identity_modulo("a circle", x**2, 1 - y**2, [x**2 + y**2 - 1], [x, y]),
            ("x^{2} + y^{2} - 1 = 0",),
        ),
        (
            gamma_ratio("n!", sp.gamma(y + 1), sp.gamma(y), y, least={"y": 1, "z": 7}),
            (r"y \ge 1",),
        ),
        (nonnegative("a square", x**2 - x, {"x": 1}), (r"x \ge 1",)),
        (equality("a root", sp.sqrt(q**2), q), ("q > 0",)),
        (equality("given", x, y, given=[(x, y)]), ("x = y",)),
        (sign("a difference", x - y, BOUNDED), (r"0 \le x < 1", "x - y > 0")),
        (sign("a function", f(x)), (r"f{\left(x \right)} \ge 0",)),
        (sign("believed", x + y, nonnegative=[x + y]), (r"x + y \ge 0",)),
        (limit("of 1 + 1/n", 1 + 1 / n, 1, n), (WHOLE, "n > 0")),
        (asymptotic_equality("n + 1", n + 1, n, n), (WHOLE, "n > 0")),
        (agreement("1/(1 - q)", 1 / (1 - q), 1 + q, variable=q, order=2), ("q > 0",)),
    ],
    ids=lambda value: value.about if hasattr(value, "about") else None,
)
def test_a_step_says_what_it_takes_for_granted(step, told):
    assert step.assuming == told
    assert step.truth is not Truth.UNDECIDED


def test_an_index_has_its_range():
    step = equality("in a range", n, n, Domain(ranges={n: (1, x)}))
    assert step.assuming == (WHOLE, "n > 0", r"1 \le n \le x")


def test_what_is_taken_for_granted_is_sealed():
    step = equality("given", x, y, given=[(x, y)])
    assert step.is_genuine()
    assert not replace(step, assuming=()).is_genuine()


def test_a_line_of_a_derivation_leaves_it_to_the_derivation():
    assert of_line(sign("believed", q), "derivation", "1").assuming == ()


def believing(*given):
    claim = Claim("my.claim", "x = y", "notes", {"c": 1}, {"c": [2]})

    @claim.proof()
    def believer(c):
        yield equality("given", c * x, y, given=given)
        yield equality("given again", c * q * x, q * y, given=given)

    return claim


def test_evidence_tells_each_hypothesis_once_wherever_it_is_shown():
    result = verify_claim(believing((x, y)), mutants=True)
    (found,) = result.original.evidence
    assert found.assuming == ("x = y", "q > 0")
    shown = io.StringIO()
    print_explanation(Console(file=shown, width=200), result, files="")
    assert "Taken for granted: x = y, q > 0." in shown.getvalue()


def test_two_runs_that_believe_other_things_have_other_digests():
    given = ([(x, y)], [(x, y), (f(x), 1)])
    results = [verify_claim(believing(*each)).original.evidence[0] for each in given]
    assert results[0].outcome is results[1].outcome is Outcome.HOLDS
    assert results[0].transcript != results[1].transcript


def test_the_report_lists_them(tmp_path):
    file = tmp_path / "claims.py"
    file.write_text(
        "import sympy as sp\n"
        "from ntkproofs.claims import Claim, identity\n"
        "claim = Claim('my.claim', 'x > 0', 'notes', {}, {})\n"
        "x = sp.Symbol('x', positive=True)\n"
        "@claim.proof()\n"
        "def believer():\n"
        "    yield identity('a root', sp.sqrt(x**2), x)\n"
    )
    (claim,) = report_to_json(verify(file, jobs=1, timeout=120))["claims"]
    assert claim["evidence"][0]["assuming"] == ["x > 0"]
