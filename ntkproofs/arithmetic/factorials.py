# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false, reportOperatorIssue=false, reportArgumentType=false
"""Gamma functions and what is made of them, as generators: a quotient of two is rational where
their arguments differ by an integer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

if TYPE_CHECKING:
    from ntkproofs.arithmetic.normal_form import Generators


def gamma(of: Generators, node: Any) -> Any:
    """Γ(z + n) is a product of n factors times Γ(z); z has a rational constant in (0, 1]."""
    argument = sp.expand(node.args[0])
    constant, rest = argument.as_coeff_Add(rational=True)
    if rest == 0:
        return (
            of.form(sp.gamma(constant))
            if not isinstance(sp.gamma(constant), sp.gamma)
            else (of.opaque(sp.gamma(constant)))
        )
    if of.duplication and _has_integer_coefficients(rest):
        half = argument / 2
        doubled = 2 ** (argument - 1) / sp.sqrt(sp.pi)
        return (
            of.form(doubled)
            * gamma(of, sp.gamma(half, evaluate=False))
            * gamma(of, sp.gamma(half + sp.Rational(1, 2), evaluate=False))
        )
    shift = sp.ceiling(constant) - 1
    base = rest + constant - shift
    factor = sp.Mul(*(base + j for j in range(int(shift)))) if shift > 0 else sp.S.One
    if shift < 0:
        factor = 1 / sp.Mul(*(base - j for j in range(1, int(-shift) + 1)))
    return of.form(factor) * of.generator(("gamma", of.canonical(base)), sp.gamma(base))


def _has_integer_coefficients(rest: Any) -> bool:
    return all(t.as_coeff_Mul(rational=True)[0].is_Integer for t in sp.Add.make_args(rest))


def factorial(of: Generators, node: Any) -> Any:
    """z! = Γ(z + 1)."""
    return of.form(sp.gamma(node.args[0] + 1))


def binomial(of: Generators, node: Any) -> Any:
    """A polynomial where the lower entry is a number; else by Gamma functions, above -1."""
    upper, lower = node.args
    if lower.is_Integer and lower >= 0:
        product = sp.Mul(*(upper - j for j in range(int(lower))))
        return of.form(product / sp.factorial(lower))
    if not of.is_positive(sp.expand(upper + 1)):
        # Above a negative integer conventions differ, and Γ has poles where SymPy has values.
        return of.opaque(node)
    quotient = sp.gamma(upper + 1) / (sp.gamma(lower + 1) * sp.gamma(upper - lower + 1))
    return of.form(quotient)


def rising(of: Generators, node: Any) -> Any:
    """z(z+1)...(z+n-1) = Γ(z + n)/Γ(z)."""
    first, count = node.args
    if count.is_Integer and count >= 0:
        return of.form(sp.Mul(*(first + j for j in range(int(count)))))
    return of.form(sp.gamma(first + count) / sp.gamma(first))
