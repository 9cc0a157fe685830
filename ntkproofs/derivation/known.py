"""What a line may use: what stands before it, and facts of the literature."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ntkproofs.claims.theorems import Theorem
from ntkproofs.derivation.formula import Relation
from ntkproofs.derivation.notation import Notation
from ntkproofs.derivation.statements import (
    Statement,
    excess,
)


@dataclass(frozen=True)
class Known:
    """Something that holds: a definition, an assumption, a line or a result that was checked."""

    id: str
    statement: Statement
    is_definition: bool = False
    is_assumption: bool = False
    is_general: bool = False
    """Of a definition: whether no sign of its arguments went into it when it was read."""

    def is_restriction(self) -> bool:
        """Whether it assumes an inequality of symbols; one of functions holds for all arguments."""
        difference = excess(self.statement) if self.is_assumption else None
        return difference is not None and not difference.atoms(AppliedUndef)

    def fixed_symbols(self) -> set[Any]:
        """Symbols for which nothing may be put once this is defined or assumed.

        A function that is defined as c x, or that satisfies f(x) = c x, changes with c, which its
        name does not show.
        """
        if not (self.is_definition or self.is_assumption):
            return set()
        statement = self.statement
        if self.is_definition:
            shown = set() if statement.left.is_Symbol else statement.left.free_symbols
        elif self.is_restriction():
            return set()  # it is checked of the values that are put
        else:
            values = sp.Tuple(statement.left, statement.right).atoms(AppliedUndef)
            shown = {s for value in values for s in value.free_symbols}
        return (statement.left.free_symbols | statement.right.free_symbols) - shown


@dataclass(frozen=True)
class Fact:
    """A theorem of the literature as a formula, with its hypotheses.

    Attributes:
        name: permanent name, e.g. ``beta-integral``.
        theorem: what it is cited as.
        notation: its own symbols and functions.
        statement: the formula.
        hypotheses: relations that its symbols must satisfy, beyond their ranges.
        parameters: functions that stand for any function, to be given as lambdas.
        derived: where it is a result of another derivation: that derivation, and its id there.
    """

    name: str
    theorem: Theorem
    notation: Notation = field(repr=False)
    statement: Relation
    hypotheses: tuple[Relation, ...] = ()
    parameters: tuple[str, ...] = ()
    derived: tuple[Any, str] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Use:
    """A known statement, or a fact, for some values of its symbols."""

    what: str | Fact
    values: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        return self.what if isinstance(self.what, str) else self.what.name


def at(what: str | Fact, **values: str) -> Use:
    """A line, definition, assumption or fact for given values of its symbols.

    Example:
        >>> at("recurrence", l="l + 1").id
        'recurrence'
    """
    return Use(what, tuple(values.items()))
