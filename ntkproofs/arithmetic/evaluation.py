# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# SymPy's own annotations promise less than its classes have.
# pyright: reportOperatorIssue=false, reportIndexIssue=false, reportAttributeAccessIssue=false
# pyright: reportArgumentType=false, reportCallIssue=false, reportGeneralTypeIssues=false
# pyright: reportUnknownLambdaType=false, reportAssignmentType=false
"""Values of SymPy expressions at points, in balls; and points at which two expressions differ."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sympy as sp
from flint import arb

from ntkproofs.arithmetic.balls import ball, precision
from ntkproofs.arithmetic.domain import EVERYWHERE, Domain
from ntkproofs.arithmetic.truth import Truth, equal

_BITS = 128
_INTEGERS = (1, 2, 3, 4, 5, 0, 7)
_REALS = tuple(map(sp.Rational, ("1/3", "2", "5/7", "-3/5", "7/2", "1/9", "-5/4")))


class NoValue(Exception):
    """The expression has no value in balls: it holds an unknown function, or an integral."""


_FUNCTIONS: Mapping[Any, Callable[..., arb]] = {
    sp.sin: lambda x: x.sin(),
    sp.cos: lambda x: x.cos(),
    sp.tan: lambda x: x.tan(),
    sp.exp: lambda x: x.exp(),
    sp.log: lambda x: x.log(),
    sp.acos: lambda x: x.acos(),
    sp.asin: lambda x: x.asin(),
    sp.atan: lambda x: x.atan(),
    sp.gamma: lambda x: x.gamma(),
    sp.factorial: lambda x: (x + 1).gamma(),
    sp.Abs: abs,
    sp.RisingFactorial: lambda x, n: (x + n).gamma() / x.gamma(),
}


def ball_value(expression: Any, point: Mapping[Any, Any]) -> arb:
    """The value of an expression at a point, as a ball at the current precision.

    Raises:
        NoValue: where an unknown function, an integral or an infinite sum occurs.
    """
    if expression in point:
        return ball(point[expression])
    if expression.is_Rational:
        return ball(expression)
    if expression is sp.pi:
        return arb.pi()
    if expression is sp.E:
        return arb(1).exp()
    if isinstance(expression, sp.Add):
        return sum((ball_value(a, point) for a in expression.args), arb(0))
    if isinstance(expression, sp.Mul):
        product = arb(1)
        for factor in expression.args:
            product *= ball_value(factor, point)
        return product
    if isinstance(expression, sp.binomial):
        return ball_value(expression.rewrite(sp.gamma), point)
    if isinstance(expression, sp.Sum):
        return _sum(expression, point)
    if isinstance(expression, sp.Pow):
        return _power(expression, point)
    function = _FUNCTIONS.get(expression.func)
    if function is None:
        raise NoValue(str(expression))
    return function(*(ball_value(a, point) for a in expression.args))


def _power(expression: Any, point: Mapping[Any, Any]) -> arb:
    base, exponent = expression.args
    if exponent.is_Rational and exponent.q == 1:
        return ball_value(base, point) ** int(exponent)
    numeric = exponent.subs(dict(point))
    if numeric.is_Integer:
        return ball_value(base, point) ** int(numeric)
    return ball_value(base, point) ** ball_value(exponent, point)


def _sum(expression: Any, point: Mapping[Any, Any]) -> arb:
    body, (index, low, high) = expression.args[0], expression.args[1]
    low, high = low.subs(dict(point)), high.subs(dict(point))
    if len(expression.args) > 2 or not (low.is_Integer and high.is_Integer):
        raise NoValue(str(expression))
    terms = (ball_value(body, {**point, index: sp.Integer(j)}) for j in range(low, high + 1))
    return sum(terms, arb(0))


def certified_difference(
    left: Any, right: Any, domain: Domain = EVERYWHERE, *, most: int = 60
) -> dict[str, Any] | None:
    """A point of the domain at which two expressions differ, by balls; None if none is found.

    Args:
        left, right: SymPy expressions.
        domain: what is known of their symbols.
        most: how many points are tried.
    """
    symbols = sorted(left.free_symbols | right.free_symbols, key=str)
    tried = 0
    facts = _facts_about(domain, symbols)
    with precision(_BITS):
        for values in itertools.islice(_points(symbols), 10 * most):
            point = dict(zip(symbols, values, strict=True))
            if not all(_holds(fact, strict, point) for fact, strict in facts):
                continue
            tried += 1
            if tried > most:
                return None
            try:
                here, there = ball_value(left, point), ball_value(right, point)
            except (NoValue, ValueError, ZeroDivisionError):
                continue
            if equal(here, there) is Truth.FALSE:
                sides = {"left": here.str(10, radius=False), "right": there.str(10, radius=False)}
                return {**{str(s): str(v) for s, v in point.items()}, **sides}
    return None


def points_of(domain: Domain, symbols: Sequence[Any], most: int) -> list[dict[Any, Any]]:
    """Small points of a domain: integers, short fractions, values near its ends."""
    found: list[dict[Any, Any]] = []
    facts = _facts_about(domain, symbols)
    for values in itertools.islice(_points(symbols), 50 * most):
        point = dict(zip(symbols, values, strict=True))
        if all(_holds(fact, strict, point) for fact, strict in facts):
            found.append(point)
        if len(found) >= most:
            break
    return found


def _facts_about(domain: Domain, symbols: Sequence[Any]) -> list[tuple[Any, bool]]:
    """The facts of a domain that are about these symbols and no others."""
    return [f for f in domain.facts() if f[0].free_symbols <= set(symbols)]


def _holds(fact: Any, strict: bool, point: Mapping[Any, Any]) -> bool:
    """Whether a point satisfies a fact."""
    try:
        value = ball_value(fact, point)
    except (NoValue, ValueError, ZeroDivisionError):
        return False
    return bool(value > 0 if strict else value >= 0)


def _points(symbols: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Small points that the assumptions on the symbols admit, diagonal ones first."""
    choices = [_values(symbol) for symbol in symbols]
    if not all(choices):
        return
    for j in range(max(map(len, choices), default=1)):
        yield tuple(c[(j + 2 * k) % len(c)] for k, c in enumerate(choices))
    yield from itertools.product(*choices)


def _values(symbol: Any) -> list[Any]:
    values = [sp.Integer(v) for v in _INTEGERS]
    if not symbol.is_integer:
        values = [*_REALS, *values]
    return [
        v
        for v in values
        if not (symbol.is_positive and v <= 0)
        and not (symbol.is_nonnegative and v < 0)
        and not (symbol.is_negative and v >= 0)
        and not (symbol.is_even and v % 2)
        and not (symbol.is_odd and v % 2 == 0)
    ]
