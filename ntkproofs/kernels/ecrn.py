"""The infinite-width kernels of the residual network NTK-ECRN.

``h_0`` is a linear lift of Fourier features, ``h_l = h_(l-1) + m_l α_l φ(W_l h_(l-1) + b_l)``, the
output a linear readout of ``h_L``. There is one matrix in a block, and none between φ and the sum.
So the neurons of h_l keep the means that φ gives them, and where φ is not odd the kernel has cross
terms that residual networks with a second matrix in each block lack.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.kernels.activations import Activation, activation_named

_SUBNETWORKS = 4096
"""So many different networks are averaged over at most."""


@dataclass(frozen=True)
class ResidualLimit:
    """The kernels between two sets of inputs.

    Attributes:
        nngp: covariance of an output at the start, shape (n, m).
        ntk: neural tangent kernel, shape (n, m).
    """

    nngp: Any
    ntk: Any


@dataclass(frozen=True)
class _Forward:
    """Second moments of neurons of h between the sets and on each, and their means on each."""

    cross: Any
    left: Any
    right: Any
    left_mean: Any
    right_mean: Any


def ecrn_kernel(
    X: Any,
    Y: Any = None,
    *,
    frequencies: Any,
    alpha: Sequence[float],
    activation: str | Activation = "tanh",
    keep: Sequence[float] | None = None,
    biases: bool = True,
    train_lift: bool = True,
    train_readout: bool = True,
) -> ResidualLimit:
    """The kernels of the limit of wide blocks, for fixed frequencies.

    NTK parametrisation: weights N(0, 1) with a factor √(1/fan_in) (the lift: √(2/fan_in), so that
    h_0 has variance 1), biases that start at 0. The parameters α and B are not trained.

    ``K_0 = (1/m) Σ_j cos 2πb_j·(x-y)``, ``M_0 = 0``; with e_l = E φ(g), Σ_l = E φ(g)φ(g'),
    Σ'_l = E φ'(g)φ'(g') under K_(l-1),

    - ``M_l = M_(l-1) + α_l e_l``,
    - ``K_l = K_(l-1) + α_l (M_(l-1)(x) e_l(y) + e_l(x) M_(l-1)(y)) + α_l² Σ_l``,
    - ``G_L = 1``, ``G_(l-1) = G_l (1 + α_l² Σ'_l)``,
    - ``NNGP = K_L``, ``NTK = (K_L + 1) + Σ_l α_l² (K_(l-1) + 1) Σ'_l G_l + (K_0 + 1) G_0``,

    the ones for biases, first and last term for the readout and the lift, where these are trained.

    Args:
        X, Y: inputs of shape (n, d) and (m, d); Y is X if None.
        frequencies: B, shape (m, d).
        alpha: α_l of each block; weighted by keep rates for a network at evaluation.
        activation: φ, or its name.
        keep: probability 1 - p_l of each block for stochastic depth. The kernels are then the
            expectations over masks that x and y share, exactly: a network without a block is one
            of the others, so that they are mixtures, of L + 1 networks where all α are equal and of
            at most 2^L otherwise. Putting means of the masks into the recursion gives something
            else from two blocks on, since Σ_l is not linear in K_(l-1).
        biases: whether there are any.
        train_lift, train_readout: whether these layers are trained.

    Raises:
        InvalidInput: for shapes that do not fit, or keep rates that are no probabilities.
        Unable: for a mixture of more than 4096 networks.

    Source:
        Derived; gradients and activations are independent in the limit (Yang 2020).

    Example:
        >>> import numpy as np
        >>> B, x = np.array([[1.0], [2.0]]), np.array([[0.0], [0.25]])
        >>> ecrn_kernel(x, frequencies=B, alpha=[]).nngp.round(6) + 0.0
        array([[ 1. , -0.5],
               [-0.5,  1. ]])
    """
    X = np.asarray(X, dtype=float)
    Y = X if Y is None else np.asarray(Y, dtype=float)
    B, scales = np.asarray(frequencies, dtype=float), [float(a) for a in alpha]
    _check(X, Y, B, scales)
    phi, wave, trained = activation_named(activation), _waves(X, Y, B), (train_lift, train_readout)
    nngp = ntk = np.zeros(wave.cross.shape)
    for scales_kept, chance in _subnetworks(scales, keep).items():
        one = _limit(wave, scales_kept, phi, bias=float(biases), trained=trained)
        nngp, ntk = nngp + chance * one.nngp, ntk + chance * one.ntk
    return ResidualLimit(nngp, ntk)


def _check(X: Any, Y: Any, B: Any, scales: list[float]) -> None:
    fits = X.ndim == Y.ndim == B.ndim == 2 and X.shape[1] == Y.shape[1] == B.shape[1] and len(B)
    if not fits:
        raise InvalidInput(
            "Inputs and frequencies are rows of one dimension d, shapes (n, d), (m, d) and (k, d), "
            f"k >= 1; got {X.shape}, {Y.shape} and {B.shape}."
        )
    if not all(np.isfinite(array).all() for array in (X, Y, B, np.array(scales))):
        raise InvalidInput("Inputs, frequencies and α are finite numbers; some here are not.")


def _waves(X: Any, Y: Any, B: Any) -> _Forward:
    """The covariance of the lift of the Fourier features, normalised to variance 1."""
    one, other = 2 * math.pi * (X @ B.T), 2 * math.pi * (Y @ B.T)
    cross = (np.cos(one) @ np.cos(other).T + np.sin(one) @ np.sin(other).T) / len(B)
    return _Forward(cross, np.ones(len(X)), np.ones(len(Y)), np.zeros(len(X)), np.zeros(len(Y)))


def _subnetworks(
    scales: list[float], keep: Sequence[float] | None
) -> dict[tuple[float, ...], float]:
    """The probability of each sequence of kept α."""
    if keep is None:
        return {tuple(scales): 1.0}
    if len(keep) != len(scales) or not all(0 <= chance <= 1 for chance in keep):
        raise InvalidInput(
            f"Each of the {len(scales)} blocks has a keep rate in [0, 1]; got keep = {list(keep)}."
        )
    found: dict[tuple[float, ...], float] = {(): 1.0}
    for scale, rate in zip(scales, keep, strict=True):
        longer: dict[tuple[float, ...], float] = {}
        for kept, chance in found.items():
            for after, factor in (((*kept, scale), rate), (kept, 1 - rate)):
                if factor:
                    longer[after] = longer.get(after, 0.0) + chance * factor
        if len(longer) > _SUBNETWORKS:
            raise Unable(
                f"Masks on {len(scales)} blocks of different α leave more than {_SUBNETWORKS} "
                "networks to average over. Take equal α, or fewer blocks that may be dropped."
            )
        found = longer
    return found


def _limit(
    wave: _Forward,
    scales: Sequence[float],
    phi: Activation,
    *,
    bias: float,
    trained: tuple[bool, bool],
) -> ResidualLimit:
    at, moments, slopes = wave, [], []
    for scale in scales:
        shape = np.zeros_like(at.cross)
        slope = phi.dual_of_derivative(at.left[:, None] + shape, at.cross, at.right + shape)
        moments.append(at.cross)
        slopes.append(scale**2 * slope)
        at = _block(at, scale, phi)
    ntk = (at.cross + bias) * trained[1]
    back = np.ones_like(at.cross)
    for moment, slope in zip(reversed(moments), reversed(slopes), strict=True):
        ntk = ntk + (moment + bias) * slope * back
        back = back * (1 + slope)
    return ResidualLimit(at.cross, ntk + (wave.cross + bias) * back * trained[0])


def _block(at: _Forward, scale: float, phi: Activation) -> _Forward:
    """The moments after a block."""
    p, q = at.left, at.right
    shape = np.zeros_like(at.cross)
    one, other = scale * phi.mean(p), scale * phi.mean(q)
    return _Forward(
        at.cross
        + np.outer(at.left_mean, other)
        + np.outer(one, at.right_mean)
        + scale**2 * phi.dual(p[:, None] + shape, at.cross, q + shape),
        p + 2 * at.left_mean * one + scale**2 * phi.dual(p, p, p),
        q + 2 * at.right_mean * other + scale**2 * phi.dual(q, q, q),
        at.left_mean + one,
        at.right_mean + other,
    )
