"""Figure 2 of the paper on NTK-ECRN, run again: the kernel's size and drift during training.

ECRN, an MLP and a residual network are trained on a sum of sinusoids by full-batch gradient
descent; their kernels on some training points are followed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from ntkproofs.conventions import require_integer
from ntkproofs.errors import InvalidInput
from ntkproofs.networks.checkpoints import digest
from ntkproofs.networks.data import sinusoids
from ntkproofs.networks.models import ECRN, MLP, ResidualMLP
from ntkproofs.networks.resuming import FinishedParts
from ntkproofs.networks.statistics import Mean, mean_over_runs
from ntkproofs.networks.tracking import Tracker
from ntkproofs.networks.training import Data, Recipe, stable_rate, train

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]
NETWORKS: dict[str, Callable[[int, Any], Any]] = {
    "ECRN": lambda dim, key: ECRN(dim, 1, key, bandwidth=1.5 / np.sqrt(dim)),
    "MLP 3x512": lambda dim, key: MLP(dim, 1, key),
    "Residual MLP": lambda dim, key: ResidualMLP(dim, 1, key, width=128),
}


_PATHS = ("largest", "frobenius", "drift")


@dataclass(frozen=True)
class Figure2Settings:
    """What is run.

    Attributes:
        runs: networks of each kind, each with data of its own.
        steps: of gradient descent, at ``fraction`` of the stable rate of each network at its start.
        looks: how many kernels of a run, evenly spread over the steps, and that of the start.
        points: training points on which the kernel is looked at.
        rows: of the data, in all three parts.
        fraction: of the rate beyond which descent on the linearised network diverges.
        seed: of everything.

    Raises:
        InvalidInput: for counts that are none, and fractions outside (0, 1).
    """

    runs: int = 5
    steps: int = 2000
    looks: int = 40
    points: int = 48
    rows: int = 500
    fraction: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        require_integer("runs", self.runs, least=2, why="one run has no spread")
        for name in ("steps", "looks", "points"):
            require_integer(name, getattr(self, name), least=1, why="a path has steps")
        if not 0 < self.fraction < 1:
            raise InvalidInput(f"Descent is stable for fractions in (0, 1); got {self.fraction}.")
        if self.looks > self.steps:
            raise InvalidInput(f"{self.looks} looks need as many steps; got {self.steps}.")

    @staticmethod
    def quick(seed: int = 0) -> Figure2Settings:
        """A small run: it shows that all works, and little else."""
        return Figure2Settings(runs=2, steps=40, looks=8, points=16, rows=100, seed=seed)


@dataclass(frozen=True)
class KernelPath:
    """The kernel of one network along its training.

    Attributes:
        network, run: which.
        steps: where it was looked at, shape (looks + 1,), from 0.
        largest: λ_max(Θ_t).
        frobenius: ‖Θ_t‖_F.
        drift: ‖Θ_t - Θ_0‖_F / ‖Θ_0‖_F.
        rate: of the descent.
        loss: at the end, on the training part.
        stopped: why training ended early, or "".
    """

    network: str
    run: int
    steps: NDArray[np.int64]
    largest: Floats
    frobenius: Floats
    drift: Floats
    rate: float
    loss: float
    stopped: str

    def to_json(self) -> dict[str, Any]:
        """The path as JSON; :meth:`from_json` reads it again, bit by bit."""
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in vars(self).items()
        }

    @staticmethod
    def from_json(content: Any) -> KernelPath:
        """A path that was written by :meth:`to_json`.

        Raises:
            KeyError, TypeError, ValueError: for what is none.
        """
        arrays = {name: np.array(content[name], dtype=float) for name in _PATHS}
        steps = np.array(content["steps"], dtype=np.int64)
        return KernelPath(**content | arrays | {"steps": steps})

    @property
    def growth(self) -> float:
        """λ_max at the end over that at the start."""
        return float(self.largest[-1] / self.largest[0])

    @property
    def reversals(self) -> float:
        """Share of the total variation of log λ_max that is undone again: 0 on a monotone path."""
        moves = np.diff(np.log(self.largest))
        total = float(np.abs(moves).sum())
        return 1 - abs(float(moves.sum())) / total if total else 0.0


@dataclass(frozen=True)
class Figure2:
    """The paths of all networks and runs."""

    settings: Figure2Settings
    about: str
    paths: tuple[KernelPath, ...] = field(repr=False)

    def over_runs(self, network: str, quantity: str) -> Mean:
        """Mean and interval of ``growth``, ``reversals``, ``final_drift`` or ``loss``."""
        chosen = [path for path in self.paths if path.network == network]
        if quantity == "final_drift":
            return mean_over_runs([float(path.drift[-1]) for path in chosen])
        return mean_over_runs([float(getattr(path, quantity)) for path in chosen])


def run_figure_2(
    settings: Figure2Settings | None = None,
    *,
    partial: Path | None = None,
    progress: Progress | None = None,
) -> Figure2:
    """Train the networks and follow their kernels.

    Args:
        settings: by default the full run.
        partial: file in which finished paths are kept, and from which the run goes on if it is
            there. It stays at the end: remove it when the results are safe.
        progress: called as ``progress(done, total)`` after each training.

    Raises:
        InvalidInput: for a partial file that is none, or of other settings, data, versions.
    """
    settings = settings or Figure2Settings()
    kept = FinishedParts(partial, {"figure": "figure-2", "settings": asdict(settings)})
    paths: list[KernelPath] = []
    about = ""
    for run in range(settings.runs):
        task = sinusoids(settings.seed + run, rows=settings.rows)
        about = task.about
        for name in NETWORKS:
            paths.append(_followed(kept, name, run, task.train, settings))
            if progress is not None:
                progress(len(paths), settings.runs * len(NETWORKS))
    return Figure2(settings, about, tuple(paths))


def _followed(
    kept: FinishedParts, name: str, run: int, part: Data, settings: Figure2Settings
) -> KernelPath:
    """The path of a network, or what was kept of it when it was followed before."""
    key, data = f"{name}, run {run}", digest((part.inputs, part.targets))
    if key not in kept.parts:
        path = _follow(name, run, part, settings)
        kept.keep(key, {"data": data, "path": path.to_json()})
        return path
    try:
        found = kept.parts[key]
        path, same = KernelPath.from_json(found["path"]), found["data"] == data
    except (KeyError, TypeError, ValueError) as error:
        raise kept.foreign(f"its {key} is not complete") from error
    if not same or (path.network, path.run) != (name, run):
        raise kept.foreign(f"the data of {key} differ")
    return path


def _follow(name: str, run: int, part: Data, settings: Figure2Settings) -> KernelPath:
    key = jax.random.fold_in(jax.random.key(settings.seed + run), 3)
    model = NETWORKS[name](part.inputs.shape[1], key)
    rate = settings.fraction * stable_rate(model, part)
    looks = np.unique(np.rint(np.linspace(0, settings.steps, settings.looks + 1)).astype(int))
    tracker = Tracker(part.inputs[: settings.points])
    recipe = Recipe(
        optimiser="gd", rate=rate, steps=settings.steps, record_every=settings.steps, loss="mse"
    )
    trained = train(model, recipe, part, watch=tracker, watch_steps=looks.tolist())
    seen = tracker.arrays()
    return KernelPath(
        network=name,
        run=run,
        steps=seen["step"],
        largest=seen["largest"],
        frobenius=seen["frobenius"],
        drift=seen["drift"],
        rate=rate,
        loss=float(trained.history["train_loss"][-1]),
        stopped=trained.stopped,
    )
