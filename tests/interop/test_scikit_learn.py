"""Kernels in scikit-learn, against its own conventions and finite differences."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import WhiteKernel
from sklearn.kernel_ridge import KernelRidge
from sklearn.svm import SVC

import ntkproofs as nt
from ntkproofs.errors import InvalidInput
from ntkproofs.interop import NTKKernel, on_points, sklearn_kernel

X = np.random.default_rng(0).standard_normal((12, 3)) * np.linspace(0.3, 3, 12)[:, None]
y = np.sign(X[:, 0]) * np.linalg.norm(X, axis=1)
NEW = np.random.default_rng(1).standard_normal((4, 3))
FREE = {"exponent_bounds": (0.1, 10.0)}


@pytest.mark.parametrize("parameters", [{}, FREE, {"scale_bounds": "fixed"}, FREE | {
    "scale_bounds": "fixed"}, {"exponent": 0.5, "scale": 3.0} | FREE])  # fmt: skip
def test_the_gradient_is_that_of_finite_differences(parameters):
    kernel = sklearn_kernel(nt.ntk(3), **parameters)
    K, gradient = kernel(X, eval_gradient=True)
    assert gradient.shape == (12, 12, len(kernel.theta)) == (12, 12, kernel.n_dims)
    for i in range(kernel.n_dims):
        step = np.eye(kernel.n_dims)[i] * 1e-6
        ahead, behind = (kernel.clone_with_theta(kernel.theta + s)(X) for s in (step, -step))
        assert np.abs((ahead - behind) / 2e-6 - gradient[..., i]).max() < 1e-7 * np.abs(K).max()


def test_it_keeps_the_conventions_of_scikit_learn():
    kernel = sklearn_kernel(nt.ntk(50), scale=2.0, **FREE)
    copied = clone(kernel)
    assert copied is not kernel
    assert copied == kernel
    assert copied.kernel is kernel.kernel
    assert kernel.bounds.tolist() == np.log([[0.1, 10], [1e-5, 1e5]]).tolist()
    assert [h.name for h in kernel.hyperparameters] == ["exponent", "scale"]
    changed = kernel.clone_with_theta(np.log([0.5, 7.0]))
    assert (changed.exponent, changed.scale) == pytest.approx((0.5, 7.0))
    assert (kernel.exponent, kernel.scale) == (1.0, 2.0)
    assert kernel.requires_vector_input
    assert not kernel.is_stationary()
    assert np.abs(kernel.diag(X) / kernel(X).diagonal() - 1).max() < 1e-12
    assert np.abs(kernel(X, NEW) / (2 * on_points(nt.ntk(50))(X, NEW)) - 1).max() < 1e-15
    assert repr(kernel) == "NTKKernel(ntk(depth=50), scale=2, exponent=1.0)"
    both = 2.0 * kernel + WhiteKernel(0.1)
    assert np.abs(both(X) - 2 * kernel(X) - 0.1 * np.eye(12)).max() < 1e-12


def test_ridge_regression_and_support_vectors_take_it():
    kernel = sklearn_kernel(nt.ntk(3))
    K, cross = kernel(X), kernel(NEW, X)
    ridge = KernelRidge(kernel=kernel, alpha=0.3).fit(X, y)
    solved = cross @ np.linalg.solve(K + 0.3 * np.eye(12), y)
    assert np.abs(ridge.predict(NEW) - solved).max() < 1e-10
    assert clone(ridge).fit(X, y).predict(NEW) == pytest.approx(ridge.predict(NEW))
    machine = SVC(kernel=kernel).fit(X, y > 0)
    given = SVC(kernel="precomputed").fit(K, y > 0)
    assert (machine.decision_function(NEW) == given.decision_function(cross)).all()


def test_a_gaussian_process_learns_the_scale():
    kernel = sklearn_kernel(nt.nngp(3), scale=50.0, **FREE) + WhiteKernel(1e-4, "fixed")
    model = GaussianProcessRegressor(kernel=kernel).fit(X, y)
    found, gradient = model.log_marginal_likelihood(model.kernel_.theta, eval_gradient=True)
    assert found > model.log_marginal_likelihood(kernel.theta) + 1
    assert np.abs(gradient).max() < 1e-2
    mean, deviation = model.predict(X, return_std=True)
    assert np.abs(mean - y).max() < 0.1
    assert (deviation < 0.1).all()


def test_kernels_without_an_extension_take_unit_vectors_only():
    kernel = sklearn_kernel(nt.ntk(2, bias_variance=1))
    unit, _ = nt.normalise(X)
    assert kernel(unit) == pytest.approx(nt.gram(nt.ntk(2, bias_variance=1), unit))
    with pytest.raises(InvalidInput, match="unit vectors"):
        kernel(X)
    with pytest.raises(InvalidInput, match="unit vectors"):
        kernel.diag(X)
    directions = sklearn_kernel(nt.ntk(2, bias_variance=1), exponent=0)
    assert directions(X) == pytest.approx(kernel(unit))


def test_parameters_that_make_no_kernel():
    with pytest.raises(InvalidInput, match="finite number > 0"):
        sklearn_kernel(nt.ntk(2), scale=-1.0)(X)
    with pytest.raises(InvalidInput, match="Y was given"):
        sklearn_kernel(nt.ntk(2))(X, X, eval_gradient=True)
    with pytest.raises(InvalidInput, match="from a start > 0"):
        _ = NTKKernel(nt.ntk(2), **FREE).theta
