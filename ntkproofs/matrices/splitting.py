r"""A zonal kernel on S² as a short-ranged part and a part of finitely many degrees.

    k(u) = s(c) + s'(c') + Σ_(l <= L) (2l+1) μ_l P_l(u) + error,

with the chords ``c = |x - y|`` and ``c' = |x + y|``. The short parts are the odd powers of the
chord in the expansions at the poles (:mod:`ntkproofs.matrices.singular_powers`) times a smooth cut
of radius r (:mod:`ntkproofs.matrices.ramps`); the rest is as smooth as the ramp, and its
coefficients fall to the tolerance at a degree of about ``1.1 β/r``. They are those of the kernel,
by a rule in the angle in double-double arithmetic, without those of the short parts, by a rule in
the chord: that difference loses no digit that matters.

What stands behind the error: the degree L is where the sum of all further coefficients up to 2 L
or more, and an estimate of those beyond, is below the tolerance; and the whole formula is compared
with the kernel at several hundred chords, those of every magnitude included. Both are floating
point: the bound is sharp and checked, and no theorem.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray

from ntkproofs.arithmetic.doubles import DoubleArithmetic
from ntkproofs.errors import PrecisionExhausted
from ntkproofs.kernels.kernel import Kernel, evaluate
from ntkproofs.matrices.ramps import Ramp, ramp_for
from ntkproofs.matrices.singular_powers import SingularPowers, singular_powers
from ntkproofs.spectra.floating import float_eigenvalues
from ntkproofs.spectra.quadrature import Pair, zonal_projections

Floats = NDArray[np.float64]

_MARGIN = 1.1  # the band limit of a ramp over its shape
_LARGEST_DEGREE = 12_000
_FIRST_SMOOTH_DEGREE = 32


@dataclass(frozen=True, eq=False)
class Cut:
    """The short parts of a kernel.

    Attributes:
        radius: r, the chord from which on they vanish; 0 if there are none.
        near, far: coefficients of the odd powers ``c^(2j+1)``, shape (terms,).
        ramp: what they are multiplied by.
    """

    radius: float
    near: Floats
    far: Floats
    ramp: Ramp

    def __call__(self, chord: Floats, *, far: bool) -> Floats:
        """The short part at one pole, at chords to it: what compiled loops must equal."""
        powers = self.far if far else self.near
        if powers.size == 0:
            return np.zeros_like(chord)
        return _odd_powers(powers, chord) * self.ramp(chord / self.radius)

    def eigenvalues(self, top: int, *, far: bool) -> Floats:
        """½ ∫_0^r s(c) P_l(1 - c²/2) c dc for l = 0, ..., top, in the chord to the pole."""
        if not (self.far if far else self.near).any():
            return np.zeros(top + 1)
        nodes, weights = leggauss(80 + math.ceil(top * self.radius))
        chord = self.radius * (1 + nodes) / 2
        values = weights * self.radius / 4 * chord * self(chord, far=far)
        exact = DoubleArithmetic.like(chord).lift(chord)
        cosine = 1 - exact * exact / 2
        pair = Pair(np.asarray(cosine.hi), np.asarray(cosine.lo))
        return zonal_projections(pair, Pair(values, np.zeros_like(values)), 3, top).hi


@dataclass(frozen=True, eq=False)
class Split:
    """The two parts of a kernel on S², and how far their sum is from it.

    Attributes:
        kernel: k.
        cut: the short parts.
        multipliers: μ_l of the smooth part, l = 0, ..., L.
        truncation: the sum of ``(2l+1)|μ_l|`` beyond L: an error of no entry exceeds it. Computed
            up to 2 L or more, estimated beyond.
        observed: the largest error found at the chords that were tried; not above ``truncation``
            but for rounding.
    """

    kernel: Kernel
    cut: Cut
    multipliers: Floats
    truncation: float
    observed: float

    @property
    def degree(self) -> int:
        """L, the largest degree of the smooth part."""
        return self.multipliers.size - 1

    @property
    def size(self) -> float:
        """``Σ (2l+1)|μ_l|``, which no value of the smooth part exceeds."""
        return float(np.sum((2 * np.arange(self.degree + 1) + 1) * abs(self.multipliers)))

    def smooth(self, chord: Floats, *, far: bool) -> Floats:
        """The smooth part where the chord to one pole is given."""
        signs = np.where(np.arange(self.degree + 1) % 2, -1.0, 1.0) if far else 1.0
        return legendre_sum((2 * np.arange(self.degree + 1) + 1) * self.multipliers * signs, chord)

    def __call__(self, chord: Floats, *, far: bool = False) -> Floats:
        """The sum of the parts where the chord to one pole is given."""
        other = np.sqrt(np.maximum(4 - chord**2, 0.0))
        near, away = (other, chord) if far else (chord, other)
        return self.smooth(chord, far=far) + self.cut(near, far=False) + self.cut(away, far=True)


def split(
    kernel: Kernel, radius: float, tolerance: float, powers: SingularPowers | None = None
) -> Split:
    """Split a kernel on S² at a radius, with no entry off by more than the tolerance.

    Args:
        kernel: k, for inputs in R³.
        radius: r of the short parts, in (0, 1]; of no effect for a kernel without a singular part.
        tolerance: of an entry, absolutely; > 0.
        powers: the singular part, if it is known already.

    Raises:
        Unable: if the kernel has no expansion at a pole.
        PrecisionExhausted: if no degree below 12,000 reaches the tolerance.

    Example:
        >>> import ntkproofs as nt
        >>> parts = split(nt.ntk(3), 0.2, 1e-8)
        >>> parts.degree < 120, parts.truncation < 1e-8
        (True, True)
    """
    powers = singular_powers(kernel) if powers is None else powers
    if powers.smooth:
        empty = np.zeros(0)
        return _finished(kernel, Cut(0.0, empty, empty, Ramp(2.0)), tolerance, _FIRST_SMOOTH_DEGREE)
    ramp, degree = band(powers, radius, tolerance)
    terms = powers.terms_for(degree, tolerance / 8)
    cut = Cut(radius, powers.near[:terms], powers.far[:terms], ramp)
    return _finished(kernel, cut, tolerance, degree)


def band(powers: SingularPowers, radius: float, tolerance: float) -> tuple[Ramp, int]:
    """The ramp for a radius, and about the degree that will suffice: what a split costs.

    Example:
        >>> import ntkproofs as nt
        >>> band(singular_powers(nt.ntk(3)), 0.02, 1e-8)[1]
        1021
    """
    ramp, degree = Ramp(20.0), 0
    for _ in range(3):  # the terms to cut out depend on the degree, and it on them
        degree = max(math.ceil(_MARGIN * ramp.shape / radius), powers.least_degree(tolerance / 8))
        size = powers.size(radius, powers.terms_for(degree, tolerance / 8))
        ramp = ramp_for(tolerance / 2 / size) if size > 0 else Ramp(2.0)
    return ramp, degree


def _finished(kernel: Kernel, cut: Cut, tolerance: float, degree: int) -> Split:
    """The split with the least degree that reaches the tolerance, looked for around ``degree``."""
    top = 2 * degree
    while top <= 2 * _LARGEST_DEGREE:
        multipliers, noise = _multipliers(kernel, cut, top)
        enough = _least_degree(multipliers, noise, tolerance)
        if enough is not None and 2 * enough[0] <= top + 8:
            kept = multipliers[: enough[0] + 1]
            parts = Split(kernel, cut, kept, enough[1], 0.0)
            return _observed(parts, tolerance)
        top = 2 * (top if enough is None else enough[0])
    raise PrecisionExhausted(
        f"The smooth part of {kernel!r}, with its singular part cut out at {cut.radius:.3g}, does "
        f"not fall below {tolerance:.1e} before degree {_LARGEST_DEGREE}: it varies on a "
        "scale that no transform of such a degree resolves, as very deep networks do near the "
        "poles. Ask for less accuracy, or use method='dense'."
    )


def _multipliers(kernel: Kernel, cut: Cut, top: int) -> tuple[Floats, float]:
    """μ_0, ..., μ_top of the smooth part, and what the errors of all entries add up to."""
    whole = float_eigenvalues(kernel, 3, top)
    degrees = np.arange(top + 1)
    near, far = (cut.eigenvalues(top, far=far) for far in (False, True))
    values = whole.values - near - np.where(degrees % 2, -far, far)
    rounding = 2.0**-52 * (abs(whole.values) + abs(near) + abs(far))
    return values, float(np.sum((2 * degrees + 1) * (whole.errors + rounding)))


def _least_degree(multipliers: Floats, noise: float, tolerance: float) -> tuple[int, float] | None:
    """(L, the sum beyond L) for the least L that reaches the tolerance; None if there is none.

    Beyond what was computed the coefficients fall at least like ``l^(-7/2)``, the rate of the
    ramp's edge: ``Σ_(l > top) (2l+1)|μ_l|`` is below ``1/(2^(3/2) - 1)`` of the sum over the last
    octave, and the whole of that is granted for it.
    """
    degrees = np.arange(multipliers.size)
    sizes = (2 * degrees + 1) * abs(multipliers)
    beyond = float(np.sum(sizes[multipliers.size // 2 :])) + noise
    tails = np.append(np.cumsum(sizes[::-1])[::-1][1:], 0.0) + beyond
    found = np.flatnonzero(tails <= tolerance)
    return (int(found[0]), float(tails[found[0]])) if found.size else None


def _observed(parts: Split, tolerance: float) -> Split:
    """The split with the largest error at chords of every magnitude, around the cut and beyond."""
    rng = np.random.default_rng(20261122)
    r = parts.cut.radius or 1.0
    chord = np.concatenate(
        [[0.0], 10 ** rng.uniform(-9, 0, 60), r * rng.uniform(0, 1.5, 120), rng.uniform(0, 1.4, 60)]
    )
    chord = chord[chord <= math.sqrt(2)]
    ar = DoubleArithmetic.like(chord)
    half = ar.lift(chord / 2)
    worst = 0.0
    for far in (False, True):
        u = 1 - half * half * 2
        exact = ar.lower(evaluate(parts.kernel, -u if far else u, ar))
        worst = max(worst, float(np.max(abs(parts(chord, far=far) - exact))))
    if not worst <= 2 * tolerance:
        raise PrecisionExhausted(
            f"The parts of {parts.kernel!r} add up to the kernel within {worst:.1e} only, where "
            f"{tolerance:.1e} were asked for: its coefficients cannot be trusted to so many "
            "digits. Ask for less accuracy, or use method='dense'."
        )
    return replace(parts, truncation=max(parts.truncation, worst), observed=worst)


def _odd_powers(powers: Floats, chord: Floats) -> Floats:
    """Σ_j powers_j c^(2j+1)."""
    return chord * np.polynomial.polynomial.polyval(chord * chord, powers)


def legendre_sum(coefficients: Floats, chord: Floats) -> Floats:
    """``Σ_l coefficients_l P_l(1 - c²/2)`` at chords c, without loss near the pole.

    By the increments of the recurrence, ``P_(l+1) - P_l = l/(l+1) (P_l - P_(l-1) - g P_l) - g P_l``
    with ``g = c²/2``.
    """
    gap = chord * chord / 2
    value, step = np.ones_like(gap), np.zeros_like(gap)
    total = coefficients[0] * value
    for degree in range(coefficients.size - 1):
        product = gap * value
        step = degree / (degree + 1) * (step - product) - product
        value = value + step
        total = total + coefficients[degree + 1] * value
    return total
