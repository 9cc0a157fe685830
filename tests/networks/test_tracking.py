"""The tangent kernel against the contracted Jacobian, and its records against theory."""

import functools
import json

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.network import Network, Weights
from ntkproofs.matrices import memory
from ntkproofs.networks.checkpoints import run_header
from ntkproofs.networks.models import ECRN, MLP, Dense, ResidualMLP, trainable
from ntkproofs.networks.tangents import tangent_kernel
from ntkproofs.networks.tracking import Tracker, load_run, rate_of
from ntkproofs.networks.training import Data, Recipe, predict, train

X = np.random.default_rng(0).standard_normal((7, 3))
KEY = jax.random.key(0)


class Shared(eqx.Module):
    """One layer called twice, one mapped over, and an array that no layer owns."""

    twice: Dense
    mapped: Dense
    free: jax.Array

    def __call__(self, x, key=None):
        h = jnp.tanh(self.twice(self.twice(x)))
        return jax.vmap(self.mapped)(jnp.stack([h, self.free * h])).sum(axis=0)


@functools.cache
def model_named(name):
    match name:
        case "mlp":
            return MLP(3, 2, KEY, width=8, depth=2, phi="gelu", parametrisation="ntk")
        case "residual":
            return ResidualMLP(3, 1, KEY, width=8, depth=1)
        case "ecrn":
            return ECRN(3, 2, KEY, features=4, width=8, depth=2, drop=0.3)
        case "ecrn-all":
            options = {"learn_alpha": True, "learn_frequencies": True, "parametrisation": "ntk"}
            return ECRN(3, 2, KEY, features=4, width=8, depth=2, drop=0.3, **options)
    return Shared(
        Dense(3, 3, KEY, gain=1.0, ntk=True), Dense(3, 2, KEY, gain=1.0, ntk=False), KEY_ROW
    )


KEY_ROW = jnp.array([0.5, -1.0, 2.0])


@functools.cache
def jacobian(name):
    """Rows of ∂f_c(x_i), shape (n, k, parameters), from forward mode."""
    params, fixed = eqx.partition(model_named(name), trainable(model_named(name)))
    outputs = lambda p: jax.vmap(eqx.combine(p, fixed))(jnp.asarray(X, jnp.float32))  # noqa: E731
    leaves = jax.tree.leaves(jax.jit(jax.jacfwd(outputs))(params))
    return np.concatenate([np.asarray(a, float).reshape(*a.shape[:2], -1) for a in leaves], axis=-1)


@pytest.mark.parametrize("method", ["layers", "jacobian"])
@pytest.mark.parametrize("name", ["mlp", "residual", "ecrn", "ecrn-all", "shared"])
def test_kernel_is_the_contracted_jacobian(name, method):
    J = jacobian(name)
    wanted = np.einsum("icp,jdp->icjd", J, J)
    points, outputs = J.shape[:2]
    model = model_named(name)
    # blocks of a few rows only
    found = tangent_kernel(
        model, X, method=method, by_block=True, block_bytes=2 * 3 * 4 * J[0].size
    )
    mean = np.einsum("icjc->ij", wanted) / outputs
    np.testing.assert_allclose(found.kernel, mean, atol=1e-6 * mean.max())
    np.testing.assert_allclose(sum(found.blocks.values()), found.kernel, rtol=1e-12)
    np.testing.assert_allclose(found.outputs, predict(model, X), atol=1e-6)
    full = tangent_kernel(model, X, method=method, full=True).kernel
    side = points * outputs
    np.testing.assert_allclose(full, wanted.reshape(side, side), atol=1e-6 * wanted.max())


def test_kernel_of_an_mlp_is_that_of_the_numpy_network():
    model = model_named("mlp")
    one = eqx.tree_at(lambda m: m.layers[-1], model, Dense(8, 1, KEY, gain=1.0, ntk=True))
    network = Network(widths=(8, 8), activation="gelu", weight_variance=1.0)
    X_ = X / np.sqrt(3)  # that network has no factor at its first layer
    weights = Weights([np.asarray(layer.weight, float) for layer in one.layers], [])
    wanted = empirical_ntk(network, weights, X_, by_layer=True).by_layer
    with_biases = tangent_kernel(one, X, by_block=True).blocks
    zeros = eqx.tree_at(lambda m: m.layers, model, one.layers)
    for place, name in enumerate(with_biases):
        a = [X, *_hidden(zeros, X)][place]
        gram = a @ a.T / a.shape[1]
        bias = with_biases[name] * (1 - gram / (1 + gram))  # (1 + gram) B against gram B
        np.testing.assert_allclose(with_biases[name] - bias, wanted[place], atol=2e-6)


def _hidden(model, x):
    h = jnp.asarray(x, jnp.float32)
    for layer in model.layers[:-1]:
        h = jax.nn.gelu(h @ layer.weight.T * layer.scale, approximate=False)
        yield np.asarray(h, float)


def test_names_tell_what_each_layer_adds():
    blocks = tangent_kernel(model_named("ecrn-all"), X, by_block=True).blocks
    names = ["lift", "blocks[0]", "blocks[1]", "readout", "frequencies", "alpha"]
    assert list(blocks) == names
    assert list(tangent_kernel(model_named("ecrn"), X, by_block=True).blocks) == names[:4]


def test_what_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 10_000)
    with pytest.raises(Unable, match="tangent kernel on 100 inputs needs"):
        tangent_kernel(model_named("mlp"), np.ones((100, 3)))


LINE = np.linspace(-1, 1, 8)[:, None]


class Linear(eqx.Module):
    """f(x) = w·φ(x), φ fixed: its kernel never moves."""

    weight: jax.Array

    def __call__(self, x, key=None):
        return self.weight @ jnp.concatenate([x**0, x, x**2, jnp.sin(9 * x)])


def test_modes_of_a_linear_model_are_those_of_descent(tmp_path):
    y = np.cos(3 * LINE)
    recipe = Recipe("gd", 0.2, 40, dtype="float64")
    tracker = Tracker(LINE, y, rate=rate_of(0.2, 8), folder=tmp_path)
    with jax.enable_x64(True):
        model = Linear(jnp.zeros((1, 4)))
        train(model, recipe, Data(LINE, y), watch=tracker, watch_steps=(0, 1, 7, 40))
    found = tracker.arrays()
    assert found["step"].tolist() == [0, 1, 7, 40]
    np.testing.assert_allclose(found["residual"], found["descent"], atol=1e-12)
    gap = np.abs(found["residual"] - found["flow"]).max(axis=(1, 2))
    assert gap[0] == 0
    assert (gap[1:3] > 1e-3).all()  # the flow is another thing
    np.testing.assert_allclose(found["drift"], 0, atol=1e-14)
    features = np.hstack([LINE**0, LINE, LINE**2, np.sin(9 * LINE)])
    K = features @ features.T
    np.testing.assert_allclose(found["spectrum"][0], np.linalg.eigvalsh(K), atol=1e-12)
    aligned = (y.T @ K @ y).item() / (np.sum(y**2) * np.linalg.norm(K))
    np.testing.assert_allclose(found["alignment"], aligned, rtol=1e-12)


@functools.cache
def tracked(width):
    model = MLP(1, 1, KEY, width=width, depth=1, phi="tanh", parametrisation="ntk")
    tracker = Tracker(LINE, np.sin(3 * LINE))
    recipe = Recipe("gd", 0.5, 60)
    run = train(model, recipe, Data(LINE, np.sin(3 * LINE)), watch=tracker, watch_steps=(0, 60))
    return model, tracker.arrays(), run


def test_records_are_their_definitions():
    model, found, run = tracked(64)
    first, last = (tangent_kernel(m, LINE, by_block=True) for m in (model, run.model))
    drift = np.linalg.norm(last.kernel - first.kernel) / np.linalg.norm(first.kernel)
    assert found["drift"].tolist() == pytest.approx([0, drift], rel=1e-12)
    assert drift > 1e-3
    assert found["frobenius"][1] == pytest.approx(np.sqrt(np.sum(found["spectrum"][1] ** 2)))
    assert found["largest"][1] == pytest.approx(np.linalg.norm(last.kernel, 2))
    assert found["block_trace"].sum(axis=1) == pytest.approx(found["spectrum"].sum(axis=1))
    assert found["block_share"].sum(axis=1) == pytest.approx(1)
    residual = predict(run.model, LINE) - np.sin(3 * LINE)
    assert np.linalg.norm(found["residual"][1]) == pytest.approx(np.linalg.norm(residual), rel=1e-6)


def test_wide_networks_drift_less():
    assert tracked(1024)[1]["drift"][1] < 0.5 * tracked(64)[1]["drift"][1]


def test_records_survive_and_are_kept_apart(tmp_path):
    model = model_named("residual")
    notes = run_header(model, Recipe(), Data(X, X[:, 0]), None)
    tracker = Tracker(X, X[:, 0], rate=0.1, folder=tmp_path, notes=notes)
    tracker(0, model)
    again = Tracker(X, X[:, 0], rate=0.1, folder=tmp_path, notes=notes)
    again(5, model)
    manifest, arrays = load_run(tmp_path)
    assert arrays["step"].tolist() == [0, 5]
    assert manifest["notes"]["recipe"]["seed"] == 0
    assert manifest["versions"]["jax"] == jax.__version__
    assert sorted(file.name for file in tmp_path.iterdir()) == ["manifest.json", manifest["arrays"]]
    for name, values in again.arrays().items():
        np.testing.assert_array_equal(arrays[name], values)
    for other in ({"rate": 0.2, "notes": notes}, {"rate": 0.1, "notes": {}}):
        with pytest.raises(InvalidInput, match="another run"):
            Tracker(X, X[:, 0], folder=tmp_path, **other)
    path = tmp_path / manifest["arrays"]
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InvalidInput, match="not the file"):
        load_run(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"arrays": 3}))
    with pytest.raises(InvalidInput, match="no records"):
        load_run(tmp_path)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: tangent_kernel(model_named("mlp"), np.ones((2, 5))), "inputs of shape"),
        (lambda: tangent_kernel(model_named("mlp"), np.full((2, 3), np.nan)), "finite"),
        (lambda: tangent_kernel(model_named("mlp"), X, method="guess"), "layers, jacobian"),
        (lambda: tangent_kernel(lambda x, key=None: x[:, None], X), r"shape \(3, 1\)"),
        (lambda: Tracker(X, rate=0.1), "targets"),
        (lambda: Tracker(X, X[:3, 0]), "target for each"),
        (lambda: Tracker(X).arrays(), "Nothing was recorded"),
        (lambda: Tracker(X, X)(0, model_named("mlp")), "targets of shape"),
    ],
)
def test_what_has_no_meaning_is_refused(call, said):
    with pytest.raises(InvalidInput, match=said):
        call()
