"""Sampled matrices in balls and exact arithmetic, for small sets of points."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import arb, arb_mat

from ntkproofs.arithmetic.balls import ball
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.kernel import Kernel

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
