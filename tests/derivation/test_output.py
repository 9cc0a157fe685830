"""Derivations as TeX: they compile, fit the page and escape what users write."""

import dataclasses
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ntkproofs.derivation.written import Assumption, Display, Math, Paragraph, Result, Words
from ntkproofs.errors import InvalidInput
from ntkproofs.reports.derivations.bibliography import bibtex, cited
from ntkproofs.reports.derivations.escaping import latex_comment, latex_label, latex_text
from ntkproofs.reports.derivations.formulas import (
    broken,
    parse,
    require_formula,
    width,
)
from ntkproofs.reports.derivations.html import page
from ntkproofs.reports.derivations.macros import macros
from ntkproofs.reports.derivations.numbering import links, numbers
from ntkproofs.reports.derivations.tex import tex

from . import _written as samples
from ._output import EVERY, HARMONICS, HOSTILE, compiled, needs_tex

OVERFULL_LIMIT = 2.0  # points


def assert_clean(log: str) -> None:
    too_wide = [float(w) for w in re.findall(r"Overfull \\hbox \(([0-9.]+)pt", log)]
    assert max(too_wide, default=0.0) <= OVERFULL_LIMIT
    assert not re.findall(r"(?:LaTeX|Package \w+) Warning: .*", log)


@needs_tex
@pytest.mark.parametrize("engine", ["-pdf", "-lualatex"])
def test_a_book_compiles_without_overfull_boxes_and_warnings(tmp_path, engine):
    source = tex(EVERY, bibliography="document")
    assert_clean(compiled(tmp_path, engine, source, bibtex(cited(EVERY))))


@needs_tex
def test_hostile_text_is_printed_as_text(tmp_path):
    source = tex([HOSTILE], bibliography="document")
    assert_clean(compiled(tmp_path, "-pdf", source, bibtex(cited([HOSTILE]))))
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    shown_text = ["pdftotext", tmp_path / "document.pdf", "-"]
    ran = subprocess.run(shown_text, capture_output=True, check=True)
    printed = "".join(ran.stdout.decode().split())
    assert r"\input{/etc/passwd}\write18{id}" in printed
    assert "root:" not in printed
    assert r"\end{document}<script>alert(1)</script>" in printed


COMMANDS = re.compile(
    r"\\(input|include|write|openin|openout|immediate|def|csname|catcode)(?![a-z])"
)


@pytest.mark.parametrize("write", [lambda w: tex([w], bibliography="b"), lambda w: macros([w])])
def test_nothing_of_hostile_text_reaches_the_source_as_a_command(write):
    source = write(HOSTILE)
    assert source.isascii()
    assert not COMMANDS.search(source)
    assert "^^" not in source
    assert source.count(r"\end{document}") <= 1


def test_every_character_becomes_ascii_without_a_meaning():
    for code in [*range(0x500), 0x2028, 0x202E, 0x2211, 0x4E2D, 0xD800, 0x1F600]:
        written = latex_text(f"a{chr(code)}b")
        assert written.isascii(), hex(code)
        without = re.sub(r"\\([a-zA-Z]+|[^a-zA-Z])", "", written)
        assert not set(without) & set("\\#%&~"), hex(code)
        assert without.count("{") == without.count("}"), hex(code)
        assert without.count("$") % 2 == 0, hex(code)
        assert "\n" not in latex_comment(chr(code))


def test_text_reads_as_if_typeset_by_hand():
    assert latex_text("θ² ≤ 1") == r"$\theta {}^{2}$ $\le$ 1"
    expected = r"``so'' \'{e} na\"{\i}ve \$$\theta$ 5 \%"
    assert latex_text('"so" é naïve $θ 5 %') == expected


def test_labels_of_different_ids_differ():
    ids = ["a", "a-b", "a.b", "a_b", "a:b", "a/5f/b", "θ", "a}b"]
    assert len({latex_label("x", id) for id in ids}) == len(ids)
    assert latex_label("a", "b:c") != latex_label("a:b", "c")


REFUSED = [
    r"\input{x}", r"\write18{id}", "^^5cinput", "x $ y", "x % y", "x & y", r"x \\ y", "{x", "x}",
    r"\left(x", r"x\right)", r"\begin{x}", "\\def\\x{}", "θ", "x\ny", "x\\", r"\text{#1}",
]  # fmt: skip


@pytest.mark.parametrize("latex", REFUSED)
def test_a_formula_that_is_more_than_mathematics_is_refused(latex):
    with pytest.raises(InvalidInput, match="commands of amsmath"):
        require_formula(latex)
    written = dataclasses.replace(HARMONICS, blocks=(Paragraph((Math(latex),)),))
    for write in (lambda: tex([written], bibliography="b"), lambda: page([written])):
        with pytest.raises(InvalidInput):
            write()


FORMULAS = [
    samples.LONG_SUM,
    samples.FENCED,
    samples.PRODUCT,
    samples.WIDE_FRACTION,
    r"a \bigl( b + c \bigr) + \Gamma\left(x + y\right) \lVert x + y \rVert",
]


@pytest.mark.parametrize("latex", FORMULAS)
@pytest.mark.parametrize("limit", [150.0, 250.0, 400.0])
def test_long_formulas_are_broken_into_pieces_that_fit(latex, limit):
    pieces = broken(latex, limit)
    assert all(width(piece) <= limit for piece in pieces)
    assert all(piece.count("{") == piece.count("}") for piece in pieces)
    assert all(piece.count(r"\left") == piece.count(r"\right") for piece in pieces)
    assert len(re.findall("[a-z]_", "".join(pieces))) >= len(re.findall("[a-z]_", latex))
    assert "".join(atom.latex for atom in parse(latex)) == latex


def test_a_function_is_not_torn_from_its_argument():
    pieces = broken(r"\mu\left(x + y\right) \frac{1}{2} f\left(x\right)", 40.0)
    assert not any(piece.startswith(r"\times \left") for piece in pieces)


@needs_tex
def test_widths_are_not_estimated_too_small(tmp_path):
    formulas = [*FORMULAS, r"\int_{-1}^{1} f(u)\, du", r"\sum_{k=0}^{\infty} W_{k}^{m}"]
    lines = [f"\\sbox0{{$\\displaystyle {f}$}}\\typeout{{W=\\the\\wd0}}" for f in formulas]
    head = "\\documentclass[11pt]{article}\\usepackage{amsmath,lmodern}\\begin{document}"
    log = compiled(tmp_path, "-pdf", "\n".join([head, *lines, "x\\end{document}"]))
    measured = [float(w) for w in re.findall(r"^W=([0-9.]+)pt", log, re.MULTILINE)]
    for formula, true in zip(formulas, measured, strict=True):
        assert true <= width(formula) + 2 <= 1.5 * true + 12, formula


def test_the_source_depends_on_the_derivation_only():
    again = dataclasses.replace(HARMONICS, blocks=tuple(map(_slower, HARMONICS.blocks)))
    assert "seconds=7.5" in repr(again)
    assert tex([again], bibliography="b") == tex([HARMONICS], bibliography="b")
    assert page([again]) == page([HARMONICS])


def _slower(block):
    """The block with other times in its checks."""
    if not hasattr(block, "proof"):
        return block
    lines = tuple(
        dataclasses.replace(x, check=dataclasses.replace(x.check, seconds=7.5)) for x in block.lines
    )
    return dataclasses.replace(block, lines=lines)


def test_numbers_are_those_of_latex(tmp_path):
    found = numbers(HARMONICS)
    assert [found[id].shown() for id in ("range", "count", "growth", "dimension", "limit")] == [
        "Assumption 1",
        "Theorem 2",
        "Corollary 3",
        "(1)",
        "(9)",
    ]
    if shutil.which("latexmk") is None:
        return
    source = tex([HARMONICS], bibliography="document")
    assert_clean(compiled(tmp_path, "-pdf", source, bibtex(cited([HARMONICS]))))
    labels = re.findall(r"newlabel\{harmonic-dimension:(.+?)\}\{\{(.+?)\}", aux(tmp_path))
    assert dict(labels) == {id: place.number for id, place in found.items()}


def aux(folder: Path) -> str:
    return (folder / "document.aux").read_text("latin-1")


def test_a_chain_is_referred_to_by_its_first_and_last_link():
    lines = tuple(samples.line(f"beta-{i}", "x", "=", "x") for i in (1, 2, 3))
    written = dataclasses.replace(HARMONICS, blocks=(Display(lines),))
    assert links("beta", numbers(written)) == ("beta-1", "beta-3")
    assert links("gamma", numbers(written)) == ()


def test_a_statement_with_the_id_of_its_theorem_has_no_number_of_its_own():
    block = dataclasses.replace(
        samples.COUNT, lines=(samples.line("count", "x", "=", "1"),), proof=()
    )
    written = dataclasses.replace(HARMONICS, blocks=(block,), relies_on=())
    source = tex([written], bibliography="b")
    assert source.count(r"\label{harmonic-dimension:count}") == 1
    assert r"Theorem~\ref{harmonic-dimension:count} & " in source
    assert page([written]).count('id="harmonic-dimension:count"') == 1


def test_a_proof_shows_the_assumptions_and_the_results_in_it():
    assumed = Assumption("positive", "w_1", ">", "0", (Words("Assume"),))
    inner = Result("inner", "lemma", "", (), (samples.line("inner-1", "w_1", "=", "w_1"),), ())
    outer = dataclasses.replace(samples.GROWTH, proof=(assumed, inner, *samples.GROWTH.proof))
    written = dataclasses.replace(HARMONICS, blocks=(outer,))
    places = numbers(written)
    assert places["positive"].kind == "assumption"
    assert places["inner"].kind == "lemma"
    source, html = tex([written], bibliography="document"), page([written])
    for id in ("positive", "inner"):
        assert f"{written.id}:{id}" in source
        assert places[id].shown() in html
    assert r"w_{1} & > 0" in source or r"w_1 & > 0" in source
