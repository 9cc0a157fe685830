"""Derivations as PDF."""

import pytest

from ntkproofs.errors import MissingPackage, Unable
from ntkproofs.reports.derivations.bibliography import bibtex, cited
from ntkproofs.reports.derivations.pdf import pdf
from ntkproofs.reports.derivations.tex import tex

from ._output import HARMONICS, needs_tex


@needs_tex
def test_pdf():
    made = pdf(tex([HARMONICS], bibliography="document"), bibtex(cited([HARMONICS])))
    assert made.startswith(b"%PDF")


@needs_tex
def test_tex_may_read_no_file_outside_and_run_no_program(tmp_path):
    secret = tmp_path / "secret.tex"
    secret.write_text("x")
    head = "\\documentclass{article}\\begin{document}"
    for attack in (rf"\input{{{secret}}}", r"\openin1=../x \ifeof1 \undefinedcommand\fi"):
        with pytest.raises(Unable, match="TeX stopped"):
            pdf(f"{head}{attack}\\end{{document}}", "")
    mark = tmp_path / "mark"
    pdf(rf"{head}\immediate\write18{{touch {mark}}}x\end{{document}}", "")
    assert not mark.exists()


@needs_tex
def test_tex_that_does_not_end_is_given_up():
    endless = "\\documentclass{article}\\begin{document}\\loop\\iftrue\\repeat\\end{document}"
    with pytest.raises(Unable, match="given up after 2 s"):
        pdf(endless, "", seconds=2.0)


def test_without_tex_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingPackage, match="apt install texlive-latex-recommended"):
        pdf("x", "")
