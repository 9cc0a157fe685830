"""Two-layer networks: the kernel is a mean of independent terms, whose second moments are exact.

Without biases ``Θ = (1/N) Σ_r X_r`` with ``X = v_w (φ(z) φ(z)ᵀ + v² G ∘ D Dᵀ)``: z ~ N(0, G) are
the preactivations of one neuron on the n inputs, D = φ'(z), v ~ N(0, 1), G the Gram matrix of the
inputs. For φ(z) = a z + b|z| every entry of E X² is a sum over n of Gaussian integrals over three
variables, which have closed forms.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width.network import Network
from ntkproofs.kernels.activations import PiecewiseLinear
from ntkproofs.matrices.memory import require_memory

_HALF = 1 / math.sqrt(2 * math.pi)  # the density of N(0, 1) at 0


@dataclass(frozen=True)
class Octant:
    """Integrals over the octant z_1, z_2, z_3 > 0 of a centred Gaussian of unit variances.

    Attributes:
        probability: P(z > 0).
        products: E[z_i z_j 1(z > 0)], a symmetric 3 x 3 table of arrays.
        fourth: E[z_1 z_2² z_3 1(z > 0)].
    """

    probability: Any
    products: list[list[Any]]
    fourth: Any


def octant(g12: Any, g13: Any, g23: Any) -> Octant:
    """The integrals from the three correlations, by Gaussian integration by parts.

    E[z_i F] = Σ_k G_ik E[∂_k F]; the derivative of a step is a density at 0, on which the other
    two variables are Gaussian again.

    Args:
        g12, g13, g23: arrays of one shape, entries in [-1, 1].

    Example:
        >>> round(float(octant(0.0, 0.0, 0.0).probability), 3)
        0.125
    """
    G = [[1.0, g12, g13], [g12, 1.0, g23], [g13, g23, 1.0]]
    angles = sum(np.arcsin(g) for g in (g12, g13, g23))
    probability = 0.125 + angles / (4 * math.pi)
    # E[z_j 1 1 | z_k = 0] for the two others: s (1 + r) / (2 sqrt(2π)).
    edge: dict[tuple[int, int], Any] = {}
    along: dict[int, Any] = {}
    for k in range(3):
        i, j = (m for m in range(3) if m != k)
        si, sj, r = _conditional(G[i][k], G[j][k], G[i][j])
        edge[i, k], edge[j, k] = (_HALF**2 * s * (1 + r) / 2 for s in (si, sj))
        along[k] = (si, sj, r)
    products = [
        [
            G[i][j] * probability + sum(G[i][k] * edge[j, k] for k in range(3) if k != j)
            for j in range(3)
        ]
        for i in range(3)
    ]
    s2, s3, r = along[0]
    corner = _HALF**2 * s2**2 * s3 * (1 + r) ** 2 / 2
    fourth = corner + 2 * g12 * products[1][2] + g13 * products[1][1]
    return Octant(probability, products, fourth)


def _conditional(gik: Any, gjk: Any, gij: Any) -> tuple[Any, Any, Any]:
    """Standard deviations and correlation of z_i, z_j given z_k = 0."""
    si, sj = (np.sqrt(np.maximum((1 - g) * (1 + g), 0)) for g in (gik, gjk))
    scale = si * sj
    safe = np.where(scale > 0, scale, 1.0)
    # Where one of them is ± z_k it is 0, on both sides of its step alike: correlation 0.
    return si, sj, np.where(scale > 0, np.clip((gij - gik * gjk) / safe, -1, 1), 0.0)


def second_moment(network: Network, X: Any) -> Any:
    """E X² of the terms of a two-layer network, shape (n, n), in float64.

    Args:
        network: two layers, an (a,b)-ReLU, no biases.
        X: nonzero inputs, shape (n, d).

    Raises:
        InvalidInput: for other networks, or zero inputs.
    """
    slopes = require_two_layers(network)
    X = np.asarray(X, dtype=float)
    norms = np.linalg.norm(X, axis=1)
    if not (norms > 0).all():
        raise InvalidInput("Inputs are nonzero; the kernel at 0 is 0, and no direction has it.")
    directions = X / norms[:, None]
    n = len(X)
    require_memory(60 * 8 * n * n, f"Second moments of {n} inputs", "Use fewer inputs.")
    G = np.clip(directions @ directions.T, -1, 1)
    np.fill_diagonal(G, 1.0)
    total = np.zeros((n, n))
    for middle in range(n):  # the sum over γ of E[X_αγ X_γβ]
        total += norms[middle] ** 2 * _through(G, middle, slopes)
    return network.weight_variance**2 * norms[:, None] * norms * (total + total.T) / 2


def _through(G: Any, middle: int, slopes: tuple[float, float]) -> Any:
    """E[X_αγ X_γβ]/v_w² for all α, β and one γ, all inputs of norm 1."""
    left, right = G[:, middle][:, None], G[middle][None, :]
    total = np.zeros_like(G)
    for s1, s2, s3 in itertools.product((1, -1), repeat=3):
        d1, d2, d3 = (slopes[s < 0] for s in (s1, s2, s3))
        if d1 * d2 * d3 == 0:
            continue
        # z -> s z turns every octant into the positive one.
        found = octant(s1 * s2 * left + 0 * G, s1 * s3 * G, s2 * s3 * right + 0 * G)
        signs = s1 * s3
        values = signs * found.fourth
        values = values + s1 * s2 * found.products[0][1] * right
        values = values + s2 * s3 * found.products[1][2] * left
        values = values + 3 * left * right * found.probability
        total += d1 * d2**2 * d3 * values
    return total


def squared_deviation(network: Network, X: Any) -> float:
    """E‖Θ - Θ∞‖²_F of a two-layer network, exactly: (E‖X‖²_F - ‖E X‖²_F)/N."""
    from ntkproofs.finite_width.network import limit

    trace = float(np.trace(second_moment(network, X)))
    return (trace - float(np.sum(limit(network, X).ntk ** 2))) / network.widths[0]


def require_two_layers(network: Network) -> tuple[float, float]:
    """The slopes (right, left) of the activation of a two-layer network without biases.

    Raises:
        InvalidInput: for another depth; Unable for what has no closed form here.
    """
    if network.depth != 2:
        raise InvalidInput(
            f"The kernel is a mean of independent terms for two layers only; got depth "
            f"{network.depth}."
        )
    phi = network.activation
    if not isinstance(phi, PiecewiseLinear) or network.bias_variance:
        raise Unable(
            "Second moments of the terms are known for (a,b)-ReLUs without biases; got "
            f"{network!r}."
        )
    return phi.a + phi.b, phi.a - phi.b
