"""Clusters on loopback: one of two workers for the tests of this folder, and some that die."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    """A busy machine starts its processes late, and answers late."""
    from ntkproofs.cluster import connection

    monkeypatch.setattr(connection, "USUAL", connection.Waits(100.0, 200.0, 200.0))


@pytest.fixture(scope="package")
def _shared_cluster():
    import dask
    import distributed

    # A worker that was killed stays one of the cluster, however long it takes to start again.
    with (
        dask.config.set({"distributed.deploy.lost-worker-timeout": "1 hour"}),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            memory_limit=0,
            silence_logs=50,
        ) as made,
    ):
        yield made


@pytest.fixture
def cluster(_shared_cluster):
    """Two workers; whom a test has killed is there again before the next."""
    yield _shared_cluster
    wait_until(lambda: len(pids(_shared_cluster)) == 2)


@pytest.fixture
def address(cluster):
    return cluster.scheduler_address


@pytest.fixture
def kill_worker(cluster):
    """Kills a worker, when it is called for the first time; its list tells whom."""
    killed = []

    def kill(*_):
        if not killed:
            killed.append(pids(cluster)[0])
            os.kill(killed[0], signal.SIGKILL)

    kill.killed = killed
    yield kill
    # The scheduler hears of it later.
    wait_until(lambda: not set(killed) & set(pids(cluster)))


@pytest.fixture
def mortal(tmp_path):
    """The address of a scheduler with one worker, and its process, to be killed."""
    processes = []
    try:
        address = start_scheduler(tmp_path, processes)
        start(
            ["dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"], processes
        )
        yield address, processes[0]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture
def only_two_tasks_end(monkeypatch):
    """However late a scheduler is killed, some of what was submitted is not done."""
    from ntkproofs.cluster.executor import ClusterExecutor

    submit, submitted = ClusterExecutor.submit, []

    def held(executor, fn, /, *args, **kwargs):
        submitted.append(fn)
        if len(submitted) > 2:
            return submit(executor, time.sleep, 3600)
        return submit(executor, fn, *args, **kwargs)

    monkeypatch.setattr(ClusterExecutor, "submit", held)


def pids(cluster) -> list[int]:
    """The processes of the workers that the scheduler knows; looked at where they change."""

    async def look():
        known = cluster.scheduler.workers
        nannies = [nanny for nanny in cluster.workers.values() if nanny.worker_address in known]
        return [nanny.pid for nanny in nannies if nanny.pid is not None]

    return cluster.sync(look)


def start(words: list[str], processes: list[subprocess.Popen[bytes]]) -> None:
    command = [sys.executable, "-m", f"distributed.cli.{words[0]}", *words[1:]]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    processes.append(subprocess.Popen(command, **quiet))


def start_scheduler(folder, processes: list[subprocess.Popen[bytes]]) -> str:
    file = folder / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    start(["dask_scheduler", *options, "--scheduler-file", str(file)], processes)
    wait_until(lambda: address_in(file))
    return address_in(file)


def address_in(file) -> str:
    """What a scheduler has written; nothing as long as it is not there, or not whole."""
    try:
        return json.loads(file.read_text())["address"]
    except (OSError, ValueError):
        return ""


def wait_until(condition) -> None:
    until = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.05)
