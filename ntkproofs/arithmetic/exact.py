# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Decision procedures for exact identities, each with a name and a normal form.

Nothing here simplifies and hopes: an expression outside the class that a procedure decides is
reported as such.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import sympy as sp

from ntkproofs.arithmetic.truth import Truth

NORMAL_FORM = "normal form of rational functions over Q"
NORMAL_FORM_MODULO = "normal form of polynomials modulo relations (Groebner basis)"
GAMMA_NORMAL_FORM = "ratios of Gamma functions reduced to rational functions, then normal form"
EXACT_RATIONALS = "exact rational arithmetic"
NONNEGATIVE_COEFFICIENTS = "nonnegative coefficients after shifting variables to their least values"

Least = Mapping[str, int]

_WITNESS_VALUES = (0, 1, 2, 3, 4, 5, 7, -1, -2)


@dataclass(frozen=True)
class Decision:
    """The outcome of a decision procedure.

    Attributes:
        truth: TRUE and FALSE are decided; UNDECIDED means outside the procedure's class.
        method: the procedure's name.
        witness: for FALSE, values of the variables at which the two sides differ, and both sides.
        reason: for UNDECIDED, why.
    """

    truth: Truth
    method: str
    witness: Mapping[str, Any] = field(default_factory=dict[str, Any])
    reason: str = ""


def rational_identity(left: Any, right: Any, least: Least | None = None) -> Decision:
    """Whether two rational functions over Q are the same.

    Args:
        left, right: SymPy expressions; rational functions of their symbols with rational numbers.
        least: for symbols, by name, the least integer value that a witness may give them: the
            hypotheses of the statement.

    Example:
        >>> x = sp.Symbol("x")
        >>> rational_identity((x**2 - 1) / (x - 1), x + 1).truth
        <Truth.TRUE: 'true'>
    """
    floats = [part for side in (left, right) for part in sp.sympify(side).atoms(sp.Float)]
    if floats:  # before SymPy combines them: a float is no exact number
        return Decision(Truth.UNDECIDED, NORMAL_FORM, reason=f"contains the floats {floats}")
    difference = sp.together(sp.sympify(left) - sp.sympify(right))
    symbols = sorted(difference.free_symbols, key=str)
    problem = _not_rational(difference, symbols)
    if problem:
        return Decision(Truth.UNDECIDED, NORMAL_FORM, reason=problem)
    numerator, denominator = sp.fraction(difference)
    if symbols:
        if sp.Poly(denominator, *symbols, domain="QQ").is_zero:
            return Decision(Truth.UNDECIDED, NORMAL_FORM, reason="a denominator is 0")
        zero = sp.Poly(numerator, *symbols, domain="QQ").is_zero
    else:
        zero = sp.Rational(difference) == 0
    if zero:
        return Decision(Truth.TRUE, NORMAL_FORM)
    everywhere = sp.sympify(left).free_symbols | sp.sympify(right).free_symbols
    witness = find_difference(left, right, sorted(everywhere, key=str), least)
    if witness is None:
        return Decision(
            Truth.UNDECIDED,
            NORMAL_FORM,
            reason="the two sides differ as rational functions, but agree at every point tried",
        )
    return Decision(Truth.FALSE, NORMAL_FORM, witness)


def find_difference(
    left: Any, right: Any, symbols: Sequence[sp.Symbol], least: Least | None = None
) -> dict[str, Any] | None:
    """A point with small integer coordinates at which two rational functions differ, exactly."""
    left, right = sp.sympify(left), sp.sympify(right)
    over, under = sp.fraction(sp.together(left - right))
    for values in _small_points(len(symbols)):
        named = {str(symbol): value for symbol, value in zip(symbols, values, strict=True)}
        if any(named.get(name, low) < low for name, low in (least or {}).items()):
            continue
        point: dict[Any, Any] = dict(zip(symbols, map(sp.Integer, values), strict=True))
        if over.subs(point) == 0 or under.subs(point) == 0:
            continue
        here, there = left.subs(point), right.subs(point)
        if here.is_Rational and there.is_Rational and here != there:
            return {**named, "left": str(here), "right": str(there)}
    return None


def _small_points(count: int) -> Iterator[tuple[int, ...]]:
    """Integer points, small ones first; of many coordinates a few varied points."""
    if count <= 4:
        points = itertools.product(_WITNESS_VALUES, repeat=count)
        yield from sorted(points, key=lambda p: sum(map(abs, p)))
        return
    yield (1,) * count
    for step in range(1, 12):
        yield tuple(1 + (step * i * i + i) % 7 for i in range(count))


def _not_rational(expression: Any, symbols: Sequence[Any]) -> str:
    """Why an expression is no rational function over Q of its symbols; empty if it is one."""
    atoms = expression.atoms(sp.Function, sp.NumberSymbol, sp.Float, type(sp.I))
    if atoms:
        return f"not a rational function over Q: contains {sorted(map(str, atoms))}"
    if symbols and not expression.is_rational_function(*symbols):
        return f"not a rational function of {[str(s) for s in symbols]}"
    numbers = {n for n in expression.atoms(sp.Number) if not n.is_Rational}
    powers = {p for p in expression.atoms(sp.Pow) if not p.exp.is_Integer}
    if numbers or powers:
        return f"not a rational function over Q: contains {sorted(map(str, numbers | powers))}"
    return ""


def nonnegative(expression: Any, least: Least) -> Decision:
    """Whether a rational function over Q is >= 0 for all real values of its symbols from ``least``.

    TRUE if, after shifting each symbol to its least value, numerator and denominator have
    nonnegative coefficients; FALSE at a point with small integer coordinates where it is negative;
    undecided otherwise, since the criterion is sufficient only.

    Args:
        expression: a SymPy expression whose symbols are all named in ``least``.
        least: the least value of each symbol, by name.

    Example:
        >>> x = sp.Symbol("x")
        >>> nonnegative(x**2 - 2 * x + 3, {"x": 1}).truth
        <Truth.TRUE: 'true'>
    """
    expression = sp.sympify(expression)
    symbols = sorted(expression.free_symbols, key=str)
    problem = _not_rational(expression, symbols)
    missing = [str(symbol) for symbol in symbols if str(symbol) not in least]
    if problem or missing:
        reason = problem or f"no least value is given for {missing}"
        return Decision(Truth.UNDECIDED, NONNEGATIVE_COEFFICIENTS, reason=reason)
    shift = {symbol: symbol + least[str(symbol)] for symbol in symbols}
    over, under = sp.fraction(sp.together(expression.subs(shift, simultaneous=True)))
    if all(_coefficients_are_nonnegative(part, symbols) for part in (over, under)):
        return Decision(Truth.TRUE, NONNEGATIVE_COEFFICIENTS)
    for values in _small_points(len(symbols)):
        named = {str(symbol): value for symbol, value in zip(symbols, values, strict=True)}
        if any(value < least[name] for name, value in named.items()):
            continue
        value = expression.subs(dict(zip(symbols, map(sp.Integer, values), strict=True)))
        if value.is_Rational and value < 0:
            return Decision(Truth.FALSE, NONNEGATIVE_COEFFICIENTS, {**named, "value": str(value)})
    reason = "some coefficient is negative, and no point tried makes the expression negative"
    return Decision(Truth.UNDECIDED, NONNEGATIVE_COEFFICIENTS, reason=reason)


def _coefficients_are_nonnegative(expression: Any, symbols: Sequence[sp.Symbol]) -> bool:
    if not symbols:
        return bool(sp.Rational(expression) >= 0)
    return all(c >= 0 for c in sp.Poly(expression, *symbols, domain="QQ").coeffs())


def polynomial_identity(
    left: Any, right: Any, relations: Sequence[Any], generators: Sequence[sp.Symbol]
) -> Decision:
    """Whether two polynomials agree modulo polynomial relations ``r = 0`` between the generators.

    The normal form is the remainder by a Groebner basis of the relations; FALSE says that the
    difference is no consequence of the relations (an algebraic fact, with the remainder shown).
    """
    if sp.sympify(left).has(sp.Float) or sp.sympify(right).has(sp.Float):
        return Decision(Truth.UNDECIDED, NORMAL_FORM_MODULO, reason="contains floats")
    difference = sp.expand(sp.sympify(left) - sp.sympify(right))
    outside = difference.free_symbols - set(generators)
    if outside or not difference.is_polynomial(*generators):
        reason = f"not a polynomial in {[str(g) for g in generators]}: {difference}"
        return Decision(Truth.UNDECIDED, NORMAL_FORM_MODULO, reason=reason)
    basis = sp.groebner(list(relations), *generators, order="grevlex", domain="QQ")
    _, remainder = sp.reduced(difference, list(basis.exprs), *generators, order="grevlex")
    if sp.Poly(remainder, *generators).is_zero:
        return Decision(Truth.TRUE, NORMAL_FORM_MODULO)
    return Decision(
        Truth.FALSE, NORMAL_FORM_MODULO, {"remainder of left - right": _shortened(str(remainder))}
    )


def _shortened(text: str, length: int = 120) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


class NotReducible(ValueError):
    """A quotient of Gamma functions that is no rational function."""


def gamma_quotient(numerator: Any, denominator: Any) -> sp.Expr:
    """The quotient of two products of Gamma functions and rational functions, if it is rational.

    Gamma functions whose arguments differ by an integer are reduced to each other by
    Γ(z+1) = z Γ(z); powers c^(linear form) are combined. What remains must cancel.

    Raises:
        NotReducible: if Gamma functions or powers remain, or a factor is of another kind.

    Example:
        >>> m = sp.Symbol("m", positive=True)
        >>> sp.factor(gamma_quotient(sp.gamma(m + 2), 3 * sp.gamma(m)))
        m*(m + 1)/3
    """
    rational = sp.S.One
    gammas: dict[sp.Expr, int] = {}
    powers: dict[sp.Expr, sp.Expr] = {}
    factors = _factors(sp.sympify(numerator), 1) + _factors(sp.sympify(denominator), -1)
    for base, exponent in factors:
        if isinstance(base, sp.gamma) and exponent.is_Integer:
            argument = sp.expand(base.args[0])
            gammas[argument] = gammas.get(argument, 0) + int(exponent)
        elif isinstance(base, sp.factorial) and exponent.is_Integer:
            argument = sp.expand(cast(sp.Expr, base.args[0]) + 1)
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
    return cast(sp.Expr, sp.together(rational * _cancel_gammas(gammas)))


def quotient_of_sums(numerator: Any, denominator: Any) -> sp.Expr:
    """The quotient of two sums of hypergeometric terms that are rational multiples of each other.

    Raises:
        NotReducible: if a term is no rational multiple of the first one of the denominator.
    """
    over, under = sp.Add.make_args(sp.sympify(numerator)), sp.Add.make_args(sp.sympify(denominator))
    base = under[0]
    top = sum((gamma_quotient(term, base) for term in over), sp.S.Zero)
    bottom = sum((gamma_quotient(term, base) for term in under), sp.S.Zero)
    return sp.cancel(sp.together(top / bottom))


def decay_exponent(ratio: sp.Expr, index: sp.Symbol) -> sp.Expr:
    """p with ``ratio = 1 - p/index + O(1/index²)``: the sequence of such ratios is ~ C index^(-p).

    Raises:
        NotReducible: if the rational function does not tend to 1.
    """
    over, under = sp.fraction(sp.together(ratio))
    top, bottom = sp.Poly(sp.expand(over), index), sp.Poly(sp.expand(under), index)
    if top.degree() != bottom.degree() or sp.cancel(top.LC() / bottom.LC() - 1) != 0:
        raise NotReducible(f"the ratio {ratio} does not tend to 1 as {index} grows")
    power = index ** (bottom.degree() - 1)
    return sp.cancel((bottom - top).coeff_monomial(power) / bottom.LC())


def _factors(expression: sp.Expr, sign: int) -> list[tuple[sp.Expr, sp.Expr]]:
    """(base, exponent) of every factor, exponents times sign."""
    found: list[tuple[sp.Expr, sp.Expr]] = []
    for factor in sp.Mul.make_args(expression):
        base, exponent = factor.as_base_exp()
        if isinstance(base, sp.Mul):
            found += [(b, e * exponent) for b, e in _factors(base, sign)]
        else:
            found.append((base, exponent * sign))
    return found


def _cancel_gammas(gammas: Mapping[sp.Expr, int]) -> sp.Expr:
    """The rational function that is left when Gamma functions cancel modulo integers."""
    groups: list[tuple[sp.Expr, list[tuple[int, int]]]] = []
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
