"""Figure 2 of the paper on NTK-ECRN, run again: the kernel's size and drift during training.

ECRN, an MLP and a residual network are trained on one of the paper's tasks by full-batch gradient
descent on the mean square; their kernels on some training points are followed. Labels of classes
are learned as rows of the identity. The kernel is the mean over outputs of ``⟨∇f_c(x), ∇f_c(x')⟩``:
the trace over outputs of the full kernel, divided by their number.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from ntkproofs.conventions import require_integer, require_seed
from ntkproofs.errors import InvalidInput
from ntkproofs.networks.checkpoints import digest
from ntkproofs.networks.data import Task
from ntkproofs.networks.models import ECRN, MLP, ResidualMLP
from ntkproofs.networks.recipes import require_one_of
from ntkproofs.networks.resnet import ResNet18, require_channels
from ntkproofs.networks.resuming import FinishedParts
from ntkproofs.networks.statistics import Mean, Paired, holm, mean_over_runs, paired
from ntkproofs.networks.table_sources import TASKS, task_source
from ntkproofs.networks.tracking import Tracker
from ntkproofs.networks.training import Data, Recipe, stable_rate, train
from ntkproofs.processes import as_they_come

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]
Build = Callable[[int, int, Any], Any]
"""build(dim, outputs, key) draws a network."""
NETWORKS: dict[str, Build] = {
    "ECRN": lambda dim, outputs, key: ECRN(dim, outputs, key, bandwidth=1.5 / np.sqrt(dim)),
    "MLP 3x512": MLP,
    "Residual MLP": lambda dim, outputs, key: ResidualMLP(dim, outputs, key, width=128),
}
"""On vectors; on images ResNet-18 takes the place of the residual MLP."""
_ON_IMAGES = "ResNet-18"
_PATHS = ("largest", "frobenius", "drift")


@dataclass(frozen=True)
class Figure2Settings:
    """What is run.

    Attributes:
        runs: networks of each kind, each with data of its own.
        steps: of gradient descent, at ``fraction`` of the stable rate of each network at its start.
        looks: how many kernels of a run, evenly spread over the steps, and that of the start.
        points: training points on which the kernel is looked at.
        rows: of synthetic data, in all three parts.
        images: of CIFAR-10, in all three parts.
        channels: of the first stage of ResNet-18, on images.
        task: what is learned: one of :data:`~ntkproofs.networks.table_sources.TASKS`.
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
    task: str = "sinusoids"
    images: int = 600
    channels: int = 16

    def __post_init__(self) -> None:
        require_integer("runs", self.runs, least=2, why="one run has no spread")
        for name in ("steps", "looks", "points", "rows", "images"):
            require_integer(name, getattr(self, name), least=1, why="a path has steps and points")
        require_seed(self.seed)
        require_one_of("The task", self.task, TASKS)
        require_channels(self.channels)
        if not 0 < self.fraction < 1:
            raise InvalidInput(f"Descent is stable for fractions in (0, 1); got {self.fraction}.")
        if self.looks > self.steps:
            raise InvalidInput(
                f"{self.looks} looks at the kernel, at steps of their own, need as many steps; got "
                f"{self.steps}. Take more steps, or fewer looks."
            )

    @staticmethod
    def quick(seed: int = 0) -> Figure2Settings:
        """A small run: it shows that all works, and little else."""
        return Figure2Settings(
            runs=2, steps=40, looks=8, points=16, rows=100, seed=seed, images=120, channels=8
        )


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
    def final_drift(self) -> float:
        """‖Θ_t - Θ_0‖_F / ‖Θ_0‖_F at the end."""
        return float(self.drift[-1])

    @property
    def reversals(self) -> float:
        """Share of the total variation of log λ_max that is undone again: 0 on a monotone path."""
        moves = np.diff(np.log(self.largest))
        total = float(np.abs(moves).sum())
        return 1 - abs(float(moves.sum())) / total if total else 0.0


@dataclass(frozen=True)
class Pair:
    """Two networks in one quantity over the same runs; ``adjusted``: p-value for all pairs."""

    first: str
    second: str
    test: Paired
    adjusted: float


@dataclass(frozen=True)
class Figure2:
    """The paths of all networks and runs.

    Attributes:
        settings: what was run.
        about: where the data come from.
        paths: of each run and network.
        overlap: test/train where runs split the same rows, else 0; it widens intervals.
    """

    settings: Figure2Settings
    about: str
    paths: tuple[KernelPath, ...] = field(repr=False)
    overlap: float = 0.0

    def networks(self) -> list[str]:
        """The names of the networks, in order."""
        return list(dict.fromkeys(path.network for path in self.paths))

    def values(self, network: str, quantity: str) -> list[float]:
        """``growth``, ``reversals``, ``final_drift`` or ``loss`` of each run."""
        return [float(getattr(path, quantity)) for path in self.paths if path.network == network]

    def over_runs(self, network: str, quantity: str) -> Mean:
        """Mean and interval of such values."""
        return mean_over_runs(self.values(network, quantity), self.overlap)

    def compare(self, quantity: str) -> list[Pair]:
        """All pairs of networks in such values; a smooth path has few reversals."""
        pairs = list(itertools.combinations(self.networks(), 2))
        values = {name: self.values(name, quantity) for name in self.networks()}
        tests = [paired(values[one], values[two], self.overlap) for one, two in pairs]
        adjusted = holm([test.p_value for test in tests])
        found = zip(pairs, tests, adjusted, strict=True)
        return [Pair(one, two, test, p_value) for (one, two), test, p_value in found]


def run_figure_2(
    settings: Figure2Settings | None = None,
    *,
    folder: Path | None = None,
    partial: Path | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Figure2:
    """Train the networks and follow their kernels.

    Args:
        settings: by default the full run.
        folder: where the data files are, for the tasks that have some.
        partial: file in which finished paths are kept, and from which the run goes on if it is
            there. It stays at the end: remove it when the results are safe.
        executor: that of :mod:`ntkproofs.cluster`, which is given the networks, each with its data;
            the paths do not depend on it.
        progress: called as ``progress(done, total)`` after each training.

    Raises:
        InvalidInput: for a partial file that is none, or of other settings, data, versions; for
            data files that are missing.
    """
    settings = settings or Figure2Settings()
    kept = FinishedParts(partial, {"figure": "figure-2", "settings": asdict(settings)})
    source = task_source(settings.task, rows=settings.rows, images=settings.images, folder=folder)
    tasks = [source(settings.seed + run) for run in range(settings.runs)]
    networks = {
        (name, run): (name, run, _numbers(task, flat=name != _ON_IMAGES), settings, build)
        for run, task in enumerate(tasks)
        for name, build in networks_on(task, settings.channels).items()
    }
    paths = {which: _taken_up(kept, *network[:3]) for which, network in networks.items()}
    left = [(which, networks[which]) for which, path in paths.items() if path is None]
    done = len(paths) - len(left)
    for count in range(1, done + 1):
        _tell(progress, count, len(paths))
    for count, (which, path) in enumerate(as_they_come(_follow, left, executor), start=done + 1):
        kept.keep(_part(*which), {"data": _digest(networks[which][2]), "path": path.to_json()})
        paths[which] = path
        _tell(progress, count, len(paths))
    found = tuple(path for path in paths.values() if path is not None)
    return Figure2(settings, tasks[-1].about, found, tasks[-1].overlap)


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)


def _part(name: str, run: int) -> str:
    return f"{name}, run {run}"


def _digest(part: Data) -> str:
    return digest((part.inputs, part.targets))


def networks_on(task: Task, channels: int) -> dict[str, Build]:
    """The networks that learn a task: those of :data:`NETWORKS`, on images ResNet-18 for one."""
    if task.train.inputs.ndim != 4:
        return NETWORKS
    resnet: Build = lambda dim, outputs, key: ResNet18(outputs, key, channels=channels)  # noqa: E731
    others = {name: build for name, build in NETWORKS.items() if name != "Residual MLP"}
    return {**others, _ON_IMAGES: resnet}


def _numbers(task: Task, *, flat: bool) -> Data:
    """The training part with numbers as targets, and its inputs as vectors where flat."""
    inputs, targets = task.train.inputs, task.train.targets
    if task.classes is not None:
        targets = np.eye(task.classes)[targets]
    return Data(inputs.reshape(len(inputs), -1) if flat else inputs, targets)


def _taken_up(kept: FinishedParts, name: str, run: int, part: Data) -> KernelPath | None:
    """The path of a network that was followed before."""
    key = _part(name, run)
    if key not in kept.parts:
        return None
    try:
        found = kept.parts[key]
        path, same = KernelPath.from_json(found["path"]), found["data"] == _digest(part)
    except (KeyError, TypeError, ValueError) as error:
        raise kept.foreign(f"its {key} is not complete") from error
    if not same or (path.network, path.run) != (name, run):
        raise kept.foreign(f"the data of {key} differ")
    return path


def _follow(name: str, run: int, part: Data, settings: Figure2Settings, build: Build) -> KernelPath:
    key = jax.random.fold_in(jax.random.key(settings.seed + run), 3)
    model = build(part.inputs.shape[1], part.targets.shape[1], key)
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
