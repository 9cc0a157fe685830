"""Truncated series against Taylor coefficients, values at small x, and longer series."""

import math
from fractions import Fraction

import mpmath
import pytest
from flint import arb
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ntkproofs.arithmetic.balls import precision
from ntkproofs.arithmetic.coefficients import composition, sine_cosine
from ntkproofs.arithmetic.laurent import ONE, PI, ZERO, Laurent, as_ball, laurent
from ntkproofs.arithmetic.puiseux import NoExpansion, Series, angle_from_versine

MP = mpmath.mp.clone()
MP.dps = 80
PLAIN, FLINT = 7, 14
"""Lengths below and above the one from which on FLINT does the work."""
LENGTHS = pytest.mark.parametrize("length", [PLAIN, FLINT])
BALLS = pytest.mark.parametrize("balls", [False, True])
small = st.fractions(min_value=-3, max_value=3, max_denominator=4)


@pytest.fixture(autouse=True, scope="module")
def _many_bits():
    with precision(300):
        yield


def series(values, length=None, q=1, balls=False):
    """A series with given rational coefficients, padded with zeros."""
    padded = [*values, *([0] * ((length or len(values)) - len(values)))]
    found = Series(tuple(laurent(Fraction(v)) for v in padded), q)
    return found.in_balls() if balls else found


def polynomial(values):
    numbers = [MP.mpf(v.numerator) / v.denominator for v in map(Fraction, values)]
    return lambda x: MP.polyval(numbers[::-1], x)


def assert_same(found, expected, exactly=False):
    """The coefficients are narrow balls, or exact numbers, of the values expected."""
    for k, (c, value) in enumerate(zip(found.coefficients, expected, strict=True)):
        assert isinstance(c, Laurent) or not exactly, k
        reference = arb(MP.nstr(MP.mpmathify(value), 60))
        distance = abs(as_ball(c) - reference).upper()
        assert distance < (1 + abs(reference)) * arb(10) ** -25, (k, c, value)


def taylor(function, length):
    """The Taylor coefficients at 0, by differences in high precision."""
    return MP.taylor(function, 0, length - 1)


OUTER = [1, Fraction(1, 2), -2, Fraction(1, 3), 0, 1]
INNER = [0, 1, -1, Fraction(1, 2), 2]
POSITIVE = [4, 1, -2, 0, Fraction(1, 5)]


@LENGTHS
@BALLS
def test_products_and_quotients(length, balls):
    left, right = series(OUTER, length, balls=balls), series(POSITIVE, length, balls=balls)
    f, g = polynomial(OUTER), polynomial(POSITIVE)
    for found, function in (
        (left * right, lambda x: f(x) * g(x)),
        (left / right, lambda x: f(x) / g(x)),
        (1 / right, lambda x: 1 / g(x)),
    ):
        assert_same(found, taylor(function, length), exactly=not balls)


@LENGTHS
@BALLS
def test_roots(length, balls):
    root = series(POSITIVE, length, balls=balls).sqrt()
    g = polynomial(POSITIVE)
    assert_same(root, taylor(lambda x: MP.sqrt(g(x)), length), exactly=not balls)


@LENGTHS
@BALLS
def test_functions(length, balls):
    for start in (0, Fraction(1, 3)):
        values = [start, *INNER[1:]]
        f, g = series(values, length, balls=balls), polynomial(values)
        for found, function in (
            (f.exp(), MP.exp),
            (f.sin_cos()[0], MP.sin),
            (f.sin_cos()[1], MP.cos),
            (f.asin(), MP.asin),
        ):
            assert_same(found, taylor(lambda x, g=g, h=function: h(g(x)), length))


@pytest.mark.parametrize("length", [PLAIN, FLINT])
def test_sine_and_cosine_of_a_series_that_starts_with_a_ball(length):
    with precision(200):
        start = arb(1) / 3
        f = Series((start, *series(INNER, length).in_balls().coefficients[1:]))
        sine, cosine = f.sin_cos()
        g = polynomial(INNER)
        assert_same(sine, taylor(lambda x: MP.sin(MP.mpf(1) / 3 + g(x)), length))
        assert_same(cosine, taylor(lambda x: MP.cos(MP.mpf(1) / 3 + g(x)), length))
        assert all(c.rel_accuracy_bits() > 150 for c in sine.coefficients)
        gap = Series((start, ZERO, ZERO, *f.coefficients[3:])).sin_cos()[0]
        assert gap.coefficients[1] is gap.coefficients[2] is ZERO


@pytest.mark.parametrize(("quarter", "values"), [*enumerate([(0, 1), (1, 0), (0, -1), (-1, 0)])])
def test_sine_and_cosine_are_exact_at_quarter_turns(quarter, values):
    f = series([0, 1], 4) + PI * quarter / 2
    sine, cosine = f.sin_cos()
    assert sine.constant.equals(values[0])
    assert cosine.constant.equals(values[1])


@LENGTHS
@BALLS
def test_composition(length, balls):
    found = series(OUTER, length, balls=balls).composed_with(series(INNER, length, balls=balls))
    f, g = polynomial(OUTER), polynomial(INNER)
    assert_same(found, taylor(lambda x: f(g(x)), length), exactly=not balls)


def test_composition_knows_what_both_determine():
    square = series([0, 0, 1], 12)  # x², to x^12
    for known in (3, 5):
        found = series([1, 1, 1, 1, 1][:known]).composed_with(square)
        assert len(found) == min(2 * known, 12)
    constant = series([5], 4).composed_with(square)
    assert constant.order == 8
    assert constant.constant.equals(5)


@pytest.mark.parametrize("q", [2, 4])
def test_composition_with_fractional_powers(q):
    """Σ c_j y^(j/q) at y = x² (1 + x): the root of the inner series comes out in x^(2/q)."""
    outer = series([1, 2, 3, 4], q=q)
    inner = series([0, 0, 1, 1], 10)
    found = outer.composed_with(inner)
    x = Fraction(1, 10**6)
    y = x**2 * (1 + x)
    value = sum(float(c.rational()) * float(y) ** (j / q) for j, c in enumerate(outer.coefficients))
    assert evaluate(found, float(x)) == pytest.approx(value, abs=2 * float(x) ** float(found.order))
    assert found.order == Fraction(len(outer) * 2, q)


def evaluate(f, x):
    with precision(200):
        terms = (
            as_ball(c) * arb(x) ** (arb(j) / f.ramification) for j, c in enumerate(f.coefficients)
        )
        return float(sum(terms, arb(0)).mid())


@pytest.mark.parametrize(
    ("operation", "function"),
    [
        (lambda f: f.sqrt(), math.sqrt),
        (lambda f: f.exp(), math.exp),
        (lambda f: f.sin_cos()[0], math.sin),
        (lambda f: f.sin_cos()[1], math.cos),
        (lambda f: (f / 4).asin(), lambda v: math.asin(v / 4)),
        (lambda f: 1 / f, lambda v: 1 / v),
        (lambda f: f**3, lambda v: v**3),
        (lambda f: f**-2, lambda v: v**-2),
    ],
)
@pytest.mark.parametrize("length", [5, 12])
@pytest.mark.parametrize("q", [1, 2, 3])
def test_values_at_small_x(operation, function, length, q):
    values = [2, 1, -1, Fraction(1, 2), 1]
    f = series(values, length, q)
    for x in (1e-2, 1e-3):
        z = x ** (1 / q)
        exact = function(sum(float(v) * z**k for k, v in enumerate(values)))
        found = operation(f)
        assert evaluate(found, x) == pytest.approx(exact, abs=60 * z ** len(found) + 1e-14)
        assert len(found) == length


def test_roots_at_odd_orders_ramify():
    root = series([0, 4, 4], 9).sqrt()  # 2 sqrt(x) sqrt(1 + x)
    assert root.ramification == 2
    for x in (0.01, 0.001):
        assert evaluate(root, x) == pytest.approx(2 * math.sqrt(x * (1 + x)), rel=1e-14)
    square = root * root
    expected = [0, 0, 4, 0, 4, *([0] * len(square))]
    assert_same(square, expected[: len(square)], exactly=True)


def test_the_angle_of_a_versine():
    """1 - cos ψ = x²/2 - x⁴/24 + ... gives ψ = x."""
    values = [0 if k % 2 else Fraction((-1) ** (k // 2 + 1), math.factorial(k)) for k in range(14)]
    angle = angle_from_versine(series([0, *values[1:]]))
    assert_same(angle, [0, 1] + [0] * (len(angle) - 2), exactly=True)
    ball = angle_from_versine(series([0, *values[1:]], balls=True))
    assert_same(ball, [0, 1] + [0] * (len(ball) - 2))


def test_arcsine_at_both_ends():
    f = series([1, 0, -2], 12)  # 1 - 2x² = cos(2 arcsin x)
    with precision(200):
        top, bottom = f.asin(), (-f).asin()
        for x in (0.01, 0.001):
            assert evaluate(top, x) == pytest.approx(math.pi / 2 - 2 * math.asin(x), rel=1e-15)
            assert evaluate(bottom, x) == pytest.approx(-evaluate(top, x))
    assert (top.constant - PI / 2).is_zero()


@pytest.mark.parametrize("value", [Fraction(1, 2), Fraction(-1, 2), 0])
def test_arcsine_of_known_constants_is_exact(value):
    assert isinstance(series([value, 1], 3).asin().constant, Laurent)
    assert float(series([value, 1], 3).asin().constant.to_ball()) == pytest.approx(math.asin(value))


@st.composite
def any_series(draw, starts=small):
    """Coefficients, of which some are exact, some balls, some zero."""
    first = draw(starts)
    rest = draw(st.lists(small, min_size=3, max_size=15))
    return [first, *rest], draw(st.booleans()), draw(st.sampled_from([1, 2, 3]))


def build(case, length):
    values, balls, q = case
    return series(values[:length] if length < len(values) else values, length, q, balls)


def assert_extends(short, long):
    """A longer series has the coefficients of the shorter one: its order is told honestly."""
    assert short.ramification == long.ramification
    assert len(short) <= len(long)
    for a, b in zip(short.coefficients, long.coefficients, strict=False):
        assert abs(as_ball(a) - as_ball(b)).upper() < 1e-20 * (1 + abs(as_ball(b).mid()))


@settings(deadline=None, max_examples=30)
@given(any_series(), any_series(), st.integers(2, 16))
def test_the_order_of_products_and_sums_is_honest(a, b, length):
    with precision(300):
        for operation in (lambda f, g: f * g, lambda f, g: f + g, lambda f, g: f - g):
            assert_extends(
                operation(build(a, length), build(b, length)),
                operation(build(a, length + 7), build(b, length + 5)),
            )


@settings(deadline=None, max_examples=30)
@given(any_series(st.just(Fraction(0))), any_series(st.just(Fraction(0))), st.integers(3, 16))
def test_the_order_of_products_of_small_series_is_honest(a, b, length):
    """Where both start at 0, the product is known to a higher order."""
    with precision(300):
        short = build(a, length) * build(b, length)
        assert_extends(short, build(a, length + 7) * build(b, length + 7))


@settings(deadline=None, max_examples=30)
@given(
    any_series(),
    any_series(st.fractions(min_value=Fraction(1, 2), max_value=3, max_denominator=6)),
    st.integers(3, 16),
)
def test_the_order_of_quotients_and_roots_is_honest(a, b, length):
    with precision(300):
        assert_extends(
            build(a, length) / build(b, length), build(a, length + 7) / build(b, length + 7)
        )
        assert_extends(build(b, length).sqrt(), build(b, length + 7).sqrt())
        quotient = build(a, length) / build(b, length)
        padded = build(a, length + 7) * series([1], 60, quotient.ramification)
        assert_extends(quotient * build(b, length), padded)


@settings(deadline=None, max_examples=30)
@given(
    any_series(), st.lists(small, min_size=3, max_size=12), st.integers(1, 3), st.integers(4, 14)
)
def test_the_order_of_compositions_is_honest(a, inner, start, length):
    assume(a[2] == 1)
    values = [*([0] * start), 1, *inner]
    with precision(300):
        assert_extends(
            build(a, length).composed_with(series(values[:length], length, balls=a[1])),
            build(a, length + 7).composed_with(
                series(values[: length + 7], length + 7, balls=a[1])
            ),
        )


def test_zeros_and_the_constant_stay_exact_in_balls():
    f = series([1, 0, 2, 0, 3]).in_balls()
    assert f.constant is ONE or f.constant.equals(1)
    assert f.coefficients[1] is ZERO
    assert isinstance(f.coefficients[2], arb)
    assert (f * 0).coefficients == (ZERO,) * 5


def test_gaps_after_the_leading_coefficient_survive_flint():
    f = series([1, 0, 0, 0, 2, *([1] * 12)], balls=True)
    g = series([2, 0, 0, 0, 0, 1, *([1] * 11)], balls=True)
    for found in (f * g, f / g, f.sqrt()):
        assert all(c is ZERO or c == 0 for c in found.coefficients[1:4])
        assert as_ball(found.coefficients[4]) != 0


def test_sums_and_products_by_numbers():
    f = series([1, 2, 3], balls=True)
    with precision(200):
        pi = MP.pi
        assert_same(f * PI, [pi, 2 * pi, 3 * pi])
        assert_same(f / PI, [1 / pi, 2 / pi, 3 / pi])
        assert_same(PI - f, [pi - 1, -2, -3])
        assert_same(f * arb(2) + 1, [3, 4, 6])
    assert (series([1, 2]) ** 0).constant.equals(1)


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (lambda: series([1, 2]) / series([0, 0]), "denominator vanishes"),
        (lambda: series([1, 2]) / series([0, 1]), "pole"),
        (lambda: series([1, 2]) / 0, "not known to be nonzero"),
        (lambda: series([1, 2]) / arb(0, 1), "not known to be nonzero"),
        (lambda: 1 / Series((arb(0, 1), ONE)), "not known to be nonzero"),
        (lambda: series([-1, 2]).sqrt(), "not known to be positive"),
        (lambda: series([0, 0, 0]).sqrt(), "vanishes to all orders"),
        (lambda: Series((arb(0, 1), ONE)).sqrt(), "not known to be positive"),
        (lambda: series([2, 1]).asin(), "cannot tell"),
        (lambda: Series((arb(1, 1e-20), ONE)).asin(), "cannot tell"),
        (lambda: series([1, 2]).composed_with(series([1, 1])), "vanishes at the pole"),
        (lambda: series([1, 2], q=3).composed_with(series([0, 1])), "root of order 3"),
        (lambda: series([1, 2], q=2).composed_with(series([0, -1])), "not known to be positive"),
        (lambda: Series(()).constant, "too few terms"),
    ],
)
def test_what_has_no_expansion_says_why(operation, words):
    with pytest.raises(NoExpansion, match=words):
        operation()


def test_ramification_keeps_the_function_and_the_order():
    f = series([1, 2, 3], q=2)
    spread = f.ramified(6)
    assert spread.order == f.order
    assert evaluate(spread, 0.01) == pytest.approx(evaluate(f, 0.01))
    assert f.ramified(2) is f


def test_the_two_ways_of_composition_agree():
    """Exact coefficients go the plain way, balls FLINT's."""
    inner = [0, 0, 1, 2, *[Fraction(1, k) for k in range(1, 11)]]
    outer = [Fraction(k + 1, k + 2) for k in range(9)]
    exact = composition(series(outer).coefficients, series(inner).coefficients)
    with precision(200):
        balls = composition(
            series(outer, balls=True).coefficients, series(inner, balls=True).coefficients
        )
        assert len(exact) == len(balls)
        assert all(as_ball(a).overlaps(as_ball(b)) for a, b in zip(exact, balls, strict=True))
        assert any(isinstance(c, arb) for c in balls)


def test_the_pythagorean_identity():
    with precision(300):
        sine, cosine = sine_cosine([arb(2).sqrt(), *[arb(k) / 7 for k in range(1, 15)]])
        one = Series(sine) * Series(sine) + Series(cosine) * Series(cosine)
        assert as_ball(one.constant).overlaps(arb(1))
        assert all(as_ball(c).contains(0) for c in one.coefficients[1:])
