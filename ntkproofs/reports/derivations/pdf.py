"""LaTeX to PDF, by latexmk where TeX is installed."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from ntkproofs.errors import MissingPackage, Unable

_NEEDED = ("latexmk", "pdflatex", "bibtex")
_SECONDS = 180.0
_NAME = "document"


def require_tex() -> None:
    """Check that TeX is installed; asked before long work starts.

    Raises:
        MissingPackage: if it is not; says what to install.
    """
    missing = [program for program in _NEEDED if shutil.which(program) is None]
    if missing:
        raise MissingPackage(
            f"A PDF is made by TeX; {', '.join(missing)} cannot be found. On Debian and Ubuntu: "
            "apt install texlive-latex-recommended texlive-latex-extra lmodern latexmk. Without "
            "TeX there are --format tex, to be compiled elsewhere, and --format html."
        )


def pdf(source: str, bibliography: str, *, seconds: float = _SECONDS) -> bytes:
    """Compile a LaTeX source.

    It is compiled in a folder of its own, without shell escape, and may read and write files below
    that folder only (besides those of the TeX distribution).

    Args:
        source: of the document, which names its bibliography ``document``.
        bibliography: the BibTeX file; may be empty.
        seconds: after which it is given up.

    Raises:
        MissingPackage: if TeX is not installed.
        Unable: if TeX stops with an error, or takes too long.
    """
    require_tex()
    with tempfile.TemporaryDirectory(prefix="ntkproofs-") as folder:
        (Path(folder) / f"{_NAME}.tex").write_text(source, encoding="ascii")
        (Path(folder) / f"{_NAME}.bib").write_text(bibliography, encoding="ascii")
        command = [
            "latexmk",
            "-norc",
            "-pdf",
            "-pdflatex=pdflatex -no-shell-escape %O %S",
            "-interaction=nonstopmode",
            "-halt-on-error",
            f"{_NAME}.tex",
        ]
        limits = {"openin_any": "p", "openout_any": "p", "max_print_line": "1000"}
        status, printed = _run(command, Path(folder), {**os.environ, **limits}, seconds)
        made = Path(folder) / f"{_NAME}.pdf"
        if status != 0 or not made.is_file():
            raise Unable(
                f"TeX stopped: {_complaint(Path(folder), printed)}. Take --format tex to see "
                "the source; a package of LaTeX that is missing is in texlive-latex-extra."
            )
        return made.read_bytes()


def _run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float
) -> tuple[int, bytes]:
    """Exit status and output of a command, in a session of its own: what it starts ends with it."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as running:
        try:
            printed, _ = running.communicate(timeout=seconds)
        except BaseException as error:
            _end(running)
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            raise Unable(
                f"TeX was given up after {seconds:g} s. Make fewer derivations at once, or take "
                "--format tex and compile it yourself."
            ) from None
    return running.returncode, printed


def _end(running: subprocess.Popen[bytes]) -> None:
    """End a process and, where there are process groups, all that it has started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
    else:
        running.kill()


def _complaint(folder: Path, printed: bytes) -> str:
    """The first error of the log, on one line."""
    log = folder / f"{_NAME}.log"
    text = log.read_text("latin-1") if log.is_file() else printed.decode("utf-8", "replace")
    error = re.search(r"^!\s*(.+)$", text, re.MULTILINE)
    last = text.strip().splitlines()[-1:] or ["it said nothing"]
    return " ".join((error[1] if error else last[0]).split()).rstrip(".")
