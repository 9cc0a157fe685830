# pyright: reportMissingTypeStubs=false
"""What a worker of the cluster does with a request: it has an isolated process of its own serve it.

The supervising pool is the one that serves on a single machine (:mod:`ntkproofs.claims.workers`),
with one process, so that limits and failures are the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ntkproofs.claims.workers import Limits, Pool
from ntkproofs.cluster.bundles import made_meanwhile, place

_IDLE = 30.0
"""Seconds that a process stays for a next request."""
_CLOCKS = 2.0
"""Seconds by which times of files may be rounded."""


@dataclass(frozen=True)
class _Kind:
    limits: Limits
    folder: str


class _Lender:
    """Pools of one process, one to a thread of the worker; unused ones are ended after a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[tuple[_Kind, Pool, threading.Timer]] = []

    @contextmanager
    def lend(self, kind: _Kind) -> Generator[Pool]:
        pool = self._take(kind) or Pool(kind.limits, kind.folder)
        kept = False
        try:
            yield pool
            kept = True
        finally:
            if kept:
                self._give_back(kind, pool)
            else:
                pool.close()

    def _take(self, kind: _Kind) -> Pool | None:
        with self._lock:
            for entry in self._idle:
                if entry[0] == kind:
                    self._idle.remove(entry)
                    entry[2].cancel()
                    return entry[1]
        return None

    def _give_back(self, kind: _Kind, pool: Pool) -> None:
        timer = threading.Timer(_IDLE, self._end, (pool,))
        timer.daemon = True
        with self._lock:
            self._idle.append((kind, pool, timer))
        timer.start()

    def _end(self, pool: Pool) -> None:
        with self._lock:
            mine = [entry for entry in self._idle if entry[1] is pool]
            self._idle = [entry for entry in self._idle if entry[1] is not pool]
        for _ in mine:
            pool.close()


_lender = _Lender()


def serve_on_worker(
    bundle: Mapping[str, Any], request: Mapping[str, Any], how: Mapping[str, Any]
) -> dict[str, Any]:
    """:func:`serve`, with the folder that Dask cleans up after the worker."""
    from distributed import get_worker

    return serve(bundle, request, how, str(get_worker().local_directory))


def serve(
    bundle: Mapping[str, Any], request: Mapping[str, Any], how: Mapping[str, Any], scratch: str
) -> dict[str, Any]:
    """Serve a request for evidence, or for the outline of a file, in a process with limits.

    Args:
        bundle: the files, as plain data.
        request: as for :class:`ntkproofs.claims.workers.Pool`, with paths of the asking machine.
        how: ``seconds`` and ``memory``, the limits; ``environment``, the surroundings.
        scratch: a folder for files.

    Returns:
        ``data``, ``failure`` and ``seconds`` of the reply, with paths of the asking machine; and
        ``made``, the files that evidence read and had made itself.

    Raises:
        Unable: if no process can be started here.
    """
    placed = place(bundle, scratch)
    limits = Limits(1, how["seconds"], how["memory"])
    since = time.time() - _CLOCKS
    with _lender.lend(_Kind(limits, placed.working)) as pool:
        asked = {**request, "path": placed.there(request["path"])}
        pool.submit(asked, environment=how["environment"])
        reply = pool.next()
    read = reply.data.get("files", {})
    made = [path for path, content in read.items() if made_meanwhile(path, content, since)]
    files = {placed.back(path): content for path, content in read.items()}
    said = placed.retold({**reply.data, "files": {}})
    return {
        "data": {**said, "files": files} if reply.data else {},
        "failure": placed.retold(reply.failure),
        "seconds": reply.seconds,
        "made": [placed.back(path) for path in made],
    }
