"""Spherical designs: regular polytopes and root systems with exact coordinates.

The exactness of each is not looked up but computed, exactly, from its cosines
(:attr:`ExactPoints.exactness`).

Source:
    Delsarte, Goethals, Seidel, Spherical codes and designs, 1977; Coxeter, Regular Polytopes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, permutations, product

from ntkproofs.arithmetic.surds import Exact, surd
from ntkproofs.conventions import require_dim
from ntkproofs.domains.quadrature import require_affordable
from ntkproofs.domains.sphere.exact_points import ExactPoints
from ntkproofs.errors import InvalidInput

_HALF = Fraction(1, 2)
_GOLDEN = surd(_HALF, _HALF, 5)
_INVERSE = surd(-_HALF, _HALF, 5)  # 1/φ = φ - 1
_MAX_POINTS = 4096

Row = tuple[Exact, ...]


def design(name: str) -> ExactPoints:
    """A spherical design by name.

    Args:
        name: in R³ ``tetrahedron``, ``octahedron``, ``cube``, ``icosahedron``, ``dodecahedron``;
            in R⁴ ``24-cell``, ``600-cell``, ``120-cell``; in R⁸ ``E8`` (its 240 roots). See also
            :func:`cross_polytope` and :func:`hypercube` for any dimension.

    Returns:
        The points, with their exactness computed, not looked up.

    Raises:
        InvalidInput: for another name.

    Example:
        >>> [design(name).exactness for name in ("tetrahedron", "icosahedron", "24-cell")]
        [2, 5, 5]
    """
    if name not in _CATALOGUE:
        raise InvalidInput(f"The designs known are {', '.join(_CATALOGUE)}; got {name!r}.")
    return _built(name)


@lru_cache
def _built(name: str) -> ExactPoints:
    return ExactPoints(name, tuple(_CATALOGUE[name]()))


def cross_polytope(dim: int) -> ExactPoints:
    """The 2d points ±e_i of S^(d-1), exact to degree 3: the square, the octahedron, and so on.

    Args:
        dim: d >= 2.

    Returns:
        The points, exact.

    Raises:
        InvalidInput: for d < 2.
        Unable: for more than 4096 points.

    Source:
        Delsarte, Goethals, Seidel, Spherical codes and designs, 1977.

    Example:
        >>> points = cross_polytope(5)
        >>> len(points), points.exactness, points.pair_sum(4)    # P_4 is not averaged to 0
        (10, 3, Fraction(3, 10))
    """
    dim = require_dim(dim)
    require_affordable(2 * dim, _MAX_POINTS, f"cross-polytope in R^{dim}")
    return ExactPoints(f"cross-polytope in R^{dim}", tuple(_axes(dim)))


def hypercube(dim: int) -> ExactPoints:
    """The 2^d points (±1, ..., ±1)/sqrt(d) of S^(d-1), exact to degree 3.

    Args:
        dim: d >= 2.

    Returns:
        The points, exact.

    Raises:
        InvalidInput: for d < 2.
        Unable: for more than 4096 points: from d = 13 on.

    Source:
        Delsarte, Goethals, Seidel, Spherical codes and designs, 1977.

    Example:
        >>> points = hypercube(4)
        >>> len(points), points.exactness, sorted(map(str, points.cosine_counts))
        (16, 3, ['-1', '-1/2', '0', '1', '1/2'])
    """
    dim = require_dim(dim)
    require_affordable(2**dim, _MAX_POINTS, f"hypercube in R^{dim}")
    return ExactPoints(f"hypercube in R^{dim}", tuple(_signs(dim)))


def _axes(dim: int) -> Iterator[Row]:
    for axis in range(dim):
        for sign in (1, -1):
            yield tuple(Fraction(sign * (i == axis)) for i in range(dim))


def _signs(dim: int) -> Iterator[Row]:
    return (tuple(map(Fraction, signs)) for signs in product((1, -1), repeat=dim))


def _tetrahedron() -> Iterable[Row]:
    return (row for row in _signs(3) if row[0] * row[1] * row[2] == 1)


def _with_signs(row: Row) -> Iterator[Row]:
    """All signs of the nonzero coordinates."""
    return product(*((x, -x) if x else (x,) for x in row))


def _cyclic(row: Row) -> Iterator[Row]:
    return (row[i:] + row[:i] for i in range(len(row)))


def _icosahedron() -> Iterable[Row]:
    zero, one = Fraction(0), Fraction(1)
    return (p for row in _with_signs((zero, one, _GOLDEN)) for p in _cyclic(row))


def _dodecahedron() -> Iterable[Row]:
    edges = (p for row in _with_signs((Fraction(0), _INVERSE, _GOLDEN)) for p in _cyclic(row))
    return [*_signs(3), *edges]


def _24_cell() -> Iterable[Row]:
    return [*_axes(4), *(tuple(x * _HALF for x in row) for row in _signs(4))]


def _600_cell() -> Iterable[Row]:
    corner = (_GOLDEN * _HALF, _HALF, _INVERSE * _HALF, Fraction(0))
    even = [p for p in permutations(range(4)) if _is_even(p)]
    rest = (tuple(row[i] for i in p) for row in _with_signs(corner) for p in even)
    return [*_24_cell(), *rest]


def _120_cell() -> Iterable[Row]:
    """The 600 vertices, at the squared norm 8 (Coxeter, Regular Polytopes, table V)."""
    zero, one, two, root = Fraction(0), Fraction(1), Fraction(2), surd(0, 1, 5)
    square, inverse_square = _GOLDEN + 1, 1 - _INVERSE
    anyhow: list[Row] = [
        (zero, zero, two, two),
        (one, one, one, root),
        (inverse_square, _GOLDEN, _GOLDEN, _GOLDEN),
        (_INVERSE, _INVERSE, _INVERSE, square),
    ]
    evenly: list[Row] = [
        (zero, inverse_square, one, square),
        (zero, _INVERSE, _GOLDEN, root),
        (_INVERSE, one, _GOLDEN, two),
    ]
    orders = list(permutations(range(4)))
    even = [order for order in orders if _is_even(order)]
    arranged = [*product(anyhow, orders), *product(evenly, even)]
    found = (tuple(row[i] for i in order) for base, order in arranged for row in _with_signs(base))
    return dict.fromkeys(found)


def _is_even(permutation: tuple[int, ...]) -> bool:
    return sum(a > b for a, b in combinations(permutation, 2)) % 2 == 0


def _e8() -> Iterable[Row]:
    pairs: list[Row] = []
    for i, j in combinations(range(8), 2):
        for a, b in product((1, -1), repeat=2):
            pairs.append(tuple(Fraction(a * (k == i) + b * (k == j)) for k in range(8)))
    halves = (
        tuple(x * _HALF for x in row) for row in _signs(8) if row.count(Fraction(-1)) % 2 == 0
    )
    return [*pairs, *halves]


_CATALOGUE: dict[str, Callable[[], Iterable[Row]]] = {
    "tetrahedron": _tetrahedron,
    "octahedron": lambda: _axes(3),
    "cube": lambda: _signs(3),
    "icosahedron": _icosahedron,
    "dodecahedron": _dodecahedron,
    "24-cell": _24_cell,
    "600-cell": _600_cell,
    "120-cell": _120_cell,
    "E8": _e8,
}
