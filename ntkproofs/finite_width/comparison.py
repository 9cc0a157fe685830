"""The predicted mean of the trained kernel against networks that are trained.

Prediction and measurement share their draws, so that most of the scatter cancels. Two differences
are kept, in units of 1/n where a table shows them:

- *difference*: Θ_t - Θ_0 less the terms of the prediction, draw by draw. Its mean is what the
  statement says to vanish up to higher orders.
- *remainder*: Θ_t - Θ_0 less the second-order expansion of the same draw, with its own residual
  f_0 - y in place of the moments of f_0. Its scatter is of order n^(-3/2), not 1/n; its mean is
  that of the difference up to E[O_4 (f_0 f_0ᵀ - K)], which is of order n^(-2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ntkproofs.conventions import require_integer
from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width.averages import GroupedMean, GroupedSums
from ntkproofs.finite_width.differentiable import batches, require_inputs
from ntkproofs.finite_width.hierarchy import (
    Contraction,
    Hierarchy,
    contraction,
    draws_at_once,
    tensors_of_draws,
)
from ntkproofs.finite_width.network import Limit, Network, limit
from ntkproofs.finite_width.training import train, trained_at_once


@dataclass(frozen=True)
class Comparison:
    """Measured and predicted change of the mean kernel at one width and one time.

    All arrays have shape (n, n).

    Attributes:
        network: its shape.
        time: of training.
        false_alarm: the probability with which :attr:`agrees` is wrong where the means are equal.
        measured: Θ_t - Θ_0.
        predicted: the terms of O_3 and O_4.
        difference: measured less predicted.
        remainder: measured less the second-order expansion of the same draw.
        from_swapped: measured less the prediction with the two times of w_ij exchanged: what goes
            wrong where slots 3 and 4 of O_4 are confused.
        from_talk: measured less the four-term expression of the talk; None at finite times.
    """

    network: Network
    time: float
    false_alarm: float
    measured: GroupedMean
    predicted: GroupedMean
    difference: GroupedMean
    remainder: GroupedMean
    from_swapped: GroupedMean
    from_talk: GroupedMean | None

    @property
    def threshold(self) -> float:
        """What the largest |z| of the distinct entries exceeds with probability false_alarm."""
        count = len(self.measured.value)
        return self.measured.quantile(self.false_alarm, count * (count + 1) // 2)

    @property
    def agrees(self) -> bool:
        """Whether no entry of the difference is significantly away from 0."""
        return bool(np.abs(self.difference.z_scores()).max() <= self.threshold)

    @property
    def refutes_swapped(self) -> bool:
        """Whether some entry is significantly away from the prediction with exchanged slots."""
        return bool(np.abs(self.from_swapped.z_scores()).max() > self.threshold)

    @property
    def refutes_talk(self) -> bool:
        """Whether some entry is significantly away from the expression of the talk."""
        if self.from_talk is None:
            return False
        return bool(np.abs(self.from_talk.z_scores()).max() > self.threshold)


def compare(
    networks: Sequence[Network],
    X: Any,
    y: Any,
    times: Sequence[float],
    *,
    draws: int | Sequence[int],
    seed: int,
    false_alarm: float = 1e-3,
    tolerance: float = 1e-9,
) -> list[Comparison]:
    """Train networks and compare the mean of their kernels with the prediction.

    Args:
        networks: of different widths; smooth activation.
        X: inputs, shape (n, d).
        y: targets, shape (n,).
        times: rising; the last may be ``math.inf``.
        draws: of each network, at least 8; one number, or one for each network.
        seed: of the ensembles.
        false_alarm: of one comparison, all its entries together.
        tolerance: of one step of gradient flow.

    Returns:
        One :class:`Comparison` for each network and time.

    Raises:
        InvalidInput: as :func:`train` and :func:`contraction` do, and where draws do not match.

    Example:
        >>> found = compare([Network.of(2, 256, "identity")], [[1.0]], [2.0], [math.inf], draws=64,
        ...                 seed=0)
        >>> found[0].agrees, found[0].refutes_talk
        (True, True)
    """
    X, y = require_inputs(X), np.asarray(y, dtype=float)
    counts = [draws] * len(networks) if isinstance(draws, int) else list(draws)
    if len(counts) != len(networks) or not 0 < false_alarm <= 0.1:
        raise InvalidInput(
            f"Each of the {len(networks)} networks has a number of draws, and the false-alarm "
            f"probability lies in (0, 0.1]; got draws = {counts}, false_alarm = {false_alarm}."
        )
    why = "z-scores need a scatter"
    counts = [require_integer("draws", count, least=8, why=why) for count in counts]
    found: list[Comparison] = []
    for network, count in zip(networks, counts, strict=True):
        sums = _collected(network, X, y, times, draws=count, seed=seed, tolerance=tolerance)
        for at, time in enumerate(times):
            means = [each.map(lambda group, at=at: group[at]) for each in sums]
            measured, predicted, difference, remainder, swapped, talk = means
            found.append(
                Comparison(
                    network,
                    float(time),
                    false_alarm,
                    measured=measured,
                    predicted=predicted,
                    difference=difference,
                    remainder=remainder,
                    from_swapped=swapped,
                    from_talk=talk if time == math.inf else None,
                )
            )
    return found


def _collected(
    network: Network,
    X: Any,
    y: Any,
    times: Sequence[float],
    *,
    draws: int,
    seed: int,
    tolerance: float,
) -> list[GroupedMean]:
    """Measured, predicted, and what differs from four expressions; shape (T, n, n) each."""
    wide = limit(network, X)
    sums = [GroupedSums(draws) for _ in range(6)]
    size = min(draws_at_once(network, X), trained_at_once(network, X))
    for batch in batches(draws, size):
        run = train(network, X, y, times, draws=batch, seed=seed, tolerance=tolerance)
        measured = run.ntk - run.initial_ntk[:, None]
        tensors = tensors_of_draws(network, X, seed, batch)
        predicted, expanded, swapped, printed = (
            np.stack([rule(tensors, wide, y, time) for time in times], axis=1)
            for rule in (_predicted, _expanded, _swapped, _printed)
        )
        expressions = [predicted, expanded, swapped, printed]
        differences = [measured - each for each in expressions]
        for total, values in zip(sums, [measured, predicted, *differences], strict=True):
            total.add(values)
    return [each.mean() for each in sums]


def _predicted(tensors: Hierarchy, wide: Limit, y: Any, t: float) -> Any:
    """The terms of the prediction, whose means are claimed; shape (draws, n, n)."""
    return _terms(tensors, wide, y, contraction(wide.ntk, t))


def _swapped(tensors: Hierarchy, wide: Limit, y: Any, t: float) -> Any:
    """The same with slots 3 and 4 of O_4 confused."""
    exchanged = replace(tensors, fourth=np.swapaxes(tensors.fourth, -1, -2))
    return _terms(exchanged, wide, y, contraction(wide.ntk, t))


def _terms(tensors: Hierarchy, wide: Limit, y: Any, weights: Contraction) -> Any:
    third = np.einsum("sabc,cd,sd->sab", tensors.third, weights.once, tensors.outputs)
    moments = weights.twice(np.outer(y, y) + wide.nngp)
    return np.einsum("sabcd,cd->sab", tensors.fourth, moments) - third


def _expanded(tensors: Hierarchy, wide: Limit, y: Any, t: float) -> Any:
    """The second-order expansion of each draw, with its own residual."""
    weights = contraction(wide.ntk, t)
    residuals = tensors.outputs - y
    third = np.einsum("sabc,cd,sd->sab", tensors.third, weights.once, residuals)
    moments = np.stack([weights.twice(np.outer(r, r)) for r in residuals])
    return np.einsum("sabcd,scd->sab", tensors.fourth, moments) - third


def _printed(tensors: Hierarchy, wide: Limit, y: Any, t: float) -> Any:
    """The terms of the talk; it has them for t = ∞ only, and finite times are left at NaN."""
    if t < math.inf:
        return np.full_like(tensors.ntk, np.nan)
    once = contraction(wide.ntk, t).once
    third = np.einsum("sabc,cd,sd->sab", tensors.third, once, tensors.outputs)
    solved = once @ y
    return np.einsum("sabcd,c,d->sab", tensors.fourth, solved, solved) - third
