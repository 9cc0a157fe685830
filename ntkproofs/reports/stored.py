"""Reports that were written as JSON, read back as data that nobody vouches for."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ntkproofs.claims.fields import (
    NotReadable,
    count,
    grade_or_none,
    items,
    mapping,
    of_type,
    text,
)
from ntkproofs.claims.grades import Grade
from ntkproofs.claims.verdict import Outcome, Verdict
from ntkproofs.errors import InvalidInput
from ntkproofs.reports.json_report import SCHEMA_VERSION

_MOST_BYTES = 256 * 2**20


@dataclass(frozen=True)
class StoredEvidence:
    """What a report says that a piece of evidence came to."""

    name: str
    part: str
    outcome: Outcome
    grade: Grade | None
    seconds: float
    detail: str
    transcript: str


@dataclass(frozen=True)
class StoredStatement:
    """What a report says of a statement."""

    latex: str
    verdict: Verdict
    grade: Grade | None
    constants: Mapping[str, str]
    evidence: tuple[StoredEvidence, ...]
    witness: Mapping[str, Any] | None


@dataclass(frozen=True)
class StoredClaim:
    """What a report says of a claim.

    Attributes:
        path, digest: of the claim file; empty where the report does not name it.
        original, amended, readings: its statements.
        mutants: how many there were, None where they were not run.
        alive: the mutants that no evidence refuted.
    """

    id: str
    path: str
    digest: str
    original: StoredStatement
    amended: StoredStatement | None
    readings: Mapping[str, StoredStatement]
    mutants: int | None
    alive: tuple[str, ...]

    def statements(self) -> Iterator[tuple[str, StoredStatement]]:
        """The statements with their names; that of the claim itself has none."""
        yield "", self.original
        if self.amended is not None:
            yield "amended", self.amended
        for name, reading in self.readings.items():
            yield f"reading: {name}", reading


@dataclass(frozen=True)
class StoredReport:
    """A report of ``ntkproofs verify``, as it was stored.

    Attributes:
        path: of the file.
        seed: what the seeds of all random choices were derived from.
        version: of ntkproofs that made it; empty where it is not told.
        claims: by id, in order.
    """

    path: Path
    seed: int
    version: str
    claims: Mapping[str, StoredClaim]


def read_report(path: str | Path) -> StoredReport:
    """Read a report that ``ntkproofs verify --json`` or ``--report`` wrote.

    Nothing in it is run, and nothing is believed but that it says what it says.

    Raises:
        InvalidInput: if there is no such file, or it is no report of this version.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _no_report(path, f"it is larger than {_MOST_BYTES >> 20} MiB")
        data = json.loads(path.read_text("utf-8"))
        return _report(path, data)
    except OSError as error:
        raise _no_report(path, error.strerror or str(error)) from error
    except RecursionError:
        raise _no_report(path, "it is nested too deeply") from None
    except InvalidInput:
        raise
    except (ValueError, OverflowError) as error:  # no UTF-8, no JSON, or fields of other types
        raise _no_report(path, str(error)) from error


def _no_report(path: Path, why: str) -> InvalidInput:
    return InvalidInput(
        f"A report is a JSON file that ntkproofs verify wrote with --json or --report; {path} "
        f"cannot be read as one: {why}. Make one: ntkproofs verify --json report.json"
    )


def _report(path: Path, data: Any) -> StoredReport:
    fields = mapping(data)
    if fields.get("schema") != SCHEMA_VERSION:
        raise NotReadable(f"its schema is {fields.get('schema')!r}, and {SCHEMA_VERSION} is read")
    version = mapping(fields.get("environment")).get("ntkproofs")
    claims: dict[str, StoredClaim] = {}
    for item in items(fields.get("claims")):
        claim = _claim(mapping(item))
        if claim.id in claims:
            raise NotReadable(f"it has two claims {claim.id!r}")
        claims[claim.id] = claim
    return StoredReport(path, count(fields.get("seed")), str(version or ""), claims)


def _claim(fields: Mapping[str, Any]) -> StoredClaim:
    amended, mutants, file = fields.get("amended"), fields.get("mutants"), fields.get("file")
    made_from = {} if file is None else mapping(file)
    return StoredClaim(
        text(fields.get("id")),
        text(made_from.get("path", "")),
        text(made_from.get("sha256", "")),
        _statement(fields),
        None if amended is None else _statement(mapping(amended)),
        {n: _statement(mapping(r)) for n, r in mapping(fields.get("readings")).items()},
        None if mutants is None else count(mapping(mutants).get("total")),
        () if mutants is None else tuple(map(text, items(mapping(mutants).get("alive")))),
    )


def _statement(fields: Mapping[str, Any]) -> StoredStatement:
    return StoredStatement(
        text(fields.get("statement")),
        Verdict(text(fields.get("verdict"))),
        grade_or_none(fields.get("grade")),
        # Reports of earlier versions do not tell constants and transcripts.
        {n: text(value) for n, value in mapping(fields.get("constants", {})).items()},
        tuple(_evidence(mapping(item)) for item in items(fields.get("evidence"))),
        None if fields.get("witness") is None else mapping(fields.get("witness")),
    )


def _evidence(fields: Mapping[str, Any]) -> StoredEvidence:
    given = fields.get("seconds")
    seconds = of_type(given, float) if isinstance(given, float) else float(count(given))
    if not math.isfinite(seconds) or seconds < 0:
        raise NotReadable("the seconds of evidence are a finite number from 0 on")
    return StoredEvidence(
        text(fields.get("name")),
        text(fields.get("part")),
        Outcome(text(fields.get("outcome"))),
        grade_or_none(fields.get("grade")),
        seconds,
        text(fields.get("detail")),
        text(fields.get("transcript", "")),
    )
