"""Gamma and Beta functions."""

from __future__ import annotations

from ntkproofs.claims.theorems import GAMMA_FUNCTION
from ntkproofs.derivation.formula import parse_relation
from ntkproofs.derivation.known import Fact
from ntkproofs.derivation.notation import Notation


def _beta() -> Fact:
    notation = Notation()
    notation.symbol("a", "positive")
    notation.symbol("b", "positive")
    notation.symbol("u", above=-1, below=1)
    statement = (
        "Integral((1 - u)**(a - 1) * (1 + u)**(b - 1), (u, -1, 1))"
        " == 2**(a + b - 1) * Gamma(a) * Gamma(b) / Gamma(a + b)"
    )
    return Fact("beta-integral", GAMMA_FUNCTION, notation, parse_relation(statement, notation))


def _reflection() -> Fact:
    notation = Notation()
    notation.symbol("z", above=0, below=1)
    statement = "Gamma(z) * Gamma(1 - z) == pi / sin(pi * z)"
    return Fact("reflection", GAMMA_FUNCTION, notation, parse_relation(statement, notation))


BETA_INTEGRAL = _beta()
REFLECTION = _reflection()
