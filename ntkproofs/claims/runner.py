"""Running evidence in this process, on the constants of one task at a time."""

from __future__ import annotations

import copy
import hashlib
import json
import random
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ntkproofs.arithmetic.truth import Truth
from ntkproofs.claims.claim import Claim, Constants, Evidence
from ntkproofs.claims.grades import Grade
from ntkproofs.claims.ledger import Ledger, recording
from ntkproofs.claims.originals import remember
from ntkproofs.claims.outline import outline_of, without_addresses
from ntkproofs.claims.plan import decide
from ntkproofs.claims.steps import Step
from ntkproofs.claims.tasks import Task, constants_of, evidence_of, words
from ntkproofs.claims.verdict import (
    TAINTED,
    ClaimResult,
    Counts,
    EvidenceResult,
    Outcome,
    StepSummary,
)
from ntkproofs.claims.wire import plain_value

Progress = Callable[[str], None]
_MOST_SUMMARIES = 100


def verify_claim(
    claim: Claim,
    *,
    mutants: bool = False,
    full: bool = False,
    seed: int = 0,
    progress: Progress | None = None,
) -> ClaimResult:
    """Decide a claim by its evidence, run in this process without limits.

    Args:
        claim: the claim.
        mutants: also run the evidence on every mutant of the statement that stands; evidence that
            lets one live is vacuous and counts for nothing.
        full: also run the evidence that makes long measurements again.
        seed: what the seeds of the evidence are derived from.
        progress: called with a line of words before each piece of work.
    """
    outline = outline_of(claim)
    plan = decide(outline, mutants=mutants, full=full)
    tasks = next(plan)
    while True:
        results: dict[Task, EvidenceResult] = {}
        for task in tasks:
            if progress is not None:
                progress(words(outline, task))
            results[task] = run_task(claim, task, seed)
        try:
            tasks = plan.send(results)
        except StopIteration as end:
            return end.value


def run_task(claim: Claim, task: Task, seed: int) -> EvidenceResult:
    """Run one piece of evidence with its own seed for the generators of ``random`` and NumPy."""
    random.seed(task.seed(seed))
    np.random.seed(task.seed(seed))  # noqa: NPY002 - for evidence that uses the global generator
    return run_evidence(evidence_of(claim, task), constants_of(claim, task.variant))


def run_evidence(evidence: Evidence, constants: Constants) -> EvidenceResult:
    """Run one piece of evidence on the given constants and count its steps.

    An exception is a crash: it neither refutes nor supports. So are: no step at all, a comparison
    that was made and not yielded, an exception that was swallowed, a function of the library that
    was replaced.
    """
    remember()
    start = time.perf_counter()
    steps: list[Step] = []
    problem = ""
    with recording(evidence.loaded) as ledger:
        try:
            # Copies: evidence that changes its arguments must not change the statement.
            arguments = {name: copy.deepcopy(constants[name]) for name in evidence.constants}
            for step in _steps_of(evidence, arguments, ledger):
                steps.append(step)
        # Evidence is a user's code and may raise anything.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            problem = _describe(error)
    problem = _broken(evidence, ledger, problem)
    if not problem and all(step.premise for step in steps):
        problem = "the evidence executed no comparison but premises, and so shows nothing"
    found = _summarise(evidence, steps, problem, time.perf_counter() - start)
    # A search may use floats; what it certifies on their strength refutes nothing all the same.
    refutes = found.outcome is Outcome.REFUTES and (found.grade or 0) >= Grade.CERTIFIED
    counts = _is_strict(evidence) or refutes
    return _tainted(found, ledger.tainted[0] if ledger.tainted and counts else "")


def _tainted(result: EvidenceResult, taint: str) -> EvidenceResult:
    """What a float that came in leaves of a result: it is sampled at most, and refutes nothing."""
    if not taint or result.outcome is Outcome.CRASHED:
        return result
    detail = f"{TAINTED} {taint}; {result.detail}"
    if result.outcome is Outcome.REFUTES:
        return replace(result, outcome=Outcome.UNDECIDED, grade=None, detail=detail, witness=None)
    grade = Grade.SAMPLED if result.outcome is Outcome.HOLDS else None
    return replace(result, grade=grade, detail=detail)


def _broken(evidence: Evidence, ledger: Ledger, problem: str) -> str:
    """Why evidence shows nothing: what is behind it first; empty where nothing speaks against."""
    ledger.look_for_replaced()
    if ledger.replaced:
        return f"replaced {ledger.replaced}, which decides evidence"
    return problem or without_addresses(ledger.problem(strict=_is_strict(evidence)))


def _is_strict(evidence: Evidence) -> bool:
    """Whether floats and swallowed exceptions count against it; a search may do with them."""
    return evidence.kind >= Grade.CERTIFIED


def _steps_of(evidence: Evidence, arguments: Mapping[str, Any], ledger: Ledger) -> Iterator[Step]:
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
        if not ledger.settle(step.number):
            raise TypeError(
                f"{evidence.name!r} yielded a step that was decided outside of this run: "
                f"{step.about}. Decide it in the evidence, with the constants that are given"
            )
        yield step


_OWN_FRAMES = ("/claims/runner.py", "/claims/float_guard.py")


def _describe(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = next((f for f in reversed(frames) if not f.filename.endswith(_OWN_FRAMES)), None)
    where = f" ({place.filename.rsplit('/', 1)[-1]}:{place.lineno})" if place else ""
    hint = "; raise --memory" if isinstance(error, MemoryError) else ""
    return without_addresses(f"{type(error).__name__}: {error}{where}{hint}")


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
        detail = f"{what}: {'; '.join(filter(None, (first.about, first.reason)))}"
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
        "" if problem else _transcript(steps),
        _summaries(steps),
    )


def _summaries(steps: Sequence[Step]) -> tuple[StepSummary, ...]:
    """The first different steps, in order, each with how often it came."""
    times: dict[StepSummary, int] = {}
    for step in steps:
        about = without_addresses(str(step.about))
        told = (about, step.method, step.truth.value, step.premise, 0, step.origin, step.assuming)
        said = StepSummary(*told)
        if said in times or len(times) < _MOST_SUMMARIES:
            times[said] = times.get(said, 0) + 1
    return tuple(replace(said, times=count) for said, count in times.items())


def _transcript(steps: Sequence[Step]) -> str:
    """A digest of everything that the steps say."""
    said = [
        [
            step.truth.value,
            step.grade.word,
            step.method,
            step.about,
            {str(name): plain_value(value) for name, value in step.witness.items()},
            step.premise,
            step.reason,
            step.assuming,
        ]
        for step in steps
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _grade_of(evidence: Evidence, steps: Sequence[Step]) -> Grade:
    """The weakest step, and never above the kind; instances alone are no proof."""
    grade = min(evidence.kind, *(step.grade for step in steps))
    if evidence.covers or any(step.general for step in steps):
        return grade
    return min(grade, Grade.CERTIFIED)
