# SymPy's own annotations promise less than its classes have.
# pyright: reportIndexIssue=false
"""Statements, and putting values into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ntkproofs.arithmetic.growth import leading
from ntkproofs.derivation.formula import Relation
from ntkproofs.errors import InvalidInput


@dataclass(frozen=True)
class Statement:
    """A relation between two SymPy expressions."""

    left: Any
    relation: str
    right: Any
    variable: Any = None
    """For ``~``: the symbol that tends to infinity."""
    latex: str = ""

    def power(self) -> tuple[Any, Any]:
        """(c, e) of an asymptotic equality whose right-hand side is ~ c x^e, x its variable.

        Raises:
            InvalidInput: where it is no such power.
        """
        if self.relation != "~":
            raise InvalidInput(f"{self.latex} is no asymptotic equality")
        x = sp.Dummy("x", positive=True)
        right = leading(self.right.xreplace({self.variable: x}), x)
        constant, exponent = sp.S.One, sp.S.Zero
        for factor in sp.Mul.make_args(sp.expand_power_base(right)):
            base, power = factor.as_base_exp()
            if factor.has(x) and base != x:
                raise InvalidInput(f"{self.latex} is no law of the form c x^e")
            constant, exponent = (
                (constant, exponent + power) if base == x else (constant * factor, exponent)
            )
        return constant, sp.expand(exponent)

    def for_symbols(self, *symbols: Any) -> Statement:
        """The statement with its symbols replaced by those of the same names."""
        names = {symbol.name: symbol for symbol in symbols}
        own = self.left.free_symbols | self.right.free_symbols
        return self.substituted({s: names[s.name] for s in own if s.name in names})

    def substituted(self, values: Mapping[Any, Any]) -> Statement:
        """The statement for some values of its symbols and functions."""
        return Statement(
            substitute(self.left, values),
            self.relation,
            substitute(self.right, values),
            values.get(self.variable, self.variable),
            self.latex,
        )


def statement_of(relation: Relation) -> Statement:
    """The statement that a relation makes."""
    variable = None
    if relation.variable is not None:
        variable = relation.left.notation.symbol_entry(relation.variable).symbol
    left, right = relation.left.sympy, relation.right.sympy
    return Statement(left, relation.relation, right, variable, relation.latex)


def excess(statement: Statement) -> Any | None:
    """What an inequality says to be >= 0 or > 0; None for other relations."""
    if statement.relation in ("<", "<="):
        return statement.right - statement.left
    if statement.relation in (">", ">="):
        return statement.left - statement.right
    return None


def substitute(expression: Any, values: Mapping[Any, Any]) -> Any:
    """Put values for symbols, simultaneously, and lambdas for functions."""
    functions = {f: v for f, v in values.items() if isinstance(v, sp.Lambda)}
    symbols = {s: v for s, v in values.items() if s not in functions and s is not None}
    values_given = [*symbols.values(), *functions.values()]
    bound = bound_symbols(expression) & (
        set(symbols) | {s for v in values_given for s in v.free_symbols}
    )
    # A bound variable must not be caught by a value: it gets a name of its own.
    renaming = {s: sp.Dummy(s.name + "_bound", **s.assumptions0) for s in bound}
    replaced = _rename_bound(expression, renaming) if renaming else expression
    replaced = replaced.subs(symbols, simultaneous=True) if symbols else replaced
    for function, value in functions.items():
        replaced = replaced.replace(function, _applied(value))
    return replaced


def _applied(function: Any) -> Callable[..., Any]:
    """A lambda as a function whose bound variables catch nothing of its arguments."""

    def value(*given: Any) -> Any:
        return substitute(function.expr, dict(zip(function.variables, given, strict=True)))

    return value


def bound_symbols(expression: Any) -> set[Any]:
    """The symbols that integrals and sums of an expression bind."""
    found: set[Any] = set()
    for node in sp.preorder_traversal(expression):
        if isinstance(node, sp.Integral | sp.Sum | sp.Product | sp.Limit):
            found |= {limits[0] for limits in node.args[1:] if isinstance(limits, sp.Tuple)}
    return found


def _rename_bound(expression: Any, renaming: Mapping[Any, Any]) -> Any:
    if isinstance(expression, sp.Integral | sp.Sum | sp.Product):
        names = {limits[0] for limits in expression.args[1:]} & set(renaming)
        mine = {s: renaming[s] for s in names}
        body = _rename_bound(expression.args[0], renaming).xreplace(mine)
        limits = [sp.Tuple(mine.get(r[0], r[0]), *r[1:]) for r in expression.args[1:]]
        return expression.func(body, *limits)
    if not expression.args or isinstance(expression, sp.Lambda):
        return expression
    return expression.func(*(_rename_bound(a, renaming) for a in expression.args))
