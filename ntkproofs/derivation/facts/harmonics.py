"""Spherical harmonics: Legendre polynomials of the sphere, and what rotations do.

The Legendre polynomial of degree l of the sphere in d dimensions is ``P(d, l, u)``, with value 1 at
u = 1: for d = 3 the classical one, for others a Gegenbauer polynomial over its value at 1.
"""

from __future__ import annotations

from ntkproofs.claims.theorems import LEGENDRE_EQUATION, RAISING_THE_DEGREE, Theorem
from ntkproofs.derivation.context import Fact
from ntkproofs.derivation.formula import parse_relation
from ntkproofs.derivation.notation import Notation


def _legendre(name: str, theorem: Theorem, statement: str) -> Fact:
    """A relation between the polynomials ``P(d, l, u)``."""
    notation = Notation()
    notation.symbol("d", "integer", least=2)
    if "l" in statement:
        notation.symbol("l", "integer", least=1)
    notation.symbol("u")
    notation.function("P", 3, tex=r"P_{#2}^{(#1)}(#3)")
    return Fact(name, theorem, notation, parse_relation(statement, notation))


CONSTANT = _legendre("constant", RAISING_THE_DEGREE, "P(d, 0, u) == 1")
RAISING = _legendre(
    "raising",
    RAISING_THE_DEGREE,
    "P(d, l, u) == u * P(d + 2, l - 1, u)"
    " - (1 - u**2) / (d - 1) * Diff(P(d + 2, l - 1, u), u)",
)
RECURRENCE = _legendre(
    "recurrence",
    LEGENDRE_EQUATION,
    "P(d, l + 1, u) == ((2*l + d - 2) * u * P(d, l, u) - l * P(d, l - 1, u)) / (l + d - 2)",
)
