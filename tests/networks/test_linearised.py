"""The linearised network against least squares with its explicit Jacobian, and against descent."""

import functools

import numpy as np
import pytest

pytest.importorskip("jax")
pytest.importorskip("equinox")

import equinox as eqx
import jax

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.networks import contenders as module
from ntkproofs.networks import linearised
from ntkproofs.networks.contenders import Budget, also, contenders
from ntkproofs.networks.data import Sinusoids, gaussian_mixture, sinusoids
from ntkproofs.networks.experiments import judge, tune
from ntkproofs.networks.linearised import linearise, require_linearised_memory
from ntkproofs.networks.models import ECRN, MLP
from ntkproofs.networks.training import Data

RANDOM = np.random.default_rng(0)
X, NEW = RANDOM.standard_normal((6, 2)), RANDOM.standard_normal((4, 2))
Y = RANDOM.standard_normal((6, 2))
MANY = RANDOM.standard_normal((12, 2))


@functools.cache
def model(width=9):
    return MLP(2, 2, jax.random.key(3), width=width, depth=1, phi="tanh")


@functools.cache
def ecrn():
    return ECRN(2, 2, jax.random.key(4), features=3, width=5, depth=1)


def start_and_jacobian(network, inputs):
    """f_0, shape (n k,), and the Jacobian with respect to all trained weights, in float64."""
    key = (id(network), inputs.tobytes())  # models are kept by the caches above
    if key not in FOUND:
        FOUND[key] = _start_and_jacobian(network, inputs)
    return FOUND[key]


FOUND = {}


def _start_and_jacobian(network, inputs):
    with jax.enable_x64(True):
        network = jax.tree.map(
            lambda a: a.astype("float64") if eqx.is_inexact_array(a) else a, network
        )
        spec = jax.tree.map(eqx.is_inexact_array, network)
        if isinstance(network, ECRN):
            spec = eqx.tree_at(lambda m: (m.frequencies, m.alpha), spec, (False, False))
        params, fixed = eqx.partition(network, spec)
        flat, unravel = jax.flatten_util.ravel_pytree(params)
        outputs = lambda p: jax.vmap(eqx.combine(unravel(p), fixed))(inputs).ravel()  # noqa: E731
        both = jax.jit(lambda p: (outputs(p), jax.jacfwd(outputs)(p)))
        return tuple(np.asarray(found) for found in both(flat))


def least_squares(network, inputs, targets, ridge):
    """δ of least |J δ - r|² + λ |δ|², by QR of the stacked matrix: no kernel is formed."""
    f, J = start_and_jacobian(network, inputs)
    root = np.sqrt(ridge * np.sum(J**2) / len(J))
    if ridge:
        J, r = np.vstack([J, root * np.eye(J.shape[1])]), targets.ravel() - f
        return np.linalg.lstsq(J, np.concatenate([r, np.zeros(J.shape[1])]))[0]
    return np.linalg.lstsq(J, targets.ravel() - f, rcond=1e-9)[0]


@pytest.mark.parametrize("network", [model, ecrn])
@pytest.mark.parametrize("ridge", [0.0, 1e-4, 0.3])
def test_it_is_least_squares_with_the_jacobian(network, ridge):
    found = linearise(network(), Data(X, Y), ridge=ridge)(NEW)
    f, J = start_and_jacobian(network(), NEW)
    expected = f + J @ least_squares(network(), X, Y, ridge)
    np.testing.assert_allclose(found.ravel(), expected, rtol=1e-7, atol=1e-8)
    assert abs(expected - f).max() > 0.1  # it has moved far from its start


def test_with_more_outputs_than_weights_it_is_the_least_square():
    """24 outputs, 17 weights: the kernel is singular, and 7 directions cannot move."""
    network, targets = model(3), np.cos(3 * MANY)
    linear = linearise(network, Data(MANY, targets))
    f, J = start_and_jacobian(network, NEW)
    assert linear.dropped == 24 - np.linalg.matrix_rank(start_and_jacobian(network, MANY)[1])
    assert linear.dropped >= 7
    expected = f + J @ least_squares(network, MANY, targets, 0.0)
    np.testing.assert_allclose(linear(NEW).ravel(), expected, rtol=1e-6, atol=1e-7)


def test_without_a_ridge_it_is_where_descent_ends():
    f, J = start_and_jacobian(model(), X)
    weights, residual = np.zeros(J.shape[1]), Y.ravel() - f
    largest, smallest = np.linalg.eigvalsh(J @ J.T)[[-1, 0]]
    for _ in range(int(40 * largest / smallest)):  # e^-40 is left of the slowest mode
        weights += J.T @ (residual - J @ weights) / largest
    new, derivative = start_and_jacobian(model(), NEW)
    linear = linearise(model(), Data(X, Y))
    np.testing.assert_allclose(linear(NEW).ravel(), new + derivative @ weights, rtol=1e-7)
    np.testing.assert_allclose(linear(X), Y, rtol=1e-8, atol=1e-8)
    assert linear.dropped == 0


def test_batches_do_not_show(monkeypatch):
    whole = linearise(model(), Data(X, Y), ridge=1e-3)(X)
    monkeypatch.setattr(linearised, "_BATCH", 3)
    np.testing.assert_allclose(linearise(model(), Data(X, Y), ridge=1e-3)(X), whole, rtol=1e-9)


def test_labels_are_rows_of_the_identity():
    labels = np.array([0, 1, 1, 0, 1, 0])
    one = linearise(model(), Data(X, labels), ridge=1e-2, classes=2)(NEW)
    np.testing.assert_array_equal(
        one, linearise(model(), Data(X, np.eye(2)[labels]), ridge=1e-2)(NEW)
    )


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: linearise(model(), Data(X, Y), ridge=-1.0), "number >= 0"),
        (lambda: linearise(model(), Data(X, Y), ridge=float("nan")), "number >= 0"),
        (lambda: linearise(model(), Data(X, Y[:, :1])), "2 outputs"),
        (lambda: linearise(model(), Data(X, np.arange(6)), classes=2), "labels 0..1"),
        (lambda: linearise(model(), Data(MANY[:, :1], MANY)), "inputs of shape"),
    ],
)
def test_what_has_no_meaning_is_refused(call, said):
    with pytest.raises(InvalidInput, match=said):
        call()


def test_what_cannot_be_had_says_why():
    with pytest.raises(Unable, match="not finite"):
        linearise(model(), Data(1e200 * X, Y))
    with pytest.raises(Unable, match="10000 points and 1000 outputs"):
        require_linearised_memory(10_000, 1000)


def test_the_contender_learns_and_is_no_rival_unless_asked_for(monkeypatch):
    task = sinusoids(seed=0, rows=100)
    assert "Linearised MLP" not in [contender.name for contender in contenders(task)]
    assert also(task, []) == ()
    with pytest.raises(InvalidInput, match="one of linearised; got 'frozen'"):
        also(task, ["frozen"])
    (rival,) = also(task, ["linearised", "linearised"])
    assert len({tuple(point.items()) for point in rival.grid}) == 4
    assert {"ridge": 0.0} in rival.grid
    build = lambda dim, outputs, key, **_: MLP(  # noqa: E731
        dim, outputs, key, width=32, depth=1, parametrisation="ntk"
    )
    monkeypatch.setattr(module, "MLP", build)
    slow = Sinusoids.random(modes=1, dim=1, lowest=0.5, highest=0.5)
    for data, metric, at_least in (
        (sinusoids(seed=0, rows=100, law=slow), "r2", 0.5),
        (gaussian_mixture(seed=0, rows=200), "accuracy", 0.4),
    ):
        fitted, _, _ = tune(rival, data, Budget(points=2))
        outputs = fitted.outputs(data.test.inputs)
        assert judge(data, outputs)[metric] > at_least
        if data.classes is not None:
            np.testing.assert_allclose(np.exp(outputs).sum(axis=1), 1, rtol=1e-9)
            assert judge(data, outputs)["cross_entropy"] < np.log(5)
