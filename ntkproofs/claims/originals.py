"""Whether the functions of the library are those that it came with.

Evidence shares its process with the procedures that decide it. One that replaces a procedure, even
for a moment, decides for itself. This is a tripwire and no sandbox: it compares identities, and
sees neither SymPy nor FLINT nor a change to the data that a function uses.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

_ROOMS = ("ntkproofs.arithmetic.", "ntkproofs.claims.", "ntkproofs.derivation.")
_KINDS = (ModuleType, property, staticmethod, classmethod)


@dataclass(frozen=True)
class _Namespace:
    """A module or a class: its name, its dictionary as it lives, and what that held at first."""

    name: str
    living: Mapping[str, Any]
    names: tuple[str, ...]
    originals: tuple[Any, ...]

    def is_as_it_was(self) -> bool:
        # Asked at every step: a loop in C.
        return all(map(operator.is_, map(self.living.get, self.names), self.originals))

    def first_replaced(self) -> str:
        pairs = zip(self.names, self.originals, strict=True)
        return next(f"{self.name}.{n}" for n, value in pairs if self.living.get(n) is not value)


_known: dict[str, list[_Namespace]] = {}


def remember() -> None:
    """Take note of the modules that decide, where that was not done before.

    Called before any code of a user is run; modules that are imported later are remembered as they
    are imported.
    """
    for name in filter(decides, list(sys.modules)):
        remember_module(sys.modules[name])


def decides(module: str) -> bool:
    """Whether it is the name of a module, or of a package, whose functions decide."""
    return f"{module}.".startswith(_ROOMS)


def remember_module(module: ModuleType) -> None:
    """Take note of one module that decides, where that was not done before."""
    if module.__name__ not in _known:
        _known[module.__name__] = list(_namespaces(module))


def replaced() -> str:
    """The full name of a function, class or module that was replaced; empty where none was."""
    for namespaces in _known.values():
        for namespace in namespaces:
            if not namespace.is_as_it_was():
                return namespace.first_replaced()
    return ""


def _namespaces(module: ModuleType) -> Iterator[_Namespace]:
    """The namespaces of a module and of its classes."""
    own = vars(module)
    yield _namespace(module.__name__, own)
    for name, value in list(own.items()):
        if isinstance(value, type) and value.__module__ == module.__name__:
            yield _namespace(f"{module.__name__}.{name}", vars(value))


def _namespace(name: str, living: Mapping[str, Any]) -> _Namespace:
    watched: dict[str, Any] = {
        k: v for k, v in living.items() if callable(v) or isinstance(v, _KINDS)
    }
    return _Namespace(name, living, tuple(watched), tuple(watched.values()))
