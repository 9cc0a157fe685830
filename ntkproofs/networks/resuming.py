"""Long runs of many parts: finished parts are kept in a file, and the run goes on from there.

The file is JSON, in which a float is the same float when it is read again; it is written whole
after each part. What makes a run this run stands in it, versions of packages and the device
included, so that parts that were made otherwise are refused instead of mixed in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax

from ntkproofs.errors import InvalidInput
from ntkproofs.files import replacing, require_writable
from ntkproofs.networks.checkpoints import differing, versions

_FORMAT = 1
_PACKAGES = ("ntkproofs", "numpy", "scipy", "jax", "jaxlib", "equinox", "optax", "scikit-learn")


@dataclass
class FinishedParts:
    """The finished parts of a run, in a file or, without one, in memory alone.

    The file stays when all parts are there: remove it (:meth:`remove`) when the result is safe.

    Attributes:
        path: the file; None keeps nothing.
        run: what makes the run this one (a budget, settings): JSON. Versions are added.
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
        self.run = json.loads(json.dumps({"format": _FORMAT, **self.run, **_made_by()}))
        if self.path is not None:
            require_writable(self.path)
            self.parts = self._load(self.path)

    def keep(self, name: str, part: Any) -> None:
        """Add a finished part, and write the file.

        Raises:
            InvalidInput: if it cannot be written, as where no space is left; the old file stays.
        """
        self.parts[name] = part
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


def _no_parts(path: Path) -> InvalidInput:
    return InvalidInput(
        f"A run goes on from a file of its finished parts; {path} is none, or it is cut short. "
        "Remove it to begin again, or give another folder."
    )


def _made_by() -> dict[str, Any]:
    device = jax.devices()[0]
    return {
        "versions": versions(_PACKAGES),
        "device": f"{device.platform}: {device.device_kind}",
    }
