"""Streaming moments: mean and variance of arrays, of which chunks are merged as they come.

What is kept does not grow with the number of values. Errors of functions of a mean need means over
groups of draws as well: :mod:`~ntkproofs.finite_width.averages` keeps nothing but those, an
ensemble keeps both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class Moments:
    """Count, mean and centred sum of squares of arrays of one shape (Chan, Golub, LeVeque 1979).

    Example:
        >>> m = Moments.of(np.array([[1.0], [2.0], [6.0]]))
        >>> float(m.mean[0]), float(m.variance()[0])
        (3.0, 7.0)
    """

    count: int
    mean: Any
    squares: Any

    @staticmethod
    def empty(shape: tuple[int, ...]) -> Moments:
        """The moments of no values."""
        return Moments(0, np.zeros(shape), np.zeros(shape))

    @staticmethod
    def of(values: Any) -> Moments:
        """The moments along the first axis."""
        values = np.asarray(values, dtype=float)
        mean = values.mean(axis=0)
        return Moments(len(values), mean, ((values - mean) ** 2).sum(axis=0))

    def add(self, other: Moments) -> None:
        """Take the values of another one in."""
        if other.count == 0:
            return
        total = self.count + other.count
        shift = other.mean - self.mean
        self.mean = self.mean + shift * (other.count / total)
        weight = self.count * other.count / total
        self.squares = self.squares + other.squares + shift * shift * weight
        self.count = total

    def variance(self) -> Any:
        """The unbiased variance of one value; NaN for fewer than two."""
        return (
            self.squares / (self.count - 1) if self.count > 1 else np.full_like(self.mean, np.nan)
        )

    def standard_error(self) -> Any:
        """Of the mean."""
        return np.sqrt(self.variance() / self.count) if self.count else self.variance()
