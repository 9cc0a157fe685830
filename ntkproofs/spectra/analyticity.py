# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""Kernels that are analytic in u at the poles too: their eigenvalues decay geometrically.

If k is analytic inside the Bernstein ellipse {cos θ: |Im θ| < y}, then μ_l = O(ρ^-l) for every
ρ < e^y. Here the ellipse is covered by complex balls, on each of which the formula is checked to
be analytic: no argument of a root, a quotient or an arccos reaches a branch cut or a zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp

from flint import acb, arb

from ntkproofs.arithmetic.balls import ball, precision, to_fraction
from ntkproofs.arithmetic.protocol import Arithmetic, Number
from ntkproofs.kernels.kernel import (
    Composed,
    Constant,
    Kernel,
    Named,
    Product,
    Scaled,
    Sum,
    evaluate,
    fold,
)
from ntkproofs.kernels.positivity import is_analytic_inside

_BITS = 64
_NEAR_A_POLE, _BITS_THERE = 1e-24, 320
_MOST_PIECES = 3000
_WIDEST = 4.0
_BISECTIONS = 10


class _NotAnalytic(ArithmeticError):
    """A ball reaches a cut or a zero."""


@dataclass(frozen=True)
class _DiscArithmetic(Arithmetic):
    """Arithmetic of complex balls on which every function that is applied is analytic."""

    @property
    def pi(self) -> acb:
        return acb.pi()

    def number(self, value: Number) -> acb:
        return acb(ball(to_fraction(value)))

    def sqrt(self, x: acb) -> acb:
        if not (x.real > 0 or x.imag > 0 or x.imag < 0):
            raise _NotAnalytic
        return x.sqrt()

    def acos(self, x: acb) -> acb:
        return self.pi / 2 - self.asin(x)

    def asin(self, x: acb) -> acb:
        if not (abs(x.real) < 1 or x.imag > 0 or x.imag < 0):
            raise _NotAnalytic
        return x.asin()

    def exp(self, x: acb) -> acb:
        return x.exp()

    def cos(self, x: acb) -> acb:
        return x.cos()

    def sin(self, x: acb) -> acb:
        return x.sin()


@lru_cache(maxsize=64)
def geometric_rate(kernel: Kernel) -> float | None:
    """A proven ρ > 1 with μ_l = O(ρ^-l), by bisection; None if the kernel is not proved analytic.

    It is a lower bound of the true rate e^y, y the least |Im θ| of a singularity of k(cos θ), and
    at most e^4, which entire functions reach.
    """
    low, high = 0.0, _WIDEST
    if _analytic_on_strip(kernel, high):
        return exp(high)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if _analytic_on_strip(kernel, middle) else (low, middle)
    return exp(low) * (1 - 1e-12) if low else None


@lru_cache(maxsize=64)
def is_analytic_between_the_poles(kernel: Kernel) -> bool:
    """Whether k(cos θ) is analytic for 0 < θ < π, as far as can be told.

    By the structure of the kernel where it is made of dual activations; other parts are checked on
    [δ, π - δ], δ = 1e-24, by a covering. Nearer to the poles their analyticity is assumed: an
    expansion at a pole tells of its disc of convergence only, which is not known.
    """

    def visit(node: Kernel, values: Sequence[bool]) -> bool:
        if isinstance(node, Constant | Sum | Product | Scaled | Named) and all(values):
            return True
        return is_analytic_inside(_unsigned(node)) or _analytic_on_strip(
            node, _NEAR_A_POLE / 1000, margin=_NEAR_A_POLE, bits=_BITS_THERE
        )

    return is_analytic_inside(kernel) or fold(kernel, visit)


def _unsigned(node: Kernel) -> Kernel:
    """f(c g) for f(-c g): where f is analytic on (-1, 1), which holds c g, both are analytic."""
    if isinstance(node, Composed) and isinstance(node.inner, Scaled):
        return Composed(node.outer, Scaled(abs(node.inner.factor), node.inner.kernel))
    return node


def _analytic_on_strip(
    kernel: Kernel, height: float, margin: float = 0.0, bits: int = _BITS
) -> bool:
    """Whether k is proved analytic where margin <= Re θ <= π - margin, 0 <= Im θ <= height.

    The other half of the ellipse is its mirror image: kernels are real on the real axis.
    """
    with precision(bits):
        middle, radius = arb.pi() / 2, arb.pi() / 2 - margin
        pieces = [(middle, radius, arb(height) / 2, arb(height) / 2)]
        budget = _MOST_PIECES
        while pieces:
            x, dx, y, dy = pieces.pop()
            budget -= 1
            if budget < 0:
                return False
            if _analytic_at(kernel, x, dx, y, dy):
                continue
            for a in (-1, 1):  # the longer side is cut: near a pole boxes are to get short only
                if dx > dy:
                    pieces.append((x + a * dx / 2, dx / 2, y, dy))
                else:
                    pieces.append((x, dx, y + a * dy / 2, dy / 2))
    return True


def _analytic_at(kernel: Kernel, x: arb, dx: arb, y: arb, dy: arb) -> bool:
    box = acb(x + dx * arb(0, 1), y + dy * arb(0, 1))
    try:
        value = evaluate(kernel, _cosine(box), _DiscArithmetic())
    except (_NotAnalytic, ZeroDivisionError):
        return False
    value = value if isinstance(value, acb) else acb(value)
    return bool(value.is_finite())


def _cosine(box: acb) -> acb:
    """cos θ = 1 - 2 sin²(θ/2): near the poles the width of a box counts to second order only."""
    if box.real < arb.pi() / 2:
        return 1 - 2 * (box / 2).sin() ** 2
    return 2 * ((acb.pi() - box) / 2).sin() ** 2 - 1
