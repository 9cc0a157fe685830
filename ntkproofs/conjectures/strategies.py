"""Strategies for Hypothesis: instances of statements about wide networks, exact and shrinkable.

They shrink to what a mathematician would write down: few points, small dimensions, coordinates
that are 0, ±1, 3/5, 4/5 or short rationals, integer parameters. The strategies of Hypothesis that
conjectures need most (``integers``, ``sampled_from``, ``just``, ``one_of``, ``booleans``) are here
as well.

>>> from ntkproofs.conjectures import strategies as st
>>> X = st.sphere_points(n=st.integers(2, 4), dim=st.just(3))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, TypeVar

import numpy as np
from hypothesis import find, settings
from hypothesis.errors import NoSuchExample
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
from ntkproofs.conjectures.points import SpherePoints, TorusPoints
from ntkproofs.conjectures.rationals import cosines, rationals
from ntkproofs.errors import InvalidInput, Unable
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

_PYTHAGOREAN = ((3, 4), (4, 3), (5, 12), (8, 15), (1, 0), (0, 1), (1, 1))
_LARGEST_SEED = 2**16
_SEARCH = settings(database=None, deadline=None, derandomize=True)

_T = TypeVar("_T")


def simplest(strategy: SearchStrategy[_T], condition: Callable[[_T], Any] = lambda _: True) -> _T:
    """The simplest instance that a search finds: what a witness of the same kind shrinks to.

    Args:
        strategy: of any instances.
        condition: takes an instance, says whether it is one that is looked for.

    Returns:
        The instance, the same on every call.

    Raises:
        Unable: if none is found, which does not show that none exists.

    Example:
        >>> import ntkproofs as nt
        >>> simplest(dimensions())
        2
        >>> simplest(degrees(1), lambda degree: nt.exact_eigenvalue(nt.ntk(2), 3, degree) == 0)
        3
    """
    try:
        return find(strategy, condition, settings=_SEARCH)
    except NoSuchExample:
        raise Unable(
            f"No instance of {strategy!r} that meets the condition was found, which does not show "
            "that none exists. Take a narrower strategy or a weaker condition."
        ) from None


def dimensions(least: int = 2, most: int = 10) -> SearchStrategy[int]:
    """Dimensions of the space; the smallest ones, where statements often change, come more often.

    Args:
        least: the least dimension, >= 2.
        most: the largest, >= least.

    Returns:
        A strategy of integers.

    Raises:
        InvalidInput: for ``least < 2``: S^0 has two points.

    Example:
        >>> import ntkproofs as nt
        >>> simplest(dimensions())    # what a witness shrinks to
        2
        >>> simplest(dimensions(), lambda d: nt.harmonic_dimension(d, 2) > 20)
        7
    """
    _require(2 <= least <= most, "dimensions are integers from 2 on", (least, most))
    return one_of(integers(least, min(least + 2, most)), integers(least, most))


def degrees(least: int = 0, most: int = 60) -> SearchStrategy[int]:
    """Degrees of harmonics; 0, 1, 2, 3 and their like, where parities settle, come more often.

    Args:
        least: the least degree, >= 0.
        most: the largest, >= least.

    Returns:
        A strategy of integers.

    Raises:
        InvalidInput: for ``least < 0`` or ``most < least``.

    Example:
        >>> import ntkproofs as nt
        >>> simplest(degrees(1), lambda degree: nt.exact_eigenvalue(nt.ntk(2), 3, degree) == 0)
        3
    """
    _require(0 <= least <= most, "degrees are integers from 0 on", (least, most))
    return one_of(integers(least, min(least + 5, most)), integers(least, most))


def depths(least: int = 2, most: int = 12) -> SearchStrategy[int]:
    """Numbers of weight layers; 2 and 3, between which laws change, come more often.

    Args:
        least: the least depth, >= 1; 1 is a linear model, 2 has one hidden layer.
        most: the largest, >= least.

    Returns:
        A strategy of integers.

    Raises:
        InvalidInput: for ``least < 1`` or ``most < least``.

    Example:
        >>> import ntkproofs as nt
        >>> simplest(depths(), lambda depth: nt.ntk(depth)(1.0) > 3)    # k(1) is the depth
        4
    """
    _require(1 <= least <= most, "depths are integers from 1 on", (least, most))
    return one_of(integers(least, min(least + 1, most)), integers(least, most))


def widths(least: int = 1, most: int = 1024) -> SearchStrategy[int]:
    """Widths of layers, powers of two among them.

    Args:
        least: the least width, >= 1.
        most: the largest, >= least.

    Returns:
        A strategy of integers.

    Raises:
        InvalidInput: for ``least < 1`` or ``most < least``.

    Example:
        >>> simplest(widths(), lambda n: n > 2)
        3
    """
    _require(1 <= least <= most, "widths are integers from 1 on", (least, most))
    powers = [2**j for j in range(40) if least <= 2**j <= most]
    return one_of(integers(least, most), *([sampled_from(powers)] if powers else []))


def short_rationals(least: Any = -2, most: Any = 2, denominator: int = 12) -> SearchStrategy[Any]:
    """Rational numbers of an interval with small denominators; integers and halves first.

    Args:
        least: the least value, rational.
        most: the largest, >= least.
        denominator: the largest denominator.

    Returns:
        A strategy of ``Fraction``, finitely many of them; :func:`rationals` are dense.

    Raises:
        InvalidInput: for ``most < least``, and an interval without such a number.

    Example:
        >>> simplest(short_rationals(0, 1), lambda x: 0 < x < 1)
        Fraction(1, 2)
    """
    low, high = Fraction(least), Fraction(most)
    _require(low <= high, "the least value is at most the largest", (least, most))
    found = {
        Fraction(p, q)
        for q in range(1, denominator + 1)
        for p in range(int(low * q) - 1, int(high * q) + 2)
        if low <= Fraction(p, q) <= high
    }
    _require(bool(found), "the interval holds a rational number of this denominator", found)
    return sampled_from(sorted(found, key=lambda x: (x.denominator, abs(x), x)))


def sobolev_orders(least: Any = -3, most: Any = 6) -> SearchStrategy[Any]:
    """Orders s of Sobolev multipliers: integers, halves and other short rationals.

    Args:
        least: the least order, rational.
        most: the largest, >= least.

    Returns:
        A strategy of ``Fraction`` with denominators up to 8.

    Raises:
        InvalidInput: for ``most < least``.

    Example:
        >>> import ntkproofs as nt
        >>> s = simplest(sobolev_orders(0, 2), lambda s: s.denominator > 1)
        >>> s, nt.sobolev(s).multiplier(0, 3)    # of degree 0, at every order
        (Fraction(1, 2), 1.0)
    """
    return short_rationals(least, most, 8)


def activation_slopes() -> SearchStrategy[tuple[int, int]]:
    """(a, b) of an activation a s + b |s|, b != 0; the ReLU is (1, 1).

    Returns:
        A strategy of pairs of integers, for ``nt.eoc(depth, a, b)``.

    Example:
        >>> simplest(activation_slopes())    # |s|, in even degrees only
        (0, 1)
    """
    return tuples(integers(-4, 4), integers(1, 4))


# ---- points


def sphere_points(
    n: SearchStrategy[int] | int,
    dim: SearchStrategy[int] | int,
    *,
    kinds: Sequence[str] = ("any", "basis", "random", "antipodal", "duplicated", "close", "circle"),
) -> SearchStrategy[SpherePoints]:
    """Points on the sphere, of known directions.

    Args:
        n: how many.
        dim: dimension of the space, at least 2.
        kinds: which sets: ``any`` (short rational coordinates), ``basis`` (of ±e_i, as many
            orthogonal ones as there are), ``random`` (near uniform), ``antipodal`` (one such pair,
            or as many as there is room for), ``duplicated`` (with two equal points), ``close`` (two
            points, or a point and an antipode, about 10^-k apart for some k = 1..12), ``clustered``
            (around one of a few centres, about 1/100 apart), ``circle`` (all in one plane),
            ``distinct`` (no two parallel).

    Returns:
        A strategy of points whose cosines are known to any precision: ``X[i, j]`` is one of them,
        ``numpy.asarray(X)`` the rows as floats.

    Raises:
        InvalidInput: for kinds that are not known, n = 0 and dim = 1.

    Example:
        >>> simplest(sphere_points(3, 3, kinds=["basis"]))
        SpherePoints.of([(1, 0, 0), (0, 1, 0), (0, 0, 1)])
    """
    unknown = sorted(set(kinds) - set(_KINDS))
    _require(not unknown and bool(kinds), f"kinds are of {sorted(_KINDS)}", list(kinds))
    least = (_least_of(n), _least_of(dim))
    return _sphere_points(_strategy(n), _strategy(dim), tuple(kinds), least)


@composite
def _sphere_points(
    draw: Any, counts: Any, dims: Any, kinds: tuple[str, ...], least: tuple[int, int]
) -> SpherePoints:
    n, d = draw(counts), draw(dims)
    _require(n >= 1, "a set of points is not empty", n)
    _require(d >= 2, "points on a sphere have dimension 2 at least", d)
    rows = _KINDS[draw(sampled_from(kinds))](draw, n, d)
    # Points of all kinds may be moved; those of a kind of its own stay what they are.
    free = {"any", "random"} & set(kinds) == {"any", "random"}
    return SpherePoints(tuple(tuple(Fraction(x) for x in row) for row in rows), free, least)


def _any(draw: Any, n: int, d: int) -> list[tuple[int, ...]]:
    if n * d > 24:
        return _random(draw, n, d)
    row = lists(integers(-4, 4), min_size=d, max_size=d).filter(any).map(tuple)
    return draw(lists(row, min_size=n, max_size=n))


def _basis(draw: Any, n: int, d: int) -> list[tuple[int, ...]]:
    every = [tuple(s * int(i == j) for j in range(d)) for s in (1, -1) for i in range(d)]
    start = draw(integers(0, len(every) - 1))
    cycle = [every[(start + k) % len(every)] for k in range(n)]
    return cycle if n <= len(every) else [*every, *_random(draw, n - len(every), d)]


def _random(draw: Any, n: int, d: int) -> list[tuple[int, ...]]:
    """Rounded Gaussian directions of a seed: thousands of examples a second, near uniform."""
    generator = np.random.default_rng(draw(integers(0, _LARGEST_SEED)))
    scale = draw(sampled_from((3, 20, 1000)))
    rows = np.rint(generator.standard_normal((n, d)) * scale).astype(int)
    rows[~rows.any(axis=1), 0] = 1
    return [tuple(map(int, row)) for row in rows]


def _antipodal(draw: Any, n: int, d: int) -> list[tuple[int, ...]]:
    """One antipodal pair, or as many as there are room for."""
    if n == 1:
        return _any(draw, 1, d)
    pairs = draw(sampled_from((1, n // 2)))
    rows = _any(draw, n - pairs, d)
    return [*rows, *(tuple(-x for x in row) for row in rows[:pairs])]


def _duplicated(draw: Any, n: int, d: int) -> list[tuple[int, ...]]:
    rows = _any(draw, max(1, n - 1), d)
    return [*rows, rows[0]][:n] if n > 1 else rows[:1]


def _close(draw: Any, n: int, d: int) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = list(_any(draw, max(1, n - 1), d))
    apart = Fraction(1, 10 ** draw(integers(1, 12)))
    sign = draw(sampled_from((1, -1)))
    first = rows[0]
    moved = first[0] if first[0] == 0 or any(first[1:]) else 0
    axis = 0 if moved == 0 else 1
    near = [sign * Fraction(x) for x in first]
    near[axis] += apart * max(abs(x) for x in first)
    return [*rows, tuple(near)][:n] if n > 1 else rows[:1]


def _clustered(draw: Any, n: int, d: int) -> list[tuple[Any, ...]]:
    """All points around one of a few centres, at a distance of about 1/100."""
    centres = _any(draw, max(1, n // 4), d)
    offsets = _random(draw, n, d)
    scale = max(1, *(abs(x) for row in offsets for x in row))
    return [
        tuple(Fraction(c) + Fraction(x, 100 * scale) for c, x in zip(centre, row, strict=True))
        for centre, row in zip((centres * n)[:n], offsets, strict=True)
    ]


def _circle(draw: Any, n: int, d: int) -> list[tuple[int, ...]]:
    flat = [p + (0,) * (d - 2) for p in _PYTHAGOREAN]
    turned = [(s * p[0], t * p[1], *p[2:]) for p in flat for s in (1, -1) for t in (1, -1)]
    return [draw(sampled_from(turned)) for _ in range(n)]


def _distinct(draw: Any, n: int, d: int) -> list[tuple[int, ...]]:
    """No two parallel: directions with coprime-looking slopes along a moment curve, shuffled."""
    offset = draw(integers(0, 20))
    return [tuple((k + offset) ** j for j in range(d)) for k in range(1, n + 1)]


_KINDS = {
    "any": _any,
    "basis": _basis,
    "random": _random,
    "antipodal": _antipodal,
    "duplicated": _duplicated,
    "close": _close,
    "clustered": _clustered,
    "circle": _circle,
    "distinct": _distinct,
}


def torus_points(
    n: SearchStrategy[int] | int, dim: SearchStrategy[int] | int
) -> SearchStrategy[TorusPoints]:
    """Scattered points of [0, 1)^dim with short rational coordinates.

    Args:
        n: how many.
        dim: d >= 1.

    Returns:
        A strategy of points x, seen on the sphere S^(2d-1) as by ``nt.torus.embed``.

    Example:
        >>> simplest(torus_points(1, 2))
        TorusPoints.of([(0, 0,)])
    """
    coordinate = short_rationals(0, Fraction(11, 12))
    return _torus_points(_strategy(n), _strategy(dim), coordinate)


@composite
def _torus_points(draw: Any, counts: Any, dims: Any, coordinate: Any) -> TorusPoints:
    n, d = draw(counts), draw(dims)
    row = lists(coordinate, min_size=d, max_size=d)
    return TorusPoints.of(draw(lists(row, min_size=n, max_size=n)))


def torus_grids(
    points_per_axis: SearchStrategy[int] | int, dim: SearchStrategy[int] | int
) -> SearchStrategy[TorusPoints]:
    """The grid of N^d points (j_1/N, ..., j_d/N); for d = 1 equispaced points of a circle.

    Args:
        points_per_axis: N >= 1.
        dim: d >= 1.

    Returns:
        A strategy of points x, seen on the sphere S^(2d-1) as by ``nt.torus.embed``.

    Example:
        >>> simplest(torus_grids(integers(1, 8), 1), lambda X: X.n > 3)
        TorusPoints.of([(0,), (Fraction('1/4'),), (Fraction('1/2'),), (Fraction('3/4'),)])
    """

    def grid(size: int, d: int) -> TorusPoints:
        axis = [Fraction(j, size) for j in range(size)]
        return TorusPoints.of(list(product(axis, repeat=d)))

    return tuples(_strategy(points_per_axis), _strategy(dim)).map(lambda pair: grid(*pair))


_ORBITS = {
    "free orbit of the square": [
        (s * a, t * b) for a, b in ((3, 4), (4, 3)) for s, t in product((1, -1), repeat=2)
    ],
    "square": [(1, 0), (0, 1), (-1, 0), (0, -1)],
    "octahedron": [tuple(s * int(i == j) for j in range(3)) for i in range(3) for s in (1, -1)],
    "cube": list(product((1, -1), repeat=3)),
    "cuboctahedron": [
        tuple(v)
        for v in product((-1, 0, 1), repeat=3)
        if sum(map(abs, v)) == 2
    ],
    "24-cell": [v for v in product((-1, 0, 1), repeat=4) if sum(map(abs, v)) == 2],
    "cross-polytope in R^4": [
        tuple(s * int(i == j) for j in range(4)) for i in range(4) for s in (1, -1)
    ],
}  # fmt: skip


def group_orbits() -> SearchStrategy[SpherePoints]:
    """Orbits of finite groups: polytopes, and the free orbit of the symmetries of a square.

    Returns:
        A strategy of points on the sphere that stay as they are: a search does not move them.

    Example:
        >>> simplest(group_orbits(), lambda X: X.dim == 4 and X.n > 8).n    # the 24-cell
        24
    """
    return sampled_from(sorted(_ORBITS)).map(
        lambda name: SpherePoints(SpherePoints.of(_ORBITS[name]).directions, free=False)
    )


def quadratures() -> SearchStrategy[tuple[SpherePoints, tuple[Fraction, ...], int]]:
    """(points, weights, degree): quadratures on the sphere that are exact up to a degree.

    Returns:
        A strategy of (points, weights of sum 1, degree of exactness).

    Example:
        >>> points, weights, degree = simplest(quadratures(), lambda rule: rule[2] > 3)
        >>> points.n, weights[0], degree    # the 24-cell
        (24, Fraction(1, 24), 5)
    """
    equal = {"square": 3, "octahedron": 3, "cube": 3, "cuboctahedron": 3, "24-cell": 5}

    def rule(name: str) -> tuple[SpherePoints, tuple[Fraction, ...], int]:
        points = SpherePoints(SpherePoints.of(_ORBITS[name]).directions, free=False)
        return points, (Fraction(1, points.n),) * points.n, equal[name]

    unequal = (
        SpherePoints(SpherePoints.of([(1, 0), (-3, 4), (-3, -4)]).directions, free=False),
        (Fraction(3, 8), Fraction(5, 16), Fraction(5, 16)),
        1,
    )
    return one_of(sampled_from(sorted(equal)).map(rule), just(unequal))


# ---- kernels and matrices


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
    _require(most_depth >= 2, "networks have a hidden layer", most_depth)
    _require(most_operations >= 0, "operations are counted from 0 on", most_operations)
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
    return _psd_matrices(_strategy(n), _strategy(condition))


@composite
def _psd_matrices(draw: Any, counts: Any, conditions: Any) -> ExactMatrix:
    n, c = draw(counts), draw(conditions)
    _require(n >= 1 and c >= 1, "a matrix has rows, and a condition of at least 1", (n, c))
    entry = integers(-3, 3)
    B = draw(lists(lists(entry, min_size=n, max_size=n), min_size=n, max_size=n))
    total = max(1, sum(x * x for row in B for x in row))
    scale = Fraction(c - 1, total) if c > 1 else Fraction(0)
    rows = tuple(
        tuple(scale * sum(B[i][k] * B[j][k] for k in range(n)) + int(i == j) for j in range(n))
        for i in range(n)
    )
    return ExactMatrix(rows)


def _least_of(value: SearchStrategy[int] | int) -> int:
    """The least value of a strategy where it is a plain range; else none smaller is admitted."""
    if isinstance(value, int):
        return value
    found = re.fullmatch(r"integers\((?:min_value=)?(\d+)(?:, .*)?\)", repr(value))
    return int(found[1]) if found else 10**9


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
    _require(most_degree >= 0, "a degree is 0 at least", most_degree)
    size = most_degree + 1
    single = integers(0, most_degree).map(
        lambda k: tuple(Fraction(int(j == k)) for j in range(size))
    )
    falling = integers(0, 4).map(lambda p: tuple(Fraction(1, (1 + j) ** p) for j in range(size)))
    free = lists(short_rationals(), min_size=size, max_size=size).filter(any).map(tuple)
    return one_of(single, falling, free)


def _strategy(value: SearchStrategy[Any] | int) -> SearchStrategy[Any]:
    return value if isinstance(value, SearchStrategy) else just(value)


def _require(holds: bool, requirement: str, given: Any) -> None:
    if not holds:
        raise InvalidInput(f"{requirement}; got {given!r}")
