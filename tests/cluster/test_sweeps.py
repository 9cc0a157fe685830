"""Ensembles, sweeps and experiments on a cluster: the same bits, and what survives a loss of it."""

import json
import os
import signal
import time
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

import ntkproofs as nt
from ntkproofs import cli
from ntkproofs.cluster.connection import connected
from ntkproofs.cluster.executor import TaskDied
from ntkproofs.errors import Unable
from ntkproofs.finite_width.budgets import frontier
from ntkproofs.finite_width.ensembles import ensemble
from ntkproofs.finite_width.network import Network

X = nt.sphere.uniform(3, 2, seed=0)
NETWORK = Network.of(3, 8)


def test_an_ensemble_has_the_bits_of_one_process(address):
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        local = ensemble(NETWORK, X, 200, seed=4)
    with connected(address) as executor:
        found = ensemble(NETWORK, X, 200, seed=4, executor=executor)
    assert np.array_equal(found.mean, local.mean)
    assert np.array_equal(found.spectrum_error, local.spectrum_error)
    assert np.array_equal(found.state.groups, local.state.groups)


def test_a_lost_ensemble_goes_on_from_its_checkpoint(address, tmp_path):
    file = tmp_path / "state.npz"
    # More chunks than are sent ahead: however fast the workers are, some were never sent.
    draws, chunk = 1000, 64
    kept = []
    with connected(address) as executor:

        def lose(done, total):
            kept.append(done)
            executor.shutdown()

        with pytest.raises(Unable, match="was left"):
            ensemble(NETWORK, X, draws, seed=4, executor=executor, checkpoint=file, progress=lose)
        with pytest.raises(Unable, match="was left"):
            executor.submit(abs, -1)
    seen = []
    ensemble(NETWORK, X, draws, seed=4, checkpoint=file, progress=lambda done, _: seen.append(done))
    assert seen == [*range(kept[-1] + chunk, draws, chunk), draws]


def test_condition_curves_have_the_bits_of_one_process(address):
    options = {"points": 4, "dim": 3, "draws": 3}
    local = nt.condition_curves([1], [4, 8], **options)
    with connected(address) as executor:
        assert nt.condition_curves([1], [4, 8], executor=executor, **options) == local


def test_the_command_runs_on_a_cluster(address, tmp_path):
    tables = []
    for name, where in (("a", ["--cluster", address]), ("b", ["--jobs", "1"])):
        options = ["--delta", "1", "--depths", "4", "--draws", "2", "--points", "4", "--dim", "3"]
        file = tmp_path / name
        result = CliRunner().invoke(cli.app, ["condition", *options, *where, "--csv", str(file)])
        assert result.exit_code == 0, result.output
        tables.append(file.read_text())
    assert tables[0] == tables[1]


def fail(message):
    raise ValueError(message)


def test_what_a_function_raises_is_raised(address):
    with connected(address) as executor, pytest.raises(ValueError, match="so much"):
        executor.submit(fail, "so much").result(200)


def test_a_connection_that_is_slow_to_close_takes_no_result_away(address, monkeypatch):
    from distributed import Client

    close = Client.close

    def slowly(client, **_):
        close(client)
        raise TimeoutError

    monkeypatch.setattr(Client, "close", slowly)
    with connected(address) as executor:
        found = executor.submit(abs, -1).result(200)
    assert found == 1


def wait_for(path):
    while not os.path.exists(path):
        time.sleep(0.05)


def test_nobody_waits_for_ever_where_the_watch_itself_fails(address, monkeypatch, tmp_path):
    from ntkproofs.cluster.executor import ClusterExecutor

    monkeypatch.setattr(ClusterExecutor, "_look", lambda _: fail("unforeseen"))
    with connected(address) as executor:
        failed = executor.submit(wait_for, str(tmp_path / "end"))
        with pytest.raises(Unable, match=r"looks after .* any more \(ValueError: unforeseen\)"):
            failed.result(200)
    (tmp_path / "end").touch()


def end_worker():
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_task_that_ends_its_workers_is_given_up(cluster, address):
    before = cluster.scheduler.allowed_failures
    cluster.scheduler.allowed_failures = 0
    try:
        with connected(address) as executor, pytest.raises(TaskDied, match="its worker"):
            executor.submit(end_worker).result(200)
    finally:
        cluster.scheduler.allowed_failures = before


def test_a_matrix_in_blocks_is_computed_on_a_cluster(address):
    from ntkproofs.matrices.cluster import dask_operator

    kernel, points = nt.ntk(3), nt.sphere.uniform(17, 3, seed=1)
    K = nt.gram_dask(kernel, points, chunks=9)
    with connected(address) as executor:
        kept = executor.persist(K)
        assert np.array_equal(executor.compute(kept), nt.gram(kernel, points))
        found = nt.extreme_eigenvalues(dask_operator(kept, executor.compute), k=1)
    exact = np.linalg.eigvalsh(nt.gram(kernel, points))
    assert found.values[-1] == pytest.approx(exact[-1], rel=1e-12)


# Tables of several commands


def test_a_frontier_has_the_bits_of_one_process_whoever_dies(kill_worker, address):
    y = np.array([1.0, -1.0, 1.0])
    options = {"depths": [2, 3, 4, 6], "draws": 20}
    with connected(address) as executor:
        found = frontier(2000, X, y, executor=executor, progress=kill_worker, **options)
    assert len(kill_worker.killed) == 1
    assert found == frontier(2000, X, y, **options)


def test_the_frontier_command_writes_the_same_file(address, tmp_path):
    tables = []
    for name, where in (("a", ["--cluster", address]), ("b", [])):
        options = ["--budget", "500,2000", "--depths", "2:4", "--draws", "3", "--points", "4"]
        file = tmp_path / name
        result = CliRunner().invoke(cli.app, ["frontier", *options, *where, "--csv", str(file)])
        assert result.exit_code == 0, result.output
        tables.append(file.read_text("utf-8").splitlines())
    assert tables[0] == tables[1]
    assert len(tables[0]) > 6


@pytest.mark.usefixtures("only_two_tasks_end")
def test_a_frontier_that_loses_its_scheduler_says_so(mortal):
    address, scheduler = mortal
    with connected(address) as executor, pytest.raises(Unable, match="is gone"):
        frontier(
            2000, X, np.ones(3), depths=range(2, 40), draws=300, executor=executor,
            progress=lambda *_: scheduler.kill(),
        )  # fmt: skip


# Experiments


def timeless(found):
    return replace(found, scores=tuple(replace(score, seconds=0.0) for score in found.scores))


def quick_table(**options):
    """Of the kernel machine only: networks have a test of their own, and compile for long."""
    from ntkproofs.networks import data
    from ntkproofs.networks.contenders import STANDARD_NTK, Budget
    from ntkproofs.networks.experiments import run_tasks

    sources = [lambda seed: data.sinusoids(seed, rows=300)]
    return run_tasks("mine", sources, Budget(runs=5), rivals=lambda _: [STANDARD_NTK], **options)


def test_tables_have_the_bits_of_one_process_whoever_dies(kill_worker, address, tmp_path):
    pytest.importorskip("jax")
    partial, told = tmp_path / "partial.json", []
    with connected(address) as executor:
        found = quick_table(
            executor=executor, partial=partial,
            progress=lambda *count: (told.append(count), kill_worker()),
        )  # fmt: skip
    assert len(kill_worker.killed) == 1
    assert timeless(found) == timeless(quick_table())
    assert told == [(done, 20) for done in range(1, 21)]
    assert timeless(quick_table(partial=partial)) == timeless(found)


@pytest.mark.usefixtures("only_two_tasks_end")
def test_a_table_that_loses_its_scheduler_keeps_its_finished_runs(mortal, tmp_path):
    pytest.importorskip("jax")
    address, scheduler = mortal
    partial = tmp_path / "partial.json"
    with connected(address) as executor, pytest.raises(Unable, match="is gone"):
        quick_table(executor=executor, partial=partial, progress=lambda *_: scheduler.kill())
    kept = json.loads(partial.read_text())["parts"]
    assert 1 <= len(kept) < 5
    assert timeless(quick_table(partial=partial)) == timeless(quick_table())
    whole = json.loads(partial.read_text())["parts"]
    assert len(whole) == 5
    assert {name: whole[name] for name in kept} == kept


def test_networks_of_the_experiments_have_the_bits_of_one_process(address, monkeypatch):
    pytest.importorskip("jax")
    from ntkproofs.networks import figure_2
    from ntkproofs.networks.figure_2 import Figure2Settings, run_figure_2
    from ntkproofs.networks.frequency_experiment import Settings, run_frequency_control
    from ntkproofs.networks.lazy_regime import Setting, laziness
    from ntkproofs.networks.models import MLP
    from ntkproofs.networks.spectral_bias import BiasSetting, spectral_bias

    build = lambda *args: MLP(*args, width=6, depth=1, phi="tanh")  # noqa: E731
    monkeypatch.setattr(figure_2, "NETWORKS", {"MLP 3x512": build})
    small = Settings(
        tori=((1, 6),), orders=(1,), poisson_orders=(), widths=(16,), draws=2, steps=20,
        large_amplitudes=(),
    )  # fmt: skip
    figure = Figure2Settings(runs=2, steps=3, looks=2, points=5, rows=50)
    bias = BiasSetting(points=8, frequencies=2, width=16, depth=2, features=4, steps=40)
    lazy = Setting(points=4, tests=4, depth=2, features=3, steps=20)

    def all_of_them(executor):
        rates = run_frequency_control(small, executor=executor)
        return [
            [(run.case, run.draw, run.fit, run.rates.measured.tolist()) for run in rates.runs],
            [json.dumps(p.to_json()) for p in run_figure_2(figure, executor=executor).paths],
            spectral_bias([1.0], range(2), bias, executor=executor),
            laziness([8], [0.5], range(2), lazy, executor=executor),
        ]

    with connected(address) as executor:
        found = all_of_them(executor)
    for there, here in zip(found, all_of_them(None), strict=True):
        assert repr(there) == repr(here)  # rates that were not measured are NaN
