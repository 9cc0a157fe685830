"""The command ``ntkproofs derive``: derivations as LaTeX, PDF or HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ntkproofs.commands.common import EXIT_UNABLE, console
from ntkproofs.errors import InvalidInput, NtkproofsError, near_names

if TYPE_CHECKING:
    from ntkproofs.derivation.document import Derivation
    from ntkproofs.derivation.written import Written


class Format(StrEnum):
    """What ``derive`` writes."""

    TEX = "tex"
    PDF = "pdf"
    HTML = "html"


def derive(
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID|FILE]...",
            help="Ids of derivations; files or folders of your own, in place of the bundled ones.",
            show_default=False,
        ),
    ] = None,
    *,
    format: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.TEX,
    output: Annotated[
        Path, typer.Option("--output", metavar="DIR", help="The folder to write to.")
    ] = Path(),
    book: Annotated[
        bool, typer.Option("--book", help="One document of all, named derivations.")
    ] = False,
    macros: Annotated[
        bool,
        typer.Option("--macros", help="Also the formulas of theorems as commands for your paper."),
    ] = False,
    list_: Annotated[
        bool, typer.Option("--list", help="List derivations with their numbers of steps.")
    ] = False,
) -> None:
    """Write derivations whose every displayed step was checked.

    All steps are checked first; where one fails, nothing is written. --format tex gives ID.tex with
    its bibliography ID.bib; pdf compiles it, where TeX is installed; html gives one page that needs
    no network. --macros gives ID-macros.tex besides: the formulas of theorems as \\newcommand. The
    source depends on the derivation only, so that it can be kept under version control.

    Without an id, the derivations are listed; with files but no id, all of theirs are written. A
    file is one that exists, ends in .py or holds a slash.

    Exit status: 0 done; 2 wrong usage, an id that is not known, a folder that cannot be written;
    3 a step fails, or TeX is missing.

    Examples:

    \b
      ntkproofs derive
      ntkproofs derive harmonic-dimension --format pdf --output out
      ntkproofs derive my_derivation.py --format html --macros
    """
    paths = [Path(name) for name in ids or () if _is_path(name)]
    names = [name for name in ids or () if not _is_path(name)]
    derivations = _found(paths)
    if list_ or not ids:
        _print_list(_chosen(derivations, names))
        return
    chosen = _chosen(derivations, names)
    stems = ["derivations"] if book else [_stem(one.id) for one in chosen]
    files = _files(stems, format, macros)
    _require_output(output, files)
    if format is Format.PDF:
        from ntkproofs.reports.derivations.pdf import require_tex

        require_tex()
    written = [_written(one) for one in chosen]
    groups = [written] if book else [[one] for one in written]
    for stem, group in zip(stems, groups, strict=True):
        for name, content in _documents(stem, group, format, macros).items():
            _write(output / name, content)
            typer.echo(f"{output / name} is written.")


def load(paths: Sequence[Path]) -> list[Derivation]:
    """The derivations of files and folders; those that are bundled, if none are given."""
    from ntkproofs.derivation.loading import load as load_from

    return [one for path in paths or [None] for one in load_from(path)]


def _is_path(name: str) -> bool:
    return name.endswith(".py") or "/" in name or "\\" in name or Path(name).exists()


def _found(paths: Sequence[Path]) -> dict[str, Derivation]:
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise InvalidInput(
            f"There is no file or folder {missing[0]}. Give the path of a derivation (*.py), or an "
            "id; ntkproofs derive lists the ids."
        )
    found: dict[str, Derivation] = {}
    for one in load(paths):
        if one.id in found and one is not found[one.id]:
            raise InvalidInput(
                f"Two derivations have the id {one.id!r}. Ids are permanent names, and name the "
                "files that are written: change one of them."
            )
        found[one.id] = one
    return found


def _chosen(known: dict[str, Derivation], names: Sequence[str]) -> list[Derivation]:
    for name in names:
        if name not in known:
            near = near_names(name, sorted(known)) or "none here"
            raise InvalidInput(
                f"No derivation has the id {name!r}; there are: {near}. ntkproofs derive lists all."
            )
    return [known[name] for name in dict.fromkeys(names)] or list(known.values())


def _stem(id: str) -> str:
    """The name of a file for an id, which may have been written by anyone."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", id):
        raise InvalidInput(
            "The id of a derivation names files: letters, digits, '.', '_' and '-', at most 100 of "
            f"them; {id!r} is not such a name. Rename the derivation."
        )
    return id


def _written(one: Derivation) -> Written:
    try:
        return one.written()
    except NtkproofsError as error:  # whatever it is, a step could not be established
        typer.echo(f"{type(error).__name__}: {error}", err=True)
        typer.echo(f"Nothing was written: a step of {one.id} fails.", err=True)
        raise typer.Exit(EXIT_UNABLE) from None


def _files(stems: Sequence[str], format: Format, macros: bool) -> list[str]:
    ends = {Format.TEX: (".tex", ".bib"), Format.PDF: (".pdf",), Format.HTML: (".html",)}[format]
    return [stem + end for stem in stems for end in (*ends, *(("-macros.tex",) * macros))]


def _require_output(output: Path, names: Sequence[str]) -> None:
    from ntkproofs.files import require_writable

    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(
            f"--output is a folder, which is made if need be; {output} cannot be: "
            f"{error.strerror or error}. Give another path."
        ) from error
    for name in names:
        require_writable(output / name)


def _documents(
    stem: str, group: Sequence[Written], format: Format, macros: bool
) -> dict[str, str | bytes]:
    """The files of one document, by name."""
    from ntkproofs.reports.derivations.bibliography import bibtex, cited
    from ntkproofs.reports.derivations.html import page
    from ntkproofs.reports.derivations.macros import macros as commands
    from ntkproofs.reports.derivations.pdf import pdf
    from ntkproofs.reports.derivations.tex import tex

    found: dict[str, str | bytes] = {}
    if format is Format.HTML:
        found[f"{stem}.html"] = page(group)
    elif format is Format.PDF:
        found[f"{stem}.pdf"] = pdf(tex(group, bibliography="document"), bibtex(cited(group)))
    else:
        found[f"{stem}.tex"] = tex(group, bibliography=stem)
        if cited(group):
            found[f"{stem}.bib"] = bibtex(cited(group))
    if macros:
        found[f"{stem}-macros.tex"] = commands(group)
    return found


def _write(path: Path, content: str | bytes) -> None:
    from ntkproofs.files import replacing

    with replacing(path) as temporary:
        temporary.write_bytes(content if isinstance(content, bytes) else content.encode())


def _print_list(derivations: Sequence[Derivation]) -> None:
    from rich.table import Table
    from rich.text import Text

    from ntkproofs.reports.readable import plain

    if not derivations:
        typer.echo("There are no derivations here.")
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("id")
    table.add_column("title")
    for one in derivations:
        table.add_row(Text(plain(one.id)), Text(plain(one.title)))
    console().print(table)
