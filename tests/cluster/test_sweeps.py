"""Ensembles and sweeps on a cluster: the bits of local processes, and checkpoints that survive."""

import os
import signal

import numpy as np
import pytest
from typer.testing import CliRunner

import ntkproofs as nt
from ntkproofs import cli
from ntkproofs.cluster.connection import connected
from ntkproofs.cluster.executor import TaskDied
from ntkproofs.errors import Unable
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
        executor.submit(fail, "so much").result(60)


def end_worker():
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_task_that_ends_its_workers_is_given_up(cluster, address):
    before = cluster.scheduler.allowed_failures
    cluster.scheduler.allowed_failures = 0
    try:
        with connected(address) as executor, pytest.raises(TaskDied, match="its worker"):
            executor.submit(end_worker).result(120)
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
