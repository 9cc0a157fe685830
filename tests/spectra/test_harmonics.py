"""Dimensions, zonal polynomials and the measure of the sphere, each by another road."""

from __future__ import annotations

import math
from fractions import Fraction
from math import comb
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special
import sympy as sp
from flint import arb

from ntkproofs.arithmetic.balls import precision
from ntkproofs.errors import InvalidInput
from ntkproofs.spectra.harmonics import (
    gegenbauer,
    harmonic_dimension,
    neighbours,
    sphere_constant,
    sphere_constant_ball,
)

DIMS = [2, 3, 4, 5, 10, 1000]


def homogeneous(dim: int, degree: int) -> int:
    """The number of monomials of a degree in dim variables."""
    return comb(degree + dim - 1, dim - 1) if degree >= 0 else 0


@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize("degree", [0, 1, 2, 3, 7, 50])
def test_harmonics_are_polynomials_modulo_the_squared_norm(dim: int, degree: int) -> None:
    expected = homogeneous(dim, degree) - homogeneous(dim, degree - 2)
    assert harmonic_dimension(dim, degree) == expected


@pytest.mark.parametrize("dim", [2, 3, 4, 7])
def test_the_generating_function_of_dimensions(dim: int) -> None:
    """Σ N(d, l) x^l = (1 + x)/(1 - x)^(d-1)."""
    x = sp.Symbol("x")
    series = sp.series((1 + x) / (1 - x) ** (dim - 1), x, 0, 8).removeO()
    assert [harmonic_dimension(dim, degree) for degree in range(8)] == [
        series.coeff(x, degree) for degree in range(8)
    ]


def test_dimensions_on_the_circle_the_sphere_and_the_three_sphere() -> None:
    assert [harmonic_dimension(2, degree) for degree in range(5)] == [1, 2, 2, 2, 2]
    assert [harmonic_dimension(3, degree) for degree in range(5)] == [1, 3, 5, 7, 9]
    assert [harmonic_dimension(4, degree) for degree in range(5)] == [1, 4, 9, 16, 25]
    assert harmonic_dimension(3, 10**6) == 2 * 10**6 + 1


POINTS = np.concatenate([np.linspace(-1, 1, 41), 1 - 10.0 ** -np.arange(1, 16)])


@pytest.mark.parametrize("degree", [0, 1, 2, 3, 10, 57, 400])
def test_legendre_polynomials(degree: int) -> None:
    values = gegenbauer(degree, 3, POINTS)
    truth = scipy.special.eval_legendre(degree, POINTS)
    np.testing.assert_allclose(values, truth, rtol=0, atol=3e-15 * (degree + 1))


@pytest.mark.parametrize("degree", [0, 1, 2, 3, 10, 57, 400])
def test_chebyshev_polynomials(degree: int) -> None:
    values = gegenbauer(degree, 2, POINTS)
    truth = np.cos(degree * np.arccos(POINTS))
    np.testing.assert_allclose(values, truth, rtol=0, atol=3e-15 * (degree + 1))


@pytest.mark.parametrize("dim", [3, 4, 5, 10])
@pytest.mark.parametrize("degree", [0, 1, 2, 3, 6, 11])
def test_exact_values_are_sympys(dim: int, degree: int) -> None:
    u = Fraction(3, 7)
    half = sp.Rational(dim - 2, 2)
    expected = sp.gegenbauer(degree, half, sp.Rational(3, 7)) / sp.gegenbauer(degree, half, 1)
    value = gegenbauer(degree, dim, u)
    assert isinstance(value, Fraction)
    assert sp.Rational(value.numerator, value.denominator) == expected
    symbol = sp.Symbol("u")
    assert sp.expand(gegenbauer(degree, dim, symbol)).subs(symbol, sp.Rational(3, 7)) == expected


@pytest.mark.parametrize(("dim", "degree"), [(1000, 30), (10, 300), (3, 200)])
def test_high_dimensions_and_degrees(dim: int, degree: int) -> None:
    """Against the hypergeometric form ``2F1(-l, l+d-2; (d-1)/2; (1-u)/2)``."""
    u = Fraction(1, 5)
    with mpmath.workdps(400):
        expected = mpmath.hyp2f1(
            -degree, degree + dim - 2, mpmath.mpf(dim - 1) / 2, mpmath.mpf(2) / 5
        )
        exact = gegenbauer(degree, dim, u)
        assert abs(mpmath.mpf(exact.numerator) / exact.denominator / expected - 1) < 1e-40
    assert gegenbauer(degree, dim, 0.2) == pytest.approx(float(exact), rel=1e-11, abs=0)
    with precision(2000):
        ball = gegenbauer(degree, dim, arb(1) / 5)
        assert ball.overlaps(arb(exact.numerator) / exact.denominator)
        assert ball.rel_accuracy_bits() > 200


@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize("degree", [0, 1, 2, 9, 100])
def test_values_at_the_poles(dim: int, degree: int) -> None:
    for one in (Fraction(1), sp.Integer(1)):
        assert gegenbauer(degree, dim, one) == 1
        assert gegenbauer(degree, dim, -one) == (-1) ** degree
    assert gegenbauer(degree, dim, 1.0) == pytest.approx(1, abs=1e-13)


@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize("degree", [0, 1, 2, 17])
def test_multiplication_by_the_cosine(dim: int, degree: int) -> None:
    u = Fraction(-4, 9)
    below, above = neighbours(degree, dim)
    assert below + above == 1
    before = gegenbauer(degree - 1, dim, u) if degree > 0 else 0
    expected = below * before + above * gegenbauer(degree + 1, dim, u)
    assert u * gegenbauer(degree, dim, u) == expected


@pytest.mark.parametrize("dim", [2, 3, 4, 5])
def test_orthogonality(dim: int) -> None:
    """∫ P_k P_l dμ = δ_kl/N(d, l) against the density with the sphere's constant, in SymPy."""
    t = sp.Symbol("t", positive=True)
    density = sphere_constant(dim) * sp.sin(t) ** (dim - 2)
    polynomials = [gegenbauer(degree, dim, sp.cos(t)) for degree in range(3)]
    for k, p in enumerate(polynomials):
        for degree, q in enumerate(polynomials):
            integral = sp.integrate(sp.expand(p * q * density), (t, 0, sp.pi))
            expected = sp.Rational(1, harmonic_dimension(dim, degree)) if k == degree else 0
            assert sp.simplify(integral - expected) == 0


@pytest.mark.parametrize(
    ("dim", "value"),
    [
        (2, 1 / sp.pi),
        (3, sp.Rational(1, 2)),
        (4, 2 / sp.pi),
        (5, sp.Rational(3, 4)),
        (6, 8 / (3 * sp.pi)),
    ],
)
def test_the_constant_of_the_sphere(dim: int, value: Any) -> None:
    assert sphere_constant(dim) == value
    assert sphere_constant_ball(dim).overlaps(arb(str(sp.N(value, 30))))


@pytest.mark.parametrize("dim", [2, 3, 10, 1000])
def test_the_uniform_measure_is_a_probability(dim: int) -> None:
    """1/c_d = ∫_0^π sin^(d-2) = B((d-1)/2, 1/2)."""
    inverse = float(mpmath.beta(mpmath.mpf(dim - 1) / 2, 0.5))
    for constant in (float(sphere_constant_ball(dim).mid()), float(sphere_constant(dim))):
        assert constant * inverse == pytest.approx(1, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("dim", "degree"),
    [(1, 2), (0, 2), (2.5, 2), (True, 2), (3, -1), (3, 1.5), (3, None), (3, True)],
)
def test_what_is_no_harmonic(dim: Any, degree: Any) -> None:
    with pytest.raises(InvalidInput):
        harmonic_dimension(dim, degree)
    with pytest.raises(InvalidInput):
        gegenbauer(degree, dim, 0.5)


def test_arrays_keep_their_shape_and_dtype() -> None:
    u = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)
    for degree in (0, 1, 5):
        values = gegenbauer(degree, 4, u)
        assert values.shape == (2, 3)
        assert values.dtype == np.float32
    assert math.isclose(gegenbauer(2, 3, 0.5), -0.125)
