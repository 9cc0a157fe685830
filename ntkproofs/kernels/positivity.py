"""Kernels whose Taylor coefficients at u = 0 are all >= 0: dual activations and what they build.

Such a kernel f with f(1) finite is positive definite on every sphere (Schoenberg 1942), analytic
for |u| < 1, and |f(u)| <= f(|u|) < f(1) there unless it is constant. Sums, products, nonnegative
multiples and compositions (with an inner kernel of f(1) <= 1) are again such kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from ntkproofs.kernels.kernel import (
    Composed,
    Constant,
    Kernel,
    Leaf,
    Named,
    Product,
    Scaled,
    Sum,
    fold,
)

_Bound = Fraction | None
"""For a kernel with nonnegative Taylor coefficients a bound of f(1); None for any other kernel."""


def has_nonnegative_coefficients(kernel: Kernel) -> bool:
    """Whether the kernel is known to have nonnegative Taylor coefficients at u = 0.

    Example:
        >>> import ntkproofs as nt
        >>> has_nonnegative_coefficients(nt.ntk(5)), has_nonnegative_coefficients(-nt.ntk(5))
        (True, False)
    """
    return fold(kernel, _bound) is not None


def is_analytic_inside(kernel: Kernel) -> bool:
    """Whether the kernel is known to be analytic on -1 < u < 1, by the structure of its tree.

    Its leaves have nonnegative coefficients, and what is composed has values in (-1, 1) there.
    """
    return fold(kernel, _analytic)[0]


def _analytic(node: Kernel, values: Sequence[tuple[bool, _Bound]]) -> tuple[bool, _Bound]:
    bound = _bound(node, [bound for _, bound in values])
    if isinstance(node, Leaf):
        return bound is not None, bound
    below = all(known for known, _ in values)
    if isinstance(node, Composed):
        inner = values[0][1]
        below = below and inner is not None and inner <= 1 and is_analytic_inside(node.outer)
    elif not isinstance(node, Constant | Sum | Product | Scaled | Named):
        below = False
    return below, bound


def _bound(node: Kernel, values: Sequence[_Bound]) -> _Bound:
    if any(value is None for value in values):
        return None
    known = [value for value in values if value is not None]
    match node:
        case Leaf():
            return Fraction(1) if node.dual_activation else None
        case Constant(constant):
            return constant if constant >= 0 else None
        case Sum():
            return sum(known, Fraction(0))
        case Product():
            product = Fraction(1)
            for value in known:
                product *= value
            return product
        case Scaled(factor):
            return factor * known[0] if factor >= 0 else None
        case Composed(outer=outer):
            return _bound_of(outer) if known[0] <= 1 else None
        case Named():
            return known[0]
    return None


@lru_cache(maxsize=256)
def _bound_of(kernel: Kernel) -> _Bound:
    return fold(kernel, _bound)
