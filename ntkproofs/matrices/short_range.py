"""Sums over neighbours on S²: the compiled loops, and points sorted for them.

Points are sorted by bands of latitude and by longitude within a band, so that the neighbours of a
cell are a few contiguous runs, one or two in each band. They are gathered once for all points of
the cell, and every point of it goes through them in loops that become vector instructions. Chords
come from differences of coordinates, so that close and coinciding points lose nothing, and a
neighbour at distance 0 adds exactly 0. For the antipodal pole the same sum is taken around -x.

All compiled loops stand in this file: numba's cache on disk notices changes of a file, not of the
functions that it calls from others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BUFFER = 512
"""Neighbours that are evaluated at once; what they need stays in the first cache."""

_SLACK = 1e-9  # of angles, for the rounding of longitudes: runs may only be too long
_PAD = 8  # coefficients to a pass of the polynomial


@dataclass(frozen=True, eq=False)
class SortedPoints:
    """Unit vectors of R³ sorted by bands of latitude and cells of longitude.

    Attributes:
        order: which point of the original array each is, shape (n,).
        coordinates: shape (3, n), sorted.
        angles: colatitude in [0, π] and longitude in [0, 2π], shape (n, 2), sorted.
        first_cell: the first cell of each band, and the number of cells, shape (bands + 1,).
        starts: the first point of each cell, and n, shape (cells + 1,).
    """

    order: NDArray[np.int64]
    coordinates: Floats
    angles: Floats
    first_cell: NDArray[np.int64]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, X: Floats, cell: float) -> SortedPoints:
        """From unit rows (n, 3); ``cell`` is about the side of a cell as an angle.

        Cells are never much smaller than what a point has for itself: there would be more cells
        than points.
        """
        angles = colatitudes_and_longitudes(X)
        first_cell = band_cells(max(cell, math.sqrt(math.pi / X.shape[0])))
        index = cell_index(angles, first_cell)
        order = np.argsort(index, kind="stable")
        starts = np.searchsorted(index[order], np.arange(first_cell[-1] + 1))
        return cls(order, np.ascontiguousarray(X[order].T), angles[order], first_cell, starts)

    @property
    def count(self) -> int:
        """n."""
        return self.order.size

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return self.starts.size - 1

    @property
    def tables(self) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
        """What compiled loops take."""
        return self.coordinates, self.first_cell, self.starts


def colatitudes_and_longitudes(X: Floats) -> Floats:
    """The angles of unit rows (n, 3), accurate at the poles too: shape (n, 2)."""
    x, y, z = X.T
    longitude = np.arctan2(y, x)
    turned = np.where(longitude < 0, longitude + 2 * math.pi, longitude)
    return np.stack([np.arctan2(np.hypot(x, y), z), turned], axis=1)


def band_cells(cell: float) -> NDArray[np.int64]:
    """The first cell of each band of latitude, and the number of cells, for cells of a size."""
    bands = max(1, math.floor(math.pi / cell))
    middle = (np.arange(bands) + 0.5) * math.pi / bands
    cells = np.maximum(1, np.floor(2 * bands * np.sin(middle))).astype(np.int64)
    return np.concatenate([[0], np.cumsum(cells)])


def cell_index(angles: Floats, first_cell: NDArray[np.int64]) -> NDArray[np.int64]:
    """The cell of each point, shape (n,)."""
    bands, cells = first_cell.size - 1, np.diff(first_cell)
    band = np.minimum((angles[:, 0] * (bands / math.pi)).astype(np.int64), bands - 1)
    place = (angles[:, 1] * (cells[band] / (2 * math.pi))).astype(np.int64)
    return first_cell[band] + np.minimum(place, cells[band] - 1)


@dataclass(frozen=True, eq=False)
class ShortPolynomials:
    """A short part at one pole as ``x A(x²) - x² B(2x² - 1)``, x the chord over the radius.

    Attributes:
        powers: A, shape (terms,): the odd powers, without their cut.
        rest: B, in powers of its argument, shape a multiple of 8: ``A(x²) (1 - w(x))/x``, which is
            analytic, by interpolation.
        error: the largest difference from the short part at 500 chords.
    """

    powers: Floats
    rest: Floats
    error: float


def add_neighbours(
    out: Floats,
    vectors: Floats,
    cells: tuple[int, int],
    sets: tuple[SortedPoints, SortedPoints],
    part: tuple[float, ShortPolynomials, bool],
) -> None:
    """Add ``Σ_j s(|x_i - y_j|) v_j`` for the points x of some cells; of ``|x_i + y_j|`` if far.

    Args:
        out: shape (vectors, points x), in their sorted order.
        vectors: shape (vectors, points y), in their sorted order.
        cells: first and behind the last of the cells of x.
        sets: the points x and the points y.
        part: (radius, short part, far).
    """
    (queries, points), (radius, polynomials, far) = sets, part
    constants = (radius, polynomials.powers, polynomials.rest)
    _add_cells(out, vectors, cells, (queries.tables, points.tables), (constants, far))


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _evaluate(scratch, fill, powers, rest):
    """The short part at squared chords over the squared radius: scratch[0] to scratch[1]."""
    square, value, argument, odd = scratch[0], scratch[1], scratch[2], scratch[3]
    for k in range(fill):
        argument[k] = 2.0 * min(square[k], 1.0) - 1.0
        odd[k] = 0.0
        value[k] = 0.0
    place = rest.size - 1
    while place > 0:
        b0, b1, b2, b3 = rest[place], rest[place - 1], rest[place - 2], rest[place - 3]
        b4, b5, b6, b7 = rest[place - 4], rest[place - 5], rest[place - 6], rest[place - 7]
        for k in range(fill):
            t = argument[k]
            upper = (((odd[k] * t + b0) * t + b1) * t + b2) * t + b3
            odd[k] = (((upper * t + b4) * t + b5) * t + b6) * t + b7
        place -= 8  # _PAD
    for j in range(powers.size - 1, -1, -1):
        a = powers[j]
        for k in range(fill):
            value[k] = value[k] * square[k] + a
    for k in range(fill):
        z = square[k]
        value[k] = np.sqrt(z) * value[k] - z * odd[k] if z < 1.0 else 0.0


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"}, error_model="numpy")
def _dot(values, vector, fill):
    total = 0.0
    for k in range(fill):
        total += values[k] * vector[k]
    return total


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _measure(scratch, fill, point, scale):
    """Squared chords of the gathered points to one point, over the squared radius."""
    x, y, z = point
    square, others, second, third = scratch[0], scratch[4], scratch[5], scratch[6]
    for k in range(fill):
        a, b, c = x - others[k], y - second[k], z - third[k]
        square[k] = (a * a + b * b + c * c) * scale


@njit(cache=True, nogil=True, error_model="numpy")
def _work_off(out, inside, queries, buffers, constants):
    """Add what the gathered points give to every point of a cell."""
    (coordinates, sign), (scratch, parts, fill) = queries, buffers
    radius, powers, rest = constants
    scale = 1.0 / radius**2
    for i in range(inside[0], inside[1]):
        x, y, z = coordinates[0, i], coordinates[1, i], coordinates[2, i]
        _measure(scratch, fill, (sign * x, sign * y, sign * z), scale)
        _evaluate(scratch, fill, powers, rest)
        for c in range(parts.shape[0]):
            out[c, i] += _dot(scratch[1], parts[c], fill)


@njit(cache=True, nogil=True, error_model="numpy")
def _gather(buffers, run, coordinates, vectors):
    (scratch, parts, fill), (first, last) = buffers, run
    for k in range(last - first):
        for axis in range(3):
            scratch[4 + axis, fill + k] = coordinates[axis, first + k]
        for c in range(vectors.shape[0]):
            parts[c, fill + k] = vectors[c, first + k]


@njit(cache=True, nogil=True, error_model="numpy")
def _reach(band, other, angle):
    """A bound of the difference in longitude of points of two bands within an angle; -1: none are.

    ``hav(angle) = hav(Δθ) + sin θ sin θ' hav(Δφ)``, with the least Δθ, sin θ and sin θ' of bands
    given by their least and largest colatitudes.
    """
    gap = 0.5 * max(0.0, band[0] - other[1], other[0] - band[1])
    left = np.sin(0.5 * angle) ** 2 - np.sin(gap) ** 2
    if left < 0.0:
        return -1.0
    sine = min(np.sin(band[0]), np.sin(band[1]))
    least = sine * min(np.sin(other[0]), np.sin(other[1]))
    if left >= least:
        return np.pi
    return 2.0 * np.arcsin(np.sqrt(left / least))


@njit(cache=True, nogil=True, error_model="numpy")
def _runs(found, band, interval, first_cell, starts):
    """The points of a band with longitudes in an interval, as one or two runs: rows of found."""
    low, high = interval
    base, cells = first_cell[band], first_cell[band + 1] - first_cell[band]
    width = 2.0 * np.pi / cells
    first, last = int(np.floor(low / width)), int(np.floor(high / width))
    found[1, 0] = found[1, 1] = 0
    if last - first + 1 >= cells:
        found[0, 0], found[0, 1] = starts[base], starts[base + cells]
        return
    first, last = first % cells, last % cells
    found[0, 0] = starts[base + first]
    found[0, 1] = starts[base + (last if first <= last else cells - 1) + 1]
    if first > last:
        found[1, 0], found[1, 1] = starts[base], starts[base + last + 1]


@njit(cache=True, nogil=True, error_model="numpy")
def _bounds(cell, band, first_cell, far):
    """(least and largest colatitude, least and largest longitude) of a cell or of its antipode."""
    height = np.pi / (first_cell.size - 1)
    width = 2.0 * np.pi / (first_cell[band + 1] - first_cell[band])
    top, left = band * height, (cell - first_cell[band]) * width
    if far:
        top, left = np.pi - top - height, left + np.pi
    return (max(0.0, top), min(np.pi, top + height)), (left, left + width)


@njit(cache=True, nogil=True, error_model="numpy")
def _add_cells(out, vectors, cells, tables, part):
    (mine, my_bands, my_starts), (others, first_cell, starts) = tables
    constants, far = part
    bands = first_cell.size - 1
    height = np.pi / bands
    angle = 2.0 * np.arcsin(0.5 * min(2.0, constants[0])) + _SLACK
    scratch, parts = np.empty((7, BUFFER)), np.empty((vectors.shape[0], BUFFER))
    found = np.zeros((2, 2), np.int64)
    sign = -1.0 if far else 1.0
    my_band = np.searchsorted(my_bands, cells[0], side="right") - 1
    for cell in range(cells[0], cells[1]):
        while my_bands[my_band + 1] <= cell:
            my_band += 1
        inside = (my_starts[cell], my_starts[cell + 1])
        if inside[0] == inside[1]:
            continue
        edges, (left, right) = _bounds(cell, my_band, my_bands, far)
        first = max(0, int(np.floor((edges[0] - angle) / height)))
        last = min(bands - 1, int(np.floor((edges[1] + angle) / height)))
        fill = 0
        for band in range(first, last + 1):
            reach = _reach(edges, (band * height, min(np.pi, (band + 1) * height)), angle)
            if reach < 0.0:
                continue
            interval = (left - reach - _SLACK, right + reach + _SLACK)
            _runs(found, band, interval, first_cell, starts)
            for side in range(2):
                begin, end = found[side, 0], found[side, 1]
                while begin < end:
                    size = min(end - begin, BUFFER - fill)
                    buffers = (scratch, parts, fill)
                    _gather(buffers, (begin, begin + size), others, vectors)
                    begin += size
                    fill += size
                    if fill == BUFFER:
                        buffers = (scratch, parts, fill)
                        _work_off(out, inside, (mine, sign), buffers, constants)
                        fill = 0
        _work_off(out, inside, (mine, sign), (scratch, parts, fill), constants)


def short_polynomials(
    powers: Floats, radius: float, rise: Any, accuracy: float
) -> ShortPolynomials:
    """The polynomials of a short part ``Σ_j powers_j c^(2j+1) w(c/radius)``.

    Args:
        powers: shape (terms,).
        radius: r.
        rise: ``(1 - w(x))/x``, a function of arrays, even and analytic.
        accuracy: of the values, absolutely.
    """
    scaled = powers * radius ** (2 * np.arange(powers.size) + 1)

    def rest(t: Any) -> Any:
        square = (1 + t) / 2
        return np.polynomial.polynomial.polyval(square, scaled) * rise(np.sqrt(square))

    degree = _PAD - 1
    square = np.linspace(0, 1, 500)
    exact = rest(2 * square - 1)
    while True:
        series = np.polynomial.chebyshev.chebinterpolate(rest, degree)
        found = np.zeros(degree + 1)
        converted = np.polynomial.chebyshev.cheb2poly(series)  # without trailing zeros
        found[: converted.size] = converted
        error = float(np.max(abs(np.polynomial.polynomial.polyval(2 * square - 1, found) - exact)))
        if error <= accuracy or degree >= 63:
            return ShortPolynomials(scaled, found, error)
        degree += _PAD
