"""What carries a number in a derivation, in reading order: as LaTeX will count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ntkproofs.derivation.written import Assumption, Definition, Display, Result, Written


@dataclass(frozen=True)
class Numbered:
    """A place that can be referred to.

    Attributes:
        kind: ``equation``, or the word for the block: ``theorem``, ``definition``, ...
        number: as printed.
    """

    kind: str
    number: str


def numbers(written: Written, prefix: str = "") -> dict[str, Numbered]:
    """The numbers of lines and blocks by id.

    Args:
        written: the derivation.
        prefix: stands before each number, e.g. ``2.`` in a book.
    """
    found: dict[str, Numbered] = {}
    counters = {"equation": 0, "block": 0}
    for id, kind in _places(written):
        counter = "equation" if kind == "equation" else "block"
        counters[counter] += 1
        found.setdefault(id, Numbered(kind, f"{prefix}{counters[counter]}"))
    return found


def _places(written: Written) -> Iterator[tuple[str, str]]:
    for block in written.blocks:
        match block:
            case Display(lines):
                yield from ((line.id, "equation") for line in lines)
            case Definition(id):
                yield id, "definition"
            case Assumption(id):
                yield id, "assumption"
            case Result():
                yield block.id, block.kind
                yield from ((line.id, "equation") for line in block.lines)
                for inner in block.proof:
                    match inner:
                        case Display(lines):
                            yield from ((line.id, "equation") for line in lines)
                        case Definition(id):
                            yield id, "equation"
                        case _:
                            pass
            case _:
                pass
