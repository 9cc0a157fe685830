"""Making a witness simpler: short coordinates, as a mathematician would write them down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ntkproofs.conjectures.points import SpherePoints
from ntkproofs.conjectures.rationals import Movable

Values = Mapping[str, Any]
_DENOMINATORS = (1, 2, 3, 5, 10, 30, 100, 300, 1000, 10**4, 10**5, 10**6)
_MOST_TRIALS = 400


def simpler(values: Values, fails: Callable[[Values], bool]) -> Values:
    """The values with less in them, one thing after the other, while the conjecture fails.

    Points and coordinates are left out as far as the strategy that made the points admits it.
    """
    trials = 0
    for name, value in list(values.items()):
        current = value
        for candidate in _candidates(value):
            if trials >= _MOST_TRIALS:
                return values
            changed = candidate(current)
            if changed is None:
                continue
            trials += 1
            attempt = {**values, name: changed}
            if fails(attempt):
                values, current = attempt, changed
    return values


def _candidates(value: Any) -> Iterator[Callable[[Any], Any]]:
    """Changes to try, each on the value as it is by then; None where there is nothing to change."""
    if isinstance(value, SpherePoints) and value.free:
        rows = value.directions
        for _ in range(2):
            for i in reversed(range(value.n)):
                yield lambda v, i=i: v.without_point(i) if i < v.n else None
            for axis in reversed(range(value.dim)):
                yield lambda v, axis=axis: v.without_axis(axis) if axis < v.dim else None
        for i, row in enumerate(rows):
            for axis in range(len(row)):
                yield lambda v, i=i, axis=axis: _axis_vector(v, i, axis)
            for j in range(len(row)):
                for denominator in (0, *_DENOMINATORS):
                    yield lambda v, i=i, j=j, q=denominator: _rounded(v, i, j, q)
    elif isinstance(value, Movable):
        for denominator in _DENOMINATORS:
            yield lambda v, q=denominator: _shorter(v, q)


def _shorter(value: Movable, denominator: int) -> Movable | None:
    short = value.moved_to(value.limit_denominator(denominator))
    return short if short.denominator < value.denominator else None


def _axis_vector(points: SpherePoints, i: int, axis: int) -> SpherePoints | None:
    if i >= points.n or axis >= points.dim:
        return None
    row = tuple(Fraction(int(k == axis)) for k in range(points.dim))
    if points.directions[i] == row or sum(map(bool, points.directions[i])) == 1:
        return None
    return _with_row(points, i, row)


def _rounded(points: SpherePoints, i: int, j: int, denominator: int) -> SpherePoints | None:
    """One coordinate as a shorter fraction, or 0."""
    if i >= points.n or j >= points.dim:
        return None
    row = list(points.directions[i])
    short = Fraction(0) if denominator == 0 else row[j].limit_denominator(denominator)
    if short == row[j] or short.denominator > row[j].denominator:
        return None
    row[j] = short
    return _with_row(points, i, tuple(row)) if any(row) else None


def _with_row(points: SpherePoints, i: int, row: tuple[Fraction, ...]) -> SpherePoints:
    rows = list(points.directions)
    rows[i] = row
    return replace(points, directions=tuple(rows))
