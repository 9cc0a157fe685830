r"""LaTeX of a formula in the layout of its author: no term is moved, no parenthesis is lost.

Fractions are stacked on the line and slashed in exponents, subscripts and other fractions;
parentheses stand exactly where the tree needs them.
"""

from __future__ import annotations

import ast
from typing import TypeGuard

from ntkproofs.derivation.calls import MakesPieces, call_piece, power_of_call
from ntkproofs.derivation.notation import Notation
from ntkproofs.derivation.pieces import (
    Height,
    Level,
    Open,
    Piece,
    Style,
    at_least,
    close,
    has_superscript,
    parenthesised,
    product,
    tallest,
)
from ntkproofs.derivation.vocabulary import CONSTANTS


def typeset(tree: ast.expr, notation: Notation, *, inline: bool = False) -> str:
    """LaTeX of a checked tree, for a displayed line or for running text."""
    style = Style.INNER if inline else Style.DISPLAY
    writer = _Writer(notation)
    if isinstance(tree, ast.Lambda):
        shown = [notation.symbol_entry(a.arg).tex for a in tree.args.args]
        variables = shown[0] if len(shown) == 1 else f"({', '.join(shown)})"
        return f"{variables} \\mapsto {writer.piece(tree.body, style).tex}"
    return writer.piece(tree, style).tex


class _Writer(MakesPieces):
    def __init__(self, notation: Notation) -> None:
        self.notation = notation

    def piece(self, node: ast.expr, style: Style) -> Piece:
        match node:
            case ast.Constant(value):
                return Piece(str(value), numeric=True)
            case ast.Name(name):
                known = name in CONSTANTS
                return Piece(CONSTANTS[name][1] if known else self.notation.symbol_entry(name).tex)
            case ast.UnaryOp(_, operand):
                return self.negative(operand, style)
            case ast.BinOp(left, ast.Add() | ast.Sub() as op, right):
                return self.sum(left, op, right, style)
            case ast.BinOp(left, ast.Pow(), right):
                return self.power(left, right, style)
            case ast.BinOp():
                unsigned = without_sign(node)
                if unsigned is not None:
                    return self.negative(unsigned, style)
                if isinstance(node.op, ast.Div):
                    return self.quotient(node, style)
                return product(self.factors(node, style))
            case ast.Call():
                return call_piece(self, node, style)
        raise AssertionError(ast.dump(node))

    def negative(self, operand: ast.expr, style: Style) -> Piece:
        inner = at_least(self.piece(operand, style), Level.PRODUCT)
        closed = None if inner.closed is None else f"-{inner.closed}"
        return Piece(f"-{inner.tex}", Level.NEGATIVE, inner.height, inner.open, closed)

    def sum(self, left: ast.expr, op: ast.operator, right: ast.expr, style: Style) -> Piece:
        first = self.piece(left, style)
        second = at_least(self.piece(right, style), Level.PRODUCT)
        sign = "+" if isinstance(op, ast.Add) else "-"
        return Piece(f"{first.tex} {sign} {second.tex}", Level.SUM, tallest(first, second))

    def factors(self, node: ast.expr, style: Style) -> list[Piece]:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            return [*self.factors(node.left, style), self.factor(node.right, style)]
        return [self.factor(node, style)]

    def factor(self, node: ast.expr, style: Style) -> Piece:
        """A factor: a fraction is stacked, or stands in parentheses where all is small."""
        if style in (Style.INNER, Style.ARGUMENT) and is_quotient(node) and not without_sign(node):
            small = self.small_fraction(node)
            if small is not None:
                return small
        piece = self.piece(node, style)
        return piece if piece.open is Open.OPERATOR else at_least(piece, Level.POWER)

    def quotient(self, node: ast.BinOp, style: Style) -> Piece:
        if style is Style.DISPLAY:
            return self.fraction(node)
        slashed, parentheses = self.slashed(node, style)
        if style is Style.ARGUMENT and parentheses:
            return self.small_fraction(node) or slashed
        return slashed

    def fraction(self, node: ast.BinOp) -> Piece:
        top, bottom = self.piece(node.left, Style.INNER), self.piece(node.right, Style.INNER)
        numeric = top.numeric and bottom.numeric
        tex = rf"\frac{{{top.tex}}}{{{bottom.tex}}}"
        return Piece(tex, Level.POWER, Height.TALL, numeric=numeric)

    def small_fraction(self, node: ast.BinOp) -> Piece | None:
        r"""``\tfrac``; ``None`` where a part is too tall for it."""
        top, bottom = self.piece(node.left, Style.SCRIPT), self.piece(node.right, Style.SCRIPT)
        if tallest(top, bottom) is not Height.PLAIN:
            return None
        numeric = top.numeric and bottom.numeric
        tex = rf"\tfrac{{{top.tex}}}{{{bottom.tex}}}"
        return Piece(tex, Level.POWER, Height.MEDIUM, numeric=numeric)

    def slashed(self, node: ast.BinOp, style: Style) -> tuple[Piece, bool]:
        """A fraction with a slash, and whether that took parentheses."""
        top, bottom = self.piece(node.left, style), self.piece(node.right, style)
        first, second = close(at_least(top, Level.PRODUCT)), at_least(bottom, Level.POWER)
        if is_quotient(node.left):
            first = parenthesised(top)
        if second.open is Open.OPERATOR:
            second = parenthesised(second)
        closed = None if second.closed is None else f"{first.tex}/{second.closed}"
        joined = Piece(
            f"{first.tex}/{second.tex}",
            Level.PRODUCT,
            tallest(first, second),
            second.open,
            closed,
            operator=first.operator,
        )
        return joined, first.tex != top.tex or second.tex != bottom.tex

    def power(self, base: ast.expr, exponent: ast.expr, style: Style) -> Piece:
        raised = self.piece(exponent, Style.SCRIPT)
        if isinstance(base, ast.Call):
            special = power_of_call(self, base, exponent, style)
            if special is not None:
                return special
        foot = at_least(self.piece(base, style), Level.ATOM)
        if has_superscript(foot.tex):
            foot = parenthesised(foot)
        return Piece(f"{foot.tex}^{{{raised.tex}}}", Level.POWER, foot.height)


def is_quotient(node: ast.expr) -> TypeGuard[ast.BinOp]:
    """Whether a division is the outermost operation."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)


def without_sign(node: ast.expr) -> ast.expr | None:
    """The product without the minus sign that it begins with; ``None`` where it has none."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, (ast.Mult, ast.Div)):
        return None
    left = node.left
    inner = left.operand if isinstance(left, ast.UnaryOp) else without_sign(left)
    return None if inner is None else ast.BinOp(inner, node.op, node.right)
