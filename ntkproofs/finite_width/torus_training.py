r"""Gradient descent on a Sobolev loss over the grid of the torus, one Fourier mode at a time.

A network f sees the points x of the N^d grid through :func:`ntkproofs.domains.torus.embed`. With
n = N^d points, the residual r = f - y and its Fourier coefficients

    c_k = (1/n) Σ_x r(x) e^(-2πi k·x),

the loss with multipliers m_k is ``½ Σ_k m_k |c_k|² = (1/2n) r^T P r``: for the Sobolev loss of
order s, m_k = (1 + ‖k‖²)^s. While the tangent kernel keeps to its infinite-width limit, which is
translation-invariant, modes decouple:

    c_k(t + 1) = (1 - η λ_k) c_k(t)  (descent),    c_k' = -λ_k c_k  (flow),
    λ_k = m_k κ_k/n,

where κ_k is the eigenvalue of the kernel's matrix on the grid: κ_k/n is the sum of the kernel's
Fourier coefficients over the aliases k + N Z^d.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from ntkproofs.conventions import require_integer
from ntkproofs.domains import torus
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width.network import Network, Weights
from ntkproofs.finite_width.passes import forward, stepped

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]
Progress = Callable[[int, int], None]

STABLE_FRACTION = 0.1
"""The default step size over the limit of stability, 2/λ_max: the fastest mode shrinks by 0.8."""


@dataclass(frozen=True)
class GridProblem:
    """What is learned on the grid, and by which loss.

    Attributes:
        target: y on the grid, shape (N, ..., N), d axes.
        multipliers: m_k >= 0 of the loss, of the same shape, in FFT order, even.

    Raises:
        InvalidInput: for arrays that are no functions of one grid, a grid of one point, and
            multipliers that are negative, not even, or all zero.

    Example:
        >>> from ntkproofs.domains import torus
        >>> GridProblem(np.zeros((4, 4)), torus.multipliers(1, 4, 2)).dim
        2
    """

    target: Floats
    multipliers: Floats

    def __post_init__(self) -> None:
        target = np.asarray(self.target, dtype=np.float64)
        symbol = np.asarray(self.multipliers, dtype=np.float64)
        object.__setattr__(self, "target", target)
        object.__setattr__(self, "multipliers", symbol)
        if target.ndim == 0 or len(set(target.shape)) != 1 or target.shape[0] < 2:
            raise InvalidInput(
                "A target lives on a grid of N >= 2 points per axis, as an array of shape "
                f"(N, ..., N); got shape {target.shape}. A grid of one point has no frequencies."
            )
        if not np.isfinite(target).all():
            raise InvalidInput("A target has finite values; got some that are not.")
        torus.apply(symbol, target)  # refuses other shapes, what is not finite, and not even
        if symbol.min() < 0 or symbol.max() == 0:
            raise InvalidInput(
                "Multipliers of a loss are >= 0 and not all 0, or it has no minimum to be found; "
                f"got values from {symbol.min():g} to {symbol.max():g}."
            )

    @property
    def side(self) -> int:
        """N, the points per axis."""
        return self.target.shape[0]

    @property
    def dim(self) -> int:
        """d, the number of axes."""
        return self.target.ndim

    @property
    def points(self) -> Floats:
        """The embedded points of the grid, shape (N^d, 2d), of norm 1."""
        return torus.embed(torus.grid(self.side, self.dim))


def limit_row(network: Network, X: Any) -> Floats:
    """Θ(x_1, x_j) of the infinitely wide network for all rows of X: one row, in O(n).

    Example:
        >>> limit_row(Network.of(2, 8), [[1.0, 0.0], [0.0, 1.0]]).round(6)
        array([2.     , 0.31831])
    """
    X = np.asarray(X, dtype=np.float64)
    v, w, phi = network.bias_variance, network.weight_variance, network.activation
    covariance, variance = X @ X[0] + v, np.sum(X * X, axis=1) + v
    tangent = covariance
    for _ in network.widths:
        first = np.full_like(variance, variance[0])
        slope = w * phi.dual_of_derivative(first, covariance, variance)
        covariance = w * phi.dual(first, covariance, variance) + v
        variance = w * phi.dual(variance, variance, variance) + v
        tangent = covariance + slope * tangent
    return tangent


def limit_coefficients(network: Network, n: int, dim: int) -> Floats:
    """κ_k/N^d of the limit kernel on the grid, shape (N, ..., N), in FFT order.

    Args:
        network: its widths do not matter.
        n: N >= 2, points per axis.
        dim: d >= 1.

    Returns:
        The Fourier coefficients of the kernel summed over aliases; those below 1e-14 of the largest
        are rounding, and are returned as 0.

    Example:
        >>> limit_coefficients(Network.of(2, 8), 8, 1)[3].item()  # two layers, no biases: odd k = 3
        0.0
    """
    row = limit_row(network, torus.embed(torus.grid(n, dim)))
    found = np.real(cast(Any, fft.fftn(row.reshape((n,) * dim)))) / n**dim
    return np.where(np.abs(found) < 1e-14 * np.abs(found).max(), 0.0, found)


def predicted_rates(network: Network, problem: GridProblem) -> Floats:
    """λ_k = m_k κ_k/N^d of every mode, shape (N, ..., N), in FFT order."""
    return problem.multipliers * limit_coefficients(network, problem.side, problem.dim)


def choose_step(rates: Any, step_size: float | None = None) -> float:
    """A step size at which the descent converges: 0 < η < 2/λ_max.

    Args:
        rates: λ_k.
        step_size: η, checked; by default ``STABLE_FRACTION`` of the limit 2/λ_max.

    Raises:
        InvalidInput: for a step size at which it diverges, or that is none.
    """
    fastest = float(np.max(rates))
    limit = 2 / fastest
    if step_size is None:
        return STABLE_FRACTION * limit
    if not 0 < step_size < limit:
        raise InvalidInput(
            f"The step size is between 0 and 2/λ_max = {limit:.6g}; got {step_size}. The fastest "
            f"mode is multiplied by 1 - η λ_max = {1 - step_size * fastest:.3g} in a step, so that "
            "the descent diverges from 2/λ_max on."
        )
    return float(step_size)


def recorded_steps(steps: int, count: int = 200) -> list[int]:
    """0, 1, 2, ... and then geometrically spaced to ``steps``: about ``count`` of them."""
    steps = require_integer("steps", steps, least=1, why="training takes a step at least")
    spaced = np.geomspace(1, steps, max(count, 2))
    return sorted({0, *(round(float(t)) for t in spaced), steps})


@dataclass(frozen=True)
class ModeCurves:
    """Fourier coefficients of the residual over a training run.

    Attributes:
        steps: when they were taken, shape (r,), from 0 on.
        coefficients: c_k, shape (r, N, ..., N), modes in FFT order.
        rates: the predicted λ_k, shape (N, ..., N).
        step_size: η; time is η times the step.
    """

    steps: NDArray[np.int64]
    coefficients: Complexes
    rates: Floats
    step_size: float

    @property
    def descent(self) -> Complexes:
        """(1 - η λ_k)^t c_k(0): what descent does under the frozen limit kernel, exactly."""
        factor = 1 - self.step_size * self.rates
        return self.coefficients[0] * factor ** _over(self.steps, self.rates)

    @property
    def flow(self) -> Complexes:
        """e^(-λ_k η t) c_k(0): gradient flow under the same kernel."""
        decay = np.exp(-self.rates * self.step_size * _over(self.steps, self.rates))
        return self.coefficients[0] * decay

    def error(self, coefficients: Complexes | None = None) -> Floats:
        """‖r(t)‖/‖r(0)‖ in L² at the kept steps; of ``descent`` or ``flow`` where that is given."""
        of_modes = self.coefficients if coefficients is None else coefficients
        sizes = np.linalg.norm(of_modes.reshape(len(self.steps), -1), axis=1)
        return sizes / sizes[0]


def _over(steps: NDArray[np.int64], rates: Floats) -> Any:
    return steps.reshape(-1, *(1,) * rates.ndim)


def frozen_descent(
    kernel: Any, problem: GridProblem, start: Any, *, step_size: float, record: Sequence[int]
) -> Complexes:
    """Descent under a fixed kernel matrix, r <- r - (η/n) K P r, as matrices say it.

    Args:
        kernel: K, shape (N^d, N^d).
        problem: multipliers and shape.
        start: r at step 0, shape (N, ..., N).
        step_size: η.
        record: steps to keep, rising from 0 on.

    Returns:
        c_k at the kept steps, shape (len(record), N, ..., N).
    """
    kernel, residual = np.asarray(kernel), np.asarray(start, dtype=np.float64)
    kept: list[Any] = []
    for step in range(record[-1] + 1):
        if step == record[len(kept)]:
            kept.append(fourier(residual))
        pull = torus.apply(problem.multipliers, residual).reshape(-1)
        move = kernel @ pull * (step_size / residual.size)
        residual = residual - move.reshape(residual.shape)
    return np.stack(kept)


def fourier(values: Any) -> Complexes:
    """c_k = (1/n) Σ_x v(x) e^(-2πi k·x) of real values on the grid."""
    return cast(Any, fft.fftn(values, norm="forward"))


def descend(
    network: Network,
    weights: Weights,
    problem: GridProblem,
    *,
    steps: int,
    step_size: float | None = None,
    record: Sequence[int] | None = None,
    centred: bool = False,
    progress: Progress | None = None,
) -> ModeCurves:
    """Train a network on the grid by full-batch gradient descent, in NumPy and float64.

    Args:
        network: its shape.
        weights: where it starts, for inputs of R^(2d); they are not changed.
        problem: target and loss.
        steps: >= 1.
        step_size: η; by default a tenth of the limit of stability of the limit kernel.
        record: steps at which coefficients are kept, rising from 0 on; else geometrically spaced.
        centred: train f - f_0 instead of f, so that the residual starts at -y.
        progress: called as ``progress(step, steps)`` at the kept steps.

    Raises:
        InvalidInput: for a step size at which the limit diverges.
        Unable: if the network diverges all the same.

    Example:
        >>> from ntkproofs.domains import torus
        >>> from ntkproofs.finite_width.network import draw_weights
        >>> wave = np.cos(2 * np.pi * torus.grid(8, 1))[:, 0]
        >>> problem = GridProblem(wave, torus.multipliers(1, 8, 1))
        >>> network = Network.of(2, 64)
        >>> weights = draw_weights(network, 2, seed=0, draw=0)
        >>> curves = descend(network, weights, problem, steps=50, centred=True)
        >>> bool(abs(curves.coefficients[-1, 1]) < 0.1 * abs(curves.coefficients[0, 1]))
        True
    """
    rates = predicted_rates(network, problem)
    step_size = choose_step(rates, step_size)
    kept_steps = require_record(record, steps)
    weights, X = _starting(network, weights, problem), problem.points
    start = forward(network, weights, X).outputs if centred else np.zeros(len(X))
    kept: list[Any] = []
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused below
        for step in range(steps + 1):
            passed = forward(network, weights, X)
            residual = (passed.outputs - start).reshape(problem.target.shape) - problem.target
            coefficients = fourier(residual)
            if step == kept_steps[len(kept)]:
                require_finite(coefficients, step, step_size)
                kept.append(coefficients)
                if progress is not None:
                    progress(step, steps)
            if step < steps:
                pulled = fft.ifftn(problem.multipliers * coefficients, norm="forward")
                pull = np.real(cast(Any, pulled)).reshape(-1) / residual.size
                weights = stepped(network, weights, passed, pull, step_size)
    return ModeCurves(np.asarray(kept_steps), np.stack(kept), rates, step_size)


def require_record(record: Sequence[int] | None, steps: int) -> list[int]:
    """The steps to keep: rising, from 0 to the last one."""
    if record is None:
        return recorded_steps(steps)
    kept = [int(step) for step in record]
    if kept != sorted(set(kept)) or not kept or kept[0] != 0 or kept[-1] != steps:
        raise InvalidInput(
            f"Steps to record rise from 0 to the last one, {steps}; got {kept[:3]}...{kept[-1:]}."
        )
    return kept


def require_finite(coefficients: Any, step: int, step_size: float) -> None:
    """Refuse to go on where the network left the regime in which descent converges."""
    if not math.isfinite(float(np.abs(coefficients).max())):
        raise Unable(
            f"The descent diverged before step {step}: residuals are not finite. The limit kernel "
            f"is stable at the step size {step_size:g}, the kernel of this draw is not. Give a "
            "smaller step size, or a wider network."
        )


def _starting(network: Network, weights: Weights, problem: GridProblem) -> Weights:
    """The weights in float64, if they are for the embedded points of the grid."""
    matrices, biases = (
        [np.asarray(each, dtype=np.float64) for each in part]
        for part in (weights.matrices, weights.biases)
    )
    if network.bias_variance and len(biases) != len(matrices):
        raise InvalidInput(
            f"A network with biases, of variance {network.bias_variance:g}, has one array of them "
            f"for each of its {len(matrices)} layers; the weights have {len(biases)}. Draw them "
            "for this network: draw_weights(network, ...)."
        )
    if matrices[0].shape[1] != 2 * problem.dim:
        raise InvalidInput(
            f"The torus of {problem.dim} angles is embedded in R^{2 * problem.dim}; the weights "
            f"are for inputs of R^{matrices[0].shape[1]}."
        )
    return Weights(matrices, biases)
