"""Claims and their evidence: what a claim file imports.

A claim file reads: a :class:`Claim` with its statement and constants, then functions that yield
decided steps, registered as ``@claim.proof()``, ``@claim.certificate(on=...)``, and, where the
claim falls, ``claim.amend(...)`` with the statement that stands.

The names are imported when they are first used: reading stored results needs no SymPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ntkproofs.arithmetic.truth import Truth, equal, less, nonzero, positive
    from ntkproofs.claims.claim import Amendment, Claim, Evidence, Statement
    from ntkproofs.claims.steps import (
        Grade,
        Step,
        certify,
        equality,
        exactly,
        gamma_ratio,
        identity,
        identity_modulo,
        nonnegative,
        nonzero_exactly,
        premise,
        sample,
        significant,
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
    "equality",
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
    "significant",
    "statistic",
]

_TRUTH = frozenset({"Truth", "equal", "less", "nonzero", "positive"})
_CLAIM = frozenset({"Amendment", "Claim", "Evidence", "Statement"})


def _home(name: str) -> str:
    if name in _TRUTH:
        return "ntkproofs.arithmetic.truth"
    if name in _CLAIM:
        return "ntkproofs.claims.claim"
    return "ntkproofs.claims.theorems" if name == "Theorem" else "ntkproofs.claims.steps"


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_home(name)), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
