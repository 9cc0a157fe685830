r"""What the grid sees of Fourier coefficients: sums over aliases, exactly.

    λ_k / N^d = Σ_(m in Z^d) k̂(k + N m),   k̂(k) = ∫ k_T(x) e^(-2πi k·x) dx,

since e^(2πi (k + N m)·x) = e^(2πi k·x) on the grid. Three exact forms of it:

- for a polynomial k(u) = Σ c_p u^p all coefficients are rational and finitely many: u is the mean
  of e^(±2πi x_i), and u^p counts walks of p steps on Z^d;
- on the circle (d = 1) the coefficients of any kernel are its eigenvalues on S^1;
- between two grids, N and a multiple of it, the sum is finite for any kernel.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from flint import arb

from ntkproofs.arithmetic.balls import ball, bits_for, precision
from ntkproofs.conventions import require_integer
from ntkproofs.domains.quadrature import Floats
from ntkproofs.domains.torus.points import require_side, require_torus_dim
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.positivity import has_nonnegative_coefficients
from ntkproofs.spectra.eigenvalues import eigenvalues

Frequency: TypeAlias = tuple[int, ...]
Coefficients: TypeAlias = dict[Frequency, Fraction]


def fourier_coefficients(powers: Sequence[Fraction | int], dim: int) -> Coefficients:
    """The exact Fourier coefficients of k_T for a polynomial k(u) = Σ c_p u^p, band-limited.

    The coefficient of u^p at k is the number of walks of p unit steps from 0 to k over (2d)^p.

    Args:
        powers: c_0, c_1, ..., rational.
        dim: d >= 1.

    Returns:
        The coefficients that are not 0, by frequency.

    Raises:
        InvalidInput: for d < 1.

    Example:
        >>> fourier_coefficients([0, 0, 1], dim=1)
        {(-2,): Fraction(1, 4), (0,): Fraction(1, 2), (2,): Fraction(1, 4)}
    """
    dim = require_torus_dim(dim)
    here: Mapping[Frequency, Fraction] = {(0,) * dim: Fraction(1)}
    total: defaultdict[Frequency, Fraction] = defaultdict(Fraction)
    for factor in powers:
        for k, value in here.items():
            total[k] += Fraction(factor) * value
        here = _one_more_step(here, dim)
    return {k: value for k, value in sorted(total.items()) if value}


def _one_more_step(walks: Mapping[Frequency, Fraction], dim: int) -> Mapping[Frequency, Fraction]:
    further: defaultdict[Frequency, Fraction] = defaultdict(Fraction)
    for k, value in walks.items():
        for axis in range(dim):
            for step in (1, -1):
                there = (*k[:axis], k[axis] + step, *k[axis + 1 :])
                further[there] += value / (2 * dim)
    return further


def aliased(coefficients: Mapping[Frequency, Fraction], n: int) -> Coefficients:
    """Σ_m k̂(k + N m) for all k with 0 <= k_i < N: the eigenvalues on the grid over N^d, exactly.

    Args:
        coefficients: k̂ by frequency, exact, as of :func:`fourier_coefficients`.
        n: N >= 1, points per axis.

    Returns:
        The sums that are not 0, by frequency modulo N.

    Raises:
        InvalidInput: for N < 1.

    Example:
        >>> aliased(fourier_coefficients([0, 0, 1], dim=1), n=2)  # cos² 2πx is 1 at x = 0, 1/2
        {(0,): Fraction(1, 1)}
    """
    n = require_side(n)
    total: defaultdict[Frequency, Fraction] = defaultdict(Fraction)
    for k, value in coefficients.items():
        total[tuple(i % n for i in k)] += value
    return {k: value for k, value in sorted(total.items()) if value}


def coarsened(values: Any, factor: int) -> Floats:
    """λ_k/N^d on a grid of N points from those on M N points: sums over k + N j, j in [0, M)^d.

    Args:
        values: λ_k/(M N)^d on the finer grid, shape (M N, ..., M N), in FFT order.
        factor: M >= 1, a divisor of the side.

    Returns:
        Array of shape (N, ..., N) in FFT order.

    Raises:
        InvalidInput: if the factor does not divide the side, or is none.

    Example:
        >>> import ntkproofs as nt
        >>> from ntkproofs.domains import torus
        >>> fine = torus.grid_eigenvalues(nt.ntk(3), n=32, dim=2) / 32**2
        >>> coarse = torus.grid_eigenvalues(nt.ntk(3), n=8, dim=2) / 8**2
        >>> bool(np.allclose(coarsened(fine, 4), coarse, atol=1e-15))
        True
    """
    fine = np.asarray(values, dtype=np.float64)
    factor = require_integer("factor", factor, least=1, why="it is the ratio of two grids")
    side = fine.shape[0]
    if side % factor:
        raise InvalidInput(
            f"A grid of {side} points per axis contains one of {side}/{factor} only if {factor} "
            f"divides {side}."
        )
    for axis in range(fine.ndim):
        shape = (*fine.shape[:axis], factor, side // factor, *fine.shape[axis + 1 :])
        fine = fine.reshape(shape).sum(axis=axis)
    return fine


def circle_eigenvalues(kernel: Kernel, n: int, max_frequency: int, digits: int = 20) -> list[arb]:
    """Enclosures of λ_k/N, k = 0..N-1, of a kernel on N equispaced points of the circle.

    k_T(x) = k(cos 2πx), so that k̂(m) = μ_|m|, the eigenvalue on S^1. Frequencies up to
    ``max_frequency`` are summed; as all k̂(m) >= 0, those beyond add between 0 and

        k(1) - Σ_(|m| <= max_frequency) k̂(m),

    which is what the kernel has left: about C/max_frequency for a network of ReLUs.

    Args:
        kernel: a zonal kernel that is known to have nonnegative Taylor coefficients in u, such as
            every NNGP and NTK: then k̂(m) >= 0 for all m.
        n: N >= 1.
        max_frequency: from n - 1 on.
        digits: of each coefficient.

    Raises:
        InvalidInput: if max_frequency leaves a mode without any coefficient.
        Unable: if the kernel is not known to have nonnegative coefficients.

    Example:
        >>> import ntkproofs as nt
        >>> print(circle_eigenvalues(nt.nngp(1), 4, max_frequency=8)[1].str(5))
        0.50000
    """
    n = require_side(n)
    if max_frequency < n - 1:
        raise InvalidInput(
            f"Each of the {n} modes needs a coefficient: max_frequency >= {n - 1}; got "
            f"{max_frequency}."
        )
    if not has_nonnegative_coefficients(kernel):
        raise Unable(
            f"{kernel!r} is not known to have nonnegative Taylor coefficients, so that its Fourier "
            "coefficients may change sign, and what k(1) leaves does not bound their tail."
        )
    coefficients = [ball(mu) for mu in eigenvalues(kernel, 2, range(max_frequency + 1), digits)]
    with precision(bits_for(digits) + 32):
        totals = [arb(0)] * n
        for m in range(-max_frequency, max_frequency + 1):
            totals[m % n] = totals[m % n] + coefficients[abs(m)]
        tail = ball(kernel(arb(1))) - sum(totals, arb(0))
        return [total + arb(0).union(tail) for total in totals]
