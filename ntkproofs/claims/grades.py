"""Grades of evidence. A module of its own: whoever only reads results needs no mathematics."""

from __future__ import annotations

from enum import IntEnum


class Grade(IntEnum):
    """How strong a piece of evidence is; larger is stronger, and the weakest link decides.

    Attributes:
        PROVED: every step reduced to zero by a named decision procedure, for all values.
        CERTIFIED: balls, exact numbers or verified bounds, on a stated finite set or box.
        STATISTICAL: a test with a stated false-alarm probability.
        SAMPLED: searched in floats, nothing found.

    Example:
        >>> min(Grade.PROVED, Grade.STATISTICAL).word
        'statistical'
    """

    SAMPLED = 1
    STATISTICAL = 2
    CERTIFIED = 3
    PROVED = 4

    @property
    def word(self) -> str:
        return self.name.lower()
