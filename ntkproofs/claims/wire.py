"""Outlines and results as JSON: between processes, and in the store.

What comes back was written by a process that ran a user's code, or lay in a file for a year. It is
read as data, field by field; a pickle would run it.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from typing import Any, cast

from ntkproofs.claims.fields import (
    NotReadable,
    count,
    grade_or_none,
    items,
    mapping,
    of_type,
    text,
)
from ntkproofs.claims.figures import FigureOutline
from ntkproofs.claims.grades import Grade
from ntkproofs.claims.outline import ClaimOutline, EvidenceOutline, StatementOutline
from ntkproofs.claims.theorems import Theorem
from ntkproofs.claims.verdict import Counts, EvidenceResult, Outcome, StepSummary

_LARGEST_EXACT = 2**53
"""Integers beyond this are written as strings: many readers of JSON hold numbers as doubles."""
_COUNTED = ("true", "false", "undecided", "skipped", "crashed")
_TRUTHS = ("true", "false", "undecided")
_FINISHED = {Outcome.HOLDS, Outcome.REFUTES, Outcome.UNDECIDED, Outcome.CRASHED}


def plain_value(value: Any) -> Any:
    """A value of a witness: strings, finite numbers and lists as they are; the rest in words."""
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return [plain_value(item) for item in cast(Sequence[Any], value)]
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, numbers.Integral):
        return int(value) if abs(int(value)) <= _LARGEST_EXACT else str(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    return str(value)


def result_to_json(result: EvidenceResult) -> dict[str, Any]:
    """What running a piece of evidence gave; what its outline says is left out."""
    witness = result.witness
    return {
        "outcome": result.outcome.value,
        "grade": _grade_word(result.grade),
        "method": result.method,
        "counts": [getattr(result.counts, name) for name in _COUNTED],
        "seconds": result.seconds,
        "detail": result.detail,
        "witness": None
        if witness is None
        else {str(name): plain_value(value) for name, value in witness.items()},
        "transcript": result.transcript,
        "steps": [
            [s.about, s.method, s.truth, s.premise, s.times, s.origin, list(s.assuming)]
            for s in result.steps
        ],
    }


def result_from_json(outline: EvidenceOutline, data: Any) -> EvidenceResult:
    """The result of the outlined evidence.

    Raises:
        NotReadable: if the data is not what :func:`result_to_json` writes, or says more than the
            evidence can: a grade above its kind, a verdict without a step.
    """
    fields = mapping(data)
    counts = Counts(*(count(n) for n in items(fields.get("counts"), len(_COUNTED))))
    outcome = _outcome(fields.get("outcome"))
    grade = grade_or_none(fields.get("grade"))
    seconds = fields.get("seconds")
    witness = fields.get("witness")
    decides = outcome in {Outcome.HOLDS, Outcome.REFUTES}
    if (
        not isinstance(seconds, float)
        or not math.isfinite(seconds)
        or decides != (grade is not None)
    ):
        raise NotReadable("a time or a grade is missing")
    if outcome is Outcome.HOLDS and (counts.true == 0 or (grade or outline.kind) > outline.kind):
        raise NotReadable("evidence holds by its steps, and for no more than its kind")
    if outcome is Outcome.REFUTES and counts.false == 0:
        raise NotReadable("evidence refutes by a false step")
    return EvidenceResult(
        outline.name,
        outline.kind,
        outline.part,
        outline.on,
        outcome,
        grade,
        text(fields.get("method")),
        counts,
        seconds,
        text(fields.get("detail")),
        outline.relies_on,
        None if witness is None else dict(mapping(witness)),
        text(fields.get("transcript")),
        tuple(map(_read_step, items(fields.get("steps")))),
    )


def _read_step(data: Any) -> StepSummary:
    about, method, truth, premise, times, origin, assuming = items(data, 7)
    if truth not in _TRUTHS:
        raise NotReadable("a step is true, false or undecided")
    return StepSummary(
        text(about),
        text(method),
        truth,
        of_type(premise, bool),
        count(times),
        text(origin),
        tuple(map(text, items(assuming))),
    )


def crash(outline: EvidenceOutline, detail: str, seconds: float = 0.0) -> EvidenceResult:
    """The result of evidence that came to no end, and why."""
    return EvidenceResult(
        outline.name,
        outline.kind,
        outline.part,
        outline.on,
        Outcome.CRASHED,
        None,
        "",
        Counts(crashed=1),
        seconds,
        detail,
        outline.relies_on,
    )


def outline_to_json(outline: ClaimOutline) -> dict[str, Any]:
    """An outline as JSON data."""
    return {
        "id": outline.id,
        "source": outline.source,
        "parameters": outline.parameters,
        "original": _statement(outline.original),
        "amended": None if outline.amended is None else _statement(outline.amended),
        "readings": {name: _statement(reading) for name, reading in outline.readings.items()},
        "figures": [[f.name, f.caption, f.file] for f in outline.figures],
    }


def outline_from_json(path: str, data: Any) -> ClaimOutline:
    """The outline of a claim of the file at ``path``.

    Raises:
        NotReadable: if the data is not what :func:`outline_to_json` writes.
    """
    fields = mapping(data)
    amended = fields.get("amended")
    return ClaimOutline(
        path,
        text(fields.get("id")),
        text(fields.get("source")),
        text(fields.get("parameters")),
        _read_statement(fields.get("original")),
        None if amended is None else _read_statement(amended),
        {n: _read_statement(r) for n, r in mapping(fields.get("readings")).items()},
        tuple(
            FigureOutline(*map(text, items(figure, 3))) for figure in items(fields.get("figures"))
        ),
    )


def _statement(outline: StatementOutline) -> dict[str, Any]:
    return {
        "latex": outline.latex,
        "evidence": [_evidence(item) for item in outline.evidence],
        "constants": dict(outline.constants),
        "mutants": {name: list(values) for name, values in outline.mutants.items()},
    }


def _evidence(item: EvidenceOutline) -> dict[str, Any]:
    return {
        "name": item.name,
        "kind": item.kind.word,
        "part": item.part,
        "on": item.on,
        "relies_on": [[t.name, t.statement, t.source, *t.references] for t in item.relies_on],
        "constants": list(item.constants),
        "summary": item.summary,
        "full": item.full,
    }


def _read_statement(data: Any) -> StatementOutline:
    fields = mapping(data)
    return StatementOutline(
        text(fields.get("latex")),
        tuple(_read_evidence(item) for item in items(fields.get("evidence"))),
        {name: text(value) for name, value in mapping(fields.get("constants")).items()},
        {n: tuple(map(text, items(v))) for n, v in mapping(fields.get("mutants")).items()},
    )


def _read_evidence(data: Any) -> EvidenceOutline:
    fields = mapping(data)
    kind = grade_or_none(fields.get("kind"))
    if kind is None:
        raise NotReadable("evidence has a kind")
    return EvidenceOutline(
        text(fields.get("name")),
        kind,
        text(fields.get("part")),
        text(fields.get("on")),
        tuple(map(_read_theorem, items(fields.get("relies_on")))),
        tuple(map(text, items(fields.get("constants")))),
        text(fields.get("summary")),
        fields.get("full") is True,
    )


def _read_theorem(data: Any) -> Theorem:
    fields = tuple(map(text, items(data)))
    if len(fields) < 3:
        raise NotReadable(f"a theorem has a name, a statement and a source, not {len(fields)}")
    name, statement, source, *references = fields
    return Theorem(name, statement, source, tuple(references))


def _outcome(data: Any) -> Outcome:
    for outcome in _FINISHED:
        if outcome.value == data:
            return outcome
    raise NotReadable("an outcome was expected")


def _grade_word(grade: Grade | None) -> str | None:
    return None if grade is None else grade.word
