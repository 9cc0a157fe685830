"""The neural tangent hierarchy at finite width, and the mean of the trained kernel to order 1/n.

``O_2 = Θ`` and ``O_(s+1)(x_1..x_(s+1)) = D O_s(x_1..x_s)[∇f(x_(s+1))]``. Under gradient flow of
½ Σ (f - y)², with r = f - y,

    f' = -Θ r,   Θ' = -Σ_c O_3(., ., c) r(c),   O_3' = -Σ_d O_4(., ., ., d) r(d).

O_3 and O_4 are of order 1/n, fluctuations of Θ and of O_4 cost more, and E O_3 = 0 by the sign
symmetry of the last layer. Hence, in the eigenbasis of the limit Θ∞ with eigenvalues λ_i and with
K = E f_0 f_0ᵀ,

    E Θ_t = Θ∞ + E[Θ_0 - Θ∞] - Σ_i E[O_3(., ., i) f_0(i)] (1 - e^(-λ_i t))/λ_i
            + Σ_ij E[O_4(., ., i, j)] (y_i y_j + K_ij) w_ij(t) + o(1/n),
    w_ij(t) = ∫_0^t e^(-λ_i s) ∫_0^s e^(-λ_j s') ds' ds  →  1/(λ_i (λ_i + λ_j)).

The third slot goes with the outer time, and O_4 is not symmetric in its last two slots.

Source:
    Dyer, Gur-Ari 2019; Huang, Yau 2019. The weights are derived anew (``talk.hierarchy``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.linalg import expm

from ntkproofs.conventions import require_integer
from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width.averages import GroupedMean, GroupedSums
from ntkproofs.finite_width.differentiable import (
    Parameters,
    batch_size,
    batches,
    outputs_and_kernel,
    parameters_of,
    require_inputs,
    require_jax,
    require_smooth,
)
from ntkproofs.finite_width.network import Limit, Network, Weights, draw_many, limit


@dataclass(frozen=True)
class Hierarchy:
    """f, Θ, O_3 and O_4 of one network on n inputs, float64.

    Attributes:
        outputs: f(x_a), shape (n,).
        ntk: Θ(x_a, x_b), shape (n, n).
        third: O_3, shape (n, n, n); the last axis is the direction of differentiation.
        fourth: O_4, shape (n, n, n, n); ``fourth[..., c, d]`` is D O_3(., ., c)[∇f(x_d)].
    """

    outputs: Any
    ntk: Any
    third: Any
    fourth: Any


def hierarchy(network: Network, weights: Weights, X: Any) -> Hierarchy:
    """The tensors of one network, by nested derivatives along gradients.

    Args:
        network: smooth activation.
        weights: one draw.
        X: inputs, shape (n, d).

    Raises:
        InvalidInput: for activations with a kink.
        MissingPackage: without JAX.

    Example:
        >>> from ntkproofs.finite_width.network import Network, draw_weights
        >>> network = Network.of(2, 8, "identity")
        >>> found = hierarchy(network, draw_weights(network, 1, seed=0, draw=0), [[1.0]])
        >>> bool(abs(found.third[0, 0, 0] - 4 * found.outputs[0] / 8) < 1e-14)
        True
        >>> bool(abs(found.fourth[0, 0, 0, 0] - 4 * found.ntk[0, 0] / 8) < 1e-14)
        True
    """
    X = require_inputs(X)
    require_smooth(network, "The hierarchy")
    one = tuple(tuple(leaf[None] for leaf in leaves) for leaves in parameters_of(weights))
    found = _evaluated(network, X, one)
    return Hierarchy(found.outputs[0], found.ntk[0], found.third[0], found.fourth[0])


def _tensors(network: Network, X: Any) -> Callable[[Parameters], tuple[Any, Any, Any, Any]]:
    """θ ↦ (f, Θ, O_3, O_4). One direction of O_4 at a time, so that memory stays that of O_3."""
    jax = require_jax()
    X = jax.numpy.asarray(X)
    both = outputs_and_kernel(network, X)

    def gradients(parameters: Parameters) -> Parameters:
        return jax.jacrev(lambda p: both(p)[0])(parameters)

    def third(parameters: Parameters) -> Any:
        along = lambda g: jax.jvp(lambda p: both(p)[1], (parameters,), (g,))[1]  # noqa: E731
        return jax.numpy.moveaxis(jax.vmap(along)(gradients(parameters)), 0, -1)

    def tensors(parameters: Parameters) -> tuple[Any, Any, Any, Any]:
        along = lambda g: jax.jvp(third, (parameters,), (g,))  # noqa: E731
        thirds, fourth = jax.lax.map(along, gradients(parameters))
        return *both(parameters), thirds[0], jax.numpy.moveaxis(fourth, 0, -1)

    return tensors


@lru_cache(maxsize=16)
def _compiled(network: Network, inputs: tuple[tuple[float, ...], ...]) -> Any:
    jax = require_jax()
    with jax.enable_x64(True):
        return jax.jit(jax.vmap(_tensors(network, np.array(inputs))))


def tensors_of_draws(network: Network, X: Any, seed: int, draws: range) -> Hierarchy:
    """The tensors of several draws, with a leading axis for the draws."""
    return _evaluated(
        network, X, parameters_of(draw_many(network, X.shape[1], seed=seed, draws=draws))
    )


def _evaluated(network: Network, X: Any, parameters: Any) -> Hierarchy:
    """The tensors of weights with a leading axis for the draws."""
    with require_jax().enable_x64(True):
        found = _compiled(network, tuple(map(tuple, X.tolist())))(parameters)
        return Hierarchy(*(np.asarray(each) for each in found))


def draws_at_once(network: Network, X: Any) -> int:
    """How many draws :func:`tensors_of_draws` should take: each holds about 4 n² gradients."""
    return batch_size(network, X.shape[1], 4 * len(X) ** 2)


@dataclass(frozen=True)
class HierarchyAverages:
    """Averages over draws at initialisation.

    Attributes:
        network: of which.
        limit: the infinite-width limit on the inputs.
        initial: Θ_0 - Θ∞, shape (n, n).
        third_with_output: E[O_3(a, b, c) f_0(d)], shape (n, n, n, n).
        fourth: E[O_4(a, b, c, d)], shape (n, n, n, n).
    """

    network: Network
    limit: Limit
    initial: GroupedMean
    third_with_output: GroupedMean
    fourth: GroupedMean


def average_hierarchy(network: Network, X: Any, *, draws: int, seed: int) -> HierarchyAverages:
    """Averages of what the mean of the trained kernel is made of.

    Args:
        network: smooth activation.
        X: inputs, shape (n, d).
        draws: how many networks, at least 2; O_3 f_0 scatters as much as its mean.
        seed: of the ensemble.

    Raises:
        InvalidInput: for activations with a kink, and fewer than 2 draws.
        MissingPackage: without JAX.

    Example:
        >>> network = Network.of(2, 16, "erf")
        >>> averages = average_hierarchy(network, [[1.0, 0.0], [0.0, 1.0]], draws=32, seed=0)
        >>> averages.fourth.value.shape, averages.fourth.draws
        ((2, 2, 2, 2), 32)
    """
    X = require_inputs(X)
    require_smooth(network, "The hierarchy")
    draws = require_integer("draws", draws, least=2, why="an error bar needs a scatter")
    wide = limit(network, X)
    sums = [GroupedSums(draws) for _ in range(3)]
    for batch in batches(draws, draws_at_once(network, X)):
        found = tensors_of_draws(network, X, seed, batch)
        sums[0].add(found.ntk - wide.ntk)
        sums[1].add(np.einsum("sabc,sd->sabcd", found.third, found.outputs))
        sums[2].add(found.fourth)
    return HierarchyAverages(network, wide, *(each.mean() for each in sums))


def first_integral(eigenvalues: Any, t: float) -> Any:
    """∫_0^t e^(-λ s) ds = (1 - e^(-λ t))/λ, and t at λ = 0; shape (n,).

    Raises:
        InvalidInput: for t = ∞ where an eigenvalue is 0, and for t < 0.
    """
    values = _eigenvalues_for(eigenvalues, t)
    if t == math.inf:
        return 1 / values
    safe = np.where(values > 0, values, 1.0)
    return np.where(values > 0, -np.expm1(-safe * t) / safe, t)


def second_integral(eigenvalues: Any, t: float) -> Any:
    """w_ij = ∫_0^t e^(-λ_i s) ∫_0^s e^(-λ_j s') ds' ds, shape (n, n): i is the outer time.

    It is t² times a divided difference of the exponential, an entry of the exponential of a
    bidiagonal matrix, so that nothing is divided by an eigenvalue.

    Raises:
        InvalidInput: for t = ∞ where an eigenvalue is 0, and for t < 0.

    Example:
        >>> second_integral([1.0, 3.0], float("inf")).round(4)
        array([[0.5   , 0.25  ],
               [0.0833, 0.0556]])
        >>> second_integral([0.0], 2.0)
        array([[2.]])
    """
    values = _eigenvalues_for(eigenvalues, t)
    outer, inner = values[:, None], values[None, :]
    if t == math.inf:
        return 1 / (outer * (outer + inner))
    generator = np.zeros((len(values), len(values), 3, 3))
    generator[..., 0, 1] = generator[..., 1, 2] = 1
    generator[..., 1, 1] = -outer
    generator[..., 2, 2] = -(outer + inner)
    return expm(t * generator)[..., 0, 2]


def _eigenvalues_for(eigenvalues: Any, t: float) -> Any:
    values = np.maximum(np.asarray(eigenvalues, dtype=float), 0)
    if not t >= 0:
        raise InvalidInput(f"Training lasts for a time t >= 0, or math.inf; got t = {t}.")
    least = len(values) * np.finfo(float).eps * values.max()
    if t == math.inf and values.min() <= least:
        raise InvalidInput(
            "The trained kernel at t = ∞ needs Θ∞ positive definite; its eigenvalues here are "
            f"{values.tolist()}. Along a null vector the residual never falls, and the integrals "
            "of the residual diverge. Ask for a finite t, or leave out duplicate inputs."
        )
    return values


@dataclass(frozen=True)
class Contraction:
    """What O_3 and O_4 are contracted with, for one time and one limit kernel.

    ``once`` has the eigenvalues (1 - e^(-λt))/λ; ``twice(M)`` is M with its entries in the
    eigenbasis multiplied by w_ij(t).
    """

    once: Any
    twice: Callable[[Any], Any]


def contraction(kernel: Any, t: float) -> Contraction:
    """Of the complete expression at time t."""
    values, vectors = np.linalg.eigh(kernel)
    weights = second_integral(values, t)

    def twice(matrix: Any) -> Any:
        return vectors @ (weights * (vectors.T @ matrix @ vectors)) @ vectors.T

    return Contraction((vectors * first_integral(values, t)) @ vectors.T, twice)


@dataclass(frozen=True)
class Prediction:
    """The terms of a mean E Θ_t, each of shape (n, n), with their statistical errors.

    Attributes:
        limit: Θ∞, exact.
        initial: E[Θ_0 - Θ∞].
        third: the term of O_3 and f_0.
        fourth_targets: the term of O_4 and y yᵀ.
        fourth_outputs: the term of O_4 and K = E f_0 f_0ᵀ; None where the expression has none.
    """

    limit: Any
    initial: GroupedMean
    third: GroupedMean
    fourth_targets: GroupedMean
    fourth_outputs: GroupedMean | None

    @property
    def change(self) -> GroupedMean:
        """E[Θ_t - Θ_0]: all terms but the first two."""
        known = self.third + self.fourth_targets
        return known if self.fourth_outputs is None else known + self.fourth_outputs

    @property
    def total(self) -> GroupedMean:
        """E Θ_t."""
        return (self.initial + self.change).map(lambda group: self.limit + group)


def predicted_mean(averages: HierarchyAverages, y: Any, t: float) -> Prediction:
    """The mean of the kernel after training for a time t, to order 1/n.

    Args:
        averages: of :func:`average_hierarchy`.
        y: targets, shape (n,).
        t: time of gradient flow of ½ Σ (f - y)², ``math.inf`` included.

    Raises:
        InvalidInput: where y has another shape; for t = ∞ and a singular Θ∞.

    Example:
        >>> averages = average_hierarchy(Network.of(2, 16, "identity"), [[1.0]], draws=64, seed=0)
        >>> terms = predicted_mean(averages, [3.0], math.inf)
        >>> bool(abs(terms.fourth_targets.value[0, 0] - 9 / 16) < 0.1)  # y²/n
        True
    """
    y = _targets(averages, y)
    weights = contraction(averages.limit.ntk, t)
    return _prediction(averages, weights, np.outer(y, y), averages.limit.nngp)


def talk_prediction(averages: HierarchyAverages, y: Any) -> Prediction:
    """The expression of four terms as the talk prints it, for t = ∞.

    Its term of O_4 is yᵀ Θ⁻¹ E[O_4] Θ⁻¹ y, weights 1/(λ_i λ_j), and it has no term of O_4 and K.
    It is kept to be compared with; ``talk.hierarchy`` refutes it.

    Raises:
        InvalidInput: where y has another shape; for a singular Θ∞.
    """
    y = _targets(averages, y)
    once = contraction(averages.limit.ntk, math.inf).once
    printed = Contraction(once, lambda matrix: once @ matrix @ once)
    return _prediction(averages, printed, np.outer(y, y), None)


def _prediction(
    averages: HierarchyAverages, weights: Contraction, targets: Any, outputs: Any
) -> Prediction:
    def fourth(matrix: Any) -> GroupedMean:
        contracted = weights.twice(matrix)
        return averages.fourth.map(lambda group: np.einsum("abcd,cd->ab", group, contracted))

    third = averages.third_with_output.map(
        lambda group: -np.einsum("abcd,cd->ab", group, weights.once)
    )
    last = None if outputs is None else fourth(outputs)
    return Prediction(averages.limit.ntk, averages.initial, third, fourth(targets), last)


def _targets(averages: HierarchyAverages, y: Any) -> Any:
    targets = np.asarray(y, dtype=float)
    count = len(averages.limit.ntk)
    if targets.shape != (count,) or not np.isfinite(targets).all():
        raise InvalidInput(
            f"Each of the {count} inputs has one finite target; got an array of shape "
            f"{targets.shape}."
        )
    return targets
