"""Derivations for tests of their output, and how TeX is run."""

import shutil
import subprocess
from pathlib import Path

import pytest

from ._written import HARMONICS, HOSTILE, LONG

EVERY = [HARMONICS, LONG, HOSTILE]
needs_tex = pytest.mark.skipif(
    not all(map(shutil.which, ("latexmk", "pdflatex", "lualatex", "bibtex"))),
    reason="TeX is not installed (texlive-latex-recommended, -extra, texlive-luatex, latexmk)",
)


def compiled(folder: Path, engine: str, source: str, bibliography: str = "") -> str:
    """The log of a document, after as many runs as it takes."""
    (folder / "document.tex").write_text(source, encoding="ascii")
    (folder / "document.bib").write_text(bibliography, encoding="ascii")
    command = ["latexmk", "-norc", engine, "-interaction=nonstopmode", "-halt-on-error"]
    ran = subprocess.run([*command, "document.tex"], cwd=folder, capture_output=True, check=False)
    log = (folder / "document.log").read_text("latin-1")
    assert ran.returncode == 0, log[-2000:]
    return log
