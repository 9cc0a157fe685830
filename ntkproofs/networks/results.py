"""Scores of models over runs, what they say together, and what the paper on NTK-ECRN prints."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ntkproofs.errors import InvalidInput
from ntkproofs.networks.contenders import Budget, Point
from ntkproofs.networks.statistics import Mean, Paired, holm, mean_over_runs, paired

Model = tuple[str, tuple[Point, ...]]
"""What a model is, and the points of its grid."""
LEVEL = 0.05
"""Of the tests between models, all pairs of one metric together."""
HIGHER_IS_BETTER = {"mse": False, "r2": True, "accuracy": True, "cross_entropy": False}

_ORDER = ("MLP 3x512", "ResNet-18", "Standard NTK", "ECRN")
PRINTED: dict[tuple[str, str], dict[str, float]] = {
    key: dict(zip(_ORDER, values, strict=True))
    for key, values in {
        ("boston", "r2"): (0.84, 0.87, 0.82, 0.89),
        ("iris", "accuracy"): (0.942, 0.950, 0.935, 0.961),
        ("wine", "accuracy"): (0.960, 0.965, 0.952, 0.970),
        ("cifar10", "accuracy"): (0.741, 0.784, 0.715, 0.819),
        ("cifar10", "cross_entropy"): (0.815, 0.712, 0.843, 0.648),
    }.items()
}
"""What Tables III and IV print, by task and metric, and by model; I and II lost their numbers."""
_STANDS_FOR = {"Residual MLP": "ResNet-18"}


@dataclass(frozen=True)
class Score:
    """One model in one run.

    Attributes:
        task, model, run: which.
        metrics: on the test part: mse (in units of the target) and r2, or accuracy and
            cross_entropy.
        point: of the grid, chosen on the validation part.
        validation: loss there.
        steps, stopped: of the training of the chosen one.
        seconds: for all points of the grid.
    """

    task: str
    model: str
    run: int
    metrics: Mapping[str, float]
    point: Point
    validation: float
    steps: int
    stopped: str
    seconds: float


@dataclass(frozen=True)
class TaskRun:
    """The data of one run.

    Attributes:
        task: its name.
        about: where the data come from.
        sizes: of training, validation and test part.
        digest: of all parts.
        possible: metrics of the best model there can be, where the law is known.
        overlap: test/train where runs split the same rows, else 0.
    """

    task: str
    about: str
    sizes: tuple[int, int, int]
    digest: str
    possible: Mapping[str, float]
    overlap: float


@dataclass(frozen=True)
class RunScores:
    """All models in one run: what is kept of it when a table is interrupted.

    Attributes:
        task: the data.
        models: by name: what it is, and its grid.
        scores: one of each model, in their order.
    """

    task: TaskRun
    models: Mapping[str, Model]
    scores: tuple[Score, ...]

    @staticmethod
    def from_json(content: Any) -> RunScores:
        """What :func:`dataclasses.asdict` made of such scores, read again from JSON.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: for what is none.
        """
        task = content["task"]
        return RunScores(
            TaskRun(**task | {"sizes": tuple(task["sizes"])}),
            {name: (about, tuple(grid)) for name, (about, grid) in content["models"].items()},
            tuple(Score(**score) for score in content["scores"]),
        )


@dataclass(frozen=True)
class Summary:
    """A model's metric over the runs, and what the paper prints for it."""

    task: str
    metric: str
    model: str
    over_runs: Mean
    printed: float | None


@dataclass(frozen=True)
class Comparison:
    """Two models' metric over the same runs.

    Attributes:
        adjusted: the p-value of the paired t test, adjusted (Holm) for all pairs of the metric.
    """

    task: str
    metric: str
    first: str
    second: str
    test: Paired
    adjusted: float

    @property
    def better(self) -> str | None:
        """The better model, where the difference is significant at 5 %, else None."""
        if not self.adjusted < LEVEL:
            return None
        first_is_better = (self.test.difference.mean > 0) == HIGHER_IS_BETTER[self.metric]
        return self.first if first_is_better else self.second


@dataclass(frozen=True)
class Results:
    """A table that was run.

    Attributes:
        name: of the table.
        budget: of every model.
        models: by name: what it is, and its grid.
        tasks: the data of every run.
        scores: of all models in all runs.
        summaries, comparisons: over the runs.
        notes: what was left out.
    """

    name: str
    budget: Budget
    models: Mapping[str, Model]
    tasks: tuple[TaskRun, ...] = field(repr=False)
    scores: tuple[Score, ...] = field(repr=False)
    summaries: tuple[Summary, ...] = field(repr=False)
    comparisons: tuple[Comparison, ...] = field(repr=False)
    notes: tuple[str, ...] = ()

    def blocks(self) -> list[tuple[str, str]]:
        """The pairs (task, metric) of the table, in order."""
        return list(dict.fromkeys((s.task, s.metric) for s in self.summaries))

    def block(self, task: str, metric: str) -> list[Summary]:
        """The models of one task and metric.

        Raises:
            InvalidInput: if the table has none.
        """
        found = [s for s in self.summaries if (s.task, s.metric) == (task, metric)]
        if not found:
            raise InvalidInput(f"{self.name} has no metric {metric!r} of a task {task!r}.")
        return found

    def possible(self, task: str, metric: str) -> float | None:
        """The mean over runs of the best that any model can do, where the law is known."""
        values = [run.possible[metric] for run in self.tasks if run.task == task and run.possible]
        return float(np.mean(values)) if values else None

    def best(self, task: str, metric: str) -> tuple[str, bool]:
        """The model of the best mean, and whether it beats every other one significantly."""
        sign = 1 if HIGHER_IS_BETTER[metric] else -1
        best = max(self.block(task, metric), key=lambda s: sign * s.over_runs.mean).model
        rivals = [
            c
            for c in self.comparisons
            if (c.task, c.metric) == (task, metric) and best in (c.first, c.second)
        ]
        return best, bool(rivals) and all(c.better == best for c in rivals)


def analyse(
    name: str,
    budget: Budget,
    models: Mapping[str, Model],
    *,
    tasks: Sequence[TaskRun],
    scores: Sequence[Score],
    notes: Sequence[str] = (),
) -> Results:
    """Means, intervals and paired tests of scores; every model has a score in every run."""
    overlaps = {run.task: run.overlap for run in tasks}
    return Results(
        name=name,
        budget=budget,
        models=dict(models),
        tasks=tuple(tasks),
        scores=tuple(scores),
        summaries=tuple(_summaries(scores, overlaps)),
        comparisons=tuple(_comparisons(scores, overlaps)),
        notes=tuple(notes),
    )


def _blocks(scores: Sequence[Score]) -> Iterator[tuple[str, str, dict[str, list[float]]]]:
    """(task, metric, values by model in the order of the runs)."""
    pairs = dict.fromkeys((s.task, metric) for s in scores for metric in s.metrics)
    for task, metric in pairs:
        values: dict[str, list[float]] = {}
        for score in sorted(scores, key=lambda s: s.run):
            if score.task == task:
                values.setdefault(score.model, []).append(score.metrics[metric])
        yield task, metric, values


def _summaries(scores: Sequence[Score], overlaps: Mapping[str, float]) -> Iterator[Summary]:
    for task, metric, values in _blocks(scores):
        printed = PRINTED.get((task, metric), {})
        for model, found in values.items():
            known = printed.get(_STANDS_FOR.get(model, model))
            yield Summary(task, metric, model, mean_over_runs(found, overlaps[task]), known)


def _comparisons(scores: Sequence[Score], overlaps: Mapping[str, float]) -> Iterator[Comparison]:
    for task, metric, values in _blocks(scores):
        pairs = list(itertools.combinations(values, 2))
        tests = [paired(values[a], values[b], overlaps[task]) for a, b in pairs]
        adjusted = holm([test.p_value for test in tests])
        for (a, b), test, p_value in zip(pairs, tests, adjusted, strict=True):
            yield Comparison(task, metric, a, b, test, p_value)
