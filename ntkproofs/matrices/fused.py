"""Kernel matrices of float64 points in one pass: chord, map, series, tile by tile.

A tile holds 128 by 128 entries, whose scratch stays in the cache. Every row of a tile goes through
loops of 128 turns that the compiler turns into vector instructions:

1. the squared half-chord ``s² = min(|x-y|², |x+y|²)/4`` and which of the two it is. In few
   dimensions both distances are taken by differences. In many, ``s² = (1 - |<x, y>|)/2`` loses
   digits near the poles, so that a row of a tile with a pair that close is done by differences;
2. the Möbius variable of the :class:`~ntkproofs.kernels.chebyshev.ChebyshevKernel`;
3. its Clenshaw recurrence, four steps to a pass, with the coefficients of the hemisphere.

An entry depends on its two points alone, not on where they stand: every loop runs its full length
(the last tile is padded), in one order of operations that is symmetric in x and y. Permuting points
therefore permutes entries bit by bit, and blocks of a matrix equal the matrix.

Products and sums may contract to fused multiply-adds (``fastmath={"contract"}``), which only saves
roundings; nothing may be reordered. Threads are Python's, each on its own rows with the lock of
the interpreter released: OpenMP's, which ``parallel=True`` brings, would abort a process that forks
afterwards, as the runner of claims may.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ntkproofs.kernels.chebyshev import STEPS, ChebyshevKernel

TILE = 128
"""Rows and columns of a tile."""

Floats = NDArray[np.float64]

_WIDTH = TILE + 8  # rows of a tile that do not all fall on the same lines of the cache
_DIRECT = 8  # up to this dimension both distances cost no more than a product
_CLOSE = 0.025  # s² below which a product has lost too many digits of the distance


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _squares_by_differences(square, side, x, columns):
    """s² from both distances; side < 0 where |x + y| is the smaller."""
    for j in range(TILE):
        square[j] = 0.0
        side[j] = 0.0
    for k in range(x.size):
        a, column = x[k], columns[k]
        for j in range(TILE):
            minus, plus = a - column[j], a + column[j]
            square[j] += minus * minus
            side[j] += plus * plus
    for j in range(TILE):
        minus, plus = square[j], side[j]
        square[j] = 0.25 * min(minus, plus)
        side[j] = plus - minus


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _products(side, x, columns):
    """<x, y>, eight coordinates to a pass."""
    for j in range(TILE):
        side[j] = 0.0
    k = 0
    while k + 8 <= x.size:
        x0, x1, x2, x3 = x[k], x[k + 1], x[k + 2], x[k + 3]
        x4, x5, x6, x7 = x[k + 4], x[k + 5], x[k + 6], x[k + 7]
        c0, c1, c2, c3 = columns[k], columns[k + 1], columns[k + 2], columns[k + 3]
        c4, c5, c6, c7 = columns[k + 4], columns[k + 5], columns[k + 6], columns[k + 7]
        for j in range(TILE):
            total = x0 * c0[j]
            total += x1 * c1[j]
            total += x2 * c2[j]
            total += x3 * c3[j]
            total += x4 * c4[j]
            total += x5 * c5[j]
            total += x6 * c6[j]
            total += x7 * c7[j]
            side[j] += total
        k += 8
    while k < x.size:
        a, column = x[k], columns[k]
        for j in range(TILE):
            side[j] += a * column[j]
        k += 1


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _nearer_squares(square, side, x, columns):
    """|x - y|²/4 where side >= 0, |x + y|²/4 elsewhere."""
    for j in range(TILE):
        square[j] = 0.0
    for k in range(x.size):
        a, column = x[k], columns[k]
        for j in range(TILE):
            step = a - (column[j] if side[j] >= 0 else -column[j])
            square[j] += step * step
    for j in range(TILE):
        square[j] *= 0.25


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _squares_by_products(square, near, side, x, columns):
    """s² from the products, and from differences where points are close."""
    _products(side, x, columns)
    closest = 1.0
    for j in range(TILE):
        square[j] = 0.5 - 0.5 * abs(side[j])
        closest = min(closest, square[j])
    if closest < _CLOSE:
        _nearer_squares(near, side, x, columns)
        for j in range(TILE):  # entry by entry, so that its neighbours do not matter
            square[j] = near[j] if square[j] < _CLOSE else square[j]


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _series(out, work, constants):
    """The kernel at half-chords by Clenshaw's recurrence; w is twice the Möbius variable."""
    square, side, w, odd, even = work[0], work[1], work[2], work[3], work[4]
    coefficients, maps, poles = constants
    slope0, slope1, bend0, bend1 = maps[0, 0], maps[1, 0], maps[0, 1], maps[1, 1]
    for j in range(TILE):
        s = np.sqrt(square[j])
        slope = slope1 if side[j] < 0 else slope0
        bend = bend1 if side[j] < 0 else bend0
        w[j] = 2.0 * (slope * s / (1.0 + bend * s) - 1.0)
        odd[j] = 0.0
        even[j] = 0.0
    k = coefficients.shape[1] - 1
    while k > 0:
        p0, n0 = coefficients[0, k], coefficients[1, k]
        p1, n1 = coefficients[0, k - 1], coefficients[1, k - 1]
        p2, n2 = coefficients[0, k - 2], coefficients[1, k - 2]
        p3, n3 = coefficients[0, k - 3], coefficients[1, k - 3]
        for j in range(TILE):
            antipodal, x, u, v = side[j] < 0, w[j], odd[j], even[j]
            v = x * u + ((n0 if antipodal else p0) - v)
            u = x * v + ((n1 if antipodal else p1) - u)
            v = x * u + ((n2 if antipodal else p2) - v)
            u = x * v + ((n3 if antipodal else p3) - u)
            odd[j] = u
            even[j] = v
        k -= STEPS
    p0, n0, at_pole, at_antipode = coefficients[0, 0], coefficients[1, 0], poles[0], poles[1]
    for j in range(TILE):
        antipodal = side[j] < 0
        value = 0.5 * w[j] * odd[j] + ((n0 if antipodal else p0) - even[j])
        out[j] = (at_antipode if antipodal else at_pole) if square[j] == 0 else value


@njit(cache=True, nogil=True, error_model="numpy")
def _tile_row(out, span, points, constants, mirrored):
    """Rows start to stop of the matrix; if mirrored, those right of the diagonal and their mirror.

    Shapes: out (n, m), rows (n, d), tiles (m / TILE, d, TILE), stop - start <= TILE.
    """
    (start, stop), (rows, tiles) = span, points
    work = np.empty((6, TILE))
    buffer = np.empty((TILE, _WIDTH))
    dim, height = rows.shape[1], stop - start
    for index in range(start // TILE if mirrored else 0, tiles.shape[0]):
        left = index * TILE
        width = min(TILE, out.shape[1] - left)
        for i in range(height):
            x, columns = rows[start + i], tiles[index]
            if dim <= _DIRECT:
                _squares_by_differences(work[0], work[1], x, columns)
            else:
                _squares_by_products(work[0], work[5], work[1], x, columns)
            _series(buffer[i], work, constants)
            line = out[start + i]
            for j in range(width):
                line[left + j] = buffer[i, j]
        if mirrored and left > start:
            for j in range(width):
                line = out[left + j]
                for i in range(height):
                    line[start + i] = buffer[i, j]


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
        rows = _directions(X)
        others = rows if symmetric else _directions(Y)
        count, dim = others.shape
        padded = np.zeros((-(-count // TILE) * TILE, dim))
        padded[:count] = others
        tiles = np.ascontiguousarray(padded.reshape(-1, TILE, dim).transpose(0, 2, 1))
        return cls(series, rows, tiles)

    def fill_symmetric(self, out: Any, threads: int) -> None:
        """The whole symmetric matrix into ``out`` (n, n), each entry computed once."""
        self._fill(out, self.rows, threads, mirrored=True)

    def fill(self, out: Any, start: int, stop: int, threads: int) -> None:
        """Rows start to stop into ``out``, shape (stop - start, m)."""
        self._fill(out, self.rows[start:stop], threads, mirrored=False)

    def _fill(self, out: Any, rows: Floats, threads: int, *, mirrored: bool) -> None:
        series = self.series
        points = rows, self.tiles
        constants = series.coefficients.copy(), series.maps, series.poles.copy()

        def work(start: int) -> None:
            stop = min(start + TILE, out.shape[0])
            _tile_row(out, (start, stop), points, constants, mirrored)

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


def cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _directions(X: Any) -> Floats:
    """The rows divided by their norms, in a new contiguous float64 array."""
    X = np.array(X, dtype=np.float64, order="C")
    X /= np.sqrt(np.einsum("ij,ij->i", X, X))[:, None]
    return X
