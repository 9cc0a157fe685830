"""A local optimiser from bad instances: over coordinates of points and over real parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import hypothesis
import numpy as np
from scipy.optimize import minimize

from ntkproofs.conjectures.points import SpherePoints
from ntkproofs.conjectures.statements import Conjecture

_EVALUATIONS = 150
_LARGEST = 40
_DENOMINATOR = 10**6


def improved(
    conjecture: Conjecture, values: Mapping[str, Any], slack: float, seed: int
) -> Iterator[Mapping[str, Any]]:
    """Instances near to one, of smaller slack: points moved by Nelder and Mead's simplex method.

    Only points that may lie anywhere are moved (:class:`SpherePoints`); numbers keep their values,
    since only the strategies know which are admitted.
    """
    names = [n for n, v in values.items() if isinstance(v, SpherePoints) and v.free]
    if not names or sum(values[n].n * values[n].dim for n in names) > _LARGEST:
        return
    start = np.concatenate([values[n].array.ravel() for n in names])
    generator = np.random.default_rng(seed)

    def instance(coordinates: Any) -> Mapping[str, Any] | None:
        changed, offset = dict(values), 0
        for name in names:
            shape = values[name].array.shape
            block = coordinates[offset : offset + shape[0] * shape[1]].reshape(shape)
            offset += shape[0] * shape[1]
            rows = [[Fraction(round(x * _DENOMINATOR), _DENOMINATOR) for x in r] for r in block]
            if not all(any(row) for row in rows):
                return None
            changed[name] = SpherePoints.of(rows)
        return changed

    def objective(coordinates: Any) -> float:
        candidate = instance(coordinates)
        if candidate is None:
            return 1e9
        try:
            compared = conjecture.run(**candidate)
        except (hypothesis.errors.UnsatisfiedAssumption, AssertionError):
            return 1e9
        slacks = [c.slack() for c in compared if hasattr(c, "slack")]
        finite = [s for s in slacks if np.isfinite(s)]
        return min(finite, default=1e9)

    moved = start + 0.05 * generator.standard_normal(start.size)
    options = {"maxfev": _EVALUATIONS, "xatol": 1e-9, "fatol": 1e-12}
    found = minimize(objective, moved, method="Nelder-Mead", options=options)
    better = instance(found.x)
    if better is not None and found.fun < slack:
        yield better
