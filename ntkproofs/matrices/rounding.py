"""A priori bounds of rounding errors of float64 matrix arithmetic, for any order of summation.

Unit roundoff u = 2^-53. A float in which every term passes through at most h roundings differs
from the exact sum by at most γ_h Σ|terms|, γ_h = hu/(1 - hu) (Higham 2002, Lemma 3.1; Jeannerod
and Rump 2013 show that hu is enough). Underflow adds at most TINY per operation, also where
subnormal numbers, read or written, are taken for zero. Fused multiply-adds and any blocking only
lower h; what is excluded is a BLAS of Strassen's type, whose products obey no such bound.

Norms and bounds are scalars: they are balls (Arb), so that formulas stand as on paper and nothing
is rounded the wrong way. Matrices stay float64. Their entries are of moderate size (``symmetric``
scales them by a power of two where they are not), so that nothing overflows.
"""

from __future__ import annotations

import math
import sys

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ntkproofs.arithmetic.balls import ball

Matrix = NDArray[np.float64]

UNIT = 2.0**-53
TINY = 2.0**-960
"""More than a product and the addition that follows it may lose by underflow, together: 2^-1022
times the other factor, which is far below 2^60."""

INNER = 512
"""Length of the inner products that are handed to the BLAS; longer ones are sums of these. It cuts
the number of roundings of a term from n to 512 + n/512."""

PANEL = 512
"""Rows computed at a time, so that no second n x n matrix is held."""


def gamma(roundings: int) -> arb:
    """γ_h = hu/(1 - hu), the relative error of h roundings one after the other.

    Example:
        >>> above(gamma(1000)) < 1.2e-13
        True
    """
    h = arb(roundings) * UNIT
    return h / (1 - h)


def above(value: arb) -> float:
    """A float that is not below the ball; infinity where the ball is not finite."""
    if not value.is_finite():
        return math.inf
    top = value.upper()
    found = max(float(top), -sys.float_info.max)  # a ball beyond the range of floats
    return found if found == math.inf or arb(found) >= top else math.nextafter(found, math.inf)


def below(value: arb) -> float:
    """A float that is not above the ball; minus infinity where the ball is not finite."""
    return -above(-value)


def upper(value: arb) -> arb:
    """The right end of a ball, as an exact ball."""
    return value.upper()


def up(values: Matrix) -> Matrix:
    """The next floats above: bounds the exact results of one operation each."""
    return np.nextafter(values, math.inf)


def down(values: Matrix) -> Matrix:
    """The next floats below."""
    return np.nextafter(values, -math.inf)


def blocks(length: int, size: int) -> list[slice]:
    """Consecutive slices of at most so many indices."""
    return [slice(start, min(start + size, length)) for start in range(0, length, size)]


def roundings(inner: int) -> int:
    """How many roundings a term of ``product`` passes through: in its block, then between blocks.

    Example:
        >>> roundings(3), roundings(8000)
        (3, 527)
    """
    return min(inner, INNER) + max(len(blocks(inner, INNER)), 1) - 1


def product(A: Matrix, B: Matrix) -> Matrix:
    """fl(AB); its error is at most γ_h |A||B| + TINY·inner entrywise, h = ``roundings(inner)``."""
    first, *rest = blocks(A.shape[1], INNER)
    total = A[:, first] @ B[first]
    for part in rest:
        total += A[:, part] @ B[part]
    return total


def product_error(left: arb, right: arb, inner: int, entries: int) -> arb:
    """Bound of ‖fl(AB) - AB‖_F from the Frobenius norms of A and B: ‖|A||B|‖_F <= ‖A‖_F ‖B‖_F."""
    return gamma(roundings(inner)) * left * right + arb(entries).sqrt() * inner * TINY


def norm_from_squares(computed: float, terms: int) -> arb:
    """Upper bound of a Frobenius norm from a computed sum of so many squares."""
    return upper(((arb(computed) + arb(terms) * TINY) / (1 - gamma(terms + 1))).sqrt())


def sum_of_squares(M: Matrix) -> float:
    """The computed sum of the squares of the entries, in any order."""
    flat = M.ravel(order="K")
    return float(np.dot(flat, flat))


def column_squares(M: Matrix) -> Matrix:
    """The computed sums of the squares of each column."""
    return np.einsum("ij,ij->j", M, M)


def frobenius(M: Matrix) -> arb:
    """Upper bound of the Frobenius norm of a matrix or vector.

    Example:
        >>> import numpy as np
        >>> bool(frobenius(np.full((3, 3), 0.1)) >= arb("0.3") - 1e-15)
        True
    """
    return norm_from_squares(sum_of_squares(M), M.size)


def spectral_bound(M: Matrix) -> arb:
    """Upper bound of ‖|M|‖_2: the lesser of the Frobenius norm and sqrt(‖M‖_1 ‖M‖_∞)."""
    size = np.abs(M)
    sums = float(size.sum(axis=0).max()), float(size.sum(axis=1).max())
    grown = [arb(s) / (1 - gamma(max(M.shape))) for s in sums]
    return upper((grown[0] * grown[1]).sqrt().min(frobenius(M)))


def orthogonality_defect(V: Matrix) -> arb:
    """Upper bound of ‖VᵀV - I‖_F; the upper triangle is computed, a panel of rows at a time."""
    n, m = V.shape
    squares = 0.0
    panels = blocks(m, PANEL)
    for rows in panels:
        P = product(V[:, rows].T, V[:, rows.start :])
        width = rows.stop - rows.start
        P[np.arange(width), np.arange(width)] -= 1.0
        squares += sum_of_squares(P[:, :width]) + 2 * sum_of_squares(P[:, width:])
    size = frobenius(V)
    error = gamma(roundings(n) + 1) * (size * size + ball(m).sqrt()) + arb(m * n) * TINY
    return upper(norm_from_squares(squares, m * m + 4 * len(panels)) + error)


def leading(M: Matrix, bits: int, axis: int) -> Matrix:
    """The leading bits of every entry, on one grid for each row (axis 1) or column (axis 0).

    Returns Q of the entries of M rounded to multiples of 2^(e - bits), where 2^e exceeds the
    largest entry of the row or column: at most 2^bits multiples of that unit. M - Q is exact in
    float64, and below the unit (Rump, Ogita and Oishi 2008, ExtractVector).
    """
    largest = np.max(np.abs(M), axis=axis, keepdims=True)
    return (M + _anchor(largest, bits)) - _anchor(largest, bits)


def unit_of_leading(largest: Matrix, bits: int) -> Matrix:
    """The unit of ``leading``: bounds what is left of each entry."""
    return _anchor(largest, bits) * UNIT


def bits_for_exact_products(inner: int) -> int:
    """Bits b for which inner products of so many terms, of b bits each, are exact in float64.

    The terms are integers below 2^(2b) times one unit, so that n of them stay below 2^53.

    Example:
        >>> bits_for_exact_products(8000), bits_for_exact_products(1)
        (20, 26)
    """
    return (53 - (inner - 1).bit_length()) // 2


def _anchor(largest: Matrix, bits: int) -> Matrix:
    """2^(e + 53 - bits); rows below 2^-400 get the grid of that size, which nothing underflows."""
    exponents = np.maximum(np.frexp(largest)[1], -400)
    return np.ldexp(1.0, exponents + 53 - bits)
