"""What results show in a notebook: everything, and nothing but text and formulas."""

from html.parser import HTMLParser

import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.claims.files import Problem
from ntkproofs.claims.grades import Grade
from ntkproofs.claims.report import Report
from ntkproofs.claims.verdict import (
    ClaimResult,
    Counts,
    EvidenceResult,
    MutantResults,
    Outcome,
    StatementResult,
    Verdict,
)
from ntkproofs.conjectures.conformance import Conformance, Finding
from ntkproofs.conjectures.results import ProbeResult, Repair, Witness
from ntkproofs.markup import Math, cell, table
from ntkproofs.matrices.intervals import Interval

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> & $\\href{javascript:x}{y}$ \"'"
TAGS = {"table", "thead", "tbody", "tr", "th", "td", "caption", "code", "span", "p"}


class Seen(HTMLParser):
    """The text of a page, its formulas, and what no result may contain."""

    def __init__(self, page):
        super().__init__()
        self.text, self.pieces = "", []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        assert tag in TAGS
        assert attributes == []

    def handle_data(self, data):
        self.text += data
        self.pieces.append(data)

    @property
    def formulas(self):
        return [piece[1:-1] for piece in self.pieces if len(piece) > 1 and piece[0] == "$"]


def statement(latex, verdict=Verdict.REFUTED, witness=None):
    evidence = EvidenceResult(
        "e", Grade.PROVED, "", "", Outcome.REFUTES, Grade.PROVED, "", Counts(), 0.0, "", (), witness
    )
    return StatementResult(latex, verdict, Grade.PROVED, (evidence,) if witness else ())


def probed(text):
    witness = Witness({text: text}, "", "", text, "<", text, 53)
    repairs = (Repair(text, 1, 1.0),)
    return ProbeResult(
        text, text, text, "refuted", 1, 0, 0, 1, 0.0, "", {}, witness, repairs, 0.0, 0
    )


def claim(text):
    return ClaimResult(
        text, text, text, statement(text, witness={text: text}), statement(text),
        {text: statement(text)}, MutantResults(2, (text,)),
    )  # fmt: skip


@pytest.mark.parametrize(
    "result",
    [
        claim(HOSTILE),
        Report((claim(HOSTILE),), (Problem("file", HOSTILE),)),
        probed(HOSTILE),
        Conformance(HOSTILE, 3, (Finding("zonal", True, "sampled", HOSTILE),)),
    ],
    ids=lambda result: type(result).__name__,
)
def test_foreign_text_is_shown_and_is_nothing_else(result):
    seen = Seen(result._repr_html_())
    assert HOSTILE in seen.text
    assert seen.formulas == []


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:alert(1)}{x}", r"\require{html}", r"\htmlData{x}{y}", r"\def\a{b}",
        r"\class{x}{y}", "x$ <b> $y", "{x", "x}", "x\\", r"\{x}", r"\$}{$", r"\newcommand\x{}",
    ],
)  # fmt: skip
def test_latex_that_is_no_formula_is_shown_as_text(latex):
    seen = Seen(cell(Math(latex)))
    assert seen.text == latex
    assert seen.formulas == []


@pytest.mark.parametrize(
    "latex", [r"a < b \& c", r"\text{odd $\ell$}", r"\left\{x\right\}", r"\$5"]
)
def test_formulas_are_formulas(latex):
    assert Seen(cell(Math(latex))).formulas == [latex]


def test_a_report_shows_every_verdict():
    original = statement(r"\mu < 1", witness={"d": 3, "left": "1/128"})
    amended = StatementResult(r"\mu = 0", Verdict.CERTIFIED, Grade.CERTIFIED, ())
    found = ClaimResult("my.claim", "s", "", original, amended, mutants=MutantResults(2, ()))
    seen = Seen(Report((found, found))._repr_html_())
    assert seen.formulas == [r"\mu < 1", r"\mu = 0"] * 2
    for text in ("my.claim amended", "refuted", "certified", "d = 3, left = 1/128"):
        assert seen.text.count(text) >= 2
    assert seen.text.count("2 of 2 killed") == 2


def test_enclosures_show_all_digits_and_both_ends():
    lower = np.arange(12) + 0.1
    found = nt.enclose_eigenvalues(np.diag(lower))
    seen = Seen(found._repr_html_())
    assert "12 eigenvalues" in seen.text
    assert repr(float(found.lower[11])) in seen.pieces
    assert "6" not in seen.pieces
    few = Seen(nt.enclose_eigenvalues(np.diag(lower[:3]))._repr_html_())
    assert [piece for piece in few.pieces if piece.isdigit()] == ["1", "2", "3"]
    assert "ends" not in few.text
    assert (
        Interval(-np.inf, 2.5e-9)._repr_latex_() == r"$\left[-\infty,\, 2.5 \cdot 10^{-9}\right]$"
    )


def test_a_conformance_and_a_probe_show_what_they_found():
    seen = Seen(nt.check_kernel(nt.nngp(2), n=4, degrees=3)._repr_html_())
    assert "positive definite" in seen.text
    assert "certified" in Seen(probed("x^2 > 0")._repr_html_()).text
    assert Seen(probed("x^2 > 0")._repr_html_()).formulas == ["x^2 > 0"]


def test_titles_and_captions_are_text_too():
    assert Seen(table([HOSTILE], [], HOSTILE)).text == 2 * HOSTILE
