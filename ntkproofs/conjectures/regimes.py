"""Kinds of instances, to tell which of them a search has seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ntkproofs.conjectures.points import Points

_CLOSE = 1e-6


def regimes_of(values: Mapping[str, Any]) -> list[str]:
    """What is special about an instance, in words."""
    found: list[str] = []
    for name, value in values.items():
        if isinstance(value, Points):
            found += _of_points(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            found.append(f"{name} odd" if value % 2 else f"{name} even")
            if abs(value) <= 3:
                found.append(f"{name} = {value}")
    return found


def _of_points(points: Points) -> list[str]:
    found = [f"d = {points.dim}" if points.dim <= 3 else "d > 3"]
    if points.n == 1:
        return [*found, "one point"]
    rows = points.array
    cosines = rows @ rows.T
    above = cosines[np.triu_indices(points.n, 1)]
    if above.min() < -1 + 1e-14:
        found.append("antipodal pair")
    if above.max() > 1 - 1e-14:
        found.append("coincident pair")
    elif above.max() > 1 - _CLOSE:
        found.append("nearly coincident pair")
    if points.n > points.dim:
        found.append("n > d")
    return found
