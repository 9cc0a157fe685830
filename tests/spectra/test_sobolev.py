"""Sobolev multipliers of both definitions, and the zonal kernel of P_s."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

import ntkproofs as nt
from ntkproofs.errors import InvalidInput


@pytest.mark.parametrize("order", [0, 1, -1, Fraction(3, 2), 0.5, 2])
@pytest.mark.parametrize("dim", [2, 3, 10])
def test_multipliers_against_their_definitions(order, dim):
    degrees = np.arange(20)
    laplacian = (1 + np.sqrt(degrees * (degrees + dim - 2.0))) ** float(order)
    assert np.allclose(nt.sobolev(order).multiplier(range(20), dim), laplacian, rtol=1e-14)
    by_degree = (1.0 + degrees) ** (2 * float(order))
    found = nt.sobolev(order, "degree").multiplier(range(20), dim)
    assert np.allclose(found, by_degree, rtol=1e-14)


def test_balls_and_symbols():
    (value,) = nt.sobolev(Fraction(1, 2)).multiplier([3], dim=3, digits=40)
    exact = (1 + sp.sqrt(12)) ** sp.Rational(1, 2)
    assert abs(sp.Float(value.str(45, radius=False), 45) - exact.evalf(50)) < 1e-40
    s, degree, d = sp.symbols("s l d", positive=True)
    assert nt.sobolev(s).multiplier(degree, d) == (1 + sp.sqrt(degree * (degree + d - 2))) ** s
    assert nt.sobolev(s, "degree").multiplier(degree, d) == (1 + degree) ** (2 * s)


def test_on_the_circle_one_definition_is_the_square_of_the_other():
    for degree in range(6):
        one = nt.sobolev(2).multiplier(degree, dim=2)
        assert one == nt.sobolev(1, "degree").multiplier(degree, dim=2) == (1 + degree) ** 2


@pytest.mark.parametrize("order", [1, Fraction(1, 2), -1, Fraction(-3, 2), 2])
@pytest.mark.parametrize("definition", ["laplacian", "degree"])
def test_the_zonal_kernel_has_the_multipliers_as_eigenvalues(order, definition):
    sobolev = nt.sobolev(order, definition)
    kernel = sobolev.zonal_kernel(dim=4, max_degree=5)
    found = nt.eigenvalues(kernel, 4, range(6))
    assert np.allclose(found, sobolev.multiplier(range(6), 4), rtol=1e-12)
    diagonal = sum(sobolev.multiplier(k, 4) * nt.harmonic_dimension(4, k) for k in range(6))
    assert kernel(1.0) == pytest.approx(diagonal, rel=1e-14)


def test_composite_eigenvalues_in_balls():
    (value,) = nt.sobolev(1).eigenvalues(nt.ntk(2), 3, [2], digits=30)
    exact = sp.Rational(5, 64) * (1 + sp.sqrt(6))
    assert abs(sp.Float(value.str(35, radius=False), 35) - exact.evalf(40)) < 1e-31


@pytest.mark.parametrize("order", ["one", None, 1j, float("nan"), float("inf"), True])
def test_bad_orders(order):
    with pytest.raises(InvalidInput):
        nt.sobolev(order)


def test_bad_definitions_and_orders_without_a_formula():
    with pytest.raises(InvalidInput, match="different operators"):
        nt.sobolev(1, "both")
    with pytest.raises(InvalidInput, match="2s"):
        nt.sobolev(Fraction(1, 3)).zonal_kernel(3, 4)
