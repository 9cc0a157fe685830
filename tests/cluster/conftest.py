"""Clusters on loopback: one of two workers for the tests of this folder, and some that die."""

import json
import subprocess
import sys
import time

import pytest

pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")


@pytest.fixture(scope="package")
def cluster():
    import distributed

    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        memory_limit=0,
        silence_logs=50,
    ) as made:
        yield made


@pytest.fixture
def address(cluster):
    return cluster.scheduler_address


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


def start(words: list[str], processes: list[subprocess.Popen[bytes]]) -> None:
    command = [sys.executable, "-m", f"distributed.cli.{words[0]}", *words[1:]]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    processes.append(subprocess.Popen(command, **quiet))


def start_scheduler(folder, processes: list[subprocess.Popen[bytes]]) -> str:
    file = folder / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    start(["dask_scheduler", *options, "--scheduler-file", str(file)], processes)
    for _ in range(1200):
        if file.exists():
            return json.loads(file.read_text())["address"]
        time.sleep(0.05)
    pytest.fail("the scheduler did not start")
