"""How fast a finite network's kernel approaches its limit with the width: one draw, and the mean.

One draw deviates by its fluctuation, ``E‖Θ-Θ∞‖²_F``; the mean over draws by its bias,
``‖EΘ-Θ∞‖²_F``. The square of a measured mean deviation has the variance of the mean in it and does
not tell the bias; products of means over different draws have not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width.ensembles import GROUPS, Ensemble

_RESAMPLES = 4000


@dataclass(frozen=True)
class Rate:
    """A power law ``deviation ~ C width^(-exponent)``, fitted over widths.

    Attributes:
        exponent: of the fit.
        low, high: bootstrap interval; infinite where the deviation cannot be told from 0.
        confidence: of the interval.
        widths: what it was fitted to.
        deviations: the root of the mean square at each width, relative to ‖Θ∞‖_F; NaN where the
            estimate of the square is not positive.
    """

    exponent: float
    low: float
    high: float
    confidence: float
    widths: tuple[int, ...]
    deviations: tuple[float, ...]

    def __str__(self) -> str:
        return (
            f"width^-{self.exponent:.3f}, {self.confidence:.0%} interval "
            f"[{self.low:.3f}, {self.high:.3f}]"
        )


@dataclass(frozen=True)
class WidthRates:
    """The rates of one draw and of the mean over draws."""

    one_draw: Rate
    mean: Rate


def width_rates(
    ensembles: Sequence[Ensemble], *, confidence: float = 0.99, seed: int = 0
) -> WidthRates:
    """Fit both rates to ensembles of the same network at several constant widths.

    Args:
        ensembles: at least two widths, the same inputs.
        confidence: of the bootstrap intervals, which resample groups of draws at each width.
        seed: of the resampling.

    Returns:
        :class:`WidthRates`: a power law each for one draw and for the mean.

    Raises:
        InvalidInput: for fewer than two widths, layers of different widths, or too few draws.

    Example:
        >>> from ntkproofs.finite_width import Network, ensemble
        >>> found = [ensemble(Network.of(2, n), np.eye(2), draws=2048) for n in (4, 16)]
        >>> one = width_rates(found).one_draw    # two layers: E‖Θ-Θ∞‖² is C/n exactly
        >>> one.low < 0.5 < one.high
        True
    """
    widths = [_width(e) for e in ensembles]
    if len(set(widths)) < 2:
        raise InvalidInput(f"A rate needs two different widths at least; got {widths}.")
    if not 0 < confidence < 1:
        raise InvalidInput(f"A confidence lies in (0, 1); got {confidence}.")
    generator = np.random.default_rng(seed)
    one, mean = zip(*(_squares(e, generator) for e in ensembles), strict=True)
    return WidthRates(
        _fit(widths, np.array(one), confidence), _fit(widths, np.array(mean), confidence)
    )


def _width(found: Ensemble) -> int:
    widths = set(found.plan.network.widths)
    if len(widths) != 1:
        raise InvalidInput(
            f"A rate in the width needs hidden layers of one width; got {tuple(widths)}."
        )
    return widths.pop()


def _squares(found: Ensemble, generator: np.random.Generator) -> tuple[Any, Any]:
    """Both squared deviations: of all groups first, then of every resample."""
    state, limit = found.state, found.limit.ntk
    full = state.sizes > 0
    groups = int(full.sum())
    if groups < GROUPS:
        raise InvalidInput(
            f"Intervals need draws in {GROUPS} groups; {state.draws} draws in chunks of "
            f"{found.plan.chunk} fill {groups}. Ask for more draws."
        )
    sizes = state.sizes[full].astype(float)
    scale = float(np.linalg.norm(limit)) ** 2
    away = (state.groups[full] - limit).reshape(groups, -1)
    products = away @ away.T
    picks = generator.multinomial(groups, np.full(groups, 1 / groups), size=_RESAMPLES)
    weights = np.vstack([np.ones(groups), picks]) * sizes
    one = weights @ state.group_squares[full] / weights.sum(axis=1)
    cross = np.einsum("bi,ij,bj->b", weights, products, weights) - weights**2 @ np.diag(products)
    pairs = weights.sum(axis=1) ** 2 - (weights**2).sum(axis=1)
    return one / scale, cross / pairs / scale


def _fit(widths: Sequence[int], squares: Any, confidence: float) -> Rate:
    x = np.log(np.asarray(widths, dtype=float))
    x = x - x.mean()
    with np.errstate(invalid="ignore", divide="ignore"):
        slopes = -(x @ (0.5 * np.log(squares))) / (x @ x)
        deviations = np.sqrt(squares[:, 0])
    exponent, resampled = float(slopes[0]), slopes[1:]
    tail = (1 - confidence) / 2
    lost = np.isnan(resampled) | np.isinf(resampled)
    low = np.quantile(np.where(lost, -np.inf, resampled), tail, method="lower")
    high = np.quantile(np.where(lost, np.inf, resampled), 1 - tail, method="higher")
    return Rate(
        exponent, float(low), float(high), confidence, tuple(widths), tuple(map(float, deviations))
    )
