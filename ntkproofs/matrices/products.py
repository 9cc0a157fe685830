"""Products of two symmetric matrices: verified eigenvalues, and whether the two commute."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.matrices.enclosures import Enclosures, enclose_scaled
from ntkproofs.matrices.intervals import Interval
from ntkproofs.matrices.rounding import (
    PANEL,
    TINY,
    Matrix,
    above,
    below,
    bits_for_exact_products,
    blocks,
    down,
    frobenius,
    gamma,
    leading,
    norm_from_squares,
    product,
    product_error,
    sum_of_squares,
    up,
    upper,
)
from ntkproofs.matrices.smallest import smallest_of
from ntkproofs.matrices.symmetric import Scaled, scaled, symmetric, unscaled

_PRODUCT, _COMMUTATOR = "nt.enclose_product_eigenvalues", "nt.commutator_norm"
_COPIES = 10


def enclose_product_eigenvalues(K: Any, P: Any) -> Enclosures:
    r"""Bounds of every eigenvalue of KP, for symmetric K and P of which one is positive definite.

    KP has real eigenvalues then, those of K^(1/2) P K^(1/2) or P^(1/2) K P^(1/2), though it is not
    symmetric unless the two commute.

    Statement:
        Let P be positive definite, L̂ any nonsingular matrix, ‖P - L̂L̂ᵀ‖ <= δ, ω = δ/λ_min(P) < 1.
        Then for every i there is φ in [1-ω, 1+ω] with λ_i(L̂ᵀKL̂) = φ λ_i(KP).

    Proof:
        With P = LLᵀ exactly, λ_i(KP) = λ_i(LᵀKL). Let M = L⁻¹L̂. L̂ᵀKL̂ = Mᵀ(LᵀKL)M, and MMᵀ =
        I - L⁻¹(P - L̂L̂ᵀ)L⁻ᵀ, where ‖L⁻¹(P - L̂L̂ᵀ)L⁻ᵀ‖ <= δ‖P⁻¹‖ = ω. Ostrowski's theorem.

    L̂ is the floating-point Cholesky factor; the eigenvalues of the computed L̂ᵀKL̂ are enclosed and
    widened by its rounding error and by ω.

    Args:
        K, P: arrays of shape (n, n), exactly symmetric; the factorisation is that of P, or of K
            if P is not proved to be positive definite.

    Returns:
        ``Enclosures`` of the n eigenvalues, ascending.

    Raises:
        Unable: where neither matrix is proved to be positive definite.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> K, P = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([[3.0, -1.0], [-1.0, 3.0]])
        >>> [found.contains(6) for found in nt.enclose_product_eigenvalues(K, P)]
        [False, True]
    """
    A, B = _pair(K, P, _PRODUCT)
    for outer, inner in ((A, B), (B, A)):
        found = _through_factor(outer, inner)
        if found is not None:
            return _in_units(found, A.exponent + B.exponent)
    raise Unable(
        f"{_PRODUCT} needs K or P to be positive definite, by more than rounding, and neither was "
        "proved to be; without that, KP may have eigenvalues that are not real. "
        "nt.is_positive_definite says why not."
    )


def commutator_norm(K: Any, P: Any) -> Interval:
    """An enclosure of ‖KP - PK‖_F for symmetric K and P; ``lower > 0`` proves: they do not commute.

    KP - PK = KP - (KP)ᵀ is computed, with a bound of its rounding error; where that leaves 0 in
    the interval, once more with products of leading parts that are exact in floats. Matrices of
    few bits, such as small integers, get exact products, and ``upper == 0`` proves that they
    commute. The 2-norm lies between the Frobenius norm over sqrt(n) and over sqrt(2), since the
    singular values of an antisymmetric matrix come in pairs.

    Args:
        K, P: arrays of shape (n, n), exactly symmetric.

    Raises:
        InvalidInput: for matrices that are not exactly symmetric, finite and of one shape.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> nt.commutator_norm(np.array([[2, 1], [1, 2]]), np.diag([1, 4])).lower > 4.24
        True
        >>> nt.commutator_norm(np.array([[2, 1], [1, 2]]), np.array([[5, -3], [-3, 5]])).upper
        0.0
    """
    A, B = _pair(K, P, _COMMUTATOR)
    exponent = A.exponent + B.exponent
    lost = max(A.lost, B.lost) * arb(len(A.matrix)) ** 2 * 2.0**20
    norm = Interval(0.0, 0.0)
    for accurate in (False, True):
        found, error = _commutator(A.matrix, B.matrix, accurate)
        norm = Interval(max(0.0, below(found[0] - error - lost)), above(found[1] + error + lost))
        if norm.lower > 0:
            break
    return Interval(
        max(0.0, float(unscaled(norm.lower, exponent, -np.inf))),
        float(unscaled(norm.upper, exponent, np.inf)),
    )


def _pair(K: Any, P: Any, asker: str) -> tuple[Scaled, Scaled]:
    A, B = symmetric(K, asker, _COPIES), symmetric(P, asker, _COPIES)
    if A.shape != B.shape:
        raise InvalidInput(
            f"{asker} needs two matrices of one size; K has shape {A.shape} and P {B.shape}. They "
            "are products of maps of one space; sample both kernels at the same points."
        )
    return scaled(A), scaled(B)


def _through_factor(outer: Scaled, inner: Scaled) -> Enclosures | None:
    K, P = outer.matrix, inner.matrix
    n, entries = len(P), len(P) ** 2
    smallest = smallest_of(P).lower - arb(inner.lost) * n
    if not smallest > 0:
        return None
    try:
        L = np.asarray(np.linalg.cholesky(P), dtype=np.float64)
    except np.linalg.LinAlgError:
        # P is proved to be positive definite, by less than rounding: floats have no factor of it.
        return None
    size = frobenius(L)
    defect = frobenius(P - product(L, L.T)) * (1 + gamma(2)) + product_error(size, size, n, entries)
    omega = (defect + arb(inner.lost) * n) / smallest
    if not omega < 0.5:
        return None
    half = product(K, L)
    S = product(L.T, half)
    error = size * product_error(frobenius(K), size, n, entries) + size**2 * arb(outer.lost) * n
    error += product_error(size, frobenius(half), n, entries) + gamma(2) * frobenius(S)
    found = enclose_scaled(scaled((S + S.T) / 2), upper(error))
    return _divided(found, below(1 - omega), above(1 + omega))


def _divided(found: Enclosures, low: float, high: float) -> Enclosures:
    """λ/φ for φ in [low, high], by sign of the bound."""
    lower = down(np.where(found.lower > 0, found.lower / high, found.lower / low))
    return Enclosures(lower, up(np.where(found.upper > 0, found.upper / low, found.upper / high)))


def _in_units(found: Enclosures, exponent: int) -> Enclosures:
    if not exponent:
        return found
    return Enclosures(
        unscaled(found.lower, exponent, -np.inf), unscaled(found.upper, exponent, np.inf)
    )


def _commutator(K: Matrix, P: Matrix, accurate: bool) -> tuple[tuple[arb, arb], arb]:
    """Bounds of the norm of the computed KP - (KP)ᵀ, and of the norm of its error."""
    n = len(K)
    X, error = _split_product(K, P) if accurate else _plain_product(K, P)
    squares, peak = 0.0, 0.0
    for rows in blocks(n, PANEL):
        C = X[rows] - X[:, rows].T
        squares += sum_of_squares(C)
        peak = max(peak, float(np.abs(C).max()))
    if peak == 0.0:
        return (arb(0), arb(0)), 2 * error
    high = norm_from_squares(squares, n * n + n)
    low = (arb(squares) * (1 - gamma(n * n + n)) - arb(n * n) * TINY).max(arb(0)).sqrt()
    return (low * (1 - gamma(2)), high * (1 + gamma(2))), 2 * error


def _plain_product(K: Matrix, P: Matrix) -> tuple[Matrix, arb]:
    n = len(K)
    return product(K, P), product_error(frobenius(K), frobenius(P), n, n * n)


def _split_product(K: Matrix, P: Matrix) -> tuple[Matrix, arb]:
    """KP as an exact product of leading bits plus small rests: its error is little above u|KP|."""
    n = len(K)
    bits = bits_for_exact_products(n)
    K1, P1 = leading(K, bits, axis=1), leading(P, bits, axis=0)
    K2, P2 = K - K1, P - P1
    exact = K1 @ P1
    if not (K2.any() or P2.any()):
        return exact, arb(0)
    rests = product(K1, P2), product(K2, P)
    X = exact + (rests[0] + rests[1])
    error = product_error(frobenius(K1), frobenius(P2), n, n * n)
    error += product_error(frobenius(K2), frobenius(P), n, n * n)
    sums = gamma(2) * (frobenius(exact) + frobenius(rests[0]) + frobenius(rests[1]))
    return X, upper(error + sums)
