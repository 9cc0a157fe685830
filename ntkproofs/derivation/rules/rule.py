"""What every rule is: it turns a line of a derivation into steps that a machine decides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ntkproofs.claims.steps import Step
from ntkproofs.derivation.context import Context
from ntkproofs.derivation.known import Use
from ntkproofs.derivation.statements import Statement


def uses_of(items: Sequence[str | Use]) -> tuple[Use, ...]:
    """Ids as uses for the values that they were stated for."""
    return tuple(item if isinstance(item, Use) else Use(item) for item in items)


@dataclass(frozen=True)
class Rule(ABC):
    """What a line follows from, and how.

    Attributes:
        uses: definitions, assumptions, lines and theorems that it follows from.
    """

    uses: tuple[Use, ...] = ()

    def all_uses(self) -> tuple[Use, ...]:
        """What it follows from in any of its parts."""
        return self.uses

    @abstractmethod
    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        """Steps whose truth shows that the line holds."""
