"""Which files a claim file and its evidence read: their results stand on those too.

A recorder listens to the interpreter's audit events, so that it hears of helper modules and of data
files alike. It does not hear of files that a C library opens by itself, nor of questions whether a
file exists.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import stat
import sys
import sysconfig
from collections.abc import Mapping
from typing import Any

_CACHE = f"{os.sep}.hypothesis{os.sep}"
"""What Hypothesis keeps of sources for itself; searches that run at once write there."""
ABSENT = "absent"
"""The digest of what is no regular file."""


class Recorder:
    """Records the files that are opened for reading, with their digests at that moment.

    Files of Python, of installed packages and of ntkproofs are left out: those are known by their
    versions and by the digest of the library.
    """

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self._busy = False
        sys.addaudithook(self._hear)

    def forget(self) -> None:
        """Start anew, with another claim file."""
        self.files = {}

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open" or self._busy:
            return
        path, _, flags = arguments
        if isinstance(path, int) or not _reads(flags):
            return
        self._busy = True
        try:
            name = _source(os.path.abspath(os.fsdecode(path)))
            if name not in self.files and is_local(name):
                self.files[name] = digest(name)
        except (TypeError, ValueError):
            return  # no name of a file: the call that was announced fails by itself
        finally:
            self._busy = False


def digest(path: str) -> str:
    """The SHA-256 of a file's content; :data:`ABSENT` where there is no such file to be read."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return ABSENT
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return ABSENT


def changed(files: Mapping[str, str], known: dict[str, str]) -> bool:
    """Whether a file is no longer what it was; ``known`` remembers the digests of this run."""
    for path, before in files.items():
        if path not in known:
            known[path] = digest(path)
        if known[path] != before:
            return True
    return False


def is_local(path: str) -> bool:
    """Whether a file is the user's: not Python's, an installed package's or the system's."""
    known = "site-packages" in path or _CACHE in path
    return not path.startswith(_ELSEWHERE) and not known


def forget_local_modules(others: set[str]) -> None:
    """Drop the imported modules that lie in files of the user, so that they are run anew.

    ``others`` collects the names of those that stay, so that each is looked at once.
    """
    for name in set(sys.modules) - others:
        file = getattr(sys.modules[name], "__file__", None)
        if isinstance(file, str) and is_local(os.path.abspath(file)):
            del sys.modules[name]
        else:
            others.add(name)


def _reads(flags: Any) -> bool:
    return not isinstance(flags, int) or flags & (os.O_WRONLY | os.O_RDWR) != os.O_WRONLY


def _source(path: str) -> str:
    """A compiled module stands for its source."""
    if not path.endswith(".pyc"):
        return path
    try:
        return importlib.util.source_from_cache(path)
    except ValueError:
        return path


def _elsewhere() -> tuple[str, ...]:
    folders = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders |= {os.path.realpath(folder) for folder in folders}
    folders.add(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    system = (os.devnull, "/proc/", "/sys/", "/dev/")
    return tuple(sorted(os.path.join(folder, "") for folder in folders)) + system


_ELSEWHERE = _elsewhere()
