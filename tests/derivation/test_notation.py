"""Notation: assumptions that follow from ranges, LaTeX of names, and what cannot be declared."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

from ntkproofs.derivation.formula import parse
from ntkproofs.derivation.notation import Notation, default_tex
from ntkproofs.errors import InvalidInput


@pytest.mark.parametrize(
    ("name", "tex"),
    {
        "x": "x",
        "mu": r"\mu",
        "ell": r"\ell",
        "lam": r"\lambda",
        "kappa0": r"\kappa_{0}",
        "a_L": "a_{L}",
        "sigma_w": r"\sigma_{w}",
        "width": r"\mathrm{width}",
    }.items(),
)
def test_default_latex_of_names(name: str, tex: str) -> None:
    assert default_tex(name) == tex


def test_assumptions_follow_from_kind_and_bounds() -> None:
    notation = Notation()
    assert notation.symbol("d", "integer", least=2) == sp.Symbol("d", integer=True, positive=True)
    assert notation.symbol("l", "integer", least=0) == sp.Symbol(
        "l", integer=True, nonnegative=True
    )
    assert notation.symbol("t", above=0, below=1) == sp.Symbol("t", real=True, positive=True)
    assert notation.symbol("s", most=Fraction(-1, 2)).is_negative
    assert notation.symbol("u", above=-1, below=1) == sp.Symbol("u", real=True)
    assert notation.symbol("z", "complex") == sp.Symbol("z", complex=True)


def test_ranges_in_latex_and_in_words() -> None:
    notation = Notation()
    notation.symbol("d", "integer", least=2, meaning="dimension")
    notation.symbol("u", above=-1, below=1)
    notation.symbol("theta", least=0, most=sp.pi)
    notation.symbol("n", "integer")
    notation.symbol("s", "positive")
    ranges = [notation.range_of(name) for name in notation.symbols]
    assert ranges == [
        r"d \ge 2",
        "-1 < u < 1",
        r"0 \le \theta \le \pi",
        r"n \in \mathbb{Z}",
        "s > 0",
    ]
    assert notation.words_of("d") == "dimension; an integer, at least 2"
    assert notation.words_of("u") == "a real number, greater than -1 and less than 1"


def test_symbols_are_listed_by_first_use() -> None:
    notation = Notation()
    notation.symbol("x")
    notation.symbol("unused")
    notation.symbol("d", "integer", meaning="dimension")
    notation.function("P", 2, tex="P_{#1}(#2)", meaning="Legendre polynomial")
    parse("P(d, x)", notation)
    assert notation.symbols_used() == (
        (r"P_{\cdot }(\cdot )", "Legendre polynomial"),
        ("d", "dimension; an integer"),
        ("x", "a real number"),
    )


def test_the_same_declaration_twice_is_one() -> None:
    notation = Notation()
    assert notation.symbol("x") == notation.symbol("x")
    with pytest.raises(InvalidInput, match="declared once"):
        notation.symbol("x", "integer")


def test_what_cannot_be_a_symbol() -> None:
    notation = Notation()
    notation.symbol("l", tex=r"\ell")
    for name, arguments in (
        ("pi", {}),
        ("lambda", {}),
        ("2x", {}),
        ("x", {"kind": "rational"}),
        ("z", {"kind": "complex", "least": 0}),
        ("x", {"tex": "a_{"}),
        ("x", {"tex": "$a$"}),
        ("ell", {}),  # looks like l
        ("w", {"tex": "e"}),  # looks like a constant
        ("x", {"least": 2, "most": 1}),
        ("x", {"kind": "positive", "most": -1}),
    ):
        with pytest.raises(InvalidInput):
            notation.symbol(name, **arguments)


def test_what_cannot_be_a_function() -> None:
    notation = Notation()
    notation.function("P", 2, tex="P_{#1}(#2)")
    for name, arity, tex in (
        ("sin", 1, None),
        ("asymptotic", 3, None),
        ("f", 0, None),
        ("f", 10, None),
        ("f", 2, "f(#1)"),  # an argument that is checked and not read
        ("f", 1, "f(#1, #2)"),
        ("Q", 2, "P_{#1}(#2)"),
        ("P", 1, None),
    ):
        with pytest.raises(InvalidInput):
            notation.function(name, arity, tex=tex)
