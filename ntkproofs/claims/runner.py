"""Running evidence: on the statement, on its amendment and readings, and on mutants of it."""

from __future__ import annotations

import copy
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ntkproofs.arithmetic.truth import Truth
from ntkproofs.claims.claim import Amendment, Claim, Constants, Evidence, unanswered
from ntkproofs.claims.steps import Grade, Step
from ntkproofs.claims.verdict import (
    ClaimResult,
    Counts,
    EvidenceResult,
    MutantResults,
    Outcome,
    StatementResult,
    Verdict,
    judge,
)

Progress = Callable[[str], None]


def verify_claim(
    claim: Claim, *, mutants: bool = False, progress: Progress | None = None
) -> ClaimResult:
    """Decide a claim by its evidence.

    Args:
        claim: the claim.
        mutants: also run the evidence on every mutant of the statement that stands; evidence that
            lets one live is vacuous and counts for nothing.
        progress: called with a line of words before each piece of work.
    """
    tell = progress or _say_nothing
    original = _run_all(claim.statement, claim.evidence, claim.constants, tell)
    readings = {
        name: _run_all(reading.latex, claim.evidence, reading.constants, tell)
        for name, reading in claim.readings.items()
    }
    amended = None
    if claim.amended is not None:
        evidence = _amended_evidence(claim, claim.amended)
        amended = _run_all(claim.amended.latex, evidence, claim.amended.constants, tell)
        original = _without_blind_refuters(original, amended)
    result = ClaimResult(claim.id, claim.source, claim.parameters, original, amended, readings)
    return _with_mutants(claim, result, tell) if mutants else result


def _say_nothing(_: str) -> None:
    pass


def _amended_evidence(claim: Claim, amended: Amendment) -> list[Evidence]:
    return [*claim.evidence, *amended.evidence]


def _run_all(
    latex: str, evidence: Sequence[Evidence], constants: Constants, tell: Progress
) -> StatementResult:
    results: list[EvidenceResult] = []
    for item in evidence:
        tell(item.name.replace("_", " "))
        results.append(run_evidence(item, constants))
    return _judge_constants(judge(latex, results), constants, evidence)


def _judge_constants(
    judged: StatementResult, constants: Constants, evidence: Sequence[Evidence]
) -> StatementResult:
    """A statement with a constant that no evidence takes is not decided: nothing asked about it."""
    forgotten = unanswered(constants, evidence)
    if not forgotten or judged.verdict is Verdict.REFUTED:
        return judged
    note = f"no evidence takes the constants {', '.join(forgotten)}"
    return StatementResult(judged.latex, Verdict.UNDECIDED, None, judged.evidence, note)


def run_evidence(evidence: Evidence, constants: Constants) -> EvidenceResult:
    """Run one piece of evidence on the given constants and count its steps.

    An exception is a crash: it neither refutes nor supports. No step at all is a crash too.
    """
    start = time.perf_counter()
    steps: list[Step] = []
    problem = ""
    try:
        # Copies: evidence that changes its arguments must not change the statement.
        arguments = {name: copy.deepcopy(constants[name]) for name in evidence.constants}
        for step in _steps_of(evidence, arguments):
            steps.append(step)
    # Evidence is a user's code and may raise anything.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        problem = _describe(error)
    if not problem and all(step.premise for step in steps):
        problem = "the evidence executed no comparison but premises, and so shows nothing"
    return _summarise(evidence, steps, problem, time.perf_counter() - start)


def _steps_of(evidence: Evidence, arguments: Mapping[str, Any]) -> Iterator[Step]:
    produced = evidence.function(**arguments)
    if not hasattr(produced, "__iter__"):
        raise TypeError(
            f"evidence yields steps (identity, exactly, certify, ...); {evidence.name!r} returned "
            f"{type(produced).__name__}"
        )
    for step in produced:
        if not isinstance(step, Step):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(
                f"evidence yields steps (identity, exactly, certify, ...); {evidence.name!r} "
                f"yielded {type(step).__name__}"
            )
        if not step.is_genuine():
            raise TypeError(
                f"{evidence.name!r} yielded a step that was made or changed by hand; steps are "
                "decided by identity, exactly, certify, ..."
            )
        yield step


def _describe(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = next((f for f in reversed(frames) if "/claims/runner.py" not in f.filename), None)
    where = f" ({place.filename.rsplit('/', 1)[-1]}:{place.lineno})" if place else ""
    return f"{type(error).__name__}: {error}{where}"


def _summarise(
    evidence: Evidence, steps: Sequence[Step], problem: str, seconds: float
) -> EvidenceResult:
    truths = [step.truth for step in steps]
    counts = Counts(
        true=truths.count(Truth.TRUE),
        false=truths.count(Truth.FALSE),
        undecided=truths.count(Truth.UNDECIDED),
        crashed=1 if problem else 0,
    )
    failed = [s for s in steps if s.truth is Truth.FALSE and not s.premise]
    open_steps = [s for s in steps if s.truth is not Truth.TRUE]
    witness: Mapping[str, Any] | None = None
    grade: Grade | None = None
    if problem:
        outcome, detail = Outcome.CRASHED, problem
    elif failed and not any(s.premise for s in open_steps):
        first = max(failed, key=lambda s: s.grade)
        outcome, grade = Outcome.REFUTES, first.grade
        detail, witness = f"fails: {first.about}", {"fails": first.about, **first.witness}
    elif open_steps:
        first = open_steps[0]
        outcome = Outcome.UNDECIDED
        what = "a premise fails" if first.truth is Truth.FALSE else "undecided"
        detail = f"{what}: {first.about} {first.reason}".strip()
    else:
        outcome = Outcome.HOLDS
        grade = _grade_of(evidence, steps)
        detail = evidence.summary or "; ".join(dict.fromkeys(step.about for step in steps))
    return EvidenceResult(
        evidence.name,
        evidence.kind,
        evidence.part,
        evidence.on,
        outcome,
        grade,
        "; ".join(dict.fromkeys(step.method for step in steps)),
        counts,
        seconds,
        detail,
        evidence.relies_on,
        witness,
    )


def _grade_of(evidence: Evidence, steps: Sequence[Step]) -> Grade:
    """The weakest step, and never above the kind; instances alone are no proof."""
    grade = min(evidence.kind, *(step.grade for step in steps))
    if evidence.covers or any(step.general for step in steps):
        return grade
    return min(grade, Grade.CERTIFIED)


def _without_blind_refuters(original: StatementResult, amended: StatementResult) -> StatementResult:
    """Refuters that refute the amended statement too are vacuous: they may refute everything."""
    blind = {e.name for e in amended.evidence if e.outcome is Outcome.REFUTES}
    evidence = [
        e.as_vacuous("refutes the amended statement too;")
        if e.outcome is Outcome.REFUTES and e.name in blind
        else e
        for e in original.evidence
    ]
    return judge(original.latex, evidence)


def _with_mutants(claim: Claim, result: ClaimResult, tell: Progress) -> ClaimResult:
    """Run the mutants of the statement that stands, and discount evidence that lets one live."""
    falls = result.original.verdict is Verdict.REFUTED
    if falls and claim.amended is not None and result.amended is not None:
        evidence, standing = _amended_evidence(claim, claim.amended), result.amended
        constants, mutants = claim.amended.constants, claim.amended.mutants
    else:
        evidence, standing = claim.evidence, result.original
        constants, mutants = claim.constants, claim.mutants
    counted = {e.name for e in standing.evidence if e.outcome is Outcome.HOLDS}
    total, alive = 0, list[str]()
    blind: dict[str, str] = {}
    answered: dict[str, bool] = dict.fromkeys(counted, False)
    for name, values in mutants.items():
        answerable = [e for e in evidence if name in e.constants and e.name in counted]
        for value in values:
            total += 1
            mutant = f"{name} = {value}"
            tell(f"mutant {mutant}")
            living = [
                e.name
                for e in answerable
                if run_evidence(e, {**constants, name: value}).outcome is not Outcome.REFUTES
            ]
            answered.update(dict.fromkeys((e.name for e in answerable), True))
            blind.update(dict.fromkeys(living, f"lets the mutant {mutant} live;"))
            if living or not answerable:
                alive.append(f"{mutant} ({', '.join(living) or 'no evidence answers for it'})")
    unanswered = (n for n, done in answered.items() if not done)
    blind.update(dict.fromkeys(unanswered, "no mutant reaches it;"))
    judged = judge(
        standing.latex,
        [e.as_vacuous(blind[e.name]) if e.name in blind else e for e in standing.evidence],
    )
    judged = _judge_constants(judged, constants, evidence)
    found = MutantResults(total, tuple(alive))
    original, amended = result.original, result.amended
    if standing is result.amended:
        amended = judged
    else:
        original = judged
    return ClaimResult(
        result.id, result.source, result.parameters, original, amended, result.readings, found
    )
