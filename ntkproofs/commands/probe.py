"""The command ``ntkproofs probe``: searches for counterexamples to conjectures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ntkproofs.commands.common import (
    EXIT_INTERRUPTED,
    EXIT_UNABLE,
    Bar,
    Cluster,
    JsonFile,
    console,
)
from ntkproofs.errors import InvalidInput, Unable

if TYPE_CHECKING:
    from ntkproofs.conjectures.elsewhere import Asked
    from ntkproofs.conjectures.results import ProbeResult
    from ntkproofs.conjectures.statements import Conjecture


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
    cluster: Cluster = None,
) -> None:
    """Try hard to break conjectures; what breaks one is shrunk and certified.

    A conjecture is a Python function that compares quantities of the library, under @conjecture
    and @given (see the README). The search is random at first, then drawn to small slack, then a
    local optimiser moves points. A violation counts only if balls certify it: one that floats show
    and balls do not decide is reported as suspected, and is no refutation. A search that finds
    nothing shows nothing; the report says what was searched.

    Conjecture files are code, and are run as such. On a cluster each conjecture is searched in a
    process of its own; what is found does not depend on it, where --examples and not --seconds end
    the search. Where the cluster is lost, those that were searched are printed.

    Exit status: 0 searched; 1 with --strict, where one is refuted or suspected; 2 wrong usage or
    input; 3 a conjecture that could not be searched: its body raised, compared nothing, or all
    examples were rejected, or a cluster that cannot be reached or is lost; 130 interrupted, after
    which those that were searched are printed.

    Examples:

    \b
      ntkproofs probe my_conjectures.py
      ntkproofs probe my_conjectures.py --only smallest-eigenvalue --suggest
      ntkproofs probe --seconds 10 --json found.json
    """
    from ntkproofs.conjectures.elsewhere import Asked
    from ntkproofs.conjectures.probing import load_conjectures, open_questions
    from ntkproofs.files import require_writable
    from ntkproofs.reports.probe import print_probes, write_probes

    if json is not None:
        require_writable(json)
    found = [(file, c) for file in files or open_questions() for c in load_conjectures(file)]
    chosen = _chosen(found, only)
    kept = None if no_database else database or _cache()
    asked = Asked(examples, seconds, seed, suggest, kept)
    by_number: dict[int, ProbeResult] = {}
    try:
        with suppress(KeyboardInterrupt):
            for number, result in _results(chosen, asked, cluster):
                by_number[number] = result
    except Unable:
        _incomplete("The cluster was lost", by_number, len(chosen))
        raise
    if len(by_number) < len(chosen):
        _incomplete("Interrupted", by_number, len(chosen))
        raise typer.Exit(EXIT_INTERRUPTED)
    results = [by_number[number] for number in range(len(chosen))]
    if json is not None:
        write_probes(json, results)
    print_probes(console(), results, suggest=suggest)
    if any(result.outcome == "error" for result in results):
        raise typer.Exit(EXIT_UNABLE)
    if strict and any(result.outcome in ("refuted", "suspected") for result in results):
        raise typer.Exit(1)


def _results(
    chosen: list[tuple[Path, Conjecture]], asked: Asked, cluster: str | None
) -> Iterator[tuple[int, ProbeResult]]:
    """The number of each conjecture and its result, as they are done."""
    from ntkproofs.conjectures.elsewhere import probe_on
    from ntkproofs.conjectures.probing import probe as probe_conjectures

    if cluster is not None:
        with Bar("conjectures", kept=None) as counted:
            yield from probe_on(cluster, chosen, asked, counted)
        return
    with _Progress() as progress:
        for number, (_, one) in enumerate(chosen):
            (result,) = probe_conjectures(one, **vars(asked), progress=progress)
            yield number, result


def _incomplete(why: str, found: dict[int, ProbeResult], wanted: int) -> None:
    """Print what was searched, before an end with less than was wanted."""
    from ntkproofs.reports.probe import print_probes

    if found:
        print_probes(console(), [found[number] for number in sorted(found)])
    typer.echo(
        f"{why}: {len(found)} of {wanted} conjectures were searched; no JSON was written.", err=True
    )


def _chosen(
    found: list[tuple[Path, Conjecture]], only: list[str] | None
) -> list[tuple[Path, Conjecture]]:
    if not only:
        return found
    known = [c.id for _, c in found]
    unknown = [id for id in only if id not in known]
    if unknown:
        raise InvalidInput(f"no conjecture is called {unknown[0]!r}; there are {', '.join(known)}")
    return [(file, c) for file, c in found if c.id in only]


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
