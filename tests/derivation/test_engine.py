"""The engine of derivations: false lines do not pass, true ones do, and nothing in a circle."""

from __future__ import annotations

import pytest
import sympy as sp

from ntkproofs.arithmetic.truth import Truth
from ntkproofs.claims.grades import Grade
from ntkproofs.derivation import (
    Derivation,
    StepFailed,
    algebra,
    antiderivative,
    at,
    by_parts,
    change_of_variables,
    checked,
    expansion,
    growth,
    induction,
)
from ntkproofs.derivation.facts.special_functions import BETA_INTEGRAL
from ntkproofs.derivation.rules import Rule
from ntkproofs.errors import InvalidInput, NtkproofsError

N = sp.Symbol("n", integer=True, positive=True)


def blank() -> Derivation:
    """A derivation with symbols of all kinds and nothing else."""
    doc = Derivation("blank", "Nothing", "Nothing.")
    for name in ("x", "y", "phi"):
        doc.symbol(name)
    doc.symbol("t", "positive")
    doc.symbol("u", above=-1, below=1)
    doc.symbol("theta", above=0, below=sp.pi)
    doc.symbol("n", "integer", least=1)
    doc.symbol("k", "integer", least=0)
    doc.symbol("m", "integer", least=1)
    doc.symbol("d", "integer", least=2)
    doc.symbol("i", "integer", least=1, most=N)
    doc.symbol("j", "integer", least=1, most=N)
    doc.function("f", 1)
    doc.function("A", 2)
    return doc


def holds(statement: str, rule: Rule, doc: Derivation | None = None) -> bool:
    doc = doc or blank()
    doc.line("last", statement, rule)
    return list(doc.checks())[-1].holds()


FALSE = [
    ("sqrt(x**2) == x", algebra()),
    ("log(x*y) == log(x) + log(y)", algebra()),
    ("sqrt(x*y) == sqrt(x)*sqrt(y)", algebra()),
    ("Abs(x) == x", algebra()),
    ("acos(-u) == acos(u)", algebra()),
    ("sin(phi) == sqrt(1 - cos(phi)**2)", algebra()),
    ("2*sin(theta) == sqrt(1 - cos(theta)**2)", algebra()),
    ("exp(x)*exp(y) == exp(x*y)", algebra()),
    ("Gamma(x + 1) == (x + 1)*Gamma(x)", algebra()),
    ("(-1)**n == 1", algebra()),
    ("(-1)**(2*n + 1) == 1", algebra()),
    ("f(x) == f(y)", algebra()),
    ("Diff(x**2, x) == x", algebra()),
    ("x**2 >= x", algebra()),
    ("u**2 < u", algebra()),
    ("1 != 1", algebra()),
    ("Integral(1/x**2, (x, -1, 1)) == -2", antiderivative("x", "-1/x")),
    ("Integral(1/t**2, (t, 0, 1)) == -1", antiderivative("t", "-1/t")),
    ("Integral(sin(theta), (theta, 0, pi)) == 1", antiderivative("theta", "-cos(theta)")),
    ("Integral(f(x), (x, 0, 1)) == Integral(f(x), (x, 0, 2))", algebra()),
    ("Integral(t*f(t), (t, 0, 1)) == t*Integral(f(t), (t, 0, 1))", algebra()),
    (
        "Integral(x*exp(-x), (x, 0, oo)) == -Integral(exp(-x), (x, 0, oo))",
        by_parts("x", "x", "-exp(-x)"),
    ),
    (
        "Integral(f(u), (u, -1, 1)) == Integral(f(cos(theta)), (theta, 0, pi))",
        change_of_variables("u", "theta", "cos(theta)", low="pi", high="0"),
    ),
    (
        "Integral(x**2, (x, -1, 1)) == Integral(1/y**4, (y, -1, 1))",
        change_of_variables("x", "y", "-1/y", low="1", high="-1"),
    ),
    ("Sum(A(i, j)*delta(j, n + 1), (j, 1, n)) == A(i, n + 1)", algebra()),
    ("Sum(delta(i, j), (j, 1, n)) == 2", algebra()),
    ("Sum(A(i, j), (j, 1, n)) == Sum(A(j, i), (j, 1, n))", algebra()),
    ("Sum(f(i), (i, 1, n))**2 == Sum(f(i)**2, (i, 1, n))", algebra()),
    ("Sum(k, (k, 0, m)) == m**2/2", induction("m", 1)),
    ("cos(x) == 1 - x**2/2 + O(x**5)", expansion("x")),
    ("sqrt(x) == O(x**1)", expansion("x")),
    ("asymptotic(Gamma(n + 1/2)/Gamma(n), 2*sqrt(n), n)", growth("n")),
    ("asymptotic(Gamma(n + d)/Gamma(n), n**(d + 1), n)", growth("n")),
    ("Limit((n + 1)/n, (n, oo)) == 2", growth("n")),
]


@pytest.mark.parametrize(
    ("statement", "rule"), FALSE, ids=lambda v: v if isinstance(v, str) else ""
)
def test_false_lines_do_not_pass(statement: str, rule: Rule) -> None:
    try:
        passed = holds(statement, rule)
    except NtkproofsError:
        passed = False
    assert not passed


TRUE = [
    ("Sum(Sum(A(i, j)*f(i), (i, 1, n)), (j, 1, n)) == Sum(f(j)*Sum(A(j, i), (i, 1, n)), (j, 1, n))",
     algebra()),
    ("Sum(A(i, j)*delta(j, i), (j, 1, n)) == A(i, i)", algebra()),
    ("Sum(f(i), (i, 1, n))**2 == Sum(Sum(f(i)*f(j), (j, 1, n)), (i, 1, n))", algebra()),
    ("Integral(Sum(f(i)*x, (i, 1, n)), (x, 0, 1)) == Sum(f(i)*Integral(x, (x, 0, 1)), (i, 1, n))",
     algebra()),
    ("Integral(t*exp(-t**2/2), (t, 0, oo)) == 1", antiderivative("t", "-exp(-t**2/2)")),
    ("Sum(k, (k, 0, m)) == m*(m + 1)/2", induction("m", 1)),
    ("Integral((1 - u**2)**(d/2), (u, -1, 1)) == Integral(sin(theta)**(d + 1), (theta, 0, pi))",
     change_of_variables("u", "theta", "cos(theta)", low="pi", high="0")),
    ("Integral((1 - u)**(d/2), (u, -1, 1)) == 2**(d/2 + 1)/(d/2 + 1)",
     algebra(at(BETA_INTEGRAL, a="d/2 + 1", b="1"))),
    ("Integral(x*exp(-x), (x, 0, oo)) == Integral(exp(-x), (x, 0, oo))",
     by_parts("x", "x", "-exp(-x)")),
    ("sqrt(1 - cos(theta)**2) == 2*sin(theta/2)*cos(theta/2)", algebra()),
    ("sqrt(1 - u)*sqrt(1 + u) == sqrt(1 - u**2)", algebra()),
    ("d*(d + 2) <= (d + 1)**2", algebra()),
    ("1 - u**2 > 0", algebra()),
    ("x**2 - 2*x*y + y**2 >= 0", algebra(as_sum="(x - y)**2")),
    ("log(1 + x) == x - x**2/2 + O(x**3)", expansion("x")),
    ("asymptotic(Gamma(n + d)/Gamma(n), n**d, n)", growth("n")),
    ("Limit((2*n + d)/(n + 1), (n, oo)) == 2", growth("n")),
    ("Diff(acos(u), u) == -1/sqrt(1 - u**2)", algebra()),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "rule"), TRUE, ids=lambda v: v if isinstance(v, str) else "")
def test_true_lines_pass_and_their_wrong_versions_do_not(statement: str, rule: Rule) -> None:
    doc = blank()
    assert holds(statement, rule, doc)
    alive = [how for _, how, o in doc.broken() if not isinstance(o, Exception) and o.holds()]
    assert alive == []


def test_a_line_uses_only_what_stands_before_it() -> None:
    doc = blank()
    doc.line("first", "f(x) == 1", algebra("second"))
    doc.line("second", "f(x) == 1", algebra("first"))
    with pytest.raises(InvalidInput, match="nothing before it is called 'second'"):
        list(doc.checks())


def test_a_definition_does_not_refer_to_itself() -> None:
    doc = blank()
    with pytest.raises(InvalidInput, match="refers to itself"):
        doc.define("f", "f(x)", "f(x) + 1")


def test_a_line_that_fails_stops_and_shows_where() -> None:
    doc = blank()
    doc.line("wrong", "sin(2*x) == sin(x)*cos(x)", algebra())
    with pytest.raises(StepFailed, match=r"'wrong'.*fails at x = .*left = .*right = "):
        doc.written()


def test_the_hypotheses_of_what_is_used_are_checked() -> None:
    doc = blank()
    statement = "Integral((1 - u)**(x - 1), (u, -1, 1)) == 2**x/x"
    doc.line("beta", statement, algebra(at(BETA_INTEGRAL, a="x", b="1")))
    (checked,) = doc.checks()
    assert checked.steps[0].truth is not Truth.TRUE
    assert not checked.holds()


def test_a_recurrence_is_not_used_outside_of_its_range() -> None:
    doc = blank()
    doc.assume("recurrence", "f(n) == f(n - 1) + 1", "for positive integers")
    doc.line("inside", "f(n + 1) == f(n) + 1", algebra(at("recurrence", n="n + 1")))
    doc.line("outside", "f(0) == f(-1) + 1", algebra(at("recurrence", n="0")))
    assert [checked.holds() for checked in doc.checks()] == [True, False]


def test_an_inequality_says_nothing_of_a_bound_variable() -> None:
    doc = blank()
    doc.assume("sign", "x > 0")
    doc.line("root", "sqrt(x**2) == x", algebra())
    doc.line("inside", "Integral(sqrt(x**2), (x, -1, 1)) == Integral(x, (x, -1, 1))", algebra())
    assert [checked.holds() for checked in doc.checks()] == [True, False]


def test_a_value_is_not_caught_by_a_bound_variable() -> None:
    doc = blank()
    doc.define("mean", "f(y)", "Integral(x*y, (x, 0, 1))")
    doc.line("right", "f(x) == x/2", antiderivative("x", "x**2/2", uses=["mean"]))
    assert not any(
        checked.holds()
        for checked in _with_line(doc, "f(x) == Integral(x**2, (x, 0, 1))", algebra("mean"))
    )


def _with_line(doc: Derivation, statement: str, rule: Rule) -> list:
    doc.items = [item for item in doc.items if getattr(item, "id", "") != "right"]
    doc.line("caught", statement, rule)
    return list(doc.checks())


def test_growth_of_another_variable_is_not_used() -> None:
    doc = blank()
    doc.assume("growth", "asymptotic(f(n), n, n)")
    doc.line("power", "asymptotic(f(n)**2, n**2, n)", growth("n", "growth"))
    doc.line("exponent", "asymptotic(f(n)**n, n**n, n)", growth("n", "growth"))
    outcomes = [checked.holds() for checked in doc.checks()]
    assert outcomes == [True, False]


def test_two_items_of_one_name() -> None:
    doc = blank()
    doc.line("same", "x == x", algebra())
    doc.line("same", "y == y", algebra())
    with pytest.raises(InvalidInput, match="two items of the derivation are called 'same'"):
        list(doc.checks())


def test_formulas_in_prose_make_no_statement() -> None:
    doc = blank()
    doc.words("Clearly `x == y`.")
    with pytest.raises(InvalidInput, match="without a relation"):
        doc.written()


def test_a_definition_is_not_used_where_it_was_not_made() -> None:
    doc = blank()
    doc.define("root", "f(t)", "sqrt(t**2)", "for positive t")
    doc.line("here", "f(t + 1) == t + 1", algebra("root"))
    doc.line("there", "f(-t) == -t", algebra("root"))
    checks = doc.checks()
    assert next(checks).holds()
    with pytest.raises(InvalidInput, match="says nothing of -t"):
        next(checks)


def test_what_balls_check_is_not_proved() -> None:
    doc = blank()
    identity = "atan(t) + atan(1/t) == pi/2"
    doc.line("undecided", identity, algebra())
    doc.line("checked", identity, checked({"t": "1/1000000"}, {"t": "10**6"}))
    doc.line("near", "atan(t) + atan(1/t) == pi/2 + 1/10**15", checked())
    outcomes = list(doc.checks())
    assert [outcome.holds() for outcome in outcomes] == [False, True, False]
    assert {step.grade for step in outcomes[1].steps} == {Grade.CERTIFIED}
    assert len(outcomes[1].steps) >= 6


def test_balls_say_where_they_have_no_value() -> None:
    doc = blank()
    doc.line("unknown", "f(x) == f(x)", checked())
    with pytest.raises(InvalidInput, match="balls know no value"):
        list(doc.checks())
