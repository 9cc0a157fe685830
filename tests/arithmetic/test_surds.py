"""Exact numbers a + b sqrt(r), against SymPy and against balls."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ntkproofs.arithmetic.balls import precision
from ntkproofs.arithmetic.surds import Surd, enclosure, exact_number, surd
from ntkproofs.errors import InvalidInput

rationals = st.fractions(-5, 5, max_denominator=7)
radicands = st.sampled_from([2, 3, 5, 6])


def as_sympy(x):
    return x.to_sympy() if isinstance(x, Surd) else sp.Rational(x.numerator, x.denominator)


@given(a=rationals, b=rationals, c=rationals, e=rationals, r=radicands)
@settings(max_examples=60, deadline=None)
def test_the_four_operations_are_sympys(a, b, c, e, r):
    x, y = surd(a, b, r), surd(c, e, r)
    for mine, truth in (
        (x + y, as_sympy(x) + as_sympy(y)),
        (x - y, as_sympy(x) - as_sympy(y)),
        (x * y, as_sympy(x) * as_sympy(y)),
        (3 - x, 3 - as_sympy(x)),
    ):
        assert sp.expand(as_sympy(mine) - truth) == 0
    assume(y != 0)
    assert (x / y) * y == x
    assert (2 / y) * y == 2


@given(a=rationals, b=rationals, r=radicands)
@settings(max_examples=40, deadline=None)
def test_equality_and_hashing_are_those_of_numbers(a, b, r):
    x = surd(a, b, r)
    again = exact_number(as_sympy(x))
    assert again == x
    assert hash(again) == hash(x)
    assert isinstance(x, Fraction) == (b == 0)


def test_balls_hold_the_number_narrowly():
    golden = surd(Fraction(1, 2), Fraction(1, 2), 5)
    with precision(200):
        value = enclosure(golden)
        assert value.contains(value)
        assert (value * value - value - 1).contains(0)
        assert value.rad() < 1e-50
    assert float(golden) == pytest.approx((1 + 5**0.5) / 2, rel=1e-16)


@pytest.mark.parametrize("value", [0.5, sp.pi, sp.cbrt(2), sp.sqrt(2) + sp.sqrt(3), "1/2", np.pi])
def test_what_is_no_number_of_a_quadratic_field_is_refused(value):
    with pytest.raises((InvalidInput, ValueError)):
        exact_number(value)


def test_integral_floats_and_numpy_integers_are_exact():
    assert exact_number(-2.0) == exact_number(np.int64(-2)) == -2


@pytest.mark.parametrize("radicand", [0, 1, 4, 8, 12])
def test_radicands_have_no_square_factors(radicand):
    with pytest.raises(InvalidInput, match="square factors"):
        surd(0, 1, radicand)


def test_two_fields_do_not_mix():
    with pytest.raises(InvalidInput, match="one quadratic field"):
        _ = surd(0, 1, 2) + surd(0, 1, 3)


@pytest.mark.parametrize(
    ("rational", "root", "shown"),
    [
        (0, 1, "sqrt(5)"),
        (1, -1, "1 - sqrt(5)"),
        (Fraction(1, 2), Fraction(-3, 8), "1/2 - 3/8 sqrt(5)"),
        (0, Fraction(-1, 2), "-1/2 sqrt(5)"),
        (-2, 1, "-2 + sqrt(5)"),
    ],
)
def test_surds_show_themselves_as_they_are_written(rational, root, shown):
    assert str(surd(rational, root, 5)) == shown
