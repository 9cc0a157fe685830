"""How lazily an ECRN trains: the drift of its kernel, and its distance from its linearisation.

A network in the NTK parametrisation is trained by full-batch gradient descent on ½ Σ (f - y)². Its
linearisation at the start follows ``f_k = y + (I - ηΘ_0)^k (f_0 - y)`` on the training inputs, and
``f_0(x) - Θ_0(x, X) Θ_0^-1 (I - (I - ηΘ_0)^k) (f_0 - y)`` at others. As the width grows both should
come together; these functions measure how fast, and what α does to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.networks.checkpoints import made_by
from ntkproofs.networks.models import ECRN, trainable
from ntkproofs.resuming import FinishedParts, Form, finish


@dataclass(frozen=True)
class Setting:
    """What is trained, and how long.

    Attributes:
        points, tests: numbers of training and of other inputs, on the interval [0, 1].
        depth: number of blocks.
        features: rows of B; ``bandwidth`` their standard deviation.
        steps: of gradient descent, of size 1/λ_max(Θ_0).
        phi: ``tanh`` or ``gelu``.
    """

    points: int = 12
    tests: int = 24
    depth: int = 3
    features: int = 16
    bandwidth: float = 2.0
    steps: int = 300
    phi: str = "tanh"


@dataclass(frozen=True)
class Laziness:
    """One trained network.

    Attributes:
        width, alpha, seed: of the network.
        drift: ‖Θ_t - Θ_0‖_F/‖Θ_0‖_F at the end.
        distance: root mean square of f_t - linearisation over the other inputs, relative to that of
            the targets.
        loss: of the network at the end, over that at the start.
    """

    width: int
    alpha: float
    seed: int
    drift: float
    distance: float
    loss: float


def targets(x: Any) -> Any:
    """The target function: a sum of three sinusoids."""
    return np.sin(2 * np.pi * x) + 0.5 * np.sin(6 * np.pi * x + 1) + 0.25 * np.cos(10 * np.pi * x)


def laziness(
    widths: Sequence[int],
    alphas: Sequence[float],
    seeds: Sequence[int],
    setting: Setting | None = None,
    *,
    executor: Executor | None = None,
    partial: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Laziness]:
    """Train a network of each width, α and seed; the rows do not depend on the executor.

    Args:
        widths, alphas, seeds: of the networks.
        setting: what they share.
        executor, partial, progress: see :func:`ntkproofs.resuming.finish`; finished rows are kept
            in the file ``partial``, which stays at the end.

    Raises:
        InvalidInput: for empty lists, and a partial file that is none or of another run.
        Unable: where training diverges.
    """
    setting = setting or Setting()
    jobs = [(w, a, s) for w in widths for a in alphas for s in seeds]
    if not jobs:
        raise InvalidInput("Give at least one width, one α and one seed.")
    names = [f"width {w}, α = {a!r}, seed {s}" for w, a, s in jobs]
    tasks = {name: (setting, *job) for name, job in zip(names, jobs, strict=True)}
    kept = FinishedParts(partial, {"lazy-regime": asdict(setting)} | made_by())
    form = Form(asdict, lambda data: Laziness(**data))
    found = finish(_trained, tasks, form, kept, executor=executor, progress=progress)
    return [found[name] for name in names]


def _trained(setting: Setting, width: int, alpha: float, seed: int) -> Laziness:
    with jax.enable_x64(True):
        return _trained_in_double(setting, width, alpha, seed)


def _trained_in_double(setting: Setting, width: int, alpha: float, seed: int) -> Laziness:
    model = ECRN(
        1,
        1,
        jax.random.key(seed),
        features=setting.features,
        bandwidth=setting.bandwidth,
        width=width,
        depth=setting.depth,
        phi=setting.phi,
        alpha=alpha,
        parametrisation="ntk",
    )
    x = jnp.linspace(0.0, 1.0, setting.points, endpoint=False)[:, None]
    others = (jnp.arange(setting.tests)[:, None] + 0.5) / setting.tests
    y, wanted = targets(np.asarray(x[:, 0])), targets(np.asarray(others[:, 0]))
    moving, fixed = eqx.partition(model, trainable(model))
    whole = jnp.concatenate([x, others])
    first, kernel = _linear(moving, fixed, whole)
    n = setting.points
    inner = kernel[:n, :n]
    rate = 1 / float(np.linalg.eigvalsh(inner)[-1])
    last = descended(moving, fixed, x, jnp.asarray(y), rate=rate, steps=setting.steps)
    after, moved = _linear(last, fixed, whole)
    if not np.isfinite(after).all():
        raise Unable(f"Training diverged at width {width}, α = {alpha}: take a smaller α.")
    linear = _linearised(kernel, first, y, rate, setting.steps)
    drift = np.linalg.norm(moved[:n, :n] - inner) / np.linalg.norm(inner)
    away = after[n:] - linear
    return Laziness(
        width,
        alpha,
        seed,
        float(drift),
        float(math.sqrt(np.mean(away**2) / np.mean(wanted**2))),
        float(np.sum((after[:n] - y) ** 2) / np.sum((first[:n] - y) ** 2)),
    )


def outputs_of(moving: Any, fixed: Any, x: Any) -> Any:
    """The first output of a network, in trained and fixed arrays, at inputs of shape (n, d)."""
    return jax.vmap(eqx.combine(moving, fixed))(x)[:, 0]


@eqx.filter_jit
def _jacobian_products(moving: Any, fixed: Any, x: Any) -> tuple[Any, Any]:
    jacobian = jax.jacrev(outputs_of)(moving, fixed, x)
    flat = [leaf.reshape(len(x), -1) for leaf in jax.tree.leaves(jacobian)]
    return outputs_of(moving, fixed, x), sum(leaf @ leaf.T for leaf in flat)


def _linear(moving: Any, fixed: Any, x: Any) -> tuple[Any, Any]:
    """The outputs and the kernel on some inputs."""
    outputs, kernel = _jacobian_products(moving, fixed, x)
    return np.asarray(outputs), np.asarray(kernel)


def kernel_of(moving: Any, fixed: Any, x: Any) -> Any:
    """The empirical tangent kernel, shape (n, n)."""
    return _linear(moving, fixed, x)[1]


@eqx.filter_jit
def descended(moving: Any, fixed: Any, x: Any, y: Any, *, rate: float, steps: int) -> Any:
    """The trained arrays after some steps of descent on ½ Σ (f - y)²."""

    def loss(parameters: Any) -> Any:
        return 0.5 * jnp.sum((outputs_of(parameters, fixed, x) - y) ** 2)

    def step(parameters: Any, _: None) -> tuple[Any, None]:
        slopes = jax.grad(loss)(parameters)
        return jax.tree.map(lambda p, g: p - rate * g, parameters, slopes), None

    return jax.lax.scan(step, moving, None, length=steps)[0]


def _linearised(kernel: Any, first: Any, y: Any, rate: float, steps: int) -> Any:
    """The linearisation at the other inputs after some steps."""
    n = len(y)
    values, vectors = np.linalg.eigh(kernel[:n, :n])
    # (1 - (1-ηλ)^k)/λ, also where λ is nearly 0.
    share = -np.expm1(steps * np.log1p(-np.clip(rate * values, 0, 1 - 1e-16)))
    small = values < 1e-14 * values[-1]
    gain = np.where(small, rate * steps, share / np.where(small, 1.0, values))
    pull = vectors @ (gain * (vectors.T @ (first[:n] - y)))
    return first[n:] - kernel[n:, :n] @ pull


@dataclass(frozen=True)
class PowerLaw:
    """A least-squares line of log(quantity) against log(width) or log(α), with its interval.

    Attributes:
        exponent: its slope.
        error: standard error over seeds: slopes are fitted seed by seed.
        seeds: how many.
    """

    exponent: float
    error: float
    seeds: int


def power_law(rows: Sequence[Laziness], quantity: str, against: str) -> PowerLaw:
    """The exponent of ``drift`` or ``distance`` against ``width`` or ``alpha``.

    A slope is fitted for each seed; the exponent is their mean.
    """
    slopes = []
    for seed in sorted({row.seed for row in rows}):
        own = [asdict(row) for row in rows if row.seed == seed]
        x = np.log([row[against] for row in own])
        z = np.log([row[quantity] for row in own])
        slopes.append(float(np.polyfit(x, z, 1)[0]))
    if len(slopes) < 2 or not np.isfinite(slopes).all():
        raise InvalidInput("A power law needs two seeds, two widths and positive quantities.")
    error = float(np.std(slopes, ddof=1) / math.sqrt(len(slopes)))
    return PowerLaw(float(np.mean(slopes)), error, len(slopes))
