"""Derivations as documents: they compile, fit the page and escape what users write."""

import dataclasses
import html.parser
import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ntkproofs.claims import theorems
from ntkproofs.claims.references import REFERENCES, Reference
from ntkproofs.claims.theorems import Theorem
from ntkproofs.cli import app
from ntkproofs.commands import derive as command
from ntkproofs.derivation.written import Display, Math, Paragraph, Words, Written
from ntkproofs.errors import InvalidInput, MissingPackage, NtkproofsError, Unable
from ntkproofs.reports.derivations.bibliography import bibtex, cited, shown
from ntkproofs.reports.derivations.escaping import latex_comment, latex_label, latex_text
from ntkproofs.reports.derivations.formulas import (
    _ARGUMENTS,
    _KNOWN,
    broken,
    parse,
    require_formula,
    width,
)
from ntkproofs.reports.derivations.html import page
from ntkproofs.reports.derivations.macros import macros
from ntkproofs.reports.derivations.mathml import mathml
from ntkproofs.reports.derivations.numbering import links, numbers
from ntkproofs.reports.derivations.pdf import pdf
from ntkproofs.reports.derivations.tex import tex

_spec = importlib.util.spec_from_file_location("_written", Path(__file__).with_name("_written.py"))
assert _spec is not None
assert _spec.loader is not None
samples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(samples)

HARMONICS, LONG, HOSTILE = samples.HARMONICS, samples.LONG, samples.HOSTILE
EVERY = [HARMONICS, LONG, HOSTILE]
OVERFULL_LIMIT = 2.0  # points
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


# ---- the page


class _Tags(html.parser.HTMLParser):
    """Every opened element is closed, in order; ids are unique and links have targets."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.targets: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        values = dict(attrs)
        if "id" in values:
            self.ids.append(values["id"])
        if values.get("href", "").startswith("#"):
            self.targets.add(values["href"][1:])
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("derivations", [[HARMONICS], [LONG], [HOSTILE], EVERY])
def test_the_page_is_well_formed_and_stands_alone(derivations):
    source = page(derivations)
    tags = _Tags()
    tags.feed(source)
    assert not tags.open
    assert len(tags.ids) == len(set(tags.ids))
    assert tags.targets <= set(tags.ids)
    assert not tags.tags & {"script", "link", "img", "iframe", "object"}
    assert not re.findall(r"(?:src|href)=[\"'](?!#)", source)
    assert "url(" not in source
    assert "<script" not in source
    steps = sum(len(written.checks()) for written in derivations)
    assert source.count("<details>") == steps


@pytest.mark.parametrize("command", sorted(_KNOWN - {r"\left", r"\right"}))
def test_every_known_command_becomes_mathml(command):
    name = command.removeprefix("\\")
    counts = {"text": 1, "operatorname": 1, "underline": 1, "mathfrak": 1, "dot": 1, "ddot": 1}
    count = _ARGUMENTS.get(command, counts.get(name, 0))
    arguments = "{a}" * count or "("
    formula = rf"x {command}{arguments}"
    if name == "middle":
        formula = r"\left( x \middle| y \right)"
    elif name == "limits":
        formula = r"\sum\limits_{k} k"
    shown = mathml(formula)
    assert "\\" not in re.sub(r'alttext="[^"]*"', "", shown).replace("\\setminus", "") or (
        name == "setminus"
    )


def test_mathml_of_what_latex2mathml_does_badly():
    assert '<mo fence="true" stretchy="false" form="prefix">‖</mo>' in mathml(r"\lVert x\rVert")
    assert '<mo fence="true" stretchy="false" form="postfix">⟩</mo>' in mathml(r"\langle x\rangle")
    assert '<mi>arccos</mi><mspace width="0.167em"></mspace><mi>u</mi>' in mathml(r"\arccos u")
    assert "mspace" not in mathml(r"\log(x)")
    assert '<mi mathvariant="normal">Γ</mi>' in mathml(r"\Gamma(x)")
    assert "<munderover>" in mathml(r"\sum_{k=0}^{n} k", display=True)
    assert "≔" in mathml("x := y")
    assert "∼" in mathml(r"x \sim y")
    assert 'alttext="a &lt; b"' in mathml("a < b")


# ---- the literature

THEOREMS = [value for value in vars(theorems).values() if isinstance(value, Theorem)]


@pytest.mark.parametrize("theorem", THEOREMS, ids=lambda theorem: theorem.name)
def test_every_theorem_has_references_that_exist(theorem):
    assert theorem.references
    assert all(key in REFERENCES for key in theorem.references)


@needs_tex
def test_every_reference_is_a_clean_entry_of_bibtex(tmp_path):
    unknown = Theorem("50 % & {more}", "x", "A. Nobody, \\input{x}, 1901")
    every = [*REFERENCES.values(), *cited([dataclasses.replace(HARMONICS, relies_on=(unknown,))])]
    (tmp_path / "x.bib").write_text(bibtex(every), encoding="ascii")
    lines = [r"\citation{*}", r"\bibdata{x}", r"\bibstyle{plain}", ""]
    (tmp_path / "x.aux").write_text("\n".join(lines))
    ran = subprocess.run(["bibtex", "x"], cwd=tmp_path, capture_output=True, check=False)
    assert ran.returncode == 0
    said = ran.stdout.decode().replace("Warning--to sort, need author or key in cited-", "")
    assert "Warning" not in said
    assert (tmp_path / "x.bbl").read_text().count(r"\bibitem{") == len(every)


def test_references_as_text():
    assert shown(REFERENCES["mueller1966"]).endswith(
        "volume 17 of Lecture Notes in Mathematics, Springer, 1966."
    )
    assert shown(REFERENCES["biettibach2021"]) == (
        "Alberto Bietti and Francis Bach. Deep Equals Shallow for ReLU Networks in Kernel "
        "Regimes. In International Conference on Learning Representations, 2021."
    )
    assert shown(Reference("x", "misc", "", "Words", "")) == "Words."


# ---- macros


def test_macros_state_theorems():
    source = macros([HARMONICS])
    assert r"\newcommand{\harmonicdimensioncount}{N(d, \ell) = \frac{" in source
    assert r"\newcommand{\harmonicdimensiongrowthone}{N(d, \ell) \sim " in source
    assert r"\newcommand{\harmonicdimensiongrowthtwo}{N(d, \ell) \le " in source
    names = re.findall(r"\\newcommand\{\\([a-zA-Z]+)\}", macros([HARMONICS, HARMONICS]))
    assert len(names) == len(set(names)) == 6


@needs_tex
def test_macros_compile_in_a_paper(tmp_path):
    uses = r"$\harmonicdimensioncount$, $\harmonicdimensiongrowthone$"
    head = r"\documentclass{article}\usepackage{amsmath}"
    body = rf"\begin{{document}}{uses}\end{{document}}"
    compiled(tmp_path, "-pdf", "\n".join([head, macros([HARMONICS, HOSTILE]), body]))


# ---- PDF


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


# ---- the command


class _Fake:
    """A derivation that is written already, or fails."""

    def __init__(self, written: Written, error: NtkproofsError | None = None) -> None:
        self.id, self.title = written.id, written.title
        self._written, self._error = written, error

    def written(self) -> Written:
        if self._error is not None:
            raise self._error
        return self._written


@pytest.fixture
def known(monkeypatch):
    found = [_Fake(HARMONICS), _Fake(LONG)]
    monkeypatch.setattr(command, "load", lambda paths: found)
    return found


def run(*arguments: object):
    return CliRunner().invoke(app, ["derive", *map(str, arguments)])


def test_derive_lists(known):
    for arguments in ((), ("--list",)):
        result = run(*arguments)
        assert result.exit_code == 0
        assert re.search(
            r"harmonic-dimension +How many spherical harmonics there are", result.output
        )


def test_derive_writes_tex_and_macros(known, tmp_path):
    folder = tmp_path / "new" / "folder"
    result = run("harmonic-dimension", "long-formulas", "--output", folder, "--macros")
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in folder.iterdir()) == [
        "harmonic-dimension-macros.tex",
        "harmonic-dimension.bib",
        "harmonic-dimension.tex",
        "long-formulas-macros.tex",
        "long-formulas.tex",
    ]
    source = (folder / "harmonic-dimension.tex").read_bytes()
    assert source == tex([HARMONICS], bibliography="harmonic-dimension").encode()


def test_derive_writes_one_book(known, tmp_path):
    arguments = ("harmonic-dimension", "long-formulas", "--book", "--format", "html")
    result = run(*arguments, "--output", tmp_path)
    assert result.exit_code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["derivations.html"]


def test_an_unknown_id_is_answered_with_near_ones(known, tmp_path):
    result = run("harmonic-dimensions", "--output", tmp_path)
    assert result.exit_code == 2
    assert "Near it: harmonic-dimension." in result.stderr
    assert run(tmp_path / "no.py").exit_code == 2


def test_a_step_that_fails_writes_nothing(known, tmp_path):
    known[0] = _Fake(HARMONICS, NtkproofsError("the line 'x' does not follow"))
    result = run("long-formulas", "harmonic-dimension", "--output", tmp_path)
    assert result.exit_code == 3
    assert "the line 'x' does not follow" in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_an_error(known, tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    result = run("harmonic-dimension", "--output", file)
    assert result.exit_code == 2
    assert "--output is a folder" in result.stderr
    (tmp_path / "harmonic-dimension.tex").mkdir()
    result = run("harmonic-dimension", "--output", tmp_path)
    assert result.exit_code == 2
    assert "it is a folder" in result.stderr


def test_an_id_that_is_no_file_name_is_refused(known, tmp_path):
    known[0] = _Fake(HOSTILE)
    assert run(HOSTILE.id, "--output", tmp_path).exit_code == 2
    known[0] = _Fake(dataclasses.replace(HARMONICS, id=".."))
    known[1] = _Fake(dataclasses.replace(HARMONICS, id="a:b"))
    result = run("a:b", "--output", tmp_path)
    assert result.exit_code == 2
    assert "names files" in result.stderr


def test_the_bundled_derivations_are_written(tmp_path):
    result = run("harmonic-dimension", "--output", tmp_path, "--format", "html")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "harmonic-dimension.html").read_text().startswith("<!DOCTYPE html>")


def test_words_alone_make_a_document():
    written = Written("w", "Words", (), (), (Paragraph((Words("Only words."),)),), (), "w.py")
    assert "There is no displayed step." in tex([written], bibliography="b")
    assert r"\bibliography" not in tex([written], bibliography="b")
    assert "Only words." in page([written])
