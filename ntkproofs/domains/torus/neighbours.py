# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false
"""The short-range rest of a kernel at scattered points of the torus, as a sparse matrix.

Points are sorted into cells no smaller than the range, so that the partners of a point lie in its
own cell and in those around it; candidates are counted before they are listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ntkproofs.domains.quadrature import Floats
from ntkproofs.domains.torus.split import Split
from ntkproofs.errors import Unable

Indices: TypeAlias = NDArray[np.int64]

_CANDIDATES = 1 << 20  # listed at a time by a thread
_WASTE = 16  # candidates for a pair, beyond which pairs are not even listed


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The rest at all pairs of points within its caps.

    Attributes:
        blocks: sparse blocks of rows, in the order ``order``, which keeps neighbours together.
        order: which row of the matrix each row of the blocks is.
        shape: of the matrix.
    """

    blocks: Sequence[Any]
    order: Indices
    shape: tuple[int, int]

    @property
    def count(self) -> int:
        """How many entries have a rest."""
        return sum(int(block.nnz) for block in self.blocks)

    @classmethod
    def of(cls, found: Split, X: Floats, Y: Floats, max_pairs: int, threads: int) -> Neighbours:
        """The rests of a split at points with coordinates in [0, 1).

        Raises:
            Unable: if there are more than ``max_pairs``.
        """
        shape = (len(X), len(Y))
        radius = _radius(found, X.shape[1])
        caps = [cap for cap in (0, 1) if found.caps[cap] is not None]
        cells = {cap: _Cells.of(wrapped(Y + 0.5 * cap), radius) for cap in caps}
        if not caps:
            return cls((), np.arange(len(X)), shape)
        order = np.argsort(cells[caps[0]].place(X), kind="stable")
        sorted_rows = X[order]
        counts = sum((cells[cap].count(sorted_rows) for cap in caps), np.zeros(1, np.int64))
        if int(counts.sum()) > _WASTE * max_pairs:
            raise _too_many(max_pairs, radius)
        blocks: list[Any] = []
        pairs = 0
        with ThreadPoolExecutor(threads) as pool:
            tasks = [
                pool.submit(_block, found, sorted_rows[start:stop], cells, len(Y))
                for start, stop in pairwise(_pieces(counts))
            ]
            for task in tasks:
                blocks.append(task.result())
                pairs += int(blocks[-1].nnz)
                if pairs > max_pairs:
                    pool.shutdown(cancel_futures=True)
                    raise _too_many(max_pairs, radius)
        return cls(tuple(blocks), order, shape)

    def product(self, V: Floats, *, transposed: bool, threads: int) -> Floats:
        """The sparse matrix times V of shape (m, k), or its transpose times V of shape (n, k)."""
        out = np.zeros((self.shape[1] if transposed else self.shape[0], V.shape[1]))
        starts = np.cumsum([0, *(block.shape[0] for block in self.blocks)])
        places = [self.order[a:b] for a, b in pairwise(starts)]
        if transposed:
            for block, place in zip(self.blocks, places, strict=True):
                out += block.T @ V[place]
            return out

        def times(block: Any) -> Floats:
            return block @ V

        with ThreadPoolExecutor(threads) as pool:
            products = pool.map(times, self.blocks)
            for place, found in zip(places, products, strict=True):
                out[place] = found
        return out


@dataclass(frozen=True, eq=False)
class _Cells:
    """Points of the torus sorted into ``side``^d cells.

    Attributes:
        side: cells per axis, each at least as wide as the range.
        radius: the range.
        points: the sorted points, and ``order``, which they were.
        starts: where each cell begins among them, shape (side^d + 1,).
    """

    side: int
    radius: float
    points: Floats
    order: Indices
    starts: Indices

    @classmethod
    def of(cls, points: Floats, radius: float) -> _Cells:
        dim = points.shape[1]
        # More cells than points would only cost memory.
        side = max(1, min(int(1 / radius), int(np.ceil(len(points) ** (1 / dim)))))
        ids = _flat(_cell(points, side), side)
        order = np.argsort(ids, kind="stable")
        starts = np.zeros(side**dim + 1, np.int64)
        starts[1:] = np.cumsum(np.bincount(ids, minlength=side**dim))
        return cls(side, radius, points[order], order, starts)

    def place(self, points: Floats) -> Indices:
        """The number of the cell of each point."""
        return _flat(_cell(points, self.side), self.side)

    def ranges(self, points: Floats) -> tuple[Indices, Indices]:
        """For each point and each cell around it: first candidate, and how many; shape (n, k)."""
        here = _cell(points, self.side)
        steps = range(self.side) if self.side < 3 else (-1, 0, 1)
        around = [
            _flat((here + np.array(step)) % self.side, self.side)
            for step in product(steps, repeat=points.shape[1])
        ]
        ids = np.stack(around, axis=1)
        return self.starts[ids], self.starts[ids + 1] - self.starts[ids]

    def count(self, points: Floats) -> Indices:
        """How many candidates each point has."""
        return np.concatenate(
            [
                self.ranges(points[start : start + _CANDIDATES])[1].sum(axis=1)
                for start in range(0, len(points), _CANDIDATES)
            ]
        )

    def pairs(self, points: Floats) -> tuple[Indices, Indices, Floats]:
        """Indices of the points, of those within the range, and the gaps between them."""
        first, many = (each.ravel() for each in self.ranges(points))
        per_point = len(first) // len(points)
        owner = np.repeat(np.arange(len(points)).repeat(per_point), many)
        behind = np.repeat(np.cumsum(many) - many, many)
        partner = np.arange(len(owner)) - behind + np.repeat(first, many)
        gaps = points[owner] - self.points[partner]
        gaps -= np.round(gaps)
        kept = np.einsum("ij,ij->i", gaps, gaps) <= self.radius**2
        return owner[kept], self.order[partner[kept]], gaps[kept]


def wrapped(points: Floats) -> Floats:
    """Coordinates in [0, 1): modulo 1, and 0 where tiny negative numbers round to 1."""
    found = points % 1.0
    found[found >= 1.0] = 0.0
    return found


def _cell(points: Floats, side: int) -> Indices:
    return np.minimum((points * side).astype(np.int64), side - 1)


def _flat(cell: Indices, side: int) -> Indices:
    found = cell[:, 0]
    for axis in range(1, cell.shape[1]):
        found = found * side + cell[:, axis]
    return found


def _radius(found: Split, dim: int) -> float:
    """A distance on the torus that no pair within a cap exceeds.

    Σ sin²(πt_i) <= d s² =: σ² forces t_i <= T = arcsin(σ)/π, where sin(πt) >= t σ/T: Σ t_i² <= T².
    """
    sigma = np.sqrt(dim) * found.reach
    if sigma >= 1:
        return 0.5 * float(np.sqrt(dim)) + 1e-12
    return float(np.arcsin(sigma) / np.pi) * (1 + 1e-12) + 1e-15


def _pieces(counts: Indices) -> list[int]:
    """Bounds of pieces of rows with about as many candidates as are listed at a time."""
    whole = np.cumsum(counts) // _CANDIDATES
    return [0, *(np.flatnonzero(np.diff(whole)) + 1).tolist(), len(counts)]


def _block(found: Split, here: Floats, cells: dict[int, _Cells], width: int) -> Any:
    """The sparse block of some rows: what is 0, since dropped, is not kept."""
    parts: list[tuple[Indices, Indices, Floats]] = []
    for cap, sorted_points in cells.items():
        rows, columns, gaps = sorted_points.pairs(here)
        values = found.rest(np.mean(np.sin(np.pi * gaps) ** 2, axis=1), cap)
        kept = values != 0.0
        parts.append((rows[kept], columns[kept], values[kept]))
    rows, columns, values = (np.concatenate(each) for each in zip(*parts, strict=True))
    return csr_array((values, (rows, columns)), shape=(len(here), width))


def _too_many(max_pairs: int, radius: float) -> Unable:
    return Unable(
        f"More than {max_pairs} pairs of points lie within {radius:.3g} of each other or of each "
        f"other's antipodes, where the kernel is not smooth; they take {12 * max_pairs / 1e9:.3g} "
        "GB. Points coincide or cluster, or the degree is too small: give a larger degree or "
        "max_pairs, merge equal points, or take nt.operator(kernel, nt.torus.embed(X)), which "
        "costs n²."
    )
