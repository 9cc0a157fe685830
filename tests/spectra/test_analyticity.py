"""Rates of smooth kernels: proven bounds, against the nearest singularity and the eigenvalues."""

import math
from fractions import Fraction

import pytest

import ntkproofs as nt
from ntkproofs.spectra.analyticity import geometric_rate, is_analytic_between_the_poles

U = nt.cosine
GAUSS = nt.zonal("gauss", lambda u, ar: ar.exp(2 * (u - 1)))


def pole(c):
    return nt.zonal(f"pole {c}", lambda u, ar: 1 / (ar.number(c) - u))


def erf(w):
    """The arcsine kernel of erf networks, singular at u = ±1/w."""
    return nt.zonal(f"erf {w}", lambda u, ar: ar.asin(ar.number(w) * u))


def root(c):
    return nt.zonal(f"root {c}", lambda u, ar: ar.sqrt(ar.number(c) - u))


@pytest.mark.parametrize(
    ("kernel", "cosh"),
    [
        (pole(Fraction(5, 4)), 1.25),
        (pole(3), 3.0),
        (pole(-2), 2.0),
        (pole(Fraction(101, 100)), 1.01),
        (erf(Fraction(2, 3)), 1.5),
        (root(2), 2.0),
        (nt.zonal("runge", lambda u, ar: 1 / (1 + 4 * u * u)), None),
    ],
    ids=repr,
)
def test_the_rate_is_a_lower_bound_close_to_that_of_the_nearest_singularity(kernel, cosh):
    """ρ = e^y with cosh y = 1/w for a real singularity; u = ±i/2 for the last, sinh y = 1/2."""
    truth = math.exp(math.acosh(cosh) if cosh else math.asinh(0.5))
    found = geometric_rate(kernel)
    assert 1 < found <= truth
    assert math.log(found) > 0.85 * math.log(truth)


@pytest.mark.parametrize("kernel", [pole(3), erf(Fraction(2, 3)), root(2)], ids=repr)
def test_eigenvalues_decay_at_least_at_the_rate(kernel):
    rate = geometric_rate(kernel)
    degrees = [11, 21, 31]
    values = [abs(float(v.mid())) for v in nt.eigenvalues(kernel, 3, degrees, digits=15)]
    for (n, a), (m, b) in zip(
        zip(degrees, values, strict=True), list(zip(degrees, values, strict=True))[1:], strict=False
    ):
        assert (a / b) ** (1 / (m - n)) > rate * 0.98


@pytest.mark.parametrize("kernel", [GAUSS, U * U * U, 0 * U + 1, GAUSS @ U], ids=repr)
def test_entire_kernels_reach_the_limit(kernel):
    assert geometric_rate(kernel) == math.exp(4)


@pytest.mark.parametrize(
    "kernel",
    [
        nt.ntk(2),
        nt.arccosine(4),
        nt.zonal("chord", lambda u, ar: ar.chord(u)),
        nt.zonal("sine", lambda u, ar: ar.sine(u)),
        nt.zonal("asin", lambda u, ar: ar.asin(u)),
        pole(1),
        pole(-1),
        pole(Fraction(1, 2)),
        root(Fraction(1, 2)),
        nt.zonal("abs", lambda u, ar: ar.sqrt(u * u)),
        GAUSS + nt.nngp(3),
    ],
    ids=repr,
)
def test_singular_kernels_have_no_rate(kernel):
    assert geometric_rate(kernel) is None


@pytest.mark.parametrize(
    "kernel",
    [
        nt.ntk(5),
        nt.ntk(3) + GAUSS,
        nt.ntk(3) * GAUSS - 2,
        nt.zonal("laplace", lambda u, ar: ar.exp(-ar.chord(u))),
        nt.zonal("acos²", lambda u, ar: ar.acos(u) ** 2),
        GAUSS @ nt.ntk(1),
        nt.ntk(4) @ (-U),
        nt.nngp(3) @ (Fraction(-1, 2) * nt.nngp(3)),
        pole(1),
    ],
    ids=repr,
)
def test_kernels_whose_singularities_are_the_poles(kernel):
    assert is_analytic_between_the_poles(kernel)


@pytest.mark.parametrize(
    "kernel",
    [
        nt.zonal("abs", lambda u, ar: ar.sqrt(u * u)),
        nt.zonal("kink", lambda u, ar: ar.sqrt((u - ar.number(0.3)) * (u - ar.number(0.3)))),
        pole(Fraction(1, 2)),
        pole(1 - Fraction(1, 2 * 10**10)) + nt.ntk(3),
        pole(-1 + Fraction(1, 10**40)),
        nt.arccosine(1) @ (2 * U * U - 1),
        nt.nngp(3) @ (-2 * U),
        nt.ntk(3) + nt.zonal("abs", lambda u, ar: ar.sqrt(u * u)),
        nt.zonal("acos", lambda u, ar: ar.acos(2 * u)),
    ],
    ids=repr,
)
def test_a_singularity_inside_is_never_overlooked(kernel):
    assert not is_analytic_between_the_poles(kernel)
