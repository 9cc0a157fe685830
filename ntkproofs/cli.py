"""The commands. They read arguments, call the library and print; no mathematics is done here.

The library is imported inside the commands: ``ntkproofs --help`` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from ntkproofs.commands.common import (
    EXIT_INPUT,
    EXIT_INTERRUPTED,
    EXIT_UNABLE,
    Cluster,
    Jobs,
    JsonFile,
    Memory,
    Paths,
    Timeout,
    console,
)
from ntkproofs.commands.compare import diff, recheck
from ntkproofs.commands.condition import condition
from ntkproofs.commands.derive import derive
from ntkproofs.commands.ensemble import ensemble
from ntkproofs.commands.experiment import experiment
from ntkproofs.commands.frontier import frontier
from ntkproofs.commands.probe import probe
from ntkproofs.commands.spectrum import spectrum
from ntkproofs.errors import InvalidInput, NtkproofsError, Unable

if TYPE_CHECKING:
    from ntkproofs.claims.report import Report
    from ntkproofs.claims.store import Store


class _Commands(TyperGroup):
    """The commands, with the library's errors as one line and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except NtkproofsError as error:
            typer.echo(f"{type(error).__name__}: {error}", err=True)
            raise typer.Exit(EXIT_UNABLE if isinstance(error, Unable) else EXIT_INPUT) from None
        except KeyboardInterrupt:
            typer.echo("Interrupted before anything was finished.", err=True)
            raise typer.Exit(EXIT_INTERRUPTED) from None


app = typer.Typer(
    name="ntkproofs",
    cls=_Commands,
    help="Checks the mathematics of wide neural networks before it is published.",
    epilog="Exit status: 0 done; 1 --strict and a claim falls short; 2 wrong usage or input; "
    "3 evidence crashed, or the answer cannot be had within the limits.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Entry point of the command ``ntkproofs``."""
    for stream in (sys.stdout, sys.stderr):
        # A stream that cannot write Greek letters (a pipe on Windows) gets ? for them.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    app()


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"ntkproofs {version('ntkproofs')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    pass


_StoreFile = Annotated[
    Path | None,
    typer.Option(
        "--store",
        metavar="FILE",
        help="Keep results here, and take what is still valid; else in the user's cache folder.",
        show_default=False,
    ),
]
_NoStore = Annotated[bool, typer.Option("--no-store", help="Take no results, and keep none.")]


@app.command(short_help="Decide claims by their evidence.")
def verify(
    paths: Paths = None,
    *,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="ID", help="Run this claim only; may be repeated.", show_default=False
        ),
    ] = None,
    mutants: Annotated[
        bool,
        typer.Option(
            "--mutants",
            help="Run the evidence on every mutated statement too, and on the statements twice.",
        ),
    ] = False,
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Also train again the networks whose kept results are evidence: many minutes.",
        ),
    ] = False,
    json: JsonFile = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="DIR",
            help="Also write a page (index.html), report.json, and a supplement in LaTeX.",
            show_default=False,
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Exit with 1 where one is refuted, undecided or vacuous."),
    ] = False,
    explain: Annotated[
        str | None,
        typer.Option(
            "--explain",
            metavar="ID",
            help="Run this claim with its mutants, and tell everything about it as prose.",
            show_default=False,
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Run again whenever a file changes, until Ctrl-C.")
    ] = False,
    jobs: Jobs = None,
    timeout: Timeout = 60.0,
    memory: Memory = 4096,
    store: _StoreFile = None,
    no_store: _NoStore = False,
    seed: Annotated[
        int, typer.Option("--seed", help="What all random choices are derived from.")
    ] = 0,
    twice: Annotated[
        bool, typer.Option("--twice", help="Run all evidence twice; what differs is no evidence.")
    ] = False,
    cluster: Cluster = None,
) -> None:
    """Decide claims by their evidence: proved, certified, supported, refuted or undecided.

    A claim file is a Python file that states claims and registers evidence for them; it is code,
    and it is run. Where a claim falls, its witness is shown, and then the amended statement that
    stands. With --mutants the evidence is also run on statements that were made false on purpose;
    evidence that does not notice is vacuous and counts for nothing. Evidence on the statements
    themselves is then run twice, the second time with another order of sets, another time zone and
    few environment variables; what differs is not reproducible. With --twice, so is that on
    mutants, and evidence without --mutants.

    Experiments are decided from results that are kept beside their claims. With --full, claims that
    offer it train their networks again, at other seeds, and judge them by the same tests; each may
    take four hours.

    Each piece of evidence runs in a worker process with limits; one that hangs or dies costs itself
    only. Finished results are kept as they come, and taken again as long as the claim's file, what
    it reads, the library and the seed are the same. The report does not depend on --jobs, nor on
    --cluster, which runs the same processes beside the workers of a Dask cluster.

    Exit status: 0 every claim reached a verdict (that one is refuted is a result); 1 with --strict,
    where one is refuted, undecided or vacuous; 2 a file could not be read; 3 evidence crashed, ran
    out of time, or is not reproducible; 130 interrupted.

    Examples:

    \b
      ntkproofs verify
      ntkproofs verify my_claims.py --mutants --strict
      ntkproofs verify --only talk.two-layer-decay --json report.json
      ntkproofs verify --mutants --report out
      ntkproofs verify --explain talk.proof-4
      ntkproofs verify --mutants --cluster tcp://10.0.0.1:8786
    """
    from ntkproofs.files import require_writable
    from ntkproofs.reports.json_report import report_to_json, write_json
    from ntkproofs.reports.page.write import require_folder, write_report
    from ntkproofs.reports.prose import print_explanation
    from ntkproofs.reports.terminal import print_problems, print_report

    if json is not None:
        require_writable(json)
    if report is not None:
        require_folder(report)
    least = _HOURS if full else 0.0
    limits = (jobs, max(timeout, least), memory)
    chosen = _Run(*limits, seed, twice, figures=report is not None, cluster=cluster)
    if explain is not None:
        only, mutants = [explain], True
    for _ in _changes(paths) if watch else (None,):
        found = _verify(paths, only, chosen, store, no_store, mutants=mutants, full=full)
        if json is not None and found.unfinished is None:
            write_json(json, report_to_json(found))
        if report is not None and found.unfinished is None:
            typer.echo(f"{write_report(found, report)} is written.", err=True)
        if explain is not None and found.claims:
            files = " ".join(map(str, paths or ()))
            print_explanation(console(), found.claims[0], files=files)
            print_problems(console(stderr=True), found.problems)
        else:
            print_report(console(), found)
        _exit_if_interrupted(found)
    raise typer.Exit(found.exit_status(strict))


def _changes(paths: list[Path] | None) -> Iterator[None]:
    """Once at the start, and then whenever one of the files changes; ends at Ctrl-C."""
    from watchfiles import PythonFilter, watch

    from ntkproofs.claims.files import bundled_checks

    watched = paths or [bundled_checks()]
    missing = [path for path in watched if not path.exists()]
    if missing:
        raise InvalidInput(f"--watch needs files that exist; {missing[0]} does not.")
    yield
    note = "Watching for changes; Ctrl-C ends."
    typer.echo(note, err=True)
    for _ in watch(*watched, watch_filter=PythonFilter()):
        yield
        typer.echo(note, err=True)


@dataclass(frozen=True)
class _Run:
    """How evidence is run; see :func:`ntkproofs.verify`."""

    jobs: int | None = None
    timeout: float = 60.0
    memory: int = 4096
    seed: int = 0
    twice: bool = False
    figures: bool = False
    cluster: str | None = None


_AS_USUAL = _Run()
_HOURS = 4 * 3600.0


def _verify(
    paths: list[Path] | None,
    only: list[str] | None,
    run: _Run = _AS_USUAL,
    store: Path | None = None,
    no_store: bool = False,
    *,
    mutants: bool = False,
    full: bool = False,
) -> Report:
    from ntkproofs.claims.report import verify
    from ntkproofs.reports.terminal import TerminalProgress

    with (
        _open_store(store, no_store) as opened,
        TerminalProgress(console(stderr=True)) as progress,
    ):
        report = verify(
            paths or (),
            only=only or (),
            mutants=mutants,
            full=full,
            store=opened,
            progress=progress,
            **vars(run),
        )
    if report.store_trouble:
        typer.echo(
            f"Note: the store failed on the way ({report.store_trouble}); the results are complete "
            "all the same, but not all of them were kept.",
            err=True,
        )
    return report


def _open_store(path: Path | None, none: bool) -> AbstractContextManager[Store | None]:
    """The store that was asked for. That in the user's folder is a convenience: without it, we say
    so and go on."""
    from ntkproofs.claims.store import Store, default_store

    if none and path is not None:
        raise InvalidInput("--store names a store and --no-store wants none; give one of them.")
    if none:
        return nullcontext()
    if path is not None:
        return Store(path)
    try:
        usual = default_store()
        usual.parent.mkdir(parents=True, exist_ok=True)
        return Store(usual)
    except (NtkproofsError, OSError, RuntimeError) as error:
        typer.echo(f"Note: results are not kept. {error}", err=True)
        return nullcontext()


def _exit_if_interrupted(report: Report) -> None:
    if report.unfinished is None:
        return
    noun = "claim" if report.unfinished == 1 else "claims"
    typer.echo(
        f"Interrupted: {report.unfinished} {noun} not decided; no report was written. What was "
        "finished is in the store, if there is one: run again.",
        err=True,
    )
    raise typer.Exit(report.exit_status())


new = typer.Typer(no_args_is_help=True, help="Write starting files.", rich_markup_mode=None)
app.add_typer(new, name="new", short_help="Write a commented starting file.")


@new.command("claim", short_help="Write a commented starting file for a claim.")
def new_claim_file(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="Lower-case words joined by '-'.", show_default=False),
    ],
    folder: Annotated[
        Path, typer.Option("--folder", metavar="DIR", help="Where the file goes.")
    ] = Path(),
) -> None:
    """Write a claim file that runs as it is, with comments on what to put where.

    \b
      ntkproofs new claim smallest-eigenvalue
      ntkproofs verify --mutants smallest_eigenvalue.py
    """
    from ntkproofs.claims.template import new_claim

    path = new_claim(name, folder)
    typer.echo(f"{path} is written. Check it: ntkproofs verify --mutants {path}")


@app.command(short_help="Show the theorems that a verdict relies on.")
def axioms(
    id: Annotated[
        str, typer.Argument(metavar="ID", help="The id of the claim.", show_default=False)
    ],
    paths: Paths = None,
) -> None:
    """Show the cited theorems that the verdict on a claim relies on.

    Nothing is proved from nothing: a proof reduces a claim to theorems of the literature. The claim
    is verified, and the theorems cited by the evidence that counts are printed, each with its
    statement and source; then those for the amended statement, where there is one.

    Examples:

    \b
      ntkproofs axioms talk.two-layer-decay
      ntkproofs axioms my.claim my_claims.py
    """
    from ntkproofs.reports.terminal import print_axioms, print_problems

    report = _verify(paths, [id])
    _exit_if_interrupted(report)
    print_axioms(console(), report.claims[0])
    print_problems(console(stderr=True), report.problems)
    raise typer.Exit(report.exit_status())


@app.command(short_help="Show what is installed, and check that it works.")
def doctor() -> None:
    """Show what is installed, and check in a few seconds that it works.

    The packages of the core and of the extras are listed with their versions; a missing one with
    the command that installs it. Then one eigenvalue is computed in three independent ways, a
    comparison is decided by balls, and a claim with a mutant is verified.

    Exit status: 0 all checks passed; 3 one failed.

    Example:

    \b
      ntkproofs doctor
    """
    from ntkproofs.reports.doctor import packages, print_checks, print_packages, self_checks

    screen = console()
    print_packages(screen, packages())
    checks = self_checks()
    print_checks(screen, checks)
    raise typer.Exit(EXIT_UNABLE if any(check.failure for check in checks) else 0)


app.command(short_help="Write derivations whose steps were checked.")(derive)
app.command(short_help="Print the eigenvalues of a kernel on the sphere.")(spectrum)
app.command(short_help="Search for counterexamples to conjectures.")(probe)
app.command(short_help="Print condition numbers of NTK matrices by depth.")(condition)
app.command(short_help="Draw finite networks; compare their kernels with theory.")(ensemble)
app.command(short_help="Deeper or wider, at a budget of parameters.")(frontier)
app.command(short_help="Tell what changed between two reports.")(diff)
app.command(short_help="Check a stored report again, without computing everything.")(recheck)
app.add_typer(experiment, name="experiment", short_help="Train networks, beside theory.")


if __name__ == "__main__":
    main()
