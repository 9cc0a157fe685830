"""Statements of claims as HTML and MathML, and what differs between two of them.

Statements come from claim files, which anyone may have written: whatever is not understood as a
formula is shown as text, escaped.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from markupsafe import Markup

from ntkproofs.errors import InvalidInput
from ntkproofs.reports.derivations.escaping import clean
from ntkproofs.reports.derivations.formulas import Atom, broken, parse
from ntkproofs.reports.derivations.mathml import escape, mathml
from ntkproofs.reports.readable import readable

_SPACE_AROUND = re.compile(r"^(?:\s|\\[ ,;:!])+|(?:\s|\\[ ,;:!])+$")
_LINE = 420.0  # points, as widths of formulas are estimated
_SPACES = frozenset(["\\quad", "\\qquad"])
_LONGEST = 20_000
_LEAST_ALIKE = 0.2
_SCRIPTS = frozenset(["msub", "msup", "msubsup", "munder", "mover", "munderover"])
_INVISIBLE = frozenset(["mspace", "none", "mprescripts"])


@dataclass
class _Piece:
    """A part of a statement that lines may break after: words, or a formula."""

    words: list[str] = field(default_factory=list[str])
    formula: ET.Element | None = None
    gap: bool = False
    """Whether a wide space stands before it."""


@dataclass(frozen=True)
class _Leaf:
    """A word, or a sign of a formula with the place where it stands (in an exponent, say)."""

    piece: int
    text: str
    context: str
    word: int = -1
    element: ET.Element | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.text, self.context


def statement_html(latex: str) -> Markup:
    """A statement as words and formulas, between which lines may break.

    Example:
        >>> print(statement_html(r"x \\text{ for all } \\ell")[:40])
        <span class="statement"><math alttext="x
    """
    return _html(_pieces(latex), set())


def differing_html(first: str, second: str) -> tuple[Markup, Markup]:
    """Two statements, with what one has and the other has not marked in each.

    Statements that have almost nothing in common are not marked: all of them would be.
    """
    one, two = _pieces(first), _pieces(second)
    leaves = [list(_leaves(pieces)) for pieces in (one, two)]
    keys = [[leaf.key for leaf in some] for some in leaves]
    matcher = SequenceMatcher(None, *keys, autojunk=False)
    marked: tuple[set[int], set[int]] = (set(), set())
    if matcher.ratio() >= _LEAST_ALIKE:
        for kind, a, b, c, d in matcher.get_opcodes():
            if kind != "equal":
                marked[0].update(range(a, b))
                marked[1].update(range(c, d))
    chosen = [[some[i] for i in which] for some, which in zip(leaves, marked, strict=True)]
    return _marked_html(one, chosen[0]), _marked_html(two, chosen[1])


def formula_or_words(text: str) -> Markup:
    """What a step compares: a formula where it is LaTeX throughout, else words."""
    if "\\" in text or re.search(r"[_^][{\w]", text):
        found = _formula(text)
        if found is not None:
            return _serialised(found)
    return words_html(text)


def words_html(text: str) -> Markup:
    """Foreign text, in which LaTeX is made readable, escaped."""
    return Markup(escape(clean(readable(text[:_LONGEST]))))


@dataclass(frozen=True)
class Part:
    """A part of a statement: words, or a formula; the other is empty.

    Attributes:
        words: plain text.
        formula: LaTeX of a mathematical formula, as it was written: not looked at yet.
        gap: whether a wide space stands before it.
    """

    words: str
    formula: str
    gap: bool = False


def parts(latex: str) -> list[Part]:
    """A statement in LaTeX as words and formulas, in order.

    Example:
        >>> [part.words or part.formula for part in parts(r"x = 1 \\text{ for all } n")]
        ['x = 1', 'for all', 'n']
    """
    latex = latex[:_LONGEST]
    try:
        return [_part(atoms, gap) for atoms, gap in _chunks(parse(latex))]
    except (RecursionError, IndexError):
        return [Part(clean(readable(latex)), "")]


def _part(atoms: Sequence[Atom], gap: bool) -> Part:
    if len(atoms) == 1 and atoms[0].head == "\\text":
        inside = atoms[0].latex.removeprefix("\\text").strip().removeprefix("{").removesuffix("}")
        return Part(clean(readable(inside)).strip(), "", gap)
    return Part("", _SPACE_AROUND.sub("", "".join(atom.latex for atom in atoms)), gap)


def _pieces(latex: str) -> list[_Piece]:
    """Words and formulas in order; words where the LaTeX is not understood."""
    found: list[_Piece] = []
    for part in parts(latex):
        made = _piece(part)
        if made and part.gap:
            made[0].gap = True
        found += made
    return found or [_Piece(words=clean(readable(latex[:_LONGEST])).split())]


def _chunks(atoms: Sequence[Atom]) -> Iterator[tuple[list[Atom], bool]]:
    """Runs of atoms between texts and wide spaces; whether a wide space stands before each."""
    run: list[Atom] = []
    gap = False
    for atom in atoms:
        if atom.head in _SPACES or atom.head == "\\text":
            if run:
                yield run, gap
                gap = False
            run = []
            gap = gap or atom.head in _SPACES
            if atom.head == "\\text":
                yield [atom], gap
                gap = False
        else:
            run.append(atom)
    if run:
        yield run, gap


def _piece(part: Part) -> list[_Piece]:
    if not part.formula:
        return [_Piece(words=part.words.split())] if part.words else []
    try:
        lines = broken(part.formula, _LINE, struts=False)
    except (RecursionError, IndexError):
        lines = (part.formula,)
    formulas = [_formula(line) for line in lines]
    if any(formula is None for formula in formulas):
        return [_Piece(words=clean(readable(part.formula)).split())]
    return [_Piece(formula=formula) for formula in formulas]


def _formula(latex: str) -> ET.Element | None:
    """The ``<math>`` element of a formula; None where it is none that is known."""
    try:
        return ET.fromstring(mathml(latex))
    # The converter is another's, and may fail in ways of its own on what is no LaTeX.
    except (InvalidInput, ET.ParseError, ValueError, LookupError, RecursionError, TypeError):
        return None
    except Exception as error:
        if type(error).__module__.startswith("latex2mathml"):
            return None
        raise


def _leaves(pieces: Sequence[_Piece]) -> Iterator[_Leaf]:
    for number, piece in enumerate(pieces):
        for place, word in enumerate(piece.words):
            yield _Leaf(number, word, "words", place)
        if piece.formula is not None:
            for element, context in _signs(piece.formula, ""):
                yield _Leaf(number, (element.text or "").strip(), context, element=element)


def _signs(element: ET.Element, context: str) -> Iterator[tuple[ET.Element, str]]:
    if len(element) == 0:
        if (element.text or "").strip() and element.tag not in _INVISIBLE:
            yield element, context
        return
    for place, child in enumerate(element):
        # What carries a script stands where it would stand without one.
        apart = element.tag == "mfrac" or (element.tag in _SCRIPTS and place)
        yield from _signs(child, f"{context}/{element.tag}{place}" if apart else context)


def _marked_html(pieces: Sequence[_Piece], chosen: Sequence[_Leaf]) -> Markup:
    for leaf in chosen:
        if leaf.element is not None:
            leaf.element.set("class", "differs")
    return _html(pieces, {(leaf.piece, leaf.word) for leaf in chosen if leaf.word >= 0})


def _html(pieces: Sequence[_Piece], marked: set[tuple[int, int]]) -> Markup:
    shown: list[str] = []
    for number, piece in enumerate(pieces):
        if piece.formula is not None:
            content = str(_serialised(piece.formula))
        else:
            content = " ".join(
                f"<mark>{escape(word)}</mark>" if (number, place) in marked else escape(word)
                for place, word in enumerate(piece.words)
            )
        shown.append(f'<span class="apart">{content}</span>' if piece.gap else content)
    joined = " ".join(filter(None, shown))
    return Markup(f'<span class="statement">{joined}</span>')


def _serialised(formula: ET.Element) -> Markup:
    text = ET.tostring(formula, encoding="unicode", short_empty_elements=False)
    return Markup(text)
