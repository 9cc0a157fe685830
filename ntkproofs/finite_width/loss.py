"""The loss ½ rᵀ P r of a residual r = f - y, P positive definite (Sobolev training)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ntkproofs.errors import InvalidInput


@dataclass(frozen=True)
class Loss:
    """A matrix P of a quadratic loss, with what bounds need of it.

    Attributes:
        matrix: P, shape (n, n).
        root: P^½.
        low, high: the smallest and the largest eigenvalue of P.
    """

    matrix: Any
    root: Any
    low: float
    high: float

    @staticmethod
    def of(sobolev: Any, n: int) -> Loss:
        """The loss of a matrix; None is the squared loss.

        Raises:
            InvalidInput: for a matrix of another shape, or one that is not positive definite.
        """
        if sobolev is None:
            return Loss(np.eye(n), np.eye(n), 1.0, 1.0)
        P = np.asarray(sobolev, dtype=float)
        if P.shape != (n, n) or not np.isfinite(P).all() or not _symmetric(P):
            raise InvalidInput(
                f"The loss ½ rᵀ P r of {n} inputs needs a symmetric matrix of shape ({n}, {n}) "
                f"with finite entries; got one of shape {P.shape}."
            )
        P = (P + P.T) / 2
        values, vectors = np.linalg.eigh(P)
        if not values[0] > 0:
            raise InvalidInput(
                f"The loss ½ rᵀ P r needs a positive definite P: its smallest eigenvalue is "
                f"{values[0]:.3g}, and the residual along its eigenvector is never reduced."
            )
        root = (vectors * np.sqrt(values)) @ vectors.T
        return Loss(P, root, float(values[0]), float(values[-1]))

    def seen_by(self, kernel: Any) -> Any:
        """P^½ Θ P^½ of a kernel matrix, or of many: what the flow of P^½ r goes by."""
        product = self.root @ kernel @ self.root
        return (product + np.swapaxes(product, -1, -2)) / 2


def _symmetric(P: Any) -> bool:
    """Up to the rounding of a computed product, in units of its largest entry."""
    return bool(np.abs(P - P.T).max() <= 1e-12 * np.abs(P).max())
