"""Points packed for the fused pass, and the threads that run it.

Threads are Python's, each on its own rows with the lock of the interpreter released: OpenMP's,
which numba's ``parallel=True`` brings, would abort a process that forks afterwards, as the runner
of claims may.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntkproofs.kernels.chebyshev import ChebyshevKernel
from ntkproofs.matrices.fused import TILE, strip, tile_row

Floats = NDArray[np.float64]

_STRIPS = 16


@dataclass(frozen=True, eq=False)
class Packed:
    """Two sets of points as the fused pass takes them: unit rows, and columns in padded tiles.

    Attributes:
        series: the kernel.
        rows: shape (n, d), float64, of norm 1 up to rounding.
        tiles: shape (ceil(m / TILE), d, TILE), the other points, padded with zeros.
    """

    series: ChebyshevKernel
    rows: Floats
    tiles: Floats

    @classmethod
    def of(cls, series: ChebyshevKernel, X: Any, Y: Any, symmetric: bool) -> Packed:
        """From arrays (n, d) and (m, d) of unit rows within tolerance; symmetric: Y is X."""
        rows = directions(X)
        others = rows if symmetric else directions(Y)
        count, dim = others.shape
        padded = np.zeros((-(-count // TILE) * TILE, dim))
        padded[:count] = others
        tiles = np.ascontiguousarray(padded.reshape(-1, TILE, dim).transpose(0, 2, 1))
        return cls(series, rows, tiles)

    @property
    def constants(self) -> tuple[Floats, Floats, Floats]:
        """The series as compiled code takes it."""
        return self.series.coefficients.copy(), self.series.maps, self.series.poles.copy()

    def fill_symmetric(self, out: Any, threads: int) -> None:
        """The whole symmetric matrix into ``out`` (n, n), each entry computed once."""
        self._fill(out, self.rows, threads, mirrored=True)

    def fill(self, out: Any, start: int, stop: int, threads: int) -> None:
        """Rows start to stop into ``out``, shape (stop - start, m)."""
        self._fill(out, self.rows[start:stop], threads, mirrored=False)

    def _fill(self, out: Any, rows: Floats, threads: int, *, mirrored: bool) -> None:
        points, constants = (rows, self.tiles), self.constants

        def work(start: int) -> None:
            stop = min(start + TILE, out.shape[0])
            tile_row(out, (start, stop), points, constants, mirrored)

        run(work, range(0, out.shape[0], TILE), threads)


def run(work: Callable[[int], None], tasks: range, threads: int) -> None:
    """``work`` on every task, by so many threads of this process."""
    if threads == 1 or len(tasks) == 1:
        for task in tasks:
            work(task)
        return
    with ThreadPoolExecutor(min(threads, len(tasks))) as pool:
        for _ in pool.map(work, tasks):
            pass


def directions(X: Any) -> Floats:
    """The rows divided by their norms, in a new contiguous float64 array."""
    X = np.array(X, dtype=np.float64, order="C")
    X /= np.sqrt(np.einsum("ij,ij->i", X, X))[:, None]
    return X


def multiply(packed: Packed, V: Any, threads: int, *, symmetric: bool, transposed: bool) -> Floats:
    """K @ V, or K.T @ V if transposed, for a real V.

    Rows of tiles add up in strips of the matrix, each to its own sum, and the strips in a fixed
    order, so that the result does not depend on the number of threads.

    Args:
        packed: the matrix, of shape (n, m).
        V: shape (m, c), or (n, c) if transposed.
        threads: at most 16 are used.
        symmetric: whether both sets of points are one.
        transposed: not together with symmetric.

    Returns:
        Shape (n, c), or (m, c): float64. Scratch takes up to 16 times as much.
    """
    n, m = packed.rows.shape[0], packed.tiles.shape[0] * TILE
    vectors = np.zeros((V.shape[1], -(-max(n, m) // TILE) * TILE))
    vectors[:, : V.shape[0]] = np.transpose(V)
    strips = min(_STRIPS, -(-n // TILE))
    products = np.zeros((strips, *vectors.shape))
    points, constants = (packed.rows, packed.tiles), packed.constants

    def work(index: int) -> None:
        strip(products[index], vectors, (index, strips, symmetric, transposed), points, constants)

    run(work, range(strips), threads)
    return products.sum(axis=0).T
