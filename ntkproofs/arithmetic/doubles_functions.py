"""Compensated arithmetic and elementary functions on pairs of floating-point arrays.

A pair ``(hi, lo)`` stands for the unevaluated sum ``hi + lo`` with ``|lo| <= ulp(hi) / 2``. It
carries twice the digits of the format: 106 bits in float64, 48 in float32. In a constant pair
``hi`` and ``lo`` may be Python floats that the format represents.

Sources: the error-free transforms of Knuth (TAOCP 2, 4.2.2) and Dekker (Numer. Math. 18, 1971,
224-242); the pair operations of Joldes, Muller and Popescu (ACM TOMS 44(2), 2017); the functions
by tables, in the manner of Hida, Li and Bailey (ARITH-15, 2001, 155-162). With u = 2^-53 (2^-24),
every operation has a relative error of a few u^2.

No fused multiply-add is assumed. One that a compiler puts in (XLA does) is harmless: in the
transforms every product that is added to something is exact, so that fusing changes no rounding.
A compiler that re-associates sums breaks the transforms.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np

# Untyped on purpose: its annotations name array libraries that need not be installed.
compat: Any = import_module("array_api_compat")

Pair: TypeAlias = tuple[Any, Any]

PI = Fraction("3.14159265358979323846264338327950288419716939937510582097494459230781640628620900")
LN2 = Fraction("0.69314718055994530941723212145817656807550013436025525412068000949339362196969472")

# The functions are tabulated at the multiples of 1 / STEPS. The distance y to the nearest one is
# at most 2^-12, so that in a Taylor series only the terms before y^4 need more than one float.
STEPS = 2048
_SINE_TOP = 1610  # round(STEPS * pi / 4) is 1608
_EXP_TOP = 712  # round(STEPS * ln(2) / 2) is 710


@dataclass(frozen=True)
class Format:
    """A binary floating-point format: its ``digits`` (53 or 24) and the exponents of 2 it spans."""

    digits: int
    smallest: int
    largest: int

    @property
    def splitter(self) -> float:
        """The power of two by which :func:`split` cuts a float: 2^27 or 2^12."""
        return float(2 ** ((self.digits + 1) // 2))

    def nearest(self, value: Fraction) -> float:
        """A float of this format within one ulp of ``value``; OverflowError beyond the range."""
        wide = float(value)
        return wide if self.digits == 53 else struct.unpack("f", struct.pack("f", wide))[0]

    def pair(self, value: int | float | Fraction) -> tuple[float, float]:
        """``value`` as a constant pair: exact if it fits into twice the digits, else rounded."""
        exact = Fraction(value)
        hi = self.nearest(exact)
        return hi, self.nearest(exact - Fraction(hi))


BINARY64 = Format(53, -1022, 1023)
BINARY32 = Format(24, -126, 127)


# Error-free transforms -------------------------------------------------------------------------


def two_sum(a: Any, b: Any) -> Pair:
    """``(s, e)`` with ``s = fl(a + b)`` and ``s + e = a + b`` exactly (Knuth)."""
    s = a + b
    v = s - a
    return s, (a - (s - v)) + (b - v)


def fast_two_sum(a: Any, b: Any) -> Pair:
    """:func:`two_sum` for ``|a| >= |b|`` or ``a == 0`` (Dekker)."""
    s = a + b
    return s, b - (s - a)


def split(a: Any, fmt: Format) -> Pair:
    """``a = high + low`` with halves so short that products of two of them are exact.

    Veltkamp's and Dekker's splitting. Its product ``(2^s + 1) a`` is taken as ``2^s a + a``, for a
    product that is itself rounded must not be fused with the subtractions.
    """
    if type(a) is float:
        # Python floats are binary64 whatever the format: cut the digits by hand.
        mantissa, exponent = math.frexp(a)
        kept = fmt.digits // 2
        high = math.ldexp(round(math.ldexp(mantissa, kept)), exponent - kept)
        return high, a - high
    s = fmt.splitter * a + a
    high = s - (s - a)
    return high, a - high


def two_prod(a: Any, b: Any, fmt: Format) -> Pair:
    """``(p, e)`` with ``p`` within an ulp of ``a * b`` and ``p + e = a * b`` exactly.

    Dekker's mul12, which nowhere rounds a product; the usual ``p = fl(a * b)`` does.
    """
    a_high, a_low = split(a, fmt)
    b_high, b_low = split(b, fmt)
    top, middle = a_high * b_high, a_high * b_low + a_low * b_high
    p = top + middle
    return p, ((top - p) + middle) + a_low * b_low


def two_square(a: Any, fmt: Format) -> Pair:
    """:func:`two_prod` of ``a`` with itself."""
    high, low = split(a, fmt)
    top, middle = high * high, (high + high) * low
    p = top + middle
    return p, ((top - p) + middle) + low * low


# Pair operations -------------------------------------------------------------------------------


def negative(x: Pair) -> Pair:
    return -x[0], -x[1]


def scaled(x: Pair, factor: Any) -> Pair:
    """``x * factor`` for a ``factor`` by which a float multiplies exactly: 0, ±1, ±2, ±1/2, ..."""
    return x[0] * factor, x[1] * factor


def add(x: Pair, y: Pair) -> Pair:
    """``x + y`` with relative error at most 3u^2 + O(u^3), also where the leading parts cancel."""
    s, e = two_sum(x[0], y[0])
    t, f = two_sum(x[1], y[1])
    s, e = fast_two_sum(s, e + t)
    return fast_two_sum(s, e + f)


def add_float(x: Pair, b: Any) -> Pair:
    """``x + b`` for one float ``b``, with relative error at most 2u^2."""
    s, e = two_sum(x[0], b)
    return fast_two_sum(s, e + x[1])


def add_small(x: Pair, p: Pair) -> Pair:
    """``x + p`` for ``|p|`` far below ``|x|``, where nothing can cancel."""
    s, e = fast_two_sum(x[0], p[0])
    return fast_two_sum(s, e + (x[1] + p[1]))


def multiply(x: Pair, y: Pair, fmt: Format) -> Pair:
    """``x * y`` with a relative error of a few u^2 (5.2 is the worst seen)."""
    p, e = two_prod(x[0], y[0], fmt)
    return fast_two_sum(p, e + (x[0] * y[1] + x[1] * y[0]))


def multiply_float(x: Pair, b: Any, fmt: Format) -> Pair:
    """``x * b`` for one float ``b``, with a relative error of a few u^2."""
    p, e = two_prod(x[0], b, fmt)
    return fast_two_sum(p, e + x[1] * b)


def square(x: Pair, fmt: Format) -> Pair:
    p, e = two_square(x[0], fmt)
    return fast_two_sum(p, e + (x[0] + x[0]) * x[1])


def divide(x: Pair, y: Pair, fmt: Format) -> Pair:
    """``x / y`` with a relative error of a few u^2; a zero divisor acts as it does on floats."""
    q = x[0] / y[0]
    p, e = multiply_float(y, q, fmt)
    return fast_two_sum(q, ((x[0] - p) + (x[1] - e)) / y[0])


def _cube_sixth(x: Pair, fmt: Format) -> Pair:
    """``x**3 / 6``, good to 90 bits: enough for the second term of a series in a small ``x``."""
    sixth = fmt.pair(Fraction(1, 6))
    p, e = two_square(x[0], fmt)
    e = e + (x[0] + x[0]) * x[1]
    q, f = two_prod(p, x[0], fmt)
    f = f + (e * x[0] + p * x[1])
    r, g = two_prod(q, sixth[0], fmt)
    return r, g + (q * sixth[1] + f * sixth[0])


# Constants and tables --------------------------------------------------------------------------


@lru_cache
def _parts(value: Fraction, fmt: Format, spare: int, count: int) -> tuple[float, ...]:
    """``value`` cut into floats with ``spare`` bits free: multiples below 2^spare are exact."""
    parts: list[float] = []
    for _ in range(count):
        unit = Fraction(2) ** (math.frexp(float(value))[1] - fmt.digits + spare)
        parts.append(float(round(value / unit) * unit))
        value -= Fraction(parts[-1])
    return tuple(parts)


_GUARD = 1 << 192  # tables are made in integers, in units of 2^-192


def _exp_minus_one(step: int, imaginary: bool) -> tuple[int, int]:
    """``e^x - 1``, or ``(cos x - 1, sin x)`` if ``imaginary``, for ``x = step / _GUARD`` small."""
    sums, term, n = [0, 0], step, 1
    while term:
        sums[n % 2 if imaginary else 0] += -term if imaginary and n % 4 > 1 else term
        n += 1
        term = term * step // (_GUARD * n)
    return sums[0], sums[1]


def _columns(values: list[int], fmt: Format) -> tuple[Any, Any]:
    pairs = [fmt.pair(Fraction(value, _GUARD)) for value in values]
    dtype = np.float64 if fmt.digits == 53 else np.float32
    return np.asarray([hi for hi, _ in pairs], dtype), np.asarray([lo for _, lo in pairs], dtype)


@lru_cache
def _sine_table(fmt: Format) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """The sines and cosines of ``j / STEPS``, ``0 <= j <= _SINE_TOP``, each as a pair."""
    less, turn = _exp_minus_one(_GUARD // STEPS, imaginary=True)
    sines, cosines = [0], [_GUARD]
    for _ in range(_SINE_TOP):
        s, c = sines[-1], cosines[-1]
        sines.append(s + (s * less + c * turn) // _GUARD)
        cosines.append(c + (c * less - s * turn) // _GUARD)
    return _columns(sines, fmt), _columns(cosines, fmt)


@lru_cache
def _exp_table(fmt: Format) -> tuple[Any, Any]:
    """The exponentials of ``j / STEPS``, ``-_EXP_TOP <= j <= _EXP_TOP``, as a pair."""
    more, _ = _exp_minus_one(_GUARD // STEPS, imaginary=False)
    rising = [_GUARD]
    for _ in range(_EXP_TOP):
        rising.append(rising[-1] + rising[-1] * more // _GUARD)
    falling = [_GUARD * _GUARD // value for value in rising[:0:-1]]
    return _columns(falling + rising, fmt)


@lru_cache
def _powers_of_two(fmt: Format) -> Any:
    """A table, since the power function of some libraries is not exact at integers."""
    return np.asarray([2.0**k for k in range(fmt.smallest, fmt.largest + 1)])


def _gather(xp: Any, index: Any, like: Any) -> Callable[..., Any]:
    """How to look the float array ``index`` (integers, nan read as 0) up in tables of the host."""
    whole = xp.astype(xp.where(index == index, index, xp.zeros_like(index)), xp.int32)  # noqa: PLR0124
    flat = xp.reshape(whole, (-1,))

    def look_up(*tables: Any) -> Any:
        there = [xp.asarray(t, dtype=like.dtype, device=compat.device(like)) for t in tables]
        return tuple(xp.reshape(xp.take(table, flat, axis=0), whole.shape) for table in there)

    return look_up


# Functions -------------------------------------------------------------------------------------


def scalar(xp: Any, value: float, like: Any) -> Any:
    """``value`` as an array without axes, of the dtype and on the device of ``like``."""
    return xp.asarray(value, dtype=like.dtype, device=compat.device(like))


def square_root(xp: Any, x: Pair, fmt: Format) -> Pair:
    """``sqrt(max(x, 0))`` by one Newton step from the library's own root."""
    outside = x[0] <= 0
    hi = xp.where(outside, scalar(xp, 1.0, x[0]), x[0])
    root = xp.sqrt(hi)
    p, e = two_square(root, fmt)
    root, rest = fast_two_sum(root, (((hi - p) - e) + x[1]) / (root + root))
    zero = scalar(xp, 0.0, x[0])
    return xp.where(outside, zero, root), xp.where(outside, zero, rest)


def from_quarters(quarters: Any, rest: Pair, fmt: Format) -> Pair:
    """``quarters * pi/2 + rest`` for small integers ``quarters``."""
    first, second, third = _parts(PI / 2, fmt, 3, 3)
    s, e = two_sum(quarters * first, rest[0])
    t, f = two_sum(quarters * second, rest[1])
    s, e = fast_two_sum(s, e + t)
    return fast_two_sum(s, e + (f + quarters * third))


def _sign_and_size(xp: Any, x: Pair) -> tuple[Any, Pair]:
    sign = 1 - 2 * xp.astype(x[0] < 0, x[0].dtype)
    return sign, scaled(x, sign)


def _other_leg(xp: Any, x: Pair, fmt: Format) -> Pair:
    """``sqrt(1 - x^2)`` for ``x >= 0``; 0 for ``x > 1``."""
    # With the distance t = 1 - x, which is exact near 1, this is sqrt(2t - t^2).
    t = add_float(negative(x), 1.0)
    return square_root(xp, add(scaled(t, 2.0), negative(square(t, fmt))), fmt)


def sine_of_cosine(xp: Any, x: Pair, fmt: Format) -> Pair:
    """``sqrt(1 - x^2)`` for ``|x| <= 1``; 0 beyond."""
    return _other_leg(xp, _sign_and_size(xp, x)[1], fmt)


def arcsine(xp: Any, x: Pair, fmt: Format) -> tuple[Any, Pair]:
    """``(quarters, rest)`` with ``asin x = quarters * pi/2 + rest`` and ``|rest| <= pi/4``.

    ``rest`` has a relative error of some 10 u^2, at the ends too, where it is the angle to ±pi/2.
    An ``|x| > 1`` is cut to 1.
    """
    sign, x = _sign_and_size(xp, x)
    other = _other_leg(xp, x, fmt)
    beyond = x[0] > math.sqrt(0.5)
    sine = xp.where(beyond, other[0], x[0]), xp.where(beyond, other[1], x[1])
    cosine = xp.where(beyond, x[0], other[0]), xp.where(beyond, x[1], other[1])

    # The sine w of the angle from the nearest tabulated one, a = j / STEPS:
    # sin(r - a) = sin r cos a - cos r sin a.
    nearest = xp.round(xp.asin(sine[0]) * STEPS)
    look_up = _gather(xp, nearest, x[0])
    sines, cosines = _sine_table(fmt)
    w = add(
        multiply(sine, look_up(*cosines), fmt),
        negative(multiply(cosine, look_up(*sines), fmt)),
    )
    # asin w = w + w^3/6 + 3w^5/40 + 15w^7/336 + 105w^9/3456 + ..., |w| <= 2^-12.
    z = w[0] * w[0]
    cube, rest = _cube_sixth(w, fmt)
    w = add_small(w, (cube, rest + w[0] * (z * z) * (3 / 40 + z * (15 / 336 + z * (105 / 3456)))))
    s, e = fast_two_sum(nearest / STEPS, w[0])
    angle = fast_two_sum(s, e + w[1])

    turned = xp.astype(beyond, x[0].dtype)
    return sign * turned, scaled(angle, sign * (1 - 2 * turned))


def sine(xp: Any, x: Pair, quarters: Any, fmt: Format) -> Pair:
    """``sin(x + quarters * pi/2)`` for ``|x| <= 4 pi``, relative to its own size; nan beyond."""
    n = xp.round(x[0] * float(2 / PI))
    # Multiples of the parts are exact up to 8: beyond, nan is better than a wrong number.
    n = xp.where(xp.abs(n) > 8, scalar(xp, math.nan, n), n)
    for part in _parts(PI / 2, fmt, 3, 4):
        x = add_float(x, -part * n)
    n = n + quarters
    n = n - 4 * xp.floor(n / 4)

    # sin(a + y + n pi/2) = A cos y + B sin y, with (A, B) = (s, c), (c, -s), (-s, -c), (-c, s)
    # for n = 0, 1, 2, 3, where s and c belong to the nearest tabulated angle a = j / STEPS.
    nearest = xp.clip(xp.round(x[0] * STEPS), -_SINE_TOP, _SINE_TOP)
    look_up = _gather(xp, xp.abs(nearest), x[0])
    sines, cosines = _sine_table(fmt)
    s, c = scaled(look_up(*sines), xp.sign(nearest)), look_up(*cosines)
    odd = (n == 1) | (n == 3)
    a_sign = 1 - 2 * xp.astype(n > 1, n.dtype)
    b_sign = 1 - 2 * xp.astype((n == 1) | (n == 2), n.dtype)
    a = scaled((xp.where(odd, c[0], s[0]), xp.where(odd, c[1], s[1])), a_sign)
    b = scaled((xp.where(odd, s[0], c[0]), xp.where(odd, s[1], c[1])), b_sign)

    y = fast_two_sum(x[0] - nearest / STEPS, x[1])
    z = y[0] * y[0]
    cube, rest = _cube_sixth(y, fmt)
    sin_y = add_small(y, (-cube, y[0] * (z * z) * (1 / 120 - z / 5040) - rest))
    half, rest = scaled(square(y, fmt), 0.5)
    less = -half, z * z * (1 / 24 - z / 720) - rest  # cos y - 1
    return add(a, add(multiply(b, sin_y, fmt), multiply(a, less, fmt)))


def exponential(xp: Any, x: Pair, fmt: Format) -> Pair:
    """``exp x``; 0 below the normal range of the format and infinity above it."""
    end = (fmt.largest + 4) * float(LN2)
    hi = xp.clip(x[0], -end, end)
    k = xp.round(hi / float(LN2))
    r = hi, x[1]
    for part in _parts(LN2, fmt, 11 if fmt.digits == 53 else 8, 3):
        r = add_float(r, -part * k)

    nearest = xp.clip(xp.round(r[0] * STEPS), -_EXP_TOP, _EXP_TOP)
    look_up = _gather(xp, nearest + _EXP_TOP, hi)
    base = look_up(*_exp_table(fmt))
    y = fast_two_sum(r[0] - nearest / STEPS, r[1])
    z = y[0] * y[0]
    cube = _cube_sixth(y, fmt)
    half = scaled(square(y, fmt), 0.5)
    tail = 1 / 24 + y[0] / 120 + z * (1 / 720 + y[0] / 5040)
    more = add_small(half, (cube[0], cube[1] + z * z * tail))
    result = add(base, multiply(base, add_small(y, more), fmt))

    shift = xp.clip(k, fmt.smallest, fmt.largest) - fmt.smallest
    (scale,) = _gather(xp, shift, hi)(_powers_of_two(fmt))
    result = scaled(result, scale * xp.astype(k >= fmt.smallest, hi.dtype))
    return xp.where(k > fmt.largest, scalar(xp, math.inf, hi), result[0]), result[1]
