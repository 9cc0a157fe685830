"""What several commands share: options, the console, exit statuses."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ntkproofs.files import require_writable

if TYPE_CHECKING:
    from rich.console import Console

_MOST_TOLD = 8
EXIT_INPUT = 2
EXIT_UNABLE = 3
EXIT_INTERRUPTED = 130

JsonFile = Annotated[
    Path | None,
    typer.Option(
        "--json", metavar="FILE", help="Also write the result as JSON.", show_default=False
    ),
]

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="PATH",
        help="Claim files, or folders searched for *.py; the bundled claims if none is given.",
        show_default=False,
    ),
]

Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", metavar="N", help="Worker processes; one per processor.", show_default=False
    ),
]

Timeout = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", help="Time for one piece of evidence.")
]

Memory = Annotated[
    int, typer.Option("--memory", metavar="MIB", help="Memory (address space) of a worker.")
]

SphereDim = Annotated[
    int, typer.Option("--dim", help="Dimension d of the space; the sphere is S^(d-1).")
]

InputDim = Annotated[int, typer.Option("--dim", help="Dimension d of the inputs.")]

InputPoints = Annotated[int, typer.Option("--points", help="Inputs n, uniform on the sphere.")]

CsvFile = Annotated[
    Path | None,
    typer.Option("--csv", metavar="FILE", help="Write every row as CSV.", show_default=False),
]

Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Run on Dask: tcp://HOST:PORT of its scheduler, or auto for one on this machine.",
        show_default=False,
    ),
]


def console(*, stderr: bool = False) -> Console:
    """A console of rich; it leaves out colours where the stream is no terminal."""
    from rich.console import Console

    return Console(stderr=stderr)


@contextlib.contextmanager
def kept_beside(target: Path | None, option: str) -> Iterator[Path | None]:
    """The file that keeps finished parts beside the results; it is gone when the block ends well.

    After an interrupt, an error or a lost cluster it stays, and the same command goes on from it.

    Args:
        target: the file that the results go to; None where they go to none, and nothing is kept.
        option: how a user names one, for messages: ``--csv FILE``.

    Raises:
        InvalidInput: if the target cannot be written to.
    """
    if target is not None:
        require_writable(target)
    partial = None if target is None else target.with_name(f"{target.stem}.partial.json")
    try:
        yield partial
    except KeyboardInterrupt:
        typer.echo(f"Interrupted: {_finished(partial, option)}", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if partial is not None:
        partial.unlink(missing_ok=True)


def _finished(partial: Path | None, option: str) -> str:
    from ntkproofs.resuming import read_parts

    if partial is None:
        return f"nothing was kept. With {option} what is finished is kept, and can be gone on from."
    if not partial.exists():
        return f"nothing was finished, so that nothing was kept in {partial.parent}."
    parts = read_parts(partial)[1]
    finished = "; ".join(parts) if len(parts) <= _MOST_TOLD else f"{len(parts)} parts"
    return f"finished and kept in {partial}: {finished}. The same command goes on from there."


class Bar:
    """A bar on the error stream that counts; silent where that is no terminal.

    An interrupt is told with what was finished.

    Args:
        what: is counted: "draws".
        kept: what becomes of those that were finished when an interrupt comes; None where the
            caller tells it.
    """

    def __init__(self, what: str, kept: str | None = "they are not kept") -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        screen = console(stderr=True)
        self._bar = Progress(
            TextColumn(what),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=screen,
            transient=True,
            disable=not screen.is_terminal,
        )
        self._task = self._bar.add_task(what, total=None)
        self._what, self._kept = what, kept
        self._done, self._total = 0, 0

    def __enter__(self) -> Bar:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._bar.stop()
        interrupted = kind is not None and issubclass(kind, KeyboardInterrupt)
        if interrupted and self._done and self._kept is not None:
            finished = f"{self._done} of {self._total} {self._what} were finished"
            typer.echo(f"Interrupted: {finished}; {self._kept}.", err=True)
            raise typer.Exit(EXIT_INTERRUPTED) from None

    def __call__(self, done: int, total: int) -> None:
        self._done, self._total = done, total
        self._bar.update(self._task, completed=done, total=total)


def rising_range(text: str) -> range | None:
    """The range of ``7``, of ``0:50`` (both ends included) or of ``0:100:10``; None for others.

    Example:
        >>> rising_range("0:6:2"), rising_range("5:3")
        (range(0, 7, 2), None)
    """
    try:
        numbers = [int(number) for number in text.split(":")]
        first, last, step = (*numbers, *([numbers[0], 1] if len(numbers) == 1 else [1]))[:3]
    except ValueError:
        return None
    if len(numbers) > 3 or first < 0 or last < first or step < 1:
        return None
    return range(first, last + 1, step)
