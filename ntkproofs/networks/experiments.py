"""The tables of the paper on NTK-ECRN, run again: four models, one budget, paired statistics.

In every run each model is trained at each point of its grid on the training part; the validation
part chooses the point; then, and only then, the chosen models are judged on the test part, once.
"""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ntkproofs.errors import InvalidInput
from ntkproofs.networks.checkpoints import made_by
from ntkproofs.networks.contenders import Budget, Contender, Fitted, Point, also, contenders
from ntkproofs.networks.data import Task
from ntkproofs.networks.kernel_machines import cross_entropy, log_softmax
from ntkproofs.networks.results import Model, Results, RunScores, Score, TaskRun, analyse
from ntkproofs.networks.table_sources import Source, table_sources
from ntkproofs.processes import as_they_come
from ntkproofs.resuming import FinishedParts

Progress = Callable[[int, int], None]


def run_table(
    name: str,
    budget: Budget | None = None,
    *,
    folder: Path | None = None,
    further: Sequence[str] = (),
    partial: Path | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Results:
    """Run a table.

    Args:
        name: ``table-1`` (sums of sinusoids), ``table-2`` (five Gaussians), ``table-3`` (Boston
            housing, Iris, Wine) or ``table-4`` (CIFAR-10).
        budget: of every model.
        folder: where the data files are: ``boston_housing.csv`` (without a folder Boston is left
            out, and a note says so); CIFAR-10's batch files, or one .npz file of it.
        further: models besides the four, by their names in
            :data:`~ntkproofs.networks.contenders.ALSO`; all pairs of the table are compared then.
        partial, executor: see :func:`run_tasks`.
        progress: called as ``progress(done, total)`` after each training.

    Raises:
        InvalidInput: for another name, files that are missing, or a partial file of another run.
        Unable: if a further model does not fit in memory.
    """
    budget = budget or Budget()
    sources, notes = table_sources(name, rows=budget.rows, images=budget.images, folder=folder)

    def rivals(task: Task) -> Sequence[Contender]:
        return (*contenders(task), *also(task, further))

    return run_tasks(
        name, sources, budget, rivals=rivals, notes=notes, partial=partial,
        executor=executor, progress=progress,
    )  # fmt: skip


def run_tasks(
    name: str,
    sources: Sequence[Source],
    budget: Budget,
    *,
    rivals: Callable[[Task], Sequence[Contender]] | None = None,
    notes: Sequence[str] = (),
    partial: Path | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Results:
    """Run models on tasks.

    Args:
        name: of the table.
        sources: functions from the seed of a run to its task.
        budget: of every model.
        rivals: the models that are compared on a task; by default
            :func:`~ntkproofs.networks.contenders.contenders`.
        notes: to be printed with the table.
        partial: file in which the scores of each finished run are kept. If it is there, the table
            goes on from it, and is the same table but for seconds. It stays at the end: remove it
            when the results are safe.
        executor: that of :mod:`ntkproofs.cluster`, which is given the runs of the tasks, each with
            its data; the table is the same but for seconds.
        progress: called as ``progress(done, total)`` after each training, or each run where an
            executor has them, and for those that were done before.

    Raises:
        InvalidInput: for a partial file that is none, or of another budget, grid, data, version or
            device; for two tasks of one name.

    Example:
        >>> from ntkproofs.networks.contenders import STANDARD_NTK
        >>> from ntkproofs.networks.data import sinusoids
        >>> one = lambda task: [STANDARD_NTK]
        >>> run_tasks("mine", [sinusoids], Budget(runs=2), rivals=one).blocks()
        [('sinusoids', 'mse'), ('sinusoids', 'r2')]
    """
    kept = FinishedParts(partial, {"table": name, "budget": asdict(budget)} | made_by())
    table = _Table(sources, budget, rivals or contenders, kept, progress)
    for part, found in as_they_come(_run, table.unfinished(executor is None), executor):
        table.finish(part, found, told=executor is None)
    runs = table.runs
    models = {name: model for run in runs.values() for name, model in run.models.items()}
    scores = [score for run in runs.values() for score in run.scores]
    tasks = [run.task for run in runs.values()]
    return analyse(name, budget, models, tasks=tasks, scores=scores, notes=notes)


@dataclass
class _Table:
    """The runs of a table, each a task with the data and weights of its seed.

    Attributes:
        runs: by name, in order; empty ones are being made.
    """

    sources: Sequence[Source]
    budget: Budget
    rivals: Callable[[Task], Sequence[Contender]]
    kept: FinishedParts
    progress: Progress | None
    runs: dict[str, RunScores] = field(default_factory=dict[str, RunScores])
    done: int = 0

    def unfinished(self, here: bool) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """The names and the arguments of :func:`_run` for runs that were not finished before.

        Args:
            here: whether they are made in this process, which can tell each training.
        """
        for source, run in itertools.product(self.sources, range(self.budget.runs)):
            task = source(self.budget.seed + run)
            part = f"{task.name}, run {run}"
            if part in self.runs:
                raise InvalidInput(
                    f"Tasks of one table have names of their own; two are called {task.name!r}, "
                    "and their scores would be averaged as if they were runs of one. Rename one."
                )
            chosen = self.rivals(task)
            models, record = _models(chosen, self.budget), _record(task)
            found = _taken_up(self.kept, part, models, record)
            self.runs[part] = found or RunScores(record, models, ())
            if found is not None:
                self._tell(models, _trainings(models))
                continue
            step = functools.partial(self._tell, models) if here else _nothing
            yield part, (task, run, chosen, self.budget, step)

    def finish(self, part: str, found: RunScores, *, told: bool) -> None:
        """Keep a run; ``told`` where its trainings were told."""
        self.kept.keep(part, asdict(found))
        self.runs[part] = found
        if not told:
            self._tell(found.models, _trainings(found.models))

    def _tell(self, models: Mapping[str, Model], count: int = 1) -> None:
        total = len(self.sources) * self.budget.runs * _trainings(models)
        for _ in range(count):
            self.done += 1
            if self.progress is not None:
                self.progress(self.done, total)


def _nothing() -> None:
    pass


def _trainings(models: Mapping[str, Model]) -> int:
    return sum(len(grid) for _, grid in models.values())


def _models(chosen: Sequence[Contender], budget: Budget) -> dict[str, Model]:
    return {c.name: (c.about, tuple(c.grid[: budget.points])) for c in chosen}


def tune(
    contender: Contender, task: Task, budget: Budget, step: Callable[[], None] = lambda: None
) -> tuple[Fitted, Point, float]:
    """Train at each point of the grid; the fit of least loss on the validation part.

    The test part is not looked at.

    Returns:
        The chosen fit, its point, and the seconds that all took.
    """
    start = time.perf_counter()
    found: list[tuple[Fitted, Point]] = []
    for point in contender.grid[: budget.points]:
        fitted = contender.fit(task.train, task.validation, task.classes, point, budget)
        found.append((fitted, point))
        step()
    best, point = min(found, key=lambda pair: pair[0].validation)
    return best, point, time.perf_counter() - start


def judge(task: Task, outputs: Any) -> dict[str, float]:
    """Metrics of outputs on the test part.

    Args:
        task: whose test part.
        outputs: shape (n, k): predictions, or logarithms of weights of classes.

    Returns:
        ``mse`` in squared units of the target and ``r2``, or ``accuracy`` and ``cross_entropy``.
    """
    targets = np.asarray(task.test.targets)
    if task.classes is None:
        squares = float(np.mean((outputs - targets) ** 2))
        return {"mse": squares * task.target_scale**2, "r2": 1 - squares / float(np.var(targets))}
    return {
        "accuracy": float(np.mean(outputs.argmax(axis=1) == targets)),
        "cross_entropy": cross_entropy(log_softmax(outputs), targets),
    }


def _taken_up(
    kept: FinishedParts, part: str, models: Mapping[str, Model], task: TaskRun
) -> RunScores | None:
    """The scores of a run that was finished before, if it was one of these models on these data."""
    if part not in kept.parts:
        return None
    try:
        found = RunScores.from_json(kept.parts[part])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise kept.foreign(f"its {part} is not complete") from error
    if found.task != task:
        raise kept.foreign(f"the data of {part} differ")
    if found.models != models or [score.model for score in found.scores] != list(models):
        raise kept.foreign(f"the models, or their grids, of {part} differ")
    return found


def _run(
    task: Task, run: int, chosen: Sequence[Contender], budget: Budget, step: Callable[[], None]
) -> RunScores:
    scores = tuple(_scores(task, run, chosen, budget, step))
    return RunScores(_record(task), _models(chosen, budget), scores)


def _scores(
    task: Task, run: int, rivals: Sequence[Contender], budget: Budget, step: Callable[[], None]
) -> Iterator[Score]:
    """The models of one run: all are tuned first, then the test part is looked at, once."""
    own = replace(budget, seed=budget.seed + run)
    chosen = [(rival, *tune(rival, task, own, step)) for rival in rivals]
    for rival, fitted, point, seconds in chosen:
        metrics = judge(task, fitted.outputs(task.test.inputs))
        loss, steps, stopped = fitted.validation, fitted.steps, fitted.stopped
        yield Score(task.name, rival.name, run, metrics, point, loss, steps, stopped, seconds)


def _record(task: Task) -> TaskRun:
    train, validation, test = (len(part.inputs) for part in task.parts().values())
    sizes = (train, validation, test)
    return TaskRun(task.name, task.about, sizes, task.digest(), task.possible, task.overlap)
