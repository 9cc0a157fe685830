# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# SymPy's own annotations promise less than its classes have.
# pyright: reportOperatorIssue=false, reportIndexIssue=false, reportAttributeAccessIssue=false
# pyright: reportArgumentType=false, reportCallIssue=false, reportGeneralTypeIssues=false
# pyright: reportUnknownLambdaType=false, reportAssignmentType=false
"""Signs of expressions on a domain: products and sums of what is known to be positive."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import sympy as sp

from ntkproofs.arithmetic.domain import EVERYWHERE, Domain, to_positive_symbols
from ntkproofs.arithmetic.evaluation import certified_difference
from ntkproofs.arithmetic.exact import Decision, unfit
from ntkproofs.arithmetic.normal_form import Generators, generators_for
from ntkproofs.arithmetic.truth import Truth

SIGNS = "sums and products of expressions of known sign, by their normal form"


def at_least_zero(
    expression: Any,
    domain: Domain = EVERYWHERE,
    *,
    strict: bool = False,
    given: Sequence[tuple[Any, Any]] = (),
    nonnegative: Sequence[Any] = (),
) -> Decision:
    """Whether an expression is >= 0 (> 0 where ``strict``) on a domain.

    TRUE where it is, after shifting and mapping each bounded symbol to one that is positive, a
    sum of products of positive symbols, of even powers and of expressions known to be >= 0. The
    criterion is sufficient only. FALSE at a point where balls show the opposite sign.

    Args:
        expression: a SymPy expression.
        domain: what is known of its symbols.
        strict: whether it is to be > 0.
        given: equations that hold, used to rewrite it: (old, new).
        nonnegative: expressions known to be >= 0.

    Example:
        >>> x = sp.Symbol("x", positive=True)
        >>> at_least_zero(x**2 + x, strict=True).truth
        <Truth.TRUE: 'true'>
    """
    problem = unfit(expression, *nonnegative)
    if problem:
        return Decision(Truth.UNDECIDED, SIGNS, reason=problem)
    expression = sp.sympify(expression)
    rewritten = expression
    for old, new in given:
        rewritten = rewritten.subs(old, new) if rewritten.has(old) else rewritten
    of = generators_for(domain, rewritten, *nonnegative)
    of.nonnegative = tuple(map(sp.sympify, nonnegative))
    candidates = [sp.S.Zero, *nonnegative]
    forms = dict.fromkeys((rewritten, expression))
    for known, form in itertools.product(candidates, forms):
        rest = form - known
        if known != 0 and not strict and of.vanishes(rest):
            return Decision(Truth.TRUE, SIGNS)
        if _is_at_least_zero(of, rest, strict, domain):
            return Decision(Truth.TRUE, SIGNS)
    # Where an expression differs from its absolute value, it is negative.
    size = sp.Abs(expression)
    point = certified_difference(expression, size, domain)
    if point is not None and not given:
        return Decision(Truth.FALSE, "ball arithmetic at 128 bits", point)
    return Decision(Truth.UNDECIDED, SIGNS, reason=f"the sign of {expression} is not evident")


def _is_at_least_zero(of: Generators, expression: Any, strict: bool, domain: Domain) -> bool:
    if _evident(of, expression, strict):
        return True
    # A closed upper bound is reached only in the limit, where an inequality need not be strict.
    closed = [s for s, b in domain.bounds.items() if b.high is not None and not b.open_high]
    if strict and closed and expression.has(*closed):
        return False
    mapped = to_positive_symbols(expression, domain.bounds)
    if _evident(of, mapped, strict):
        return True
    if mapped.is_rational_function(*mapped.free_symbols):
        over, under = sp.fraction(sp.together(mapped))
        return _evident(of, sp.expand(over), strict) and _evident(of, sp.expand(under), True)
    factored = sp.factor(sp.expand(mapped))
    return _evident(of, factored, strict) or _evident(of, sp.expand(mapped), strict)


def _evident(of: Generators, expression: Any, strict: bool) -> bool:
    """Whether the sign can be read off the terms and factors."""
    if of.is_positive(expression) or (not strict and _is_nonnegative(of, expression)):
        return True
    if isinstance(expression, sp.Add):
        terms = expression.args
        if not all(_evident(of, term, False) for term in terms):
            return False
        return not strict or any(_evident(of, term, True) for term in terms)
    if isinstance(expression, sp.Mul):
        return _product_is_evident(of, expression.args, strict)
    if isinstance(expression, sp.Pow):
        base, exponent = expression.args
        if exponent.is_even and exponent.is_positive:
            return bool(not strict and base.is_real) or _evident(of, base, True)
        return _evident(of, base, strict or bool(exponent.is_negative is not False))
    if isinstance(expression, sp.Sum | sp.Integral):
        lengths = [limits[2] - limits[1] for limits in expression.args[1:] if len(limits) == 3]
        if len(lengths) + 1 < len(expression.args):
            return False
        if isinstance(expression, sp.Integral) and strict:
            long = all(length.is_extended_positive for length in lengths)
            return long and _evident(of, expression.args[0], True)
        ordered = all(length.is_extended_nonnegative for length in lengths)
        return ordered and not strict and _evident(of, expression.args[0], False)
    return False


def _is_nonnegative(of: Generators, expression: Any) -> bool:
    if expression.is_nonnegative:
        return True
    return any(sp.expand(expression - known) == 0 for known in of.nonnegative)


def _product_is_evident(of: Generators, factors: Sequence[Any], strict: bool) -> bool:
    sign = 1
    for factor in factors:
        if _evident(of, factor, strict):
            continue
        # A factor that is a product is no other product's negative: only sums and numbers flip.
        flips = factor.is_Add and _evident(of, sp.expand(-factor), strict)
        if not (flips or factor.is_negative):
            return False
        sign = -sign
    return sign == 1
