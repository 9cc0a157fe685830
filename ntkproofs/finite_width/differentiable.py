"""Networks as JAX functions of their weights, in double precision.

JAX is imported when it is first needed, and its setting for double precision is left alone outside
of these functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ntkproofs.errors import InvalidInput, MissingPackage
from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.network import Network, Weights

Parameters = tuple[tuple[Any, ...], tuple[Any, ...]]
"""Weight matrices and biases."""


def require_jax() -> Any:
    """The package jax.

    Raises:
        MissingPackage: if it is not installed; says what to install.
    """
    try:
        import jax
        import jax.flatten_util
    except ImportError:
        raise MissingPackage(
            "Derivatives of networks with respect to their weights are taken by JAX, which is not "
            'installed. Install it: pip install "ntkproofs[networks]".'
        ) from None
    return jax


def require_smooth(network: Network, what: str) -> None:
    """Refuse activations with a kink.

    Raises:
        InvalidInput: if the activation is not smooth.
    """
    if not network.activation.smooth:
        raise InvalidInput(
            f"{what} of a network needs a smooth activation; got {network.activation.name}. O_3 "
            "and O_4 contain its second and third derivatives, which at a kink are distributions "
            "(a point mass and its derivative), not functions: derivatives taken almost everywhere "
            "lose the point mass, and with it a part of the mean at order 1/n. Take erf, tanh, "
            "sin, gelu or identity."
        )


def require_inputs(X: Any) -> Any:
    """X as a float64 array of shape (n, d).

    Raises:
        InvalidInput: for other shapes, and for entries that are not finite.
    """
    array = np.asarray(X, dtype=float)
    if array.ndim != 2 or 0 in array.shape or not np.isfinite(array).all():
        raise InvalidInput(
            f"Inputs are the rows of a finite matrix of shape (n, d), n, d >= 1; got an array of "
            f"shape {array.shape}."
        )
    return array


def outputs_and_kernel(network: Network, X: Any) -> Callable[[Parameters], tuple[Any, Any]]:
    """θ ↦ (f(X), Θ(X, X)), a function that JAX can differentiate."""

    def evaluate(parameters: Parameters) -> tuple[Any, Any]:
        here = empirical_ntk(network, Weights(*parameters), X)
        return here.outputs, here.ntk

    return evaluate


def parameters_of(weights: Weights) -> Parameters:
    """The weights as what JAX differentiates by."""
    return tuple(weights.matrices), tuple(weights.biases)


def batches(draws: int, size: int) -> list[range]:
    """Consecutive numbers of draws, at most ``size`` at a time."""
    return [range(first, min(first + size, draws)) for first in range(0, draws, size)]


def batch_size(network: Network, dim: int, copies: int, memory: float = 2.0**28) -> int:
    """How many draws fit, each with so many copies of its parameters, into ``memory`` bytes."""
    return max(1, min(64, int(memory / (8 * copies * network.parameters(dim)))))
