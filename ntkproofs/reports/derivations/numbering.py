"""What carries a number in a derivation, in reading order: as LaTeX will count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ntkproofs.derivation.written import Assumption, Block, Definition, Display, Result, Written


@dataclass(frozen=True)
class Numbered:
    """A place that can be referred to.

    Attributes:
        kind: ``equation``, or the word for the block: ``theorem``, ``assumption``, ...
        number: as printed.
    """

    kind: str
    number: str

    def shown(self) -> str:
        """``(3)`` or ``Theorem 2``."""
        return (
            f"({self.number})"
            if self.kind == "equation"
            else f"{self.kind.capitalize()} {self.number}"
        )


def numbers(written: Written, prefix: str = "") -> dict[str, Numbered]:
    """The numbers of lines and blocks by id.

    The statement of a theorem that has the id of the theorem carries no number of its own.

    Args:
        written: the derivation.
        prefix: stands before each number, e.g. ``2.`` in a book.
    """
    found: dict[str, Numbered] = {}
    counters = {"equation": 0, "block": 0}
    for id, kind in _places(written.blocks):
        counter = "equation" if kind == "equation" else "block"
        counters[counter] += 1
        found.setdefault(id, Numbered(kind, f"{prefix}{counters[counter]}"))
    return found


def links(id: str, found: dict[str, Numbered]) -> tuple[str, ...]:
    """The numbered places that an id stands for: itself, or the first and last link of a chain.

    The links of the chain ``beta`` are ``beta-1``, ``beta-2`` and so on. An id that is not known
    stands for none.
    """
    if id in found:
        return (id,)
    count = 0
    while f"{id}-{count + 1}" in found:
        count += 1
    return tuple(dict.fromkeys((f"{id}-1", f"{id}-{count}"))) if count else ()


def _places(blocks: Sequence[Block]) -> Iterator[tuple[str, str]]:
    for block in blocks:
        match block:
            case Display(lines):
                yield from ((line.id, "equation") for line in lines)
            case Definition(id):
                yield id, "equation"
            case Assumption(id):
                yield id, "assumption"
            case Result():
                yield block.id, block.kind
                yield from ((line.id, "equation") for line in block.lines if line.id != block.id)
                yield from _places(block.proof)
            case _:
                pass
