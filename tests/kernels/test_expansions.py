"""Expansions of kernels at the poles: against direct evaluation in balls, and closed forms."""

import math
from fractions import Fraction

import pytest
import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import precision
from ntkproofs.arithmetic.laurent import ONE, PI, Laurent, as_ball, laurent
from ntkproofs.arithmetic.puiseux import NoExpansion
from ntkproofs.errors import Unable
from ntkproofs.kernels.expansions import Expansions

BITS = 600
STEP, RELU = nt.arccosine(0), nt.arccosine(1)
U = nt.cosine

KERNELS = {
    "cosine": U,
    "nngp2": nt.nngp(2),
    "nngp5": nt.nngp(5),
    "ntk2": nt.ntk(2),
    "ntk3": nt.ntk(3),
    "ntk7": nt.ntk(7),
    **{f"arccosine{n}": nt.arccosine(n) for n in range(5)},
    "eoc relu": nt.eoc(3, 1, 1),
    "eoc": nt.eoc(4, 1, Fraction(1, 2)),
    "eoc negative": nt.eoc(3, -1, Fraction(1, 3)),
    "absolute value": nt.eoc(3, 0, 1),
    "linear": nt.eoc(3, 1, 0),
    "deep narrow": nt.deep_narrow(1, 1, input_dim=3),
    "deep narrow, no bias": nt.deep_narrow(2, 0, input_dim=3),
    "biases": nt.ntk(3, bias_variance=Fraction(1, 10)),
    "variances": nt.nngp(3, Fraction(1, 3), Fraction(1, 2)),
    "residual": nt.residual(2, Fraction(1, 2)),
    "laplace": nt.zonal("laplace", lambda u, ar: ar.exp(-ar.chord(u))),
    "sine": nt.zonal("sine", lambda u, ar: ar.sine(u)),
    "gaussian": nt.zonal("gaussian", lambda u, ar: ar.exp(u - 1)),
    "trigonometric": nt.zonal("t", lambda u, ar: ar.sin(u) + ar.cos(ar.acos(u)) / (2 + u)),
    "arcsine": nt.zonal("a", lambda u, ar: ar.asin(u) * ar.asin(2 * u / 3)),
    "reflected": RELU @ (-U),
    "to both poles": RELU @ (U * U),
    "to the other pole": RELU @ (-(U * U)),
    "twice a pole": RELU @ (2 * U * U - 1),
    "step of ReLU": STEP @ RELU,
}
RAMIFIED = {
    "step of step": STEP @ STEP,
    "three steps": STEP @ (STEP @ STEP),
    "three steps, other brackets": (STEP @ STEP) @ STEP,
    "root of the angle": nt.zonal("r", lambda u, ar: ar.sqrt(ar.acos(u))),
    "root of the sine": nt.zonal("s", lambda u, ar: ar.sqrt(ar.sine(u))),
}
POLES = pytest.mark.parametrize("pole", [1, -1])


def expand(kernel, pole, length=9, exact=False, scale=ONE):
    with precision(BITS):
        return Expansions(length, exact, BITS, scale).at_pole(kernel, pole)


def remainder(kernel, series, pole, x):
    """k at the angle x from the pole, less the partial sum."""
    with precision(2 * BITS):
        value = kernel(pole * arb(x).cos())
        root = arb(x) ** (arb(1) / series.ramification)
        total = sum((as_ball(c) * root**j for j, c in enumerate(series.coefficients)), arb(0))
        return value - total


@POLES
@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("name", KERNELS)
def test_the_partial_sum_is_off_by_the_order_that_it_promises(name, exact, pole):
    kernel = KERNELS[name]
    series = expand(kernel, pole, exact=exact)
    assert series.ramification == 1
    assert len(series) >= 6  # at most a few orders are lost, whatever the depth
    errors = [abs(remainder(kernel, series, pole, f"1e-{n}")) for n in (9, 10)]
    with precision(BITS):
        assert errors[0] < 100 * arb("1e-9") ** len(series)
        # A coefficient that is wrong or missing shows as an error that falls too slowly.
        if not errors[1].contains(0):
            assert errors[1] < errors[0] * arb(10) ** -(len(series) - 1) / 2


@POLES
@pytest.mark.parametrize("name", RAMIFIED)
def test_fractional_powers(name, pole):
    kernel = RAMIFIED[name]
    series = expand(kernel, pole, length=6)
    order = float(series.order)
    x = 1e-12
    assert abs(remainder(kernel, series, pole, x)) < 100 * x**order


def test_ramification_is_that_of_the_layers():
    found = {name: expand(kernel, 1).ramification for name, kernel in RAMIFIED.items()}
    assert found["step of step"] == 2
    assert found["three steps"] == found["three steps, other brackets"] == 4


@pytest.mark.parametrize("depth", [2, 3, 10, 60])
def test_deep_kernels_lose_no_orders(depth):
    for kernel in (nt.ntk(depth), nt.nngp(depth)):
        for pole in (1, -1):
            assert len(expand(kernel, pole, length=12)) >= 11


def test_closed_forms_at_the_pole():
    """κ0 = 1 - θ/π; κ1 = 1 - θ²/2 + θ³/(3π) + ...; Θ_2 = u κ0 + κ1 = 2 - θ/π - θ² + ..."""
    pi = sp.pi
    expected = {
        STEP: [1, -1 / pi, 0, 0],
        RELU: [1, 0, -sp.Rational(1, 2), 1 / (3 * pi)],
        nt.ntk(2): [2, -1 / pi, -1, sp.Rational(5, 6) / pi],
        U: [1, 0, -sp.Rational(1, 2), 0],
    }
    for kernel, values in expected.items():
        found = expand(kernel, 1, length=8, exact=True).coefficients
        for c, value in zip(found, values, strict=False):
            assert isinstance(c, Laurent)
            assert sp.expand(c.to_sympy() - value) == 0, (kernel, c)


@pytest.mark.parametrize("depth", [2, 3, 4, 5, 9])
def test_the_first_orders_of_deep_kernels_by_induction(depth):
    """S_L = 1 - θ²/2 + (L-1) θ³/(3π) + ..., Θ_L = L - L(L-1)/(2π) θ + ... for every depth L."""
    covariance = expand(nt.nngp(depth), 1, exact=True).coefficients
    tangent = expand(nt.ntk(depth), 1, exact=True).coefficients
    assert covariance[0].equals(1)
    assert covariance[2].equals(Fraction(-1, 2))
    assert (covariance[3] * PI).equals(Fraction(depth - 1, 3))
    assert tangent[0].equals(depth)
    assert (tangent[1] * PI).equals(Fraction(-depth * (depth - 1), 2))


@pytest.mark.parametrize("pole", [1, -1])
def test_symmetric_kernels_have_the_same_expansion_at_both_poles(pole):
    kernel = nt.eoc(3, 0, 1)  # the absolute value: even
    here, there = expand(kernel, 1), expand(kernel, -1)
    for a, b in zip(here.coefficients, there.coefficients, strict=True):
        assert as_ball(a).overlaps(as_ball(b))


def test_the_unit_of_the_angle_scales_coefficients():
    unit = expand(RELU, 1, exact=True)
    scaled = expand(RELU, 1, exact=True, scale=2 / PI)
    for k, (a, b) in enumerate(zip(unit.coefficients, scaled.coefficients, strict=True)):
        factor = laurent(1)
        for _ in range(k):
            factor = factor * 2 / PI
        assert (a * factor - b).is_zero()


def test_balls_hold_the_exact_coefficients():
    for kernel in (nt.ntk(3), nt.nngp(4), nt.arccosine(3), STEP @ STEP):
        for pole in (1, -1):
            exact, balls = expand(kernel, pole, exact=True), expand(kernel, pole)
            with precision(BITS):
                for a, b in zip(exact.coefficients, balls.coefficients, strict=False):
                    assert as_ball(a).overlaps(as_ball(b))
                    if not as_ball(b).contains(0):
                        assert as_ball(b).rel_accuracy_bits() > BITS - 60


def test_a_float_in_a_formula_stands_for_its_binary_value():
    kernel = nt.zonal("half", lambda u, ar: ar.number(0.1) * u)
    (constant, *_) = expand(kernel, 1, exact=True).coefficients
    assert constant.equals(Fraction(0.1))
    assert not constant.equals(Fraction(1, 10))


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (lambda u, ar: 1 / (1 - u), "pole"),
        (lambda u, ar: 1 / ar.acos(u), "pole"),
        (lambda u, ar: ar.sqrt(u - 1), "not known to be positive"),
        (lambda u, ar: ar.acos(2 * u), "cannot tell"),
    ],
)
def test_formulas_without_an_expansion(formula, words):
    with pytest.raises(NoExpansion, match=words):
        expand(nt.zonal("bad", formula), 1)


def test_plain_functions_of_floats_are_refused():
    with pytest.raises(Unable, match="plain function of floats"):
        expand(nt.zonal("plain", lambda u: u * u), 1)


def test_the_exact_expansion_at_the_other_pole_ends_in_balls_where_arccos_enters():
    found = expand(nt.nngp(3), -1, exact=True)  # κ1(κ1), κ1(-1) = 0, κ1(0) = 1/π
    assert (found.constant * PI).equals(1)
    deeper = expand(nt.nngp(4), -1, exact=True)
    with precision(100):
        value = as_ball(deeper.constant)
        inner = 1 / math.pi
        expected = (math.sqrt(1 - inner**2) + inner * (math.pi - math.acos(inner))) / math.pi
        assert float(value.mid()) == pytest.approx(expected, rel=1e-15)
