"""Statistics over runs: intervals and paired tests.

Runs that split the same rows again are not independent: their training parts overlap, and the
variance of a mean over J runs is not s²/J. Nadeau and Bengio (2003) put s² (1/J + test/train) in
its place; here that is ``overlap = test/train``, and ``overlap = 0`` where each run has data of its
own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ntkproofs.errors import InvalidInput

CONFIDENCE = 0.95
_SAME = 1e-9
"""Differences whose deviation is this share of them differ by rounding alone."""


@dataclass(frozen=True)
class Mean:
    """A mean over runs.

    Attributes:
        mean, deviation: of the runs; the deviation with n - 1.
        lower, upper: 95 % interval of Student's t for the expectation.
        runs: how many.
    """

    mean: float
    deviation: float
    lower: float
    upper: float
    runs: int

    @property
    def half(self) -> float:
        """Half the length of the interval."""
        return (self.upper - self.lower) / 2


@dataclass(frozen=True)
class Paired:
    """A difference between two models over the same runs.

    Attributes:
        difference: mean and 95 % interval of first - second.
        p_value: two-sided, of the paired t test (corrected for overlap). Where all differences are
            the same, as happens to accuracies on few rows, there is no variance to go by, and this
            is ``wilcoxon``.
        wilcoxon: two-sided, of the exact signed-rank test; with five runs it is never below 1/16.
    """

    difference: Mean
    p_value: float
    wilcoxon: float


def mean_over_runs(values: Sequence[float], overlap: float = 0.0) -> Mean:
    """Mean, deviation and interval.

    Args:
        values: one a run, two at least.
        overlap: test/train of runs that split the same rows, 0 for independent runs.

    Raises:
        InvalidInput: for fewer than two values, or values that are not finite.

    Example:
        >>> mean_over_runs([1.0, 3.0]).mean
        2.0
    """
    from scipy import stats

    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or len(array) < 2 or not np.isfinite(array).all() or overlap < 0:
        raise InvalidInput(
            "An interval needs two finite values at least, and an overlap >= 0; got "
            f"{list(values)} and {overlap}."
        )
    mean, deviation = float(array.mean()), float(array.std(ddof=1))
    quantile = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(array) - 1))
    half = quantile * deviation * math.sqrt(1 / len(array) + overlap)
    return Mean(mean, deviation, mean - half, mean + half, len(array))


def paired(first: Sequence[float], second: Sequence[float], overlap: float = 0.0) -> Paired:
    """Compare two models run by run.

    Raises:
        InvalidInput: for different numbers of runs, and as :func:`mean_over_runs`.

    Example:
        >>> round(paired([1.0, 2.0, 3.0], [0.0, 1.1, 1.9]).p_value, 4)
        0.0033
    """
    from scipy import stats

    if len(first) != len(second):
        raise InvalidInput(
            f"Paired runs are as many for both models; got {len(first)} and {len(second)}."
        )
    differences = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    found = mean_over_runs(differences.tolist(), overlap)
    # Runs without a difference say nothing of its sign, and are left out (Wilcoxon's own rule).
    kept = differences[differences != 0]
    ranks: Any = stats.wilcoxon(kept, method="exact") if len(kept) else None
    signed = 1.0 if ranks is None else float(ranks.pvalue)
    if found.deviation <= _SAME * np.abs(differences).max():
        return Paired(found, signed, signed)
    error = found.deviation * math.sqrt(1 / found.runs + overlap)
    p_value = 2 * float(stats.t.sf(abs(found.mean) / error, found.runs - 1))
    return Paired(found, p_value, signed)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted for their number (Holm 1979): all false alarms together stay below p.

    Example:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]
    """
    count = len(p_values)
    found = [0.0] * count
    least = 0.0
    for rank, index in enumerate(sorted(range(count), key=lambda i: p_values[i])):
        least = max(least, min(1.0, (count - rank) * p_values[index]))
        found[index] = least
    return found
