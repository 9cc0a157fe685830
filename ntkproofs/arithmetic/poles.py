# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false
"""Exact values at the poles u = ±1: rational functions of π where possible, balls otherwise.

Whether a cosine of a layer is exactly 1 or -1 at a pole decides how its angle continues there. A
ball cannot prove that; the field Q(π) can, since π is transcendental and a rational function of π
has a normal form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp
from flint import arb

from ntkproofs.arithmetic.balls import BallArithmetic, ball, to_fraction
from ntkproofs.arithmetic.protocol import Arithmetic, Number

_FIELD: Any = sp.QQ.frac_field(sp.pi)
_BALLS = BallArithmetic()


@dataclass(frozen=True, eq=False)
class PoleNumber:
    """A real number enclosed by a ball and, where it is in Q(π), known exactly."""

    ball: arb
    exact: Any = None

    def is_exactly(self, value: int) -> bool:
        """Whether the number is known to be the integer ``value``."""
        return self.exact is not None and self.exact == _FIELD(value)

    def differs_from(self, value: int) -> bool:
        """Whether the number is known not to be the integer ``value``."""
        return not self.ball.contains(value)

    def _combine(self, other: Any, operation: Callable[[Any, Any], Any]) -> PoleNumber:
        other = pole_number(other)
        exact = None
        if self.exact is not None and other.exact is not None:
            exact = operation(self.exact, other.exact)
        return PoleNumber(operation(self.ball, other.ball), exact)

    def __add__(self, other: Any) -> PoleNumber:
        return self._combine(other, lambda x, y: x + y)

    __radd__ = __add__

    def __mul__(self, other: Any) -> PoleNumber:
        return self._combine(other, lambda x, y: x * y)

    __rmul__ = __mul__

    def __neg__(self) -> PoleNumber:
        return self * -1

    def __sub__(self, other: Any) -> PoleNumber:
        return self._combine(other, lambda x, y: x - y)

    def __rsub__(self, other: Any) -> PoleNumber:
        return pole_number(other) - self

    def __truediv__(self, other: Any) -> PoleNumber:
        other = pole_number(other)
        if other.exact is not None and other.exact == 0:
            return PoleNumber(arb.nan())
        return self._combine(other, lambda x, y: x / y)

    def __rtruediv__(self, other: Any) -> PoleNumber:
        return pole_number(other) / self

    def __pow__(self, exponent: int) -> PoleNumber:
        power = pole_number(1)
        for _ in range(abs(exponent)):
            power = power * self
        return power if exponent >= 0 else 1 / power


def pole_number(value: Any) -> PoleNumber:
    """A rational number (int, float, Fraction) as an exact pole number."""
    if isinstance(value, PoleNumber):
        return value
    fraction = to_fraction(value)
    return PoleNumber(ball(fraction), _FIELD(sp.Rational(fraction.numerator, fraction.denominator)))


@dataclass(frozen=True)
class PoleArithmetic(Arithmetic):
    """Arithmetic of :class:`PoleNumber`."""

    @property
    def pi(self) -> PoleNumber:
        return PoleNumber(arb.pi(), _FIELD(sp.pi))

    def number(self, value: Number) -> PoleNumber:
        return pole_number(value)

    def sqrt(self, x: PoleNumber) -> PoleNumber:
        return self._known(x, {0: 0, 1: 1}, _BALLS.sqrt)

    def acos(self, x: PoleNumber) -> PoleNumber:
        return self._known(x, {1: 0, 0: self.pi / 2, -1: self.pi}, _BALLS.acos)

    def asin(self, x: PoleNumber) -> PoleNumber:
        return self._known(x, {0: 0, 1: self.pi / 2, -1: -self.pi / 2}, _BALLS.asin)

    def exp(self, x: PoleNumber) -> PoleNumber:
        return self._known(x, {0: 1}, _BALLS.exp)

    def cos(self, x: PoleNumber) -> PoleNumber:
        return self._known(x, {0: 1}, _BALLS.cos)

    def sin(self, x: PoleNumber) -> PoleNumber:
        return self._known(x, {0: 0}, _BALLS.sin)

    @staticmethod
    def _known(
        x: PoleNumber, values: dict[int, Number | PoleNumber], function: Callable[[arb], arb]
    ) -> PoleNumber:
        for argument, value in values.items():
            if x.is_exactly(argument):
                return pole_number(value)
        return PoleNumber(function(x.ball))


POLES = PoleArithmetic()


POLES_OF_COSINE = (pole_number(1), pole_number(-1))
"""The values of u = cos θ at θ = 0 and θ = π."""
