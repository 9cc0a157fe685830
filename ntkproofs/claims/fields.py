"""Fields of JSON data that nobody vouches for: read one by one, each of the type that it must have.

Data came from a process that ran a user's code, lay in a file for a year, or was sent by a
stranger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from ntkproofs.claims.grades import Grade

_T = TypeVar("_T")


class NotReadable(ValueError):
    """The data is not what this version writes."""


def mapping(data: Any) -> Mapping[str, Any]:
    """An object."""
    # The keys of an object of JSON are strings.
    return cast(Mapping[str, Any], of_type(data, dict))


def items(data: Any, length: int | None = None) -> Sequence[Any]:
    """An array, of the length that is told."""
    found = cast(Sequence[Any], of_type(data, list))
    if length is not None and len(found) != length:
        raise NotReadable(f"a list of {length} was expected, not of {len(found)}")
    return found


def text(data: Any) -> str:
    """A string."""
    return of_type(data, str)


def count(data: Any) -> int:
    """An integer from 0 on."""
    found = of_type(data, int)
    if isinstance(found, bool) or found < 0:
        raise NotReadable("a count was expected")
    return found


def of_type(data: Any, kind: type[_T]) -> _T:
    """A value of a type.

    Raises:
        NotReadable: for another.
    """
    if not isinstance(data, kind):
        raise NotReadable(f"{kind.__name__} was expected, not {type(data).__name__}")
    return data


def grade_or_none(data: Any) -> Grade | None:
    """A grade by its word; None for null."""
    if data is None:
        return None
    for grade in Grade:
        if grade.word == data:
            return grade
    raise NotReadable("a grade was expected")
