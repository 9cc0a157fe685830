"""Mechanical wrong versions of a right-hand side, on which its check must fail.

>>> from ntkproofs.derivation.formula import parse
>>> from ntkproofs.derivation.notation import Notation
>>> notation = Notation()
>>> x = notation.symbol("x")
>>> [(kind, broken.source) for kind, broken in breakings(parse("1 - cos(x)", notation))]
[('sign', '-(1 - cos(x))'), ('factor', '2 * (1 - cos(x))'), ('constant', '2 - cos(x)'), \
('function', '1 - sin(x)'), ('inner sign', '1 + cos(x)')]
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from ntkproofs.derivation.formula import Formula, formula_of
from ntkproofs.derivation.notation import Notation
from ntkproofs.derivation.reading import called
from ntkproofs.derivation.vocabulary import DERIVATIVES, FUNCTIONS, POINTED, RANGED
from ntkproofs.errors import InvalidInput

# From a node (and whether it is within the argument of a function) to its wrong version.
Change = Callable[[ast.expr, bool], ast.expr | None]

_EXCHANGED = {"sin": "cos", "cos": "sin"}


def breakings(formula: Formula) -> list[tuple[str, Formula]]:
    """Wrong versions of a formula, each with the kind of its mistake.

    Kinds: ``sign``, ``factor``, ``constant`` (an integer is one greater), ``exponent`` (a power is
    one higher), ``index`` (an integer symbol in the argument of a function is one greater),
    ``function`` (sin for cos or cos for sin) and ``inner sign`` (plus for minus or minus for
    plus). Versions with the same SymPy expression as the formula are left out; one that is equal
    for a deeper reason is not.
    """
    found: list[tuple[str, Formula]] = []
    seen = [formula.sympy]
    for kind, tree in _candidates(formula):
        try:
            broken = formula_of(_reread(tree), formula.notation)
            value = broken.sympy
        except InvalidInput:  # the mistake divides by zero
            continue
        if value not in seen:
            seen.append(value)
            found.append((kind, broken))
    return found


def _candidates(formula: Formula) -> Iterator[tuple[str, ast.expr]]:
    tree, notation = formula.tree, formula.notation
    body = tree.body if isinstance(tree, ast.Lambda) else tree

    def wrapped(changed: ast.expr) -> ast.expr:
        return ast.Lambda(tree.args, changed) if isinstance(tree, ast.Lambda) else changed

    yield "sign", wrapped(ast.UnaryOp(ast.USub(), body))
    zero = formula.sympy == 0
    doubled = ast.BinOp(ast.Constant(2), ast.Mult(), body)
    yield "factor", wrapped(ast.Constant(1) if zero else doubled)
    changes: list[tuple[str, Change]] = [
        ("exponent", _exponent),
        ("constant", _constant),
        ("index", _index(notation)),
        ("function", _function),
        ("inner sign", _inner_sign),
    ]
    for kind, change in changes:
        for changed in _one_at_a_time(body, change, inside=False):
            yield kind, wrapped(changed)


def _reread(tree: ast.expr) -> ast.expr:
    """A fresh tree, as its source is read: ``n + 1`` for a changed literal, and no shared nodes."""
    return ast.parse(ast.unparse(ast.fix_missing_locations(copy.deepcopy(tree))), mode="eval").body


def _one_at_a_time(node: ast.expr, change: Change, *, inside: bool) -> Iterator[ast.expr]:
    """The trees with one node changed, in reading order."""
    match node:
        case ast.BinOp(left, op, right):
            yield from (
                ast.BinOp(new, op, right) for new in _one_at_a_time(left, change, inside=inside)
            )
        case ast.UnaryOp(op, operand):
            yield from (
                ast.UnaryOp(op, new) for new in _one_at_a_time(operand, change, inside=inside)
            )
        case ast.Call():
            yield from _in_call(node, change, inside)
        case ast.Tuple([variable, *ends]):
            for index, end in enumerate(ends):
                for new in _one_at_a_time(end, change, inside=inside):
                    yield ast.Tuple([variable, *ends[:index], new, *ends[index + 1 :]], ast.Load())
    changed = change(node, inside)
    if changed is not None:
        yield changed
    if isinstance(node, ast.BinOp):
        for new in _one_at_a_time(node.right, change, inside=inside):
            yield ast.BinOp(node.left, node.op, new)


def _in_call(node: ast.Call, change: Change, inside: bool) -> Iterator[ast.expr]:
    name = called(node)
    within = inside or name not in RANGED | POINTED | DERIVATIVES
    for index, argument in enumerate(node.args):
        if name in DERIVATIVES and index == 1:
            continue
        for new in _one_at_a_time(argument, change, inside=within):
            yield ast.Call(node.func, [*node.args[:index], new, *node.args[index + 1 :]], [])


def _plus_one(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return ast.Constant(node.value + 1)
    return ast.BinOp(node, ast.Add(), ast.Constant(1))


def _constant(node: ast.expr, inside: bool) -> ast.expr | None:
    return _plus_one(node) if isinstance(node, ast.Constant) else None


def _exponent(node: ast.expr, inside: bool) -> ast.expr | None:
    match node:
        case ast.BinOp(base, ast.Pow(), power):
            return ast.BinOp(base, ast.Pow(), _plus_one(power))
    return None


def _index(notation: Notation) -> Change:
    def change(node: ast.expr, inside: bool) -> ast.expr | None:
        if inside and isinstance(node, ast.Name):
            entry = notation.symbols.get(node.id)
            if entry is not None and entry.kind == "integer":
                return _plus_one(node)
        return None

    return change


def _function(node: ast.expr, inside: bool) -> ast.expr | None:
    if isinstance(node, ast.Call) and called(node) in _EXCHANGED:
        other = _EXCHANGED[called(node)]
        assert other in FUNCTIONS
        return ast.Call(ast.Name(other, ast.Load()), node.args, [])
    return None


def _inner_sign(node: ast.expr, inside: bool) -> ast.expr | None:
    match node:
        case ast.BinOp(left, ast.Add(), right):
            return ast.BinOp(left, ast.Sub(), right)
        case ast.BinOp(left, ast.Sub(), right):
            return ast.BinOp(left, ast.Add(), right)
    return None
