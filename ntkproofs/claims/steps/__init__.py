"""Steps of evidence: comparisons that a machine decided, each with its grade and its method.

Evidence consists of steps and of nothing else. A step is made by the functions of this package
only, so that nothing is called proved but by a named decision procedure, and nothing certified but
by balls. There is one module for each kind of comparison; all are imported together, so that
:mod:`ntkproofs.claims.originals` knows them before any evidence runs.
"""

from ntkproofs.claims.grades import Grade
from ntkproofs.claims.steps.balls import certify
from ntkproofs.claims.steps.measured import sample, significant, statistic
from ntkproofs.claims.steps.numbers import exactly, nonzero_exactly
from ntkproofs.claims.steps.step import Step, decided_once, of_line, premise
from ntkproofs.claims.steps.symbolic import (
    agreement,
    asymptotic_equality,
    equality,
    gamma_ratio,
    identity,
    identity_modulo,
    limit,
    nonnegative,
    sign,
)

__all__ = [
    "Grade",
    "Step",
    "agreement",
    "asymptotic_equality",
    "certify",
    "decided_once",
    "equality",
    "exactly",
    "gamma_ratio",
    "identity",
    "identity_modulo",
    "limit",
    "nonnegative",
    "nonzero_exactly",
    "of_line",
    "premise",
    "sample",
    "sign",
    "significant",
    "statistic",
]
