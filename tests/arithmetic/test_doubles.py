"""Compensated floats against mpmath at 60 digits and against exact fractions.

Errors are relative, and are counted in units of u^2 with u = 2^-53 (float64: u^2 = 1.2e-32) or
u = 2^-24 (float32: 3.6e-15). The bounds are close to the worst errors measured.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import array_api_strict
import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from array_api_compat import array_namespace
from hypothesis import example, given
from hypothesis import strategies as st

from ntkproofs.arithmetic import doubles_functions as pairs
from ntkproofs.arithmetic.doubles import Angle, DoubleArithmetic, DoubleDouble
from ntkproofs.errors import InvalidInput

MP = mpmath.mp.clone()
MP.dps = 60

UNIT = {np.float64: 2.0**-53, np.float32: 2.0**-24}
FORMAT = {np.float64: pairs.BINARY64, np.float32: pairs.BINARY32}
both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def arithmetic(dtype: Any) -> DoubleArithmetic:
    return DoubleArithmetic.like(np.empty(0, dtype))


def full(array: Any, dtype: Any, seed: int = 0) -> DoubleDouble:
    """The numbers near the given ones that use every digit of a pair; every fourth one a float."""
    hi = np.asarray(array, dtype)
    lo = hi * (np.random.default_rng(seed).uniform(-0.9, 0.9, hi.shape) * UNIT[dtype]).astype(dtype)
    lo[::4] = 0
    return DoubleDouble(*pairs.fast_two_sum(hi, lo))


def cosines(dtype: Any) -> DoubleDouble:
    """[-1, 1]: at random, the ends, near them at every magnitude, tiny, between table entries."""
    u = UNIT[dtype]
    rng = np.random.default_rng(1)
    tiny = 10.0 ** -np.arange(1, 17.0)
    ends = 1 - u * np.asarray([1, 2, 3, 4, 5, 7, 64, 1000])
    middles = np.sin((np.arange(1600) + 0.5) / pairs.STEPS)
    special = np.asarray([0, 1, -1, 0.5, -0.5, 0.25, np.sqrt(0.5), -np.sqrt(0.5)])
    spread = rng.uniform(-1, 1, 800) * 10.0 ** rng.uniform(-10, 0, 800)
    inner = full(np.concatenate([tiny, -tiny, middles, spread, rng.uniform(-1, 1, 800)]), dtype)
    # Near the ends as floats and as pairs, whose distance to the end has 2^-90 and less.
    near = np.concatenate([special, 1 - tiny, tiny - 1, ends, -ends]).astype(dtype)
    pairs_near = pairs.two_sum(np.sign(special[1]).astype(dtype) * 1, -(u * tiny).astype(dtype))
    return DoubleDouble(
        np.concatenate([inner.hi, near, pairs_near[0], -pairs_near[0]]),
        np.concatenate([inner.lo, np.zeros_like(near), pairs_near[1], -pairs_near[1]]),
    )


def exact(x: DoubleDouble) -> list[Any]:
    """The values as mpmath numbers; no digit is lost, and pairs must be normalised."""
    hi, lo = (np.asarray(part, np.float64).ravel() for part in np.broadcast_arrays(x.hi, x.lo))
    unit = UNIT[np.asarray(x.hi).dtype.type]
    assert np.all(np.abs(lo) <= 1.001 * unit * 2 * np.abs(hi))
    return [MP.mpf(h) + MP.mpf(low) for h, low in zip(hi.tolist(), lo.tolist(), strict=True)]


def worst(x: DoubleDouble, references: list[Any]) -> float:
    """The largest relative error in units of u^2; a reference 0 must be met exactly."""
    values = exact(x)
    errors = [
        abs(value - reference) / abs(reference) if reference else abs(value) * MP.inf
        for value, reference in zip(values, references, strict=True)
        if value != reference
    ]
    return float(max(errors, default=0)) / UNIT[np.asarray(x.hi).dtype.type] ** 2


# Error-free transforms ---------------------------------------------------------------------------

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


# Operators ---------------------------------------------------------------------------------------


@st.composite
def numbers(draw: st.DrawFn) -> DoubleDouble:
    hi = draw(st.floats(-(2.0**60), 2.0**60).filter(lambda x: x == 0 or abs(x) > 2.0**-60))
    lo = hi * draw(st.integers(-(2**20), 2**20)) * 2.0**-73
    return DoubleDouble(*pairs.fast_two_sum(np.asarray(hi), np.asarray(lo)))


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


# Functions ---------------------------------------------------------------------------------------


@both_dtypes
def test_sqrt(dtype: Any) -> None:
    ar = arithmetic(dtype)
    size = abs(cosines(dtype).hi)
    x = full(np.concatenate([size, size * dtype(1e10), [1e-15, 1e15, 4.0, 2.25]]), dtype)
    assert worst(ar.sqrt(x), [MP.sqrt(v) for v in exact(x)]) < 3
    below = ar.sqrt(ar.lift(np.asarray([-1e-17, -1.0, 0.0, -0.0], dtype)))
    assert not np.any(below.hi)
    assert not np.any(below.lo)


@both_dtypes
def test_sine_of_a_cosine(dtype: Any) -> None:
    ar = arithmetic(dtype)
    x = cosines(dtype)
    assert worst(ar.sine(x), [MP.sqrt((1 - v) * (1 + v)) for v in exact(x)]) < 6
    assert worst(ar.chord(x), [MP.sqrt(2 - 2 * v) for v in exact(x)]) < 5
    # Floats are better off than pairs: no error but that of the root.
    x = DoubleDouble(x.hi, 0 * x.lo)
    assert worst(ar.sine(x), [MP.sqrt((1 - v) * (1 + v)) for v in exact(x)]) < 4


@both_dtypes
def test_acos(dtype: Any) -> None:
    ar = arithmetic(dtype)
    x = cosines(dtype)
    angle = ar.acos(x)
    assert worst(angle, [MP.acos(v) for v in exact(x)]) < 5
    # The angle to the other end, which vanishes at -1.
    assert worst(ar.pi - angle, [MP.pi - MP.acos(v) for v in exact(x)]) < 7
    # One minus a tiny number is a float, or a pair, of its own: no cut is allowed there.
    assert np.all(angle.hi[(x.hi - 1) + x.lo < 0] > 0)
    cut = ar.acos(ar.lift(np.asarray([1.5, -1.5, 1 + 4 * UNIT[dtype]], dtype)))
    assert worst(cut, [MP.mpf(0), MP.pi, MP.mpf(0)]) < 1


@both_dtypes
def test_asin(dtype: Any) -> None:
    ar = arithmetic(dtype)
    x = cosines(dtype)
    angle = ar.asin(x)
    assert worst(angle, [MP.asin(v) for v in exact(x)]) < 12
    half_pi = Angle.of(np.asarray(1, dtype), None)
    assert worst(half_pi - angle, [MP.acos(v) for v in exact(x)]) < 5
    cut = ar.asin(ar.lift(np.asarray([1.5, -1.5], dtype)))
    assert worst(cut, [MP.pi / 2, -MP.pi / 2]) < 1


@both_dtypes
@pytest.mark.parametrize("name", ["sin", "cos"])
def test_sin_and_cos(name: str, dtype: Any) -> None:
    ar = arithmetic(dtype)
    function: Callable[[Any], Any] = getattr(MP, name)
    base = cosines(dtype).hi
    for factor in (1, 2 * np.pi, 4 * np.pi):
        x = full(base * dtype(factor), dtype)
        assert worst(getattr(ar, name)(x), [function(v) for v in exact(x)]) < 12
    # Next to the zeros: the floats nearest to the multiples of pi/2, on both sides.
    multiples = (np.arange(-8, 9) * (np.pi / 2)).astype(dtype)
    sides = [np.nextafter(multiples, dtype(end)) for end in (-20, 20)]
    near = np.concatenate([multiples, *sides])
    normal = (np.abs(near) < 4 * np.pi) & ((near == 0) | (np.abs(near) > 0.1))
    number = ar.lift(near[normal])
    assert worst(getattr(ar, name)(number), [function(v) for v in exact(number)]) < 8
    beyond = getattr(ar, name)(ar.lift(np.asarray([14.0, -1e6, np.nan], dtype)))
    assert np.all(np.isnan(beyond.round()))


@both_dtypes
def test_sin_and_cos_of_angles(dtype: Any) -> None:
    ar = arithmetic(dtype)
    x = cosines(dtype)
    angle = ar.acos(x)
    assert worst(ar.cos(angle), exact(x)) < 50 or dtype is np.float64  # as far as angles allow
    values = exact(x)
    near = [i for i, v in enumerate(values) if abs(v) > 0.8]
    cosine, sine = (DoubleDouble(f.hi[near], f.lo[near]) for f in (ar.cos(angle), ar.sin(angle)))
    assert worst(cosine, [values[i] for i in near]) < 12
    assert worst(sine, [MP.sqrt((1 - values[i]) * (1 + values[i])) for i in near]) < 14
    assert float(ar.sin(ar.pi).round()) == 0
    assert float(ar.cos(ar.pi).round()) == -1
    assert float(ar.sin(ar.pi - ar.pi).round()) == 0


@both_dtypes
def test_exp(dtype: Any) -> None:
    ar = arithmetic(dtype)
    base = cosines(dtype).hi
    for factor in (1, 20, 600 if dtype is np.float64 else 40):
        x = full(base * dtype(factor), dtype)
        assert worst(ar.exp(x), [MP.exp(v) for v in exact(x)]) < 10
    assert worst(ar.exp(ar.lift(np.zeros(2, dtype))), [MP.mpf(1)] * 2) == 0
    outside = ar.exp(ar.lift(np.asarray([-1e4, 1e4, -np.inf, np.inf, np.nan], dtype))).round()
    np.testing.assert_array_equal(outside, [0, np.inf, 0, np.inf, np.nan])
    # Up to the last finite number, hi stays good.
    largest = np.floor(np.log(np.finfo(dtype).max))
    np.testing.assert_allclose(
        ar.exp(ar.lift(np.asarray([largest], dtype))).hi, np.exp(largest), rtol=1e-6
    )


@both_dtypes
def test_constants(dtype: Any) -> None:
    ar = arithmetic(dtype)
    assert worst(ar.pi, [MP.pi]) < 0.5
    assert worst(ar.pi + ar.pi, [2 * MP.pi]) < 1
    assert worst(ar.pi + 1, [MP.pi + 1]) < 3
    assert worst(1 - ar.pi, [1 - MP.pi]) < 3
    assert worst(ar.pi / 2, [MP.pi / 2]) < 0.5
    zero = ar.pi - ar.pi
    assert (float(zero.hi), float(zero.lo)) == (0, 0)
    assert worst(-(ar.pi + ar.acos(ar.lift(np.asarray([-1.0], dtype)))), [-2 * MP.pi]) < 1


@both_dtypes
def test_angles_subtract_without_loss(dtype: Any) -> None:
    ar = arithmetic(dtype)
    u = ar.lift((-1 + UNIT[dtype] * np.arange(2, 400, 2)).astype(dtype))
    v = ar.lift((-1 + UNIT[dtype] * np.arange(4, 402, 2)).astype(dtype))
    references = [MP.acos(a) - MP.acos(b) for a, b in zip(exact(u), exact(v), strict=True)]
    # The difference of neighbours is down to 1/400 of them, and their errors weigh as much more.
    assert worst(ar.acos(u) - ar.acos(v), references) < 2000


@both_dtypes
def test_nan_stays_nan(dtype: Any) -> None:
    ar = arithmetic(dtype)
    x = ar.lift(np.asarray([np.nan, 0.5], dtype))
    for name in ("sqrt", "acos", "asin", "exp", "cos", "sin", "sine"):
        np.testing.assert_array_equal(np.isnan(getattr(ar, name)(x).round()), [True, False])


# Kernels -----------------------------------------------------------------------------------------


def kappa0(u: Any, ar: Any) -> Any:
    return (ar.pi - ar.acos(u)) / ar.pi


def kappa1(u: Any, ar: Any) -> Any:
    return (u * (ar.pi - ar.acos(u)) + ar.sqrt(1 - u * u)) / ar.pi


def kappa1_by_sine(u: Any, ar: Any) -> Any:
    theta = ar.acos(u)
    return (ar.sin(theta) + (ar.pi - theta) * ar.cos(theta)) / ar.pi


def ntk(u: Any, ar: Any, layers: int) -> Any:
    theta = sigma = u
    for _ in range(layers):
        following = kappa1(sigma, ar)
        theta, sigma = theta * kappa0(sigma, ar) + following, following
    return theta


def iterated(u: Any, ar: Any, count: int) -> Any:
    for _ in range(count):
        u = kappa1(u, ar)
    return u


def kernel_grid(dtype: Any) -> Any:
    """Floats in [-1, 1], with the last floats before the ends and every magnitude to them."""
    u = UNIT[dtype]
    steps = np.concatenate([[1, 2, 3, 4, 5, 6, 8, 10, 33, 100], 10.0 ** np.arange(3, 16)])
    near = u * steps[u * steps < 1]
    tiny = 10.0 ** -np.arange(1, 17.0)
    middle = np.linspace(-1, 1, 21)
    points = np.concatenate([middle, tiny, -tiny, near - 1, 1 - near, [2.0**-60]])
    return np.unique(points.astype(dtype))


def relative_error(values: Any, references: list[Any]) -> float:
    errors = [
        abs(MP.mpf(float(value)) - reference) / abs(reference)
        for value, reference in zip(np.asarray(values), references, strict=True)
        if float(value) != reference
    ]
    return float(max(errors))


KERNELS: dict[str, Callable[[Any, Any], Any]] = {
    "kappa0": kappa0,
    "kappa1": kappa1,
    "kappa1 iterated 3 times": lambda u, ar: iterated(u, ar, 3),
    "kappa1 iterated 100 times": lambda u, ar: iterated(u, ar, 100),
    **{
        f"NTK of depth {depth}": lambda u, ar, depth=depth: ntk(u, ar, depth - 1)
        for depth in (2, 3, 4, 5, 6, 7, 8, 9, 10, 100)
    },
}


@both_dtypes
@pytest.mark.parametrize("name", KERNELS)
def test_kernels_to_the_last_digit(name: str, dtype: Any) -> None:
    """One rounding of the exact value has an error up to u; 1.02 u is allowed inside."""
    kernel, ar, grid = KERNELS[name], arithmetic(dtype), kernel_grid(dtype)
    values = ar.lower(kernel(ar.lift(grid), ar))
    assert values.dtype == dtype
    references = [kernel(MP.mpf(float(u)), MP) for u in grid]
    inside = np.abs(1 + grid) > 1e4 * UNIT[dtype]
    assert relative_error(
        values[inside], [r for r, i in zip(references, inside, strict=True) if i]
    ) < (1.02 * UNIT[dtype])
    # At the last floats before -1 the terms of kappa1 cancel to the last digit of the pairs.
    assert relative_error(values, references) < 1.7 * UNIT[dtype]
    if name in ("kappa0", "kappa1", "NTK of depth 2"):
        assert grid[0] == -1
        assert values[0] == 0


@both_dtypes
@pytest.mark.parametrize("kernel", [kappa1, kappa1_by_sine])
def test_kappa1_at_the_last_floats_before_the_antipode(
    kernel: Callable[[Any, Any], Any], dtype: Any
) -> None:
    """Before the last rounding; an angle rounded to a pair would have an error of 10^8 u here."""
    ar = arithmetic(dtype)
    grid = (-1 + UNIT[dtype] * np.arange(1, 1500)).astype(dtype)
    value = kernel(ar.lift(grid), ar)
    references = [kappa1(MP.mpf(float(u)), MP) for u in grid]
    bound = 1 if kernel is kappa1 else 2.5
    assert worst(value, references) * UNIT[dtype] < bound


# Array libraries ---------------------------------------------------------------------------------


def every_function(u: Any, ar: Any) -> list[Any]:
    """Plain arrays from every function and operator, at cosines."""
    numbers = [
        kappa1(u, ar),
        ntk(u, ar, 2),
        ar.asin(u),
        ar.exp(-ar.chord(u)),
        ar.sin(3 * u) + ar.cos(u) ** 3,
        ar.sine(u) / (2 + u) - Fraction(1, 3),
        ar.number(0.3) * u**-1 - 0.7,
        1 / (u * u + ar.pi),
    ]
    return [ar.lower(x) for x in numbers] + [numbers[0].lo]


GRID = np.concatenate([np.linspace(-1, 1, 20), -1 + 2.0 ** -np.arange(1, 24.0)]).astype(np.float32)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_array_api_strict(dtype: str) -> None:
    grid = GRID.astype(dtype)
    expected = every_function(*_lifted(grid))
    values = every_function(*_lifted(array_api_strict.asarray(grid)))
    for value, reference in zip(values, expected, strict=True):
        assert array_namespace(value) is array_api_strict
        np.testing.assert_array_equal(np.asarray(value), reference, strict=True)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_jax(dtype: str, compiled: bool) -> None:
    """Compilers that fuse multiplications into additions must not break the transforms."""
    grid = GRID.astype(dtype)
    expected = every_function(*_lifted(grid))
    with jax.enable_x64(dtype == "float64"):

        def function(u: Any) -> list[Any]:
            return every_function(*_lifted(u))

        values = (jax.jit(function) if compiled else function)(jnp.asarray(grid))
        for value, reference in zip(values[:-1], expected[:-1], strict=True):
            assert isinstance(value, jax.Array)
            assert value.dtype == dtype
            np.testing.assert_allclose(
                np.asarray(value), reference, rtol=3 * UNIT[grid.dtype.type], atol=0
            )


@pytest.mark.parametrize("pairs_given", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_jax_keeps_all_digits_when_compiled(dtype: str, pairs_given: bool) -> None:
    """XLA fuses products into sums, more so where it knows that the lower parts are zero."""
    x = full(GRID[GRID != 0], np.dtype(dtype).type)
    if not pairs_given:
        x = DoubleDouble(x.hi, 0 * x.lo)

    def function(hi: Any, lo: Any = None) -> list[pairs.Pair]:
        ar = DoubleArithmetic.like(hi)
        a = ar.lift(hi) if lo is None else DoubleDouble(hi, lo)
        squares = a * a + a * a * a * a / 3
        values = [squares, 3 / a, ar.pi - ar.acos(a), ar.sine(a), ar.exp(a), ar.sin(a)]
        return [value.pair for value in values]

    a = exact(x)
    expected = [
        [v**2 + v**4 / 3 for v in a],
        [3 / v for v in a],
        [MP.pi - MP.acos(v) for v in a],
        [MP.sqrt((1 - v) * (1 + v)) for v in a],
        [MP.exp(v) for v in a],
        [MP.sin(v) for v in a],
    ]
    with jax.enable_x64(dtype == "float64"):
        arrays = [jnp.asarray(part) for part in x.pair[: 2 if pairs_given else 1]]
        results = jax.jit(function)(*arrays)
        results = [DoubleDouble(*(np.asarray(part) for part in pair)) for pair in results]
    errors = [worst(result, values) for result, values in zip(results, expected, strict=True)]
    assert max(errors) < 12


def _lifted(array: Any) -> tuple[DoubleDouble, DoubleArithmetic]:
    ar = DoubleArithmetic.like(array)
    return ar.lift(array), ar


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (1,), (2, 3, 4)])
def test_shapes(shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(3).uniform(-1, 1, shape)
    flat = every_function(*_lifted(np.ravel(array)))
    for value, reference in zip(every_function(*_lifted(array)), flat, strict=True):
        assert np.shape(value) == shape
        np.testing.assert_array_equal(np.ravel(value), reference)


def test_operators_broadcast() -> None:
    ar = arithmetic(np.float64)
    row, column = ar.lift(np.asarray([0.1, 0.2, 0.3])), ar.lift(np.asarray([[0.5], [0.7]]))
    assert (row * column).hi.shape == (ar.acos(row) - ar.acos(column)).lo.shape == (2, 3)


def test_input_arrays_are_left_alone() -> None:
    array = np.linspace(-1, 1, 9)
    kept = array.copy()
    every_function(*_lifted(array + 0.01 * (array == 0)))
    x, ar = _lifted(array)
    ar.acos(x)
    ar.exp(x)
    np.testing.assert_array_equal(array, kept)
