"""Lines that follow by algebra: equalities, inequalities, and both by cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

from ntkproofs.claims.steps import Step, equality, nonzero_exactly, sign
from ntkproofs.derivation.context import Context
from ntkproofs.derivation.known import Use
from ntkproofs.derivation.rules.preparing import Prepared, prepared
from ntkproofs.derivation.rules.rule import Rule, uses_of
from ntkproofs.derivation.statements import Statement, bound_symbols, excess
from ntkproofs.errors import InvalidInput


@dataclass(frozen=True)
class Follows(Rule):
    """An equality by normal forms, an inequality from expressions of known sign.

    Attributes:
        duplication: whether Legendre's duplication formula of the Gamma function is needed.
        as_sum: for an inequality: an expression of evident sign that the difference of its two
            sides is equal to.
    """

    duplication: bool = False
    as_sum: str = ""

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        ready = prepared(line, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        statement = ready.line
        domain = context.domain(statement.left, statement.right)
        if statement.relation == "==":
            yield equality(
                line.latex,
                statement.left,
                statement.right,
                domain,
                given=ready.equations,
                duplication=self.duplication,
            )
        elif statement.relation == "!=":
            yield from _distinct(statement)
        else:
            yield from self._inequality(ready, context)

    def _inequality(self, ready: Prepared, context: Context) -> Iterator[Step]:
        statement = ready.line
        difference = excess(statement)
        if difference is None:
            raise InvalidInput(f"{statement.latex} is neither an equality nor an inequality")
        domain = context.domain(statement.left, statement.right)
        if self.as_sum:
            evident = context.parse(self.as_sum).sympy
            yield equality(statement.latex, difference, evident, domain, given=ready.equations)
            difference = evident
        if ready.inequalities:
            context.require_unrestricted(difference)
        yield sign(
            statement.latex,
            difference,
            domain,
            strict=statement.relation in ("<", ">"),
            given=ready.equations,
            nonnegative=[known for known, _ in ready.inequalities],
        )


@dataclass(frozen=True)
class Cases(Rule):
    """A statement with δ_ij: where i and j are equal, and where they are not.

    Attributes:
        first, second: the indices i and j.
        equal: how it follows where j is i, and δ_ij is 1.
        different: how it follows where δ_ij is 0.
    """

    first: str = ""
    second: str = ""
    equal: Follows = Follows()
    different: Follows = Follows()

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        i, j = (context.notation.symbol_entry(s).symbol for s in (self.first, self.second))
        if {i, j} & (bound_symbols(line.left) | bound_symbols(line.right)):
            raise InvalidInput(f"a case is of free indices; {line.latex} binds one of {i}, {j}")
        entries = [context.notation.symbol_entry(s) for s in (self.first, self.second)]
        if entries[0].least != entries[1].least or entries[0].most != entries[1].most:
            raise InvalidInput(f"the indices of a case have one range; {i} and {j} have two")
        yield from self.equal.check(line.substituted({j: i}), context)
        zero = {sp.KroneckerDelta(i, j): sp.S.Zero}
        other = Statement(
            line.left.xreplace(zero), line.relation, line.right.xreplace(zero), None, line.latex
        )
        yield from self.different.check(other, context)


def cases(first: str, second: str, *, equal: Follows, different: Follows) -> Cases:
    """By cases: two indices are equal, or they are not."""
    return Cases((*equal.uses, *different.uses), first, second, equal, different)


def _distinct(statement: Statement) -> Iterator[Step]:
    difference = sp.expand(statement.left - statement.right)
    if not difference.is_Rational:
        raise InvalidInput(f"only rational numbers are told apart; got {difference}")
    yield nonzero_exactly(statement.latex, difference)


def follows(*uses: str | Use, duplication: bool = False, as_sum: str = "") -> Follows:
    """By algebra from definitions, assumptions, lines before, and theorems."""
    return Follows(uses_of(uses), duplication, as_sum)


algebra = follows
