"""Equations with symmetric positive definite matrices that are only multiplied with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ntkproofs.conventions import require_integer, require_rational
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.matrices.solvers.symmetric_products import (
    UNIT,
    Floats,
    Progress,
    SymmetricProducts,
    preconditioned,
    require_tolerance,
    require_vector,
    symmetric_products,
)


@dataclass(frozen=True, eq=False)
class Solution:
    """A solution of (A + ridge) x = y.

    Attributes:
        x: shape of y.
        residual: the largest ‖y - (A + ridge) x‖/‖y‖ of a column, recomputed at the end with the
            products as computed.
        iterations: of all columns together.
        operator_error: how far products may be from the matrix; None where nobody says. With it,
            the residual of the matrix itself is at most ``residual ‖y‖ + operator_error ‖x‖``.
    """

    x: Floats
    residual: float
    iterations: int
    operator_error: float | None


def solve(
    A: Any,
    y: Any,
    ridge: float = 0.0,
    *,
    tolerance: float = 1e-8,
    max_iterations: int = 10_000,
    preconditioner: Callable[[Floats], Any] | None = None,
    operator_error: float | None = None,
    progress: Progress | None = None,
) -> Solution:
    """Solve (A + ridge) x = y by conjugate gradients.

    Args:
        A: symmetric positive semidefinite array of shape (n, n), or operator.
        y: shape (n,) or (n, k).
        ridge: >= 0, added to the diagonal.
        tolerance: of the residual, relative to ‖y‖; tested on the residual that is computed anew
            from x, not on the one of the recurrence, which drifts away.
        max_iterations: for each column.
        preconditioner: v -> M v with M symmetric positive definite, near the inverse.
        operator_error: as for ``nt.extreme_eigenvalues``.
        progress: called with the iterations of a column and their limit.

    Returns:
        x and its residual. The error is that times κ at most, relative to ‖x‖.

    Raises:
        InvalidInput: if the matrix shows that it is not positive definite: pᵀAp < 0 for some p.
        Unable: if the iterations do not suffice or the residual stagnates; says what was reached.

    Source:
        Hestenes and Stiefel, J. Res. NBS 49 (1952).

    Example:
        >>> import numpy as np
        >>> solve(np.diag([1.0, 2.0]), [1.0, 1.0]).x.round(9)
        array([1. , 0.5])
    """
    products = symmetric_products(A, operator_error)
    targets = require_vector(y, products.size)
    shift = float(require_rational("ridge", ridge))
    most = require_integer("max_iterations", max_iterations, least=1, why="each is a product")
    tolerance = require_tolerance(tolerance)
    descent = _Gradients(products, shift, preconditioner, tolerance, most, progress)
    columns = targets.reshape(products.size, -1)
    solved = [descent.column(column) for column in columns.T]
    x = np.stack([each[0] for each in solved], axis=1).reshape(targets.shape)
    worst = max((each[1] for each in solved), default=0.0)
    return Solution(x, worst, sum(each[2] for each in solved), products.error)


@dataclass(frozen=True)
class _Gradients:
    """Conjugate gradients with a fixed matrix and stopping test."""

    products: SymmetricProducts
    shift: float
    preconditioner: Callable[[Floats], Any] | None
    tolerance: float
    most: int
    progress: Progress | None

    def column(self, y: Floats) -> tuple[Floats, float, int]:
        """x, its relative residual, and the iterations; restarted where the recurrence drifted."""
        largest = float(np.max(np.abs(y)))
        x = np.zeros_like(y)
        if largest == 0:
            return x, 0.0, 0
        if not 1e-100 < largest < 1e100:  # its square is 0 or infinite
            exponent = int(np.frexp(largest)[1])
            x, residual, count = self.column(np.ldexp(y, -exponent))
            return np.ldexp(x, exponent), residual, count
        size = float(np.linalg.norm(y))
        done, reached = 0, 1.0
        while done < self.most:
            # The residual of the recurrence may be below the true one: from the true one again.
            residual = y - self._times(x)
            now = float(np.linalg.norm(residual)) / size
            if now <= self.tolerance:
                return x, now, done
            if done and now > 0.5 * reached:
                raise self._failure(
                    now, done, "the residual stagnates, at the rounding of products"
                )
            reached = now
            step, count = self._run(residual, 0.5 * self.tolerance * size, done)
            x = x + step
            done += count
        now = float(np.linalg.norm(y - self._times(x))) / size
        if now <= self.tolerance:
            return x, now, done
        raise self._failure(now, done, "the iterations do not suffice")

    def _run(self, y: Floats, stop: float, done: int) -> tuple[Floats, int]:
        """The recurrence from 0 until its residual is small or the iterations are used up."""
        x, residual = np.zeros_like(y), y.copy()
        ahead = self._preconditioned(residual)
        direction, product = ahead, float(residual @ ahead)
        for count in range(1, self.most - done + 1):
            image = self._times(direction)
            curvature = float(direction @ image)
            self._require_positive(curvature, direction, image)
            x += product / curvature * direction
            residual -= product / curvature * image
            if self.progress is not None:
                self.progress(done + count, self.most)
            if np.linalg.norm(residual) <= stop:
                return x, count
            ahead = self._preconditioned(residual)
            before, product = product, float(residual @ ahead)
            direction = ahead + product / before * direction
        return x, self.most - done

    def _times(self, v: Floats) -> Floats:
        return self.products(v) + self.shift * v

    def _preconditioned(self, v: Floats) -> Floats:
        if self.preconditioner is None:
            return v.copy()
        return preconditioned(self.preconditioner, v)

    def _require_positive(self, curvature: float, direction: Floats, image: Floats) -> None:
        length = float(direction @ direction)
        if curvature > 0:
            return
        rounding = 8 * UNIT * np.sqrt(len(image) * length) * float(np.linalg.norm(image))
        if curvature < -self.products.known_error * length - rounding:
            raise InvalidInput(
                "Conjugate gradients need a positive definite matrix; this one has the Rayleigh "
                f"quotient {curvature / length:.3g} (ridge included). Give a ridge above that, or "
                "a kernel that is positive definite."
            )
        raise Unable(
            "The matrix is singular within the error of its products: a Rayleigh quotient is "
            f"{curvature / length:.3g}. Give a ridge, or products of a higher accuracy."
        )

    def _failure(self, reached: float, done: int, why: str) -> Unable:
        return Unable(
            f"A relative residual of {self.tolerance:g} was not reached: {reached:.3g} after "
            f"{done} iterations; {why}. Grant a larger tolerance, more iterations, a ridge or a "
            "preconditioner."
        )
