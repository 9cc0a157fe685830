"""Functions of compensated floats, against mpmath at 60 digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ntkproofs.arithmetic import doubles_functions as pairs
from ntkproofs.arithmetic.doubles import Angle, DoubleDouble

from ._doubles import MP, UNIT, arithmetic, both_dtypes, exact, full, worst


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
