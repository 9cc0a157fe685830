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
from typing import Any

import sympy as sp
from sympy.core.function import UndefinedFunction

from ntkproofs.arithmetic.truth import Truth

NORMAL_FORM = "normal form of rational functions over Q, where they are defined"
NORMAL_FORM_PI = "normal form of rational functions over Q(π), π being transcendental (Lindemann)"
NORMAL_FORM_MODULO = "normal form of polynomials modulo relations (Groebner basis)"
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


_PI = sp.Dummy("pi", positive=True)
"""Stands for π, which satisfies no polynomial equation over Q."""


def rational_identity(left: Any, right: Any, least: Least | None = None) -> Decision:
    """Whether two rational functions over Q(π) are the same, where both are defined.

    Args:
        left, right: SymPy expressions; rational functions of their symbols and of π with rational
            numbers.
        least: for symbols, by name, the least integer value that a witness may give them: the
            hypotheses of the statement.

    Example:
        >>> x = sp.Symbol("x")
        >>> rational_identity((x**2 - 1) / (x - 1), x + 1).truth
        <Truth.TRUE: 'true'>
    """
    problem = unfit(left, right)
    if problem:
        return Decision(Truth.UNDECIDED, NORMAL_FORM, reason=problem)
    left, right = (sp.sympify(side).subs(sp.pi, _PI) for side in (left, right))
    everywhere = left.free_symbols | right.free_symbols
    method = NORMAL_FORM_PI if _PI in everywhere else NORMAL_FORM
    difference = sp.together(sp.Add(left, -right))
    symbols = sorted(difference.free_symbols, key=str)
    problem = _not_rational(difference, symbols)
    if problem:
        return Decision(Truth.UNDECIDED, method, reason=problem)
    numerator, denominator = sp.fraction(difference)
    if symbols:
        if sp.Poly(denominator, *symbols, domain="QQ").is_zero:
            return Decision(Truth.UNDECIDED, method, reason="a denominator is 0")
        zero = sp.Poly(numerator, *symbols, domain="QQ").is_zero
    else:
        zero = sp.Rational(difference) == 0
    if zero:
        return Decision(Truth.TRUE, method)
    witness = find_difference(left, right, sorted(everywhere - {_PI}, key=str), least)
    if witness is None:
        return Decision(
            Truth.UNDECIDED,
            method,
            reason="the two sides differ as rational functions, but agree at every point tried",
        )
    return Decision(Truth.FALSE, method, witness)


def unfit(*sides: Any) -> str:
    """Why some expressions cannot be decided upon; empty if they can.

    Refused: strings, floats (before SymPy combines them: a float is no exact number), classes that
    are not SymPy's own (they may lie about themselves), and two symbols of one name.
    """
    names: dict[str, Any] = {}
    for side in sides:
        if isinstance(side, (str, float, bool)):
            return f"{type(side).__name__} is no exact expression"
        for node in sp.preorder_traversal(sp.sympify(side)):
            # A function without a formula, f(x), has a class of its own, made by SymPy.
            made = isinstance(type(node), UndefinedFunction)
            if not (made or type(node).__module__.startswith("sympy.")):
                return f"{type(node).__name__} is not a class of SymPy"
            if isinstance(node, sp.Float):
                return f"contains the float {node}"
            if isinstance(node, sp.Symbol) and names.setdefault(node.name, node) != node:
                return f"two different symbols are called {node.name}"
    return ""


def find_difference(
    left: Any, right: Any, symbols: Sequence[sp.Symbol], least: Least | None = None
) -> dict[str, Any] | None:
    """A point with small integer coordinates at which two rational functions differ, exactly.

    At such a point they are rational functions of π, which differ if their normal forms do.
    """
    left, right = sp.sympify(left), sp.sympify(right)
    over, under = sp.fraction(sp.together(left - right))
    for small in _small_points(len(symbols)):
        values = [
            sp.Rational(2 * value + 1, 2) if symbol.is_integer is False else sp.Integer(value)
            for symbol, value in zip(symbols, small, strict=True)
        ]
        named = {
            str(symbol): int(value) if value.is_Integer else str(value)
            for symbol, value in zip(symbols, values, strict=True)
        }
        lowest = least or {}
        if any(v < lowest.get(str(s), v) for s, v in zip(symbols, values, strict=True)):
            continue
        if not _respects_assumptions(symbols, values):
            continue
        point: dict[Any, Any] = dict(zip(symbols, values, strict=True))
        if over.subs(point) == 0 or under.subs(point) == 0:
            continue
        here, there = sp.cancel(left.subs(point)), sp.cancel(right.subs(point))
        if _is_number(here) and _is_number(there) and sp.cancel(here - there) != 0:
            sides = {"left": here, "right": there}
            return {**named, **{side: str(v.subs(_PI, sp.pi)) for side, v in sides.items()}}
    return None


def _is_number(value: Any) -> bool:
    """Whether a value is a rational number, or a rational function of π."""
    return value.is_Rational or (value.free_symbols == {_PI} and value.is_rational_function(_PI))


def _respects_assumptions(symbols: Sequence[sp.Symbol], values: Sequence[Any]) -> bool:
    """Whether values contradict none of the assumptions that the symbols were made with."""
    for symbol, value in zip(symbols, values, strict=True):
        if (symbol.is_positive and value <= 0) or (symbol.is_nonnegative and value < 0):
            return False
        if (symbol.is_negative and value >= 0) or (symbol.is_nonzero and value == 0):
            return False
        if symbol.is_integer is False and value == int(value):
            return False
        if (symbol.is_even and value % 2) or (symbol.is_odd and value % 2 == 0):
            return False
    return True


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
    problem = unfit(expression)
    if problem:
        return Decision(Truth.UNDECIDED, NONNEGATIVE_COEFFICIENTS, reason=problem)
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
    """Whether two polynomials agree for all generators that satisfy relations ``r = 0``.

    TRUE by the normal form: the remainder by a Groebner basis of the relations is 0. FALSE at a
    rational point of the variety, respecting the generators' assumptions, at which they differ;
    UNDECIDED where neither is found.

    Args:
        left, right: polynomials in the generators over Q.
        relations: polynomials in the generators over Q that are 0.
        generators: symbols; between them no other relations hold.
    """
    problem = unfit(left, right, *relations)
    if problem:
        return Decision(Truth.UNDECIDED, NORMAL_FORM_MODULO, reason=problem)
    difference = sp.expand(sp.Add(sp.sympify(left), -sp.sympify(right)))
    for polynomial in (difference, *relations):
        problem = _not_polynomial(polynomial, generators)
        if problem:
            return Decision(Truth.UNDECIDED, NORMAL_FORM_MODULO, reason=problem)
    basis = sp.groebner(list(relations), *generators, order="grevlex", domain="QQ")
    if basis.exprs == [1]:
        reason = "the relations contradict each other, and would prove anything"
        return Decision(Truth.UNDECIDED, NORMAL_FORM_MODULO, reason=reason)
    _, remainder = sp.reduced(difference, list(basis.exprs), *generators, order="grevlex")
    if sp.Poly(remainder, *generators).is_zero:
        return Decision(Truth.TRUE, NORMAL_FORM_MODULO)
    if remainder.is_Rational and all(g.is_complex is None for g in generators):
        # The relations have a complex solution (their ideal is proper), and the two sides differ
        # by this number at each.
        shown = {"left - right": f"{remainder}, at every solution of the relations"}
        return Decision(Truth.FALSE, NORMAL_FORM_MODULO, shown)
    witness = _point_of_variety(remainder, relations, generators)
    if witness is None:
        reason = f"the remainder is {_shortened(str(remainder))}, and no point tried shows it"
        return Decision(Truth.UNDECIDED, NORMAL_FORM_MODULO, reason=reason)
    shown = {"remainder of left - right": _shortened(str(remainder)), **witness}
    return Decision(Truth.FALSE, NORMAL_FORM_MODULO, shown)


def _not_polynomial(expression: Any, generators: Sequence[sp.Symbol]) -> str:
    expression = sp.sympify(expression)
    if expression.free_symbols - set(generators) or not expression.is_polynomial(*generators):
        return f"not a polynomial in {[str(g) for g in generators]}: {expression}"
    domain = sp.Poly(expression, *generators).domain
    if domain not in (sp.ZZ, sp.QQ):
        return f"coefficients are to be rational numbers, not elements of {domain}"
    return ""


_RATIONAL_COORDINATES = tuple(
    sp.Rational(value) for value in ("0", "1", "-1", "2", "3", "3/5", "4/5", "-3/5", "-4/5", "-2")
)


def _point_of_variety(
    remainder: Any, relations: Sequence[Any], generators: Sequence[sp.Symbol]
) -> dict[str, Any] | None:
    """A rational point at which all relations hold and the remainder does not vanish."""
    bound = sorted(set().union(*(sp.sympify(r).free_symbols for r in relations)), key=str)
    free = [g for g in generators if g not in bound]
    polynomials = [sp.Poly(r, *bound, domain="QQ") for r in relations] if bound else []
    candidates = itertools.product(_RATIONAL_COORDINATES, repeat=len(bound))
    for values in itertools.islice(candidates, 20_000):
        if not _respects_assumptions(bound, values):
            continue
        if any(polynomial.eval(values) != 0 for polynomial in polynomials):
            continue
        rest = remainder.subs(dict(zip(bound, values, strict=True)))
        for others in _small_points(len(free)):
            if not _respects_assumptions(free, others):
                continue
            value = rest.subs(dict(zip(free, map(sp.Integer, others), strict=True)))
            if value != 0:
                shown = zip([*bound, *free], [*values, *others], strict=True)
                return {str(g): str(v) for g, v in shown} | {"difference": str(value)}
    return None


def _shortened(text: str, length: int = 120) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
