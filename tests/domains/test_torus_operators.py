"""Fast products on the torus: grids and scattered points against dense matrices, and refusals."""

import sys

import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.domains.torus import neighbours, scattered_operator
from ntkproofs.domains.torus.smooth_part import smooth_part
from ntkproofs.domains.torus.split import kernel_at, split
from ntkproofs.errors import InvalidInput, MissingPackage, Unable
from ntkproofs.kernels.chebyshev import chebyshev

torus = nt.torus
RNG = np.random.default_rng(20261122)
SMOOTH = nt.zonal("smooth", lambda u, ar: u**3 + u**2)
KERNELS = {"ntk(3)": nt.ntk(3), "ntk(2)": nt.ntk(2), "cap at 1": nt.deep_narrow(1, 1), "": SMOOTH}
GRIDS = [(1, 1), (2, 2), (7, 1), (8, 1), (5, 2), (6, 2), (3, 3), (4, 3)]


def dense(kernel, X, Y=None):
    return nt.gram(kernel, torus.embed(X), None if Y is None else torus.embed(Y))


@pytest.mark.parametrize(("n", "dim"), GRIDS)
def test_grid_operators_are_the_matrix(n, dim):
    V = RNG.normal(size=(n**dim, 3))
    for kernel in (nt.ntk(3), nt.ntk(2), SMOOTH):
        K, A = dense(kernel, torus.grid(n, dim)), torus.grid_operator(kernel, n, dim)
        assert A.shape == K.shape
        for B in (A, A.T, A.H):
            np.testing.assert_allclose(B @ V, K @ V, atol=1e-13 * n**dim)
        np.testing.assert_allclose(A @ V[:, 0], K @ V[:, 0], atol=1e-13 * n**dim)
        np.testing.assert_allclose(A @ (1j * V), 1j * (K @ V), atol=1e-13 * n**dim)
        expected = torus.grid_eigenvalues(kernel, n, dim)
        np.testing.assert_allclose(A.eigenvalues, expected, atol=1e-14 * n**dim)
        miss = np.linalg.norm(A @ V - K @ V, axis=0) / np.linalg.norm(V, axis=0)
        assert miss.max() <= A.product_error + 1e-15 * n**dim


def test_eigenvalues_that_are_not_even_in_each_coordinate():
    """Even means symbol(-k) = symbol(k), not more: half of the modes must find their mirror."""
    for n in (4, 5):
        symbol = RNG.normal(size=(n, n))
        symbol += np.roll(np.flip(symbol), 1, axis=(0, 1))
        A = torus.GridOperator.of_symbol(symbol)
        np.testing.assert_array_equal(A.eigenvalues, symbol)
        v = RNG.normal(size=n * n)
        np.testing.assert_allclose(A @ v, torus.dense(symbol) @ v, atol=1e-13)


def test_solutions_and_functions_on_the_grid():
    A, K = torus.grid_operator(nt.ntk(3), 6, 2), dense(nt.ntk(3), torus.grid(6, 2))
    y = RNG.normal(size=(36, 2))
    np.testing.assert_allclose(A.solve(y), np.linalg.solve(K, y), rtol=1e-9)
    shifted = np.linalg.solve(K + 0.5 * np.eye(36), y[:, 0])
    np.testing.assert_allclose(A.solve(y[:, 0], ridge=0.5), shifted, rtol=1e-10)
    values, vectors = np.linalg.eigh(K)
    flow = vectors @ (np.exp(-0.1 * values)[:, None] * (vectors.T @ y))
    np.testing.assert_allclose(A.function(lambda x: np.exp(-0.1 * x)) @ y, flow, atol=1e-12)


def test_what_the_grid_refuses():
    A = torus.grid_operator(SMOOTH, 8, 1)  # four modes only
    with pytest.raises(Unable, match="singular"):
        A.solve(np.ones(8))
    with pytest.raises(InvalidInput, match="not finite at the eigenvalue"):
        torus.GridOperator.of_symbol(np.zeros(4)).function(lambda x: 1 / x)
    with pytest.raises(InvalidInput, match="8 finite numbers"):
        A.solve(np.ones(7))
    with pytest.raises(InvalidInput, match="8 finite numbers"):
        A.solve(np.full(8, np.nan), ridge=1)
    with pytest.raises(Unable, match="max_points"):
        torus.grid_operator(nt.ntk(3), 10**4, 2)
    with pytest.raises(InvalidInput, match="zonal kernel"):
        torus.grid_operator(np.cos, 4, 1)
    with pytest.raises(InvalidInput, match="thread"):
        torus.grid_operator(nt.ntk(3), 4, 1, threads=0)


@pytest.mark.parametrize("degree", [16, 200])
@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_splits_are_the_kernel(kernel, degree):
    """g and the rest add up, at angles that are on none of the grids of the construction."""
    series = chebyshev(kernel, 4)
    found = split(series, degree, 1e-9)
    theta = np.concatenate([np.linspace(0, np.pi, 3001), 10.0 ** np.linspace(-9, 0, 50)])
    g = np.polynomial.chebyshev.chebval(np.cos(theta), found.cosines)
    near, far = np.sin(theta / 2) ** 2, np.cos(theta / 2) ** 2
    total = g + found.rest(near, 0) + found.rest(far, 1)
    assert np.abs(total - kernel_at(series, theta)).max() <= 1.1 * found.error + 1e-13
    assert found.error <= 2e-9
    caps = [cap is not None for cap in found.caps]
    if kernel is SMOOTH or kernel is KERNELS["ntk(3)"]:
        assert caps == [kernel is not SMOOTH] * 2


@pytest.mark.parametrize(("degree", "dim"), [(9, 1), (9, 2), (6, 3)])
def test_the_polynomial_part_has_its_coefficients(degree, dim):
    """Σ ĝ_k e^(2πi k·x) is g(u(x)) up to what was dropped."""
    found = split(chebyshev(nt.ntk(3)), degree, 1e-3)
    for tolerance in (0.0, 1e-4):
        part = smooth_part(found, dim, tolerance)
        assert part.dropped <= tolerance
        x = torus.scattered(20, dim, seed=1)
        axis = np.arange(-part.cutoff, part.cutoff + 1)
        k = np.stack(np.meshgrid(*[axis] * dim, indexing="ij"), axis=-1).reshape(-1, dim)
        sums = np.cos(2 * np.pi * x @ k.T) @ part.coefficients.ravel()
        g = np.polynomial.chebyshev.chebval(np.cos(2 * np.pi * x).mean(axis=1), found.cosines)
        assert np.abs(sums - g).max() <= part.dropped + 1e-12
        assert part.size == pytest.approx(np.abs(part.coefficients).sum() + part.dropped)


@pytest.mark.parametrize(("n", "dim"), [(1, 1), (400, 1), (2, 2), (400, 2), (250, 3)])
def test_scattered_operators_keep_their_accuracy(n, dim):
    X, Y = torus.scattered(n, dim, seed=0), torus.scattered(30, dim, seed=1)
    X[: n // 10] = X[0] + 1e-7 * X[: n // 10]  # close points
    X[n // 2 :][:5] = X[:5][: len(X[n // 2 :])] + 0.5  # antipodes, beyond [0, 1) too
    V, W = RNG.normal(size=(n, 3)), RNG.normal(size=(30, 1))
    for kernel in (nt.ntk(3), nt.deep_narrow(1, 1)):
        K, L = dense(kernel, X), dense(kernel, X, Y)
        norm = np.linalg.norm(K, 2)
        A, B = torus.operator(kernel, X), torus.operator(kernel, X, Y)
        miss = np.linalg.norm(A @ V - K @ V, axis=0) / np.linalg.norm(V, axis=0)
        assert miss.max() <= min(1e-8 * norm, A.product_error)
        assert A.relative_error <= 1e-8
        assert np.abs(A @ np.eye(n)[:, :9] - K[:, :9]).max() <= A.error.total
        assert np.abs(B @ W - L @ W).max() <= B.error.total * np.abs(W).sum()
        assert np.abs(B.T @ V - L.T @ V).max() <= B.error.total * np.abs(V).sum()
        np.testing.assert_allclose(A.T @ (1j * V[:, 0]), 1j * (A @ V[:, 0]), rtol=1e-6, atol=1e-6)


def test_the_degree_trades_pairs_for_modes_and_the_accuracy_both():
    X, v = torus.scattered(500, 2, seed=0), RNG.normal(size=500)
    K = dense(nt.ntk(3), X)
    found = [torus.operator(nt.ntk(3), X, degree=degree) for degree in (12, 24, 48)]
    assert found[0].pairs > found[1].pairs > found[2].pairs > 0
    assert found[0].modes < found[1].modes < found[2].modes
    for A in found:
        assert np.abs(A @ v - K @ v).max() <= A.error.total * np.abs(v).sum()
    fine = torus.operator(nt.ntk(3), X, degree=48, accuracy=1e-11)
    assert fine.pairs > found[2].pairs
    assert np.linalg.norm(fine @ v - K @ v) <= 1e-11 * np.linalg.norm(K, 2) * np.linalg.norm(v)
    rough = torus.operator(nt.ntk(3), X, degree=48, accuracy=1e-3)
    missed = np.linalg.norm(rough @ v - K @ v)
    assert missed > 1e-11 * np.linalg.norm(K, 2) * np.linalg.norm(v), "the accuracy does something"


def test_neighbours_are_all_of_them(monkeypatch):
    """Cells against all pairs, over the boundary, in pieces, with few and many cells."""
    monkeypatch.setattr(neighbours, "_CANDIDATES", 500)
    for dim in (1, 2, 3):
        X = torus.scattered(150, dim, seed=dim)
        for degree in (6, 40):
            found = split(chebyshev(nt.ntk(2), 2 * dim), degree, 1e-6)
            near = neighbours.Neighbours.of(found, X, X, 10**6, 2)
            u = torus.cosines(X)
            rest = found.rest((1 - u) / 2, 0) + found.rest((1 + u) / 2, 1)
            got = near.product(np.eye(150), transposed=False, threads=2)
            np.testing.assert_allclose(got, rest, atol=1e-7)
            assert abs(near.count - np.count_nonzero(rest)) <= 2
            back = near.product(np.eye(150), transposed=True, threads=1)
            np.testing.assert_array_equal(back.T, got)


def test_what_scattered_operators_refuse():
    X = torus.scattered(50, 2, seed=0)
    with pytest.raises(Unable, match="1e-12 is the least"):
        torus.operator(nt.ntk(3), X, accuracy=1e-15)
    with pytest.raises(Unable, match="polynomials of degree 3 do not reach it"):
        torus.operator(nt.ntk(3), X, degree=3)
    with pytest.raises(InvalidInput, match="accuracy"):
        torus.operator(nt.ntk(3), X, accuracy=0)
    with pytest.raises(Unable, match="coincide or cluster"):
        torus.operator(nt.ntk(3), np.zeros((2000, 2)), max_pairs=10**5)
    with pytest.raises(Unable, match="coincide or cluster"):
        torus.operator(nt.ntk(3), X, degree=12, max_pairs=100)
    with pytest.raises(Unable, match="smaller degree"):
        torus.operator(nt.ntk(3), X, degree=10**5)
    with pytest.raises(Unable, match="no Chebyshev series"):
        torus.operator(nt.arccosine(0) @ nt.arccosine(0), X)
    with pytest.raises(InvalidInput, match="T\\^3"):
        torus.operator(nt.ntk(3), torus.scattered(5, 4, seed=0))
    with pytest.raises(InvalidInput, match="one of them"):
        torus.operator(nt.ntk(3), X, X[:, :1])
    with pytest.raises(InvalidInput, match="finite"):
        torus.operator(nt.ntk(3), [[0.0, np.nan]])
    with pytest.raises(InvalidInput, match="kernel first"):
        torus.operator(X, nt.ntk(3))


def test_without_finufft_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "finufft", None)
    with pytest.raises(MissingPackage, match="ntkproofs\\[scale\\]"):
        scattered_operator.operator(nt.ntk(3), torus.scattered(5, 1, seed=0))


def test_equal_points_are_no_trouble():
    X = np.vstack([np.zeros((40, 2)), np.full((40, 2), 0.5), [[-1e-20, 1.0]]])
    K, v = dense(nt.ntk(2), X), RNG.normal(size=81)
    A = torus.operator(nt.ntk(2), X)
    assert np.abs(A @ v - K @ v).max() <= A.error.total * np.abs(v).sum()
