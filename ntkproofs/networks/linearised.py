"""A finite network linearised at its start: the kernel machine of its own tangent kernel.

With Θ_0 the kernel of the network f_0 as it was drawn, on all pairs of outputs,

    f_lin(x) = f_0(x) + Θ_0(x, X) (Θ_0(X, X) + λ I)^(-1) (y - f_0(X)) = f_0(x) + J_0(x) δ,
    δ = J_0(X)ᵀ (Θ_0(X, X) + λ I)^(-1) (y - f_0(X)),

so that no kernel between training and other points is formed: predictions are one directional
derivative. With λ = 0 it is where gradient descent on the mean square takes the linearised network
as time goes to infinity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.matrices.memory import require_memory
from ntkproofs.networks.models import trainable
from ntkproofs.networks.steps import cast, outputs_of, precision
from ntkproofs.networks.tangents import tangent_kernel
from ntkproofs.networks.training import Data, fitting

Floats = NDArray[np.float64]
_BATCH = 256
_COPIES = 3
"""Matrices of the size of the kernel that solving holds at one time."""


@dataclass(frozen=True)
class Linearised:
    """x -> f_0(x) + J_0(x) δ, in float64.

    Attributes:
        model: f_0.
        direction: δ, in the shape of the trained arrays of the model.
        dropped: directions of the outputs on the training part that do not move, because their
            eigenvalue is zero as far as float64 can tell; 0 with a ridge.
    """

    model: Any
    direction: Any
    dropped: int

    def __call__(self, inputs: Any) -> Floats:
        """The outputs, shape (m, k), for inputs of shape (m, ...)."""
        inputs = np.asarray(inputs, dtype=float)
        with precision("float64"):
            parts = [
                np.asarray(_along(self.model, self.direction, jnp.asarray(batch)))
                for batch in _batches(inputs)
            ]
        return np.concatenate(parts)


def linearise(
    model: Any, data: Data, *, ridge: float = 0.0, classes: int | None = None
) -> Linearised:
    """Train a network's linearisation to its end, by linear algebra.

    Args:
        model: as it was drawn, an Equinox module of one input.
        data: the training part; labels are turned into rows of the identity.
        ridge: λ over the mean of the kernel's diagonal. 0 is gradient descent on ``mse`` after
            infinite time: directions of eigenvalue 0 stay where they were (an eigenvalue below
            n k 2^-52 λ_max counts as 0).
        classes: None for regression.

    Raises:
        InvalidInput: for a ridge that is negative, or data that do not fit the model.
        Unable: if the kernel does not fit in memory, is not finite, or is no longer positive
            definite with its ridge.

    Source:
        Lee, Xiao et al. 2019, "Wide neural networks of any depth evolve as linear models", eq. (8).

    Example:
        >>> from ntkproofs.networks.models import MLP
        >>> x = np.linspace(-1, 1, 6)[:, None]
        >>> model = MLP(1, 1, jax.random.key(0), width=64, depth=1, phi="tanh")
        >>> linear = linearise(model, Data(x, x**2))
        >>> bool(abs(linear(x) - x**2).max() < 1e-6)
        True
    """
    if not 0 <= ridge < np.inf:
        raise InvalidInput(
            f"A ridge is a number >= 0; got {ridge}. A negative one makes the system indefinite. "
            "Give 0 for gradient descent to its end."
        )
    targets = np.asarray(data.targets)
    if classes is not None:
        fitting(model, data, "cross_entropy")
        targets = (targets[:, None] == np.arange(classes)).astype(float)
    with precision("float64"):
        model = cast(model, "float64")
        data = fitting(model, Data(data.inputs, targets), "mse")
        require_linearised_memory(len(data), data.targets.shape[1])
        tangent = tangent_kernel(model, data.inputs, full=True)
        residual = data.targets - np.asarray(tangent.outputs, dtype=float)
        coefficients, dropped = _solve(tangent.kernel, residual.ravel(), ridge)
        direction = _pulled(model, data.inputs, coefficients.reshape(residual.shape))
    return Linearised(model, direction, dropped)


def require_linearised_memory(points: int, outputs: int) -> None:
    """Refuse kernels on all pairs of outputs that, with their factor, do not fit in memory."""
    side = points * outputs
    what = f"The linearised network's kernel on {points} points and {outputs} outputs, factorised,"
    require_memory(8 * _COPIES * side**2, what, "Take fewer points.")


def _solve(kernel: Floats, residual: Floats, ridge: float) -> tuple[Floats, int]:
    """(K + λ I)^(-1) r, or the pseudo-inverse's product, and how many directions it drops."""
    from scipy.linalg import LinAlgError, cho_factor, cho_solve, eigh

    if not np.isfinite(kernel).all():
        raise Unable(
            "The tangent kernel of the network is not finite on these inputs: products overflow. "
            "Give smaller inputs or weights."
        )
    if ridge:
        kernel = kernel + ridge * np.trace(kernel) / len(kernel) * np.eye(len(kernel))
        try:
            return cho_solve(cho_factor(kernel, lower=True, overwrite_a=True), residual), 0
        except LinAlgError:
            raise Unable(
                f"The tangent kernel with the ridge {ridge:g} is not positive definite in float64. "
                "Give a larger ridge, or 0: directions of eigenvalue 0 are left out then."
            ) from None
    values, vectors = eigh(kernel, driver="evd")
    kept = values > len(values) * np.finfo(float).eps * values[-1]
    moved = np.divide(vectors.T @ residual, values, out=np.zeros_like(values), where=kept)
    return vectors @ moved, int(np.sum(~kept))


def _batches(inputs: Any) -> list[Any]:
    return [inputs[start : start + _BATCH] for start in range(0, len(inputs), _BATCH)]


@eqx.filter_jit
def _along(model: Any, direction: Any, inputs: Any) -> Any:
    params, fixed = eqx.partition(model, trainable(model))
    outputs = lambda p: outputs_of(eqx.combine(p, fixed), inputs)  # noqa: E731
    value, change = jax.jvp(outputs, (params,), (direction,))
    return value + change


@eqx.filter_jit
def _pull(model: Any, inputs: Any, coefficients: Any) -> Any:
    params, fixed = eqx.partition(model, trainable(model))
    outputs = lambda p: outputs_of(eqx.combine(p, fixed), inputs)  # noqa: E731
    return jax.vjp(outputs, params)[1](coefficients)[0]


def _pulled(model: Any, inputs: Any, coefficients: Floats) -> Any:
    """J_0(X)ᵀ coefficients, in the shape of the trained arrays."""
    pairs = zip(_batches(np.asarray(inputs, float)), _batches(coefficients), strict=True)
    parts = [_pull(model, jnp.asarray(x), jnp.asarray(c)) for x, c in pairs]
    return jax.tree.map(lambda *each: sum(each[1:], start=each[0]), *parts)
