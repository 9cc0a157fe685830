# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false
r"""A kernel as a polynomial in the cosine and a rest that matters near the poles only.

In θ = arccos u the kernels of the library are analytic on (0, π). On θ in [r, π - r] they are
therefore approximated by polynomials g of degree D in u up to some r e^(-D r): the singularities
stand just outside, on the boundary of the Bernstein ellipse of parameter 1 + r. The rest k - g is
of that size there, and a smooth function of the half-chord s = sin(θ/2) within the caps θ < r and
π - θ < r. On the torus g is a trigonometric polynomial of degree D, since u is one of degree 1.

Source:
    Trefethen, Approximation Theory and Practice, 2019, Theorem 8.2. Splittings of this kind are
    Ewald's (1921); Potts, Steidl and Nieslony, Numerische Mathematik 98 (2004), for scattered
    points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.polynomial.chebyshev import chebval
from scipy import fft

from ntkproofs.domains.quadrature import Floats
from ntkproofs.kernels.chebyshev import ChebyshevKernel

_TABLE = 128
_STEP = 0.25
_REACHES = (1.0, 40.0)
"""D r of the smallest and of the largest caps that are tried; e^(-40) is below all rounding."""


@dataclass(frozen=True, eq=False)
class Split:
    """k = g + rest, the rest being dropped outside the caps.

    Attributes:
        degree: D of g.
        radius: r of the caps, in θ.
        cosines: b_0..b_D, g = Σ b_j cos jθ.
        caps: the rest near u = 1 and near u = -1, Chebyshev series in s on [0, sin(r/2)], both
            None where the kernel needs no cap.
        error: the largest |k - g| found outside the caps and error of the rest within, measured on
            grids eight times finer than D, not proven.
    """

    degree: int
    radius: float
    cosines: Floats
    caps: tuple[Floats | None, Floats | None]
    error: float

    @property
    def reach(self) -> float:
        """The largest half-chord of the caps, sin(r/2)."""
        return float(np.sin(self.radius / 2))

    def rest(self, square: Floats, cap: int) -> Floats:
        """k - g at squared half-chords s² of a cap, 0 for u near 1 and 1 for u near -1."""
        series = self.caps[cap]
        if series is None:
            return np.zeros_like(square)
        w = np.clip(2 * np.sqrt(square) / self.reach - 1, -1, 1)
        return np.where(square <= self.reach**2, chebval(w, series), 0.0)


def split(series: ChebyshevKernel, degree: int, tolerance: float) -> Split | None:
    """The split of a given degree with the least caps at which its error is tolerable.

    Args:
        series: the kernel.
        degree: D >= 1.
        tolerance: of |k - g - rest|, absolute.

    Returns:
        None if even caps of half the sphere do not do. Caps are left out at poles where the kernel
        is smooth enough for a polynomial of this degree.

    Example:
        >>> import ntkproofs as nt
        >>> from ntkproofs.kernels.chebyshev import chebyshev
        >>> found = split(chebyshev(nt.ntk(3)), degree=100, tolerance=1e-8)
        >>> found.radius < 0.13, found.error <= 1e-8
        (True, True)
    """
    for sides in ((False, False), (True, False), (False, True), (True, True)):
        low, high = (round(reach / _STEP) for reach in _REACHES)
        high = min(high, int(np.pi / 2 * degree / _STEP))
        if not any(sides):
            low = high  # without caps there is nothing to choose
        if high < low or _outside(series, degree, high, sides)[1] > tolerance:
            continue
        while low < high:
            middle = (low + high) // 2
            if _outside(series, degree, middle, sides)[1] <= tolerance:
                high = middle
            else:
                low = middle + 1
        found = _complete(series, degree, high, sides, tolerance)
        if found.error <= 2 * tolerance:
            return found
    return None


def kernel_at(series: ChebyshevKernel, theta: Floats) -> Floats:
    """k(cos θ) without loss of digits near the poles."""
    near, far = np.sin(theta / 2) ** 2, np.cos(theta / 2) ** 2
    return series(np.minimum(near, far), far < near)


def _outside(
    series: ChebyshevKernel, degree: int, steps: int, sides: tuple[bool, bool]
) -> tuple[Floats, float]:
    """The interpolant in Chebyshev points between the caps, and its error there."""
    radius = steps * _STEP / degree
    coefficients = _dct(kernel_at(series, _angles(degree, radius, sides)))
    fine = 8 * degree
    padded = np.zeros(fine + 1)
    padded[: degree + 1] = coefficients
    padded[1:] /= 2
    values: Any = fft.dct(padded, type=1)
    exact = kernel_at(series, _angles(fine, radius, sides))
    return coefficients, float(np.abs(values - exact).max())


def _interval(radius: float, sides: tuple[bool, bool]) -> tuple[float, float]:
    """Centre and half-width of the interval of cosines between the caps."""
    top = np.cos(radius) if sides[0] else 1.0
    bottom = -np.cos(radius) if sides[1] else -1.0
    return float(top + bottom) / 2, float(top - bottom) / 2


def _angles(degree: int, radius: float, sides: tuple[bool, bool]) -> Floats:
    """θ of the Chebyshev points of the interval between the caps, from the top."""
    centre, half = _interval(radius, sides)
    steps = np.pi * np.arange(degree + 1) / degree
    # Distances from the ends by sines, so that arccos near ±1 does not lose them.
    below = (1 - centre - half) / 2 + half * np.sin(steps / 2) ** 2
    beyond = (1 + centre - half) / 2 + half * np.cos(steps / 2) ** 2
    return 2 * np.arctan2(np.sqrt(np.maximum(below, 0)), np.sqrt(np.maximum(beyond, 0)))


def _dct(values: Floats) -> Floats:
    """The Chebyshev coefficients of the polynomial through values at Chebyshev points."""
    found = np.asarray(fft.dct(values, type=1)) / (len(values) - 1)
    found[[0, -1]] /= 2
    return found


def _complete(
    series: ChebyshevKernel,
    degree: int,
    steps: int,
    sides: tuple[bool, bool],
    tolerance: float,
) -> Split:
    """g on all of [-1, 1], and the rest within the caps."""
    radius = steps * _STEP / degree
    coefficients, error = _outside(series, degree, steps, sides)
    centre, half = _interval(radius, sides)
    nodes = np.cos(np.pi * np.arange(degree + 1) / degree)
    values = chebval((nodes - centre) / half, coefficients)
    cosines = _dct(np.asarray(values, dtype=np.float64))
    reach = np.sin(radius / 2)
    caps: list[Floats | None] = [None, None]
    for cap, wanted in enumerate(sides):
        if not wanted:
            continue
        s = reach * (1 + np.cos(np.pi * np.arange(_TABLE + 1) / _TABLE)) / 2
        table = _dct(_rest(series, cosines, s, cap))
        tails = np.cumsum(np.abs(table[::-1]))[::-1]
        kept = table[: max(1, int(np.count_nonzero(tails > tolerance / 16)))]
        caps[cap] = kept
        between = reach * (np.arange(997) + 0.5) / 997
        found = np.asarray(chebval(2 * between / reach - 1, kept))
        missed = float(np.abs(found - _rest(series, cosines, between, cap)).max())
        error = max(error, missed)
    return Split(degree, radius, cosines, (caps[0], caps[1]), error)


def _rest(series: ChebyshevKernel, cosines: Floats, s: Floats, cap: int) -> Floats:
    """k - g at half-chords s from a pole, g by its cosines: cos j(π - θ) = (-1)^j cos jθ."""
    degrees = np.arange(len(cosines))
    signed = cosines * (-1.0) ** degrees if cap else cosines
    g: Floats = np.cos(np.outer(2 * np.arcsin(s), degrees)) @ signed
    return series(s**2, bool(cap)) - g
