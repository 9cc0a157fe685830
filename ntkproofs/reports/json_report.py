"""Reports as JSON, in the shape of ``schema.json`` beside this module."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import secrets
from collections.abc import Mapping
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from ntkproofs.claims.report import Report
from ntkproofs.claims.theorems import Theorem
from ntkproofs.claims.verdict import (
    ClaimResult,
    Counts,
    EvidenceResult,
    MutantResults,
    StatementResult,
)
from ntkproofs.claims.wire import plain_value
from ntkproofs.conventions import CONVENTIONS
from ntkproofs.errors import InvalidInput
from ntkproofs.reports.readable import shown_path

SCHEMA_VERSION = 1
_PACKAGES = ("numpy", "scipy", "sympy", "mpmath", "python-flint")


def report_to_json(report: Report) -> dict[str, Any]:
    """A report as JSON data that validates against :func:`schema`."""
    return {
        "schema": SCHEMA_VERSION,
        "environment": environment(),
        "seed": report.seed,
        "claims": [_claim(claim) for claim in report.claims],
        "problems": [
            {"path": shown_path(problem.path), "message": problem.message}
            for problem in report.problems
        ],
    }


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of :func:`report_to_json`."""
    file = resources.files("ntkproofs.reports").joinpath("schema.json")
    return json.loads(file.read_text("utf-8"))


def environment() -> dict[str, Any]:
    """What the results depend on: versions, the kind of machine, conventions. Nothing personal."""
    return {
        "ntkproofs": installed_version("ntkproofs"),
        "python": platform.python_version(),
        **{package: installed_version(package) for package in _PACKAGES},
        "platform": f"{platform.system()} {platform.machine()}",
        "conventions": dict(CONVENTIONS),
    }


def installed_version(package: str) -> str | None:
    """The version of an installed package, None if it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _claim(claim: ClaimResult) -> dict[str, Any]:
    original, refutation = claim.original, claim.original.refutation
    witness = refutation.witness if refutation is not None else None
    stated = _statement(original)
    return {
        "id": claim.id,
        "statement": stated["statement"],
        "source": claim.source,
        "parameters": claim.parameters,
        "verdict": stated["verdict"],
        "grade": stated["grade"],
        "relies_on": [_theorem(theorem) for theorem in original.relies_on],
        "evidence": stated["evidence"],
        "witness": None if witness is None else _witness(witness),
        "amended": None if claim.amended is None else _statement(claim.amended),
        "readings": {name: _statement(reading) for name, reading in claim.readings.items()},
        "mutants": None if claim.mutants is None else _mutants(claim.mutants),
    }


def _statement(statement: StatementResult) -> dict[str, Any]:
    return {
        "statement": statement.latex,
        "verdict": statement.verdict.value,
        "grade": None if statement.grade is None else statement.grade.word,
        "evidence": [_evidence(item) for item in statement.evidence],
    }


def _evidence(item: EvidenceResult) -> dict[str, Any]:
    return {
        "name": item.name,
        "kind": item.kind.word,
        "part": item.part,
        "on": item.on,
        "outcome": item.outcome.value,
        "grade": None if item.grade is None else item.grade.word,
        "method": item.method,
        "counts": _counts(item.counts),
        "seconds": round(item.seconds, 6),
        "detail": item.detail,
    }


def _counts(counts: Counts) -> dict[str, int]:
    return {
        "true": counts.true,
        "false": counts.false,
        "undecided": counts.undecided,
        "skipped": counts.skipped,
        "crashed": counts.crashed,
    }


def _theorem(theorem: Theorem) -> dict[str, str]:
    return {"name": theorem.name, "statement": theorem.statement, "source": theorem.source}


def _mutants(mutants: MutantResults) -> dict[str, Any]:
    return {"killed": mutants.killed, "total": mutants.total, "alive": list(mutants.alive)}


def _witness(witness: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): plain_value(value) for name, value in witness.items()}


def require_writable(path: Path) -> None:
    """Check that :func:`write_json` can write to a path; asked before long work starts.

    Raises:
        InvalidInput: if the folder is missing or cannot be written to, or the path is a folder.
    """
    _remove(_open_beside(path))


def write_json(path: str | Path, data: Mapping[str, Any]) -> None:
    """Write JSON to a file, whole or not at all.

    The text is written to a temporary file in the same folder, which then takes the file's place;
    a reader never sees half a report, and a failure leaves the old file and no temporary one.

    Raises:
        InvalidInput: if the folder is missing or cannot be written to, or the path is a folder.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
    target = Path(path)
    temporary = _open_beside(target)
    try:
        # A path of a file system may hold bytes that are no UTF-8; JSON escapes them.
        temporary.write_text(text, "utf-8", errors="backslashreplace")
        os.replace(temporary, target.resolve())
    except OSError as error:
        raise _cannot_write(target, error.strerror or str(error)) from error
    finally:
        _remove(temporary)


def _open_beside(path: Path) -> Path:
    """A new empty file in the folder of a path, with the permissions of an ordinary new file."""
    target = path.resolve()  # a link stays a link: what it points to is replaced
    if target.is_dir():
        raise _cannot_write(path, "it is a folder")
    if target.exists() and not target.is_file():
        raise _cannot_write(path, "it is a device or a pipe, not a file")
    if target.exists() and not os.access(target, os.W_OK):
        raise _cannot_write(path, "the file is read-only")
    if not target.parent.is_dir():
        raise _cannot_write(path, f"there is no folder {shown_path(target.parent)}")
    temporary = target.with_name(f".ntkproofs-{secrets.token_hex(8)}.tmp")
    try:
        temporary.open("xb").close()
    except OSError as error:
        raise _cannot_write(path, error.strerror or str(error)) from error
    return temporary


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _cannot_write(path: Path, why: str) -> InvalidInput:
    return InvalidInput(
        f"A report is written to a file in a folder that exists and is writable; {path} cannot be "
        f"written: {why}. Give another path."
    )
