"""Rules of calculus: what they accept is true, and bound variables catch nothing."""

from __future__ import annotations

import pytest
import sympy as sp

from ntkproofs.arithmetic.signs import at_least_zero
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.derivation import Derivation, algebra, at
from ntkproofs.derivation.context import substitute
from ntkproofs.errors import InvalidInput

a, b, t, x = sp.symbols("a b t x", real=True)
p = sp.Symbol("p", positive=True)
f = sp.Function("f")


def test_bound_variables_do_not_catch_what_a_function_depends_on():
    expression = sp.Integral(f(t), (t, 0, 1))
    found = substitute(expression, {f: sp.Lambda(x, t * x)})
    assert found.doit() == t / 2


def test_bound_variables_of_a_function_do_not_catch_its_argument():
    body = sp.Lambda(x, sp.Integral(x * t, (t, 0, 1)))
    assert substitute(f(t), {f: body}).doit() == t / 2
    assert substitute(sp.Integral(f(t), (t, 0, 2)), {f: body}).doit() == 1


def test_values_of_symbols_do_not_enter_functions():
    assert substitute(a * f(a), {a: b, f: sp.Lambda(x, a + x)}) == b * (a + b)


def test_the_sign_of_an_integral_needs_every_range_in_order():
    assert at_least_zero(sp.Integral(p * x**2, (x, 0, p), (p, 2, 1))).truth is not Truth.TRUE
    assert at_least_zero(sp.Integral(x**2, (x, 0, 1), (t, 1, 0))).truth is not Truth.TRUE
    assert at_least_zero(sp.Integral(x**2, (x, 0, 1), (t, 0, 1))).truth is Truth.TRUE


def test_an_integral_of_what_is_positive_is_positive():
    assert at_least_zero(sp.Integral(sp.exp(x), (x, 0, p)), strict=True).truth is Truth.TRUE
    assert at_least_zero(sp.Integral(sp.exp(x), (x, 0, a**2)), strict=True).truth is not Truth.TRUE
    assert at_least_zero(sp.Integral(x**2, (x, 0, 0)), strict=True).truth is not Truth.TRUE
    assert at_least_zero(sp.Integral(sp.exp(x), (x, p, 0)), strict=True).truth is not Truth.TRUE


def test_a_function_of_a_definition_keeps_its_bound_variables_apart():
    doc = Derivation("bound", "Bound", "Bound.")
    doc.symbol("t")
    doc.symbol("x")
    doc.function("g", 1)
    doc.define("g", "g(x)", "Integral(x*t, (t, 0, 1))")
    doc.line("right", "g(t) == t*Integral(x, (x, 0, 1))", algebra("g"))
    doc.line("wrong", "g(t) == Integral(t**2, (t, 0, 1))", algebra("g"))
    right, wrong = doc.checks()
    assert right.holds()
    assert not wrong.holds()
    assert at("g", x="t").id == "g"


def with_hidden_parameters() -> Derivation:
    doc = Derivation("hidden", "Hidden", "Hidden.")
    for name in ("c", "x", "y", "z"):
        doc.symbol(name)
    doc.symbol("k", "integer", least=0)
    doc.function("f", 1)
    doc.function("g", 1)
    doc.function("h", 1)
    doc.define("f", "f(x)", "c*x")
    doc.assume("g", "g(k + 1) == z*g(k)")
    doc.assume("order", "x > y")
    return doc


@pytest.mark.parametrize("value", [{"x": "y - 1"}, {"y": "x + 1"}])
def test_other_values_have_to_satisfy_what_is_assumed_of_them(value):
    doc = with_hidden_parameters()
    doc.line("all", "x - y > 0", algebra("order"))
    doc.line("some", "1 == 1", algebra(at("all", **value)))
    assert [check.holds() for check in doc.checks()] == [True, False]


@pytest.mark.parametrize("value", [{"c": "1"}, {"z": "2"}])
def test_no_other_value_for_what_a_definition_or_an_assumption_hides(value):
    doc = with_hidden_parameters()
    doc.line("all", "x - y + c - c + z - z + h(k) - h(k) > 0", algebra("order"))
    doc.line("some", "1 == 1", algebra(at("all", **value)))
    with pytest.raises(InvalidInput, match="argument of the functions"):
        list(doc.checks())


def test_arguments_may_have_other_values():
    doc = with_hidden_parameters()
    doc.line("all", "g(k + 1) == z*g(k)", algebra("g"))
    doc.line("next", "g(k + 2) == z**2*g(k)", algebra(at("all", k="k + 1"), "g"))
    doc.line("value", "f(z) == c*z", algebra("f"))
    assert all(check.holds() for check in doc.checks())


def products() -> Derivation:
    doc = Derivation("products", "Products", "Products.")
    doc.symbol("n", "integer", least=1)
    doc.symbol("k", "integer", least=1)
    doc.symbol("m", "integer", least=1)
    doc.function("f", 1)
    return doc


@pytest.mark.parametrize(
    ("statement", "holds"),
    [
        ("Product(f(m), (m, k, n + 1)) == f(n + 1)*Product(f(k), (k, m, n))", False),
        ("Product(f(m), (m, 1, n + 1)) == f(n + 1)*Product(f(k), (k, 1, n))", True),
        ("Product(f(m), (m, 1, n + 2)) == f(n + 1)*Product(f(k), (k, 1, n))", False),
        ("Product(f(m), (m, n + 1, n)) == 1", True),
        ("Product(f(m), (m, n, n)) == 1", False),
        ("Product(f(m) + 1, (m, 1, n)) == Product(f(m), (m, 1, n)) + 1", False),
        (
            "Sum(Product(f(m), (m, k + 1, n + 1)), (k, 1, n + 1))"
            " == f(n + 1)*Sum(Product(f(m), (m, k + 1, n)), (k, 1, n)) + 1",
            True,
        ),
        ("Sum(Product(f(m), (m, 1, k)), (k, 1, n)) == Sum(Product(f(k), (k, 1, n)), (k, 1, n))", 0),
    ],
)
def test_products(statement, holds):
    doc = products()
    doc.line("line", statement, algebra())
    (check,) = doc.checks()
    assert check.holds() == bool(holds)


def deltas() -> Derivation:
    doc = Derivation("deltas", "Deltas", "Deltas.")
    size = sp.Symbol("n", integer=True, positive=True)
    doc.symbol("n", "integer", least=1)
    for name in ("i", "j", "k"):
        doc.symbol(name, "integer", least=1, most=size)
    for name in ("f", "g"):
        doc.function(name, 2)
    return doc


@pytest.mark.parametrize(
    ("statement", "holds"),
    [
        ("Sum(delta(i, j)*f(j, k), (j, 1, n)) == f(i, k)", True),
        ("Sum(delta(i, j + 1)*f(j, k), (j, 1, n)) == f(i, k)", False),
        ("Sum(delta(i, 2*j)*f(j, k), (j, 1, n)) == f(i, k)", False),
        (
            "Sum(Sum(f(i, j), (i, 1, n))*Sum(g(i, j), (i, 1, n)), (j, 1, n))"
            " == Sum(f(i, j)*g(k, j), (k, 1, n), (j, 1, n), (i, 1, n))",
            True,
        ),
        (
            "Sum(Sum(f(i, j), (i, 1, n))*Sum(g(i, j), (i, 1, n)), (j, 1, n))"
            " == n*Sum(f(i, j)*g(i, j), (j, 1, n), (i, 1, n))",
            False,
        ),
    ],
)
def test_sums_of_deltas_and_of_products_of_sums(statement, holds):
    doc = deltas()
    doc.line("line", statement, algebra())
    (check,) = doc.checks()
    assert check.holds() == holds


@pytest.mark.parametrize(
    "statement",
    [
        "Sum(f(i, j)*g(k, j), (k, 1, n), (j, 1, n), (i, 1, n))"
        " == n*Sum(f(j, j)*g(k, j), (k, 1, n), (j, 1, n))",
        "Sum(f(i, j)*g(k, j), (k, 1, n), (j, 1, n), (i, 1, n))"
        " == n*Sum(f(k, j)*g(k, j), (k, 1, n), (j, 1, n))",
        "Sum(f(i, j)*g(k, j), (k, 1, n), (j, 1, n), (i, 1, n))"
        " == n*Sum(f(i, j)*g(k, j), (k, 1, n), (j, 1, n))",
        "Sum(1/(1 + Sum(f(i, j)*g(k, k), (j, 1, n), (k, 1, n))), (i, 1, n))"
        " == n/(1 + Sum(f(i, j)*g(k, k), (j, 1, n), (k, 1, n)))",
        "Sum(1/(1 + Sum(f(i, j)*g(k, k), (j, 1, n), (k, 1, n))), (i, 1, n))"
        " == n/(1 + Sum(f(j, j)*g(k, k), (j, 1, n), (k, 1, n)))",
    ],
)
def test_indices_of_flattened_sums_catch_no_other(statement):
    doc = deltas()
    doc.line("line", statement, algebra())
    (check,) = doc.checks()
    assert not check.holds()
