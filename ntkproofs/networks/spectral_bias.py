"""Steps of descent until each frequency is learned, with Fourier features and without.

A target with the frequencies 1..K on the grid of [0, 1) is learned by full-batch gradient descent
with the step 1/λ_max(Θ_0) of each network, in the NTK parametrisation. Frequency k counts as
learned when the Fourier coefficient of the residual has fallen to a share of its start, and stays
there to the end.
"""

from __future__ import annotations

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
from ntkproofs.networks.lazy_regime import descended, kernel_of, outputs_of
from ntkproofs.networks.models import ECRN, trainable
from ntkproofs.resuming import FinishedParts, Form, finish


@dataclass(frozen=True)
class BiasSetting:
    """What is trained, and how long.

    Attributes:
        points: of the grid.
        frequencies: the largest one, K.
        width, depth: of the ECRN.
        features: rows of B of the network that has them.
        steps: at most; ``every`` steps the residual is looked at.
        share: of the start at which a frequency counts as learned.
    """

    points: int = 32
    frequencies: int = 6
    width: int = 128
    depth: int = 3
    features: int = 32
    steps: int = 4000
    every: int = 20
    share: float = 0.1


@dataclass(frozen=True)
class BiasRun:
    """One trained network.

    Attributes:
        bandwidth: standard deviation of the entries of B; 0 for a network without features.
        seed: of network and phases.
        steps: until each of the frequencies 1..K is learned; None where it was not.
    """

    bandwidth: float
    seed: int
    steps: tuple[int | None, ...]


def spectral_bias(
    bandwidths: Sequence[float],
    seeds: Sequence[int],
    setting: BiasSetting | None = None,
    *,
    executor: Executor | None = None,
    partial: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[BiasRun]:
    """Train a network of each bandwidth and seed; bandwidth 0 is the network without features.

    The runs do not depend on the executor.

    Args:
        bandwidths, seeds: of the networks.
        setting: what they share.
        executor, partial, progress: see :func:`ntkproofs.resuming.finish`; finished runs are kept
            in the file ``partial``, which stays at the end.

    Raises:
        InvalidInput: for empty lists, frequencies that the grid does not carry, and a partial file
            that is none or of another run.
        Unable: where training diverges.
    """
    setting = setting or BiasSetting()
    jobs = [(b, s) for b in bandwidths for s in seeds]
    if not jobs:
        raise InvalidInput("Give at least one bandwidth and one seed.")
    if not 1 <= setting.frequencies < setting.points / 2:
        raise InvalidInput(
            f"A grid of {setting.points} points carries frequencies below {setting.points / 2:g}; "
            f"got {setting.frequencies}."
        )
    names = [f"bandwidth {b!r}, seed {s}" for b, s in jobs]
    tasks = {name: (setting, *job) for name, job in zip(names, jobs, strict=True)}
    kept = FinishedParts(partial, {"spectral-bias": asdict(setting)} | made_by())
    form = Form(asdict, lambda data: BiasRun(**data | {"steps": tuple(data["steps"])}))
    found = finish(_run, tasks, form, kept, executor=executor, progress=progress)
    return [found[name] for name in names]


def _run(setting: BiasSetting, bandwidth: float, seed: int) -> BiasRun:
    with jax.enable_x64(True):
        return _run_in_double(setting, bandwidth, seed)


def _run_in_double(setting: BiasSetting, bandwidth: float, seed: int) -> BiasRun:
    model = ECRN(
        1,
        1,
        jax.random.key(seed),
        features=setting.features if bandwidth > 0 else 0,
        bandwidth=bandwidth,
        width=setting.width,
        depth=setting.depth,
        parametrisation="ntk",
    )
    grid = np.arange(setting.points) / setting.points
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, setting.frequencies)
    y = sum(np.sin(2 * np.pi * (k + 1) * grid + phase) for k, phase in enumerate(phases))
    moving, fixed = eqx.partition(model, trainable(model))
    x, y = jnp.asarray(grid)[:, None], jnp.asarray(y)
    rate = 1 / float(np.linalg.eigvalsh(kernel_of(moving, fixed, x))[-1])
    sizes = [_coefficients(outputs_of(moving, fixed, x) - y, setting.frequencies)]
    for _ in range(setting.steps // setting.every):
        moving = descended(moving, fixed, x, y, rate=rate, steps=setting.every)
        sizes.append(_coefficients(outputs_of(moving, fixed, x) - y, setting.frequencies))
    table = np.array(sizes)
    if not np.isfinite(table).all():
        raise Unable(f"Training diverged at bandwidth {bandwidth:g}; take another.")
    return BiasRun(bandwidth, seed, learned_at(table / table[0], setting.share, setting.every))


def _coefficients(residual: Any, count: int) -> Any:
    return np.abs(np.fft.fft(np.asarray(residual)))[1 : count + 1]


def learned_at(shares: Any, share: float, every: int) -> tuple[int | None, ...]:
    """For each column the step from which on it stays at or below a share; None if it does not.

    Example:
        >>> import numpy as np
        >>> learned_at(np.array([[1.0, 1.0], [0.05, 0.5], [0.3, 0.2], [0.1, 0.2]]), 0.1, 10)
        (30, None)
    """
    above = np.asarray(shares) > share
    last = [int(np.flatnonzero(column)[-1]) if column.any() else -1 for column in above.T]
    return tuple(None if at == len(above) - 1 else (at + 1) * every for at in last)
