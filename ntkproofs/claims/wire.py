"""Outlines and results as JSON: between processes, and in the store.

What comes back was written by a process that ran a user's code, or lay in a file for a year. It is
read as data, field by field; a pickle would run it.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from ntkproofs.claims.grades import Grade
from ntkproofs.claims.outline import ClaimOutline, EvidenceOutline, StatementOutline
from ntkproofs.claims.theorems import Theorem
from ntkproofs.claims.verdict import Counts, EvidenceResult, Outcome

_LARGEST_EXACT = 2**53
"""Integers beyond this are written as strings: many readers of JSON hold numbers as doubles."""
_COUNTED = ("true", "false", "undecided", "skipped", "crashed")
_FINISHED = {Outcome.HOLDS, Outcome.REFUTES, Outcome.UNDECIDED, Outcome.CRASHED}

_T = TypeVar("_T")


class NotReadable(ValueError):
    """The data is no outline or result that this version writes."""


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
    }


def result_from_json(outline: EvidenceOutline, data: Any) -> EvidenceResult:
    """The result of the outlined evidence.

    Raises:
        NotReadable: if the data is not what :func:`result_to_json` writes, or says more than the
            evidence can: a grade above its kind, a verdict without a step.
    """
    fields = _mapping(data)
    counts = Counts(*(_number(n) for n in _list(fields.get("counts"), len(_COUNTED))))
    outcome = _outcome(fields.get("outcome"))
    grade = _grade(fields.get("grade"))
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
        _text(fields.get("method")),
        counts,
        seconds,
        _text(fields.get("detail")),
        outline.relies_on,
        None if witness is None else dict(_mapping(witness)),
        _text(fields.get("transcript")),
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
    }


def outline_from_json(path: str, data: Any) -> ClaimOutline:
    """The outline of a claim of the file at ``path``.

    Raises:
        NotReadable: if the data is not what :func:`outline_to_json` writes.
    """
    fields = _mapping(data)
    amended = fields.get("amended")
    return ClaimOutline(
        path,
        _text(fields.get("id")),
        _text(fields.get("source")),
        _text(fields.get("parameters")),
        _read_statement(fields.get("original")),
        None if amended is None else _read_statement(amended),
        {n: _read_statement(r) for n, r in _mapping(fields.get("readings")).items()},
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
    fields = _mapping(data)
    return StatementOutline(
        _text(fields.get("latex")),
        tuple(_read_evidence(item) for item in _list(fields.get("evidence"))),
        {name: _text(value) for name, value in _mapping(fields.get("constants")).items()},
        {n: tuple(map(_text, _list(v))) for n, v in _mapping(fields.get("mutants")).items()},
    )


def _read_evidence(data: Any) -> EvidenceOutline:
    fields = _mapping(data)
    kind = _grade(fields.get("kind"))
    if kind is None:
        raise NotReadable("evidence has a kind")
    return EvidenceOutline(
        _text(fields.get("name")),
        kind,
        _text(fields.get("part")),
        _text(fields.get("on")),
        tuple(map(_read_theorem, _list(fields.get("relies_on")))),
        tuple(map(_text, _list(fields.get("constants")))),
        _text(fields.get("summary")),
        fields.get("full") is True,
    )


def _read_theorem(data: Any) -> Theorem:
    fields = tuple(map(_text, _list(data)))
    if len(fields) < 3:
        raise NotReadable(f"a theorem has a name, a statement and a source, not {len(fields)}")
    name, statement, source, *references = fields
    return Theorem(name, statement, source, tuple(references))


def _mapping(data: Any) -> Mapping[str, Any]:
    # The keys of an object of JSON are strings.
    return cast(Mapping[str, Any], _of_type(data, dict))


def _list(data: Any, length: int | None = None) -> Sequence[Any]:
    found = cast(Sequence[Any], _of_type(data, list))
    if length is not None and len(found) != length:
        raise NotReadable(f"a list of {length} was expected, not of {len(found)}")
    return found


def _text(data: Any) -> str:
    return _of_type(data, str)


def _number(data: Any) -> int:
    found = _of_type(data, int)
    if isinstance(found, bool) or found < 0:
        raise NotReadable("a count was expected")
    return found


def _of_type(data: Any, kind: type[_T]) -> _T:
    if not isinstance(data, kind):
        raise NotReadable(f"{kind.__name__} was expected, not {type(data).__name__}")
    return data


def _outcome(data: Any) -> Outcome:
    for outcome in _FINISHED:
        if outcome.value == data:
            return outcome
    raise NotReadable("an outcome was expected")


def _grade(data: Any) -> Grade | None:
    if data is None:
        return None
    for grade in Grade:
        if grade.word == data:
            return grade
    raise NotReadable("a grade was expected")


def _grade_word(grade: Grade | None) -> str | None:
    return None if grade is None else grade.word
