"""The eigenvalues at the ends of a spectrum, to far more digits than n u ‖A‖."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from flint import arb

from ntkproofs.matrices.residuals import Residual
from ntkproofs.matrices.rounding import (
    Matrix,
    above,
    below,
    frobenius,
    gamma,
    orthogonality_defect,
    product,
    product_error,
    upper,
)


@dataclass(frozen=True)
class Ends:
    """Lower and upper bounds of the lowest eigenvalues, ascending."""

    lower: Matrix
    upper: Matrix


@dataclass(frozen=True)
class _Pencil:
    """Floats near VᵀV and VᵀAV, bounds of their errors in Frobenius norm, and of ‖V‖₂²."""

    gram: Matrix
    gram_error: arb
    form: Matrix
    form_error: arb


def lowest(residual: Residual, beyond: float | None) -> Ends | None:
    r"""Bounds of the k lowest eigenvalues of A from k approximate eigenvectors V.

    Statement:
        Let V be an n x k matrix of rank k, β <= λ_{k+1}(A), θ_1 <= ... <= θ_k the eigenvalues of
        the pencil (VᵀAV, VᵀV), ‖VᵀV - I‖ <= ε < 1, and ‖AV - VC‖ <= η sqrt(1-ε) for some k x k
        matrix C. If β - θ_k >= η, β > θ_k, then for j = 1..k
        θ_j - η²/(β - θ_j) <= λ_j(A) <= θ_j.

    Proof:
        Let Q = V (VᵀV)^(-1/2), M = QᵀAQ, E = (I - QQᵀ)AQ. θ_j are the eigenvalues of M, so that
        λ_j <= θ_j (Cauchy). As (I - QQᵀ)VC = 0, ‖E‖ <= ‖AV - VC‖ ‖(VᵀV)^(-1/2)‖ <= η. Assume
        β < λ_{k+1} (else take a limit) and that no eigenvalue is β. λ_k <= θ_k < β, so that
        (A-β)^(-1) has exactly k negative eigenvalues, ascending 1/(λ_k - β), ..., 1/(λ_1 - β).
        Its Rayleigh quotient at y = (A-β)Qx is
        xᵀ(M-β)x / xᵀ((M-β)² + EᵀE)x <= xᵀ(M-β)x / xᵀ((M-β)² + η²)x,
        the numerator being negative. By min-max its i-th eigenvalue is at most the i-th of the
        right-hand quotients, which are -t/(t² + η²) at t = β - θ_j; for t >= η these increase as
        t does, so that they are ordered as the θ_j are. Hence 1/(λ_j - β) <= -t/(t² + η²) at
        t = β - θ_j, that is λ_j >= β - t - η²/t.

    Source:
        Kato 1949 and Temple 1928 for k = 1, Lehmann 1949 for blocks; see Parlett 1998, chapter 10.

    Args:
        residual: of V, with its error bound.
        beyond: β, a lower bound of λ_{k+1}; None if k = n.

    Returns:
        None where the hypothesis cannot be verified.
    """
    found = ritz_values(residual)
    if found is None:
        return None
    low = [arb(value) for value in found.lower]
    if beyond is not None:
        total = frobenius(residual.matrix) + residual.error
        eta = upper(total / (1 - orthogonality_defect(residual.vectors)).sqrt())
        gaps = [arb(beyond) - top for top in found.upper]
        if not all(gap > 0 and gap >= eta for gap in gaps):
            return None
        low = [value - eta * eta / gap for value, gap in zip(low, gaps, strict=True)]
    return Ends(np.array([below(value) for value in low]), found.upper)


def ritz_values(residual: Residual) -> Ends | None:
    """Enclosures of the eigenvalues of (VᵀAV, VᵀV): for one vector, of its Rayleigh quotient."""
    pencil = _pencil(residual)
    theta, spread = (None, []) if pencil is None else _ritz_values(pencil)
    if theta is None:
        return None
    pairs = list(zip(theta, spread, strict=True))
    low = [below(value - radius) for value, radius in pairs]
    return Ends(np.array(low), np.array([above(value + radius) for value, radius in pairs]))


def _pencil(residual: Residual) -> _Pencil | None:
    """VᵀAV = VᵀV Θ + VᵀY, where only Y needs many digits."""
    V, theta, Y = residual.vectors, residual.values, residual.matrix
    n, k = V.shape
    size, entries = frobenius(V), k * k
    gram, mixed = product(V.T, V), product(V.T, Y)
    defect = orthogonality_defect(V)
    if not defect < 0.5:
        return None
    gram_error = product_error(size, size, n, entries) + gamma(1) * frobenius(gram)
    mixed_error = product_error(size, frobenius(Y), n, entries) + (1 + defect) * residual.error
    shifted = gram * theta
    sums = gamma(3) * (frobenius(shifted) + frobenius(mixed)) * 2
    form = shifted + mixed
    form = (form + form.T) / 2
    largest = float(np.abs(theta).max())
    error = gram_error * largest + mixed_error + sums
    return _Pencil((gram + gram.T) / 2, upper(gram_error), form, upper(error))


def _ritz_values(pencil: _Pencil) -> tuple[list[arb] | None, list[arb]]:
    """The eigenvalues of the pencil, ascending, each with a radius.

    A congruence by the floating-point eigenvectors W of the pencil brings it to
    (diag(d) + F, I + D); its eigenvalues are (d_j + f) (1 + g), |f| <= ‖F‖, 1/(1+‖D‖) <= 1 + g <=
    1/(1-‖D‖), by Weyl and Ostrowski.
    """
    try:
        d, W = scipy.linalg.eigh(pencil.form, pencil.gram)
    except (np.linalg.LinAlgError, ValueError):
        return None, []
    stretch = 1 + orthogonality_defect(W)
    form, form_error = _congruent(W, pencil.form)
    gram, gram_error = _congruent(W, pencil.gram)
    identity = np.eye(len(d))
    F = frobenius(form - np.diag(d)) * (1 + gamma(2)) + form_error + stretch * pencil.form_error
    D = frobenius(gram - identity) * (1 + gamma(2)) + gram_error + stretch * pencil.gram_error
    if not D < 0.5:
        return None, []
    order = [arb(float(value)) for value in np.sort(d)]
    return order, [upper(F + (abs(value) + F) * D / (1 - D)) for value in order]


def _congruent(W: Matrix, S: Matrix) -> tuple[Matrix, arb]:
    """fl(Wᵀ S W) and a bound of its error in Frobenius norm."""
    k = len(W)
    size = frobenius(W)
    half = product(S, W)
    first = product_error(frobenius(S), size, k, k * k)
    second = product_error(size, frobenius(half), k, k * k)
    return product(W.T, half), size * first + second
