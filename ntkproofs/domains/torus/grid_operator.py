# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false
"""Translation-invariant matrices on the grid as operators: products, solutions, functions by FFT.

The matrix of a kernel on the N^d grid is never held, only its eigenvalues, of which those of modes
0 <= k_d <= N/2 are enough: they are even. One product costs two real FFTs.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from scipy import fft
from scipy.sparse.linalg import LinearOperator

from ntkproofs.conventions import require_rational
from ntkproofs.domains.quadrature import MAX_GRID, Floats, require_affordable
from ntkproofs.domains.torus.points import require_side, require_torus_dim
from ntkproofs.domains.torus.spectrum import even_symbol, folded, kernel_row, sum_over_axes
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.kernels.chebyshev import ChebyshevKernel, chebyshev
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.threads import require_threads

_BLOCK = 1 << 15
_UNIT = 2.0**-53
_SINGULAR = 64 * _UNIT  # eigenvalues below this share of the largest are rounding


def grid_operator(
    kernel: Kernel,
    n: int,
    dim: int,
    *,
    max_points: int = MAX_GRID,
    threads: int | None = None,
) -> GridOperator:
    """The kernel matrix on the N^d grid of the torus as an operator, by the FFT.

    Args:
        kernel: a zonal kernel, seen through the embedding into S^(2d-1).
        n: N >= 1, points per axis; powers of 2, 3 and 5 are the fastest.
        dim: d >= 1.
        max_points: refuse larger grids; a product takes some 40 bytes a point.
        threads: of the FFT; all cores of this process if left out.

    Returns:
        LinearOperator of shape (N^d, N^d), points in the order of ``nt.torus.grid``, with its
        exact eigenvectors, so that it also solves equations and has functions of itself.

    Raises:
        InvalidInput: for what is no kernel, N < 1 or d < 1.
        Unable: for a grid beyond ``max_points``, before it is allocated.

    Source:
        Terras, Fourier Analysis on Finite Groups, 1999, Chapter 2.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> A = grid_operator(nt.ntk(3), n=16, dim=2)
        >>> v = np.ones(256)
        >>> K = nt.gram(nt.ntk(3), nt.torus.embed(nt.torus.grid(16, 2)))
        >>> bool(np.abs(A @ v - K @ v).max() < 1e-12 * 256)
        True
    """
    n, dim = require_side(n), require_torus_dim(dim)
    require_affordable(n**dim, max_points, f"grid of {n}^{dim} points")
    threads = require_threads(threads)
    row, entry_error = _row(kernel, n, dim, threads, max_points)
    modes: Any = fft.rfftn(row, workers=threads)
    half = np.ascontiguousarray(modes.real)
    return GridOperator(half, n, entry_error * n**dim, threads)


class GridOperator(LinearOperator):
    """A symmetric translation-invariant matrix on the grid; see :func:`grid_operator`.

    Attributes:
        n: N, points per axis.
        dim: d.
        product_error: what ‖fl(Av) - Av‖/‖v‖ may be, A the matrix in exact arithmetic: an estimate
            from the roundings of two FFTs and the error of the eigenvalues, not a bound. For f(A)
            it is that of the products with f at the eigenvalues as they were computed.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> A = grid_operator(nt.nngp(3), n=32, dim=2)
        >>> A.shape, A.eigenvalues.shape
        ((1024, 1024), (32, 32))
        >>> wave = np.cos(2 * np.pi * nt.torus.grid(32, 2) @ [1, 3])    # an eigenvector
        >>> bool(np.allclose(A @ wave, A.eigenvalues[1, 3] * wave))
        True
    """

    def __init__(self, half: Floats, n: int, eigenvalue_error: float, threads: int) -> None:
        """Of the eigenvalues of modes 0 <= k_d <= N/2, and what is wrong with them at most."""
        dim, size = half.ndim, n**half.ndim
        super().__init__(dtype=np.dtype(np.float64), shape=(size, size))
        self.n, self.dim = n, dim
        self._half, self._threads = half, threads
        roundings = 8 * (1 + np.log2(size))
        self.product_error = float(_UNIT * roundings * np.abs(half).max() + eigenvalue_error)

    @classmethod
    def of_symbol(cls, symbol: Any, *, threads: int | None = None) -> GridOperator:
        """The operator with given eigenvalues on the modes.

        Args:
            symbol: real even array of shape (N, ..., N) in FFT order, as of
                ``nt.torus.multipliers``.
            threads: of the FFT.

        Example:
            >>> import ntkproofs as nt
            >>> P = GridOperator.of_symbol(nt.torus.multipliers(1, 4, 1))
            >>> P @ [1.0, 0.0, -1.0, 0.0]
            array([ 2.,  0., -2.,  0.])
        """
        found = even_symbol(symbol)
        half = found[..., : found.shape[0] // 2 + 1].copy()
        return cls(half, found.shape[0], 0.0, require_threads(threads))

    @property
    def eigenvalues(self) -> Floats:
        """All eigenvalues, shape (N, ..., N) in FFT order, as ``nt.torus.grid_eigenvalues``."""
        mirror = np.abs(folded(self.n))
        behind = (-np.arange(self.n)) % self.n
        whole = self._half[..., mirror]
        # Modes k_d > N/2 are those of -k, whose other coordinates change sign as well.
        flipped = self._half[np.ix_(*[behind] * (self.dim - 1), mirror)]
        return np.where(np.arange(self.n) <= self.n // 2, whole, flipped)

    def function(self, f: Callable[[Floats], Any]) -> GridOperator:
        """f(A), the operator with the same eigenvectors and the eigenvalues f(λ).

        Args:
            f: of arrays of eigenvalues, real; such as ``lambda x: np.exp(-t * x)``.

        Raises:
            InvalidInput: if f is not finite and real at the eigenvalues.

        Example:
            >>> import numpy as np, ntkproofs as nt
            >>> A = grid_operator(nt.ntk(3), n=8, dim=1)
            >>> root = A.function(np.sqrt)
            >>> v = np.arange(8.0)
            >>> bool(np.allclose(root @ (root @ v), A @ v))
            True
        """
        with np.errstate(all="ignore"):
            values = np.asarray(f(self._half))
        if values.shape != self._half.shape or np.iscomplexobj(values):
            raise InvalidInput(
                f"A function of a symmetric matrix takes the array of its eigenvalues to real "
                f"numbers, one for each; got {values.dtype} of shape {values.shape} for shape "
                f"{self._half.shape}."
            )
        if not np.isfinite(values).all():
            where = float(self._half[~np.isfinite(values)].flat[0])
            raise InvalidInput(
                f"The function is not finite at the eigenvalue {where:.6g}, so that the function "
                "of the matrix does not exist."
            )
        return GridOperator(values.astype(np.float64), self.n, 0.0, self._threads)

    def solve(self, y: Any, ridge: float = 0.0) -> Floats:
        """(A + ridge)^(-1) y, by dividing in the Fourier basis.

        Args:
            y: shape (N^d,) or (N^d, m), real.
            ridge: >= 0.

        Raises:
            InvalidInput: for a negative ridge, or y of another shape or not finite.
            Unable: if an eigenvalue is 0 up to rounding, so that the solution is lost in it.

        Example:
            >>> import numpy as np, ntkproofs as nt
            >>> A = grid_operator(nt.ntk(3), n=8, dim=2)
            >>> y = np.cos(np.arange(64.0))
            >>> bool(np.allclose(A @ A.solve(y), y))
            True
        """
        shift = float(require_rational("ridge", ridge))
        if np.iscomplexobj(y):
            raise InvalidInput(
                "The right-hand side is real; got complex numbers. Solve for their real and "
                "imaginary parts, as two columns."
            )
        values = np.asarray(y, dtype=np.float64)
        if values.shape[:1] != self.shape[:1] or not np.isfinite(values).all():
            raise InvalidInput(
                f"The right-hand side has {self.shape[0]} finite numbers, one for each point of "
                f"the grid, or columns of them; got shape {values.shape}."
            )
        shifted = self._half + shift
        least, largest = float(np.abs(shifted).min()), float(np.abs(shifted).max())
        if least <= _SINGULAR * largest:
            raise Unable(
                f"The matrix on the grid is singular up to rounding: its smallest eigenvalue is "
                f"{least:.3g} and its largest {largest:.3g}. Data at this mode determine no "
                "solution. Give a ridge, or a kernel without vanishing eigenvalues."
            )
        inverse: Any = self.function(lambda values: 1.0 / (values + shift))
        return inverse @ values

    def _matvec(self, x: Any) -> Any:
        return self._matmat(np.asarray(x).reshape(-1, 1))

    def _matmat(self, X: Any) -> Any:
        """One column after the other, so that memory does not grow with their number."""
        V: Any = np.asarray(X)
        if np.iscomplexobj(V):
            return self._matmat(V.real) + 1j * self._matmat(V.imag)
        grid = (self.n,) * self.dim
        out = np.empty(V.shape)
        for column in range(V.shape[1]):
            values = np.asarray(V[:, column], dtype=np.float64).reshape(grid)
            modes: Any = fft.rfftn(values, workers=self._threads)
            modes *= self._half
            result: Any = fft.irfftn(modes, s=grid, workers=self._threads, overwrite_x=True)
            out[:, column] = result.reshape(-1)
        return out

    def _adjoint(self) -> Any:
        return self

    def _transpose(self) -> Any:
        return self


def _row(kernel: Kernel, n: int, dim: int, threads: int, max_points: int) -> tuple[Floats, float]:
    """A row of the matrix and the error of its entries: from the kernel's series where it has one.

    That is some ten times faster than compensated arithmetic, which counts at millions of points.
    """
    known = isinstance(kernel, Kernel)  # pyright: ignore[reportUnnecessaryIsInstance]
    series = chebyshev(kernel, 2 * dim) if known else None
    if series is None:
        row = kernel_row(kernel, n, dim, max_points)
        return row, 2 * _UNIT * float(np.abs(row).max())
    # (1 - u)/2 and (1 + u)/2 from sines and cosines: near the poles no digit is lost.
    turns = np.pi * np.arange(n // 2 + 1) / n
    chords = sum_over_axes(np.sin(turns) ** 2, dim) / dim
    others = sum_over_axes(np.cos(turns) ** 2, dim) / dim
    if n % 2 == 0:
        others.flat[-1] = 0.0  # the antipode of the grid, cos(π/2) in every coordinate
    quadrant = series_values(series, chords, others, threads)
    row = quadrant[np.ix_(*[np.abs(folded(n))] * dim)]
    return row, series.entry_error * abs(float(series.poles[0]))


def series_values(series: ChebyshevKernel, chords: Floats, others: Floats, threads: int) -> Floats:
    """The kernel at s² = (1-u)/2, given with (1+u)/2, in blocks that stay in the cache."""
    out = np.empty(chords.shape)
    near, far, flat = chords.reshape(-1), others.reshape(-1), out.reshape(-1)

    def fill(start: int) -> None:
        part = slice(start, start + _BLOCK)
        flat[part] = series(np.minimum(near[part], far[part]), far[part] < near[part])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, range(0, flat.size, _BLOCK)))
    return out
