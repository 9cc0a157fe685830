"""What a derivation consists of: words, lines and chains, definitions, assumptions, results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ntkproofs.derivation.formula import Relation
from ntkproofs.derivation.rules import Rule
from ntkproofs.errors import InvalidInput


@dataclass(frozen=True)
class Line:
    """A relation with its rule; ``continues`` where its left-hand side is not shown again."""

    id: str
    relation: Relation
    rule: Rule
    reason: str
    continues: bool = False


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Lines:
    """A chain; its whole relation is known under its id."""

    id: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Definition:
    """What a function or a symbol stands for."""

    id: str
    relation: Relation
    text: str


@dataclass(frozen=True)
class Assumption:
    """A relation that is supposed."""

    id: str
    relation: Relation
    text: str


@dataclass(frozen=True)
class Result:
    """A theorem, proposition, lemma or corollary, with its proof."""

    id: str
    kind: str
    title: str
    text: str
    line: Line
    proof: tuple[Item, ...]


Item = Words | Lines | Definition | Assumption | Result
Stated = Line | Lines | Definition | Assumption
"""What says something, and is known after it."""


def flat(items: Sequence[Item]) -> Iterator[Stated]:
    """Definitions, assumptions, single lines, chains and results, each after what it rests on."""
    for item in items:
        if isinstance(item, Lines):
            yield from item.lines
            yield item
        elif isinstance(item, Result):
            yield from flat(item.proof)
            yield item.line
        elif not isinstance(item, Words):
            yield item


def all_items(items: Sequence[Item]) -> Iterator[Item]:
    """All items, those in proofs too."""
    for item in items:
        yield item
        if isinstance(item, Result):
            yield from all_items(item.proof)


def has_strict(item: Line | Lines) -> bool:
    lines = item.lines if isinstance(item, Lines) else (item,)
    return any(line.relation.relation in ("<", ">") for line in lines)


_STRENGTH = {"==": 0, "<=": 1, "<": 2, ">=": 1, ">": 2}


def whole(chain: Lines) -> Relation:
    """What a chain says from its first to its last expression."""
    signs = [line.relation.relation for line in chain.lines]
    first, last = chain.lines[0].relation.left, chain.lines[-1].relation.right
    directions = {sign[0] for sign in signs if sign != "=="}
    if "!=" in signs or len(directions) > 1:
        raise InvalidInput(f"the chain {chain.id!r} mixes {', '.join(dict.fromkeys(signs))}")
    if "~" in signs:
        variable = next(r.variable for r in (x.relation for x in chain.lines) if r.variable)
        return Relation(first, "~", last, variable)
    return Relation(first, max(signs, key=_STRENGTH.__getitem__), last)
