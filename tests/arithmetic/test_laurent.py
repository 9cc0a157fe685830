"""Numbers Σ r_i π^i: a ring whose zeros are decided, against SymPy and balls."""

from fractions import Fraction

import pytest
import sympy as sp
from flint import arb, fmpq, fmpq_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from ntkproofs.arithmetic.balls import precision
from ntkproofs.arithmetic.laurent import (
    ONE,
    PI,
    ZERO,
    Laurent,
    as_ball,
    is_exactly,
    laurent,
)

rationals = st.fractions(min_value=-9, max_value=9, max_denominator=12)


@st.composite
def numbers(draw):
    """Σ r_i π^i with few terms, built from the operations on PI and rationals."""
    total = ZERO
    for _ in range(draw(st.integers(0, 4))):
        power = draw(st.integers(-4, 4))
        term = laurent(draw(rationals))
        for _ in range(abs(power)):
            term = term * PI if power > 0 else term / PI
        total = total + term
    return total


def same(left, right):
    """Equality by SymPy, in which π is a symbol of its own."""
    return sp.expand(left.to_sympy() - right.to_sympy()) == 0


def normal(number):
    """The normal form that exact zero tests stand on."""
    p, shift = number.polynomial, number.shift
    return (p.length() == 0 and shift == 0) or p[0] != 0


@given(numbers(), numbers(), numbers())
def test_ring_axioms(x, y, z):
    assert same(x + y, y + x)
    assert same((x + y) + z, x + (y + z))
    assert same(x * y, y * x)
    assert same((x * y) * z, x * (y * z))
    assert same(x * (y + z), x * y + x * z)
    assert (x - x).is_zero()
    assert same(x + ZERO, x)
    assert same(x * ONE, x)
    assert (x * ZERO).is_zero()
    assert ((x + y) * (x - y) - (x * x - y * y)).is_zero()


@given(numbers(), numbers())
def test_operations_are_those_of_sympy(x, y):
    for found, expected in (
        (x + y, x.to_sympy() + y.to_sympy()),
        (x - y, x.to_sympy() - y.to_sympy()),
        (x * y, x.to_sympy() * y.to_sympy()),
        (-x, -x.to_sympy()),
    ):
        assert sp.expand(found.to_sympy() - expected) == 0
        assert normal(found)
        assert found.is_zero() == (sp.expand(expected) == 0)


@given(numbers(), numbers())
def test_a_product_divided_by_a_factor_is_the_other_one(x, y):
    if y.is_zero():
        with pytest.raises(ZeroDivisionError):
            x / y
        return
    quotient = (x * y) / y
    assert isinstance(quotient, Laurent)
    assert same(quotient, x)
    assert normal(quotient)


@given(numbers(), rationals)
def test_mixed_operations_with_rationals(x, r):
    exact = fmpq(r.numerator, r.denominator)
    for other in (r, exact, laurent(r)):
        assert same(x + other, other + x)
        assert same(x * other, other * x)
        assert ((x - other) + (other - x)).is_zero()
        if r:
            assert same(x / other * other, x)


@given(numbers(), numbers())
def test_balls_enclose_and_are_narrow(x, y):
    with precision(200):
        found = (x * y).to_ball()
        value = sp.N((x.to_sympy() * y.to_sympy()), 80)
        reference = arb(str(value)) * (1 + arb(0, 1) * arb(10) ** -70) + arb(0, 1) * arb(10) ** -70
        assert found.overlaps(reference)
        assert found.rad() < (1 + abs(found.mid())) * arb(10) ** -40
        assert as_ball(x).overlaps(x.to_ball())


def test_a_quotient_that_is_no_such_number_is_a_ball():
    with precision(128):
        found = ONE / (ONE + PI)
        assert isinstance(found, arb)
        assert found.overlaps(1 / (1 + arb.pi()))
        assert found.rad() < arb(10) ** -35


def test_operations_with_balls_are_balls_but_exact_zero_stays():
    third = arb(1) / 3
    for found in (PI + third, third + PI, PI * third, third * PI, PI / third, third / PI):
        assert isinstance(found, arb)
    assert (PI - third).overlaps(arb.pi() - third)
    assert (third - PI).overlaps(third - arb.pi())
    assert (third / PI).overlaps(third / arb.pi())
    assert ZERO * third is ZERO
    assert ZERO / third is ZERO
    assert ZERO + third is third


@given(st.fractions(min_value=0, max_value=50, max_denominator=30), st.integers(-3, 3))
def test_roots_of_squares_are_exact(r, power):
    number = laurent(r)
    for _ in range(abs(power)):
        number = number * PI if power > 0 else number / PI
    root = (number * number).sqrt()
    assert isinstance(root, Laurent)
    assert same(root, number)


@pytest.mark.parametrize("number", [laurent(2), PI, ONE + PI, 2 / PI], ids=str)
def test_other_roots_are_balls(number):
    with precision(128):
        root = number.sqrt()
        assert isinstance(root, arb)
        assert (root * root).overlaps(number.to_ball())
        assert root > 0


def test_the_root_of_a_negative_number_is_no_number():
    assert not (-ONE).sqrt().is_finite()
    assert not laurent(-4).sqrt().is_finite()
    assert ZERO.sqrt() is ZERO


@given(rationals)
def test_rationals_are_recognised(r):
    number = laurent(r)
    assert number.rational() == r
    assert number.equals(r)
    assert not number.equals(r + 1)
    assert (number * PI).over_pi() == r
    assert (number * PI).rational() == (0 if r == 0 else None)
    assert number.over_pi() == (0 if r == 0 else None)


def test_exactness_of_balls_and_numbers():
    assert is_exactly(ONE, 1)
    assert is_exactly(arb(1), 1)
    assert not is_exactly(arb(1, 1e-30), 1)
    assert not is_exactly(PI / 3, 1)
    assert not (PI - Fraction(355, 113)).is_zero()


def test_other_types_are_refused():
    for operation in (
        lambda: ONE + "x",
        lambda: ONE * None,
        lambda: ONE - [1],
        lambda: ONE / "x",
        lambda: ONE + 0.5,
    ):
        with pytest.raises(TypeError):
            operation()


@settings(max_examples=50)
@given(st.lists(rationals, min_size=1, max_size=5), st.integers(-5, 5))
def test_sympy_form(coefficients, shift):
    while coefficients and coefficients[0] == 0:
        coefficients = coefficients[1:]
    polynomial = fmpq_poly([fmpq(c.numerator, c.denominator) for c in coefficients])
    number = Laurent(polynomial, shift if coefficients else 0)
    expected = sum(
        sp.Rational(c.numerator, c.denominator) * sp.pi ** (shift + i)
        for i, c in enumerate(coefficients)
    )
    assert sp.expand(number.to_sympy() - expected) == 0
