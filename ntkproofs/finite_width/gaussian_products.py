"""E of products of powers, ReLUs and steps of jointly Gaussian variables, in closed form.

A factor is a polynomial in z times 1 or sgn z. Gaussian integration by parts (Stein's identity)

    E[z_i F] = Σ_j G_ij E[∂_j F],   ∂_j sgn z_j = 2 δ(z_j),

lowers the degree; δ(z_j) fixes z_j = 0 and leaves fewer variables. What remains are products of
signs: of two an arcsine, of four a one-dimensional integral (Plackett 1954). Variables on one line
through the origin are reduced to one; nothing is regularised.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ntkproofs.errors import InvalidInput, Unable

_ON_A_LINE = 1e-15
"""1 - |correlation| below which two float variables are on one line: rounding of their angle."""


@dataclass(frozen=True)
class Factor:
    """A function of one variable: a sum of ``coefficient z^power (sgn z)^odd``.

    Attributes:
        terms: (power, odd) and the coefficient of it, odd 0 or 1.
    """

    terms: tuple[tuple[tuple[int, int], Any], ...]

    def __mul__(self, other: Factor) -> Factor:
        """The product of two functions of the same variable; sgn² = 1."""
        found: dict[tuple[int, int], Any] = {}
        for (p, s), c in self.terms:
            for (q, t), d in other.terms:
                key = (p + q, (s + t) % 2)
                found[key] = found.get(key, 0) + c * d
        return Factor(tuple((key, value) for key, value in found.items() if value != 0))

    def __pow__(self, exponent: int) -> Factor:
        found = power(0)
        for _ in range(exponent):
            found = found * self
        return found

    def turned(self, scale: Any) -> Factor:
        """The factor of z as a function of y, z = scale y, scale not 0."""
        side = 1 if scale > 0 else -1
        return Factor(tuple(((p, s), c * scale**p * side**s) for (p, s), c in self.terms))


def power(exponent: int) -> Factor:
    """z^exponent."""
    return Factor((((exponent, 0), 1),))


def step() -> Factor:
    """1 for z > 0, 1/2 at 0."""
    return abrelu_slope(0.5, 0.5)


def relu(exponent: int = 1) -> Factor:
    """max(z, 0)^exponent, exponent >= 1."""
    return power(exponent) * step()


def abrelu_slope(a: Any, b: Any) -> Factor:
    """a + b sgn z, the slope of an (a,b)-ReLU."""
    return Factor((((0, 0), a), ((0, 1), b)))


def abrelu(a: Any, b: Any) -> Factor:
    """a z + b |z|."""
    return power(1) * abrelu_slope(a, b)


def gaussian_product(
    factors: Sequence[Factor], covariance: Any = None, *, vectors: Any = None
) -> float:
    """E[Π_i f_i(z_i)], z ~ N(0, covariance), in float64.

    Args:
        factors: one of each variable; multiply factors of the same variable first.
        covariance: shape (k, k), positive semi-definite; it may be singular.
        vectors: instead of it, an array (k, r) with z_i = <vectors_i, g>, g standard: it keeps
            the digits of small angles, which a covariance has lost.

    Returns:
        The expectation, to some 12 digits of the largest term.

    Raises:
        InvalidInput: if neither or both are given, or the covariance is none.
        Unable: for six or more signs that do not reduce.

    Source:
        Stein's identity; Plackett 1954 for four signs.

    Example:
        >>> round(gaussian_product([relu(2), step()], [[1.0, 0.0], [0.0, 1.0]]), 12)
        0.25
    """
    if (covariance is None) == (vectors is None):
        raise InvalidInput("Give the covariance of the variables, or vectors, and not both.")
    rows = _factored(covariance) if vectors is None else np.array(vectors, dtype=float)
    if rows.ndim != 2 or len(rows) != len(factors) or not np.isfinite(rows).all():
        raise InvalidInput(
            f"{len(factors)} factors need a finite covariance ({len(factors)}, {len(factors)}), or "
            f"vectors of shape ({len(factors)}, r); got shape {rows.shape}."
        )
    return float(expectation(Vectors(rows), factors))


def _factored(covariance: Any) -> Any:
    """Rows whose Gram matrix is the covariance: Cholesky with pivots, cut at its rank."""
    rest = np.array(covariance, dtype=float)
    if rest.ndim != 2 or rest.shape[0] != rest.shape[1] or not np.allclose(rest, rest.T):
        raise InvalidInput(f"A covariance is a symmetric matrix; got shape {rest.shape}.")
    noise = 8 * np.finfo(float).eps * max(float(np.max(np.diag(rest), initial=0.0)), 1e-300)
    columns = []
    for _ in range(len(rest)):
        pivot = int(np.argmax(np.diag(rest)))
        if rest[pivot, pivot] <= noise:
            break
        columns.append(rest[:, pivot] / math.sqrt(rest[pivot, pivot]))
        rest = rest - np.outer(columns[-1], columns[-1])
    if rest.size and np.abs(rest).max() > 1e6 * noise:
        raise InvalidInput(
            "A covariance is positive semi-definite; this one has a negative eigenvalue of about "
            f"{np.linalg.eigvalsh(np.asarray(covariance, dtype=float)).min():.3g}."
        )
    return np.array(columns).T.reshape(len(rest), len(columns))


class Gaussians(ABC):
    """Jointly Gaussian variables, in an arithmetic that the expectations are taken in."""

    @abstractmethod
    def covariance(self, i: int, j: int) -> Any:
        """E z_i z_j."""

    @abstractmethod
    def given_zero(self, j: int) -> Gaussians:
        """The variables given z_j = 0; z_j itself becomes 0."""

    @abstractmethod
    def vanishes(self, i: int) -> bool:
        """Whether z_i = 0."""

    @abstractmethod
    def ratio(self, i: int, j: int) -> Any:
        """z_j/z_i where it is a number, else None."""

    @abstractmethod
    def density_at_zero(self, j: int) -> Any:
        """1/sqrt(2π Var z_j)."""

    @abstractmethod
    def two_signs(self, i: int, j: int) -> Any:
        """E[sgn z_i sgn z_j] = (2/π) arcsin of the correlation."""

    @abstractmethod
    def four_signs(self, indices: Sequence[int]) -> Any:
        """E of four signs of which no two are on one line."""


def expectation(variables: Gaussians, factors: Sequence[Factor]) -> Any:
    """E[Π f_i(z_i)] in the arithmetic of the variables: the sum over the terms of the factors."""
    merged = _merged(variables, dict(enumerate(factors)))
    memo: dict[Any, Any] = {}
    chosen: list[tuple[Any, tuple[tuple[int, int, int], ...]]] = [(1, ())]
    for index, factor in merged.items():
        chosen = [
            (weight * c, (*key, (index, p, s)))
            for weight, key in chosen
            for (p, s), c in factor.terms
        ]
    total: Any = 0
    for weight, key in chosen:
        total = total + weight * _monomial(variables, key, memo)
    return total


def _merged(variables: Gaussians, factors: dict[int, Factor]) -> dict[int, Factor]:
    """One factor of each line through the origin; of variables that are 0 the value at 0."""
    kept: dict[int, Factor] = {}
    for index, factor in factors.items():
        if variables.vanishes(index):
            constant = sum(c for (p, s), c in factor.terms if p == 0 and s == 0)
            first = next(iter(kept), None)
            if first is None:
                kept[index] = Factor((((0, 0), constant),))
            else:
                kept[first] = kept[first] * Factor((((0, 0), constant),))
            continue
        for other, before in kept.items():
            scale = None if variables.vanishes(other) else variables.ratio(other, index)
            if scale is not None:
                kept[other] = before * factor.turned(scale)
                break
        else:
            kept[index] = factor
    return kept


def _monomial(variables: Gaussians, key: tuple[tuple[int, int, int], ...], memo: Any) -> Any:
    """E[Π z_i^p (sgn z_i)^s] of variables of which no two are on one line."""
    key = tuple((i, p, s) for i, p, s in key if p or s)
    if sum(p + s for _, p, s in key) % 2:
        return 0  # odd under z -> -z
    if key in memo:
        return memo[key]
    index = next((n for n, (_, p, _) in enumerate(key) if p), None)
    if index is None:
        value = _signs(variables, [i for i, _, _ in key])
    else:
        i, p, s = key[index]
        lowered = (*key[:index], (i, p - 1, s), *key[index + 1 :])
        value = _by_parts(variables, i, lowered, memo)
    memo[key] = value
    return value


def _by_parts(variables: Gaussians, i: int, key: Any, memo: Any) -> Any:
    """Σ_j G_ij E[∂_j F] of the monomial F."""
    total: Any = 0
    for position, (j, p, s) in enumerate(key):
        before, after = key[:position], key[position + 1 :]
        weight = variables.covariance(i, j)
        if p:
            total = total + weight * p * _monomial(
                variables, (*before, (j, p - 1, s), *after), memo
            )
        elif s:
            rest = {k: Factor((((q, t), 1),)) for k, q, t in (*before, *after)}
            edge = _given(variables, j, rest)
            total = total + weight * 2 * variables.density_at_zero(j) * edge
    return total


def _given(variables: Gaussians, j: int, factors: dict[int, Factor]) -> Any:
    """E of the product given z_j = 0."""
    fixed = variables.given_zero(j)
    merged = _merged(fixed, factors)
    key, weight = [], 1
    for index, factor in merged.items():
        if not factor.terms:
            return 0
        ((p, s), c) = factor.terms[0]
        key.append((index, p, s))
        weight = weight * c
    return weight * _monomial(fixed, tuple(key), {})


def _signs(variables: Gaussians, indices: list[int]) -> Any:
    match len(indices):
        case 0:
            return 1
        case 2:
            return variables.two_signs(*indices)
        case 4:
            return variables.four_signs(indices)
        case count:
            raise Unable(
                f"The expectation of {count} signs of different variables needs an integral of "
                f"dimension {count // 2 - 1}; products of up to four variables are covered."
            )


@dataclass(frozen=True)
class Vectors(Gaussians):
    """z_i = <rows_i, g> in float64; angles are taken between vectors, and keep their digits."""

    rows: Any

    def covariance(self, i: int, j: int) -> float:
        return float(self.rows[i] @ self.rows[j])

    def given_zero(self, j: int) -> Vectors:
        unit = self.rows[j] / np.linalg.norm(self.rows[j])
        rest = self.rows - np.outer(self.rows @ unit, unit)
        sizes = np.linalg.norm(self.rows, axis=1)
        rest[np.linalg.norm(rest, axis=1) <= math.sqrt(2 * _ON_A_LINE) * sizes] = 0
        return Vectors(rest)

    def vanishes(self, i: int) -> bool:
        return not self.rows[i].any()

    def ratio(self, i: int, j: int) -> float | None:
        angle = float(_angles(self.rows[i], self.rows[j]))
        limit = math.sqrt(2 * _ON_A_LINE)
        if limit < angle < math.pi - limit:
            return None
        size = float(np.linalg.norm(self.rows[j]) / np.linalg.norm(self.rows[i]))
        return size if angle < 1 else -size

    def density_at_zero(self, j: int) -> float:
        return 1 / math.sqrt(2 * math.pi * self.covariance(j, j))

    def two_signs(self, i: int, j: int) -> float:
        return 1 - float(_angles(self.rows[i], self.rows[j])) * 2 / math.pi

    def four_signs(self, indices: Sequence[int]) -> float:
        units = self.rows[list(indices)]
        units = units / np.linalg.norm(units, axis=1, keepdims=True)
        return _plackett(units)


def _angles(u: Any, v: Any) -> Any:
    """Angles between rows, accurate where they are small or near π."""
    u = u / np.linalg.norm(u, axis=-1, keepdims=True)
    v = v / np.linalg.norm(v, axis=-1, keepdims=True)
    return 2 * np.arctan2(np.linalg.norm(u - v, axis=-1), np.linalg.norm(u + v, axis=-1))


@lru_cache
def _double_exponential(count: int, reach: float) -> tuple[Any, Any, Any]:
    """Nodes t of [0, 1], 1 - t without cancellation, and weights."""
    x, h = np.linspace(-reach, reach, count, retstep=True)
    inner = np.pi * np.sinh(x)
    below, above = 1 / (1 + np.exp(-inner)), 1 / (1 + np.exp(inner))
    return below, above, h * np.pi * np.cosh(x) * below * above


def _plackett(units: Any) -> float:
    """E of four signs: from two uncorrelated pairs, along the line to the covariance.

    The pairs are the closest ones, so that the integrand is smooth inside [0, 1]; towards t = 1 it
    may have a root where the covariance is singular, which double exponential nodes allow for.
    """
    cosines = np.abs(units @ units.T) - 2 * np.eye(4)
    i, j = np.unravel_index(np.argmax(cosines), (4, 4))
    pair, other = [int(i), int(j)], [n for n in range(4) if n not in (i, j)]
    t, below_one, weights = _double_exponential(161, 3.2)
    total = float(1 - _angles(units[i], units[j]) * 2 / np.pi)
    total *= float(1 - _angles(units[other[0]], units[other[1]]) * 2 / np.pi)
    # Rows whose Gram matrix has t times the covariance between the pairs.
    joint, alone = np.sqrt(t)[:, None, None] * units, np.sqrt(below_one)[:, None, None] * units
    rows = np.concatenate([joint, alone, alone], axis=-1)
    size = units.shape[1]
    rows[:, pair, 2 * size :] = 0
    rows[:, other, size : 2 * size] = 0
    for first in pair:
        for second in other:
            free = [n for n in range(4) if n not in (first, second)]
            sine, rest = _given_two(rows, first, second, free)
            signs = 1 - _angles(*rest) * 2 / np.pi
            cosine = float(units[first] @ units[second])
            total += 2 / np.pi * cosine * float((weights * signs / sine).sum())
    return total


def _given_two(rows: Any, first: int, second: int, free: list[int]) -> tuple[Any, list[Any]]:
    """The sine between two unit rows, and what the free rows have orthogonal to both."""
    u, v = rows[:, first], rows[:, second]
    across = v - (u * v).sum(-1, keepdims=True) * u
    sine = np.linalg.norm(across, axis=-1, keepdims=True)
    across = across / sine
    rest = []
    for w in (rows[:, n] for n in free):
        inside = (w * u).sum(-1, keepdims=True) * u + (w * across).sum(-1, keepdims=True) * across
        rest.append(w - inside)
    return sine[:, 0], rest
