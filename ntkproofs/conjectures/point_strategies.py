"""Strategies for points on spheres and on tori: sets in special position come more often."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from hypothesis.strategies import (
    SearchStrategy,
    composite,
    integers,
    just,
    lists,
    one_of,
    sampled_from,
    tuples,
)

from ntkproofs.conjectures.number_strategies import as_strategy, require, short_rationals
from ntkproofs.conjectures.points import SpherePoints, TorusPoints

_PYTHAGOREAN = ((3, 4), (4, 3), (5, 12), (8, 15), (1, 0), (0, 1), (1, 1))
_LARGEST_SEED = 2**16


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
        >>> from ntkproofs.conjectures.number_strategies import simplest
        >>> simplest(sphere_points(3, 3, kinds=["basis"]))
        SpherePoints.of([(1, 0, 0), (0, 1, 0), (0, 0, 1)])
    """
    unknown = sorted(set(kinds) - set(_KINDS))
    require(not unknown and bool(kinds), f"kinds are of {sorted(_KINDS)}", list(kinds))
    least = (_least_of(n), _least_of(dim))
    return _sphere_points(as_strategy(n), as_strategy(dim), tuple(kinds), least)


@composite
def _sphere_points(
    draw: Any, counts: Any, dims: Any, kinds: tuple[str, ...], least: tuple[int, int]
) -> SpherePoints:
    n, d = draw(counts), draw(dims)
    require(n >= 1, "a set of points is not empty", n)
    require(d >= 2, "points on a sphere have dimension 2 at least", d)
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
        >>> from ntkproofs.conjectures.number_strategies import simplest
        >>> simplest(torus_points(1, 2))
        TorusPoints.of([(0, 0,)])
    """
    coordinate = short_rationals(0, Fraction(11, 12))
    return _torus_points(as_strategy(n), as_strategy(dim), coordinate)


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
        >>> from ntkproofs.conjectures.number_strategies import simplest
        >>> simplest(torus_grids(integers(1, 8), 1), lambda X: X.n > 3)
        TorusPoints.of([(0,), (Fraction('1/4'),), (Fraction('1/2'),), (Fraction('3/4'),)])
    """

    def grid(size: int, d: int) -> TorusPoints:
        axis = [Fraction(j, size) for j in range(size)]
        return TorusPoints.of(list(product(axis, repeat=d)))

    return tuples(as_strategy(points_per_axis), as_strategy(dim)).map(lambda pair: grid(*pair))


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
        >>> from ntkproofs.conjectures.number_strategies import simplest
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
        >>> from ntkproofs.conjectures.number_strategies import simplest
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


def _least_of(value: SearchStrategy[int] | int) -> int:
    """The least value of a strategy where it is a plain range; else none smaller is admitted."""
    if isinstance(value, int):
        return value
    found = re.fullmatch(r"integers\((?:min_value=)?(\d+)(?:, .*)?\)", repr(value))
    return int(found[1]) if found else 10**9
