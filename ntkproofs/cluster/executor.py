# pyright: reportMissingTypeStubs=false
"""An executor of ``concurrent.futures`` on a cluster, in which no wait is without an end.

Dask runs a task again when its worker dies, on another one, as often as the scheduler allows. What
is left for this module: a scheduler that is gone, a cluster without workers, workers of other
versions. Each of them ends every waiting future with an error that says so.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

from ntkproofs.cluster.sameness import stamp
from ntkproofs.errors import Unable
from ntkproofs.processes import one_blas_thread

_LOOK = 0.5
"""Seconds between looks at the scheduler while something is being waited for."""
_SILENT = "it gives no answer"
_KEPT = (
    "What was finished is kept, where there is a store or a checkpoint: run again, with a cluster "
    "that lives or without --cluster."
)


@dataclass(frozen=True)
class Waits:
    """How many seconds are waited for what.

    Attributes:
        scheduler: for the scheduler to take the connection, and for each of its answers.
        workers: while there is no worker.
        greeting: for the workers to say what they compute with.
    """

    scheduler: float = 15.0
    workers: float = 60.0
    greeting: float = 120.0


class TaskDied(Unable):
    """A task whose workers died, so often that the scheduler gave it up."""


class ClusterExecutor(Executor):
    """Runs functions on the workers of a cluster.

    A function and its arguments travel by Dask's pickles; arguments that are what :meth:`keep`
    returned are sent once. A task that changes settings of its process (the precision of balls, the
    threads of BLAS) must be the only one there, so functions that are submitted run one at a time
    in each process of a cluster, with one thread of BLAS.

    Attributes:
        where: the address, for messages.
        threads: how many tasks the cluster runs at once.
    """

    def __init__(self, client: Any, where: str, waits: Waits) -> None:
        self.where = where
        self._client = client
        self._waits = waits
        self._stamp = stamp()
        self._lock = threading.Lock()
        self._pending: dict[Future[Any], Any] = {}
        self._trouble: Unable | None = None
        self._ended = threading.Event()
        self._without_workers: float | None = None
        try:
            self.threads = max(1, sum(self._cores().values()))
        except OSError as error:  # a timeout is one
            raise self._gone(str(error) or _SILENT) from error
        self._watch = threading.Thread(target=self._keep_watch, daemon=True)
        self._watch.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run ``fn(*args, **kwargs)`` on a worker, alone in its process.

        Raises:
            Unable: if the cluster is gone already. A cluster that is lost later, and a task whose
                workers died again and again, show in the future.
        """
        return self.send(_alone, fn, args, kwargs)

    def send(self, fn: Callable[..., Any], /, *args: Any, priority: int = 0) -> Future[Any]:
        """Run ``fn(*args)`` on a worker, beside other tasks; higher priorities first."""
        return self._follow(
            lambda: self._client.submit(
                _checked, self._stamp, fn, *args, pure=False, priority=priority
            )
        )

    def keep(self, value: Any) -> Any:
        """Send plain data to the cluster once; the answer stands for it among arguments."""
        return self._client.submit(_as_it_is, value, pure=False)

    def compute(self, collection: Any) -> Any:
        """The value of a collection of Dask, such as an array; the waits have limits as elsewhere.

        Raises:
            Unable: if the cluster is lost.
        """
        return self._follow(lambda: self._client.compute(collection)).result()

    def persist(self, collection: Any) -> Any:
        """The collection, with its parts computed and held in the memory of the workers.

        Returns at once; who needs the parts waits for them.
        """
        return self._client.persist(collection)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Drop what has not come back; running functions come to their end unheard."""
        self._ended.set()
        self._fail(Unable(f"The cluster at {self.where} was left."))

    @property
    def is_watched(self) -> bool:
        """Whether someone sees to it that every future ends."""
        return self._watch.is_alive() or self._trouble is not None

    def _follow(self, begin: Callable[[], Any]) -> Future[Any]:
        """A future that ends when a task of Dask does, or the cluster is lost."""
        future: Future[Any] = Future()
        with self._lock:
            if self._trouble is not None:
                raise self._trouble
            task = begin()
            self._pending[future] = task
        self._client.loop.add_callback(self._deliver, task, future)
        return future

    async def _deliver(self, task: Any, future: Future[Any]) -> None:
        """Hand over what became of a task; runs in the loop of the client."""
        from distributed import KilledWorker

        value, error = None, None
        try:
            value = await self._client.gather(task, asynchronous=True)
        except KilledWorker as killed:
            error = TaskDied(
                f"its worker on the cluster died, {killed.allowed_failures + 1} times in a row on "
                "different tries (out of memory? see the logs of the workers)"
            )
        except (asyncio.CancelledError, concurrent.futures.CancelledError):
            self._fail(self._gone("the connection was lost"))
            return
        # The function may raise anything; whoever waits for the future is told.
        except Exception as raised:  # noqa: BLE001
            error = raised
        self._settle(future, value, error)

    def _settle(self, future: Future[Any], value: Any, error: BaseException | None) -> None:
        with self._lock:
            if self._pending.pop(future, None) is None:
                return
        if not future.set_running_or_notify_cancel():
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)

    def _fail(self, trouble: Unable) -> None:
        with self._lock:
            self._trouble = self._trouble or trouble
            waiting = list(self._pending)
        for future in waiting:
            self._settle(future, None, self._trouble)

    def _keep_watch(self) -> None:
        trouble = None
        while trouble is None and not self._ended.wait(_LOOK):
            try:
                trouble = self._look() if self._pending else None
            # Whatever looking raises: those who wait would wait for ever.
            except Exception as unforeseen:  # noqa: BLE001
                told = f"{type(unforeseen).__name__}: {unforeseen}"
                trouble = Unable(f"Nobody looks after {self.where} any more ({told}). {_KEPT}")
        if trouble is not None:
            self._fail(trouble)

    def _look(self) -> Unable | None:
        if self._client.status != "running":
            return self._gone("the connection was lost")
        try:
            cores = self._cores()
        except (OSError, RuntimeError) as error:  # a timeout is an OSError
            return self._gone(str(error) or _SILENT)
        if cores:
            self._without_workers = None
            return None
        self._without_workers = self._without_workers or time.monotonic()
        if time.monotonic() - self._without_workers < self._waits.workers:
            return None
        return Unable(
            f"The cluster at {self.where} has had no worker for {self._waits.workers:g} s, and "
            f"work is left. Start workers: dask worker {self.where}. {_KEPT}"
        )

    def _cores(self) -> dict[str, int]:
        scheduler = self._client.scheduler
        return self._client.sync(scheduler.ncores, callback_timeout=self._waits.scheduler)

    def _gone(self, why: str) -> Unable:
        return Unable(f"The scheduler at {self.where} is gone: {why}. {_KEPT}")


_one_at_a_time = threading.Lock()


def _checked(wanted: str, fn: Callable[..., Any], *args: Any) -> Any:
    """Run a function on a worker, if it computes with the same versions as whoever asked."""
    if stamp() != wanted:
        raise Unable(
            "A worker that joined the cluster computes with other versions than this process, so "
            "that results could differ. Install the same packages on all machines, and start the "
            "workers again after every change."
        )
    return fn(*args)


def _alone(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    with _one_at_a_time:
        # Not undone: sums of floats depend on how many threads share them.
        one_blas_thread()
        return fn(*args, **kwargs)


def _as_it_is(value: Any) -> Any:
    return value
