"""Properties of sampled matrices: theorems that every enclosure has to agree with."""

import math
from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, example, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

import ntkproofs as nt

ENTRY_ERROR = 1e-13
"""The stated error of an entry of ``nt.gram``, in units of k(1)."""
UNIT = 2.0**-53

KERNELS = {
    "ntk(2)": nt.ntk(2),
    "ntk(4)": nt.ntk(4),
    "nngp(3)": nt.nngp(3),
    "deep narrow": nt.deep_narrow(1, 1, input_dim=3),
    "step": nt.arccosine(0),
    "u^31": nt.zonal("u^31", lambda u: u**31),
}
kernels = st.sampled_from(sorted(KERNELS)).map(KERNELS.__getitem__)
seeds = st.integers(0, 2**32 - 1)
quick = settings(max_examples=40, deadline=None)


@st.composite
def point_sets(draw, least=2, most=24):
    """Points of every kind: general, in antipodal pairs, in near pairs, on circles."""
    n, dim, seed = draw(st.integers(least, most)), draw(st.integers(2, 5)), draw(seeds)
    kind = draw(st.sampled_from(["uniform", "antipodal", "clustered", "circle"]))
    half = (n + 1) // 2
    if kind == "antipodal":
        return nt.sphere.antipodal(nt.sphere.uniform(half, dim, seed))
    if kind == "clustered":
        return nt.sphere.clustered(half, dim, draw(st.sampled_from([1e-1, 1e-5, 1e-9])), seed)
    if kind == "circle":
        return nt.sphere.circle(n, dim)
    return nt.sphere.uniform(n, dim, seed)


# Commutation


@st.composite
def abelian_orbits(draw):
    """(orders of the group, points in the order of its elements), at most 36 of them.

    Z_n1 x Z_n2 x ... turns one plane each; a last coordinate stays where it is.
    """
    orders = draw(
        st.lists(st.integers(1, 7), min_size=1, max_size=3).filter(
            lambda some: 2 <= math.prod(some) <= 36
        )
    )
    radii = draw(st.lists(st.integers(1, 5), min_size=len(orders) + 1, max_size=len(orders) + 1))
    turns = draw(st.sampled_from([1, 11, 13, 17]))  # coprime to every order
    rows = [
        [
            part
            for step, order, radius in zip(element, orders, radii, strict=False)
            for part in on_circle_of(radius, Fraction(step * turns, order))
        ]
        + [float(radii[-1])]
        for element in product(*map(range, orders))
    ]
    return orders, nt.normalise(np.array(rows))[0]


def on_circle_of(radius, turn):
    angle = 2 * math.pi * float(turn % 1)
    return radius * math.cos(angle), radius * math.sin(angle)


def tolerance(K, P):
    """What errors of the entries can do to K P - P K and to eigenvalues of K P.

    Entries of K are at most k(1) for kernels that are positive definite; ‖K‖ <= n max |K_ij|.
    """
    return 8 * len(K) ** 2 * ENTRY_ERROR * float(np.abs(K).max() * np.abs(P).max())


@cache
def sobolev_kernel(order, dim, max_degree):
    return nt.sobolev(order).zonal_kernel(dim=dim, max_degree=max_degree)


def overlap(found, values, error):
    """Whether every enclosure, ascending, meets the value of the same rank up to an error."""
    values = np.sort(values)
    return bool(np.all(found.lower <= values + error) and np.all(values - error <= found.upper))


orders_of_sobolev = st.sampled_from([Fraction(-1), Fraction(1, 2), Fraction(1), Fraction(2)])


@given(orbit=abelian_orbits(), kernel=kernels, s=orders_of_sobolev, lmax=st.integers(0, 3))
@quick
def test_on_orbits_of_abelian_groups_matrices_commute_and_eigenvalues_multiply(
    orbit, kernel, s, lmax
):
    orders, X = orbit
    K = nt.gram(kernel, X)
    P = nt.gram(sobolev_kernel(s, X.shape[1], lmax), X)
    P = P + np.diag(np.full(len(P), np.abs(P).max()))  # positive definite, and as symmetric
    error = tolerance(K, P)
    assert nt.commutator_norm(K, P).upper <= error
    # The characters' eigenvalues are the discrete Fourier transform of the first row.
    spectra = [np.fft.fftn(A[0].reshape(orders)).real.ravel() for A in (K, P)]
    assert overlap(nt.enclose_product_eigenvalues(K, P), spectra[0] * spectra[1], 10 * error)


@st.composite
def designs(draw):
    """(exactness, points): equal weights, most of them orbits on which zonal matrices differ."""
    kind = draw(st.sampled_from(["dihedral", "octahedral", "catalogue"]))
    if kind == "catalogue":
        found = nt.sphere.design(draw(st.sampled_from(["cube", "icosahedron", "24-cell"])))
        return found.exactness, found.array()
    if kind == "octahedral":  # its polynomial invariants are 1, |x|², then degree 4
        point = nt.sphere.uniform(1, 3, draw(seeds))[0]
        return 3, nt.sphere.octahedral().orbit_of(point)
    n = draw(st.sampled_from([3, 4, 6, 8, 12]))
    point = nt.sphere.uniform(1, 2, draw(seeds))[0]
    return n - 1, nt.sphere.dihedral(n).orbit_of(point)


def band_limited_matrix(multipliers, X):
    """Σ μ_l N(d,l) P_l(<x_i, x_j>); a kernel that is used once is not worth a series."""
    dim = X.shape[1]

    def formula(u):
        terms = (
            mu * nt.harmonic_dimension(dim, k) * nt.gegenbauer(k, dim, u)
            for k, mu in enumerate(multipliers)
        )
        return sum(terms, 0 * u)

    return nt.gram(nt.zonal("band-limited", formula), X, compensated=True)


multipliers = st.lists(st.integers(0, 9), min_size=1, max_size=7)


@given(design=designs(), mu=multipliers, p=multipliers)
@quick
def test_on_exact_quadratures_band_limited_matrices_commute(design, mu, p):
    exactness, X = design
    mu = mu[: exactness + 1]
    p = p[: exactness - len(mu) + 2]
    assume(p and any(mu) and any(p))
    K, P = (band_limited_matrix(values, X) for values in (mu, p))
    assert nt.commutator_norm(K, P).upper <= tolerance(K, P)


@given(design=designs(), mu=multipliers, p=multipliers)
@quick
def test_on_exact_quadratures_eigenvalues_are_products_of_those_of_the_operators(design, mu, p):
    exactness, X = design
    n, dim = X.shape
    top = exactness // 2
    mu, p = (values[: top + 1] + [0] * (top + 1 - len(values)) for values in (mu, p))
    assume(any(mu) and any(p))
    shift = n * max(mu)  # makes K positive definite
    K = band_limited_matrix(mu, X) + np.diag(np.full(n, float(shift)))
    P = band_limited_matrix(p, X)
    products = [
        (n * a + shift) * n * b
        for k, (a, b) in enumerate(zip(mu, p, strict=True))
        for _ in range(nt.harmonic_dimension(dim, k))
    ]
    expected = np.array(products + [0] * (n - len(products)), dtype=np.float64)
    found = nt.enclose_product_eigenvalues(K, P)
    assert overlap(found, expected, 10 * tolerance(K, P))


# Where they do not commute


def rational_point(t):
    """The point of the circle with half-angle tangent t."""
    return [float((1 - t * t) / (1 + t * t)), float(2 * t / (1 + t * t))]


def is_certainly_not_commuting(X):
    """Whether K P - P K is proved to exceed what errors of the entries can do."""
    K, P = nt.gram(nt.ntk(2), X), nt.gram(sobolev_kernel(1, X.shape[1], 2), X)
    return nt.commutator_norm(K, P).lower > 1e4 * tolerance(K, P)


small_rationals = st.fractions(min_value=-2, max_value=2, max_denominator=4)


def test_a_search_finds_three_small_rational_points_where_matrices_do_not_commute():
    def fails(ts):
        return len(set(ts)) == len(ts) and is_certainly_not_commuting(
            np.array([rational_point(t) for t in ts])
        )

    witness = find(
        st.lists(small_rationals, min_size=1, max_size=5),
        fails,
        settings=settings(max_examples=300, deadline=None, database=None),
    )
    assert len(witness) == 3, "two points always commute, and the search shrinks to three"
    assert max(max(abs(t.numerator), t.denominator) for t in witness) <= 2


@given(ts=st.lists(small_rationals, min_size=1, max_size=2, unique=True))
@quick
def test_two_points_always_commute(ts):
    assert not is_certainly_not_commuting(np.array([rational_point(t) for t in ts]))


def test_the_search_finds_nothing_on_orbits_of_abelian_groups():
    with pytest.raises(NoSuchExample):
        find(
            abelian_orbits(),
            lambda orbit: is_certainly_not_commuting(orbit[1]),
            settings=settings(max_examples=40, deadline=None, database=None),
        )


@given(angle=st.integers(1, 44))
@quick
def test_one_degree_more_than_the_exactness_is_too_much(angle):
    # Free orbits of the symmetries of a square, exact to degree 3: degrees 3 and 1 do not commute.
    turn = math.radians(angle)
    X = nt.sphere.dihedral(4).orbit_of([math.cos(turn), math.sin(turn)])
    K, P = (band_limited_matrix(values, X) for values in ([0, 0, 0, 1], [0, 1]))
    # Z_1 Z_3 - Z_3 Z_1 has the norm 64 |sin 8 angle|; at 22.5 degrees the orbit is an octagon.
    expected = 64 * abs(math.sin(8 * turn))
    found = nt.commutator_norm(K, P)
    error = tolerance(K, P)
    assert found.lower - error <= expected <= found.upper + error
    assert found.lower > 1


# Enclosures against theorems on eigenvalues


def enclosed(A, radius=None):
    """(enclosures, lower, upper) with the ends as exact numbers."""
    found = nt.enclose_eigenvalues(A, radius=radius)
    return [Fraction(x) for x in found.lower.tolist()], [Fraction(x) for x in found.upper.tolist()]


def rounding(A):
    """A bound of the rounding error of a sum that has been rounded to A, entry by entry."""
    return np.nextafter(2 * UNIT * np.abs(A), np.inf)


def nowhere_above(lower, upper):
    """Whether λ_i <= ν_i is possible for each i, given lower ends of λ and upper ends of ν."""
    return all(low <= high for low, high in zip(lower, upper, strict=True))


@given(kernel=kernels, X=point_sets(), dropped=st.integers(0, 23))
@quick
def test_cauchy_interlacing(kernel, X, dropped):
    K = nt.gram(kernel, X)
    kept = np.delete(np.arange(len(K)), dropped % len(K))
    low, high = enclosed(K)
    low_less, high_less = enclosed(K[np.ix_(kept, kept)])
    assert nowhere_above(low[:-1], high_less)
    assert nowhere_above(low_less, high[1:])


@given(kernel=kernels, X=point_sets(), direction=st.lists(st.integers(-8, 8), min_size=1))
@quick
def test_weyl_for_a_positive_semidefinite_matrix_of_rank_one(kernel, X, direction):
    v = np.resize(np.array(direction, dtype=np.float64), len(X)) / 8
    K = nt.gram(kernel, X)
    moved = K + np.outer(v, v)  # the products are exact; the sum is rounded
    (low, high), (low_moved, high_moved) = enclosed(K), enclosed(moved, rounding(moved))
    norm = sum(Fraction(x) ** 2 for x in v.tolist())
    assert nowhere_above(low, high_moved)
    assert nowhere_above(low_moved, [h + norm for h in high])
    assert nowhere_above(low_moved[:-1], high[1:])


@given(first=kernels, second=kernels, X=point_sets())
@quick
def test_weyl_for_sums_of_kernel_matrices(first, second, X):
    K, M = nt.gram(first, X), nt.gram(second, X)
    S = K + M
    (low, high), (low_other, high_other) = enclosed(K), enclosed(M)
    low_sum, high_sum = enclosed(S, rounding(S))
    n = len(S)
    for i in range(n):
        assert all(low[i] + low_other[j] <= high_sum[i + j] for j in range(n - i))
        assert all(low_sum[i + j - n + 1] <= high[i] + high_other[j] for j in range(n - 1 - i, n))


@given(kernel=kernels, X=point_sets())
@example(kernel=KERNELS["u^31"], X=nt.sphere.design("icosahedron").array())
@quick
def test_gershgorin(kernel, X):
    K = nt.gram(kernel, X)
    low, high = enclosed(K)
    rows = [[Fraction(x) for x in row] for row in K.tolist()]
    discs = sorted(
        (row[i] - (r := sum(map(abs, row)) - abs(row[i])), row[i] + r) for i, row in enumerate(rows)
    )
    for first, last, count, before in components(discs):
        # As many eigenvalues lie in a component as there are discs, so that ranks are known.
        assert all(first <= h for h in high[before : before + count])
        assert all(x <= last for x in low[before : before + count])


def components(discs):
    """(first, last, number of discs, number of discs to the left) of each component."""
    found = []
    for before, (first, last) in enumerate(discs):
        if found and first <= found[-1][1]:
            start, end, count, left = found[-1]
            found[-1] = (start, max(end, last), count + 1, left)
        else:
            found.append((first, last, 1, before))
    return found


def test_discs_that_do_not_meet_are_components_of_their_own():
    assert components([(0, 1), (1, 2), (4, 5)]) == [(0, 2, 2, 0), (4, 5, 1, 2)]


@given(kernel=kernels, X=point_sets())
@quick
def test_trace_and_frobenius_norm(kernel, X):
    K = nt.gram(kernel, X)
    low, high = enclosed(K)
    trace = sum(Fraction(x) for x in K.diagonal().tolist())
    squares = sum(Fraction(x) ** 2 for x in K.ravel().tolist())
    assert sum(low) <= trace <= sum(high)
    least = sum(max(a, -b, Fraction(0)) ** 2 for a, b in zip(low, high, strict=True))
    most = sum(max(abs(a), abs(b)) ** 2 for a, b in zip(low, high, strict=True))
    assert least <= squares <= most
    assert sum(high) - sum(low) <= Fraction(1e-10) * len(K) ** 2 * Fraction(float(K.max()))


@given(kernel=kernels, X=point_sets(), order=st.randoms(use_true_random=False))
@quick
def test_permuting_the_points_permutes_the_matrix(kernel, X, order):
    places = list(range(len(X)))
    order.shuffle(places)
    K, moved = nt.gram(kernel, X), nt.gram(kernel, X[places])
    same = K[np.ix_(places, places)]
    error = ENTRY_ERROR * float(np.abs(K).max()) if K.size > 256 else 0.0
    assert np.abs(moved - same).max() <= 2 * error
    # A permuted matrix has the same eigenvalues; where entries moved, those within the error.
    (low, high), (low_moved, high_moved) = enclosed(same), enclosed(moved, 2 * error)
    low_here, high_here = enclosed(K)
    assert nowhere_above(low_here, high)
    assert nowhere_above(low, high_here)
    assert nowhere_above(low_here, high_moved)
    assert nowhere_above(low_moved, high_here)
