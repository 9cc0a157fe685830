"""Quadratures and harmonics of the sphere: exact moments, addition theorem, Laplacian."""

from itertools import product
from math import prod

import numpy as np
import pytest
import scipy.special
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import ntkproofs as nt
from ntkproofs.domains.sphere.harmonics import _solid
from ntkproofs.errors import InvalidInput, Unable

sphere = nt.sphere


def monomial_mean(exponents):
    """The mean of a monomial over the sphere: Π (e_i - 1)!! / (d (d+2) ...); 0 for odd ones."""
    if any(e % 2 for e in exponents):
        return 0.0
    above = prod(k for e in exponents for k in range(1, e, 2))
    return above / prod(len(exponents) + 2 * k for k in range(sum(exponents) // 2))


@given(
    dim=st.integers(2, 6),
    degree=st.integers(0, 9),
    exponents=st.lists(st.integers(0, 5), min_size=6, max_size=6),
)
@settings(max_examples=80, deadline=None)
def test_product_rules_integrate_monomials(dim, degree, exponents):
    rule = sphere.gauss(dim, degree)
    powers = exponents[:dim]
    if sum(powers) <= degree:
        found = rule.integrate(np.prod(rule.points ** np.array(powers), axis=1))
        assert found == pytest.approx(monomial_mean(powers), abs=1e-14)


@pytest.mark.parametrize(("dim", "degree"), list(product([2, 3, 4, 5], [0, 1, 2, 5, 8])))
def test_a_product_rule_fails_at_the_next_degree(dim, degree):
    """The circle aliases: an even kernel of degree + 1 shows, by both checks."""
    rule = sphere.gauss(dim, degree)
    defects = rule.defects(degree + 1)
    assert defects[: degree + 1].max() < 1e-13
    assert defects[-1] > 1e-4
    pair = sphere.pair_sum(rule.points, rule.weights, degree + 1)
    moments = rule.integrate(sphere.harmonics(rule.points, degree + 1))
    assert pair == pytest.approx(np.mean(moments**2), rel=1e-9)
    with pytest.raises(InvalidInput, match=f"at degree {degree + 1}"):
        sphere.SphereQuadrature(rule.points, rule.weights, degree + 1)


def test_the_defect_estimates_the_moments():
    """The root mean square over 24 random points is within a factor 2 of the true one."""
    for name in ("octahedron", "icosahedron", "E8"):
        rule = sphere.design(name).quadrature()
        defects = rule.defects(10)
        for degree in range(rule.exactness + 1, 11):
            moments = rule.integrate(sphere.harmonics(rule.points, degree))
            truth = np.sqrt(np.mean(moments**2))
            if truth > 1e-12:
                assert 0.4 < defects[degree] / truth < 2.0


def test_small_errors_are_seen_where_pair_sums_in_floats_are_blind():
    rule = sphere.gauss(3, 6)
    weights = rule.weights.copy()
    weights[0] += 1e-9
    weights[1] -= 1e-9
    assert abs(sphere.pair_sum(rule.points, weights, 2)) < 1e-15, "the square of 1e-9"
    with pytest.raises(InvalidInput, match="not exact to degree 6"):
        sphere.SphereQuadrature(rule.points, weights, 6)


@pytest.mark.parametrize(
    ("dim", "top"), [(2, 40), (3, 20), (3, 32), (4, 10), (5, 6), (6, 4), (8, 2)]
)
def test_harmonics_are_orthonormal(dim, top):
    rule = sphere.gauss(dim, 2 * top)
    Y = np.concatenate(sphere.harmonics_up_to(rule.points, top), axis=1)
    assert np.abs(Y.T @ (rule.weights[:, None] * Y) - np.eye(Y.shape[1])).max() < 1e-12


@given(
    dim=st.integers(2, 7),
    degree=st.integers(0, 14),
    seed=st.integers(0, 10**6),
    n=st.integers(1, 6),
)
@settings(max_examples=60, deadline=None)
def test_the_addition_theorem(dim, degree, seed, n):
    degree = min(degree, 14 if dim <= 4 else 5)
    X = np.concatenate([sphere.uniform(n, dim, seed), np.eye(dim), -np.eye(dim)[:1]])
    Y = sphere.harmonics(X, degree)
    count = nt.harmonic_dimension(dim, degree)
    assert Y.shape == (len(X), count)
    cosines = np.clip(X @ X.T, -1, 1)
    assert np.abs(Y @ Y.T / count - nt.gegenbauer(degree, dim, cosines)).max() < 1e-12


@pytest.mark.parametrize(("dim", "degree"), [(2, 5), (3, 4), (4, 3), (5, 3)])
def test_harmonics_are_harmonic(dim, degree):
    """As homogeneous polynomials: Δ = 0 by exact second differences, H(2x) = 2^l H(x)."""
    rng = np.random.default_rng(4)
    x, h = rng.standard_normal(dim), 0.5
    steps = h * np.arange(-degree, degree + 1)
    node = np.vander(steps, degree + 1, increasing=True)
    total = np.zeros(nt.harmonic_dimension(dim, degree))
    for axis in np.eye(dim):
        values = _solid(x + steps[:, None] * axis, degree)[-1]
        total += 2 * np.linalg.lstsq(node, values, rcond=None)[0][2]
    scale = np.abs(_solid(x[None] * 2, degree)[-1]).max()
    assert np.abs(total).max() < 1e-9 * scale
    np.testing.assert_allclose(
        _solid(2 * x[None], degree)[-1], 2**degree * _solid(x[None], degree)[-1], rtol=1e-12
    )


def test_on_the_sphere_of_space_they_are_scipys_up_to_sign_and_order():
    """SciPy's polar axis is z; here it is the first coordinate, longitude in the other two."""
    X = sphere.uniform(50, 3, seed=8)
    polar, longitude = np.arccos(X[:, 0]), np.arctan2(X[:, 2], X[:, 1])
    for degree in (0, 1, 5, 12):
        mine = sphere.harmonics(X, degree)
        for order in range(degree + 1):
            theirs = np.sqrt(4 * np.pi) * scipy.special.sph_harm_y(degree, order, polar, longitude)
            if order == 0:
                np.testing.assert_allclose(mine[:, 0], theirs.real, atol=1e-12)
            else:
                sign = (-1) ** order * np.sqrt(2)
                np.testing.assert_allclose(mine[:, 2 * order - 1], sign * theirs.real, atol=1e-12)
                np.testing.assert_allclose(mine[:, 2 * order], sign * theirs.imag, atol=1e-12)


def test_harmonics_at_high_degree_stay_accurate():
    X = sphere.uniform(20, 3, seed=2)
    Y = sphere.harmonics(X, 300)
    np.testing.assert_allclose(np.sum(Y * Y, axis=1), 601, rtol=1e-11)


@pytest.mark.parametrize("dim", [2, 3, 4])
def test_kernels_have_their_eigenvalues_on_harmonics(dim):
    """∫ k(<x, y>) Y(y) = μ_l Y(x) by an exact rule, k a polynomial."""
    kernel = nt.zonal("polynomial", lambda u, ar: 1 + u + 3 * u**2 - u**3 + u**4)
    rule = sphere.gauss(dim, 10)
    X = sphere.uniform(7, dim, seed=1)
    K = kernel(np.clip(X @ rule.points.T, -1, 1))
    mu = np.asarray(nt.eigenvalues(kernel, dim, range(5)))
    for degree in range(5):
        image = K @ (rule.weights[:, None] * sphere.harmonics(rule.points, degree))
        np.testing.assert_allclose(image, mu[degree] * sphere.harmonics(X, degree), atol=1e-13)


def test_dimensions_are_traces_of_exact_rules():
    rule = sphere.design("600-cell").quadrature()
    rule.require_exactness(10)
    squares = rule.integrate(sphere.harmonics(rule.points, 5) ** 2)
    assert squares.sum() == pytest.approx(sp.Integer(36))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: sphere.gauss(1, 3), InvalidInput, "dim is an integer >= 2"),
        (lambda: sphere.gauss(3, -1), InvalidInput, "degree is an integer >= 0"),
        (lambda: sphere.gauss(12, 20), Unable, "more than the limit"),
        (lambda: sphere.harmonics([[1.0, 0.0]], -1), InvalidInput, "degree is an integer >= 0"),
        (lambda: sphere.harmonics([[1.0, 0.1]], 1), InvalidInput, "row 0 has norm"),
        (lambda: sphere.harmonics(np.empty((0, 3)), 1), InvalidInput, "shape"),
        (lambda: sphere.harmonics(np.eye(40), 12), Unable, "table of harmonics"),
        (
            lambda: sphere.gauss(3, 4).require_exactness(5, "products of f and Y"),
            InvalidInput,
            r"degree 5 is needed \(products of f and Y\); .* exact to degree 4",
        ),
        (
            lambda: sphere.SphereQuadrature(np.eye(2), np.ones(2), 0),
            InvalidInput,
            "sum to 1",
        ),
        (
            lambda: sphere.SphereQuadrature(2 * np.eye(2), np.ones(2) / 2, 0),
            InvalidInput,
            "norm 2",
        ),
        (
            lambda: sphere.SphereQuadrature(np.eye(3), np.ones(2) / 2, 0),
            InvalidInput,
            "shape",
        ),
        (
            lambda: sphere.SphereQuadrature(np.eye(2), np.array([np.nan, 1.0]), 0),
            InvalidInput,
            "finite",
        ),
    ],
)
def test_bad_input_says_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call()
