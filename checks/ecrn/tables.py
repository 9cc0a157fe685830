r"""The tables of the paper on NTK-ECRN: which model is best, and do the printed numbers come out?

Measured by ``ntkproofs experiment table-1`` to ``table-4`` and kept in results/table_N.json with
data digests, seeds, grids and versions. Five runs; every model is tuned over four points of a grid
on the validation part, the same number of steps for each, and judged on the test part once. What
the paper leaves open was chosen before any test part was looked at: the sums of sinusoids, the
Gaussians, sizes, splits, grids. Where inputs are no images the place of ResNet-18 is taken by its
residual fully connected analogue. "Standard NTK" is ridge regression with the infinite-width
kernel of the MLP.

A model is said to be best in a metric: for each rival, by a paired t test over the runs, that it
is not better in expectation stands where the opposite is rejected, falls where it is rejected
itself, and is open where neither is. A printed number is compatible where the hypothesis is not
rejected that the expectation lies within half a unit of its last digit; how much these tests can
see is told by the mutants. Where runs split the same rows the variance is corrected for the
overlap of training parts (Nadeau and Bengio 2003), which is a common approximation and no theorem.
Table IV is open: its training, of a whole ResNet-18 on 5,000 images, is not run, and no evidence
answers for it. Measured is what so little training gives as two cores can do; it says nothing of
the paper's numbers. Its expectations are those over splits and initial weights at the images at
hand, of which the test part is the same in all runs: they say nothing of other images, and no
overlap is corrected for (with the correction for training parts the order stands as well).

A true statement falls with probability 1 in 100 at most (Bonferroni over the tests of a claim).
"""

import json
import math
from pathlib import Path

import numpy as np
from scipy import stats

from ntkproofs.claims import Claim, significant, statistic

RESULTS = Path(__file__).parent / "results"
FALSE_ALARM = 1e-2
HIGHER_IS_BETTER = {"mse": False, "r2": True, "accuracy": True, "cross_entropy": False}
MODELS = ("MLP 3x512", "ResNet-18", "Standard NTK", "ECRN")
STANDS_FOR = {"Residual MLP": "ResNet-18"}
FRESH_SEED = 1000
HALF_UNIT = {"r2": 0.005, "accuracy": 0.0005, "cross_entropy": 0.0005}


def kept(name):
    """Scores by (task, metric) and model, and the overlap of training parts by task."""
    found = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    scores, overlaps = {}, {task["task"]: task["overlap"] for task in found["tasks"]}
    for score in sorted(found["scores"], key=lambda s: s["run"]):
        add(scores, score["task"], score["metrics"], score["model"])
    return checked(scores), overlaps


def measured(name):
    """The same, trained again at other seeds; where no data file is needed."""
    from ntkproofs.networks.contenders import Budget
    from ntkproofs.networks.experiments import run_table

    found = run_table(name, Budget(seed=FRESH_SEED))
    scores, overlaps = {}, {run.task: run.overlap for run in found.tasks}
    for score in sorted(found.scores, key=lambda s: s.run):
        add(scores, score.task, score.metrics, score.model)
    return checked(scores), overlaps


def add(scores, task, metrics, model):
    for metric, value in metrics.items():
        own = scores.setdefault((task, metric), {})
        own.setdefault(STANDS_FOR.get(model, model), []).append(value)


def checked(scores):
    for block, models in scores.items():
        if set(models) != set(MODELS) or len({len(runs) for runs in models.values()}) != 1:
            raise ValueError(f"{block}: four models with the same runs are compared")
    return {block: {m: np.array(runs) for m, runs in by.items()} for block, by in scores.items()}


def error_of_mean(values, overlap):
    return values.std(ddof=1) * math.sqrt(1 / len(values) + overlap)


def best_of(measurement, blocks, *, tests):
    """In each block (task, metric, model): no rival is better than the model said to be best."""
    for task, metric, best in blocks:
        yield from ordered(measurement, task, metric, over_all(best), tests=tests)


def over_all(best):
    """Pairs (ahead, behind) that say that a model is best."""
    return tuple((best, rival) for rival in MODELS if rival != best)


def ordered(measurement, task, metric, pairs, *, tests):
    """In each pair of models the second is not better than the first."""
    scores, overlaps = measurement
    sign = 1 if HIGHER_IS_BETTER[metric] else -1
    for ahead, rival in pairs:
        behind = sign * (scores[task, metric][ahead] - scores[task, metric][rival])
        error = error_of_mean(behind, overlaps[task])
        numbers = {m: round(float(scores[task, metric][m].mean()), 4) for m in (ahead, rival)}
        yield significant(
            f"{task}, {metric}: {rival} is not better than {ahead}",
            p_value=chance_of_less(behind.mean(), error, len(behind)),
            p_opposite=chance_of_less(-behind.mean(), error, len(behind)),
            false_alarm=FALSE_ALARM / tests,
            witness={"task": task, "metric": metric, **numbers},
        )


def chance_of_less(mean, error, runs):
    """One-sided p-value of the hypothesis that an expectation is not negative."""
    if error == 0:  # no variance to go by: the sign test of equal differences
        return 0.5**runs if mean < 0 else 1.0
    return float(stats.t.cdf(mean / error, runs - 1))


def compatible(measurement, blocks, *, tests):
    """In each block (task, metric, numbers): the expectations are the numbers, as far as seen."""
    scores, overlaps = measurement
    for task, metric, numbers in blocks:
        for model, number in zip(MODELS, numbers, strict=True):
            values = scores[task, metric][model]
            beyond = max(0.0, abs(values.mean() - number) - HALF_UNIT[metric])
            error = error_of_mean(values, overlaps[task])
            yield statistic(
                f"{task}, {metric}: the expectation of {model} is {number}",
                min(1.0, 2 * chance_of_less(-beyond, error, len(values))),
                false_alarm=FALSE_ALARM / tests,
                witness={"model": model, "measured": round(float(values.mean()), 4)},
            )


def worse_than_printed(measurement, blocks, *, tests):
    """In each block (task, metric, numbers): the expectations lie on the worse side of them."""
    scores, overlaps = measurement
    for task, metric, numbers in blocks:
        sign = 1 if HIGHER_IS_BETTER[metric] else -1
        for model, number in zip(MODELS, numbers, strict=True):
            values = scores[task, metric][model]
            short = sign * (number - values.mean())
            error = error_of_mean(values, overlaps[task])
            yield significant(
                f"{task}, {metric}: the expectation of {model} is worse than {number}",
                p_value=chance_of_less(short, error, len(values)),
                p_opposite=chance_of_less(-short, error, len(values)),
                false_alarm=FALSE_ALARM / tests,
                witness={"model": model, "measured": round(float(values.mean()), 4)},
            )


def table_claim(name, statement, *, parameters, constants, mutants):
    return Claim(
        id=f"ecrn.{name}",
        statement=statement,
        source=f"NTK-ECRN, {name.replace('-', ' ')}",
        parameters=parameters,
        constants=constants,
        mutants=mutants,
    )


table_1 = table_claim(
    "table-1",
    r"\mathrm{MSE}(\mathrm{ECRN}) < \mathrm{MSE}(m) \text{ for every other model } m",
    parameters="sums of five sinusoids on a square, 900 training points, 5 runs",
    constants={"best": "ECRN"},
    mutants={"best": [m for m in MODELS if m != "ECRN"]},
)


def lowest_error(measurement, best):
    return best_of(measurement, [("sinusoids", "mse", best)], tests=3)


@table_1.statistic(on="5 runs, kept results")
def sinusoids(best):
    yield from lowest_error(kept("table_1"), best)


@table_1.statistic(on="5 other runs, trained again", full=True)
def sinusoids_again(best):
    yield from lowest_error(measured("table-1"), best)


table_2 = table_claim(
    "table-2",
    r"\text{ECRN has the best accuracy and the best cross-entropy}",
    parameters="mixtures of five Gaussians, 900 training points, 20 runs",
    constants={"most_accurate": "ECRN", "lowest_entropy": "ECRN"},
    mutants={},  # nothing stands that a mutant could answer for
)


def best_classifiers(measurement, most_accurate, lowest_entropy):
    blocks = [
        ("mixture", "accuracy", most_accurate),
        ("mixture", "cross_entropy", lowest_entropy),
    ]
    return best_of(measurement, blocks, tests=6)


@table_2.statistic(on="20 runs, kept results")
def mixtures(most_accurate, lowest_entropy):
    """Five runs decide nothing, and so do these 20 others: kernel regression has the best means."""
    yield from best_classifiers(kept("table_2_more_runs"), most_accurate, lowest_entropy)


@table_2.statistic(on="5 other runs, trained again", full=True)
def mixtures_again(most_accurate, lowest_entropy):
    yield from best_classifiers(measured("table-2"), most_accurate, lowest_entropy)


table_3 = table_claim(
    "table-3",
    r"\text{ECRN is best on Boston housing } (R^2), \text{ Iris and Wine (accuracy), and the "
    r"printed numbers are the expectations}",
    parameters="5 splits of the same rows into 60, 20 and 20 %",
    constants={
        "boston_best": "ECRN",
        "iris_best": "ECRN",
        "wine_best": "ECRN",
        "boston": (0.84, 0.87, 0.82, 0.89),
        "iris": (0.942, 0.950, 0.935, 0.961),
        "wine": (0.960, 0.965, 0.952, 0.970),
    },
    mutants={"boston": [(0.5,) * 4], "iris": [(0.8,) * 4], "wine": [(0.85,) * 4]},
)


@table_3.statistic(on="5 splits, kept results", part="the order of models")
def orders_on_benchmarks(boston_best, iris_best, wine_best):
    """Five splits of a few hundred rows decide little: open is what neither test rejects."""
    blocks = [
        ("boston", "r2", boston_best),
        ("iris", "accuracy", iris_best),
        ("wine", "accuracy", wine_best),
    ]
    yield from best_of(kept("table_3"), blocks, tests=21)


@table_3.statistic(on="5 splits, kept results", part="the printed numbers")
def numbers_on_benchmarks(boston, iris, wine):
    blocks = [
        ("boston", "r2", boston),
        ("iris", "accuracy", iris),
        ("wine", "accuracy", wine),
    ]
    yield from compatible(kept("table_3"), blocks, tests=21)


# What is said of 150 steps was chosen when the numbers were known: the tests count all orders of
# all pairs, in both metrics, and the printed numbers.
TESTS_ON_IMAGES = 2 * len(MODELS) * (len(MODELS) - 1) + 2 * len(MODELS)

table_4 = table_claim(
    "table-4",
    r"\text{trained on 5,000 images of CIFAR-10 ECRN has the best accuracy and the best "
    r"cross-entropy, and the printed numbers are the expectations; after 150 steps on 3,042 images "
    r"kernel regression is better than ECRN in both, and no model reaches its printed numbers}",
    parameters="the paper's training, of a whole ResNet-18: not run here. Measured: 3,042 images "
    "for training, 763 for tuning, 761 for the test; 150 steps of 64 images; a ResNet-18 of 8 "
    "channels; 5 runs; expectations over splits and initial weights, at these images: what two "
    "cores do in half an hour, and far less than the printed numbers would take",
    constants={
        "at_the_size_of_the_paper": "ECRN is best, and the printed numbers are the expectations",
        "order": (("Standard NTK", "ECRN"),),
        "printed": "are not reached",
        "accuracy": (0.741, 0.784, 0.715, 0.819),
        "cross_entropy": (0.815, 0.712, 0.843, 0.648),
    },
    mutants={
        "order": [((m, "Standard NTK"),) for m in MODELS if m != "Standard NTK"],
        "printed": ["are the expectations"],
        "accuracy": [(0.2,) * 4],
        "cross_entropy": [(3.0,) * 4],
    },
)


@table_4.statistic(on="5 runs, kept results", part="the order of models after 150 steps")
def orders_on_images(order):
    for metric in ("accuracy", "cross_entropy"):
        yield from ordered(kept("table_4"), "cifar10", metric, order, tests=TESTS_ON_IMAGES)


@table_4.statistic(on="5 runs, kept results", part="the printed numbers after 150 steps")
def numbers_on_images(printed, accuracy, cross_entropy):
    test = {"are the expectations": compatible, "are not reached": worse_than_printed}[printed]
    blocks = [("cifar10", "accuracy", accuracy), ("cifar10", "cross_entropy", cross_entropy)]
    yield from test(kept("table_4"), blocks, tests=TESTS_ON_IMAGES)


table_4.reading(
    "what the paper says, after 150 steps on 3,042 images",
    r"\text{after 150 steps on 3,042 images of CIFAR-10 ECRN has the best accuracy and the best "
    r"cross-entropy, and the printed numbers are the expectations}",
    order=over_all("ECRN"),
    printed="are the expectations",
)
