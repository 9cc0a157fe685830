"""The forward and the backward pass of a network, and a step of descent: each written once.

For one draw of the weights or many that are stacked in front, in the array library of the inputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from array_api_compat import array_namespace

from ntkproofs.finite_width.network import Network, Weights


@dataclass(frozen=True)
class Forward:
    """What the forward pass leaves for the backward pass.

    Attributes:
        outputs: f(x_i), shape (..., n).
        signals: what enters each layer, shape (..., n, n_(l-1)); X comes first.
        slopes: φ' at the preactivations of each hidden layer, shape (..., n, n_l).
    """

    outputs: Any
    signals: list[Any]
    slopes: list[Any]


def forward(network: Network, weights: Weights, X: Any) -> Forward:
    """The outputs of a network on inputs of shape (n, d), with what the gradient needs.

    Example:
        >>> import numpy as np
        >>> weights = Weights([np.eye(2), np.ones((1, 2))], [])
        >>> forward(Network.of(2, 2), weights, np.array([[3.0, -4.0], [3.0, 4.0]])).outputs
        array([3., 7.])
    """
    xp, bias = array_namespace(X), network.bias_variance
    signals, slopes = [X], []
    h, z = X, X
    for layer, matrix in enumerate(weights.matrices, start=1):
        z = (h @ xp.matrix_transpose(matrix)) * network.scale(layer)
        if bias:
            z = z + bias**0.5 * weights.biases[layer - 1][..., None, :]
        if layer < network.depth:
            slopes.append(network.activation.derivative(z))
            h = network.activation(z)
            signals.append(h)
    return Forward(z[..., 0], signals, slopes)


def backward(
    network: Network, weights: Weights, passed: Forward, pull: Any
) -> Iterator[tuple[int, Any]]:
    """(layer, p_i ∂f(x_i)/∂z_layer) from the last layer to the first, shape (..., n, n_layer).

    Args:
        network: shape and law.
        weights: of the forward pass.
        passed: what that left.
        pull: p, shape (..., n): ones for the gradient itself, the gradient of a loss in the outputs
            for that of the loss.
    """
    back = pull[..., None]
    for layer in range(network.depth, 0, -1):
        yield layer, back
        if layer > 1:
            slope = passed.slopes[layer - 2] * network.scale(layer)
            back = (back @ weights.matrices[layer - 1]) * slope


def stepped(
    network: Network, weights: Weights, passed: Forward, pull: Any, step_size: float
) -> Weights:
    """The weights after one step along -Σ_i p_i ∇f(x_i); arguments as for :func:`backward`."""
    xp, bias = array_namespace(pull), network.bias_variance
    matrices, biases = list(weights.matrices), list(weights.biases)
    for layer, back in backward(network, weights, passed, pull):
        gradient = (xp.matrix_transpose(back) @ passed.signals[layer - 1]) * network.scale(layer)
        matrices[layer - 1] = matrices[layer - 1] - step_size * gradient
        if bias:
            moved = step_size * bias**0.5 * xp.sum(back, axis=-2)
            biases[layer - 1] = biases[layer - 1] - moved
    return Weights(matrices, biases)
