"""Error-free transforms and operators of compensated floats, against exact fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ntkproofs.arithmetic import doubles_functions as pairs
from ntkproofs.arithmetic.doubles import DoubleArithmetic, DoubleDouble
from ntkproofs.errors import InvalidInput

from ._doubles import MP, arithmetic, both_dtypes, exact, full, numbers, worst

moderate = st.floats(-(2.0**300), 2.0**300).filter(lambda x: x == 0 or abs(x) > 2.0**-300)
moderate32 = st.floats(-(2.0**40), 2.0**40, width=32).filter(lambda x: x == 0 or abs(x) > 2.0**-30)
full_mantissa = 2 - 2.0**-52


@given(moderate, moderate)
@example(full_mantissa, full_mantissa)
@example(full_mantissa, -1.0)
@example(2.0**53 + 2, 1 - 2.0**-53)
def test_transforms_are_exact_in_float64(a: float, b: float) -> None:
    x, y = np.float64(a), np.float64(b)
    _transforms_are_exact(x, y, pairs.BINARY64)
    # With a Python number, whose digits are cut in another way.
    p, e = pairs.two_prod(x, float(b), pairs.BINARY64)
    assert Fraction(float(p)) + Fraction(float(e)) == Fraction(a) * Fraction(b)


@given(moderate32, moderate32)
@example(float(np.float32(2 - 2.0**-23)), float(np.float32(2 - 2.0**-23)))
def test_transforms_are_exact_in_float32(a: float, b: float) -> None:
    x, y = np.float32(a), np.float32(b)
    _transforms_are_exact(x, y, pairs.BINARY32)
    p, e = pairs.two_prod(x, b, pairs.BINARY32)
    assert type(p) is type(e) is np.float32
    assert Fraction(float(p)) + Fraction(float(e)) == Fraction(a) * Fraction(b)


def _transforms_are_exact(x: Any, y: Any, fmt: pairs.Format) -> None:
    a, b = Fraction(float(x)), Fraction(float(y))
    for (value, rest), expected in [
        (pairs.two_sum(x, y), a + b),
        (pairs.fast_two_sum(*sorted((x, y), key=abs, reverse=True)), a + b),
        (pairs.two_prod(x, y, fmt), a * b),
        (pairs.two_square(x, fmt), a * a),
        (pairs.split(x, fmt), a),
    ]:
        assert type(value) is type(rest) is type(x)
        assert Fraction(float(value)) + Fraction(float(rest)) == expected


def fraction(x: DoubleDouble) -> Fraction:
    return Fraction(float(x.hi)) + Fraction(float(x.lo))


def close(x: DoubleDouble, expected: Fraction, units: int) -> bool:
    """Whether the relative error is within proved bounds, which are wider than what is met."""
    return abs(fraction(x) - expected) * 2**106 <= units * abs(expected) + Fraction(1, 2**800)


@given(numbers(), numbers(), st.fractions(max_denominator=10**9))
def test_operators_agree_with_fractions(x: DoubleDouble, y: DoubleDouble, c: Fraction) -> None:
    a, b = fraction(x), fraction(y)
    assert close(x + y, a + b, 3)
    assert close(x - y, a - b, 3)
    assert close(x * y, a * b, 9)
    assert close(x * x, a * a, 9)
    if c.denominator & (c.denominator - 1) == 0:
        assert close(x + c, a + c, 3)
        assert close(c - x, c - a, 3)
    assert close(x * c, a * c, 10)
    if b:
        assert close(x / y, a / b, 20)
        assert close(c / y, c / b, 20)
    if c:
        assert close(x / c, a / c, 20)
    assert fraction(-x) == -a


@given(numbers(), st.integers(-(2**53), 2**53), st.integers(-30, 30))
def test_identities(x: DoubleDouble, n: int, k: int) -> None:
    assert fraction(x - x) == 0
    assert fraction(x + 0) == fraction(x * 1) == fraction(x / 1) == fraction(0 + x) == fraction(x)
    assert abs(fraction((x + n) - n - x)) * 2**102 <= max(abs(n), abs(fraction(x)))
    assert fraction(x * 2.0**k / 2.0**k) == fraction(x)
    assert fraction(x * 0) == 0
    if x.hi != 0:
        assert close(1 / (1 / x), fraction(x), 40)


@both_dtypes
def test_operators_on_arrays(dtype: Any) -> None:
    rng = np.random.default_rng(2)
    spread = 10.0 ** rng.uniform(-6, 6, (2, 4000))
    x, y = (full(rng.uniform(-1, 1, 4000) * s, dtype, i) for i, s in enumerate(spread))
    # The leading parts of the second half cancel.
    y = DoubleDouble(np.concatenate([y.hi[:2000], -x.hi[2000:]]), y.lo)
    y = DoubleDouble(*pairs.two_sum(y.hi, np.where(abs(y.lo) <= abs(y.hi), y.lo, 0)))
    a, b = exact(x), exact(y)
    assert worst(x + y, [p + q for p, q in zip(a, b, strict=True)]) < 3
    assert worst(x - y, [p - q for p, q in zip(a, b, strict=True)]) < 3
    assert worst(x * y, [p * q for p, q in zip(a, b, strict=True)]) < 6
    assert worst(x * x, [p * p for p in a]) < 6
    assert worst(x / y, [p / q for p, q in zip(a, b, strict=True)]) < 8
    assert worst(1 - x, [1 - p for p in a]) < 2
    assert worst(x + 3, [p + 3 for p in a]) < 2
    assert worst(x * 3, [p * 3 for p in a]) < 4
    assert worst(x / 7, [p / 7 for p in a]) < 5
    assert worst(3 / x, [3 / p for p in a]) < 8
    assert worst(x / 4, [p / 4 for p in a]) == 0
    assert worst(x**3, [p**3 for p in a]) < 12
    assert worst(x**-2, [p**-2 for p in a]) < 14


def test_python_numbers_are_exact_to_twice_the_digits() -> None:
    ar = arithmetic(np.float64)
    one = ar.lift(np.ones(3))
    third = one * Fraction(1, 3)
    assert worst(third, [MP.mpf(1) / 3] * 3) < 1.5
    for value in (2**105 + 1, Fraction(2**105 + 1, 2**200), 0.1, -7, 2.0**-500 + 2.0**-540):
        assert fraction(ar.number(value)) == Fraction(value)
        assert fraction(DoubleDouble(*(part[0] for part in (one * value).pair))) == Fraction(value)
    short = arithmetic(np.float32)
    assert fraction(short.number(2**47 + 1)) == 2**47 + 1
    assert abs(fraction(short.number(0.1)) - Fraction(0.1)) < Fraction(1, 2**51)
    assert worst(short.lift(np.ones(3, np.float32)) / 3, [MP.mpf(1) / 3] * 3) < 3


def test_powers() -> None:
    x = full(np.linspace(0.5, 1.5, 40), np.float64)
    a = exact(x)
    for n in (0, 1, 2, 5, 10, -1, -7):
        assert worst(x**n, [p**n for p in a]) < 6 * abs(n) + 1
    with pytest.raises(TypeError):
        x**0.5  # type: ignore[operator]


def test_operands_of_other_kinds() -> None:
    x = DoubleDouble(np.asarray([2.0, 3.0]), np.zeros(2))
    for number in (np.float64(0.5), 0.5, Fraction(1, 2)):
        for result in (number * x, x * number, x - number, number - x, number / x, number + x):
            assert type(result) is DoubleDouble
    array = np.asarray([1.0, 2.0])
    for operation in (
        lambda: array * x,
        lambda: x * array,
        lambda: array + x,
        lambda: x - array,
        lambda: array / x,
        lambda: x / array,
        lambda: x * "2",
    ):
        with pytest.raises(TypeError):
            operation()
    short = DoubleDouble(np.ones(2, np.float32), np.zeros(2, np.float32))
    angle = arithmetic(np.float32).pi
    for operation in (
        lambda: x + short,
        lambda: short * x,
        lambda: arithmetic(np.float64).pi - angle,
    ):
        with pytest.raises(InvalidInput, match="one dtype"):
            operation()
    with pytest.raises(ZeroDivisionError):
        x / 0
    with pytest.raises(OverflowError):
        x + 10**400
    with pytest.raises(OverflowError):
        short * 1e60
    with pytest.raises((OverflowError, ValueError)):
        x * float("nan")


def test_construction() -> None:
    with pytest.raises(InvalidInput, match="float64 or float32"):
        DoubleArithmetic.like(np.ones(2, np.int64))
    with pytest.raises(InvalidInput, match="float64 or float32"):
        DoubleArithmetic.like(np.ones(2, np.float16))
    with pytest.raises(InvalidInput, match="dtype"):
        arithmetic(np.float64).lift(np.ones(2, np.float32))
    with pytest.raises(AttributeError):
        DoubleDouble(1.0, 0.0).hi = 2.0  # type: ignore[misc]
