"""Training: against plain NumPy, against itself when killed, and what it refuses."""

import errno
import functools
import json
import re
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ntkproofs.errors import InvalidInput
from ntkproofs.networks import training
from ntkproofs.networks.models import ECRN, MLP
from ntkproofs.networks.training import Data, Recipe, loss_of, predict, stable_rate, train

X = np.linspace(-1, 1, 24)[:, None]
WAVE = Data(X, np.sin(4 * X))
CLASSES = Data(X, (X[:, 0] > 0).astype(int) + (X[:, 0] > 0.5))


@functools.cache
def small(drop=0.5):
    return ECRN(1, 1, jax.random.key(0), features=4, width=12, depth=1, drop=drop)


@functools.cache
def mlp(outputs=1):
    return MLP(1, outputs, jax.random.key(1), width=9, depth=1, phi="tanh")


def same(one, two):
    pairs = zip(jax.tree.leaves(one.model), jax.tree.leaves(two.model), strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs)
    for name, values in one.history.items():
        np.testing.assert_array_equal(values, two.history[name])


class Affine(eqx.Module):
    """f(x) = W x, the model whose gradients are done by hand."""

    weight: jax.Array

    def __call__(self, x, key=None):
        return self.weight @ x


def by_hand(recipe, weight, x, y, batches):
    """The weights after the steps of a recipe, in NumPy, from the formulas of the papers."""
    first, second = np.zeros_like(weight), np.zeros_like(weight)
    for count, rows in enumerate(batches, start=1):
        a, outputs = x[rows], x[rows] @ weight.T
        if recipe.loss == "mse":
            gradient = 2 * (outputs - y[rows]).T @ a / outputs.size
        else:
            chance = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
            chance[np.arange(len(a)), y[rows]] -= 1
            gradient = chance.T @ a / len(a)
        decay = recipe.weight_decay * weight
        if recipe.optimiser == "adam":
            first = 0.9 * first + 0.1 * gradient
            second = 0.999 * second + 0.001 * gradient**2
            move = first / (1 - 0.9**count) / (np.sqrt(second / (1 - 0.999**count)) + 1e-8)
            weight = weight - recipe.rate * (move + decay)
        else:
            first = recipe.momentum * first + gradient + decay
            weight = weight - recipe.rate * first
    return weight


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe("gd", 0.3),
        Recipe("gd", 0.3, momentum=0.5, weight_decay=0.1, loss="cross_entropy"),
        Recipe("adam", 0.02, loss="cross_entropy"),
        Recipe("adam", 0.02, weight_decay=0.3),
    ],
)
def test_steps_are_those_of_the_formulas(recipe):
    recipe = replace(recipe, steps=20, record_every=7, dtype="float64")
    random = np.random.default_rng(0)
    x, weight = random.standard_normal((6, 4)), random.standard_normal((3, 4))
    y = random.standard_normal((6, 3)) if recipe.loss == "mse" else np.array([0, 1, 2, 2, 1, 0])
    with jax.enable_x64(True):
        run = train(Affine(jnp.asarray(weight)), recipe, Data(x, y))
    wanted = by_hand(recipe, weight, x, y, [np.arange(6)] * 20)
    np.testing.assert_allclose(np.asarray(run.model.weight), wanted, rtol=1e-12)


def test_batches_show_each_point_equally_often():
    # inputs are unit vectors and targets 0, so that each visit shrinks one weight by a known factor
    # (small, so that it counts twice where a batch holds a point twice)
    recipe = Recipe("sgd", 1e-6, steps=21, batch=3, record_every=4, dtype="float64", seed=5)
    with jax.enable_x64(True):
        run = train(Affine(jnp.ones((1, 7))), recipe, Data(np.eye(7), np.zeros(7)))
    visits = np.log(np.asarray(run.model.weight[0])) / np.log(1 - 2e-6 / 3)
    np.testing.assert_allclose(visits, 9, atol=1e-4)  # 21 steps of 3 among 7 points


def test_each_epoch_has_an_order_of_its_own():
    weights = []
    recipe = Recipe("sgd", 0.1, steps=14, batch=1, record_every=5, seed=1)
    watch = lambda _, model: weights.append(np.asarray(model.weight[0]))  # noqa: E731
    data = Data(np.eye(7), np.zeros(7))
    train(Affine(jnp.ones((1, 7))), recipe, data, watch=watch, watch_steps=range(15))
    order = np.argmax(np.abs(np.diff(weights, axis=0)), axis=1)
    first, second = order[:7].tolist(), order[7:].tolist()
    assert sorted(first) == sorted(second) == list(range(7))
    assert first != second


class Masked(eqx.Module):
    """f = w m, m a mask: descent on f² multiplies w by 1 - 2 rate (mean of the masks)."""

    weight: jax.Array

    def __call__(self, x, key=None):
        return self.weight * (1.0 if key is None else jax.random.bernoulli(key, 0.5))


def test_each_step_and_point_has_a_mask_of_its_own():
    weights = []
    watch = lambda _, model: weights.append(float(model.weight[0]))  # noqa: E731
    data, recipe = Data(np.zeros((400, 1)), np.zeros(400)), Recipe("gd", 0.1, steps=10)
    train(Masked(jnp.ones(1)), recipe, data, watch=watch, watch_steps=range(11))
    kept = (1 - np.divide(weights[1:], weights[:-1])) / 0.2
    assert len({round(fraction * 400) for fraction in kept}) > 3
    assert np.abs(kept - 0.5).max() < 5 * 0.5 / 20  # false alarm below 1e-5 over ten steps


@pytest.mark.parametrize("doubles", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_precision_is_the_recipes_and_leaves_nothing_behind(dtype, doubles):
    recipe = Recipe(dtype=dtype, steps=3)
    with jax.enable_x64(not doubles):
        other = train(mlp(), recipe, WAVE)
    with jax.enable_x64(doubles):
        run = train(mlp(), recipe, WAVE)
        assert run.model.layers[0].weight.dtype == predict(run.model, X).dtype == dtype
        assert jnp.ones(1).dtype == (np.float64 if doubles else np.float32)
    same(run, other)


def test_same_seed_same_bits_other_seed_other_ones():
    recipe = Recipe(batch=5, steps=30, record_every=10, seed=4)
    one = train(small(), recipe, WAVE)
    same(one, train(small(), recipe, WAVE))
    other = train(small(), replace(recipe, seed=5), WAVE)
    assert one.history["train_loss"][-1] != other.history["train_loss"][-1]


def test_masks_come_from_the_seed():
    full = Recipe("gd", 0.05, steps=3)
    losses = [train(small(), replace(full, seed=s), WAVE).history["train_loss"][-1] for s in (0, 1)]
    assert losses[0] != losses[1]  # all points in each step: only masks differ
    never = [
        train(small(drop=0.0), replace(full, seed=s), WAVE).history["train_loss"][-1]
        for s in (0, 1)
    ]
    assert never[0] == never[1]


def test_losses_are_the_definitions():
    model = mlp(3)
    outputs = predict(model, X, batch=7).astype(float)
    chance = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    wanted = -np.mean(np.log(chance[np.arange(24), CLASSES.targets]))
    assert loss_of(model, CLASSES, "cross_entropy") == pytest.approx(wanted, rel=1e-6)
    zero = Data(X, np.zeros((24, 3)))
    assert loss_of(model, zero, "mse") == pytest.approx(np.mean(outputs**2), rel=1e-6)
    run = train(model, Recipe("gd", 1e-30, steps=1, loss="cross_entropy"), CLASSES)
    assert run.history["train_loss"] == pytest.approx([wanted, wanted], rel=1e-6)


def test_divergence_names_step_loss_and_rate():
    data, model = Data(X, np.cos(X)), Affine(jnp.ones((1, 1)))
    limit = stable_rate(model, data)
    assert limit == pytest.approx(24 / float(np.sum(X**2)), rel=1e-5)  # λ_max = Σ x²
    recipe = Recipe("gd", 1.05 * limit, steps=2000, record_every=100)
    run = train(model, recipe, data)
    assert re.match(r"diverged at step \d+: loss \S+ at the rate", run.stopped)
    assert f"2/λ_max of the loss = {limit:.3g}" in run.stopped
    # (1 - 2.1)^2k = 1e6 at about k = 72
    assert 60 < int(run.stopped.split()[3][:-1]) < 85
    assert run.steps == run.history["step"][-1] == 0
    assert np.isfinite(run.history["train_loss"]).all()
    assert jnp.isfinite(run.model.weight).all()
    fine = train(model, replace(recipe, rate=0.95 * limit), data)
    assert fine.stopped == ""
    assert fine.steps == 2000


def test_divergence_in_the_last_step_is_seen():
    data = Data(X, np.cos(X))
    run = train(Affine(jnp.ones((1, 1))), Recipe("gd", 1e25, steps=1), data)
    assert run.stopped.startswith("diverged at step 1: loss ")
    assert run.steps == 0
    assert run.model.weight == 1
    assert np.isfinite(run.history["train_loss"]).all()


def test_patience_keeps_the_best_model():
    other = Data(X, -WAVE.targets)  # the better one learns the wave, the worse it does here
    recipe = Recipe(steps=500, record_every=10, patience=3)
    run = train(mlp(), recipe, WAVE, other)
    seen = run.history["validation_loss"]
    assert run.stopped == "patience"
    assert run.steps == run.history["step"][-1] < 500
    assert len(seen) - 1 - np.argmin(seen) == 3
    assert loss_of(run.model, other, "mse") == seen.min() < seen[-1]


def test_watch_and_progress():
    watched, told = [], []
    recipe = Recipe(steps=12, record_every=5)
    run = train(
        mlp(),
        recipe,
        WAVE,
        watch=lambda step, model: watched.append((step, loss_of(model, WAVE, "mse"))),
        watch_steps=(0, 3, 12, 99),
        progress=lambda *record: told.append(record),
    )
    assert [step for step, _ in watched] == [0, 3, 12]
    assert [step for step, *_ in told] == run.history["step"].tolist() == [0, 5, 10, 12]
    assert watched[0][1] == told[0][1] > watched[1][1] > watched[2][1] == told[-1][1]
    same(run, train(mlp(), recipe, WAVE))  # watching changes nothing


SCRIPT = """
import pathlib, sys, time
sys.path.insert(0, sys.argv[2])
import test_training as here
from ntkproofs.networks import training
training._SECONDS = 0.0
path = pathlib.Path(sys.argv[1])
training.train(
    here.small(), here.LONG, here.WAVE, here.WAVE, checkpoint=path,
    # A record is told before it is kept: the last that is kept is that of step 20.
    progress=lambda step, *_: time.sleep(3600) if step > 20 else None,
)
"""
LONG = Recipe(batch=5, steps=60, record_every=10, seed=2)


def test_a_killed_run_goes_on_as_the_same_run(tmp_path):
    path = tmp_path / "run.npz"
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT))
    here = str(__import__("pathlib").Path(__file__).parent)
    child = subprocess.Popen([sys.executable, str(script), str(path), here])
    try:
        until = time.monotonic() + 240  # a loaded machine starts and compiles slowly
        while not (path.exists() and saved_step(path) >= 20):
            assert time.monotonic() < until
            assert child.poll() is None
            time.sleep(0.02)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert 20 <= saved_step(path) < 60
    whole = train(small(), LONG, WAVE, WAVE)
    told = []
    resumed = train(
        small(), LONG, WAVE, WAVE, checkpoint=path, progress=lambda step, *_: told.append(step)
    )
    assert told[0] >= 30
    same(whole, resumed)
    same(whole, train(small(), LONG, WAVE, WAVE, checkpoint=path))  # it was complete


def test_an_interrupted_run_waits_as_long_and_keeps_its_best(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "_SECONDS", 0.0)
    other, path = Data(X, -WAVE.targets), tmp_path / "run.npz"
    recipe = Recipe(steps=500, record_every=10, patience=4)
    whole = train(mlp(), recipe, WAVE, other)

    def interrupt(step, *_):
        if step == whole.steps - 10:  # one record before patience ends
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(mlp(), recipe, WAVE, other, checkpoint=path, progress=interrupt)
    assert saved_step(path) == whole.steps - 20
    resumed = train(mlp(), recipe, WAVE, other, checkpoint=path)
    assert (resumed.steps, resumed.stopped) == (whole.steps, "patience")
    same(whole, resumed)


def saved_step(path):
    with np.load(path, allow_pickle=False) as stored:
        return json.loads(str(stored["header"]))["history"]["step"][-1]


def test_checkpoints_of_other_runs_are_refused(tmp_path):
    path = tmp_path / "run.npz"
    recipe = Recipe(steps=4)
    train(mlp(), recipe, WAVE, checkpoint=path)
    other = Data(X, WAVE.targets + 1)
    for arguments, name in (
        ((small(), recipe, WAVE), "model"),
        ((mlp(), replace(recipe, rate=0.5), WAVE), r"recipe differs in rate \(0.001, here 0.5\)"),
        ((mlp(), recipe, other), "data"),
        ((mlp(), recipe, WAVE, other), "validation"),
    ):
        with pytest.raises(InvalidInput, match=name):
            train(*arguments, checkpoint=path)
    whole = path.read_bytes()
    for broken in (whole[: len(whole) // 2], b"", b"text", b"\x80\x04N."):
        path.write_bytes(broken)
        with pytest.raises(InvalidInput, match="cut short"):
            train(mlp(), recipe, WAVE, checkpoint=path)
    with pytest.raises(InvalidInput, match="no folder"):
        train(mlp(), recipe, WAVE, checkpoint=tmp_path / "none" / "run.npz")


def test_no_space_left(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    train(mlp(), Recipe(steps=4), WAVE, checkpoint=path)
    before = path.read_bytes()
    monkeypatch.setattr(training, "_SECONDS", 0.0)

    def full(file, **arrays):
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(InvalidInput, match="No space left"):
        train(mlp(), Recipe(steps=4), WAVE, checkpoint=tmp_path / "other.npz")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: Data(np.array([[np.nan]]), [0.0]), "finite real"),
        (lambda: Data([[1.0], [2.0]], [0.0]), "a target for each"),
        (lambda: Data(np.zeros((0, 1)), []), "n >= 1"),
        (lambda: Data([["a"]], [0.0]), "finite real"),
        (lambda: Recipe(rate=-1.0), "learning rate"),
        (lambda: Recipe("newton"), "one of gd, sgd, adam"),
        (lambda: Recipe(steps=0), "steps"),
        (lambda: Recipe("gd", batch=3), "all points"),
        (lambda: Recipe(momentum=0.9), "Adam"),
        (lambda: Recipe("sgd", momentum=1.0), "Momentum"),
        (lambda: train(mlp(), Recipe(patience=3), WAVE), "Patience"),
        (lambda: train(mlp(), Recipe(batch=99), WAVE), "at most all 24"),
        (lambda: train(mlp(2), Recipe(), WAVE), "2 outputs"),
        (lambda: train(mlp(), Recipe(), Data(np.ones((3, 5)), np.ones(3))), "inputs of shape"),
        (lambda: train(mlp(2), Recipe(loss="cross_entropy"), CLASSES), r"labels 0\.\.1"),
        (lambda: train(mlp(3), Recipe(loss="cross_entropy"), WAVE), "labels"),
        (lambda: loss_of(mlp(), WAVE, "l1"), "one of mse"),
    ],
)
def test_what_has_no_meaning_is_refused(call, said):
    with pytest.raises(InvalidInput, match=said):
        call()
