"""Gaussian space: L² of the standard Gaussian measure of R^d.

Hermite polynomials diagonalise the Ornstein-Uhlenbeck operator; they do not diagonalise the kernel
of a ReLU network, whose exact spectrum is :func:`spectrum`.

Example:
    >>> import ntkproofs as nt
    >>> from ntkproofs.domains import gaussian
    >>> gaussian.spectrum(nt.ntk(2), dim=2, degrees=[0, 1, 2]).multiplicities
    (1, 2, 2)
"""

from ntkproofs.domains.gaussian.hermite import (
    hermite,
    hermite_multiplicity,
    hermite_product,
    multi_indices,
)
from ntkproofs.domains.gaussian.homogeneous import (
    GaussianSpectrum,
    eigenfunctions,
    overlap,
    radial_moment,
    spectrum,
)
from ntkproofs.domains.gaussian.ornstein_uhlenbeck import (
    coefficients,
    on_homogeneous,
    ornstein_uhlenbeck,
    semigroup,
)
from ntkproofs.domains.gaussian.rules import GaussianQuadrature, gauss_hermite, polar

__all__ = [
    "GaussianQuadrature",
    "GaussianSpectrum",
    "coefficients",
    "eigenfunctions",
    "gauss_hermite",
    "hermite",
    "hermite_multiplicity",
    "hermite_product",
    "multi_indices",
    "on_homogeneous",
    "ornstein_uhlenbeck",
    "overlap",
    "polar",
    "radial_moment",
    "semigroup",
    "spectrum",
]
