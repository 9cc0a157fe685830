"""Derivations: LaTeX whose every displayed step was checked by the machine."""

from ntkproofs.derivation.context import Fact, at
from ntkproofs.derivation.document import Derivation, StepFailed
from ntkproofs.derivation.loading import derivation, load
from ntkproofs.derivation.rules import (
    algebra,
    antiderivative,
    by_parts,
    change_of_variables,
    expansion,
    follows,
    growth,
    induction,
)

__all__ = [
    "Derivation",
    "Fact",
    "StepFailed",
    "algebra",
    "antiderivative",
    "at",
    "by_parts",
    "change_of_variables",
    "derivation",
    "expansion",
    "follows",
    "growth",
    "induction",
    "load",
]
