# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""The singular part of a zonal kernel at the poles u = ±1.

At u = 1 write t = 1 - u (at u = -1: t = 1 + u) and θ for the angle to the pole; θ = sqrt(2t) g(t)
with g analytic at 0. A term θ^e with an even integer e is analytic in t and contributes nothing to
the decay of eigenvalues; every other one expands into powers t^(e/2 + k).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, comb, exp, log, pi
from statistics import linear_regression

from flint import fmpq, fmpq_series

from ntkproofs.arithmetic.balls import precision, series_length
from ntkproofs.arithmetic.coefficients import is_zero
from ntkproofs.arithmetic.laurent import ONE, PI, ZERO, Coefficient, Laurent, as_ball
from ntkproofs.arithmetic.puiseux import Series
from ntkproofs.kernels.expansions import Expansions
from ntkproofs.kernels.kernel import Kernel

Singularities = dict[Fraction, Coefficient]
"""ν -> c: the terms c (2t/scale²)^ν of the singular part, ν not an integer."""

SCALES = (ONE, 2 / PI)
"""Units of the angle in which coefficients are sought in exact form: expansions of composed step
activations have coefficients in powers of π/2, which are rational in π in units of 2/π."""


@dataclass(frozen=True)
class Growth:
    """How the coefficients of an expansion in the angle grow: |a_n| is about amplitude radius^(-n).

    The radius of convergence is the distance to the nearest complex singularity. What such a
    singularity adds to μ_l is exponentially small in l radius, and in no term of the asymptotic
    series. Both numbers are estimates.
    """

    radius: float
    amplitude: float

    def contribution(self, dim: int, degree: int) -> float:
        """The rough size of what the singularity adds to μ_l on S^(d-1)."""
        return self.amplitude * self.radius ** (dim - 1) * exp(-degree * self.radius)


@dataclass(frozen=True)
class SingularPart:
    """The singular parts at both poles, up to a common order.

    Attributes:
        at_one: terms at u = 1, in t = 1 - u.
        at_minus_one: terms at u = -1, in t = 1 + u.
        order: the exponent of t from which on nothing is known.
        scale: the unit of the angle: a term of exponent ν is c (2t/scale²)^ν.
        growth: of the expansions at u = 1 and at u = -1.
    """

    at_one: Singularities
    at_minus_one: Singularities
    order: Fraction
    scale: Laurent
    growth: tuple[Growth, ...]


def singular_part(
    kernel: Kernel, length: int, bits: int, *, exact: bool = False, scale: Laurent = ONE
) -> SingularPart:
    """The singular parts of a kernel from expansions of so many terms.

    Args:
        kernel: the kernel.
        length: terms of the expansions in the angle.
        bits: precision of coefficients that are balls.
        exact: keep coefficients exact as long as possible.
        scale: the unit of the angle.

    Raises:
        NoExpansion: if the kernel has no expansion in powers of the angle, or none was found.
    """
    expansions = Expansions(length, exact, bits, scale)
    with precision(bits):
        at_one, at_minus_one = (expansions.at_pole(kernel, pole) for pole in (1, -1))
        order = min(at_one.order, at_minus_one.order) / 2
        return SingularPart(
            _singularities(at_one, order, scale),
            _singularities(at_minus_one, order, scale),
            order,
            scale,
            (_growth(at_one, scale), _growth(at_minus_one, scale)),
        )


def _growth(series: Series, scale: Laurent) -> Growth:
    """A straight line through log |a_n| over the last two thirds of the coefficients."""
    unit = float(scale.to_ball().mid())
    sizes = [(j / series.ramification, abs(as_ball(c))) for j, c in enumerate(series.coefficients)]
    known = [(n, float(a.log().mid()) - n * log(unit)) for n, a in sizes if a > 0]
    late = [(n, size) for n, size in known if n >= float(series.order) / 3]
    if len(late) < _LEAST_FOR_A_LINE:
        return Growth(pi, 0.0)
    slope = linear_regression(*zip(*late, strict=True)).slope
    radius = min(exp(-slope), pi)
    return Growth(radius, exp(max(size + n * log(radius) for n, size in late)))


_LEAST_FOR_A_LINE = 4


def _singularities(series: Series, order: Fraction, scale: Laurent) -> Singularities:
    """The terms of the singular part: c_ν = Σ_k a_(2(ν-k)) (scale²/2)^k [t^k] g(t)^(2(ν-k))."""
    found: Singularities = {}
    length = ceil(order)
    steps = [ONE]
    for _ in range(length):
        steps.append(steps[-1] * scale * scale / 2)
    for index, coefficient in enumerate(series.coefficients):
        power = Fraction(index, series.ramification)
        if power % 2 == 0 or is_zero(coefficient):
            continue
        for k in range(ceil(order - power / 2)):
            term = coefficient * steps[k] * _angle_power(power, length)[k]
            found[power / 2 + k] = found.get(power / 2 + k, ZERO) + term
    return {nu: found[nu] for nu in sorted(found) if not is_zero(found[nu])}


@lru_cache(maxsize=512)
def _angle_power(power: Fraction, length: int) -> tuple[fmpq, ...]:
    """The first coefficients of g(t)^power in t, g(t) = arcsin(sqrt(t/2))/sqrt(t/2)."""
    with series_length(length):
        logarithm = fmpq_series([_arcsine_coefficient(n) for n in range(length)]).log()
        exponent = fmpq_series([fmpq(power.numerator, power.denominator)])
        found = (logarithm * exponent).exp()
        return tuple(found[k] for k in range(length))


def _arcsine_coefficient(n: int) -> fmpq:
    """The coefficient of t^n in arcsin(sqrt(t/2))/sqrt(t/2)."""
    return fmpq(comb(2 * n, n), 4**n * (2 * n + 1) * 2**n)
