"""Condition numbers of edge-of-chaos NTK matrices of random points, by depth, enclosed.

Nothing of the enclosures is measured: cosines of the exact directions of the points are balls, the
recursion over layers runs in balls, its values are rounded to float64 with the error known, and
the eigenvalues of every matrix within that error are bounded by ``nt.enclose_eigenvalues``. What
is assumed is what that assumes: IEEE arithmetic, and a BLAS that sums products.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat

from ntkproofs.arithmetic.balls import BallArithmetic, ball, precision
from ntkproofs.conventions import (
    require_depth,
    require_dim,
    require_integer,
    require_rational,
    require_seed,
)
from ntkproofs.domains.sphere.points import uniform
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.kernels.networks import cosine_map, cosine_map_derivative
from ntkproofs.matrices.enclosures import Enclosures, enclose_eigenvalues
from ntkproofs.matrices.intervals import Interval
from ntkproofs.matrices.rounding import Matrix, above
from ntkproofs.processes import as_they_come, worker_pool

Progress = Callable[[int, int], None]

DELTAS = tuple(Fraction(k, 8) for k in range(1, 9))
DEPTHS = range(4, 65)
_BITS = 96
"""Radii grow by one rounding a layer (see :func:`layers`), so that they stay near 2^-90."""
_MOST_POINTS = 512


@dataclass(frozen=True)
class ConditionAtDepth:
    """Condition numbers κ of the matrices of all draws, at one Δ and one depth.

    Attributes:
        delta: Δ = b²/(a² + b²) of the activation a s + b|s|.
        depth: weight layers.
        mean: holds the mean of κ over the draws: certified.
        least, largest: hold the extremes of κ over the draws: certified.
        standard_deviation: of κ over the draws (with n - 1), a float.
        standard_error: of the mean as an estimate of the expectation; a statistic, no bound.
    """

    delta: Fraction
    depth: int
    mean: Interval
    least: Interval
    largest: Interval
    standard_deviation: float
    standard_error: float


@dataclass(frozen=True)
class ConditionCurves:
    """Condition numbers by Δ and depth, for the same random points at every Δ and depth.

    Attributes:
        points: n, how many points a draw has.
        dim: d; the points lie on S^(d-1).
        draws: how many independent sets of points.
        seed: draw i is ``nt.sphere.uniform(points, dim, seed + i)``.
        rows: by Δ, then by depth, in the order given.
    """

    points: int
    dim: int
    draws: int
    seed: int
    rows: tuple[ConditionAtDepth, ...]

    @property
    def limit(self) -> Fraction:
        """1 + n/3, the limit of κ as depth grows, for any points no two of which are parallel."""
        return 1 + Fraction(self.points, 3)

    @property
    def deltas(self) -> tuple[Fraction, ...]:
        """The values of Δ."""
        return tuple(dict.fromkeys(row.delta for row in self.rows))

    def curve(self, delta: Fraction) -> tuple[ConditionAtDepth, ...]:
        """The rows of one Δ."""
        return tuple(row for row in self.rows if row.delta == delta)


def condition_curves(
    deltas: Iterable[Any] = DELTAS,
    depths: Iterable[int] = DEPTHS,
    *,
    points: int = 32,
    dim: int = 16,
    draws: int = 100,
    seed: int = 0,
    jobs: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> ConditionCurves:
    """Certified condition numbers of NTK matrices at the edge of chaos, by Δ and depth.

    The kernel is that of ``nt.eoc(depth, a, b)``, which depends on a and b through
    Δ = b²/(a² + b²) only; κ = λ_max/λ_min of its matrix of n points drawn from the uniform measure
    of S^(d-1). Enclosed is the κ of the exact directions of the rows that were drawn, and the mean
    over the draws. How near that mean is to the expectation is a question of statistics: see
    ``standard_error``.

    Args:
        deltas: values of Δ in (0, 1], exact; 1/2 is the ReLU, 1 the absolute value.
        depths: weight layers, >= 2 each; all are reached in one pass over the layers.
        points: n >= 2, at most 512.
        dim: d >= 2.
        draws: how many sets of points, >= 2.
        seed: draw i has the points ``nt.sphere.uniform(points, dim, seed + i)``.
        jobs: processes; from 2 on the calling script needs ``if __name__ == "__main__"``. The
            result does not depend on it.
        executor: of ``concurrent.futures``, in place of ``jobs``: it runs one draw at a time in
            each of its processes, as that of :mod:`ntkproofs.cluster` does. Threads do not: the
            precision of balls belongs to the process.
        progress: called with the numbers of draws done and in all.

    Returns:
        ``ConditionCurves``: ``rows`` with ``delta``, ``depth``, ``mean``, ``least``, ``largest``
        (intervals), ``standard_deviation``, ``standard_error``; ``limit``, ``curve(delta)``.

    Raises:
        InvalidInput: for Δ outside (0, 1], a depth below 2, and numbers that are too small.
        Unable: for more than 512 points, and where a matrix is too close to a singular one for
            float64 to bound κ from above.

    Source:
        Terjék, González-Sánchez 2025.

    Example:
        >>> import ntkproofs as nt
        >>> found = nt.condition_curves([1], [4, 64], points=6, dim=4, draws=2)
        >>> early, late = found.rows
        >>> found.limit, bool(early.mean.lower > late.mean.upper > 3)
        (Fraction(3, 1), True)
        >>> late.mean.relative_width < 1e-12
        True
    """
    plan = _Plan.checked(deltas, depths, points, dim)
    draws = require_integer("draws", draws, least=2, why="the spread over draws needs two of them")
    seed = require_seed(seed)
    jobs = require_integer("jobs", jobs, least=1, why="it is a number of processes")
    by_seed: dict[int, list[Interval]] = {}
    with _mapping(plan, range(seed, seed + draws), jobs, executor) as results:
        for drawn, conditions in results:
            by_seed[drawn] = conditions
            if progress is not None:
                progress(len(by_seed), draws)
    each = zip(*(by_seed[drawn] for drawn in sorted(by_seed)), strict=True)
    cells = ((delta, depth) for delta in plan.deltas for depth in plan.depths)
    rows = tuple(_row(*cell, found) for cell, found in zip(cells, each, strict=True))
    return ConditionCurves(plan.points, plan.dim, draws, seed, rows)


@dataclass(frozen=True)
class _Plan:
    """What is computed for every draw; it travels to worker processes."""

    deltas: tuple[Fraction, ...]
    depths: tuple[int, ...]
    points: int
    dim: int

    @classmethod
    def checked(cls, deltas: Iterable[Any], depths: Iterable[int], points: int, dim: int) -> _Plan:
        points = require_integer(
            "points", points, least=2, why="a condition number compares two eigenvalues"
        )
        if points > _MOST_POINTS:
            raise Unable(
                f"Condition curves take at most {_MOST_POINTS} points, since every kernel value is "
                f"a ball of its own; got {points}. Larger matrices, one at a time and with the "
                "error of nt.gram as radius: nt.enclose_eigenvalues(K, radius=...).condition()."
            )
        wanted = tuple(dict.fromkeys(_require_delta(delta) for delta in deltas))
        layers = tuple(dict.fromkeys(_require_layers(depth) for depth in depths))
        if not wanted or not layers:
            raise InvalidInput("Condition curves need one Δ and one depth at least; got none.")
        return cls(wanted, layers, points, require_dim(dim))


def _require_delta(value: Any) -> Fraction:
    delta = require_rational("delta", value, sign=True)
    if not 0 < delta <= 1:
        raise InvalidInput(
            f"delta = b²/(a² + b²) lies in (0, 1] here; got {delta}. At 0 the activation is linear "
            "and the matrix has rank d at most, so that its condition number is infinite for n > d."
        )
    return delta


def _require_layers(value: Any) -> int:
    depth = require_depth(value)
    if depth < 2:
        raise InvalidInput(
            "depth is >= 2 here; at depth 1 there is no activation, and the matrix of the linear "
            "kernel has rank d at most."
        )
    return depth


def conditions_of_draw(plan: _Plan, seed: int) -> list[Interval]:
    """κ of one set of points, at every Δ and depth of the plan in this order."""
    X = uniform(plan.points, plan.dim, seed)
    found = []
    for delta in plan.deltas:
        at = {
            depth: _condition(mid, radius, f"seed {seed}, delta {delta}, depth {depth}")
            for depth, mid, radius in tangent_matrices(X, delta, plan.depths)
        }
        found += [at[depth] for depth in plan.depths]
    return found


def _condition(mid: Matrix, radius: float, where: str) -> Interval:
    bounds = enclose_eigenvalues(mid, radius=radius)
    assert isinstance(bounds, Enclosures)
    found = bounds.condition()
    if not math.isfinite(found.upper):
        raise Unable(
            f"The matrix of {where} was not proved to be nonsingular in float64: its condition "
            f"number is at least {found.lower:.3g}. Points that nearly coincide do this; take "
            "fewer points, a higher dimension or deeper networks."
        )
    return found


def tangent_matrices(
    X: Matrix, delta: Fraction, depths: Sequence[int]
) -> Iterator[tuple[int, Matrix, float]]:
    """(depth, matrix, radius): the NTK matrix of the exact directions of the rows of X is within
    ``radius`` of the float64 matrix, entry by entry; rising depths.

    Example:
        >>> ((depth, mid, radius),) = tangent_matrices(np.eye(2), Fraction(1, 2), [2])
        >>> mid.diagonal(), radius < 1e-15
        (array([2., 2.]), True)
    """
    n = len(X)
    lower = np.tril_indices(n, -1)
    with precision(_BITS):
        for depth, values in layers(delta, cosines(X), max(depths)):
            if depth not in depths:
                continue
            rounded = [float(value) for value in values]
            errors = (abs(value - mid) for value, mid in zip(values, rounded, strict=True))
            mid = np.zeros((n, n))
            mid[lower] = rounded
            mid += mid.T
            np.fill_diagonal(mid, depth)  # Θ_L(1) = L
            yield depth, mid, max(above(error) for error in errors)


def cosines(X: Matrix) -> list[arb]:
    """<x_i, x_j>/(‖x_i‖ ‖x_j‖) for j < i by rows, as balls: the rows' exact directions."""
    rows = arb_mat(X.tolist())
    gram = rows * rows.transpose()
    norms = [gram[i, i].sqrt() for i in range(len(X))]
    return [gram[i, j] / (norms[i] * norms[j]) for i in range(len(X)) for j in range(i)]


def layers(delta: Fraction, values: Sequence[arb], last: int) -> Iterator[tuple[int, list[arb]]]:
    """(depth, Θ_depth at the given cosines) for depth 2, 3, ..., last.

    As |ϱ'| = |1 - Δ (2/π) arccos| <= 1 on [-1, 1], ϱ maps the ball m ± r into ϱ(m) ± r. So it is
    evaluated at the midpoint, and radii grow by a rounding a layer instead of by a factor. A
    midpoint that rounding left outside [-1, 1] is moved to the end, which is nearer to any cosine.

    Example:
        >>> [(depth, values[0]) for depth, values in layers(Fraction(1), [arb(0)], 2)]
        [(2, [0.636619772367581 +/- ...])]
    """
    ar, one = _Remembering(), arb(1)
    step, slope = cosine_map(delta).formula, cosine_map_derivative(delta).formula
    covariances, tangents = list(values), list(values)
    for depth in range(2, last + 1):
        slopes = [slope(u, ar) for u in covariances]
        covariances = [step(u.mid().min(one).max(-one), ar) + arb(0, u.rad()) for u in covariances]
        steps = zip(tangents, slopes, covariances, strict=True)
        tangents = [tangent * factor + covariance for tangent, factor, covariance in steps]
        yield depth, tangents


@dataclass(frozen=True)
class _Remembering(BallArithmetic):
    """Balls at one precision: a constant of a formula is converted once, not at every call.

    Constants are told apart by identity, which is ten times faster than by value; the formula that
    holds them outlives this.
    """

    known: dict[int, arb] = field(default_factory=dict)

    def number(self, value: Any) -> arb:
        if id(value) not in self.known:
            self.known[id(value)] = super().number(value)
        return self.known[id(value)]


def _row(delta: Fraction, depth: int, found: Sequence[Interval]) -> ConditionAtDepth:
    middles = np.array([(interval.lower + interval.upper) / 2 for interval in found])
    deviation = float(middles.std(ddof=1))
    return ConditionAtDepth(
        delta,
        depth,
        _mean(found),
        Interval(min(each.lower for each in found), min(each.upper for each in found)),
        Interval(max(each.lower for each in found), max(each.upper for each in found)),
        deviation,
        deviation / math.sqrt(len(found)),
    )


def _mean(found: Sequence[Interval]) -> Interval:
    with precision(_BITS):
        ends = [
            sum((ball(end) for end in side), arb(0)) / len(found)
            for side in ([each.lower for each in found], [each.upper for each in found])
        ]
        return Interval(-above(-ends[0]), above(ends[1]))


@contextmanager
def _mapping(
    plan: _Plan, seeds: Sequence[int], jobs: int, executor: Executor | None
) -> Iterator[Iterator[tuple[int, list[Interval]]]]:
    """(seed, conditions) of every draw, as they are done; in worker processes from two jobs on."""
    tasks = ((seed, (plan, seed)) for seed in seeds)
    if executor is not None or jobs == 1:
        yield as_they_come(conditions_of_draw, tasks, executor)
        return
    with worker_pool(min(jobs, len(seeds)), "nt.condition_curves") as pool:
        yield as_they_come(conditions_of_draw, tasks, pool)
