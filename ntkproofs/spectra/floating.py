"""Eigenvalues in floating point: one Gauss-Legendre rule in θ, all degrees at once.

The integrand does not decay with the degree while its integral does: at l = 1000 in d = 10 the
eigenvalue is about 1e-25. Sums are therefore taken in double-double arithmetic, and every
eigenvalue comes with an estimate of its absolute error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ntkproofs.arithmetic.balls import precision
from ntkproofs.arithmetic.doubles import DoubleArithmetic, DoubleDouble
from ntkproofs.errors import PrecisionExhausted
from ntkproofs.kernels.kernel import Kernel, evaluate
from ntkproofs.spectra.harmonics import sphere_constant_ball
from ntkproofs.spectra.quadrature import (
    AngleRule,
    Pair,
    angle_rule,
    multiply,
    power,
    zonal_projections,
)

FloatArray = NDArray[np.float64]

_SPARE_NODES = (48, 72, 108, 162, 243, 364)
_PROBE_DEGREE = 8
_CONVERGED = 1e-28
_ROUNDING = 2.0**-104
"""Error granted to a double-double sum, per unit of Σ |integrand| and per degree: an error of the
nodes in the last digit turns the phase of P_l by l times as much."""


@dataclass(frozen=True)
class FloatEigenvalues:
    """μ_0, ..., μ_max_degree and estimates of their absolute errors; both of shape (degrees,)."""

    values: FloatArray
    errors: FloatArray


def float_eigenvalues(kernel: Kernel, dim: int, max_degree: int) -> FloatEigenvalues:
    """All eigenvalues up to a degree by one rule, large enough for the kernel and the degree.

    Raises:
        PrecisionExhausted: if rules of growing size do not agree to the digits of a float.
    """
    spare, convergence = _spare_nodes(kernel, dim)
    rule = _rule(max_degree, dim, spare)
    integrand = _integrand(kernel, dim, rule)
    values = zonal_projections(rule.cosine, integrand, dim, max_degree).hi
    rounding = _ROUNDING * _absolute_projections(rule, integrand, dim, max_degree)
    return FloatEigenvalues(values, rounding + convergence)


def _spare_nodes(kernel: Kernel, dim: int) -> tuple[int, float]:
    """Nodes that the kernel itself needs, by comparing rules at low degrees; and their error."""
    before = None
    for spare in _SPARE_NODES:
        rule = _rule(_PROBE_DEGREE, dim, spare)
        here = zonal_projections(rule.cosine, _integrand(kernel, dim, rule), dim, _PROBE_DEGREE)
        if before is not None:
            change = float(np.max(np.abs((here.hi - before.hi) + (here.lo - before.lo))))
            scale = float(np.max(np.abs(here.hi)))
            if scale > 0 and change <= _CONVERGED * scale:
                return spare, 0.0
        before = here
    scale = float(np.max(np.abs(here.hi)))
    if not change <= 1e-12 * scale or scale == 0:
        raise PrecisionExhausted(
            f"The Gauss-Legendre rule in the angle does not converge for {kernel!r}: rules of "
            f"{_SPARE_NODES[-2]} and {_SPARE_NODES[-1]} nodes differ by {change:.1e}. The kernel "
            "is not smooth in the angle; ask for enclosures with digits=15, which integrate "
            "adaptively."
        )
    return _SPARE_NODES[-1], change


def _rule(max_degree: int, dim: int, spare: int) -> AngleRule:
    # P_l sin^(d-2) oscillates like a polynomial of degree (l + d) π/2 in θ, and a rule of n nodes
    # is exact to degree 2n - 1; beyond that Chebyshev coefficients fall off as Bessel functions
    # do, over a width of the order of the cube root.
    degree = max_degree + dim
    return angle_rule(math.ceil(math.pi / 4 * degree + 6 * degree ** (1 / 3)) + spare)


def _integrand(kernel: Kernel, dim: int, rule: AngleRule) -> Pair:
    """Weight · c_d sin^(d-2) · k at the nodes."""
    ar = DoubleArithmetic.like(rule.cosine.hi)
    value = evaluate(kernel, DoubleDouble(rule.cosine.hi, rule.cosine.lo), ar)
    values = Pair(np.asarray(value.hi), np.asarray(value.lo))
    density = multiply(
        multiply(rule.weight, power(rule.sine, dim - 2)), _sphere_constant(dim, rule)
    )
    return multiply(density, values)


def _sphere_constant(dim: int, rule: AngleRule) -> Pair:
    with precision(160):
        exact = sphere_constant_ball(dim)
        high = float(exact.mid())
        low = float((exact - high).mid())
    return Pair(np.full_like(rule.weight.hi, high), np.full_like(rule.weight.hi, low))


def _absolute_projections(
    rule: AngleRule, integrand: Pair, dim: int, max_degree: int
) -> FloatArray:
    """Σ_j |integrand_j| |P_l(u_j)| (l + 1) by the envelope of P_l, on a grid of degrees.

    ``|P_l(cos θ)|`` is at most 1 and about ``2^λ Γ(λ + 1/2)/sqrt(π) (l sin θ)^-λ``, λ = (d-2)/2.
    """
    half = dim / 2 - 1
    amplitude = half * math.log(2) + math.lgamma(half + 0.5) - 0.5 * math.log(math.pi)
    log_sine = np.log(rule.sine.hi)
    grid = np.unique(np.geomspace(1, max_degree + 1, 40).astype(int))
    sums = [
        np.sum(
            np.abs(integrand.hi)
            * np.exp(np.minimum(0.0, amplitude - half * (math.log(degree) + log_sine)))
        )
        for degree in grid
    ]
    degrees = np.arange(1, max_degree + 2, dtype=np.float64)
    return np.exp(np.interp(np.log(degrees), np.log(grid), np.log(sums))) * degrees
