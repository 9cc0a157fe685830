"""A local optimiser from bad instances: over coordinates of points and over real parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis.errors import UnsatisfiedAssumption

from ntkproofs.conjectures.points import SpherePoints
from ntkproofs.conjectures.quantities import Undecided
from ntkproofs.conjectures.rationals import Movable
from ntkproofs.conjectures.statements import Conjecture

_EVALUATIONS = 100
_LARGEST = 40
_DENOMINATOR = 10**9
_BEYOND = 1e9

Values = Mapping[str, Any]


def improved(conjecture: Conjecture, values: Values, slack: float, seed: int) -> Iterator[Values]:
    """Instances near to one, of smaller slack, by a quasi-Newton method and by simplices.

    Only what may lie anywhere is moved: points of the sphere that are free, and numbers of
    ``st.rationals`` within their intervals.
    """
    movable = {n: v for n, v in values.items() if _moves(v)}
    start = [_parameters(v) for v in movable.values()]
    if not movable or sum(map(len, start)) > _LARGEST:
        return
    from scipy.optimize import minimize  # takes half a second to import

    ends = np.cumsum([len(p) for p in start])[:-1]

    def instance(parameters: Any) -> Values | None:
        blocks = np.split(np.asarray(parameters), ends)
        moved = {n: _moved(v, block) for (n, v), block in zip(movable.items(), blocks, strict=True)}
        return None if None in moved.values() else {**values, **moved}

    def objective(parameters: Any) -> float:
        candidate = instance(parameters)
        return _BEYOND if candidate is None else _slack(conjecture, candidate)

    at = np.concatenate(start)
    for method in _methods(at, np.random.default_rng(seed)):
        found = minimize(objective, at, **method)
        better = instance(found.x)
        if better is not None and found.fun < slack:
            slack = float(found.fun)
            at = np.asarray(found.x)
            yield better


def _methods(at: Any, generator: Any) -> Iterator[dict[str, Any]]:
    """Ways to go down from a start, one after the other: first for slacks that are smooth."""
    evaluations = _EVALUATIONS * (1 + at.size // 2)
    if at.size > 3:
        yield {"method": "BFGS", "options": {"maxiter": 40, "gtol": 1e-10}}
    # A start that was improved before is near to an end: from there the steps are small.
    for size in (0.1, 10 ** generator.uniform(-6, -1)):
        steps = size * generator.standard_normal((at.size, at.size))
        yield {
            "method": "Nelder-Mead",
            "options": {
                "maxfev": evaluations,
                "adaptive": True,
                "xatol": 1e-10,
                "fatol": 1e-14,
                "initial_simplex": np.vstack([at, at + steps]),
            },
        }


def _slack(conjecture: Conjecture, values: Values) -> float:
    """The smallest slack of an instance in floats; large for what assumptions exclude."""
    try:
        compared = conjecture.run(**values)
    except (UnsatisfiedAssumption, AssertionError, Undecided):
        return _BEYOND
    slacks = [c.slack() for c in compared if hasattr(c, "slack")]
    return min((s for s in slacks if np.isfinite(s)), default=_BEYOND)


def _moves(value: Any) -> bool:
    return isinstance(value, Movable) or (isinstance(value, SpherePoints) and value.free)


def _parameters(value: Any) -> Any:
    if isinstance(value, SpherePoints):
        return value.array.ravel()
    low, high = value.within
    return np.array([float((value - low) / (high - low))])


def _moved(value: Any, block: Any) -> Any:
    """The value at other parameters; None where there is no such value."""
    if isinstance(value, Movable):
        low, high = value.within
        return value.moved_to(low + (high - low) * _rational(block[0]))
    rows = tuple(tuple(map(_rational, row)) for row in block.reshape(value.n, value.dim))
    return replace(value, directions=rows) if all(any(row) for row in rows) else None


def _rational(x: Any) -> Fraction:
    return Fraction(round(float(x) * _DENOMINATOR), _DENOMINATOR)
