# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# SymPy's own annotations promise less than its classes have.
# pyright: reportOperatorIssue=false, reportIndexIssue=false, reportAttributeAccessIssue=false
# pyright: reportArgumentType=false, reportCallIssue=false, reportGeneralTypeIssues=false
# pyright: reportUnknownLambdaType=false, reportAssignmentType=false
"""Powers with exponents that are no integers, as monomials of generators.

A base is factored over Q. Factors that are known to be positive take the exponent each for
itself; what is left of the base takes it as a whole. The exponent is split into its terms, and of
each term the half of its monomial is the exponent of a generator: b^(2a) is the square of b^a.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

if TYPE_CHECKING:
    from ntkproofs.arithmetic.normal_form import Generators


def power(of: Generators, base: Any, exponent: Any) -> Any:
    """``base**exponent`` in generators."""
    if base is sp.E:
        return _exponential(of, exponent)
    if exponent.is_Integer:
        return of.form(base) ** exponent
    if base == -1:
        return _sign(of, exponent)
    if base.atoms(sp.sin, sp.cos):
        # sqrt(1 - cos² θ) is sin θ where that is known to be positive, or 0 at the ends.
        for known in (*of.positive, *map(sp.sin, of.half_turns())):
            if not known.is_Add and of.vanishes(known**2 - base):
                return power(of, known, sp.expand(2 * exponent))
    product = sp.S.One
    rest = sp.S.One
    for factor, count in factors(of, base):
        if of.is_positive(factor):
            product *= _of_positive(of, factor, sp.expand(count * exponent))
        else:
            rest *= factor**count
    if rest == 1:
        return product
    return product * _of_any(of, rest, sp.expand(exponent))


def factors(of: Generators, base: Any) -> list[tuple[Any, Any]]:
    """(factor, exponent) of a base in its symbols: primes, irreducible polynomials, powers of
    positive bases. Factors known to be negative come with their sign changed."""
    if base.is_Pow and base.exp.is_real and of.is_positive(base.base):
        return [(b, sp.expand(e * base.exp)) for b, e in factors(of, base.base)]
    if base.is_Mul and not base.is_Rational:
        found = [pair for factor in base.args for pair in factors(of, factor)]
        return _merged(found)
    if base.is_Rational:
        numbers = sp.factorrat(abs(base)) if base != 0 else {sp.S.Zero: 1}
        sign = [(sp.S.NegativeOne, sp.S.One)] if base < 0 else []
        return [*sign, *((sp.Integer(p), sp.Integer(e)) for p, e in numbers.items())]
    if base.is_Add and base.is_rational_function(*base.free_symbols):
        return _of_polynomials(of, base)
    return [(base, sp.S.One)]


def _of_polynomials(of: Generators, base: Any) -> list[tuple[Any, Any]]:
    over, under = sp.fraction(sp.together(base))
    found: list[tuple[Any, Any]] = []
    sign = 1
    for part, direction in ((over, 1), (under, -1)):
        content, parts = sp.factor_list(part)
        found += [(b, direction * e) for b, e in factors(of, sp.sympify(abs(content)))]
        sign *= -1 if content < 0 else 1
        for factor, count in parts:
            flipped = not of.is_positive(factor) and of.is_positive(sp.expand(-factor))
            sign *= (-1) ** count if flipped else 1
            found.append((sp.expand(-factor) if flipped else factor, sp.Integer(direction * count)))
    if sign < 0:
        found.append((sp.S.NegativeOne, sp.S.One))
    return _merged([(b, e) for b, e in found if b != 1])


def _merged(pairs: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    merged: dict[Any, Any] = {}
    for factor, count in pairs:
        merged[factor] = merged.get(factor, sp.S.Zero) + count
    if merged.get(sp.S.NegativeOne, sp.S.Zero).is_even:
        merged.pop(sp.S.NegativeOne, None)
    return [(factor, count) for factor, count in merged.items() if count != 0]


def _of_positive(of: Generators, base: Any, exponent: Any) -> Any:
    """A power of a positive base: one generator for each half of a monomial of the exponent."""
    constant, rest = exponent.as_coeff_Add(rational=True)
    whole = sp.floor(constant)
    product = of.form(base) ** whole if base != 1 else sp.S.One
    fraction = constant - whole
    if fraction != 0:
        product *= _root(of, base, fraction.q) ** fraction.p
    if rest == 0:
        return product
    for term in sp.Add.make_args(rest):
        coefficient, monomial = term.as_coeff_Mul(rational=True)
        unit, count = monomial / 2, 2 * coefficient
        if not count.is_Integer:
            unit, count = monomial / coefficient.q, sp.Integer(coefficient.p)
        key = ("power", of.canonical(base), of.canonical(unit))
        product *= of.generator(key, base**unit) ** count
    return product


def _root(of: Generators, base: Any, order: int) -> Any:
    inside = of.canonical(base)
    for known in of.positive if order == 2 else ():
        if of.vanishes(known**2 - base):
            return of.form(known)
    over, under = sp.fraction(inside)
    return of.generator(
        ("root", order, inside),
        sp.root(base, order),
        lambda g: sp.expand(under * g**order - over),
    )


def _of_any(of: Generators, base: Any, exponent: Any) -> Any:
    """A power of a base whose sign is not known: the base stays whole."""
    constant, rest = exponent.as_coeff_Add(rational=True)
    whole = sp.floor(constant)
    product = of.form(base) ** whole
    if constant != whole:
        product *= _root(of, base, (constant - whole).q) ** (constant - whole).p
    if rest != 0:
        product *= of.generator(("power", of.canonical(base), of.canonical(rest)), base**rest)
    return product


def _sign(of: Generators, exponent: Any) -> Any:
    """(-1)^n for integers n: its square is 1."""
    product = sp.S.One
    for term in sp.Add.make_args(sp.expand(exponent)):
        coefficient, monomial = term.as_coeff_Mul(rational=True)
        if not (coefficient.is_Integer and monomial.is_integer):
            key = ("power", sp.S.NegativeOne, of.canonical(exponent))
            return of.generator(key, sp.S.NegativeOne**exponent)
        if coefficient % 2:
            product *= (
                sp.S.NegativeOne
                if monomial == 1
                else of.generator(
                    ("sign", of.canonical(monomial)),
                    sp.S.NegativeOne**monomial,
                    lambda g: g**2 - 1,
                )
            )
    return product


def _exponential(of: Generators, exponent: Any) -> Any:
    """e^x, a product over the terms of x; e^(iπn) is a sign."""
    product = sp.S.One
    for term in sp.Add.make_args(sp.expand(exponent)):
        turns = sp.expand(term / (sp.I * sp.pi))
        if turns.is_integer:
            product *= _sign(of, turns)
            continue
        logarithms = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.log)]
        if len(logarithms) == 1:  # e^(a log b) = b^a
            product *= power(of, logarithms[0].args[0], term / logarithms[0])
            continue
        angle = sp.expand(term / sp.I)
        if of.euler and angle.is_real:
            product *= of.form(sp.cos(angle) + sp.I * sp.sin(angle))
            continue
        coefficient, monomial = term.as_coeff_Mul(rational=True)
        unit, count = monomial / 2, 2 * coefficient
        if not count.is_Integer:
            unit, count = monomial / coefficient.q, sp.Integer(coefficient.p)
        product *= of.generator(("exp", of.canonical(unit)), sp.exp(unit)) ** count
    return product
