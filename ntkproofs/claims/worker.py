"""A worker process: runs claim files and their evidence when it is told to, one at a time.

Requests and replies are lines of JSON on the standard input and output that the process was started
with. Both are moved out of the reach of evidence first: what evidence reads is empty, and what it
prints goes to the error stream, of which the supervisor keeps the end.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from io import FileIO, TextIOWrapper
from typing import Any, cast

from ntkproofs.claims.dependencies import Recorder

MIB = 2**20


def main(memory_mib: int, supervisor: int) -> None:
    """Serve the requests of the supervising process until there are no more."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8", newline="\n")
    _redirect()
    _die_with(supervisor)
    _limit_memory(memory_mib)
    recorder = Recorder()
    # Imported within the limits; what is missing or does not fit shows as a worker that dies here.
    from ntkproofs.claims.serving import Server

    owner, threads = os.getpid(), threading.active_count()
    if hasattr(os, "register_at_fork"):
        # A process that evidence forks has no business with the supervisor.
        os.register_at_fork(after_in_child=lambda: _forget(replies, requests))
    server = Server(recorder)
    gc.freeze()  # the library stays; collecting garbage need not walk through it each time
    print(json.dumps({"ready": True}), file=replies, flush=True)
    for line in iter(requests.readline, ""):
        request = cast(dict[str, Any], json.loads(line))
        reply = server.serve(request)
        if os.getpid() != owner:
            os._exit(0)  # a forked process that came back from evidence as if it were this one
        reply["number"] = request["number"]
        reply["spent"] = bool(reply.get("spent")) or _left_something_running(threads)
        print(json.dumps(reply), file=replies, flush=True)


def _redirect() -> None:
    """Standard input is empty; standard output joins the error stream."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - lives as long as the process
    for stream in (sys.stdout, sys.stderr):
        cast(TextIOWrapper, stream).reconfigure(errors="replace", line_buffering=True)


def _forget(*streams: TextIOWrapper) -> None:
    for stream in streams:
        cast(FileIO, cast(Any, stream).buffer.raw).close()


def _die_with(supervisor: int) -> None:
    """On Linux, a worker is killed with its supervisor even while it hangs.

    Elsewhere it ends when it next looks for a request.
    """
    if sys.platform != "linux":
        return
    import ctypes
    import signal

    set_death_signal = 1  # PR_SET_PDEATHSIG of prctl(2)
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
    if os.getppid() != supervisor:
        os._exit(0)  # the supervisor died before it could be said


def _limit_memory(mib: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: no limit, and the documentation says so
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = mib * MIB if hard == resource.RLIM_INFINITY else min(mib * MIB, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, wanted))
    # A crash is reported in words; an image of 4 GiB on the disk helps nobody.
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def _left_something_running(threads: int) -> bool:
    """Whether evidence left a thread or a process behind, which could reach other evidence."""
    if threading.active_count() > threads:
        return True
    if not hasattr(os, "WNOHANG"):
        return False
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except ChildProcessError:
        return False
    return True
