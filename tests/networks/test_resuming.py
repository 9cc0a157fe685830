"""Interrupted tables, figures, sweeps: they go on to the same bits, and take up nothing foreign."""

import functools
import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("jax")
pytest.importorskip("equinox")

from ntkproofs.cli import app
from ntkproofs.errors import InvalidInput
from ntkproofs.networks import data, experiments, figure_2, frequency_experiment, lazy_regime
from ntkproofs.networks.checkpoints import made_by
from ntkproofs.networks.contenders import STANDARD_NTK, Budget, Contender, Fitted
from ntkproofs.networks.experiments import run_tasks
from ntkproofs.networks.figure_2 import Figure2Settings, run_figure_2
from ntkproofs.networks.lazy_regime import Setting, laziness
from ntkproofs.networks.models import MLP
from ntkproofs.networks.spectral_bias import BiasSetting, spectral_bias
from ntkproofs.resuming import FinishedParts

BUDGET = Budget(runs=3, points=2, rows=100)


class Model:
    """Kernel regression, which counts its fits and is interrupted at one of them."""

    def __init__(self, name="model", *, interrupt=0, grid=STANDARD_NTK.grid):
        self.name, self.fits, self.interrupt, self.grid = name, 0, interrupt, grid

    def contenders(self, task):
        return [Contender(self.name, self.grid, self.fit, "a model")]

    def fit(self, train, validation, classes, point, budget):
        self.fits += 1
        if self.fits == self.interrupt:
            raise KeyboardInterrupt
        # of the data, the point and the seed, so that a run taken up wrongly would show
        value = train.targets.mean() + point["ridge"] + 0.1 * budget.seed / 3
        return Fitted(lambda inputs: np.full((len(inputs), 1), value), float(value) ** 2)


def sources():
    return [lambda seed: data.sinusoids(seed, rows=100), other]


def other(seed):
    return replace(data.sinusoids(seed + 100, rows=100), name="other")


def table(model, partial=None, *, budget=BUDGET, of=None, progress=None):
    chosen = of or sources()
    return run_tasks(
        "mine", chosen, budget, rivals=model.contenders, partial=partial, progress=progress
    )


def timeless(found):
    return replace(found, scores=tuple(replace(score, seconds=0.0) for score in found.scores))


@pytest.fixture
def interrupted(tmp_path):
    """A file with the first three of six runs."""
    path = tmp_path / "mine.partial.json"
    model = Model(interrupt=8)
    with pytest.raises(KeyboardInterrupt):
        table(model, path)
    run = {"table": "mine", "budget": asdict(BUDGET)} | made_by()
    assert list(FinishedParts(path, run).parts) == [
        "sinusoids, run 0",
        "sinusoids, run 1",
        "sinusoids, run 2",
    ]
    return path


def test_a_table_goes_on_from_its_finished_runs_to_the_same_bits(interrupted):
    whole, told = Model(), []
    expected = timeless(table(whole))
    again = Model()
    found = table(again, interrupted, progress=lambda *count: told.append(count))
    assert (whole.fits, again.fits) == (12, 6)
    assert timeless(found) == expected
    assert told == [(done, 12) for done in range(1, 13)]
    # it is complete now, and is kept until the caller has the results on disk
    last = Model()
    assert timeless(table(last, interrupted)) == expected
    assert last.fits == 0


def test_a_killed_write_leaves_the_runs_before(interrupted, monkeypatch):
    before = interrupted.read_bytes()

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        table(Model(), interrupted)
    assert interrupted.read_bytes() == before
    monkeypatch.undo()
    again = Model()
    table(again, interrupted)
    assert again.fits == 6


def test_runs_of_another_table_are_refused(interrupted):
    before = interrupted.read_bytes()
    shifted = [lambda seed: data.sinusoids(seed + 1, rows=100), other]
    cases = [
        (
            {"budget": replace(BUDGET, steps=7, seed=1)},
            r"it differs in the budget in steps \(1000, here 7\)",
        ),
        ({"of": shifted}, "data of sinusoids, run 0 differ"),
    ]
    for arguments, said in cases:
        with pytest.raises(InvalidInput, match=said) as error:
            table(Model(), interrupted, **arguments)
        assert "remove the file to begin again" in str(error.value)
    for model in (Model("other"), Model(grid=tuple({"ridge": r} for r in (1e-2, 1e-5)))):
        with pytest.raises(InvalidInput, match="models, or their grids, of sinusoids, run 0"):
            table(model, interrupted)
        assert model.fits == 0
    assert interrupted.read_bytes() == before


def test_runs_of_other_versions_are_refused(interrupted):
    content = json.loads(interrupted.read_text())
    assert {"python", "jax", "numpy", "ntkproofs"} <= set(content["run"]["versions"])
    content["run"]["versions"]["jax"] = "0.0.1"
    interrupted.write_text(json.dumps(content))
    with pytest.raises(InvalidInput, match=r"it differs in the versions in jax \(0.0.1, here"):
        table(Model(), interrupted)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"run": 1, "parts": {}}', '{"run": {}}', "7"])
def test_files_that_hold_no_runs_are_refused(tmp_path, content):
    path = tmp_path / "mine.partial.json"
    path.write_text(content)
    with pytest.raises(InvalidInput, match="cut short"):
        table(Model(), path)
    assert path.read_text() == content


def test_incomplete_runs_are_refused(interrupted):
    content = json.loads(interrupted.read_text())
    del content["parts"]["sinusoids, run 1"]["scores"][0]["seconds"]
    interrupted.write_text(json.dumps(content))
    with pytest.raises(InvalidInput, match="its sinusoids, run 1 is not complete"):
        table(Model(), interrupted)


def test_tasks_of_one_name_are_refused():
    with pytest.raises(InvalidInput, match="two are called 'sinusoids'"):
        table(Model(), of=[sources()[0]] * 2)


def test_the_command_says_what_was_finished_goes_on_and_cleans_up(tmp_path, monkeypatch):
    model = Model(interrupt=4)
    monkeypatch.setattr(experiments, "contenders", model.contenders)
    run = functools.partial(CliRunner().invoke, app)
    command = ["experiment", "table-1", "--quick", "--output", str(tmp_path)]
    first = run(command)
    assert first.exit_code == 130
    assert "sinusoids, run 0. The same command goes on from there" in first.output
    partial = tmp_path / "table_1.partial.json"
    assert [file.name for file in tmp_path.iterdir()] == [partial.name]
    differs = run([*command, "--steps", "5"])
    assert differs.exit_code == 2
    assert "it differs in the budget in steps (100, here 5)" in differs.output
    assert run(command).exit_code == 0
    assert model.fits == 4 + 2
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["table_1.csv", "table_1.json", "table_1.tex"]
    model.interrupt = model.fits + 1
    assert "nothing was finished" in run(command).output
    model.interrupt = model.fits + 1
    assert "With --output DIR what is finished is kept" in run(command[:-2]).output


def test_results_that_cannot_be_written_stay_in_the_partial_file(tmp_path, monkeypatch):
    from ntkproofs.reports import network_tables

    monkeypatch.setattr(experiments, "contenders", Model().contenders)

    def full(*_):
        raise InvalidInput("No space left on device")

    monkeypatch.setattr(network_tables, "write_results", full)
    command = ["experiment", "table-1", "--quick", "--output", str(tmp_path)]
    assert CliRunner().invoke(app, command).exit_code == 2
    kept = json.loads((tmp_path / "table_1.partial.json").read_text())["parts"]
    assert list(kept) == ["sinusoids, run 0", "sinusoids, run 1"]


def test_figure_2_goes_on_from_its_finished_paths_to_the_same_bits(tmp_path, monkeypatch):
    build = lambda *args: MLP(*args, width=6, depth=1, phi="tanh")  # noqa: E731
    monkeypatch.setattr(figure_2, "NETWORKS", {"MLP 3x512": build})
    settings = Figure2Settings(runs=2, steps=3, looks=2, points=5, rows=50)
    partial = tmp_path / "figure_2.partial.json"

    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_figure_2(settings, partial=partial, progress=interrupt)
    found = run_figure_2(settings, partial=partial)
    monkeypatch.setattr(figure_2, "_follow", None)  # nothing is left to be followed
    again = run_figure_2(settings, partial=partial)
    monkeypatch.undo()
    monkeypatch.setattr(figure_2, "NETWORKS", {"MLP 3x512": build})
    for whole in (run_figure_2(settings), again):
        for one, two in zip(found.paths, whole.paths, strict=True):
            assert vars(one).keys() == vars(two).keys()
            for name, value in vars(one).items():
                np.testing.assert_array_equal(value, getattr(two, name))
                assert type(value) is type(getattr(two, name))
    with pytest.raises(InvalidInput, match=r"it differs in the settings in steps \(3, here 4\)"):
        run_figure_2(replace(settings, steps=4), partial=partial)


def frequency(**options):
    small = frequency_experiment.Settings(
        tori=((1, 6),), orders=(1,), poisson_orders=(), widths=(8,), draws=3, steps=20,
        large_amplitudes=(),
    )  # fmt: skip
    found = frequency_experiment.run_frequency_control(small, **options)
    return repr(found), [run.rates.measured.tobytes() for run in found.runs]


def bias(**options):
    setting = BiasSetting(points=8, frequencies=2, width=8, depth=2, features=4, steps=40)
    return spectral_bias([1.0], [0, 1, 0, 2], setting, **options)


def lazy(**options):
    setting = Setting(points=4, tests=4, depth=2, features=3, steps=10)
    return laziness([8], [0.5], [0, 1, 0, 2], setting, **options)


@pytest.mark.parametrize("sweep", [frequency, bias, lazy])
def test_sweeps_over_networks_go_on_to_the_same_bits(sweep, tmp_path):
    path = tmp_path / "sweep.partial.json"

    def interrupt(done, total):
        assert total == 3  # a network that is asked for twice is trained once
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(partial=path, progress=interrupt)
    kept = json.loads(path.read_text())
    assert len(kept["parts"]) == 2
    assert {"python", "jax", "numpy"} <= set(kept["run"]["versions"])
    told = []
    found = sweep(partial=path, progress=lambda *count: told.append(count))
    assert repr(found) == repr(sweep())
    assert told == [(1, 3), (2, 3), (3, 3)]
    again = json.loads(path.read_text())["parts"]
    assert {name: again[name] for name in kept["parts"]} == kept["parts"]


def test_the_commands_of_sweeps_go_on_and_clean_up(tmp_path, monkeypatch):
    target, train = tmp_path / "lazy.json", lazy_regime._trained
    calls = []

    def interrupted(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return train(*arguments)

    monkeypatch.setattr(lazy_regime, "_trained", interrupted)
    options = ["--width", "4", "--seeds", "2", "--json", str(target)]
    command = ["experiment", "lazy-regime", *options]
    first = CliRunner().invoke(app, command)
    assert first.exit_code == 130
    assert "lazy.partial.json: width 4, α = 0.5, seed 0. The same" in first.stderr
    assert CliRunner().invoke(app, command).exit_code == 0
    assert len(calls) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["lazy.json"]
