# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
r"""Homogeneous kernels ``K(x,y) = ‖x‖^h ‖y‖^h κ(cos(x,y))`` on L²(N(0, I_d)): the exact spectrum.

Under the Gaussian measure the radius r = ‖x‖ and the direction ξ = x/r are independent and ξ is
uniform. With Funk-Hecke on the sphere, for any radial function g and any harmonic Y_l of degree l,

    ∫ K(x,y) g(‖x‖) Y_l(ξ) dγ(x) = ‖y‖^h E[r^h g(r)] μ_l(κ) Y_l(η).

Functions g(r) Y_l(ξ) span L². So K maps each into the line of r^h Y_l, on which it is the number
``E[r^(2h)] μ_l(κ)``, and everything orthogonal to these lines to 0. Hence

- the nonzero eigenvalues are E[r^(2h)] μ_l(κ), N(d,l) times each; d μ_l(κ) for h = 1;
- the eigenfunctions are ‖x‖^h Y_l(x/‖x‖): no polynomials but for h = l (mod 2), l <= h. Of the
  Hermite polynomials the NTK of a ReLU network without biases (h = 1) shares those of degree one,
  and those that it maps to 0;
- they decay as on the sphere: polynomially in l for networks of ReLUs, not exponentially.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import sympy as sp
from flint import arb

from ntkproofs.arithmetic.balls import ball, bits_for, precision
from ntkproofs.conventions import require_degrees, require_dim, require_integer
from ntkproofs.domains.gaussian.hermite import require_points
from ntkproofs.domains.quadrature import Floats
from ntkproofs.domains.sphere.harmonics import harmonics
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.spectra.eigenvalues import eigenvalues
from ntkproofs.spectra.harmonics import harmonic_dimension

_WHY_H = "K(x,y) = ‖x‖^h ‖y‖^h κ(cos) is to be continuous at 0"


@dataclass(frozen=True)
class GaussianSpectrum:
    """Eigenvalues of a homogeneous kernel under the Gaussian measure; made by :func:`spectrum`.

    Attributes:
        dim: d.
        homogeneity: h, of K in each argument.
        degrees: the degrees l asked for.
        eigenvalues: one for each degree: a float64 array, or balls.
        multiplicities: N(d, l), one for each degree.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> found = spectrum(nt.ntk(2), dim=3, degrees=range(100))
        >>> trace = found.eigenvalues @ np.array(found.multiplicities)
        >>> bool(0 < 6 - trace < 0.02)    # all of them sum to E K(x, x) = d κ(1) = 3 · 2
        True
    """

    dim: int
    homogeneity: int
    degrees: tuple[int, ...]
    eigenvalues: Floats | Sequence[arb]
    multiplicities: tuple[int, ...]


def spectrum(
    kernel: Kernel, dim: int, degrees: Any, digits: int | None = None, homogeneity: int = 1
) -> GaussianSpectrum:
    """The nonzero eigenvalues E[r^(2h)] μ_l(κ) of ‖x‖^h ‖y‖^h κ(cos(x,y)) on L²(N(0, I_d)).

    Args:
        kernel: the zonal kernel κ: that of a network without biases, whose NTK on R^d is
            ‖x‖ ‖y‖ κ(cos). With biases the kernel is not homogeneous, and this does not apply.
        dim: d >= 2.
        degrees: degrees l >= 0 of the harmonics in the direction.
        digits: if given, enclosures of so many digits.
        homogeneity: h >= 0; 1 for networks of ReLUs.

    Returns:
        A :class:`GaussianSpectrum`. All other eigenvalues are 0, with infinite multiplicity.

    Raises:
        InvalidInput: for d < 2, degrees that are negative, or h < 0.

    Source:
        Derived in the module's text, from Funk-Hecke (Müller 1966).

    Example:
        >>> import ntkproofs as nt
        >>> spectrum(nt.ntk(2), dim=3, degrees=range(4)).eigenvalues
        array([1.5     , 1.      , 0.234375, 0.      ])
    """
    dim, degrees = require_dim(dim), require_degrees(degrees)
    h = require_integer("homogeneity", homogeneity, least=0, why=_WHY_H)
    found = eigenvalues(kernel, dim, degrees, digits)
    factor = _even_moment(dim, h)
    if digits is None:
        values: Any = factor * np.asarray(found)
    else:
        with precision(bits_for(digits) + 32):
            values = [factor * ball(mu) for mu in found]
    counts = tuple(harmonic_dimension(dim, degree) for degree in degrees)
    return GaussianSpectrum(dim, h, degrees, values, counts)


def radial_moment(dim: Any, power: Any) -> sp.Expr:
    """E‖x‖^p = 2^(p/2) Γ((d+p)/2)/Γ(d/2) for x ~ N(0, I_d), exactly; numbers or symbols.

    Args:
        dim: d, a number or a symbol.
        power: p, a number or a symbol; the moment exists for p > -d.

    Returns:
        A SymPy expression.

    Example:
        >>> radial_moment(2, 2), radial_moment(2, 3), radial_moment(5, 4)
        (2, 3*sqrt(2)*sqrt(pi)/2, 35)
    """
    d, p = sp.sympify(dim), sp.sympify(power)
    return cast(sp.Expr, 2 ** (p / 2) * sp.gamma((d + p) / 2) / sp.gamma(d / 2))


def overlap(dim: Any, degree: Any, power: Any = None) -> sp.Expr:
    """The squared cosine between r^p Y_l and the eigenfunction r Y_l: E[r^(p+1)]²/(E r² E r^(2p)).

    With p = l (the default), r^l Y_l(ξ) is a harmonic polynomial: a Hermite polynomial of degree l,
    and K maps it to a multiple of r Y_l. The two agree only where this is 1: at p = 1.

    Args:
        dim: d, a number or a symbol.
        degree: l, a number or a symbol.
        power: p; l if left out.

    Returns:
        A SymPy expression with values in (0, 1], by Cauchy and Schwarz.

    Example:
        >>> overlap(2, 2), overlap(3, 1)
        (9*pi/32, 1)
    """
    p = sp.sympify(degree if power is None else power)
    moments = (radial_moment(dim, k) for k in (p + 1, 2, 2 * p))
    mixed, first, second = moments
    return cast(sp.Expr, sp.gammasimp(mixed**2 / (first * second)))


def eigenfunctions(X: Any, degree: int) -> Floats:
    """The orthonormal eigenfunctions ‖x‖ Y_l(x/‖x‖)/sqrt(d) of one degree, for h = 1.

    Args:
        X: array of shape (n, d), d >= 2, without zero rows.
        degree: l >= 0.

    Returns:
        Array of shape (n, N(d,l)).

    Raises:
        InvalidInput: for a zero row, which has no direction, d < 2, or a degree that is negative.

    Source:
        Derived in the module's text, from Funk-Hecke (Müller 1966).

    Example:
        >>> from ntkproofs.domains import gaussian
        >>> rule = gaussian.polar(3, 6)
        >>> f = eigenfunctions(rule.points, 2)    # no polynomials: ‖x‖ Y_2(x/‖x‖)
        >>> gram = rule.integrate(f[:, :, None] * f[:, None, :])
        >>> bool(np.allclose(gram, np.eye(5), atol=1e-12))
        True
    """
    points = require_points(X)
    norms = np.linalg.norm(points, axis=1, keepdims=True)
    if not norms.all():
        raise InvalidInput("The eigenfunctions ‖x‖ Y(x/‖x‖) need nonzero rows, for a direction.")
    return norms * harmonics(points / norms, degree) / np.sqrt(points.shape[1])


def _even_moment(dim: int, h: int) -> int:
    """E r^(2h) = d (d+2) ... (d+2h-2)."""
    product = 1
    for j in range(h):
        product *= dim + 2 * j
    return product
