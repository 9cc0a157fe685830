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

Products of the matrix with vectors use a tile while it is in the cache; entries of a symmetric
matrix serve twice, in their own row and in the mirrored one.

All compiled loops stand in this file: numba's cache on disk notices changes of a file, not of the
functions that it calls from others.

Products and sums may contract to fused multiply-adds (``fastmath={"contract"}``), which only saves
roundings; nothing may be reordered but the sums of products with vectors.
"""

from __future__ import annotations

import numpy as np
from numba import njit

TILE = 128
"""Rows and columns of a tile."""

_WIDTH = TILE + 8  # rows of a tile that do not all fall on the same lines of the cache
_DIRECT = 8  # up to this dimension both distances cost no more than a product
_DEPTH = 16  # coordinates of the columns of a tile that fill half of the first cache
_FEW = 8  # close entries of a row of a tile that are done one by one
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
def _add_products(total, x, columns, first, last):
    """Add the products of coordinates first to last, eight to a pass."""
    k = first
    while k + 8 <= last:
        x0, x1, x2, x3 = x[k], x[k + 1], x[k + 2], x[k + 3]
        x4, x5, x6, x7 = x[k + 4], x[k + 5], x[k + 6], x[k + 7]
        c0, c1, c2, c3 = columns[k], columns[k + 1], columns[k + 2], columns[k + 3]
        c4, c5, c6, c7 = columns[k + 4], columns[k + 5], columns[k + 6], columns[k + 7]
        for j in range(TILE):
            part = x0 * c0[j]
            part += x1 * c1[j]
            part += x2 * c2[j]
            part += x3 * c3[j]
            part += x4 * c4[j]
            part += x5 * c5[j]
            part += x6 * c6[j]
            part += x7 * c7[j]
            total[j] += part
        k += 8
    while k < last:
        a, column = x[k], columns[k]
        for j in range(TILE):
            total[j] += a * column[j]
        k += 1


@njit(cache=True, nogil=True, error_model="numpy")
def _products(buffer, rows, columns):
    """<x, y> of a tile, coordinates in blocks whose columns stay in the first cache."""
    for i in range(rows.shape[0]):
        total = buffer[i]
        for j in range(TILE):
            total[j] = 0.0
    for first in range(0, rows.shape[1], _DEPTH):
        last = min(first + _DEPTH, rows.shape[1])
        for i in range(rows.shape[0]):
            _add_products(buffer[i], rows[i], columns, first, last)


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
def _nearer_square(antipodal, x, columns, j):
    """One of the former; the same operations in the same order."""
    square = 0.0
    for k in range(x.size):
        step = x[k] - (-columns[k, j] if antipodal else columns[k, j])
        square += step * step
    return 0.25 * square


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _squares_by_products(work, products, x, columns):
    """s² from the products, and from differences where points are close."""
    square, side, near = work[0], work[1], work[5]
    for j in range(TILE):
        side[j] = products[j]
    close = 0
    for j in range(TILE):
        square[j] = 0.5 - 0.5 * abs(side[j])
        close += square[j] < _CLOSE
    # Only close entries are replaced, so that an entry does not depend on its neighbours.
    if close > _FEW:
        _nearer_squares(near, side, x, columns)
        for j in range(TILE):
            square[j] = near[j] if square[j] < _CLOSE else square[j]
    elif close > 0:
        for j in range(TILE):
            if square[j] < _CLOSE:
                square[j] = _nearer_square(side[j] < 0, x, columns, j)


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
        k -= 4  # STEPS of the series
    p0, n0, at_pole, at_antipode = coefficients[0, 0], coefficients[1, 0], poles[0], poles[1]
    for j in range(TILE):
        antipodal = side[j] < 0
        value = 0.5 * w[j] * odd[j] + ((n0 if antipodal else p0) - even[j])
        out[j] = (at_antipode if antipodal else at_pole) if square[j] == 0 else value


@njit(cache=True, nogil=True, error_model="numpy")
def _fill_tile(buffer, work, rows, columns, constants):
    """A tile of the matrix.

    Shapes: buffer (TILE, _WIDTH), work (6, TILE), rows (at most TILE, d), columns (d, TILE).
    """
    dim = rows.shape[1]
    if dim > _DIRECT:
        _products(buffer, rows, columns)
    for i in range(rows.shape[0]):
        if dim <= _DIRECT:
            _squares_by_differences(work[0], work[1], rows[i], columns)
        else:
            _squares_by_products(work, buffer[i], rows[i], columns)
        _series(buffer[i], work, constants)


@njit(cache=True, nogil=True, error_model="numpy")
def tile_row(out, span, points, constants, mirrored):
    """Rows start to stop of the matrix; if mirrored, those right of the diagonal and their mirror.

    Shapes: out (n, m), rows (n, d), tiles (m / TILE, d, TILE), stop - start <= TILE.
    """
    (start, stop), (rows, tiles) = span, points
    work = np.empty((6, TILE))
    buffer = np.empty((TILE, _WIDTH))
    height = stop - start
    for index in range(start // TILE if mirrored else 0, tiles.shape[0]):
        left = index * TILE
        width = min(TILE, out.shape[1] - left)
        _fill_tile(buffer, work, rows[start:stop], tiles[index], constants)
        for i in range(height):
            line = out[start + i]
            for j in range(width):
                line[left + j] = buffer[i, j]
        if mirrored and left > start:
            for j in range(width):
                line = out[left + j]
                for i in range(height):
                    line[start + i] = buffer[i, j]


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"}, error_model="numpy")
def _add_row(values, vector):
    """The product of a row of a tile with a vector, in any order: it is a plain sum."""
    total = 0.0
    for j in range(TILE):
        total += values[j] * vector[j]
    return total


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _add_multiple(sums, values, factor):
    for j in range(TILE):
        sums[j] += values[j] * factor


@njit(cache=True, nogil=True, error_model="numpy")
def _multiply_tile(product, vectors, buffer, corner, height):
    """Add K[rows, columns] @ V[columns] for a tile whose corner is (row, column)."""
    top, left = corner
    for c in range(vectors.shape[0]):
        part = vectors[c, left : left + TILE]
        for i in range(height):
            product[c, top + i] += _add_row(buffer[i], part)


@njit(cache=True, nogil=True, error_model="numpy")
def _multiply_mirrored(product, vectors, buffer, corner, height):
    """Add K[rows, columns].T @ V[rows]."""
    top, left = corner
    for c in range(vectors.shape[0]):
        sums = product[c, left : left + TILE]
        for i in range(height):
            _add_multiple(sums, buffer[i], vectors[c, top + i])


@njit(cache=True, nogil=True, error_model="numpy")
def strip(product, vectors, span, points, constants):
    """What the rows of tiles first, first + step, ... contribute; see ``packed.multiply``."""
    (first, step, symmetric, transposed), (rows, tiles) = span, points
    work = np.empty((6, TILE))
    buffer = np.empty((TILE, _WIDTH))
    for row in range(first, (rows.shape[0] + TILE - 1) // TILE, step):
        top = row * TILE
        height = min(TILE, rows.shape[0] - top)
        for column in range(row if symmetric else 0, tiles.shape[0]):
            corner = (top, column * TILE)
            _fill_tile(buffer, work, rows[top : top + height], tiles[column], constants)
            if not transposed:
                _multiply_tile(product, vectors, buffer, corner, height)
            if transposed or (symmetric and column > row):
                _multiply_mirrored(product, vectors, buffer, corner, height)
