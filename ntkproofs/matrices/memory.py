"""How much memory there is, and the refusal of what will not fit."""

from __future__ import annotations

import os
from pathlib import Path

from ntkproofs.errors import Unable


def available_bytes() -> int | None:
    """Bytes that this process could still take without swapping; None where nobody says.

    On Linux the kernel's estimate (``MemAvailable``) and the limit of the container, whichever is
    less; elsewhere the physical memory.
    """
    found = [size for size in (_meminfo(), _container()) if size is not None]
    return min(found) if found else _physical()


def require_memory(needed: int, what: str, remedy: str) -> None:
    """Refuse ``needed`` bytes for ``what`` if they are not available.

    Raises:
        Unable: with both figures and the remedy.
    """
    available = available_bytes()
    if available is not None and needed > available:
        raise Unable(
            f"{what} needs {size_text(needed)} of memory, and {size_text(available)} are "
            f"available. {remedy}"
        )


def size_text(size: int) -> str:
    """A number of bytes as people read it."""
    value, unit = float(size), "bytes"
    for larger in ("kB", "MB", "GB", "TB", "PB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.3g} {unit}"


def _meminfo() -> int | None:
    for line in _lines(Path("/proc/meminfo")):
        if line.startswith("MemAvailable:"):
            return 1024 * int(line.split()[1])
    return None


def _container(root: Path = Path("/sys/fs/cgroup")) -> int | None:
    """What the control group of the container (version 2) leaves: its page cache can be dropped."""
    limit, used = _lines(root / "memory.max"), _lines(root / "memory.current")
    if not limit or not used or not limit[0].isdigit():
        return None
    cache = [line for line in _lines(root / "memory.stat") if line.startswith("inactive_file ")]
    return max(0, int(limit[0]) - int(used[0]) + sum(int(line.split()[1]) for line in cache))


def _physical() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
