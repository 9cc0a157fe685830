"""Long runs of many parts: finished parts are kept in a file, and the run goes on from there.

The file is JSON, in which a float is the same float when it is read again; it is written whole
each time. What makes a run this run stands in it, versions of packages included, so that parts that
were made otherwise are refused instead of mixed in.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from ntkproofs.environment import versions
from ntkproofs.errors import InvalidInput
from ntkproofs.files import replacing, require_writable
from ntkproofs.processes import as_they_come

_FORMAT = 1
_PACKAGES = ("ntkproofs", "numpy", "scipy", "python-flint")
_WRITING = 0.05
"""The share of its time that a run may spend writing down what is finished."""
_Result = TypeVar("_Result")


@dataclass
class FinishedParts:
    """The finished parts of a run, in a file or, without one, in memory alone.

    The file stays when all parts are there: remove it (:meth:`remove`) when the result is safe.

    Attributes:
        path: the file; None keeps nothing.
        run: what makes the run this one (a budget, settings): JSON. Versions are added, where it
            does not name its own.
        parts: by name: JSON.

    Raises:
        InvalidInput: if the path cannot be written to, or the file there is of another run, or is
            no such file.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "run.partial.json"
        >>> FinishedParts(path, {"steps": 5}).keep("first", [0.1, 0.2])
        >>> FinishedParts(path, {"steps": 5}).parts
        {'first': [0.1, 0.2]}
    """

    path: Path | None
    run: dict[str, Any]
    parts: dict[str, Any] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        # As it is read again: tuples are lists in JSON.
        made = {"format": _FORMAT, "versions": versions(_PACKAGES), **self.run}
        self.run = json.loads(json.dumps(made))
        if self.path is not None:
            require_writable(self.path)
            self.parts = self._load(self.path)

    def keep(self, name: str, part: Any) -> None:
        """Add a finished part, and write the file.

        Raises:
            InvalidInput: if it cannot be written, as where no space is left; the old file stays.
        """
        self.parts[name] = part
        self.write()

    def write(self) -> None:
        """Write the file.

        Raises:
            InvalidInput: if it cannot be written, as where no space is left; the old file stays.
        """
        if self.path is None:
            return
        text = json.dumps({"run": self.run, "parts": self.parts}, indent=1) + "\n"
        with replacing(self.path) as temporary:
            temporary.write_text(text, encoding="utf-8")

    def remove(self) -> None:
        """Remove the file, when it is no longer needed."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def foreign(self, what: str) -> InvalidInput:
        """The error where a part is not one of this run."""
        return InvalidInput(
            f"A run goes on from its own finished parts only; {self.path} holds those of another "
            f"one: {what}. Mixed runs would share neither budget nor data. Give the options of "
            "that run to go on with it, or another folder, or remove the file to begin again."
        )

    def _load(self, path: Path) -> dict[str, Any]:
        if not path.exists():
            return {}
        run, parts = read_parts(path)
        for name, value in self.run.items():
            if run.get(name) != value:
                raise self.foreign(f"it differs in the {name}{differing(run.get(name), value)}")
        return parts


@dataclass(frozen=True)
class Form(Generic[_Result]):
    """How a part is written as JSON, and what it is when it is read again: the same."""

    write: Callable[[_Result], Any]
    read: Callable[[Any], _Result]


def finish(
    function: Callable[..., _Result],
    tasks: Mapping[str, tuple[Any, ...]],
    form: Form[_Result],
    kept: FinishedParts,
    *,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, _Result]:
    """function(*arguments) for all (name: arguments), by name and in their order.

    Parts that were kept are not run again. Of a run that ends before it is done, by an interrupt or
    an error, everything is kept that was finished; of one that is killed, all but what came last.

    Args:
        function, executor: as in :func:`ntkproofs.processes.as_they_come`.
        form: how results are written.
        kept: where; its file stays.
        progress: called as ``progress(done, total)``, for parts that were done before as well.

    Raises:
        InvalidInput: if a part that was kept cannot be read.

    Example:
        >>> kept = FinishedParts(None, {})
        >>> finish(pow, {"square": (3, 2), "cube": (3, 3)}, Form(str, int), kept)
        {'square': 9, 'cube': 27}
        >>> kept.parts
        {'square': '9', 'cube': '27'}
    """
    tell = progress or (lambda *_: None)
    found: dict[str, _Result] = {}
    for name in tasks:
        if name in kept.parts:
            found[name] = _taken_up(name, form, kept)
            tell(len(found), len(tasks))
    left = [(name, arguments) for name, arguments in tasks.items() if name not in found]
    rest = 0.0
    try:
        for name, result in as_they_come(function, left, executor):
            found[name] = result
            kept.parts[name] = form.write(result)
            if time.monotonic() >= rest:
                began = time.monotonic()
                kept.write()
                now = time.monotonic()
                rest = now + (now - began) / _WRITING
            tell(len(found), len(tasks))
    finally:
        if left and kept.parts:
            kept.write()
    return {name: found[name] for name in tasks}


def _taken_up(name: str, form: Form[_Result], kept: FinishedParts) -> _Result:
    try:
        return form.read(kept.parts[name])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise kept.foreign(f"its {name} is not complete") from error


def read_parts(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What makes the run of a file this one, and its finished parts by name.

    Raises:
        InvalidInput: if it is no such file.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        run, parts = content["run"], content["parts"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _no_parts(path) from error
    if not isinstance(run, dict) or not isinstance(parts, dict):
        raise _no_parts(path)
    return run, parts


def differing(found: Any, wanted: Any) -> str:
    """The entries in which two recipes (budgets, settings) differ, as text.

    Example:
        >>> differing({"rate": 0.1, "steps": 5}, {"rate": 0.5, "steps": 5})
        ' in rate (0.1, here 0.5)'
    """
    if not (isinstance(found, dict) and isinstance(wanted, dict)):
        return ""
    names = [name for name in wanted if found.get(name) != wanted[name]]
    return " in " + ", ".join(f"{n} ({found.get(n)}, here {wanted[n]})" for n in names)


def digest_of(*arrays: Any) -> str:
    """A digest of arrays, their shapes and bits, to tell data apart in what makes a run."""
    found = hashlib.sha256()
    for array in arrays:
        values = np.ascontiguousarray(array)
        found.update(f"{values.dtype.str}{values.shape}".encode())
        found.update(values.tobytes())
    return found.hexdigest()


def _no_parts(path: Path) -> InvalidInput:
    return InvalidInput(
        f"A run goes on from a file of its finished parts; {path} is none, or it is cut short. "
        "Remove it to begin again, or give another folder."
    )
