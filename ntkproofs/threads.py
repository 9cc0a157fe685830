"""How many threads or processes work may take on this machine."""

from __future__ import annotations

import os
from numbers import Integral

from ntkproofs.errors import InvalidInput


def processors() -> int:
    """How many processors this process may use, which may be fewer than the machine has."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def require_threads(threads: int | None) -> int:
    """A number of threads, one for each processor of this process if left out.

    Raises:
        InvalidInput: for less than one thread, and for what is no whole number.
    """
    if threads is None:
        return processors()
    # What calls this may hold anything, whatever its annotation says.
    whole = isinstance(threads, Integral) and not isinstance(threads, bool)
    if not whole or threads < 1:
        raise InvalidInput(f"Work is done by at least one thread; got threads={threads!r}.")
    return int(threads)
