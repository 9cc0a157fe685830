"""Whether measured means are what theory says, by z-scores at a stated false-alarm probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from ntkproofs.errors import InvalidInput


@dataclass(frozen=True)
class Agreement:
    """The largest z-score among several comparisons, against its threshold.

    Attributes:
        agrees: whether no comparison exceeds the threshold.
        z: the largest |mean - expected| in standard errors.
        worst: index of that comparison.
        threshold: Student's, at ``false_alarm`` shared among all comparisons (Bonferroni).
        comparisons: how many.
        false_alarm: bound on the probability that true expectations are rejected, as far as means
            over draws are normal.
    """

    agrees: bool
    z: float
    worst: int
    threshold: float
    comparisons: int
    false_alarm: float

    def __str__(self) -> str:
        word = "agree" if self.agrees else "differ"
        return (
            f"{word}: largest |z| {self.z:.2f} of {self.comparisons}, threshold "
            f"{self.threshold:.2f} at false-alarm probability {self.false_alarm:g}"
        )


def agreement(
    measured: Any,
    expected: Any,
    standard_error: Any,
    draws: int,
    *,
    false_alarm: float,
    rounding: float = 0.0,
) -> Agreement:
    """Compare means over draws with their expectations.

    Args:
        measured, expected, standard_error: arrays of one shape.
        draws: that the means are over.
        false_alarm: in (0, 1).
        rounding: differences below it are none: quantities without fluctuations have nothing else.

    Returns:
        An :class:`Agreement`; it prints as a sentence.

    Raises:
        InvalidInput: for a probability outside (0, 1), and means or errors that are not finite.

    Source:
        Bonferroni; Student's t.

    Example:
        >>> agreement([1.0, 2.0], [1.1, 2.0], [0.1, 0.1], 100, false_alarm=1e-3).agrees
        True
        >>> print(agreement([1.0], [1.5], [0.1], 100, false_alarm=1e-3))
        differ: largest |z| 5.00 of 1, threshold 3.39 at false-alarm probability 0.001
    """
    if not 0 < false_alarm < 1:
        raise InvalidInput(f"A false-alarm probability lies in (0, 1); got {false_alarm}.")
    difference = np.abs(np.ravel(measured) - np.ravel(expected))
    error = np.ravel(np.asarray(standard_error, dtype=float))
    if not (np.isfinite(difference).all() and np.isfinite(error).all()):
        raise InvalidInput("Means and their standard errors are finite numbers; some are not.")
    difference = np.where(difference <= rounding, 0.0, difference)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = np.where(difference == 0, 0.0, difference / error)
    worst = int(np.argmax(scores))
    threshold = float(stats.t.isf(false_alarm / (2 * scores.size), draws - 1))
    z = float(scores[worst])
    return Agreement(z <= threshold, z, worst, threshold, scores.size, false_alarm)
