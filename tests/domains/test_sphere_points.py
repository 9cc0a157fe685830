"""Points of the sphere: uniform, antipodal, clustered, on circles, exact ones and orbits."""

from fractions import Fraction
from math import gcd

import numpy as np
import pytest
import scipy.stats
import sympy as sp
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

import ntkproofs as nt
from ntkproofs.arithmetic.balls import precision
from ntkproofs.arithmetic.surds import surd
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.matrices.sampled import commutator, entry, exact_cosines, sampled_matrix

sphere = nt.sphere


@pytest.mark.parametrize("dim", [2, 3, 4, 8])
def test_heights_of_uniform_points_have_the_law_of_the_sphere(dim):
    """(1 + x_1)/2 is Beta((d-1)/2, (d-1)/2); p-values below 1e-6 would be one in a million."""
    points = sphere.uniform(20_000, dim, seed=5)
    law = scipy.stats.beta((dim - 1) / 2, (dim - 1) / 2)
    for direction in (np.eye(dim)[0], np.ones(dim) / np.sqrt(dim)):
        assert scipy.stats.kstest((1 + points @ direction) / 2, law.cdf).pvalue > 1e-6


def test_points_uniform_in_a_cube_would_be_found_out():
    rng = np.random.default_rng(5)
    cube = rng.uniform(-1, 1, (20_000, 4))
    cube /= np.linalg.norm(cube, axis=1, keepdims=True)
    law = scipy.stats.beta(1.5, 1.5)
    assert scipy.stats.kstest((1 + cube[:, 0]) / 2, law.cdf).pvalue < 1e-6


def test_seeds_decide_the_points():
    first, again, other = (sphere.uniform(3, 5, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize("dim", [2, 3, 7])
@pytest.mark.parametrize("distance", [1.5, 1e-1, 1e-4, 1e-8, 1e-12])
def test_clustered_pairs_are_at_their_distance(dim, distance):
    points = sphere.clustered(20, dim, distance, seed=3)
    assert np.abs(np.linalg.norm(points, axis=1) - 1).max() < 4e-16
    gaps = np.linalg.norm(points[::2] - points[1::2], axis=1)
    np.testing.assert_allclose(gaps, distance, rtol=1e-13, atol=1e-15)


def test_antipodal_points():
    points = sphere.antipodal(sphere.uniform(4, 3, seed=0))
    assert (points[:4] == -points[4:]).all()
    even = nt.gram(nt.arccosine(1) + nt.zonal("reflected", lambda u, ar: u**2), points)
    assert even.shape == (8, 8)
    square = nt.gram(nt.zonal("square", lambda u, ar: u * u), points)
    assert np.linalg.matrix_rank(square) == 4, "an even kernel does not tell antipodes apart"


@pytest.mark.parametrize(("dim", "height"), [(2, 0.0), (3, 0.0), (3, 0.6), (6, -0.8)])
def test_a_circle_lies_in_a_plane_of_the_sphere(dim, height):
    points = sphere.circle(7, dim, height)
    assert np.abs(np.linalg.norm(points, axis=1) - 1).max() < 4e-16
    assert np.linalg.matrix_rank(points - points.mean(axis=0)) == 2
    radius2 = 1 - height**2
    expected = height**2 + radius2 * np.cos(2 * np.pi * np.subtract.outer(range(7), range(7)) / 7)
    np.testing.assert_allclose(points @ points.T, expected, atol=1e-15)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 12, 17])
def test_cosines_of_the_circle_in_balls(n):
    with precision(150):
        balls = sphere.circle_cosines(n)
        for j in range(n):
            truth = arb(str(sp.cos(2 * sp.pi * j / n).evalf(45)))
            assert abs(balls[0][j] - truth) < 1e-40
    floats = sphere.circle(n)
    np.testing.assert_allclose(
        floats @ floats.T, [[float(b) for b in row] for row in balls], atol=1e-15
    )


DESIGNS = {
    "tetrahedron": (4, 2, 2),
    "octahedron": (6, 3, 3),
    "cube": (8, 3, 4),
    "icosahedron": (12, 5, 4),
    "dodecahedron": (20, 5, 6),
    "24-cell": (24, 5, 5),
    "600-cell": (120, 11, 9),
    "120-cell": (600, 11, 31),
    "E8": (240, 7, 5),
}
"""Points, exactness and number of cosines (1 included): Delsarte, Goethals, Seidel 1977."""


@pytest.mark.parametrize("name", DESIGNS)
def test_designs_have_the_exactness_of_the_literature(name):
    points = sphere.design(name)
    assert (len(points), points.exactness, len(points.cosine_counts)) == DESIGNS[name]


@pytest.mark.parametrize("name", DESIGNS)
def test_exact_cosines_are_those_of_the_floats(name):
    points = sphere.design(name)
    X = points.array()
    exact = np.array([[float(u) for u in row] for row in points.cosines()])
    np.testing.assert_allclose(X @ X.T, exact, atol=6e-16)
    with precision(100):
        balls = points.cosine_balls()[0]
    assert max(abs(float(b.mid()) - u) for b, u in zip(balls, exact[0], strict=True)) < 1e-15


@pytest.mark.parametrize("name", ["tetrahedron", "icosahedron", "dodecahedron", "24-cell"])
def test_pair_sums_are_squared_moments_of_harmonics(name):
    """(1/n²) Σ P_l = (1/N) Σ_p (mean of Y_p)², the left exact, the right by the harmonics."""
    points = sphere.design(name)
    for degree in range(1, 9):
        means = sphere.harmonics(points.array(), degree).mean(axis=0)
        assert float(points.pair_sum(degree)) == pytest.approx(np.mean(means**2), abs=1e-14)


@pytest.mark.parametrize("dim", [2, 3, 4, 7])
def test_cross_polytopes_and_hypercubes_are_exact_to_degree_three(dim):
    assert sphere.cross_polytope(dim).exactness == 3
    assert sphere.hypercube(dim).exactness == 3
    assert set(sphere.cross_polytope(dim).cosine_counts) == {1, 0, -1}
    expected = {Fraction(dim - 2 * k, dim) for k in range(dim + 1)}
    assert set(sphere.hypercube(dim).cosine_counts) == expected


def test_rational_cosines_are_those_of_the_sampled_matrices():
    rows = [(Fraction(3, 5), Fraction(4, 5)), (Fraction(0), Fraction(-1)), (Fraction(1), 0)]
    assert sphere.exact_points("three", rows).cosines() == exact_cosines(rows)


@given(
    st.lists(
        st.tuples(*[st.integers(-3, 3)] * 2).filter(lambda p: gcd(*p) == 1),
        min_size=2,
        max_size=6,
        unique=True,
    )
)
@settings(max_examples=40, deadline=None)
def test_directions_of_different_norm_are_refused(rows):
    if len({x * x + y * y for x, y in rows}) == 1:
        assert len(sphere.exact_points("set", rows)) == len(rows)
    else:
        with pytest.raises(InvalidInput, match="one common norm"):
            sphere.exact_points("set", rows)


GOLDEN = surd(Fraction(1, 2), Fraction(1, 2), 5)
FIVEFOLD = [
    [Fraction(1, 2), -GOLDEN / 2, (GOLDEN - 1) / 2],
    [GOLDEN / 2, (GOLDEN - 1) / 2, -Fraction(1, 2)],
    [(GOLDEN - 1) / 2, Fraction(1, 2), GOLDEN / 2],
]
CYCLE = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]


def test_orders_of_groups():
    assert [sphere.cyclic(n).order for n in (1, 2, 3, 4, 6, 8, 12)] == [1, 2, 3, 4, 6, 8, 12]
    assert [sphere.dihedral(n).order for n in (3, 4, 6, 8, 12)] == [6, 8, 12, 16, 24]
    assert [sphere.hyperoctahedral(d).order for d in (2, 3, 4)] == [8, 48, 384]
    assert sphere.generate([FIVEFOLD, CYCLE], "icosahedral group").order == 60
    assert sphere.generate([sp.Matrix(CYCLE)]).order == 3


def test_the_hyperoctahedral_group_is_what_its_generators_generate():
    flip, swap = np.diag([-1, 1, 1]), [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
    generated = sphere.generate([flip, swap, CYCLE])
    assert set(generated.elements) == set(sphere.octahedral().elements)


@given(point=st.tuples(*[st.integers(-4, 4)] * 3).filter(any))
@settings(max_examples=40, deadline=None)
def test_orbits_of_the_octahedron(point):
    """As many points as arrangements with signs; exact to degree 3 at least, whatever the point."""
    orbit = sphere.octahedral().orbit(point)
    group = sphere.octahedral()
    stabiliser = sum(
        all(sum(a * b for a, b in zip(row, point, strict=True)) == x for row, x in rows)
        for element in group.elements
        for rows in [list(zip(element, point, strict=True))]
    )
    assert len(orbit) * stabiliser == group.order
    assert orbit.exactness >= 3
    norm = np.sqrt(sum(x * x for x in point))
    floats = group.orbit_of(np.array(point) / norm)
    assert len(floats) == len(orbit)
    np.testing.assert_allclose(sorted(floats.tolist()), sorted(orbit.array().tolist()), atol=1e-9)


def test_free_orbits_of_the_icosahedral_group_are_exact_to_degree_five():
    group = sphere.generate([FIVEFOLD, CYCLE], "icosahedral group")
    orbit = group.orbit([1, 2, 3])
    assert (len(orbit), orbit.exactness) == (60, 5)


def test_matrices_on_an_orbit_are_invariant_but_need_not_commute():
    points = sphere.dihedral(4).orbit([1, 2]).array()
    K, P = nt.gram(nt.ntk(2), points), nt.gram(nt.sobolev(1).zonal_kernel(2, 3), points)
    assert np.abs(K @ P - P @ K).max() > 1e-3
    rotation = np.array([[0.0, -1.0], [1.0, 0.0]])
    turned = nt.gram(nt.ntk(2), points @ rotation.T)
    assert np.abs(turned - K).max() < 1e-15


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: sphere.uniform(0, 3, 1), InvalidInput, "n is an integer >= 1"),
        (lambda: sphere.uniform(3, 1, 1), InvalidInput, "dim is an integer >= 2"),
        (lambda: sphere.circle(3, 2, 0.5), InvalidInput, "height"),
        (lambda: sphere.circle(3, 3, 1.0), InvalidInput, "height"),
        (lambda: sphere.clustered(3, 3, 0.0, 1), InvalidInput, "distance"),
        (lambda: sphere.antipodal([[1.0, 1.0]]), InvalidInput, "norm 1.41421"),
        (lambda: sphere.antipodal([[1.0, np.nan]]), InvalidInput, "norm nan"),
        (lambda: sphere.design("tesseract"), InvalidInput, "24-cell"),
        (lambda: sphere.hypercube(20), Unable, "1048576 points"),
        (lambda: sphere.hyperoctahedral(9), Unable, "185794560 elements"),
        (lambda: sphere.cyclic(5), Unable, "quadratic field"),
        (lambda: sphere.generate([[[1, 1], [0, 1]]]), InvalidInput, "not orthogonal"),
        (lambda: sphere.generate([[[0.6, -0.8], [0.8, 0.6]]]), InvalidInput, "rounding"),
        (lambda: sphere.generate([]), InvalidInput, "at least one"),
        (lambda: sphere.cyclic(4).orbit([1, 2, 3]), InvalidInput, r"acts on R\^2"),
        (lambda: sphere.exact_points("none", []), InvalidInput, "at least one"),
        (lambda: sphere.exact_points("twice", [(1, 0), (1, 0)]), InvalidInput, "given twice"),
        (lambda: sphere.exact_points("zero", [(0, 0)]), InvalidInput, "norm > 0"),
        (lambda: sphere.design("cube").require_exactness(4), InvalidInput, "exact to degree 3"),
    ],
)
def test_bad_input_says_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_an_infinite_group_is_given_up():
    turn = [[Fraction(3, 5), Fraction(-4, 5)], [Fraction(4, 5), Fraction(3, 5)]]
    with pytest.raises(Unable, match="may be infinite"):
        sphere.generate([turn], limit=200)


@pytest.mark.parametrize("name", ["icosahedron", "dodecahedron", "24-cell"])
def test_matrices_in_balls_on_exact_points(name):
    """Distances in these make symmetric association schemes: any two zonal matrices commute."""
    points = sphere.design(name)
    with precision(200):
        cosines = points.cosine_balls()
        K, P = (sampled_matrix(k, cosines) for k in (nt.ntk(3), nt.arccosine(0)))
        gap = commutator(K, P)
        n = len(points)
        entries = [entry(gap, i, j) for i in range(n) for j in range(n)]
        assert all(value.contains(0) and value.rad() < 1e-20 for value in entries)
