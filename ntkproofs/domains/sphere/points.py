"""Points on the sphere: uniform, antipodal, clustered, on circles; and the check that they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from ntkproofs.conventions import require_dim, require_integer, require_seed
from ntkproofs.domains.quadrature import Floats
from ntkproofs.errors import InvalidInput

UNIT_TOLERANCE = 1e-8
"""How far from 1 the norm of a point may be."""

_WHY_N = "an empty set of points has no matrix"


def require_unit_rows(X: Any, dim: int | None = None) -> Floats:
    """The rows of X as float64 points of the sphere.

    Raises:
        InvalidInput: for arrays that are not of shape (n, d) with n >= 1 and d >= 2, entries that
            are not finite, and rows off the sphere.
    """
    points = np.asarray(X, dtype=np.float64)
    if points.ndim != 2 or not len(points) or points.shape[1] < 2:
        raise InvalidInput(
            "Points on the sphere are the rows of an array of shape (n, d) with n >= 1 and d >= 2; "
            f"got shape {points.shape}."
        )
    if dim is not None and points.shape[1] != dim:
        raise InvalidInput(f"Points in R^{dim} are needed; got rows of length {points.shape[1]}.")
    gaps = np.abs(np.linalg.norm(points, axis=1) - 1)
    if not bool((gaps <= UNIT_TOLERANCE).all()):
        row = int(np.argmax(~(gaps <= UNIT_TOLERANCE)))
        norm = float(np.linalg.norm(points[row]))
        raise InvalidInput(
            f"Unit vectors are needed (norm 1 within {UNIT_TOLERANCE:.0e}); row {row} has norm "
            f"{norm:.6g}; harmonics are functions on the sphere. Normalise with nt.normalise(X)."
        )
    return points


def uniform(n: int, dim: int, seed: int) -> Floats:
    """Independent points of the uniform (Haar) probability measure of S^(d-1): g/‖g‖, g Gaussian.

    Args:
        n: how many, >= 1.
        dim: d >= 2.
        seed: of NumPy's default generator; the same points on every machine.

    Returns:
        Array of shape (n, d).

    Raises:
        InvalidInput: for n < 1, d < 2 or a seed that is negative.

    Source:
        Muller, Commun. ACM 1959; the law of g is invariant under rotations.

    Example:
        >>> uniform(2, 3, seed=0).shape
        (2, 3)
    """
    n, dim = require_integer("n", n, least=1, why=_WHY_N), require_dim(dim)
    seed = require_seed(seed)
    gaussian = np.random.default_rng(seed).standard_normal((n, dim))
    return gaussian / np.linalg.norm(gaussian, axis=1, keepdims=True)


def circle(n: int, dim: int = 2, height: float = 0.0) -> Floats:
    """n equispaced points on a circle of S^(d-1): on the equator of the last two axes, or raised.

    Args:
        n: how many, >= 1.
        dim: d >= 2.
        height: the first coordinate, in (-1, 1); 0 for a great circle. Needs d >= 3.

    Returns:
        Array of shape (n, d): rows ``(height, 0, ..., 0, r cos 2πj/n, r sin 2πj/n)``.

    Raises:
        InvalidInput: for n < 1, d < 2, a height outside (-1, 1), or one that is not 0 for d = 2.

    Example:
        >>> circle(4).round(12) + 0.0
        array([[ 1.,  0.],
               [ 0.,  1.],
               [-1.,  0.],
               [ 0., -1.]])
    """
    n, dim = require_integer("n", n, least=1, why=_WHY_N), require_dim(dim)
    if not -1 < height < 1 or (dim == 2 and height != 0):
        raise InvalidInput(
            f"The height of a circle lies in (-1, 1), and is 0 on S^1, which is one; got height "
            f"{height} in dimension {dim}."
        )
    steps = np.arange(n)
    angles = 2 * np.pi * np.where(2 * steps < n, steps, steps - n) / n  # small: well rounded
    points = np.zeros((n, dim))
    radius = np.sqrt((1 - height) * (1 + height))
    if dim > 2:
        points[:, 0] = height
    points[:, -2:] = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return points


def antipodal(X: Any) -> Floats:
    """The rows of X followed by their antipodes.

    Matrices of even or odd kernels on such a set are singular: rows are equal, or opposite.

    Args:
        X: array of shape (n, d), unit rows.

    Returns:
        Array of shape (2n, d).

    Raises:
        InvalidInput: for rows that are no points of a sphere.

    Example:
        >>> import ntkproofs as nt
        >>> X = antipodal(uniform(10, 3, seed=0))
        >>> K = nt.gram(nt.ntk(2), X)    # two layers: of odd degrees only degree 1, of dimension 3
        >>> K.shape, int(np.linalg.matrix_rank(K))
        ((20, 20), 13)
    """
    points = require_unit_rows(X)
    return np.concatenate([points, -points])


def clustered(pairs: int, dim: int, distance: float, seed: int) -> Floats:
    """Pairs of points at a small distance from each other, the pairs uniform on S^(d-1).

    Args:
        pairs: how many pairs, >= 1.
        dim: d >= 2.
        distance: the chord ‖x - y‖ of each pair, in (0, 2); from about 1e-16 on, coordinates in
            float64 cannot hold it, and every coordinate is rounded to that.
        seed: of NumPy's default generator.

    Returns:
        Array of shape (2 · pairs, d): rows 2i and 2i + 1 are a pair.

    Raises:
        InvalidInput: for no pairs, d < 2, a seed that is negative, or a distance outside (0, 2).

    Example:
        >>> import ntkproofs as nt
        >>> X = clustered(1, 3, distance=1e-4, seed=0)
        >>> bool(abs(np.linalg.norm(X[0] - X[1]) / 1e-4 - 1) < 1e-11)
        True
        >>> def fall(kernel):    # of λ_min, as the pair comes ten times closer
        ...     pairs = [clustered(1, 3, distance, seed=0) for distance in (1e-3, 1e-4)]
        ...     far, near = (np.linalg.eigvalsh(nt.gram(kernel, pair))[0] for pair in pairs)
        ...     return round(float(far / near), 1)
        >>> fall(nt.ntk(2)), fall(nt.nngp(2))    # like the distance, and like its square
        (10.0, 100.0)
    """
    pairs = require_integer("pairs", pairs, least=1, why=_WHY_N)
    if not 0 < distance < 2:
        raise InvalidInput(
            f"The distance of two points of the sphere is in (0, 2); got {distance}."
        )
    here = uniform(pairs, dim, seed)
    step = np.random.default_rng([seed, 1]).standard_normal(here.shape)
    for _ in range(2):  # once more removes what rounding left of a step along the point
        step -= np.sum(step * here, axis=1, keepdims=True) * here
    step /= np.linalg.norm(step, axis=1, keepdims=True)
    half = distance / 2
    cosine, sine = 1 - 2 * half**2, 2 * half * np.sqrt((1 - half) * (1 + half))
    there = cosine * here + sine * step
    return np.stack([here, there], axis=1).reshape(2 * pairs, dim)
