"""Strategies for the numbers in conjectures: dimensions, degrees, depths, widths, parameters."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

from hypothesis import find, settings
from hypothesis.errors import NoSuchExample
from hypothesis.strategies import SearchStrategy, integers, just, one_of, sampled_from, tuples

from ntkproofs.errors import InvalidInput, Unable

_SEARCH = settings(database=None, deadline=None, derandomize=True)

_T = TypeVar("_T")


def simplest(strategy: SearchStrategy[_T], condition: Callable[[_T], Any] = lambda _: True) -> _T:
    """The simplest instance that a search finds: what a witness of the same kind shrinks to.

    Args:
        strategy: of any instances.
        condition: takes an instance, says whether it is one that is looked for.

    Returns:
        The instance, the same on every call.

    Raises:
        Unable: if none is found, which does not show that none exists.

    Example:
        >>> import ntkproofs as nt
        >>> simplest(dimensions())
        2
        >>> simplest(degrees(1), lambda degree: nt.exact_eigenvalue(nt.ntk(2), 3, degree) == 0)
        3
    """
    try:
        return find(strategy, condition, settings=_SEARCH)
    except NoSuchExample:
        raise Unable(
            f"No instance of {strategy!r} that meets the condition was found, which does not show "
            "that none exists. Take a narrower strategy or a weaker condition."
        ) from None


def dimensions(least: int = 2, most: int = 10) -> SearchStrategy[int]:
    """Dimensions of the space; the smallest ones, where statements often change, come more often.

    Args:
        least: the least dimension, >= 2.
        most: the largest, >= least.

    Returns:
        A strategy of integers.

    Raises:
        InvalidInput: for ``least < 2``: S^0 has two points.

    Example:
        >>> import ntkproofs as nt
        >>> simplest(dimensions())    # what a witness shrinks to
        2
        >>> simplest(dimensions(), lambda d: nt.harmonic_dimension(d, 2) > 20)
        7
    """
    require(2 <= least <= most, "dimensions are integers from 2 on", (least, most))
    return one_of(integers(least, min(least + 2, most)), integers(least, most))


def degrees(least: int = 0, most: int = 60) -> SearchStrategy[int]:
    """Degrees of harmonics; 0, 1, 2, 3 and their like, where parities settle, come more often.

    Args:
        least: the least degree, >= 0.
        most: the largest, >= least.

    Returns:
        A strategy of integers.

    Raises:
        InvalidInput: for ``least < 0`` or ``most < least``.

    Example:
        >>> import ntkproofs as nt
        >>> simplest(degrees(1), lambda degree: nt.exact_eigenvalue(nt.ntk(2), 3, degree) == 0)
        3
    """
    require(0 <= least <= most, "degrees are integers from 0 on", (least, most))
    return one_of(integers(least, min(least + 5, most)), integers(least, most))


def depths(least: int = 2, most: int = 12) -> SearchStrategy[int]:
    """Numbers of weight layers; 2 and 3, between which laws change, come more often.

    Args:
        least: the least depth, >= 1; 1 is a linear model, 2 has one hidden layer.
        most: the largest, >= least.

    Returns:
        A strategy of integers.

    Raises:
        InvalidInput: for ``least < 1`` or ``most < least``.

    Example:
        >>> import ntkproofs as nt
        >>> simplest(depths(), lambda depth: nt.ntk(depth)(1.0) > 3)    # k(1) is the depth
        4
    """
    require(1 <= least <= most, "depths are integers from 1 on", (least, most))
    return one_of(integers(least, min(least + 1, most)), integers(least, most))


def widths(least: int = 1, most: int = 1024) -> SearchStrategy[int]:
    """Widths of layers, powers of two among them.

    Args:
        least: the least width, >= 1.
        most: the largest, >= least.

    Returns:
        A strategy of integers.

    Raises:
        InvalidInput: for ``least < 1`` or ``most < least``.

    Example:
        >>> simplest(widths(), lambda n: n > 2)
        3
    """
    require(1 <= least <= most, "widths are integers from 1 on", (least, most))
    powers = [2**j for j in range(40) if least <= 2**j <= most]
    return one_of(integers(least, most), *([sampled_from(powers)] if powers else []))


def short_rationals(least: Any = -2, most: Any = 2, denominator: int = 12) -> SearchStrategy[Any]:
    """Rational numbers of an interval with small denominators; integers and halves first.

    Args:
        least: the least value, rational.
        most: the largest, >= least.
        denominator: the largest denominator.

    Returns:
        A strategy of ``Fraction``, finitely many of them; :func:`rationals` are dense.

    Raises:
        InvalidInput: for ``most < least``, and an interval without such a number.

    Example:
        >>> simplest(short_rationals(0, 1), lambda x: 0 < x < 1)
        Fraction(1, 2)
    """
    low, high = Fraction(least), Fraction(most)
    require(low <= high, "the least value is at most the largest", (least, most))
    found = {
        Fraction(p, q)
        for q in range(1, denominator + 1)
        for p in range(int(low * q) - 1, int(high * q) + 2)
        if low <= Fraction(p, q) <= high
    }
    require(bool(found), "the interval holds a rational number of this denominator", found)
    return sampled_from(sorted(found, key=lambda x: (x.denominator, abs(x), x)))


def sobolev_orders(least: Any = -3, most: Any = 6) -> SearchStrategy[Any]:
    """Orders s of Sobolev multipliers: integers, halves and other short rationals.

    Args:
        least: the least order, rational.
        most: the largest, >= least.

    Returns:
        A strategy of ``Fraction`` with denominators up to 8.

    Raises:
        InvalidInput: for ``most < least``.

    Example:
        >>> import ntkproofs as nt
        >>> s = simplest(sobolev_orders(0, 2), lambda s: s.denominator > 1)
        >>> s, nt.sobolev(s).multiplier(0, 3)    # of degree 0, at every order
        (Fraction(1, 2), 1.0)
    """
    return short_rationals(least, most, 8)


def activation_slopes() -> SearchStrategy[tuple[int, int]]:
    """(a, b) of an activation a s + b |s|, b != 0; the ReLU is (1, 1).

    Returns:
        A strategy of pairs of integers, for ``nt.eoc(depth, a, b)``.

    Example:
        >>> simplest(activation_slopes())    # |s|, in even degrees only
        (0, 1)
    """
    return tuples(integers(-4, 4), integers(1, 4))


def as_strategy(value: SearchStrategy[Any] | int) -> SearchStrategy[Any]:
    """A strategy as it is; a value as the strategy of that value alone."""
    return value if isinstance(value, SearchStrategy) else just(value)


def require(holds: bool, requirement: str, given: Any) -> None:
    """Refuse arguments that have no meaning."""
    if not holds:
        raise InvalidInput(f"{requirement}; got {given!r}")
