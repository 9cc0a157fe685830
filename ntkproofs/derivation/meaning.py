"""From the syntax tree of a formula to the SymPy expression that decision procedures check.

Integrals, sums, products, limits, derivatives and substitutions stay unevaluated.
"""

from __future__ import annotations

import ast
from typing import Any

import sympy as sp

from ntkproofs.derivation.notation import Notation
from ntkproofs.derivation.ranges import require_range
from ntkproofs.derivation.reading import called
from ntkproofs.derivation.vocabulary import CONSTANTS, DERIVATIVES, FUNCTIONS, POINTED, RANGED
from ntkproofs.errors import InvalidInput

_LARGEST_POWER = 10_000


def meaning(tree: ast.expr, notation: Notation) -> Any:
    """The SymPy expression of a checked tree; a ``sympy.Lambda`` where it starts with lambda."""
    if isinstance(tree, ast.Lambda):
        arguments = [notation.symbol_entry(a.arg).symbol for a in tree.args.args]
        return sp.Lambda(tuple(arguments), meaning(tree.body, notation))
    value = _value(tree, notation)
    if value.has(sp.nan, sp.zoo):
        raise InvalidInput(f"a formula must have a value; {ast.unparse(tree)!r} divides by zero")
    return value


def _value(node: ast.expr, notation: Notation) -> Any:
    match node:
        case ast.Constant(int(value)):
            return sp.Integer(value)
        case ast.Name(name):
            return CONSTANTS[name][0] if name in CONSTANTS else notation.symbol_entry(name).symbol
        case ast.UnaryOp(_, operand):
            return -_value(operand, notation)
        case ast.BinOp(left, op, right):
            return _combine(op, _value(left, notation), _value(right, notation), node)
        case ast.Call():
            return _call(node, notation)
    raise AssertionError(ast.dump(node))


def _combine(op: ast.operator, left: Any, right: Any, node: ast.BinOp) -> Any:
    match op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return left / right
    if left.is_number and right.is_Integer and abs(right) > _LARGEST_POWER:
        raise InvalidInput(
            f"powers of numbers go up to {_LARGEST_POWER}; got {ast.unparse(node)!r}"
        )
    return left**right


def _call(node: ast.Call, notation: Notation) -> Any:
    name = called(node)
    if name in RANGED | POINTED:
        body = _value(node.args[0], notation)
        ranges = [
            tuple(_value(part, notation) for part in given.elts)
            for given in node.args[1:]
            if isinstance(given, ast.Tuple)
        ]
        for variable, *ends in ranges:
            require_range(
                name, notation.symbol_entry(str(variable)), tuple(ends), ast.unparse(node)
            )
        return _bind(name, body, ranges, notation)
    given = [_value(argument, notation) for argument in node.args]
    if name == "Mean" and len(given) == 2:
        # A point that is drawn at random is a function of a number that is uniform on [0, 1].
        return sp.Integral(given[0], (given[1], 0, 1))
    if name in DERIVATIVES:
        order = given[2] if len(given) == 3 else 1
        if given[1].is_integer:
            raise InvalidInput(f"no derivative is taken in an integer; got {ast.unparse(node)!r}")
        return sp.Derivative(given[0], (given[1], order), evaluate=False)
    builtin = FUNCTIONS.get(name)
    if builtin is None:
        return notation.function_entry(name).head(*given)
    assert builtin.apply is not None
    return builtin.apply(*given)


def _bind(name: str, body: Any, ranges: list[tuple[Any, ...]], notation: Notation) -> Any:
    match name:
        case "Integral":
            return sp.Integral(body, *ranges)
        case "Sum":
            return sp.Sum(body, *ranges)
        case "Product":
            return sp.Product(body, *ranges)
    variable, point = ranges[0]
    if name == "At":
        return sp.Subs(body, variable, point)
    return sp.Limit(body, variable, point, dir=_side(str(variable), point, notation))


def _side(name: str, point: Any, notation: Notation) -> str:
    """Limits at an end of the declared range of a variable are taken from inside it."""
    entry = notation.symbol_entry(name)
    symbol = entry.symbol
    low, high = point == 0 and symbol.is_nonnegative, point == 0 and symbol.is_nonpositive
    if low or point in (entry.least, entry.above):
        return "+"
    if high or point in (entry.most, entry.below) or point == sp.oo:
        return "-"
    return "+" if point == -sp.oo else "+-"
