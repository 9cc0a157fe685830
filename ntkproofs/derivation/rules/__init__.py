"""How a line of a derivation follows: each rule turns a line into steps that a machine decides."""

from ntkproofs.derivation.rules.algebraic import Cases, Follows, algebra, cases, follows
from ntkproofs.derivation.rules.asymptotic import Expansion, Growth, expansion, growth
from ntkproofs.derivation.rules.inductive import Induction, induction
from ntkproofs.derivation.rules.integrals import (
    Antiderivative,
    ChangeOfVariables,
    Parts,
    antiderivative,
    by_parts,
    change_of_variables,
)
from ntkproofs.derivation.rules.numerical import Checked, checked
from ntkproofs.derivation.rules.preparing import Prepared, prepared
from ntkproofs.derivation.rules.rule import Rule, uses_of
from ntkproofs.derivation.rules.smoothness import require_continuous, value_at

__all__ = [
    "Antiderivative",
    "Cases",
    "ChangeOfVariables",
    "Checked",
    "Expansion",
    "Follows",
    "Growth",
    "Induction",
    "Parts",
    "Prepared",
    "Rule",
    "algebra",
    "antiderivative",
    "by_parts",
    "cases",
    "change_of_variables",
    "checked",
    "expansion",
    "follows",
    "growth",
    "induction",
    "prepared",
    "require_continuous",
    "uses_of",
    "value_at",
]
