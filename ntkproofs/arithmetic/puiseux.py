# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""Truncated power series in x^(1/q), with coefficients that are exact where they can be.

A coefficient is a :class:`~ntkproofs.arithmetic.laurent.Laurent` number or, where no exact form is
known, a ball. The truncation is tracked as for floats: a product is known to the relative order of
its less known factor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb

from ntkproofs.arithmetic.coefficients import (
    composition,
    convolution,
    dot,
    first_nonzero,
    is_zero,
    quotient,
    scaled,
    sine_cosine,
    square_root,
)
from ntkproofs.arithmetic.laurent import (
    ONE,
    PI,
    ZERO,
    Coefficient,
    Laurent,
    as_ball,
    is_exactly,
    laurent,
)


class NoExpansion(ArithmeticError):
    """A function has no expansion in rational powers, or none that could be established."""


@dataclass(frozen=True, eq=False)
class Series:
    """``Σ_(j<n) c_j x^(j/q) + O(x^(n/q))``.

    Attributes:
        coefficients: c_0, ..., c_(n-1).
        ramification: q >= 1.
    """

    coefficients: tuple[Coefficient, ...]
    ramification: int = 1

    def __len__(self) -> int:
        return len(self.coefficients)

    @property
    def order(self) -> Fraction:
        """The exponent from which on nothing is known."""
        return Fraction(len(self), self.ramification)

    @property
    def constant(self) -> Coefficient:
        """The coefficient of x^0."""
        if not self.coefficients:
            raise NoExpansion("too few terms of the series were kept")
        return self.coefficients[0]

    def valuation(self) -> int:
        """The index of the first coefficient that is not exactly zero; n if there is none."""
        return first_nonzero(self.coefficients, 0)

    def ramified(self, ramification: int) -> Series:
        """The same series in x^(1/q') for a multiple q' of q."""
        factor = ramification // self.ramification
        if factor == 1:
            return self
        spread: list[Coefficient] = [ZERO] * (len(self) * factor)
        spread[::factor] = self.coefficients
        return Series(tuple(spread), ramification)

    def truncated(self, order: Fraction) -> Series:
        """The series up to O(x^order)."""
        length = min(len(self), math.ceil(order * self.ramification))
        return (
            self if length == len(self) else Series(self.coefficients[:length], self.ramification)
        )

    def with_constant(self, constant: Coefficient) -> Series:
        """The series with another coefficient of x^0."""
        return Series((constant, *self.coefficients[1:]), self.ramification)

    def in_balls(self) -> Series:
        """The series with balls for its coefficients.

        Zeros and the constant term stay exact: whether a cosine is ±1 at a pole is read from it.
        """
        balls = (ZERO if is_zero(c) else as_ball(c) for c in self.coefficients[1:])
        return Series((self.constant, *balls), self.ramification)

    def __add__(self, other: Any) -> Series:
        if not isinstance(other, Series):
            return self.with_constant(self.constant + _number(other))
        left, right = _aligned(self, other)
        pairs = zip(left.coefficients, right.coefficients, strict=False)
        return Series(tuple(x + y for x, y in pairs), left.ramification)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Series:
        if not isinstance(other, Series):
            return Series(scaled(self.coefficients, _number(other)), self.ramification)
        left, right = _aligned(self, other)
        v, w = left.valuation(), right.valuation()
        length = min(v + len(right), w + len(left))
        product = convolution(left.coefficients[v:], right.coefficients[w:], length - v - w)
        return Series((ZERO,) * min(v + w, length) + product, left.ramification)

    __rmul__ = __mul__

    def __neg__(self) -> Series:
        return Series(tuple(-c for c in self.coefficients), self.ramification)

    def __sub__(self, other: Any) -> Series:
        return self + (-other if isinstance(other, Series) else -_number(other))

    def __rsub__(self, other: Any) -> Series:
        return -self + other

    def __truediv__(self, other: Any) -> Series:
        if not isinstance(other, Series):
            divisor = _number(other)
            _require_nonzero(divisor)
            rough = as_ball(divisor)
            terms = (c / (rough if isinstance(c, arb) else divisor) for c in self.coefficients)
            return Series(tuple(terms), self.ramification)
        left, right = _aligned(self, other)
        v, w = left.valuation(), right.valuation()
        if w == len(right):
            raise NoExpansion("a denominator vanishes to all orders that were kept")
        if v < w:
            raise NoExpansion("a quotient has a pole at the pole of the sphere")
        _require_nonzero(right.coefficients[w])
        known = min(len(left) - v, len(right) - w)
        terms = quotient(left.coefficients[v:], right.coefficients[w:], known)
        return Series((ZERO,) * (v - w) + terms, left.ramification)

    def __rtruediv__(self, other: Any) -> Series:
        return self._like(_number(other)) / self

    def __pow__(self, exponent: int) -> Series:
        if exponent < 0:
            return 1 / self ** (-exponent)
        if exponent == 0:
            return self._like(ONE)
        power = self
        for _ in range(exponent - 1):
            power = power * self
        return power

    def _like(self, constant: Coefficient) -> Series:
        return Series((constant,) + (ZERO,) * (len(self) - 1), self.ramification)

    def sqrt(self) -> Series:
        """The root that is positive for small x > 0."""
        series = self if self.valuation() % 2 == 0 else self.ramified(2 * self.ramification)
        v = series.valuation()
        if v == len(series):
            raise NoExpansion("the argument of sqrt vanishes to all orders that were kept")
        rest = series.coefficients[v:]
        if not as_ball(rest[0]) > 0:
            raise NoExpansion("the argument of sqrt is not known to be positive near the pole")
        return Series((ZERO,) * (v // 2) + square_root(rest), series.ramification)

    def exp(self) -> Series:
        """The exponential, from E' = f' E."""
        found = [_exponential(self.constant)]
        slopes = self.slopes()
        for k in range(1, len(self)):
            found.append(dot(slopes[1 : k + 1], found[k - 1 :: -1]) / k)
        return Series(tuple(found), self.ramification)

    def sin_cos(self) -> tuple[Series, Series]:
        """Sine and cosine, from S' = f' C and C' = -f' S."""
        if isinstance(self.constant, arb):
            found = sine_cosine(self.coefficients)
            return Series(found[0], self.ramification), Series(found[1], self.ramification)
        sine, cosine = ([value] for value in _sin_cos(self.constant))
        slopes = self.slopes()
        for k in range(1, len(self)):
            rise = dot(slopes[1 : k + 1], cosine[k - 1 :: -1]) / k
            fall = dot(slopes[1 : k + 1], sine[k - 1 :: -1]) / k
            sine.append(rise)
            cosine.append(-fall)
        return Series(tuple(sine), self.ramification), Series(tuple(cosine), self.ramification)

    def asin(self) -> Series:
        """arcsin of a series; where it starts at ±1, the angle to the pole is a root."""
        if is_exactly(self.constant, -1):
            return -(-self).asin()
        if is_exactly(self.constant, 1):
            return -angle_from_versine(1 - self) + PI / 2
        size = abs(as_ball(self.constant))
        if not size < 1:
            raise NoExpansion("cannot tell whether the argument of arccos or arcsin is ±1")
        slope = Series(self.slopes(), self.ramification) / (1 - self * self).sqrt()
        return slope.integrated(_arcsine(self.constant))

    def integrated(self, constant: Coefficient) -> Series:
        """The series f with q x f' = this one, whose constant term is given."""
        terms = [c / k for k, c in enumerate(self.coefficients) if k > 0]
        return Series((constant, *terms), self.ramification)

    def slopes(self) -> tuple[Coefficient, ...]:
        """The coefficients of q x f'."""
        return tuple(c * k for k, c in enumerate(self.coefficients))

    def composed_with(self, inner: Series) -> Series:
        """``Σ c_j inner^(j/q)`` for an inner series that starts at 0 and is positive near it."""
        if not is_zero(inner.constant):
            raise NoExpansion("a series is composed with one that vanishes at the pole")
        root, ramification = inner, self.ramification
        while ramification % 2 == 0:
            root, ramification = root.sqrt(), ramification // 2
        if ramification != 1:
            raise NoExpansion(f"cannot take a root of order {ramification} of a series")
        # Where the remainder x^(n/q) of this series begins:
        limit = Fraction(len(self) * root.valuation(), root.ramification)
        first = first_nonzero(self.coefficients, 1)
        if first == len(self):  # as far as is known, a constant
            zeros = math.ceil(limit * root.ramification)
            return Series((self.constant,) + (ZERO,) * (zeros - 1), root.ramification)
        tail = Series(composition(self.coefficients[first:], root.coefficients), root.ramification)
        return (root**first * tail + self.constant).truncated(limit)


def angle_from_versine(versine: Series) -> Series:
    """The angle ψ in [0, π] with 1 - cos ψ = ``versine``, for a series that starts at 0."""
    half_sine = (versine / 2).sqrt()
    slope = Series(half_sine.slopes(), half_sine.ramification)
    return (slope * 2 / (1 - versine / 2).sqrt()).integrated(ZERO)


def _exponential(value: Coefficient) -> Coefficient:
    return ONE if is_zero(value) else as_ball(value).exp()


def _sin_cos(value: Coefficient) -> tuple[Coefficient, Coefficient]:
    """Sine and cosine of a constant; exact at multiples of π/2."""
    turns = value.over_pi() if isinstance(value, Laurent) else None
    if turns is not None and (2 * turns).denominator == 1:
        quarter = int(2 * turns) % 4
        return ((ZERO, ONE), (ONE, ZERO), (ZERO, -ONE), (-ONE, ZERO))[quarter]
    sine, cosine = as_ball(value).sin_cos()
    return sine, cosine


def _arcsine(value: Coefficient) -> Coefficient:
    known = {Fraction(0): ZERO, Fraction(1, 2): PI / 6, Fraction(-1, 2): -PI / 6}
    rational = value.rational() if isinstance(value, Laurent) else None
    exact = None if rational is None else known.get(rational)
    return as_ball(value).asin() if exact is None else exact


def _number(value: Any) -> Coefficient:
    return value if isinstance(value, (Laurent, arb)) else laurent(value)


def _require_nonzero(value: Coefficient) -> None:
    if is_zero(value) or (isinstance(value, arb) and value.contains(0)):
        raise NoExpansion("a denominator is not known to be nonzero at the pole")


def _aligned(left: Series, right: Series) -> tuple[Series, Series]:
    common = math.lcm(left.ramification, right.ramification)
    return left.ramified(common), right.ramified(common)
