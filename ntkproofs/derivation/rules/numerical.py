"""Lines that balls check at points, where no procedure decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flint import arb

from ntkproofs.arithmetic.evaluation import NoValue, ball_value, points_of
from ntkproofs.arithmetic.truth import Truth, less
from ntkproofs.claims.steps import Step, certify
from ntkproofs.derivation.context import Context
from ntkproofs.derivation.known import Use
from ntkproofs.derivation.rules.preparing import prepared
from ntkproofs.derivation.rules.rule import Rule, uses_of
from ntkproofs.derivation.statements import Statement
from ntkproofs.errors import InvalidInput

_POINTS = 12


@dataclass(frozen=True)
class Checked(Rule):
    """Balls at points: the line is *checked, not proved*, and marked so.

    Attributes:
        points: values of the symbols, beside small ones of their ranges.
        digits: how far both sides have to agree.
    """

    points: tuple[tuple[tuple[str, str], ...], ...] = ()
    digits: int = 20

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        ready = prepared(line, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        left, right = ready.line.left, ready.line.right
        if line.relation != "==":
            raise InvalidInput(f"balls check equalities; {line.latex} is none")
        symbols = sorted(left.free_symbols | right.free_symbols, key=str)
        points = points_of(context.domain(), symbols, _POINTS)
        for given in self.points:
            values = {context.parse(n).sympy: context.parse(v).sympy for n, v in given}
            points.append(values)
        if not points:
            raise InvalidInput(f"no point of the ranges of {symbols} is known; give some")
        for point in points:
            about = ", ".join(f"{s} = {v}" for s, v in point.items())
            yield certify(f"{line.latex} at {about}", partial(self._agree, left, right, point))

    def _agree(self, left: Any, right: Any, point: Any) -> Truth:
        try:
            apart = abs(ball_value(left, point) - ball_value(right, point))
        except NoValue as missing:
            raise InvalidInput(f"balls know no value of {missing}") from missing
        return less(apart, arb(10) ** -self.digits)


def checked(
    *points: Mapping[str, str], uses: Sequence[str | Use] = (), digits: int = 20
) -> Checked:
    """By balls at points, where no procedure decides: checked, not proved."""
    return Checked(uses_of(uses), tuple(tuple(p.items()) for p in points), digits)
