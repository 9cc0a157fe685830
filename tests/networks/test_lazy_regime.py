"""The linearisation against descent of the linearised network; drift against its definition."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ntkproofs.errors import InvalidInput
from ntkproofs.networks import lazy_regime
from ntkproofs.networks.lazy_regime import Laziness, Setting, laziness, power_law, targets
from ntkproofs.networks.models import ECRN, trainable

SMALL = Setting(points=5, tests=4, depth=2, features=3, bandwidth=1.0, steps=60)


def _model():
    return ECRN(
        1, 1, jax.random.key(3), features=3, width=12, depth=2, alpha=0.7, parametrisation="ntk"
    )


def test_the_linearisation_is_what_descent_of_the_linear_model_gives():
    with jax.enable_x64(True):
        moving, fixed = eqx.partition(_model(), trainable(_model()))
        x, others = jnp.linspace(0, 0.8, 5)[:, None], jnp.array([[0.13], [0.5]])
        y = jnp.asarray(targets(np.asarray(x[:, 0])))
        whole = jnp.concatenate([x, others])
        first, kernel = lazy_regime._linear(moving, fixed, whole)
        rate = 0.7 / float(np.linalg.eigvalsh(kernel[:5, :5])[-1])
        _, tangent = jax.linearize(lambda p: lazy_regime.outputs_of(p, fixed, whole), moving)
        moved = jax.tree.map(jnp.zeros_like, moving)
        pullback = jax.linear_transpose(tangent, moving)
        for _ in range(40):
            residual = jnp.concatenate([first[:5] + tangent(moved)[:5] - y, jnp.zeros(2)])
            slope = pullback(residual)[0]
            moved = jax.tree.map(lambda m, g: m - rate * g, moved, slope)
        expected = first[5:] + tangent(moved)[5:]
        found = lazy_regime._linearised(kernel, first, np.asarray(y), rate, 40)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


def test_wide_networks_are_lazier():
    narrow, wide = laziness([8, 256], [0.5], [0], SMALL)
    assert wide.drift < narrow.drift / 4
    assert wide.distance < narrow.distance / 4
    assert 0 < narrow.drift < 1


def test_the_same_seed_gives_the_same_run():
    first, again, other = (laziness([8], [0.5], [s], SMALL)[0] for s in (1, 1, 2))
    assert first == again
    assert first.drift != other.drift


def test_power_laws():
    rows = [
        Laziness(w, 1.0, s, (1 + s) * w**-1.0, (2 + s) * w**-0.5, 0.0)
        for w in (4, 8, 32)
        for s in (0, 1, 2)
    ]
    assert power_law(rows, "drift", "width").exponent == pytest.approx(-1)
    assert power_law(rows, "distance", "width").exponent == pytest.approx(-0.5)
    assert power_law(rows, "drift", "width").error == pytest.approx(0, abs=1e-12)
    with pytest.raises(InvalidInput):
        power_law(rows[::3], "drift", "width")


def test_nothing_to_train():
    with pytest.raises(InvalidInput):
        laziness([], [0.5], [0], SMALL)
