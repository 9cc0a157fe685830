"""Quantities of the field for the bodies of conjectures: eigenvalues, multipliers, polynomials.

Each is a float while one searches and a ball where one decides.

>>> import ntkproofs as nt
>>> (eigenvalue(nt.arccosine(0), dim=3, degree=1) == Fraction(1, 8)).decided().truth
<Truth.TRUE: 'true'>
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from flint import arb, arb_mat, ctx

from ntkproofs.arithmetic.balls import ball, precision
from ntkproofs.conjectures.matrices import SymmetricMatrix, sorted_eigenvalues
from ntkproofs.conjectures.points import Points
from ntkproofs.conjectures.quantities import Quantity, quantity
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.spectra.harmonics import gegenbauer, harmonic_dimension
from ntkproofs.spectra.sobolev import Definition, sobolev

_CACHED = 4096


def eigenvalue(kernel: Kernel, dim: int, degree: int) -> Quantity:
    """μ_l of a zonal kernel on S^(d-1), against the uniform probability measure.

    Args:
        kernel: a zonal kernel.
        dim: d >= 2.
        degree: l >= 0.

    Returns:
        A float from quadrature, and a ball that encloses the eigenvalue.

    Raises:
        Unable: when it is used, where no enclosure can be had.

    Example:
        >>> import ntkproofs as nt
        >>> float(eigenvalue(nt.ntk(2), dim=3, degree=0))
        0.5
    """
    top = max(15, 2 ** int(degree).bit_length() - 1)
    return Quantity(
        lambda: float(_float_eigenvalues(kernel, dim, top)[degree]),
        lambda: _eigenvalue_ball(kernel, dim, degree, int(ctx.prec)),
        f"μ_{degree}",
    )


@lru_cache(maxsize=_CACHED)
def _float_eigenvalues(kernel: Kernel, dim: int, top: int) -> Any:
    from ntkproofs.spectra.eigenvalues import eigenvalues

    return eigenvalues(kernel, dim, range(top + 1))


@lru_cache(maxsize=_CACHED)
def _eigenvalue_ball(kernel: Kernel, dim: int, degree: int, bits: int) -> arb:
    from ntkproofs.spectra.eigenvalues import eigenvalues

    (found,) = eigenvalues(kernel, dim, [degree], digits=max(10, int(bits * 0.3)))
    return found


def harmonics(dim: int, degree: int) -> Quantity:
    """N(d, l), the number of independent harmonics of a degree, as a quantity.

    Args:
        dim: d >= 2.
        degree: l >= 0.

    Example:
        >>> float(harmonics(dim=3, degree=4))
        9.0
    """
    return quantity(harmonic_dimension(dim, degree))


def multiplier(order: Any, degree: int, dim: int, definition: Definition = "laplacian") -> Quantity:
    """The Sobolev multiplier: (1 + sqrt(l(l+d-2)))^s, or (1+l)^(2s) for ``"degree"``.

    Args:
        order: s, a rational number.
        degree: l >= 0.
        dim: d >= 2; without effect for ``"degree"``.
        definition: ``"laplacian"`` or ``"degree"``.

    Raises:
        InvalidInput: for another definition.

    Example:
        >>> float(multiplier(2, degree=3, dim=2)), float(multiplier(1, 1, 5, "degree"))
        (16.0, 4.0)
    """
    if definition not in ("laplacian", "degree"):
        sobolev(order, definition)  # says what is wrong
    s = Fraction(order)
    if definition == "degree":
        base, power = quantity(1 + degree), 2 * s
    else:
        base, power = 1 + quantity(degree * (degree + dim - 2)).sqrt(), s
    return base.mapped(lambda x: x ** float(power), lambda x: x ** ball(power))


def legendre(degree: int, dim: int, u: Any) -> Quantity:
    """P_l(u), the zonal polynomial of S^(d-1) with P_l(1) = 1, at a quantity or a number.

    Args:
        degree: l >= 0.
        dim: d >= 2.
        u: in [-1, 1].

    Example:
        >>> float(legendre(2, dim=3, u=Fraction(1, 2)))
        -0.125
    """
    x = quantity(u)
    return Quantity(
        lambda: float(gegenbauer(degree, dim, float(x))),
        lambda: gegenbauer(degree, dim, x.ball()),
        scale=lambda: 1.0,
    )


def weighted(matrix: SymmetricMatrix, weights: Sequence[Any]) -> WeightedMatrix:
    """C A C for a diagonal C of rational weights: entries c_i c_j A_ij.

    Args:
        matrix: A, such as ``points.gram(kernel)``.
        weights: c_i, rational numbers, one for each row.

    Raises:
        InvalidInput: if there is not one weight for each row.

    Example:
        >>> from ntkproofs.conjectures.points import SpherePoints
        >>> A = zonal_matrix(SpherePoints.of([(1, 0), (0, 1)]), [1])    # P_0 = 1 everywhere
        >>> np.asarray(weighted(A, [1, Fraction(1, 2)]).floats).tolist()
        [[1.0, 0.5], [0.5, 0.25]]
    """
    return WeightedMatrix(matrix, tuple(Fraction(c) for c in weights))


def zonal_matrix(points: Points, coefficients: Sequence[Any]) -> ZonalMatrix:
    """P_ij = Σ_l p_l N(d, l) P_l(<x_i, x_j>): an operator that multiplies degree l by p_l, sampled.

    Args:
        points: exact points of a sphere, as ``nt.st.sphere_points`` draws them.
        coefficients: p_0, p_1, ...: numbers, or quantities such as :func:`multiplier`.

    Example:
        >>> from ntkproofs.conjectures.points import SpherePoints
        >>> X = SpherePoints.of([(1, 0, 0), (0, 1, 0)])
        >>> np.asarray(zonal_matrix(X, [1, 1])).tolist()
        [[4.0, 1.0], [1.0, 4.0]]
    """
    return ZonalMatrix(points, tuple(quantity(c) for c in coefficients))


def product(left: SymmetricMatrix, right: SymmetricMatrix) -> ProductMatrix:
    """A B, which is symmetric only where A and B commute.

    Its eigenvalues, in ascending order, are real where A or B is positive semidefinite; in general
    their real parts are meant.

    Args:
        left, right: symmetric matrices of one size.

    Raises:
        InvalidInput: for matrices of different sizes.

    Example:
        >>> from ntkproofs.conjectures.points import SpherePoints
        >>> X = SpherePoints.of([(1, 0), (0, 1)])
        >>> AB = product(zonal_matrix(X, [1]), zonal_matrix(X, [0, 1]))  # ones times 2 <x_i, x_j>
        >>> float(AB.largest()), float(AB.trace())
        (4.0, 4.0)
    """
    return ProductMatrix(left, right)


@dataclass(frozen=True, eq=False)
class WeightedMatrix(SymmetricMatrix):
    """C A C; see :func:`weighted`."""

    matrix: SymmetricMatrix
    weights: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        if len(self.weights) != self.matrix.n:
            raise InvalidInput(
                f"weights are one for each of the {self.matrix.n} rows; got {len(self.weights)}"
            )

    @property
    def n(self) -> int:  # type: ignore[override]
        return self.matrix.n

    @cached_property
    def floats(self) -> Any:
        c = np.array([float(x) for x in self.weights])
        return c[:, None] * np.asarray(self.matrix.floats) * c

    def entries(self) -> list[list[arb]]:
        c = [ball(x) for x in self.weights]
        rows = self.matrix.entries()
        return [[c[i] * c[j] * x for j, x in enumerate(row)] for i, row in enumerate(rows)]


@dataclass(frozen=True, eq=False)
class ZonalMatrix(SymmetricMatrix):
    """Σ_l p_l N(d, l) P_l(<x_i, x_j>); see :func:`zonal_matrix`."""

    points: Points
    coefficients: tuple[Quantity, ...]

    @property
    def n(self) -> int:  # type: ignore[override]
        return self.points.n

    def _sum(self, u: Any, coefficients: Sequence[Any]) -> Any:
        dim, total = self.points.dim, 0 * u
        for degree, p in enumerate(coefficients):
            total = total + p * harmonic_dimension(dim, degree) * gegenbauer(degree, dim, u)
        return total

    @cached_property
    def floats(self) -> Any:
        rows = self.points.array
        cosines = np.clip(rows @ rows.T, -1.0, 1.0)
        return self._sum(cosines, [float(p) for p in self.coefficients])

    def entries(self) -> list[list[arb]]:
        n, p = self.n, [q.ball() for q in self.coefficients]
        rows = [[arb(0)] * n for _ in range(n)]
        for i in range(n):
            for j in range(i + 1):
                rows[i][j] = rows[j][i] = self._sum(self.points.cosine_ball(i, j), p)
        return rows


@dataclass(frozen=True, eq=False)
class ProductMatrix:
    """A B; see :func:`product`."""

    left: SymmetricMatrix
    right: SymmetricMatrix

    def __post_init__(self) -> None:
        if self.left.n != self.right.n:
            raise InvalidInput(f"matrices of sizes {self.left.n} and {self.right.n} differ")

    @property
    def n(self) -> int:
        """How many rows."""
        return self.left.n

    @cached_property
    def floats(self) -> Any:
        """The entries as float64, shape (n, n)."""
        return np.asarray(self.left.floats) @ np.asarray(self.right.floats)

    @cached_property
    def _float_eigenvalues(self) -> Any:
        return np.sort(np.linalg.eigvals(self.floats).real)

    def balls(self) -> arb_mat:
        """The entries as balls at the current precision."""
        return arb_mat(self.left.entries()) * arb_mat(self.right.entries())

    def eigenvalue(self, index: int) -> Quantity:
        """The eigenvalue of an index, from 0 (the smallest); negative ones count from the end."""
        if not -self.n <= index < self.n:
            raise InvalidInput(f"a matrix of size {self.n} has no eigenvalue {index}")

        def enclosed() -> arb:
            with precision(4 * int(ctx.prec)):
                product = self.balls()
            return sorted_eigenvalues(product)[index]

        return Quantity(
            lambda: float(self._float_eigenvalues[index]), enclosed, scale=self._magnitude
        )

    def smallest(self) -> Quantity:
        """The smallest eigenvalue."""
        return self.eigenvalue(0)

    def largest(self) -> Quantity:
        """The largest eigenvalue."""
        return self.eigenvalue(-1)

    def trace(self) -> Quantity:
        """tr(A B)."""
        return Quantity(
            lambda: float(np.trace(self.floats)),
            lambda: sum((self.balls()[i, i] for i in range(self.n)), arb(0)),
            scale=self._magnitude,
        )

    def _magnitude(self) -> float:
        return float(np.linalg.norm(self.floats))


__all__ = [
    "eigenvalue",
    "harmonics",
    "legendre",
    "multiplier",
    "product",
    "weighted",
    "zonal_matrix",
]
