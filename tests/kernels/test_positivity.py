"""Kernels with nonnegative Taylor coefficients: what is said of them, against differentiation."""

from fractions import Fraction

import mpmath
import pytest

import ntkproofs as nt
from ntkproofs.arithmetic.symbols import MpmathArithmetic
from ntkproofs.kernels.networks import cosine_map, cosine_map_derivative
from ntkproofs.kernels.positivity import has_nonnegative_coefficients, is_analytic_inside

STEP, RELU, U = nt.arccosine(0), nt.arccosine(1), nt.cosine
GAUSS = nt.zonal("gauss", lambda u, ar: ar.exp(u - 1))

POSITIVE = {
    "ntk": nt.ntk(3),
    "ntk with biases": nt.ntk(3, bias_variance=Fraction(1, 10)),
    "nngp": nt.nngp(4, Fraction(1, 3), 2),
    **{f"arccosine{n}": nt.arccosine(n) for n in range(5)},
    "eoc": nt.eoc(3, 1, Fraction(1, 2)),
    "absolute value": nt.eoc(3, 0, 1),
    "deep narrow": nt.deep_narrow(1, 1, input_dim=3),
    "residual": nt.residual(2, 1),
    "map": cosine_map(Fraction(1, 3)),
    "slope": cosine_map_derivative(Fraction(2, 3)),
    "product": nt.ntk(2) * STEP,
    "multiple": 3 * nt.ntk(2) + 1,
    "nested": STEP @ STEP,
    "zero": 0 * nt.ntk(2),
}
NOT = {
    "negative": -nt.ntk(2),
    "difference": nt.ntk(3) - nt.ntk(2),
    "negative constant": nt.ntk(2) - 1,
    "unknown formula": GAUSS,
    "with an unknown formula": nt.ntk(2) + GAUSS,
    "reflected": STEP @ (-U),
}


@pytest.mark.parametrize("kernel", POSITIVE.values(), ids=POSITIVE)
def test_kernels_said_to_be_positive_have_nonnegative_coefficients(kernel):
    """The first Taylor coefficients at 0, by differences in high precision."""
    assert has_nonnegative_coefficients(kernel)
    ar = MpmathArithmetic()
    with mpmath.workdps(40):
        found = mpmath.taylor(lambda u: kernel.value_with(u, ar), 0, 12, singular=False)
        assert all(c > -(mpmath.mpf(10) ** -15) for c in found), found
        assert sum(found) <= kernel.value_with(mpmath.mpf(1), ar) + mpmath.mpf(10) ** -15


@pytest.mark.parametrize("kernel", NOT.values(), ids=NOT)
def test_others_are_not(kernel):
    assert not has_nonnegative_coefficients(kernel)


def test_positivity_is_no_guess_from_the_sign_of_values():
    """u κ0 - κ1/4 is positive on [0, 1] near 1 but has a negative coefficient at u^0."""
    assert not has_nonnegative_coefficients(U * STEP - RELU / 4)


@pytest.mark.parametrize("kernel", POSITIVE.values(), ids=POSITIVE)
def test_positive_kernels_are_analytic_inside(kernel):
    assert is_analytic_inside(kernel)


def test_signs_do_not_matter_outside_compositions():
    assert is_analytic_inside(-nt.ntk(3))
    assert is_analytic_inside(nt.ntk(3) - 2 * nt.nngp(4) * STEP)


@pytest.mark.parametrize(
    "kernel",
    [
        RELU @ (2 * U * U - 1),  # reaches -1 at u = 0
        RELU @ (2 * U),  # leaves [-1, 1]
        RELU @ (RELU + RELU),  # reaches 1 inside
        STEP @ (U + Fraction(1, 2)),
        GAUSS,
        RELU @ GAUSS,
        GAUSS @ RELU,
    ],
    ids=repr,
)
def test_compositions_that_reach_a_pole_inside_are_not_claimed(kernel):
    assert not is_analytic_inside(kernel)


def test_a_bound_of_exactly_one_is_allowed():
    assert is_analytic_inside(RELU @ ((RELU + STEP) / 2))
    assert not is_analytic_inside(RELU @ ((RELU + STEP) / Fraction(199, 100)))


def test_deep_kernels_need_no_recursion():
    assert is_analytic_inside(nt.ntk(2000))
    assert has_nonnegative_coefficients(nt.ntk(2000))
