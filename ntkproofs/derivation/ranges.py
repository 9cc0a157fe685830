"""Whether a bound variable runs only over what was declared of its symbol.

SymPy simplifies by what a symbol was declared to be before it knows where the variable runs:
``Abs(k)`` is ``k`` for a ``k`` that is declared nonnegative, also in a sum from -3 to 3.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from ntkproofs.derivation.notation import SymbolEntry
from ntkproofs.errors import InvalidInput


def require_range(operator: str, entry: SymbolEntry, ends: tuple[Any, ...], source: str) -> None:
    """Raises ``InvalidInput`` unless the symbol may run between the ends, or be their value."""
    integer = entry.kind == "integer"
    if integer != (operator in ("Sum", "Product")) and operator in ("Sum", "Product", "Integral"):
        wanted = "not an integer" if integer else "an integer"
        raise InvalidInput(
            f"the variable of {operator} must be {wanted}; {entry.name!r} is declared "
            f"{entry.kind!r} in {source!r}; declare another symbol for it"
        )
    if operator in ("Sum", "Product"):
        low, high = ends
        fits = _at_least(entry, low, strict=True) and _at_most(entry, high, strict=True)
    else:
        strict = operator == "At"
        fits = all(
            _at_least(entry, end, strict=strict) and _at_most(entry, end, strict=strict)
            for end in ends
        )
        fits = fits and not (operator == "At" and integer and ends[0].is_integer is False)
    if not fits:
        raise InvalidInput(
            f"a bound variable must stay where its symbol is declared; {entry.name!r} in "
            f"{source!r} is not known to; declare another symbol for it, with wider bounds"
        )


def _at_least(entry: SymbolEntry, end: sp.Expr, *, strict: bool) -> bool:
    symbol = entry.symbol
    if symbol.is_positive and strict and not end.is_extended_positive:
        return False
    if symbol.is_nonnegative and not end.is_extended_nonnegative:
        return False
    return not any(
        (bound - end).is_extended_positive
        for bound in (entry.least, entry.above)
        if bound is not None
    )


def _at_most(entry: SymbolEntry, end: sp.Expr, *, strict: bool) -> bool:
    symbol = entry.symbol
    if symbol.is_negative and strict and not end.is_extended_negative:
        return False
    if symbol.is_nonpositive and not end.is_extended_nonpositive:
        return False
    return not any(
        (end - bound).is_extended_positive
        for bound in (entry.most, entry.below)
        if bound is not None
    )
