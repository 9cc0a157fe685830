# SymPy's own annotations promise less than its classes have.
# pyright: reportArgumentType=false
"""Lines about small and large values: Taylor coefficients, leading terms, limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ntkproofs.claims.steps import Step, agreement, asymptotic_equality, limit
from ntkproofs.derivation.context import Context
from ntkproofs.derivation.known import Use
from ntkproofs.derivation.rules.preparing import prepared
from ntkproofs.derivation.rules.rule import Rule, uses_of
from ntkproofs.derivation.statements import Statement
from ntkproofs.errors import InvalidInput


@dataclass(frozen=True)
class Expansion(Rule):
    """``left = polynomial + O(x^k)`` at 0, by Taylor's theorem."""

    variable: str = ""

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        ready = prepared(line, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        x = context.notation.symbol_entry(self.variable).symbol
        orders = ready.line.right.atoms(sp.Function("O"))
        if len(orders) != 1:
            raise InvalidInput("an expansion has one term O(x**k) on its right-hand side")
        (term,) = orders
        power = sp.Poly(term.args[0], x)
        if len(power.terms()) != 1:
            raise InvalidInput(f"the order of an expansion is a power; got {term}")
        right = ready.line.right.xreplace({term: sp.S.Zero})
        left = ready.line.left
        for old, new in ready.equations:
            left, right = left.subs(old, new), right.subs(old, new)
        domain = context.domain(left, right)
        yield agreement(line.latex, left, right, variable=x, order=power.degree(), domain=domain)


def expansion(variable: str, *uses: str | Use) -> Expansion:
    """Taylor coefficients at 0."""
    return Expansion(uses_of(uses), variable)


@dataclass(frozen=True)
class Growth(Rule):
    """An asymptotic equality, by leading terms; or the limit of a rational function."""

    variable: str = ""

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        ready = prepared(line, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        statement = ready.line
        if statement.relation == "==" and isinstance(statement.left, sp.Limit):
            body, variable, point = statement.left.args[:3]
            if point is not sp.oo:
                raise InvalidInput("limits are taken at infinity")
            yield limit(line.latex, body, statement.right, variable, context.domain())
            return
        if statement.relation != "~":
            raise InvalidInput(f"{line.latex} is no asymptotic equality and no limit")
        left, right = statement.left, statement.right
        for old, new in ready.growths:
            left = _factor_replaced(left, old, new, statement.variable)
            right = _factor_replaced(right, old, new, statement.variable)
        yield asymptotic_equality(line.latex, left, right, statement.variable, context.domain())


def _factor_replaced(product: Any, old: Any, new: Any, variable: Any) -> Any:
    """A product with one of its factors, or a power of it, replaced by what it grows like."""
    factors: list[Any] = []
    for factor in sp.Mul.make_args(product):
        base, exponent = factor.as_base_exp()
        replaced = base == old and not exponent.has(variable)
        factors.append(new**exponent if replaced else factor)
    return sp.Mul(*factors)


def growth(variable: str, *uses: str | Use) -> Growth:
    """By leading terms as a variable tends to infinity."""
    return Growth(uses_of(uses), variable)
