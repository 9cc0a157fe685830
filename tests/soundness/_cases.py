"""What a statement of the corpus is: a claim, whether it is true, and how we know.

The truth of no statement was taken from ntkproofs; the reasons name a hand derivation, exact
integers, mpmath, or the literature. Statements come in families: one template of evidence, written
as a user would who does not know the truth, run on a true constant and on false ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ntkproofs.claims import Claim


@dataclass(frozen=True)
class Case:
    """A statement with known truth."""

    claim: Claim
    truth: bool
    reason: str


def family(
    name: str,
    statement: str,
    evidence: Callable[[Any], Any],
    values: Sequence[tuple[Any, bool]],
    reason: str,
    *,
    on: str = "",
) -> list[Case]:
    """One case per value of the constant ``c``; the other values are its mutants.

    Args:
        values: (constant, whether the statement is true with it).
        on: the finite set that the evidence covers; empty for a proof.
    """
    cases: list[Case] = []
    for index, (value, truth) in enumerate(values):
        others = [v for v, other in values if not other and v != value]
        claim = Claim(
            id=f"corpus.{name}.{index}",
            statement=f"{statement} [c = {value}]",
            source="corpus",
            parameters=on,
            constants={"c": value},
            mutants={"c": others or [other for other, _ in values if other != value][:1]},
        )

        def steps(c):
            yield from evidence(c)

        (claim.certificate(on=on) if on else claim.proof())(steps)
        cases.append(Case(claim, truth, reason))
    return cases
