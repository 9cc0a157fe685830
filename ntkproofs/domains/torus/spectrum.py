# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Translation-invariant matrices on the grid: eigenvalues by one FFT, products by two.

On the N^d grid such a matrix is ``A_xy = a(x - y)``; its eigenvectors are the Fourier modes
``e^(2πi k·x)`` and its eigenvalues ``λ_k = Σ_x a(x) e^(-2πi k·x)``, one FFT of one row. Arrays over
the grid and over the modes have shape (N, ..., N), modes in FFT order; frequencies are taken from
the symmetric range -N/2 <= k_i < N/2.

Source:
    Terras, Fourier Analysis on Finite Groups, 1999, Chapter 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from ntkproofs.conventions import require_rational
from ntkproofs.domains.quadrature import MAX_GRID, Floats, require_affordable
from ntkproofs.domains.torus.points import require_side, require_torus_dim
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.kernel import Kernel

_MAX_DENSE = 1 << 27


def frequencies(n: int, dim: int, max_points: int = MAX_GRID) -> NDArray[np.int64]:
    """The frequency of every mode in FFT order.

    Args:
        n: N >= 1, points per axis.
        dim: d >= 1.
        max_points: refuse larger arrays.

    Returns:
        Integers of the symmetric range -N/2 <= k_i < N/2, shape (N, ..., N, d).

    Raises:
        InvalidInput: for N < 1 or d < 1.
        Unable: for an array beyond ``max_points`` numbers, before it is allocated.

    Example:
        >>> frequencies(4, 1)[:, 0].tolist()
        [0, 1, -2, -1]
    """
    n, dim = require_side(n), require_torus_dim(dim)
    require_affordable(n**dim * dim, max_points, f"grid of {n}^{dim} modes of Z^{dim}")
    return np.stack(np.meshgrid(*[folded(n)] * dim, indexing="ij"), axis=-1)


def kernel_row(kernel: Kernel, n: int, dim: int, max_points: int = MAX_GRID) -> Floats:
    """k_T(j/N) = k((1/d) Σ cos 2πj_i/N) over the grid: a row of the kernel matrix.

    Args:
        kernel: a zonal kernel, seen through the embedding into S^(2d-1).
        n: N >= 1, points per axis.
        dim: d >= 1.
        max_points: refuse larger grids.

    Returns:
        Array of shape (N, ..., N): entry [j_1, ..., j_d] belongs to the point j/N.

    Raises:
        InvalidInput: for what is no kernel, N < 1 or d < 1.
        Unable: for a grid beyond ``max_points``, before it is allocated.

    Source:
        Terras, Fourier Analysis on Finite Groups, 1999, Chapter 2.

    Example:
        >>> import ntkproofs as nt
        >>> from ntkproofs.domains import torus
        >>> row = kernel_row(nt.ntk(3), n=4, dim=2)
        >>> K = nt.gram(nt.ntk(3), torus.embed(torus.grid(4, 2)))
        >>> bool(np.allclose(row.reshape(-1), K[0], atol=1e-14))
        True
    """
    n, dim = require_side(n), require_torus_dim(dim)
    if not isinstance(kernel, Kernel):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidInput(
            f"A kernel on the torus is a zonal kernel of the library; got {type(kernel).__name__}. "
            "Wrap a function of the cosine with nt.zonal(name, formula)."
        )
    require_affordable(n**dim, max_points, f"grid of {n}^{dim} points")
    half = np.cos(2 * np.pi * np.arange(n // 2 + 1) / n)  # cos 2πj/N is that of N - j
    values = np.asarray(kernel.at_dim(2 * dim)(sum_over_axes(half, dim) / dim))
    return values[np.ix_(*[np.abs(folded(n))] * dim)]


def grid_eigenvalues(kernel: Kernel, n: int, dim: int, max_points: int = MAX_GRID) -> Floats:
    """All N^d eigenvalues of the kernel matrix on the grid, by one FFT of one row.

    They are N^d times the Fourier coefficients of k_T, summed over aliases
    (:mod:`ntkproofs.domains.torus.aliasing`), and those only for large N. Real, and even in k.

    Args:
        kernel: a zonal kernel.
        n: N >= 1, points per axis.
        dim: d >= 1.
        max_points: refuse larger grids.

    Returns:
        Array of shape (N, ..., N) in FFT order: entry [k_1, ..., k_d] belongs to mode k modulo N.
        Absolute error about 1e-16 times the largest.

    Raises:
        InvalidInput: for what is no kernel, N < 1 or d < 1.
        Unable: for a grid beyond ``max_points``, before it is allocated.

    Example:
        >>> import ntkproofs as nt
        >>> grid_eigenvalues(nt.nngp(1), n=4, dim=1).round(12) + 0.0
        array([0., 2., 0., 2.])
    """
    row = kernel_row(kernel, n, dim, max_points)
    return np.real(cast(Any, fft.fftn(row)))


def multipliers(order: Any, n: int, dim: int, max_points: int = MAX_GRID) -> Floats:
    """The Sobolev multipliers (1 + ‖k‖²)^s of all modes, shape (N, ..., N), in FFT order.

    Args:
        order: s, a real number.
        n: N >= 1.
        dim: d >= 1.
        max_points: refuse larger grids.

    Raises:
        InvalidInput: for an order that is no finite real number, N < 1 or d < 1.
        Unable: for a grid beyond ``max_points``, before it is allocated.

    Example:
        >>> multipliers(1, n=4, dim=1)
        array([1., 2., 5., 2.])
    """
    power = float(require_rational("order", order, sign=True))
    n, dim = require_side(n), require_torus_dim(dim)
    require_affordable(n**dim, max_points, f"grid of {n}^{dim} modes")
    return (1.0 + sum_over_axes(folded(n).astype(np.float64) ** 2, dim)) ** power


def apply(symbol: Any, values: Any) -> Floats:
    """FFT, multiply by a symbol, inverse FFT: O(d N^d log N) instead of the N^(2d) of the matrix.

    Args:
        symbol: real array of shape (N, ..., N) in FFT order, even: symbol(-k) = symbol(k).
        values: real values on the grid, of the same shape.

    Returns:
        Values on the grid, shape (N, ..., N).

    Raises:
        InvalidInput: for a symbol that is not finite, not even, or of sides that differ;
            for values of another shape.

    Example:
        >>> apply(multipliers(1, 4, 1), [1.0, 0.0, -1.0, 0.0])
        array([ 2.,  0., -2.,  0.])
    """
    symbol, values = even_symbol(symbol), np.asarray(values, dtype=np.float64)
    if values.shape != symbol.shape:
        raise InvalidInput(
            f"The symbol and the values belong to one grid; got shapes {symbol.shape} and "
            f"{values.shape}. Reshape values of N^d points to (N, ..., N)."
        )
    return np.real(cast(Any, fft.ifftn(symbol * cast(Any, fft.fftn(values)))))


def dense(symbol: Any, max_entries: int = _MAX_DENSE) -> Floats:
    """The N^d × N^d matrix with given eigenvalues on the modes: A_xy = a(x - y); for small grids.

    Args:
        symbol: real even array of shape (N, ..., N) in FFT order.
        max_entries: refuse larger matrices.

    Returns:
        Array of shape (N^d, N^d), points in the order of ``nt.torus.grid``.

    Raises:
        InvalidInput: for a symbol that is not finite, not even, or of sides that differ.
        Unable: for a matrix of more entries, before it is allocated.

    Example:
        >>> import ntkproofs as nt
        >>> from ntkproofs.domains import torus
        >>> K = nt.gram(nt.ntk(3), torus.embed(torus.grid(4, 2)))
        >>> bool(np.allclose(dense(torus.grid_eigenvalues(nt.ntk(3), n=4, dim=2)), K, atol=1e-14))
        True
    """
    symbol = even_symbol(symbol)
    n, dim, count = symbol.shape[0], symbol.ndim, symbol.size
    require_affordable(count**2, max_entries, f"matrix of {count} × {count}")
    row = np.real(cast(Any, fft.ifftn(symbol)))
    places = np.indices(symbol.shape).reshape(dim, count)
    gaps = tuple((axis[:, None] - axis[None, :]) % n for axis in places)
    return row[gaps]


def mode(frequency: Sequence[int], n: int) -> tuple[int, ...]:
    """The index of a frequency in arrays over the modes, if the grid tells it from all others.

    Args:
        frequency: k, d integers.
        n: N >= 1, points per axis.

    Returns:
        k modulo N, the index of d numbers in arrays of shape (N, ..., N).

    Raises:
        InvalidInput: if the grid is too coarse: k and k + N take the same values on it.

    Example:
        >>> mode([-1, 2], n=5)
        (4, 2)
    """
    n = require_side(n)
    for k in frequency:
        if not -n <= 2 * k < n:
            alias = (k + n // 2) % n - n // 2
            raise InvalidInput(
                f"A grid of {n} points per axis tells frequencies -{n}/2 <= k < {n}/2 apart; got "
                f"k = {k}, which takes the same values on it as k = {alias} (aliasing). Take "
                f"n >= {2 * abs(k) + 1}."
            )
    return tuple(int(k) % n for k in frequency)


def require_resolution(n: int, max_frequency: int) -> None:
    """Refuse a grid on which products of two modes up to a frequency are not told apart.

    Sums of frequencies up to K range over -2K..2K; the mean over the grid of a mode k is 0 unless
    N divides k, so N >= 2K + 1 keeps modes up to K orthogonal, as the integral does.

    Args:
        n: N >= 1, points per axis.
        max_frequency: K, the largest |k_i| of the modes that are multiplied.

    Raises:
        InvalidInput: if N < 2K + 1; says which mode is taken for which.

    Example:
        >>> require_resolution(7, 3)    # 7 points tell -3..3 apart: nothing is raised
        >>> x = np.arange(6) / 6        # on 6 points the modes 3 and -3 are one
        >>> bool(np.allclose(np.exp(2j * np.pi * 3 * x), np.exp(-2j * np.pi * 3 * x)))
        True
        >>> require_resolution(6, 3)
        Traceback (most recent call last):
            ...
        ntkproofs.errors.InvalidInput: Frequencies up to 3 need a grid of at least 7 points ...
    """
    if require_side(n) < 2 * max_frequency + 1:
        raise InvalidInput(
            f"Frequencies up to {max_frequency} need a grid of at least {2 * max_frequency + 1} "
            f"points per axis; got {n}, on which {max_frequency} and {max_frequency - n} are the "
            "same mode (aliasing)."
        )


def folded(n: int) -> NDArray[np.int64]:
    """0..N-1 as frequencies of the symmetric range, in FFT order."""
    steps = np.arange(n)
    return np.where(2 * steps < n, steps, steps - n)


def sum_over_axes(values: Floats, dim: int) -> Floats:
    """The array v(j_1) + ... + v(j_d) of shape (N, ..., N)."""
    total: Floats = np.zeros((len(values),) * dim)
    for axis in range(dim):
        total = total + values.reshape((-1,) + (1,) * axis)
    return total


def even_symbol(symbol: Any) -> Floats:
    """The symbol as a float64 array; refused unless it is finite and even."""
    found = np.asarray(symbol, dtype=np.float64)
    if found.ndim == 0 or len(set(found.shape)) != 1 or not np.isfinite(found).all():
        raise InvalidInput(
            f"A symbol is a finite real array of shape (N, ..., N); got shape {found.shape}."
        )
    reflected = np.roll(np.flip(found), 1, axis=tuple(range(found.ndim)))
    if np.abs(found - reflected).max() > 1e-12 * np.abs(found).max():
        raise InvalidInput(
            "A symbol is to be even, symbol(-k) = symbol(k) modulo N; otherwise its operator maps "
            "real functions to complex ones."
        )
    return found
