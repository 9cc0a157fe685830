"""Eigenvalues of zonal kernels: which of the three ways is taken, and the results it gives.

*Exact* closed forms where the kernel is made of arc-cosine kernels; *balls* with a proven bound
when digits are asked for; *floats* otherwise, correctly rounded from closed forms where there are
any, else by a Gauss-Legendre rule in θ in double-double arithmetic.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ntkproofs.arithmetic.balls import bits_for, precision
from ntkproofs.conventions import require_degrees, require_dim, require_integer
from ntkproofs.errors import ClosedFormUnknown, InvalidInput
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.spectra.certified import ball_eigenvalues
from ntkproofs.spectra.exact import PiNumber, closed_sequence
from ntkproofs.spectra.floating import float_eigenvalues
from ntkproofs.spectra.symmetry import polynomial_part

FLOAT_RELATIVE_ERROR = 1e-12
"""Stated relative accuracy of float64 eigenvalues; those that the fast way cannot give to this are
recomputed with balls."""

_FLOAT_DIGITS = 17


def eigenvalues(
    kernel: Kernel, dim: int, degrees: Any, digits: int | None = None
) -> NDArray[np.float64] | list[arb]:
    """The eigenvalues μ_l of a zonal kernel on S^(d-1), uniform probability measure (Funk-Hecke).

    Args:
        kernel: a kernel of the library, of its algebra or from ``nt.zonal``.
        dim: dimension d >= 2 of the space; the sphere is S^(d-1).
        degrees: degrees l >= 0 of spherical harmonics, an integer or an iterable of them.
        digits: if given, enclosures of relative radius below 10^-digits are returned.

    Returns:
        A float64 array of shape (number of degrees,), of relative error at most 1e-12 and mostly
        below 1e-15 (for a plain function of floats: absolute error about 1e-15 k(1)); or, with
        ``digits``, a list of balls (``flint.arb``). Eigenvalues that are zero by parity are
        exactly 0.

    Raises:
        InvalidInput: for what is no kernel, d < 2, degrees that are negative, or digits below 1.
        PrecisionExhausted: where a ball still contains 0 at the last precision.
        Unable: if balls are needed and the kernel is a plain function of floats.

    Source:
        Funk-Hecke: Müller 1966. Closed forms: Bach 2017. Quadrature error: Trefethen, Theorem 19.3.

    Example:
        >>> import ntkproofs as nt
        >>> nt.eigenvalues(nt.ntk(2), dim=3, degrees=range(4))
        array([0.5       , 0.33333333, 0.078125  , 0.        ])
    """
    if not isinstance(kernel, Kernel):
        raise InvalidInput(
            f"nt.eigenvalues needs a kernel; got {type(kernel).__name__}. Wrap a function with "
            "nt.zonal(name, formula)."
        )
    dim, degrees = require_dim(dim), require_degrees(degrees)
    kernel = kernel.at_dim(dim)
    kernel(np.array([-1.0, 0.0, 1.0]))  # a kernel composed beyond its domain says so here
    closed = _closed(kernel, dim, max(degrees))
    if digits is None:
        if closed is not None:
            return np.array([float(_enclosure(closed[degree], 64).mid()) for degree in degrees])
        return _floats(kernel, dim, degrees)
    digits = require_integer("digits", digits, least=1, why="it is a number of decimal digits")
    if closed is not None:
        return [_enclosure(closed[degree], bits_for(digits) + 1) for degree in degrees]
    zero = _vanishing(kernel, degrees)
    rest = tuple(degree for degree in degrees if degree not in zero)
    balls = iter(ball_eigenvalues(kernel, dim, rest, digits) if rest else ())
    return [arb(0) if degree in zero else next(balls) for degree in degrees]


def _vanishing(kernel: Kernel, degrees: tuple[int, ...]) -> frozenset[int]:
    """The degrees whose eigenvalues are 0 because that part of the kernel is a polynomial."""
    found: set[int] = set()
    for remainder, parity in enumerate(("even", "odd")):
        sought = [degree for degree in degrees if degree % 2 == remainder]
        top = polynomial_part(kernel, parity) if sought and not kernel.floats_only else None
        if top is not None:
            found.update(degree for degree in sought if degree > top)
    return frozenset(found)


def _closed(kernel: Kernel, dim: int, max_degree: int) -> list[PiNumber] | None:
    try:
        return closed_sequence(kernel, dim, max_degree)
    except ClosedFormUnknown:
        return None


def _enclosure(number: PiNumber, bits: int) -> arb:
    """A ball of so many bits relative; the terms of r + s/π² may cancel."""
    working = bits + 16
    while True:
        with precision(working):
            value = number.to_ball()
        if number.is_zero() or value.rel_accuracy_bits() > bits:
            return value
        working *= 2


def _floats(kernel: Kernel, dim: int, degrees: tuple[int, ...]) -> NDArray[np.float64]:
    """The fast way, and balls for the degrees at which it does not reach the stated accuracy."""
    found = float_eigenvalues(kernel, dim, max(degrees))
    wanted = np.array(degrees)
    values, errors = found.values[wanted], found.errors[wanted]
    if kernel.floats_only:
        return values
    zero = np.isin(wanted, list(_vanishing(kernel, degrees)))
    values[zero] = errors[zero] = 0.0
    lost = sorted(set(wanted[errors > FLOAT_RELATIVE_ERROR * abs(values)].tolist()))
    if not lost:
        return values
    balls = ball_eigenvalues(kernel, dim, tuple(lost), _FLOAT_DIGITS)
    exact = {degree: float(value.mid()) for degree, value in zip(lost, balls, strict=True)}
    return np.array(
        [exact.get(degree, value) for degree, value in zip(degrees, values, strict=True)]
    )
