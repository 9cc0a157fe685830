"""A line made ready for its rule: definitions expanded, equations put in, the rest collected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ntkproofs.arithmetic.signs import at_least_zero
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.derivation.conditions import Condition
from ntkproofs.derivation.context import Context
from ntkproofs.derivation.known import Known, Use
from ntkproofs.derivation.statements import Statement, excess, substitute
from ntkproofs.errors import InvalidInput


@dataclass(frozen=True)
class Prepared:
    """A line with its definitions expanded and what it uses put in."""

    line: Statement
    equations: tuple[tuple[Any, Any], ...]
    inequalities: tuple[tuple[Any, bool], ...]
    growths: tuple[tuple[Any, Any], ...]
    conditions: tuple[Condition, ...]


def prepared(line: Statement, uses: Sequence[Use], context: Context) -> Prepared:
    """Expand the definitions that a line uses, rewrite by equations, collect the rest."""
    left, right = line.left, line.right
    conditions: list[Condition] = []
    equations: list[tuple[Any, Any]] = []
    inequalities: list[tuple[Any, bool]] = []
    growths: list[tuple[Any, Any]] = []
    for use in uses:
        if isinstance(use.what, str) and context.find(use.what).is_definition and not use.values:
            definition = context.find(use.what)

            def expand(side: Any, definition: Known = definition) -> Any:
                return _expanded(side, definition, context)

            left, right = expand(left), expand(right)
            equations = [(expand(a), expand(b)) for a, b in equations]
            growths = [(expand(a), expand(b)) for a, b in growths]
            inequalities = [(expand(a), strict) for a, strict in inequalities]
            continue
        statement, needed = context.instance(use)
        earlier = tuple(known for known, _ in inequalities)
        conditions += [(what, strict, words, *earlier) for what, strict, words, *_ in needed]
        difference = excess(statement)
        if difference is not None:
            inequalities.append((difference, statement.relation in ("<", ">")))
        elif statement.relation == "==":
            equations.append((statement.left, statement.right))
        elif statement.relation == "~" and line.variable is not None:
            context.require_uniform(use, line.variable)
            growths.append((statement.left, statement.right))
        else:
            raise InvalidInput(f"nothing follows here from {use.id!r}: {statement.latex}")
    for old, new in equations:
        if not (old.is_Symbol or old.is_number):
            left, right = left.xreplace({old: new}), right.xreplace({old: new})
    conditions += context.conditions_on_bound(left, right)
    done = Statement(left, line.relation, right, line.variable, line.latex)
    return Prepared(done, tuple(equations), tuple(inequalities), tuple(growths), tuple(conditions))


def _expanded(expression: Any, definition: Known, context: Context) -> Any:
    """An expression with what a definition defines replaced by what it is defined as."""
    pattern, body = definition.statement.left, definition.statement.right
    if pattern.is_Symbol:
        return expression.subs(pattern, body)
    arguments = pattern.args

    def value(*given: Any) -> Any:
        for argument, replacement in zip(arguments, given, strict=True):
            _require_fits(argument, replacement, context, signs=not definition.is_general)
        return substitute(body, dict(zip(arguments, given, strict=True)))

    return expression.replace(pattern.func, value)


def _require_fits(symbol: Any, value: Any, context: Context, *, signs: bool) -> None:
    """Refuse a value for which a definition may not hold.

    What a symbol is declared to be went into the definition when it was read: of a positive x the
    root of x² is x.
    """
    if value == symbol:
        return
    if symbol.is_integer and not value.is_integer:
        raise InvalidInput(f"a definition for integers {symbol} says nothing of {value}")
    if symbol.is_real and value.has(sp.I):
        raise InvalidInput(f"a definition for real {symbol} says nothing of {value}")
    for known, sign_, strict in (
        (symbol.is_positive, 1, True),
        (symbol.is_nonnegative, 1, False),
        (symbol.is_negative, -1, True),
        (symbol.is_nonpositive, -1, False),
    ):
        if known and signs:
            decision = at_least_zero(sign_ * value, context.domain(value), strict=strict)
            if decision.truth is not Truth.TRUE:
                raise InvalidInput(
                    f"a definition for {symbol} {'>' if sign_ > 0 else '<'}{'' if strict else '='} "
                    f"0 says nothing of {value}; declare a symbol of a wider range for it"
                )
