"""Zonal kernels as Chebyshev series in the chord: a value for a few dozen multiplications.

In the angle θ = arccos u the kernels of ReLU networks are analytic on [0, π], ends included, at any
depth. The half-chord ``s = sin(θ/2) = |x - y|/2`` for u >= 0, and ``s = cos(θ/2) = |x + y|/2`` for
u < 0, is as good a variable as the angle on its half of the sphere, costs a square root where the
angle costs an arccosine, and keeps the digits of near-coincident and antipodal points. What depth
adds is a layer of width ~ 1/depth at the pole, behind which deep kernels look like powers of
``1/(1 + c depth s)``. The Möbius map

    w = -1 + 2 (1 + β) t / (1 + β t),    t = sqrt(2) s in [0, 1],

spreads that layer over [-1, 1]; β is chosen on each half of the sphere so that the degree is least.
It is about 20 up to depth 10, and 38 at depth 100.

The error of a series is measured, not proven: at several hundred points, random ones and ones at
every magnitude of distance from the poles, against compensated arithmetic. A kernel whose series
does not converge (one that is not analytic in the angle, like step∘step) has none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.polynomial.chebyshev import chebder, chebval
from numpy.typing import NDArray

from ntkproofs.arithmetic.doubles import DoubleArithmetic
from ntkproofs.kernels.kernel import Kernel, evaluate

ACCURACY = 1e-13
"""The largest error of an entry of a kernel matrix, as a part of the diagonal value ``|k(1)|``."""

CHORD_ERROR = 4e-16
"""How well half-chords are known from rounded unit vectors, absolutely."""

STEPS = 4
"""Series have 1 plus a multiple of so many coefficients: what one pass of a tile takes."""

Floats = NDArray[np.float64]

_TAIL = 1e-15  # coefficients below this part of k(1) are cut off at the end of a series
_STRETCHES = (-0.5, -0.25, 0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)
_FIRST_LOOKS = ((128, 1.0), (256, 6.0))  # (degree, β) at which a kernel is sampled


@dataclass(frozen=True, eq=False)
class ChebyshevKernel:
    """A kernel ``k`` as two Chebyshev series in the half-chord; index 0 for u >= 0, 1 for u < 0.

    Attributes:
        coefficients: shape (2, degree + 1), read-only.
        stretches: β of the two maps.
        poles: k(1) and k(-1), shape (2,).
        degree: of both series, a multiple of :data:`STEPS`.
        error: the largest error found of a value at an exact half-chord, divided by ``|k(1)|``.
        slope: the largest ``|dk/ds|``, divided by ``|k(1)|``.

    Example:
        >>> from ntkproofs.kernels.networks import ntk
        >>> series = chebyshev(ntk(3))
        >>> round(float(series(0.25, False)), 12)  # |x - y|² / 4 = 1/4: u = 1/2
        1.351479561123
    """

    coefficients: Floats
    stretches: tuple[float, float]
    poles: Floats
    degree: int
    error: float
    slope: float

    @property
    def entry_error(self) -> float:
        """What to expect of an entry at worst, rounding of the points included, over ``|k(1)|``."""
        return self.error + self.slope * CHORD_ERROR

    @property
    def maps(self) -> Floats:
        """Rows (c, g) of ``w = -1 + c s / (1 + g s)``, shape (2, 2)."""
        return np.array([[2 * math.sqrt(2) * (1 + b), math.sqrt(2) * b] for b in self.stretches])

    def __call__(self, square: Any, antipodal: Any) -> Floats:
        """The kernel at half-chords: the plain form of the fused loops, for tests and measuring.

        Args:
            square: s², in [0, 1/2]: ``min(|x - y|², |x + y|²) / 4``.
            antipodal: whether ``|x + y|`` is the smaller, that is u < 0; broadcasts with it.
        """
        square, antipodal = np.broadcast_arrays(np.asarray(square, float), antipodal)
        halves = [
            np.where(square == 0, pole, chebval(_mapped(np.sqrt(square), stretch), coefficients))
            for coefficients, stretch, pole in zip(
                self.coefficients, self.stretches, self.poles, strict=True
            )
        ]
        return np.where(antipodal, halves[1], halves[0])


@lru_cache(maxsize=256)
def chebyshev(kernel: Kernel, dim: int | None = None) -> ChebyshevKernel | None:
    """The Chebyshev series of a kernel, found once and kept.

    Args:
        kernel: any kernel; one on floats only has no series.
        dim: the dimension of the inputs, which a few kernels depend on.

    Returns:
        The series of least degree found; None where none reaches :data:`ACCURACY`.

    Source:
        Trefethen, Approximation Theory and Practice, 2019, chapters 3, 8 and 22.

    Example:
        >>> from ntkproofs.kernels.arccosine import arccosine
        >>> chebyshev(arccosine(0) @ arccosine(0)) is None  # like the root of the angle at u = 1
        True
    """
    if kernel.floats_only:
        return None
    kernel = kernel.at_dim(dim)
    for degree, stretch in _FIRST_LOOKS:
        look = _look(kernel, degree, stretch)
        if not _finite(look) or look.diagonal == 0:
            return None
        if all(_resolved(half, look.diagonal) for half in look.coefficients):
            return _best_series(look)
    return None


@dataclass(frozen=True)
class _Look:
    """A kernel sampled once: series of a high degree on both halves, and values to test with."""

    stretch: float
    coefficients: Floats  # (2, degree + 1)
    poles: Floats  # (2,)
    squares: Floats  # (m,), s² of the test points
    values: Floats  # (2, m)

    @property
    def diagonal(self) -> float:
        return abs(float(self.poles[0]))


def _look(kernel: Kernel, degree: int, stretch: float) -> _Look:
    """One call of the kernel, whose cost is mostly that of a call for a deep network."""
    nodes = _half_chords(_nodes(degree), stretch)
    tests = _test_half_chords()
    ar = DoubleArithmetic.like(nodes)
    s = ar.lift(np.concatenate([nodes, np.sqrt(tests)]))
    u = 1 - s * s * 2
    with np.errstate(all="ignore"):  # a kernel with a pole is told by its values
        values = np.array([ar.lower(evaluate(kernel, side, ar)) for side in (u, -u)])
    at_nodes, at_tests = values[:, : nodes.size], values[:, nodes.size :]
    coefficients = np.array([_coefficients(half) for half in at_nodes])
    return _Look(stretch, coefficients, at_nodes[:, -1].copy(), tests, at_tests)


def _test_half_chords() -> Floats:
    """Squares of half-chords in [0, 1/2] that are squares of floats, but for rounding."""
    rng = np.random.default_rng(20260105)
    spread = rng.uniform(0, math.sqrt(0.5), 300)
    small = math.sqrt(0.5) * 10 ** rng.uniform(-17, 0, 200)
    return np.concatenate([spread, small, [math.sqrt(0.5)]]) ** 2


def _finite(look: _Look) -> bool:
    return bool(np.all(np.isfinite(look.coefficients)) and np.all(np.isfinite(look.values)))


def _resolved(coefficients: Floats, diagonal: float) -> bool:
    """Whether the last eighth of a series is down at the rounding of its values."""
    last = abs(coefficients[-(coefficients.size // 8) :])
    return bool(np.max(last) <= _TAIL / 2 * diagonal)


def _best_series(look: _Look) -> ChebyshevKernel | None:
    """The maps of least degree, and the measured error of the series in them."""
    found = [_least_degree(half, look) for half in look.coefficients]
    degree = STEPS * math.ceil(max(size for size, _, _ in found) / STEPS)
    degree = max(STEPS, degree)
    coefficients = np.array([half[: degree + 1] for _, _, half in found])
    stretches = (found[0][1], found[1][1])
    slope = max(
        float(np.max(abs(_slopes(half, stretch))))
        for half, stretch in zip(coefficients, stretches, strict=True)
    )
    coefficients.flags.writeable = False
    series = ChebyshevKernel(coefficients, stretches, look.poles, degree, 0.0, slope)
    values = np.array([series(look.squares, False), series(look.squares, True)])
    error = float(np.max(abs(values - look.values))) / look.diagonal
    series = ChebyshevKernel(
        coefficients, stretches, look.poles, degree, error, slope / look.diagonal
    )
    return series if series.entry_error <= ACCURACY else None


def _least_degree(coefficients: Floats, look: _Look) -> tuple[int, float, Floats]:
    """(degree, β, coefficients) of the shortest among re-expansions of one series."""
    nodes = _nodes(coefficients.size - 1)
    best: tuple[int, float, Floats] | None = None
    for stretch in _STRETCHES:
        there = _mapped(_half_chords(nodes, stretch), look.stretch)
        mapped = _coefficients(np.asarray(chebval(there, coefficients), np.float64))
        large = np.flatnonzero(abs(mapped) > _TAIL * look.diagonal)
        size = int(large[-1]) if large.size else 0
        if best is None or size < best[0]:
            best = size, stretch, mapped
    assert best is not None
    return best


def _nodes(degree: int) -> Floats:
    """Chebyshev points of the second kind, from 1 down to -1."""
    return np.cos(np.pi * np.arange(degree + 1) / degree)


def _coefficients(values: Floats) -> Floats:
    """The Chebyshev series through values at the points of :func:`_nodes`."""
    degree = values.size - 1
    index = np.arange(degree + 1)
    cosines = np.cos(np.pi * (np.outer(index, index) % (2 * degree)) / degree)
    halved = np.where((index == 0) | (index == degree), 0.5, 1.0)
    return 2 / degree * halved * (cosines @ (halved * values))


def _half_chords(w: Floats, stretch: float) -> Floats:
    """The half-chords at which the map takes the values w in [-1, 1]."""
    y = (1 + w) / 2
    return math.sqrt(0.5) * y / (1 + stretch * (1 - y))


def _mapped(half_chord: Floats, stretch: float) -> Floats:
    t = math.sqrt(2) * half_chord
    return np.clip(2 * (1 + stretch) * t / (1 + stretch * t) - 1, -1, 1)


def _slopes(coefficients: Floats, stretch: float) -> Floats:
    """dk/ds at the nodes of a fine grid."""
    w = _nodes(256)
    t = math.sqrt(2) * _half_chords(w, stretch)
    along = 2 * math.sqrt(2) * (1 + stretch) / (1 + stretch * t) ** 2
    return chebval(w, chebder(coefficients)) * along
