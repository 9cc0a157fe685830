"""The command ``ntkproofs probe``: searches for counterexamples to conjectures."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ntkproofs.commands.common import EXIT_INTERRUPTED, EXIT_UNABLE, JsonFile, console
from ntkproofs.errors import InvalidInput

if TYPE_CHECKING:
    from ntkproofs.conjectures.results import ProbeResult


def probe(
    *,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE...",
            help="Python files with conjectures; without one, the bundled open questions.",
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only these conjectures.", show_default=False),
    ] = None,
    examples: Annotated[int, typer.Option(help="Instances of each conjecture at most.")] = 20_000,
    seconds: Annotated[float, typer.Option(help="Seconds for each at most.")] = 60.0,
    seed: Annotated[int, typer.Option(help="Same seed, same search.")] = 0,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Look for repairs of what falls.")
    ] = False,
    database: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where found examples are kept, to be tried first; else a cache folder.",
            show_default=False,
        ),
    ] = None,
    no_database: Annotated[
        bool, typer.Option("--no-database", help="Keep no examples, and replay none.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 where one is refuted or suspected.")
    ] = False,
    json: JsonFile = None,
) -> None:
    """Try hard to break conjectures; what breaks one is shrunk and certified.

    A conjecture is a Python function that compares quantities of the library, under @conjecture
    and @given (see the README). The search is random at first, then drawn to small slack, then a
    local optimiser moves points. A violation counts only if balls certify it: one that floats show
    and balls do not decide is reported as suspected, and is no refutation. A search that finds
    nothing shows nothing; the report says what was searched.

    Conjecture files are code, and are run as such.

    Exit status: 0 searched; 1 with --strict, where one is refuted or suspected; 2 wrong usage or
    input; 3 a conjecture that could not be searched: its body raised, compared nothing, or all
    examples were rejected; 130 interrupted, after which those that were searched are printed.

    Examples:

    \b
      ntkproofs probe my_conjectures.py
      ntkproofs probe my_conjectures.py --only smallest-eigenvalue --suggest
      ntkproofs probe --seconds 10 --json found.json
    """
    from ntkproofs.conjectures.probing import load_conjectures, open_questions
    from ntkproofs.conjectures.probing import probe as probe_conjectures
    from ntkproofs.files import require_writable
    from ntkproofs.reports.probe import print_probes, write_probes

    if json is not None:
        require_writable(json)
    found = [c for file in files or open_questions() for c in load_conjectures(file)]
    chosen = _chosen(found, only)
    kept = None if no_database else database or _cache()
    results: list[ProbeResult] = []
    with _Progress() as progress, suppress(KeyboardInterrupt):
        for one in chosen:
            results += probe_conjectures(
                one,
                examples=examples,
                seconds=seconds,
                seed=seed,
                suggest=suggest,
                database=kept,
                progress=progress,
            )
    if len(results) < len(chosen):
        _interrupted(results, len(chosen))
    if json is not None:
        write_probes(json, results)
    print_probes(console(), results)
    if any(result.outcome == "error" for result in results):
        raise typer.Exit(EXIT_UNABLE)
    if strict and any(result.outcome in ("refuted", "suspected") for result in results):
        raise typer.Exit(1)


def _interrupted(results: list[ProbeResult], wanted: int) -> None:
    from ntkproofs.reports.probe import print_probes

    if results:
        print_probes(console(), results)
    typer.echo(
        f"Interrupted: {len(results)} of {wanted} conjectures were searched; no JSON was written.",
        err=True,
    )
    raise typer.Exit(EXIT_INTERRUPTED)


def _chosen(conjectures: list, only: list[str] | None) -> list:  # type: ignore[type-arg]
    if not only:
        return conjectures
    known = [c.id for c in conjectures]
    unknown = [id for id in only if id not in known]
    if unknown:
        raise InvalidInput(f"no conjecture is called {unknown[0]!r}; there are {', '.join(known)}")
    return [c for c in conjectures if c.id in only]


def _cache() -> Path:
    import platformdirs

    return Path(platformdirs.user_cache_dir("ntkproofs")) / "conjectures"


class _Progress:
    """A line on the error stream; silent where that is no terminal."""

    def __init__(self) -> None:
        from rich.progress import Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), TimeElapsedColumn())
        stream = console(stderr=True)
        self._bar = Progress(
            *columns, console=stream, transient=True, disable=not stream.is_terminal
        )
        self._task = self._bar.add_task("")

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, id: str, examples: int, slack: float) -> None:
        told = f"{id}: {examples:,} examples, smallest slack {slack:.3g}"
        self._bar.update(self._task, description=told)
