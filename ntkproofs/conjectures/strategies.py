"""Strategies for Hypothesis: instances of statements about wide networks, exact and shrinkable.

They shrink to what a mathematician would write down: few points, small dimensions, coordinates
that are 0, ±1, 3/5, 4/5 or short rationals, integer parameters. The strategies of Hypothesis that
conjectures need most (``integers``, ``sampled_from``, ``just``, ``one_of``, ``booleans``) are here
as well.

>>> from ntkproofs.conjectures import strategies as st
>>> X = st.sphere_points(n=st.integers(2, 4), dim=st.just(3))
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis.strategies import (
    SearchStrategy,
    booleans,
    composite,
    integers,
    just,
    lists,
    one_of,
    sampled_from,
    tuples,
)

from ntkproofs.conjectures.matrices import ExactMatrix
from ntkproofs.conjectures.number_strategies import (
    activation_slopes,
    as_strategy,
    degrees,
    depths,
    dimensions,
    require,
    short_rationals,
    simplest,
    sobolev_orders,
    widths,
)
from ntkproofs.conjectures.point_strategies import (
    group_orbits,
    quadratures,
    sphere_points,
    torus_grids,
    torus_points,
)
from ntkproofs.conjectures.rationals import cosines, rationals
from ntkproofs.kernels.arccosine import arccosine
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.networks import cosine, deep_narrow, eoc, nngp, ntk
from ntkproofs.kernels.residual import residual

__all__ = [
    "activation_slopes",
    "booleans",
    "cosines",
    "degrees",
    "depths",
    "dimensions",
    "group_orbits",
    "integers",
    "just",
    "kernels",
    "lists",
    "one_of",
    "psd_matrices",
    "quadratures",
    "rationals",
    "sampled_from",
    "short_rationals",
    "simplest",
    "sobolev_orders",
    "sphere_points",
    "targets",
    "torus_grids",
    "torus_points",
    "tuples",
    "widths",
]


def kernels(*, most_depth: int = 5, most_operations: int = 2) -> SearchStrategy[Kernel]:
    """Positive definite kernels of the algebra: networks, sums, products, compositions.

    Args:
        most_depth: the largest depth of a network, >= 2.
        most_operations: 0 for no sums, products and multiples of two of them; the larger, the more
            often there are such.

    Returns:
        A strategy of kernels; it shrinks to ``nt.arccosine(1)``.

    Raises:
        InvalidInput: for a depth below 2, or a number of operations below 0.

    Example:
        >>> simplest(kernels(), lambda kernel: float(kernel(1.0)) > 2)
        ntk(depth=3)
    """
    require(most_depth >= 2, "networks have a hidden layer", most_depth)
    require(most_operations >= 0, "operations are counted from 0 on", most_operations)
    named = one_of(
        just(arccosine(1)),
        just(arccosine(0)),
        just(cosine),
        integers(2, most_depth).map(ntk),
        integers(2, most_depth).map(nngp),
        tuples(integers(2, most_depth), activation_slopes()).map(lambda p: eoc(p[0], *p[1])),
        integers(1, most_depth).map(lambda depth: residual(depth, 1)),
        tuples(integers(1, 3), integers(1, 3)).map(lambda p: deep_narrow(*p)),
    )
    normalised = one_of(just(arccosine(1)), just(arccosine(0)), integers(2, most_depth).map(nngp))

    def grow(inner: SearchStrategy[Kernel]) -> SearchStrategy[Kernel]:
        return one_of(
            tuples(inner, inner).map(lambda p: p[0] + p[1]),
            tuples(inner, inner).map(lambda p: p[0] * p[1]),
            tuples(integers(1, 5), inner).map(lambda p: p[0] * p[1]),
        )

    composed = tuples(one_of(just(arccosine(1)), just(arccosine(0))), normalised).map(
        lambda p: p[0] @ p[1]
    )
    every = one_of(named, composed)
    for _ in range(most_operations):
        every = one_of(every, grow(one_of(named, composed)))
    return every


def psd_matrices(
    n: SearchStrategy[int] | int, *, condition: SearchStrategy[int] | int = 100
) -> SearchStrategy[ExactMatrix]:
    """Positive definite matrices of rational numbers: B Bᵀ/a + I, of condition at most c.

    Args:
        n: rows, >= 1.
        condition: c >= 1.

    Returns:
        A strategy of exact matrices, shape (n, n); it shrinks to the identity.

    Raises:
        InvalidInput: for n < 1 or c < 1, when an instance is drawn.

    Example:
        >>> simplest(psd_matrices(1))
        ExactMatrix(((Fraction(1, 1),),))
    """
    return _psd_matrices(as_strategy(n), as_strategy(condition))


@composite
def _psd_matrices(draw: Any, counts: Any, conditions: Any) -> ExactMatrix:
    n, c = draw(counts), draw(conditions)
    require(n >= 1 and c >= 1, "a matrix has rows, and a condition of at least 1", (n, c))
    entry = integers(-3, 3)
    B = draw(lists(lists(entry, min_size=n, max_size=n), min_size=n, max_size=n))
    total = max(1, sum(x * x for row in B for x in row))
    scale = Fraction(c - 1, total) if c > 1 else Fraction(0)
    rows = tuple(
        tuple(scale * sum(B[i][k] * B[j][k] for k in range(n)) + int(i == j) for j in range(n))
        for i in range(n)
    )
    return ExactMatrix(rows)


def targets(most_degree: int = 6) -> SearchStrategy[tuple[Fraction, ...]]:
    """Spectra of targets: a coefficient of each degree 0..most_degree; never all 0.

    Few of them are not 0, or all of them fall like a power of the degree.

    Args:
        most_degree: of the last coefficient, >= 0.

    Returns:
        A strategy of tuples of ``Fraction``.

    Raises:
        InvalidInput: for a degree below 0.

    Example:
        >>> simplest(targets(1), lambda spectrum: spectrum[0] == 0)
        (Fraction(0, 1), Fraction(1, 1))
    """
    require(most_degree >= 0, "a degree is 0 at least", most_degree)
    size = most_degree + 1
    single = integers(0, most_degree).map(
        lambda k: tuple(Fraction(int(j == k)) for j in range(size))
    )
    falling = integers(0, 4).map(lambda p: tuple(Fraction(1, (1 + j) ** p) for j in range(size)))
    free = lists(short_rationals(), min_size=size, max_size=size).filter(any).map(tuple)
    return one_of(single, falling, free)
