# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Quadratures of the standard Gaussian measure of R^d, checked when they are built.

Both rules integrate polynomials. Neither may be laid across a kink: for a ReLU of x_1 the error of
a Gauss-Hermite rule of N nodes falls as 1/N only (0.8 % at 50), and says nothing of it.
:func:`polar` keeps the radius apart, along which homogeneous functions are powers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy import special

from ntkproofs.conventions import require_dim, require_integer
from ntkproofs.domains.gaussian.hermite import (
    hermite,
    hermite_multiplicity,
    require_gaussian_dim,
    require_points,
)
from ntkproofs.domains.quadrature import MAX_POINTS, Floats, Quadrature, require_affordable
from ntkproofs.domains.sphere.rules import gauss


@dataclass(frozen=True, eq=False)
class GaussianQuadrature(Quadrature):
    """A quadrature of the standard Gaussian measure of R^d; see :class:`Quadrature`.

    Example:
        >>> rule = gauss_hermite(1, 99)    # 50 nodes
        >>> float(rule.integrate(rule.points[:, 0] ** 6).round(9))    # 5 · 3 · 1
        15.0
        >>> relu = np.maximum(rule.points[:, 0], 0)
        >>> float(abs(rule.integrate(relu) * np.sqrt(2 * np.pi) - 1).round(3))    # a kink: 0.8 %
        0.008
    """

    @property
    def dim(self) -> int:
        """d, the dimension of the space."""
        return self.points.shape[1]

    def defects(self, max_degree: int) -> Floats:
        """Root mean square over |α| = l of ``Σ_j w_j h_α(x_j) - δ_l0``, l = 0..max_degree.

        The first degree that a Gauss-Hermite rule of N nodes misses, 2N, it misses by
        1/sqrt(C(2N, N)) only, which is less than 1e-12 from N = 42 on: no check in float64 tells
        degrees beyond 80 apart.
        """
        squares = np.zeros(max_degree + 1)
        tables = [hermite(coordinate, max_degree) for coordinate in self.points.T]
        _add_squared_moments(squares, self.weights, tables, 0)
        squares[0] = (self.weights.sum() - 1) ** 2
        counts = [hermite_multiplicity(self.dim, degree) for degree in range(max_degree + 1)]
        return np.sqrt(squares / np.asarray(counts))

    def _check_shapes(self) -> None:
        super()._check_shapes()
        require_points(self.points)


def _add_squared_moments(
    squares: Floats, weights: Floats, tables: Sequence[Floats], degree: int
) -> None:
    """Add (Σ_j w_j Π h_(α_i)(x_ji))² to squares[|α|], for all α of the axes that remain.

    ``weights`` hold the factors of the axes before, of total degree ``degree``.
    """
    left = len(squares) - degree
    if len(tables) == 1:
        squares[degree:] += (tables[0][:left] @ weights) ** 2
        return
    for k in range(left):
        _add_squared_moments(squares, weights * tables[0][k], tables[1:], degree + k)


def gauss_hermite(dim: int, degree: int, max_points: int = MAX_POINTS) -> GaussianQuadrature:
    """The tensor product of Gauss-Hermite rules, exact to a degree against N(0, I_d).

    For polynomials, and functions as smooth; never for a function with a kink, such as a ReLU.

    Args:
        dim: d >= 1.
        degree: exactness, >= 0.
        max_points: refuse rules of more points.

    Returns:
        A rule of (⌊degree/2⌋ + 1)^d points.

    Raises:
        InvalidInput: for d < 1 or a degree that is negative.
        Unable: if it would have more than max_points.

    Example:
        >>> rule = gauss_hermite(2, 5)
        >>> len(rule.weights), float(rule.integrate(rule.points[:, 0] ** 4).round(12))
        (9, 3.0)
    """
    dim = require_gaussian_dim(dim)
    degree = require_integer("degree", degree, least=0, why="it is a degree of polynomials")
    side = degree // 2 + 1
    require_affordable(side**dim, max_points, f"Gauss-Hermite rule of degree {degree} in R^{dim}")
    found = cast(tuple[Floats, Floats], special.roots_hermitenorm(side))
    nodes, masses = found[0], found[1] / found[1].sum()
    points = np.stack(np.meshgrid(*[nodes] * dim, indexing="ij"), axis=-1).reshape(-1, dim)
    weights: Floats = np.ones(1)
    for _ in range(dim):
        weights = (weights[:, None] * masses).reshape(-1)
    return GaussianQuadrature(points, weights, degree, "Gauss-Hermite rule")


def polar(dim: int, degree: int, max_points: int = MAX_POINTS) -> GaussianQuadrature:
    """Radius times direction: Gauss-Laguerre in ‖x‖²/2 ~ Γ(d/2), a product Gauss rule on S^(d-1).

    Exact to a degree against N(0, I_d). Also exact for ‖x‖^j Y(x/‖x‖) with even j <= degree and a
    harmonic Y of degree <= ``degree`` (products of two functions of degree 1 in ‖x‖ are such),
    which are not polynomials.

    Args:
        dim: d >= 2.
        degree: exactness, >= 0.
        max_points: refuse rules of more points.

    Returns:
        A rule of (⌊degree/4⌋ + 1) (⌊degree/2⌋ + 1)^(d-2) (degree + 1) points.

    Raises:
        InvalidInput: for d < 2 or a degree that is negative.
        Unable: if it would have more than max_points.

    Example:
        >>> rule = polar(3, 4)
        >>> float(rule.integrate(rule.points[:, 0] ** 4).round(12))
        3.0
    """
    dim = require_dim(dim)
    sphere = gauss(dim, degree, max_points)
    rings = degree // 4 + 1
    count = rings * len(sphere.weights)
    require_affordable(count, max_points, f"polar rule of degree {degree} in R^{dim}")
    halves, masses = special.roots_genlaguerre(rings, dim / 2 - 1)
    radii = np.sqrt(2 * halves)
    points = (radii[:, None, None] * sphere.points).reshape(-1, dim)
    weights = np.outer(masses / masses.sum(), sphere.weights).reshape(-1)
    return GaussianQuadrature(points, weights, degree, "polar rule")
