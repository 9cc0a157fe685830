"""Reports of verification in a terminal: the table, and the progress while it is made.

Statements, witnesses and messages come from claim files. They are shown as plain text
(:class:`rich.text.Text`), never as markup.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from ntkproofs.claims.files import Problem
from ntkproofs.claims.report import Report
from ntkproofs.claims.theorems import Theorem
from ntkproofs.claims.verdict import ClaimResult, Outcome, StatementResult, Verdict
from ntkproofs.files import shown_path
from ntkproofs.reports.readable import plain, readable

_STYLES = {
    Verdict.PROVED: "bold green",
    Verdict.CERTIFIED: "green",
    Verdict.SUPPORTED: "cyan",
    Verdict.REFUTED: "bold red",
    Verdict.UNDECIDED: "yellow",
}
_TROUBLE = {
    Outcome.CRASHED: ("crashed", "bold magenta"),
    Outcome.NOT_REPRODUCIBLE: ("not reproducible", "bold magenta"),
    Outcome.VACUOUS: ("vacuous", "magenta"),
    Outcome.UNDECIDED: ("undecided", "yellow"),
}
_WIDE = 110
"""From so many columns on, ids have a column of their own; below, they stand over the statement."""
_WITNESS_LENGTH = 60
_NOT_TESTED = "evidence not tested for vacuity: --mutants does"


def print_report(console: Console, report: Report) -> None:
    """The table of verdicts, their counts, and the problems."""
    if report.claims:
        console.print(_table(report.claims, wide=console.width >= _WIDE))
        console.print(Padding(_footer(report.claims), (1, 0, 0, 0)))
        if all(claim.mutants is None for claim in report.claims):
            console.print(Text(_NOT_TESTED, style="dim"))
    if report.stored:
        words = f"{report.stored} of {_plural(report.results, 'result')} taken from the store"
        console.print(Text(words, style="dim"))
    print_problems(console, report.problems)


def print_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Files that gave no claims, a line each."""
    for problem in problems:
        words = f"{plain(shown_path(problem.path))}: {plain(problem.message)}"
        console.print(Text.assemble(("problem: ", "bold red"), words), soft_wrap=True)


def print_axioms(console: Console, claim: ClaimResult) -> None:
    """The cited theorems that the verdicts on a claim and on its amendment rely on."""
    _print_cited(console, claim.id, claim.original)
    if claim.amended is not None:
        console.print()
        _print_cited(console, f"{claim.id}, amended", claim.amended)


def _print_cited(console: Console, name: str, statement: StatementResult) -> None:
    heading = Text.assemble((f"{name}: ", "bold"), _verdict(statement))
    console.print(heading.append(f"\n{readable(statement.latex)}"))
    if not statement.relies_on:
        nothing = statement.verdict is Verdict.UNDECIDED
        why = "There is no verdict yet." if nothing else "The verdict relies on no cited theorem."
        console.print(Text(why, style="dim"))
    for theorem in statement.relies_on:
        console.print(_theorem(theorem))


def _theorem(theorem: Theorem) -> Padding:
    text = Text.assemble(
        (plain(theorem.name), "bold"),
        f"\n{plain(theorem.statement)}\n",
        (plain(theorem.source), "italic dim"),
    )
    return Padding(text, (1, 0, 0, 2))


def _table(claims: Iterable[ClaimResult], *, wide: bool) -> Table:
    claims = tuple(claims)
    with_mutants = any(claim.mutants is not None for claim in claims)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, expand=wide)
    if wide:
        table.add_column("claim", overflow="fold", max_width=36)
    table.add_column("statement" if wide else "claim", overflow="fold", ratio=1 if wide else None)
    table.add_column("verdict", no_wrap=True, min_width=9)
    table.add_column("grade", no_wrap=True, min_width=11)
    if with_mutants:
        table.add_column("mutants", no_wrap=True, justify="right", min_width=7)
    for claim in claims:
        rows = list(_rows(claim))
        for index, (label, body, statement, mutants) in enumerate(rows):
            # An amendment and a reading belong to the statement above them: they are indented.
            indent = (0, 0, 0, 2 if index else 0)
            named = [Padding(label, indent), body]
            stacked = [Padding(Text("\n").join([label, body]), indent)]
            cells: list[RenderableType] = [*(named if wide else stacked)]
            cells += [_verdict(statement), Text(_grade(statement))]
            cells += [Text(mutants)] if with_mutants else []
            table.add_row(*cells, end_section=index == len(rows) - 1)
    return table


_Row = tuple[Text, Text, StatementResult, str]


def _rows(claim: ClaimResult) -> Iterator[_Row]:
    """The statement, its amendment, its readings: label, text, result, and mutants killed."""
    killed, alive = "", Text()
    if claim.mutants is not None:
        killed = f"{claim.mutants.killed}/{claim.mutants.total}"
        for mutant in claim.mutants.alive:
            alive.append_text(_note("alive", plain(mutant), "magenta"))
    falls = claim.original.verdict is Verdict.REFUTED and claim.amended is not None
    own = Text(claim.id, style="bold")
    yield (
        own,
        _body(claim.original, Text() if falls else alive),
        claim.original,
        ("" if falls else killed),
    )
    if claim.amended is not None:
        body = _body(claim.amended, alive if falls else Text())
        yield Text("amended", style="italic"), body, claim.amended, killed if falls else ""
    for name, reading in claim.readings.items():
        label = Text(f"reading: {plain(name)}", style="italic")
        yield label, _body(reading, Text()), reading, ""


def _body(statement: StatementResult, notes: Text) -> Text:
    """The statement, and below it what a reader needs to know of its evidence."""
    body = Text(readable(statement.latex))
    refutation = statement.refutation
    if refutation is not None:
        words = _witness(refutation.witness or {}) or plain(refutation.detail)
        body.append_text(_note("refuted", words, "red"))
    for item in statement.evidence:
        # What is open matters where it decides; a crash and vacuous evidence always do.
        open_ = item.outcome is Outcome.UNDECIDED
        if item.outcome in _TROUBLE and not (open_ and statement.verdict is not Verdict.UNDECIDED):
            word, style = _TROUBLE[item.outcome]
            words = f"{plain(item.name.replace('_', ' '))}: {readable(item.detail)}"
            body.append_text(_note(word, words, style))
        elif item.tainted and not open_:
            words = f"{plain(item.name.replace('_', ' '))}: {readable(item.detail)}"
            body.append_text(_note("sampled", words, "magenta"))
    if statement.note.startswith("contradiction"):
        body.append_text(_note("undecided", plain(statement.note), "yellow"))
    body.append_text(notes)
    return body


def _note(word: str, words: str, style: str) -> Text:
    return Text.assemble("\n", (f"{word}: ", style), words)


def _witness(witness: Mapping[str, Any]) -> str:
    """A witness in a few words: the instance, then what fails there."""
    fails = readable(str(witness.get("fails", "")))
    shown = (f"{_short(k)} = {_short(v)}" for k, v in witness.items() if k != "fails")
    instance = ", ".join(shown)
    return f"{instance}: {fails}" if instance and fails else instance or fails


def _short(value: Any) -> str:
    text = readable(str(value)) if isinstance(value, str) else plain(str(value))
    return text if len(text) <= _WITNESS_LENGTH else text[: _WITNESS_LENGTH - 1] + "…"


def _verdict(statement: StatementResult) -> Text:
    return Text(statement.verdict.value, style=_STYLES[statement.verdict])


def _grade(statement: StatementResult) -> str:
    return "" if statement.grade is None else statement.grade.word


def _footer(claims: Sequence[ClaimResult]) -> Text:
    """How many claims came to each verdict; amendments and mutants are counted apart."""
    found = Counter(claim.original.verdict for claim in claims)
    parts = [Text(f"{n} {v.value}", style=_STYLES[v]) for v in Verdict if (n := found[v])]
    line = Text.assemble((f"{_plural(len(claims), 'claim')}: ", "bold"), Text(", ").join(parts))
    stand = {Verdict.PROVED, Verdict.CERTIFIED, Verdict.SUPPORTED}
    amended = [c.amended for c in claims if c.amended is not None]
    if amended:
        standing = sum(statement.verdict in stand for statement in amended)
        line.append(f"; {standing} of {len(amended)} amended statements stand")
    counted = [claim.mutants for claim in claims if claim.mutants is not None]
    if counted:
        killed, total = sum(m.killed for m in counted), sum(m.total for m in counted)
        line.append(f"; {killed} of {_plural(total, 'mutant')} killed")
    vacuous = sum(any(s.vacuous for _, s in claim.statements) for claim in claims)
    if vacuous:
        line.append(f"; vacuous evidence in {_plural(vacuous, 'claim')}", style="magenta")
    crashed = sum(claim.crashed for claim in claims)
    if crashed:
        line.append(f"; evidence crashed in {_plural(crashed, 'claim')}", style="bold magenta")
    return line


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


class TerminalProgress:
    """A progress bar on the error stream; silent where that is no terminal.

    Use it as a context manager. It serves as the ``progress`` of
    :func:`ntkproofs.claims.report.verify`. Counted are pieces of evidence.
    """

    def __init__(self, console: Console) -> None:
        self._bar = Bar(
            TextColumn("{task.fields[id]}", style="bold", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", style="dim", markup=False),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._total = 0
        self._task = self._bar.add_task("reading the claim files", total=None, id="")

    def __enter__(self) -> TerminalProgress:
        if not self._bar.disable:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._bar.disable:
            self._bar.stop()

    def start(self, total_claims: int) -> None:
        self._bar.update(self._task, description="")

    def planned(self, tasks: int) -> None:
        self._total += tasks
        self._bar.update(self._task, total=self._total)

    def claim(self, id: str) -> None:
        self._bar.update(self._task, id=id, description="")

    def step(self, text: str) -> None:
        self._bar.update(self._task, description=plain(text))

    def finished(self) -> None:
        self._bar.advance(self._task)

    def done(self, result: ClaimResult) -> None:
        pass
