"""The arithmetic of compensated floats: twice the digits of a format, on arrays of any library.

A :class:`DoubleDouble` is an unevaluated sum ``hi + lo`` of two arrays of one dtype, and
:class:`DoubleArithmetic` is the arithmetic (see :mod:`ntkproofs.arithmetic.protocol`) of such
sums. They make a kernel formula good to the last digit of its floats although its terms cancel:
the arc-cosine kernel vanishes like ``phi**3`` at the angle ``phi`` to the antipode, as the
difference of terms of order ``phi``. With the unit roundoff u = 2^-53 the smallest such angle of
a float64 cosine is ``2 sqrt(u)``, so that a relative error u^2 in the terms becomes one of order u
in the kernel; for float32, with u = 2^-24, likewise. Kernels that vanish faster than the cube
(arc-cosine kernels of degree two and more) have no such guarantee at the last floats.

Near the antipode an angle is within ``phi`` of π, and a relative error u^2 of the angle itself
would already be too much. An :class:`Angle` therefore keeps its multiple of π/2 apart from the
rest, and a formula that subtracts angles, ``ar.pi - ar.acos(u)``, loses nothing. Written as
``1 - ar.acos(u) / ar.pi`` it does lose: write differences of angles first.

Numbers must be finite. The stated relative errors hold while operands and results are 0 or of
a magnitude from 2^-900 to 2^996 (float32: 2^-70 to 2^115). Below, digits are lost to underflow;
above, the splitting of a float into halves overflows to nan.

>>> import numpy as np
>>> ar = DoubleArithmetic.like(np.empty(0))
>>> u = ar.lift(np.asarray([-1 + 2.0**-53, 0.5]))
>>> kernel = (u * (ar.pi - ar.acos(u)) + ar.sine(u)) / ar.pi
>>> print(ar.lower(kernel))
[3.51066356e-25 6.08997781e-01]
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, ClassVar, TypeAlias

from ntkproofs.arithmetic import doubles_functions as pairs
from ntkproofs.arithmetic.doubles_functions import compat, two_prod, two_sum
from ntkproofs.arithmetic.protocol import Arithmetic, Number
from ntkproofs.errors import InvalidInput

__all__ = ["Angle", "DoubleArithmetic", "DoubleDouble", "two_prod", "two_sum"]


_COSINE_LIMIT = 1 + 1e-5  # beyond the rounding of float32 parameters, below any honest excess


def is_traced(array: Any) -> bool:
    """Whether this is a JAX tracer, whose values cannot be looked at."""
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(array, jax.core.Tracer)


@lru_cache
def _format(xp: Any, dtype: Any) -> pairs.Format:
    if dtype == xp.float64:
        return pairs.BINARY64
    if dtype == xp.float32:
        return pairs.BINARY32
    raise InvalidInput(
        f"Compensated arithmetic needs float64 or float32 arrays, and got {dtype}: its "
        "error-free transforms are set up for these two formats. Convert the array first."
    )


def _format_of(array: Any) -> pairs.Format:
    return _format(compat.array_namespace(array), array.dtype)


@dataclass(frozen=True, eq=False)
class DoubleDouble:
    """The number ``hi + lo``, entry by entry, with ``|lo| <= ulp(hi) / 2``.

    ``hi`` and ``lo`` are arrays of one library, dtype (float64 or float32), device and shape; the
    operators broadcast. They take a DoubleDouble of the same dtype or an ``int``, ``float`` or
    ``Fraction`` (exact up to twice the digits of the dtype); ``**`` takes an ``int``. With u =
    2^-53 (float64) or 2^-24 (float32) the relative error of + and - is at most 3u^2, also where
    the operands cancel, that of * and / a few u^2, that of ``**`` a few u^2 per product. Plain
    arrays raise TypeError: :meth:`DoubleArithmetic.lift` makes numbers of them. Two dtypes in one
    operation raise InvalidInput, a Python number beyond the range of floats OverflowError, and
    division by the Python number 0 ZeroDivisionError.

    Source: Dekker (1971); Joldes, Muller and Popescu (2017).

    >>> import numpy as np
    >>> x = DoubleDouble(np.asarray([1.0]), np.asarray([2.0**-60]))
    >>> print((x - 1).round() == 2.0**-60)
    [ True]
    """

    hi: Any
    lo: Any

    # NumPy arrays and scalars on the left leave the operation to the methods below.
    __array_ufunc__: ClassVar[None] = None

    def round(self) -> Any:
        """The nearest array of the dtype (``hi + lo``)."""
        return self.hi + self.lo

    @property
    def pair(self) -> pairs.Pair:
        """``(hi, lo)``."""
        return self.hi, self.lo

    def _operand(self, other: object) -> pairs.Pair | None:
        """``other`` as a pair, a constant one for Python numbers; None for foreign types."""
        if isinstance(other, DoubleDouble):
            if other.hi.dtype != self.hi.dtype:
                raise InvalidInput(
                    f"Both operands need one dtype, and are {self.hi.dtype} and "
                    f"{other.hi.dtype}: their roundoffs differ. Lift them from arrays of one dtype."
                )
            return other.pair
        if isinstance(other, (int, float, Fraction)):
            return _format_of(self.hi).pair(other)
        return None

    def __neg__(self) -> DoubleDouble:
        return DoubleDouble(-self.hi, -self.lo)

    def __add__(self, other: Operand) -> DoubleDouble:
        if (y := self._operand(other)) is None:
            return NotImplemented
        return DoubleDouble(
            *(pairs.add_float(self.pair, y[0]) if _is_float(y) else pairs.add(self.pair, y))
        )

    __radd__ = __add__

    def __sub__(self, other: Operand) -> DoubleDouble:
        if (y := self._operand(other)) is None:
            return NotImplemented
        y = pairs.negative(y)
        return DoubleDouble(
            *(pairs.add_float(self.pair, y[0]) if _is_float(y) else pairs.add(self.pair, y))
        )

    def __rsub__(self, other: Operand) -> DoubleDouble:
        return (-self) + other

    def __mul__(self, other: Operand) -> DoubleDouble:
        if (y := self._operand(other)) is None:
            return NotImplemented
        fmt = _format_of(self.hi)
        if other is self:
            return DoubleDouble(*pairs.square(self.pair, fmt))
        if not _is_float(y):
            return DoubleDouble(*pairs.multiply(self.pair, y, fmt))
        if y[0] == 0 or _is_power_of_two(y[0]):
            return DoubleDouble(*pairs.scaled(self.pair, y[0]))
        return DoubleDouble(*pairs.multiply_float(self.pair, y[0], fmt))

    __rmul__ = __mul__

    def __truediv__(self, other: Operand) -> DoubleDouble:
        if (y := self._operand(other)) is None:
            return NotImplemented
        if _is_float(y):
            if y[0] == 0:
                raise ZeroDivisionError("division of a DoubleDouble by zero")
            if _is_power_of_two(y[0]):
                return DoubleDouble(*pairs.scaled(self.pair, 1 / y[0]))
        return DoubleDouble(*pairs.divide(self.pair, y, _format_of(self.hi)))

    def __rtruediv__(self, other: Operand) -> DoubleDouble:
        if (y := self._operand(other)) is None:
            return NotImplemented
        return DoubleDouble(*pairs.divide(y, self.pair, _format_of(self.hi)))

    def __pow__(self, exponent: int) -> DoubleDouble:
        """Powers by repeated squaring; a negative exponent means the reciprocal power."""
        if type(exponent) is not int:
            return NotImplemented
        if exponent < 0:
            return 1 / self**-exponent
        if exponent == 0:
            return self * 0 + 1
        if exponent == 1:
            return self
        half = self ** (exponent // 2)
        return half * half * self if exponent % 2 else half * half


Operand: TypeAlias = DoubleDouble | Number


def _is_float(y: pairs.Pair) -> bool:
    """Whether the pair is a constant that one float holds, for which cheaper rules exist."""
    return type(y[1]) is float and y[1] == 0


def _is_power_of_two(value: float) -> bool:
    return math.frexp(abs(value))[0] == 0.5


@dataclass(frozen=True, eq=False)
class Angle(DoubleDouble):
    """A DoubleDouble that is ``quarters * pi/2 + rest``, with that form kept.

    ``quarters`` is an array of small integers (as floats); ``rest`` is None for zero. Sums and
    differences of angles add these parts, so that ``pi - acos(u)`` is relatively exact near
    u = -1, where it is small; every other operation uses ``hi + lo``.
    """

    quarters: Any
    rest: DoubleDouble | None

    @classmethod
    def of(cls, quarters: Any, rest: DoubleDouble | None) -> Angle:
        """The angle ``quarters * pi/2 + rest``."""
        pair = (0.0, 0.0) if rest is None else rest.pair
        return cls(*pairs.from_quarters(quarters, pair, _format_of(quarters)), quarters, rest)

    def __neg__(self) -> Angle:
        return Angle(-self.hi, -self.lo, -self.quarters, None if self.rest is None else -self.rest)

    def __add__(self, other: Operand) -> DoubleDouble:
        if self._operand(other) is None or not isinstance(other, Angle):
            return super().__add__(other)
        rest = self.rest
        if other.rest is not None:
            rest = other.rest if rest is None else rest + other.rest
        return Angle.of(self.quarters + other.quarters, rest)

    def __sub__(self, other: Operand) -> DoubleDouble:
        return self + (-other) if isinstance(other, Angle) else super().__sub__(other)


@dataclass(frozen=True)
class DoubleArithmetic(Arithmetic):
    """The arithmetic of DoubleDouble numbers of one array library, dtype and device.

    ``xp`` is an array-API namespace as ``array_api_compat.array_namespace`` returns it, ``dtype``
    its float64 or float32 (others raise InvalidInput), ``device`` a device of it (None: the
    default). The functions take and return :class:`DoubleDouble`, entry by entry; their relative
    errors, against the exact function of the exact number ``hi + lo``, stay below 20 u^2, that
    is 2.5e-31 in float64 and 8e-14 in float32. A nan stays a nan. No function branches on values,
    so that all of them can be traced and compiled.

    Source: Hida, Li and Bailey (2001) for the table-driven functions.

    >>> import numpy as np
    >>> ar = DoubleArithmetic.like(np.empty(0))
    >>> x = ar.lift(np.asarray([1 - 2.0**-53]))
    >>> print(ar.lower(ar.acos(x)))
    [1.49011612e-08]
    """

    xp: Any
    dtype: Any
    device: Any = None

    def __post_init__(self) -> None:
        _format(self.xp, self.dtype)

    @classmethod
    def like(cls, array: Any) -> DoubleArithmetic:
        """The arithmetic of an array's own library, dtype and device."""
        return cls(compat.array_namespace(array), array.dtype, compat.device(array))

    @property
    def pi(self) -> Angle:
        """The number π, with its digits beyond ``hi + lo`` not forgotten: see :class:`Angle`."""
        pi = self.number(pairs.PI)
        return Angle(pi.hi, pi.lo, self._constant(2.0), None)

    def number(self, value: Number) -> DoubleDouble:
        """``value`` without axes, exact if it fits into twice the digits, else rounded to them."""
        hi, lo = _format(self.xp, self.dtype).pair(value)
        return DoubleDouble(self._constant(hi), self._constant(lo))

    def lift(self, array: Any) -> DoubleDouble:
        """The entries of an array of this arithmetic's dtype, taken as exact."""
        if array.dtype != self.dtype:
            raise InvalidInput(
                f"The array must have the dtype {self.dtype} of the arithmetic, and has "
                f"{array.dtype}: a conversion would change the exact numbers that it stands for. "
                "Convert it first, or use DoubleArithmetic.like(array)."
            )
        return DoubleDouble(array, self.xp.zeros_like(array))

    def lower(self, x: DoubleDouble) -> Any:
        """The array nearest to ``x``."""
        return x.round()

    def inside(self, inner: Any, cosine: Any) -> DoubleArithmetic:
        """Itself; a layer's cosine beyond ±1 by more than rounding is refused, not cut off."""
        if not is_traced(cosine.hi) and bool(self.xp.any(self.xp.abs(cosine.hi) > _COSINE_LIMIT)):
            worst = float(self.xp.max(self.xp.abs(cosine.hi)))
            raise InvalidInput(
                f"A kernel is composed with a cosine, a kernel with values in [-1, 1]; {inner!r} "
                f"reaches {worst:.6g} in size. Scale it to k(1) = 1 first, as in k2 @ (k1 / c)."
            )
        return self

    def sqrt(self, x: DoubleDouble) -> DoubleDouble:
        """The square root of ``max(x, 0)``: what rounding left below 0 is cut off."""
        return DoubleDouble(*pairs.square_root(self.xp, x.pair, _format_of(x.hi)))

    def acos(self, x: DoubleDouble) -> Angle:
        """The angle in [0, π] with cosine ``x``, of good relative accuracy as it vanishes.

        ``x`` is cut to [-1, 1]. So is the angle to π: see :class:`Angle`.
        """
        quarters, rest = pairs.arcsine(self.xp, x.pair, _format_of(x.hi))
        return Angle.of(1 - quarters, DoubleDouble(*pairs.negative(rest)))

    def asin(self, x: DoubleDouble) -> Angle:
        """The angle in [-π/2, π/2] with sine ``x``, which is cut to [-1, 1]."""
        quarters, rest = pairs.arcsine(self.xp, x.pair, _format_of(x.hi))
        return Angle.of(quarters, DoubleDouble(*rest))

    def sine(self, u: DoubleDouble) -> DoubleDouble:
        """``sqrt(1 - u²)``, of good relative accuracy as it vanishes; 0 for ``|u| > 1``."""
        return DoubleDouble(*pairs.sine_of_cosine(self.xp, u.pair, _format_of(u.hi)))

    def exp(self, x: DoubleDouble) -> DoubleDouble:
        """The exponential; 0 or infinity beyond the normal range of the dtype."""
        return DoubleDouble(*pairs.exponential(self.xp, x.pair, _format_of(x.hi)))

    def cos(self, x: DoubleDouble) -> DoubleDouble:
        """The cosine for ``|x| <= 4π``; nan beyond."""
        return self._sine(x, 1)

    def sin(self, x: DoubleDouble) -> DoubleDouble:
        """The sine for ``|x| <= 4π``; nan beyond."""
        return self._sine(x, 0)

    def _sine(self, x: DoubleDouble, turn: int) -> DoubleDouble:
        pair, quarters = x.pair, turn
        if isinstance(x, Angle):
            quarters = x.quarters + turn
            pair = pairs.scaled(x.pair, 0.0) if x.rest is None else x.rest.pair
        return DoubleDouble(*pairs.sine(self.xp, pair, quarters, _format_of(x.hi)))

    def _constant(self, value: float) -> Any:
        return self.xp.asarray(value, dtype=self.dtype, device=self.device)
