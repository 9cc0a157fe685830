"""Points with exact coordinates: their cosines as exact numbers, and exactness that is proved.

Directions are given by rows of one common norm, which need not be 1: the cube is (±1, ±1, ±1), and
its cosines <x, y>/3 are rational though the unit vectors are not. All lie in one field Q(sqrt(r)).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, TypeAlias

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from ntkproofs.arithmetic.balls import precision
from ntkproofs.arithmetic.surds import Exact, Surd, enclosure, exact_number, surd
from ntkproofs.conventions import require_integer
from ntkproofs.domains.quadrature import Floats
from ntkproofs.domains.sphere.rules import SphereQuadrature
from ntkproofs.errors import InvalidInput
from ntkproofs.spectra.harmonics import gegenbauer

Cosine: TypeAlias = Surd | Fraction
Integers: TypeAlias = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class ExactPoints:
    """Distinct points of S^(d-1) with exact directions.

    Attributes:
        name: what they are.
        rows: n tuples of d exact numbers (Fraction or a + b sqrt(r), one r for all), of one norm.

    Raises:
        InvalidInput: for rows of different length or norm, zero rows, and points given twice.

    Example:
        >>> square = ExactPoints("square", ((1, 1), (-1, 1), (-1, -1), (1, -1)))
        >>> square.cosines()[0][1], square.exactness
        (Fraction(0, 1), 3)
    """

    name: str
    rows: tuple[tuple[Exact, ...], ...]

    def __post_init__(self) -> None:
        lengths = {len(row) for row in self.rows}
        if len(lengths) != 1 or min(lengths) < 2:
            raise InvalidInput(
                "Exact points are rows of one length d >= 2, at least one; got "
                f"{len(self.rows)} rows of lengths {sorted(lengths)}."
            )
        if len(set(self.rows)) < len(self.rows):
            raise InvalidInput(f"The points of {self.name} are to be distinct; one is given twice.")
        norms = {sum((x * x for x in row), Fraction(0)) for row in self.rows}
        if len(norms) != 1 or norms == {Fraction(0)}:
            raise InvalidInput(
                f"The rows of {self.name} need one common norm > 0, exactly; their squared norms "
                f"are {sorted(map(str, norms))[:5]}. Points of a sphere are told by direction only."
            )

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def dim(self) -> int:
        """d, the dimension of the space."""
        return len(self.rows[0])

    @cached_property
    def squared_norm(self) -> Cosine:
        """The squared norm that all rows have."""
        return exact_number(sum((x * x for x in self.rows[0]), Fraction(0)))

    def array(self) -> Floats:
        """The unit vectors in float64, each coordinate correctly rounded up to one ulp: (n, d)."""
        with precision(120):
            norm = enclosure(self.squared_norm).sqrt()
            return np.array([[float((enclosure(x) / norm).mid()) for x in r] for r in self.rows])

    def cosines(self) -> list[list[Cosine]]:
        """The exact matrix <x_i, x_j>, entries in Q or Q(sqrt(r))."""
        rational, root = self._products
        known = self._cosine_of_pair
        pairs = (zip(a, b, strict=True) for a, b in zip(rational, root, strict=True))
        return [[known[pair] for pair in row] for row in pairs]

    def cosine_balls(self) -> list[list[arb]]:
        """The matrix <x_i, x_j> in balls at the current precision."""
        balls = {cosine: enclosure(cosine) for cosine in self.cosine_counts}
        return [[balls[cosine] for cosine in row] for row in self.cosines()]

    @cached_property
    def cosine_counts(self) -> Mapping[Cosine, int]:
        """How many of the n² pairs have which cosine."""
        return Counter(cosine for row in self.cosines() for cosine in row)

    def pair_sum(self, degree: int) -> Cosine:
        """``(1/n²) Σ_ij P_l(<x_i, x_j>)``, exactly: 0 where all harmonics of degree l average to 0.

        Example:
            >>> ExactPoints("digon", ((1, 0), (-1, 0))).pair_sum(2)
            Fraction(1, 1)
        """
        require_integer("degree", degree, least=0, why="it is a degree of polynomials")
        counts = self.cosine_counts.items()
        total = sum((gegenbauer(degree, self.dim, u) * n for u, n in counts), Fraction(0))
        return exact_number(total / len(self) ** 2)

    @cached_property
    def exactness(self) -> int:
        """The largest t such that the equal-weight rule at these points is exact to degree t.

        Decided exactly, by the pair sums; finite, as a rule exact to degree 2m has at least as many
        points as there are polynomials of degree m.
        """
        degree = 0
        while self.pair_sum(degree + 1) == 0:
            degree += 1
        return degree

    def require_exactness(self, degree: int) -> None:
        """Refuse unless the equal-weight rule at these points is exact to a degree."""
        if degree > self.exactness:
            raise InvalidInput(
                f"A rule exact to degree {degree} is needed; {self.name} with equal weights is "
                f"exact to degree {self.exactness}: the pair sum of P_{self.exactness + 1} is "
                f"{self.pair_sum(self.exactness + 1)}, not 0."
            )

    def quadrature(self) -> SphereQuadrature:
        """The equal-weight rule in floats, with its proved exactness."""
        n = len(self)
        return SphereQuadrature(self.array(), np.full(n, 1 / n), self.exactness, self.name)

    @cached_property
    def _integers(self) -> tuple[Integers, Integers, int]:
        """A, B integer matrices and r with rows proportional to A + B sqrt(r)."""
        surds = [x for row in self.rows for x in row if isinstance(x, Surd)]
        radicand = surds[0].radicand if surds else 2
        parts = [[_parts(x) for x in row] for row in self.rows]
        scale = lcm(*(p.denominator for row in parts for pair in row for p in pair))
        tables = [
            np.array([[int(pair[side] * scale) for pair in row] for row in parts], dtype=object)
            for side in (0, 1)
        ]
        return tables[0], tables[1], radicand

    @cached_property
    def _products(self) -> tuple[list[list[int]], list[list[int]]]:
        """The rational and the root part of all inner products of the integer rows."""
        a, b, radicand = self._integers
        mixed = a @ b.T
        return (a @ a.T + radicand * (b @ b.T)).tolist(), (mixed + mixed.T).tolist()

    @cached_property
    def _cosine_of_pair(self) -> dict[tuple[int, int], Cosine]:
        rational, root = self._products
        radicand = self._integers[2]
        norm = surd(rational[0][0], root[0][0], radicand)
        pairs = {p for a, b in zip(rational, root, strict=True) for p in zip(a, b, strict=True)}
        return {pair: exact_number(surd(*pair, radicand) / norm) for pair in pairs}


def exact_points(name: str, rows: Sequence[Sequence[Any]]) -> ExactPoints:
    """Points from rows of exact numbers: int, Fraction, surd, SymPy numbers a + b sqrt(r).

    Args:
        name: what they are, for messages.
        rows: n rows of d numbers, of one common norm (need not be 1).

    Example:
        >>> exact_points("triple", [[1, 0], [0, 1], [-1, 0]]).exactness
        0
    """
    return ExactPoints(name, tuple(tuple(exact_number(x) for x in row) for row in rows))


def circle_cosines(n: int) -> list[list[arb]]:
    """The cosines of n equispaced points of a great circle in balls, at the current precision.

    Args:
        n: how many points, >= 1.

    Returns:
        n rows of n balls, cos 2π(i-j)/n.

    Raises:
        InvalidInput: for n < 1.

    Example:
        >>> circle_cosines(4)[0][1:3]
        [0, -1.00000000000000]
    """
    n = require_integer("n", n, least=1, why="an empty set of points has no matrix")
    by_step = [arb.cos_pi_fmpq(fmpq(2 * j, n)) for j in range(n)]
    return [[by_step[(i - j) % n] for j in range(n)] for i in range(n)]


def _parts(value: Exact) -> tuple[Fraction, Fraction]:
    if isinstance(value, Surd):
        return value.rational, value.root
    return Fraction(value), Fraction(0)
