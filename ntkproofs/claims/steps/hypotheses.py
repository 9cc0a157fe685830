# pyright: reportMissingTypeStubs=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""What a step takes for granted of its symbols, in LaTeX: so that a reader sees what it believes.

A decision procedure trusts the assumptions of a symbol (``positive=True``), the bounds of a domain,
the equations that it is given. None of them is checked by the step that uses it, so every step says
them, and every report shows them beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import sympy as sp
from sympy.core.function import AppliedUndef

from ntkproofs.arithmetic.domain import EVERYWHERE, Domain

_SIGNS = {
    "positive": "> 0",
    "negative": "< 0",
    "nonnegative": r"\ge 0",
    "nonpositive": r"\le 0",
    "nonzero": r"\ne 0",
}
_SETS = {
    "even": r"\in 2\mathbb{Z}",
    "odd": r"\in 2\mathbb{Z} + 1",
    "integer": r"\in \mathbb{Z}",
    "rational": r"\in \mathbb{Q}",
}


def hypotheses(
    *sides: Any,
    domain: Domain = EVERYWHERE,
    least: Mapping[str, int] | None = None,
    given: Sequence[tuple[Any, Any]] = (),
    nonnegative: Sequence[Any] = (),
) -> tuple[str, ...]:
    """All that is taken for granted where expressions are compared, each in LaTeX.

    Args:
        sides: what is compared.
        domain: what is known of symbols.
        least: the least values of symbols, by name.
        given: equations that hold, as pairs.
        nonnegative: expressions that are >= 0.

    Example:
        >>> n, x = sp.Symbol("n", integer=True, positive=True), sp.Symbol("x")
        >>> hypotheses(x**n, given=[(x, 2)], least={"n": 3})
        ('n \\\\in \\\\mathbb{Z}', 'n > 0', 'n \\\\ge 3', 'x = 2')
    """
    compared = [sp.sympify(side) for side in (*sides, *nonnegative) if not isinstance(side, str)]
    compared += [sp.sympify(side) for pair in given for side in pair]
    met = {atom for side in compared for atom in side.atoms(sp.Symbol, AppliedUndef)}
    told = [*_of_atoms(met), *_of_domain(domain, met)]
    names = {str(atom) for atom in met}
    told += [rf"{_latex(sp.Symbol(n))} \ge {k}" for n, k in (least or {}).items() if n in names]
    told += [f"{_latex(old)} = {_latex(new)}" for old, new in given]
    told += [rf"{_latex(known)} \ge 0" for known in nonnegative]
    return tuple(dict.fromkeys(told))


def _of_atoms(atoms: set[Any]) -> Iterator[str]:
    """What symbols, and functions without a formula, are assumed to be."""
    for atom in sorted(atoms, key=str):
        which = next((words for name, words in _SETS.items() if _is(atom, name)), None)
        sign = next((words for name, words in _SIGNS.items() if _is(atom, name)), None)
        real = r"\in \mathbb{R}" if _is(atom, "real") and not (which or sign) else None
        yield from (f"{_latex(atom)} {words}" for words in (which, sign, real) if words)


def _of_domain(domain: Domain, met: set[Any]) -> Iterator[str]:
    """What a domain says of symbols that were met."""
    for symbol, (first, last) in domain.ranges.items():
        if symbol in met:
            yield rf"{_latex(first)} \le {_latex(symbol)} \le {_latex(last)}"
    for symbol, bounds in domain.bounds.items():
        if symbol in met and (bounds.low is not None or bounds.high is not None):
            low = "" if bounds.low is None else _latex(bounds.low) + _less(bounds.open_low)
            high = "" if bounds.high is None else _less(bounds.open_high) + _latex(bounds.high)
            yield f"{low}{_latex(symbol)}{high}"
    for expression in domain.positive:
        if sp.sympify(expression).free_symbols & met:
            yield f"{_latex(expression)} > 0"


def _less(strictly: bool) -> str:
    return " < " if strictly else r" \le "


def _is(atom: Any, what: str) -> bool:
    return getattr(atom, f"is_{what}") is True


def _latex(expression: Any) -> str:
    return cast(str, sp.latex(expression))
