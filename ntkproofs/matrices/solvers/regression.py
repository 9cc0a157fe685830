"""Kernel ridge regression on operators: what infinitely wide networks converge to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.matrices.blocks import operator as kernel_operator
from ntkproofs.matrices.solvers.linear import Solution, solve
from ntkproofs.matrices.solvers.symmetric_products import Floats, Progress


@dataclass(frozen=True, eq=False)
class KernelPredictor:
    """f(x) = Σ_i k(x, x_i) α_i; see :func:`kernel_regression`.

    Attributes:
        kernel: k.
        points: x_i, as they were given.
        coefficients: α, shape of y.
        solution: how α was found: residual, iterations.
        make: what makes operators of points.
    """

    kernel: Kernel
    points: Any
    coefficients: Floats
    solution: Solution
    make: Callable[..., Any]

    def __call__(self, X: Any) -> Floats:
        """The predictions at the rows of X: shape (m,), or (m, k) for k columns of targets."""
        return self.make(self.kernel, X, self.points) @ self.coefficients


def kernel_regression(
    kernel: Kernel,
    X: Any,
    y: Any,
    ridge: float = 0.0,
    *,
    operator: Callable[..., Any] | None = None,
    tolerance: float = 1e-8,
    max_iterations: int = 10_000,
    progress: Progress | None = None,
) -> KernelPredictor:
    """Minimise ‖f - y‖² + ridge ‖f‖²_k over the reproducing kernel space: α = (K + ridge)^(-1) y.

    Args:
        kernel: a positive definite zonal kernel.
        X: array of shape (n, d), points as ``operator`` takes them.
        y: targets, shape (n,) or (n, k).
        ridge: >= 0; 0 interpolates, as a wide network trained to the end does (from output 0).
        operator: ``operator(kernel, X)`` and ``operator(kernel, new, X)``, such as
            ``nt.torus.operator``; ``nt.operator``, on unit vectors, if left out.
        tolerance, max_iterations, progress: as for ``nt.solve``.

    Returns:
        The predictor, which is called with new points.

    Raises:
        InvalidInput, Unable: as nt.solve and the operator.

    Source:
        Kimeldorf and Wahba, J. Math. Anal. Appl. 33 (1971).

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> X = nt.sphere.uniform(50, 3, seed=0)
        >>> f = kernel_regression(nt.ntk(3), X, X[:, 0])
        >>> bool(np.allclose(f(X), X[:, 0], atol=1e-6))
        True
    """
    if not isinstance(kernel, Kernel):
        raise InvalidInput(
            f"nt.kernel_regression needs a kernel first, then points and targets; got "
            f"{type(kernel).__name__}."
        )
    make = kernel_operator if operator is None else operator
    found = solve(
        make(kernel, X),
        y,
        ridge,
        tolerance=tolerance,
        max_iterations=max_iterations,
        progress=progress,
    )
    return KernelPredictor(kernel, X, found.x, found, make)
