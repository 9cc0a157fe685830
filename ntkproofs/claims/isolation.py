# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""The state of a process that evidence can change, and that would reach other evidence."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flint
import mpmath
import numpy as np


@dataclass(frozen=True)
class State:
    """What a piece of evidence has to leave as it was."""

    parts: Mapping[str, Any]

    def changes(self, later: State) -> list[str]:
        """What is different later, in words."""
        return [
            name
            for name, value in self.parts.items()
            if _settled(name, later.parts[name]) != _settled(name, value)
        ]


_ARB = "the global precision of Arb (flint.ctx)"
_MPMATH = "the global precision of mpmath"
_FLOATS = "NumPy's handling of floating-point errors"
_FOLDER = "the working directory"
_ENVIRONMENT = "the environment variables"
_PATH = "the search path of imports (sys.path)"
_SIGNALS = "the signal handlers"
_SET_BY_JAX = {"TF_CPP_MIN_LOG_LEVEL": "1", "TPU_SKIP_MDS_QUERY": "1"}
"""Environment variables that JAX sets when it is imported, to these values and no others: no doing
of the evidence. They are taken back with all else, and so carry nothing to other evidence."""


def snapshot() -> State:
    """The present state."""
    return State(
        {
            _ARB: flint.ctx.prec,
            _MPMATH: mpmath.mp.prec,
            _FLOATS: np.geterr(),
            _FOLDER: _working_directory(),
            _ENVIRONMENT: dict(os.environ),
            _PATH: list(sys.path),
            _SIGNALS: {number: signal.getsignal(number) for number in signal.valid_signals()},
        }
    )


def restore(state: State) -> None:
    """Go back to a state.

    Raises:
        OSError: if the working directory is gone.
    """
    parts = state.parts
    flint.ctx.prec = parts[_ARB]
    mpmath.mp.prec = parts[_MPMATH]
    np.seterr(**parts[_FLOATS])
    if parts[_FOLDER] != _working_directory():
        os.chdir(parts[_FOLDER])
    os.environ.clear()
    os.environ.update(parts[_ENVIRONMENT])
    sys.path[:] = parts[_PATH]
    for number, handler in parts[_SIGNALS].items():
        if signal.getsignal(number) != handler:
            signal.signal(number, handler)


def _settled(name: str, value: Any) -> Any:
    """A part as it is after JAX was imported, whether it was or not."""
    return {**_SET_BY_JAX, **value} if name == _ENVIRONMENT else value


def _working_directory() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        return ""
