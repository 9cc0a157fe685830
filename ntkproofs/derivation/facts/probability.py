"""Gaussian integrals in the plane."""

from __future__ import annotations

import sympy as sp

from ntkproofs.claims.theorems import OBLIQUE_POLAR_COORDINATES
from ntkproofs.derivation.formula import parse_relation
from ntkproofs.derivation.known import Fact
from ntkproofs.derivation.notation import Notation


def _oblique_polar() -> Fact:
    notation = Notation()
    notation.symbol("theta", above=0, below=sp.pi)
    notation.symbol("x", "positive")
    notation.symbol("y", "positive")
    notation.symbol("r", "positive")
    notation.symbol("varphi")
    notation.function("F", 2)
    statement = (
        "Integral(F(x, y), (x, 0, oo), (y, 0, oo)) == Integral("
        "F(r*sin(varphi), r*sin(varphi + theta)) * r*sin(theta), "
        "(r, 0, oo), (varphi, 0, pi - theta))"
    )
    return Fact(
        "oblique-polar-coordinates",
        OBLIQUE_POLAR_COORDINATES,
        notation,
        parse_relation(statement, notation),
        parameters=("F",),
    )


OBLIQUE_POLAR = _oblique_polar()
