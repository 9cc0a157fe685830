"""Verified enclosures of all eigenvalues of a symmetric matrix, at the speed of LAPACK."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
from flint import arb
from numpy.typing import ArrayLike

from ntkproofs.conventions import require_integer
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.markup import table
from ntkproofs.matrices.balled import eigenvalue_balls
from ntkproofs.matrices.extremes import Ends, lowest
from ntkproofs.matrices.intervals import Interval
from ntkproofs.matrices.residuals import (
    Residual,
    accurate_residual,
    pairing_radius,
)
from ntkproofs.matrices.rounding import Matrix, above, down, spectral_bound, up
from ntkproofs.matrices.symmetric import (
    Scaled,
    as_doubles,
    is_diagonal,
    require_memory,
    scaled,
    symmetric,
    unscaled,
)

ASKER = "nt.enclose_eigenvalues"
_COPIES = 6
"""Matrices of A's size that the symmetric eigenvalue problem by divide and conquer takes."""
_BLOCK = 32
_RESIDUAL = 2.0**-46
"""Guess of the residual of eigenvectors over ‖A‖; it only guides the choice of a block."""


@dataclass(frozen=True, eq=False)
class Enclosures:
    """Bounds of the eigenvalues λ_1 <= ... <= λ_n of a symmetric matrix, that hold exactly.

    Attributes:
        lower: float64 array of shape (n,), ascending; ``lower[i] <= λ_i``.
        upper: float64 array of shape (n,), ascending; ``λ_i <= upper[i]``.
    """

    lower: Matrix
    upper: Matrix

    def __len__(self) -> int:
        return len(self.lower)

    def __getitem__(self, index: int) -> Interval:
        return Interval(float(self.lower[index]), float(self.upper[index]))

    def _repr_html_(self) -> str:
        shown = [*range(min(len(self), 5)), *range(max(5, len(self) - 5), len(self))]
        rows = [[str(i + 1), repr(self[i].lower), repr(self[i].upper)] for i in shown]
        caption = f"{len(self)} eigenvalues, enclosed" + (
            "; the five at either end" if len(self) > len(shown) else ""
        )
        return table(["i", "lower", "upper"], rows, caption)

    @property
    def smallest(self) -> Interval:
        """The enclosure of λ_min."""
        return self[0]

    @property
    def largest(self) -> Interval:
        """The enclosure of λ_max."""
        return self[len(self) - 1]

    def condition(self) -> Interval:
        """The enclosure of the condition number max |λ| / min |λ| in the 2-norm.

        The upper end is infinite where an enclosure holds 0, that is where the matrix was not
        proved to be nonsingular; the lower end holds all the same.
        """
        least = float(np.maximum(np.maximum(self.lower, -self.upper), 0.0).min())
        least_above = float(np.maximum(np.abs(self.lower), np.abs(self.upper)).min())
        ends = (self.smallest, self.largest)
        most = max(max(abs(end.lower), abs(end.upper)) for end in ends)
        most_below = max(end.magnitude_from_below() for end in ends)
        low = math.nextafter(most_below / least_above, 0) if least_above > 0 else math.inf
        high = math.nextafter(most / least, math.inf) if least > 0 else math.inf
        return Interval(max(1.0, float(low)), float(high))


def enclose_eigenvalues(
    A: Any, radius: ArrayLike | None = None, digits: int | None = None
) -> Enclosures | list[arb]:
    r"""Bounds of every eigenvalue of a symmetric matrix, proved, at about the cost of ``eigh``.

    Floating-point eigenvectors V and eigenvalues are computed by LAPACK; what they prove is then
    computed with a priori bounds of all rounding errors. All eigenvalues: ``pairing_radius``
    (Weyl and Ostrowski), an absolute error of about n u ‖A‖_F. The ends of the spectrum:
    ``lowest`` (Lehmann), from residuals of some 6 digits more; the error of λ_min is then about
    2^-20 of the above. No assumption is made about how V was found. What is assumed: IEEE
    arithmetic rounded to nearest, and a BLAS whose products sum the products of entries in some
    order (no method of Strassen's type).

    Args:
        A: array of shape (n, n), exactly symmetric, float64 (float32 and integers are converted).
        radius: uncertainty of the entries, a number or an array of shape (n, n): bounds then hold
            for every symmetric matrix within ``radius`` of A, entry by entry. By Weyl each
            eigenvalue moves by at most ‖radius‖_2 <= min(‖radius‖_F, sqrt(‖·‖_1 ‖·‖_∞)). With the
            error of ``nt.gram`` as radius, the kernel matrix of the exact points is enclosed.
        digits: if given, a list of balls (``flint.arb``), ascending, of radius at most
            10^-digits ‖A‖ (for n up to 200 or so); A may then hold exact numbers or balls too.

    Returns:
        ``Enclosures`` with ``lower``, ``upper``, ``smallest``, ``largest``, ``condition()``; or,
        with ``digits``, a list of n balls, the i-th of which holds λ_i.

    Raises:
        InvalidInput: for a matrix that is not symmetric (where and how much), not finite, empty or
            complex.
        Unable: where memory is short, or LAPACK finds no eigenvectors.

    Source:
        Rump 2010, Verification methods, section 13; Parlett 1998, chapters 4 and 10.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> found = nt.enclose_eigenvalues(np.array([[2.0, 1.0], [1.0, 2.0]]))
        >>> found.smallest.contains(1), found.largest.contains(3), len(found)
        (True, True, 2)
        >>> found.condition().upper < 3 + 1e-12
        True
        >>> nt.enclose_eigenvalues(np.array([[2, 1], [1, 3]]), digits=20)[0]
        [1.38196601125011 +/- ...]
    """
    if digits is not None:
        digits = require_integer("digits", digits, least=1, why="it is a number of decimal digits")
        return eigenvalue_balls(A, digits, radius, ASKER)
    matrix = symmetric(A, ASKER, _COPIES)
    moved = norm_of_radius(radius, len(matrix), ASKER)
    if is_diagonal(matrix):
        exact = np.sort(matrix.diagonal())
        return _widened(exact, exact, moved)
    return enclose_scaled(scaled(matrix), moved)


def enclose_scaled(given: Scaled, moved: arb) -> Enclosures:
    """The enclosures of 2^exponent (matrix + E), ‖E‖_2 <= lost, moved by another ``moved``."""
    A = given.matrix
    require_memory(len(A), _COPIES, ASKER)
    V, values = _eigenvectors(A)
    radius = pairing_radius(A, V, values)
    if radius is None:
        raise Unable(
            f"{ASKER}: the eigenvectors that LAPACK returned are not orthogonal to within 1/2, so "
            "that they prove nothing. This points to a broken BLAS; run numpy's and scipy's tests."
        )
    width = up(up(above(radius.relative) * np.abs(values)) + above(radius.absolute))
    low, high = down(values - width), up(values + width)
    low, high = _with_sharp_ends(A, V, values, low, high)
    _require_consistent(low, high)
    low = unscaled(low, given.exponent, -math.inf)
    high = unscaled(high, given.exponent, math.inf)
    lost = arb(given.lost) * len(A) * arb(2) ** given.exponent
    return _widened(low, high, moved + lost)


def _eigenvectors(A: Matrix) -> tuple[Matrix, Matrix]:
    try:
        values, V = scipy.linalg.eigh(A, driver="evd", check_finite=False)
    except np.linalg.LinAlgError as error:
        raise Unable(
            f"{ASKER}: LAPACK's divide and conquer found no eigenvectors ({error}), and without "
            "approximate ones there is nothing to prove. For small n pass digits=."
        ) from None
    return V, values


def _with_sharp_ends(
    A: Matrix, V: Matrix, values: Matrix, low: Matrix, high: Matrix
) -> tuple[Matrix, Matrix]:
    """The bounds, with those at both ends of the spectrum replaced by Lehmann's where narrower."""
    n = len(values)
    bottom, top = block_size(low, high), block_size(-high[::-1], -low[::-1])
    if not bottom + top:
        return low, high
    columns = np.r_[0:bottom, n - top : n]
    residual = accurate_residual(A, V[:, columns], values[columns])
    low, high = low.copy(), high.copy()
    found = _lowest(residual, slice(0, bottom), 1, low)
    if found is not None:
        low[:bottom] = np.maximum(low[:bottom], found.lower)
        high[:bottom] = np.minimum(high[:bottom], found.upper)
    found = _lowest(residual, slice(bottom, bottom + top), -1, -high[::-1])
    if found is not None:
        low[n - top :] = np.maximum(low[n - top :], -found.upper[::-1])
        high[n - top :] = np.minimum(high[n - top :], -found.lower[::-1])
    return np.maximum.accumulate(low), np.minimum.accumulate(high[::-1])[::-1]


def _lowest(residual: Residual, which: slice, sign: int, low: Matrix) -> Ends | None:
    k = which.stop - which.start
    if not k:
        return None
    return lowest(residual.columns(which, sign), float(low[k]) if k < len(low) else None)


def block_size(low: Matrix, high: Matrix) -> int:
    """How many of the lowest eigenvalues to treat together, from bounds of all; 0 for none.

    Wanted is a gap to the next eigenvalue, and a block of no great spread: the widths to be
    expected are η²/gap and u max |θ|. Of nearly equal choices the smallest block is taken.
    """
    n = len(low)
    k = np.arange(1, min(n, max(_BLOCK, n // 8)) + 1)
    gap = np.append(low[1:], math.inf)[k - 1] - high[k - 1]
    size = max(abs(low[0]), abs(high[-1]))
    spread = np.maximum(abs(low[0]), abs(high[k - 1]))
    with np.errstate(divide="ignore"):
        score = np.where(gap > 0, (_RESIDUAL * size) ** 2 / gap, math.inf) + 2.0**-50 * spread * k
    best = float(score.min())
    good = (score <= 2 * best) & (gap > _RESIDUAL * size)
    return int(k[np.argmax(good)]) if good.any() else 0


def norm_of_radius(radius: ArrayLike | None, n: int, asker: str) -> arb:
    """Upper bound of the 2-norm of every matrix that is at most ``radius``, entry by entry."""
    if radius is None:
        return arb(0)
    given = as_doubles(np.asarray(radius), asker, "radius")
    if given.shape not in ((), (n, n)) or not np.isfinite(given).all() or (given < 0).any():
        raise InvalidInput(
            f"{asker} needs radius as a finite number >= 0 or an array of such of A's shape "
            f"({n}, {n}); got shape {given.shape}, least {np.min(given)}. It bounds |A' - A| entry "
            "by entry."
        )
    if given.ndim == 0:
        return arb(float(given)) * n
    size = scaled(given)
    return spectral_bound(size.matrix) * arb(2) ** size.exponent + arb(size.lost) * n


def _widened(low: Matrix, high: Matrix, by: arb) -> Enclosures:
    width = above(by)
    if width > 0:
        with np.errstate(over="ignore"):
            low, high = down(low - width), up(high + width)
    return Enclosures(low, high)


def _require_consistent(low: Matrix, high: Matrix) -> None:
    if not (low <= high).all():
        where = int(np.argmax(~(low <= high)))
        raise Unable(
            f"{ASKER}: two bounds of eigenvalue {where} contradict each other, {low[where]!r} from "
            f"below and {high[where]!r} from above. The BLAS breaks its error bound (Strassen's "
            "method, fast-math, a rounding mode that is not to nearest); use another BLAS."
        )
