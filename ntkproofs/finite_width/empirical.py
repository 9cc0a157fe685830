"""The neural tangent kernel of one network, without its Jacobian.

The gradient with respect to a weight matrix is an outer product of a back-propagated signal with an
activation, so that its contribution to the kernel is the entrywise product of two Gram matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from array_api_compat import array_namespace

from ntkproofs.finite_width.network import Network, Weights
from ntkproofs.finite_width.passes import backward, forward


@dataclass(frozen=True)
class Empirical:
    """What one network does on n inputs.

    Attributes:
        outputs: f(x_i), shape (..., n).
        ntk: ⟨∇f(x_i), ∇f(x_j)⟩, shape (..., n, n).
        by_layer: the contribution of each weight layer with its bias, shape (..., L, n, n).
    """

    outputs: Any
    ntk: Any
    by_layer: Any


def empirical_ntk(
    network: Network, weights: Weights, X: Any, *, by_layer: bool = False
) -> Empirical:
    """The kernel of a network on inputs: O(n Σ n_l n_(l-1) + n² Σ n_l), and no Jacobian.

    Args:
        network: shape and law.
        weights: one draw, or many that are stacked in front; arrays of X's library.
        X: inputs, shape (n, d).
        by_layer: whether to keep the layers apart.

    Returns:
        :class:`Empirical`; ``by_layer`` is None where it was not asked for.

    Source:
        Jacot, Gabriel, Hongler 2018, for the kernel; the outer products are the chain rule.

    Example:
        >>> import numpy as np
        >>> from ntkproofs.finite_width.network import draw_weights, limit
        >>> X, network = np.eye(3), Network.of(3, 1000)
        >>> weights = draw_weights(network, 3, seed=0, draw=0)
        >>> found = empirical_ntk(network, weights, X, by_layer=True)
        >>> found.outputs.shape, found.ntk.shape, found.by_layer.shape
        ((3,), (3, 3), (3, 3, 3))
        >>> bool(np.allclose(found.by_layer.sum(axis=0), found.ntk))
        True
        >>> away = np.linalg.norm(found.ntk - limit(network, X).ntk)    # like 1/sqrt(n)
        >>> bool(0.01 < away / np.linalg.norm(found.ntk) < 0.2)
        True
    """
    xp, bias = array_namespace(X), network.bias_variance
    passed = forward(network, weights, X)
    parts: list[Any] = []
    total = None
    for layer, back in backward(network, weights, passed, xp.ones_like(passed.outputs)):
        gram = _gram(passed.signals[layer - 1], xp) * network.scale(layer) ** 2
        if bias:
            gram = gram + bias
        part = gram if layer == network.depth else gram * _gram(back, xp)
        if by_layer:
            parts.append(part)
        total = part if total is None else total + part
    if network.depth == 1:  # the same matrix for every draw
        z = passed.outputs[..., None]
        total = total + 0 * z * xp.matrix_transpose(z)
        parts = [total]
    stacked = xp.stack(xp.broadcast_arrays(*parts[::-1]), axis=-3) if by_layer else None
    return Empirical(passed.outputs, total, stacked)


def _gram(rows: Any, xp: Any) -> Any:
    return rows @ xp.matrix_transpose(rows)
