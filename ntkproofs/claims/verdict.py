"""Verdicts: what a statement's evidence amounts to. Pure functions of results; no evidence runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from ntkproofs.claims.figures import Drawn
from ntkproofs.claims.grades import Grade
from ntkproofs.claims.outline import ClaimOutline
from ntkproofs.claims.theorems import Theorem

TAINTED = "tainted:"
"""How the detail of evidence begins into whose balls or exact numbers a float came."""


class Outcome(Enum):
    """What one piece of evidence came to."""

    HOLDS = "holds"
    REFUTES = "refutes"
    UNDECIDED = "undecided"
    CRASHED = "crashed"
    VACUOUS = "vacuous"
    NOT_REPRODUCIBLE = "not reproducible"


class Verdict(Enum):
    """What is known of a statement."""

    PROVED = "proved"
    CERTIFIED = "certified"
    SUPPORTED = "supported"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


_VERDICT_OF = {
    Grade.PROVED: Verdict.PROVED,
    Grade.CERTIFIED: Verdict.CERTIFIED,
    Grade.STATISTICAL: Verdict.SUPPORTED,
    Grade.SAMPLED: Verdict.SUPPORTED,
}


@dataclass(frozen=True)
class Counts:
    """How many steps were true, false, undecided, skipped, crashed; never added up."""

    true: int = 0
    false: int = 0
    undecided: int = 0
    skipped: int = 0
    crashed: int = 0


@dataclass(frozen=True)
class StepSummary:
    """Steps that say the same, as one; for readers, who cannot look at thousands.

    Attributes:
        about: what was compared, in LaTeX or words.
        method: the decision procedure, or the arithmetic and its precision.
        truth: ``true``, ``false`` or ``undecided``.
        premise: whether they only prepare the conclusion.
        times: how many there were.
        origin: the line of a derivation that they check, ``derivation#line``; may be empty.
    """

    about: str
    method: str
    truth: str
    premise: bool
    times: int
    origin: str = ""


@dataclass(frozen=True)
class EvidenceResult:
    """What running one piece of evidence gave.

    Attributes:
        name, kind, part, on: of the evidence.
        outcome: what it came to.
        grade: what the outcome is worth: the weakest step, and never above the kind.
        method: the decision procedures that were used.
        detail: in words: what was shown, or what went wrong.
        witness: for a refutation, the instance.
        transcript: a digest of every step, to compare two runs of the same evidence; empty where
            the evidence did not come to its end.
        steps: the first hundred different steps, in order.
    """

    name: str
    kind: Grade
    part: str
    on: str
    outcome: Outcome
    grade: Grade | None
    method: str
    counts: Counts
    seconds: float
    detail: str
    relies_on: tuple[Theorem, ...] = ()
    witness: Mapping[str, Any] | None = None
    transcript: str = ""
    steps: tuple[StepSummary, ...] = ()

    @property
    def tainted(self) -> bool:
        """Whether a float entered a ball or an exact number: it is sampled at most."""
        return TAINTED in self.detail

    def as_vacuous(self, why: str) -> EvidenceResult:
        """The same result, counting for nothing."""
        return replace(self, outcome=Outcome.VACUOUS, grade=None, detail=f"{why} {self.detail}")


@dataclass(frozen=True)
class StatementResult:
    """The verdict on one statement, with its evidence."""

    latex: str
    verdict: Verdict
    grade: Grade | None
    evidence: tuple[EvidenceResult, ...]
    note: str = ""

    @property
    def refutation(self) -> EvidenceResult | None:
        """The strongest refutation, where there is one; the first of equals."""
        found = [e for e in self.evidence if e.outcome is Outcome.REFUTES]
        return max(found, key=lambda e: e.grade or 0) if found else None

    @property
    def relies_on(self) -> tuple[Theorem, ...]:
        """The theorems cited by the evidence that counts."""
        wanted = Outcome.REFUTES if self.verdict is Verdict.REFUTED else Outcome.HOLDS
        cited = (t for e in self.evidence if e.outcome is wanted for t in e.relies_on)
        return tuple(dict.fromkeys(cited))


@dataclass(frozen=True)
class MutantResults:
    """Which mutants of the standing statement the evidence that answers for them refuted."""

    total: int
    alive: tuple[str, ...]

    @property
    def killed(self) -> int:
        return self.total - len(self.alive)


@dataclass(frozen=True)
class ClaimResult:
    """Everything that was found about one claim.

    Attributes:
        id, source, parameters: of the claim.
        original, amended, readings: the verdicts on its statements.
        mutants: what became of the mutants; None where they were not run.
        outline: the claim that was judged: its file, constants and evidence.
        figures: pictures that go with it; drawn only where they were asked for.
    """

    id: str
    source: str
    parameters: str
    original: StatementResult
    amended: StatementResult | None = None
    readings: Mapping[str, StatementResult] = field(default_factory=dict[str, StatementResult])
    mutants: MutantResults | None = None
    outline: ClaimOutline | None = None
    figures: tuple[Drawn, ...] = ()

    @property
    def crashed(self) -> bool:
        """Whether any piece of evidence crashed, ran out of time or cannot be reproduced."""
        statements = [self.original, *self.readings.values()]
        statements += [self.amended] if self.amended else []
        broken = {Outcome.CRASHED, Outcome.NOT_REPRODUCIBLE}
        return any(e.outcome in broken for s in statements for e in s.evidence)


def judge(latex: str, evidence: Sequence[EvidenceResult]) -> StatementResult:
    """The verdict on a statement from its evidence.

    A refutation of one part refutes the statement. Otherwise every part needs evidence that holds;
    the strongest decides the part, and the weakest part decides the statement. Evidence that
    proves and evidence that refutes the same part contradict each other: undecided.
    """
    results = tuple(evidence)
    refuting = [e for e in results if e.outcome is Outcome.REFUTES]
    parts = dict.fromkeys(e.part for e in results)
    holding: dict[str, Grade] = {}
    for e in results:
        if e.outcome is Outcome.HOLDS and e.grade is not None:
            holding[e.part] = max(e.grade, holding.get(e.part, Grade.SAMPLED))
    for e in refuting:
        against = holding.get(e.part, Grade.SAMPLED)
        if against is Grade.PROVED or against > (e.grade or Grade.SAMPLED):
            note = f"contradiction: {e.name!r} refutes what stronger evidence shows"
            return StatementResult(latex, Verdict.UNDECIDED, None, results, note)
    if refuting:
        grade = max((e.grade for e in refuting if e.grade is not None), default=None)
        return StatementResult(latex, Verdict.REFUTED, grade, results)
    missing = [part or "the statement" for part in parts if part not in holding]
    if missing or not holding:
        note = f"no evidence that holds for: {', '.join(missing) or 'the statement'}"
        return StatementResult(latex, Verdict.UNDECIDED, None, results, note)
    grade = min(holding.values())
    return StatementResult(latex, _VERDICT_OF[grade], grade, results)
