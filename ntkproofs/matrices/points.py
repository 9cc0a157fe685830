"""Points on the sphere: the rows of an array, checked."""

from __future__ import annotations

from typing import Any

from array_api_compat import array_namespace, is_array_api_obj

from ntkproofs.arithmetic.dispatch import as_real_floats
from ntkproofs.arithmetic.doubles import is_traced
from ntkproofs.errors import InvalidInput

UNIT_TOLERANCE = 1e-8
"""How far from 1 the norm of a row may be; float32 rows are granted their own rounding."""


def normalise(X: Any) -> tuple[Any, Any]:
    """The rows of X divided by their norms, and the norms.

    Args:
        X: array of shape (n, d), d >= 2, without zero rows.

    Returns:
        (unit rows of shape (n, d), norms of shape (n,)), in X's array library.

    Raises:
        InvalidInput: for zero rows, NaN or infinite entries, and arrays of no such shape.

    Example:
        >>> import numpy as np
        >>> normalise(np.array([[3.0, 4.0]]))
        (array([[0.6, 0.8]]), array([5.]))
    """
    X, xp = points(X)
    norms = xp.sqrt(xp.sum(X * X, axis=1))
    if not is_traced(X) and bool(xp.any(norms == 0)):
        raise InvalidInput(
            "nt.normalise needs nonzero rows; a row of X is zero, which has no direction."
        )
    return X / norms[:, None], norms


def points(X: Any, name: str = "X") -> tuple[Any, Any]:
    """X as a finite real array of shape (n, d), n >= 1 and d >= 2, and its array namespace."""
    X = _as_array(X)
    xp = array_namespace(X)
    if X.ndim != 2 or X.shape[0] == 0 or X.shape[1] < 2:
        raise InvalidInput(
            "Points on the sphere are the rows of an array of shape (n, d) with n >= 1 and d >= 2; "
            f"{name} has shape {tuple(X.shape)}."
        )
    X = as_real_floats(X, xp, what="A point")
    if not is_traced(X) and not bool(xp.all(xp.isfinite(X))):
        raise InvalidInput(
            f"The coordinates of points are finite numbers; {name} holds NaN or an infinity. "
            "Remove or repair these rows."
        )
    return X, xp


def unit_points(X: Any, name: str = "X") -> tuple[Any, Any]:
    """As :func:`points`, for rows that must be unit vectors within the tolerance."""
    X, xp = points(X, name)
    if not is_traced(X):
        _check_unit_rows(X, xp, name)
    return X, xp


def point_sets(X: Any, Y: Any | None) -> tuple[Any, Any, Any]:
    """Two sets of unit points of one dimension, dtype and library, and the namespace.

    Without Y, the second set is X itself, the same object.
    """
    X, xp = unit_points(X)
    if Y is None:
        return X, X, xp
    Z: Any
    Z, other = unit_points(Y, "Y")
    if other is not xp:
        raise InvalidInput(
            "X and Y are arrays of one library; got arrays of "
            f"{_library(xp)} and {_library(other)}. Convert one of them."
        )
    if X.shape[1] != Z.shape[1]:
        raise InvalidInput(
            "The rows of X and Y are points of one sphere; they have "
            f"{X.shape[1]} and {Z.shape[1]} coordinates, between which there is no angle."
        )
    if X.dtype != Z.dtype:  # float32 and float64
        X, Z = xp.astype(X, xp.float64), xp.astype(Z, xp.float64)
    return X, Z, xp


def _library(xp: Any) -> str:
    return str(getattr(xp, "__name__", xp)).removeprefix("array_api_compat.")


def _as_array(X: Any) -> Any:
    if is_array_api_obj(X):
        return X
    import numpy as np

    try:
        return np.asarray(X)
    except ValueError as error:  # rows of different lengths
        raise InvalidInput(f"Points in a list are rows of one length; {error}") from None


def _check_unit_rows(X: Any, xp: Any, name: str) -> None:
    norms = xp.sqrt(xp.sum(X * X, axis=1))
    tolerance = max(UNIT_TOLERANCE, 8 * float(xp.finfo(X.dtype).eps))
    off = xp.abs(norms - 1) > tolerance
    if bool(xp.any(off)):
        row = int(xp.argmax(xp.astype(off, xp.int64)))
        whose = "row" if name == "X" else f"{name}'s row"
        raise InvalidInput(
            f"nt.gram needs unit vectors (rows of norm 1 within {tolerance:.0e}); {whose} {row} "
            f"has norm {float(norms[row]):.6g}; a zonal kernel is a function of the angle only. "
            f"Normalise with nt.normalise({name}), which also returns the norms."
        )
