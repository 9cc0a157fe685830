"""From a source string to a syntax tree that holds nothing but what formulas are made of."""

from __future__ import annotations

import ast
import warnings
from typing import TypeGuard

from ntkproofs.derivation.notation import Notation
from ntkproofs.derivation.vocabulary import CONSTANTS, DERIVATIVES, FUNCTIONS, POINTED, RANGED
from ntkproofs.errors import InvalidInput

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_HINTS: dict[type[ast.AST], str] = {
    ast.Subscript: "write an indexed object as a function, K(i, j)",
    ast.Attribute: "there are no attributes",
    ast.Compare: "a relation stands alone",
    ast.Tuple: "a range stands inside Integral, Sum, Product, Limit or At",
    ast.Lambda: "lambda stands first and alone",
    ast.BitXor: "write a power as **",
}


def read(source: str) -> ast.expr:
    """The syntax tree of a source string; any layout of lines will do."""
    if "#" in source:
        raise InvalidInput(f"a formula has no comments; got {source!r}; drop what follows #")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(" ".join(source.split()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "msg", None) or str(error)
        raise InvalidInput(
            f"a formula is one expression in the syntax of Python; got {source!r} ({reason})"
        ) from None


def check(tree: ast.expr, notation: Notation, source: str) -> None:
    """Raises ``InvalidInput`` unless the tree is a formula in this notation."""
    try:
        _Checker(notation, source).formula(tree)
    except RecursionError:
        raise InvalidInput("a formula is read by people; this one is nested too deep") from None


def names(tree: ast.expr, *, free: bool = False) -> list[str]:
    """Names of symbols and declared functions in reading order; ``free``: none that is bound."""
    found: dict[str, None] = {}
    _collect(tree, frozenset(), free, found)
    return list(found)


def called(node: ast.Call) -> str:
    """The name of the function of a call."""
    assert isinstance(node.func, ast.Name)
    return node.func.id


def bound_names(node: ast.expr) -> frozenset[str]:
    """The names that a node itself binds."""
    if isinstance(node, ast.Lambda):
        return frozenset(a.arg for a in node.args.args)
    if isinstance(node, ast.Call) and called(node) in RANGED | POINTED:
        firsts = [a.elts[0] for a in node.args[1:] if isinstance(a, ast.Tuple)]
        return frozenset(v.id for v in firsts if isinstance(v, ast.Name))
    if isinstance(node, ast.Call) and called(node) == "Mean":
        return frozenset(v.id for v in node.args[1:] if isinstance(v, ast.Name))
    return frozenset()


def _collect(node: ast.AST, hidden: frozenset[str], free: bool, found: dict[str, None]) -> None:
    if isinstance(node, ast.Name) and node.id not in CONSTANTS and node.id not in hidden:
        found[node.id] = None
    if isinstance(node, ast.arg) and not free:
        found[node.arg] = None
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Call):
        children = list(node.args)
        if called(node) not in FUNCTIONS:
            found[called(node)] = None
    bound = bound_names(node) if free and isinstance(node, ast.expr) else frozenset()
    for child in children:
        if isinstance(child, ast.Tuple) and free:
            # The ends of a range lie outside the scope of its own variable.
            first = child.elts[0]
            own = {first.id} if isinstance(first, ast.Name) else set()
            for end in child.elts[1:]:
                _collect(end, hidden | (bound - own), free, found)
        else:
            _collect(child, hidden | bound, free, found)


class _Checker:
    def __init__(self, notation: Notation, source: str) -> None:
        self.notation = notation
        self.source = source

    def fail(self, node: ast.AST, hint: str = "") -> InvalidInput:
        if isinstance(node, ast.Constant) and not hint:
            hint = "numbers are exact: write 1/2, not 0.5" if type(node.value) is float else ""
        if isinstance(node, ast.BinOp) and not hint:
            hint = _HINTS.get(type(node.op), "")
        hint = hint or _HINTS.get(type(node), "")
        return InvalidInput(
            "a formula is made of integers, declared names, calls, + - * / ** and parentheses; "
            f"got {ast.unparse(node)!r} in {self.source!r}" + (f"; {hint}" if hint else "")
        )

    def formula(self, tree: ast.expr) -> None:
        if not isinstance(tree, ast.Lambda):
            return None if self.is_point(tree) else self.term(tree)
        given = tree.args
        if given.vararg or given.kwarg or given.defaults or given.kwonlyargs or given.posonlyargs:
            raise self.fail(tree, "lambda takes plain names")
        if not given.args:
            raise self.fail(tree, "lambda takes one name or more")
        for argument in given.args:
            self.notation.symbol_entry(argument.arg)
        return self.term(tree.body)

    def term(self, node: ast.expr) -> None:
        match node:
            case ast.BinOp(left, op, right) if isinstance(op, _OPERATORS):
                self.term(left)
                self.term(right)
            case ast.UnaryOp(ast.USub(), operand):
                self.term(operand)
            case ast.Constant(value) if type(value) is int:
                pass
            case ast.Name(name):
                if name not in CONSTANTS:
                    self.symbol(name)
                    if self.is_point(node):
                        raise self.fail(node, "points are for functions, not for arithmetic")
            case ast.Call(ast.Name(), _, []):
                self.call(node)
            case _:
                raise self.fail(node)

    def symbol(self, name: str) -> None:
        if name not in self.notation.symbols and (
            name in FUNCTIONS or name in self.notation.functions
        ):
            raise InvalidInput(f"a function needs its arguments; got {name!r} in {self.source!r}")
        self.notation.symbol_entry(name)

    def call(self, node: ast.Call) -> None:
        name = called(node)
        builtin = FUNCTIONS.get(name)
        if builtin is None:
            least = most = self.notation.function_entry(name).arity
        else:
            least, most = builtin.least, builtin.most
        if len(node.args) < least or (most is not None and len(node.args) > most):
            number = "2 or more" if most is None else " or ".join(map(str, range(least, most + 1)))
            raise InvalidInput(
                f"{name} takes {number} argument{'s' * (most != 1)}, not {len(node.args)}; "
                f"got {ast.unparse(node)!r} in {self.source!r}"
            )
        if name in RANGED | POINTED:
            self.term(node.args[0])
            for given in node.args[1:]:
                self.range(given, 3 if name in RANGED else 2)
        else:
            takes_points = name in ("inner", "norm") or builtin is None
            for given in node.args[:1] if name == "Mean" else node.args:
                if not (takes_points and self.is_point(given)):
                    self.term(given)
        if name == "Mean" and not all(map(self.is_point, node.args[1:])):
            raise self.fail(node, "a mean is taken over a declared point")
        if name in DERIVATIVES and not self.is_symbol(node.args[1]):
            raise self.fail(node, f"{name} is taken in a declared symbol")

    def is_symbol(self, node: ast.expr) -> TypeGuard[ast.Name]:
        return isinstance(node, ast.Name) and node.id not in CONSTANTS

    def is_point(self, node: ast.expr) -> bool:
        entry = self.notation.symbols.get(node.id) if self.is_symbol(node) else None
        return entry is not None and entry.kind == "point"

    def range(self, node: ast.expr, length: int) -> None:
        wanted = "(variable, from, to)" if length == 3 else "(variable, point)"
        if not isinstance(node, ast.Tuple) or len(node.elts) != length:
            raise self.fail(node, f"here a range {wanted} is needed")
        if not self.is_symbol(node.elts[0]):
            raise self.fail(node, f"the first of {wanted} is a declared symbol")
        for part in node.elts:
            self.term(part)
