# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""What is known of the symbols of a statement: bounds, indices, expressions that are positive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits


@dataclass(frozen=True)
class Bounds:
    """Where a symbol lies.

    Attributes:
        low, high: bounds, or None where there is none; SymPy numbers or expressions.
        open_low, open_high: whether the symbol stays away from them.
    """

    low: Any = None
    high: Any = None
    open_low: bool = False
    open_high: bool = False


@dataclass(frozen=True)
class Domain:
    """What is known of the symbols of a statement.

    Attributes:
        positive: expressions that are > 0, beyond what assumptions and bounds tell.
        ranges: least and last value of indices.
        bounds: of symbols.
    """

    positive: tuple[Any, ...] = ()
    ranges: Mapping[Any, tuple[Any, Any]] = field(default_factory=dict[Any, tuple[Any, Any]])
    bounds: Mapping[Any, Bounds] = field(default_factory=dict[Any, Bounds])

    def facts(self) -> tuple[tuple[Any, bool], ...]:
        """(expression, strict): all that is > 0 (strict) or >= 0 on the domain."""
        found = [(fact, True) for fact in self.positive]
        for symbol, bounds in self.bounds.items():
            if bounds.low is not None:
                found.append((symbol - bounds.low, bounds.open_low))
            if bounds.high is not None:
                found.append((bounds.high - symbol, bounds.open_high))
        return tuple(found)


EVERYWHERE = Domain()


def to_positive_symbols(expression: Any, bounds: Mapping[Any, Bounds]) -> Any:
    """The expression in symbols that are >= 0: x >= a is a + p, a <= x < b is (a + b p)/(1 + p).

    A closed upper bound is reached only as p grows: an expression that is >= 0 for all p is >= 0
    there too, by continuity, and one that is > 0 need not be.
    """
    replaced: dict[Any, Any] = {}
    bound = {v for node in expression.atoms(ExprWithLimits) for v in node.variables}
    # A bound may be an expression in other symbols, which have bounds of their own.
    met = (expression.free_symbols & set(bounds)) - bound
    while met - set(replaced):
        for symbol in sorted(met - set(replaced), key=str):
            replaced[symbol] = _in_positive_symbol(symbol, bounds[symbol])
            met |= (replaced[symbol].free_symbols & set(bounds)) - bound
    for _ in replaced:
        expression = expression.xreplace(replaced)
    return expression


def _in_positive_symbol(symbol: Any, b: Bounds) -> Any:
    sign = "positive" if (b.open_low if b.low is not None else b.open_high) else "nonnegative"
    whole = bool(symbol.is_integer) and b.high is None and bool(sp.sympify(b.low).is_integer)
    fresh = sp.Dummy(**{sign: True, **({"integer": True} if whole else {})})
    if b.low is not None and b.high is not None:
        return (b.low + b.high * fresh) / (1 + fresh)
    return b.low + fresh if b.low is not None else b.high - fresh


def is_evidently_positive(expression: Any, bounds: Mapping[Any, Bounds]) -> bool:
    """Whether a rational function is > 0: all coefficients are, in symbols that are >= 0."""
    return _is_evidently_positive(expression, tuple(bounds.items()))


@lru_cache(maxsize=4096)
def _is_evidently_positive(expression: Any, items: tuple[tuple[Any, Bounds], ...]) -> bool:
    bounds = dict(items)
    closed = [s for s, b in bounds.items() if b.high is not None and not b.open_high]
    if expression.has(*closed) if closed else False:
        return False
    mapped = to_positive_symbols(expression, bounds)
    if mapped.is_positive:
        return True
    symbols = sorted(mapped.free_symbols, key=str)
    if not symbols or not mapped.is_rational_function(*symbols):
        return False
    if not all(s.is_nonnegative for s in symbols):
        return False
    over, under = sp.fraction(sp.together(mapped))
    return sp.expand(over).is_positive is True and sp.expand(under).is_positive is True
