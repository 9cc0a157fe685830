"""Eigenvalues of small symmetric matrices in balls, at any precision (Arb)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import acb_mat, arb, arb_mat, fmpq, fmpz

from ntkproofs.arithmetic.balls import ball, bits_for, precision
from ntkproofs.errors import InvalidInput, PrecisionExhausted, Unable

_LARGEST = 200
_DOUBLINGS = 6


def eigenvalue_balls(A: Any, digits: int, radius: Any, asker: str) -> list[arb]:
    """The eigenvalues of a symmetric matrix as balls, ascending, the i-th of which holds λ_i.

    Arb's acb_mat.eig encloses the eigenvalues of a general matrix with their multiplicities; those
    of a symmetric matrix are real. A one-to-one assignment of eigenvalues to intervals gives one
    in which ends and eigenvalues are each sorted.

    Raises:
        PrecisionExhausted: where the radii stay above 10^-digits ‖A‖.
    """
    rows = _entries(A, radius, asker)
    bits = bits_for(digits) + 32
    for _ in range(_DOUBLINGS):
        with precision(bits):
            found = _attempt(arb_mat([[ball(entry) for entry in row] for row in rows]))
            if found is not None and _narrow(found, digits):
                return found
        bits *= 2
    raise PrecisionExhausted(
        f"{asker}: {digits} digits of the eigenvalues were not reached at {bits // 2} bits. Balls "
        "or a radius in the entries may be too wide for that; ask for fewer digits."
    )


def inertia(A: arb_mat, shift: arb) -> tuple[int, int] | None:
    """How many eigenvalues lie below and above ``shift``; None where a pivot's sign is unknown.

    A - shift = LDLᵀ in balls; by Sylvester's law of inertia the signs of D are those of the
    eigenvalues. It is a way to eigenvalues that shares nothing with the others.

    Example:
        >>> inertia(arb_mat([[2, 1], [1, 2]]), arb(2.5))
        (1, 1)
    """
    n = A.nrows()
    rows = [[A[i, j] - (shift if i == j else 0) for j in range(n)] for i in range(n)]
    signs = []
    for k in range(n):
        pivot = rows[k][k]
        if pivot.contains(0) or not pivot.is_finite():
            return None
        signs.append(pivot > 0)
        for i in range(k + 1, n):
            factor = rows[i][k] / pivot
            for j in range(k + 1, i + 1):
                rows[i][j] -= factor * rows[j][k]
    above = sum(signs)
    return n - above, above


def _attempt(A: arb_mat) -> list[arb] | None:
    n = A.nrows()
    try:
        found = acb_mat(A).eig(multiple=True)
    except (ValueError, ArithmeticError):
        return None
    parts = [value.real for value in found]
    if len(parts) != n or not all(part.is_finite() for part in parts):
        return None
    lower = sorted((part.lower() for part in parts), key=_exact)
    upper = sorted((part.upper() for part in parts), key=_exact)
    return [low.union(high) for low, high in zip(lower, upper, strict=True)]


def _exact(value: arb) -> Fraction:
    mantissa, exponent = value.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _narrow(found: list[arb], digits: int) -> bool:
    largest = max(_exact(abs(value).upper()) for value in (found[0], found[-1]))
    return all(_exact(arb(value.rad())) <= largest / 10**digits for value in found)


def _entries(A: Any, radius: Any, asker: str) -> list[list[Any]]:
    rows = [[A[i, j] for j in range(A.ncols())] for i in range(A.nrows())] if isinstance(
        A, arb_mat
    ) else np.asarray(A, dtype=object).tolist()  # fmt: skip
    n = len(rows) if isinstance(rows, list) else 0
    if n == 0 or not all(isinstance(row, list) and len(row) == n for row in rows):
        raise InvalidInput(
            f"{asker} needs a square matrix with n >= 1 rows; got {_shape(A)}. Eigenvalues "
            "belong to maps of a space into itself."
        )
    if n > _LARGEST:
        raise Unable(
            f"{asker} with digits= takes time that grows as n^3 in balls, and is limited to "
            f"n = {_LARGEST}; got n = {n}. Without digits= it uses verified float64."
        )
    rows = [[_exact_number(entry, asker) for entry in row] for row in rows]
    _require_symmetric(rows, asker)
    return _blurred(rows, radius, asker)


def _exact_number(entry: Any, asker: str) -> Any:
    if isinstance(entry, (np.integer, np.bool_)):
        entry = int(entry)
    elif isinstance(entry, np.floating):
        entry = float(entry)
    known = isinstance(entry, (int, float, Fraction, fmpq, fmpz, arb))
    if not (known or getattr(entry, "is_Rational", False)) or not ball(entry).is_finite():
        raise InvalidInput(
            f"{asker} with digits= needs finite real entries that are exact (int, float, Fraction, "
            f"rationals) or balls; got {entry!r}."
        )
    return entry


def _require_symmetric(rows: list[list[Any]], asker: str) -> None:
    for i, row in enumerate(rows):
        for j in range(i):
            left, right = ball(row[j]), ball(rows[j][i])
            same = left.overlaps(right) if isinstance(row[j], arb) else row[j] == rows[j][i]
            if not same:
                raise InvalidInput(
                    f"{asker} needs a symmetric matrix; A[{i}, {j}] = {row[j]} and A[{j}, {i}] = "
                    f"{rows[j][i]}. Its eigenvalues need not be real otherwise; pass (A + A.T) / 2."
                )


def _blurred(rows: list[list[Any]], radius: Any, asker: str) -> list[list[Any]]:
    """Both triangles from the lower one, each entry with its radius."""
    n = len(rows)
    spread = np.broadcast_to(np.asarray(0.0 if radius is None else radius, float), (n, n))
    if not (np.isfinite(spread).all() and (spread >= 0).all()):
        raise InvalidInput(f"{asker} needs radius as finite numbers >= 0; got {radius!r}.")
    if not spread.any():
        return [[rows[max(i, j)][min(i, j)] for j in range(n)] for i in range(n)]
    worst = np.maximum(spread, spread.T)
    return [
        [ball(rows[max(i, j)][min(i, j)]) + arb(0, float(worst[i, j])) for j in range(n)]
        for i in range(n)
    ]


def _shape(A: Any) -> str:
    return f"shape {(A.nrows(), A.ncols())}" if isinstance(A, arb_mat) else f"{np.shape(A)}"
