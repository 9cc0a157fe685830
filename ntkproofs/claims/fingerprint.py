"""Keys of results: digests of everything that a result stands on.

Two runs share a key only where they would give the same result: the same code of the claim and of
the library, the same packages, the same constants, seed and limits.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import ntkproofs

KEY_VERSION = 1


def key(kind: str, *parts: Any) -> str:
    """The key of a thing of some kind that depends on the parts (JSON data) and on the code."""
    text = json.dumps([kind, code(), *parts], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def code() -> str:
    """A digest of the code that is not the user's: ntkproofs, Python and all that is installed."""
    facts = [
        KEY_VERSION,
        ntkproofs.__version__,
        library_digest(),
        sys.version,
        platform.platform(),
        platform.machine(),
        sorted(installed()),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


@cache
def library_digest() -> str:
    """A digest of the source of ntkproofs, every module and every bundled derivation."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for path in sorted([*root.rglob("*.py"), *(root.parent / "derivations").glob("*.py")]):
        source = path.read_bytes()
        digest.update(f"{path.relative_to(root.parent).as_posix()} {len(source)}\n".encode())
        digest.update(source)
    return digest.hexdigest()


def installed() -> Iterator[str]:
    """The installed packages, as the folders that name them with their versions."""
    for folder in dict.fromkeys(sys.path):
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        yield from (name for name in names if name.endswith((".dist-info", ".egg-info")))
