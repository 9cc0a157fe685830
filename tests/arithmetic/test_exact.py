"""Decision procedures for exact identities: what they decide, and what they leave undecided."""

import pytest
import sympy as sp

from ntkproofs.arithmetic.exact import polynomial_identity, rational_identity
from ntkproofs.arithmetic.gammas import (
    NotReducible,
    decay_exponent,
    gamma_quotient,
    quotient_of_sums,
)
from ntkproofs.arithmetic.truth import Truth

x, y = sp.symbols("x y")
m = sp.Symbol("m", integer=True, positive=True)


@pytest.mark.parametrize(
    ("left", "right", "truth"),
    [
        ((x**2 - 1) / (x - 1), x + 1, Truth.TRUE),
        (1 / x + 1 / y, (x + y) / (x * y), Truth.TRUE),
        (sp.Rational(1, 3) + sp.Rational(1, 6), sp.Rational(1, 2), Truth.TRUE),
        (x + sp.Rational(1, 10**15), x, Truth.FALSE),
        (x**2, x, Truth.FALSE),
        ((x * (x - 1) * (x - 2)), 0, Truth.FALSE),
        (sp.sqrt(2) * x, sp.sqrt(3) * x, Truth.UNDECIDED),
        (sp.sin(x) ** 2 + sp.cos(x) ** 2, 1, Truth.UNDECIDED),
        (sp.pi, sp.Rational(22, 7), Truth.FALSE),
        ((sp.pi**2 - 1) / (sp.pi + 1), sp.pi - 1, Truth.TRUE),
        (x / sp.pi, x / sp.pi + sp.pi**-9, Truth.FALSE),
        (sp.sqrt(sp.pi) ** 2 * x, sp.pi * x, Truth.TRUE),
        (sp.sqrt(sp.pi) * x, x, Truth.UNDECIDED),
        (sp.sin(sp.pi * x), 0, Truth.UNDECIDED),
        (sp.E, sp.Rational(3), Truth.UNDECIDED),
        (x + 0.1, x + sp.Rational(1, 10), Truth.UNDECIDED),
        (x**y, x**y * 1, Truth.TRUE),
        (2**x * 2, 2 ** (x + 1), Truth.UNDECIDED),
        (sp.I * sp.I, -1, Truth.TRUE),
        (sp.I * x, x, Truth.UNDECIDED),
    ],
)
def test_rational_identity(left, right, truth):
    decision = rational_identity(left, right)
    # x**y * 1 is x**y for SymPy before we see it: the difference is literally 0.
    assert decision.truth is truth
    assert (decision.reason != "") == (truth is Truth.UNDECIDED)
    if truth is Truth.FALSE:
        assert decision.witness["left"] != decision.witness["right"]


def test_the_witness_is_small_and_respects_the_hypotheses():
    assert rational_identity(x * y, x + y, {"x": 2, "y": 2}).witness["x"] >= 2
    assert rational_identity((x + 1) ** 2, x**2 + 3 * x + 1).witness["x"] == 1
    assert rational_identity(m, 2 * m).witness["m"] == 1
    assert rational_identity(sp.pi * m, m).witness == {"m": 1, "left": "pi", "right": "1"}
    nu = sp.Symbol("nu", integer=False, positive=True)
    assert rational_identity(nu, 2 * nu).witness["nu"] == "1/2"
    many = sp.symbols("a0:9")
    assert rational_identity(sum(many), 0).truth is Truth.FALSE


def test_polynomials_modulo_relations():
    c, s = sp.symbols("c s")
    circle = [c**2 + s**2 - 1]
    assert polynomial_identity(c**4 - s**4, c**2 - s**2, circle, [c, s]).truth is Truth.TRUE
    assert polynomial_identity(c + s, 1, circle, [c, s]).truth is Truth.FALSE
    assert polynomial_identity(c + x, c, circle, [c, s]).truth is Truth.UNDECIDED
    assert polynomial_identity(sp.sqrt(c), c, circle, [c, s]).truth is Truth.UNDECIDED


def test_gamma_quotients():
    half = sp.Rational(1, 2)
    found = gamma_quotient(sp.gamma(m + half) ** 2 * m, sp.gamma(m - half) ** 2)
    assert sp.cancel(found - m * (m - half) ** 2) == 0
    assert gamma_quotient(sp.factorial(m), sp.gamma(m)) == m
    assert gamma_quotient(2 ** (m + 1), 2**m) == 2
    for above, below in (
        (sp.gamma(m), sp.gamma(m + half)),
        (sp.gamma(m), 1),
        (2**m, 3**m),
        (sp.gamma(2 * m), sp.gamma(m)),
        (sp.sin(m) ** half, 1),
    ):
        with pytest.raises(NotReducible):
            gamma_quotient(above, below)


def test_decay_exponents_against_known_sequences():
    # Central binomials over 4^m are ~ m^(-1/2)/sqrt(pi).
    binomial = sp.gamma(2 * m + 1) / (sp.gamma(m + 1) ** 2 * 4**m)
    ratio = gamma_quotient(binomial.subs(m, m + 1), binomial)
    assert decay_exponent(ratio, m) == sp.Rational(1, 2)
    sums = quotient_of_sums(1 / ((m + 1) * (m + 2)) + 1 / (m + 1), 1 / (m * (m + 1)) + 1 / m)
    assert decay_exponent(sums, m) == 1
    with pytest.raises(NotReducible):
        decay_exponent(m / (2 * m + 1), m)
