"""Writing a derivation: its items as they are to be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ntkproofs.claims import theorems
from ntkproofs.claims.theorems import Theorem
from ntkproofs.derivation import written
from ntkproofs.derivation.formula import parse
from ntkproofs.derivation.items import (
    Assumption,
    Definition,
    Item,
    Line,
    Lines,
    Result,
    Words,
    all_items,
    flat,
)
from ntkproofs.derivation.known import Fact
from ntkproofs.derivation.notation import Notation
from ntkproofs.errors import InvalidInput


@dataclass(frozen=True)
class Writer:
    """Writes items.

    Attributes:
        notation: of the formulas in prose.
        checks: what is said of each line that was checked, by its id.
    """

    notation: Notation
    checks: Mapping[str, written.Check]

    def block(self, item: Item) -> written.Block:
        """An item, with all that it holds."""
        match item:
            case Words(text):
                return written.Paragraph(self.prose(text))
            case Lines(_, lines):
                return written.Display(tuple(self._line(line) for line in lines))
            case Definition(id, relation, text):
                left, right = relation.left.latex, relation.right.latex
                return written.Definition(id, left, right, self.prose(text))
            case Assumption(id, relation, text):
                left, right = relation.left.latex, relation.right.latex
                return written.Assumption(id, left, relation.symbol, right, self.prose(text))
            case Result(id, kind, title, text, line, proof):
                shown = (self._line(line),)
                inner = tuple(self.block(block) for block in proof)
                return written.Result(id, kind, title, self.prose(text), shown, inner)

    def _line(self, line: Line) -> written.Line:
        left = "" if line.continues else line.relation.left.latex
        return written.Line(
            line.id,
            left,
            line.relation.symbol,
            line.relation.right.latex,
            self.prose(line.reason),
            self.checks[line.id],
        )

    def prose(self, text: str) -> written.Prose:
        """Words with their formulas and references; line breaks are those of the source."""
        return tuple(_spans(" ".join(text.split()), self.notation))


_SPAN = re.compile(r"`([^`]+)`|\[#([a-z0-9-]+)\]|\[@([A-Z_]+)\]|\[~(\w+)\]|\*([^*]+)\*")


def _spans(text: str, notation: Notation) -> Iterator[written.Span]:
    """Prose in its parts; a formula in it makes no statement, since nobody would check that."""
    end = 0
    for found in _SPAN.finditer(text):
        if found.start() > end:
            yield written.Words(text[end : found.start()])
        formula, line, theorem, ranged, emphasis = found.groups()
        if formula:
            yield written.Math(parse(formula, notation).inline)
        elif line:
            yield written.Reference(line)
        elif theorem:
            yield written.Citation(_theorem_called(theorem))
        elif ranged:
            yield written.Math(notation.range_of(ranged))
        else:
            yield written.Emphasis(emphasis)
        end = found.end()
    if end < len(text):
        yield written.Words(text[end:])


def _theorem_called(name: str) -> Theorem:
    found = getattr(theorems, name, None)
    if not isinstance(found, Theorem):
        raise InvalidInput(f"[@{name}] names no theorem of ntkproofs.claims.theorems")
    return found


def theorems_of(abstract: str, items: Sequence[Item]) -> tuple[Theorem, ...]:
    """The theorems that lines use, and those that prose cites."""
    found: dict[Theorem, None] = {}
    for line in _lines(items):
        for use in line.rule.all_uses():
            if isinstance(use.what, Fact):
                found[use.what.theorem] = None
    return tuple(found | dict.fromkeys(cited(abstract, items)))


def cited(abstract: str, items: Sequence[Item]) -> list[Theorem]:
    """The theorems that prose cites."""
    texts = [item.text for item in all_items(items) if not isinstance(item, Lines)]
    texts += [line.reason for line in _lines(items)]
    names = re.findall(r"\[@([A-Z_]+)\]", " ".join([abstract, *texts]))
    return [_theorem_called(name) for name in names]


def _lines(items: Sequence[Item]) -> Iterator[Line]:
    return (item for item in flat(items) if isinstance(item, Line))
