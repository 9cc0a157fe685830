"""Kernels and eigenvalues under attack: poles near the ellipse, spikes, branch points."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp

import ntkproofs as nt
from ntkproofs import errors as nt_errors
from ntkproofs.arithmetic.balls import precision
from ntkproofs.errors import PrecisionExhausted


def ratio(over, under):
    return lambda ar: ar.number(Fraction(over, under))


NEAR_SINGULAR = {
    "pole beyond u = 1": (
        nt.zonal("a", lambda u, ar: 1 / (ratio(10001, 10000)(ar) - u)),
        lambda u, t: 1 / (mpmath.mpf(10001) / 10000 - u),
    ),
    "complex poles": (
        nt.zonal("b", lambda u, ar: 1 / (u * u + ratio(1, 100)(ar))),
        lambda u, t: 1 / (u * u + mpmath.mpf(1) / 100),
    ),
    "poles in the angle": (
        nt.zonal("c", lambda u, ar: 1 / ((ar.acos(u) - 1) ** 2 + ratio(1, 25)(ar))),
        lambda u, t: 1 / ((t - 1) ** 2 + mpmath.mpf(1) / 25),
    ),
    "branch points": (
        nt.zonal("d", lambda u, ar: ar.sqrt(u * u + ratio(1, 10)(ar))),
        lambda u, t: mpmath.sqrt(u * u + mpmath.mpf(1) / 10),
    ),
    "chord of a layer": (
        nt.zonal("e", lambda u, ar: ar.chord(u)) @ nt.nngp(2),
        lambda u, t: mpmath.sqrt(2 - 2 * ((mpmath.pi - t) * u + mpmath.sin(t)) / mpmath.pi),
    ),
    "an arccos that touches both poles": (
        nt.zonal("f", lambda u, ar: ar.acos(u)) @ (nt.cosine * nt.cosine),
        lambda u, t: mpmath.acos(u * u),
    ),
}


@pytest.mark.parametrize("name", NEAR_SINGULAR)
@pytest.mark.parametrize(("dim", "degree"), [(3, 0), (2, 4)])
def test_balls_hold_the_integral(name, dim, degree):
    """Against mpmath's quadrature in θ at 40 digits, with the Legendre or Chebyshev polynomial."""
    kernel, formula = NEAR_SINGULAR[name]
    (found,) = nt.eigenvalues(kernel, dim, [degree], digits=15)
    with mpmath.workdps(40):
        weight = mpmath.mpf(1) / 2 if dim == 3 else 1 / mpmath.pi

        def integrand(t):
            polynomial = 1 if degree == 0 else mpmath.cos(degree * t)
            return formula(mpmath.cos(t), t) * polynomial * mpmath.sin(t) ** (dim - 2)

        true = weight * mpmath.quad(integrand, mpmath.linspace(0, mpmath.pi, 33))
        with precision(160):
            middle = mpmath.mpf(found.mid().str(40, radius=False))
            radius = mpmath.mpf(found.rad().str(10, radius=False))
        assert abs(middle - true) <= radius * (1 + mpmath.mpf(10) ** -5) + mpmath.mpf(10) ** -25
        assert radius < abs(true) * mpmath.mpf(10) ** -15


@pytest.mark.parametrize("sharpness", [10**8, 10**10])
def test_a_spike_between_the_nodes_is_not_taken_for_zero(sharpness):
    """∫ exp(-w (u - 3/10)²) du/2 = sqrt(π/w)/2 on S², to all digits of a float."""
    spike = nt.zonal(
        "spike", lambda u, ar: ar.exp(-ar.number(sharpness) * (u - ratio(3, 10)(ar)) ** 2)
    )
    try:
        with np.errstate(divide="ignore"):
            (found,) = nt.eigenvalues(spike, 3, [0])
    except PrecisionExhausted:
        return
    assert abs(found / (np.sqrt(np.pi / sharpness) / 2) - 1) < 1e-9


def test_an_arcsine_of_a_multiple_of_u_is_integrated():
    """arcsin(u/2) has odd eigenvalues only; μ_1 on the circle by mpmath."""
    kernel = nt.zonal("asin", lambda u, ar: ar.asin(u / 2))
    (found,) = nt.eigenvalues(kernel, 2, [1], digits=12)
    with mpmath.workdps(30):
        true = mpmath.quad(lambda t: mpmath.asin(mpmath.cos(t) / 2) * mpmath.cos(t), [0, mpmath.pi])
    assert abs(float(found.mid()) - float(true / mpmath.pi)) < 1e-12


u = nt.cosine
COMBINATIONS = {
    "k3": nt.arccosine(3),
    "u k2": u * nt.arccosine(2),
    "u^2 k1": u * u * nt.arccosine(1),
    "u k1 + k0": u * nt.arccosine(1) + nt.arccosine(0),
    "u^3": u * u * u,
    "u ntk(2)": u * nt.ntk(2),
}


@pytest.mark.parametrize("name", COMBINATIONS)
def test_the_symbolic_closed_form_holds_wherever_its_symbol_ranges(name):
    """m >= 1: the form in m at m = 1 against the recurrence in exact rationals."""
    m = sp.Symbol("m", integer=True, positive=True)
    kernel = COMBINATIONS[name]
    for degree in (2 * m, 2 * m + 1):
        try:
            form = nt.exact_eigenvalue(kernel, 3, degree)
        except nt_errors.NtkproofsError:
            continue
        value = nt.exact_eigenvalue(kernel, 3, degree.subs(m, 1))
        assert sp.simplify(form.subs(m, 1) - value) == 0
