"""Ending a body that does not return: an alarm of the process, where there is one."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class TimeUp(BaseException):
    """Ends a search from within; no Exception, so that Hypothesis does not take it for a bug."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """A block in which :class:`TimeUp` is raised after so many seconds.

    Only the main thread of a system with alarms can be interrupted; elsewhere a body that does not
    return is waited for. An alarm that was set before is set again, with the time it had left.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() != threading.main_thread():
        yield
        return

    def ring(number: int, frame: Any) -> None:
        del number, frame
        if armed:
            raise TimeUp

    armed = True
    start = time.monotonic()
    handler = signal.signal(signal.SIGALRM, ring)
    left, interval = signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))
    try:
        try:
            yield
        finally:
            armed = False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:
            rest = max(0.001, left - (time.monotonic() - start))
            signal.setitimer(signal.ITIMER_REAL, rest, interval)
