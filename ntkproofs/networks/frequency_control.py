"""Training on the torus with JAX: which frequency a network learns at which rate.

The network starts as :func:`ntkproofs.finite_width.network.draw_weights` draws it, and is trained
by full-batch gradient descent on a loss that is computed by FFT on the grid and differentiated by
JAX. :func:`ntkproofs.finite_width.torus_training.descend` does the same in NumPy, by formulas of
its own; there is also what theory predicts.
"""

# pyright: reportMissingImports=false

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from importlib import import_module
from typing import Any, Literal

import numpy as np

from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width.differentiable import require_jax
from ntkproofs.finite_width.network import Network, Weights
from ntkproofs.finite_width.passes import forward
from ntkproofs.finite_width.torus_training import (
    GridProblem,
    ModeCurves,
    Progress,
    choose_step,
    predicted_rates,
    require_finite,
    require_record,
)

Precision = Literal["float64", "float32"]


def train(
    network: Network,
    weights: Weights,
    problem: GridProblem,
    *,
    steps: int,
    step_size: float | None = None,
    record: Sequence[int] | None = None,
    centred: bool = False,
    precision: Precision = "float64",
    progress: Progress | None = None,
) -> ModeCurves:
    """Train a network on the grid of the torus by full-batch gradient descent.

    Args:
        network: its shape.
        weights: where it starts, for inputs of R^(2d).
        problem: target and loss, such as ``TorusLoss("sobolev", 1).problem(...)``.
        steps: >= 1.
        step_size: η; by default a tenth of 2/λ_max of the limit kernel.
        record: steps at which Fourier coefficients are kept, rising from 0 to the last; else
            geometrically spaced.
        centred: train f - f_0 instead of f, so that the residual starts at -y.
        precision: of the arrays; float64 does not change JAX's global setting.
        progress: called as ``progress(step, steps)`` at the kept steps.

    Returns:
        :class:`~ntkproofs.finite_width.torus_training.ModeCurves`, with the predicted rates.

    Raises:
        MissingPackage: without JAX.
        InvalidInput: for a step size at which the limit diverges, or a bad grid.
        Unable: if the network diverges all the same.

    Example:
        >>> from ntkproofs.finite_width.network import draw_weights
        >>> from ntkproofs.finite_width.torus_problems import TorusLoss
        >>> network, problem = Network.of(2, 512), TorusLoss("sobolev", 1).problem(
        ...     8, 1, amplitude=0.01, seed=0)
        >>> weights = draw_weights(network, 2, seed=0, draw=0)
        >>> curves = train(network, weights, problem, steps=20, centred=True)
        >>> curves.coefficients.shape
        (21, 8)
    """
    jax = require_jax()
    if precision not in ("float64", "float32"):
        raise InvalidInput(f"precision is 'float64' or 'float32'; got {precision!r}.")
    rates = predicted_rates(network, problem)
    eta = choose_step(rates, step_size)
    kept = require_record(record, steps)
    dtype = np.dtype(precision)
    with _wide(jax, precision):
        advance, coefficients = _compiled(network, problem.target.shape)
        grid = [np.asarray(a, dtype) for a in (problem.points, problem.target, problem.multipliers)]
        parameters = jax.tree.map(
            lambda a: jax.numpy.asarray(a, dtype), (list(weights.matrices), list(weights.biases))
        )
        offset = (
            _outputs(network, parameters, jax.numpy.asarray(grid[0]))
            if centred
            else np.zeros(1, dtype)
        )
        found: list[Any] = []
        for before, step in zip([0, *kept], kept, strict=False):
            parameters = advance(parameters, (offset, *grid), np.asarray(eta, dtype), step - before)
            found.append(np.asarray(coefficients(parameters, offset, *grid[:2]), complex))
            require_finite(found[-1], step, eta)
            if progress is not None:
                progress(step, steps)
    return ModeCurves(np.asarray(kept), np.stack(found), rates, eta)


def _wide(jax: Any, precision: Precision) -> AbstractContextManager[Any]:
    """float64 within a block only: what else runs in this process keeps its setting."""
    enable = getattr(jax, "enable_x64", None)
    if enable is None:
        enable = import_module("jax.experimental").enable_x64  # of older versions
    return enable(precision == "float64")


@lru_cache(maxsize=64)
def _compiled(network: Network, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """``advance`` over a number of steps, and ``coefficients``; compiled once per shape."""
    import jax
    import jax.numpy as jnp

    def coefficients(parameters: Any, offset: Any, points: Any, target: Any) -> Any:
        residual = (_outputs(network, parameters, points) - offset).reshape(shape) - target
        return jnp.fft.fftn(residual, norm="forward")

    def loss(parameters: Any, offset: Any, points: Any, target: Any, multipliers: Any) -> Any:
        waves = coefficients(parameters, offset, points, target)
        return 0.5 * jnp.sum(multipliers * (waves.real**2 + waves.imag**2))

    def advance(parameters: Any, given: Any, eta: Any, count: Any) -> Any:
        def step(_: Any, before: Any) -> Any:
            gradient = jax.grad(loss)(before, *given)
            return jax.tree.map(lambda a, g: a - eta * g, before, gradient)

        return jax.lax.fori_loop(0, count, step, parameters)

    return jax.jit(advance), jax.jit(coefficients)


def _outputs(network: Network, parameters: Any, points: Any) -> Any:
    """f(x_j) for the rows of points, shape (n,)."""
    return forward(network, Weights(*parameters), points).outputs
