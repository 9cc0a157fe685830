"""The smallest eigenvalue of a positive definite matrix, verified without the others."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg
from flint import arb
from numpy.typing import ArrayLike

from ntkproofs.matrices.cholesky import floor_beyond, floor_by_cholesky, margin
from ntkproofs.matrices.enclosures import enclose_scaled, norm_of_radius
from ntkproofs.matrices.extremes import lowest, ritz_values
from ntkproofs.matrices.intervals import Interval
from ntkproofs.matrices.residuals import accurate_residual
from ntkproofs.matrices.rounding import Matrix, above, below
from ntkproofs.matrices.symmetric import Scaled, is_diagonal, scaled, symmetric, unscaled

ASKER = "nt.enclose_smallest"
_COPIES = 3
_SMALL = 128
"""Up to this size all eigenvalues are enclosed; it takes no longer."""
_WIDTH, _STEPS, _EVERY, _KEPT = 8, 40, 5, 16
"""Block Lanczos: columns of a block, steps at most, steps between two looks, vectors kept."""
_WANTED = 1e-9
"""Relative width of λ_min at which block Lanczos stops."""

Solve = Callable[[Matrix], Matrix]


def enclose_smallest(A: Any, radius: ArrayLike | None = None) -> Interval:
    """An enclosure of λ_min of a symmetric matrix, several times faster than all eigenvalues.

    For a positive definite matrix: a few of the lowest eigenvectors by block Lanczos on A^-1, a
    lower bound β of the next eigenvalue by Cholesky's factorisation of A + h VVᵀ - βI
    (``floor_beyond``), and from both Lehmann's bounds (``lowest``). Where Cholesky's factorisation
    of A breaks down, all eigenvalues are enclosed.

    A Cholesky factorisation proves nothing finer than n u tr A. Where the lowest eigenvalues lie
    closer together than that, λ_min is bounded to about 3 n u tr A only; ``nt.enclose_eigenvalues``
    does better there.

    Args:
        A: array of shape (n, n), exactly symmetric, as for ``nt.enclose_eigenvalues``.
        radius: uncertainty of the entries, likewise.

    Returns:
        ``Interval`` with ``lower <= λ_min <= upper``.

    Raises:
        InvalidInput, Unable: as ``nt.enclose_eigenvalues``.

    Source:
        Rump 2006, BIT 46; Lehmann 1949.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> nt.enclose_smallest(np.array([[2.0, 1.0], [1.0, 2.0]])).contains(1)
        True
    """
    if hasattr(A, "smallest") and hasattr(A, "entries"):  # a matrix of a conjecture
        return A.smallest()
    matrix = symmetric(A, ASKER, _COPIES)
    moved = norm_of_radius(radius, len(matrix), ASKER)
    if is_diagonal(matrix):
        least = float(matrix.diagonal().min())
        return Interval.around(arb(least) - moved).hull(Interval.around(arb(least) + moved))
    given = scaled(matrix)
    return in_units_of(given, smallest_of(given.matrix), moved)


def in_units_of(given: Scaled, found: Interval, moved: arb) -> Interval:
    """The enclosure for the matrix as it was before scaling, and before it moved."""
    lost = arb(given.lost) * len(given.matrix) * arb(2) ** given.exponent + moved
    low = float(unscaled(found.lower, given.exponent, -math.inf))
    high = float(unscaled(found.upper, given.exponent, math.inf))
    if lost == 0:
        return Interval(low, high)
    return Interval(
        below(arb(low) - lost) if math.isfinite(low) else low,
        above(arb(high) + lost) if math.isfinite(high) else high,
    )


def smallest_of(A: Matrix) -> Interval:
    """λ_min of a matrix of moderate entries, by the fast way where it leads somewhere."""
    found = None if len(A) <= _SMALL else _of_definite(A)
    return enclose_scaled(Scaled(A, 0, 0.0), arb(0)).smallest if found is None else found


def _of_definite(A: Matrix) -> Interval | None:
    """λ_min of a positive definite matrix; None where Cholesky does not prove that it is one."""
    try:
        factor = scipy.linalg.cholesky(A, lower=True, check_finite=False)
    except np.linalg.LinAlgError:
        return None
    theta, V, k = lowest_vectors(A, lambda X: _solve(factor, X))
    bounds = _by_deflation(A, theta, V, k)
    if bounds is not None:
        return bounds
    top = ritz_values(accurate_residual(A, V[:, :1], theta[:1]))
    low = floor_by_cholesky(A, float(theta[0]) - 2 * margin(A))
    if low is None or top is None:
        return None
    return Interval(low, float(top.upper[0]))


def lowest_vectors(A: Matrix, solve: Solve) -> tuple[Matrix, Matrix, int]:
    """Approximations of the lowest eigenvalues, ascending, and of their vectors; and how many of
    them to take together, such that a gap follows (1 if there is none to be seen)."""
    n, theta, V, k = len(A), np.empty(0), np.empty((0, 0)), 0
    basis = np.linalg.qr(np.random.default_rng(0).standard_normal((n, _WIDTH)))[0]
    images = solve(basis)
    last = images
    steps = min(_STEPS, n // (2 * _WIDTH) - 1)
    for step in range(1, steps + 1):
        for _ in range(2):
            last = np.linalg.qr(last - basis @ (basis.T @ last))[0]
        basis, last = np.hstack([basis, last]), solve(last)
        images = np.hstack([images, last])
        if step % _EVERY == 0 or step == steps:
            theta, V = _ritz_pairs(A, basis, images)
            k = _sufficient_block(A, theta, V)
            if k:
                break
    return theta, V, max(k, 1)


def _ritz_pairs(A: Matrix, basis: Matrix, images: Matrix) -> tuple[Matrix, Matrix]:
    inverse = basis.T @ images
    W = np.linalg.eigh((inverse + inverse.T) / 2)[1][:, ::-1][:, :_KEPT]
    V = np.linalg.qr(images @ W)[0]
    form = V.T @ (A @ V)
    theta, W = np.linalg.eigh((form + form.T) / 2)
    return theta, V @ W


def _sufficient_block(A: Matrix, theta: Matrix, V: Matrix) -> int:
    """The k with the widest gap of those whose residuals are small enough; 0 if there is none."""
    k = np.arange(1, 3 * _KEPT // 4 + 1)
    residual = A @ V - V * theta
    eta = np.sqrt(np.cumsum(np.sum(residual * residual, axis=0)))[k - 1]
    gap = theta[k] - theta[k - 1]
    good = (10 * eta**2 <= _WANTED * theta[0] * gap) & (gap > 10 * eta) & (gap > 4 * margin(A))
    return int(k[np.argmax(np.where(good, gap, 0.0))]) if good.any() else 0


def _by_deflation(A: Matrix, theta: Matrix, V: Matrix, k: int) -> Interval | None:
    gap = theta[k] - theta[k - 1]
    for part in (0.5, 0.1):
        shift = float(theta[k - 1] + part * gap)
        beyond = floor_beyond(A, V[:, :k], 2 * shift, shift)
        if beyond is not None:
            found = lowest(accurate_residual(A, V[:, :k], theta[:k]), beyond)
            return None if found is None else Interval(float(found.lower[0]), float(found.upper[0]))
    return None


def _solve(factor: Matrix, X: Matrix) -> Matrix:
    return scipy.linalg.cho_solve((factor, True), X, check_finite=False)
