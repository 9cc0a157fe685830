"""Rational numbers for the parameters of conjectures that are real."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis.strategies import SearchStrategy, integers, one_of, sampled_from

from ntkproofs.errors import InvalidInput


class Movable(Fraction):
    """A rational number that may be any of an interval; a search may move it there.

    What is computed from it is a plain fraction. It prints as ``Fraction('1/3')``.
    """

    within: tuple[Fraction, Fraction]

    def __new__(cls, value: Any, least: Any, most: Any) -> Movable:
        made = super().__new__(cls, value)
        made.within = (Fraction(least), Fraction(most))
        return made

    def moved_to(self, value: Any) -> Movable:
        """Another number of the same interval; those outside give its nearer end."""
        low, high = self.within
        return Movable(min(max(Fraction(value), low), high), low, high)

    def __repr__(self) -> str:
        return f"Fraction('{self}')"


def rationals(least: Any, most: Any) -> SearchStrategy[Fraction]:
    """Rational numbers that lie dense in an interval, for parameters that are real.

    Ends, simple fractions and numbers next to the ends, at distances of 10^-k, come more often; a
    local optimiser and the shrinking of witnesses move the number within the interval.

    Args:
        least: the least value, rational.
        most: the largest, > least.

    Returns:
        A strategy of ``Fraction``.

    Raises:
        InvalidInput: for an interval without inner points.

    Example:
        >>> from ntkproofs.conjectures.number_strategies import simplest
        >>> simplest(rationals(0, 3), lambda x: x.denominator > 1)
        Fraction('1/2')
    """
    low, high = Fraction(least), Fraction(most)
    if not low < high:
        raise InvalidInput(f"the least value is less than the largest; got {(least, most)!r}")
    width = high - low
    near = [width / 10**k for k in range(1, 13)]
    special = [low, high, *(low + x for x in near), *(high - x for x in near)]
    simple = {
        Fraction(p, q)
        for q in range(1, 13)
        for p in range(int(low * q) - 1, int(high * q) + 2)
        if low <= Fraction(p, q) <= high
    }
    ordered = sorted(simple, key=lambda x: (x.denominator, abs(x), x))[:200]
    return one_of(
        *([sampled_from(ordered)] if ordered else []),
        sampled_from(special),
        integers(0, 10**6).map(lambda j: low + width * Fraction(j, 10**6)),
    ).map(lambda x: Movable(x, low, high))


def cosines() -> SearchStrategy[Fraction]:
    """Cosines u in [-1, 1]: dense, with ±1, 0, short fractions and u = ±(1 - 10^-k) among them.

    Returns:
        A strategy of ``Fraction``; see :func:`rationals`.

    Example:
        >>> import ntkproofs as nt
        >>> from ntkproofs.conjectures.number_strategies import simplest
        >>> simplest(cosines(), lambda u: nt.ntk(2)(float(u)) < 0)
        Fraction('-1/2')
    """
    return rationals(-1, 1)
