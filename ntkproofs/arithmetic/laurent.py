# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false
"""Exact numbers Σ r_i π^i with rational r_i and integer i, positive or negative.

The expansions of ReLU kernels at their poles have such coefficients. Since π is transcendental the
form is normal: a number is zero exactly if all r_i are.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy as sp
from flint import arb, fmpq, fmpq_poly, fmpz

Coefficient = Any
"""A :class:`Laurent` where the value is known exactly, an ``arb`` ball elsewhere."""


@dataclass(frozen=True, eq=False, slots=True)
class Laurent:
    """The number ``p(π) π^shift``.

    Attributes:
        polynomial: p, with p(0) != 0 unless the number is zero.
        shift: an integer; 0 for the number zero.
    """

    polynomial: fmpq_poly
    shift: int = 0

    def is_zero(self) -> bool:
        """Exactly zero; decided, since π is transcendental."""
        return self is ZERO or self.polynomial.length() == 0

    def __add__(self, other: Any) -> Coefficient:
        if not isinstance(other, _NUMBERS):
            return NotImplemented
        if isinstance(other, arb):
            return other if self.is_zero() else self.to_ball() + other
        other = laurent(other)
        if other.is_zero():
            return self
        if self.is_zero():
            return other
        shift = min(self.shift, other.shift)
        left = self.polynomial.left_shift(self.shift - shift)
        right = other.polynomial.left_shift(other.shift - shift)
        return _normal(left + right, shift)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Coefficient:
        if not isinstance(other, _NUMBERS):
            return NotImplemented
        if isinstance(other, arb):
            return self if self.is_zero() else self.to_ball() * other
        other = laurent(other)
        product = self.polynomial * other.polynomial
        return Laurent(product, self.shift + other.shift) if product.length() else ZERO

    __rmul__ = __mul__

    def __neg__(self) -> Laurent:
        return self if self is ZERO else Laurent(-self.polynomial, self.shift)

    def __sub__(self, other: Any) -> Coefficient:
        return self + (-other) if isinstance(other, _NUMBERS) else NotImplemented

    def __rsub__(self, other: Any) -> Coefficient:
        return -self + other

    def __truediv__(self, other: Any) -> Coefficient:
        """The quotient; a ball where it is no such number."""
        if not isinstance(other, _NUMBERS):
            return NotImplemented
        if isinstance(other, arb):
            return self if self.is_zero() else self.to_ball() / other
        other = laurent(other)
        if other.is_zero():
            raise ZeroDivisionError("division by an exact zero")
        quotient, rest = divmod(self.polynomial, other.polynomial)
        if rest.length():
            return self.to_ball() / other.to_ball()
        return _normal(quotient, self.shift - other.shift)

    def __rtruediv__(self, other: Any) -> Coefficient:
        if isinstance(other, arb):
            return other / self.to_ball()
        return laurent(other) / self

    def equals(self, value: int | Fraction) -> bool:
        """Whether the number is exactly this rational."""
        return (self - value).is_zero()

    def over_pi(self) -> Fraction | None:
        """r where the number is r π with rational r, else None."""
        quotient = Laurent(self.polynomial, self.shift - 1) if not self.is_zero() else ZERO
        return quotient.rational()

    def rational(self) -> Fraction | None:
        """The number if it is rational, else None."""
        if self.is_zero():
            return Fraction(0)
        if self.shift or self.polynomial.length() != 1:
            return None
        value = self.polynomial[0]
        return Fraction(int(value.p), int(value.q))

    def sqrt(self) -> Coefficient:
        """The positive root; a ball where it is no such number, NaN if the number is negative."""
        if self.is_zero():
            return ZERO
        if self.shift % 2 == 0 and self.polynomial.length() == 1:
            value = self.polynomial[0]
            roots = fmpz(value.p).isqrt() if value > 0 else 0, fmpz(value.q).isqrt()
            if roots[0] and roots[0] ** 2 == value.p and roots[1] ** 2 == value.q:
                return Laurent(fmpq_poly([fmpq(*roots)]), self.shift // 2)
        return self.to_ball().sqrt()

    def to_ball(self) -> arb:
        """An enclosure at the current precision."""
        pi = arb.pi()
        total = arb(0)
        for coefficient in reversed(self.polynomial.coeffs()):
            total = total * pi + arb(coefficient)
        return total * pi**self.shift if self.shift else total

    def to_sympy(self) -> sp.Expr:
        """The number as a SymPy expression."""
        terms = [
            sp.Rational(int(c.p), int(c.q)) * sp.pi ** (power + self.shift)
            for power, c in enumerate(self.polynomial.coeffs())
        ]
        return sp.Add(*terms)


def _normal(polynomial: fmpq_poly, shift: int) -> Laurent:
    """The number with the powers of π that all terms share moved into the shift."""
    length = polynomial.length()
    if length == 0:
        return ZERO
    zeros = next(i for i in range(length) if polynomial[i] != 0)
    return (
        Laurent(polynomial.right_shift(zeros), shift + zeros)
        if zeros
        else Laurent(polynomial, shift)
    )


def laurent(value: Any) -> Laurent:
    """An exact rational number (int, Fraction, fmpq) as a Laurent number."""
    if isinstance(value, Laurent):
        return value
    return _constant(Fraction(value) if not isinstance(value, fmpq) else value)


@lru_cache(maxsize=4096)
def _constant(value: Any) -> Laurent:
    if value == 0:
        return ZERO
    exact = value if isinstance(value, fmpq) else fmpq(value.numerator, value.denominator)
    return Laurent(fmpq_poly([exact]))


_NUMBERS = (Laurent, int, Fraction, fmpq, arb)
ZERO = Laurent(fmpq_poly([]))
ONE = Laurent(fmpq_poly([1]))
PI = Laurent(fmpq_poly([1]), 1)


def is_exactly(value: Coefficient, number: int) -> bool:
    """Whether a coefficient is known to be this integer; a ball never is, unless it is exact."""
    return value.equals(number) if isinstance(value, Laurent) else bool(value == number)


def as_ball(value: Coefficient) -> arb:
    """The coefficient as a ball; an exact zero becomes the exact ball 0."""
    return value.to_ball() if isinstance(value, Laurent) else value
