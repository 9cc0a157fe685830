"""Ball arithmetic (Arb, through python-flint): every value is an interval that holds the truth.

Arb's working precision is one global number of the process. Everything here that sets it holds a
lock while it does and puts the old value back, so that threads do not disturb each other.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

from flint import arb, ctx, fmpq

from ntkproofs.arithmetic.protocol import Arithmetic, Number
from ntkproofs.errors import InvalidInput

_PRECISION_LOCK = threading.RLock()
BITS_PER_DIGIT = math.log2(10)


@contextmanager
def precision(bits: int) -> Generator[None]:
    """Run a block with Arb at ``bits`` bits; the precision before is restored on the way out.

    Blocks of several threads wait for each other, since Arb's precision is global.

    Args:
        bits: 2 at least; 53 are those of float64.

    Raises:
        InvalidInput: for less than 2 bits.

    Example:
        >>> with precision(200):
        ...     root = arb(2).sqrt()
        >>> bool(root.rel_accuracy_bits() > 190)
        True
    """
    if bits < 2:
        raise InvalidInput(f"A precision is at least 2 bits; got {bits}.")
    with _PRECISION_LOCK:
        context = cast(Any, ctx)
        before = context.prec
        context.prec = bits
        try:
            yield
        finally:
            context.prec = before


@contextmanager
def series_length(terms: int) -> Generator[None]:
    """Run a block in which Arb's power series keep ``terms`` terms; guarded as the precision is."""
    with _PRECISION_LOCK:
        context = cast(Any, ctx)
        before = context.cap
        context.cap = terms
        try:
            yield
        finally:
            context.cap = before


def bits_for(digits: int) -> int:
    """Bits that hold ``digits`` decimal digits."""
    return math.ceil(digits * BITS_PER_DIGIT)


def ball(value: Any) -> arb:
    """A ball that holds ``value``: int, float, Fraction, fmpq, SymPy rational or arb.

    An int, a float and a ball are taken as they are; a fraction is enclosed at the current
    precision.
    """
    if isinstance(value, arb):
        return value
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    if getattr(value, "is_Rational", False):  # a SymPy rational
        return arb(fmpq(int(value.p), int(value.q)))
    return arb(value)


def to_fraction(value: Number) -> Fraction:
    """The exact rational that an int, a float or a Fraction stands for."""
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput(f"A parameter of a kernel is a finite number; got {value}.")
    return Fraction(value)


@dataclass(frozen=True)
class BallArithmetic(Arithmetic):
    """Arithmetic of real balls (``flint.arb``) at Arb's current precision."""

    @property
    def pi(self) -> arb:
        return arb.pi()

    def number(self, value: Number) -> arb:
        return ball(to_fraction(value))

    def sqrt(self, x: arb) -> arb:
        root = x.sqrt()
        if root.is_finite():
            return root
        if x < 0:
            raise InvalidInput(f"sqrt needs an argument >= 0; the ball {x} lies below 0.")
        # The exact argument is >= 0, so only the part of the ball at or above 0 matters.
        return arb(0).union(x.upper().sqrt())

    def acos(self, x: arb) -> arb:
        value = x.acos()
        return value if value.is_finite() else _monotone(x, arb.acos, arb.pi(), arb(0))

    def asin(self, x: arb) -> arb:
        value = x.asin()
        return value if value.is_finite() else _monotone(x, arb.asin, -arb.pi() / 2, arb.pi() / 2)

    def exp(self, x: arb) -> arb:
        return x.exp()

    def cos(self, x: arb) -> arb:
        return x.cos()

    def sin(self, x: arb) -> arb:
        return x.sin()


def _monotone(x: arb, function: Callable[[arb], arb], at_minus_1: arb, at_1: arb) -> arb:
    """A monotone function on the part of a ball inside [-1, 1], where the exact argument lies."""
    if not x.is_finite():
        return at_minus_1.union(at_1)
    if x > 1 or x < -1:
        raise InvalidInput(f"acos and asin need an argument in [-1, 1]; the ball {x} lies outside.")
    low, high = x.lower(), x.upper()
    return (function(low) if low >= -1 else at_minus_1).union(function(high) if high <= 1 else at_1)
