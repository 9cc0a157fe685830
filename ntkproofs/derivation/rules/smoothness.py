# SymPy's own annotations promise less than its classes have.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportOperatorIssue=false
"""What is evidently smooth over the range of a variable, and its values at the ends."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ntkproofs.arithmetic.signs import at_least_zero
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.derivation.context import Context
from ntkproofs.errors import InvalidInput


def require_continuous(expression: Any, x: Any, context: Context) -> None:
    """Refuse what is not evidently differentiable between the ends of the range of a variable.

    An antiderivative with a jump or a pole inside would give a wrong integral. Functions that are
    not known are taken to be smooth.
    """
    if not _is_smooth(expression, x, context):
        raise InvalidInput(
            f"{expression} is not evidently smooth for all {x} in its declared range; "
            f"declare the range of {x} (above=, below=) so that no denominator vanishes there"
        )


def _is_smooth(expression: Any, x: Any, context: Context) -> bool:
    if not expression.has(x) or expression == x:
        return True
    if isinstance(expression, sp.Derivative) and isinstance(expression.expr, AppliedUndef):
        return True
    if not all(_is_smooth(a, x, context) for a in expression.args):
        return False
    domain = context.domain()

    def positive(value: Any) -> bool:
        return at_least_zero(value, domain, strict=True).truth is Truth.TRUE

    if isinstance(expression, sp.Add | sp.Mul | sp.sin | sp.cos | sp.exp | sp.atan):
        return True
    if isinstance(expression, sp.Pow):
        base, exponent = expression.args
        whole = bool(exponent.is_integer)
        nonzero = positive(base) or (whole and positive(-base))
        return bool(exponent.is_Integer and exponent >= 0) or nonzero
    if isinstance(expression, sp.log | sp.gamma):
        return positive(expression.args[0])
    if isinstance(expression, sp.acos | sp.asin):
        return positive(1 - expression.args[0]) and positive(1 + expression.args[0])
    return isinstance(expression, AppliedUndef)


def value_at(expression: Any, x: Any, end: Any, context: Context) -> Any:
    """The value of an expression as a variable tends to the end of its range.

    Where a factor is a positive power of something that tends to 0, and no factor has a negative
    one, the value is 0; at infinity, where e^(-c x) or e^(-c x²) multiplies powers.

    Raises:
        InvalidInput: where the value cannot be read off.
    """
    total = sp.S.Zero
    for term in sp.Add.make_args(sp.expand(expression)):
        total += _value_of_term(sp.powsimp(term), x, end, context)
    return total


def _value_of_term(term: Any, x: Any, end: Any, context: Context) -> Any:
    if end in (sp.oo, -sp.oo):
        return _value_at_infinity(term, x, end)
    vanishes = False
    for factor in sp.Mul.make_args(sp.factor(term)):
        base, exponent = factor.as_base_exp()
        value = base.subs(x, end)
        if value == 0:
            decision = at_least_zero(exponent, context.domain(), strict=True)
            if decision.truth is not Truth.TRUE:
                raise InvalidInput(f"{factor} has no evident value at {x} = {end}")
            vanishes = True
        elif value.has(sp.nan, sp.zoo, sp.oo, -sp.oo, sp.AccumBounds):
            raise InvalidInput(f"{factor} has no evident value at {x} = {end}")
    return sp.S.Zero if vanishes else term.subs(x, end)


def _value_at_infinity(term: Any, x: Any, end: Any) -> Any:
    if not term.has(x):
        return term
    rest = term
    for factor in sp.Mul.make_args(term):
        if isinstance(factor, sp.exp) or (factor.is_Pow and factor.base is sp.E):
            exponent = sp.expand(factor.exp)
            leader = sp.Poly(exponent, x)
            direction = leader.LC() * end ** leader.degree()
            if direction == -sp.oo:
                rest = term / factor
                break
    else:
        raise InvalidInput(f"{term} has no evident value at {end}")
    if not all(f.as_base_exp()[0] in (x,) or not f.has(x) for f in sp.Mul.make_args(rest)):
        raise InvalidInput(f"{term} has no evident value at {end}")
    return sp.S.Zero
