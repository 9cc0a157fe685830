"""Points of the torus [0, 1)^d, and its embedding into a sphere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ntkproofs.conventions import require_integer, require_seed
from ntkproofs.domains.quadrature import MAX_GRID, Floats, require_affordable
from ntkproofs.errors import InvalidInput


def require_torus_dim(dim: Any) -> int:
    """A dimension of the torus, d >= 1."""
    return require_integer("dim", dim, least=1, why="the torus [0,1]^d has d >= 1 angles")


def require_side(n: Any) -> int:
    """A number of grid points per axis, N >= 1."""
    return require_integer("n", n, least=1, why="a grid has at least one point per axis")


def grid(n: int, dim: int, max_points: int = MAX_GRID) -> Floats:
    """The points (j_1, ..., j_d)/N of the grid, the last axis running fastest; shape (N^d, d).

    Args:
        n: N >= 1, points per axis.
        dim: d >= 1.
        max_points: refuse larger grids.

    Raises:
        InvalidInput: for N < 1 or d < 1.
        Unable: for a grid beyond ``max_points``, before it is allocated.

    Example:
        >>> grid(2, 2).tolist()
        [[0.0, 0.0], [0.0, 0.5], [0.5, 0.0], [0.5, 0.5]]
    """
    n, dim = require_side(n), require_torus_dim(dim)
    require_affordable(n**dim * dim, max_points, f"grid of {n}^{dim} points of R^{dim}")
    return np.moveaxis(np.indices((n,) * dim), 0, -1).reshape(-1, dim) / n


def scattered(n: int, dim: int, seed: int) -> Floats:
    """Independent uniform points of the torus [0, 1)^d.

    Args:
        n: how many, >= 1.
        dim: d >= 1.
        seed: of NumPy's default generator; the same points on every machine.

    Returns:
        Array of shape (n, d).

    Raises:
        InvalidInput: for n < 1, d < 1 or a seed that is negative.

    Example:
        >>> import ntkproofs as nt
        >>> x = scattered(200, 2, seed=0)
        >>> K = nt.gram(nt.ntk(3), embed(x))    # a matrix of 200 points of S^3
        >>> K.shape, bool(np.all((0 <= x) & (x < 1)))
        ((200, 200), True)
    """
    n = require_integer("n", n, least=1, why="an empty set of points has no matrix")
    return np.random.default_rng(require_seed(seed)).random((n, require_torus_dim(dim)))


def embed(X: Any) -> Floats:
    """The torus in S^(2d-1): x -> (cos 2πx_1, ..., cos 2πx_d, sin 2πx_1, ..., sin 2πx_d)/sqrt(d).

    The cosine of two images is (1/d) Σ cos 2π(x_i - y_i), so that every zonal kernel k becomes the
    translation-invariant kernel k_T(x - y) = k((1/d) Σ cos 2π(x_i - y_i)) on the torus, positive
    definite where k is. The NTK of the coordinates x themselves is not translation-invariant, and
    summing its shifts, Σ_m Θ(x, y + m) over m in Z^d, does not make it so: Θ(x, y) is
    ‖x‖ ‖y‖ κ(cos(x, y)), no function of x - y, and grows with y instead of decaying, so that the
    sum diverges; as a kernel on the sphere it is not even defined at y + m.

    Args:
        X: array of shape (n, d), d >= 1; coordinates are taken modulo 1.

    Returns:
        Array of shape (n, 2d) of unit rows, for ``nt.gram``.

    Raises:
        InvalidInput: for arrays of another shape, empty ones, and entries that are not finite.

    Example:
        >>> embed([[0.25]]).round(12)
        array([[0., 1.]])
    """
    angles = 2 * np.pi * (require_torus_points(X) % 1.0)
    dim = angles.shape[1]
    return np.concatenate([np.cos(angles), np.sin(angles)], axis=1) / np.sqrt(dim)


def cosines(X: Any, Y: Any | None = None) -> Floats:
    """The matrix (1/d) Σ_i cos 2π(x_i - y_i), the cosines of the embedded points.

    From differences, each turned by less than half a turn: near points keep full accuracy.

    Args:
        X: array of shape (n, d), d >= 1; coordinates are taken modulo 1.
        Y: array of shape (m, d); X itself, if left out.

    Returns:
        Array of shape (n, m), entries in [-1, 1].

    Raises:
        InvalidInput: for points of two tori, or arrays that are no points (see :func:`embed`).

    Example:
        >>> x, shift = np.array([[0.1, 0.2], [0.7, 0.9]]), [0.3, 0.55]
        >>> bool(np.allclose(cosines(x), cosines(x + shift), atol=1e-15))  # a function of x - y
        True
        >>> cosines([[0.0, 0.0]], [[0.5, 0.5], [0.25, 0.0], [1.0, 1.0]]).round(12)
        array([[-1. ,  0.5,  1. ]])
    """
    here = require_torus_points(X)
    there = here if Y is None else require_torus_points(Y)
    if here.shape[1] != there.shape[1]:
        raise InvalidInput(
            f"Points of one torus are compared; got d = {here.shape[1]} and {there.shape[1]}."
        )
    gaps = here[:, None, :] - there[None, :, :]
    return np.mean(np.cos(2 * np.pi * (gaps - np.round(gaps))), axis=-1)


def require_torus_points(X: Any) -> Floats:
    """The rows of X as float64 points."""
    points = np.asarray(X, dtype=np.float64)
    if points.ndim != 2 or 0 in points.shape or not np.isfinite(points).all():
        raise InvalidInput(
            "Points of the torus are the rows of an array of shape (n, d), n >= 1 and d >= 1, of "
            f"finite numbers; got shape {points.shape}."
        )
    return points
