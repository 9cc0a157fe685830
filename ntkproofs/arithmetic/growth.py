# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Leading terms of products as an index tends to infinity, and Taylor coefficients at 0."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ntkproofs.arithmetic.domain import EVERYWHERE, Domain, is_evidently_positive
from ntkproofs.arithmetic.exact import Decision, unfit
from ntkproofs.arithmetic.normal_form import equal_functions
from ntkproofs.arithmetic.truth import Truth

LEADING_TERMS = "leading terms of polynomials and Γ(x+a)/Γ(x+b) ~ x^(a-b), compared by normal form"
TAYLOR = "Taylor coefficients of analytic functions, by exact differentiation"


class NoLeadingTerm(Exception):
    """The expression is not of a kind whose leading term is read off."""


def asymptotically_equal(
    left: Any, right: Any, variable: Any, domain: Domain = EVERYWHERE
) -> Decision:
    """Whether ``left/right -> 1`` as a variable tends to infinity.

    Both are products of powers of rational functions of the variable, of Gamma functions of
    linear functions of it, and of what does not depend on it.

    Example:
        >>> n = sp.Symbol("n", positive=True)
        >>> asymptotically_equal(sp.gamma(n + 2) / sp.gamma(n), n**2, n).truth
        <Truth.TRUE: 'true'>
    """
    problem = unfit(left, right)
    if problem:
        return Decision(Truth.UNDECIDED, LEADING_TERMS, reason=problem)
    try:
        here, there = leading(left, variable, domain), leading(right, variable, domain)
    except NoLeadingTerm as failure:
        return Decision(Truth.UNDECIDED, LEADING_TERMS, reason=str(failure))
    large = Domain((*domain.positive, variable), domain.ranges, domain.bounds)
    decision = equal_functions(here, there, large)
    return Decision(decision.truth, LEADING_TERMS, decision.witness, decision.reason)


def limit_is(left: Any, right: Any, variable: Any, domain: Domain = EVERYWHERE) -> Decision:
    """Whether an expression tends to a constant as a variable tends to infinity.

    Example:
        >>> n = sp.Symbol("n", positive=True)
        >>> limit_is((2 * n + 1) / n, 2, n).truth
        <Truth.TRUE: 'true'>
    """
    problem = unfit(left, right)
    if problem:
        return Decision(Truth.UNDECIDED, LEADING_TERMS, reason=problem)
    left, right = sp.sympify(left), sp.sympify(right)
    if right.has(variable):
        return Decision(
            Truth.UNDECIDED, LEADING_TERMS, reason="a limit is no function of its index"
        )
    difference = sp.together(left - right)
    over, under = sp.fraction(difference)
    if sp.expand(over) == 0:
        return Decision(Truth.TRUE, LEADING_TERMS)
    try:
        bottom = _degree(under, variable, domain)
    except NoLeadingTerm as failure:
        return Decision(Truth.UNDECIDED, LEADING_TERMS, reason=str(failure))
    numerator = sp.expand(over)
    if numerator.is_polynomial(variable) and sp.degree(numerator, variable) < bottom:
        return Decision(Truth.TRUE, LEADING_TERMS)
    return Decision(Truth.UNDECIDED, LEADING_TERMS, reason="the difference does not tend to 0")


def _degree(part: Any, variable: Any, domain: Domain) -> Any:
    """The degree of a polynomial whose leading coefficient is not 0 for any parameters."""
    expanded = sp.expand(part)
    if not expanded.is_polynomial(variable):
        raise NoLeadingTerm(f"{part} is no polynomial in {variable}")
    polynomial = sp.Poly(expanded, variable)
    leader = polynomial.LC()
    signs = (is_evidently_positive(sp.expand(s * leader), domain.bounds) for s in (1, -1))
    if not (leader.is_nonzero or any(signs)):
        raise NoLeadingTerm(f"the leading coefficient {leader} may vanish")
    return polynomial.degree()


def leading(expression: Any, variable: Any, domain: Domain = EVERYWHERE) -> Any:
    """The product of the leading terms of the factors of an expression."""
    expression = sp.sympify(expression)
    if not expression.has(variable) or isinstance(expression, AppliedUndef):
        return expression
    if isinstance(expression, sp.Mul):
        return sp.Mul(*(leading(factor, variable, domain) for factor in expression.args))
    if isinstance(expression, sp.gamma):
        return _leading_gamma(expression.args[0], variable)
    if isinstance(expression, sp.binomial | sp.factorial | sp.RisingFactorial):
        return leading(expression.rewrite(sp.gamma), variable, domain)
    if isinstance(expression, sp.Pow):
        base, exponent = expression.args
        if exponent.has(variable):
            if base.has(variable):
                raise NoLeadingTerm(f"both base and exponent of {expression} vary")
            return expression
        return leading(base, variable, domain) ** exponent
    if isinstance(expression, sp.Add) and not expression.is_rational_function(variable):
        return _leading_of_sum(expression, variable, domain)
    over, under = sp.fraction(sp.together(expression))
    if under != 1:
        return leading(sp.factor(over), variable, domain) / leading(
            sp.factor(under), variable, domain
        )
    return _leading_polynomial(over, variable, domain)


def _leading_of_sum(total: Any, variable: Any, domain: Domain) -> Any:
    """The terms of the highest power, whose coefficients must not cancel."""
    found: dict[Any, Any] = {}
    for term in total.args:
        coefficient, power = sp.powsimp(leading(term, variable, domain)).as_independent(variable)
        base, exponent = power.as_base_exp()
        if power != 1 and not (base == variable and exponent.is_Rational):
            raise NoLeadingTerm(f"{term} does not grow like a known power of {variable}")
        exponent = sp.S.Zero if power == 1 else exponent
        found[exponent] = found.get(exponent, sp.S.Zero) + coefficient
    top = max(found)
    if not is_evidently_positive(sp.expand(found[top]), domain.bounds):
        raise NoLeadingTerm(f"the leading coefficient {found[top]} of {total} may vanish")
    return found[top] * variable**top


def _leading_polynomial(part: Any, variable: Any, domain: Domain) -> Any:
    _degree(part, variable, domain)
    polynomial = sp.Poly(sp.expand(part), variable)
    return polynomial.LC() * variable ** polynomial.degree()


def _leading_gamma(argument: Any, variable: Any) -> Any:
    """Γ(c x + a) ~ (c x)^a Γ(c x) for c > 0."""
    slope = sp.expand(argument).coeff(variable, 1)
    constant = sp.expand(argument - slope * variable)
    if constant.has(variable) or slope.is_positive is not True:
        raise NoLeadingTerm(f"Γ({argument}) does not grow with {variable}")
    return (slope * variable) ** constant * sp.gamma(slope * variable)


def agree_to_order(
    left: Any, right: Any, variable: Any, order: int, domain: Domain = EVERYWHERE
) -> Decision:
    """Whether ``left = right + O(variable^order)`` at 0, for functions that are analytic there.

    Example:
        >>> x = sp.Symbol("x", real=True)
        >>> agree_to_order(sp.cos(x), 1 - x**2 / 2, x, 4).truth
        <Truth.TRUE: 'true'>
    """
    problem = unfit(left, right)
    difference = sp.sympify(left) - sp.sympify(right)
    if not problem and not is_analytic_at_zero(difference, variable):
        problem = f"{difference} is not evidently analytic at {variable} = 0"
    if problem:
        return Decision(Truth.UNDECIDED, TAYLOR, reason=problem)
    for power in range(order):
        coefficient = difference.subs(variable, 0)
        decision = equal_functions(coefficient, 0, domain)
        if decision.truth is not Truth.TRUE:
            witness = {**decision.witness, "power": power} if decision.witness else {}
            if decision.truth is Truth.FALSE:
                return Decision(Truth.FALSE, TAYLOR, {"power": power, **witness})
            return Decision(decision.truth, TAYLOR, reason=f"coefficient {power} does not vanish")
        difference = sp.diff(difference, variable)
    return Decision(Truth.TRUE, TAYLOR)


def is_analytic_at_zero(expression: Any, variable: Any) -> bool:
    """Whether an expression is built from analytic functions, with no singularity at 0."""
    if not expression.has(variable):
        return True
    if expression == variable:
        return True
    if not all(is_analytic_at_zero(a, variable) for a in expression.args):
        return False
    if isinstance(expression, sp.Add | sp.Mul | sp.sin | sp.cos | sp.exp):
        return True
    if isinstance(expression, sp.Pow):
        base, exponent = expression.args
        if exponent.is_Integer and exponent >= 0:
            return True
        value = base.subs(variable, 0)
        return bool(value.is_positive or (exponent.is_Integer and value.is_nonzero))
    if isinstance(expression, sp.log):
        return bool(expression.args[0].subs(variable, 0).is_positive)
    return False
