"""Verifying claim files: load them, run their evidence, and gather what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ntkproofs.claims.claim import Claim
from ntkproofs.claims.loading import Loaded, Problem, load_claims, select
from ntkproofs.claims.runner import verify_claim
from ntkproofs.claims.verdict import ClaimResult, Outcome, StatementResult, Verdict
from ntkproofs.errors import InvalidInput

EXIT_DECIDED = 0
EXIT_STRICT = 1
EXIT_INPUT = 2
EXIT_CRASHED = 3


class Progress(Protocol):
    """What is told of a verification while it runs."""

    def start(self, total_claims: int) -> None:
        """The files are read; so many claims will be run."""
        ...

    def claim(self, id: str) -> None:
        """The evidence of this claim starts."""
        ...

    def step(self, text: str) -> None:
        """A piece of evidence or a mutant starts, in words."""
        ...

    def done(self, result: ClaimResult) -> None:
        """The claim that was started has its verdict."""
        ...


class Silence:
    """A :class:`Progress` that tells nobody."""

    def start(self, total_claims: int) -> None:
        pass

    def claim(self, id: str) -> None:
        pass

    def step(self, text: str) -> None:
        pass

    def done(self, result: ClaimResult) -> None:
        pass


@dataclass(frozen=True)
class Report:
    """What verification found.

    Attributes:
        claims: the verdicts, in the order of the files.
        problems: files that gave no claims, and why.
    """

    claims: tuple[ClaimResult, ...]
    problems: tuple[Problem, ...] = ()

    def exit_status(self, strict: bool = False) -> int:
        """The exit status of ``ntkproofs verify``; the worst that happened.

        3: evidence crashed. 2: a file could not be read. 1: ``strict``, and a claim is refuted,
        undecided or has vacuous evidence. 0: every claim reached a verdict; that a claim is
        refuted is a result, not a failure.
        """
        if any(claim.crashed for claim in self.claims):
            return EXIT_CRASHED
        if self.problems:
            return EXIT_INPUT
        if strict and any(map(falls_short, self.claims)):
            return EXIT_STRICT
        return EXIT_DECIDED


def falls_short(result: ClaimResult) -> bool:
    """Whether a claim is refuted or undecided, as stated or as amended, or has vacuous evidence.

    Other readings of a statement may fall: only vacuous evidence counts there.
    """
    stated = [result.original, *([result.amended] if result.amended else [])]
    decided = {Verdict.PROVED, Verdict.CERTIFIED, Verdict.SUPPORTED}
    if any(statement.verdict not in decided for statement in stated):
        return True
    lives = result.mutants is not None and bool(result.mutants.alive)
    return lives or any(map(has_vacuous_evidence, [*stated, *result.readings.values()]))


def has_vacuous_evidence(statement: StatementResult) -> bool:
    """Whether some evidence could not fail, and so counted for nothing."""
    return any(item.outcome is Outcome.VACUOUS for item in statement.evidence)


def verify(
    paths: str | Path | Sequence[str | Path] = (),
    *,
    only: str | Sequence[str] = (),
    mutants: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Decide the claims of claim files by their evidence.

    Claim files are Python code, and are run.

    Args:
        paths: files, or folders that are searched for ``*.py``; none means the bundled checks.
        only: ids of the claims to run; none means all.
        mutants: also run the evidence on every mutant of the statement that stands. Evidence that
            lets one live could not have failed: it is vacuous and counts for nothing.
        progress: is told what is being done.

    Returns:
        The verdicts, and the problems of files that gave no claims. A file that cannot be read
        does not stop the others, and evidence that crashes does not stop other evidence.

    Raises:
        InvalidInput: if an id of ``only`` is no claim's.

    Example:
        >>> import ntkproofs as nt
        >>> report = nt.verify(only=["talk.two-layer-kernel"])
        >>> report.claims[0].original.verdict
        <Verdict.REFUTED: 'refuted'>
    """
    told = progress or Silence()
    # A single path or id is a sequence of one, not of its characters.
    loaded = load_claims([paths] if isinstance(paths, (str, Path)) else paths)
    chosen = _select(loaded, [only] if isinstance(only, str) else only)
    told.start(len(chosen))
    results: list[ClaimResult] = []
    for claim in chosen:
        told.claim(claim.id)
        result = verify_claim(claim, mutants=mutants, progress=told.step)
        told.done(result)
        results.append(result)
    return Report(tuple(results), loaded.problems)


def _select(loaded: Loaded, only: Sequence[str]) -> tuple[Claim, ...]:
    """The chosen claims. An unknown id may stand in a file that could not be read: say so."""
    try:
        return select(loaded.claims, only)
    except InvalidInput as error:
        if not loaded.problems:
            raise
        unread = "; ".join(str(problem) for problem in loaded.problems)
        raise InvalidInput(f"{error} Files that gave no claims: {unread}.") from None
