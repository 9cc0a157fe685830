"""A derivation as it is to be read: blocks of prose and of displayed lines, each with its check.

What writes LaTeX or HTML knows this module and nothing of how the lines were checked.
"""

from __future__ import annotations

from dataclasses import dataclass

from ntkproofs.claims.grades import Grade
from ntkproofs.claims.theorems import Theorem


@dataclass(frozen=True)
class Words:
    """Plain text: no markup, to be escaped by whoever writes it."""

    text: str


@dataclass(frozen=True)
class Emphasis:
    """A term where it is introduced."""

    text: str


@dataclass(frozen=True)
class Math:
    """An inline formula, in LaTeX that was printed from a parsed formula."""

    latex: str


@dataclass(frozen=True)
class Reference:
    """A reference to a displayed line or a theorem of this derivation, by its id."""

    id: str


@dataclass(frozen=True)
class Citation:
    """A citation of a theorem of the literature."""

    theorem: Theorem


Span = Words | Emphasis | Math | Reference | Citation
Prose = tuple[Span, ...]


@dataclass(frozen=True)
class Check:
    """How the machine checked a line.

    Attributes:
        id: of the line.
        methods: decision procedures, or the arithmetic and its precision, in words.
        grade: ``PROVED`` for decision procedures and cited theorems; ``CERTIFIED`` for balls at
            points: *checked, not proved*.
        comparisons: how many comparisons were decided for it.
        uses: ids of lines, definitions and assumptions that it follows from.
        seconds: that the check took.
    """

    id: str
    methods: tuple[str, ...]
    grade: Grade
    comparisons: int
    uses: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Line:
    """One relation of a displayed chain.

    Attributes:
        id: permanent name within the derivation, e.g. ``beta-2``.
        left: LaTeX of the left-hand side; empty where the chain goes on from the line before.
        relation: LaTeX of the relation: ``=``, ``\\le``, ``\\sim``, ...
        right: LaTeX of the right-hand side.
        reason: why it follows, in prose; may be empty.
        check: how it was checked.
    """

    id: str
    left: str
    relation: str
    right: str
    reason: Prose
    check: Check


@dataclass(frozen=True)
class Paragraph:
    """Prose."""

    prose: Prose


@dataclass(frozen=True)
class Display:
    """Lines that are set aligned at their relations."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Definition:
    """A displayed definition: ``left := right``."""

    id: str
    left: str
    right: str
    prose: Prose


@dataclass(frozen=True)
class Assumption:
    """A displayed hypothesis: a relation that the theorems below assume."""

    id: str
    left: str
    relation: str
    right: str
    prose: Prose


@dataclass(frozen=True)
class Result:
    """A theorem, proposition, lemma or corollary, and what proves it.

    Attributes:
        id: permanent name within the derivation.
        kind: ``theorem``, ``proposition``, ``lemma`` or ``corollary``.
        title: in words; may be empty.
        prose: words before the displayed statement (hypotheses).
        lines: the statement, with the check that it follows from its proof.
        proof: the blocks of the proof.
    """

    id: str
    kind: str
    title: str
    prose: Prose
    lines: tuple[Line, ...]
    proof: tuple[Block, ...]


Block = Paragraph | Display | Definition | Assumption | Result


@dataclass(frozen=True)
class Written:
    """A whole derivation.

    Attributes:
        id: permanent name, e.g. ``harmonic-dimension``.
        title: in words.
        abstract: what is derived, and from what.
        symbols: (LaTeX, meaning and range in words) of every symbol that is used.
        blocks: in reading order.
        relies_on: theorems of the literature that are cited.
        source: the file that it was built from, without folders.
    """

    id: str
    title: str
    abstract: Prose
    symbols: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    relies_on: tuple[Theorem, ...]
    source: str

    def checks(self) -> tuple[Check, ...]:
        """The checks of all lines, in reading order."""
        found: list[Check] = []
        for block in self.blocks:
            match block:
                case Display(lines):
                    found += [line.check for line in lines]
                case Result(proof=proof, lines=lines):
                    inner = [b for b in proof if isinstance(b, Display)]
                    found += [line.check for b in inner for line in b.lines]
                    found += [line.check for line in lines]
                case _:
                    pass
        return tuple(found)
