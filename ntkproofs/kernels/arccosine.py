"""Arc-cosine kernels: the dual activations of ReLU^order.

For a pair of standard Gaussians g, g' of correlation u = cos θ,

    E[g_+^n g'_+^n] = J_n(θ) / (2π),   J_n = (π - θ) A_n(u) + sin θ B_n(u),

with integer polynomials A_n, B_n (Cho and Saul 2009). They follow from Price's theorem,
``dJ_n/du = n² J_(n-1)``, and from J_n(θ = 0) = π (2n - 1)!!.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

from ntkproofs.arithmetic.protocol import Arithmetic
from ntkproofs.conventions import require_integer
from ntkproofs.kernels.kernel import Leaf

Polynomial = tuple[Fraction, ...]
"""Coefficients of 1, u, u², ..."""


@lru_cache
def double_factorial(n: int) -> int:
    """(2n - 1)!!, the n-th even moment of a standard Gaussian; 1 for n = 0."""
    return 1 if n == 0 else (2 * n - 1) * double_factorial(n - 1)


@lru_cache
def polynomials(order: int) -> tuple[Polynomial, Polynomial]:
    """(A_n, B_n) for n = ``order``, from Price's theorem.

    A_n' = n² A_(n-1) with A_n(1) = (2n-1)!!; comparing the coefficients of sin θ gives
    (k+1) b_(k+1) - k b_(k-1) = n² [(1 - u²) B_(n-1)]_k - [A_n]_k, solved from the top down.

    Example:
        >>> [[int(c) for c in p] for p in polynomials(2)]
        [[1, 0, 2], [0, 3]]
    """
    if order == 0:
        return (Fraction(1),), ()
    previous_a, previous_b = polynomials(order - 1)
    square = order * order
    a = [Fraction(0)] + [square * c / (k + 1) for k, c in enumerate(previous_a)]
    a[0] = double_factorial(order) - sum(a, Fraction(0))
    right = [-c for c in a]
    for k, c in enumerate(previous_b):
        right[k] += square * c
        right[k + 2] -= square * c
    b = [Fraction(0)] * (order + 2)
    for k in range(order, 0, -1):
        b[k - 1] = ((k + 1) * b[k + 1] - right[k]) / k
    return tuple(a), tuple(b[:order])


def horner(coefficients: Polynomial, u: Any) -> Any:
    """The polynomial at u, with integer coefficients; at least one coefficient."""
    value: Any = 0 * u + int(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        value = value * u + int(coefficient)
    return value


@lru_cache
def arccosine(order: int) -> Leaf:
    """The arc-cosine kernel of an order: E[g_+^n g'_+^n] of correlated Gaussians, with k(1) = 1.

    Args:
        order: n >= 0; 0 is the step, 1 the ReLU, 2 the squared ReLU.

    Source:
        Cho, Saul: Kernel Methods for Deep Learning, 2009.

    Near u = -1 the kernel vanishes like (π - θ)^(2n+1): with floats the relative accuracy holds
    down to the smallest float 1 + u for n <= 1, for larger n the error is relative to k(1).

    Example:
        >>> arccosine(1)(0.0) * 3.141592653589793
        1.0
    """
    order = require_integer("order", order, least=0, why="ReLU^order is bounded at 0 only then")
    a, b = polynomials(order)
    norm = double_factorial(order)

    def formula(u: Any, ar: Arithmetic) -> Any:
        value = (ar.pi - ar.acos(u)) * horner(a, u)
        if b:
            value = value + ar.sine(u) * horner(b, u)
        return value / (ar.pi * norm)

    return Leaf(
        name=f"arccosine(order={order})",
        formula=formula,
        tex=lambda argument: rf"\kappa_{{{order}}}\left({argument}\right)",
        smooth=order >= 1,
        notes=("normalised to k(1) = 1",),
        arccosine_order=order,
        dual_activation=True,
        homogeneity=order,
    )
