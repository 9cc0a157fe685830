"""Kernel ridge regression with the kernel of infinitely wide networks: the "standard NTK".

It is what a wide network trained to the end by gradient flow computes, but for its random start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width.network import Limit, Network, limit
from ntkproofs.matrices.memory import require_memory
from ntkproofs.networks.training import Data

Floats = NDArray[np.float64]
_COPIES = 8
"""Arrays of the size of the kernel that its recursion holds at one time."""


def cross_limit(network: Network, X: Any, Y: Any) -> Limit:
    """The limit of infinite widths between two sets of points, in float64.

    Args:
        network: its widths do not matter.
        X, Y: inputs, shapes (n, d) and (m, d), of any norms.

    Returns:
        ``nngp`` and ``ntk`` of shape (n, m): the block of
        :func:`ntkproofs.finite_width.network.limit` on all n + m points.

    Raises:
        InvalidInput: for inputs of different dimensions.
        Unable: if the matrices do not fit in memory.

    Source:
        Jacot, Gabriel, Hongler 2018.

    Example:
        >>> X, Y = np.eye(2), np.array([[3.0, 4.0]])
        >>> cross_limit(Network.of(depth=3, width=1), X, Y).ntk.shape
        (2, 1)
    """
    X, Y = np.asarray(X, dtype=float), np.asarray(Y, dtype=float)
    if X.ndim != 2 or Y.ndim != 2 or X.shape[1] != Y.shape[1]:
        raise InvalidInput(
            "Kernels take two sets of points of one dimension, shapes (n, d) and (m, d); got "
            f"{X.shape} and {Y.shape}."
        )
    require_kernel_memory(len(X), len(Y))
    v, w, phi = network.bias_variance, network.weight_variance, network.activation
    p, q = (X**2).sum(axis=1) + v, (Y**2).sum(axis=1) + v
    covariance = X @ Y.T + v
    tangent = covariance
    for _ in network.widths:
        left, right = np.broadcast_arrays(p[:, None], q[None, :])
        slope = w * phi.dual_of_derivative(left, covariance, right)
        covariance = w * phi.dual(left, covariance, right) + v
        tangent = covariance + slope * tangent
        p, q = w * phi.dual(p, p, p) + v, w * phi.dual(q, q, q) + v
    return Limit(covariance, tangent)


def require_kernel_memory(rows: int, columns: int) -> None:
    """Refuse kernels that, with what their recursion holds beside them, do not fit in memory."""
    what = f"A kernel of {rows} x {columns} points, with what its recursion holds beside it,"
    require_memory(8 * _COPIES * rows * columns, what, "Take fewer points.")


@dataclass(frozen=True)
class KernelMachine:
    """x -> offset + k(x, inputs) coefficients, k the NTK of infinite width.

    Inputs are divided by sqrt(d) first, so that standardised ones have norms about 1, and biases of
    variance v weigh alike in all dimensions.

    Attributes:
        network: its limit gives k.
        inputs: of the training part, shape (n, d), flattened.
        coefficients: shape (n, k).
        offset: mean of the training targets, shape (k,).
        temperature: T of :meth:`log_probabilities`.
    """

    network: Network
    inputs: Floats
    coefficients: Floats
    offset: Floats
    temperature: float = 1.0

    def __call__(self, inputs: Any) -> Floats:
        """The outputs, shape (m, k)."""
        kernel = cross_limit(self.network, scaled_rows(inputs), self.inputs).ntk
        return self.offset + kernel @ self.coefficients

    def log_probabilities(self, inputs: Any) -> Floats:
        """The logarithm of softmax(outputs/T), shape (m, classes)."""
        return log_softmax(self(inputs) / self.temperature)


def scaled_rows(inputs: Any) -> Floats:
    """Inputs as rows, divided by the square root of their dimension."""
    rows = np.asarray(inputs, dtype=float).reshape(len(inputs), -1)
    return rows / np.sqrt(rows.shape[1])


def fit_kernel_machine(
    network: Network, data: Data, *, ridge: float, classes: int | None = None
) -> KernelMachine:
    """Solve (K + ridge mean(diag K) I) coefficients = targets - their mean.

    Args:
        network: its limit gives the kernel.
        data: the training part; labels are turned into rows of the identity.
        ridge: > 0, relative to the mean of the kernel's diagonal.
        classes: None for regression.

    Raises:
        InvalidInput: for a ridge that is not positive.
        Unable: if the matrix is too large, or is no longer positive definite in float64.

    Example:
        >>> data = Data(np.linspace(-1, 1, 9)[:, None], np.linspace(-1, 1, 9)[:, None] ** 2)
        >>> machine = fit_kernel_machine(Network.of(3, 1, bias_variance=1), data, ridge=1e-6)
        >>> machine(np.array([[0.5]])).round(2)
        array([[0.25]])
    """
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    if not 0 < ridge < np.inf:
        raise InvalidInput(f"A ridge is a number > 0; got {ridge}.")
    targets = np.asarray(data.targets)
    wanted = np.eye(classes)[targets] if classes is not None else targets.astype(float)
    offset = wanted.mean(axis=0)
    inputs = scaled_rows(data.inputs)
    require_kernel_memory(len(inputs), len(inputs))
    kernel = limit(network, inputs).ntk
    kernel[np.diag_indices(len(kernel))] += ridge * np.trace(kernel) / len(kernel)
    try:
        factor = cho_factor(kernel, lower=True, overwrite_a=True)
    except LinAlgError:
        raise Unable(
            f"The kernel matrix with the ridge {ridge:g} is not positive definite in float64. "
            "Give a larger ridge."
        ) from None
    return KernelMachine(network, inputs, cho_solve(factor, wanted - offset), offset)


def with_temperature(machine: KernelMachine, validation: Data) -> KernelMachine:
    """The machine with the temperature of :func:`best_temperature` on the validation part."""
    found = best_temperature(machine(validation.inputs), validation.targets)
    return replace(machine, temperature=found)


def best_temperature(outputs: Any, labels: Any) -> float:
    """The T of least cross entropy of softmax(outputs/T), labels smoothed.

    Outputs that aim at 0 and 1 are no logits: without T their softmax is nearly uniform. Of n
    labels each is right with a probability n/(n+1) only, by Laplace's rule: otherwise T would be 0
    where all labels are found rightly.

    Args:
        outputs: shape (n, classes).
        labels: shape (n,).

    Example:
        >>> best_temperature(np.eye(2), np.array([0, 1])) < 1
        True
    """
    from scipy.optimize import minimize_scalar

    count, classes = outputs.shape
    smooth = (count * np.eye(classes)[labels] + 1 / classes) / (count + 1)

    def loss(log_temperature: float) -> float:
        return -float(np.sum(smooth * log_softmax(outputs * np.exp(-log_temperature))))

    # Of one minimum: the cross entropy is convex in 1/T.
    found: Any = minimize_scalar(loss, bounds=(-7.0, 3.0), method="bounded")
    return float(np.exp(found.x))


def log_softmax(logits: Any) -> Floats:
    """log softmax by rows, without overflow."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def cross_entropy(log_probabilities: Any, labels: Any) -> float:
    """The mean of -log P(label)."""
    return -float(np.mean(log_probabilities[np.arange(len(labels)), labels]))
