"""What declared ranges and hypotheses demand, as expressions that have to be >= 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from ntkproofs.arithmetic.domain import Bounds
from ntkproofs.derivation.notation import Notation, SymbolEntry
from ntkproofs.derivation.statements import (
    Statement,
    excess,
)
from ntkproofs.errors import InvalidInput

Condition = tuple[Any, ...]
"""An expression that has to be >= 0 (> 0 where the second entry says so), words for it, and
expressions that are known to be >= 0."""


def bounds_of(entry: SymbolEntry) -> Bounds | None:
    low = entry.least if entry.least is not None else entry.above
    high = entry.most if entry.most is not None else entry.below
    if entry.kind == "positive" and low is None:
        low = 0
    if low is None and high is None:
        return None
    open_low = entry.least is None
    return Bounds(
        None if low is None else sp.sympify(low),
        None if high is None else sp.sympify(high),
        open_low,
        entry.most is None,
    )


def conditions_on(entry: SymbolEntry, value: Any, values: Mapping[Any, Any]) -> list[Condition]:
    bounds = bounds_of(entry)
    if bounds is None:
        return []
    found: list[Condition] = []
    if bounds.low is not None:
        low = bounds.low.subs(dict(values), simultaneous=True)
        sense = ">" if bounds.open_low else ">="
        found.append((value - low, bounds.open_low, f"{entry.name} {sense} {low}"))
    if bounds.high is not None:
        high = bounds.high.subs(dict(values), simultaneous=True)
        sense = "<" if bounds.open_high else "<="
        found.append((high - value, bounds.open_high, f"{entry.name} {sense} {high}"))
    return found


def condition(statement: Statement) -> Condition:
    """An inequality as an expression that is to be >= 0, or > 0."""
    difference = excess(statement)
    if difference is None:
        raise InvalidInput(f"a hypothesis is an inequality; got {statement.latex}")
    return difference, statement.relation in ("<", ">"), statement.latex


def positive_sines(notation: Notation) -> list[Any]:
    """sin θ, 1 ± cos θ, sin(θ/2), cos(θ/2) for angles in (0, π); arccos u for u in (-1, 1)."""
    found: list[Any] = []
    for entry in notation.symbols.values():
        if entry.above == 0 and entry.below == sp.pi:
            angle = entry.symbol
            found += [sp.sin(angle), 1 - sp.cos(angle), 1 + sp.cos(angle)]
            found += [sp.sin(angle / 2), sp.cos(angle / 2), sp.pi - angle]
        if entry.above == -1 and entry.below == 1:
            found += [sp.acos(entry.symbol), sp.pi - sp.acos(entry.symbol)]
    return found
