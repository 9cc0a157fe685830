"""The state of an ensemble on disk: an .npz of plain arrays, written whole or not at all."""

from __future__ import annotations

import zipfile
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
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        _fill(empty, arrays)
        found = str(arrays["digest"])
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
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


def _same_shape(name: str, here: Any, stored: Any) -> None:
    if here.shape != stored.shape or not np.isfinite(stored).all():
        raise ValueError(f"{name} has the shape {stored.shape} or is not finite")
