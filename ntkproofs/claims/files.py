"""Finding claim files. Nothing is run here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from ntkproofs.errors import InvalidInput, near_names


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


_Some = TypeVar("_Some", bound=_HasId)


@dataclass(frozen=True)
class Problem:
    """A file that gave no claims, and why, in one line."""

    path: Path
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def bundled_checks() -> Path:
    """The folder of the claims that ship with ntkproofs."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "bundled" / "checks"
    return inside if inside.is_dir() else package.parent / "checks"


def claim_files(paths: Sequence[str | Path], problems: list[Problem]) -> list[Path]:
    """The claim files at paths, in order and once each; none means the bundled checks.

    Folders are searched for ``*.py``; what cannot be a claim file is added to ``problems``.
    """
    found: list[Path] = []
    for path in [Path(p) for p in paths] or [bundled_checks()]:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*.py") if not p.name.startswith("_"))
            if path == bundled_checks():
                # Open questions are searched (ntkproofs probe), which takes its time.
                inside = [p for p in inside if p.parent.name != "open"]
            if not inside:
                problems.append(Problem(path, "the folder holds no claim file (*.py)"))
            found += inside
        elif path.exists():
            if path.suffix == ".py":
                found.append(path)
            else:
                problems.append(Problem(path, "a claim file is a Python file (*.py)"))
        else:
            problems.append(Problem(path, "no such file or folder"))
    return list(dict.fromkeys(p.resolve() for p in found))


def select(claims: Iterable[_Some], ids: Sequence[str]) -> tuple[_Some, ...]:
    """The claims with the given ids, all if none are given.

    Raises:
        InvalidInput: for an id that no claim has.
    """
    by_id = {claim.id: claim for claim in claims}
    unknown = [name for name in ids if name not in by_id]
    if unknown:
        raise InvalidInput(
            f"No claim has the id {unknown[0]!r}; there are: {near_names(unknown[0], by_id)}."
        )
    return tuple(by_id[name] for name in dict.fromkeys(ids)) if ids else tuple(by_id.values())


def taken(id: str, other: str | Path, path: Path) -> Problem:
    """The problem of a claim whose id another file has taken."""
    return Problem(path, f"the claim id {id!r} is taken by {other}; ids are permanent names")
