"""Kernel matrices of points on the sphere."""

from __future__ import annotations

from typing import Any

from array_api_compat import array_namespace, is_array_api_obj

from ntkproofs.arithmetic.dispatch import as_real_floats
from ntkproofs.arithmetic.doubles import DoubleArithmetic, DoubleDouble, is_traced
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.kernel import Kernel, evaluate

UNIT_TOLERANCE = 1e-8
"""How far from 1 the norm of a row may be; float32 rows are granted their own rounding."""

_BLOCK_ENTRIES = 1 << 16


def normalise(X: Any) -> tuple[Any, Any]:
    """The rows of X divided by their norms, and the norms.

    Args:
        X: array of shape (n, d), d >= 2, without zero rows.

    Returns:
        (unit rows of shape (n, d), norms of shape (n,)), in X's array library.
    """
    X, xp = _points(X)
    norms = xp.sqrt(xp.sum(X * X, axis=1))
    if not is_traced(X) and bool(xp.any(norms == 0)):
        raise InvalidInput(
            "nt.normalise needs nonzero rows; a row of X is zero, which has no direction."
        )
    return X / norms[:, None], norms


def gram(kernel: Kernel, X: Any) -> Any:
    """The kernel matrix ``K_ij = k(<x_i, x_j>)`` of the rows of X.

    Args:
        kernel: a zonal kernel.
        X: array of shape (n, d), d >= 2, of unit rows; float64, float32 or integers.

    Returns:
        Array of shape (n, n) in X's array library, dtype and device; exactly symmetric. Cosines
        are formed in compensated arithmetic from the exact directions of the given rows, so that
        coincident and antipodal points lose no digits.

    Raises:
        InvalidInput: for rows that are no unit vectors, NaN or infinite entries, empty arrays.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> nt.gram(nt.nngp(2), np.eye(2)).diagonal()
        array([1., 1.])
    """
    X, xp = _points(X)
    n, dim = X.shape
    if not is_traced(X):
        _check_unit_rows(X, xp)
    kernel = kernel.at_dim(dim)
    ar = DoubleArithmetic.like(X)
    rows = max(1, _BLOCK_ENTRIES // n)
    blocks = [
        ar.lower(evaluate(kernel, _cosines(X[i : min(i + rows, n), :], X, ar), ar))
        for i in range(0, n, rows)
    ]
    K = xp.concat(blocks, axis=0)
    return xp.where(xp.tril(xp.ones_like(K)) > 0, K, xp.matrix_transpose(K))


def _cosines(A: Any, B: Any, ar: DoubleArithmetic) -> DoubleDouble:
    """<a_i, b_j>/(|a_i| |b_j|) in compensated arithmetic."""
    products = _dot(A[:, None, :], B[None, :, :], ar)
    left, right = _dot(A, A, ar), _dot(B, B, ar)
    squares = DoubleDouble(left.hi[:, None], left.lo[:, None]) * DoubleDouble(
        right.hi[None, :], right.lo[None, :]
    )
    return products / ar.sqrt(squares)


def _dot(A: Any, B: Any, ar: DoubleArithmetic) -> DoubleDouble:
    total = ar.lift(A[..., 0]) * ar.lift(B[..., 0])
    for k in range(1, A.shape[-1]):
        total = total + ar.lift(A[..., k]) * ar.lift(B[..., k])
    return total


def _points(X: Any) -> tuple[Any, Any]:
    X = _as_array(X)
    xp = array_namespace(X)
    if X.ndim != 2 or X.shape[0] == 0 or X.shape[1] < 2:
        raise InvalidInput(
            "Points on the sphere are the rows of an array of shape (n, d) with n >= 1 and d >= 2; "
            f"got shape {tuple(X.shape)}."
        )
    X = as_real_floats(X, xp, what="A point")
    if not is_traced(X) and not bool(xp.all(xp.isfinite(X))):
        raise InvalidInput(
            "The coordinates of points are finite numbers; X holds NaN or an infinity. Remove or "
            "repair these rows."
        )
    return X, xp


def _as_array(X: Any) -> Any:
    if is_array_api_obj(X):
        return X
    import numpy as np

    return np.asarray(X)


def _check_unit_rows(X: Any, xp: Any) -> None:
    norms = xp.sqrt(xp.sum(X * X, axis=1))
    tolerance = max(UNIT_TOLERANCE, 8 * float(xp.finfo(X.dtype).eps))
    off = xp.abs(norms - 1) > tolerance
    if bool(xp.any(off)):
        row = int(xp.argmax(xp.astype(off, xp.int64)))
        raise InvalidInput(
            f"nt.gram needs unit vectors (rows of norm 1 within {tolerance:.0e}); row {row} has "
            f"norm {float(norms[row]):.6g}; a zonal kernel is a function of the angle only. "
            "Normalise with nt.normalise(X), which also returns the norms."
        )
