"""Hermite polynomials of the Gaussian measure (probabilists'), normalised, in any dimension.

``h_n = He_n/sqrt(n!)``, orthonormal against the standard Gaussian:
``sqrt(n+1) h_(n+1) = x h_n - sqrt(n) h_(n-1)``; h_α(x) = Π h_(α_i)(x_i).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import comb, sqrt
from typing import Any

import numpy as np

from ntkproofs.conventions import require_integer
from ntkproofs.domains.quadrature import Floats
from ntkproofs.errors import InvalidInput

_WHY = "it is the degree of a polynomial"


def hermite(x: Any, max_degree: int) -> Floats:
    """h_0 .. h_max_degree at real numbers, orthonormal against N(0, 1).

    Args:
        x: array of any shape.
        max_degree: n >= 0.

    Returns:
        Array of shape (max_degree + 1, *x.shape).

    Raises:
        InvalidInput: for a degree that is no integer >= 0.

    Source:
        DLMF 18.9, normalised.

    Example:
        >>> hermite(2.0, 2)
        array([1.        , 2.        , 2.12132034])
    """
    top = require_integer("degree", max_degree, least=0, why=_WHY)
    x = np.asarray(x, dtype=np.float64)
    found = np.empty((top + 1, *x.shape))
    found[0] = 1.0
    for n in range(top):
        before = sqrt(n) * found[n - 1] if n else 0.0
        found[n + 1] = (x * found[n] - before) / sqrt(n + 1)
    return found


def hermite_product(X: Any, index: Sequence[int]) -> Floats:
    """h_α at points of R^d: the product of h_(α_i) of the coordinates.

    Args:
        X: array of shape (n, d).
        index: α, d integers >= 0.

    Returns:
        Array of shape (n,).

    Raises:
        InvalidInput: for points of another dimension than α has, or that are not finite.

    Source:
        DLMF 18.9, normalised.

    Example:
        >>> from ntkproofs.domains import gaussian
        >>> X = gaussian.gauss_hermite(2, 8)
        >>> square, mixed = (hermite_product(X.points, index) for index in ((2, 0), (1, 1)))
        >>> [round(float(X.integrate(f)), 12) + 0.0 for f in (square**2, mixed**2, square * mixed)]
        [1.0, 1.0, 0.0]
    """
    points = require_points(X)
    if len(index) != points.shape[1]:
        raise InvalidInput(
            f"A multi-index for R^{points.shape[1]} has as many degrees; got {len(index)}."
        )
    factors = [hermite(points[:, axis], degree)[-1] for axis, degree in enumerate(index)]
    return np.prod(factors, axis=0)


def multi_indices(dim: int, degree: int) -> Iterator[tuple[int, ...]]:
    """All α in N^d of a total degree; there are C(degree + d - 1, d - 1).

    Args:
        dim: d >= 1.
        degree: the sum of the entries, >= 0.

    Returns:
        Tuples of d integers, the first entry falling.

    Raises:
        InvalidInput: for d < 1 or a degree that is negative, as the first one is asked for.

    Example:
        >>> list(multi_indices(2, 2))
        [(2, 0), (1, 1), (0, 2)]
    """
    dim = require_gaussian_dim(dim)
    degree = require_integer("degree", degree, least=0, why=_WHY)
    if dim == 1:
        yield (degree,)
        return
    for first in range(degree, -1, -1):
        for rest in multi_indices(dim - 1, degree - first):
            yield (first, *rest)


def hermite_multiplicity(dim: int, degree: int) -> int:
    """How many Hermite polynomials of R^d have a total degree: C(degree + d - 1, d - 1).

    Args:
        dim: d >= 1.
        degree: the total degree, >= 0.

    Returns:
        The multiplicity of the eigenvalue ``degree`` of the Ornstein-Uhlenbeck operator.

    Raises:
        InvalidInput: for d < 1 or a degree that is negative.

    Example:
        >>> import ntkproofs as nt
        >>> hermite_multiplicity(3, 4)
        15
        >>> sum(nt.harmonic_dimension(3, degree) for degree in (4, 2, 0))    # by angular momentum
        15
    """
    degree = require_integer("degree", degree, least=0, why=_WHY)
    return comb(degree + require_gaussian_dim(dim) - 1, degree)


def require_gaussian_dim(dim: Any) -> int:
    """A dimension of Gaussian space, d >= 1."""
    return require_integer("dim", dim, least=1, why="the Gaussian measure lives on R^d, d >= 1")


def require_points(X: Any) -> Floats:
    """The rows of X as finite float64 points of R^d."""
    points = np.asarray(X, dtype=np.float64)
    if points.ndim != 2 or 0 in points.shape or not np.isfinite(points).all():
        raise InvalidInput(
            "Points of R^d are the rows of an array of shape (n, d), n >= 1 and d >= 1, of finite "
            f"numbers; got shape {points.shape}."
        )
    return points
