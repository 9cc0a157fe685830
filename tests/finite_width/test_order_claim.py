"""The exact moments that talk.finite-width-order rests on, against networks that are drawn."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp

from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.ensembles import ensemble
from ntkproofs.finite_width.network import Network, Weights
from ntkproofs.finite_width.scores import agreement
from ntkproofs.kernels.activations import Activation

CLAIM = Path(__file__).parents[2] / "checks" / "talk" / "finite_width_order.py"
X = np.array([[0.6, 0.8]])


@dataclass(frozen=True)
class Square(Activation):
    """φ(z) = z²."""

    @property
    def name(self) -> str:
        return "square"

    def __call__(self, z: Any) -> Any:
        return z * z

    def derivative(self, z: Any) -> Any:
        return 2 * z


@pytest.fixture(scope="module")
def claim():
    spec = importlib.util.spec_from_file_location("finite_width_order", CLAIM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_variance_of_a_term(claim):
    first, second = claim.two_layer_terms()
    found = ensemble(Network.of(2, 5), X, 20_000, seed=3)
    assert found.compare(np.array([[float(first)]])).agrees
    squares = found.state.deviation.mean[1]
    error = found.state.deviation.standard_error()[1]
    exact = float(second - first**2) / 5
    assert agreement(squares, exact, error, 20_000, false_alarm=1e-4).agrees
    assert not agreement(squares, exact / 5**0.5, error, 20_000, false_alarm=1e-4).agrees


@pytest.mark.parametrize("width", [1, 2])
def test_the_mean_of_three_layers(claim, width):
    """The kernel is a polynomial of degree 8 at most in each weight: five nodes integrate it."""
    network = Network.of(3, width, Square(), weight_variance=1 / 3)
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    weights = weights / weights.sum()
    count = width + width * width + width
    grid = np.stack(np.meshgrid(*[nodes] * count, indexing="ij"), axis=-1).reshape(-1, count)
    mass = np.prod(np.stack(np.meshgrid(*[weights] * count), axis=-1).reshape(-1, count), axis=1)
    first, middle, last = np.split(grid, [width, width + width * width], axis=1)
    matrices = [first[:, :, None], middle.reshape(-1, width, width), last[:, None, :]]
    kernels = empirical_ntk(network, Weights(matrices, []), np.ones((1, 1))).ntk[:, 0, 0]
    exact = claim.mean_of_three_layers().subs(claim.N, width)
    assert mass @ kernels == pytest.approx(float(exact), rel=1e-12)


def test_the_limit_of_three_layers(claim):
    limit = sp.limit(claim.mean_of_three_layers(), claim.N, sp.oo)
    assert limit == claim.limit_of_three_layers()
