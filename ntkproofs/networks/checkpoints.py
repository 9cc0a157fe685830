"""The state of a training run on disk: an .npz of plain arrays, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ntkproofs.environment import versions
from ntkproofs.errors import InvalidInput
from ntkproofs.files import replacing
from ntkproofs.networks.steps import Place
from ntkproofs.resuming import differing

_FORMAT = 1
_PACKAGES = ("ntkproofs", "numpy", "scipy", "jax", "jaxlib", "equinox", "optax", "scikit-learn")


def _history() -> dict[str, list[Any]]:
    return {"step": [], "train_loss": [], "validation_loss": []}


@dataclass
class Progress:
    """Where a run stands.

    Attributes:
        place: parameters, the optimiser's state, steps done.
        best: parameters of the record with the lowest validation loss.
        lowest: that loss.
        stale: records since then.
        stopped: why the run ended, if it did.
        history: the records.
    """

    place: Place
    best: Any
    lowest: float = float("inf")
    stale: int = 0
    stopped: str = ""
    history: dict[str, list[Any]] = field(default_factory=_history)


def run_header(model: Any, recipe: Any, data: Any, validation: Any) -> dict[str, Any]:
    """What makes a run this one: digests of the model at the start and of the data, the recipe."""
    return {
        "format": _FORMAT,
        "model": digest(model),
        "recipe": asdict(recipe),
        "data": digest((data.inputs, data.targets)),
        "validation": "" if validation is None else digest((validation.inputs, validation.targets)),
    }


def digest(tree: Any) -> str:
    """SHA-256 of the structure of a tree of arrays and of the arrays themselves."""
    leaves, structure = jax.tree.flatten(tree)
    found = hashlib.sha256(_without_addresses(str(structure)).encode())
    for leaf in leaves:
        if isinstance(leaf, (jax.Array, np.ndarray)):
            array = np.asarray(leaf)
            found.update(f"{array.dtype} {array.shape}".encode() + array.tobytes())
        else:
            found.update(_without_addresses(repr(leaf)).encode())
    return found.hexdigest()


def made_by() -> dict[str, Any]:
    """The versions and the device that trained networks depend on."""
    device = jax.devices()[0]
    return {
        "versions": versions(_PACKAGES),
        "device": f"{device.platform}: {device.device_kind}",
    }


def save_progress(path: Path, header: dict[str, Any], progress: Progress) -> None:
    """Write the state of a run; an earlier one stays until the new one is complete.

    Raises:
        InvalidInput: if the file cannot be written, as where no space is left.
    """
    small = {"lowest": progress.lowest, "stale": progress.stale, "stopped": progress.stopped}
    text = json.dumps({"run": header, **small, "history": progress.history})
    leaves = enumerate(jax.tree.leaves((progress.place, progress.best)))
    arrays: dict[str, Any] = {f"leaf{i}": np.asarray(leaf) for i, leaf in leaves}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, header=np.array(text), **arrays)


def load_progress(path: Path, header: dict[str, Any], begin: Progress) -> Progress:
    """The state in a file, or ``begin`` where there is none.

    Raises:
        InvalidInput: if the file holds no such state, or that of another run.
    """
    if not path.exists():
        return begin
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            found = json.loads(str(stored["header"]))
            arrays = [stored[f"leaf{i}"] for i in range(len(stored.files) - 1)]
            same = {name: found["run"].get(name) for name in header}
    except (OSError, ValueError, KeyError, EOFError, AttributeError, TypeError) as error:
        raise _no_state(path) from error
    except zipfile.BadZipFile as error:
        raise _no_state(path) from error
    for name, value in header.items():
        if same[name] != value:
            raise InvalidInput(
                f"The checkpoint {path} is of another run: its {name} differs"
                f"{differing(same[name], value)}. Give another path, or remove the file."
            )
    leaves, structure = jax.tree.flatten((begin.place, begin.best))
    if [(a.shape, a.dtype) for a in leaves] != [(a.shape, a.dtype) for a in arrays]:
        raise _no_state(path)
    place, best = jax.tree.unflatten(structure, [jnp.asarray(array) for array in arrays])
    rest = (found["lowest"], found["stale"], found["stopped"], found["history"])
    return Progress(place, best, *rest)


def _without_addresses(text: str) -> str:
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def _no_state(path: Path) -> InvalidInput:
    return InvalidInput(
        f"{path} is no checkpoint of a training run, or it is cut short. Give another path, or "
        "remove the file."
    )
