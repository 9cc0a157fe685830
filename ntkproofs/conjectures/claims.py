"""Conjectures as claims: what a short search decides, with mutants like any other claim."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from ntkproofs.claims.claim import Claim
from ntkproofs.claims.steps import Step, certify, sample
from ntkproofs.conjectures.elsewhere import answering
from ntkproofs.conjectures.search import Budget, search
from ntkproofs.conjectures.statements import Conjecture

SHORT = Budget(examples=300, seconds=20.0)
"""What evidence may take; a probe takes more."""


def claim_of(conjecture: Conjecture) -> Claim:
    """A claim whose evidence searches: it refutes by a certified instance, or supports."""
    claim = Claim(
        id=conjecture.id,
        statement=conjecture.statement,
        source=conjecture.source,
        parameters=", ".join(conjecture.strategies),
        constants=conjecture.constants,
        mutants=conjecture.mutants,
    )

    def searched(**constants: Any) -> Iterator[Step]:
        yield _outcome(conjecture.with_constants(**constants))

    searched.__doc__ = f"No counterexample among {SHORT.examples} examples."
    keyword = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(name, keyword) for name in conjecture.constants]
    searched.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    claim.search(on=f"{SHORT.examples} examples")(searched)
    claim.answers = answering(conjecture)
    return claim


def _outcome(conjecture: Conjecture) -> Step:
    found = search(conjecture, SHORT)
    if found.problem:
        raise ValueError(found.problem)
    if found.witness is None:
        about = f"no counterexample among {found.examples} examples"
        return sample(about, found.suspect is None, witness=_shown(found.suspect))
    values, examined = found.witness
    violated = examined.violation
    assert violated is not None
    witness = {name: repr(value) for name, value in values.items()}
    return certify(conjecture.statement, violated.truth, witness=witness)


def _shown(suspect: Any) -> dict[str, str]:
    return {} if suspect is None else {name: repr(value) for name, value in suspect[0].items()}
