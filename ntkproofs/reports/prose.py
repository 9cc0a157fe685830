"""One claim, told in full: what it says, what was checked and how, what that rests on."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from ntkproofs.claims.verdict import ClaimResult, EvidenceResult, Outcome, StatementResult, Verdict
from ntkproofs.reports.readable import plain, readable

_VERDICT_IN_WORDS = {
    Verdict.PROVED: "is proved: every step was reduced to zero by a decision procedure.",
    Verdict.CERTIFIED: "is certified on the stated finite set: by balls or exact numbers.",
    Verdict.SUPPORTED: "is supported only: by statistics or by search, which prove nothing.",
    Verdict.REFUTED: "is false: there is a witness.",
    Verdict.UNDECIDED: "is undecided",
}
OUTCOME_IN_WORDS = {
    Outcome.HOLDS: "all steps hold",
    Outcome.REFUTES: "a step fails, which refutes the statement",
    Outcome.UNDECIDED: "could not decide",
    Outcome.CRASHED: "crashed, and shows nothing",
    Outcome.VACUOUS: "cannot fail, and counts for nothing",
    Outcome.NOT_REPRODUCIBLE: "gives something else when it is run again, and shows nothing",
}


def verdict_in_words(statement: StatementResult) -> str:
    """A sentence; of an undecided statement, with what was missing."""
    words = f"It {_VERDICT_IN_WORDS[statement.verdict]}"
    note = plain(statement.note)
    if statement.verdict is not Verdict.UNDECIDED:
        return f"{words} {note}".strip()
    return f"{words}: {note}." if note else f"{words}."


def print_explanation(console: Console, claim: ClaimResult, *, files: str) -> None:
    """Everything about one claim as prose.

    Args:
        console: where to print.
        claim: its result, with mutants if they were run.
        files: the claim files as given, for the command that repeats the check; may be empty.
    """
    console.print(Text(claim.id, style="bold"))
    console.print(Text(f"Made in: {plain(claim.source)}."))
    if claim.parameters:
        console.print(Text(f"For: {plain(claim.parameters)}."))
    told: set[str] = set()
    _print_statement(console, "The statement", claim.original, told)
    if claim.amended is not None:
        _print_statement(console, "What stands instead", claim.amended, told)
    for name, reading in claim.readings.items():
        _print_statement(console, f"Another reading: {plain(name)}", reading, told)
    console.print()
    console.print(Text(_mutants_in_words(claim)))
    console.print(Text("To repeat: ", style="bold"), end="")
    console.print(
        Text(" ".join(["ntkproofs verify", *files.split(), f"--only {claim.id} --mutants"]))
    )


def _print_statement(
    console: Console, heading: str, statement: StatementResult, told: set[str]
) -> None:
    """One statement; theorems that were told before are named only."""
    console.print()
    console.print(Text(f"{heading}:", style="bold"))
    console.print(Padding(Text(readable(statement.latex)), (0, 0, 0, 2)))
    console.print(Text(verdict_in_words(statement)))
    for evidence in statement.evidence:
        console.print(Padding(Text("\n").join(_evidence_in_words(evidence)), (0, 0, 0, 2)))
    if statement.relies_on:
        console.print(Text("It rests on:"))
        for theorem in statement.relies_on:
            line = f"{plain(theorem.name)} ({plain(theorem.source)}): {plain(theorem.statement)}"
            shown = f"{plain(theorem.name)}, as above." if theorem.name in told else line
            console.print(Padding(Text(shown), (0, 0, 0, 2)))
        told.update(theorem.name for theorem in statement.relies_on)


def _evidence_in_words(evidence: EvidenceResult) -> Iterator[Text]:
    part = f" (on {plain(evidence.part)})" if evidence.part else ""
    kind = evidence.kind.word
    yield Text.assemble(
        (evidence.name.replace("_", " "), "italic"),
        f"{part}, worth at most {kind}: {OUTCOME_IN_WORDS[evidence.outcome]}.",
    )
    counts = evidence.counts
    total = f"{counts.true} steps true, {counts.false} false, {counts.undecided} undecided"
    where = f", on {plain(evidence.on)}" if evidence.on else ""
    method = f" by {plain(evidence.method)}" if evidence.method else ""
    yield Text(f"  {total}{where}{method}.")
    yield Text(f"  {readable(evidence.detail)}")
    if evidence.assuming:
        yield Text(f"  Taken for granted: {readable(', '.join(evidence.assuming))}.")
    if evidence.witness:
        values = ", ".join(
            f"{plain(str(name))} = {readable(str(value))}"
            for name, value in evidence.witness.items()
            if name != "fails"
        )
        yield Text(f"  Witness: {values}.")


def _mutants_in_words(claim: ClaimResult) -> str:
    if claim.mutants is None:
        return "The mutants of the statement were not run."
    words = f"Of {claim.mutants.total} mutants of the statement that stands, "
    words += f"{claim.mutants.killed} are refuted by the same evidence."
    if claim.mutants.alive:
        words += f" Alive: {plain('; '.join(claim.mutants.alive))}."
    return words
