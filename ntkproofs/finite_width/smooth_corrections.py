"""Corrections of order 1/width for smooth activations, pair by pair, by the trapezoidal rule.

The recursion of :mod:`ntkproofs.finite_width.corrections` in the entries of G, for one input or a
pair: ``g = E Ĝ - G``, ``V = Cov(Ĝ, Ĝ)``, ``D = Cov(Θ̄, Ĝ)``, ``F``, and the variances a, b, each to
order 1/width. Derivatives in G are averages against Hermite polynomials,
``∂<f>/∂G = ½ <f (yyᵀ - G⁻¹)>``, y = G⁻¹z.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ntkproofs.errors import Unable
from ntkproofs.finite_width.network import Network

_SPACING = 1 / 4
_REACH = 35
"""The trapezoidal rule in units of the standard deviation: nodes at up to 35/4. Its error is about
e^(-2π a/spacing), a the distance of the poles of φ from the real line, in these units: below
1e-12 for erf, sin and gelu, and 2e-7 for tanh' of a variance of 3."""

_CHUNK = 32
"""Pairs that are worked on at once: some 30 MB."""

_LEAST_SINE = 1e-3
"""Angles below which G⁻¹ costs more digits than are left."""


def smooth_pairs(network: Network, left: Any, right: Any) -> Any:
    """Θ∞ and the coefficients of shift and variance, shape (3, layers, pairs).

    Args:
        network: with a smooth activation.
        left, right: the inputs of each pair, shape (pairs, d), the root of v_b among them.

    Raises:
        Unable: for two inputs of a pair that are nearly on one line, but not equal.
    """
    hidden, pairs = max(len(network.widths), 1), len(left)
    found = np.empty((3, hidden, pairs))
    equal = (left == right).all(1)
    for which in (np.flatnonzero(equal), np.flatnonzero(~equal)):
        for start in range(0, len(which), _CHUNK):
            part = which[start : start + _CHUNK]
            sides = [left[part]] if equal[part[0]] else [left[part], right[part]]
            points = np.stack(sides, axis=1)
            found[:, :, part] = _chunk(network, points @ np.swapaxes(points, 1, 2))
    return found


@lru_cache
def _nodes(count: int) -> tuple[Any, Any]:
    """Standard nodes of R^count, shape (Q, count), and weights that sum to 1."""
    x = _SPACING * np.arange(-_REACH, _REACH + 1)
    w = np.exp(-x * x / 2)
    w = w / w.sum()
    if count == 1:
        return x[:, None], w
    grid = np.stack(np.meshgrid(x, x, indexing="ij"), axis=-1).reshape(-1, 2)
    weights = np.outer(w, w).reshape(-1)
    kept = weights > 1e-17 * weights.max()
    return grid[kept], weights[kept]


@dataclass(frozen=True)
class _Averages:
    """Gaussian averages of one layer, leading axis the pairs; α is the first input, β the last.

    Attributes:
        value, value2, value4: <φφ> and what Hermite tensors of order 2 and 4 make of it,
            shapes (P, k, k), (P, k, k, k, k), (P, k, k) and four more.
        slope, slope2, slope4: likewise of φ'_α φ'_β, without the first two axes.
        own_alpha, own_beta: <φ_γ φ'_α y_μ>, axes μ, γ; and of β.
        self_slopes: <φ'_α²> <φ'_β²>.
        fourth, mixed, ends: <φφφφ>, <φ_γφ_δ φ'_αφ'_β>, <φ'_α² φ'_β²>.
    """

    value: Any
    value2: Any
    value4: Any
    slope: Any
    slope2: Any
    slope4: Any
    own_alpha: Any
    own_beta: Any
    self_slopes: Any
    fourth: Any
    mixed: Any
    ends: Any


def _averages(network: Network, G: Any) -> _Averages:
    k = G.shape[-1]
    g, w = _nodes(k)
    z = g @ np.swapaxes(np.linalg.cholesky(G), 1, 2)
    inverse = np.linalg.inv(G)
    y = z @ inverse
    phi, slopes = network.activation(z), network.activation.derivative(z)
    alpha, beta = slopes[..., 0], slopes[..., -1]
    # Symmetric tensors are known by how many of their indices are β: 2k - 1 or 4k - 3 entries.
    squares = np.stack([phi[..., a] * phi[..., b] for a, b in _sorted(2, k)], axis=-1)
    second, fourth = _hermite(y, inverse)
    columns = np.concatenate([second, fourth, squares], axis=-1)
    products = np.swapaxes(w[:, None] * squares, 1, 2) @ columns
    gates = ((w * alpha * beta)[:, None] @ columns)[:, 0]
    two, four = (np.indices((k,) * order).sum(0) for order in (2, 4))
    size, tail = second.shape[-1], squares.shape[-1]
    spread = lambda part, index: part[:, two][..., index]  # noqa: E731
    return _Averages(
        value=(w @ squares)[:, two],
        value2=spread(products[..., :size], two),
        value4=spread(products[..., size:-tail], four),
        slope=(alpha * beta) @ w,
        slope2=gates[:, :size][:, two],
        slope4=gates[:, size:-tail][:, four],
        own_alpha=np.swapaxes(y, 1, 2) @ ((w * alpha)[..., None] * phi),
        own_beta=np.swapaxes(y, 1, 2) @ ((w * beta)[..., None] * phi),
        self_slopes=(alpha**2 @ w) * (beta**2 @ w),
        fourth=spread(products[..., -tail:], two),
        mixed=gates[:, -tail:][:, two],
        ends=(alpha**2 * beta**2) @ w,
    )


def _sorted(order: int, k: int) -> list[tuple[int, ...]]:
    """Sorted indices of the entries of a symmetric tensor, k one or two."""
    return [(0,) * (order - n) + (1,) * n for n in range(order + 1 if k == 2 else 1)]


def _hermite(y: Any, inverse: Any) -> tuple[Any, Any]:
    """Entries of the Hermite tensors of order 2 and 4 of y = G⁻¹z, whose covariance is G⁻¹."""
    k = y.shape[-1]
    product: dict[Any, Any] = {(a, b): y[..., a] * y[..., b] for a, b in _sorted(2, k)}
    second = [product[pair] - inverse[:, pair[0], pair[1], None] for pair in _sorted(2, k)]
    fourth = []
    for a, b, c, d in _sorted(4, k):
        entry = product[a, b] * product[c, d]
        for one, other in (((a, b), (c, d)), ((a, c), (b, d)), ((a, d), (b, c))):
            left, right = (inverse[:, i, j, None] for i, j in (one, other))
            entry = entry - left * product[other] - right * product[one] + left * right
        fourth.append(entry)
    return np.stack(second, axis=-1), np.stack(fourth, axis=-1)


def _chunk(network: Network, G: Any) -> Any:
    hidden, pairs, k = len(network.widths), len(G), G.shape[-1]
    v_w, v_b = network.weight_variance, network.bias_variance
    zeros = lambda *shape: np.zeros((hidden, pairs, *shape))  # noqa: E731
    g, V, D, F = zeros(k, k), zeros(k, k, k, k), zeros(k, k), zeros(k, k)
    shift, of_ntk, straight, crossed = zeros(), zeros(), zeros(), zeros()
    H = G[:, 0, -1].copy()
    einsum = np.einsum
    for index in range(hidden):
        _require_apart(G)
        of = _averages(network, G)
        per = H[:, None, None]
        g_next = v_w / 2 * einsum("pabcd,lpcd->lpab", of.value2, g)
        g_next = g_next + v_w / 8 * einsum("pabcdef,lpcdef->lpab", of.value4, V)
        turned = einsum("pcd,lpcd->lp", of.slope2, (g * per + D) / 2 + F)
        bent = einsum("pcdef,lpcdef->lp", of.slope4, V) * H / 8
        shift = g_next[..., 0, -1] + v_w * (of.slope * shift + turned + bent)
        # Ω = v_w (φ_αφ_β + Θ φ'_αφ'_β): how its mean moves with G, and with Θ
        omega = v_w / 2 * (of.value2[:, 0, -1] + per * of.slope2)
        slope = v_w * of.slope
        moved = einsum("pcd,lpcdef->lpef", omega, V)
        of_ntk = slope**2 * of_ntk + einsum(
            "lpef,pef->lp", moved + 2 * slope[:, None, None] * D, omega
        )
        jacobian = v_w / 2 * of.value2
        D = einsum("pabcd,lpcd->lpab", jacobian, moved + slope[:, None, None] * D)
        V = einsum("pabcd,lpcdef,pghef->lpabgh", jacobian, V, jacobian, optimize=True)
        F = v_w**2 * einsum("pmc,lpmn,pnd->lpcd", of.own_alpha, F, of.own_beta, optimize=True)
        straight, crossed = v_w**2 * of.self_slopes * straight, slope**2 * crossed
        # what this layer adds, times its width
        mean = of.value[:, 0, -1] + H * of.slope
        joint = of.fourth[:, 0, -1] + per * of.mixed
        V[index] += v_w**2 * (of.fourth - einsum("pab,pcd->pabcd", of.value, of.value))
        D[index] += v_w**2 * (joint - mean[:, None, None] * of.value)
        square = of.fourth[:, 0, -1, 0, -1] + 2 * H * of.mixed[:, 0, -1] + H**2 * of.ends
        of_ntk[index] += v_w**2 * (square - mean**2)
        F[index] += v_w**2 * per * of.mixed
        straight[index] += v_w**2 * H**2 * of.ends
        crossed[index] += v_w**2 * H**2 * of.ends
        g = g_next
        G = v_w * of.value + v_b
        H = G[:, 0, -1] + slope * H
    found = np.empty((3, max(hidden, 1), pairs))
    found[0] = H
    if hidden:
        found[1], found[2] = shift, of_ntk + straight + crossed
    return found


def _require_apart(G: Any) -> None:
    if G.shape[-1] == 1:
        return
    determinant = G[:, 0, 0] * G[:, 1, 1] - G[:, 0, 1] ** 2
    if (determinant < _LEAST_SINE**2 * G[:, 0, 0] * G[:, 1, 1]).any():
        raise Unable(
            "Two inputs, or their preactivations in some layer, are within an angle of "
            f"{_LEAST_SINE:g} of one line; the quadrature for smooth activations loses its digits "
            "there. Leave one of them out."
        )
