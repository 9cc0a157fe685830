"""What tests of eigenvalues share: truths by mpmath, and how balls meet them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
from flint import arb

from ntkproofs.arithmetic.balls import bits_for, precision
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.networks import ntk
from ntkproofs.kernels.user import zonal

MP = mpmath.mp.clone()
MP.dps = 45
NTK_3, LAPLACE = ntk(3), zonal("laplace", lambda u, ar: ar.exp(-ar.chord(u)))


def as_ball(value: Any, digits: int) -> arb:
    """A ball of relative radius 10^-digits around an mpmath number."""
    with precision(bits_for(digits) + 40):
        return arb(MP.nstr(value, digits + 5)) * (1 + arb(0, 1) * arb(10) ** -digits)


def relative_error(value: float, truth: arb) -> float:
    with precision(200):
        return abs(float(((arb(value) - truth) / truth).mid()))


def assert_encloses(found: list[arb], truths: list[arb], digits: int) -> None:
    """Close and narrow: every ball meets the truth and has the digits that were asked for."""
    for value, truth in zip(found, truths, strict=True):
        assert value.overlaps(truth)
        assert value.rad() < abs(value.mid()) * arb(10) ** -digits
        assert truth.rad() < abs(truth.mid()) * arb(10) ** -(digits - 10)


def by_mpmath(function: Callable[[Any], Any], dim: int, degree: int) -> Any:
    """μ_l of a function of the angle by mpmath's quadrature, at 45 digits."""
    half = MP.mpf(dim) / 2
    constant = MP.gamma(half) / (MP.sqrt(MP.pi) * MP.gamma(half - 0.5))

    def integrand(angle: Any) -> Any:
        polynomial = MP.hyp2f1(-degree, degree + dim - 2, half - 0.5, MP.sin(angle / 2) ** 2)
        return function(angle) * polynomial * MP.sin(angle) ** (dim - 2)

    return constant * MP.quad(integrand, MP.linspace(0, MP.pi, 3 + degree // 4))


def three_layers(angle: Any) -> Any:
    """The NTK of three layers of the angle, written out."""

    def step(a: Any) -> Any:
        return (MP.sin(a) + (MP.pi - a) * MP.cos(a)) / MP.pi

    second = MP.acos(min(MP.mpf(1), step(angle)))
    two = MP.cos(angle) * (MP.pi - angle) / MP.pi + step(angle)
    return two * (MP.pi - second) / MP.pi + step(second)


def poisson(dim: int) -> Kernel:
    """(1 - r²)/(1 - 2 r u + r²)^(d/2) with r = 1/2, whose eigenvalues are r^l."""

    def formula(u: Any, ar: Any) -> Any:
        square = ar.number(Fraction(5, 4)) - u
        root = square ** (dim // 2) * (ar.sqrt(square) if dim % 2 else 1)
        return ar.number(Fraction(3, 4)) / root

    return zonal(f"poisson {dim}", formula)
