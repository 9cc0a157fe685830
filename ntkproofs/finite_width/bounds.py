"""Bounds of the time that training takes, in the NTK regime and beside it.

Gradient flow of ½ rᵀ P r, r = f - y, moves the outputs by r' = -Θ_t P r. While
λ_min(P^½ Θ_t P^½) >= λ the norm of P^½ r falls at least as e^(-λ t). λ comes from the certified
spectrum of the limit kernel, less what one draw of finite width deviates from it, less what
training moves the kernel by. Each of these is a number with a probability, and the bound lists what
it relies on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ntkproofs.conventions import require_integer
from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width.concentration import (
    Floor,
    Reliance,
    require_probability,
    smallest_eigenvalue,
)
from ntkproofs.finite_width.descent import Drift, measured_drift
from ntkproofs.finite_width.loss import Loss
from ntkproofs.finite_width.network import Network, is_homogeneous, limit

__all__ = ["ModeBound", "TimeBound", "time_to"]

Initial = Literal["random", "centred"]
_OPEN = ("first order", "measured", "assumed")


@dataclass(frozen=True)
class ModeBound:
    """The time for one mode, an eigenvector of the limit kernel (of P^½ Θ∞ P^½).

    Attributes:
        eigenvalue: of the limit.
        initial: upper bound of the size of the residual along it.
        time: its share of the residual stays below eps from then on; infinite where nothing is
            shown.

    Example:
        >>> network, X, y = Network.of(2, 50_000), np.eye(3), np.ones(3)
        >>> bound = time_to(0.01, 0.1, network, X, y, initial="centred", drift=0.0)
        >>> [round(mode.eigenvalue, 4) for mode in bound.modes]    # 2 - 1/π twice, 2 + 2/π
        [1.6817, 1.6817, 2.6366]
        >>> all(mode.time < bound.time for mode in bound.modes)
        True
    """

    eigenvalue: float
    initial: float
    time: float


@dataclass(frozen=True)
class TimeBound:
    """An upper bound of the time to reach an error, with a probability over initialisations.

    Attributes:
        time: ‖f_t - y‖ <= eps for all t >= time; infinite where no positive rate is left.
        eps: the error, in the Euclidean norm over the inputs.
        probability: at least this, over initialisations (and over draws, for what is measured).
        rate: λ, the rate that is guaranteed.
        floor: how the rate at initialisation comes about.
        drift: how far training moves the kernel.
        initial: upper bound of the residual at the start, ‖f_0 - y‖.
        modes: the same, mode by mode, in rising order of eigenvalues; all of them together hold
            with probability ``modes_probability``, as ‖Θ - Θ∞‖ enters.
        relies_on: what all this rests on.

    Example:
        >>> network, X, y = Network.of(2, 10_000), np.eye(2), np.array([1.0, 0.0])
        >>> bound = time_to(0.1, 0.1, network, X, y, initial="centred", drift=0.1)
        >>> bound.rate < bound.floor.value < bound.floor.limit    # less the drift, less the width
        True
        >>> [reliance.standing for reliance in bound.relies_on][-1]    # the drift that was given
        'assumed'
        >>> print(bound)
        ‖f_t - y‖ <= 0.1 from t = 1.54... on, with probability 0.9 at least (rate 1.49...
    """

    time: float
    eps: float
    probability: float
    rate: float
    floor: Floor
    drift: Drift
    initial: float
    modes: tuple[ModeBound, ...]
    modes_probability: float
    relies_on: tuple[Reliance, ...]

    def _given(self) -> str:
        """What is neither proved nor computed, in words."""
        open_ends = [r.statement for r in self.relies_on if r.standing in _OPEN]
        return "; given: " + "; ".join(open_ends) if open_ends else ""

    def __str__(self) -> str:
        if math.isinf(self.time):
            return (
                f"no bound: λ_min of the limit is {self.floor.limit:.4g}; less "
                f"{self.floor.fluctuation:.4g} for the width and {self.drift.fall:.4g} for "
                "training, no positive rate is left"
            )
        return (
            f"‖f_t - y‖ <= {self.eps:g} from t = {self.time:.4g} on, with probability "
            f"{self.probability:g} at least (rate {self.rate:.4g}){self._given()}"
        )


def time_to(
    eps: float,
    delta: float,
    network: Network,
    X: Any,
    y: Any,
    *,
    sobolev: Any = None,
    initial: Initial = "random",
    drift: float | Literal["measured"] = "measured",
    draws: int = 32,
    seed: int = 0,
) -> TimeBound:
    """Bound the time of gradient flow until ‖f_t - y‖ <= eps, with probability 1 - delta.

    Args:
        eps: error > 0, in the Euclidean norm over the inputs.
        delta: probability in (0, 1) that the bound fails, over initialisations.
        network: two layers, of an (a,b)-ReLU without biases, give the strongest statement; more
            layers one to order 1/width, smooth ones with ``centred`` outputs only.
        X: inputs, shape (n, d).
        y: targets, shape (n,).
        sobolev: matrix P of the loss ½ rᵀ P r; None is the squared loss.
        initial: ``random`` outputs at the start, or ``centred``: f - f_0 is trained.
        drift: how far training moves the kernel in operator norm, as a number of your own (0: it
            stays, the NTK regime), or ``measured``: twice the largest drift over trained draws.
        draws: how many are trained to measure it.
        seed: of these draws.

    Returns:
        :class:`TimeBound`, whose ``relies_on`` tells what is proved, computed, measured, assumed.

    Raises:
        InvalidInput: for eps, delta or targets that make no question.
        Unable: for two layers with biases, or of an activation that is no (a,b)-ReLU; where a drift
            is measured and a draw does not reach the error.

    Example:
        >>> import numpy as np
        >>> network, X = Network.of(2, 50_000), np.eye(3)
        >>> bound = time_to(0.01, 0.1, network, X, np.ones(3), initial="centred", drift=0.0)
        >>> bound.time < 15, bound.rate < bound.floor.limit
        (True, True)
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    _check(eps, delta, X, y)
    _check_choices(network, initial, drift, draws)
    centred = initial == "centred"
    share = delta if centred else delta / 2
    loss = Loss.of(sobolev, len(X))
    floor = smallest_eigenvalue(network, X, share, sobolev=sobolev)
    if drift == "measured":
        # At this error ‖P^½ r‖ is what the time below is for, and never exceeded again.
        reached = eps * math.sqrt(loss.low / loss.high)
        moved = measured_drift(
            network, X, y, sobolev=sobolev, draws=draws, seed=seed, eps=reached, centred=centred
        )
        moved = Drift(2 * moved.fall, 2 * moved.movement)
        said = f"twice the largest drift while {draws} draws were trained to the error"
        how = Reliance(said, "measured")
    else:
        moved, how = _assumed(drift)
    start, first = _initial(network, X, y, delta - share, centred)
    rate = floor.value - moved.fall
    weighted = float(np.linalg.norm(loss.root @ y)) if centred else math.sqrt(loss.high) * start
    within = math.sqrt(loss.low) * eps  # ‖P^½ r‖ at which ‖r‖ <= eps
    time = math.inf if rate <= 0 else max(0.0, math.log(max(weighted / within, 1e-300))) / rate
    falling = _Falling(weighted, rate, loss.high * floor.deviation + moved.movement, within)
    target = loss.root @ y if centred else None
    modes = falling.modes(loss.seen_by(limit(network, X).ntk), target)
    relies = (*floor.relies_on, *first, how)
    return TimeBound(
        time, eps, 1 - delta, rate, floor, moved, start, modes, 1 - delta - share, relies
    )


def _check(eps: float, delta: float, X: Any, y: Any) -> None:
    if not 0 < eps < math.inf:
        raise InvalidInput(f"An error to reach is a positive number; got eps = {eps}.")
    require_probability(delta)
    if X.ndim != 2 or y.shape != (len(X),) or not np.isfinite(y).all():
        raise InvalidInput(
            f"Targets are finite numbers, one for each row of X; X has shape {X.shape}, y "
            f"{y.shape}."
        )


def _check_choices(
    network: Network, initial: Initial, drift: float | Literal["measured"], draws: int
) -> None:
    if initial not in ("random", "centred"):
        raise InvalidInput(f"The outputs begin 'random' or 'centred'; got initial = {initial!r}.")
    if drift == "measured":
        require_integer("draws", draws, least=1, why="a drift is measured on networks")
    elif isinstance(drift, str):
        raise InvalidInput(f"A movement of the kernel is a number or 'measured'; got {drift!r}.")
    if initial == "random" and not is_homogeneous(network):
        raise InvalidInput(
            "E‖f_0‖² at a finite width is known for (a,b)-ReLUs only; got "
            f"{network.activation.name}. Take initial='centred'."
        )


def _initial(
    network: Network, X: Any, y: Any, delta: float, centred: bool
) -> tuple[float, tuple[Reliance, ...]]:
    if centred:
        said = Reliance("f - f_0 is trained: the residual begins as -y", "exact")
        return float(np.linalg.norm(y)), (said,)
    # E f_0(x)² is that of the limit at every width, for (a,b)-ReLUs.
    squares = float(np.trace(limit(network, X).nngp))
    said = Reliance("E‖f_0‖² at this width, in closed form; Markov's inequality", "exact")
    return float(np.linalg.norm(y)) + math.sqrt(squares / delta), (said,)


def _assumed(drift: float) -> tuple[Drift, Reliance]:
    if not 0 <= drift < math.inf:
        raise InvalidInput(f"A movement of the kernel is a number >= 0; got drift = {drift}.")
    said = f"training moves the kernel by at most {drift:g} in operator norm"
    return Drift(float(drift), float(drift)), Reliance(said, "assumed")


@dataclass(frozen=True)
class _Falling:
    """The residual P^½ r as a whole: its size falls at least as size · e^(-rate t).

    Attributes:
        size, rate: of the whole.
        away: bound of the operator norm of the difference of the kernel from its limit.
        eps: where a mode counts as learned.
    """

    size: float
    rate: float
    away: float
    eps: float

    def modes(self, kernel: Any, target: Any) -> tuple[ModeBound, ...]:
        """Mode by mode, in the eigenvectors of the limit."""
        values, vectors = np.linalg.eigh(kernel)
        known = target is not None
        starts = np.abs(vectors.T @ target) if known else np.full(len(values), self.size)
        return tuple(
            ModeBound(float(value), float(start), self.mode_time(float(value), float(start)))
            for value, start in zip(values, starts, strict=True)
        )

    def mode_time(self, value: float, start: float) -> float:
        """When a mode stays below eps: c' = -λ c + e with |e| <= away · size · e^(-rate t)."""
        if self.rate <= 0 or value <= 0:
            return math.inf

        def bound(t: float) -> float:
            slower, gap = min(value, self.rate), abs(value - self.rate)
            spread = t if gap * t < 1e-9 else -math.expm1(-gap * t) / gap
            forced = self.away * self.size * spread * math.exp(-slower * t)
            return min(start * math.exp(-value * t) + forced, self.size * math.exp(-self.rate * t))

        # All terms fall from t = 1/slower on: beyond it the bound is below its value there.
        high = low = 1 / min(value, self.rate)
        while bound(high) > self.eps:
            low, high = high, 2 * high
        for _ in range(60 if high > low else 0):
            middle = (low + high) / 2
            low, high = (middle, high) if bound(middle) > self.eps else (low, middle)
        return high
