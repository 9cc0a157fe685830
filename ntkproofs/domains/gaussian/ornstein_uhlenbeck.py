# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The Ornstein-Uhlenbeck operator -Δ + x·∇ and its semigroup.

On L² of the standard Gaussian measure it is symmetric, with the Hermite polynomials as
eigenfunctions and the total degree as eigenvalue.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import sympy as sp

from ntkproofs.conventions import require_integer
from ntkproofs.domains.gaussian.hermite import (
    hermite_product,
    multi_indices,
    require_gaussian_dim,
    require_points,
)
from ntkproofs.domains.gaussian.rules import GaussianQuadrature, gauss_hermite
from ntkproofs.domains.quadrature import Floats
from ntkproofs.errors import InvalidInput


def ornstein_uhlenbeck(expression: Any, variables: Sequence[sp.Symbol]) -> sp.Expr:
    """-Δf + x·∇f of a SymPy expression, exactly.

    Args:
        expression: f, a SymPy expression.
        variables: x_1, ..., x_d, its symbols.

    Returns:
        The expression, expanded.

    Example:
        >>> x = sp.Symbol("x")
        >>> sp.factor(ornstein_uhlenbeck(x**2 - 1, [x]))    # twice He_2
        2*(x - 1)*(x + 1)
    """
    f = sp.sympify(expression)
    terms = [-sp.diff(f, x, 2) + x * sp.diff(f, x) for x in variables]
    return cast(sp.Expr, sp.expand(sp.Add(*terms)))


def on_homogeneous(power: Any, degree: Any, dim: Any) -> tuple[sp.Expr, sp.Expr]:
    """(a, b) with (-Δ + x·∇)(r^p Y_l) = (a r^p + b r^(p-2)) Y_l: p and l(l+d-2) - p(p+d-2).

    Args:
        power, degree, dim: p, l and d, numbers or symbols.

    Example:
        >>> l, d = sp.symbols("l d")
        >>> sp.factor(on_homogeneous(1, l, d)[1])  # 0 for r Y_l at l = 1 only
        (l - 1)*(d + l - 1)
    """
    p, l, d = (sp.sympify(value) for value in (power, degree, dim))  # noqa: E741
    return cast(sp.Expr, p), cast(sp.Expr, l * (l + d - 2) - p * (p + d - 2))


def coefficients(
    function: Callable[[Floats], Any], rule: GaussianQuadrature, degree: int
) -> dict[tuple[int, ...], float]:
    """The Hermite coefficients E[f h_α] for |α| <= degree, by a quadrature.

    Args:
        function: takes points of shape (n, d), returns values of shape (n,); exact for polynomials
            of degree at most rule.exactness - degree, meaningless for functions with kinks.
        rule: exact at least to 2 · degree.
        degree: of the last coefficient, >= 0.

    Returns:
        E[f h_α] by α, all α with |α| <= degree.

    Raises:
        InvalidInput: for a rule that is not exact to 2 · degree, or a function that does not return
            one value for each point.

    Example:
        >>> found = coefficients(lambda X: X[:, 0] ** 2 * X[:, 1], gauss_hermite(2, 8), degree=3)
        >>> {index: round(c, 6) for index, c in found.items() if abs(c) > 1e-12}    # 1 and √2
        {(0, 1): 1.0, (2, 1): 1.414214}
    """
    degree = require_integer("degree", degree, least=0, why="it is the degree of a polynomial")
    rule.require_exactness(2 * degree, f"products of two Hermite polynomials of degree {degree}")
    values = np.asarray(function(rule.points), dtype=np.float64)
    if values.shape != rule.weights.shape:
        raise InvalidInput(
            f"The function is to return a value for each of {len(rule.weights)} points; got "
            f"shape {values.shape}."
        )
    return {
        index: float(rule.integrate(values * hermite_product(rule.points, index)))
        for total in range(degree + 1)
        for index in multi_indices(rule.dim, total)
    }


def semigroup(function: Callable[[Floats], Any], X: Any, time: float, degree: int) -> Floats:
    """e^(-t A) f at points, A the Ornstein-Uhlenbeck operator, by Mehler's formula.

    ``(e^(-tA) f)(x) = E f(e^-t x + sqrt(1 - e^-2t) z)``, z a standard Gaussian.

    Args:
        function: takes points of shape (n, d); a polynomial of degree at most ``degree``.
        X: array of shape (n, d).
        time: t >= 0.
        degree: exactness of the Gauss-Hermite rule for z.

    Returns:
        Array of shape (n,).

    Raises:
        InvalidInput: for a time that is negative, and points that are none.

    Source:
        Mehler 1866; Bakry, Gentil, Ledoux, Markov Diffusion Operators, 2014, Section 2.7.

    Example:
        >>> X = np.array([[0.3, -1.2], [2.0, 0.5]])
        >>> f = lambda Z: hermite_product(Z, (2, 1))
        >>> bool(np.allclose(semigroup(f, X, 0.7, degree=3), np.exp(-0.7 * 3) * f(X)))    # |α| = 3
        True
    """
    points = require_points(X)
    if not time >= 0:
        raise InvalidInput(f"The semigroup runs for a time t >= 0; got {time}.")
    rule = gauss_hermite(require_gaussian_dim(points.shape[1]), degree)
    keep, noise = np.exp(-time), np.sqrt(-np.expm1(-2 * time))
    return np.array([rule.integrate(function(keep * x + noise * rule.points)) for x in points])
