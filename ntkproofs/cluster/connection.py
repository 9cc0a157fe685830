# pyright: reportMissingTypeStubs=false
"""Connecting to a cluster, or making one on this machine."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from typing import Any

from ntkproofs.claims.workers import default_jobs
from ntkproofs.cluster.executor import ClusterExecutor, Waits
from ntkproofs.cluster.sameness import differences, facts, stamp
from ntkproofs.errors import InvalidInput, MissingPackage, Unable

AUTO = "auto"
_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9A-Fa-f:]+\]|[^\s/:\[\]]+):([0-9]{1,5})")
_LAST_PORT = 65535
USUAL = Waits()


@contextmanager
def connected(
    address: str, *, jobs: int | None = None, waits: Waits | None = None
) -> Generator[ClusterExecutor]:
    """An executor on the cluster at an address; leaving the block leaves the cluster.

    Args:
        address: ``tcp://HOST:PORT`` of a scheduler of Dask (``tls://`` with the certificates of
            Dask's own configuration), or ``auto`` for workers on this machine, which are ended
            with the block. A script that asks for ``auto`` needs its calls under
            ``if __name__ == "__main__":``.
        jobs: worker processes of ``auto``; one per processor if left out.
        waits: how long is waited for what; :data:`USUAL` if left out.

    Raises:
        InvalidInput: for what is no address, and for ``jobs`` of a cluster that runs already.
        MissingPackage: without Dask.
        Unable: if the scheduler does not answer within the limit, no worker comes, or a worker
            computes with other versions than this process.

    Example:
        >>> with connected("localhost:8786") as executor:
        ...     pass
        Traceback (most recent call last):
            ...
        ntkproofs.errors.InvalidInput: A cluster is tcp://HOST:PORT ...; got 'localhost:8786'. ...
    """
    require_address(address, jobs)
    waits = waits or USUAL
    distributed = require_distributed()
    with ExitStack() as stack:
        stack.enter_context(_quiet())
        if address == AUTO:
            found = stack.enter_context(_local(distributed, jobs or default_jobs(), waits))
            address = str(found.scheduler_address)
        client = _client(distributed, address, waits)
        stack.callback(_leave, client, waits)
        _require_workers(client, address, waits)
        executor = ClusterExecutor(client, address, waits)
        stack.callback(executor.shutdown)
        yield executor


def require_address(address: str, jobs: int | None = None) -> None:
    """Check what was given as a cluster; asked before long work starts.

    Raises:
        InvalidInput: as :func:`connected`.
    """
    if address == AUTO:
        if jobs is not None and jobs < 1:
            raise InvalidInput(f"jobs is a number of processes, 1 at least; got {jobs}.")
        return
    match = _ADDRESS.fullmatch(address)
    if match is None or not 1 <= int(match[3]) <= _LAST_PORT:
        raise InvalidInput(
            "A cluster is tcp://HOST:PORT of a Dask scheduler (tls:// with certificates), as "
            f"'dask scheduler' prints it, or auto for processes on this machine; got {address!r}. "
            "Start one: dask scheduler; then on each machine: dask worker tcp://HOST:PORT."
        )
    if jobs is not None:
        raise InvalidInput(
            f"--jobs is the number of processes on this machine; the cluster at {address} has as "
            "many as its workers were started with. Leave --jobs out."
        )


def require_distributed() -> Any:
    """The package distributed.

    Raises:
        MissingPackage: if it is not installed; says what to install.
    """
    try:
        import distributed
    except ImportError:
        raise MissingPackage(
            "Clusters are run by Dask, which is not installed. Install it here and on all workers: "
            'pip install "ntkproofs[cluster]".'
        ) from None
    return distributed


def executor_for(
    address: str | None, jobs: int | None
) -> AbstractContextManager[ClusterExecutor | None]:
    """:func:`connected`, or nothing where no cluster is asked for."""
    return nullcontext() if address is None else connected(address, jobs=jobs)


@contextmanager
def _quiet() -> Generator[None]:
    """Dask logs to the error stream what is told here as an error, or is no trouble at all."""
    handlers = logging.getLogger("distributed").handlers
    before = [(handler, handler.level) for handler in handlers]
    for handler in handlers:
        handler.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for handler, level in before:
            handler.setLevel(level)


@contextmanager
def _local(distributed: Any, jobs: int, waits: Waits) -> Generator[Any]:
    def start() -> Any:
        return distributed.LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            memory_limit=0,
            silence_logs=logging.CRITICAL,
        )

    try:
        cluster = _within(waits.greeting, start)
    except (OSError, RuntimeError) as error:
        raise Unable(
            f"No cluster can be started on this machine: {error}. Ask for fewer --jobs; in a "
            'script, calls with cluster="auto" stand under `if __name__ == "__main__":`.'
        ) from error
    try:
        yield cluster
    finally:
        _leave(cluster, waits)


def _client(distributed: Any, address: str, waits: Waits) -> Any:
    def connect() -> Any:
        seconds = waits.scheduler
        return distributed.Client(address, timeout=seconds, set_as_default=False, name="ntkproofs")

    async def answers() -> None:
        await (await distributed.comm.connect(address, timeout=waits.scheduler)).close()

    try:
        # Dask's own limit ends before the greeting: what takes connections and says nothing is
        # found by a first one, which can be given up.
        # A thread has no running loop, as notebooks do.
        _within(
            2 * waits.scheduler, lambda: asyncio.run(asyncio.wait_for(answers(), waits.scheduler))
        )
        return _within(2 * waits.scheduler, connect)
    except (OSError, ValueError, RuntimeError) as error:
        why = str(error) or "something takes the connection and says nothing"
        raise Unable(
            f"No Dask scheduler answers at {address} within {waits.scheduler:g} s: {why}. Start "
            "one with 'dask scheduler' and give the address that it prints; a firewall may be in "
            "between. Without --cluster the work is done by processes on this machine."
        ) from error


def _leave(open_one: Any, waits: Waits) -> None:
    """Close a client or a cluster: the work is done, also where a machine is slow to close them."""
    with suppress(TimeoutError):
        open_one.close(timeout=waits.scheduler)


def _within(seconds: float, make: Callable[[], Any]) -> Any:
    """What a function makes; TimeoutError if it does not come back in time."""
    made: Future[Any] = Future()

    def run() -> None:
        try:
            made.set_result(make())
        # It is raised where it is waited for.
        except Exception as error:  # noqa: BLE001
            made.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        return made.result(seconds)
    except TimeoutError as error:
        raise TimeoutError(str(error) or f"nothing came within {seconds:g} s") from None


def _require_workers(client: Any, address: str, waits: Waits) -> None:
    """Wait for a worker; refuse workers that compute with other versions."""
    try:
        client.wait_for_workers(1, timeout=waits.workers)
    except (OSError, TimeoutError) as error:
        raise Unable(
            f"The cluster at {address} has no worker, and none came within {waits.workers:g} s. "
            f"Start some: dask worker {address}."
        ) from error
    stamp()  # of this process, before anything else can change

    async def ask() -> Mapping[str, Any]:
        return await client.run(facts, on_error="return")

    try:
        answers = client.sync(ask, callback_timeout=waits.greeting)
    except (OSError, TimeoutError) as error:
        raise Unable(
            f"The workers of the cluster at {address} did not say what they compute with within "
            f"{waits.greeting:g} s: {error}. Look after them."
        ) from error
    here = facts()
    for worker, there in answers.items():
        if isinstance(there, OSError):
            continue  # it left while it was asked; whoever comes back is asked with each task
        lacks = f"it raises {type(there).__name__}: {there}"
        wrong = lacks if isinstance(there, Exception) else differences(here, there)
        if wrong:
            raise Unable(
                f"The worker at {worker} computes with other versions than this process, so that "
                f"results could differ: {wrong}. Install the same packages on all machines ('pip "
                "freeze' tells), and start the workers again after every change."
            )
