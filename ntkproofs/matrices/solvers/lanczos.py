"""Lanczos' recurrence with full reorthogonalisation, extended step by step."""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh_tridiagonal

from ntkproofs.errors import InvalidInput
from ntkproofs.matrices.memory import require_memory
from ntkproofs.matrices.solvers.symmetric_products import (
    UNIT,
    Floats,
    Progress,
    SymmetricProducts,
    lengths,
)


class Krylov:
    """An orthonormal basis V of span(v, Av, ..., A^(m-1) v), and T = VᵀAV, tridiagonal.

    A V = V T + β v_(m+1) e_mᵀ up to rounding. V is orthogonalised twice in every step, so that Ritz
    values come once each; it is kept, which takes 8 n m bytes.

    Source:
        Parlett, The Symmetric Eigenvalue Problem, 1998, chapter 13.
    """

    def __init__(
        self,
        products: SymmetricProducts,
        start: Floats,
        most: int,
        progress: Progress | None = None,
    ) -> None:
        """Of a vector that is not 0, and room for ``most`` steps, n at most."""
        self.most = min(most, products.size)
        if self.most < 1:
            raise InvalidInput(f"Lanczos takes at least one step; got {most}.")
        require_memory(
            8 * products.size * self.most,
            f"A Lanczos basis of {self.most} vectors of {products.size} entries",
            "Allow fewer steps.",
        )
        self._products, self._progress = products, progress
        self._basis = np.empty((self.most + 1, products.size))
        self._alpha, self._beta = np.empty(self.most), np.zeros(self.most)
        self.length = float(lengths(start))
        self._basis[0] = start / self.length
        self.steps = 0
        self.exhausted = False

    def extend(self, steps: int) -> None:
        """Go on until there are so many steps, or the space is invariant."""
        while self.steps < min(steps, self.most) and not self.exhausted:
            m = self.steps
            w = self._products(self._basis[m])
            self._alpha[m] = self._basis[m] @ w
            for _ in range(2):
                w = w - (self._basis[: m + 1] @ w) @ self._basis[: m + 1]
            self._beta[m] = lengths(w)
            self.steps = m + 1
            size = np.abs(self._alpha[: m + 1]).max() + self._beta[: m + 1].max()
            if self.steps == self._products.size or self._beta[m] <= 8 * UNIT * size:
                self._beta[m], self.exhausted = 0.0, True  # what is left is rounding
            else:
                self._basis[m + 1] = w / self._beta[m]
            if self._progress is not None:
                self._progress(self.steps, self.most)

    @property
    def beta(self) -> float:
        """β of the last step: what is missing to an invariant space."""
        return float(self._beta[self.steps - 1])

    def ritz(self) -> tuple[Floats, Floats]:
        """Eigenvalues of T, ascending, and its eigenvectors as columns."""
        m = self.steps
        values, vectors = eigh_tridiagonal(self._alpha[:m], self._beta[: m - 1])
        return np.asarray(values), np.asarray(vectors)

    def combine(self, weights: Floats) -> Floats:
        """V w, for w of shape (m,) or (m, k): shape (n,) or (n, k)."""
        return self._basis[: self.steps].T @ weights
