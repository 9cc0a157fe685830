"""Reports as JSON, in the shape of ``schema.json`` beside this module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from ntkproofs.claims.files import bundled_checks
from ntkproofs.claims.outline import ClaimOutline, StatementOutline
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
from ntkproofs.environment import environment, installed_version
from ntkproofs.files import replacing, shown_path

__all__ = [
    "SCHEMA_VERSION",
    "environment",
    "installed_version",
    "report_to_json",
    "schema",
    "write_json",
]

SCHEMA_VERSION = 1


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


def _claim(claim: ClaimResult) -> dict[str, Any]:
    original, refutation = claim.original, claim.original.refutation
    witness = refutation.witness if refutation is not None else None
    outline = claim.outline
    stated = _statement(original, outline and outline.original)
    return {
        "id": claim.id,
        "statement": stated["statement"],
        "source": claim.source,
        "parameters": claim.parameters,
        "file": _file(outline),
        "constants": stated["constants"],
        "verdict": stated["verdict"],
        "grade": stated["grade"],
        "relies_on": [_theorem(theorem) for theorem in original.relies_on],
        "evidence": stated["evidence"],
        "witness": None if witness is None else witness_to_json(witness),
        "amended": None
        if claim.amended is None
        else _statement(claim.amended, outline and outline.amended),
        "readings": {
            name: _statement(reading, outline and outline.readings[name])
            for name, reading in claim.readings.items()
        },
        "mutants": None if claim.mutants is None else _mutants(claim.mutants),
    }


def _file(outline: ClaimOutline | None) -> dict[str, str] | None:
    """The claim file, by what identifies it: its digest. The path only helps to find it."""
    if outline is None or not outline.digest:
        return None
    path, bundled = Path(outline.path), bundled_checks()
    inside = path.is_relative_to(bundled)
    shown = path.relative_to(bundled.parent).as_posix() if inside else shown_path(path)
    return {"path": shown, "sha256": outline.digest}


def _statement(statement: StatementResult, outline: StatementOutline | None) -> dict[str, Any]:
    return {
        "statement": statement.latex,
        "verdict": statement.verdict.value,
        "grade": None if statement.grade is None else statement.grade.word,
        "constants": {} if outline is None else dict(outline.constants),
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
        "assuming": list(item.assuming),
        "transcript": item.transcript,
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


def witness_to_json(witness: Mapping[str, Any]) -> dict[str, Any]:
    """A counterexample as JSON data."""
    return {str(name): plain_value(value) for name, value in witness.items()}


def write_json(path: str | Path, data: Mapping[str, Any]) -> None:
    """Write JSON to a file, whole or not at all; see :func:`replacing`.

    Raises:
        InvalidInput: if the folder is missing or cannot be written to, or the path is a folder.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
    with replacing(Path(path)) as temporary:
        # A path of a file system may hold bytes that are no UTF-8; JSON escapes them.
        temporary.write_text(text, "utf-8", errors="backslashreplace")
