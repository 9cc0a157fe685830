"""Rows that are equal, opposite or nearly so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ntkproofs.matrices.rounding import PANEL, UNIT, Matrix, blocks

_SAME = 8 * UNIT
"""Chord below which unit rows are the same point: their own rounding."""
_NEAR = 1e-4
_LISTED = 10_000

Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Coincidences:
    """Pairs i < j of rows: equal to the first of their kind, opposite, or near (closest first)."""

    equal: Pairs = ()
    opposite: Pairs = ()
    near: Pairs = ()
    chord: float = 0.0


def coincidences(points: Matrix) -> Coincidences:
    """Equal, antipodal and nearly parallel rows of an array of unit rows.

    Example:
        >>> import numpy as np
        >>> found = coincidences(np.array([[1.0, 0], [0, 1], [-1, 0], [1, 0]]))
        >>> found.equal, found.opposite
        (((0, 3),), ((0, 2),))
    """
    equal: list[tuple[int, int]] = []
    opposite: list[tuple[int, int]] = []
    near: list[tuple[float, int, int]] = []
    repeated: set[int] = set()
    for rows in blocks(len(points), PANEL):
        cosines = points[rows] @ points.T
        for row, j in np.argwhere(1 - np.abs(cosines) < _NEAR**2).tolist():
            i = rows.start + row
            if i >= j or i in repeated or j in repeated:
                continue
            sign = float(np.sign(cosines[row, j]))
            chord = float(np.linalg.norm(points[i] - sign * points[j]))
            if chord > _SAME:
                near.append((chord, i, j))
            elif sign > 0:
                equal.append((i, j))
                repeated.add(j)
            else:
                opposite.append((i, j))
    near = sorted(near)[:_LISTED]
    pairs = tuple((i, j) for _, i, j in near)
    return Coincidences(tuple(equal), tuple(opposite), pairs, near[0][0] if near else 0.0)


def equal_rows(K: Matrix) -> Coincidences:
    """Rows of a matrix that are equal or opposite, bit for bit.

    Example:
        >>> import numpy as np
        >>> equal_rows(np.array([[1.0, -1.0], [-1.0, 1.0]])).opposite
        ((0, 1),)
    """
    first: dict[bytes, int] = {}
    equal: list[tuple[int, int]] = []
    opposite: list[tuple[int, int]] = []
    for j, row in enumerate(K):
        key, minus = (row + 0.0).tobytes(), (-row + 0.0).tobytes()
        if key in first:
            equal.append((first[key], j))
            continue
        if minus in first:
            opposite.append((first[minus], j))
        first[key] = j
    return Coincidences(tuple(equal), tuple(opposite))
