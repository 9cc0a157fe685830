"""What the rules of derivations accept, and the traps that they must not fall into."""

from __future__ import annotations

import pytest
import sympy as sp

import ntkproofs as nt
from ntkproofs.arithmetic.growth import asymptotically_equal
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.derivation import Derivation, algebra, at, derivation, growth, induction
from ntkproofs.errors import InvalidInput


@pytest.fixture
def doc() -> Derivation:
    doc = Derivation("example", "An example", "For the tests.")
    doc.symbol("n", "integer", least=0)
    doc.symbol("d", "integer", least=1)
    doc.symbol("x")
    doc.symbol("y")
    return doc


def holds(doc: Derivation) -> dict[str, bool]:
    return {checked.id: checked.holds() for checked in doc.checks()}


# Lines that are used for other values of their symbols.


def test_an_assumption_is_demanded_of_the_values(doc: Derivation) -> None:
    doc.assume("positive", "x > 0")
    doc.line("root", "sqrt(x**2) == x", algebra())
    doc.line("wrong", "sqrt((-y**2 - 1)**2) == -y**2 - 1", algebra(at("root", x="-y**2 - 1")))
    doc.line("right", "sqrt((y**2 + 1)**2) == y**2 + 1", algebra(at("root", x="y**2 + 1")))
    assert holds(doc) == {"root": True, "wrong": False, "right": True}


def test_a_line_keeps_the_meaning_of_its_functions(doc: Derivation) -> None:
    doc.function("f", 1)
    doc.assume("even", "f(-x) == f(x)")
    doc.line("odd", "1 == -1", algebra(at("even", f="lambda x: x", x="1")))
    with pytest.raises(InvalidInput, match="keeps its own"):
        holds(doc)


# Induction.


def test_the_hypothesis_holds_for_other_values_of_other_symbols(doc: Derivation) -> None:
    """f(n, d) = f(n - 1, d + 1) + d with f(0, d) = 0."""
    doc.function("f", 2)
    doc.assume("start", "f(0, d) == 0")
    doc.assume("step", "f(n + 1, d) == f(n, d + 1) + d")
    by = induction("n", 0, base=["start"], step=["step"], d="d + 1")
    doc.line("right", "f(n, d) == n*d + n*(n - 1)/2", by)
    doc.line("wrong", "f(n, d) == n*d + n*(n + 1)/2", by)
    fixed = induction("n", 0, base=["start"], step=["step"])
    doc.line("fixed", "f(n, d) == n*d + n*(n - 1)/2", fixed)
    assert holds(doc) == {"right": True, "wrong": False, "fixed": False}


def test_the_hypothesis_stays_in_the_ranges(doc: Derivation) -> None:
    doc.function("f", 2)
    doc.assume("start", "f(0, d) == 0")
    doc.assume("step", "f(n + 1, d) == f(n, d - 1)")
    by = induction("n", 0, base=["start"], step=["step"], d="d - 1")
    doc.line("zero", "f(n, d) == 0", by)
    assert holds(doc) == {"zero": False}


def test_the_hypothesis_is_about_n_itself(doc: Derivation) -> None:
    doc.line("absurd", "n == 0", induction("n", 0, n="n + 1"))
    with pytest.raises(InvalidInput, match="keeps its own"):
        holds(doc)


def test_induction_starts_at_the_least_value(doc: Derivation) -> None:
    """True at 0, and from 2 on from each n to the next; false from 2 on."""
    doc.symbol("m", "integer", least=2)
    doc.function("f", 1)
    doc.assume("start", "f(0) == 0")
    doc.assume("step", "f(m + 1) == f(m)")
    doc.line("zero", "f(m) == 0", induction("m", 0, base=["start"], step=["step"]))
    with pytest.raises(InvalidInput, match="starts at the least value"):
        holds(doc)


def test_no_range_depends_on_the_variable_of_an_induction(doc: Derivation) -> None:
    doc.symbol("k", "integer", least=0, most=sp.Symbol("n", integer=True, nonnegative=True))
    doc.line("zero", "k - k == 0", induction("n", 0))
    with pytest.raises(InvalidInput, match="range of k"):
        holds(doc)


# Asymptotic equalities.


def test_growth_is_used_only_where_its_variable_grows(doc: Derivation) -> None:
    doc.function("f", 1)
    doc.assume("law", "asymptotic(f(n), n**2, n)")
    doc.line("fixed", "asymptotic(n*f(3), 9*n, n)", growth("n", at("law", n="3")))
    with pytest.raises(InvalidInput, match="need not grow"):
        holds(doc)


def test_growth_is_not_uniform(doc: Derivation) -> None:
    doc.function("f", 2)
    doc.assume("law", "asymptotic(f(n, d), n, n)")
    doc.line("diagonal", "asymptotic(f(d, d), d, d)", growth("d", at("law", n="d")))
    with pytest.raises(InvalidInput, match="holds for a fixed d"):
        holds(doc)


def test_growth_along_even_numbers(doc: Derivation) -> None:
    doc.function("f", 1)
    doc.assume("law", "asymptotic(f(n), n**2, n)")
    doc.line("right", "asymptotic(f(2*n), 4*n**2, n)", growth("n", at("law", n="2*n")))
    doc.line("wrong", "asymptotic(f(2*n), 2*n**2, n)", growth("n", at("law", n="2*n")))
    assert holds(doc) == {"right": True, "wrong": False}


def test_the_leading_terms_of_a_sum_with_roots() -> None:
    n = sp.Symbol("n", integer=True, positive=True)
    d = sp.Symbol("d", integer=True, positive=True)
    total = 1 + sp.sqrt(n * (n + d))
    assert asymptotically_equal(total, n, n).truth is Truth.TRUE
    assert asymptotically_equal(total, n + sp.sqrt(n), n).truth is Truth.TRUE
    assert asymptotically_equal(total, 2 * n, n).truth is not Truth.TRUE
    cancelling = sp.sqrt(n * (n + d)) - n
    assert asymptotically_equal(cancelling, d, n).truth is Truth.UNDECIDED


def test_bounds_that_depend_on_other_symbols(doc: Derivation) -> None:
    doc.symbol("z", above=-sp.Symbol("d", integer=True, positive=True))
    doc.line("right", "d + z > 0", algebra())
    doc.line("wrong", "d + z > 1", algebra())
    assert holds(doc) == {"right": True, "wrong": False}


def test_arccosines_of_cosines(doc: Derivation) -> None:
    doc.symbol("theta", least=0, most=sp.pi)
    doc.line("right", "acos(-cos(theta)) == pi - theta", algebra())
    doc.line("wrong", "acos(-cos(x)) == pi - x", algebra())
    doc.line("root", "sqrt(1 - cos(theta)**2) == sin(theta)", algebra())
    doc.line("no-root", "sqrt(1 - cos(x)**2) == sin(x)", algebra())
    assert holds(doc) == {"right": True, "wrong": False, "root": True, "no-root": False}


# Means over points.


def test_means_are_linear_and_of_probability_measures(doc: Derivation) -> None:
    doc.symbol("a", "point")
    doc.symbol("b", "point")
    doc.function("f", 1)
    doc.line("one", "Mean(1, a) == 1", algebra())
    doc.line("linear", "Mean(x*f(a) + 1, a) == x*Mean(f(b), b) + 1", algebra())
    doc.line("product", "Mean(f(a)**2, a) == Mean(f(a), a)**2", algebra())
    assert holds(doc) == {"one": True, "linear": True, "product": False}


@pytest.mark.parametrize("formula", ["Mean(a, a)", "a + 1", "Diff(f(a), a)", "Mean(x, x)"])
def test_no_arithmetic_is_done_with_points(doc: Derivation, formula: str) -> None:
    doc.symbol("a", "point")
    doc.function("f", 1)
    with pytest.raises(InvalidInput):
        doc.line("wrong", f"{formula} == 0", algebra())


# Results of other derivations.


def test_a_result_of_a_derivation_with_assumptions_is_none(doc: Derivation) -> None:
    doc.assume("positive", "x > 0")
    doc.line("root", "sqrt(x**2) == x", algebra())
    with pytest.raises(InvalidInput, match="makes assumptions"):
        doc.fact("root")


def test_steps_of_a_line_are_those_that_it_rests_on() -> None:
    scaling = derivation("scaling-law")
    some = list(scaling.steps("two-layers"))
    assert 10 < len(some) < len(list(scaling.steps()))
    assert all(step.truth is Truth.TRUE for step in some)
    names = [theorem.name for theorem in scaling.relies_on("two-layers")]
    assert not any("derived" in name for name in names)
    assert any("recurrence of the Legendre polynomials" in name for name in names)


# What the derivations say, against the library.


def named(expression: sp.Expr, **values: int) -> sp.Expr:
    return expression.subs({s: values[s.name] for s in expression.free_symbols})


@pytest.mark.parametrize("dim", [2, 3, 4, 7])
@pytest.mark.parametrize("half", [1, 2, 5])
def test_closed_forms_are_those_of_the_library(dim: int, half: int) -> None:
    doc = derivation("arc-cosine-eigenvalues")
    for id, kernel, degree, values in (
        ("step-odd", nt.arccosine(0), 2 * half + 1, {"m": half}),
        ("relu-even", nt.arccosine(1), 2 * half, {"n": half}),
        ("ntk-even", nt.ntk(2), 2 * half, {"n": half}),
    ):
        expected = nt.exact_eigenvalue(kernel, dim=dim, degree=degree)
        assert sp.simplify(named(doc.statement(id).right, d=dim, **values) - expected) == 0


def test_small_eigenvalues_on_the_sphere() -> None:
    doc = derivation("arc-cosine-eigenvalues")
    step = [named(doc.statement("step-odd").right, d=3, m=m) for m in (0, 1, 2)]
    relu = [named(doc.statement("relu-even").right, d=3, n=n) for n in (1, 2)]
    ntk = [named(doc.statement("ntk-even").right, d=3, n=n) for n in (1, 2)]
    quotients = [sp.Rational(1, 8), sp.Rational(1, 128), sp.Rational(1, 512)]
    assert step == quotients
    assert relu == [sp.Rational(3, 128), sp.Rational(1, 1536)]
    assert ntk == [sp.Rational(5, 64), sp.Rational(1, 192)]
