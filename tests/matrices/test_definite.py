"""Positive definiteness, proved or disproved; the smallest eigenvalue by Cholesky."""

import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.linalg
from flint import arb, arb_mat
from hypothesis import given, settings
from hypothesis import strategies as st

import ntkproofs as nt
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.matrices import cholesky, smallest
from ntkproofs.matrices.balled import inertia
from ntkproofs.matrices.cholesky import floor_beyond, floor_by_cholesky

RNG = np.random.default_rng(20260104)


def with_spectrum(values):
    Q = np.linalg.qr(RNG.standard_normal((len(values), len(values))))[0]
    A = (Q * np.asarray(values, float)) @ Q.T
    return (A + A.T) / 2


def sphere(n, dim):
    return nt.normalise(RNG.standard_normal((n, dim)))[0]


def form(A, x):
    """xᵀAx in fractions."""
    x = [Fraction(float(entry)) for entry in x]
    rows = [[Fraction(float(entry)) for entry in row] for row in A]
    terms = (
        p * sum(a * q for a, q in zip(row, x, strict=True)) for p, row in zip(x, rows, strict=True)
    )
    return sum(terms, Fraction(0))


@pytest.mark.parametrize("condition", [1.0, 1e4, 1e8, 1e11])
@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_definite_matrices_are_proved_to_be(condition, scale):
    A = with_spectrum(np.geomspace(1 / condition, 1, 40)) * scale
    found = nt.is_positive_definite(A)
    assert found.truth is Truth.TRUE
    assert 0 < found.smallest.lower <= nt.enclose_eigenvalues(A).smallest.upper
    assert found.witness is None


INDEFINITE = {
    "negative diagonal": np.diag([1.0, -1e-200]),
    "a pair": np.array([[1.0, 2.0, 0], [2.0, 1.0, 0], [0, 0, 1.0]]),
    "equal rows": np.ones((4, 4)) + np.diag([0, 0, 1.0, 1.0]),
    "barely": with_spectrum([-1e-9, *np.linspace(0.1, 1, 30)]),
    "plainly": with_spectrum(np.linspace(-0.2, 1, 30)),
    "huge": with_spectrum(np.linspace(-0.2, 1, 30)) * 1e300,
    "zero": np.zeros((2, 2)),
    "beside a close pair that is innocent": scipy.linalg.block_diag(
        [[1, 1 - 1e-5], [1 - 1e-5, 1]], 1.6 * np.eye(3) - 0.6
    ),
}


@pytest.mark.parametrize("name", INDEFINITE)
def test_others_are_disproved_by_a_witness(name):
    A = INDEFINITE[name]
    found = nt.is_positive_definite(A)
    assert found.truth is Truth.FALSE
    assert form(A, found.witness) <= 0
    assert found.smallest.upper <= 0


def test_a_singular_matrix_in_floats_is_left_open_or_decided_rightly():
    A = with_spectrum([0, 0, 0, 1, 2, 3, 4])
    found = nt.is_positive_definite(A)
    with nt.precision(200):
        below = inertia(arb_mat(A.tolist()), arb(0))[0]
    assert found.truth is not (Truth.TRUE if below else Truth.FALSE)


def test_a_pair_that_is_singular_up_to_rounding_only():
    A = np.array([[1 + 2.0**-52, 1.0], [1.0, 1.0]])  # of determinant 2^-52
    assert nt.is_positive_definite(A).truth is not Truth.FALSE
    assert form(A, [1, -1]) == Fraction(1, 2**52)


def test_the_answer_is_no_bool():
    with pytest.raises(TypeError, match="three-valued"):
        bool(nt.is_positive_definite(np.eye(2)))


def test_uncertain_entries():
    A = with_spectrum(np.linspace(1e-3, 1, 20))
    assert nt.is_positive_definite(A, radius=1e-6).truth is Truth.TRUE
    assert nt.is_positive_definite(A, radius=1e-3).truth is Truth.UNDECIDED
    assert nt.is_positive_definite(-A, radius=1e-6).truth is Truth.FALSE
    assert nt.is_positive_definite(np.zeros((2, 2)), radius=1e-3).truth is Truth.UNDECIDED
    low = nt.enclose_smallest(A, radius=1e-6)
    assert low.lower < 1e-3 - 1e-5 < 1e-3 + 1e-5 < low.upper


@pytest.mark.parametrize("part", [0.999, 0.999999])
def test_shifts_on_both_sides_of_the_smallest_eigenvalue(part):
    A = nt.gram(nt.ntk(3), sphere(150, 3))
    found = nt.enclose_smallest(A)
    assert found.relative_width < 1e-9
    shift = np.eye(len(A)) * found.lower
    assert nt.is_positive_definite(A - part * shift).truth is Truth.TRUE
    assert nt.is_positive_definite(A - (2 - part) * shift).truth is Truth.FALSE


@pytest.mark.parametrize(
    "values",
    [
        np.geomspace(1e-8, 1, 300),
        np.r_[1e-6 * np.ones(7), np.linspace(0.1, 1, 293)],
        np.r_[1e-6 * np.ones(60), np.linspace(0.1, 1, 240)],
        np.linspace(-1, 1, 200),
        np.r_[1e-8, np.linspace(1e-3, 1e3, 199)],
    ],
    ids=["geometric", "seven equal", "sixty equal", "indefinite", "one far below"],
)
def test_the_fast_way_to_the_smallest_agrees_with_the_slow_one(values):
    A = with_spectrum(values)
    fast, slow = nt.enclose_smallest(A), nt.enclose_eigenvalues(A).smallest
    assert fast.lower <= slow.upper
    assert slow.lower <= fast.upper
    assert fast.relative_width < 1e-4


@pytest.mark.parametrize("scale", [2.0**-900, 2.0**900])
def test_the_fast_way_at_other_scales(scale):
    A = with_spectrum(np.r_[1e-8, np.linspace(1e-3, 1e3, 149)])
    fast, plain = nt.enclose_smallest(A * scale), nt.enclose_smallest(A)
    assert fast.lower / scale <= plain.upper
    assert plain.lower <= fast.upper / scale
    assert fast.relative_width < 1e-4


def test_the_fast_way_is_taken(monkeypatch):
    A = nt.gram(nt.ntk(3), sphere(200, 3))

    def refuse(*_):
        raise AssertionError("all eigenvalues were asked for")

    monkeypatch.setattr(smallest, "enclose_scaled", refuse)
    assert nt.enclose_smallest(A).relative_width < 1e-9


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 12), st.integers(0, 10**6), st.floats(-0.5, 1.5))
def test_floors_by_cholesky_hold(n, seed, part):
    G = np.random.default_rng(seed).integers(-3, 4, (n, n)).astype(float)
    A = G @ G.T  # exact, positive semidefinite, often singular
    floor = floor_by_cholesky(A, part)
    if floor is not None:
        with nt.precision(200):
            assert inertia(arb_mat(A.tolist()), arb(floor) - arb(2) ** -60) in (None, (0, n))


def test_the_error_of_cholesky_is_within_its_bound_and_not_zero():
    A = nt.gram(nt.ntk(3), sphere(40, 3))
    L = scipy.linalg.cholesky(A, lower=True)
    with nt.precision(200):
        M = arb_mat(np.tril(L).tolist())
        D = M * M.transpose() - arb_mat(A.tolist())
        error = sum((D[i, j] * D[i, j] for i in range(40) for j in range(40)), arb(0)).sqrt()
    lost = 1.0 - floor_by_cholesky(A + np.eye(40), 1.0)
    assert 0 < error <= lost


def test_without_its_error_bound_cholesky_certifies_what_is_false(monkeypatch):
    """Gram matrices of rank 1 have λ_min = 0; a completed factorisation would "prove" > 0."""
    monkeypatch.setattr(cholesky, "gamma", lambda roundings: arb(0))
    wrong = 0
    for _ in range(200):
        v = RNG.standard_normal((6, 1))
        A = v @ v.T
        A = (A + A.T) / 2
        floor = floor_by_cholesky(A + np.eye(6) * 2**-52, 0.0)
        with nt.precision(200):
            negative = inertia(arb_mat((A + np.eye(6) * 2**-52).tolist()), arb(0))
        wrong += floor is not None and floor > -1e-100 and negative is not None and negative[0] > 0
    assert wrong > 0, "the bound of Cholesky's rounding error was never needed"


def test_deflation_bounds_the_next_eigenvalue():
    values = np.r_[1, 1.5, 4, np.linspace(5, 9, 20)]
    A = with_spectrum(values)
    V = np.linalg.eigh(A)[1]
    noisy = V[:, :2] + 1e-3 * RNG.standard_normal((23, 2))
    for vectors in (V[:, :2], noisy):
        assert floor_beyond(A, vectors, 10.0, 3.9) == pytest.approx(3.9)
        assert floor_beyond(A, vectors, 10.0, 4.01) is None
    assert floor_beyond(A, V[:, :1], 10.0, 3.9) is None, "one vector hides one eigenvalue only"
    assert floor_beyond(A, V[:, :2], 2.0, 3.9) is None, "lifted to 3 only"


def test_infinite_ends_and_intervals():
    found = nt.is_positive_definite(np.diag([1.0, -2.0]))
    assert found.smallest.lower == -math.inf
    assert found.smallest.contains(-2)
    assert not found.smallest.contains(1)
    assert found.smallest.positive() is Truth.FALSE
