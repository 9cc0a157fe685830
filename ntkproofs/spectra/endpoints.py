# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
r"""The eigenvalues of a power at an endpoint, (1 - u)^ν, exactly.

Against the uniform probability measure on S^(d-1), for ν > -(d-1)/2,

    Λ_l(ν) = 2^(ν+d-2) Γ(d/2) Γ(ν+(d-1)/2) / (sqrt(π) Γ(-ν)) · Γ(l-ν)/Γ(l+ν+d-1).

By Rodrigues' formula and l partial integrations the Funk-Hecke integral of (1-u)^ν becomes a Beta
integral. For an integer ν >= 0 it is zero for l > ν: the power is a polynomial. (1 + u)^ν has
(-1)^l Λ_l(ν).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

import sympy as sp
from flint import arb

from ntkproofs.arithmetic.balls import ball


def endpoint_eigenvalue(exponent: Any, dim: Any, degree: Any) -> sp.Expr:
    """Λ_l(ν), the eigenvalue of (1-u)^ν at degree l, in SymPy's gamma function.

    Args:
        exponent: ν, not an integer.
        dim: d >= 2, a number or a symbol.
        degree: l, a number or a symbol.

    Example:
        >>> endpoint_eigenvalue(sp.Rational(1, 2), 3, 0)
        2*sqrt(2)/3
    """
    nu, d, l = (sp.sympify(_rational(x)) for x in (exponent, dim, degree))  # noqa: E741
    ratio = sp.gamma(l - nu) / sp.gamma(l + nu + d - 1)
    return cast(sp.Expr, sp.gammasimp(_constant(nu, d) * ratio))


def endpoint_constant(exponent: Any, dim: Any) -> sp.Expr:
    """C with Λ_l(ν) ~ C l^(-2ν-d+1), since Γ(l-ν)/Γ(l+ν+d-1) ~ l^(-2ν-d+1)."""
    nu, d = (sp.sympify(_rational(x)) for x in (exponent, dim))
    return cast(sp.Expr, sp.gammasimp(_constant(nu, d)))


def _constant(nu: Any, d: Any) -> Any:
    powers = 2 ** (nu + d - 2) * sp.gamma(d / 2) * sp.gamma(nu + (d - 1) / 2)
    return powers / (sp.sqrt(sp.pi) * sp.gamma(-nu))


def _rational(value: Any) -> Any:
    if isinstance(value, Fraction):
        return sp.Rational(value.numerator, value.denominator)
    return value


def endpoint_ball(exponent: Fraction, dim: int, degree: int) -> arb:
    """Λ_l(ν) as a ball at the current precision."""
    return endpoint_constant_ball(exponent, dim) * _gamma_ratio(exponent, dim, degree)


def endpoint_constant_ball(exponent: Fraction, dim: int) -> arb:
    """The constant C of Λ_l(ν) ~ C l^(-2ν-d+1) as a ball at the current precision."""
    nu, half = ball(exponent), arb(dim - 1) / 2
    constant = arb(2) ** (nu + dim - 2) * (arb(dim) / 2).gamma() * (nu + half).gamma()
    return constant * (-nu).rgamma() / arb.pi().sqrt()


def _gamma_ratio(exponent: Fraction, dim: int, degree: int) -> arb:
    """Γ(l-ν)/Γ(l+ν+d-1)."""
    low, steps = degree - exponent, 2 * exponent + dim - 1
    if steps.denominator == 1 and steps <= _MOST_FACTORS:
        return 1 / ball(low).rising(int(steps))
    if low > 0:
        return (ball(low).lgamma() - ball(low + steps).lgamma()).exp()
    return ball(low).gamma() * ball(low + steps).rgamma()


_MOST_FACTORS = 200
