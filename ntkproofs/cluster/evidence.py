"""Evidence on a cluster: the pool of processes of one machine, with many machines behind it."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Generator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ntkproofs.claims.dependencies import ABSENT
from ntkproofs.claims.workers import Limits, Reply
from ntkproofs.cluster.bundles import Bundle, unlike
from ntkproofs.cluster.connection import connected
from ntkproofs.cluster.executor import ClusterExecutor, TaskDied
from ntkproofs.cluster.serving import serve_on_worker
from ntkproofs.errors import Unable

_PATIENCE = 0.5
_MOST_ROUNDS = 50
"""How often a request may be sent again because it turned out to need one more file."""


@contextmanager
def evidence_pool(limits: Limits, address: str, jobs: int | None) -> Generator[ClusterPool]:
    """A pool on the cluster at an address; see :func:`ntkproofs.cluster.connection.connected`."""
    with connected(address, jobs=jobs) as executor:
        yield ClusterPool(limits, executor)


@dataclass
class _Asked:
    """A request that is on its way."""

    request: dict[str, Any]
    environment: int
    priority: int
    bundle: Bundle
    since: float
    rounds: int = 0


class ClusterPool:
    """Serves requests as :class:`ntkproofs.claims.workers.Pool` does, on a cluster.

    Each request runs in an isolated process beside a worker of the cluster, with the limits of a
    local one. A reply counts only if every file that was read on the way is the same here: one that
    is not there, or is another, is sent, and the request is run again.
    """

    def __init__(self, limits: Limits, executor: ClusterExecutor) -> None:
        self._limits = limits
        self._executor = executor
        self._done: queue.SimpleQueue[tuple[int, Future[Any]]] = queue.SimpleQueue()
        self._asked: dict[int, _Asked] = {}
        self._bundles: dict[str, Bundle] = {}
        self._sent: dict[str, Any] = {}
        self._known: dict[str, str] = {}
        self._submitted = 0

    def submit(
        self, request: Mapping[str, Any], *, environment: int = 0, first: bool = False
    ) -> int:
        """Hand in a request; its number comes back with the reply.

        Raises:
            Unable: if the files of the claim are more than can be sent, or the cluster is gone.
        """
        self._submitted += 1
        number, path = self._submitted, str(request["path"])
        folder = os.path.dirname(path)
        if folder not in self._bundles or path not in self._bundles[folder].files:
            self._bundles[folder] = self._read(folder, path)
        priority = number if first else -number
        made = _Asked(dict(request), environment, priority, self._bundles[folder], time.monotonic())
        self._asked[number] = made
        self._send(number, made)
        return number

    def next(self) -> Reply:
        """Wait for the next reply.

        Raises:
            Unable: if the cluster is gone, or a process cannot be started on one of its machines.
        """
        while True:
            try:
                number, future = self._done.get(timeout=_PATIENCE)
            except queue.Empty:
                if not self._executor.is_watched:
                    raise Unable("Nobody looks after the cluster any more; run again.") from None
                continue
            reply = self._hear(number, future)
            if reply is not None:
                return reply

    def _read(self, folder: str, path: str) -> Bundle:
        try:
            found = Bundle.beside(path, os.getcwd())
        except OSError as error:
            raise Unable(f"{path} cannot be read, to be sent to the cluster: {error}") from error
        known = self._bundles.get(folder)
        return Bundle(found.working, {**(known.files if known else {}), **found.files})

    def _send(self, number: int, asked: _Asked) -> None:
        key = asked.bundle.digest()
        if key not in self._sent:
            self._sent[key] = self._executor.keep(asked.bundle.to_data())
        how = {
            "seconds": self._limits.seconds,
            "memory": self._limits.memory_mib,
            "environment": asked.environment,
        }
        future = self._executor.send(
            serve_on_worker, self._sent[key], asked.request, how, priority=asked.priority
        )
        future.add_done_callback(lambda done: self._done.put((number, done)))

    def _hear(self, number: int, future: Future[Any]) -> Reply | None:
        """The reply, unless the request has to be run again with more files."""
        asked = self._asked[number]
        error = future.exception()
        if isinstance(error, TaskDied):
            del self._asked[number]
            return Reply(number, {}, str(error), time.monotonic() - asked.since)
        answer = future.result()
        read: dict[str, str] = answer["data"].get("files", {})
        there = {path: content for path, content in read.items() if path not in answer["made"]}
        others = list(unlike(there, self._known))
        failures = [why for path, here in others if (why := self._supply(asked, path, here))]
        if others and not failures:
            self._send(number, asked)
            return None
        del self._asked[number]
        if failures:
            return Reply(number, {}, failures[0], answer["seconds"])
        return Reply(number, answer["data"], answer["failure"], answer["seconds"])

    def _supply(self, asked: _Asked, path: str, here: str) -> str:
        """Have a file sent with a request that read another; why that is no help, or nothing."""
        if here == ABSENT:
            return f"it read {path}, which is on a worker of the cluster and not here"
        if asked.bundle.holds(path, here) or asked.rounds >= _MOST_ROUNDS:
            return (
                f"it read {path}, which is not the same on a worker of the cluster. Name it "
                "relative to the claim file, so that it can be sent, or put it on a disk that all "
                "workers see under the same path"
            )
        folder = os.path.dirname(asked.request["path"])
        try:
            if not self._bundles[folder].holds(path, here):
                self._bundles[folder] = self._bundles[folder].adding(path)
        except (OSError, Unable) as error:
            return f"it read {path}, which cannot be sent to the cluster: {error}"
        self._known.pop(path, None)  # it may have changed just now
        asked.bundle, asked.rounds = self._bundles[folder], asked.rounds + 1
        return ""
