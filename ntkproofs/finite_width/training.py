"""Networks that are trained: gradient flow of the squared loss, integrated to a stated tolerance.

``dθ/dt = -Σ_a (f(x_a) - y_a) ∇f(x_a)``, by the Runge-Kutta pair of Dormand and Prince. The error of
a step is the Euclidean norm of the difference of its two solutions, in the space of the weights; it
bounds the error of f through the gradient, whatever the width.

Source:
    Dormand, Prince 1980, A family of embedded Runge-Kutta formulae.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ntkproofs.conventions import require_integer
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width.averages import GroupedMean, GroupedSums
from ntkproofs.finite_width.differentiable import (
    batch_size,
    batches,
    outputs_and_kernel,
    parameters_of,
    require_inputs,
    require_jax,
    require_smooth,
)
from ntkproofs.finite_width.network import Network, draw_many, limit

TOLERANCE = 1e-10
MOST_STEPS = 20_000
_CONVERGED = 1e-9
"""Residuals below this, relative to the largest target or output at the start, end t = ∞; more is
allowed where the tolerance of a step is no finer."""
_DOUBLINGS = 8

_NODES = (
    (),
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
_ERROR = (
    71 / 57600,
    0.0,
    -71 / 16695,
    71 / 1920,
    -17253 / 339200,
    22 / 525,
    -1 / 40,
)


@dataclass(frozen=True)
class Trained:
    """What draws of a network do during training.

    Attributes:
        times: shape (T,); ``math.inf`` stands for the time at which the residuals vanished.
        initial_outputs: f_0, shape (draws, n).
        initial_ntk: Θ_0, shape (draws, n, n).
        outputs: f_t, shape (draws, T, n).
        ntk: Θ_t, shape (draws, T, n, n).
        steps: most steps that one draw took.
    """

    times: tuple[float, ...]
    initial_outputs: Any
    initial_ntk: Any
    outputs: Any
    ntk: Any
    steps: int


def train(
    network: Network,
    X: Any,
    y: Any,
    times: Sequence[float],
    *,
    draws: Sequence[int],
    seed: int,
    tolerance: float = TOLERANCE,
    most_steps: int = MOST_STEPS,
) -> Trained:
    """Train draws of a network by gradient flow of ½ Σ (f - y)², all of them at once.

    Args:
        network: smooth activation.
        X: inputs, shape (n, d).
        y: targets, shape (n,).
        times: at which f and Θ are wanted, rising; the last may be ``math.inf``.
        draws: their numbers, as in ``draw_weights``.
        seed: of the ensemble.
        tolerance: of one step, in the Euclidean norm of the weights.
        most_steps: of one draw from one time to the next.

    Raises:
        InvalidInput: for times that do not rise, for activations with a kink, and for t = ∞ where
            Θ∞ is singular, so that the residual need not vanish.
        Unable: where steps run out, or the residual at t = ∞ does not vanish.
        MissingPackage: without JAX.

    Example:
        >>> network = Network.of(2, 32, "erf")
        >>> run = train(network, [[1.0, 0.0]], [1.0], [1.0, math.inf], draws=range(3), seed=0)
        >>> run.ntk.shape, bool(abs(run.outputs[:, -1] - 1).max() < 1e-8)
        ((3, 2, 1, 1), True)
    """
    X, y = require_inputs(X), np.asarray(y, dtype=float)
    require_smooth(network, "Gradient flow")
    moments = _checked(network, X, y, times, tolerance)
    jax = require_jax()
    with jax.enable_x64(True):
        advance, observe = _compiled(network, tuple(map(tuple, X.tolist())), tuple(y.tolist()))
        weights = parameters_of(draw_many(network, X.shape[1], seed=seed, draws=draws))
        state = jax.vmap(lambda p: jax.flatten_util.ravel_pytree(p)[0])(weights)
        seen = [observe(state)]
        scale = max(1.0, float(np.abs(y).max()), float(np.abs(seen[0][0]).max()))
        now, steps, first = 0.0, 0, 0.1 / max(float(np.trace(k)) for k in seen[0][1])
        flow = _Flow(advance, observe, tolerance, most_steps, first)
        for time in moments:
            if time == math.inf:
                state, taken = flow.to_the_end(state, y, scale, _slowest_time(network, X))
            else:
                state, taken = flow.run(state, time - now)
                now = time
            steps = max(steps, taken)
            seen.append(observe(state))
    outputs, kernels = (np.stack([np.asarray(s[k]) for s in seen], axis=1) for k in (0, 1))
    _require_falling_loss(outputs, y, tolerance)
    return Trained(moments, outputs[:, 0], kernels[:, 0], outputs[:, 1:], kernels[:, 1:], steps)


def average_change(
    network: Network,
    X: Any,
    y: Any,
    times: Sequence[float],
    *,
    draws: int,
    seed: int,
    tolerance: float = TOLERANCE,
) -> GroupedMean:
    """The mean of Θ_t - Θ_0, each draw against itself, shape (T, n, n).

    Args:
        network, X, y, times, seed, tolerance: as in :func:`train`.
        draws: how many networks, at least 2.

    Example:
        >>> change = average_change(
        ...     Network.of(2, 16, "identity"), [[1.0]], [3.0], [math.inf], draws=64, seed=0
        ... )
        >>> bool(abs(change.z_scores((9 - 1) / 16)[0, 0, 0]) < 4)  # (y² - 1)/n
        True
    """
    draws = require_integer("draws", draws, least=2, why="an error bar needs a scatter")
    X, sums = require_inputs(X), GroupedSums(draws)
    for batch in batches(draws, trained_at_once(network, X)):
        run = train(network, X, y, times, draws=batch, seed=seed, tolerance=tolerance)
        sums.add(run.ntk - run.initial_ntk[:, None])
    return sums.mean()


def trained_at_once(network: Network, X: Any) -> int:
    """How many draws to train at once: each holds about 10 + n copies of its weights."""
    return batch_size(network, X.shape[1], 10 + len(X))


@dataclass(frozen=True)
class _Flow:
    """Gradient flow of a batch of draws."""

    advance: Callable[..., tuple[Any, Any, Any]]
    observe: Callable[[Any], tuple[Any, Any]]
    tolerance: float
    most_steps: int
    first_step: float

    def run(self, state: Any, duration: float) -> tuple[Any, int]:
        state, taken, reached = self.advance(
            state, duration, self.tolerance, self.most_steps, self.first_step
        )
        if not bool(np.all(np.asarray(reached))):
            raise Unable(
                f"Gradient flow over a time of {duration:g} did not end within {self.most_steps} "
                f"steps at tolerance {self.tolerance:g}. Steps are limited by 1/λ_max of the "
                "kernel: raise most_steps or the tolerance, or ask for an earlier time."
            )
        return state, int(np.max(np.asarray(taken)))

    def to_the_end(self, state: Any, y: Any, scale: float, slowest: float) -> tuple[Any, int]:
        """Train until residuals vanish, in stretches of doubling length."""
        duration, steps = 20 * slowest, 0
        for _ in range(_DOUBLINGS):
            state, taken = self.run(state, duration)
            steps = max(steps, taken)
            residual = float(np.abs(np.asarray(self.observe(state)[0]) - y).max())
            # Near its end the flow is limited by stability, and hovers at the tolerance of a step.
            if residual <= (_CONVERGED + 10 * self.tolerance) * scale:
                return state, steps
            duration *= 2
        raise Unable(
            f"The residual is still {residual:.1e} after a time of {duration:.3g}: the kernel of "
            "some draw has become nearly singular on these inputs, or the tolerance "
            f"{self.tolerance:g} is too loose. Ask for a finite t, or take wider networks."
        )


def _slowest_time(network: Network, X: Any) -> float:
    """1/λ_min(Θ∞)."""
    values = np.linalg.eigvalsh(limit(network, X).ntk)
    if values[0] <= len(values) * np.finfo(float).eps * values[-1]:
        raise InvalidInput(
            "Training to t = ∞ needs Θ∞ positive definite; its eigenvalues here are "
            f"{values.tolist()}. Ask for a finite t, or leave out duplicate inputs."
        )
    return float(1 / values[0])


@lru_cache(maxsize=16)
def _compiled(
    network: Network, inputs: tuple[tuple[float, ...], ...], targets: tuple[float, ...]
) -> Any:
    """The integrator and f, Θ of a batch of flat weights."""
    jax = require_jax()
    X, y = jax.numpy.asarray(np.array(inputs)), jax.numpy.asarray(np.array(targets))
    both = outputs_and_kernel(network, X)
    shapes = network.shapes(X.shape[1])
    zeros = tuple(np.zeros(shape) for shape in shapes)
    offsets = tuple(np.zeros(rows) for rows, _ in shapes) if network.bias_variance else ()
    unravel = jax.flatten_util.ravel_pytree((zeros, offsets))[1]

    def loss(flat: Any) -> Any:
        return 0.5 * ((both(unravel(flat))[0] - y) ** 2).sum()

    gradient = jax.grad(loss)
    advance = _integrator(lambda flat: -gradient(flat))
    lanes = jax.vmap(advance, in_axes=(0, None, None, None, None))
    return jax.jit(lanes), jax.jit(jax.vmap(lambda flat: both(unravel(flat))))


def _integrator(slope: Callable[[Any], Any]) -> Callable[..., tuple[Any, Any, Any]]:
    """state, duration, tolerance, most steps, first step ↦ state, steps, whether it got there."""
    jax = require_jax()
    jnp = jax.numpy

    def step(state: Any, start: Any, h: Any) -> tuple[Any, Any, Any]:
        slopes = [start]
        point = state
        for row in _NODES[1:]:
            change = sum(a * k for a, k in zip(row, slopes, strict=True) if a)
            point = state + h * change
            slopes.append(slope(point))
        error = h * sum(e * k for e, k in zip(_ERROR, slopes, strict=True) if e)
        return point, slopes[-1], jnp.linalg.norm(error)

    def advance(state: Any, duration: Any, tolerance: Any, most: Any, first: Any) -> Any:
        def body(carry: Any) -> Any:
            state, start, left, h, count = carry
            h = jnp.minimum(h, left)
            point, end, error = step(state, start, h)
            error = jnp.where(jnp.isfinite(error), error, jnp.inf)
            accept = error <= tolerance
            growth = jnp.clip(0.9 * (tolerance / (error + 1e-300)) ** 0.2, 0.2, 5.0)
            choose = lambda new, old: jnp.where(accept, new, old)  # noqa: E731
            left = choose(jnp.where(h >= left, 0.0, left - h), left)
            return choose(point, state), choose(end, start), left, h * growth, count + 1

        carry = (state, slope(state), duration * 1.0, first * 1.0, 0)
        ongoing = lambda carry: (carry[2] > 0) & (carry[4] < most)  # noqa: E731
        state, _, left, _, count = jax.lax.while_loop(ongoing, body, carry)
        return state, count, left == 0

    return advance


def _checked(
    network: Network, X: Any, y: Any, times: Sequence[float], tolerance: float
) -> tuple[float, ...]:
    if y.shape != (len(X),) or not np.isfinite(y).all():
        raise InvalidInput(
            f"Each of the {len(X)} inputs has one finite target; got an array of shape {y.shape}."
        )
    moments = tuple(float(time) for time in times)
    ahead = (0.0, *moments)
    if not moments or not all(a < b for a, b in zip(ahead, moments, strict=False)):
        raise InvalidInput(
            f"Times of training rise and are positive, math.inf at most the last; got {moments}."
        )
    if not 1e-14 <= tolerance <= 1e-2:
        raise InvalidInput(
            f"The tolerance of a step lies in [1e-14, 1e-2]; got {tolerance}. Doubles resolve no "
            "less, and a looser one is no gradient flow."
        )
    if moments[-1] == math.inf:
        _slowest_time(network, X)
    return moments


def _require_falling_loss(outputs: Any, y: Any, tolerance: float) -> None:
    """Gradient flow never raises its loss; an integration that does is wrong."""
    losses = 0.5 * ((outputs - y) ** 2).sum(-1)
    slack = 1e-12 + 1e3 * tolerance * (1 + losses[:, :1])
    if not np.isfinite(losses).all() or not (np.diff(losses, axis=1) <= slack).all():
        raise Unable(
            "The loss rose, or is no number: gradient flow cannot do that, so the integration is "
            f"not accurate. Lower the tolerance ({tolerance:g})."
        )
