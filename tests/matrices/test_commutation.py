"""Commutation and products of eigenvalues: where theory says so, and not elsewhere."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import arb, arb_mat, fmpq
from hypothesis import assume, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

import ntkproofs as nt
from ntkproofs.arithmetic.balls import precision
from ntkproofs.matrices.sampled import commutator, exact_cosines, unpaired_terms

coefficients = st.lists(st.integers(-5, 5), min_size=2, max_size=5)
rationals = st.fractions(min_value=-3, max_value=3, max_denominator=6)


def zonal_polynomial(values):
    """Σ c_l P_l of the circle (Chebyshev), as a function of any number."""

    def evaluate(u):
        return sum((c * nt.gegenbauer(k, 2, u) for k, c in enumerate(values)), 0 * u)

    return evaluate


def weighted_zonal(values, u, root):
    """C K C for the kernel Σ c_l (2l + 1) P_l(u) on S², with C = diag(root)."""
    kernel = sum(c * (2 * k + 1) * nt.gegenbauer(k, 3, u) for k, c in enumerate(values))
    return root[:, None] * kernel * root


def on_circle(t):
    """The rational point of the circle with half-angle tangent t."""
    return ((1 - t * t) / (1 + t * t), 2 * t / (1 + t * t))


def largest_entry(A):
    return max(abs(A[i, j]).upper() for i in range(A.nrows()) for j in range(A.ncols()))


@given(f=coefficients, g=coefficients, n=st.integers(2, 12))
@settings(max_examples=60, deadline=None)
def test_matrices_on_equispaced_points_of_the_circle_commute(f, g, n):
    with precision(200):
        cosines = [[arb.cos_pi_fmpq(fmpq(2 * (i - j), n)) for j in range(n)] for i in range(n)]
        F = arb_mat([[zonal_polynomial(f)(u) for u in row] for row in cosines])
        G = arb_mat([[zonal_polynomial(g)(u) for u in row] for row in cosines])
        assert largest_entry(commutator(F, G)) < arb("1e-45")


@given(f=coefficients, g=coefficients, dim=st.integers(2, 5))
@settings(max_examples=60, deadline=None)
def test_matrices_on_the_cross_polytope_commute(f, g, dim):
    points = [tuple(s * (i == j) for j in range(dim)) for i in range(dim) for s in (1, -1)]
    F, G = (exact_matrix(zonal_polynomial(values), points) for values in (f, g))
    assert F * G == G * F


@given(f=coefficients, g=coefficients)
@settings(max_examples=40, deadline=None)
def test_symmetrised_matrices_on_an_exact_quadrature_commute_and_their_eigenvalues_multiply(f, g):
    # Gauss-Legendre in u times equispaced longitudes: exact to degree 2·6 - 1 = 11 on S².
    points, weights = gauss_product(6, 12)
    root = np.sqrt(weights)
    u = np.clip(points @ points.T, -1, 1)
    F = weighted_zonal(f, u, root)
    G = weighted_zonal(g, u, root)
    scale = max(1.0, np.abs(F).max() * np.abs(G).max())
    assert np.abs(F @ G - G @ F).max() < 1e-11 * scale
    expected = np.zeros(len(points))
    products = [f[k] * g[k] for k in range(min(len(f), len(g))) for _ in range(2 * k + 1)]
    expected[: len(products)] = products
    found = np.linalg.eigvalsh((F @ G + G @ F) / 2)
    assert np.abs(np.sort(expected) - found).max() < 1e-10 * scale


def test_the_same_quadrature_fails_beyond_its_exactness():
    points, weights = gauss_product(3, 4)  # exact to degree 3 only, as it has 4 longitudes
    root = np.sqrt(weights)
    u = np.clip(points @ points.T, -1, 1)
    F = root[:, None] * nt.gegenbauer(2, 3, u) * root
    G = root[:, None] * nt.gegenbauer(4, 3, u) * root
    assert np.abs(F @ G - G @ F).max() > 1e-3


@given(
    order=st.fractions(-2, 4, max_denominator=4),
    degree=st.integers(0, 30),
    dim=st.integers(2, 12),
)
@settings(max_examples=60, deadline=None)
def test_operator_eigenvalues_multiply(order, degree, dim):
    # The composite applied by quadrature: T_s Y = K(p_l Y) against the product of the eigenvalues.
    sobolev = nt.sobolev(order)
    kernel = nt.ntk(3)
    composite = sobolev.eigenvalues(kernel, dim, [degree])[0]
    p = float(1 + sp.sqrt(degree * (degree + dim - 2)).evalf(30)) ** float(order)
    mu = np.asarray(nt.eigenvalues(kernel, dim, [degree]))[0]
    assert composite == pytest.approx(mu * p, rel=1e-12)


def test_search_finds_points_at_which_matrices_do_not_commute():
    def fails(ts):
        assume(len(set(ts)) == len(ts))
        points = [on_circle(t) for t in ts]
        F = exact_matrix(lambda u: u, points)
        G = exact_matrix(lambda u: u * u, points)
        return F * G != G * F

    witness = find(st.lists(rationals, min_size=1, max_size=4), fails)
    assert len(witness) == 3, "two points always commute, and the search shrinks to three"


def test_search_finds_a_group_orbit_at_which_matrices_do_not_commute():
    """The free orbits of the symmetries of a square fail, though they are group orbits."""

    def fails(t):
        a, b = on_circle(t)
        points = [(s * x, r * y) for x, y in ((a, b), (b, a)) for s in (1, -1) for r in (1, -1)]
        if len(set(points)) < 8:
            return False
        F = exact_matrix(lambda u: u**3, points)
        G = exact_matrix(lambda u: u**4 + u**5, points)
        return F * G != G * F

    try:
        witness = find(st.fractions(0, 1, max_denominator=6), fails)
    except NoSuchExample:
        pytest.fail("no free orbit was found at which the matrices do not commute")
    assert 0 < witness < 1


def exact_matrix(function, points):
    cosines = exact_cosines([tuple(map(Fraction, x)) for x in points])
    return sp.Matrix([[_rational(Fraction(function(u))) for u in row] for row in cosines])


def _rational(value):
    return sp.Rational(value.numerator, value.denominator)


def gauss_product(rings, longitudes):
    """Gauss-Legendre rings times equispaced longitudes on S²; weights sum to 1."""
    heights, ring_weights = np.polynomial.legendre.leggauss(rings)
    angles = 2 * np.pi * np.arange(longitudes) / longitudes
    radius = np.sqrt(1 - heights**2)
    points = np.stack(
        [
            np.outer(radius, np.cos(angles)),
            np.outer(radius, np.sin(angles)),
            np.outer(heights, np.ones(longitudes)),
        ],
        axis=-1,
    ).reshape(-1, 3)
    return points, np.repeat(ring_weights / (2 * longitudes), longitudes)


@pytest.mark.parametrize("name", ["cube", "icosahedron", "dodecahedron", "24-cell", "600-cell"])
def test_terms_of_commutators_pair_up_where_zonal_matrices_commute(name):
    assert unpaired_terms(nt.sphere.design(name).cosines()) is None


@pytest.mark.parametrize(
    "points",
    [nt.sphere.design("120-cell"), nt.sphere.dihedral(4).orbit([3, 4])],
    ids=["120-cell", "free orbit of the square"],
)
def test_unpaired_terms_are_those_of_the_commutator(points):
    """Counted exactly, against the matrices in floats."""
    x, y, count = unpaired_terms(points.cosines())
    assert sum(count.values()) == len(points)
    X = points.array()
    K, P = np.maximum(X @ X.T, 0) ** 5, np.exp(X @ X.T)
    k, p = (lambda u: max(float(u), 0.0) ** 5), (lambda u: math.exp(float(u)))
    found = sum(n * (k(u) * p(v) - p(u) * k(v)) for (u, v), n in count.items())
    there = (K @ P - P @ K)[x, y]
    assert abs(there) > 1e-4
    assert found == pytest.approx(there, rel=1e-8)
