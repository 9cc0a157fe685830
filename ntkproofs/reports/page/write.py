"""Writing a report: the page, the report for machines, and the supplement for papers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ntkproofs.claims.report import Report
from ntkproofs.errors import InvalidInput, NtkproofsError
from ntkproofs.files import replacing, require_writable
from ntkproofs.reports.json_report import report_to_json, write_json

if TYPE_CHECKING:
    from ntkproofs.derivation.written import Written

PAGE, DATA, SUPPLEMENT, CITATIONS = "index.html", "report.json", "report.tex", "verdicts.bib"


def require_folder(folder: Path) -> None:
    """Check that a report can be written; asked before long work starts. Makes the folder.

    Raises:
        InvalidInput: if the folder cannot be made, or its files cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(
            f"--report is a folder, which is made if need be; {folder} cannot be: "
            f"{error.strerror or error}. Give another path."
        ) from error
    for name in (PAGE, DATA, SUPPLEMENT, CITATIONS):
        require_writable(folder / name)


def write_report(report: Report, folder: str | Path) -> Path:
    """Write a report into a folder, which is made if need be: four files, each whole or not at all.

    ``index.html`` is one page that loads nothing; ``report.json`` is for machines; ``report.tex``
    and ``verdicts.bib`` are a supplement for papers. The bundled derivations that the evidence
    rests on are checked once more, to be shown line by line.

    Args:
        report: what :func:`ntkproofs.verify` found, with ``figures=True`` where it is to show them.
        folder: where the files go.

    Returns:
        The path of the page.

    Raises:
        InvalidInput: if a file cannot be written.

    Example:
        >>> import ntkproofs as nt
        >>> report = nt.verify(only="talk.proof-4", figures=True)  # doctest: +SKIP
        >>> write_report(report, "report").name  # doctest: +SKIP
        'index.html'
    """
    from ntkproofs.reports.page.html import page
    from ntkproofs.reports.page.supplement import citations, supplement
    from ntkproofs.reports.page.view import origins

    folder = Path(folder)
    require_folder(folder)
    derivations = _derivations(origins(report))
    _write(folder / PAGE, page(report, derivations))
    write_json(folder / DATA, report_to_json(report))
    _write(folder / SUPPLEMENT, supplement(report))
    _write(folder / CITATIONS, citations(report))
    return folder / PAGE


def _derivations(ids: Iterable[str]) -> list[Written]:
    """The bundled derivations of these ids whose lines hold."""
    from ntkproofs.derivation import derivation

    found: list[Written] = []
    for id in ids:
        try:
            found.append(derivation(id).written())
        except NtkproofsError:  # a user's own, or one whose lines fail: evidence has said so
            continue
    return found


def _write(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, "utf-8", errors="backslashreplace")
