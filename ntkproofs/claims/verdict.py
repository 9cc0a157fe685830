"""Verdicts: what a statement's evidence amounts to. Pure functions of results; no evidence runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from ntkproofs.claims.figures import Drawn
from ntkproofs.claims.grades import Grade
from ntkproofs.claims.outline import ClaimOutline
from ntkproofs.claims.theorems import Theorem
from ntkproofs.markup import Math, table

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
        assuming: what the decisions took for granted of symbols, in LaTeX.
    """

    about: str
    method: str
    truth: str
    premise: bool
    times: int
    origin: str = ""
    assuming: tuple[str, ...] = ()


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

    @property
    def assuming(self) -> tuple[str, ...]:
        """What its steps took for granted of symbols, each once; of those that are listed."""
        return tuple(dict.fromkeys(told for step in self.steps for told in step.assuming))

    def discounted(self, why: str, outcome: Outcome = Outcome.VACUOUS) -> EvidenceResult:
        """The same result, counting for nothing."""
        return replace(self, outcome=outcome, grade=None, detail=f"{why} {self.detail}")


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
    def vacuous(self) -> bool:
        """Whether some evidence could not fail, and so counted for nothing."""
        return any(evidence.outcome is Outcome.VACUOUS for evidence in self.evidence)

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
    def statements(self) -> tuple[tuple[str, StatementResult], ...]:
        """The statement, its amendment and its other readings, with what each of them is."""
        amended = () if self.amended is None else (("amended", self.amended),)
        return (("", self.original), *amended, *self.readings.items())

    def _repr_html_(self) -> str:
        return claims_table([self])

    @property
    def crashed(self) -> bool:
        """Whether any piece of evidence crashed, ran out of time or cannot be reproduced."""
        broken = {Outcome.CRASHED, Outcome.NOT_REPRODUCIBLE}
        return any(e.outcome in broken for _, s in self.statements for e in s.evidence)

    def shortcomings(self, least: Grade = Grade.SAMPLED) -> tuple[str, ...]:
        """What keeps this claim from being settled; empty where it is.

        A claim is settled where its statement stands, or falls and its amendment stands, by
        evidence of the grade ``least`` at least that none of its mutants survives, and where no
        evidence crashed or was found to be unable to fail.

        Args:
            least: the weakest grade that is accepted, of a refutation as well.

        Returns:
            The reasons, one line each.
        """
        reasons = _weaknesses("the statement", self.original, least)
        if self.original.verdict is Verdict.REFUTED:
            if self.amended is None:
                reasons.append("the statement is refuted, and has no amendment")
            elif self.amended.verdict is Verdict.REFUTED:
                reasons.append("the amendment is refuted too")
            else:
                reasons += _weaknesses("the amendment", self.amended, least)
        if self.mutants is not None and self.mutants.alive:
            reasons.append(f"mutants are alive: {'; '.join(self.mutants.alive)}")
        if self.crashed:
            reasons.append("evidence crashed or is not reproducible")
        return tuple(reasons)


def claims_table(claims: Sequence[ClaimResult]) -> str:
    """The verdicts on claims as a table of HTML, for notebooks."""
    head = ["claim", "statement", "verdict", "grade", "witness", "mutants"]
    return table(head, [row for claim in claims for row in _rows(claim)])


def _rows(claim: ClaimResult) -> Iterator[list[str]]:
    counted = claim.mutants
    for name, statement in claim.statements:
        witness = statement.refutation.witness if statement.refutation is not None else None
        shown = ", ".join(f"{key} = {value}" for key, value in (witness or {}).items())
        standing = statement is (claim.amended or claim.original)
        yield [
            f"{claim.id} {name}".strip(),
            Math(statement.latex),
            statement.verdict.value,
            "" if statement.grade is None else statement.grade.word,
            shown,
            f"{counted.killed} of {counted.total} killed" if counted and standing else "",
        ]


def _weaknesses(what: str, statement: StatementResult, least: Grade) -> list[str]:
    if statement.grade is None:
        return [f"{what} is {statement.verdict.value}"]
    found = [f"{what} has evidence that could not fail"] if statement.vacuous else []
    if statement.grade < least:
        found.append(f"{what} is {statement.verdict.value} by {statement.grade.word} evidence")
    return found


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
