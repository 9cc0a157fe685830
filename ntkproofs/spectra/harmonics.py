"""Spherical harmonics: dimensions, zonal polynomials, the measure of the sphere."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import comb
from typing import TYPE_CHECKING, Any

from flint import arb

from ntkproofs.conventions import require_dim, require_integer

if TYPE_CHECKING:
    import sympy as sp


def harmonic_dimension(dim: int, degree: int) -> int:
    """N(d, l): how many independent spherical harmonics of degree l live on S^(d-1); exact.

    ``N(d, l) = (2l + d - 2)/l · C(l + d - 3, d - 2)``, and 1 for l = 0.

    Args:
        dim: d >= 2.
        degree: l >= 0.

    Raises:
        InvalidInput: for other numbers.

    Example:
        >>> [harmonic_dimension(3, degree) for degree in range(4)]
        [1, 3, 5, 7]
    """
    dim = require_dim(dim)
    degree = _require_degree(degree)
    if degree == 0:
        return 1
    return (2 * degree + dim - 2) * comb(degree + dim - 3, dim - 2) // degree


def gegenbauer(degree: int, dim: int, u: Any) -> Any:
    """The zonal polynomial P_l(u) of S^(d-1) with P_l(1) = 1, by its three-term recurrence.

    Legendre for d = 3, Chebyshev (first kind) for d = 2. Works on floats, arrays, balls, symbols
    and exact fractions; never by coefficients, which float64 cannot carry beyond degree 40.

    ``(l + d - 2) P_(l+1) = (2l + d - 2) u P_l - l P_(l-1)``.

    Args:
        degree: l >= 0.
        dim: d >= 2.
        u: the cosine, in any arithmetic.

    Raises:
        InvalidInput: for other numbers.

    Source:
        Müller, Spherical Harmonics, 1966; DLMF 18.9.

    Example:
        >>> gegenbauer(2, 3, 0.5)
        -0.125
    """
    dim, degree = require_dim(dim), _require_degree(degree)
    before, here = 0 * u + 1, u
    if degree == 0:
        return before
    for k in range(1, degree):
        before, here = here, ((2 * k + dim - 2) * (u * here) - k * before) / (k + dim - 2)
    return here


def neighbours(degree: int, dim: int) -> tuple[Fraction, Fraction]:
    """(a, b) with ``u P_l = a P_(l-1) + b P_(l+1)``: l/(2l+d-2) and (l+d-2)/(2l+d-2)."""
    if degree == 0:
        return Fraction(0), Fraction(1)
    whole = 2 * degree + dim - 2
    return Fraction(degree, whole), Fraction(degree + dim - 2, whole)


@lru_cache
def sphere_constant(dim: int) -> sp.Expr:
    """``Γ(d/2) / (sqrt(π) Γ((d-1)/2))``, so that the density of u is this times (1-u²)^((d-3)/2).

    Exact: rational for odd d, a rational over π for even d.
    """
    import sympy as sp

    half = sp.Rational(dim, 2)
    return sp.gamma(half) / (sp.sqrt(sp.pi) * sp.gamma(half - sp.Rational(1, 2)))


def sphere_constant_ball(dim: int) -> arb:
    """Γ(d/2)/(sqrt(π) Γ((d-1)/2)) as a ball."""
    half = arb(dim) / 2
    return half.gamma() / (arb.pi().sqrt() * (half - arb(1) / 2).gamma())


def _require_degree(degree: Any) -> int:
    why = "the degree of a spherical harmonic is that of a polynomial"
    return require_integer("degree", degree, least=0, why=why)
