"""Rates measured from training curves of Fourier modes, and compared with those predicted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width.torus_training import ModeCurves

Floats = NDArray[np.float64]

SHRINK = 4.0
"""Rates are measured while a mode falls from its start to this part of it."""

_SMALLEST = 1e-10
"""A mode that starts below this part of the largest one starts with rounding, or with nothing."""


def independent_modes(n: int, dim: int) -> NDArray[np.int64]:
    """One of each pair k, -k of frequencies modulo N, as flat indices in FFT order.

    Real residuals have c_(-k) = conj c_k, so that the pair is one curve.

    Example:
        >>> independent_modes(6, 1).tolist()
        [0, 1, 2, 3]
    """
    places = np.indices((n,) * dim).reshape(dim, -1)
    own = np.ravel_multi_index(tuple(places), (n,) * dim)
    other = np.ravel_multi_index(tuple(-places % n), (n,) * dim)
    return own[own <= other]


@dataclass(frozen=True)
class ModeRates:
    """Measured and predicted rates of the independent modes of one run; arrays of one length.

    Attributes:
        modes: flat indices into arrays over the modes, in FFT order.
        predicted: λ_k.
        measured: (1 - ρ)/η, with ρ the factor per step of the least-squares line through log|c_k|
            over the window; nan where the mode did not leave the window within the run, or left it
            in one step, or had nothing to lose. Under a frozen translation-invariant kernel it is
            λ_k exactly.
        lower, upper: the least and the largest rate among the three thirds of the window: how far
            the curve is from an exponential. They are no confidence interval.
    """

    modes: NDArray[np.int64]
    predicted: Floats
    measured: Floats
    lower: Floats
    upper: Floats

    @property
    def log_ratio(self) -> Floats:
        """log(measured/predicted); nan where no rate was measured, or none is predicted."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(
                (self.measured > 0) & (self.predicted > 0),
                np.log(self.measured / self.predicted),
                math.nan,
            )


def measure_rates(curves: ModeCurves, *, shrink: float = SHRINK) -> ModeRates:
    """The rate of every mode, from the window in which |c_k| falls to |c_k(0)|/shrink.

    Beyond that window what leaks from other modes at finite width takes over.

    Args:
        curves: of one run.
        shrink: > 1; the factor by which a mode falls in its window.

    Raises:
        InvalidInput: for a factor at which nothing shrinks.
    """
    if not 1 < shrink < math.inf:
        raise InvalidInput(f"A mode shrinks by a factor > 1 in its window; got {shrink}.")
    modes = independent_modes(curves.rates.shape[0], curves.rates.ndim)
    sizes = np.abs(curves.coefficients.reshape(len(curves.steps), -1)[:, modes])
    sizes[:, sizes[0] < _SMALLEST * sizes[0].max()] = 0
    found = [_line(curves.steps, each, shrink) for each in sizes.T]
    steps = [[(1 - math.exp(slope)) / curves.step_size for slope in row] for row in found]
    measured, lower, upper = np.asarray(steps).T
    return ModeRates(modes, curves.rates.reshape(-1)[modes], measured, lower, upper)


def _line(steps: NDArray[np.int64], sizes: Any, shrink: float) -> tuple[float, float, float]:
    """Slopes of log size: over the window, and the steepest and flattest of its thirds last."""
    below = np.flatnonzero(sizes * shrink <= sizes[0])
    if sizes[0] == 0 or below.size == 0 or below[0] < 2 or (sizes[: below[0] + 1] == 0).any():
        return math.nan, math.nan, math.nan
    end = int(below[0]) + 1
    t, y = steps[:end].astype(np.float64), np.log(sizes[:end])
    cuts = np.unique(np.searchsorted(t, np.linspace(0, t[-1], 4)))
    parts = np.diff(y[cuts]) / np.diff(t[cuts])
    return float(np.polyfit(t, y, 1)[0]), float(parts.max()), float(parts.min())


@dataclass(frozen=True)
class RateFit:
    """How the measured rates of one run lie to the predicted ones.

    Attributes:
        slope: of the line of log measured on log predicted rates; nan for fewer than three of them,
            or if they are all equal.
        offset: mean of log(measured/predicted).
        deviation: root mean square of the same.
        count: how many modes were measured.
    """

    slope: float
    offset: float
    deviation: float
    count: int


def fit_rates(predicted: Any, measured: Any) -> RateFit:
    """Compare rates; modes without a measured rate, or with a predicted rate of 0, are left out.

    Args:
        predicted, measured: arrays of one shape.

    Example:
        >>> fit_rates([1.0, 2.0, 4.0], [1.1, 2.2, 4.4]).slope
        1.0
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = np.log(np.asarray(predicted, float)), np.log(np.asarray(measured, float))
    kept = np.isfinite(x) & np.isfinite(y)
    x, y = x[kept], y[kept]
    if not len(x):
        return RateFit(math.nan, math.nan, math.nan, 0)
    gaps = y - x
    spread = len(x) > 2 and float(np.ptp(x)) > 1e-9
    slope = float(np.round(np.polyfit(x, y, 1)[0], 12)) if spread else math.nan
    return RateFit(slope, float(gaps.mean()), float(np.sqrt(np.mean(gaps**2))), len(x))
