# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false
"""The expectations of :mod:`ntkproofs.finite_width.gaussian_products`, enclosed by balls.

The covariance is exact (rational), so that every reduction is decided exactly: which variables are
on one line, which vanish given another. Balls enter with square roots, arctangents and the integral
of four signs only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from flint import acb, arb, ctx, fmpq, fmpq_mat, fmpq_poly

from ntkproofs.arithmetic.balls import bits_for, precision
from ntkproofs.conventions import require_integer, require_rational
from ntkproofs.errors import InvalidInput, PrecisionExhausted
from ntkproofs.finite_width.gaussian_products import Factor, Gaussians, expectation

_ROUNDS = 4


def certified_gaussian_product(
    factors: Sequence[Factor], covariance: Sequence[Sequence[Any]], digits: int = 20
) -> arb:
    """A ball that holds E[Π_i f_i(z_i)], of radius below 10^-digits.

    Args:
        factors: one of each variable; coefficients are rational (floats are taken for exact).
        covariance: rational entries, symmetric and positive semi-definite; it may be singular.
        digits: after the decimal point.

    Raises:
        InvalidInput: if the covariance is none.
        PrecisionExhausted: if the ball stays wider at four times the working precision.

    Example:
        >>> from ntkproofs.finite_width.gaussian_products import relu
        >>> certified_gaussian_product([relu(), relu()], [[1, 0], [0, 1]], digits=10)
        [0.159154943091895 +/- 3.36e-16]
    """
    digits = require_integer("digits", digits, least=1, why="digits after the point")
    rows = _exact(covariance)
    if len(rows) != len(factors):
        raise InvalidInput(
            f"{len(factors)} factors need a covariance of as many variables; got {len(rows)}."
        )
    exact = [
        Factor(tuple((key, _rational(value)) for key, value in factor.terms)) for factor in factors
    ]
    bits = bits_for(digits) + 30
    for _ in range(_ROUNDS):
        with precision(bits):
            found = arb(expectation(Rationals(rows), exact))
            if found.rad() < arb(10) ** -digits:
                return found
        bits = bits * 3 // 2
    raise PrecisionExhausted(
        f"E of the product was enclosed as {found} only, not to {digits} digits, at {bits} bits; "
        "ask for fewer digits."
    )


def _rational(value: Any) -> fmpq:
    number = require_rational("a coefficient or a covariance", value, sign=True)
    return fmpq(number.numerator, number.denominator)


def _exact(covariance: Sequence[Sequence[Any]]) -> tuple[tuple[fmpq, ...], ...]:
    rows = tuple(tuple(_rational(value) for value in row) for row in covariance)
    square = all(len(row) == len(rows) for row in rows)
    if not square or any(rows[i][j] != rows[j][i] for i in range(len(rows)) for j in range(i)):
        raise InvalidInput("A covariance is a symmetric matrix.")
    rest = Rationals(rows)
    for i in range(len(rows)):
        diagonal = rest.rows[i][i]
        if diagonal < 0 or (diagonal == 0 and any(rest.rows[i])):
            raise InvalidInput("A covariance is positive semi-definite; this matrix is not.")
        if diagonal != 0:
            rest = rest.given_zero(i)
    return rows


@dataclass(frozen=True)
class Rationals(Gaussians):
    """Variables with a covariance of rational numbers."""

    rows: tuple[tuple[fmpq, ...], ...]

    def covariance(self, i: int, j: int) -> fmpq:
        return self.rows[i][j]

    def given_zero(self, j: int) -> Rationals:
        G, n = self.rows, len(self.rows)
        return Rationals(
            tuple(tuple(G[i][k] - G[i][j] * G[j][k] / G[j][j] for k in range(n)) for i in range(n))
        )

    def vanishes(self, i: int) -> bool:
        return self.rows[i][i] == 0

    def ratio(self, i: int, j: int) -> fmpq | None:
        G = self.rows
        on_a_line = G[i][j] ** 2 == G[i][i] * G[j][j]
        return G[i][j] / G[i][i] if on_a_line else None

    def density_at_zero(self, j: int) -> arb:
        return 1 / (2 * arb.pi() * arb(self.rows[j][j])).sqrt()

    def two_signs(self, i: int, j: int) -> arb:
        G = self.rows
        rest = arb(G[i][i] * G[j][j] - G[i][j] ** 2).sqrt()
        return arb.atan2(arb(G[i][j]), rest) * 2 / arb.pi()

    def four_signs(self, indices: Sequence[int]) -> arb:
        relation = _relation(self.rows, indices)
        if relation is not None:
            return self._of_dependent(indices, relation)
        pair, other = self._paired(list(indices))
        start = self.two_signs(*pair) * self.two_signs(*other)
        line = _Line.between(self.rows, pair, other)
        integral = acb.integral(line, acb(0), acb(1), abs_tol=arb(2) ** (10 - ctx.prec))
        return start + integral.real

    def _of_dependent(self, indices: Sequence[int], relation: Sequence[fmpq]) -> arb:
        """From Σ c_i z_i = 0: the signs cannot all be those of c, so 0 = 16 P(all are)."""
        side = [1 if c >= 0 else -1 for c in relation]
        total = arb(1)
        for a in range(4):
            for b in range(a):
                total += side[a] * side[b] * self.two_signs(indices[a], indices[b])
        return -side[0] * side[1] * side[2] * side[3] * total

    def _paired(self, indices: list[int]) -> tuple[tuple[int, int], tuple[int, int]]:
        """Two pairs, the closest one first."""
        G = self.rows

        def closeness(pair: tuple[int, int]) -> fmpq:
            i, j = pair
            return G[i][j] ** 2 / (G[i][i] * G[j][j])

        pairs = [(i, j) for n, i in enumerate(indices) for j in indices[n + 1 :]]
        nearest = max(pairs, key=closeness)
        first, second = (n for n in indices if n not in nearest)
        return nearest, (first, second)


def _relation(rows: tuple[tuple[fmpq, ...], ...], indices: Sequence[int]) -> list[fmpq] | None:
    """Rationals c, not all 0, with Σ c_i z_i = 0, where there are any."""
    reduced, rank = fmpq_mat([[rows[i][j] for j in indices] for i in indices]).rref()
    if rank == len(indices):
        return None
    lead = [next(c for c in range(len(indices)) if reduced[r, c] != 0) for r in range(rank)]
    free = next(c for c in range(len(indices)) if c not in lead)
    found = [fmpq(0)] * len(indices)
    found[free] = fmpq(1)
    for row, column in enumerate(lead):
        found[column] = -reduced[row, free]
    return found


@dataclass(frozen=True)
class _Line:
    """d/dt of E of four signs, along t times the covariance between two pairs.

    Of each pair (i, j) across: its covariance, ``GiiGjj - t²Gij²``, that times the covariance of
    the other two given z_i = z_j = 0, and that times the determinant of the whole.
    """

    terms: tuple[tuple[fmpq, Any, Any, Any], ...]

    @staticmethod
    def between(
        rows: tuple[tuple[fmpq, ...], ...], pair: tuple[int, int], other: tuple[int, int]
    ) -> _Line:
        t = fmpq_poly([0, 1])
        order = (*pair, *other)
        G = [
            [
                fmpq_poly([rows[i][j]]) * (t if (a < 2) != (b < 2) else fmpq_poly([1]))
                for b, j in enumerate(order)
            ]
            for a, i in enumerate(order)
        ]
        whole = _determinant(G, range(4), range(4))
        terms = []
        for i in (0, 1):
            for j in (2, 3):
                k, m = 1 - i, 5 - j
                minor = _determinant(G, (i, j), (i, j))
                across = _determinant(G, (i, j, k), (i, j, m))
                terms.append((rows[order[i]][order[j]], minor, across, minor * whole))
        return _Line(tuple(terms))

    def __call__(self, t: acb, analytic: bool) -> acb:
        total = acb(0)
        for covariance, minor, across, product in self.terms:
            if covariance == 0:
                continue
            root = _at(minor, t).sqrt(analytic=analytic)
            angle = _arcsine(_at(across, t), _at(product, t), analytic)
            total += 4 * acb(covariance) / root * angle
        return total / arb.pi() ** 2


def _arcsine(across: acb, rest: acb, analytic: bool) -> acb:
    """arctan(across/sqrt(rest)), as a logarithm whose branch cut is heeded."""
    root, turned = rest.sqrt(analytic=analytic), across * acb(0, 1)
    return acb(0, -1) / 2 * ((root + turned) / (root - turned)).log(analytic=analytic)


def _at(polynomial: Any, t: acb) -> acb:
    total = acb(0)
    for coefficient in reversed(polynomial.coeffs()):
        total = total * t + acb(coefficient)
    return total


def _determinant(G: list[list[Any]], rows: Sequence[int], columns: Sequence[int]) -> Any:
    total = fmpq_poly([0])
    for order in permutations(range(len(rows))):
        inversions = sum(order[a] > order[b] for b in range(len(order)) for a in range(b))
        product = fmpq_poly([(-1) ** inversions])
        for row, position in zip(rows, order, strict=True):
            product = product * G[row][columns[position]]
        total = total + product
    return total
