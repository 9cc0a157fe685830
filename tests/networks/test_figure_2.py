"""Figure 2: the paths of kernels, what is said of them, and the command."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console
from scipy import stats
from typer.testing import CliRunner

pytest.importorskip("jax")
pytest.importorskip("equinox")
pytest.importorskip("sklearn")

import equinox as eqx
import jax

from ntkproofs.cli import app
from ntkproofs.errors import InvalidInput
from ntkproofs.networks import data
from ntkproofs.networks.figure_2 import NETWORKS, Figure2, Figure2Settings, KernelPath
from ntkproofs.networks.models import MLP
from ntkproofs.reports import figure_2 as figure_2_report


def write_images(path, count=60):
    pixels = np.random.default_rng(0).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
    labels = np.arange(count) % 10
    np.savez(path, x_train=pixels, y_train=labels, x_test=pixels, y_test=labels)


def path(network, run, largest):
    values = np.asarray(largest, dtype=float)
    steps = np.arange(len(values))
    return KernelPath(network, run, steps, values, values, 0 * values, 0.1, 0.5, "")


def test_paths_tell_growth_from_oscillation():
    assert path("ECRN", 0, [1, 2, 4]).growth == 4
    assert path("ECRN", 0, [1, 2, 4]).reversals == pytest.approx(0)
    assert path("ECRN", 0, [4, 2, 1]).reversals == pytest.approx(0)
    assert path("ECRN", 0, [1, 2, 1]).reversals == pytest.approx(1)
    # up by log 8, down by log 2: |log 4| of log 16 remains
    assert path("ECRN", 0, [1, 8, 4]).reversals == pytest.approx(1 / 2)
    assert path("ECRN", 0, [1, 1]).reversals == 0


def test_figure_2_writes_its_numbers_and_draws(tmp_path):
    pytest.importorskip("matplotlib")
    paths = tuple(path(name, run, [1, 2 + run, 4]) for run in (0, 1) for name in NETWORKS)
    found = Figure2(Figure2Settings(runs=2, steps=2, looks=2), "about", paths)
    figure_2_report.write_figure_2(tmp_path, found)
    content = json.loads((tmp_path / "figure_2.json").read_text())
    assert content["over_runs"]["ECRN"]["growth"]["mean"] == 4
    lines = (tmp_path / "figure_2.csv").read_text().splitlines()
    assert len([x for x in lines if not x.startswith("#")]) == 1 + 6 * 3
    assert [pair["first"] for pair in content["comparisons"]["reversals"]] == ["ECRN"] * 2 + [
        "MLP 3x512"
    ]
    figure_2_report.write_figure_2(tmp_path, replace(found, settings=Figure2Settings(task="wine")))
    assert (tmp_path / "figure_2_wine.csv").exists()
    assert len(figure_2_report.draw_figure_2(found).axes) == 3


def test_figure_2_compares_reversals_run_by_run():
    """Paths of reversals 0 and about 1/2; the t statistic by hand."""
    jagged = [[1, 8, 4], [1, 8, 3.9], [1, 8, 4.2]]
    paths = [path("ECRN", run, [1, 2, 4]) for run in range(3)]
    paths += [path("MLP 3x512", run, largest) for run, largest in enumerate(jagged)]
    found = Figure2(Figure2Settings(runs=3, steps=2, looks=2), "about", tuple(paths))
    (pair,) = found.compare("reversals")
    logs = np.log(np.array(jagged))
    moves = np.diff(logs, axis=1)
    differences = abs(moves.sum(axis=1)) / abs(moves).sum(axis=1) - 1
    assert (pair.first, pair.second) == ("ECRN", "MLP 3x512")
    assert pair.test.difference.mean == pytest.approx(differences.mean())
    t = differences.mean() / differences.std(ddof=1) * np.sqrt(3)
    assert pair.adjusted == pytest.approx(2 * stats.t.sf(abs(t), 2))
    # runs that split the same rows say less
    wider = replace(found, overlap=1 / 3)
    assert wider.compare("reversals")[0].adjusted > pair.adjusted
    ratio = (
        wider.over_runs("MLP 3x512", "growth").half / found.over_runs("MLP 3x512", "growth").half
    )
    assert ratio == pytest.approx(np.sqrt(2))


def test_figure_2_on_classes_follows_the_mean_kernel_over_outputs(tmp_path, monkeypatch):
    """Images: ResNet-18 is among the networks; a class is a row of the identity."""
    from ntkproofs.networks import figure_2
    from ntkproofs.networks.tangents import tangent_kernel

    write_images(tmp_path / "cifar.npz")
    settings = Figure2Settings(
        runs=2, steps=1, looks=1, points=3, task="cifar10", images=120, channels=8
    )
    task = figure_2.task_source("cifar10", rows=1, images=120, folder=tmp_path)(0)
    networks = figure_2.networks_on(task, 8)
    assert list(networks) == ["ECRN", "MLP 3x512", "ResNet-18"]
    assert figure_2.networks_on(data.sinusoids(rows=100), 8) == NETWORKS
    monkeypatch.setattr(figure_2, "ResNet18", lambda outputs, key, *, channels: (outputs, channels))
    assert networks["ResNet-18"](3, 10, None) == (10, 8)
    assert figure_2._numbers(task, flat=False).inputs.shape[1:] == (32, 32, 3)

    build = lambda dim, outputs, key: MLP(dim, outputs, key, width=4, depth=1)  # noqa: E731
    monkeypatch.setattr(figure_2, "networks_on", lambda task, channels: {"MLP 3x512": build})
    found = figure_2.run_figure_2(settings, folder=tmp_path)
    assert found.overlap == 0
    part = figure_2._numbers(task, flat=True)
    np.testing.assert_array_equal(part.targets.argmax(axis=1), task.train.targets)
    start = build(3072, 10, jax.random.fold_in(jax.random.key(0), 3))
    full = tangent_kernel(start, part.inputs[:3], full=True).kernel
    mean = full.reshape(3, 10, 3, 10).trace(axis1=1, axis2=3) / 10
    assert found.paths[0].largest[0] == pytest.approx(np.linalg.eigvalsh(mean)[-1], rel=1e-4)
    assert found.paths[0].stopped == ""
    assert found.paths[0].drift[-1] > 0


def test_figure_2_reads_files_only_where_they_are_asked_for(tmp_path):
    from ntkproofs.networks.table_sources import task_source

    with pytest.raises(InvalidInput, match="would be left unread"):
        task_source("iris", rows=1, images=None, folder=tmp_path)
    for task in ("boston", "cifar10"):
        with pytest.raises(InvalidInput, match="nothing is downloaded unasked"):
            task_source(task, rows=1, images=None, folder=None)
    with pytest.raises(InvalidInput, match="Tasks are"):
        task_source("mnist", rows=1, images=None, folder=None)
    assert task_source("wine", rows=1, images=None, folder=None)(1).overlap == pytest.approx(
        36 / 107
    )
    assert task_source("mixture", rows=200, images=None, folder=None)(0).classes == 5
    missing = CliRunner().invoke(app, ["experiment", "figure-2", "--data", str(tmp_path)])
    assert missing.exit_code == 2
    assert "CIFAR-10 as batch files" in missing.output
    other = CliRunner().invoke(app, ["experiment", "figure-2", "--task", "mnist"])
    assert other.exit_code == 2
    assert "one of sinusoids, mixture" in other.output


def test_figure_2_names_networks_that_diverged():
    paths = [path(name, run, [1, 2, 4]) for name in NETWORKS for run in (0, 1)]
    paths[1] = replace(paths[1], stopped="diverged at step 7: loss inf")
    console = Console(record=True, width=200, file=io.StringIO())
    figure_2_report.print_figure_2(console, Figure2(Figure2Settings(), "about", tuple(paths)))
    said = console.export_text()
    assert "ECRN, run 1: diverged at step 7: loss inf. Its path ends at step 2" in said
    assert said.count("diverged") == 1
    assert "Reversals, ECRN minus MLP 3x512: 0 ± 0, p = 1 for all pairs." in said


@pytest.mark.parametrize(
    "changes",
    [{"runs": 1}, {"fraction": 1}, {"looks": 10, "steps": 5}, {"task": "x"}, {"seed": -1}],
)
def test_figure_2_refuses_settings_that_are_none(changes):
    with pytest.raises(InvalidInput):
        Figure2Settings(**changes)


def test_figure_2_follows_the_kernel_of_the_networks_it_trains(monkeypatch):
    """The path at its two ends against the Jacobian itself, on networks descended by hand."""
    from ntkproofs.networks import figure_2
    from ntkproofs.networks.training import stable_rate

    build = lambda dim, outputs, key: MLP(dim, outputs, key, width=6, depth=1, phi="tanh")  # noqa: E731
    monkeypatch.setattr(figure_2, "NETWORKS", {"MLP 3x512": build})
    settings = Figure2Settings(runs=2, steps=3, looks=1, points=5, rows=50)
    found = figure_2.run_figure_2(settings)
    part = data.sinusoids(0, rows=50).train
    model = build(2, 1, jax.random.fold_in(jax.random.key(0), 3))
    rate = 0.5 * stable_rate(model, part)
    params, rest = eqx.partition(model, eqx.is_inexact_array)
    outputs = lambda p, x: jax.vmap(eqx.combine(p, rest))(x)  # noqa: E731
    loss = lambda p: ((outputs(p, part.inputs) - part.targets) ** 2).mean()  # noqa: E731

    jacobian = jax.jit(jax.jacrev(lambda q: outputs(q, part.inputs[:5])[:, 0]))
    descend = jax.jit(jax.grad(loss))

    def kernel(p):
        leaves = jax.tree.leaves(jacobian(p))
        J = np.concatenate([np.asarray(leaf, dtype=float).reshape(5, -1) for leaf in leaves], 1)
        return J @ J.T

    start = kernel(params)
    for _ in range(3):
        params = jax.tree.map(lambda a, g: a - rate * g, params, descend(params))
    end, path = kernel(params), found.paths[0]
    assert path.steps.tolist() == [0, 3]
    for index, expected in ((0, start), (-1, end)):
        assert path.largest[index] == pytest.approx(np.linalg.eigvalsh(expected)[-1], rel=1e-4)
        assert path.frobenius[index] == pytest.approx(np.linalg.norm(expected), rel=1e-4)
    drift = np.linalg.norm(end - start) / np.linalg.norm(start)
    assert path.drift[-1] == pytest.approx(drift, rel=1e-2)
    assert drift > 1e-3
    assert found.over_runs("MLP 3x512", "final_drift").runs == 2
