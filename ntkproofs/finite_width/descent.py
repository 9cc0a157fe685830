"""Gradient descent of finite networks, many draws at once, in NumPy.

Full-batch descent with step η on ½ rᵀ P r. Its time is η times the number of steps; along an
eigenvector of a constant kernel it shrinks the residual by (1 - ηλ)^k <= e^(-ληk), so that descent
is never slower than the flow there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.loss import Loss
from ntkproofs.finite_width.network import Network, draw_many
from ntkproofs.finite_width.passes import forward, stepped

_BATCH = 32


@dataclass(frozen=True)
class Descent:
    """What descent did, for each draw.

    Attributes:
        times: of the records, shape (k,).
        errors: ‖f_t - y‖ at these times, shape (draws, k).
        smallest: λ_min of the kernel (of P^½ Θ P^½) at these times, shape (draws, k).
        moved: operator norm of its difference from the start, shape (draws, k).
        reached: first time at which the error is at most eps, for each draw; infinite where it was
            not reached.
    """

    times: Any
    errors: Any
    smallest: Any
    moved: Any
    reached: Any


@dataclass(frozen=True)
class Drift:
    """How far training moves the kernel P^½ Θ P^½ of a draw.

    Attributes:
        fall: λ_min is never lower than at the start by more than this.
        movement: bound of the operator norm of the difference from the start.
    """

    fall: float
    movement: float


def descend(
    network: Network,
    X: Any,
    y: Any,
    *,
    draws: Sequence[int],
    eps: float,
    seed: int = 0,
    sobolev: Any = None,
    centred: bool = False,
    step: float | None = None,
    steps: int = 20_000,
    every: int = 25,
) -> Descent:
    """Train some draws of a network until all of them reach an error.

    Args:
        network: its law.
        X, y: inputs of shape (n, d), targets of shape (n,).
        draws: numbers of the draws, as in ensembles of the same seed.
        eps: error to reach.
        seed: of the ensemble.
        sobolev: matrix P of the loss; None is the identity.
        centred: train f - f_0.
        step: η; by default a quarter of the limit of stability, the same for all draws.
        steps: at most.
        every: steps between two records of the kernel.

    Returns:
        A :class:`Descent`, what happened to each draw.

    Raises:
        InvalidInput: for a step beyond 2/λ_max, at which descent diverges.
        Unable: where training diverges all the same, or an error is not a number.

    Example:
        >>> network, X, y = Network.of(2, 512), np.eye(3), np.ones(3)
        >>> found = descend(network, X, y, draws=range(4), eps=0.01, centred=True)
        >>> bool(np.isfinite(found.reached).all()), bool((found.errors[:, -1] <= 0.01).all())
        (True, True)
        >>> bool(found.moved.max() < 0.1 * found.smallest.min())    # nearly lazy
        True
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    loss = Loss.of(sobolev, len(X))
    weights = draw_many(network, X.shape[1], seed=seed, draws=draws)
    first = empirical_ntk(network, weights, X)
    shift = first.outputs if centred else 0.0
    start = loss.seen_by(first.ntk)
    step = _stable(step, float(np.linalg.eigvalsh(start).max()))
    times, errors, smallest, moved = [], [], [], []
    reached = np.full(len(draws), np.inf)
    for count in range(steps + 1):
        passed = forward(network, weights, X)
        residual = passed.outputs - shift - y
        error = np.linalg.norm(residual, axis=-1)
        if not np.isfinite(error).all() or (error > 1e3 * (np.linalg.norm(y) + 1) * 10).any():
            raise Unable(
                f"Training diverged at step {count} of size {step:g}; take a smaller step."
            )
        reached = np.where((error <= eps) & np.isinf(reached), count * step, reached)
        done = bool(np.isfinite(reached).all())
        if count % every == 0 or done:
            kernels = loss.seen_by(empirical_ntk(network, weights, X).ntk)
            times.append(count * step)
            errors.append(error)
            smallest.append(np.linalg.eigvalsh(kernels)[..., 0])
            moved.append(np.abs(np.linalg.eigvalsh(kernels - start)).max(axis=-1))
        if done:
            break
        weights = stepped(network, weights, passed, residual @ loss.matrix, step)
    rows = [np.array(each).T for each in (errors, smallest, moved)]
    return Descent(np.array(times), rows[0], rows[1], rows[2], reached)


def _stable(step: float | None, fastest: float) -> float:
    if step is None:
        return 0.5 / fastest
    if not 0 < step < 2 / fastest:
        raise InvalidInput(
            f"Descent needs a step in (0, 2/λ_max) = (0, {2 / fastest:.4g}); got {step:g}: beyond "
            "it the residual grows along the first eigenvector."
        )
    return step


def measured_drift(
    network: Network,
    X: Any,
    y: Any,
    *,
    sobolev: Any = None,
    draws: int,
    seed: int,
    eps: float,
    centred: bool,
) -> Drift:
    """The largest drift of the kernel while draws are trained to an error."""
    fall = movement = 0.0
    for start in range(0, draws, _BATCH):
        batch = range(start, min(start + _BATCH, draws))
        found = descend(
            network, X, y, draws=batch, eps=eps, seed=seed, sobolev=sobolev, centred=centred
        )
        if np.isinf(found.reached).any():
            raise Unable(
                f"A draw did not reach the error {eps:g}, so that its drift is unknown: its kernel "
                "is nearly singular on these inputs. Ask for a larger error or wider layers."
            )
        fall = max(fall, float((found.smallest[:, :1] - found.smallest).max()))
        movement = max(movement, float(found.moved.max()))
    return Drift(fall, movement)
