"""A symmetric matrix by its products with vectors, and how far these may be from the matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntkproofs.conventions import require_rational
from ntkproofs.errors import InvalidInput

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]
"""Called with the products done and the most that there will be."""

UNIT = 2.0**-53
_ASYMMETRY = 1e-12


@dataclass(eq=False)
class SymmetricProducts:
    """A symmetric matrix that is only multiplied with.

    Attributes:
        matrix: an array or an operator with ``@``.
        size: n.
        error: δ with ‖computed Av - Av‖ <= δ ‖v‖, as the operator states it (``product_error``)
            or the caller; for arrays from the roundings; None where nobody says.
        count: how many vectors were multiplied.
    """

    matrix: Any
    size: int
    error: float | None
    count: int = 0

    def __call__(self, v: Floats) -> Floats:
        """A v, for v of shape (n,) or (n, k); refused if it is not finite."""
        self.count += 1 if v.ndim == 1 else v.shape[1]
        found = np.asarray(self.matrix @ v, dtype=np.float64)
        if not np.isfinite(found).all():
            raise InvalidInput(
                "A product of the matrix with a finite vector has entries that are not finite; "
                "the matrix is no operator on R^n. Look for NaN or infinities in the points."
            )
        return found

    @property
    def known_error(self) -> float:
        """δ, or 0 where nobody says."""
        return self.error or 0.0


def symmetric_products(A: Any, error: float | None = None) -> SymmetricProducts:
    """Check what can be checked of a symmetric matrix or operator.

    Args:
        A: array of shape (n, n), or an operator with ``shape`` and ``@``.
        error: δ of its products, where it is known better than A says.

    Raises:
        InvalidInput: unless it is square, real, and as an array finite and symmetric. Of an
            operator symmetry is tested on one pair of random vectors.
    """
    shape = getattr(A, "shape", None)
    if shape is None or len(shape) != 2 or shape[0] != shape[1] or shape[0] < 1:
        raise InvalidInput(
            f"A symmetric matrix or operator of shape (n, n), n >= 1, is needed; got "
            f"{type(A).__name__} of shape {shape}. Kernel matrices of two sets of points have no "
            "eigenvalues."
        )
    if error is not None:
        error = float(require_rational("operator_error", error))
    size = int(shape[0])
    if isinstance(A, np.ndarray):
        A = _symmetric_array(A)
        known = size * UNIT * float(lengths(A.ravel()))
    else:
        known = getattr(A, "product_error", None)
        known = None if known is None else float(known)
    found = SymmetricProducts(A, size, known if error is None else error)
    if not isinstance(A, np.ndarray):
        _require_symmetry(found)
    return found


def lengths(v: Floats) -> Any:
    """‖v‖, of columns where there are some: of vectors whose squares are 0 or infinite, too."""
    largest = np.max(np.abs(v), axis=0, initial=0.0)
    scale = np.where(largest > 0, largest, 1.0)
    return scale * np.linalg.norm(v / scale, axis=0)


def require_tolerance(tolerance: Any) -> float:
    """A relative error as a number between 0 and 1.

    Raises:
        InvalidInput: otherwise.
    """
    found = float(require_rational("tolerance", tolerance, positive=True))
    if not 0 < found < 1:
        raise InvalidInput(f"tolerance is a relative error between 0 and 1; got {tolerance!r}.")
    return found


def require_vector(y: Any, size: int, name: str = "y") -> Floats:
    """y as float64 array of shape (n,) or (n, k); finite.

    Raises:
        InvalidInput: otherwise.
    """
    if np.iscomplexobj(y):
        raise InvalidInput(
            f"{name} is real; got complex numbers. Take their real and imaginary parts apart."
        )
    found = np.asarray(y, dtype=np.float64)
    if found.ndim not in (1, 2) or found.shape[0] != size or not np.isfinite(found).all():
        raise InvalidInput(
            f"{name} has {size} finite entries, one for each row of the matrix, or columns of "
            f"them; got shape {found.shape}."
        )
    return found


def preconditioned(preconditioner: Callable[[Floats], Any], v: Floats) -> Floats:
    """M v, for v of shape (n,).

    Raises:
        InvalidInput: unless it is a vector like v with vᵀMv > 0.
    """
    found = require_vector(preconditioner(v), len(v), "The preconditioner's result")
    if found.shape != v.shape or not float(v @ found) > 0:
        said = f"rᵀMr = {float(v @ found):.3g}" if found.ndim == 1 else f"shape {found.shape}"
        raise InvalidInput(
            "The preconditioner is to be symmetric positive definite; for a residual r of shape "
            f"{v.shape} it gave {said}."
        )
    return found


def _symmetric_array(A: Any) -> Floats:
    if np.iscomplexobj(A):
        raise InvalidInput("A real symmetric matrix is needed; got a complex one.")
    found = np.asarray(A, dtype=np.float64)
    if not np.isfinite(found).all():
        raise InvalidInput("A matrix has finite entries; got NaN or infinities.")
    gap = float(np.abs(found - found.T).max())
    if gap > _ASYMMETRY * float(np.abs(found).max()):
        raise InvalidInput(
            f"The matrix is not symmetric: entries differ from their mirrors by up to {gap:.3g}. "
            "Lanczos and conjugate gradients give wrong answers then. Take (A + A.T)/2 if that is "
            "rounding."
        )
    return found


def _require_symmetry(products: SymmetricProducts) -> None:
    """<Av, w> = <v, Aw>, up to what the products may be off."""
    rng = np.random.default_rng(20261122)
    v, w = rng.normal(size=(2, products.size))
    there, back = products(v), products(w)
    gap = abs(float(there @ w - v @ back))
    sizes = float(
        np.linalg.norm(v) * np.linalg.norm(back) + np.linalg.norm(w) * np.linalg.norm(there)
    )
    lengths = float(np.linalg.norm(v) * np.linalg.norm(w))
    if gap > 2 * products.known_error * lengths + 1e-9 * sizes:
        raise InvalidInput(
            f"The operator is not symmetric: <Av, w> and <v, Aw> differ by {gap:.3g} for random v "
            "and w, more than its products may be off. Lanczos and conjugate gradients give wrong "
            "answers then."
        )
