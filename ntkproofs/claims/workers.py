"""Supervising worker processes: limits of time and memory, and what becomes of a worker that dies.

A pool is given requests and returns replies as they come, in no order. Nothing that a claim file
does reaches the supervising process but as JSON: workers are separate processes in sessions of
their own, killed with all that they started when they are late, and replaced.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, BinaryIO, cast

from ntkproofs.claims.outline import without_addresses
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.threads import processors

_PATIENCE = 0.5
"""Seconds between looks at workers that say nothing."""
_STARTING = 120.0
"""Seconds that a worker has for importing the library."""
_ENDING = 10.0
"""Seconds that a worker has for ending by itself, once it has closed its pipe."""
_MOST_FAILED_STARTS = 3
_TAIL = 2000
_SMALLEST_MEMORY = 256
_LARGEST_MEMORY = 2**24
_MOST_JOBS = 512
_LONGEST = 30 * 24 * 3600.0
_FIXED = {
    # Sums of floats depend on how many threads share them; the workers are the parallelism.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
}
ENVIRONMENTS: tuple[Mapping[str, str], ...] = (
    {**_FIXED, "PYTHONHASHSEED": "0"},
    # Nepal's time in full: by its name it is known only where there is a table of time zones.
    {**_FIXED, "PYTHONHASHSEED": "1", "TZ": "<+0545>-5:45"},
)
"""The surroundings of a first and of a second run: orders of sets and the time zone differ.

A second run has, besides, none of the user's environment variables but those that are needed.
"""
_NEEDED = (
    *("PATH", "HOME", "TMP", "TEMP", "LANG", "LC_", "SYSTEM", "WINDIR", "USERPROFILE", "APPDATA"),
    *("LD_", "DYLD_", "PYTHON", "VIRTUAL_ENV", "CONDA", "CUDA", "NUMBA", "XLA", "JAX"),
)
"""How the names begin of variables that say where things are and how libraries run."""


@dataclass(frozen=True)
class Limits:
    """What one piece of evidence may use, and how many run at once.

    Attributes:
        jobs: worker processes.
        seconds: of wall time, for loading the claim file and running one piece of evidence.
        memory_mib: address space of a worker in MiB (not limited on Windows).
    """

    jobs: int
    seconds: float = 60.0
    memory_mib: int = 4096

    def __post_init__(self) -> None:
        if not 1 <= self.jobs <= _MOST_JOBS:
            raise InvalidInput(
                f"--jobs is the number of worker processes, from 1 to {_MOST_JOBS}; got "
                f"{self.jobs}. Leave it out for one per processor."
            )
        if not (math.isfinite(self.seconds) and 0 < self.seconds <= _LONGEST):
            raise InvalidInput(
                "--timeout is how many seconds one piece of evidence may take, more than 0 and at "
                f"most {_LONGEST:.0f} (30 days); got {self.seconds:g}. The default is 60."
            )
        if not _SMALLEST_MEMORY <= self.memory_mib <= _LARGEST_MEMORY:
            raise InvalidInput(
                f"--memory is the address space of a worker in MiB, from {_SMALLEST_MEMORY} "
                f"(Python and its libraries alone take most of that) to {_LARGEST_MEMORY}; got "
                f"{self.memory_mib}. The default is 4096."
            )


def default_jobs() -> int:
    """One worker for each processor that this process may use, within the limit."""
    return min(processors(), _MOST_JOBS)


@dataclass(frozen=True)
class Reply:
    """What came of a request: data from the worker, or why there is none.

    Attributes:
        number: of the request.
        data: the worker's reply; empty where it died.
        failure: why there is no reply; empty where there is one.
        seconds: that passed since the worker got the request.
    """

    number: int
    data: Mapping[str, Any]
    failure: str
    seconds: float


@dataclass(eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    environment: int
    number: int | None = None
    """The request that it works on."""
    ready: bool = False
    since: float = field(default_factory=time.monotonic)
    tail: deque[bytes] = field(default_factory=lambda: deque[bytes](maxlen=8))
    drain: threading.Thread | None = None


_Event = tuple[_Worker, bytes | None]


class Pool:
    """Worker processes that serve requests. A context manager: leaving it kills them."""

    def __init__(self, limits: Limits, folder: str | None = None) -> None:
        """Start nothing yet; ``folder`` is the working directory of the workers, if another."""
        self._limits = limits
        self._folder = folder
        self._waiting: tuple[deque[tuple[int, str]], ...] = tuple(
            deque[tuple[int, str]]() for _ in ENVIRONMENTS
        )
        self._workers: list[_Worker] = []
        self._events: queue.Queue[_Event] = queue.Queue()
        self._failed_starts = 0
        self._submitted = 0

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill the workers."""
        for worker in list(self._workers):
            self._kill(worker)

    def submit(
        self, request: Mapping[str, Any], *, environment: int = 0, first: bool = False
    ) -> int:
        """Hand in a request; its number comes back with the reply.

        Args:
            request: JSON data.
            environment: which of :data:`ENVIRONMENTS` the worker lives in.
            first: before the requests that wait.
        """
        self._submitted += 1
        text = json.dumps({**request, "number": self._submitted})
        line = self._waiting[environment]
        (line.appendleft if first else line.append)((self._submitted, text))
        return self._submitted

    def next(self) -> Reply:
        """Wait for the next reply.

        Raises:
            Unable: if workers cannot be started.
        """
        while True:
            self._feed()
            try:
                worker, line = self._events.get(timeout=self._wait())
            except queue.Empty:
                reply = self._look_after()
            else:
                reply = self._hear(worker, line) if worker in self._workers else None
            if reply is not None:
                return reply

    def _feed(self) -> None:
        for environment, line in enumerate(self._waiting):
            mine = [w for w in self._workers if w.environment == environment]
            for worker in mine:
                if line and worker.ready and worker.number is None:
                    self._give(worker, line)
            starting = sum(not worker.ready for worker in mine)
            for _ in range(min(self._limits.jobs - len(mine), len(line) - starting)):
                self._workers.append(self._start(environment))

    def _give(self, worker: _Worker, line: deque[tuple[int, str]]) -> None:
        number, text = line[0]
        try:
            _pipe(worker.process.stdin).write(text.encode() + b"\n")
            _pipe(worker.process.stdin).flush()
        except OSError:
            self._kill(worker)  # died while idle: nothing is lost
            return
        line.popleft()
        worker.number, worker.since = number, time.monotonic()
        worker.tail.clear()

    def _start(self, environment: int) -> _Worker:
        program = (
            f"import sys; sys.path[:] = {sys.path!a}; from ntkproofs.claims.worker import main; "
            f"main({self._limits.memory_mib}, {os.getpid()})"
        )
        try:
            process = subprocess.Popen(
                [sys.executable, "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_surroundings(environment),
                cwd=self._folder,
                start_new_session=True,
            )
        except OSError as error:
            raise Unable(
                f"A worker process cannot be started: {error.strerror}. Use fewer with --jobs."
            ) from error
        worker = _Worker(process, environment)
        worker.drain = threading.Thread(target=_drain, args=(worker,), daemon=True)
        worker.drain.start()
        threading.Thread(target=_listen, args=(worker, self._events), daemon=True).start()
        return worker

    def _wait(self) -> float:
        now = time.monotonic()
        left = (self._deadline(worker) - now for worker in self._workers)
        return max(0.0, min(_PATIENCE, *left, _PATIENCE))

    def _deadline(self, worker: _Worker) -> float:
        if not worker.ready:
            return worker.since + _STARTING
        return math.inf if worker.number is None else worker.since + self._limits.seconds

    def _look_after(self) -> Reply | None:
        """Nobody spoke: who is late, and who died while a child that it left holds its pipe?"""
        for worker in list(self._workers):
            if worker.process.poll() is not None:
                return self._hear(worker, None)
            if time.monotonic() >= self._deadline(worker):
                self._kill(worker)
                if not worker.ready:
                    return self._failed_start("took too long")
                late = f"ran out of time: {self._limits.seconds:g} s; raise --timeout"
                return self._reply(worker, {}, late)
        return None

    def _hear(self, worker: _Worker, line: bytes | None) -> Reply | None:
        data = _parsed(line)
        if data is None:
            if line is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    worker.process.wait(timeout=_ENDING)  # it is ending; let its own status stand
            self._kill(worker)
            if not worker.ready:
                return self._failed_start(self._death(worker))
            unread = "" if line is None else "its reply cannot be read"
            return self._reply(worker, {}, unread or self._death(worker))
        if not worker.ready:
            worker.ready, self._failed_starts = True, 0
            return None
        if data.get("number") != worker.number:
            self._kill(worker)
            return self._reply(worker, {}, "wrote into the pipe of its worker")
        if data.get("spent"):
            self._kill(worker)
        return self._reply(worker, data, "")

    def _reply(self, worker: _Worker, data: Mapping[str, Any], failure: str) -> Reply | None:
        number, worker.number = worker.number, None
        if number is None:
            return None
        return Reply(number, data, failure, time.monotonic() - worker.since)

    def _failed_start(self, why: str) -> None:
        self._failed_starts += 1
        if self._failed_starts >= _MOST_FAILED_STARTS:
            raise Unable(
                f"A worker process cannot be started: {why}. It needs memory for Python and the "
                f"libraries (--memory is {self._limits.memory_mib} MiB) and room for a process."
            )

    def _kill(self, worker: _Worker) -> None:
        """End a worker and all that it started, and forget it."""
        if worker in self._workers:
            self._workers.remove(worker)
        try:
            os.killpg(worker.process.pid, signal.SIGKILL)
        except (AttributeError, ProcessLookupError, PermissionError):
            worker.process.kill()
        worker.process.wait()
        with contextlib.suppress(OSError):
            _pipe(worker.process.stdin).close()

    def _death(self, worker: _Worker) -> str:
        """How a worker that is dead died, and its last words."""
        status = worker.process.returncode
        if worker.drain is not None:
            worker.drain.join(timeout=1.0)
        if status >= 0:
            cause = f"exited with status {status}"
        else:
            cause = f"killed by signal {-status}, {_signal_name(-status)}"
        lines = b"".join(worker.tail).decode(errors="replace").strip().splitlines()
        last = without_addresses(lines[-1][-200:]) if lines else ""
        return f"{cause}; its last words: {last}" if last else cause


def _surroundings(environment: int) -> dict[str, str]:
    """The environment variables of a worker."""
    names = [n for n in os.environ if environment == 0 or n.upper().startswith(_NEEDED)]
    return {**{name: os.environ[name] for name in names}, **ENVIRONMENTS[environment]}


def _signal_name(number: int) -> str:
    hints = {"SIGKILL": " (out of memory?)", "SIGABRT": " (a library gave up)"}
    try:
        name = signal.Signals(number).name
    except ValueError:
        return "a real-time signal"
    return name + hints.get(name, "")


def _pipe(pipe: Any) -> BinaryIO:
    return cast(BinaryIO, pipe)


def _listen(worker: _Worker, events: queue.Queue[_Event]) -> None:
    """Pass a worker's lines on; None says that there will be no more."""
    pipe = _pipe(worker.process.stdout)
    for line in iter(pipe.readline, b""):
        events.put((worker, line))
    events.put((worker, None))
    pipe.close()


def _drain(worker: _Worker) -> None:
    """Read what evidence prints, and keep the end only."""
    pipe = cast(Any, worker.process.stderr)
    while chunk := cast(bytes, pipe.read1(65536)):
        worker.tail.append(chunk[-_TAIL:])
    pipe.close()


def _parsed(line: bytes | None) -> dict[str, Any] | None:
    if line is None:
        return None
    try:
        data = json.loads(line)
    except ValueError:
        return None
    return cast(dict[str, Any], data) if isinstance(data, dict) else None
