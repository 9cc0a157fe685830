"""Products of symmetric matrices: eigenvalues, and commutators that are proved to be nonzero."""

import math

import numpy as np
import pytest
from flint import acb_mat, arb_mat

import ntkproofs as nt
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.errors import InvalidInput, Unable

RNG = np.random.default_rng(20260105)


def with_spectrum(values):
    Q = np.linalg.qr(RNG.standard_normal((len(values), len(values))))[0]
    A = (Q * np.asarray(values, float)) @ Q.T
    return (A + A.T) / 2


def sphere(n, dim):
    return nt.normalise(RNG.standard_normal((n, dim)))[0]


def product_eigenvalues(K, P):
    with nt.precision(400):
        found = acb_mat(arb_mat(K.tolist()) * arb_mat(P.tolist())).eig(multiple=True)
        return sorted((value.real for value in found), key=float)


def holds(found, truths):
    pairs = zip(found.lower.tolist(), found.upper.tolist(), truths, strict=True)
    return all(not truth < low and not truth > high for low, high, truth in pairs)


POINTS = sphere(20, 3)
PAIRS = {
    "two kernels": (nt.gram(nt.ntk(3), POINTS), nt.gram(nt.nngp(2), POINTS)),
    "K indefinite": (with_spectrum(np.linspace(-2, 1, 12)), with_spectrum(np.linspace(0.1, 1, 12))),
    "P indefinite": (with_spectrum(np.linspace(0.1, 1, 12)), with_spectrum(np.linspace(-2, 1, 12))),
    "K singular": (np.ones((5, 5)), with_spectrum(np.linspace(0.1, 1, 5))),
    "P ill-conditioned": (
        with_spectrum(np.linspace(1, 2, 10)),
        with_spectrum(np.geomspace(1e-9, 1, 10)),
    ),
    "identity": (np.eye(4), np.eye(4)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_eigenvalues_of_products_against_arb(name):
    K, P = PAIRS[name]
    found, truths = nt.enclose_product_eigenvalues(K, P), product_eigenvalues(K, P)
    assert holds(found, truths)
    largest = max(abs(float(truths[0])), abs(float(truths[-1])))
    assert (found.upper - found.lower).max() <= 1e-5 * largest


def test_a_product_of_another_matrix_is_not_held():
    K, P = PAIRS["two kernels"]
    wrong = K.copy()
    wrong[0, 0] += 1e-6
    assert not holds(nt.enclose_product_eigenvalues(wrong, P), product_eigenvalues(K, P))


@pytest.mark.parametrize("error", [1e-3, 1e-7])
def test_a_poor_factor_makes_wide_enclosures_and_no_wrong_ones(monkeypatch, error):
    K, P = PAIRS["K indefinite"]
    poor = np.linalg.cholesky(P) * (1 + error)
    monkeypatch.setattr(np.linalg, "cholesky", lambda P: poor)
    found = nt.enclose_product_eigenvalues(K, P)
    assert holds(found, product_eigenvalues(K, P))
    assert found.largest.relative_width > error


def test_a_matrix_that_is_definite_by_less_than_rounding_has_no_factor():
    P = np.array(
        [
            [1.6049382716049383, 1.2469135802469136, 1.7777777777777777],
            [1.2469135802469136, 1.0987654320987654, 1.4444444444444444],
            [1.7777777777777777, 1.4444444444444444, 2.0],
        ]
    )
    assert nt.is_positive_definite(P).truth is Truth.TRUE
    with pytest.raises(np.linalg.LinAlgError):
        np.linalg.cholesky(P)
    K = np.diag([1.0, 2.0, 3.0])
    assert holds(nt.enclose_product_eigenvalues(K, P), product_eigenvalues(K, P))
    with pytest.raises(Unable, match="by more than rounding"):
        nt.enclose_product_eigenvalues(np.diag([1.0, -1.0, 1.0]), P)


@pytest.mark.parametrize("powers", [(-900, 3), (900, -900), (600, 300)])
def test_products_at_other_scales(powers):
    K, P = PAIRS["two kernels"]
    scales = [2.0**power for power in powers]
    found = nt.enclose_product_eigenvalues(K * scales[0], P * scales[1])
    plain, factor = nt.enclose_product_eigenvalues(K, P), 2.0 ** sum(powers)
    assert found.lower == pytest.approx(plain.lower * factor, rel=1e-9)


def test_kernel_matrices_on_general_points_do_not_commute():
    K, P = PAIRS["two kernels"]
    norm = nt.commutator_norm(K, P)
    assert norm.lower > 0
    with nt.precision(200):
        A, B = arb_mat(K.tolist()), arb_mat(P.tolist())
        C = A * B - B * A
        squares = sum(C[i, j] * C[i, j] for i in range(20) for j in range(20))
    assert norm.lower <= float(squares.sqrt()) <= norm.upper
    assert norm.relative_width < 1e-11


def test_small_commutators_are_told_from_zero():
    K = with_spectrum(np.linspace(1, 2, 30))
    P = K @ K
    P = (P + P.T) / 2
    assert nt.commutator_norm(K, P).upper < 1e-12
    P[0, 1] += 1e-13
    P[1, 0] += 1e-13
    found = nt.commutator_norm(K, P)
    assert 0 < found.lower < found.upper < 1e-12


def test_matrices_of_integers_commute_exactly_or_not_at_all():
    cycle = np.roll(np.eye(7), 1, axis=0)
    A, B = 3 * np.eye(7) + cycle + cycle.T, 5 * (cycle @ cycle + (cycle @ cycle).T)
    assert nt.commutator_norm(A, B).upper == 0.0
    B[0, 0] = 1
    assert nt.commutator_norm(A, B).lower > 0


def test_the_circle_commutes_up_to_rounding():
    angles = 2 * math.pi * np.arange(16) / 16
    X = np.column_stack([np.cos(angles), np.sin(angles)])
    found = nt.commutator_norm(nt.gram(nt.ntk(3), X), nt.gram(nt.nngp(2), X))
    assert found.upper < 1e-12


def test_commutators_at_other_scales():
    K, P = PAIRS["two kernels"]
    plain = nt.commutator_norm(K, P)
    moved = nt.commutator_norm(K * 2.0**900, P * 2.0**-800)
    assert moved.lower == pytest.approx(plain.lower * 2.0**100, rel=1e-11)
    assert nt.commutator_norm(K * 2.0**900, P * 2.0**900).upper == math.inf


def test_bad_pairs():
    with pytest.raises(InvalidInput, match="one size"):
        nt.commutator_norm(np.eye(2), np.eye(3))
    with pytest.raises(InvalidInput, match="symmetric"):
        nt.enclose_product_eigenvalues(np.array([[1.0, 2.0], [0.0, 1.0]]), np.eye(2))
    with pytest.raises(Unable, match="positive definite"):
        nt.enclose_product_eigenvalues(np.diag([1.0, -1.0]), np.array([[0.0, 1.0], [1.0, 0.0]]))
