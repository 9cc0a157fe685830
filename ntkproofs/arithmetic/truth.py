"""Three-valued truth: a comparison of balls is true, false or undecided, and never a ``bool``.

``decide`` repeats a comparison at rising precision until it is true or false, or says that it
stayed undecided up to a stated limit. A rounding error can therefore neither refute a true
statement nor confirm a false one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

from flint import arb, fmpq, fmpz

from ntkproofs.arithmetic.balls import ball, precision
from ntkproofs.errors import InvalidInput

_decided: ContextVar[int] = ContextVar("decided", default=0)
"""How many comparisons came out true or false; :func:`decide` looks whether there was one."""


class Truth(Enum):
    """True, false or undecided; refuses to be taken for a ``bool``.

    Example:
        >>> Truth.UNDECIDED.negated(), Truth.TRUE is Truth.TRUE
        (<Truth.UNDECIDED: 'undecided'>, True)
    """

    TRUE = "true"
    FALSE = "false"
    UNDECIDED = "undecided"

    def __bool__(self) -> bool:
        raise TypeError(
            "A three-valued truth is no bool: compare it with Truth.TRUE, Truth.FALSE or "
            "Truth.UNDECIDED; an undecided comparison must not pass for a false or a true one."
        )

    def negated(self) -> Truth:
        """True for false, false for true; undecided stays undecided."""
        return {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}.get(self, Truth.UNDECIDED)


def all_of(truths: Iterable[Truth]) -> Truth:
    """Kleene's conjunction: false if one is false, true if all are, undecided otherwise."""
    seen = set(truths)
    if Truth.FALSE in seen:
        return Truth.FALSE
    return Truth.UNDECIDED if Truth.UNDECIDED in seen else Truth.TRUE


def less(left: Any, right: Any) -> Truth:
    """``left < right`` for every pair of points of the two balls, for none, or undecided.

    Args:
        left, right: balls or exact numbers (``arb``, int, Fraction, ``fmpq``, SymPy rationals).

    Raises:
        InvalidInput: for a float, whose rounding error no ball knows of.

    Example:
        >>> less(arb(2).sqrt(), Fraction(3, 2)), less(arb(1, 1), 1)
        (<Truth.TRUE: 'true'>, <Truth.UNDECIDED: 'undecided'>)
    """
    left, right = _finite_ball(left), _finite_ball(right)
    if left is None or right is None:
        return Truth.UNDECIDED
    return _truth(left < right, left >= right)


def positive(value: Any) -> Truth:
    """``0 < value``.

    Args:
        value: a ball or an exact number.

    Raises:
        InvalidInput: for a float, whose rounding error no ball knows of.

    Example:
        >>> positive(arb(2).sqrt() - 1)
        <Truth.TRUE: 'true'>
    """
    return less(0, value)


def nonzero(value: Any) -> Truth:
    """``value != 0``: true where the ball excludes 0, false where it is exactly 0.

    Args:
        value: a ball or an exact number.

    Raises:
        InvalidInput: for a float, whose rounding error no ball knows of.

    Example:
        >>> nonzero(arb(0, 1)), nonzero(0)
        (<Truth.UNDECIDED: 'undecided'>, <Truth.FALSE: 'false'>)
    """
    value = _finite_ball(value)
    if value is None:
        return Truth.UNDECIDED
    return _truth(not value.contains(0), value.is_zero())


def equal(left: Any, right: Any) -> Truth:
    """``left = right``: balls can refute an equality, and confirm it for exact numbers only.

    Args:
        left, right: balls or exact numbers.

    Raises:
        InvalidInput: for a float, whose rounding error no ball knows of.

    Example:
        >>> equal(arb(2).sqrt() ** 2, 2), equal(arb(2).sqrt(), 1)
        (<Truth.UNDECIDED: 'undecided'>, <Truth.FALSE: 'false'>)
    """
    left, right = _finite_ball(left), _finite_ball(right)
    if left is None or right is None:
        return Truth.UNDECIDED
    apart = not left.overlaps(right)
    exact = bool(left.is_exact()) and bool(right.is_exact())
    return _truth(exact and not apart, apart)


def _truth(holds: bool, fails: bool) -> Truth:
    """The outcome of a comparison, counted where it is decided."""
    if not (holds or fails):
        return Truth.UNDECIDED
    _decided.set(_decided.get() + 1)
    return Truth.TRUE if holds else Truth.FALSE


def _finite_ball(value: Any) -> arb | None:
    """The value as a ball, or None for a ball with no information (NaN, infinite radius).

    Floats are refused: one that was computed carries a rounding error that no ball knows of.
    """
    if type(value) not in (arb, int, Fraction, fmpq, fmpz):
        exact = type(value).__module__.startswith("sympy.") and value.is_Rational
        if not exact:
            raise InvalidInput(
                "Comparisons take balls and exact numbers (arb, int, Fraction, fmpq, SymPy "
                f"rationals); got {type(value).__name__}. A float may carry a rounding error: "
                "compute with arb, or write an exact Fraction."
            )
    enclosure = ball(value)
    return enclosure if enclosure.is_finite() else None


@dataclass(frozen=True)
class Decided:
    """The outcome of a comparison, and the precision at which it fell (or was given up)."""

    truth: Truth
    bits: int


def decide(comparison: Callable[[], Truth], start: int = 64, limit: int = 4096) -> Decided:
    """Evaluate a comparison at 64, 128, ... bits until it is true or false.

    Args:
        comparison: computes its balls anew at Arb's current precision and compares them. Its
            truth has to come from at least one comparison of this module that was decided.
        start: first precision in bits.
        limit: last precision in bits; undecided there is the answer ``UNDECIDED``.

    Example:
        >>> decide(lambda: less(arb(2).sqrt() * arb(3).sqrt(), arb(6).sqrt() + arb(2) ** -300)).bits
        512
    """
    if not 2 <= start <= limit:
        raise InvalidInput(
            f"decide needs 2 <= start <= limit (bits); got start = {start}, limit = {limit}."
        )
    bits = start
    while True:
        before = _decided.get()
        with precision(bits):
            truth = comparison()
        if not isinstance(truth, Truth):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidInput(
                f"A comparison returns a Truth (less, positive, nonzero, equal); got {truth!r}. "
                "A bool may come from a float, which decides nothing."
            )
        if truth is not Truth.UNDECIDED and _decided.get() == before:
            raise InvalidInput(
                f"The comparison compared no balls, and yet came out {truth.value}. It decides by "
                "less, positive, nonzero or equal; a truth from elsewhere may come from a float."
            )
        if truth is not Truth.UNDECIDED or bits >= limit:
            return Decided(truth, bits)
        bits = min(2 * bits, limit)
