"""Matrices in blocks of Dask: the entries of nt.gram, products, extreme eigenvalues."""

import sys

import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.errors import InvalidInput, MissingPackage, Unable
from ntkproofs.matrices import cluster
from ntkproofs.matrices.cluster import dask_operator

da = pytest.importorskip("dask.array", reason="the extra 'cluster' is not installed")
WITHOUT_SERIES = nt.arccosine(0) @ nt.arccosine(0)


@pytest.mark.parametrize("kernel", [nt.ntk(3), WITHOUT_SERIES], ids=["series", "none"])
@pytest.mark.parametrize("chunks", [37, 60, 200])
def test_blocks_are_those_of_the_matrix(kernel, chunks):
    X, Y = nt.sphere.uniform(130, 4, seed=0), nt.sphere.uniform(61, 4, seed=1)
    K = nt.gram_dask(kernel, X, chunks=chunks)
    found = K.compute()
    assert K.dtype == found.dtype == np.float64
    assert np.array_equal(found, nt.gram(kernel, X))
    assert np.array_equal(found, found.T)
    assert max(map(max, K.chunks)) <= chunks
    both = nt.gram_dask(kernel, X, Y, chunks=chunks)
    assert np.array_equal(both.compute(), nt.gram(kernel, X, Y))


def test_single_precision_stays():
    X = nt.sphere.uniform(40, 3, seed=0).astype(np.float32)
    K = nt.gram_dask(nt.ntk(3), X, chunks=16)
    assert K.compute().dtype == K.dtype == np.float32


def test_points_that_coincide_and_antipodes():
    X = nt.sphere.uniform(40, 3, seed=0)
    X = np.vstack([X, X, -X])
    K = nt.gram_dask(nt.ntk(4), X, chunks=50).compute()
    np.testing.assert_allclose(K, nt.gram(nt.ntk(4), X, compensated=True), atol=4e-13)
    assert K[3, 43] == K[3, 3]


def test_products_are_those_of_the_matrix():
    X = nt.sphere.uniform(90, 3, seed=0)
    v = np.random.default_rng(0).normal(size=(90, 2))
    K = nt.gram_dask(nt.ntk(3), X, chunks=40)
    np.testing.assert_allclose((K @ v).compute(), nt.gram(nt.ntk(3), X) @ v, rtol=1e-12)


@pytest.mark.parametrize("which", ["largest", "smallest"])
def test_extreme_eigenvalues_are_those_of_all(which):
    A = nt.gram(nt.ntk(3), nt.sphere.uniform(60, 3, seed=0))
    exact = np.linalg.eigvalsh(A)
    found = nt.extreme_eigenvalues(dask_operator(da.from_array(A, chunks=25)), 3, which)
    wanted = exact[-3:] if which == "largest" else exact[:3]
    np.testing.assert_allclose(found.values, wanted, atol=1e-7 * exact[-1])
    left = A @ found.vectors - found.vectors * found.values
    np.testing.assert_allclose(found.residuals, np.linalg.norm(left, axis=0), atol=1e-12)


def test_an_operator_multiplies_from_both_sides():
    A = np.random.default_rng(0).normal(size=(7, 5))
    found = dask_operator(da.from_array(A, chunks=(3, 2)))
    v, w = np.arange(5.0), np.arange(7.0)
    np.testing.assert_allclose(found @ v, A @ v, rtol=1e-13)
    np.testing.assert_allclose(found.T @ w, A.T @ w, rtol=1e-13)
    np.testing.assert_allclose(found @ np.eye(5), A, rtol=1e-15)
    calls = []
    asked = dask_operator(da.from_array(A), compute=lambda one: calls.append(1) or one.compute())
    np.testing.assert_allclose(asked @ v, A @ v, rtol=1e-13)
    assert calls == [1]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: nt.gram_dask("ntk", np.eye(3)), InvalidInput, "needs a kernel first"),
        (lambda: nt.gram_dask(nt.ntk(3), 2 * np.eye(3)), InvalidInput, "unit vectors"),
        (lambda: nt.gram_dask(nt.ntk(3), np.eye(3), chunks=0), InvalidInput, "chunks"),
        (lambda: dask_operator(np.eye(3)), InvalidInput, "Dask array"),
        (lambda: dask_operator(da.ones(3)), InvalidInput, "Dask array"),
    ],
)
def test_what_makes_no_matrix_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_sizes_that_do_not_fit_are_refused(monkeypatch):
    X = nt.sphere.uniform(30, 3, seed=0)
    monkeypatch.setattr(cluster, "_MOST_BLOCKS", 8)
    with pytest.raises(Unable, match=r"in chunks of 10 are 9\. Take larger chunks, of 11 rows"):
        nt.gram_dask(nt.ntk(3), X, chunks=10)
    monkeypatch.setattr("ntkproofs.matrices.memory.available_bytes", lambda: 1000)
    with pytest.raises(Unable, match="Take smaller chunks"):
        nt.gram_dask(nt.ntk(3), X, chunks=10)


def test_without_dask_the_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "dask.array", None)
    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(MissingPackage, match=r"ntkproofs\[cluster\]"):
        nt.gram_dask(nt.ntk(3), np.eye(3))
