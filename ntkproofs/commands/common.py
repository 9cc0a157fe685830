"""What several commands share: options, the console, exit statuses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

EXIT_INPUT = 2
EXIT_UNABLE = 3
EXIT_INTERRUPTED = 130

JsonFile = Annotated[
    Path | None,
    typer.Option(
        "--json", metavar="FILE", help="Also write the result as JSON.", show_default=False
    ),
]


def console(*, stderr: bool = False) -> Console:
    """A console of rich; it leaves out colours where the stream is no terminal."""
    from rich.console import Console

    return Console(stderr=stderr)
