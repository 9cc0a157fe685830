"""The state of an ensemble on disk: an .npz of plain arrays, written whole or not at all."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ntkproofs.errors import InvalidInput
from ntkproofs.files import replacing
from ntkproofs.finite_width.accumulators import Moments

if TYPE_CHECKING:
    from ntkproofs.finite_width.ensembles import State

_MOMENTS = ("ntk", "spectrum", "deviation")
_ARRAYS = ("groups", "sizes", "group_squares")


def save_state(path: Path, digest: str, state: State) -> None:
    """Write a state; an earlier one stays until the new one is complete."""
    arrays: dict[str, Any] = {name: getattr(state, name) for name in _ARRAYS}
    for name in _MOMENTS:
        moments: Moments = getattr(state, name)
        arrays[f"{name}_mean"], arrays[f"{name}_squares"] = moments.mean, moments.squares
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, digest=np.array(digest), draws=np.array(state.draws), **arrays)


def load_state(path: Path, digest: str, empty: State) -> State:
    """The state of a file, or the empty one where there is none.

    Raises:
        InvalidInput: if the file holds no state, or that of another ensemble.
    """
    if not path.exists():
        return empty
    try:
        with zipfile.ZipFile(path):
            pass  # np.load also takes single arrays
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        found = str(arrays["digest"])
        if found == digest:
            _fill(empty, arrays)
    except (
        ValueError,
        TypeError,
        KeyError,
        OSError,
        EOFError,
        zlib.error,
        zipfile.BadZipFile,
    ) as error:
        raise InvalidInput(
            f"{path} is no checkpoint of an ensemble ({type(error).__name__}: {error}). Remove it, "
            "or give another file."
        ) from None
    if found != digest:
        raise InvalidInput(
            f"{path} belongs to another ensemble: network, inputs, seed or dtype differ. Its "
            "draws cannot be mixed with these; give another file."
        )
    return empty


def _fill(state: State, arrays: dict[str, Any]) -> None:
    draws = int(arrays["draws"])
    for name, array in arrays.items():
        if array.dtype.kind != {"digest": "U", "draws": "i", "sizes": "i"}.get(name, "f"):
            raise ValueError(f"{name} has the type {array.dtype}")
        if name == "sizes" or name.endswith("squares"):
            _not_negative(name, array)
    for name in _ARRAYS:
        _same_shape(name, getattr(state, name), arrays[name])
        setattr(state, name, arrays[name])
    for name in _MOMENTS:
        mean, squares = arrays[f"{name}_mean"], arrays[f"{name}_squares"]
        _same_shape(name, getattr(state, name).mean, mean)
        _same_shape(name, getattr(state, name).mean, squares)
        setattr(state, name, Moments(draws, mean, squares))
    if draws != int(state.sizes.sum()):
        raise ValueError("its groups do not add up to its draws")
    state.draws = draws


def _not_negative(name: str, stored: Any) -> None:
    if (stored < 0).any():
        raise ValueError(f"{name} has negative entries")


def _same_shape(name: str, here: Any, stored: Any) -> None:
    if here.shape != stored.shape or not np.isfinite(stored).all():
        raise ValueError(f"{name} has the shape {stored.shape} or is not finite")
