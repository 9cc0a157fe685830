"""Facts of probability, numerically."""

from __future__ import annotations

import math

import pytest
from scipy.integrate import dblquad

from ntkproofs.derivation.facts.probability import OBLIQUE_POLAR


@pytest.mark.parametrize("theta", [0.3, 1.1, 2.5])
def test_oblique_polar_coordinates(theta):
    def f(x, y):
        return (1 + x) * math.exp(-2 * x * x - y * y)

    def in_polar(r, phi):
        return f(r * math.sin(phi), r * math.sin(phi + theta)) * r * math.sin(theta)

    left, _ = dblquad(lambda y, x: f(x, y), 0, 8, 0, 8)
    # The density falls slowest along an edge of the sector; 60 is far beyond it.
    right, _ = dblquad(in_polar, 0, math.pi - theta, 0, 60)
    assert abs(left - right) < 1e-6 * left
    assert OBLIQUE_POLAR.parameters == ("F",)
