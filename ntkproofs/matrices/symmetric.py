"""What is asked of a symmetric matrix before anything is proved about it, and its scaling."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.matrices.rounding import PANEL, Matrix, blocks

_MODERATE = 16
"""Matrices whose largest entry lies in [2^-16, 2^16] are taken as they are."""


@dataclass(frozen=True)
class Scaled:
    """A = 2^exponent · matrix, up to ``lost`` in each entry (by underflow, at most 2^-1000)."""

    matrix: Matrix
    exponent: int
    lost: float


def symmetric(A: Any, asker: str, copies: int) -> Matrix:
    """A as a symmetric float64 array; refused if it is not exactly symmetric, finite and real.

    Args:
        A: array-like of shape (n, n), n >= 1.
        asker: the function that is called, for messages.
        copies: how many matrices of this size the method needs besides A.
    """
    matrix = square(A, asker, "A")
    require_memory(matrix.shape[0], copies, asker)
    _require_symmetry(matrix, asker)
    return matrix


def square(A: Any, asker: str, name: str) -> Matrix:
    """A as a finite real square float64 array, without loss."""
    given = _as_array(A, asker, name)
    if given.ndim != 2 or given.shape[0] != given.shape[1] or given.shape[0] == 0:
        raise InvalidInput(
            f"{asker} needs a square matrix with n >= 1 rows; {name} has shape {given.shape}. "
            "Eigenvalues belong to maps of a space into itself; pass an (n, n) array."
        )
    matrix = as_doubles(given, asker, name)
    for rows in blocks(matrix.shape[0], PANEL):
        good = np.isfinite(matrix[rows])
        if not good.all():
            i, j = (int(k) for k in np.argwhere(~good)[0])
            raise InvalidInput(
                f"{asker} needs finite entries; {name}[{rows.start + i}, {j}] is "
                f"{matrix[rows.start + i, j]}. No eigenvalue is defined then; repair what made it."
            )
    return matrix


def as_doubles(given: Any, asker: str, name: str) -> Matrix:
    """An array of real numbers as float64, refused where that would change a number."""
    if np.issubdtype(given.dtype, np.complexfloating):
        raise InvalidInput(
            f"{asker} needs a real matrix; {name} has dtype {given.dtype}. The bounds are for real "
            "symmetric matrices; a Hermitian H = S + iT has the eigenvalues of [[S, -T], [T, S]], "
            "each twice."
        )
    if given.dtype.kind not in "fiub" or given.dtype.itemsize > 8:
        raise InvalidInput(
            f"{asker} needs float64 entries (or float32, integers); {name} has dtype "
            f"{given.dtype}, whose conversion may change the matrix. Convert it yourself and pass "
            "what that loses as radius=; exact numbers go to digits=."
        )
    matrix = np.asarray(given, dtype=np.float64)
    if given.dtype.kind in "iu" and matrix.size and np.abs(matrix).max() > 2.0**53:
        raise InvalidInput(
            f"{asker} needs integers of at most 2^53, which are floats exactly; {name} has larger "
            "ones. Divide by a power of two, or pass exact numbers with digits=."
        )
    return matrix


def require_memory(n: int, copies: int, asker: str) -> None:
    """Refuse what will not fit, before it is allocated."""
    needed, free = 8.0 * n * n * copies, available_memory()
    if needed > free:
        raise Unable(
            f"{asker} needs about {needed / 2**30:.1f} GiB besides the matrix at n = {n} "
            f"({copies} matrices of its size); {free / 2**30:.1f} GiB are available. Use a larger "
            "machine or fewer points; nt.is_positive_definite needs the least."
        )


def available_memory() -> float:
    """Bytes that can be had without swapping, as far as the system tells."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return 1024.0 * int(line.split()[1])
    except OSError:
        pass
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return float("inf")


def scaled(matrix: Matrix) -> Scaled:
    """The matrix times a power of two that brings its largest entry near 1.

    Example:
        >>> import numpy as np
        >>> scaled(np.diag([2.0**-1000, 2.0**-999])).exponent
        -998
    """
    largest = float(max(np.abs(matrix[rows]).max() for rows in blocks(len(matrix), PANEL)))
    exponent = int(np.frexp(largest)[1]) if largest else 0
    if abs(exponent) <= _MODERATE:
        return Scaled(matrix, 0, 0.0)
    return Scaled(_times_power(matrix, -exponent), exponent, 2.0**-1000 if exponent > 0 else 0.0)


def unscaled(bounds: Any, exponent: int, direction: float) -> Any:
    """Bounds of the scaled matrix (floats or arrays) as those of the matrix, rounded outward."""
    if not exponent:
        return bounds
    found = _times_power(bounds, exponent)
    exact = np.isfinite(found) & (_times_power(found, -exponent) == bounds)
    return np.where(exact, found, np.nextafter(found, direction))


def is_diagonal(matrix: Matrix) -> bool:
    """Whether all entries off the diagonal are zero; eigenvalues are then the diagonal, exactly."""
    return np.count_nonzero(matrix) == np.count_nonzero(matrix.diagonal())


def _times_power(values: Any, exponent: int) -> Any:
    """Times 2^exponent in two steps, each of which is within the range of floats."""
    half = exponent // 2
    with np.errstate(over="ignore", under="ignore"):
        return np.ldexp(np.ldexp(values, half), exponent - half)


def _as_array(A: Any, asker: str, name: str) -> Any:
    try:
        return np.asarray(A)
    except ValueError as error:
        raise InvalidInput(f"{asker} needs {name} as an array of numbers; {error}") from None


def _require_symmetry(matrix: Matrix, asker: str) -> None:
    worst, place, count = 0.0, (0, 0), 0
    for rows in blocks(len(matrix), PANEL):
        with np.errstate(over="ignore"):
            off = np.abs(matrix[rows] - matrix[:, rows].T)
        count += int(np.count_nonzero(off))
        if off.max() > worst:
            i, j = np.unravel_index(int(off.argmax()), off.shape)
            worst, place = float(off.max()), (rows.start + int(i), int(j))
    if count:
        i, j = place
        raise InvalidInput(
            f"{asker} needs an exactly symmetric matrix; {count // 2} pairs of entries differ, "
            f"most A[{i}, {j}] = {matrix[i, j]:.17g} and A[{j}, {i}] = {matrix[j, i]:.17g}, by "
            f"{worst:.3g}. The eigenvalues of a matrix that is not symmetric need not be real, nor "
            f"stable. Pass (A + A.T) / 2, with radius={worst / 2:.3g} to cover both triangles."
        )
