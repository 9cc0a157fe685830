"""Enclosures of eigenvalues: they hold the truth, are narrow, and fall when a bound is broken."""

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, arb_mat
from hypothesis import given, settings
from hypothesis import strategies as st

import ntkproofs as nt
from ntkproofs.errors import PrecisionExhausted
from ntkproofs.matrices import enclosures, extremes, residuals
from ntkproofs.matrices.balled import inertia
from ntkproofs.matrices.extremes import lowest
from ntkproofs.matrices.residuals import accurate_residual, pairing_radius

RNG = np.random.default_rng(20260102)


def with_spectrum(values):
    n = len(values)
    Q = np.linalg.qr(RNG.standard_normal((n, n)))[0]
    A = (Q * np.asarray(values, float)) @ Q.T
    return (A + A.T) / 2


def random_symmetric(n):
    A = RNG.standard_normal((n, n))
    return A + A.T


def sphere(n, dim):
    return nt.normalise(RNG.standard_normal((n, dim)))[0]


def hilbert(n):
    return 1.0 / (1 + np.add.outer(np.arange(n), np.arange(n)))


def path_graph(n):
    return np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1)


def path_eigenvalues(n):
    return sorted((2 * (arb.pi() * k / (n + 1)).cos() for k in range(1, n + 1)), key=float)


def holds(found, truths):
    """Every interval overlaps the ball of the eigenvalue it stands for (balls are far thinner)."""
    assert len(found) == len(truths)
    pairs = zip(found.lower.tolist(), found.upper.tolist(), truths, strict=True)
    return all(not (arb(low) > truth) and not (arb(high) < truth) for low, high, truth in pairs)


def eigenvalues_by_arb(A, digits=60):
    with nt.precision(1000):
        return nt.enclose_eigenvalues(A, digits=digits)


CASES = {
    "random": random_symmetric(30),
    "kernel": nt.gram(nt.ntk(3), sphere(40, 3)),
    "kernel on the circle": nt.gram(nt.ntk(5), sphere(25, 2)),
    "two-layer kernel with antipodes": nt.gram(nt.ntk(2), np.vstack([sphere(9, 3)] * 2) * [[-1]]),
    "Hilbert": hilbert(12),
    "rank one": np.outer(np.arange(1.0, 9), np.arange(1.0, 9)),
    "rank deficient": with_spectrum([0, 0, 0, 1, 2, 3]),
    "repeated": with_spectrum([1] * 6 + [2] * 6),
    "all equal but not diagonal": with_spectrum([3] * 10),
    "indefinite": with_spectrum(np.linspace(-1, 1, 11)),
    "condition 1e12": with_spectrum(np.geomspace(1e-12, 1, 20)),
    "cluster at the bottom": with_spectrum([1e-6 + 1e-15 * k for k in range(5)] + [1] * 9),
    "one by one": np.array([[-3.5]]),
    "two by two": np.array([[2.0, 1.0], [1.0, 2.0]]),
    "zero": np.zeros((4, 4)),
    "diagonal": np.diag([3.0, -1.0, 1e-200, 1e200]),
    "tiny": 1e-300 * random_symmetric(6),
    "huge": 1e300 * random_symmetric(6),
    "subnormal": np.round(random_symmetric(5) * 100) * 2.0**-1074,
    "graded": np.array([[1e200, 1.0, 1e-5], [1.0, 1e-3, 1e-9], [1e-5, 1e-9, 1e-250]]),
    "tiny beside huge": np.array([[1e300, 1e-300], [1e-300, 1e-300]]),
    "integers": np.array([[2, -1, 0], [-1, 2, -1], [0, -1, 2]]),
    "float32": random_symmetric(5).astype(np.float32),
}


@pytest.mark.parametrize("name", CASES)
def test_they_hold_the_eigenvalues_that_arb_finds(name):
    A = CASES[name]
    found, truths = nt.enclose_eigenvalues(A), eigenvalues_by_arb(A)
    assert holds(found, truths)
    assert (np.diff(found.lower) >= 0).all()
    assert (np.diff(found.upper) >= 0).all()
    largest = max(abs(found.smallest.upper), abs(found.largest.lower))
    assert (found.upper - found.lower).max() <= 1e-12 * largest + 1e-318


@pytest.mark.parametrize("n", [100, 600])
def test_path_graphs_across_the_sizes_of_blocks(n):
    found = nt.enclose_eigenvalues(path_graph(n))
    assert holds(found, path_eigenvalues(n))
    assert found.largest.relative_width < 1e-12


def test_circulants_with_pairs_of_equal_eigenvalues():
    n = 64
    row = np.zeros(n)
    row[[0, 1, 2, n - 2, n - 1]] = [5, -2, 1, 1, -2]
    A = np.array([np.roll(row, k) for k in range(n)])
    angles = [2 * arb.pi() * k / n for k in range(n)]
    truths = sorted((5 - 4 * t.cos() + 2 * (2 * t).cos() for t in angles), key=float)
    found = nt.enclose_eigenvalues(A)
    assert holds(found, truths)
    assert found.smallest.relative_width < 1e-12


@pytest.mark.parametrize("condition", [1e5, 1e8])
@pytest.mark.parametrize("spectrum", ["geometric", "clustered", "separated"])
def test_the_smallest_eigenvalue_is_known_to_six_digits(condition, spectrum):
    n = 90
    values = {
        "geometric": np.geomspace(1 / condition, 1, n),
        "clustered": np.r_[[1 / condition] * 20, np.linspace(0.5, 1, n - 20)],
        "separated": np.r_[1 / condition, np.linspace(0.5, 1, n - 1)],
    }[spectrum]
    A = with_spectrum(values)
    found = nt.enclose_eigenvalues(A)
    assert found.smallest.relative_width < 1e-6
    assert found.condition().relative_width < 1e-6
    with nt.precision(500):
        M = arb_mat(A.tolist())
        assert inertia(M, arb(found.smallest.lower)) == (0, n)
        assert inertia(M, arb(found.smallest.upper))[0] >= 1


def test_condition_numbers():
    found = nt.enclose_eigenvalues(np.array([[2.0, 1.0], [1.0, 2.0]]))
    assert found.condition().contains(3)
    assert found.condition().relative_width < 1e-13
    indefinite = nt.enclose_eigenvalues(np.diag([-4.0, 2.0])).condition()
    assert indefinite.contains(2)
    assert nt.enclose_eigenvalues(np.ones((3, 3))).condition().upper == math.inf
    assert nt.enclose_eigenvalues(np.zeros((2, 2))).condition().lower > 0
    assert nt.enclose_eigenvalues(np.diag([1e-300, 1e300])).condition().upper == math.inf


def test_uncertainty_of_the_entries():
    A = CASES["kernel"]
    spread = np.abs(random_symmetric(len(A))) * 1e-6
    spread = spread + spread.T
    for radius in (1e-6, spread):
        found = nt.enclose_eigenvalues(A, radius=radius)
        moved = A + radius * np.sign(random_symmetric(len(A)))
        assert holds(found, eigenvalues_by_arb((moved + moved.T) / 2, 30))
    moved = A + 1e-6  # the worst case: the largest eigenvalue moves by nearly n times the radius
    assert holds(nt.enclose_eigenvalues(A, radius=1e-6), eigenvalues_by_arb(moved, 30))
    assert not holds(nt.enclose_eigenvalues(A, radius=1e-9), eigenvalues_by_arb(moved, 30))


def test_balls_of_exact_entries_and_of_uncertain_ones():
    exact = [[Fraction(1, i + j + 1) for j in range(8)] for i in range(8)]
    balls = nt.enclose_eigenvalues(exact, digits=40)
    assert all(float(value.rad()) < 1e-39 for value in balls)
    with nt.precision(300):
        trace, product = sum(balls, arb(0)), arb(1)
        for value in balls:
            product *= value
        hilbert_matrix = arb_mat([[arb(1) / (i + j + 1) for j in range(8)] for i in range(8)])
        assert trace.overlaps(sum((hilbert_matrix[i, i] for i in range(8)), arb(0)))
        assert product.overlaps(hilbert_matrix.det())
    blurred = nt.enclose_eigenvalues(np.diag([1.0, 2.0]), digits=2, radius=1e-4)
    assert blurred[0].contains(arb("1.00005"))
    with pytest.raises(PrecisionExhausted, match="fewer digits"):
        nt.enclose_eigenvalues(np.diag([1.0, 2.0]), digits=10, radius=1e-4)


# ---------------------------------------------------------------- what must not be certified


def test_a_wrong_lower_bound_is_not_certified():
    A = CASES["kernel"]
    truth = float(eigenvalues_by_arb(A, 30)[0].mid())
    assert nt.enclose_eigenvalues(A).smallest.lower < 1.001 * truth
    assert nt.enclose_smallest(A).lower < 1.001 * truth
    assert nt.enclose_smallest(A).lower > 0.999999 * truth


@pytest.mark.parametrize("planted", [1e-3, 1e-9])
def test_a_planted_entry_is_noticed(planted):
    A = CASES["kernel"]
    wrong = A.copy()
    wrong[3, 7] += planted
    wrong[7, 3] += planted
    assert not holds(nt.enclose_eigenvalues(wrong), eigenvalues_by_arb(A, 30))


def poor_eigenvectors(A, noise):
    values, V = np.linalg.eigh(A)
    return values, V + noise * RNG.standard_normal(V.shape) / math.sqrt(len(A))


def bounds_by_pairing(A, noise, stretch=1.0):
    values, V = poor_eigenvectors(A, noise)
    radius = pairing_radius(A, V * stretch, values)
    width = float(radius.relative) * abs(values) + float(radius.absolute)
    return enclosures.Enclosures(values - width, values + width)


def bounds_by_lehmann(A, noise, k=3):
    truths = [float(value) for value in eigenvalues_by_arb(A, 30)]
    values, V = poor_eigenvectors(A, noise)
    found = lowest(accurate_residual(A, V[:, :k], values[:k]), truths[k])
    return found, truths[:k]


@pytest.mark.parametrize("noise", [0, 1e-12, 1e-8, 1e-4, 1e-2])
def test_pairing_holds_for_poor_eigenvectors_and_wrong_eigenvalues(noise):
    A = random_symmetric(30)
    assert holds(bounds_by_pairing(A, noise), eigenvalues_by_arb(A, 30))
    values, V = np.linalg.eigh(A)
    radius = pairing_radius(A, V, values + 0.1)
    assert float(radius.absolute) > 0.1


@pytest.mark.parametrize("noise", [0, 1e-12, 1e-8, 1e-4, 1e-2])
def test_lehmann_holds_for_poor_eigenvectors(noise):
    A = with_spectrum(np.r_[1, 1.01, 1.5, np.linspace(4, 9, 20)])
    found, truths = bounds_by_lehmann(A, noise)
    assert (found.lower <= truths).all()
    assert (truths <= found.upper).all()
    assert np.max(found.upper - found.lower) <= 100 * noise**2 * 9 + 1e-12


def test_lehmann_refuses_where_its_hypothesis_fails():
    A = with_spectrum([1, 2, 3, 4, 5.0])
    values, V = np.linalg.eigh(A)
    residual = accurate_residual(A, V[:, :2], values[:2])
    assert lowest(residual, 2.9) is not None
    assert lowest(residual, 1.9) is None


def test_without_the_residual_the_pairing_falls(monkeypatch):
    A = random_symmetric(30)
    true_norm = residuals.residual_norm
    monkeypatch.setattr(residuals, "residual_norm", lambda *args: true_norm(*args) * 1e-3)
    values, V = np.linalg.eigh(A)
    radius = pairing_radius(A, V, values + 0.1)
    width = float(radius.absolute) + float(radius.relative) * abs(values)
    wrong = enclosures.Enclosures(values + 0.1 - width, values + 0.1 + width)
    assert not holds(wrong, eigenvalues_by_arb(A, 30))


def test_without_the_defect_of_orthogonality_the_pairing_falls(monkeypatch):
    """V with A V = V Λ up to rounding, but two columns almost parallel: only the defect tells."""
    A = np.diag([1.0, 1.0, 5.0]) + 0.0
    V = np.array([[1.0, 0.9, 0], [0, 0.1, 0], [0, 0, 1.0]])
    assert pairing_radius(A, V, np.array([1.0, 1.0, 5.0])) is None
    twice = np.array([[0, 0, 1.0], [0, 0, 0], [1.0, 1.0, 0]])  # claims the eigenvalue 5 twice
    monkeypatch.setattr(residuals, "orthogonality_defect", lambda V: arb(0))
    radius = pairing_radius(A, twice, np.array([5.0, 5.0, 1.0]))
    assert float(radius.absolute) < 1e-9, "with the defect dropped, [5, 5, 1] would be certified"


def test_without_the_quadratic_term_lehmann_falls(monkeypatch):
    A = with_spectrum(np.r_[1, 1.01, 1.5, np.linspace(4, 9, 20)])
    values, V = poor_eigenvectors(A, 1e-3)
    residual = accurate_residual(A, V[:, :3], values[:3])
    ritz = extremes.ritz_values(residual)
    truth = float(eigenvalues_by_arb(A, 30)[0])
    assert ritz.lower[0] > truth, "Ritz values alone are no lower bounds"
    assert lowest(residual, 3.9).lower[0] <= truth


def test_without_the_rounding_error_the_accurate_residual_falls():
    A = nt.gram(nt.ntk(3), sphere(60, 3))
    values, V = np.linalg.eigh(A)
    found = accurate_residual(A, V[:, :4], values[:4])
    with nt.precision(200):
        exact = arb_mat(A.tolist()) * arb_mat(V[:, :4].tolist())
        squares = arb(0)
        for i in range(60):
            for j in range(4):
                term = exact[i, j] - arb(V[i, j]) * arb(values[j]) - arb(found.matrix[i, j])
                squares += term * term
        error = float(squares.sqrt())
    assert 0 < error <= float(found.error)
    assert float(found.error) < 0.05 * np.linalg.norm(found.matrix), "digits of a mere residual"
    assert error > float(found.error) * 1e-4, "a bound 10^4 smaller would be wrong"


@pytest.mark.parametrize("noise", [1e-13, 1e-9, 1e-6, 1e-3])
@pytest.mark.parametrize("name", ["random", "kernel", "repeated", "cluster at the bottom"])
def test_poor_eigenvectors_make_wide_enclosures_and_no_wrong_ones(monkeypatch, name, noise):
    A = CASES[name]

    def noisy(A):
        values, V = poor_eigenvectors(A, noise)
        return V, values

    monkeypatch.setattr(enclosures, "_eigenvectors", noisy)
    assert holds(nt.enclose_eigenvalues(A), eigenvalues_by_arb(A))


def test_what_lies_beyond_a_block_is_bounded_from_the_right_side(monkeypatch):
    values = np.r_[1, 1.01, 1.5, np.linspace(4, 9, 60), 20, 20.01]
    A, asked = with_spectrum(values), []

    def spy(residual, beyond):
        asked.append((len(residual.values), beyond))
        return lowest(residual, beyond)

    monkeypatch.setattr(enclosures, "lowest", spy)
    nt.enclose_eigenvalues(A)
    truths = [float(value) for value in eigenvalues_by_arb(A, 30)]
    (k, bottom), (m, top) = asked
    assert 0 <= truths[k] - bottom < 1e-9
    assert 0 <= -truths[-1 - m] - top < 1e-9


# ---------------------------------------------------------------- laws that all spectra obey

ENTRIES = st.integers(-8, 8)


@st.composite
def symmetric_matrices(draw, least=2, most=7):
    n = draw(st.integers(least, most))
    rows = [[draw(ENTRIES) for _ in range(i + 1)] for i in range(n)]
    A = np.array([[rows[max(i, j)][min(i, j)] for j in range(n)] for i in range(n)], float)
    return A * 2.0 ** draw(st.sampled_from([-1000, -30, 0, 0, 0, 30, 1000]))


@settings(max_examples=60, deadline=None)
@given(symmetric_matrices())
def test_interlacing_gershgorin_and_the_trace(A):
    found, inner = nt.enclose_eigenvalues(A), nt.enclose_eigenvalues(A[:-1, :-1])
    assert (found.lower[:-1] <= inner.upper).all()
    assert (inner.lower <= found.upper[1:]).all()
    reach = np.abs(A).sum(axis=1) - np.abs(A.diagonal())
    for low, high in zip(found.lower, found.upper, strict=True):
        assert ((low <= A.diagonal() + reach) & (A.diagonal() - reach <= high)).any()
    scale = 2.0 ** -max(np.frexp(np.abs(A).max())[1], -1000)
    trace = A.diagonal().sum() * scale  # exact: small integers times a power of two
    slack = 1e-13 * len(A) ** 2
    assert (found.lower * scale).sum() - slack <= trace <= (found.upper * scale).sum() + slack


@settings(max_examples=40, deadline=None)
@given(symmetric_matrices(3, 3), symmetric_matrices(3, 3))
def test_weyl(A, B):
    with np.errstate(over="ignore"):
        C = A + B
    first, second, total = (nt.enclose_eigenvalues(M) for M in (A, B, C))
    widened = np.abs(C).max() * 1e-15  # A + B is rounded where the scales differ
    assert (first.lower + second.smallest.lower <= total.upper + widened).all()
    assert (total.lower <= first.upper + second.largest.upper + widened).all()


@settings(max_examples=40, deadline=None)
@given(symmetric_matrices())
def test_they_hold_for_small_integers_at_all_scales(A):
    assert holds(nt.enclose_eigenvalues(A), eigenvalues_by_arb(A, 30))
