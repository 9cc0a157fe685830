"""What changed between two reports: verdicts, claims, mutants, and evidence that got slower."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from ntkproofs.claims.grades import Grade
from ntkproofs.claims.verdict import Outcome, Verdict
from ntkproofs.reports.readable import plain
from ntkproofs.reports.stored import StoredClaim, StoredReport, StoredStatement

SLOWER = 2.0
"""By which factor evidence has to be slower to be told, if nothing else is said."""
NOTICEABLE = 1.0
"""Seconds by which it has to be slower besides: what is fast may be a little slower."""


@dataclass(frozen=True)
class Change:
    """Something that differs.

    Attributes:
        claim: its id.
        what: ``added``, ``removed``, ``statement``, ``constants``, ``verdict``, ``evidence``,
            ``file``, ``mutants`` or ``slower``.
        where: the statement (``amended``, ``reading: ...``) and the evidence; may be empty.
        before, after: in words.
    """

    claim: str
    what: str
    where: str
    before: str
    after: str


def differences(
    first: StoredReport, second: StoredReport, *, slower: float = SLOWER
) -> tuple[Change, ...]:
    """All that differs, claim by claim, in the order of the first report; added ones at the end.

    Args:
        first, second: the reports.
        slower: evidence is told that takes more than so many times as long, and a second longer.
    """
    found: list[Change] = []
    for id, claim in first.claims.items():
        other = second.claims.get(id)
        if other is None:
            found.append(Change(id, "removed", "", _verdict(claim.original), ""))
        else:
            found += _of_claim(claim, other, slower)
    for id, claim in second.claims.items():
        if id not in first.claims:
            found.append(Change(id, "added", "", "", _verdict(claim.original)))
    return tuple(found)


def _of_claim(first: StoredClaim, second: StoredClaim, slower: float) -> Iterator[Change]:
    id = first.id
    if first.digest != second.digest and first.digest and second.digest:
        yield Change(id, "file", first.path, first.digest[:12], second.digest[:12])
    before, after = dict(first.statements()), dict(second.statements())
    for name, statement in before.items():
        if name in after:
            yield from _of_statement(id, name, statement, after[name], slower)
        else:
            yield Change(id, "removed", name, _verdict(statement), "")
    for name, statement in after.items():
        if name not in before:
            yield Change(id, "added", name, "", _verdict(statement))
    if (first.mutants, first.alive) != (second.mutants, second.alive):
        yield Change(id, "mutants", "", _mutants(first), _mutants(second))


def _of_statement(
    id: str, name: str, first: StoredStatement, second: StoredStatement, slower: float
) -> Iterator[Change]:
    if first.latex != second.latex:
        yield Change(id, "statement", name, first.latex, second.latex)
    if first.constants != second.constants and first.constants and second.constants:
        yield Change(id, "constants", name, _words(first.constants), _words(second.constants))
    if (first.verdict, first.grade) != (second.verdict, second.grade):
        yield Change(id, "verdict", name, _verdict(first), _verdict(second))
    before = {item.name: item for item in first.evidence}
    after = {item.name: item for item in second.evidence}
    for evidence in dict.fromkeys([*before, *after]):
        where = f"{name}: {evidence}" if name else evidence
        one, two = before.get(evidence), after.get(evidence)
        said = [
            "absent" if item is None else _outcome(item.outcome, item.grade) for item in (one, two)
        ]
        if said[0] != said[1]:
            yield Change(id, "evidence", where, *said)
        if one is None or two is None:
            continue
        digests = [item.transcript[:12] for item in (one, two)]
        if said[0] == said[1] and all(digests) and one.transcript != two.transcript:
            yield Change(id, "evidence", where, *(f"{said[0]}, steps {d}" for d in digests))
        if two.seconds > slower * one.seconds and two.seconds > one.seconds + NOTICEABLE:
            yield Change(id, "slower", where, f"{one.seconds:.2f} s", f"{two.seconds:.2f} s")


def _words(constants: Any) -> str:
    return ", ".join(f"{name} = {value}" for name, value in constants.items())


def _outcome(outcome: Outcome, grade: Grade | None) -> str:
    return outcome.value + (f" ({grade.word})" if grade is not None else "")


def _verdict(statement: StoredStatement) -> str:
    verdict: Verdict = statement.verdict
    return verdict.value + (f" ({statement.grade.word})" if statement.grade is not None else "")


def _mutants(claim: StoredClaim) -> str:
    if claim.mutants is None:
        return "not run"
    alive = f", alive: {'; '.join(claim.alive)}" if claim.alive else ""
    return f"{claim.mutants - len(claim.alive)} of {claim.mutants} killed{alive}"


def differences_to_json(
    first: StoredReport, second: StoredReport, changes: Iterable[Change]
) -> dict[str, Any]:
    """The changes as JSON data."""
    return {
        "schema": 1,
        "first": str(first.path),
        "second": str(second.path),
        "changes": [vars(change) for change in changes],
    }


def print_differences(
    console: Console, first: StoredReport, second: StoredReport, changes: Iterable[Change]
) -> None:
    """The changes as text, by claim."""
    changes = tuple(changes)
    about = f"{len(first.claims)} claims in {first.path}, {len(second.claims)} in {second.path}"
    if not changes:
        console.print(Text(plain(f"{about}: nothing differs.")))
        return
    console.print(Text(plain(about)))
    shown = ""
    for change in changes:
        if change.claim != shown:
            shown = change.claim
            console.print(Text(plain(shown), style="bold"))
        where = f" {plain(change.where)}" if change.where else ""
        words = " → ".join(filter(None, (plain(change.before), plain(change.after))))
        style = "yellow" if change.what == "slower" else "red"
        console.print(Text.assemble((f"  {change.what}{where}: ", style), words))
    told = len({change.claim for change in changes})
    console.print(Text(f"{len(changes)} differences in {told} claims"))
