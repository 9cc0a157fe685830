"""Balls hold the truth, precision is put back, and no comparison passes for a bool.

The truth of acos, asin and sqrt is taken from mpmath at 60 digits, which shares no code with Arb.
"""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy as sp
from flint import arb, ctx, fmpq
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ntkproofs.arithmetic.balls import (
    BallArithmetic,
    ball,
    bits_for,
    precision,
    series_length,
    to_fraction,
)
from ntkproofs.arithmetic.truth import (
    Decided,
    Truth,
    all_of,
    decide,
    equal,
    less,
    nonzero,
    positive,
)
from ntkproofs.errors import InvalidInput

MP = mpmath.mp.clone()
MP.dps = 60
BALLS = BallArithmetic()
NAN, WHOLE_LINE = arb("nan"), arb(0, math.inf)


def near(value: Any) -> arb:
    """A ball around an mpmath number of this module, wide enough for its last digits."""
    sign, mantissa, exponent, _ = value._mpf_
    with precision(300):
        return arb(-mantissa if sign else mantissa) * arb(2) ** exponent + arb(0, 1e-57)


# Precision.


def test_precision_is_restored() -> None:
    before = ctx.prec
    with precision(100):
        assert ctx.prec == 100
        with precision(333):
            assert ctx.prec == 333
        assert ctx.prec == 100
    assert ctx.prec == before


@pytest.mark.parametrize(("guard", "name"), [(precision, "prec"), (series_length, "cap")])
def test_global_state_is_restored_after_exceptions(guard: Callable[[int], Any], name: str) -> None:
    before = getattr(ctx, name)
    seen = []

    def fail() -> None:
        with guard(41):
            seen.append(getattr(ctx, name))
            with guard(57):
                seen.append(getattr(ctx, name))
                raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert seen == [41, 57]
    assert getattr(ctx, name) == before


def test_precision_is_what_the_digits_of_a_result_have() -> None:
    with precision(500):
        fine = arb(2).sqrt()
    with precision(50):
        coarse = arb(2).sqrt()
    assert 495 <= fine.rel_accuracy_bits() <= 505
    assert 45 <= coarse.rel_accuracy_bits() <= 55


@pytest.mark.parametrize("bits", [1, 0, -5])
def test_a_precision_has_two_bits(bits: int) -> None:
    before = ctx.prec
    with pytest.raises(InvalidInput, match="at least 2 bits"), precision(bits):
        pass
    assert ctx.prec == before


def test_a_thread_waits_while_another_computes() -> None:
    before = ctx.prec
    arrived, entered = threading.Event(), threading.Event()
    seen = []

    def other() -> None:
        arrived.set()
        with precision(300):
            entered.set()
            seen.append(ctx.prec)

    thread = threading.Thread(target=other)
    with precision(100):
        thread.start()
        assert arrived.wait(200)
        assert not entered.wait(0.05)
        assert ctx.prec == 100
        assert arb(2).sqrt().rel_accuracy_bits() < 110
    thread.join(200)
    assert seen == [300]
    assert ctx.prec == before


def test_many_threads_get_the_digits_they_asked_for() -> None:
    before = ctx.prec
    wrong = []

    def work(bits: int) -> None:
        for _ in range(100):
            with precision(bits):
                accuracy = arb(2).sqrt().rel_accuracy_bits()
                threading.Event().wait(1e-5)  # lets another thread run
                if ctx.prec != bits or not bits - 4 <= accuracy <= bits + 4:
                    wrong.append((bits, accuracy))

    threads = [threading.Thread(target=work, args=(bits,)) for bits in (60, 200, 700)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(200)
    assert wrong == []
    assert ctx.prec == before


@pytest.mark.parametrize("digits", [1, 2, 3, 15, 50, 1000])
def test_bits_hold_the_digits_and_not_many_more(digits: int) -> None:
    assert 2 ** bits_for(digits) >= 10**digits > 2 ** (bits_for(digits) - 1)


# Exact numbers.


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (3, Fraction(3)),
        (0.1, Fraction(3602879701896397, 2**55)),
        (-(2**200), Fraction(-(2**200))),
        (Fraction(-5, 8), Fraction(-5, 8)),
        (sp.Rational(7, 4), Fraction(7, 4)),
        (arb(1) / 4, Fraction(1, 4)),
    ],
)
def test_dyadic_numbers_become_exact_balls(value: Any, exact: Fraction) -> None:
    enclosure = ball(value)
    assert enclosure.is_exact()
    with precision(400):
        assert enclosure * exact.denominator - exact.numerator == 0


@pytest.mark.parametrize("value", [Fraction(1, 3), sp.Rational(1, 3)])
def test_fractions_are_enclosed_closely(value: Any) -> None:
    enclosure = ball(value)
    assert not enclosure.is_exact()
    with precision(400):
        assert (3 * enclosure - 1).contains(0)
        assert enclosure.rad() < 2.0**-52


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_parameters_are_finite(value: float) -> None:
    with pytest.raises(InvalidInput, match="finite"):
        to_fraction(value)


def test_the_numbers_of_the_arithmetic() -> None:
    assert BALLS.number(0.5) == arb(1) / 2
    assert BALLS.pi.overlaps(near(+MP.pi))
    assert BALLS.pi.rad() < 1e-14


# Clamping at the ends of the domains.


def inverse_image(lowest: float, highest: float) -> st.SearchStrategy[arb]:
    """Balls that meet [lowest, highest], most of them around its ends, at every magnitude."""
    ends = [end for end in (lowest, highest) if math.isfinite(end)]
    offset = st.builds(lambda m, e: m * 10.0**e, st.floats(-1, 1), st.integers(-40, 0))
    around = st.builds(
        lambda end, shift, width: arb(end) + arb(shift, abs(shift) + width),
        st.sampled_from(ends),
        offset,
        offset.map(abs),
    )
    inside = st.builds(arb, st.floats(-1, 1), offset.map(abs))
    return (around | inside).filter(lambda x: not (x > highest or x < lowest))


def ends_of(x: arb, bits: int) -> tuple[Fraction, Fraction]:
    """The ends of a ball, rounded outwards to so many bits."""
    with precision(bits):
        ends = [end.man_exp() for end in (x.lower(), x.upper())]
    low, high = (Fraction(int(mantissa)) * Fraction(2) ** int(power) for mantissa, power in ends)
    return low, high


def points_of(x: arb, lowest: int, highest: int, bits: int = 2000) -> list[Any]:
    """Points of the part of a ball in an interval, its ends and some between, as mpmath numbers."""
    low, high = ends_of(x, bits)
    low, high = max(low, Fraction(lowest)), min(high, Fraction(highest))
    points = [low + (high - low) * weight / 4 for weight in range(5)]
    return [MP.mpf(point.numerator) / point.denominator for point in points]


@pytest.mark.parametrize("name", ["acos", "asin"])
@settings(deadline=None, max_examples=60)
@given(x=inverse_image(-1, 1))
@example(x=arb(1))
@example(x=arb(-1))
@example(x=arb(2, 1))
@example(x=arb(-2, 1))
@example(x=arb(0, 3))
@example(x=arb(1, 1e-300))
def test_clamped_inverses_enclose_the_truth_closely(name: str, x: arb) -> None:
    value = getattr(BALLS, name)(x)
    truths = [getattr(MP, name)(point) for point in points_of(x, -1, 1)]
    assert all(value.overlaps(near(truth)) for truth in truths)
    if x > -1 and x < 1:
        return  # left to Arb, whose enclosure of the image of a wide ball is wider
    low, *_, high = (getattr(MP, name)(point) for point in points_of(x, -1, 1, ctx.prec))
    assert 2 * value.rad() < near(abs(high - low) * (1 + MP.mpf(2) ** -20) + MP.mpf(2) ** -48)


@settings(deadline=None, max_examples=60)
@given(x=inverse_image(0, math.inf))
@example(x=arb(0))
@example(x=arb(1, 1))
@example(x=arb(-1, 1))
@example(x=arb(0, 1e-200))
@example(x=arb(-1, 3))
def test_a_clamped_root_encloses_the_truth_closely(x: arb) -> None:
    value = BALLS.sqrt(x)
    truths = [MP.sqrt(point) for point in points_of(x, 0, 10)]
    assert all(value.overlaps(near(truth)) for truth in truths)
    if x > 0:
        return  # left to Arb
    high = MP.sqrt(points_of(x, 0, 10, ctx.prec)[-1])
    assert 2 * value.rad() < near(high * (1 + MP.mpf(2) ** -20)) + 1e-50


@pytest.mark.parametrize(
    ("name", "x"),
    [
        ("acos", arb(1.5)),
        ("acos", arb(-2, 0.9)),
        ("acos", 1 + arb(2) ** -50),
        ("asin", arb(-3)),
        ("asin", arb(2, 0.5)),
        ("sqrt", arb(-1)),
        ("sqrt", arb(-1, 0.5)),
        ("sqrt", -(arb(2) ** -500)),
    ],
)
def test_arguments_outside_the_domain_are_refused(name: str, x: arb) -> None:
    with pytest.raises(InvalidInput, match=r"outside|below 0"):
        getattr(BALLS, name)(x)


def test_a_ball_without_information_gives_the_whole_range() -> None:
    angle = BALLS.acos(WHOLE_LINE)
    assert angle.contains(0)
    assert angle.overlaps(arb.pi())
    assert angle.rad() < 1.6


@pytest.mark.parametrize("end", [1, -1])
def test_sine_and_chord_of_cosines_that_overlap_the_ends(end: int) -> None:
    u = arb(end, 1e-20)
    sine, chord = BALLS.sine(u), BALLS.chord(u)
    assert sine.contains(0)
    assert near(MP.sqrt(2e-20)) * (1 - arb(2) ** -20) <= sine.upper() <= 1.5e-10
    assert chord.overlaps(arb(1 - end))
    assert chord.rad() < 1.5e-10


# Three-valued truth.

THREE = list(Truth)


@pytest.mark.parametrize("truth", THREE)
def test_a_truth_is_no_bool(truth: Truth) -> None:
    with pytest.raises(TypeError, match="no bool"):
        bool(truth)
    with pytest.raises(TypeError, match="no bool"):
        assert truth
    with pytest.raises(TypeError, match="no bool"):
        _ = not truth
    with pytest.raises(TypeError, match="no bool"):
        any([truth])


def test_negation() -> None:
    assert [truth.negated() for truth in (Truth.TRUE, Truth.FALSE, Truth.UNDECIDED)] == [
        Truth.FALSE,
        Truth.TRUE,
        Truth.UNDECIDED,
    ]


@pytest.mark.parametrize("length", [0, 1, 2, 3])
def test_conjunction_is_kleenes(length: int) -> None:
    rank = {Truth.FALSE: 0, Truth.UNDECIDED: 1, Truth.TRUE: 2}
    for truths in itertools.product(THREE, repeat=length):
        assert rank[all_of(iter(truths))] == min([rank[truth] for truth in truths], default=2)


intervals = st.tuples(st.integers(-8, 8), st.integers(0, 4))


@settings(deadline=None)
@given(left=intervals, right=intervals)
def test_comparisons_hold_for_all_points_or_for_none(
    left: tuple[int, int], right: tuple[int, int]
) -> None:
    x, y = arb(*left), arb(*right)
    (x_low, x_high), (y_low, y_high) = ends_of(x, 200), ends_of(y, 200)
    truth = less(x, y)
    assert (truth is Truth.TRUE) == (x_high < y_low)
    assert (truth is Truth.FALSE) == (x_low >= y_high)
    truth = equal(x, y)
    assert (truth is Truth.FALSE) == (x_high < y_low or y_high < x_low)
    assert (truth is Truth.TRUE) == (left == right and left[1] == 0)
    truth = nonzero(x)
    assert (truth is Truth.TRUE) == (x_low > 0 or x_high < 0)
    assert (truth is Truth.FALSE) == (left == (0, 0))
    assert positive(x) is less(0, x)


@settings(deadline=None)
@given(mid=st.floats(-1e6, 1e6), radius=st.floats(1e-300, 1e6))
def test_a_wide_ball_is_never_proved_equal_or_zero(mid: float, radius: float) -> None:
    x = arb(mid, radius)
    assert equal(x, x) is Truth.UNDECIDED
    assert equal(x, arb(mid)) is Truth.UNDECIDED
    assert nonzero(arb(0, radius)) is Truth.UNDECIDED
    assert nonzero(x - x) is Truth.UNDECIDED


@pytest.mark.parametrize("blank", [NAN, WHOLE_LINE, arb("inf")], ids=str)
def test_balls_without_information_decide_nothing(blank: arb) -> None:
    for compare in (less, equal):
        assert compare(blank, 1) is Truth.UNDECIDED
        assert compare(1, blank) is Truth.UNDECIDED
        assert compare(blank, blank) is Truth.UNDECIDED
    assert nonzero(blank) is Truth.UNDECIDED
    assert positive(blank) is Truth.UNDECIDED


def test_comparisons_take_exact_numbers_of_any_kind() -> None:
    assert less(Fraction(1, 3), sp.Rational(2, 3)) is Truth.TRUE
    assert equal(1, sp.Integer(1)) is Truth.TRUE
    assert equal(fmpq(1, 2), Fraction(1, 2)) is Truth.TRUE


@pytest.mark.parametrize("value", [0.5, True, "1", sp.Float(1), sp.pi, mpmath.mpf(1), None])
def test_comparisons_refuse_what_may_carry_a_rounding_error(value: Any) -> None:
    with pytest.raises(InvalidInput, match="rounding error"):
        less(value, 1)


# Deciding.


def test_decide_raises_the_precision_until_it_is_decided() -> None:
    seen: list[int] = []

    def comparison() -> Truth:
        seen.append(ctx.prec)
        return less(arb(2).sqrt() * arb(3).sqrt(), arb(6).sqrt() + arb(2) ** -300)

    before = ctx.prec
    assert decide(comparison) == Decided(Truth.TRUE, 512)
    assert seen == [64, 128, 256, 512]
    assert ctx.prec == before


def test_decide_refutes_too() -> None:
    decided = decide(lambda: equal(arb(2).sqrt(), Fraction(665857, 470832)))
    assert decided == Decided(Truth.FALSE, 64)


def test_decide_stays_undecided_at_its_limit() -> None:
    seen: list[int] = []

    def comparison() -> Truth:
        seen.append(ctx.prec)
        return equal(arb.pi().sin(), 0)

    assert decide(comparison, start=30, limit=200) == Decided(Truth.UNDECIDED, 200)
    assert seen == [30, 60, 120, 200]


def test_decide_needs_no_escalation_for_start_at_the_limit() -> None:
    assert decide(lambda: nonzero(arb.pi().sin()), 64, 64) == Decided(Truth.UNDECIDED, 64)


@pytest.mark.parametrize("result", [True, False, None, 1, "true"])
def test_decide_takes_no_bool_for_a_truth(result: Any) -> None:
    before = ctx.prec
    with pytest.raises(InvalidInput, match="returns a Truth"):
        decide(lambda: result)
    assert ctx.prec == before


@pytest.mark.parametrize(("start", "limit"), [(1, 64), (0, 0), (128, 64)])
def test_decide_needs_a_range_of_precisions(start: int, limit: int) -> None:
    with pytest.raises(InvalidInput, match="2 <= start <= limit"):
        decide(lambda: Truth.TRUE, start, limit)
