"""How well a search refutes what is false, and leaves alone what is true.

    python -m tests.benchmarks.bench_conjectures [--examples N] [--seconds S] [--only NAME]
        [--side true|false] [--seed S]

Searches each conjecture of the corpus and prints a table and four figures: how many of the false
ones were refuted, with a certificate; how many of the true ones were (which must be none); the
median number of examples to the find; the size of the witness after shrinking. A search is given
wall clock; the table shows the processor's time, which other work on the machine does not change.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from ntkproofs.conjectures import probe
from ntkproofs.conjectures.results import ProbeResult
from tests.benchmarks.corpus_conjectures import CORPUS
from tests.benchmarks.corpus_entries import Entry


@dataclass(frozen=True)
class Row:
    """What became of an entry."""

    entry: Entry
    result: ProbeResult
    seconds: float

    @property
    def size(self) -> int:
        """Characters of the witness, as Python that builds it."""
        witness = self.result.witness
        return 0 if witness is None else sum(map(len, witness.arguments.values()))

    @property
    def refuted(self) -> bool:
        return self.result.outcome == "refuted"

    def cells(self) -> list[str]:
        """The row of the table."""
        good = self.refuted != self.entry.holds and self.result.outcome != "error"
        witness = self.result.witness if self.refuted else None
        shown = "" if witness is None else ", ".join(witness.arguments.values())
        return [
            self.entry.id,
            "true" if self.entry.holds else "false",
            self.result.outcome if good else f"[bold red]{self.result.outcome}",
            str(self.result.found_at or ""),
            str(self.result.examples),
            f"{self.seconds:.1f}",
            str(self.size) if self.refuted else "",
            self.result.problem or shown[:60],
        ]


def search(entry: Entry, examples: int, seconds: float, seed: int) -> Row:
    """Probe one entry."""
    start = time.process_time()
    (result,) = probe(entry.conjecture, examples=examples, seconds=seconds, seed=seed)
    return Row(entry, result, time.process_time() - start)


def figures(rows: list[Row]) -> list[str]:
    """The four figures."""
    false = [r for r in rows if not r.entry.holds]
    true = [r for r in rows if r.entry.holds]
    found = [r for r in false if r.refuted]
    lines = [
        f"found and certified among the false: {len(found)} of {len(false)}",
        f"wrongly refuted among the true: {sum(r.refuted for r in true)} of {len(true)} "
        f"(suspected: {sum(r.result.outcome == 'suspected' for r in true)}, "
        f"errors: {sum(r.result.outcome == 'error' for r in rows)})",
    ]
    if found:
        at = [r.result.found_at for r in found]
        sizes = [r.size for r in found]
        lines += [
            f"examples to the find: median {statistics.median(at):g}, largest {max(at)}",
            f"size of the witness: median {statistics.median(sizes):g} characters, "
            f"largest {max(sizes)}",
        ]
    missed = [r.entry.id for r in false if not r.refuted]
    return [*lines, f"missed: {', '.join(missed)}"] if missed else lines


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Search the conjectures of the corpus.")
    parser.add_argument("--examples", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--side", choices=("true", "false"))
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    chosen = [e for e in CORPUS if given.only in e.id]
    if given.side:
        chosen = [e for e in chosen if e.holds == (given.side == "true")]
    console = Console(width=None if sys.stdout.isatty() else 160)
    rows = []
    for entry in chosen:
        rows.append(search(entry, given.examples, given.seconds, given.seed))
        console.print(" | ".join(rows[-1].cells()), highlight=False)
    names = ("conjecture", "truth", "outcome", "found at", "examples", "CPU s", "size", "witness")
    table = Table(*names)
    for row in rows:
        table.add_row(*row.cells())
    console.print(table)
    for line in figures(rows):
        console.print(line, highlight=False)
    return 0 if not any(r.refuted for r in rows if r.entry.holds) else 1


if __name__ == "__main__":
    raise SystemExit(main())
