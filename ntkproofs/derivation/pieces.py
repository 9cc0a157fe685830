"""Pieces of LaTeX that know how they may be joined to others."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from itertools import pairwise


class Level(enum.IntEnum):
    """How tightly the outermost operation of a piece binds."""

    SUM = 0
    NEGATIVE = 1
    PRODUCT = 2
    POWER = 3
    ATOM = 4


class Height(enum.IntEnum):
    """How tall parentheses around a piece must be."""

    PLAIN = 0
    MEDIUM = 1
    TALL = 2


class Open(enum.IntEnum):
    """Whether what follows a piece could be read as part of it."""

    CLOSED = 0
    FUNCTION = 1  # \\sin\\theta
    OPERATOR = 2  # \\sum_{i} f


class Style(enum.Enum):
    """Where a piece stands.

    ``DISPLAY``: on the line. ``INNER``: in a numerator or denominator, or in running text.
    ``ARGUMENT``: between the parentheses of a function. ``SCRIPT``: in exponents and subscripts.
    """

    DISPLAY = enum.auto()
    INNER = enum.auto()
    ARGUMENT = enum.auto()
    SCRIPT = enum.auto()


@dataclass(frozen=True)
class Piece:
    """LaTeX and what is to be known of it where it is joined to other LaTeX.

    Attributes:
        tex: the LaTeX.
        level: how tightly its outermost operation binds.
        height: of parentheses around it.
        open: whether what follows could be read as part of it.
        closed: LaTeX to print instead where something follows; ``None``: put it in parentheses.
        operator: begins with an upright name, ``\\sin``.
        numeric: an integer, or a fraction of integers.
        spaced: a thin space is wanted after it in a product.
    """

    tex: str
    level: Level = Level.ATOM
    height: Height = Height.PLAIN
    open: Open = Open.CLOSED
    closed: str | None = None
    operator: bool = False
    numeric: bool = False
    spaced: bool = False


_SIZES = {
    Height.PLAIN: ("{}", "{}"),
    Height.MEDIUM: (r"\bigl{}", r"\bigr{}"),
    Height.TALL: (r"\left{}", r"\right{}"),
}


def delimit(tex: str, height: Height, left: str = "(", right: str = ")") -> str:
    r"""Puts delimiters of the right size around LaTeX.

    >>> delimit("x", Height.PLAIN), delimit("x", Height.TALL)
    ('(x)', '\\left(x\\right)')
    """
    before, after = _SIZES[height]
    gap = " " if left.startswith("\\") else ""
    return f"{before.format(left)}{gap}{tex}{gap}{after.format(right)}"


def parenthesised(piece: Piece) -> Piece:
    """A piece in parentheses."""
    return Piece(delimit(piece.tex, piece.height), height=piece.height)


def at_least(piece: Piece, level: Level) -> Piece:
    """A piece, in parentheses where it binds less tightly than is needed."""
    return piece if piece.level >= level else parenthesised(piece)


def close(piece: Piece) -> Piece:
    """A piece after which anything may follow."""
    if piece.open is Open.CLOSED:
        return piece
    if piece.closed is None:
        return parenthesised(piece)
    return Piece(piece.closed, piece.level, piece.height, operator=piece.operator)


def tallest(*pieces: Piece) -> Height:
    """The height of several pieces side by side."""
    return max((piece.height for piece in pieces), default=Height.PLAIN)


def product(factors: list[Piece]) -> Piece:
    """Factors side by side; each but the last is closed where what follows could be misread."""
    shown = [
        piece if piece.open is Open.FUNCTION and after.operator else close(piece)
        for piece, after in pairwise(factors)
    ]
    *_, last = factors
    front = "".join(
        piece.tex + _between(piece, after)
        for piece, after in zip(shown, [*shown[1:], last], strict=True)
    )
    return Piece(
        front + last.tex,
        Level.PRODUCT,
        tallest(*factors),
        last.open,
        None if last.closed is None else front + last.closed,
        operator=factors[0].operator,
    )


def _between(left: Piece, right: Piece) -> str:
    mixed = left.numeric and re.match(r"\\t?frac\{\d", right.tex)
    if right.tex[0].isdigit() or mixed:
        return r" \cdot "
    return r" \, " if left.spaced else " "


def has_superscript(tex: str) -> bool:
    r"""Whether a further exponent cannot simply be appended.

    >>> has_superscript("a_{L}"), has_superscript("a^{*}_{L}"), has_superscript("C^{(n)}(u)")
    (False, True, False)
    """
    rest = tex.rstrip()
    while True:
        if rest.endswith("'"):
            return True
        start = _last_script(rest)
        if start is None:
            return False
        if rest[start] == "^":
            return True
        rest = rest[:start].rstrip()


def _last_script(tex: str) -> int | None:
    r"""Where the ``_`` or ``^`` of a script at the very end stands."""
    if tex.endswith("}"):
        depth, start = 0, len(tex)
        while start and (depth or start == len(tex)):
            start -= 1
            depth += {"}": 1, "{": -1}.get(tex[start], 0)
    else:
        command = re.search(r"(\\[A-Za-z]+|.)$", tex)
        start = command.start() if command else 0
    before = tex[:start].rstrip()
    return len(before) - 1 if before.endswith(("_", "^")) else None
