"""The files of a user that evidence needs on a worker: sent as bytes, and run where they lie.

A worker that has the same files at the same place (a shared disk, this machine) runs them there.
Any other gets a mirror of its own, a folder below which each file has the path that it has here.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ntkproofs.claims.dependencies import ABSENT, digest
from ntkproofs.errors import Unable
from ntkproofs.files import replacing

MOST_BYTES = 8 * 2**20
"""Of the files that are sent for the claim files of one folder."""


@dataclass(frozen=True)
class Bundle:
    """Files by their absolute paths, and the working directory that evidence is to find.

    Attributes:
        working: the directory.
        files: path to content.
    """

    working: str
    files: Mapping[str, bytes]

    @staticmethod
    def beside(path: str, working: str) -> Bundle:
        """A claim file with the Python files beside it, and the packages below its folder.

        Raises:
            Unable: if they are more than can be sent.
        """
        found = {str(file): file.read_bytes() for file in _importable(Path(path).parent)}
        found[path] = Path(path).read_bytes()
        return Bundle(working, {})._with(found)

    def adding(self, path: str) -> Bundle:
        """The bundle with one more file.

        Raises:
            Unable: if they are more than can be sent.
        """
        return self._with({path: Path(path).read_bytes()})

    def _with(self, more: Mapping[str, bytes]) -> Bundle:
        files = {**self.files, **more}
        size = sum(map(len, files.values()))
        if size > MOST_BYTES:
            last = max(more, key=lambda path: len(more[path]))
            raise Unable(
                f"Up to {MOST_BYTES} bytes are sent to a cluster for the claim files of a folder; "
                f"with {last} they are {size}. Put the folder on a disk that all workers see under "
                "the same path, or fewer files beside the claims."
            )
        return Bundle(self.working, files)

    def holds(self, path: str, expected: str) -> bool:
        """Whether a file is in it, with the content of this digest."""
        content = self.files.get(path)
        return content is not None and hashlib.sha256(content).hexdigest() == expected

    def digest(self) -> str:
        """What tells it from other bundles."""
        parts = {path: hashlib.sha256(data).hexdigest() for path, data in self.files.items()}
        text = json.dumps([self.working, parts], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_data(self) -> dict[str, Any]:
        """Plain data that can cross to a worker."""
        return {"working": self.working, "files": dict(self.files), "digest": self.digest()}


def _importable(folder: Path) -> Iterator[Path]:
    """Python files that a claim file in this folder could import as modules."""
    for path in sorted(folder.iterdir()):
        if path.suffix == ".py" and path.is_file():
            yield path
        elif (path / "__init__.py").is_file() and not path.name.startswith("."):
            yield from _importable(path)


@dataclass(frozen=True)
class Placed:
    """Where a bundle lies on this machine.

    Attributes:
        root: the folder below which the paths are mirrored; empty where they are as they were.
        working: the working directory for evidence.
    """

    root: str
    working: str

    def there(self, path: str) -> str:
        """Where a file of the other machine lies here."""
        return os.path.join(self.root, *Path(path).parts[1:]) if self.root else path

    def back(self, path: str) -> str:
        """What the other machine calls a file; one outside of the mirror has one name only."""
        root = os.path.join(self.root, "")
        if not self.root or not path.startswith(root):
            return path
        return os.path.join(Path(path).anchor, path.removeprefix(root))

    def retold(self, said: Any) -> Any:
        """JSON data with the paths of the other machine in its strings."""
        if isinstance(said, str) and self.root:
            return said.replace(self.root, "")
        if isinstance(said, list):
            return [self.retold(item) for item in cast(list[Any], said)]
        if isinstance(said, dict):
            items = cast(dict[str, Any], said).items()
            return {self.retold(name): self.retold(item) for name, item in items}
        return said


def place(data: Mapping[str, Any], scratch: str) -> Placed:
    """See to it that the files of a bundle are here: as they are, or in a mirror.

    Args:
        data: what :meth:`Bundle.to_data` gave.
        scratch: a folder in which mirrors may be made.
    """
    files = cast(Mapping[str, bytes], data["files"])
    wanted = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    working = str(data["working"])
    if lies_here(wanted, working):
        return Placed("", working)
    root = os.path.realpath(os.path.join(scratch, "ntkproofs", str(data["digest"])[:24]))
    mirror = Placed(root, "")
    for path, content in files.items():
        target = Path(mirror.there(path))
        if digest(str(target)) != wanted[path]:
            target.parent.mkdir(parents=True, exist_ok=True)
            with replacing(target) as temporary:
                temporary.write_bytes(content)
    inside = mirror.there(working)
    os.makedirs(inside, exist_ok=True)
    return Placed(root, inside)


def lies_here(wanted: Mapping[str, str], working: str) -> bool:
    """Whether this machine has the same files, by path and digest, and the working directory."""
    return os.path.isdir(working) and all(digest(path) == wanted[path] for path in wanted)


def unlike(files: Mapping[str, str], known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(path, digest here) of the files that are not what a worker read.

    Args:
        files: digests by path, as the worker read them.
        known: the digests here, as far as they are known; is added to.
    """
    for path, there in files.items():
        if path not in known:
            known[path] = digest(path)
        if known[path] != there:
            yield path, known[path]


def made_meanwhile(path: str, content: str, since: float) -> bool:
    """Whether evidence itself made a file that it read: it is younger than the request, or gone."""
    if content == ABSENT:
        return False
    try:
        return os.stat(path).st_ctime >= since
    except OSError:
        return True
