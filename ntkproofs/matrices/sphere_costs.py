"""What a product on S² costs, and the radius at which the two parts cost least together.

The constants are seconds on one core of 2020; they choose, and decide nothing about accuracy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ntkproofs.errors import Unable
from ntkproofs.matrices.short_range import band_cells, cell_index, colatitudes_and_longitudes
from ntkproofs.matrices.singular_powers import SingularPowers
from ntkproofs.matrices.splitting import band

Floats = NDArray[np.float64]

LARGEST_DEGREE = 4000
"""Degrees of a transform that stays below some 2 GB."""

_PAIR, _ENTRY = 6e-9, 7e-9  # a neighbour; an entry of the dense matrix
_CUBIC, _SQUARE, _POINT = 2e-10, 1e-7, 1.5e-7  # two transforms: of the degree, and a point
_RADII = 0.5 * 0.75 ** np.arange(24)
_SAMPLE = 200_000


@dataclass(frozen=True)
class Cost:
    """A radius, and what it leads to.

    Attributes:
        radius: of the short parts; 0 if there are none.
        degree: about the largest degree of the transforms.
        neighbours: in the mean, for a point of either set, at both poles together.
        seconds: about the time of a product with one vector on one core.
    """

    radius: float
    degree: int
    neighbours: float
    seconds: float


def dense_seconds(n: int, m: int, *, symmetric: bool) -> float:
    """About the time of a product with the matrix by its entries, on one core."""
    return n * m * _ENTRY * (0.5 if symmetric else 1.0)


def cheapest(powers: SingularPowers, X: Floats, Y: Floats, tolerance: float) -> Cost:
    """The radius of least cost for two sets of unit rows (n, 3) and (m, 3).

    Raises:
        Unable: if the tolerance needs a degree above 4000 at every radius.
    """
    n, m = X.shape[0], Y.shape[0]
    if powers.smooth:
        return Cost(0.0, 0, 0.0, _POINT * (n + m))
    rng = np.random.default_rng(20261122)
    some, others = (Z[np.sort(rng.permutation(len(Z))[:_SAMPLE])] for Z in (X, Y))
    scale = m / others.shape[0]
    mine = [colatitudes_and_longitudes(Z) for Z in (some, -some)]
    theirs = colatitudes_and_longitudes(others)
    poles = [
        angles for angles, part in zip(mine, (powers.near, powers.far), strict=True) if part.any()
    ]
    best: Cost | None = None
    for radius in map(float, _RADII):
        degree = band(powers, radius, tolerance)[1]
        transform = _CUBIC * degree**3 + _SQUARE * degree**2 + _POINT * (n + m)
        if degree > LARGEST_DEGREE or (best is not None and transform > best.seconds):
            break
        near = scale * sum(_mean_neighbours(angles, theirs, radius) for angles in poles)
        seconds = transform + n * near * _PAIR
        if best is None or seconds < best.seconds:
            best = Cost(radius, degree, near, seconds)
    if best is None:
        raise Unable(
            f"An accuracy of {tolerance:.1e} in every entry needs transforms of a degree above "
            f"{LARGEST_DEGREE}: the kernel varies on a smaller scale near the poles, as very deep "
            "networks do. Ask for less, or use method='dense'."
        )
    return best


def _mean_neighbours(mine: Floats, theirs: Floats, radius: float) -> float:
    """About how many of their points lie within a chord of one of mine, from counts in cells.

    Cells have about the area radius², the cap π times as much.
    """
    first_cell = band_cells(radius)
    cells, counts = np.unique(cell_index(theirs, first_cell), return_counts=True)
    index = cell_index(mine, first_cell)
    place = np.minimum(np.searchsorted(cells, index), cells.size - 1)
    together = np.sum(np.where(cells[place] == index, counts[place], 0))
    return math.pi * float(together) / mine.shape[0]
