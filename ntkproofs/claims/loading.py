"""Claim files: Python modules that define claims. They are code, and are run as such."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ntkproofs.claims.claim import Claim
from ntkproofs.errors import InvalidInput


@dataclass(frozen=True)
class Problem:
    """A file that gave no claims, and why, in one line."""

    path: Path
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


@dataclass(frozen=True)
class Loaded:
    """The claims of the files that could be read, by id and in order; and the problems."""

    claims: tuple[Claim, ...]
    problems: tuple[Problem, ...]


def bundled_checks() -> Path:
    """The folder of the claims that ship with ntkproofs."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "bundled" / "checks"
    return inside if inside.is_dir() else package.parent / "checks"


def load_claims(paths: Sequence[str | Path] = ()) -> Loaded:
    """Import claim files and collect their claims.

    Args:
        paths: files, or folders that are searched for ``*.py`` (names that start with an
            underscore are helpers and are passed over); none means the bundled checks.

    A file that cannot be read, has a syntax error, raises, or defines no claim is a problem; the
    other files are read all the same. Of two claims with one id the second is a problem.
    """
    claims: dict[str, tuple[Claim, Path]] = {}
    problems: list[Problem] = []
    for path in _files([Path(p) for p in paths] or [bundled_checks()], problems):
        found = _claims_in(path, problems)
        for claim in found:
            if claim.id in claims:
                other = claims[claim.id][1]
                message = f"the claim id {claim.id!r} is taken by {other}; ids are permanent names"
                problems.append(Problem(path, message))
            else:
                claims[claim.id] = (claim, path)
    return Loaded(tuple(claim for claim, _ in claims.values()), tuple(problems))


def select(claims: Iterable[Claim], ids: Sequence[str]) -> tuple[Claim, ...]:
    """The claims with the given ids, all if none are given.

    Raises:
        InvalidInput: for an id that no claim has.
    """
    by_id = {claim.id: claim for claim in claims}
    unknown = [name for name in ids if name not in by_id]
    if unknown:
        near = [known for known in by_id if any(part in known for part in unknown[0].split("."))]
        hint = ", ".join((near or list(by_id))[:6])
        raise InvalidInput(f"No claim has the id {unknown[0]!r}. Known ids include: {hint}.")
    return tuple(by_id[name] for name in dict.fromkeys(ids)) if ids else tuple(by_id.values())


def _files(paths: Sequence[Path], problems: list[Problem]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*.py") if not p.name.startswith("_"))
            if not inside:
                problems.append(Problem(path, "the folder holds no claim file (*.py)"))
            found += inside
        elif path.exists():
            found.append(path)
        else:
            problems.append(Problem(path, "no such file or folder"))
    return list(dict.fromkeys(p.resolve() for p in found))


def _claims_in(path: Path, problems: list[Problem]) -> list[Claim]:
    if path.suffix != ".py":
        problems.append(Problem(path, "a claim file is a Python file (*.py)"))
        return []
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:12]
    name = f"ntkproofs_claims_{path.stem.replace('-', '_')}_{digest}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        problems.append(Problem(path, "cannot be imported as a Python module"))
        return []
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        problems.append(Problem(path, f"line {error.lineno}: syntax error: {error.msg}"))
        return []
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a claim file is a user's code
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(path)]
        where = f"line {lines[-1]}: " if lines else ""
        problems.append(Problem(path, f"{where}{type(error).__name__}: {error}"))
        return []
    claims = [value for value in vars(module).values() if isinstance(value, Claim)]
    if not claims:
        problems.append(Problem(path, "defines no claim (ntkproofs.claims.Claim)"))
    without = [claim.id for claim in claims if not claim.evidence]
    if without:
        problems.append(Problem(path, f"the claim {without[0]!r} has no evidence"))
    return [claim for claim in dict.fromkeys(claims) if claim.evidence]
