"""Deciding a claim: what is to be run, and what the results amount to.

:func:`decide` is a generator: it hands out the tasks to be run, is sent their results, and returns
the verdict. It runs nothing itself, so that the same judgement serves evidence that runs in this
process, in workers, or was taken from the store.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace

from ntkproofs.claims.outline import ClaimOutline, StatementOutline
from ntkproofs.claims.tasks import AMENDED, READING, Task, Variant
from ntkproofs.claims.verdict import (
    ClaimResult,
    EvidenceResult,
    MutantResults,
    Outcome,
    StatementResult,
    Verdict,
    judge,
)

Results = Mapping[Task, EvidenceResult]
Plan = Generator[list[Task], Results, ClaimResult]


def decide(outline: ClaimOutline, *, mutants: bool = False, full: bool = False) -> Plan:
    """Decide a claim by its evidence.

    Yields lists of tasks, and expects to be sent their results; returns the verdict.

    Args:
        outline: the claim.
        mutants: also run the evidence on every mutant of the statement that stands; evidence that
            lets one live is vacuous and counts for nothing.
        full: also run the evidence that makes long measurements again.
    """
    statements = {Variant(): outline.original}
    for name, reading in outline.readings.items():
        statements[Variant(READING, name)] = reading
    if outline.amended is not None:
        statements[Variant(AMENDED)] = outline.amended
    tasks = {v: tasks_on(outline, s, v, full=full) for v, s in statements.items()}
    results = yield [task for some in tasks.values() for task in some]
    judged = {
        variant: judge_statement(statement, [results[task] for task in tasks[variant]])
        for variant, statement in statements.items()
    }
    original, amended = judged[Variant()], judged.get(Variant(AMENDED))
    if amended is not None:
        original = without_blind_refuters(outline.original, original, amended)
    readings = {v.reading: judged[v] for v in statements if v.statement == READING}
    found = ClaimResult(outline.id, outline.source, outline.parameters, original, amended, readings)
    found = replace(found, outline=outline)
    return (yield from _with_mutants(outline, found)) if mutants else found


def tasks_on(
    outline: ClaimOutline, statement: StatementOutline, variant: Variant, *, full: bool = False
) -> list[Task]:
    """The tasks that run the evidence of a statement; ``full``: long measurements too."""
    return [
        Task(outline.path, outline.id, item.name, position, variant)
        for position, item in enumerate(statement.evidence)
        if full or not item.full
    ]


def judge_statement(
    statement: StatementOutline, evidence: Sequence[EvidenceResult]
) -> StatementResult:
    """The verdict; a statement with a constant that no evidence takes is not decided."""
    judged = judge(statement.latex, evidence)
    run = {result.name for result in evidence}
    taken = {name for item in statement.evidence if item.name in run for name in item.constants}
    forgotten = sorted(set(statement.constants) - taken)
    if not forgotten or judged.verdict is Verdict.REFUTED:
        return judged
    note = f"no evidence takes the constants {', '.join(forgotten)}"
    return StatementResult(judged.latex, Verdict.UNDECIDED, None, judged.evidence, note)


def without_blind_refuters(
    statement: StatementOutline, original: StatementResult, amended: StatementResult
) -> StatementResult:
    """Refuters that refute the amended statement too are vacuous: they may refute everything."""
    blind = {e.name for e in amended.evidence if e.outcome is Outcome.REFUTES}
    evidence = [
        e.discounted("refutes the amended statement too;")
        if e.outcome is Outcome.REFUTES and e.name in blind
        else e
        for e in original.evidence
    ]
    return judge_statement(statement, evidence)


def _with_mutants(outline: ClaimOutline, found: ClaimResult) -> Plan:
    """Run the mutants of the statement that stands, and discount evidence that lets one live."""
    falls = found.original.verdict is Verdict.REFUTED
    if falls and outline.amended is not None and found.amended is not None:
        standing, result, base = outline.amended, found.amended, Variant(AMENDED)
    else:
        standing, result, base = outline.original, found.original, Variant()
    counted = {e.name for e in result.evidence if e.outcome is Outcome.HOLDS}
    tasks = _mutant_tasks(outline, standing, base, counted)
    results = yield [task for some in tasks.values() for task in some]
    judged, mutants = _judge_mutants(standing, result, tasks, results)
    if result is found.amended:
        return replace(found, amended=judged, mutants=mutants)
    return replace(found, original=judged, mutants=mutants)


def _mutant_tasks(
    outline: ClaimOutline, standing: StatementOutline, base: Variant, counted: set[str]
) -> dict[Variant, list[Task]]:
    """For each mutant, the evidence that answers for it: it takes the constant, and it holds."""
    return {
        (variant := replace(base, constant=name, index=index)): [
            task
            for task in tasks_on(outline, standing, variant, full=True)
            if task.evidence in counted and name in standing.evidence[task.position].constants
        ]
        for name, values in standing.mutants.items()
        for index in range(len(values))
    }


def _judge_mutants(
    standing: StatementOutline,
    result: StatementResult,
    tasks: Mapping[Variant, Sequence[Task]],
    results: Results,
) -> tuple[StatementResult, MutantResults]:
    alive: list[str] = []
    why: dict[str, tuple[str, Outcome]] = {}
    for variant, some in tasks.items():
        mutant = f"{variant.constant} = {standing.mutants[variant.constant][variant.index]}"
        living = [t for t in some if results[t].outcome is not Outcome.REFUTES]
        for task in living:
            _note_alive(why, mutant, results[task])
        if living or not some:
            names = ", ".join(task.evidence for task in living)
            alive.append(f"{mutant} ({names or 'no evidence answers for it'})")
    answered = {task.evidence for some in tasks.values() for task in some}
    for item in result.evidence:
        if item.outcome is Outcome.HOLDS and item.name not in answered:
            why[item.name] = ("no mutant reaches it;", Outcome.VACUOUS)
    evidence = [e.discounted(*why[e.name]) if e.name in why else e for e in result.evidence]
    return judge_statement(standing, evidence), MutantResults(len(tasks), tuple(alive))


def _note_alive(why: dict[str, tuple[str, Outcome]], mutant: str, result: EvidenceResult) -> None:
    """Why evidence that did not refute a mutant counts for nothing; a crash is not a tolerance."""
    if result.outcome is Outcome.CRASHED:
        said = f"did not finish on the mutant {mutant} ({result.detail});"
        why.setdefault(result.name, (said, Outcome.CRASHED))
    else:
        why[result.name] = (f"lets the mutant {mutant} live;", Outcome.VACUOUS)
