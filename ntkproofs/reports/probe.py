"""Probes on the terminal and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from ntkproofs.conjectures.results import as_json
from ntkproofs.files import replacing
from ntkproofs.reports.json_report import environment
from ntkproofs.reports.readable import readable

if TYPE_CHECKING:
    from rich.console import Console

    from ntkproofs.conjectures.results import ProbeResult, Witness

_REGIMES = 8
_STYLES = {"refuted": "bold red", "suspected": "yellow", "error": "bold yellow"}


def print_probes(
    console: Console, results: Sequence[ProbeResult], *, suggest: bool = False
) -> None:
    """Print what was found, conjecture by conjecture; with ``suggest``, that no repair was."""
    for result in results:
        style = _STYLES.get(result.outcome, "bold")
        console.print(f"[{style}]{escape(result.id)}[/]  {escape(readable(result.statement))}")
        console.print(f"  {escape(result.words())}", highlight=False)
        if result.witness is not None:
            _print_witness(console, result.witness)
        elif result.outcome == "no counterexample" and math.isfinite(result.slack):
            where = escape(result.where)
            console.print(f"  smallest slack {result.slack:.3g} at {where}", highlight=False)
        _print_counts(console, result)
        for repair in result.repairs:
            words = f"survives {repair.examples:,} examples (sampled): {repair.words}"
            console.print(f"  {escape(words)}", highlight=False)
        if suggest and result.outcome == "refuted" and not result.repairs:
            console.print("  no repair that was tried survives a search", highlight=False)
        console.print()
    console.print(_summary(results), highlight=False)


def _print_witness(console: Console, witness: Witness) -> None:
    table = Table(show_header=False, box=None, padding=(0, 1), pad_edge=False)
    for name, value in witness.arguments.items():
        table.add_row("   ", escape(name), "=", escape(value))
    console.print(table, highlight=False)
    if witness.left:
        how = f"certified at {witness.bits} bits" if witness.bits else "in floats only"
        sides = f"{witness.left} {witness.sign} {witness.right}"
        console.print(f"   fails: {escape(sides)}  ({how})", highlight=False)


def _print_counts(console: Console, result: ProbeResult) -> None:
    if result.outcome == "error":
        return
    kinds = list(result.regimes.items())[:_REGIMES]
    seen = ", ".join(f"{name} ({count:,})" for name, count in kinds)
    parts = [f"{result.examples:,} examples in {result.seconds:.1f} s"]
    if result.rejected:
        parts.append(f"{result.rejected:,} ruled out by assumptions")
    if result.undecided:
        parts.append(f"{result.undecided:,} comparisons too close for balls")
    console.print(f"  {escape('; '.join(parts))}", highlight=False, style="dim")
    if seen:
        console.print(f"  {escape('of kinds: ' + seen)}", highlight=False, style="dim")


def _summary(results: Sequence[ProbeResult]) -> str:
    count = {o: sum(r.outcome == o for r in results) for o in ("refuted", "suspected", "error")}
    rest = len(results) - sum(count.values())
    return (
        f"{len(results)} probed: {count['refuted']} refuted (certified), {count['suspected']} "
        f"suspected, {rest} without counterexample, {count['error']} not searched"
    )


def probes_as_json(results: Sequence[ProbeResult]) -> dict[str, Any]:
    """The results for machines."""
    return {"schema": 1, "environment": environment(), "probes": [as_json(r) for r in results]}


def write_probes(path: Path, results: Sequence[ProbeResult]) -> None:
    """Write the results as JSON, whole or not at all."""
    text = json.dumps(probes_as_json(results), indent=2, ensure_ascii=False, allow_nan=False)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
