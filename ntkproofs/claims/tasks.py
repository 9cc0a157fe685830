"""Tasks: one piece of evidence on one set of constants, named in plain words.

A task names what is to be run; it holds no function and no constant, so that it can cross to a
worker process, and be a key of the store.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ntkproofs.claims.outline import ClaimOutline, EvidenceOutline, StatementOutline

if TYPE_CHECKING:
    from ntkproofs.claims.claim import Claim, Constants, Evidence

ORIGINAL = "original"
AMENDED = "amended"
READING = "reading"


@dataclass(frozen=True)
class Variant:
    """Which constants the evidence is run on.

    Attributes:
        statement: ``original``, ``amended`` or ``reading``.
        reading: the name of the reading, where it is one.
        constant: for a mutant, the constant that is changed; empty where none is.
        index: which of the constant's false values it takes.
    """

    statement: str = ORIGINAL
    reading: str = ""
    constant: str = ""
    index: int = 0


@dataclass(frozen=True)
class Task:
    """One piece of evidence on one set of constants.

    Attributes:
        path: the claim file.
        claim: the id of the claim.
        evidence: the name of the evidence.
        position: its place among the evidence that is run on the statement.
        variant: the constants.
    """

    path: str
    claim: str
    evidence: str
    position: int
    variant: Variant = Variant()

    @property
    def identity(self) -> list[str | int]:
        """What it is, wherever its file lies."""
        where = self.variant
        return [
            self.claim,
            self.evidence,
            self.position,
            where.statement,
            where.reading,
            where.constant,
            where.index,
        ]

    def seed(self, base: int) -> int:
        """The seed of its random choices: 32 bits, from the seed of the run and what it is."""
        text = json.dumps([base, *self.identity])
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def statement_of(outline: ClaimOutline, variant: Variant) -> StatementOutline:
    """The outline of the statement that a variant starts from."""
    if variant.statement == READING:
        return outline.readings[variant.reading]
    if variant.statement == AMENDED:
        assert outline.amended is not None, "tasks on an amendment are planned where there is one"
        return outline.amended
    return outline.original


def evidence_outline(outline: ClaimOutline, task: Task) -> EvidenceOutline:
    """The outline of the evidence that a task runs."""
    return statement_of(outline, task.variant).evidence[task.position]


def words(outline: ClaimOutline, task: Task) -> str:
    """A task in a few words, for whoever watches."""
    variant = task.variant
    if variant.constant:
        value = statement_of(outline, variant).mutants[variant.constant][variant.index]
        return f"mutant {variant.constant} = {value}"
    return task.evidence.replace("_", " ")


def evidence_of(claim: Claim, task: Task) -> Evidence:
    """The evidence that a task runs."""
    amended = claim.amended if task.variant.statement == AMENDED else None
    return [*claim.evidence, *(amended.evidence if amended else [])][task.position]


def constants_of(claim: Claim, variant: Variant) -> Constants:
    """The constants that a task runs its evidence on."""
    constants, mutants = claim.constants, claim.mutants
    if variant.statement == READING:
        constants = claim.readings[variant.reading].constants
    elif variant.statement == AMENDED and claim.amended is not None:
        constants, mutants = claim.amended.constants, claim.amended.mutants
    if variant.constant:
        return {**constants, variant.constant: mutants[variant.constant][variant.index]}
    return constants
