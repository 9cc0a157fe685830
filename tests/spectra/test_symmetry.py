"""Parities that vanish: what is found by algebra, against certified eigenvalues and values."""

from fractions import Fraction

import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.spectra.symmetry import polynomial_part, symmetry

STEP, RELU, U = nt.arccosine(0), nt.arccosine(1), nt.cosine
ROOT = nt.zonal("root", lambda u, ar: ar.sqrt(ar.sine(u)))
CHORD = nt.zonal("chord", lambda u, ar: ar.chord(u))

CASES = {
    "ntk2": (nt.ntk(2), None, 1),
    "ntk3": (nt.ntk(3), None, None),
    "step": (STEP, 0, None),
    "relu": (RELU, None, 1),
    "relu2": (nt.arccosine(2), 2, None),
    "relu3": (nt.arccosine(3), None, 3),
    "relu4": (nt.arccosine(4), 4, None),
    "absolute value": (nt.eoc(4, 0, 1), None, -1),
    "linear": (nt.eoc(3, 1, 0), -1, 1),
    "eoc": (nt.eoc(2, 1, Fraction(1, 2)), None, 1),
    "deep narrow, no bias": (nt.deep_narrow(1, 0, input_dim=3), None, 1),
    "deep narrow": (nt.deep_narrow(1, 1, input_dim=3), None, None),
    "biases": (nt.ntk(2, bias_variance=1), None, None),
    "cosine": (U, -1, 1),
    "constant": (0 * U + 3, 0, -1),
    "cube": (U * U * U, -1, 3),
    "square": (U * U, 2, -1),
    "even composition": (nt.ntk(3) @ (U * U), None, -1),
    "odd of odd": (nt.zonal("sin", lambda u, ar: ar.sin(u)) @ (U * U * U), -1, None),
    "reflected": (nt.ntk(2) @ (-U), None, 1),
    "symmetrised": (RELU + RELU @ (-U), None, -1),
    "both steps": (STEP + STEP @ (-U), 0, -1),
    "root": (ROOT, None, -1),
    "chord": (CHORD, None, None),
    "symmetrised chord": (CHORD + CHORD @ (-U), None, -1),
    "product of odd ones": ((STEP - Fraction(1, 2)) * U, None, -1),
}


@pytest.mark.parametrize(("kernel", "even", "odd"), CASES.values(), ids=CASES)
def test_degrees_of_polynomial_parts(kernel, even, odd):
    assert polynomial_part(kernel, "even") == even
    assert polynomial_part(kernel, "odd") == odd


@pytest.mark.parametrize(("kernel", "even", "odd"), CASES.values(), ids=CASES)
def test_the_parts_are_polynomials_of_this_degree(kernel, even, odd):
    """Least squares by polynomials of the degree leave nothing, and of a lower one something."""
    u = np.cos(np.linspace(0.05, 3.0, 60))
    for sign, degree in ((1, even), (-1, odd)):
        values = kernel(u) + sign * kernel(-u)
        if degree is None:
            continue
        if degree < 0:
            assert np.abs(values).max() < 1e-13
            continue
        fit = np.polynomial.Polynomial.fit(u, values, degree)
        assert np.abs(fit(u) - values).max() < 1e-12
        if degree > 0:
            lower = np.polynomial.Polynomial.fit(u, values, degree - 1)
            assert np.abs(lower(u) - values).max() > 1e-3


@pytest.mark.parametrize(("kernel", "even", "odd"), CASES.values(), ids=CASES)
def test_parts_not_found_do_not_vanish(kernel, even, odd):
    """Where no polynomial was found, eigenvalues of the parity are not zero."""
    if kernel is ROOT:  # no rule in the angle converges for it
        found = [float(v.mid()) for v in nt.eigenvalues(kernel, 3, range(2, 10, 2), digits=3)]
        found = [v for even_one in found for v in (even_one, 0.0)]
    else:
        found = nt.eigenvalues(kernel, 3, range(2, 10))
    for parity, degree in ((0, even), (1, odd)):
        values = [v for n, v in enumerate(found, 2) if n % 2 == parity]
        if degree is None:
            assert min(map(abs, values)) > 1e-12
        else:
            beyond = [v for n, v in enumerate(found, 2) if n % 2 == parity and n > degree]
            assert max(map(abs, beyond)) < 1e-14


def test_symmetry():
    assert symmetry(nt.eoc(3, 0, 1)) == "even"
    assert symmetry(U) == "odd"
    assert symmetry(U * U) == "even"
    assert symmetry(nt.ntk(2)) is None
    assert symmetry(U + 1) is None
    assert symmetry(nt.ntk(3) @ (U * U)) == "even"
    assert symmetry(nt.ntk(3) @ U) is None


def test_nearly_a_polynomial_is_none():
    """A coefficient of 10^-30 before the root is not overlooked."""
    tiny = Fraction(1, 10**30)
    kernel = U + tiny * STEP
    assert polynomial_part(kernel, "odd") is None
    assert polynomial_part(kernel, "even") == 0


def test_polynomials_of_pi_and_of_the_angle():
    square = nt.zonal("square of the angle", lambda u, ar: ar.acos(u) * ar.acos(u))
    assert polynomial_part(square, "odd") is None
    assert polynomial_part(square, "even") is None
    circle = nt.zonal("circle", lambda u, ar: ar.sine(u) * ar.sine(u) / ar.pi)
    assert polynomial_part(circle, "even") == 2
    assert polynomial_part(circle, "odd") == -1


def test_the_circle_is_known():
    """(sin² + cos² - 1) κ0 is zero, which neither parity of κ0 is."""
    nothing = nt.zonal("nothing", lambda u, ar: ar.sine(u) * ar.sine(u) + u * u - 1) * STEP
    assert polynomial_part(nothing, "even") == polynomial_part(nothing, "odd") == -1
