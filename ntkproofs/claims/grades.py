"""Grades of evidence. A module of its own: whoever only reads results needs no mathematics."""

from __future__ import annotations

from enum import IntEnum


class Grade(IntEnum):
    """How strong a piece of evidence is; larger is stronger."""

    SAMPLED = 1
    STATISTICAL = 2
    CERTIFIED = 3
    PROVED = 4

    @property
    def word(self) -> str:
        return self.name.lower()
