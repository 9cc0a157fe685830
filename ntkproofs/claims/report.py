"""Verifying claim files: load them, run their evidence, and gather what was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from ntkproofs.claims.dependencies import digest
from ntkproofs.claims.files import Problem, claim_files, select
from ntkproofs.claims.isolated import Again, Serves, Settings, Verification
from ntkproofs.claims.outline import ClaimOutline
from ntkproofs.claims.progress import Progress, Silence
from ntkproofs.claims.store import Store
from ntkproofs.claims.verdict import ClaimResult, Verdict, claims_table
from ntkproofs.claims.workers import Limits, Pool, default_jobs
from ntkproofs.errors import InvalidInput
from ntkproofs.markup import cell

__all__ = ["Problem", "Progress", "Report", "Silence", "falls_short", "verify"]


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


_Some = TypeVar("_Some", bound=_HasId)

EXIT_DECIDED = 0
EXIT_STRICT = 1
EXIT_INPUT = 2
EXIT_CRASHED = 3
EXIT_INTERRUPTED = 130


@dataclass(frozen=True)
class Report:
    """What verification found.

    Attributes:
        claims: the verdicts, in the order of the files.
        problems: files that gave no claims, and why.
        seed: what the seeds of all random choices were derived from.
        results: how many pieces of evidence there were, mutants included.
        stored: how many of those results were taken from the store.
        unfinished: how many claims were not decided, because the run was interrupted.
        store_trouble: why results were not kept, or not taken; empty where all went well.
    """

    claims: tuple[ClaimResult, ...]
    problems: tuple[Problem, ...] = ()
    seed: int = 0
    results: int = 0
    stored: int = 0
    unfinished: int | None = None
    store_trouble: str = ""

    def _repr_html_(self) -> str:
        unread = "".join(f"<p>{cell(str(problem))}</p>" for problem in self.problems)
        return claims_table(self.claims) + unread

    def exit_status(self, strict: bool = False) -> int:
        """The exit status of ``ntkproofs verify``; the worst that happened.

        130: interrupted. 3: evidence crashed, ran out of time or is not reproducible. 2: a file
        could not be read. 1: ``strict``, and a claim is refuted, undecided or has vacuous evidence.
        0: every claim reached a verdict; that a claim is refuted is a result, not a failure.
        """
        if self.unfinished is not None:
            return EXIT_INTERRUPTED
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
    return lives or any(s.vacuous for s in [*stated, *result.readings.values()])


def verify(
    paths: str | Path | Sequence[str | Path] = (),
    *,
    only: str | Sequence[str] = (),
    mutants: bool = False,
    full: bool = False,
    isolated: bool = True,
    jobs: int | None = None,
    timeout: float = 60.0,
    memory: int = 4096,
    seed: int = 0,
    twice: bool = False,
    store: str | Path | Store | None = None,
    progress: Progress | None = None,
    figures: bool = False,
    cluster: str | None = None,
) -> Report:
    """Decide the claims of claim files by their evidence.

    Claim files are Python code, and are run.

    Args:
        paths: files, or folders that are searched for ``*.py``; none means the bundled checks.
        only: ids of the claims to run; none means all.
        mutants: also run the evidence on every mutant of the statement that stands. Evidence that
            lets one live could not have failed: it is vacuous and counts for nothing. Isolated,
            the evidence on the statements themselves is run twice, as with ``twice``.
        full: also run the evidence that makes long measurements again, of which others read the
            kept results; give it time by ``timeout``.
        isolated: run each piece of evidence in a worker process, so that one that hangs, leaks or
            dies costs itself only. Without, evidence runs in this process, and the arguments below
            up to ``store`` mean nothing, but for the seed.
        jobs: worker processes; None means one per processor. The report does not depend on it.
        timeout: seconds for one piece of evidence, with the loading of its file.
        memory: address space of a worker in MiB (not limited on Windows).
        seed: what the seeds of all random choices are derived from; 0 to 2^32 - 1.
        twice: run all evidence a second time, in another process with another order of sets,
            another time zone and few environment variables; what differs is ``not reproducible``
            and counts for nothing.
        store: a file that keeps finished results, and gives back those that are still valid.
        progress: is told what is being done.
        figures: also compute the figures of the claims, for a report that shows them; isolated
            only.
        cluster: ``tcp://HOST:PORT`` of a scheduler of Dask, or ``auto`` for one on this machine
            with ``jobs`` workers; evidence then runs beside its workers, each piece in a process
            with the same limits. The report does not depend on it.

    Returns:
        The verdicts, and the problems of files that gave no claims. A file that cannot be read
        does not stop the others, and evidence that crashes does not stop other evidence. After an
        interruption (Ctrl-C) the claims that were decided, and how many were not.

    Raises:
        InvalidInput: if an id of ``only`` is no claim's, a limit makes no sense, or the store is
            damaged or of another version.
        Unable: if the store cannot be opened, no worker can be started, or the cluster cannot be
            reached or is lost; what was finished before is in the store.

    Example:
        >>> import ntkproofs as nt
        >>> report = nt.verify(only=["talk.two-layer-kernel"])
        >>> report.claims[0].original.verdict
        <Verdict.REFUTED: 'refuted'>
    """
    _check_seed(seed)
    limits = Limits(default_jobs() if jobs is None else jobs, timeout, memory)
    told = progress or Silence()
    # A single path or id is a sequence of one, not of its characters.
    paths = [paths] if isinstance(paths, (str, Path)) else paths
    only = [only] if isinstance(only, str) else only
    if not isolated and cluster is not None:
        raise InvalidInput(
            f"A cluster runs evidence in isolated processes; got isolated=False with {cluster!r}."
        )
    if not isolated:
        return _verify_here(paths, only, seed, told, mutants=mutants, full=full)
    with ExitStack() as stack:
        if isinstance(store, (str, Path)):
            store = stack.enter_context(Store(Path(store)))
        pool = stack.enter_context(_pool(limits, cluster, jobs))
        again = Again.ALL if twice else Again.STATEMENTS if mutants else Again.NONE
        work = Verification(Settings(limits, seed, again, store), pool, told)
        choices = _Choices(mutants, full, figures)
        return _verify_in_workers(work, paths, only, seed, choices)


@dataclass(frozen=True)
class _Choices:
    """What is run of every claim; see :func:`verify`."""

    mutants: bool
    full: bool
    figures: bool


def _pool(limits: Limits, cluster: str | None, jobs: int | None) -> AbstractContextManager[Serves]:
    if cluster is None:
        return Pool(limits)
    # Imported here: processes of this machine need no Dask.
    from ntkproofs.cluster.evidence import evidence_pool

    return evidence_pool(limits, cluster, jobs)


def _verify_in_workers(
    work: Verification,
    paths: Sequence[str | Path],
    only: Sequence[str],
    seed: int,
    choices: _Choices,
) -> Report:
    problems: list[Problem] = []
    chosen: tuple[ClaimOutline, ...] = ()
    interrupted = False
    try:
        found = work.outlines(claim_files(paths, problems), problems)
        chosen = _select(found, problems, only)
        work.start(len(chosen))
        work.run(chosen, mutants=choices.mutants, full=choices.full)
        if choices.figures:
            work.draw(chosen)
    except KeyboardInterrupt:
        interrupted = True
    finished = tuple(work.finished[c.id] for c in chosen if c.id in work.finished)
    return Report(
        finished,
        tuple(problems),
        seed,
        work.tally.results,
        work.tally.stored,
        len(chosen) - len(finished) if interrupted else None,
        work.store_trouble,
    )


def _verify_here(
    paths: Sequence[str | Path],
    only: Sequence[str],
    seed: int,
    told: Progress,
    *,
    mutants: bool,
    full: bool,
) -> Report:
    # Imported here: whoever reads stored results needs no SymPy.
    from ntkproofs.claims.loading import load_claims
    from ntkproofs.claims.runner import verify_claim

    loaded = load_claims(paths)
    chosen = _select(loaded.claims, loaded.problems, only)
    told.start(len(chosen))
    results: list[ClaimResult] = []
    for claim in chosen:
        told.claim(claim.id)
        result = verify_claim(claim, mutants=mutants, full=full, seed=seed, progress=told.step)
        result = _of_file(result, str(loaded.files[claim.id]))
        told.done(result)
        results.append(result)
    return Report(tuple(results), loaded.problems, seed)


def _of_file(result: ClaimResult, path: str) -> ClaimResult:
    """The result with the file that it is about: its path, and the digest of what it holds."""
    assert result.outline is not None, "claims are judged by their outlines"
    return replace(result, outline=replace(result.outline, path=path, digest=digest(path)))


def _check_seed(seed: int) -> None:
    if not 0 <= seed < 2**32:
        raise InvalidInput(f"--seed is an integer from 0 to 2^32 - 1; got {seed}.")


def _select(
    claims: Iterable[_Some], problems: Sequence[Problem], only: Sequence[str]
) -> tuple[_Some, ...]:
    """The chosen claims. An unknown id may stand in a file that could not be read: say so."""
    try:
        return select(claims, only)
    except InvalidInput as error:
        if not problems:
            raise
        unread = "; ".join(str(problem) for problem in problems)
        raise InvalidInput(f"{error} Files that gave no claims: {unread}.") from None
