"""Whether a symmetric matrix is positive definite: proved, disproved by a witness, or left open."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.linalg
from flint import arb
from numpy.typing import ArrayLike

from ntkproofs.arithmetic.truth import Truth
from ntkproofs.matrices.cholesky import breakdown, floor_by_cholesky, margin
from ntkproofs.matrices.enclosures import enclose_scaled, norm_of_radius
from ntkproofs.matrices.extremes import ritz_values
from ntkproofs.matrices.intervals import Interval
from ntkproofs.matrices.residuals import accurate_residual
from ntkproofs.matrices.rounding import PANEL, Matrix, above, blocks
from ntkproofs.matrices.smallest import in_units_of
from ntkproofs.matrices.symmetric import Scaled, scaled, symmetric

ASKER = "nt.is_positive_definite"
_COPIES = 2


@dataclass(frozen=True, eq=False)
class Definiteness:
    """Whether a matrix is positive definite, and what proves it.

    Attributes:
        truth: ``Truth.TRUE``, ``Truth.FALSE`` or ``Truth.UNDECIDED``.
        reason: a sentence.
        smallest: bounds of λ_min; an end that was not bounded is infinite.
        witness: for a refutation by a vector x with xᵀAx <= 0, that vector; otherwise None.
    """

    truth: Truth
    reason: str
    smallest: Interval
    witness: Matrix | None = None

    def __bool__(self) -> bool:
        return bool(self.truth)  # refused there, with the reason


def is_positive_definite(A: Any, radius: ArrayLike | None = None) -> Definiteness:
    """Whether a symmetric matrix is positive definite, with proof, for a Cholesky or two.

    *True* is proved by a Cholesky factorisation of A - cI that runs to completion, where c exceeds
    what rounding can do (``floor_by_cholesky``). *False* is proved by a vector x with xᵀAx <= 0:
    a diagonal entry, a pair of rows (exactly, in fractions), or a vector whose Rayleigh quotient
    is enclosed below 0. Only what this leaves open has its eigenvalues enclosed.

    Args:
        A: array of shape (n, n), exactly symmetric, as for ``nt.enclose_eigenvalues``.
        radius: uncertainty of the entries; true then says that every matrix within the radius is
            positive definite, and false that none is.

    Returns:
        ``Definiteness``: ``truth`` (three-valued), ``reason``, ``smallest``, ``witness``.

    Raises:
        InvalidInput, Unable: as ``nt.enclose_eigenvalues``.

    Source:
        Rump 2006, Verification of positive definiteness, BIT 46.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> nt.is_positive_definite(np.array([[2.0, 1.0], [1.0, 2.0]])).truth
        <Truth.TRUE: 'true'>
        >>> found = nt.is_positive_definite(np.array([[1.0, 1.0], [1.0, 1.0]]))
        >>> found.truth, found.witness
        (<Truth.FALSE: 'false'>, array([ 1., -1.]))
    """
    matrix = symmetric(A, ASKER, _COPIES)
    moved = norm_of_radius(radius, len(matrix), ASKER)
    given = scaled(matrix)
    unit = arb(2) ** given.exponent
    clearance = above(moved / unit + arb(given.lost) * len(matrix))
    ways = (
        lambda: _by_diagonal(matrix, moved),
        lambda: _by_cholesky(given, clearance, moved),
        lambda: _by_pair(matrix, moved),
        lambda: _by_minor(given, clearance, moved),
    )
    for way in ways:
        found = way()
        if found is not None:
            return found
    return _by_eigenvalues(given, moved)


def _by_diagonal(A: Matrix, moved: arb) -> Definiteness | None:
    i = int(A.diagonal().argmin())
    highest = arb(float(A[i, i])) + moved
    if not highest <= 0:
        return None
    x = np.zeros(len(A))
    x[i] = 1.0
    reason = f"A[{i}, {i}] = {A[i, i]:.6g} is not positive, and it is xᵀAx for the unit vector x."
    return Definiteness(Truth.FALSE, reason, Interval(-math.inf, above(highest)), x)


def _by_cholesky(given: Scaled, clearance: float, moved: arb) -> Definiteness | None:
    """The shift is twice what is lost, so that the proof also gives a positive lower bound."""
    floor = floor_by_cholesky(given.matrix, 2 * (margin(given.matrix) + clearance))
    if floor is None or floor <= clearance:
        return None
    smallest = in_units_of(given, Interval(floor, math.inf), moved)
    reason = (
        "Cholesky's factorisation of A - cI ran to completion for a c that exceeds all rounding "
        f"errors, which proves that every eigenvalue is at least {smallest.lower:.3g}."
    )
    return Definiteness(Truth.TRUE, reason, smallest)


def _by_pair(A: Matrix, moved: arb) -> Definiteness | None:
    """x = e_i - e_j or e_i + e_j with xᵀAx <= 0 in exact arithmetic."""
    if moved > 0:
        return None
    diagonal = A.diagonal() / 2
    for rows in blocks(len(A), PANEL):
        with np.errstate(over="ignore"):
            room = (diagonal[rows, None] + diagonal[None, :]) - np.abs(A[rows])
        room[np.arange(room.shape[0]), np.arange(rows.start, rows.stop)] = math.inf
        if room.min() > 0:
            continue
        i, j = (int(k) for k in np.unravel_index(int(room.argmin()), room.shape))
        i += rows.start
        entries = [Fraction(float(value)) for value in (A[i, i], A[j, j], A[i, j])]
        form = entries[0] + entries[1] - 2 * abs(entries[2])
        if form <= 0:
            return _pair(A, i, j, form)
    return None


def _pair(A: Matrix, i: int, j: int, form: Fraction) -> Definiteness:
    sign = -1.0 if A[i, j] > 0 else 1.0
    x = np.zeros(len(A))
    x[i], x[j] = 1.0, sign
    value = "= 0" if form == 0 else f"= {float(form):.3g}"
    reason = (
        f"xᵀAx {value} exactly for x = e_{i} {'-' if sign < 0 else '+'} e_{j}: rows {i} and {j}."
    )
    half = Fraction(form) / 2  # xᵀx = 2
    quotient = arb(half.numerator) / half.denominator
    return Definiteness(Truth.FALSE, reason, Interval(-math.inf, above(quotient)), x)


def _by_minor(given: Scaled, clearance: float, moved: arb) -> Definiteness | None:
    """Where the factorisation breaks down at order j, x = (-A₁₁⁻¹a, 1, 0) has xᵀAx = the pivot."""
    A = given.matrix
    order = breakdown(A)
    if not order:
        return None
    x = np.zeros(len(A))
    x[order - 1] = 1.0
    if order > 1:
        m = order - 1
        try:
            factor = scipy.linalg.cho_factor(A[:m, :m], lower=True, check_finite=False)
            x[:m] = -scipy.linalg.cho_solve(factor, A[:m, m], check_finite=False)
        except np.linalg.LinAlgError:
            return None
    size = float(np.linalg.norm(x))
    if not 0 < size < math.inf:
        return None
    return _by_quotient(given, x / size, clearance, moved)


def _by_quotient(given: Scaled, x: Matrix, clearance: float, moved: arb) -> Definiteness | None:
    A, column = given.matrix, x[:, None]
    quotient = ritz_values(accurate_residual(A, column, np.array([x @ (A @ x)])))
    if quotient is None or not float(quotient.upper[0]) + clearance < 0:
        return None
    found = Interval(float(quotient.lower[0]), float(quotient.upper[0]))
    found = in_units_of(given, found, moved)
    reason = f"xᵀAx/xᵀx lies in [{found.lower:.6g}, {found.upper:.6g}], below 0, for the witness x."
    return Definiteness(Truth.FALSE, reason, Interval(-math.inf, found.upper), x)


def _by_eigenvalues(given: Scaled, moved: arb) -> Definiteness:
    smallest = enclose_scaled(given, moved).smallest
    truth = smallest.positive()
    where = f"λ_min lies in [{smallest.lower:.6g}, {smallest.upper:.6g}]"
    reason = {
        Truth.TRUE: f"{where}, above 0.",
        Truth.FALSE: f"{where}, not above 0.",
        Truth.UNDECIDED: f"{where}, and float64 cannot tell on which side of 0. For small n, "
        "nt.enclose_eigenvalues(A, digits=...) can.",
    }[truth]
    return Definiteness(truth, reason, smallest)
