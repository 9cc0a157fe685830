"""Mechanical mistakes: of every kind, each one a formula, none of them the formula itself."""

from __future__ import annotations

import pytest

from ntkproofs.derivation.breaking import breakings
from ntkproofs.derivation.formula import parse
from ntkproofs.derivation.notation import Notation


@pytest.fixture
def notation() -> Notation:
    notation = Notation()
    notation.symbol("x")
    notation.symbol("l", "integer", least=0)
    notation.function("mu", 1, tex=r"\mu_{#1}")
    return notation


def _sources(source: str, notation: Notation) -> list[tuple[str, str]]:
    return [(kind, broken.source) for kind, broken in breakings(parse(source, notation))]


def test_every_kind_of_mistake(notation: Notation) -> None:
    assert _sources("2*x**3 - mu(l)*sin(x)", notation) == [
        ("sign", "-(2 * x ** 3 - mu(l) * sin(x))"),
        ("factor", "2 * (2 * x ** 3 - mu(l) * sin(x))"),
        ("exponent", "2 * x ** 4 - mu(l) * sin(x)"),
        ("constant", "3 * x ** 3 - mu(l) * sin(x)"),
        ("index", "2 * x ** 3 - mu(l + 1) * sin(x)"),
        ("function", "2 * x ** 3 - mu(l) * cos(x)"),
        ("inner sign", "2 * x ** 3 + mu(l) * sin(x)"),
    ]


def test_zero_becomes_one(notation: Notation) -> None:
    assert _sources("0", notation) == [("factor", "1")]
    assert _sources("x - x", notation) == [("factor", "1"), ("inner sign", "x + x")]


def test_mistakes_inside_sums_reach_ends_and_indices_but_no_bound_variable(
    notation: Notation,
) -> None:
    assert _sources("Sum(mu(l), (l, 0, oo))", notation)[2:] == [
        ("constant", "Sum(mu(l), (l, 1, oo))"),
        ("index", "Sum(mu(l + 1), (l, 0, oo))"),
    ]


def test_mistakes_that_divide_by_zero_are_left_out(notation: Notation) -> None:
    assert ("inner sign", "x / (1 - 1)") not in _sources("x/(1 + 1)", notation)


def test_a_function_is_broken_in_its_body(notation: Notation) -> None:
    assert ("exponent", "lambda x: x ** 3") in _sources("lambda x: x**2", notation)


@pytest.mark.parametrize("source", ["x", "mu(2*l + 1)/2", "lambda x: sin(x)", "Diff(mu(x), x, 2)"])
def test_mistakes_are_formulas_that_differ(source: str, notation: Notation) -> None:
    formula = parse(source, notation)
    for _, broken in breakings(formula):
        assert broken.sympy != formula.sympy
        assert broken.latex != formula.latex
