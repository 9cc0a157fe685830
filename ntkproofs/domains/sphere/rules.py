# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Quadratures of the sphere: product Gauss rules, and the check of exactness of any rule.

By the addition theorem ``v_l(y) = Σ_j w_j P_l(<x_j, y>)`` is ``(1/N) Σ_p m_p Y_p(y)``, where
``m_p = Σ_j w_j Y_p(x_j)`` are the moments that an exact rule makes 0. Its mean square over y is
‖m‖²/N², so sqrt(N) times its root mean square at random points y estimates that of the moments. The
double sum ``Σ_ij w_i w_j P_l(<x_i, x_j>) = ‖m‖²/N`` says the same of exact numbers; in floats it
sees the *square* of the error only, and takes moments of 1e-9 for rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import special

from ntkproofs.conventions import require_dim, require_integer
from ntkproofs.domains.quadrature import MAX_POINTS, Floats, Quadrature, require_affordable
from ntkproofs.domains.sphere.points import circle, require_unit_rows, uniform
from ntkproofs.spectra.harmonics import harmonic_dimension

_PROBES = 24
_PROBE_SEED = 20240229
_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class SphereQuadrature(Quadrature):
    """A quadrature of the uniform probability measure on S^(d-1); see :class:`Quadrature`.

    Example:
        >>> rule = SphereQuadrature(circle(5), np.full(5, 0.2), exactness=4)
        >>> float(rule.integrate(rule.points[:, 0] ** 2).round(12))
        0.5
    """

    @property
    def dim(self) -> int:
        """d, the dimension of the space."""
        return self.points.shape[1]

    def defects(self, max_degree: int) -> Floats:
        """Root mean square over p of ``Σ_j w_j Y_lp(x_j) - δ_l0``, l = 0..max_degree.

        Estimated from values at fixed random points of the sphere: linear in the error.
        """
        probes = uniform(_PROBES, self.dim, _PROBE_SEED)
        sums = np.zeros((max_degree + 1, _PROBES))
        for start in range(0, len(self.points), _BLOCK):
            block = slice(start, start + _BLOCK)
            cosines = probes @ self.points[block].T
            sums += _zonal_sums(cosines, self.weights[block], self.dim, max_degree)
        sums[0] -= 1
        counts = [sqrt(harmonic_dimension(self.dim, degree)) for degree in range(max_degree + 1)]
        return np.asarray(counts) * np.sqrt(np.mean(sums**2, axis=1))

    def _check_shapes(self) -> None:
        super()._check_shapes()
        require_unit_rows(self.points)


def _zonal_sums(cosines: Floats, weights: Floats, dim: int, max_degree: int) -> Floats:
    """``Σ_j w_j P_l(u_yj)`` for all degrees at once; shape (max_degree + 1, number of y)."""
    sums = np.empty((max_degree + 1, len(cosines)))
    before, here = np.zeros_like(cosines), np.ones_like(cosines)
    for k in range(max_degree + 1):
        sums[k] = here @ weights
        step = (2 * k + dim - 2) * cosines * here - k * before if k else cosines
        before, here = here, step / (k + dim - 2) if k else step
    return sums


def pair_sum(points: Floats, weights: Floats, degree: int) -> float:
    """``Σ_ij w_i w_j P_l(<x_i, x_j>) = (1/N(d,l)) Σ_p (Σ_i w_i Y_lp(x_i))²``, in floats.

    It is 0 for l = 1..t exactly if the rule is exact to degree t (weights of sum 1).

    Args:
        points: array of shape (n, d), unit rows.
        weights: array of shape (n,).
        degree: l >= 0.

    Returns:
        The sum, a number >= 0 up to rounding.

    Source:
        Müller 1966 (addition theorem); Delsarte, Goethals, Seidel 1977.

    Example:
        >>> [round(pair_sum(circle(5), np.full(5, 0.2), degree), 12) + 0.0 for degree in range(6)]
        [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    """
    sums = _zonal_sums(points @ points.T, weights, points.shape[1], degree)
    return float(weights @ sums[degree])


def gauss(dim: int, degree: int, max_points: int = MAX_POINTS) -> SphereQuadrature:
    """A product rule on S^(d-1), exact to a degree: Gauss-Gegenbauer in each height, then a circle.

    With x = (u, sqrt(1-u²) ξ), ξ on S^(d-2), a polynomial of degree m that survives the integral
    over ξ is one of degree m in u, against (1-u²)^((d-3)/2). Hence ⌊degree/2⌋ + 1 heights for each
    dimension from d down to 3, and degree + 1 equispaced points on the circle.

    Args:
        dim: d >= 2.
        degree: exactness, >= 0; 2L for products of two functions of degree L.
        max_points: refuse rules of more points.

    Returns:
        A :class:`SphereQuadrature` of (⌊degree/2⌋ + 1)^(d-2) (degree + 1) points.

    Raises:
        InvalidInput: for d < 2 or a degree that is negative.
        Unable: if it would have more than max_points.

    Source:
        Stroud, Approximate Calculation of Multiple Integrals, 1971, Section 2.6.

    Example:
        >>> len(gauss(3, 5).weights)
        18
    """
    dim = require_dim(dim)
    degree = require_integer("degree", degree, least=0, why="it is a degree of polynomials")
    heights = degree // 2 + 1
    count = heights ** (dim - 2) * (degree + 1)
    require_affordable(count, max_points, f"product rule of degree {degree} on S^{dim - 1}")
    points, weights = circle(degree + 1), np.full(degree + 1, 1 / (degree + 1))
    for space in range(3, dim + 1):
        points, weights = _raised(points, weights, heights, space)
    return SphereQuadrature(points, weights, degree, "product Gauss rule")


def _raised(points: Floats, weights: Floats, heights: int, dim: int) -> tuple[Floats, Floats]:
    """The product of a rule on S^(d-2) with a Gauss rule in the first coordinate of S^(d-1)."""
    nodes, masses = special.roots_gegenbauer(heights, (dim - 2) / 2)
    masses = masses / masses.sum()
    first = np.repeat(nodes, len(points))
    radius = np.sqrt((1 - nodes) * (1 + nodes))
    rest = (radius[:, None, None] * points).reshape(-1, dim - 1)
    raised = np.concatenate([first[:, None], rest], axis=1)
    return raised, np.outer(masses, weights).reshape(-1)
