"""Worker processes of one computation: they end with it, also where it is interrupted."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from ntkproofs.errors import Unable


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
