"""Whether the functions of the library are those that it came with.

Evidence shares its process with the procedures that decide it. One that replaces a procedure, even
for a moment, decides for itself. This is a tripwire and no sandbox: it compares identities, and
sees neither SymPy nor FLINT nor a change to the data that a function uses.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

_ROOMS = ("ntkproofs.arithmetic.", "ntkproofs.claims.")

_known: dict[str, list[tuple[str, Mapping[str, Any], dict[str, Any]]]] = {}
"""For each module: names of namespaces, the namespaces as they live, what they held at first."""


def remember() -> None:
    """Take note of the modules that decide, where that was not done before.

    Called before any code of a user is run.
    """
    for name in [name for name in sys.modules if name.startswith(_ROOMS) and name not in _known]:
        _known[name] = list(_namespaces(sys.modules[name]))


def replaced() -> str:
    """The full name of a function, class or module that was replaced; empty where none was."""
    for namespaces in _known.values():
        for where, namespace, originals in namespaces:
            for name, original in originals.items():
                if namespace.get(name) is not original:
                    return f"{where}.{name}"
    return ""


def _namespaces(module: ModuleType) -> Iterator[tuple[str, Mapping[str, Any], dict[str, Any]]]:
    """The namespaces of a module and of its classes."""
    own = vars(module)
    yield module.__name__, own, _watched(own)
    for name, value in list(own.items()):
        if isinstance(value, type) and value.__module__ == module.__name__:
            yield f"{module.__name__}.{name}", vars(value), _watched(vars(value))


def _watched(namespace: Mapping[str, Any]) -> dict[str, Any]:
    kinds = (ModuleType, property, staticmethod, classmethod)
    return {
        name: value
        for name, value in namespace.items()
        if callable(value) or isinstance(value, kinds)
    }
