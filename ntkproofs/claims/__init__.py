"""Claims and their evidence: what a claim file imports.

A claim file reads: a :class:`Claim` with its statement and constants, then functions that yield
decided steps, registered as ``@claim.proof()``, ``@claim.certificate(on=...)``, and, where the
claim falls, ``claim.amend(...)`` with the statement that stands.
"""

from ntkproofs.arithmetic.truth import Truth, equal, less, nonzero, positive
from ntkproofs.claims.claim import Amendment, Claim, Evidence, Statement
from ntkproofs.claims.steps import (
    Grade,
    Step,
    certify,
    exactly,
    gamma_ratio,
    identity,
    identity_modulo,
    nonnegative,
    nonzero_exactly,
    premise,
    sample,
    statistic,
)
from ntkproofs.claims.theorems import Theorem

__all__ = [
    "Amendment",
    "Claim",
    "Evidence",
    "Grade",
    "Statement",
    "Step",
    "Theorem",
    "Truth",
    "certify",
    "equal",
    "exactly",
    "gamma_ratio",
    "identity",
    "identity_modulo",
    "less",
    "nonnegative",
    "nonzero",
    "nonzero_exactly",
    "positive",
    "premise",
    "sample",
    "statistic",
]
