# pyright: reportMissingTypeStubs=false
"""Steps that are proved: expressions in symbols, reduced by a named decision procedure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import sympy as sp

from ntkproofs.arithmetic import exact, gammas, growth, signs
from ntkproofs.arithmetic.domain import EVERYWHERE, Domain
from ntkproofs.arithmetic.exact import Decision, Least
from ntkproofs.arithmetic.normal_form import equal_functions
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.claims.steps.hypotheses import hypotheses
from ntkproofs.claims.steps.step import Step, entered, proved


@entered
def identity(
    about: str,
    left: Any,
    right: Any,
    *,
    least: Least | None = None,
    witness: Mapping[str, Any] | None = None,
) -> Step:
    """Decide ``left = right`` for all values of the symbols, as rational functions over Q.

    Args:
        about: the identity in LaTeX or words.
        left, right: SymPy expressions.
        least: the least integer values of symbols, by name, at which it may be refuted: the
            hypotheses on the symbols.
        witness: further facts to show if it is false.

    Returns:
        A :class:`Step` of grade ``proved``: true; false, with a witness; or undecided, with the
        reason, as for floats and for what is no rational function over Q.

    Example:
        >>> n = sp.Symbol("n")
        >>> identity("the square", (n + 1) ** 2, n**2 + 2 * n + 1).truth
        <Truth.TRUE: 'true'>
        >>> identity("the square", (n + 1) ** 2, n**2 + 1).witness["n"]
        1
    """
    decision = exact.rational_identity(left, right, least)
    # Where it is refuted, the hypotheses are at which points; where it holds, it does at all.
    told = hypotheses(left, right, least=None if decision.truth is Truth.TRUE else least)
    return proved(about, decision, witness or {}, general=_has_symbols(left, right), assuming=told)


@entered
def identity_modulo(
    about: str,
    left: Any,
    right: Any,
    relations: Sequence[Any],
    generators: Sequence[sp.Symbol],
    *,
    witness: Mapping[str, Any] | None = None,
) -> Step:
    """Decide ``left = right`` for polynomials whose generators satisfy ``relation = 0``.

    Args:
        about: the identity in LaTeX or words.
        left, right: polynomials in the generators, with rational coefficients.
        relations: polynomials that vanish.
        generators: their symbols.
        witness: further facts to show if it is false.

    Returns:
        A :class:`Step` of grade ``proved``: true; false, with a witness; or undecided, with the
        reason, as for floats and for what is no polynomial in the generators.

    Example:
        >>> s, u = sp.symbols("s u")
        >>> identity_modulo("a circle", s**4, (1 - u**2) ** 2, [s**2 + u**2 - 1], [s, u]).truth
        <Truth.TRUE: 'true'>
    """
    decision = exact.polynomial_identity(left, right, relations, generators)
    told = hypotheses(left, right, given=[(relation, 0) for relation in relations])
    return proved(about, decision, witness or {}, general=_has_symbols(left, right), assuming=told)


@entered
def gamma_ratio(
    about: str,
    numerator: Any,
    denominator: Any,
    expected: Any,
    *,
    least: Least | None = None,
) -> Step:
    """Decide that a ratio of products of Gamma functions is an expected rational function.

    Args:
        about: the equality in LaTeX or words.
        numerator, denominator: products of Gamma functions and rational functions.
        expected: their ratio.
        least: the least integer values of symbols, by name: Gamma functions need to know that they
            are at no pole.

    Returns:
        A :class:`Step` of grade ``proved``: true; false, with a witness; or undecided, with the
        reason, as for floats and Gamma functions that may be at a pole.

    Example:
        >>> n = sp.Symbol("n")
        >>> gamma_ratio("n!", sp.gamma(n + 1), sp.gamma(n), n, least={"n": 1}).truth
        <Truth.TRUE: 'true'>
    """
    told = hypotheses(numerator, denominator, expected, least=least)
    try:
        ratio = gammas.gamma_quotient(numerator, denominator, least)
    except gammas.NotReducible as failure:
        decision = Decision(Truth.UNDECIDED, gammas.GAMMA_NORMAL_FORM, reason=str(failure))
        return proved(about, decision, {}, assuming=told)
    decision = exact.rational_identity(ratio, expected, least)
    decision = replace(decision, method=gammas.GAMMA_NORMAL_FORM)
    general = _has_symbols(numerator, denominator)
    return proved(about, decision, {}, general=general, assuming=told)


@entered
def nonnegative(
    about: str, expression: Any, least: Least, *, witness: Mapping[str, Any] | None = None
) -> Step:
    """Decide ``expression >= 0`` for all real values of its symbols from ``least`` on.

    Args:
        about: the inequality in LaTeX or words.
        expression: a rational function of symbols.
        least: the least value of each symbol, by name.
        witness: further facts to show if it is false.

    Returns:
        A :class:`Step` of grade ``proved``: true; false, with a witness; or undecided, with the
        reason, as for floats and for what is no rational function over Q.

    Example:
        >>> x = sp.Symbol("x")
        >>> nonnegative("a square", x**2 - x, {"x": 1}).truth
        <Truth.TRUE: 'true'>
    """
    decision = exact.nonnegative(expression, least)
    told = hypotheses(expression, least=least)
    return proved(about, decision, witness or {}, general=_has_symbols(expression), assuming=told)


@entered
def equality(
    about: str,
    left: Any,
    right: Any,
    domain: Domain = EVERYWHERE,
    *,
    given: Sequence[tuple[Any, Any]] = (),
    duplication: bool = False,
) -> Step:
    """Decide ``left = right`` by the normal form of functions, integrals and sums.

    Args:
        about: the equality in LaTeX or words.
        left, right: SymPy expressions.
        domain: what is known of their symbols.
        given: equations that hold, as pairs.
        duplication: whether the duplication formula of the Gamma function is needed.

    Returns:
        A :class:`Step` of grade ``proved``: true; false, with a witness; or undecided, with the
        reason, as for floats and where the normal form does not suffice.

    Example:
        >>> x = sp.Symbol("x", positive=True)
        >>> equality("a derivative", sp.diff(sp.exp(-(x**2)), x), -2 * x * sp.exp(-(x**2))).truth
        <Truth.TRUE: 'true'>
    """
    decision = equal_functions(left, right, domain, given=given, duplication=duplication)
    told = hypotheses(left, right, domain=domain, given=given)
    return proved(about, decision, {}, general=_has_symbols(left, right), assuming=told)


@entered
def sign(
    about: str,
    expression: Any,
    domain: Domain = EVERYWHERE,
    *,
    strict: bool = False,
    given: Sequence[tuple[Any, Any]] = (),
    nonnegative: Sequence[Any] = (),
) -> Step:
    """Decide ``expression >= 0`` (``> 0``) from expressions whose sign is known."""
    decision = signs.at_least_zero(
        expression, domain, strict=strict, given=given, nonnegative=nonnegative
    )
    told = hypotheses(expression, domain=domain, given=given, nonnegative=nonnegative)
    return proved(about, decision, {}, general=_has_symbols(expression), assuming=told)


@entered
def asymptotic_equality(
    about: str, left: Any, right: Any, variable: Any, domain: Domain = EVERYWHERE
) -> Step:
    """Decide ``left/right -> 1`` as a variable tends to infinity, by leading terms."""
    decision = growth.asymptotically_equal(left, right, variable, domain)
    told = hypotheses(left, right, domain=domain)
    return proved(about, decision, {}, general=True, assuming=told)


@entered
def limit(about: str, left: Any, right: Any, variable: Any, domain: Domain = EVERYWHERE) -> Step:
    """Decide that a rational function tends to a constant as a variable tends to infinity."""
    decision = growth.limit_is(left, right, variable, domain)
    told = hypotheses(left, right, domain=domain)
    return proved(about, decision, {}, general=True, assuming=told)


@entered
def agreement(
    about: str, left: Any, right: Any, *, variable: Any, order: int, domain: Domain = EVERYWHERE
) -> Step:
    """Decide ``left = right + O(variable^order)`` at 0, by Taylor coefficients."""
    decision = growth.agree_to_order(left, right, variable, order, domain)
    told = hypotheses(left, right, domain=domain)
    return proved(about, decision, {}, general=True, assuming=told)


def _has_symbols(*sides: Any) -> bool:
    return any(
        cast(Any, sp.sympify(side)).free_symbols for side in sides if not isinstance(side, str)
    )
