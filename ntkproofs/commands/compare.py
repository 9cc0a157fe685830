"""The commands ``ntkproofs diff`` and ``ntkproofs recheck``: stored reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ntkproofs.commands.common import (
    EXIT_INPUT,
    EXIT_UNABLE,
    Jobs,
    JsonFile,
    Memory,
    Paths,
    Timeout,
    console,
)
from ntkproofs.errors import InvalidInput

EXIT_DIFFERENT = 1

_Report = typer.Argument(metavar="REPORT", help="A report in JSON.", show_default=False)


def diff(
    first: Annotated[
        Path, typer.Argument(metavar="FIRST", help="A report in JSON.", show_default=False)
    ],
    second: Annotated[
        Path, typer.Argument(metavar="SECOND", help="A later one.", show_default=False)
    ],
    *,
    slower: Annotated[
        float,
        typer.Option(
            "--slower",
            metavar="FACTOR",
            help="Tell evidence that takes so many times as long, and a second longer.",
        ),
    ] = 2.0,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 where something differs.")
    ] = False,
    json: JsonFile = None,
) -> None:
    """Tell what changed between two reports of ``ntkproofs verify --json``.

    Claims that came or went; statements, constants and files that are others; verdicts, outcomes
    and steps of evidence that changed; mutants that live; evidence that got slower. Nothing is run.

    Exit status: 0 done; 1 with --strict, where something differs; 2 a file is no report.

    Examples:

    \b
      ntkproofs diff before.json after.json
      ntkproofs diff before.json after.json --slower 1.5 --strict
    """
    from ntkproofs.files import require_writable
    from ntkproofs.reports.differences import differences, differences_to_json, print_differences
    from ntkproofs.reports.json_report import write_json
    from ntkproofs.reports.stored import read_report

    if not slower >= 1:
        raise InvalidInput(
            f"--slower is a factor from 1 on, by which times of two reports are compared; got "
            f"{slower:g}. The default is 2."
        )
    if json is not None:
        require_writable(json)
    before, after = read_report(first), read_report(second)
    changes = differences(before, after, slower=slower)
    if json is not None:
        write_json(json, differences_to_json(before, after, changes))
    print_differences(console(), before, after, changes)
    raise typer.Exit(EXIT_DIFFERENT if strict and changes else 0)


def recheck(
    report: Annotated[Path, _Report],
    paths: Paths = None,
    *,
    longest: Annotated[
        float,
        typer.Option(
            "--longest", metavar="SECONDS", help="Leave out evidence that took longer before."
        ),
    ] = 10.0,
    all_: Annotated[bool, typer.Option("--all", help="However long it took.")] = False,
    jobs: Jobs = None,
    timeout: Timeout = 60.0,
    memory: Memory = 4096,
    json: JsonFile = None,
) -> None:
    """Check the witnesses, certificates and proofs of a stored report again.

    Of each statement only the evidence is run that decides it: the cheapest that refutes it, or
    for each part the cheapest that holds. Its outcome and the digest of its steps must be those of
    the report, and the verdict is read out of what runs now: nothing in the report is believed.
    Claim files are code; those that are run are the bundled ones, or those that you name, never
    one that only the report names. What is not checked again is listed.

    Exit status: 0 all that was checked agrees; 1 something differs; 2 the file is no report, or a
    claim file cannot be read; 3 evidence crashed or ran out of time.

    Examples:

    \b
      ntkproofs recheck report.json
      ntkproofs recheck report.json my_claims.py --all
    """
    from ntkproofs.claims.workers import Limits, default_jobs
    from ntkproofs.files import require_writable
    from ntkproofs.reports.json_report import write_json
    from ntkproofs.reports.recheck import Standing, print_recheck, recheck_to_json
    from ntkproofs.reports.recheck import recheck as check
    from ntkproofs.reports.stored import read_report
    from ntkproofs.reports.terminal import TerminalProgress, print_problems

    if json is not None:
        require_writable(json)
    limits = Limits(default_jobs() if jobs is None else jobs, timeout, memory)
    stored = read_report(report)
    if not stored.claims:
        raise InvalidInput(f"{report} holds no claim; there is nothing to be checked.")
    with TerminalProgress(console(stderr=True)) as progress:
        found, problems = check(
            stored,
            paths or (),
            limits=limits,
            longest=None if all_ else longest,
            progress=progress,
        )
    if json is not None:
        write_json(json, recheck_to_json(stored, found))
    print_recheck(console(), stored, found)
    print_problems(console(stderr=True), problems)
    standings = {one.standing for one in found}
    if Standing.CRASHED in standings:
        raise typer.Exit(EXIT_UNABLE)
    if problems:
        raise typer.Exit(EXIT_INPUT)
    raise typer.Exit(EXIT_DIFFERENT if Standing.DIFFERS in standings else 0)
