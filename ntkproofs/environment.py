"""What results depend on: it is written beside every one that leaves the program."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib import metadata
from typing import Any

from ntkproofs.conventions import CONVENTIONS

_PACKAGES = ("numpy", "scipy", "sympy", "mpmath", "python-flint")


def environment() -> dict[str, Any]:
    """What the results depend on: versions, the kind of machine, conventions. Nothing personal."""
    return {
        "ntkproofs": installed_version("ntkproofs"),
        "python": platform.python_version(),
        **{package: installed_version(package) for package in _PACKAGES},
        "platform": f"{platform.system()} {platform.machine()}",
        "conventions": dict(CONVENTIONS),
    }


def versions(packages: Sequence[str]) -> dict[str, str]:
    """The versions of Python and of packages: what the last bits of numbers depend on.

    Example:
        >>> versions(["numpy", "no-such-package"])["no-such-package"]
        'not installed'
    """
    found = {package: installed_version(package) or "not installed" for package in packages}
    return {"python": platform.python_version(), **found}


def installed_version(package: str) -> str | None:
    """The version of an installed package, None if it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
