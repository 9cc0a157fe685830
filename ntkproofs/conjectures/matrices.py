"""Symmetric matrices whose entries are known to any precision, and their eigenvalues."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, cmp_to_key
from typing import Any

import numpy as np
from flint import acb_mat, arb, arb_mat, ctx

from ntkproofs.arithmetic.balls import ball, precision
from ntkproofs.conjectures.plain import plain_values
from ntkproofs.conjectures.points import Points
from ntkproofs.conjectures.quantities import Quantity
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.matrices.enclosures import enclose_eigenvalues

_FLOAT_BITS = 64
"""Up to this precision eigenvalues of large matrices come from verified floats."""
_SMALL = 12
_SPARE = 4
_DELICATE, _CAREFUL_BITS = 1e-6, 192


class SymmetricMatrix(ABC):
    """A symmetric matrix as floats and as balls.

    Eigenvalues are quantities, ascending: ``A.eigenvalue(0)`` is the smallest.
    """

    n: int

    @abstractmethod
    def entries(self) -> list[list[arb]]:
        """The entries as balls at the current precision."""

    @property
    @abstractmethod
    def floats(self) -> Any:
        """The entries as float64, shape (n, n)."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array(self.floats, dtype=dtype)

    @cached_property
    def _float_eigenvalues(self) -> Any:
        return np.linalg.eigvalsh(self.floats)

    @cached_property
    def _enclosed(self) -> dict[int, list[arb]]:
        return {}

    def _eigenvalue_balls(self) -> list[arb]:
        bits = int(ctx.prec)
        if bits not in self._enclosed:
            self._enclosed[bits] = _enclose(self.entries, bits)
        return self._enclosed[bits]

    def eigenvalue(self, index: int) -> Quantity:
        """The eigenvalue of an index, from 0 (the smallest); negative ones count from the end."""
        if not -self.n <= index < self.n:
            raise InvalidInput(f"a matrix of size {self.n} has no eigenvalue {index}")
        return Quantity(
            lambda: float(self._float_eigenvalues[index]),
            lambda: self._eigenvalue_balls()[index],
            scale=lambda: float(np.abs(self._float_eigenvalues).max()),
        )

    def smallest(self) -> Quantity:
        """λ_min."""
        return self.eigenvalue(0)

    def largest(self) -> Quantity:
        """λ_max."""
        return self.eigenvalue(-1)

    def condition(self) -> Quantity:
        """λ_max/λ_min, of a positive definite matrix."""
        return self.largest() / self.smallest()

    def entry(self, i: int, j: int) -> Quantity:
        """An entry, rows and columns from 0."""
        return Quantity(
            lambda: float(self.floats[i, j]),
            lambda: self.entries()[i][j],
            scale=lambda: float(abs(self.floats).max()),
        )

    def trace(self) -> Quantity:
        """The sum of the diagonal."""
        return self._of_entries(
            np.trace, lambda rows: sum((rows[i][i] for i in range(self.n)), arb(0))
        )

    def total(self) -> Quantity:
        """The sum of all entries."""
        return self._of_entries(
            np.sum,
            lambda rows: sum((x for row in rows for x in row), arb(0)),
            lambda a: np.sum(abs(a)),
        )

    def square_sum(self) -> Quantity:
        """The squared Frobenius norm."""
        return self._of_entries(
            lambda a: np.sum(a * a), lambda rows: sum((x * x for row in rows for x in row), arb(0))
        )

    def determinant(self) -> Quantity:
        """The determinant."""
        return self._of_entries(
            np.linalg.det,
            lambda rows: arb_mat(rows).det(),
            lambda a: np.prod(np.linalg.norm(a, axis=1)),
        )

    def _of_entries(
        self,
        floats: Callable[[Any], Any],
        balls: Callable[[list[list[arb]]], arb],
        scale: Callable[[Any], Any] = np.linalg.norm,
    ) -> Quantity:
        return Quantity(
            lambda: float(floats(self.floats)),
            lambda: balls(self.entries()),
            scale=lambda: float(scale(self.floats)),
        )

    def commutator(self, other: SymmetricMatrix) -> Quantity:
        """The squared Frobenius norm of AB - BA."""
        if other.n != self.n:
            raise InvalidInput(f"matrices of sizes {self.n} and {other.n} have no commutator")

        def balls() -> arb:
            a, b = arb_mat(self.entries()), arb_mat(other.entries())
            c = a * b - b * a
            return sum((c[i, j] * c[i, j] for i in range(self.n) for j in range(self.n)), arb(0))

        def floats() -> float:
            a, b = self.floats, other.floats
            return float(np.sum((a @ b - b @ a) ** 2))

        return Quantity(
            floats,
            balls,
            scale=lambda: float(np.sum(self.floats**2) * np.sum(other.floats**2)),
        )

    def __add__(self, other: SymmetricMatrix) -> Combined:
        return Combined(self, other, lambda a, b: a + b)

    def __sub__(self, other: SymmetricMatrix) -> Combined:
        return Combined(self, other, lambda a, b: a - b)

    def hadamard(self, other: SymmetricMatrix) -> Combined:
        """The entrywise product."""
        return Combined(self, other, lambda a, b: a * b)

    def __truediv__(self, scale: int) -> Combined:
        return Combined(self, self, lambda a, _: a / scale)


def _enclose(entries: Callable[[], list[list[arb]]], bits: int) -> list[arb]:
    """Enclosures of all eigenvalues, ascending."""
    # A composed kernel halves the digits with each layer where two points coincide.
    with precision(_SPARE * bits):
        rows = entries()
    if len(rows) <= _SMALL or bits > _FLOAT_BITS:
        with precision(bits):
            return sorted_eigenvalues(arb_mat(rows))
    middle = np.array([[float(x.mid()) for x in row] for row in rows])
    middle = np.tril(middle) + np.tril(middle, -1).T
    radius = [
        [float((x - arb(m)).abs_upper()) * (1 + 1e-15) for x, m in zip(row, near, strict=True)]
        for row, near in zip(rows, middle.tolist(), strict=True)
    ]
    wide = np.maximum(np.array(radius), np.array(radius).T)
    bounds: Any = enclose_eigenvalues(middle, radius=wide)
    return [_between(a, b) for a, b in zip(bounds.lower, bounds.upper, strict=True)]


def sorted_eigenvalues(A: arb_mat) -> list[arb]:
    """Enclosures of the real parts of the eigenvalues of a matrix, ascending.

    Arb encloses the eigenvalues with their multiplicities. A one-to-one assignment of numbers to
    intervals gives one in which the ends and the numbers are each sorted.
    """
    try:
        values: list[Any] = list(acb_mat(A).eig(multiple=True))
        parts: list[Any] = [value.real for value in values]
    except (ValueError, ArithmeticError) as error:
        raise Unable(f"Arb encloses no eigenvalues at this precision: {error}") from None
    if len(parts) != A.nrows() or not all(part.is_finite() for part in parts):
        raise Unable("Arb encloses no eigenvalues at this precision")
    lower = sorted((part.lower() for part in parts), key=cmp_to_key(_order))
    upper = sorted((part.upper() for part in parts), key=cmp_to_key(_order))
    return [low.union(high) for low, high in zip(lower, upper, strict=True)]


def _order(a: arb, b: arb) -> int:
    """Ends of balls are exact numbers."""
    return int(a > b) - int(a < b)


def _between(low: float, high: float) -> arb:
    return arb(float(low)).union(arb(float(high)))


@dataclass(frozen=True, eq=False)
class SampledMatrix(SymmetricMatrix):
    """K_ij = k(<x_i, x_j>)."""

    kernel: Any
    points: Points

    @property
    def n(self) -> int:  # type: ignore[override]
        return self.points.n

    @cached_property
    def floats(self) -> Any:
        rows = self.points.array
        cosines = np.clip(rows @ rows.T, -1.0, 1.0)
        np.fill_diagonal(cosines, 1.0)
        if self.kernel.floats_only:
            return plain_values(self.kernel, cosines, self.points.dim)
        # Floats hardly tell the cosines of close points from ±1.
        close = [(i, j) for i, j in np.argwhere(abs(cosines) > 1 - _DELICATE) if i < j]
        for i, j in close:
            cosines[i, j] = cosines[j, i] = 0.0
        values = np.array(plain_values(self.kernel, cosines, self.points.dim))
        with precision(_CAREFUL_BITS):
            kernel = self.kernel.at_dim(self.points.dim)
            for i, j in close:
                exact = kernel(self.points.cosine_ball(int(i), int(j)))
                values[i, j] = values[j, i] = float(exact.mid())
        return values

    def entries(self) -> list[list[arb]]:
        if self.kernel.floats_only:
            raise Unable(
                "the kernel is a plain function of floats, of which no enclosure is known; write "
                "it against an arithmetic (nt.zonal) to certify a counterexample"
            )
        n, kernel = self.n, self.kernel.at_dim(self.points.dim)
        rows = [[arb(0)] * n for _ in range(n)]
        diagonal = kernel(arb(1))
        for i in range(n):
            rows[i][i] = diagonal
            for j in range(i):
                rows[i][j] = rows[j][i] = kernel(self.points.cosine_ball(i, j))
        return rows


@dataclass(frozen=True, eq=False)
class ExactMatrix(SymmetricMatrix):
    """A symmetric matrix of rational numbers."""

    rows: tuple[tuple[Any, ...], ...]

    def __post_init__(self) -> None:
        n = len(self.rows)
        square = n > 0 and all(len(row) == n for row in self.rows)
        if not square or any(
            self.rows[i][j] != self.rows[j][i] for i in range(n) for j in range(i)
        ):
            raise InvalidInput("a symmetric matrix has n rows of n entries, A_ij = A_ji")

    @property
    def n(self) -> int:  # type: ignore[override]
        return len(self.rows)

    @cached_property
    def floats(self) -> Any:
        return np.array([[float(x) for x in row] for row in self.rows])

    def entries(self) -> list[list[arb]]:
        return [[ball(x) for x in row] for row in self.rows]

    def text(self) -> str:
        """The matrix as Python that builds it."""
        rows = ", ".join("(" + ", ".join(repr(x) for x in row) + ",)" for row in self.rows)
        return f"ExactMatrix(({rows},))"

    __repr__ = text


@dataclass(frozen=True, eq=False)
class Combined(SymmetricMatrix):
    """An entrywise combination of two matrices."""

    left: SymmetricMatrix
    right: SymmetricMatrix
    of: Callable[[Any, Any], Any]

    def __post_init__(self) -> None:
        if self.left.n != self.right.n:
            raise InvalidInput(f"matrices of sizes {self.left.n} and {self.right.n} differ")

    @property
    def n(self) -> int:  # type: ignore[override]
        return self.left.n

    @cached_property
    def floats(self) -> Any:
        return self.of(self.left.floats, self.right.floats)

    def entries(self) -> list[list[arb]]:
        pairs = zip(self.left.entries(), self.right.entries(), strict=True)
        return [[self.of(a, b) for a, b in zip(x, y, strict=True)] for x, y in pairs]
