"""Repairs that usually save a statement: one more hypothesis, another constant.

A repair that survives a search is an offer, marked as sampled. It is nothing proved.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ntkproofs.conjectures.points import Points
from ntkproofs.conjectures.results import Repair
from ntkproofs.conjectures.search import Budget, search
from ntkproofs.conjectures.statements import Conjecture, assume

Values = Mapping[str, Any]
Predicate = Callable[[Values], bool]
_SCALES = (Fraction(1, 2), Fraction(1, 4), Fraction(1, 10), Fraction(2), Fraction(4), Fraction(10))
_SHIFTS = (Fraction(1, 2), Fraction(1), Fraction(-1, 2), Fraction(-1))


def repairs(
    conjecture: Conjecture, witness: Values, budget: Budget, *, seed: int = 0
) -> tuple[Repair, ...]:
    """Repairs that exclude a witness and survive a search of their own.

    Args:
        conjecture: one that was refuted.
        witness: the instance that refutes it.
        budget: for all repairs together.
        seed: of the searches.
    """
    offers = list(_offers(conjecture, witness))
    share = Budget(budget.examples // 4, budget.seconds / max(1, len(offers)))
    found: list[Repair] = []
    for words, repaired in offers:
        searched = search(repaired, share, seed=seed)
        survived = searched.witness is None and searched.suspect is None and not searched.problem
        if survived and searched.examples >= 20:
            found.append(Repair(words, searched.examples, searched.slack))
    return tuple(found)


def _offers(conjecture: Conjecture, witness: Values) -> Iterator[tuple[str, Conjecture]]:
    for words, predicate in _hypotheses(witness):
        if not predicate(witness):
            yield words, _restricted(conjecture, predicate)
    for name, value in conjecture.constants.items():
        if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
            for other in _other_constants(value):
                repaired = conjecture.with_constants(**{name: other})
                if _excludes(repaired, witness):
                    yield f"{name} = {other} in place of {value}", repaired


def _excludes(conjecture: Conjecture, witness: Values) -> bool:
    examined = conjecture.examine(witness)
    return examined.violation is None and examined.suspected is None


def _other_constants(value: Any) -> list[Any]:
    changed = [value + shift for shift in _SHIFTS] + [value * scale for scale in _SCALES]
    return list(dict.fromkeys(c for c in changed if c != value and c * value > 0))


def _hypotheses(witness: Values) -> Iterator[tuple[str, Predicate]]:
    """Hypotheses about the arguments of a conjecture, by their kinds."""
    for name, value in witness.items():
        if isinstance(value, Points):
            yield f"no antipodal pair in {name}", lambda v, n=name: not v[n].has_antipodal_pair()
            yield f"no two points of {name} coincide", lambda v, n=name: not v[n].has_duplicates()
            yield (
                f"no two points of {name} are parallel",
                lambda v, n=name: not (v[n].has_antipodal_pair() or v[n].has_duplicates()),
            )
            yield f"d = dim {name} is odd", lambda v, n=name: v[n].dim % 2 == 1
            yield f"d = dim {name} >= 3", lambda v, n=name: v[n].dim >= 3
            yield f"n = #{name} <= d", lambda v, n=name: v[n].n <= v[n].dim
            for most in (2, 3, 5):
                yield f"n = #{name} <= {most}", lambda v, n=name, m=most: v[n].n <= m
        elif isinstance(value, int) and not isinstance(value, bool):
            yield f"{name} is odd", lambda v, n=name: v[n] % 2 == 1
            yield f"{name} is even", lambda v, n=name: v[n] % 2 == 0
            for least in (1, 2, 3, 4):
                yield f"{name} >= {least}", lambda v, n=name, m=least: v[n] >= m
            for most in (2, 3, 5):
                yield f"{name} <= {most}", lambda v, n=name, m=most: v[n] <= m


def _restricted(conjecture: Conjecture, predicate: Predicate) -> Conjecture:
    body, names = conjecture.body, set(conjecture.strategies)

    def restricted(**arguments: Any) -> Any:
        assume(predicate({n: v for n, v in arguments.items() if n in names}))
        return body(**arguments)

    restricted.__signature__ = inspect.signature(body)  # type: ignore[attr-defined]
    return replace(conjecture, body=restricted)
