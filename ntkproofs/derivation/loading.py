"""Derivation files: Python modules that define derivations. They are code, and are run as such."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from ntkproofs.derivation.document import Derivation
from ntkproofs.derivation.known import Fact
from ntkproofs.errors import InvalidInput, near_names


def bundled_derivations() -> Path:
    """The folder of the derivations that ship with ntkproofs."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "bundled" / "derivations"
    return inside if inside.is_dir() else package.parent / "derivations"


def load(path: str | Path | None = None) -> list[Derivation]:
    """The derivations of a file, or of all files of a folder, in alphabetical order of files.

    Args:
        path: a Python file, or a folder with Python files; none means the bundled derivations.

    Raises:
        InvalidInput: if there is no such file, it raises, or defines no derivation, and if two
            derivations have one id.
    """
    folder = bundled_derivations() if path is None else Path(path)
    if folder.is_dir():
        files = sorted(p for p in folder.glob("*.py") if not p.name.startswith("_"))
    elif folder.suffix == ".py" and folder.exists():
        files = [folder]
    else:
        raise InvalidInput(
            f"derivations are read from a Python file or a folder; there is none at {folder}"
        )
    found: dict[str, Derivation] = {}
    for file in files:
        for derivation in _in_file(file):
            if derivation.id in found:
                raise InvalidInput(
                    f"each derivation has an id of its own; {derivation.id!r} is defined in "
                    f"{found[derivation.id].source} and in {file.name}"
                )
            found[derivation.id] = derivation
    if not found:
        raise InvalidInput(f"a derivation file defines a Derivation; there is none in {folder}")
    return list(found.values())


def result_of(file: str | Path, id: str) -> Fact:
    """A line or a result of the derivation of a file, to be used in another derivation.

    Example:
        >>> result_of(bundled_derivations() / "harmonic_dimension.py", "count").name
        'harmonic-dimension-count'
    """
    (found,) = load(file)
    return found.fact(id)


def _in_file(path: Path) -> list[Derivation]:
    spec = spec_from_file_location(f"derivation_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise InvalidInput(f"{path} is no Python file")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except InvalidInput as error:
        raise InvalidInput(f"{path.name}: {error}") from error
    except SyntaxError as error:
        raise InvalidInput(f"{path.name}:{error.lineno}: {error.msg}") from error
    derivations = [v for v in vars(module).values() if isinstance(v, Derivation)]
    for derivation in derivations:
        derivation.source = path.name
    return list({id(d): d for d in derivations}.values())


def derivation(id: str) -> Derivation:
    """A bundled derivation.

    Raises:
        InvalidInput: if there is none of this id.

    Example:
        >>> derivation("harmonic-dimension").title
        'How many spherical harmonics there are'
    """
    known = _bundled()
    if id not in known:
        near = near_names(id, known)
        raise InvalidInput(f"no bundled derivation is called {id!r}; there are: {near}")
    return known[id]


@lru_cache(maxsize=1)
def _bundled() -> dict[str, Derivation]:
    return {d.id: d for d in load()}
