"""Checking a stored report again, without computing everything anew.

Of each statement only the evidence is run that decides it: the cheapest refutation of the reported
grade, or for each part the cheapest evidence that held, and what the report says came to nothing.
Evidence that it leaves out is told. Verdicts are read out of what runs now;
the report is believed in nothing, and only tells where to look. It names no file that is run:
claim files are code, and those that are run are named by whoever asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

import ntkproofs
from ntkproofs.claims.dependencies import digest
from ntkproofs.claims.files import Problem, claim_files
from ntkproofs.claims.isolated import Settings, Verification
from ntkproofs.claims.outline import ClaimOutline, StatementOutline
from ntkproofs.claims.plan import (
    Plan,
    Results,
    judge_statement,
    tasks_on,
    without_blind_refuters,
)
from ntkproofs.claims.progress import Progress, Silence
from ntkproofs.claims.tasks import AMENDED, READING, Task, Variant
from ntkproofs.claims.verdict import ClaimResult, EvidenceResult, Outcome, StatementResult, Verdict
from ntkproofs.claims.workers import Limits, Pool
from ntkproofs.reports.json_report import witness_to_json
from ntkproofs.reports.readable import plain
from ntkproofs.reports.stored import StoredClaim, StoredEvidence, StoredReport, StoredStatement

_LEFT_OUT = (
    "Run again was the evidence that decides, once; not other evidence, which might contradict it, "
    "and no mutants: ntkproofs verify --mutants does all."
)
LONGEST = 10.0
"""Seconds that a piece of evidence may have taken in the report, if it is to be run again."""


class Standing(Enum):
    """What became of a statement of a report."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_RECHECKED = "not rechecked"
    CRASHED = "crashed"


@dataclass(frozen=True)
class Rechecked:
    """A statement of a report, checked again.

    Attributes:
        claim: its id.
        statement: ``amended``, ``reading: ...``, or empty for that of the claim itself.
        standing: what became of it.
        words: what was run again and agrees, or what does not, or why nothing was run.
        seconds: that its evidence took.
    """

    claim: str
    statement: str
    standing: Standing
    words: str
    seconds: float = 0.0


def recheck(
    report: StoredReport,
    paths: Sequence[str | Path] = (),
    *,
    limits: Limits,
    longest: float | None = LONGEST,
    progress: Progress | None = None,
) -> tuple[tuple[Rechecked, ...], tuple[Problem, ...]]:
    """Check the statements of a stored report again.

    Args:
        report: the report; nothing in it is believed or run.
        paths: the claim files, or folders of them; none means the bundled checks.
        limits: of the workers that run the evidence.
        longest: evidence that took more seconds than that, as the report says, is not run; None
            for no limit.
        progress: is told what is being done.

    Returns:
        Every statement of the report, in order; and the files that gave no claims.
    """
    told = progress or Silence()
    problems: list[Problem] = []
    with Pool(limits) as pool:
        work = Verification(Settings(limits, report.seed), pool, told)
        files = _files(report, claim_files(paths, problems))
        outlines = {outline.id: outline for outline in work.outlines(files, problems)}
        chosen = {
            claim.id: _Choice(claim, outlines[claim.id], longest)
            for claim in report.claims.values()
            if claim.id in outlines
        }
        work.start(len(chosen))
        work.run_plans((choice.outline, choice.plan()) for choice in chosen.values())
    found: list[Rechecked] = []
    for claim in report.claims.values():
        if claim.id in chosen:
            found += chosen[claim.id].compare(work.finished[claim.id])
        else:
            found += _without_a_file(claim)
    return tuple(found), tuple(problems)


def _files(report: StoredReport, files: Sequence[Path]) -> list[Path]:
    """The files that the report was made from, by their digests; all, where one is not found."""
    wanted = {claim.digest for claim in report.claims.values()}
    known = {path: digest(str(path)) for path in files}
    found = [path for path in files if known[path] in wanted]
    return found if wanted <= set(known.values()) else list(files)


def _without_a_file(claim: StoredClaim) -> Iterator[Rechecked]:
    where = f" ({claim.path})" if claim.path else ""
    for name, _ in claim.statements():
        yield Rechecked(
            claim.id,
            name,
            Standing.NOT_RECHECKED,
            f"no claim of this id is in the files that were given; its file{where} is not run "
            "unless you name it: ntkproofs recheck REPORT FILE",
        )


class _Choice:
    """The evidence of a claim that is run again, and what its results are compared with."""

    def __init__(self, stored: StoredClaim, outline: ClaimOutline, longest: float | None) -> None:
        self.stored = stored
        self.outline = outline
        self.longest = longest
        self.statements: dict[str, tuple[StoredStatement, StatementOutline, Variant]] = {}
        self.why: dict[str, str] = {}
        self.tasks: dict[str, list[Task]] = {}
        for name, statement in stored.statements():
            found = _outline_of(outline, name)
            if found is not None:
                self.statements[name] = (statement, *found)
                self.tasks[name] = self._chosen(name)
        self._add_refuters_of_the_amended()

    def plan(self) -> Plan:
        """Runs the chosen evidence and judges it; see :func:`ntkproofs.claims.plan.decide`."""
        results = yield list(dict.fromkeys(t for some in self.tasks.values() for t in some))
        judged = {
            name: judge_statement(
                self.statements[name][1], self._without_discounted(name, tasks, results)
            )
            for name, tasks in self.tasks.items()
        }
        outline = self.outline
        original = judged.get("", StatementResult("", Verdict.UNDECIDED, None, ()))
        amended = judged.get("amended")
        if amended is not None:
            original = without_blind_refuters(outline.original, original, amended)
        readings = {n: judged[n] for n in judged if n not in ("", "amended")}
        found = ClaimResult(
            outline.id, outline.source, outline.parameters, original, amended, readings
        )
        return replace(found, outline=outline)

    def _without_discounted(
        self, name: str, tasks: Sequence[Task], results: Results
    ) -> list[EvidenceResult]:
        """Results on a statement; what mutants discounted counts for nothing: none are run here."""
        said = {e.name: e.outcome for e in self.statements[name][0].evidence if _discounted(e)}
        return [
            found.discounted("by the report;", said[found.name])
            if found.outcome is Outcome.HOLDS and found.name in said
            else found
            for found in (results[task] for task in tasks)
        ]

    def compare(self, now: ClaimResult) -> Iterator[Rechecked]:
        """What became of each statement."""
        judged = {"": now.original, **now.readings}
        if now.amended is not None:
            judged["amended"] = now.amended
        said = dict(self.stored.statements())
        for name in _names(self.outline):
            if name not in said:
                words = "the report leaves this statement of the claim file out"
                yield Rechecked(self.stored.id, name, Standing.DIFFERS, words)
        for name, stored in said.items():
            if name not in self.statements:
                words = "the claim file has no such statement"
                yield Rechecked(self.stored.id, name, Standing.DIFFERS, words)
                continue
            standing, words = self._compare(name, stored, judged[name])
            seconds = sum(item.seconds for item in judged[name].evidence)
            yield Rechecked(self.stored.id, name, standing, words, seconds)

    def _compare(
        self, name: str, stored: StoredStatement, now: StatementResult
    ) -> tuple[Standing, str]:
        changed = self._changed(name, stored)
        said = {item.name: item for item in stored.evidence}
        expected = {item.name for item in stored.evidence if item.outcome is Outcome.CRASHED}
        crashed = [item for item in now.evidence if item.outcome is Outcome.CRASHED]
        for item in crashed:
            if item.name not in expected:
                return Standing.CRASHED, f"{_named(item)}: {item.detail}"
        differing = [words for item in now.evidence if (words := _differs(said, item))]
        if _other_witness(stored, now):
            differing.append("the report's counterexample is not the one that is found again")
        if changed or differing:
            return Standing.DIFFERS, "; ".join([*changed, *differing])
        missing = self._missing(name, stored)
        if self.why.get(name):
            why = self.why[name]
            return (Standing.DIFFERS, missing) if missing else (Standing.NOT_RECHECKED, why)
        if (stored.verdict, stored.grade) != (now.verdict, now.grade):
            words = f"the report says {_verdict(stored)}; its evidence, run again, {_verdict(now)}"
            return Standing.DIFFERS, f"{words}. {now.note}".rstrip(". ")
        if missing:
            return Standing.DIFFERS, missing
        again = ", ".join(_named(item) for item in now.evidence if item.grade is not None)
        digests = all(said[item.name].transcript for item in now.evidence if item.name in said)
        note = "" if digests else " (outcomes only: the report has no digests of steps)"
        return Standing.AGREES, f"{_verdict(now)}, by {again}{note}"

    def _missing(self, name: str, stored: StoredStatement) -> str:
        """The evidence of the claim file that the report is silent about; empty if there is none.

        What is left out may be what refutes, or all there is for a part.
        """
        _, outline, _ = self.statements[name]
        told = {item.name for item in stored.evidence}
        found = [item.name for item in outline.evidence if not item.full and item.name not in told]
        names = ", ".join(map(_spaced, found))
        return f"the report leaves out the evidence {names} of the claim file" if found else ""

    def _changed(self, name: str, stored: StoredStatement) -> list[str]:
        """What the claim file says otherwise than the report."""
        _, outline, _ = self.statements[name]
        found: list[str] = []
        if self.stored.digest and self.stored.digest != self.outline.digest:
            found.append(
                f"the claim file is not the one that the report was made from (SHA-256 "
                f"{self.stored.digest[:12]}... there, {self.outline.digest[:12]}... here)"
            )
        if stored.latex != outline.latex:
            found.append("the statement is another one")
        if stored.constants and dict(stored.constants) != dict(outline.constants):
            found.append("the constants are others")
        return found

    def _chosen(self, name: str) -> list[Task]:
        stored, outline, variant = self.statements[name]
        if stored.verdict is Verdict.UNDECIDED:
            self.why[name] = "the report leaves it undecided"
            return []
        tasks = {task.evidence: task for task in tasks_on(self.outline, outline, variant)}
        refuted = stored.verdict is Verdict.REFUTED
        wanted = Outcome.REFUTES if refuted else Outcome.HOLDS
        weight = stored.grade or 0
        deciding = [e for e in stored.evidence if e.outcome is wanted and (e.grade or 0) >= weight]
        found: list[StoredEvidence] = []
        for part in [None] if refuted else dict.fromkeys(item.part for item in outline.evidence):
            # The part is that of the claim file: a report may say what it likes.
            # Long measurements are not run again.
            quick = [item for item in outline.evidence if not item.full]
            own = {item.name for item in quick if part is None or item.part == part}
            some = [item for item in deciding if item.name in own]
            if some:
                found.append(min(some, key=lambda item: item.seconds))
            if not refuted:
                found += [
                    e
                    for e in stored.evidence
                    if e.name in own and (not some or e.outcome is not Outcome.HOLDS)
                ]
        found = list({item.name: item for item in found}.values())
        slow = [
            item.name for item in found if self.longest is not None and item.seconds > self.longest
        ]
        if slow:
            self.why[name] = (
                f"{', '.join(map(_spaced, slow))} took more than {self.longest:g} s; --longest "
                "raises the limit"
            )
        return [tasks[item.name] for item in found if item.name not in slow]

    def _add_refuters_of_the_amended(self) -> None:
        """What refutes the statement must not refute the amended one: it may refute everything."""
        if "amended" not in self.tasks:
            return
        _, outline, variant = self.statements["amended"]
        refuting = {Outcome.REFUTES, Outcome.VACUOUS}
        run = {task.evidence for task in self.tasks[""]}
        stored = self.stored.original.evidence
        refuters = {e.name for e in stored if e.outcome in refuting and e.name in run}
        already = {task.evidence for task in self.tasks["amended"]}
        self.tasks["amended"] += [
            task
            for task in tasks_on(self.outline, outline, variant)
            if task.evidence in refuters - already
        ]


def _discounted(item: StoredEvidence) -> bool:
    """Whether it came to its end on the statement, and counts for nothing because of mutants."""
    return item.outcome in (Outcome.VACUOUS, Outcome.CRASHED) and item.transcript != ""


def _names(outline: ClaimOutline) -> list[str]:
    """The names of the statements of a claim, as reports give them."""
    amended = [] if outline.amended is None else ["amended"]
    return ["", *amended, *(f"reading: {name}" for name in outline.readings)]


def _outline_of(outline: ClaimOutline, name: str) -> tuple[StatementOutline, Variant] | None:
    """The statement of a claim file that a report calls by this name; None where there is none."""
    if not name:
        return outline.original, Variant()
    if name == "amended":
        return None if outline.amended is None else (outline.amended, Variant(AMENDED))
    reading = name.removeprefix("reading: ")
    found = outline.readings.get(reading)
    return None if found is None else (found, Variant(READING, reading))


def _other_witness(stored: StoredStatement, now: StatementResult) -> bool:
    """Whether what refutes has a witness other than the report's; of another refuter it may be."""
    said = [e for e in stored.evidence if e.outcome is Outcome.REFUTES]
    strongest = max(said, key=lambda e: e.grade or 0, default=None)
    again = now.refutation
    if stored.witness is None or again is None or strongest is None or again.witness is None:
        return False
    return strongest.name == again.name and stored.witness != witness_to_json(again.witness)


def _differs(said: Mapping[str, StoredEvidence], now: EvidenceResult) -> str:
    """How a result differs from what the report says; empty where it does not."""
    stored = said.get(now.name)
    if stored is None:
        return f"the report does not know the evidence {_named(now)}"
    if stored.outcome is not now.outcome or stored.grade is not now.grade:
        was = stored.outcome.value + (f" ({stored.grade.word})" if stored.grade else "")
        found = now.outcome.value + (f" ({now.grade.word})" if now.grade else "")
        return f"{_named(now)}: the report says {was}; run again, it {found}: {now.detail}"
    if stored.transcript and stored.transcript != now.transcript:
        return f"{_named(now)}: {now.outcome.value} as reported, but by other steps"
    return ""


def _verdict(statement: StoredStatement | StatementResult) -> str:
    grade = f" ({statement.grade.word})" if statement.grade is not None else ""
    return statement.verdict.value + grade


def _named(item: EvidenceResult) -> str:
    return _spaced(item.name)


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def recheck_to_json(report: StoredReport, found: Sequence[Rechecked]) -> dict[str, Any]:
    """What became of each statement, as JSON data."""
    return {
        "schema": 1,
        "report": str(report.path),
        "statements": [
            {
                "claim": one.claim,
                "statement": one.statement,
                "standing": one.standing.value,
                "words": one.words,
                "seconds": round(one.seconds, 6),
            }
            for one in found
        ],
    }


def print_recheck(console: Console, report: StoredReport, found: Sequence[Rechecked]) -> None:
    """What differs, what was not run, and how much agrees."""
    for one in found:
        if one.standing is Standing.AGREES:
            continue
        name = f"{one.claim}, {one.statement}" if one.statement else one.claim
        style = {Standing.NOT_RECHECKED: "yellow"}.get(one.standing, "bold red")
        console.print(
            Text.assemble((f"{one.standing.value}: ", style), f"{plain(name)}: {plain(one.words)}")
        )
    counts = Counter(one.standing for one in found)
    agree = Counter(one.words.split(" ")[0] for one in found if one.standing is Standing.AGREES)
    verdicts = ", ".join(f"{n} {word}" for word, n in agree.items())
    parts = [f"{counts[s]} {s.value}" for s in Standing if counts[s]]
    parts[:1] = [f"{parts[0]} ({verdicts})"] if counts[Standing.AGREES] else parts[:1]
    console.print(
        Text(f"{len(found)} statements of {len(report.claims)} claims: {', '.join(parts)}")
    )
    if report.version != ntkproofs.__version__:
        made = plain(report.version) or "an unknown version"
        console.print(Text(f"The report was made by ntkproofs {made}.", style="dim"))
    console.print(Text(_LEFT_OUT, style="dim"))
