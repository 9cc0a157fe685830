# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Why the eigenvalues of one parity may vanish: even and odd parts of a kernel that are polynomial.

P_l(-u) = (-1)^l P_l(u), so that even degrees see k(u) + k(-u) only, and odd ones k(u) - k(-u).
Where that is a polynomial of degree D, all eigenvalues of the parity beyond D are zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import sympy as sp

from ntkproofs.arithmetic.protocol import Arithmetic
from ntkproofs.arithmetic.symbols import SymbolArithmetic
from ntkproofs.kernels.kernel import Composed, Constant, Kernel, Leaf, Product, evaluate, fold

_C, _S, _A = sp.symbols("c s a")
"""cos θ, sin θ and θ."""

Parity = Literal["even", "odd"]


class _NotDecided(Exception):
    """The formula leaves the functions that are followed here."""


@dataclass(frozen=True)
class _AngleSymbols(Arithmetic):
    """Formulas as polynomials of cos θ, sin θ and θ, at θ or at π - θ."""

    cosine: Any
    angle: Any

    @property
    def pi(self) -> Any:
        return sp.pi

    def number(self, value: Any) -> Any:
        return SymbolArithmetic().number(value)

    def acos(self, x: Any) -> Any:
        if x == self.cosine:
            return self.angle
        return sp.pi - self.angle if x == -self.cosine else self._undecided()

    def asin(self, x: Any) -> Any:
        return sp.pi / 2 - self.acos(x)

    def sine(self, u: Any) -> Any:
        return _S if u in (self.cosine, -self.cosine) else self._undecided()

    def sqrt(self, x: Any) -> Any:
        return sp.sqrt(x)

    def exp(self, x: Any) -> Any:
        return sp.exp(x)

    def cos(self, x: Any) -> Any:
        return sp.cos(x)

    def sin(self, x: Any) -> Any:
        return sp.sin(x)

    def inside(self, inner: Any, cosine: Any) -> Arithmetic:
        if cosine == self.cosine:
            return self
        reflected = _AngleSymbols(-self.cosine, sp.pi - self.angle)
        return reflected if cosine == -self.cosine else self._undecided()

    def _undecided(self) -> Any:
        raise _NotDecided


@lru_cache(maxsize=256)
def polynomial_part(kernel: Kernel, parity: Parity) -> int | None:
    """The degree of the even or odd part of a kernel if that is found to be a polynomial.

    Returns:
        The degree; -1 if the part is zero; None if it is no polynomial, or that was not decided.

    Example:
        >>> import ntkproofs as nt
        >>> polynomial_part(nt.ntk(2), "odd"), polynomial_part(nt.ntk(3), "odd")
        (1, None)
    """
    found = symmetry(kernel)
    if found is not None and found != parity:
        return -1
    return _elementary_part(kernel, parity)


def symmetry(kernel: Kernel) -> Parity | None:
    """Whether the kernel is found to be an even or an odd function of u."""

    def visit(node: Kernel, values: Sequence[Parity | None]) -> Parity | None:
        match node:
            case Leaf():
                if _elementary_part(node, "odd") == -1:
                    return "even"
                return "odd" if _elementary_part(node, "even") == -1 else None
            case Constant():
                return "even"
            case Composed(outer=outer):
                return "even" if values[0] == "even" else values[0] and symmetry(outer)
            case Product():
                if None in values:
                    return None
                return "odd" if values.count("odd") % 2 else "even"
            case _:
                return values[0] if len(set(values)) == 1 else None

    return fold(kernel, visit)


def _elementary_part(kernel: Kernel, parity: str) -> int | None:
    sign = 1 if parity == "even" else -1
    try:
        here = evaluate(kernel, _C, _AngleSymbols(_C, _A))
        there = evaluate(kernel, -_C, _AngleSymbols(-_C, sp.pi - _A))
    except _NotDecided:
        return None
    return _polynomial_degree(sp.expand(here + sign * there))


def _polynomial_degree(expression: Any) -> int | None:
    """The degree in cos θ of an expression modulo sin² + cos² = 1; None if it is no polynomial."""
    if expression == 0:
        return -1
    try:
        domain = sp.QQ.frac_field(sp.pi)
        polynomial = sp.Poly(expression, _S, _A, _C, domain=domain)
        circle = sp.Poly(_S**2 + _C**2 - 1, _S, _A, _C, domain=domain)
    except (sp.PolynomialError, sp.CoercionFailed, ValueError):
        return None
    rest = polynomial.div(circle)[1]
    if rest.is_zero:
        return -1
    if rest.degree(_S) > 0 or rest.degree(_A) > 0:
        return None
    return int(rest.degree(_C))
