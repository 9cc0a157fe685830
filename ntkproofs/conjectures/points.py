"""Points that are known exactly: directions with rational coordinates, points of the torus."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb

from ntkproofs.arithmetic.balls import ball
from ntkproofs.conjectures.quantities import Quantity, largest, quantity, smallest
from ntkproofs.errors import InvalidInput

Coordinates = tuple[Fraction, ...]


class Points(ABC):
    """Points on a sphere of which the cosines are known to any precision.

    Indexing gives the cosine of two points, as a quantity. ``numpy.asarray`` gives the rows as
    float64 unit vectors, for functions that take arrays.
    """

    n: int
    dim: int

    @abstractmethod
    def cosine_ball(self, i: int, j: int) -> arb:
        """<x_i, x_j> as a ball at the current precision."""

    @property
    @abstractmethod
    def array(self) -> Any:
        """The points as rows, float64 of shape (n, dim)."""

    @abstractmethod
    def text(self) -> str:
        """The points as Python that builds them."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array(self.array, dtype=dtype)

    def __len__(self) -> int:
        return self.n

    def cosine(self, i: int, j: int) -> Quantity:
        """<x_i, x_j> as a quantity."""
        row = self.array
        return Quantity(
            lambda: float(np.clip(row[i] @ row[j], -1, 1)), lambda: self.cosine_ball(i, j)
        )

    def pairs(self) -> Iterator[tuple[int, int]]:
        """All pairs i < j."""
        return ((i, j) for i in range(self.n) for j in range(i + 1, self.n))

    def separation(self) -> Quantity:
        """The smallest angle between two points."""
        return smallest(*(self.cosine(i, j).arccos() for i, j in self.pairs()))

    def largest_cosine(self) -> Quantity:
        """The largest cosine between two points."""
        return largest(*(self.cosine(i, j) for i, j in self.pairs()))

    def sampled_by(self, kernel: Any) -> Any:
        """The matrix of a kernel at these points."""
        from ntkproofs.conjectures.matrices import SampledMatrix

        return SampledMatrix(kernel, self)

    def has_antipodal_pair(self) -> bool:
        """Whether x_i = -x_j for some pair, exactly where that is known."""
        return any(self._cosine_is(i, j, -1) for i, j in self.pairs())

    def has_duplicates(self) -> bool:
        """Whether x_i = x_j for some pair."""
        return any(self._cosine_is(i, j, 1) for i, j in self.pairs())

    @abstractmethod
    def _cosine_is(self, i: int, j: int, value: int) -> bool: ...


@dataclass(frozen=True, eq=False)
class SpherePoints(Points):
    """Points given by directions with rational coordinates; the point is the unit vector.

    Args:
        directions: n tuples of dim rational numbers, none of them 0.

    Example:
        >>> X = SpherePoints.of([(3, 4), (1, 0)])
        >>> float(X.cosine(0, 1))
        0.6
    """

    directions: tuple[Coordinates, ...]
    free: bool = True
    """Whether they may be moved: a search stays within what its strategy admits."""
    least: tuple[int, int] = (10**9, 10**9)
    """The least number of points and the least dimension that the strategy admits."""

    @staticmethod
    def of(rows: Sequence[Sequence[Any]]) -> SpherePoints:
        """Points from rows of rational numbers."""
        return SpherePoints(tuple(tuple(Fraction(x) for x in row) for row in rows))

    def __post_init__(self) -> None:
        if not self.directions:
            raise InvalidInput("points need at least one row; with n = 0 nothing is claimed")
        lengths = {len(row) for row in self.directions}
        if len(lengths) != 1 or min(lengths) < 2:
            raise InvalidInput(
                f"points on a sphere have one dimension, at least 2; got rows of {sorted(lengths)} "
                "coordinates (S^0 has two points, and no zonal kernel to speak of)"
            )
        if any(not any(row) for row in self.directions):
            raise InvalidInput("the vector 0 has no direction")

    @property
    def n(self) -> int:  # type: ignore[override]
        return len(self.directions)

    @property
    def dim(self) -> int:  # type: ignore[override]
        return len(self.directions[0])

    @cached_property
    def _squares(self) -> tuple[Fraction, ...]:
        return tuple(sum((x * x for x in row), Fraction(0)) for row in self.directions)

    @cached_property
    def array(self) -> Any:
        rows = np.array([[float(x) for x in row] for row in self.directions])
        return rows / np.array([[math.sqrt(s)] for s in self._squares])

    def _dot(self, i: int, j: int) -> Fraction:
        pairs = zip(self.directions[i], self.directions[j], strict=True)
        return sum((a * b for a, b in pairs), Fraction(0))

    def cosine_ball(self, i: int, j: int) -> arb:
        if i == j or self._cosine_is(i, j, 1):
            return arb(1)
        if self._cosine_is(i, j, -1):
            return arb(-1)
        found = ball(self._dot(i, j)) / ball(self._squares[i] * self._squares[j]).sqrt()
        return _clipped(found)

    def _cosine_is(self, i: int, j: int, value: int) -> bool:
        dot = self._dot(i, j)
        return dot * value > 0 and dot * dot == self._squares[i] * self._squares[j]

    def without_point(self, index: int) -> SpherePoints | None:
        """The points but one, where the strategy admits so few."""
        if self.n - 1 < max(1, self.least[0]):
            return None
        rows = (*self.directions[:index], *self.directions[index + 1 :])
        return replace(self, directions=rows)

    def without_axis(self, axis: int) -> SpherePoints | None:
        """The points without one coordinate, where the strategy admits so few."""
        rows = tuple((*row[:axis], *row[axis + 1 :]) for row in self.directions)
        if self.dim - 1 < max(2, self.least[1]) or not all(any(row) for row in rows):
            return None
        return replace(self, directions=rows)

    def text(self) -> str:
        rows = ", ".join("(" + ", ".join(map(_short, row)) + ")" for row in self.directions)
        return f"SpherePoints.of([{rows}])"

    __repr__ = text


@dataclass(frozen=True, eq=False)
class TorusPoints(Points):
    """Points x of [0, 1)^d, rational, on the sphere by (cos 2πx_i, sin 2πx_i)/sqrt(d)."""

    coordinates: tuple[Coordinates, ...]

    def __post_init__(self) -> None:
        if not self.coordinates or not self.coordinates[0]:
            raise InvalidInput("points on a torus need at least one row with one coordinate")

    @property
    def n(self) -> int:  # type: ignore[override]
        return len(self.coordinates)

    @property
    def dim(self) -> int:  # type: ignore[override]
        return 2 * len(self.coordinates[0])

    @cached_property
    def array(self) -> Any:
        x = 2 * np.pi * np.array([[float(c) for c in row] for row in self.coordinates])
        return np.concatenate([np.cos(x), np.sin(x)], axis=1) / math.sqrt(x.shape[1])

    def cosine_ball(self, i: int, j: int) -> arb:
        pairs = list(zip(self.coordinates[i], self.coordinates[j], strict=True))
        total = sum(((ball(2 * (a - b))).cos_pi() for a, b in pairs), arb(0))
        return _clipped(total / len(pairs))

    def _cosine_is(self, i: int, j: int, value: int) -> bool:
        apart = Fraction(1, 2) if value == -1 else Fraction(0)
        pairs = zip(self.coordinates[i], self.coordinates[j], strict=True)
        return all((a - b - apart).denominator == 1 for a, b in pairs)

    def text(self) -> str:
        rows = ", ".join("(" + ", ".join(map(_short, row)) + ",)" for row in self.coordinates)
        return f"TorusPoints.of([{rows}])"

    @staticmethod
    def of(rows: Sequence[Sequence[Any]]) -> TorusPoints:
        """Points from rows of rational numbers."""
        return TorusPoints(tuple(tuple(Fraction(x) for x in row) for row in rows))

    __repr__ = text


def _clipped(cosine: arb) -> arb:
    """A ball around a cosine, without what lies beyond ±1."""
    if cosine <= 1 and cosine >= -1:
        return cosine
    return cosine.intersection(arb(0, 1))


def _short(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"Fraction({str(value)!r})"


__all__ = ["Coordinates", "Points", "SpherePoints", "TorusPoints", "quantity"]
