"""The page of a report: what it says, that nothing in it can run, and that links lead somewhere."""

import base64
import re
from collections import Counter
from html.parser import HTMLParser

import jsonschema
import pytest

from ntkproofs.claims.figures import (
    LOG,
    POINTS,
    Chart,
    Drawn,
    FigureOutline,
    chart_from_json,
    chart_to_json,
    curve,
    read_picture,
)
from ntkproofs.errors import InvalidInput, MissingPackage
from ntkproofs.reports.derivations.pdf import pdf, require_tex
from ntkproofs.reports.json_report import report_to_json, schema
from ntkproofs.reports.page.formulas import differing_html, formula_or_words, parts, statement_html
from ntkproofs.reports.page.html import POLICY, page
from ntkproofs.reports.page.pictures import chart_picture, picture, points_of
from ntkproofs.reports.page.supplement import citations, supplement
from ntkproofs.reports.page.view import anchor, origins
from ntkproofs.reports.page.write import write_report

VOID = {"meta", "img", "input", "br", "hr", "link"}
MARKED = re.compile(r'<mark>(.*?)</mark>|class="differs">(.*?)<')


class Elements(HTMLParser):
    """The elements of a page with their attributes; checks that they are nested."""

    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)
        assert not self.open, self.open[-3:]

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def text(report):
    return page(report)


@pytest.fixture(scope="module")
def elements(text):
    return Elements(text).found


def test_a_page_is_whole_and_loads_nothing(text, elements):
    for tag, attributes in elements:
        assert not {"srcset", "action", "formaction", "background", "poster"} & set(attributes), tag
        source = attributes.get("src", "data:image/")
        assert source.startswith("data:image/"), source
        href = attributes.get("href", "#")
        assert href.startswith("#") or href in ("report.json", "report.tex", "verdicts.bib"), href
    assert not re.search(r"url\(|@import", text)
    (policy,) = (a["content"] for t, a in elements if a.get("http-equiv"))
    assert policy == POLICY
    assert "default-src 'none'" in policy


def test_nothing_of_a_claim_becomes_markup(text, elements):
    counts = Counter(tag for tag, _ in elements)
    assert counts["script"] == counts["style"] == 1
    assert not counts["svg"], "pictures are images, never a part of the page"
    assert all(not name.startswith("on") for _, attributes in elements for name in attributes)
    assert "{{7*7}}" in text
    assert "49" not in re.sub(r'src="[^"]*"', "", text.split("hostile.claim")[2])
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_ids_are_unique_and_links_lead_to_them(elements):
    ids = Counter(attributes["id"] for _, attributes in elements if "id" in attributes)
    assert max(ids.values()) == 1, ids.most_common(2)
    links = {a["href"][1:] for t, a in elements if t == "a" and a["href"].startswith("#")}
    assert links <= set(ids), links - set(ids)


def test_the_page_says_what_was_found(text):
    plain = re.sub(r"<[^>]+>", " ", text)
    plain = " ".join(plain.split())
    assert "1 refuted 1 undecided" in plain
    assert "1 proved" in plain
    assert "is false: there is a witness" in plain
    assert "2 of 2 killed" in plain
    assert "ntkproofs verify --only talk.square --mutants" in plain
    assert "binomials" in plain
    assert "At three numbers." in plain
    assert "Another reading: at zero" in plain


def test_every_word_of_the_summary_follows_from_the_results(report):
    from dataclasses import replace

    from ntkproofs.reports.page.view import Summary

    claims = report.claims[:1]
    assert all(good for _, good in Summary(claims).sentences)
    assert Summary(claims).verdicts == [("refuted", 1)]
    untested = [replace(claims[0], mutants=None)]
    assert any("no mutants" in words and not good for words, good in Summary(untested).sentences)
    alive = [replace(claims[0], mutants=replace(claims[0].mutants, alive=("c = 3 (numbers)",)))]
    assert ("1 of 2 mutants, statements made false on purpose, were noticed.", False) in (
        Summary(alive).sentences
    )


# Formulas


@pytest.mark.parametrize(
    ("first", "second", "removed", "added"),
    [
        ("x = 1", "x = 2", ["1"], ["2"]),
        (r"\ell^{-p}", r"\ell^{-d}", ["p"], ["d"]),
        (r"n \text{ is even}", r"n \text{ is odd}", ["even"], ["odd"]),
        ("a + b", "a + b", [], []),
        (r"\ell^{2}", r"\ell_{2}", ["2"], ["2"]),
        ("x", r"\text{nothing alike}", [], []),
    ],
)
def test_what_differs_is_marked_and_nothing_else(first, second, removed, added):
    found = [
        [a or b for a, b in MARKED.findall(str(html))] for html in differing_html(first, second)
    ]
    assert found == [removed, added]


def test_marking_leaves_other_formulas_alone():
    differing_html("x = 1", "x = 2")
    assert "differs" not in statement_html("x = 1")


def test_statements_are_words_and_formulas():
    shown = str(statement_html(r"x = 1 \text{ for all } n,\quad y"))
    assert shown.count("<math") == 3
    assert "for all" in shown
    assert 'class="apart"' in shown
    assert [part.formula for part in parts(r"a\ \text{b}")] == ["a", ""]


@pytest.mark.parametrize("latex", [r"\href{javascript:x}{y}", "{", r"\left( x", "", "ℓ < 3"])
def test_what_is_no_formula_is_shown_as_text(latex):
    shown = str(statement_html(latex))
    assert "<math" not in shown
    assert "<math" not in str(formula_or_words(latex))


def test_what_could_be_markup_is_escaped():
    assert "<b>" not in str(statement_html("<b>"))
    assert "<b>" not in str(formula_or_words(r"\text{<b>}"))


# Figures


def test_charts_survive_json_and_refuse_what_cannot_be_drawn():
    chart = Chart("x", "y", (curve("c", [1, 2], [3, 4], POINTS),), LOG, LOG)
    assert chart_from_json(chart_to_json(chart)) == chart
    for x, y in (([1], [0]), ([1], [float("nan")]), ([1, 2], [1]), ([], [])):
        with pytest.raises(InvalidInput):
            Chart("x", "y", (curve("c", x, y),), LOG, LOG)
    for data in (None, {}, {"x": 1}, chart_to_json(chart) | {"curves": [["c", ["a"], [1], LOG]]}):
        with pytest.raises(InvalidInput):
            chart_from_json(data)


def test_a_picture_is_read_in_the_folder_of_its_claim_only(tmp_path):
    folder = tmp_path / "claims"
    folder.mkdir()
    (tmp_path / "secret.svg").write_text("<svg/>")
    (folder / "own.svg").write_text("<svg/>")
    (folder / "own.txt").write_text("text")
    (folder / "link.svg").symlink_to(tmp_path / "secret.svg")
    claim = str(folder / "claim.py")
    assert read_picture(claim, FigureOutline("f", "", "own.svg")).picture == b"<svg/>"
    for name in (
        "../secret.svg",
        str(tmp_path / "secret.svg"),
        "link.svg",
        "own.txt",
        "absent.svg",
    ):
        found = read_picture(claim, FigureOutline("f", "", name))
        assert found.picture is None, name
        assert found.trouble, name


def test_charts_are_images_with_their_numbers():
    chart = Chart("$n$", r"$\kappa$", (curve("$n^2$", [1, 2], [1, 4], POINTS),))
    shown = chart_picture(chart, "squares")
    kind, _, content = shown.address.partition(";base64,")
    assert kind == "data:image/svg+xml"
    assert b"<svg" in base64.b64decode(content)
    assert shown.numbers == (("n²", "1", "1"), ("n²", "2", "4"))
    missing = picture(Drawn(FigureOutline("f", "c"), trouble="too slow"))
    assert (missing.address, missing.trouble) == ("", "too slow")


def test_points_of_a_counterexample_are_those_of_the_circle():
    found = points_of({"points": "(1, 0), (-7/25, 24/25)"})
    assert found is not None
    assert found.curves[1].x == (1.0, -0.28)
    for told in ("(1, 0, 0)", "(1, 1)", "(1, x)", "(1/0, 0)", "three", "(9**9**9, 0)"):
        assert points_of({"points": told}) is None, told
    assert points_of({"n": 3}) is None


# The supplement


def test_the_supplement_is_ascii_without_foreign_commands(report):
    source = supplement(report)
    assert source.isascii()
    for command in (r"\input", r"\write", "^^"):
        assert command not in source
    assert source.count(r"\end{document}") == 1
    assert r"\cite{cited-binomials}" in source
    assert "@misc{cited-binomials," in citations(report)


def test_the_supplement_compiles(report):
    try:
        require_tex()
    except MissingPackage as missing:
        pytest.skip(str(missing))
    # The bibliography is called as the document is, there.
    source = supplement(report).replace(r"\bibliography{verdicts}", r"\bibliography{document}")
    assert pdf(source, citations(report))[:4] == b"%PDF"


def test_a_report_is_four_files(report, tmp_path):
    index = write_report(report, tmp_path / "made" / "out")
    assert sorted(p.name for p in index.parent.iterdir()) == [
        "index.html",
        "report.json",
        "report.tex",
        "verdicts.bib",
    ]
    jsonschema.validate(report_to_json(report), schema())
    with pytest.raises(InvalidInput, match="--report"):
        write_report(report, index)


def test_two_pages_of_one_report_are_the_same(report, text):
    assert page(report) == text


def test_steps_of_a_derivation_lead_to_its_lines():
    from ntkproofs.claims import Claim, exactly, premise
    from ntkproofs.claims.report import Report
    from ntkproofs.claims.runner import verify_claim
    from ntkproofs.derivation import derivation

    source = derivation("harmonic-dimension")
    made = Claim("small.derived", "1 = 1", "s", {}, {})

    @made.proof(covers="one number")
    def rests():
        for step in source.steps():
            yield premise(step)
        yield exactly("one", 1, 1)

    report = Report((verify_claim(made),))
    assert origins(report) == ["harmonic-dimension"]
    elements = Elements(page(report, [source.written()])).found
    ids = {attributes.get("id") for _, attributes in elements}
    links = {attributes["href"][1:] for tag, attributes in elements if tag == "a"} & ids
    assert any(link.startswith("harmonic-dimension:") for link in links)


def test_ids_of_different_names_differ():
    names = ["a.b", "a-b", "a b", "a_b", "ab", "λ", "a/b", ""]
    assert len({anchor(name) for name in names}) == len(names)
