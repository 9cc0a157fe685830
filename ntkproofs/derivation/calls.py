"""LaTeX of calls: known functions, declared functions, and operators that bind variables."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Protocol

from ntkproofs.derivation.notation import Notation
from ntkproofs.derivation.pieces import (
    Height,
    Level,
    Open,
    Piece,
    Style,
    at_least,
    delimit,
    parenthesised,
    tallest,
)
from ntkproofs.derivation.reading import called
from ntkproofs.derivation.vocabulary import FUNCTIONS


class MakesPieces(Protocol):
    """What makes pieces of nodes."""

    notation: Notation

    def piece(self, node: ast.expr, style: Style) -> Piece:
        """The piece of a node."""
        ...


_NAMED = {
    "sin": r"\sin",
    "cos": r"\cos",
    "tan": r"\tan",
    "acos": r"\arccos",
    "asin": r"\arcsin",
    "atan": r"\arctan",
    "log": r"\log",
}
_POWERED = frozenset({"sin", "cos", "tan"})
_DELIMITED = {
    "Abs": ("", r"\lvert", r"\rvert"),
    "norm": ("", r"\lVert", r"\rVert"),
    "floor": ("", r"\lfloor", r"\rfloor"),
    "Mean": (r"\mathbb{E}", "[", "]"),
    "inner": ("", r"\langle", r"\rangle"),
}
_BIG = {"Sum": r"\sum", "Product": r"\prod", "Integral": r"\int"}


def call_piece(writer: MakesPieces, node: ast.Call, style: Style) -> Piece:
    """The piece of a call."""
    name = called(node)
    if name not in FUNCTIONS:
        entry = writer.notation.function_entry(name)
        return _Template(writer, entry.tex, node.args, style).piece()
    if name in _NAMED:
        return _named(writer, _NAMED[name], node.args[0], style)
    if name in _DELIMITED:
        front, left, right = _DELIMITED[name]
        parts = [writer.piece(a, style) for a in node.args]
        if name == "Mean" and len(parts) == 2:
            front = rf"{front}_{{{parts.pop().tex}}}"
        height = tallest(*parts)
        inside = ", ".join(part.tex for part in parts)
        return Piece(front + delimit(inside, height, left, right), height=height)
    if name in ("Diff", "Partial"):
        return _derivative(writer, name, node.args, style)
    if name in _BIG:
        return _big(writer, name, node.args, style)
    return _OTHERS[name](writer, node.args, style)


def power_of_call(
    writer: MakesPieces, base: ast.Call, exponent: ast.expr, style: Style
) -> Piece | None:
    r"""Powers that are not set as base and exponent: ``\sin^{2}\theta``."""
    name = called(base)
    if name not in _POWERED or not isinstance(exponent, ast.Constant) or exponent.value in (0, 1):
        return None
    raised = f"{_NAMED[name]}^{{{exponent.value}}}"
    return _named(writer, raised, base.args[0], style)


def _within(style: Style) -> Style:
    """The style of an argument in parentheses."""
    return Style.SCRIPT if style is Style.SCRIPT else Style.ARGUMENT


def _named(writer: MakesPieces, head: str, argument: ast.expr, style: Style) -> Piece:
    inside = writer.piece(argument, _within(style))
    full = f"{head}{delimit(inside.tex, inside.height)}"
    if not isinstance(argument, (ast.Name, ast.Constant)):
        return Piece(full, Level.POWER, inside.height, operator=True)
    gap = "" if inside.tex.startswith("\\") else " "
    return Piece(
        f"{head}{gap}{inside.tex}", Level.POWER, open=Open.FUNCTION, closed=full, operator=True
    )


def _sqrt(writer: MakesPieces, args: list[ast.expr], style: Style) -> Piece:
    inside = writer.piece(args[0], Style.INNER if style is Style.ARGUMENT else style)
    return Piece(rf"\sqrt{{{inside.tex}}}", Level.POWER, inside.height, spaced=True)


def _exp(writer: MakesPieces, args: list[ast.expr], style: Style) -> Piece:
    exponent = writer.piece(args[0], Style.SCRIPT)
    if exponent.height is Height.TALL:
        inside = writer.piece(args[0], style)
        tex = r"\exp" + delimit(inside.tex, inside.height)
        return Piece(tex, Level.POWER, inside.height, operator=True)
    return Piece(f"e^{{{exponent.tex}}}", Level.POWER)


def _gamma(writer: MakesPieces, args: list[ast.expr], style: Style) -> Piece:
    inside = writer.piece(args[0], _within(style))
    return Piece(r"\Gamma" + delimit(inside.tex, inside.height), height=inside.height)


def _order(writer: MakesPieces, args: list[ast.expr], style: Style) -> Piece:
    inside = writer.piece(args[0], _within(style))
    return Piece("O" + delimit(inside.tex, inside.height), height=inside.height)


def _factorial(writer: MakesPieces, args: list[ast.expr], style: Style) -> Piece:
    inside = at_least(writer.piece(args[0], style), Level.ATOM)
    return Piece(f"{inside.tex}!", Level.POWER, inside.height, spaced=True)


def _binomial(writer: MakesPieces, args: list[ast.expr], style: Style) -> Piece:
    top, bottom = (writer.piece(a, Style.SCRIPT).tex for a in args)
    height = Height.TALL if style is Style.DISPLAY else Height.MEDIUM
    return Piece(rf"\binom{{{top}}}{{{bottom}}}", height=height)


def _rising(writer: MakesPieces, args: list[ast.expr], style: Style) -> Piece:
    inside = writer.piece(args[0], _within(style))
    times = writer.piece(args[1], Style.SCRIPT)
    tex = f"{delimit(inside.tex, inside.height)}_{{{times.tex}}}"
    return Piece(tex, height=inside.height)


def _delta(writer: MakesPieces, args: list[ast.expr], style: Style) -> Piece:
    return _Template(writer, r"\delta_{#1#2}", args, style).piece()


def _limit(writer: MakesPieces, args: list[ast.expr], style: Style) -> Piece:
    variable, point = _range(writer, args[1])
    body = at_least(writer.piece(args[0], style), Level.PRODUCT)
    tex = rf"\lim_{{{variable} \to {point}}} {body.tex}"
    return Piece(tex, Level.POWER, Height.TALL, Open.OPERATOR)


def _at(writer: MakesPieces, args: list[ast.expr], style: Style) -> Piece:
    variable, point = _range(writer, args[1])
    body = writer.piece(args[0], style)
    where = f"_{{{variable} = {point}}}"
    if body.level < Level.POWER:
        return Piece(delimit(body.tex, body.height, "[", "]") + where, height=body.height)
    # Nothing shows where a bar begins, so that it binds more loosely than it looks.
    tex = rf"\left. {body.tex} \right|{where}"
    return Piece(tex, Level.PRODUCT, max(body.height, Height.MEDIUM))


_OTHERS = {
    "sqrt": _sqrt,
    "exp": _exp,
    "Gamma": _gamma,
    "O": _order,
    "factorial": _factorial,
    "binomial": _binomial,
    "rising": _rising,
    "delta": _delta,
    "Limit": _limit,
    "At": _at,
}


def _range(writer: MakesPieces, node: ast.expr) -> list[str]:
    assert isinstance(node, ast.Tuple)
    return [writer.piece(part, Style.SCRIPT).tex for part in node.elts]


def _big(writer: MakesPieces, name: str, args: list[ast.expr], style: Style) -> Piece:
    r"""Sums, products and integrals; as in SymPy, the last range is the outermost."""
    body = at_least(writer.piece(args[0], style), Level.PRODUCT)
    ranges = [_range(writer, given) for given in args[1:]]
    if name == "Integral":
        signs = [rf"\int_{{{low}}}^{{{high}}}" for _, low, high in reversed(ranges)]
        ends = [rf"\, d{v}" for v, _, _ in ranges]
        tex = " ".join([*signs, body.tex, *ends])
    else:
        sign = _BIG[name]
        signs = [f"{sign}_{{{v} = {low}}}^{{{high}}}" for v, low, high in reversed(ranges)]
        tex = " ".join([*signs, body.tex])
    return Piece(tex, Level.POWER, Height.TALL, Open.OPERATOR)


def _derivative(writer: MakesPieces, name: str, args: list[ast.expr], style: Style) -> Piece:
    d = "d" if name == "Diff" else r"\partial"
    variable = writer.piece(args[1], Style.SCRIPT).tex
    gap = "" if d == "d" or variable.startswith("\\") else " "
    order = writer.piece(args[2], Style.SCRIPT).tex if len(args) == 3 else "1"
    raised = "" if order == "1" else f"^{{{order}}}"
    operator = rf"{d}{raised}}}{{{d}{gap}{variable}{raised}"
    small = style is not Style.DISPLAY
    body = writer.piece(args[0], style)
    body = (
        body if body.level >= Level.POWER and body.height is Height.PLAIN else parenthesised(body)
    )
    tex = ("\\tfrac{" if small else "\\frac{") + operator + "} " + body.tex
    height = max(body.height, Height.MEDIUM if small else Height.TALL)
    return Piece(tex, Level.POWER, height, Open.OPERATOR)


# Parentheses or brackets of which the template does not give the size.
_UNSIZED = r"(?<!\\left)(?<![bB]igl)(?<![bB]iggl)"
_INSIDE = r"[^()\[\]]*#[^()\[\]]*"


class _Template:
    """The LaTeX of a declared function with the LaTeX of its arguments in place of ``#1``, ..."""

    def __init__(self, writer: MakesPieces, tex: str, args: list[ast.expr], style: Style) -> None:
        self.writer, self.tex, self.args, self.style = writer, tex, args, style
        self.height = Height.PLAIN

    def piece(self) -> Piece:
        tex = re.sub(r"(?:#\d[ ,]*)*#\d", self.run, self.enlarged())
        return Piece(tex, height=self.height)

    def enlarged(self) -> str:
        """The template with parentheses as tall as the arguments between them."""

        def enlarge(found: re.Match[str]) -> str:
            if in_script(self.tex, found.start()):
                return found[0]
            height = tallest(*(self.argument(m, False) for m in re.findall(r"#\d", found[0])))
            self.height = max(self.height, height)
            return delimit(found[0][1:-1], height, found[0][0], found[0][-1])

        return re.sub(rf"{_UNSIZED}(\({_INSIDE}\)|\[{_INSIDE}\])", enlarge, self.tex)

    def argument(self, mark: str, script: bool) -> Piece:
        style = Style.SCRIPT if script else _within(self.style)
        return self.writer.piece(self.args[int(mark[1:]) - 1], style)

    def run(self, found: re.Match[str]) -> str:
        """Arguments side by side; a comma parts them unless each is one letter or digit."""
        script = in_script(found.string, found.start())
        marks = re.findall(r"#\d", found[0])
        pieces = [self.argument(mark, script) for mark in marks]
        nodes = [self.args[int(mark[1:]) - 1] for mark in marks]
        if not _enclosed(found):
            pieces = [at_least(piece, Level.ATOM) for piece in pieces]
        self.height = max(self.height, tallest(*pieces))
        if found[0] == "".join(marks):
            if all(_is_short(node) for node in nodes):
                return _side_by_side([piece.tex for piece in pieces])
            return ", ".join(piece.tex for piece in pieces)
        shown = dict(zip(marks, pieces, strict=True))
        return re.sub(r"#\d", lambda mark: shown[mark[0]].tex, found[0])


def _side_by_side(letters: Sequence[str]) -> str:
    r"""Letters and commands without a comma; a command ends before a letter: ``\ell m``."""
    joined = letters[0]
    for letter in letters[1:]:
        apart = re.search(r"\\[A-Za-z]+$", joined) and letter[:1].isalpha()
        joined += f" {letter}" if apart else letter
    return joined


def in_script(tex: str, position: int) -> bool:
    r"""Whether a position in LaTeX is within the braces of a subscript or superscript.

    >>> in_script("P_{#1}(#2)", 3), in_script("P_{#1}(#2)", 7)
    (True, False)
    """
    scripts: list[bool] = []
    for index, mark in enumerate(tex[:position]):
        if mark == "{":
            scripts.append(tex[:index].rstrip().endswith(("_", "^")))
        elif mark == "}" and scripts:
            scripts.pop()
    return any(scripts) or tex[:position].rstrip().endswith(("_", "^"))


def _enclosed(found: re.Match[str]) -> bool:
    """Whether delimiters or braces of a script stand on both sides."""
    before, after = found.string[: found.start()].rstrip(), found.string[found.end() :].lstrip()
    opened = re.search(r"([{(\[,;|=]|\\(langle|lVert|lvert|mid|lfloor))$", before)
    return bool(
        opened and re.match(r"[})\],;|=]|\\(rangle|rVert|rvert|mid|rfloor|right|bigr)", after)
    )


def _is_short(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (
        isinstance(node, ast.Constant) and len(str(node.value)) == 1
    )
