"""Tasks of one computation: in this process, in worker processes, or wherever an executor runs."""

from __future__ import annotations

import importlib
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

from ntkproofs.errors import Unable

_Key = TypeVar("_Key")
_Result = TypeVar("_Result")


@contextmanager
def worker_pool(
    jobs: int, who: str, prepare: Callable[[], None] | None = None
) -> Iterator[ProcessPoolExecutor]:
    """A pool of spawned processes that leaves nothing behind.

    Ctrl-C reaches this process only; what is then under way in workers is dropped.

    Args:
        jobs: how many processes, 1 at least.
        who: the caller, for messages.
        prepare: is called once in every worker; a function of a module.

    Raises:
        Unable: if a worker dies.
    """
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, context, _start, (prepare,))
    try:
        yield pool
    except BrokenProcessPool:
        raise Unable(
            f"A worker process of {who} died. A script that asks for several jobs needs its calls "
            'under `if __name__ == "__main__":`; where memory is short take fewer jobs.'
        ) from None
    finally:
        # All results are in, or nobody waits for them (an interrupt).
        for worker in set(multiprocessing.active_children()) - others:
            worker.terminate()
        pool.shutdown(cancel_futures=True)


def _start(prepare: Callable[[], None] | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if prepare is not None:
        prepare()


def as_they_come(
    function: Callable[..., _Result],
    tasks: Iterable[tuple[_Key, tuple[Any, ...]]],
    executor: Executor | None = None,
) -> Iterator[tuple[_Key, _Result]]:
    """(key, function(*arguments)) for each (key, arguments), as they are done.

    Args:
        function: is run with one thread of BLAS, since sums of floats depend on how many share
            them: the results have the same bits wherever they are made.
        tasks: without an executor each is looked at when the one before is done.
        executor: that of :mod:`ntkproofs.cluster`, which sees to the threads itself; this process
            does all, in order, if left out.

    Raises:
        Exception: the first that a task raises; those that are done by then come before it.

    Example:
        >>> list(as_they_come(pow, [("square", (3, 2)), ("cube", (3, 3))]))
        [('square', 9), ('cube', 27)]
    """
    if executor is None:
        for key, arguments in tasks:
            with one_blas_thread():
                found = function(*arguments)
            yield key, found
        return
    key_of = {executor.submit(function, *arguments): key for key, arguments in tasks}
    while key_of:
        done = wait(key_of, return_when=FIRST_COMPLETED).done
        for future in sorted(done, key=_failed):
            yield key_of.pop(future), future.result()


def one_blas_thread() -> AbstractContextManager[Any]:
    """One thread for BLAS, SciPy's own included, from now on or for a block of ``with``."""
    # Loaded later, SciPy's BLAS would have all threads, and the first task of a process other bits.
    importlib.import_module("scipy.linalg")
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def _failed(future: Future[Any]) -> bool:
    return future.exception() is not None
