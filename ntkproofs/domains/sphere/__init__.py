"""The sphere S^(d-1): points, group orbits, quadratures and designs, spherical harmonics.

Points are the rows of arrays of shape (n, d). Integrals are against the uniform probability
measure. Every quadrature carries the degree to which it is exact, and is checked when built.

Example:
    >>> from ntkproofs.domains import sphere
    >>> rule = sphere.gauss(dim=3, degree=8)
    >>> Y = sphere.harmonics(rule.points, 4)
    >>> rule.integrate(Y * Y).round(12)
    array([1., 1., 1., 1., 1., 1., 1., 1., 1.])
"""

from ntkproofs.domains.sphere.designs import cross_polytope, design, hypercube
from ntkproofs.domains.sphere.exact_points import ExactPoints, circle_cosines, exact_points
from ntkproofs.domains.sphere.groups import (
    Group,
    cyclic,
    dihedral,
    generate,
    hyperoctahedral,
    octahedral,
)
from ntkproofs.domains.sphere.harmonics import harmonics, harmonics_up_to
from ntkproofs.domains.sphere.points import antipodal, circle, clustered, uniform
from ntkproofs.domains.sphere.rules import SphereQuadrature, gauss, pair_sum

__all__ = [
    "ExactPoints",
    "Group",
    "SphereQuadrature",
    "antipodal",
    "circle",
    "circle_cosines",
    "clustered",
    "cross_polytope",
    "cyclic",
    "design",
    "dihedral",
    "exact_points",
    "gauss",
    "generate",
    "harmonics",
    "harmonics_up_to",
    "hypercube",
    "hyperoctahedral",
    "octahedral",
    "pair_sum",
    "uniform",
]
