"""Spherical harmonics: Legendre polynomials of the sphere, and what rotations do.

The Legendre polynomial of degree l of the sphere in d dimensions is ``P(d, l, u)``, with value 1 at
u = 1: for d = 3 the classical one, for others a Gegenbauer polynomial over its value at 1.
"""

from __future__ import annotations

from ntkproofs.claims.theorems import (
    ENDPOINT_DECAY,
    LEGENDRE_EQUATION,
    RAISING_THE_DEGREE,
    SQUARED_ACTIVATIONS,
    ZONAL_INTEGRAL,
    Theorem,
)
from ntkproofs.derivation.formula import parse_relation
from ntkproofs.derivation.known import Fact
from ntkproofs.derivation.notation import Notation


def _legendre(name: str, theorem: Theorem, statement: str, least: int | None = 1) -> Fact:
    """A relation between the polynomials ``P(d, l, u)``, for degrees from the least one on."""
    notation = Notation()
    notation.symbol("d", "integer", least=2)
    if least is not None:
        notation.symbol("l", "integer", least=least)
    notation.symbol("u")
    notation.function("P", 3, tex=r"P_{#2}^{(#1)}(#3)")
    return Fact(name, theorem, notation, parse_relation(statement, notation))


CONSTANT = _legendre("constant", RAISING_THE_DEGREE, "P(d, 0, u) == 1", None)
RAISING = _legendre(
    "raising",
    RAISING_THE_DEGREE,
    "P(d, l, u) == u * P(d + 2, l - 1, u) - (1 - u**2) / (d - 1) * Diff(P(d + 2, l - 1, u), u)",
)
RECURRENCE = _legendre(
    "recurrence",
    LEGENDRE_EQUATION,
    "P(d, l + 1, u) == ((2*l + d - 2) * u * P(d, l, u) - l * P(d, l - 1, u)) / (l + d - 2)",
)
_MEASURE = "Gamma(d/2) / (sqrt(pi) * Gamma((d - 1)/2))"
_WEIGHT = "P(d, l, u) * (1 - u**2)**((d - 3)/2)"

STEP_SQUARED = _legendre(
    "step-squared",
    SQUARED_ACTIVATIONS,
    f"Integral((pi - acos(u))/pi * {_WEIGHT}, (u, -1, 1))"
    f" == 2 * {_MEASURE} * Integral({_WEIGHT}, (u, 0, 1))**2",
    0,
)
RELU_SQUARED = _legendre(
    "relu-squared",
    SQUARED_ACTIVATIONS,
    f"Integral((u*(pi - acos(u)) + sqrt(1 - u**2))/pi * {_WEIGHT}, (u, -1, 1))"
    f" == 2 * d * {_MEASURE} * Integral(u * {_WEIGHT}, (u, 0, 1))**2",
    0,
)


def _zonal_mean() -> Fact:
    """The mean over the sphere of a function of the inner product with a point."""
    notation = Notation()
    notation.symbol("d", "integer", least=2)
    notation.symbol("x", "point")
    notation.symbol("y", "point")
    notation.symbol("u", above=-1, below=1)
    notation.function("g", 1)
    statement = (
        f"Mean(g(inner(x, y)), y) == {_MEASURE}"
        " * Integral(g(u) * (1 - u**2)**((d - 3)/2), (u, -1, 1))"
    )
    relation = parse_relation(statement, notation)
    return Fact("zonal-mean", ZONAL_INTEGRAL, notation, relation, parameters=("g",))


ZONAL_MEAN = _zonal_mean()


def _endpoint_decay() -> Fact:
    """Of a kernel with the terms ``a*t**nu`` at u = 1 - t and ``b*t**nu`` at u = -1 + t."""
    notation = Notation()
    notation.symbol("d", "integer", least=2)
    notation.symbol("m", "integer", least=0)
    notation.symbol("p", "integer", least=0, most=1)
    notation.symbol("nu", above=0, below=1)
    notation.symbol("a")
    notation.symbol("b")
    notation.function("mu", 1)
    notation.function("Lam", 3)
    statement = "asymptotic(mu(2*m + p), (a + (-1)**p * b) * Lam(d, 2*m + p, nu), m)"
    return Fact(
        "endpoint-decay",
        ENDPOINT_DECAY,
        notation,
        parse_relation(statement, notation),
        parameters=("mu",),
    )


LEADING_SINGULARITIES = _endpoint_decay()
"""The eigenvalues of degree 2m + p of a kernel, p = 0 or 1, with ``Lam(d, l, nu)`` those of
(1 - u)^nu. The coefficients a + b and a - b must not vanish where p is 0 or 1."""
