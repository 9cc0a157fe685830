"""Outlines of claims: all that planning and judging need, as plain strings.

A claim holds functions and constants, which only the process that runs its file can have. An
outline says what is there to be run, in words. It crosses to other processes and into the store,
so that whoever plans, judges and prints never runs a claim file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ntkproofs.claims.figures import FigureOutline
from ntkproofs.claims.grades import Grade
from ntkproofs.claims.theorems import Theorem

if TYPE_CHECKING:
    from ntkproofs.claims.claim import Claim, Constants, Evidence

_ADDRESS = re.compile(r"\b0x[0-9a-f]{5,}\b", re.IGNORECASE)


def without_addresses(text: str) -> str:
    """The text without addresses of objects in memory, which differ from run to run."""
    return _ADDRESS.sub("0x...", text)


@dataclass(frozen=True)
class EvidenceOutline:
    """A piece of evidence without its function; see :class:`ntkproofs.claims.Evidence`."""

    name: str
    kind: Grade
    part: str
    on: str
    relies_on: tuple[Theorem, ...]
    constants: tuple[str, ...]
    summary: str
    full: bool = False


@dataclass(frozen=True)
class StatementOutline:
    """A statement, the evidence that is run on it, and its constants in words.

    Attributes:
        latex: the statement.
        evidence: in the order in which it is run.
        constants: by name, as their ``repr``.
        mutants: for each constant, its false values: in words for the reader, as ``str`` gives.
    """

    latex: str
    evidence: tuple[EvidenceOutline, ...]
    constants: Mapping[str, str]
    mutants: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class ClaimOutline:
    """A claim: its statement, its readings, and its amended statement.

    Attributes:
        path: the claim file; empty for a claim that was made without one.
        figures: pictures that go with it.
        digest: the SHA-256 of the claim file; empty where it is not known.
    """

    path: str
    id: str
    source: str
    parameters: str
    original: StatementOutline
    amended: StatementOutline | None
    readings: Mapping[str, StatementOutline]
    figures: tuple[FigureOutline, ...] = ()
    digest: str = ""


def outline_of(claim: Claim, path: str = "") -> ClaimOutline:
    """The outline of a claim."""
    own = tuple(map(_evidence, claim.evidence))
    amended = None
    if claim.amended is not None:
        more = tuple(map(_evidence, claim.amended.evidence))
        amended = StatementOutline(
            claim.amended.latex,
            own + more,
            _in_words(claim.amended.constants),
            _mutants(claim.amended.mutants),
        )
    readings = {
        name: StatementOutline(reading.latex, own, _in_words(reading.constants), {})
        for name, reading in claim.readings.items()
    }
    original = StatementOutline(
        claim.statement, own, _in_words(claim.constants), _mutants(claim.mutants)
    )
    figures = tuple(figure.outline for figure in claim.figures)
    return ClaimOutline(
        path, claim.id, claim.source, claim.parameters, original, amended, readings, figures
    )


def _evidence(item: Evidence) -> EvidenceOutline:
    return EvidenceOutline(
        item.name,
        item.kind,
        item.part,
        item.on,
        item.relies_on,
        item.constants,
        item.summary,
        item.full,
    )


def _in_words(constants: Constants) -> dict[str, str]:
    return {name: without_addresses(repr(value)) for name, value in constants.items()}


def _mutants(mutants: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(without_addresses(str(value)) for value in values)  # pyright: ignore
        for name, values in mutants.items()
    }
