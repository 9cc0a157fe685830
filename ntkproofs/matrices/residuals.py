"""How well floats diagonalise a symmetric matrix: rigorous bounds of residuals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from flint import arb

from ntkproofs.matrices.rounding import (
    PANEL,
    TINY,
    Matrix,
    above,
    bits_for_exact_products,
    blocks,
    column_squares,
    frobenius,
    gamma,
    leading,
    norm_from_squares,
    orthogonality_defect,
    product,
    product_error,
    roundings,
    sum_of_squares,
    unit_of_leading,
    upper,
)


@dataclass(frozen=True)
class Radius:
    """|exact - approximate| <= relative · |approximate| + absolute, for every eigenvalue."""

    relative: arb
    absolute: arb


def pairing_radius(A: Matrix, V: Matrix, values: Matrix) -> Radius | None:
    r"""Bounds that pair the i-th eigenvalue of A with the i-th of ``values``, for every i.

    Statement:
        Let A be symmetric, Λ = diag(values) ascending, R = AV - VΛ, ε >= ‖VᵀV - I‖₂, ε < 1. Then
        for every i there are φ in [1-ε, 1+ε] and ψ in [(1-ε/2)², (1+ε/2)²] with
        |φ λ_i(A) - ψ Λ_i| <= ε² ‖Λ‖/4 + sqrt(1+ε) ‖R‖.

    Proof:
        With G = VᵀV - I: VᵀAV = VᵀVΛ + VᵀR = Λ + GΛ + VᵀR. It is symmetric, hence equal to its
        symmetric part, (I + G/2) Λ (I + G/2) - GΛG/4 + (VᵀR + RᵀV)/2. By Weyl its i-th eigenvalue
        is within ε²‖Λ‖/4 + ‖V‖‖R‖ of that of (I + G/2) Λ (I + G/2), and ‖V‖ <= sqrt(1+ε). By
        Ostrowski's theorem (Horn and Johnson 2013, 4.5.9) congruence by a nonsingular M
        multiplies the i-th eigenvalue by a number between the least and the largest eigenvalue of
        MᵀM: for M = V these lie in [1-ε, 1+ε], for M = I + G/2 in [(1-ε/2)², (1+ε/2)²].

    The defect of orthogonality, the largest error of a matrix of eigenvectors, thus costs small
    eigenvalues only a relative error ε; the residual costs an absolute one. (Cao, Xie and Li 1996
    have a bound without ε, ‖R‖ over the least singular value of V, by a longer proof.)

    Returns:
        None where ε >= 1/2 (these are no eigenvectors).
    """
    defect = orthogonality_defect(V)
    if not defect < 0.5:
        return None
    residual = residual_norm(A, V, values)
    largest = arb(float(np.abs(values).max()))
    smallest_factor, half = 1 - defect, defect / 2
    relative = ((1 + half) ** 2 / smallest_factor - 1).max(1 - (1 - half) ** 2 / (1 + defect))
    absolute = (defect**2 * largest / 4 + (1 + defect).sqrt() * residual) / smallest_factor
    return Radius(upper(relative), upper(absolute))


def residual_norm(A: Matrix, V: Matrix, values: Matrix) -> arb:
    """Upper bound of ‖AV - V diag(values)‖_F, a panel of rows at a time."""
    n = len(A)
    squares = 0.0
    panels = blocks(n, PANEL)
    for rows in panels:
        P = product(A[rows], V)
        P -= V[rows] * values
        squares += sum_of_squares(P)
    computed = norm_from_squares(squares, n * n + len(panels))
    size = frobenius(V)
    terms = size * (frobenius(A) + float(np.abs(values).max()))
    return upper(computed + gamma(roundings(n) + 2) * terms + arb(n) * (n + 1) * TINY)


@dataclass(frozen=True)
class Residual:
    """Y near AV - V diag(values), and bounds of the 2-norms of the errors of its columns."""

    vectors: Matrix
    values: Matrix
    matrix: Matrix
    errors: Matrix

    def columns(self, which: slice, sign: int) -> Residual:
        """The residual of some of the vectors, for the matrix A or -A."""
        values, matrix = sign * self.values[which], sign * self.matrix[:, which]
        return Residual(self.vectors[:, which], values, matrix, self.errors[which])

    @property
    def error(self) -> arb:
        """Upper bound of ‖Y - (AV - V diag(values))‖_F."""
        return frobenius(self.errors)


def accurate_residual(A: Matrix, V: Matrix, values: Matrix) -> Residual:
    """AV - V diag(values) for few columns, to about 2^-20 of the error of a plain product.

    A = A₁ + A₂ and V = V₁ + V₂ by rows and columns, such that A₁V₁ is exact in floating-point
    arithmetic in any order of summation (Ozaki et al. 2012); A₁V₂ and A₂V are smaller by 2^-20 or
    so, and with them their rounding errors. What cancels in the sum, cancels exactly.
    """
    n, k = V.shape
    bits = bits_for_exact_products(n)
    V1 = leading(V, bits, axis=0)
    V2 = V - V1
    Y = np.empty((n, k))
    squares = np.zeros((4, k))
    panels = blocks(n, PANEL)
    for rows in panels:
        A1 = leading(A[rows], bits, axis=1)
        shifted = V[rows] * values
        exact, right, left = A1 @ V1, product(A1, V2), product(A[rows] - A1, V)
        Y[rows] = ((right + left) + exact) - shifted
        squares += [column_squares(part) for part in (exact, right, left, shifted)]
    size = frobenius(A)
    cut = frobenius(unit_of_leading(_row_maxima(A), bits)) * arb(n).sqrt()
    errors = np.empty(k)
    for j in range(k):
        parts = sum((norm_from_squares(float(s), n + len(panels)) for s in squares[:, j]), arb(0))
        right_error = product_error(size + cut, frobenius(V2[:, j]), n, n)
        left_error = product_error(cut, frobenius(V[:, j]), n, n)
        errors[j] = above(right_error + left_error + gamma(4) * parts + arb(n) * TINY)
    return Residual(V, values, Y, errors)


def _row_maxima(A: Matrix) -> Matrix:
    return np.concatenate([np.abs(A[rows]).max(axis=1) for rows in blocks(len(A), PANEL)])
