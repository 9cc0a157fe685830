# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Symbolic arithmetic: SymPy expressions, and mpmath numbers as a second high precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath
import sympy as sp

from ntkproofs.arithmetic.balls import to_fraction
from ntkproofs.arithmetic.protocol import Arithmetic, Number
from ntkproofs.errors import InvalidInput


@dataclass(frozen=True)
class SymbolArithmetic(Arithmetic):
    """Arithmetic of SymPy expressions; nothing is simplified on the way."""

    @property
    def pi(self) -> Any:
        return sp.pi

    def number(self, value: Number) -> Any:
        fraction = to_fraction(value)
        return sp.Rational(fraction.numerator, fraction.denominator)

    def sqrt(self, x: Any) -> Any:
        return sp.sqrt(x)

    def acos(self, x: Any) -> Any:
        return sp.acos(x)

    def asin(self, x: Any) -> Any:
        return sp.asin(x)

    def exp(self, x: Any) -> Any:
        return sp.exp(x)

    def cos(self, x: Any) -> Any:
        return sp.cos(x)

    def sin(self, x: Any) -> Any:
        return sp.sin(x)

    def sine(self, u: Any) -> Any:
        return sp.sqrt(1 - u**2)


@dataclass(frozen=True)
class MpmathArithmetic(Arithmetic):
    """Arithmetic of mpmath numbers at mpmath's current precision; it rounds without a bound.

    It is a witness independent of Arb, not a certificate.
    """

    @property
    def pi(self) -> Any:
        return +mpmath.pi

    def number(self, value: Number) -> Any:
        fraction = to_fraction(value)
        return mpmath.mpf(fraction.numerator) / fraction.denominator

    def inside(self, inner: Any, cosine: Any) -> MpmathArithmetic:
        if abs(cosine) > 1 + 64 * mpmath.eps:
            raise InvalidInput(
                f"A kernel is composed with a cosine, a kernel with values in [-1, 1]; {inner!r} "
                f"is {mpmath.nstr(cosine, 6)}. Scale it to k(1) = 1 first."
            )
        return self

    def sqrt(self, x: Any) -> Any:
        return mpmath.sqrt(max(x, mpmath.mpf(0)))

    def acos(self, x: Any) -> Any:
        return mpmath.acos(_cut(x))

    def asin(self, x: Any) -> Any:
        return mpmath.asin(_cut(x))

    def exp(self, x: Any) -> Any:
        return mpmath.exp(x)

    def cos(self, x: Any) -> Any:
        return mpmath.cos(x)

    def sin(self, x: Any) -> Any:
        return mpmath.sin(x)


def _cut(x: Any) -> Any:
    return max(mpmath.mpf(-1), min(mpmath.mpf(1), x))
