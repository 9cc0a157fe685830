"""nt.operator on S²: products to the accuracy that was asked for, and what is refused."""

import numpy as np
import pytest
from scipy.sparse.linalg import eigsh

import ntkproofs as nt
from ntkproofs.errors import InvalidInput, MissingPackage, Unable
from ntkproofs.matrices import blocks, sphere_operator

pytest.importorskip("ducc0")

RNG = np.random.default_rng(20261123)


def sphere(n):
    X = nt.normalise(RNG.normal(size=(n, 3)))[0]
    X[:2] = [[0, 0, 1], [0, 0, -1]]
    if n > 9:
        X[4], X[5], X[6] = X[3], -X[3], nt.normalise(X[3:4] + 1e-7)[0][0]
    return X


X, Y = sphere(400), sphere(150)


@pytest.fixture(scope="module")
def ntk3():
    return nt.operator(nt.ntk(3), X, method="transform")


def worst(A, K, V):
    """The largest ‖Av - Kv‖ / (‖K‖ ‖v‖)."""
    errors = np.linalg.norm(A @ V - K @ V, axis=0) / np.linalg.norm(V, axis=0)
    return np.max(errors) / np.linalg.norm(K, 2)


@pytest.mark.parametrize(
    ("kernel", "accuracy"),
    [
        (nt.ntk(3), 1e-3),
        (nt.ntk(3), 1e-11),
        (nt.arccosine(0), 1e-8),
        (nt.nngp(2), 1e-8),
        (nt.deep_narrow(1, 1), 1e-8),
        (nt.ntk(2) * nt.nngp(3) + 0.5, 1e-8),
        (nt.zonal("laplace", lambda u, ar: ar.exp(-ar.chord(u))), 1e-8),
        (nt.cosine, 1e-8),
        (nt.zonal("odd", lambda u, ar: ar.asin(u)), 1e-8),
    ],
)
def test_the_promised_accuracy_is_kept(kernel, accuracy):
    A = nt.operator(kernel, X, method="transform", accuracy=accuracy)
    K = nt.gram(kernel, X)
    assert A.bound.total <= accuracy
    assert A.bound.norm <= np.linalg.norm(K, 2) * (1 + 1e-12)
    V = np.column_stack([RNG.normal(size=(400, 3)), np.ones(400), np.eye(400)[:, :6]])
    assert worst(A, K, V) <= A.bound.total


def test_rows_at_many_points_are_those_of_the_dense_matrix():
    points = sphere(20_000)
    A = nt.operator(nt.ntk(3), points)
    assert A.method == "transform"
    v = RNG.normal(size=20_000)
    rows = np.arange(0, 20_000, 1999)
    found, exact = (A @ v)[rows], nt.gram(nt.ntk(3), points[rows], points) @ v
    # An error that is spread evenly has this size in every entry; ten times that for its peaks.
    even = A.bound.accuracy * A.bound.norm * np.linalg.norm(v) / np.sqrt(v.size)
    assert np.max(abs(found - exact)) < 10 * even
    assert "20000x20000" in repr(A)
    assert 0 < A.radius < 0.3
    assert 0 < A.neighbours < 500


def test_it_is_an_operator(ntk3):
    K = nt.gram(nt.ntk(3), X)
    scale = 1e-8 * np.linalg.norm(K, 2)
    v, w = RNG.normal(size=(2, 400))
    assert abs((ntk3 @ v) @ w - v @ (ntk3 @ w)) < scale * np.linalg.norm(v) * np.linalg.norm(w)
    assert ntk3.H is ntk3
    assert v @ (ntk3 @ v) > 0
    both = ntk3 @ (v + 1j * w)
    assert np.allclose(both, ntk3 @ v + 1j * (ntk3 @ w), atol=scale)
    assert not (ntk3 @ np.zeros(400)).any()
    assert (ntk3 @ np.zeros((400, 0))).shape == (400, 0)
    largest = eigsh(ntk3, k=2, return_eigenvectors=False, v0=v)
    assert np.allclose(np.sort(largest), np.linalg.eigvalsh(K)[-2:], atol=scale)
    alone = nt.operator(nt.ntk(3), X, method="transform", threads=1)
    assert np.allclose(alone @ v, ntk3 @ v, atol=scale)


def test_two_sets_of_points_and_the_transpose():
    for kernel in (nt.ntk(3), nt.nngp(2) - 0.375):
        A = nt.operator(kernel, X, Y, method="transform")
        K = nt.gram(kernel, X, Y)
        assert A.bound.norm_by == "products"
        assert A.bound.norm <= np.linalg.norm(K, 2)
        assert worst(A, K, RNG.normal(size=(150, 3))) < A.bound.total
        assert worst(A.T, K.T, RNG.normal(size=(400, 3))) < A.bound.total


def test_a_norm_that_was_guessed_too_large_is_corrected():
    north, south = X[X[:, 2] > 0.8], X[X[:, 2] < -0.8]
    kernel = nt.nngp(2)  # of size θ'³ between the caps
    A, K = nt.operator(kernel, north, south, method="transform"), nt.gram(kernel, north, south)
    assert np.linalg.norm(K, 2) < 0.2 * 0.375 * np.sqrt(K.size)
    assert A.bound.norm <= np.linalg.norm(K, 2)
    assert worst(A, K, RNG.normal(size=(south.shape[0], 3))) < 1e-8


def test_points_where_the_harmonics_cancel():
    """In a cap where u³ - u nearly vanishes, transforms err by their size, not by the kernel's."""
    Z = nt.normalise(np.array([0, 0, 1]) + 0.01 * np.random.default_rng(1).normal(size=(150, 3)))[0]
    kernel = nt.zonal("odd", lambda u, ar: u**3 - u)
    A, K = nt.operator(kernel, Z, method="transform", accuracy=1e-6), nt.gram(kernel, Z)
    error = np.linalg.norm(A @ np.eye(150) - K, 2)
    assert error <= A.bound.total * np.linalg.norm(K, 2)
    assert error <= A.product_error


def test_solvers_are_told_its_error(ntk3):
    K = nt.gram(nt.ntk(3), X)
    found = nt.extreme_eigenvalues(ntk3, k=2)
    assert found.operator_error == ntk3.product_error
    assert np.linalg.norm(ntk3 @ np.eye(400) - K, 2) <= ntk3.product_error
    assert ntk3.product_error <= 1e-8 * 400 * nt.ntk(3)(1.0)
    assert nt.condition_estimate(ntk3).operator_error == ntk3.product_error


@pytest.mark.parametrize("count", [1, 2, 60])
def test_points_that_coincide(count):
    same = np.repeat(X[7:8], count, axis=0)
    A = nt.operator(nt.ntk(3), same, method="transform")
    assert np.allclose(A @ np.ones(count), 3 * count, rtol=1e-8)
    far = nt.operator(nt.ntk(3), same, -same, method="transform")
    assert np.allclose(far @ np.ones(count), float(nt.ntk(3)(-1.0)) * count, rtol=1e-6)


def test_the_method_is_chosen_and_said(monkeypatch):
    assert nt.operator(nt.ntk(3), X).why == "so few points are as fast dense"
    assert nt.operator(nt.ntk(3), X, method="dense").why == "asked for"
    assert "S²" in nt.operator(nt.ntk(3), np.eye(4)).why
    monkeypatch.setattr(blocks, "_WORTH_A_TRANSFORM", 1)
    monkeypatch.setattr(sphere_operator, "dense_seconds", lambda *_, **__: 1e3)
    assert nt.operator(nt.ntk(3), X).method == "transform"
    steps = nt.operator(nt.arccosine(0) @ nt.arccosine(0), X)
    assert steps.method == "dense"
    assert "1/4" in steps.why
    monkeypatch.setattr(sphere_operator, "find_spec", lambda _: None)
    assert "ntkproofs[scale]" in nt.operator(nt.ntk(3), X).why
    with pytest.raises(MissingPackage, match="ducc0"):
        nt.operator(nt.ntk(3), X, method="transform")


def test_clusters_that_defeat_the_sum_are_refused_with_the_figure(monkeypatch):
    cluster = nt.normalise(X[3] + 1e-9 * RNG.normal(size=(3000, 3)))[0]
    monkeypatch.setattr(sphere_operator, "_LONG_RUN", 0.0)
    with pytest.raises(Unable, match=r"about \d+ neighbours"):
        nt.operator(nt.ntk(3), cluster, method="transform")
    monkeypatch.setattr(blocks, "_WORTH_A_TRANSFORM", 1)
    assert "neighbours" in nt.operator(nt.ntk(3), cluster).why


def test_bad_input():
    with pytest.raises(InvalidInput, match="method"):
        nt.operator(nt.ntk(3), X, method="fast")
    for accuracy in (0, -1e-8, 1.0, float("nan"), "1e-8"):
        with pytest.raises(InvalidInput, match="accuracy"):
            nt.operator(nt.ntk(3), X, method="transform", accuracy=accuracy)
    with pytest.raises(Unable, match="1e-11"):
        nt.operator(nt.ntk(3), X, method="transform", accuracy=1e-14)
    with pytest.raises(InvalidInput, match="S²"):
        nt.operator(nt.ntk(3), np.eye(4), method="transform")
    with pytest.raises(Unable, match="plain function"):
        nt.operator(nt.zonal("plain", lambda u: u**3), X, method="transform")
