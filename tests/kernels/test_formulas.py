"""Formulas of kernels, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp

from ntkproofs.kernels.arccosine import arccosine, double_factorial, polynomials
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.networks import (
    cosine_map,
    cosine_map_derivative,
    deep_narrow,
    eoc,
    nngp,
    ntk,
)

from ._kernels import COSINES, laplace

COS, SIN, GAP = sp.symbols("c s x")  # cos θ, sin θ, π - θ


def reduced(expression: Any) -> Any:
    """A polynomial in COS, SIN, GAP by cos² + sin² = 1; 0 if and only if it is 0 for every θ."""
    numerator, _ = sp.fraction(sp.together(expression))
    return sp.reduced(sp.expand(numerator), [SIN**2 + COS**2 - 1], SIN, COS, GAP)[1]


@pytest.mark.parametrize("order", range(6))
def test_cho_and_sauls_formula(order: int) -> None:
    """J_n = (-1)^n sin^(2n+1) ((1/sin) d/dθ)^n ((π - θ)/sin), and J_n(0) = π (2n - 1)!!."""
    value = GAP / SIN
    for _ in range(order):
        value = -SIN * sp.diff(value, COS) + COS * sp.diff(value, SIN) - sp.diff(value, GAP)
        value = sp.together(value / SIN)
    printed = (-1) ** order * SIN ** (2 * order + 1) * value
    a, b = (sum(sp.Rational(c) * COS**k for k, c in enumerate(p)) for p in polynomials(order))
    assert reduced(printed - GAP * a - SIN * b) == 0
    assert reduced(printed - GAP * a - SIN * b - SIN**3 / 10**9) != 0  # the zero test can fail
    assert a.subs(COS, 1) == sp.factorial2(2 * order - 1) == double_factorial(order)
    u = sp.Symbol("u")
    formula = arccosine(order)(u) * sp.pi * double_factorial(order)
    angle = formula.subs({sp.acos(u): sp.pi - GAP, sp.sqrt(1 - u**2): SIN}).subs(u, COS)
    assert reduced(angle - GAP * a - SIN * b) == 0


@pytest.mark.parametrize("order", range(1, 6))
def test_prices_theorem(order: int) -> None:
    """d/du E[σ(g) σ(g')] = E[σ'(g) σ'(g')] for σ = ReLU^n: J_n' = n² J_(n-1)."""
    u = sp.Symbol("u", positive=True)
    left = sp.diff(arccosine(order)(u), u) * double_factorial(order)
    right = order**2 * arccosine(order - 1)(u) * double_factorial(order - 1)
    assert sp.simplify(left - right) == 0
    # At one point the sides of another factor differ, so that the line above can fail.
    assert abs((left - right * (order + 1) / order).subs(u, sp.Rational(1, 2)).evalf(30)) > 0.1


def test_the_cosine_map_and_its_derivative() -> None:
    u = sp.Symbol("u", positive=True)
    delta = Fraction(2, 7)
    difference = sp.diff(cosine_map(delta)(u), u) - cosine_map_derivative(delta)(u)
    assert sp.simplify(difference) == 0


def test_relu_is_the_edge_of_chaos_of_equal_slopes() -> None:
    u = sp.Symbol("u")
    assert sp.simplify(eoc(2, 3, 3)(u) - ntk(2)(u)) == 0
    np.testing.assert_allclose(eoc(7, 1, 1)(COSINES), ntk(7)(COSINES), rtol=2.3e-16, atol=2e-32)


@pytest.mark.parametrize(
    ("kernel", "at_minus_1", "at_0", "at_1"),
    [
        (arccosine(0), 0, sp.Rational(1, 2), 1),
        (arccosine(1), 0, 1 / sp.pi, 1),
        (arccosine(2), 0, sp.Rational(1, 6), 1),
        (ntk(2), 0, 1 / sp.pi, 2),
        (cosine_map(Fraction(1, 2)), 0, 1 / sp.pi, 1),
        (cosine_map(1), 1, 2 / sp.pi, 1),
        (cosine_map_derivative(1), -1, 0, 1),
        (ntk(2, 2, 1), None, None, 5),  # q = 2, S_2 = 3, Θ_2 = 3 + 2
        (ntk(2, 4, 0), None, None, 4),  # S_2 = 2, Θ_2 = 2 + 2·1
        (nngp(3, 4, 1), None, None, 11),  # q = 2, 5, 11
        (deep_narrow(2, 1, input_dim=4), 1 / sp.pi, None, 3),  # q = 2, k(1) = 2 + q/2
        (deep_narrow(1, 0, input_dim=1), 0, 1 + 1 / (2 * sp.pi), sp.Rational(5, 2)),
        (laplace, sp.exp(-2), sp.exp(-sp.sqrt(2)), 1),
    ],
    ids=repr,
)
def test_exact_values(kernel: Kernel, at_minus_1: Any, at_0: Any, at_1: Any) -> None:
    for u, value in ((-1, at_minus_1), (0, at_0), (1, at_1)):
        if value is not None:
            assert sp.simplify(kernel(sp.Integer(u)) - value) == 0
            assert abs(kernel(float(u)) - float(value)) <= 2e-16 * abs(float(value))
