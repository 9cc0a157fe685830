"""Covariances of all entries of the NTK to order 1/width, for (a,b)-ReLU networks.

In the entries of the covariance matrix G, and by closed forms of Gaussian products, where
:mod:`ntkproofs.finite_width.corrections` works with pairs and angles. The recursion carries

    V = Cov(Ĝ, Ĝ), D = Cov(Θ̄, Ĝ), A = Cov(Θ̄, Θ̄), B = E Σ M_ij^αβ M_ij^γδ, each to order 1/width,

Θ̄ the expectation of Θ_jj given the layers before; Cov(Θ_αβ, Θ_γδ) = A + B_αβγδ + B_αβδγ.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width.corrections import inputs_of
from ntkproofs.finite_width.gaussian_products import (
    Factor,
    abrelu,
    abrelu_slope,
    gaussian_product,
)
from ntkproofs.finite_width.network import Network
from ntkproofs.kernels.activations import PiecewiseLinear

MOST_INPUTS = 6
"""Inputs that are taken at once: quadruples of them grow with the fourth power."""


@dataclass(frozen=True)
class Covariances:
    """Cov(Θ_αβ, Θ_γδ) to first order in 1/n_l.

    Attributes:
        covariance: shape (k, k, k, k), indices α, β, γ, δ.
        by_layer: coefficients c_l, shape (L-1, k, k, k, k): the covariance is Σ_l c_l/n_l.
    """

    covariance: Any
    by_layer: Any


def first_order_covariances(network: Network, X: Any) -> Covariances:
    """Covariances between the entries of Θ on a few inputs, to first order in 1/n_l.

    Args:
        network: with an (a,b)-ReLU, with or without biases.
        X: inputs, shape (k, d), k at most 6; no two on one line through the origin, unless biases
            part them.

    Raises:
        InvalidInput: for inputs that are none, or coincide.
        Unable: for another activation, or too many inputs.

    Source:
        Derived here, along Roberts, Yaida, Hanin 2022, chapter 8.

    Example:
        >>> found = first_order_covariances(Network.of(depth=2, width=10), np.eye(2))
        >>> round(float(found.covariance[0, 0, 1, 1]), 6)
        0.2
    """
    phi = network.activation
    if not isinstance(phi, PiecewiseLinear):
        raise Unable(f"Covariances are written for PiecewiseLinear(a, b); got {phi.name}.")
    points = inputs_of(network, X)
    k = len(points)
    if k > MOST_INPUTS:
        raise Unable(
            f"All quadruples of {k} inputs are {k**4} covariances; at most {MOST_INPUTS} inputs. "
            "Use first_order for the variances of many."
        )
    _require_apart(points)
    by_layer = _by_layer(network, phi, points)
    inverse = 1 / np.array(network.widths, dtype=float).reshape(-1, 1, 1, 1, 1)
    return Covariances((by_layer * inverse).sum(0), by_layer)


def _by_layer(network: Network, phi: PiecewiseLinear, points: Any) -> Any:
    """The coefficients c_l, shape (L-1, k, k, k, k); pairs of indices are flattened on the way."""
    k, hidden = len(points), len(network.widths)
    v_w, v_b = network.weight_variance, network.bias_variance
    G = points @ points.T
    H = G.copy()
    V, D, A, B = (np.zeros((hidden, k * k, k * k)) for _ in range(4))
    rows: dict[str, Any] = {"vectors": points}
    for index in range(hidden):
        duals = _Duals.of(phi, G)
        fourth, mixed, gates = _fourth_moments(phi, rows, k)
        flat = H.reshape(-1)
        of_kernel = v_w * duals.of_values
        omega = of_kernel + v_w * flat[:, None] * duals.of_slopes
        slope = v_w * duals.slopes.reshape(-1)
        # Cov(Ω, φφ) and Cov(Ω, Ω) of one neuron, Ω = v_w (φφ + H φ'φ')
        crossed = v_w * (fourth + flat[:, None] * mixed.T)
        square = fourth + flat[:, None] * mixed.T + flat * mixed
        square = v_w**2 * (square + flat[:, None] * flat * gates.own)
        moved = omega @ np.swapaxes(D, 1, 2) * slope
        A = omega @ V @ omega.T + moved + np.swapaxes(moved, 1, 2) + slope[:, None] * slope * A
        D = (omega @ V + slope[:, None] * D) @ of_kernel.T
        V = of_kernel @ V @ of_kernel.T
        B = v_w**2 * duals.paired * B
        V[index] += v_w**2 * fourth
        D[index] += v_w * crossed
        A[index] += square
        B[index] += v_w**2 * flat[:, None] * flat * gates.raw
        G, H = v_w * duals.values + v_b, v_w * duals.values + v_b + v_w * duals.slopes * H
        rows = {"covariance": G}
    shape = (hidden, k, k, k, k)
    straight = B.reshape(shape)
    return A.reshape(shape) + straight + np.swapaxes(straight, 3, 4)


def _require_apart(points: Any) -> None:
    units = points / np.linalg.norm(points, axis=1, keepdims=True)
    for i, j in zip(*np.triu_indices(len(units), 1), strict=True):
        gap = min(np.linalg.norm(units[i] - units[j]), np.linalg.norm(units[i] + units[j]))
        if gap < 1e-6:
            raise InvalidInput(
                f"Inputs {i} and {j} are on one line; by homogeneity their covariances are those "
                "of one of them. Leave the other out."
            )


@dataclass(frozen=True)
class _Duals:
    """Duals of φ and φ' and their derivatives in G; pairs are flattened.

    Attributes:
        values, slopes: E φφ and E φ'φ', shape (k, k).
        of_values, of_slopes: their derivatives in G_γδ, shape (k², k²).
        paired: E φ'_αφ'_γ E φ'_βφ'_δ, shape (k², k²).
    """

    values: Any
    slopes: Any
    of_values: Any
    of_slopes: Any
    paired: Any

    @staticmethod
    def of(phi: PiecewiseLinear, G: Any) -> _Duals:
        k = len(G)
        p = np.diag(G)[:, None] + np.zeros_like(G)
        values, slopes = phi.dual(p, G, p.T), phi.dual_of_derivative(p, G, p.T)
        of_values, of_slopes = np.zeros((k, k, k, k)), np.zeros((k, k, k, k))
        for i, j in product(range(k), repeat=2):
            a, b, r = G[i, i], G[j, j], G[i, j]
            of_values[i, j, i, j] += slopes[i, j]
            if i == j:
                continue
            across = (values[i, j] - r * slopes[i, j]) / 2
            of_values[i, j, i, i] += across / a
            of_values[i, j, j, j] += across / b
            bend = 2 * phi.b**2 / np.pi / np.sqrt(a * b - r * r)  # of E φ'φ' in r
            of_slopes[i, j, i, j] += bend
            of_slopes[i, j, i, i] -= bend * r / (2 * a)
            of_slopes[i, j, j, j] -= bend * r / (2 * b)
        paired = np.einsum("ac,bd->abcd", slopes, slopes)
        flat = (k * k, k * k)
        return _Duals(
            values, slopes, of_values.reshape(flat), of_slopes.reshape(flat), paired.reshape(flat)
        )


@dataclass(frozen=True)
class _Gates:
    raw: Any
    own: Any


def _fourth_moments(phi: PiecewiseLinear, rows: dict[str, Any], k: int) -> tuple[Any, Any, _Gates]:
    """Covariances of one neuron, shape (k², k²): of φφ with φφ, of φφ with φ'φ', and of φ'φ'."""
    value, slope = abrelu(phi.a, phi.b), abrelu_slope(phi.a, phi.b)
    found: dict[Any, float] = {}

    def expect(*indices: tuple[int, Factor]) -> float:
        factors = [Factor((((0, 0), 1),))] * k
        for index, factor in indices:
            factors[index] = factors[index] * factor
        key = tuple(factors)
        if key not in found:
            used = [n for n in range(k) if any(index == n for index, _ in indices)]
            found[key] = gaussian_product(
                [factors[n] for n in used],
                **{name: _restricted(name, array, used) for name, array in rows.items()},
            )
        return found[key]

    def table(first: Factor, second: Factor) -> Any:
        four = [
            expect((i, first), (j, first), (m, second), (n, second))
            for i, j, m, n in product(range(k), repeat=4)
        ]
        return np.array(four).reshape(k * k, k * k)

    def pairs(factor: Factor) -> Any:
        return np.array([expect((i, factor), (j, factor)) for i, j in product(range(k), repeat=2)])

    values, slopes = pairs(value), pairs(slope)
    raw = table(slope, slope)
    return (
        table(value, value) - np.outer(values, values),
        table(value, slope) - np.outer(values, slopes),
        _Gates(raw, raw - np.outer(slopes, slopes)),
    )


def _restricted(name: str, array: Any, used: list[int]) -> Any:
    return array[used] if name == "vectors" else array[np.ix_(used, used)]
