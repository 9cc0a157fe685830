"""Lines that follow by induction over an integer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sympy as sp

from ntkproofs.claims.steps import Step, equality
from ntkproofs.derivation.context import Context
from ntkproofs.derivation.known import Use
from ntkproofs.derivation.rules.algebraic import follows
from ntkproofs.derivation.rules.preparing import prepared
from ntkproofs.derivation.rules.rule import Rule, uses_of
from ntkproofs.derivation.statements import Statement
from ntkproofs.errors import InvalidInput


@dataclass(frozen=True)
class Induction(Rule):
    """A statement for all integers from ``start`` on: it holds there, and from n to n + 1.

    Attributes:
        base: what the first case uses.
        uses: what the step from n to n + 1 uses, for instance a recurrence.
        hypothesis: values of other symbols for which the statement is supposed of n. What is
            shown for all of their values by induction may be supposed for all of them.
    """

    variable: str = ""
    start: int = 0
    base: tuple[Use, ...] = ()
    hypothesis: tuple[tuple[str, str], ...] = ()

    def all_uses(self) -> tuple[Use, ...]:
        """What the first case and the step use."""
        return (*self.base, *self.uses)

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        entry = context.notation.symbol_entry(self.variable)
        n = entry.symbol
        if line.relation != "==" or entry.kind != "integer":
            raise InvalidInput("induction shows an equality, over an integer")
        if entry.least is None or sp.sympify(entry.least) != self.start:
            raise InvalidInput(
                f"induction starts at the least value that {self.variable} is declared to take; "
                f"got {self.start}"
            )
        context.require_free(n)
        first = line.substituted({n: sp.Integer(self.start)})
        yield from follows(*self.base).check(first, context)
        values, conditions = context.values(self.hypothesis, fixed=self.variable)
        yield from context.check_conditions(conditions)
        supposed = line.substituted(values)
        here = (supposed.left, supposed.right)
        after = line.substituted({n: n + 1})
        ready = prepared(after, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        left = ready.line.left.xreplace({here[0]: here[1]})
        domain = context.domain(left, ready.line.right)
        given = (*ready.equations, here)
        yield equality(line.latex, left, ready.line.right, domain, given=given)


def induction(
    variable: str,
    start: int,
    *,
    base: Sequence[str | Use] = (),
    step: Sequence[str | Use] = (),
    **hypothesis: str,
) -> Induction:
    """From ``start`` on, from n to n + 1; ``hypothesis`` gives values of other symbols."""
    return Induction(uses_of(step), variable, start, uses_of(base), tuple(hypothesis.items()))
