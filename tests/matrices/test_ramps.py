"""The smooth cut: an odd step, its transform, and the bound of the transform's tail."""

import mpmath
import numpy as np
import pytest
from scipy.special import gamma, gammaln

from ntkproofs.errors import InvalidInput
from ntkproofs.matrices.ramps import Ramp, ramp_for

SHAPES = (2.0, 20.0, 40.0)


def window(shape, x):
    root = mpmath.sqrt(1 - x * x)
    return root * mpmath.besseli(1, shape * root)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_ramp_is_the_integral_of_its_window(shape):
    ramp = Ramp(shape)
    with mpmath.workdps(20):
        mass = mpmath.quad(lambda y: window(shape, y), [-1, 0, 1])
        for x in (1e-9, 0.3, 0.99):
            exact = 1 - 2 * mpmath.quad(lambda y: window(shape, y), [0, x]) / mass
            assert abs(float(ramp(x)) - exact) < 4e-15
            assert abs(float(ramp.density(x)) - window(shape, x) / mass) < 1e-14
    x = np.linspace(0, 1, 40)
    assert np.allclose(1 - x * ramp.rise(x), ramp(x), rtol=0, atol=4e-15)
    assert np.array_equal(ramp.rise(-x), ramp.rise(x))  # 1 - w is odd
    assert np.array_equal(ramp(np.array([1.0, 1.5, 7.0])), np.zeros(3))
    assert ramp(0.0) == 1


@pytest.mark.parametrize("shape", SHAPES)
def test_the_transform_is_in_closed_form_and_its_tail_is_bounded(shape):
    ramp = Ramp(shape)
    nodes, weights = np.polynomial.legendre.leggauss(400)
    frequencies = np.array([0.0, 0.5, 0.9, 1.0, 1.0001, 1.01, 1.2, 3.0]) * shape
    sums = np.cos(np.outer(frequencies, nodes)) @ (weights * ramp.density(nodes))
    assert np.allclose(ramp.transform(frequencies), sums, rtol=1e-9, atol=3e-16)
    for start in (1.05 * shape, 1.3 * shape, 4 * shape):
        k = np.linspace(start, start + 2000, 200_001)
        found = np.trapezoid(abs(ramp.transform(k)), k)
        assert 0.3 * ramp.tail(start) < found < ramp.tail(start)


def singular_tail(ramp, radius, first):
    """Σ_(l >= first) (2l+1) |μ_l| of c (1 - w(c/r)) on the sphere, c the chord, over r.

    Its coefficients are those of c, which are known, without those of the part that is cut out.
    """
    top = 4 * first
    x, weights = np.polynomial.legendre.leggauss(300)
    chord = radius * (x + 1) / 2
    values = 0.5 * radius / 2 * weights * chord * chord * ramp(chord / radius)
    u, before, p = 1 - chord**2 / 2, np.zeros(300), np.ones(300)
    total = 0.0
    for degree in range(top):
        if degree >= first:
            ratio = np.exp(gammaln(degree - 0.5) - gammaln(degree + 2.5))
            whole = np.sqrt(2) * 2**0.5 * gamma(1.5) / gamma(-0.5) * ratio
            total += (2 * degree + 1) * abs(whole - values @ p)
        before, p = p, u * p + degree / (degree + 1) * (u * p - before)
    return total / radius


@pytest.mark.parametrize("accuracy", [1e-4, 1e-6, 1e-8])
def test_the_cut_leaves_what_was_asked_at_a_band_limit_little_above_its_shape(accuracy):
    ramp = ramp_for(accuracy)
    found = singular_tail(ramp, 0.1, int(1.1 * ramp.shape / 0.1))
    assert accuracy / 10 < found < 2 * accuracy


def test_no_ramp_without_a_sense():
    for shape in (0.0, -1.0, 1000.0, float("nan")):
        with pytest.raises(InvalidInput):
            Ramp(shape)
    for accuracy in (0.0, -1.0, float("nan")):
        with pytest.raises(InvalidInput):
            ramp_for(accuracy)
    with pytest.raises(InvalidInput):
        Ramp(20.0).tail(19.0)
