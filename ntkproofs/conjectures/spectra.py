r"""Spectra for conjectures: of operators, of matrices on equispaced points, of products.

Each value is a :class:`~ntkproofs.conjectures.quantities.Quantity`: a float while one searches, a
ball where one decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import product
from typing import Any

import numpy as np
from flint import arb, ctx

from ntkproofs.arithmetic.balls import BITS_PER_DIGIT, BallArithmetic, precision
from ntkproofs.conjectures.matrices import SampledMatrix, SymmetricMatrix
from ntkproofs.conjectures.points import Points, SpherePoints
from ntkproofs.conjectures.quantities import Quantity
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.networks import ntk
from ntkproofs.spectra.harmonics import harmonic_dimension
from ntkproofs.spectra.sobolev import sobolev

_BALLS = BallArithmetic()
_SPARE_BITS = 64
_BRACKET = 1e-6
"""Half the width of the interval that is certified to hold a best order."""
_LEAST_ORDER, _MOST_ORDER, _THIRDS = -8.0, 40.0, 90


def operator_spectrum(kernel: Kernel, dim: int, top: int) -> list[Quantity]:
    """μ_0, ..., μ_top of a kernel on S^(dim-1), against the uniform probability measure."""
    return [
        Quantity(
            lambda k=degree: float(_floats(kernel, dim, top)[k]),
            lambda k=degree: _balls(kernel, dim, top, int(ctx.prec))[k],
        )
        for degree in range(top + 1)
    ]


@lru_cache(maxsize=512)
def _floats(kernel: Kernel, dim: int, top: int) -> Any:
    from ntkproofs.spectra.eigenvalues import eigenvalues

    return np.asarray(eigenvalues(kernel, dim, range(top + 1)))


@lru_cache(maxsize=64)
def _balls(kernel: Kernel, dim: int, top: int, bits: int) -> list[arb]:
    from ntkproofs.spectra.eigenvalues import eigenvalues

    return list(eigenvalues(kernel, dim, range(top + 1), digits=int(bits / BITS_PER_DIGIT)))


def multipliers(dim: int, top: int) -> list[Quantity]:
    """1 + sqrt(l(l+dim-2)) for l = 0, ..., top: the powers s of these are the p_l."""
    return [
        Quantity(
            lambda k=degree: 1 + float(np.sqrt(k * (k + dim - 2))),
            lambda k=degree: 1 + arb(k * (k + dim - 2)).sqrt(),
        )
        for degree in range(top + 1)
    ]


def plain_ntk(angles: Any, depth: int) -> Any:
    """Θ_depth at angles, an array, by the recursion in plain floats: fast, for a search."""
    angle = np.asarray(angles, dtype=float)
    versine = 2 * np.sin(angle / 2) ** 2
    tangent = 1 - versine
    for _ in range(depth - 1):
        small = angle**3 / 3 * (1 - angle**2 / 10)
        step = np.where(angle < 1e-3, small, np.sin(angle) - angle * np.cos(angle)) / np.pi
        versine = versine - step
        tangent = tangent * (1 - angle / np.pi) + 1 - versine
        angle = 2 * np.arcsin(np.sqrt(np.clip(versine / 2, 0, 1)))
    return tangent


def ball_ntk(angle: arb, depth: int) -> arb:
    """Θ_depth at an angle in balls, by the recursion in angles.

    In the cosine each layer would take the square root of the radius near u = 1.
    """
    versine = 2 * (angle / 2).sin() ** 2
    tangent = 1 - versine
    for _ in range(depth - 1):
        sine, cosine = angle.sin_cos()
        here = 1 - angle / arb.pi()
        versine = versine - (sine - angle * cosine) / arb.pi()
        tangent = tangent * here + 1 - versine
        angle = 2 * _BALLS.asin(_BALLS.sqrt(versine / 2))
    return tangent


class NTKMatrix(SampledMatrix):
    """The L-layer NTK at points: fast in floats, and sharp in balls near coincident points."""

    depth: int

    def __init__(self, depth: int, points: Points) -> None:
        super().__init__(ntk(depth), points)
        object.__setattr__(self, "depth", depth)

    @cached_property
    def floats(self) -> Any:
        rows = self.points.array
        chord = np.linalg.norm(rows[:, None] - rows[None], axis=2)
        return plain_ntk(2 * np.arcsin(np.clip(chord / 2, 0, 1)), self.depth)

    def entries(self) -> list[list[arb]]:
        # Near coincident points half of the bits of a cosine are lost to the angle.
        with precision(2 * int(ctx.prec) + _SPARE_BITS):
            return self._entries()

    def _entries(self) -> list[list[arb]]:
        n = self.n
        rows = [[arb(self.depth)] * n for _ in range(n)]
        for i in range(n):
            for j in range(i):
                cosine = self.points.cosine_ball(i, j)
                same = bool(cosine == 1)
                found = arb(self.depth) if same else ball_ntk(_BALLS.acos(cosine), self.depth)
                if not found.is_finite():
                    raise Unable("an entry of the NTK has no enclosure at this precision")
                rows[i][j] = rows[j][i] = found
        return rows


class SobolevMatrix(SampledMatrix):
    """P_s at points with weights 1: Σ_(l<=top) p_l N(d,l) P_l(<x_i, x_j>), for integer 2s."""

    order: Fraction
    top: int

    def __init__(self, order: Fraction, top: int, points: Points) -> None:
        super().__init__(_sobolev_kernel(order, points.dim, top), points)
        object.__setattr__(self, "order", order)
        object.__setattr__(self, "top", top)

    @cached_property
    def floats(self) -> Any:
        rows, dim = self.points.array, self.points.dim
        u = np.clip(rows @ rows.T, -1, 1)
        before, here, total = np.ones_like(u), u, np.zeros_like(u)
        for degree in range(self.top + 1):
            if degree >= 2:
                step = (2 * degree + dim - 4) * u * here - (degree - 1) * before
                before, here = here, step / (degree + dim - 3)
            factor = (1 + np.sqrt(degree * (degree + dim - 2))) ** float(self.order)
            total += (here if degree else before) * factor * harmonic_dimension(dim, degree)
        return total


@lru_cache(maxsize=512)
def _sobolev_kernel(order: Fraction, dim: int, top: int) -> Kernel:
    return sobolev(order).zonal_kernel(dim, top)


def grid_spectrum(depth: int, size: int, axes: int = 1) -> dict[tuple[int, ...], Quantity]:
    r"""The eigenvalues of the L-layer NTK on the grid of size^axes points of the torus.

    The torus lies on the sphere by (cos 2πx_i, sin 2πx_i)/sqrt(axes), so that the cosine of two
    points is the mean of cos 2π(x_i - y_i); for axes = 1 these are equispaced points of the circle.
    Frequencies run over 0 <= k_1 <= ... <= size // 2: the others give the same values.
    """
    if size < 1 or axes < 1:
        raise InvalidInput(f"a grid has points and axes; got {size} and {axes}")
    return {
        k: Quantity(
            lambda k=k: float(_grid_floats(depth, size, axes)[k]),
            lambda k=k: _grid_balls(depth, size, axes, int(ctx.prec))[k],
        )
        for k in _frequencies(size, axes)
    }


def _frequencies(size: int, axes: int) -> list[tuple[int, ...]]:
    every = product(range(size // 2 + 1), repeat=axes)
    return [k for k in every if list(k) == sorted(k)]


@lru_cache(maxsize=512)
def _grid_floats(depth: int, size: int, axes: int) -> Any:
    axis = np.cos(2 * np.pi * np.arange(size) / size)
    mean = sum(np.meshgrid(*[axis] * axes, indexing="ij")) / axes
    return np.fft.fftn(plain_ntk(np.arccos(np.clip(mean, -1, 1)), depth)).real


@lru_cache(maxsize=16)
def _grid_balls(depth: int, size: int, axes: int, bits: int) -> dict[tuple[int, ...], arb]:
    cosines = [(arb(2 * j) / size).cos_pi() for j in range(size)]
    values: dict[tuple[int, ...], arb] = {}
    for j in _frequencies(size, axes):
        mean: Any = sum((cosines[i] for i in j), arb(0)) / axes
        clipped = mean if mean <= 1 and mean >= -1 else mean.intersection(arb(0, 1))
        values[j] = ball_ntk(_BALLS.acos(clipped), depth) if any(j) else arb(depth)
    found = {}
    for k in values:
        total = arb(0)
        for j in product(range(size), repeat=axes):
            wave = arb(1)
            for a, b in zip(j, k, strict=True):
                wave *= cosines[a * b % size]
            total += values[tuple(sorted(min(i, size - i) for i in j))] * wave
        found[k] = total
    return found


def best_order(values: Sequence[Quantity], bases: Sequence[Quantity]) -> Quantity:
    """The s at which max_i v_i b_i^s / min_i v_i b_i^s is smallest, for positive v and b.

    The logarithm of that quotient is convex in s, as a maximum of linear functions. So a point
    between two at which it is larger holds the minimum in between: the ball is such an interval.

    Raises:
        Unable: from the ball, where the comparison of the three points stays undecided.
    """

    def floats() -> float:
        v = np.log([float(x) for x in values])
        b = np.log([float(x) for x in bases])

        def spread(s: float) -> float:
            terms = v + s * b
            return float(terms.max() - terms.min())

        low, high = _LEAST_ORDER, _MOST_ORDER
        for _ in range(_THIRDS):
            left, right = low + (high - low) / 3, high - (high - low) / 3
            low, high = (low, right) if spread(left) <= spread(right) else (left, high)
        return (low + high) / 2

    def balls() -> arb:
        centre = floats()
        v, b = [x.ball().log() for x in values], [x.ball().log() for x in bases]

        def spread(s: arb) -> arb:
            terms = [x + s * y for x, y in zip(v, b, strict=True)]
            top = bottom = terms[0]
            for term in terms[1:]:
                top, bottom = top.max(term), bottom.min(term)
            return top - bottom

        here = spread(arb(centre))
        if here < spread(arb(centre - _BRACKET)) and here < spread(arb(centre + _BRACKET)):
            return arb(centre, _BRACKET)
        raise Unable("the best order was not separated from its neighbours at this precision")

    return Quantity(floats, balls)


class ProductMatrix(SymmetricMatrix):
    """LᵀAL for B = LLᵀ: symmetric, with the eigenvalues of AB; A symmetric, B positive definite."""

    def __init__(self, left: SymmetricMatrix, right: SymmetricMatrix) -> None:
        if left.n != right.n:
            raise InvalidInput(f"matrices of sizes {left.n} and {right.n} have no product")
        self.left, self.right, self.n = left, right, left.n

    @cached_property
    def floats(self) -> Any:
        try:
            factor = np.linalg.cholesky(self.right.floats)
        except np.linalg.LinAlgError:
            return np.full((self.n, self.n), np.nan)
        return factor.T @ self.left.floats @ factor

    @cached_property
    def _float_eigenvalues(self) -> Any:
        matrix = self.floats
        return np.linalg.eigvalsh(matrix) if np.isfinite(matrix).all() else matrix[0]

    def entries(self) -> list[list[arb]]:
        factor, rows, n = _cholesky(self.right.entries()), self.left.entries(), self.n
        half = [
            [sum((rows[i][k] * factor[k][j] for k in range(j, n)), arb(0)) for j in range(n)]
            for i in range(n)
        ]
        found = [[arb(0)] * n for _ in range(n)]
        for i in range(n):
            for j in range(i + 1):
                value = sum((factor[k][i] * half[k][j] for k in range(i, n)), arb(0))
                found[i][j] = found[j][i] = value
        return found


def _cholesky(rows: list[list[arb]]) -> list[list[arb]]:
    n = len(rows)
    factor = [[arb(0)] * n for _ in range(n)]
    for j in range(n):
        pivot = rows[j][j] - sum((factor[j][k] ** 2 for k in range(j)), arb(0))
        if not pivot > 0:
            raise Unable("the matrix is not shown to be positive definite at this precision")
        factor[j][j] = pivot.sqrt()
        for i in range(j + 1, n):
            rest = sum((factor[i][k] * factor[j][k] for k in range(j)), arb(0))
            factor[i][j] = (rows[i][j] - rest) / factor[j][j]
    return factor


def separation(points: Points) -> Quantity:
    """The smallest angle between two points, sharp for close points in floats and in balls."""

    def floats() -> float:
        rows = points.array
        chord = np.linalg.norm(rows[:, None] - rows[None], axis=2)
        above = chord[np.triu_indices(points.n, 1)]
        return float(2 * np.arcsin(np.clip(above.min() / 2, 0, 1)))

    def balls() -> arb:
        with precision(2 * int(ctx.prec) + _SPARE_BITS):
            found = arb.pi()
            for i, j in points.pairs():
                found = found.min(_BALLS.acos(points.cosine_ball(i, j)))
            return found

    return Quantity(floats, balls)


def without_coincidences(points: SpherePoints) -> SpherePoints:
    """The points, each once; one that stands alone gets another beside it."""
    kept: list[int] = []
    for i in range(points.n):
        if not any(points._cosine_is(i, j, 1) for j in kept):
            kept.append(i)
    rows = [points.directions[i] for i in kept]
    if len(rows) == 1:
        rows.append(tuple(-x for x in rows[0]))
    return replace(points, directions=tuple(rows))


__all__ = [
    "NTKMatrix",
    "ProductMatrix",
    "SobolevMatrix",
    "ball_ntk",
    "best_order",
    "grid_spectrum",
    "multipliers",
    "operator_spectrum",
    "plain_ntk",
    "separation",
    "without_coincidences",
]
