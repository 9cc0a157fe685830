"""Instrumenting claim files for the float guard, as pytest rewrites assertions.

Operators, calls and exception handlers of the file pass through
:mod:`ntkproofs.claims.float_guard`. Each new node stands where the old one stood, so that lines in
tracebacks are those of the file, and ``inspect.getsource`` reads the file as it is.
"""

from __future__ import annotations

import ast
import copy
from types import CodeType
from typing import cast

NAME = "@guard"
"""The name of the guard in the instrumented module: none that a file could have."""

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
}
_WITH_EFFECTS = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)


def instrumented(source: bytes, path: str) -> CodeType:
    """The code of a claim file, with the guard in it.

    Raises:
        SyntaxError: if the file is no Python.
    """
    tree = ast.parse(source, path)
    return compile(_Guarded().visit(tree), path, "exec", dont_inherit=True)


class _Guarded(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        name = _OPERATORS.get(type(node.op))
        if name is None:
            return node
        operate = ast.Subscript(_guard("OPERATORS"), ast.Constant(name), ast.Load())
        return _at(node, ast.Call(operate, [node.left, node.right], []))

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        target = copy.deepcopy(node.target)
        target.ctx = ast.Load()
        self.generic_visit(node)
        if any(isinstance(part, _WITH_EFFECTS) for part in ast.walk(target)):
            return node  # to look at it would be to run it twice
        node.value = _at(node.value, ast.Call(_guard("entering"), [target, node.value], []))
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        node.func = _at(node.func, ast.Call(_guard("callee"), [node.func], []))
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.ExceptHandler:
        self.generic_visit(node)
        noted = ast.Expr(ast.Call(_guard("handled"), [], []))
        node.body.insert(0, ast.fix_missing_locations(ast.copy_location(noted, node)))
        return node

    # Annotations are text under `from __future__ import annotations`, and patterns are no
    # expressions: both stay as they are.

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        if node.value is not None:
            node.value = cast(ast.expr, self.visit(node.value))
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        returns, node.returns = node.returns, None
        self.generic_visit(node)
        node.returns = returns
        return node

    def visit_MatchValue(self, node: ast.MatchValue) -> ast.MatchValue:
        return node


def _guard(name: str) -> ast.expr:
    return ast.Attribute(ast.Name(NAME, ast.Load()), name, ast.Load())


def _at(place: ast.expr, node: ast.expr) -> ast.expr:
    return ast.fix_missing_locations(ast.copy_location(node, place))
