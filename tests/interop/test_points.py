"""Kernels of points of any norm, and kernels of neural-tangents."""

import array_api_strict as xp
import numpy as np
import pandas as pd
import pytest

import ntkproofs as nt
from ntkproofs.errors import InvalidInput, PrecisionExhausted
from ntkproofs.finite_width.network import Network, limit
from ntkproofs.interop import from_kernel_fn, on_points

X = np.random.default_rng(3).standard_normal((6, 4)) * np.array([[1e-200, 3, 0.2, 1, 9, 1e8]]).T
Y = np.random.default_rng(4).standard_normal((2, 4))


def network_kernel(x1, x2=None, get=None):
    """A kernel_fn as neural-tangents makes them, from the recursion at any norm."""
    both = np.concatenate([x1, x1 if x2 is None else x2])
    return getattr(limit(Network.of(3, 8), both), get)[: len(x1), len(x1) :]


def test_a_network_without_biases_at_points_of_any_norm():
    expected = network_kernel(X, Y, "ntk")
    found = on_points(nt.ntk(3))(X, Y)
    assert np.abs(found[1:] / expected[1:] - 1).max() < 1e-12
    # The recursion squares 1e-200; it is homogeneous.
    assert np.abs(found[0] / network_kernel(X[:1] * 1e200, Y, "ntk") / 1e-200 - 1).max() < 1e-12


def test_the_matrix_of_one_set_is_symmetric_with_the_diagonal():
    for exponent in (None, 0, 0.5, 2):
        kernel = on_points(nt.eoc(4, 1, 2), exponent)
        K = kernel(X[1:])
        assert (K == K.T).all()
        assert np.abs(K.diagonal() / kernel.diagonal(X[1:]) - 1).max() < 1e-12
        assert np.abs(K / kernel(X[1:], X[1:].copy()) - 1).max() < 1e-12
    unit, norms = nt.normalise(X[1:])
    assert on_points(nt.ntk(2), 2)(X[1:])[0, 1] == pytest.approx(
        (norms[0] * norms[1]) ** 2 * float(nt.gram(nt.ntk(2), unit)[0, 1]), rel=1e-12
    )


def test_zero_rows_are_points_where_the_exponent_is_positive():
    points = np.array([[0.0, 0.0], [1.0, 2.0]])
    found = on_points(nt.ntk(2))(points)
    assert found.tolist() == [[0.0, 0.0], [0.0, pytest.approx(10.0)]]
    assert on_points(nt.ntk(2)).diagonal(points).tolist() == [0.0, pytest.approx(10.0)]
    with pytest.raises(InvalidInput, match="direction alone"):
        on_points(nt.ntk(2), 0)(points)


def test_without_an_extension_points_are_unit_vectors():
    kernel = on_points(nt.ntk(2, bias_variance=1))
    with pytest.raises(InvalidInput, match="unit vectors"):
        kernel(2 * np.eye(3))
    with pytest.raises(InvalidInput, match="unit vectors"):
        kernel.diagonal(2 * np.eye(3))
    assert (kernel(np.eye(3)).diagonal() == kernel.diagonal(np.eye(3))).all()
    assert on_points(nt.deep_narrow(1, 1)).diagonal(np.eye(3)) == pytest.approx(
        nt.gram(nt.deep_narrow(1, 1), np.eye(3)).diagonal()
    )


@pytest.mark.parametrize("exponent", [-1, np.nan, np.inf, True])
def test_exponents_that_are_none(exponent):
    with pytest.raises(InvalidInput, match="a number >= 0"):
        on_points(nt.ntk(2), exponent)


def test_points_of_other_libraries():
    points = np.array([[3.0, 4.0], [0.0, 0.0], [1.0, -1.0]])
    expected = on_points(nt.ntk(3))(points)
    strict = on_points(nt.ntk(3))(xp.asarray(points), xp.asarray(points))
    assert type(strict) is type(xp.asarray(points))
    assert np.abs(np.asarray(strict) - expected).max() < 1e-12
    for same in (points.tolist(), pd.DataFrame(points, columns=["a", "b"])):
        assert (on_points(nt.ntk(3))(same) == expected).all()
    with pytest.raises(InvalidInput):
        on_points(nt.ntk(3))(pd.DataFrame({"a": ["x", "y"], "b": [1, 2]}))


def test_a_kernel_fn_is_a_function_of_points_and_a_zonal_kernel():
    kernel = from_kernel_fn(network_kernel)
    assert np.abs(kernel(X[1:], Y) / on_points(nt.ntk(3))(X[1:], Y) - 1).max() < 1e-12
    assert kernel(Y).shape == (2, 2)
    assert nt.check_kernel(kernel, dim=4, n=8).holds("zonal")
    on_sphere = from_kernel_fn(network_kernel, "nngp").zonal(3)
    u = np.linspace(-1, 1, 9).reshape(3, 3)
    assert np.abs(on_sphere(u) - nt.nngp(3)(u)).max() < 1e-14
    assert on_sphere.floats_only


def test_single_precision_is_refused_where_it_does_not_suffice():
    single = from_kernel_fn(lambda a, b, get: network_kernel(a, b, get).astype(np.float32))
    with pytest.raises(PrecisionExhausted):
        nt.eigenvalues(single.zonal(3), 3, range(4))


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda a, b, get: np.zeros((1, 1)), "finite matrix of shape"),
        (lambda a, b, get: np.full((len(a), len(b)), np.nan), "not finite"),
        (lambda a, b, get: np.zeros((len(b), len(a))), "shape"),
    ],
)
def test_functions_that_are_no_kernel_fn(function, words):
    with pytest.raises(InvalidInput, match=words):
        from_kernel_fn(function)(X, Y)


def test_what_is_no_zonal_kernel_says_so():
    def pooled(a, b, get):
        b = a if b is None else b
        return np.abs(a).sum(axis=1)[:, None] * np.abs(b).sum(axis=1)

    with pytest.raises(InvalidInput, match="convolutions or pooling"):
        from_kernel_fn(pooled).zonal(3)
    with pytest.raises(InvalidInput, match="needs a function"):
        from_kernel_fn(3)
    with pytest.raises(InvalidInput, match='"ntk" or "nngp"'):
        from_kernel_fn(pooled, "both")
