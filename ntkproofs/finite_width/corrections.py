"""Mean and variance of the NTK at finite width, to order 1/width.

For (a,b)-ReLU networks (smooth ones: :mod:`ntkproofs.finite_width.smooth_corrections`).
Given one layer, preactivations of the next are Gaussian with the covariance Ĝ of that layer. For a
pair of inputs α, β let x, y be the relative fluctuations of Ĝ_αα, Ĝ_ββ and t that of the angle; the
recursion carries, each to order 1/width,

    m = E t,  C = Cov of (u, e, t), u = (x+y)/2, e = x - y  (E x = E y = 0 by homogeneity),
    h = E Θ - Θ∞,  d = Cov of the layer-averaged Θ with (u, e, t),  a = its variance,
    F = how Θ_ii depends on its own z_i,  b = Σ M_ij M_ij, the fluctuation that the weights add.

In the angle E[φ'φ'] is linear, and nothing is singular where two inputs meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width.gate_arcs import Averages, Step, averages, layer
from ntkproofs.finite_width.network import Network
from ntkproofs.finite_width.smooth_corrections import smooth_pairs
from ntkproofs.kernels.activations import PiecewiseLinear

_CHUNK = 4096
"""Pairs that are worked on at once: some 30 MB."""


@dataclass(frozen=True)
class FirstOrder:
    """Finite-width corrections of an NTK matrix to order 1/width.

    Attributes:
        limit: Θ∞, shape (n, n).
        mean_shift: E Θ - Θ∞ to first order, shape (n, n).
        variance: Var Θ_ij to first order, shape (n, n).
        mean_shift_by_layer: coefficients c_l, shape (L-1, n, n): the shift is Σ_l c_l/n_l.
        variance_by_layer: likewise of the variance.
    """

    limit: Any
    mean_shift: Any
    variance: Any
    mean_shift_by_layer: Any
    variance_by_layer: Any


def first_order(network: Network, X: Any) -> FirstOrder:
    """Shift of the mean and variance of Θ(x_i, x_j), to first order in 1/n_l.

    Some 0.2 ms a pair and layer for an (a,b)-ReLU, ten times that for a smooth activation. Rounding
    is about 1e-16 over the angle of a pair. The neglected terms are of second order in Σ 1/n_l,
    with constants that grow with depth: for one input
    :func:`ntkproofs.finite_width.moments.diagonal_moments` has the exact value.

    Args:
        network: with or without biases; for smooth activations averages are taken by quadrature.
        X: inputs, shape (n, d), none of them 0 unless there are biases.

    Raises:
        InvalidInput: for inputs that are none.
        Unable: for a smooth activation and two inputs that are nearly on one line.

    Source:
        Derived here, along Roberts, Yaida, Hanin 2022 (chapters 4, 8); see the module.

    Example:
        >>> found = first_order(Network.of(depth=3, width=100), np.eye(2))
        >>> found.mean_shift.round(5).tolist()
        [[0.0, -0.0005], [-0.0005, 0.0]]
    """
    pairs = _pairs if isinstance(network.activation, PiecewiseLinear) else smooth_pairs
    points = inputs_of(network, X)
    count, hidden = len(points), len(network.widths)
    rows, columns = np.triu_indices(count)
    found = np.empty((3, max(hidden, 1), len(rows)))
    for start in range(0, len(rows), _CHUNK):
        part = slice(start, start + _CHUNK)
        found[:, :, part] = pairs(network, points[rows[part]], points[columns[part]])
    whole = np.empty((3, max(hidden, 1), count, count))
    whole[:, :, rows, columns] = found
    whole[:, :, columns, rows] = found
    shifts, variances = whole[1, :hidden], whole[2, :hidden]
    inverse = 1 / np.array(network.widths, dtype=float).reshape(-1, 1, 1)
    return FirstOrder(
        whole[0, 0], (shifts * inverse).sum(0), (variances * inverse).sum(0), shifts, variances
    )


def inputs_of(network: Network, X: Any) -> Any:
    """The inputs with sqrt(v_b) as a last coordinate: their Gram matrix is G of the first layer."""
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or not np.isfinite(X).all():
        raise InvalidInput(f"Inputs are a finite array of shape (n, d); got shape {X.shape}.")
    points = np.hstack([X, np.full((len(X), 1), network.bias_variance**0.5)])
    norms = (points**2).sum(1)
    if (norms == 0).any():
        raise InvalidInput(
            f"Row {int(np.argmin(norms))} of X is 0, and without biases so is its network: an "
            "angle to it has no meaning."
        )
    return points


@dataclass
class _Moments:
    """What the recursion carries of pairs; first-order arrays have the shape (layers, pairs)."""

    ntk: Any
    shift: Any
    angle_shift: Any
    cov: Any
    with_ntk: Any
    of_ntk: Any
    straight: Any
    crossed: Any
    own: dict[str, Any]


def _pairs(network: Network, left: Any, right: Any) -> Any:
    """Θ∞ and the coefficients of shift and variance, shape (3, layers, pairs)."""
    p, q = (left**2).sum(1), (right**2).sum(1)
    one, other = left / np.sqrt(p)[:, None], right / np.sqrt(q)[:, None]
    norm = np.linalg.norm
    angle = 2 * np.arctan2(norm(one - other, axis=1), norm(one + other, axis=1))
    hidden, pairs = len(network.widths), len(p)
    zeros = lambda *shape: np.zeros((hidden, pairs, *shape))  # noqa: E731
    own = {name: zeros() for name in ("aa", "ab", "ba", "bb")}
    start = np.sqrt(p * q) * np.cos(angle)
    now = _Moments(start, zeros(), zeros(), zeros(3, 3), zeros(3), zeros(), zeros(), zeros(), own)
    v_w = network.weight_variance
    for index in range(hidden):
        step = layer(network, p, q, angle)
        now = _advance(now, step, averages(step), v_w, index)
        p, q, angle = step.next_p, step.next_q, step.next_angle
        now.ntk = np.sqrt(p * q) * np.cos(angle) + v_w * step.gate * now.ntk
    found = np.empty((3, max(hidden, 1), pairs))
    found[0] = now.ntk
    if hidden:
        found[1], found[2] = now.shift, now.of_ntk + now.straight + now.crossed
    return found


def _advance(now: _Moments, step: Step, mean: Averages, v_w: float, index: int) -> _Moments:
    """One hidden layer, ``index`` from 0; ``ntk`` is left for the caller to advance."""
    root, gate, bend = np.sqrt(step.p * step.q), step.gate, -step.bend
    k, k1, k2 = step.cosine_map
    jacobian = _jacobian(step)
    source = _sources(step, mean, now.ntk, v_w)
    # Ω = v_w (σσ + Θ φ'φ'): how its mean moves with (u, e, t), and with Θ.
    omega = v_w * np.stack([root * k, 0 * k, root * k1 + now.ntk * bend], axis=-1)
    slope = v_w * gate
    moved = np.einsum("lpij,pj->lpi", now.cov, omega)
    cov = jacobian @ now.cov @ np.swapaxes(jacobian, -1, -2)
    with_ntk = np.einsum("pij,lpj->lpi", jacobian, moved + slope[:, None] * now.with_ntk)
    of_ntk = (moved * omega).sum(-1) + slope**2 * now.of_ntk
    of_ntk = of_ntk + 2 * slope * (now.with_ntk * omega).sum(-1)
    straight, crossed = (v_w * step.second) ** 2 * now.straight, slope**2 * now.crossed
    own = _own_after(step, now.own, v_w)
    cov[index] += source.cov
    with_ntk[index] += source.with_ntk
    of_ntk[index] += source.of_ntk
    straight[index] += source.fourth
    crossed[index] += source.fourth
    for name in own:
        own[name][index] += source.own[name]
    # E σσ - <σσ>, with E x = E y = 0
    u_t, e_e, t_t = now.cov[..., 0, 2], now.cov[..., 1, 1], now.cov[..., 2, 2]
    product = v_w * root * (-k / 8 * e_e + k1 * (now.angle_shift + u_t) + k2 / 2 * t_t)
    over, new = step.over_sine, np.cos(step.next_angle)
    angle_shift = -product / np.sqrt(step.next_p * step.next_q) * over - cov[..., 0, 2]
    angle_shift = angle_shift - over * new * (cov[..., 1, 1] / 8 + cov[..., 2, 2] / 2)
    turned = now.ntk * now.angle_shift + now.with_ntk[..., 2] + 2 * _angle_of(now.own, step)
    shift = product + slope * now.shift + v_w * bend * turned
    return _Moments(now.ntk, shift, angle_shift, cov, with_ntk, of_ntk, straight, crossed, own)


def _jacobian(step: Step) -> Any:
    """How fluctuations (u, e, t) of Ĝ move those of the next layer; shape (pairs, 3, 3)."""
    share_p, share_q, eta = step.shares
    k, k1, _ = step.cosine_map
    mean, difference = step.second * (share_p + share_q) / 2, step.second * (share_p - share_q)
    new, over = np.cos(step.next_angle), step.over_sine
    found = np.zeros((len(mean), 3, 3))
    found[:, 0, 0], found[:, 0, 1] = mean, difference / 4
    found[:, 1, 0], found[:, 1, 1] = difference, mean
    found[:, 2, 0] = -over * (eta * k - new * mean)
    found[:, 2, 1] = over * new * difference / 4
    found[:, 2, 2] = -over * eta * k1
    return found


@dataclass(frozen=True)
class _Sources:
    """What one layer of n neurons adds, times n."""

    cov: Any
    with_ntk: Any
    of_ntk: Any
    fourth: Any
    own: dict[str, Any]


def _sources(step: Step, mean: Averages, ntk: Any, v_w: float) -> _Sources:
    root, eta = np.sqrt(step.p * step.q), step.shares[2]
    moves = (mean.u, mean.e, mean.t)
    cov = np.stack(
        [np.stack([mean.covariance(f, g) for g in moves], axis=-1) for f in moves], axis=-2
    )
    with_gates = [mean.covariance_with_gates(f) for f in (*moves, mean.product)]
    with_ntk = np.stack(
        [
            v_w * (root * mean.covariance(f, mean.product) + ntk * gate)
            for f, gate in zip(moves, with_gates, strict=False)
        ],
        axis=-1,
    )
    fourth = mean.mean(mean.gates**2)
    of_ntk = root**2 * mean.covariance(mean.product, mean.product)
    of_ntk = of_ntk + 2 * root * ntk * with_gates[3] + ntk**2 * (fourth - step.gate**2)
    half = mean.e / 2
    across = eta * mean.mean(mean.product * mean.gates)
    own = {
        "aa": mean.mean((mean.u + half) * mean.gates),
        "ab": across,
        "ba": across,
        "bb": mean.mean((mean.u - half) * mean.gates),
    }
    own = {name: 2 * v_w * ntk * value for name, value in own.items()}
    return _Sources(cov, with_ntk, v_w**2 * of_ntk, v_w**2 * fourth * ntk**2, own)


def _own_after(step: Step, own: dict[str, Any], v_w: float) -> dict[str, Any]:
    """F_γδ/√(G_γγ G_δδ) of the next layer: F' = v_w² N_αᵀ F N_β, N_α = <∂_μ(φ_γ φ'_α)>."""
    share_p, share_q, eta = (v_w * share for share in step.shares)
    second, gate, edge = step.second, step.gate, step.bend * np.sin(step.angle)
    ends = own["aa"] + own["bb"]
    return {
        "aa": share_p * second * (gate * own["aa"] + edge * own["ab"]),
        "bb": share_q * second * (gate * own["bb"] + edge * own["ab"]),
        "ab": eta * second**2 * own["ab"],
        "ba": eta * (edge * gate * ends + edge**2 * own["ab"] + gate**2 * own["ba"]),
    }


def _angle_of(own: dict[str, Any], step: Step) -> Any:
    """How much the angle before the layer moves if G moves by F."""
    sine = np.sin(step.angle)
    fixed = (step.angle <= 0) | (step.angle >= np.pi)
    over = np.divide(1.0, sine, out=np.zeros_like(sine), where=~fixed)
    across, along = (own["ab"] + own["ba"]) / 2, (own["aa"] + own["bb"]) / 2
    return -over * (across - np.cos(step.angle) * along)
