# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportMissingImports=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false
"""Fourier coefficients on the torus of a polynomial of the cosine: finitely many, without aliases.

u = (1/d) Σ cos 2πx_i is a trigonometric polynomial of degree 1, so that one of degree D in u has
only modes |k_1| + ... + |k_d| <= D, and samples on a grid of more than 2D points per axis determine
them. It is even in every coordinate: a cosine transform of one corner of the grid is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import fft

from ntkproofs.domains.quadrature import Floats
from ntkproofs.domains.torus.spectrum import sum_over_axes
from ntkproofs.domains.torus.split import Split

_UNIT = 2.0**-53


@dataclass(frozen=True, eq=False)
class SmoothPart:
    """The Fourier coefficients that are kept.

    Attributes:
        coefficients: ĝ_k for |k_i| <= B, shape (2B+1, ..., 2B+1), from -B to B.
        cutoff: B.
        size: Σ |ĝ_k|, at most what the polynomial part takes.
        dropped: Σ |ĝ_k| of the modes beyond.
        rounding: estimate of what errors of the coefficients do to a value.
    """

    coefficients: Floats
    cutoff: int
    size: float
    dropped: float
    rounding: float


def smooth_part(found: Split, dim: int, tolerance: float) -> SmoothPart:
    """The coefficients of the polynomial of a split on T^d, but for a tolerable sum.

    Args:
        found: the split.
        dim: d.
        tolerance: of the sum of the coefficients that are dropped.

    Example:
        >>> import ntkproofs as nt
        >>> from ntkproofs.kernels.chebyshev import chebyshev
        >>> from ntkproofs.domains.torus.split import split
        >>> square = nt.zonal("square", lambda u, ar: u**2)
        >>> part = smooth_part(split(chebyshev(square), 8, 1e-12), 1, 1e-12)
        >>> part.coefficients.round(12) + 0.0
        array([0.25, 0.  , 0.5 , 0.  , 0.25])
    """
    corner = _coefficients(found, dim)
    places = np.indices(corner.shape, sparse=True)
    outside = np.zeros(corner.shape, dtype=bool)
    outside |= sum(places) > found.degree
    corner[outside] = 0.0  # rounding: there are no such modes
    weights = np.ones((1,) * dim)
    shell: Any = np.zeros((1,) * dim, dtype=np.int64)
    for place in places:
        weights = weights * np.where(place > 0, 2.0, 1.0)
        shell = np.maximum(shell, place)
    sums = np.bincount(shell.ravel(), (np.abs(corner) * weights).ravel())
    beyond = np.append(np.cumsum(sums[::-1])[::-1], 0.0)  # Σ over shells >= B
    cutoff = int(np.argmax(beyond[1:] <= tolerance))
    half = corner[(slice(cutoff + 1),) * dim]
    mirror = np.abs(np.arange(-cutoff, cutoff + 1))
    squares = float((corner**2 * weights).sum())
    rounding = _UNIT * np.log2(corner.size + 1) * np.sqrt(squares * 2.0**dim * corner.size)
    return SmoothPart(
        np.ascontiguousarray(half[np.ix_(*[mirror] * dim)]),
        cutoff,
        float(beyond[0]),
        float(beyond[cutoff + 1]),
        float(rounding),
    )


def _coefficients(found: Split, dim: int) -> Floats:
    """ĝ_k for 0 <= k_i <= P, P > D, by a cosine transform of samples at x_i = j_i/(2P)."""
    import finufft

    length: Any = fft.next_fast_len(found.degree + 1, real=True)
    side = int(length)
    turns = np.pi * np.arange(side + 1) / (2 * side)
    near = sum_over_axes(np.sin(turns) ** 2, dim)
    far = sum_over_axes(np.cos(turns) ** 2, dim)
    theta = 2 * np.arctan2(np.sqrt(near), np.sqrt(far))
    waves = np.concatenate([found.cosines[:0:-1] / 2, found.cosines[:1], found.cosines[1:] / 2])
    values: Any = finufft.nufft1d2(
        np.ascontiguousarray(theta.reshape(-1)), waves.astype(np.complex128), eps=1e-14, isign=1
    )
    transformed = fft.dctn(values.real.reshape(theta.shape), type=1, overwrite_x=True, workers=-1)
    return np.asarray(transformed) / (2 * side) ** dim
