"""Tables: tuning, judging, results, files and the command."""

import csv
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("jax")
pytest.importorskip("equinox")
pytest.importorskip("sklearn")

from ntkproofs.cli import app
from ntkproofs.errors import InvalidInput
from ntkproofs.networks import data
from ntkproofs.networks.contenders import (
    GRID,
    MLP_3X512,
    NTK_ECRN,
    RESIDUAL_MLP,
    RESNET_18,
    STANDARD_NTK,
    Budget,
    Contender,
    Fitted,
    contenders,
)
from ntkproofs.networks.experiments import judge, run_tasks, tune
from ntkproofs.networks.results import PRINTED, Score, TaskRun, analyse
from ntkproofs.networks.table_sources import table_sources
from ntkproofs.networks.training import Data
from ntkproofs.reports.network_tables import to_latex, verdict, write_results

GENERATOR = np.random.default_rng(0)
FALSE_ALARM = 1e-6


# Tuning and judging ---------------------------------------------------------------------------


class Spy:
    """A contender that predicts a constant, and writes down what it is asked."""

    def __init__(self, name, validation, value, log):
        self.losses = dict(enumerate(validation))
        self.name, self.value, self.log = name, value, log

    def contender(self):
        grid = tuple({"index": float(index)} for index in self.losses)
        return Contender(self.name, grid, self.fit, "a spy")

    def fit(self, train, validation, classes, point, budget):
        self.log.append(("fit", self.name, len(train.inputs), len(validation.inputs)))
        index = int(point["index"])

        def outputs(inputs):
            self.log.append(("look", self.name, index, len(inputs)))
            return np.full((len(inputs), 1), self.value)

        return Fitted(outputs, self.losses[index])


def test_the_validation_part_chooses_and_the_test_part_is_looked_at_once_at_the_end():
    log = []
    spies = [Spy("a", [3, 1, 2, 0], 0.0, log), Spy("b", [1, math.inf, 5, 4], 1.0, log)]
    budget = Budget(runs=2, points=3)
    found = run_tasks(
        "t",
        [lambda seed: data.sinusoids(seed, rows=100)],
        budget,
        rivals=lambda task: [spy.contender() for spy in spies],
    )
    for run in (0, 1):
        part = log[8 * run : 8 * run + 8]
        assert [entry[0] for entry in part] == ["fit"] * 6 + ["look"] * 2
        assert all(entry[2:] == (60, 20) for entry in part[:6])
        assert part[6:] == [("look", "a", 1, 20), ("look", "b", 0, 20)]
    assert len(log) == 16
    assert [score.point["index"] for score in found.scores] == [1, 0, 1, 0]
    assert len({run.digest for run in found.tasks}) == 2


def test_metrics_are_those_of_their_definitions():
    task = data.sinusoids(seed=0, rows=100)
    mean = task.test.targets.mean()
    shape = task.test.targets.shape
    assert judge(task, np.full(shape, mean))["r2"] == pytest.approx(0)
    zero = judge(task, np.zeros(shape))
    assert zero["mse"] == pytest.approx((task.test.targets**2).mean() * task.target_scale**2)
    assert judge(task, task.test.targets)["r2"] == 1
    classes = data.gaussian_mixture(seed=0, rows=200)
    uniform = judge(classes, np.zeros((40, 5)))
    assert uniform["cross_entropy"] == pytest.approx(math.log(5))
    labels = classes.test.targets
    right = judge(classes, 50 * np.eye(5)[labels])
    assert right["accuracy"] == 1
    wrong = judge(classes, 50 * np.eye(5)[(labels + 1) % 5])
    assert wrong["accuracy"] == 0
    assert wrong["cross_entropy"] == pytest.approx(50)


def test_every_model_has_the_same_budget():
    for contender in (MLP_3X512, RESIDUAL_MLP, RESNET_18, STANDARD_NTK, NTK_ECRN):
        assert len({tuple(sorted(point.items())) for point in contender.grid}) == GRID
    flat = data.sinusoids(seed=0, rows=100)
    assert contenders(flat)[1] is RESIDUAL_MLP
    pictures = replace(flat, train=Data(np.zeros((2, 32, 32, 3)), np.zeros(2)))
    assert contenders(pictures)[1] is RESNET_18


def test_the_kernel_machine_learns_a_smooth_sum():
    task = data.sinusoids(seed=0, rows=400)
    low = data.Sinusoids.random(modes=1, dim=1, lowest=0.5, highest=0.5)
    task = data.sinusoids(seed=0, rows=400, law=low)
    fitted, point, _ = tune(STANDARD_NTK, task, Budget())
    assert point in STANDARD_NTK.grid
    assert judge(task, fitted.outputs(task.test.inputs))["r2"] > 0.97


@pytest.mark.parametrize(
    "changes", [{"runs": 1}, {"points": 5}, {"points": 0}, {"steps": 0}, {"seed": -1}]
)
def test_budgets_that_are_none_are_refused(changes):
    with pytest.raises(InvalidInput):
        Budget(**changes)


# Results --------------------------------------------------------------------------------------


def results(values, *, overlap=0.0, task="iris", metric="accuracy"):
    runs = len(next(iter(values.values())))
    scores = [
        Score(task, model, run, {metric: value}, {"rate": 0.1}, 0.5, 10, "", 0.1)
        for model, found in values.items()
        for run, value in enumerate(found)
    ]
    tasks = [TaskRun(task, "about", (3, 2, 1), f"{run}", {}, overlap) for run in range(runs)]
    models = {model: ("about it", ({"rate": 0.1},)) for model in values}
    return analyse("table-3", Budget(runs=runs), models, tasks=tasks, scores=scores)


def test_the_best_model_is_named_with_what_the_tests_say():
    clear = {
        "MLP 3x512": [0.5, 0.52, 0.51, 0.49, 0.5],
        "ECRN": [0.9, 0.91, 0.92, 0.9, 0.89],
        "Standard NTK": [0.6, 0.62, 0.59, 0.6, 0.61],
    }
    found = results(clear)
    assert found.best("iris", "accuracy") == ("ECRN", True)
    assert "significantly against every other" in verdict(found, "iris", "accuracy")
    assert all(c.adjusted >= c.test.p_value for c in found.comparisons)
    # The same numbers as losses: the lowest is best.
    losses = results(clear, metric="cross_entropy")
    assert losses.best("iris", "cross_entropy") == ("MLP 3x512", True)
    vague = results({"MLP 3x512": [0.5, 0.9], "ECRN": [0.95, 0.5]})
    assert vague.best("iris", "accuracy") == ("ECRN", False)
    assert "significantly against none" in verdict(vague, "iris", "accuracy")
    with pytest.raises(InvalidInput, match="no metric"):
        found.best("iris", "r2")


def test_the_residual_mlp_stands_beside_what_is_printed_for_resnet_18():
    found = results({"Residual MLP": [0.9, 0.91], "ECRN": [0.8, 0.9]})
    printed = {s.model: s.printed for s in found.summaries}
    assert printed == {"Residual MLP": 0.95, "ECRN": 0.961}
    assert PRINTED["cifar10", "cross_entropy"]["ECRN"] == 0.648
    assert PRINTED["boston", "r2"]["MLP 3x512"] == 0.84


def test_results_are_written_as_json_csv_and_latex(tmp_path):
    found = results({"MLP 3x512": [0.5, 0.51, 0.5], "ECRN": [0.9, 0.93, 0.91]})
    paths = write_results(tmp_path, found)
    assert [path.name for path in paths] == ["table_3.json", "table_3.csv", "table_3.tex"]
    content = json.loads(paths[0].read_text())
    assert content["seeds"] == [0, 1, 2]
    assert {"jax", "numpy", "device", "ntkproofs"} <= set(content["manifest"])
    assert [run["digest"] for run in content["tasks"]] == ["0", "1", "2"]
    assert content["best"][0]["model"] == "ECRN"
    lines = [x for x in paths[1].read_text().splitlines() if not x.startswith("#")]
    rows = list(csv.DictReader(lines))
    assert [float(row["value"]) for row in rows if row["model"] == "ECRN"] == [0.9, 0.93, 0.91]
    tex = to_latex(found)
    assert tex.count("\\boldsymbol") == 1
    assert "$0.961$" in tex
    assert tex.count("{tabular}") == 2


def test_sources_refuse_what_is_missing(tmp_path):
    with pytest.raises(InvalidInput, match="nothing is downloaded unasked"):
        table_sources("table-4", rows=100, images=None, folder=None)
    with pytest.raises(InvalidInput, match="holds no"):
        table_sources("table-4", rows=100, images=None, folder=tmp_path)
    with pytest.raises(InvalidInput, match="looked for in a folder"):
        table_sources("table-3", rows=100, images=None, folder=tmp_path / "none")
    with pytest.raises(InvalidInput, match="boston_housing"):
        table_sources("table-3", rows=100, images=None, folder=tmp_path)
    with pytest.raises(InvalidInput, match="Tables are"):
        table_sources("table-5", rows=100, images=None, folder=None)
    sources, notes = table_sources("table-3", rows=100, images=None, folder=None)
    assert len(sources) == 2
    assert "Boston housing was left out" in notes[0]
    pixels = GENERATOR.integers(0, 256, (100, 32, 32, 3), dtype=np.uint8)
    labels = np.arange(100) % 10
    np.savez(tmp_path / "cifar.npz", x_train=pixels, y_train=labels, x_test=pixels, y_test=labels)
    sources, notes = table_sources("table-4", rows=100, images=5000, folder=tmp_path)
    assert notes == ["200 images instead of 5000: there are no more."]
    assert sources[0](0).train.inputs.shape == (80, 32, 32, 3)


# The command ---------------------------------------------------------------------------------


def test_the_command_prints_writes_and_refuses(tmp_path, monkeypatch):
    from ntkproofs.networks import experiments

    monkeypatch.setattr(experiments, "contenders", lambda task: [STANDARD_NTK])
    runner = CliRunner()
    done = runner.invoke(
        app, ["experiment", "table-2", "--quick", "--output", str(tmp_path)], terminal_width=120
    )
    assert done.exit_code == 0, done.output
    assert "mixture: accuracy" in done.output
    assert "best possible" in done.output
    assert json.loads((tmp_path / "table_2.json").read_text())["budget"]["runs"] == 2
    missing = runner.invoke(app, ["experiment", "table-4", "--quick"])
    assert missing.exit_code == 2
    assert "nothing is downloaded unasked" in missing.output
    nowhere = runner.invoke(app, ["experiment", "table-1", "--output", str(tmp_path / "no")])
    assert nowhere.exit_code == 2
