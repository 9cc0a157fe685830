"""Sampled matrices in balls and exact arithmetic, for small sets of points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat, fmpq, fmpq_mat
from numpy.typing import NDArray

from ntkproofs.arithmetic.balls import ball
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.spectra.harmonics import gegenbauer, harmonic_dimension

Point = Sequence[Fraction | int]
Cosines = Sequence[Sequence[Any]]


def exact_cosines(points: Sequence[Point]) -> list[list[Fraction]]:
    """The matrix <x_i, x_j> of points with rational coordinates on the unit sphere, exactly.

    Raises:
        InvalidInput: if a point is not exactly of norm 1.

    Example:
        >>> exact_cosines([(1, 0), (Fraction(3, 5), Fraction(4, 5))])[0][1]
        Fraction(3, 5)
    """
    found = [
        [sum((Fraction(a) * b for a, b in zip(x, y, strict=True)), Fraction(0)) for y in points]
        for x in points
    ]
    for index, row in enumerate(found):
        if row[index] != 1:
            raise InvalidInput(f"Point {index} is not of norm 1: its square is {row[index]}.")
    return found


def sampled_matrix(kernel: Kernel, cosines: Cosines) -> arb_mat:
    """The matrix k(<x_i, x_j>) in balls at the current precision.

    Args:
        kernel: a zonal kernel.
        cosines: matrix of cosines: rationals or balls.
    """
    return arb_mat([[kernel(ball(u)) for u in row] for row in cosines])


def commutator(A: arb_mat, B: arb_mat) -> arb_mat:
    """AB - BA."""
    return A * B - B * A


def entry(A: arb_mat, i: int, j: int) -> arb:
    """The entry of a ball matrix, rows and columns counted from 0."""
    return A[i, j]


def adjacency(cosines: Cosines) -> list[NDArray[np.int64]]:
    """The matrices A_u of zeros and ones, A_u[i, j] = 1 where <x_i, x_j> = u, for each cosine u.

    Every zonal matrix of the points is Σ k(u) A_u, so that all of them commute if and only if the
    A_u do: a question about integers.

    Args:
        cosines: matrix of exact numbers.

    Example:
        >>> [A.tolist() for A in adjacency([[1, 0], [0, 1]])]
        [[[1, 0], [0, 1]], [[0, 1], [1, 0]]]
    """
    distinct = dict.fromkeys(u for row in cosines for u in row)
    return [np.array([[int(u == v) for v in row] for row in cosines]) for u in distinct]


def unpaired_terms(cosines: Cosines) -> tuple[int, int, Counter[tuple[Any, Any]]] | None:
    """Points x, y at which zonal matrices need not commute: the first, against point 0.

    (K P - P K)_xy is Σ c(u, v) (k(u) p(v) - p(u) k(v)), where c(u, v) counts the points z with
    <x, z> = u and <z, y> = v: it is 0 for all kernels if and only if c(u, v) = c(v, u) throughout.

    Args:
        cosines: matrix of exact numbers.

    Returns:
        The numbers of x and y, and c; None where all terms pair up, for this x.

    Example:
        >>> steps = [(1, 0), (0, 1), (-1, 0)]
        >>> x, y, count = unpaired_terms(exact_cosines(steps))
        >>> x, y, count[1, 0], count[0, 1], count[-1, 0], count[0, -1]
        (0, 1, 1, 1, 1, 0)
    """
    for y, row in enumerate(cosines):
        count = Counter(zip(cosines[0], row, strict=True))
        if any(count[u, v] != count[v, u] for u, v in count):
            return 0, y, count
    return None


def harmonic_matrix(cosines: Cosines, degree: int, dim: int) -> fmpq_mat:
    """The matrix N(d,l) P_l(<x_i, x_j>) = (Y_l Y_lᵀ)_ij of rational cosines, exactly.

    Args:
        cosines: matrix of rational numbers.
        degree: l >= 0.
        dim: d >= 2.

    Example:
        >>> harmonic_matrix([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]], 1, 3)
        [3, 0]
        [0, 3]
    """
    count = harmonic_dimension(dim, degree)
    values = {
        u: count * gegenbauer(degree, dim, Fraction(u)) for u in {u for row in cosines for u in row}
    }
    rationals = {u: fmpq(value.numerator, value.denominator) for u, value in values.items()}
    return fmpq_mat([[rationals[u] for u in row] for row in cosines])


def entries_that_differ(A: fmpq_mat, B: fmpq_mat) -> int:
    """In how many entries two rational matrices of one shape differ."""
    difference = A - B
    return sum(1 for row in difference.tolist() for value in row if value != 0)
