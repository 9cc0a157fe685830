"""Real spherical harmonics of any dimension and degree, orthonormal, by stable recurrences.

As homogeneous polynomials: with x = (u, y), y in R^(d-1), |x| = r, and H_k an orthonormal harmonic
of degree k of one dimension less,

    Y_(k+n)(x) = S_n(u, r) c_k H_k(y),   c_k² = Π_(j<k) (d/2 + j)/((d-1)/2 + j),
    b_(n+1) S_(n+1) = u S_n - b_n r² S_(n-1),   S_0 = 1,
    b_n² = n (n + 2λ - 1) / (4 (n + λ)(n + λ - 1)),   λ = k + (d-2)/2.

S_n is the orthonormal Gegenbauer polynomial of index λ (DLMF 18.9, normalised). H_k is evaluated at
y itself, so that nothing is divided by |y| = sqrt(1-u²), and the poles are points like others.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from ntkproofs.conventions import require_integer
from ntkproofs.domains.quadrature import Floats, require_affordable
from ntkproofs.domains.sphere.points import require_unit_rows
from ntkproofs.spectra.harmonics import harmonic_dimension

_MAX_ENTRIES = 1 << 28


def harmonics(X: Any, degree: int) -> Floats:
    """An orthonormal basis of the real spherical harmonics of one degree, at points.

    Args:
        X: array of shape (n, d), rows on S^(d-1), d >= 2.
        degree: l >= 0.

    Returns:
        Array of shape (n, N(d,l)), orthonormal against the uniform probability measure:
        ``Σ_p Y_p(x) Y_p(y) = N(d,l) P_l(<x,y>)``. Columns are ordered by the degree k = 0..l of
        the harmonic in x_2..x_d, and within it likewise; the circle of the last two coordinates
        has cos, then sin.

    Raises:
        InvalidInput: for a degree that is negative, and rows that are no points of a sphere.
        Unable: for a table beyond 2^28 numbers, before it is allocated.

    Source:
        Müller, Spherical Harmonics, 1966, Section 11; Dai, Xu, Approximation Theory and Harmonic
        Analysis on Spheres and Balls, 2013, Theorem 1.5.1.

    Example:
        >>> harmonics([[1.0, 0.0, 0.0]], 1).round(12)
        array([[1.73205081, 0.        , 0.        ]])
    """
    return harmonics_up_to(X, degree)[-1]


def harmonics_up_to(X: Any, max_degree: int) -> list[Floats]:
    """The harmonics of all degrees 0..max_degree at points, in one pass for all degrees.

    Conventions as for :func:`harmonics`.

    Args:
        X: array of shape (n, d), rows on S^(d-1), d >= 2.
        max_degree: the last degree, >= 0.

    Returns:
        A list: at l an array of shape (n, N(d,l)), orthonormal as a function of the point.

    Raises:
        InvalidInput: for a degree that is negative, and rows that are no points of a sphere.
        Unable: for a table beyond 2^28 numbers, before it is allocated.

    Source:
        As for :func:`harmonics`; the sums are those of the addition theorem at one point.

    Example:
        >>> tables = harmonics_up_to([[0.6, 0.0, 0.8]], 4)
        >>> [float((Y**2).sum().round(12)) for Y in tables]    # N(3,l), at every point
        [1.0, 3.0, 5.0, 7.0, 9.0]
    """
    why = "the degree of a spherical harmonic is that of a polynomial"
    top = require_integer("degree", max_degree, least=0, why=why)
    points = require_unit_rows(X)
    n, dim = points.shape
    entries = n * sum(harmonic_dimension(dim, degree) for degree in range(top + 1))
    require_affordable(entries, _MAX_ENTRIES, f"table of harmonics of S^{dim - 1} to degree {top}")
    return _solid(points, top)


def _solid(points: Floats, top: int) -> list[Floats]:
    """The homogeneous polynomials Y_l, l = 0..top, at any points of R^d."""
    if points.shape[1] == 2:
        return _of_the_plane(points, top)
    dim = points.shape[1]
    height, squares = points[:, 0], np.sum(points**2, axis=1)
    blocks: list[list[Floats]] = [[] for _ in range(top + 1)]
    for k, lower in enumerate(_solid(points[:, 1:], top)):
        scaled = _lowest_factor(k, dim) * lower
        for n, factor in enumerate(_gegenbauer_factors(height, squares, k, dim, top - k)):
            blocks[k + n].append(factor[:, None] * scaled)
    return [np.concatenate(parts, axis=1) for parts in blocks]


def _of_the_plane(points: Floats, top: int) -> list[Floats]:
    """1, and sqrt(2) times the real and imaginary parts of (x + iy)^k."""
    z = points[:, 0] + 1j * points[:, 1]
    found, power = [np.ones((len(points), 1))], np.ones_like(z)
    for _ in range(top):
        power = power * z
        found.append(sqrt(2) * np.stack([power.real, power.imag], axis=1))
    return found


def _lowest_factor(k: int, dim: int) -> float:
    """c_k: 1/c_k² is the mean of |y|^(2k) over the sphere, y = (x_2, ..., x_d)."""
    square = 1.0
    for j in range(k):
        square *= (dim + 2 * j) / (dim - 1 + 2 * j)
    return sqrt(square)


def _gegenbauer_factors(
    height: Floats, squares: Floats, k: int, dim: int, top: int
) -> list[Floats]:
    """S_0 .. S_top at heights u and squared radii r²."""
    index = k + (dim - 2) / 2
    found, before, here = [np.ones_like(height)], np.zeros_like(height), np.ones_like(height)
    last = 0.0
    for n in range(1, top + 1):
        rise = sqrt(n * (n + 2 * index - 1) / (4 * (n + index) * (n + index - 1)))
        before, here = here, (height * here - last * squares * before) / rise
        last = rise
        found.append(here)
    return found
