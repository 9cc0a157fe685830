"""Claim files: Python modules that define claims. They are code, and are run as such."""

from __future__ import annotations

import hashlib
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import module_from_spec
from pathlib import Path
from types import CodeType, ModuleType

from ntkproofs.claims import float_guard
from ntkproofs.claims.claim import Claim
from ntkproofs.claims.dependencies import is_local
from ntkproofs.claims.files import Problem, bundled_checks, claim_files, select, taken
from ntkproofs.claims.instrument import NAME, instrumented
from ntkproofs.claims.ledger import recording
from ntkproofs.claims.originals import decides, remember, remember_module

__all__ = ["Loaded", "Problem", "bundled_checks", "claims_in", "load_claims", "select"]


@dataclass(frozen=True)
class Loaded:
    """The claims of the files that could be read, in order; the problems; each claim's file."""

    claims: tuple[Claim, ...]
    problems: tuple[Problem, ...]
    files: Mapping[str, Path] = field(default_factory=dict[str, Path])


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
    for path in claim_files(paths, problems):
        found = claims_in(path, problems)
        for claim in found:
            if claim.id in claims:
                problems.append(taken(claim.id, claims[claim.id][1], path))
            else:
                claims[claim.id] = (claim, path)
    files = {name: path for name, (_, path) in claims.items()}
    return Loaded(tuple(claim for claim, _ in claims.values()), tuple(problems), files)


class _FromSource(SourceFileLoader):
    """Compiles the source that is there now, with the float guard in it.

    Python's own cache of compiled files takes a file for unchanged when its size and the second of
    its change are; a constant that was edited twice in one second would be missed.
    """

    expected = ""

    def get_code(self, fullname: str) -> CodeType:
        source = self.get_data(self.path)
        if self.expected and hashlib.sha256(source).hexdigest() != self.expected:
            raise RuntimeError("the file was changed while it was being verified; run again")
        return _compiled(source, self.path)

    def exec_module(self, module: ModuleType) -> None:
        vars(module)[NAME] = float_guard
        super().exec_module(module)


@lru_cache(maxsize=64)
def _compiled(source: bytes, path: str) -> CodeType:
    return instrumented(source, path)


class _Remembered(SourceFileLoader):
    """Loads a module that decides, and takes note of it before a user can change it."""

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        remember_module(module)


class _Helpers(MetaPathFinder):
    """Finds modules as Python does; those that lie in the folders of claim files are guarded.

    Those of the library that decide are remembered, however late they are imported.
    """

    def __init__(self) -> None:
        self.folders: set[Path] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader and spec.origin:
            origin = Path(spec.origin).resolve()
            if decides(fullname):
                spec.loader = _Remembered(fullname, spec.origin)
            elif not self.folders.isdisjoint(origin.parents) and is_local(str(origin)):
                spec.loader = _FromSource(fullname, spec.origin)
        return spec

    def guard(self, folder: Path) -> None:
        """Guard the modules of a folder from now on."""
        self.folders.add(folder)
        if self not in sys.meta_path:
            sys.meta_path.insert(sys.meta_path.index(PathFinder), self)


_helpers = _Helpers()


def _claim_of(value: object) -> Claim | None:
    """A claim, or what says of itself how it is one (a conjecture); None for anything else."""
    if isinstance(value, Claim):
        return value
    made = getattr(type(value), "as_claim", None)
    return made(value) if made is not None and not isinstance(value, type) else None


def guarded_module(
    kind: str, path: Path, expected: str = ""
) -> tuple[ModuleType, Callable[[], None]]:
    """A new module for a user's file, and what runs it: with the float guard in it.

    Args:
        kind: of what the file holds; part of the module's name.
        path: the file.
        expected: the SHA-256 of the source, where nothing else may be run.
    """
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:12]
    name = f"ntkproofs_{kind}_{path.stem.replace('-', '_')}_{digest}"
    loader = _FromSource(name, str(path))
    loader.expected = expected
    module = module_from_spec(ModuleSpec(name, loader, origin=str(path)))
    module.__file__ = str(path)
    sys.modules[name] = module
    _helpers.guard(path.resolve().parent)
    remember()
    return module, lambda: loader.exec_module(module)


def claims_in(path: Path, problems: list[Problem], expected: str = "") -> list[Claim]:
    """Run one claim file, anew each time, and collect its claims that have evidence.

    Args:
        path: the file.
        problems: is given what went wrong.
        expected: the SHA-256 of the source, where nothing else may be run.
    """
    module, load = guarded_module("claims", path, expected)
    try:
        with recording():
            load()
    except SyntaxError as error:
        problems.append(Problem(path, f"line {error.lineno}: syntax error: {error.msg}"))
        return []
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a claim file is a user's code
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(path)]
        where = f"line {lines[-1]}: " if lines else ""
        problems.append(Problem(path, f"{where}{type(error).__name__}: {error}"))
        return []
    claims = [c for c in map(_claim_of, vars(module).values()) if c is not None]
    if not claims:
        problems.append(Problem(path, "defines no claim (ntkproofs.claims.Claim)"))
    without = [claim.id for claim in claims if not claim.evidence]
    if without:
        problems.append(Problem(path, f"the claim {without[0]!r} has no evidence"))
    return [claim for claim in dict.fromkeys(claims) if claim.evidence]
