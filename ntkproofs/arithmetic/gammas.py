# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false
"""Hypergeometric terms: quotients of Gamma functions, reduced to rational functions.

Γ has poles at 0, -1, -2, ...; an argument is accepted only where it is known to keep off them, from
the assumptions of its symbols or from their stated least values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import sympy as sp

from ntkproofs.arithmetic.exact import Least, unfit

GAMMA_NORMAL_FORM = "ratios of Gamma functions reduced to rational functions, then normal form"


class NotReducible(ValueError):
    """A quotient of Gamma functions that is no rational function, or not safely one."""


def gamma_quotient(numerator: Any, denominator: Any, least: Least | None = None) -> Any:
    """The quotient of two products of Gamma functions and rational functions, if it is rational.

    Gamma functions whose arguments differ by an integer are reduced to each other by
    Γ(z+1) = z Γ(z); powers c^(linear form) are combined. What remains must cancel.

    Args:
        numerator, denominator: SymPy expressions, not 0.
        least: least values of symbols, by name, beyond their assumptions.

    Raises:
        NotReducible: if Gamma functions or powers remain, a factor is of another kind, an argument
            may be a pole of Γ, or one of the two is 0.

    Example:
        >>> m = sp.Symbol("m", positive=True)
        >>> sp.factor(gamma_quotient(sp.gamma(m + 2), 3 * sp.gamma(m)))
        m*(m + 1)/3
    """
    problem = unfit(numerator, denominator)
    if problem:
        raise NotReducible(problem)
    rational = sp.S.One
    gammas: dict[Any, int] = {}
    powers: dict[Any, Any] = {}
    factors = _factors(sp.sympify(numerator), 1) + _factors(sp.sympify(denominator), -1)
    for base, exponent in factors:
        if base == 0:
            raise NotReducible("a quotient with 0 is no ratio of hypergeometric terms")
        if isinstance(base, (sp.gamma, sp.factorial)) and exponent.is_Integer:
            shift = 1 if isinstance(base, sp.factorial) else 0
            argument = sp.expand(sp.Add(cast(Any, base.args[0]), shift))
            _require_off_the_poles(argument, least or {})
            gammas[argument] = gammas.get(argument, 0) + int(exponent)
        elif base.is_number:
            powers[base] = powers.get(base, sp.S.Zero) + exponent
        elif exponent.is_Integer:
            rational *= base**exponent
        else:
            raise NotReducible(f"the factor {base}**({exponent}) is not of a kind that is reduced")
    for base, exponent in powers.items():
        total = sp.expand(exponent)
        if not total.is_Integer and total != 0:
            raise NotReducible(f"the power {base}**({total}) remains")
        rational *= base**total
    return sp.together(rational * _cancel_gammas(gammas))


def quotient_of_sums(numerator: Any, denominator: Any, least: Least | None = None) -> Any:
    """The quotient of two sums of hypergeometric terms that are rational multiples of each other.

    Raises:
        NotReducible: if a term is no rational multiple of the first one of the denominator, or a
            sum vanishes.
    """
    problem = unfit(numerator, denominator)
    if problem:
        raise NotReducible(problem)
    over, under = sp.Add.make_args(sp.sympify(numerator)), sp.Add.make_args(sp.sympify(denominator))
    base = under[0]
    top = sum((gamma_quotient(term, base, least) for term in over), sp.S.Zero)
    bottom = sum((gamma_quotient(term, base, least) for term in under), sp.S.Zero)
    if sp.cancel(sp.together(bottom)) == 0:
        raise NotReducible("the terms of the denominator cancel")
    return sp.cancel(sp.together(top / bottom))


def decay_exponent(ratio: Any, index: sp.Symbol, least: Least | None = None) -> Any:
    """p with ``ratio = 1 - p/index + O(1/index²)``: the sequence of such ratios is ~ C index^(-p).

    Args:
        ratio: a rational function of the index and of parameters.
        index: the running index.
        least: least values of the parameters, by name, beyond their assumptions; the expansion is
            shown to hold for all parameters from there on.

    Raises:
        NotReducible: if the ratio does not tend to 1 for all these parameters.
    """
    over, under = sp.fraction(sp.together(ratio))
    top, bottom = sp.Poly(sp.expand(over), index), sp.Poly(sp.expand(under), index)
    if top.degree() != bottom.degree() or sp.cancel(top.LC() / bottom.LC() - 1) != 0:
        raise NotReducible(f"the ratio {ratio} does not tend to 1 as {index} grows")
    leading = bottom.LC()
    if not any(is_positive(sp.expand(sign * leading), least or {}) for sign in (1, -1)):
        raise NotReducible(f"the leading coefficient {leading} may vanish for some parameters")
    power = index ** (bottom.degree() - 1)
    return sp.cancel((bottom - top).coeff_monomial(power) / leading)


def _require_off_the_poles(argument: Any, least: Least) -> None:
    """Γ has its poles at the integers <= 0."""
    if argument.is_integer is False or is_positive(argument, least):
        return
    raise NotReducible(f"Γ({argument}) may be at a pole: state the least values of its symbols")


def is_positive(expression: Any, least: Least) -> bool:
    """Whether a polynomial is > 0 for all admitted values of its symbols.

    Each symbol is shifted to its least value; then all coefficients must be >= 0, and some
    monomial that cannot vanish must have a positive one.
    """
    symbols = sorted(expression.free_symbols, key=str)
    shift: dict[Any, Any] = {}
    strict: set[Any] = set()
    for symbol in symbols:
        low = _least_value(symbol, least)
        if low is None:
            return False
        shift[symbol] = symbol + low
        if low == 0 and symbol.is_positive:
            strict.add(symbol)
    shifted = sp.expand(expression.subs(shift, simultaneous=True))
    if not symbols:
        return bool(shifted.is_Rational and shifted > 0)
    if not shifted.is_polynomial(*symbols):
        return False
    terms = sp.Poly(shifted, *symbols).terms()
    if any(not c.is_Rational or c < 0 for _, c in terms):
        return False
    nonvanishing = (
        all(e == 0 or symbol in strict for e, symbol in zip(exponents, symbols, strict=True))
        for exponents, _ in terms
    )
    return any(nonvanishing)


def _least_value(symbol: Any, least: Least) -> Any:
    """The least value of a symbol: as stated, or by its assumptions; None if unknown."""
    if symbol.name in least:
        return sp.Integer(least[symbol.name])
    if symbol.is_positive:
        return sp.Integer(1) if symbol.is_integer else sp.Integer(0)
    return sp.Integer(0) if symbol.is_nonnegative else None


def _factors(expression: Any, sign: int) -> list[tuple[Any, Any]]:
    """(base, exponent) of every factor, exponents times sign."""
    found: list[tuple[Any, Any]] = []
    for factor in sp.Mul.make_args(expression):
        base, exponent = factor.as_base_exp()
        if isinstance(base, sp.Mul):
            found += [(b, e * exponent) for b, e in _factors(base, sign)]
        else:
            found.append((base, exponent * sign))
    return found


def _cancel_gammas(gammas: Mapping[Any, int]) -> Any:
    """The rational function that is left when Gamma functions cancel modulo integers."""
    groups: list[tuple[Any, list[tuple[int, int]]]] = []
    for argument, count in gammas.items():
        for leader, members in groups:
            shift = sp.expand(argument - leader)
            if shift.is_Integer:
                members.append((int(shift), count))
                break
        else:
            groups.append((argument, [(0, count)]))
    rational = sp.S.One
    for leader, members in groups:
        if sum(count for _, count in members) != 0:
            raise NotReducible(f"Γ({leader} + integer) does not cancel")
        lowest = min(shift for shift, _ in members)
        for shift, count in members:
            for step in range(lowest, shift):
                rational *= (leader + step) ** count
    return rational
