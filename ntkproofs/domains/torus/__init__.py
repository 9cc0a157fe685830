"""The torus [0, 1]^d: grids, the embedding into a sphere, spectra by the FFT, aliasing.

A zonal kernel k becomes translation-invariant on the torus through :func:`embed`; its matrix on the
N^d grid then has the Fourier modes as eigenvectors, and all eigenvalues from one FFT of one row.
:func:`grid_operator` multiplies with it, and :func:`operator` with that of scattered points.

Example:
    >>> import ntkproofs as nt
    >>> from ntkproofs.domains import torus
    >>> torus.grid_eigenvalues(nt.ntk(3), n=64, dim=2).shape
    (64, 64)
"""

from ntkproofs.domains.torus.aliasing import (
    aliased,
    circle_eigenvalues,
    coarsened,
    fourier_coefficients,
)
from ntkproofs.domains.torus.grid_operator import GridOperator, grid_operator
from ntkproofs.domains.torus.points import cosines, embed, grid, scattered
from ntkproofs.domains.torus.scattered_operator import TorusOperator, operator
from ntkproofs.domains.torus.spectrum import (
    apply,
    dense,
    frequencies,
    grid_eigenvalues,
    kernel_row,
    mode,
    multipliers,
    require_resolution,
)

__all__ = [
    "GridOperator",
    "TorusOperator",
    "aliased",
    "apply",
    "circle_eigenvalues",
    "coarsened",
    "cosines",
    "dense",
    "embed",
    "fourier_coefficients",
    "frequencies",
    "grid",
    "grid_eigenvalues",
    "grid_operator",
    "kernel_row",
    "mode",
    "multipliers",
    "operator",
    "require_resolution",
    "scattered",
]
