"""An interval of floats that holds an exact number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb

from ntkproofs.arithmetic.balls import ball
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.matrices.rounding import above, below


@dataclass(frozen=True)
class Interval:
    """lower <= exact value <= upper; ends may be infinite.

    Example:
        >>> Interval(1.0, 2.0).contains(1.5), Interval(1.0, 2.0).positive()
        (True, <Truth.TRUE: 'true'>)
    """

    lower: float
    upper: float

    @classmethod
    def around(cls, value: arb) -> Interval:
        """The floats next to the ends of a ball."""
        return cls(below(value), above(value))

    def _repr_latex_(self) -> str:
        return rf"$\left[{_latex(self.lower)},\, {_latex(self.upper)}\right]$"

    @property
    def width(self) -> float:
        """upper - lower, rounded up."""
        if self.lower == self.upper:
            return 0.0
        return math.nextafter(self.upper - self.lower, math.inf)

    @property
    def relative_width(self) -> float:
        """The width over the least magnitude in the interval; infinite where it holds 0."""
        if self.lower == self.upper:
            return 0.0
        least = self.magnitude_from_below()
        return math.nextafter(self.width / least, math.inf) if least > 0 else math.inf

    def magnitude_from_below(self) -> float:
        """The least |x| in the interval."""
        return max(self.lower, -self.upper, 0.0)

    def contains(self, value: Any) -> bool:
        """Whether an exact number (int, float, Fraction) lies in the interval, ends included."""
        exact = Fraction(value)
        return _below_or_at(self.lower, exact) and _below_or_at(-self.upper, -exact)

    def hull(self, other: Interval) -> Interval:
        """The least interval that holds both."""
        return Interval(min(self.lower, other.lower), max(self.upper, other.upper))

    def ball(self) -> arb:
        """A ball that holds the interval."""
        return ball(self.lower).union(ball(self.upper))

    def positive(self) -> Truth:
        """Whether the exact number is > 0: true or false where the interval decides it."""
        if self.lower > 0:
            return Truth.TRUE
        return Truth.FALSE if self.upper <= 0 else Truth.UNDECIDED


def _latex(end: float) -> str:
    """A float in LaTeX, with all its digits."""
    if math.isinf(end):
        return r"\infty" if end > 0 else r"-\infty"
    mantissa, _, exponent = repr(end).partition("e")
    return mantissa if not exponent else rf"{mantissa} \cdot 10^{{{int(exponent)}}}"


def _below_or_at(end: float, value: Fraction) -> bool:
    return end == -math.inf or (math.isfinite(end) and Fraction(end) <= value)
