"""Whether two processes would compute the same: versions of everything that results stand on."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from functools import cache
from typing import Any

import ntkproofs
from ntkproofs.claims.fingerprint import installed, library_digest

_SHOWN = 3

Facts = dict[str, Any]
"""Plain data: names of facts, and strings or sorted lists of strings."""


def facts() -> Facts:
    """What this process computes with; plain data, which can cross to another one."""
    return {
        "ntkproofs": ntkproofs.__version__,
        "source of ntkproofs": library_digest()[:16],
        "Python": sys.version,
        "system": f"{platform.system()} {platform.machine()}",
        "packages": sorted({name.rsplit(".", 1)[0] for name in installed()}),
    }


@cache
def stamp() -> str:
    """A digest of :func:`facts` as they were when this process was first asked."""
    return digest_of(facts())


def digest_of(found: Facts) -> str:
    """A digest that two processes share only if all their facts are equal."""
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def differences(here: Facts, there: Facts) -> str:
    """What is different there, in words; empty where nothing is.

    Example:
        >>> differences({"Python": "3.12", "packages": ["a-1"]}, {"Python": "3.11", "packages": []})
        'Python is 3.12 here and 3.11 there; a-1 is here only'
    """
    said = [
        f"{name} is {value} here and {there.get(name, 'unknown')} there"
        for name, value in here.items()
        if name != "packages" and there.get(name) != value
    ]
    mine, theirs = set(here["packages"]), set(there.get("packages", []))
    for names, where in ((mine - theirs, "here only"), (theirs - mine, "there only")):
        if names:
            shown, more = sorted(names)[:_SHOWN], len(names) - _SHOWN
            others = f" and {more} more" if more > 0 else ""
            said.append(f"{', '.join(shown)}{others} {'are' if len(names) > 1 else 'is'} {where}")
    return "; ".join(said)
