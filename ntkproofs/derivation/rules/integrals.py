"""Lines that follow by calculus, for the one integral of their left-hand side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ntkproofs.arithmetic.signs import at_least_zero
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.claims.steps import Step, equality, sign
from ntkproofs.derivation.context import Context
from ntkproofs.derivation.known import Use
from ntkproofs.derivation.rules.preparing import prepared
from ntkproofs.derivation.rules.rule import Rule, uses_of
from ntkproofs.derivation.rules.smoothness import require_continuous, value_at
from ntkproofs.derivation.statements import Statement
from ntkproofs.errors import InvalidInput


def _only_integral(expression: Any, variable: Any) -> Any:
    found = [
        node
        for node in expression.atoms(sp.Integral)
        if len(node.args) == 2 and node.args[1][0] == variable
    ]
    if len(found) != 1:
        raise InvalidInput(
            f"the left-hand side needs exactly one integral over {variable}; it has {len(found)}"
        )
    return found[0]


@dataclass(frozen=True)
class ChangeOfVariables(Rule):
    """``old = by(new)`` in the one integral over ``old`` of the left-hand side.

    The new variable runs from ``low`` to ``high``, between which the derivative of ``by`` has
    one sign.
    """

    old: str = ""
    new: str = ""
    by: str = ""
    low: str = ""
    high: str = ""

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        ready = prepared(line, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        old = context.notation.symbol_entry(self.old).symbol
        new = context.notation.symbol_entry(self.new).symbol
        by, low, high = (context.parse(s).sympy for s in (self.by, self.low, self.high))
        node = _only_integral(ready.line.left, old)
        body, (_, first, last) = node.args
        require_continuous(by, new, context)
        for name, end, expected in (("lower", low, first), ("upper", high, last)):
            if expected.has(sp.oo, -sp.oo) or end.has(sp.oo):
                yield from _same_infinity(by, new, end, expected)
                continue
            yield equality(f"{name} end", by.subs(new, end), expected, context.domain())
        slope = sp.diff(by, new)
        domain = context.domain(ready.line.right)
        rises = at_least_zero(slope, context.domain(), strict=True).truth is Truth.TRUE
        yield sign("direction", slope if rises else -slope, context.domain(), strict=True)
        changed = sp.Integral(body.subs(old, by) * slope, (new, low, high))
        if (low - high).is_positive:
            changed = -sp.Integral(body.subs(old, by) * slope, (new, high, low))
        yield from context.check_conditions(context.conditions_on_bound(changed))
        left = ready.line.left.xreplace({node: changed})
        yield equality(line.latex, left, ready.line.right, domain, given=ready.equations)


def _same_infinity(by: Any, new: Any, end: Any, expected: Any) -> Iterator[Step]:
    """Of infinite ends only affine maps are taken, with positive slope."""
    slope = sp.diff(by, new)
    if slope.has(new) or end != expected:
        raise InvalidInput("at an infinite end only an affine change of variables is checked")
    yield sign("slope of an affine map", slope, strict=True)


def change_of_variables(
    old: str, new: str, by: str, *, low: str, high: str, uses: Sequence[str | Use] = ()
) -> ChangeOfVariables:
    """``old = by(new)``; ``low`` and ``high`` are the values of ``new`` at the old ends."""
    return ChangeOfVariables(uses_of(uses), old, new, by, low, high)


@dataclass(frozen=True)
class Parts(Rule):
    """Integration by parts: the integrand is ``first`` times the derivative of ``second``."""

    variable: str = ""
    first: str = ""
    second: str = ""

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        ready = prepared(line, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        x = context.notation.symbol_entry(self.variable).symbol
        first, second = context.parse(self.first).sympy, context.parse(self.second).sympy
        node = _only_integral(ready.line.left, x)
        body, (_, low, high) = node.args
        require_continuous(first, x, context)
        require_continuous(second, x, context)
        domain = context.domain(ready.line.left, ready.line.right)
        inside = context.domain()
        yield equality(
            "the integrand", body, first * sp.diff(second, x), inside, given=ready.equations
        )
        product = first * second
        ends = value_at(product, x, high, context) - value_at(product, x, low, context)
        by_parts = ends - sp.Integral(sp.diff(first, x) * second, (x, low, high))
        left = ready.line.left.xreplace({node: by_parts})
        yield equality(line.latex, left, ready.line.right, domain, given=ready.equations)


def by_parts(variable: str, first: str, second: str, *, uses: Sequence[str | Use] = ()) -> Parts:
    """Integration by parts: the integrand is ``first * Diff(second, variable)``."""
    return Parts(uses_of(uses), variable, first, second)


@dataclass(frozen=True)
class Antiderivative(Rule):
    """The fundamental theorem of calculus, with an antiderivative of the integrand."""

    variable: str = ""
    function: str = ""

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        ready = prepared(line, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        x = context.notation.symbol_entry(self.variable).symbol
        node = _only_integral(ready.line.left, x)
        body, (_, low, high) = node.args
        function = context.parse(self.function).sympy
        require_continuous(function, x, context)
        inside = context.domain()
        derivative = sp.diff(function, x)
        yield equality("the derivative", derivative, body, inside, given=ready.equations)
        ends = value_at(function, x, high, context) - value_at(function, x, low, context)
        left = ready.line.left.xreplace({node: ends})
        domain = context.domain(ready.line.right)
        yield equality(line.latex, left, ready.line.right, domain, given=ready.equations)


def antiderivative(
    variable: str, function: str, *, uses: Sequence[str | Use] = ()
) -> Antiderivative:
    """The one integral over a variable, by an antiderivative of its integrand."""
    return Antiderivative(uses_of(uses), variable, function)
