"""The bundled derivations: every line holds, and every line breaks where it is made wrong."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest

from ntkproofs.derivation import Derivation, load
from ntkproofs.derivation.loading import bundled_derivations
from ntkproofs.derivation.written import Written
from ntkproofs.reports.derivations.bibliography import bibtex, cited
from ntkproofs.reports.derivations.html import page
from ntkproofs.reports.derivations.tex import tex

DERIVATIONS = load()
_WIDEST = 2.0
"""By how many points a line of the book may be too wide."""


@lru_cache
def _written(derivation: Derivation) -> Written:
    return derivation.written()


@pytest.mark.parametrize("derivation", DERIVATIONS, ids=lambda d: d.id)
def test_every_line_holds(derivation: Derivation) -> None:
    failing = [checked.id for checked in derivation.checks() if not checked.holds()]
    assert failing == []


@pytest.mark.parametrize("derivation", DERIVATIONS, ids=lambda d: d.id)
def test_every_line_breaks_in_at_least_two_ways(derivation: Derivation) -> None:
    """A sign and a factor, or other mistakes, in each line: the kill rate is 100 %."""
    tried: dict[str, int] = {}
    alive: list[tuple[str, str]] = []
    for id, how, outcome in derivation.broken(most=2):
        tried[id] = tried.get(id, 0) + 1
        if not isinstance(outcome, Exception) and outcome.holds():
            alive.append((id, how))
    assert alive == []
    lines = [checked.id for checked in derivation.checks()]
    assert [id for id in lines if tried.get(id, 0) < 2] == []


@pytest.mark.parametrize("derivation", DERIVATIONS, ids=lambda d: d.id)
def test_the_stored_latex_is_what_the_source_gives(derivation: Derivation) -> None:
    stored = bundled_derivations() / "tex" / f"{derivation.id}.tex"
    fresh = tex([_written(derivation)], bibliography=derivation.id)
    again = "ntkproofs derive derivations --output derivations/tex"
    assert stored.exists(), f"write it: {again}"
    assert stored.read_text(encoding="utf-8") == fresh, f"stale; write it again: {again}"


def test_nothing_else_is_stored() -> None:
    stored = {path.stem for path in (bundled_derivations() / "tex").iterdir()}
    assert stored == {derivation.id for derivation in DERIVATIONS}


@pytest.mark.skipif(
    not all(map(shutil.which, ("latexmk", "pdflatex", "bibtex"))), reason="TeX is not installed"
)
def test_the_whole_book_compiles_and_no_line_is_too_wide(tmp_path: Path) -> None:
    written = [_written(derivation) for derivation in DERIVATIONS]
    (tmp_path / "book.tex").write_text(tex(written, bibliography="book"), encoding="utf-8")
    (tmp_path / "book.bib").write_text(bibtex(cited(written)), encoding="utf-8")
    command = ["latexmk", "-norc", "-pdf", "-interaction=nonstopmode", "-no-shell-escape", "book"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    log = (tmp_path / "book.log").read_text(encoding="latin-1").replace("\n", "")
    too_wide = [float(w) for w in re.findall(r"Overfull .hbox .([0-9.]+)pt", log)]
    assert [width for width in too_wide if width > _WIDEST] == []
    assert (tmp_path / "book.pdf").stat().st_size > 10_000


def test_the_page_of_all_derivations_is_whole() -> None:
    html = page([_written(derivation) for derivation in DERIVATIONS])
    assert html.count("<math") > 10 * len(DERIVATIONS)
    assert "http://" not in html.replace("http://www.w3.org", "")
