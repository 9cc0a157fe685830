"""Lower bounds of the smallest eigenvalue from a Cholesky factorisation that ran to completion."""

from __future__ import annotations

import numpy as np
import scipy.linalg
from flint import arb

from ntkproofs.matrices.rounding import (
    PANEL,
    TINY,
    UNIT,
    Matrix,
    below,
    blocks,
    frobenius,
    gamma,
    upper,
)

_EXTRA = 3
"""Roundings besides the n of a pivot's sum: root, division, and one for division by reciprocals."""


def floor_by_cholesky(A: Matrix, shift: float) -> float | None:
    r"""A number that λ_min(A) is not below, near ``shift``; None if the factorisation breaks down.

    Statement:
        Let B be a symmetric float matrix whose Cholesky factorisation in floating-point
        arithmetic, in any order of its operations, runs to completion. With γ = γ_{n+3},
        λ_min(B) >= -γ/(1-γ) tr B.

    Proof:
        The computed L satisfies LLᵀ = B + Δ, |Δ| <= γ|L||Lᵀ| (Higham 2002, Theorem 10.3: γ_{n+1};
        the rest allows for divisions by way of reciprocals). On the diagonal this says
        ‖l_i‖² <= b_ii/(1-γ) for the rows l_i of L. Hence ‖Δ‖_2 <= γ ‖|L|‖_F² <= γ/(1-γ) tr B, and
        LLᵀ is positive semidefinite.

    Here B is A - shift I with a rounded diagonal, which costs at most u max |b_ii| more.

    Source:
        Rump 2006, Verification of positive definiteness, BIT 46.
    """
    B = np.array(A.T, order="F", copy=True)
    return _floor(B, shift)


def floor_beyond(A: Matrix, V: Matrix, height: float, shift: float) -> float | None:
    r"""A lower bound of λ_{k+1}(A), near ``shift``, from k vectors V that span what is below.

    Statement:
        λ_{k+1}(A) >= λ_min(A + h VVᵀ) for every n x k matrix V and h >= 0.

    Proof:
        Weyl: λ_1(A + B) <= λ_{k+1}(A) + λ_{n-k}(B), and λ_{n-k}(B) = 0 where B >= 0 has rank <= k.
    """
    n, k = V.shape
    B = np.empty((n, n), order="F")
    lifted = V * height
    for columns in blocks(n, PANEL):
        np.add(A[:, columns], V @ lifted[columns].T, out=B[:, columns])
    found = _floor(B, shift)
    if found is None:
        return None
    size = frobenius(V)
    error = gamma(k + 3) * height * size * size + gamma(1) * frobenius(A) + arb(n * n * k) * TINY
    return below(arb(found) - error)


def margin(A: Matrix) -> float:
    """About what ``floor_by_cholesky`` loses, n u tr A; it guides the choice of shifts."""
    n = len(A)
    return 1.01 * (n + _EXTRA + 2) * UNIT * float(np.abs(A.diagonal()).sum()) + 2.0**-900


def breakdown(A: Matrix) -> int:
    """The order of the first leading minor at which the factorisation of A breaks down; 0: none."""
    return _factor(np.array(A.T, order="F", copy=True))[1]


def _floor(B: Matrix, shift: float) -> float | None:
    """``floor_by_cholesky`` for B + shift, of which the lower triangle is read, and B destroyed."""
    n = len(B)
    diagonal = B.diagonal() - shift
    B[np.arange(n), np.arange(n)] = diagonal
    if not (diagonal > 0).all():
        return None
    L, info = _factor(B)
    pivots = L.diagonal()
    if info != 0 or not (np.isfinite(pivots) & (pivots > 0)).all():
        return None
    largest = arb(float(diagonal.max()))
    trace = arb(float(diagonal.sum())) * (1 + gamma(n))
    growth = gamma(n + _EXTRA)
    lost = growth / (1 - growth) * trace + gamma(1) * largest + arb(n) * n * (1 + largest) * TINY
    return below(arb(shift) - upper(lost))


def _factor(B: Matrix) -> tuple[Matrix, int]:
    """LAPACK's factorisation in place of the lower triangle, and where it broke down."""
    (potrf,) = scipy.linalg.get_lapack_funcs(("potrf",), (B,))
    L, info = potrf(B, lower=True, clean=False, overwrite_a=True)
    return L, int(info)
