"""Averages over draws with their errors, kept in groups.

Draws are dealt into groups, and what is kept is the mean of each group. Every linear function of an
average then has an error of its own, without the covariances of its entries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import t as student

from ntkproofs.errors import InvalidInput

MOST_GROUPS = 64
"""The error then has 63 degrees of freedom."""


@dataclass(frozen=True)
class GroupedMean:
    """The mean of an array over draws, by groups.

    Attributes:
        groups: means of the groups, shape (G, ...).
        counts: draws of each group, shape (G,).

    Example:
        >>> sums = GroupedSums(4)
        >>> sums.add([[1.0], [2.0], [3.0], [6.0]])
        >>> sums.mean().value, sums.mean().draws
        (array([3.]), 4)
    """

    groups: Any
    counts: Any

    @property
    def draws(self) -> int:
        """How many draws were averaged."""
        return int(self.counts.sum())

    @property
    def value(self) -> Any:
        """The mean over all draws, shape (...)."""
        return np.tensordot(self.counts, self.groups, 1) / self.draws

    @property
    def error(self) -> Any:
        """The standard error of the mean, from the scatter of the groups; NaN for one group."""
        if len(self.counts) < 2:
            return np.full(self.groups.shape[1:], np.nan)
        squares = np.tensordot(self.counts, (self.groups - self.value) ** 2, 1)
        return np.sqrt(squares / (len(self.counts) - 1) / self.draws)

    def map(self, linear: Callable[[Any], Any]) -> GroupedMean:
        """The mean of a linear function of the array."""
        return GroupedMean(np.stack([linear(group) for group in self.groups]), self.counts)

    def __add__(self, other: GroupedMean) -> GroupedMean:
        if not np.array_equal(self.counts, other.counts):
            raise InvalidInput("Averages over different draws cannot be added group by group.")
        return GroupedMean(self.groups + other.groups, self.counts)

    def __sub__(self, other: GroupedMean) -> GroupedMean:
        return self + other.map(np.negative)

    def z_scores(self, expected: Any = 0.0) -> Any:
        """(mean - expected)/error, entry by entry; Student's t with G - 1 degrees of freedom."""
        return (self.value - expected) / self.error

    def quantile(self, false_alarm: float, tests: int) -> float:
        """What |z| exceeds in one of several tests with at most this probability (Bonferroni)."""
        return float(student.isf(false_alarm / (2 * tests), len(self.counts) - 1))


class GroupedSums:
    """Collects arrays draw by draw; draw i belongs to group i mod G.

    Args:
        draws: how many there will be; groups are at most 64, and at most as many as draws.
    """

    def __init__(self, draws: int) -> None:
        self._count = min(MOST_GROUPS, draws)
        self._sums: Any = None
        self._seen = np.zeros(self._count)
        self._next = 0

    def add(self, batch: Any) -> None:
        """Add consecutive draws, shape (batch, ...)."""
        batch = np.asarray(batch, dtype=float)
        if self._sums is None:
            self._sums = np.zeros((self._count, *batch.shape[1:]))
        groups = (self._next + np.arange(len(batch))) % self._count
        np.add.at(self._sums, groups, batch)
        np.add.at(self._seen, groups, 1)
        self._next += len(batch)

    def mean(self) -> GroupedMean:
        """The average of what was added."""
        filled = self._seen > 0
        shape = (-1, *(1,) * (self._sums.ndim - 1))
        counts = self._seen[filled]
        return GroupedMean(self._sums[filled] / counts.reshape(shape), counts)
