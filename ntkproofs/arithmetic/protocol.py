"""What an arithmetic is: the small namespace against which every kernel is written once.

A formula is a function ``formula(u, ar)`` of a cosine ``u`` and an arithmetic ``ar``; it uses
``+ - * /`` and integer powers of values and integers, and the names below. The same line then runs
on compensated floats, on balls, on mpmath numbers, on SymPy expressions and on complex angles.

One formula in four arithmetics is one witness, not four: independent checks go another road.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction
from typing import Any

Number = int | float | Fraction


class Arithmetic(ABC):
    """Constants and functions that a formula may use, for one type of number.

    The domains are those of real analysis: ``sqrt`` of something >= 0, ``acos`` and ``asin`` of
    something in [-1, 1]. Arithmetics that carry rounding errors (balls, floats) cut the part of
    the argument outside the domain off, since the exact argument cannot lie there; an argument
    that lies outside altogether is an error.

    Of the cosine itself a formula should prefer ``acos(u)``, ``sine(u)`` and ``chord(u)``: as
    functions of the angle these are entire, which every analytic method relies on.
    """

    @property
    @abstractmethod
    def pi(self) -> Any:
        """The number π."""

    @abstractmethod
    def number(self, value: Number) -> Any:
        """The exact value as a number of this arithmetic (a float stands for its binary value)."""

    @abstractmethod
    def sqrt(self, x: Any) -> Any: ...

    @abstractmethod
    def acos(self, x: Any) -> Any: ...

    @abstractmethod
    def asin(self, x: Any) -> Any: ...

    @abstractmethod
    def exp(self, x: Any) -> Any: ...

    @abstractmethod
    def cos(self, x: Any) -> Any: ...

    @abstractmethod
    def sin(self, x: Any) -> Any: ...

    def sine(self, u: Any) -> Any:
        """``sqrt(1 - u²)``: the sine of the angle whose cosine is u."""
        return self.sqrt((1 - u) * (1 + u))

    def chord(self, u: Any) -> Any:
        """``sqrt(2 - 2u)``: the distance of two points of the unit sphere whose cosine is u."""
        return self.sqrt(2 * (1 - u))

    def inside(self, inner: Any, cosine: Any) -> Arithmetic:
        """The arithmetic for an outer formula whose argument ``cosine`` is a value of ``inner``.

        Most arithmetics need to know nothing of where a cosine comes from; the one that continues
        angles into the complex plane does.
        """
        del inner, cosine
        return self
