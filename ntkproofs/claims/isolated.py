"""Verification in worker processes, with limits, a store, and a report that depends on neither."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, cast

from ntkproofs.claims.dependencies import digest
from ntkproofs.claims.figures import Drawn, FigureOutline, read_chart, read_picture
from ntkproofs.claims.files import Problem, taken
from ntkproofs.claims.fingerprint import key
from ntkproofs.claims.outline import ClaimOutline
from ntkproofs.claims.plan import Plan, decide
from ntkproofs.claims.progress import Progress
from ntkproofs.claims.store import Store
from ntkproofs.claims.tasks import Task, evidence_outline, statement_of, words
from ntkproofs.claims.verdict import ClaimResult, EvidenceResult, Outcome
from ntkproofs.claims.wire import (
    NotReadable,
    crash,
    outline_from_json,
    result_from_json,
)
from ntkproofs.claims.workers import Limits, Reply


class Again(Enum):
    """What is run a second time, in another process and other surroundings, and compared."""

    NONE = "nothing"
    STATEMENTS = "the evidence on statements, and not on their mutants"
    ALL = "all evidence"

    def covers(self, task: Task) -> bool:
        """Whether a task is run a second time."""
        return self is Again.ALL or (self is Again.STATEMENTS and not task.variant.constant)


@dataclass(frozen=True)
class Settings:
    """How evidence is run.

    Attributes:
        limits: of time, memory and processes.
        seed: what the seeds of all random choices are derived from.
        again: what is run a second time.
        store: where finished results are kept and taken from; None for nowhere.
    """

    limits: Limits
    seed: int = 0
    again: Again = Again.NONE
    store: Store | None = None


class Serves(Protocol):
    """Whatever serves requests: processes of this machine, or a cluster."""

    def submit(
        self, request: Mapping[str, Any], *, environment: int = 0, first: bool = False
    ) -> int:
        """Hand in a request; its number comes back with the reply."""
        ...

    def next(self) -> Reply:
        """Wait for the next reply."""
        ...


@dataclass
class Tally:
    """How many results there are, and how many of them were taken from the store."""

    results: int = 0
    stored: int = 0


@dataclass
class _Open:
    """A claim whose evidence is being run."""

    outline: ClaimOutline
    plan: Plan
    missing: set[Task]
    results: dict[Task, EvidenceResult]


class Verification:
    """One verification: outlines the files, then runs what their claims need."""

    def __init__(self, settings: Settings, pool: Serves, progress: Progress) -> None:
        self._settings = settings
        self._pool = pool
        self._told = progress
        self._sources: dict[str, str] = {}
        self._then: dict[int, Callable[[Reply], None]] = {}
        self._open: dict[str, _Open] = {}
        self._shown = ""
        self.tally = Tally()
        self.finished: dict[str, ClaimResult] = {}

    def outlines(self, files: Sequence[Path], problems: list[Problem]) -> tuple[ClaimOutline, ...]:
        """The claims of the files, in order; what is wrong is added to ``problems``."""
        found: dict[Path, list[ClaimOutline]] = {}
        wrong: dict[Path, list[str]] = {path: [] for path in files}
        for path in files:
            self._sources[str(path)] = digest(str(path))
            known = self._stored_outlines(path)
            if known is None:
                self._ask_outlines(path, found, wrong)
            else:
                found[path] = known
        self._serve()
        claims: dict[str, ClaimOutline] = {}
        for path in files:
            problems += [Problem(path, message) for message in wrong[path]]
            for claim in found.get(path, []):
                if claim.id in claims:
                    problems.append(taken(claim.id, claims[claim.id].path, path))
                else:
                    claims[claim.id] = claim
        return tuple(claims.values())

    def run(self, outlines: Iterable[ClaimOutline], *, mutants: bool, full: bool = False) -> None:
        """Decide the claims; verdicts appear in :attr:`finished` as they come."""
        self.run_plans((o, decide(o, mutants=mutants, full=full)) for o in outlines)

    def run_plans(self, plans: Iterable[tuple[ClaimOutline, Plan]]) -> None:
        """Run what plans of claims ask for; what they return appears in :attr:`finished`."""
        for outline, plan in plans:
            self._open[outline.id] = _Open(outline, plan, set(), {})
            self._want(self._open[outline.id], next(plan), first=False)
        self._serve()

    def draw(self, outlines: Iterable[ClaimOutline]) -> None:
        """Get the figures of claims that are decided, and add them to :attr:`finished`."""
        found: dict[tuple[str, str], Drawn] = {}
        chosen = [outline for outline in outlines if outline.id in self.finished]
        for outline in chosen:
            for figure in outline.figures:
                if figure.file:
                    found[outline.id, figure.name] = read_picture(outline.path, figure)
                else:
                    self._ask_chart(outline, figure, found)
        self._serve()
        for outline in chosen:
            figures = tuple(found[outline.id, figure.name] for figure in outline.figures)
            self.finished[outline.id] = replace(self.finished[outline.id], figures=figures)

    def start(self, total_claims: int) -> None:
        """Tell whoever watches how many claims will be run."""
        self._told.start(total_claims)

    @property
    def store_trouble(self) -> str:
        """Why the store was given up on the way; empty where it was not."""
        return "" if self._settings.store is None else self._settings.store.trouble

    def _serve(self) -> None:
        while self._then:
            reply = self._pool.next()
            self._then.pop(reply.number)(reply)

    # Outlines

    def _file_key(self, kind: str, path: str, *parts: Any) -> str:
        limits = self._settings.limits
        return key(kind, path, self._sources[path], self._settings.seed, limits.memory_mib, *parts)

    def _stored_outlines(self, path: Path) -> list[ClaimOutline] | None:
        store = self._settings.store
        data = None if store is None else store.get(self._file_key("outline", str(path)))
        return None if data is None else _outlines(path, self._sources[str(path)], data)

    def _ask_outlines(
        self,
        path: Path,
        found: dict[Path, list[ClaimOutline]],
        wrong: Mapping[Path, list[str]],
    ) -> None:
        def take(reply: Reply) -> None:
            wrong[path].extend([reply.failure] if reply.failure else reply.data["problems"])
            outlines = None
            if not reply.failure:
                outlines = _outlines(path, self._sources[str(path)], reply.data["claims"])
            found[path] = outlines or []
            store = self._settings.store
            if store is not None and outlines and not wrong[path]:
                entry = self._file_key("outline", str(path))
                store.put(entry, reply.data["claims"], reply.data["files"])

        self._submit(self._request("outline", str(path), self._settings.seed), take)

    # Figures

    def _ask_chart(
        self, outline: ClaimOutline, figure: FigureOutline, found: dict[tuple[str, str], Drawn]
    ) -> None:
        store, path = self._settings.store, outline.path
        entry = self._file_key("chart", path, outline.id, figure.name)
        known = None if store is None else store.get(entry)
        if known is not None:
            found[outline.id, figure.name] = read_chart(figure, known)
            return

        def take(reply: Reply) -> None:
            chart = reply.data.get("chart")
            if chart is None:
                why = reply.failure or str(reply.data.get("trouble", ""))
                found[outline.id, figure.name] = Drawn(figure, trouble=why)
                return
            found[outline.id, figure.name] = read_chart(figure, chart)
            if store is not None:
                store.put(entry, chart, reply.data["files"])

        request = self._request("chart", path, self._settings.seed)
        self._submit({**request, "claim": outline.id, "figure": figure.name}, take)

    # Evidence

    def _want(self, claim: _Open, tasks: Sequence[Task], *, first: bool) -> None:
        """See to the tasks that a claim needs next; judge it when it needs none."""
        claim.results, claim.missing = {}, set(tasks)
        self._told.planned(len(tasks))
        # What is put before the others in the line goes in backwards.
        for task in reversed(tasks) if first else tasks:
            known = self._stored_result(claim.outline, task)
            self.tally.results += 1
            if known is None:
                self._ask_result(claim, task, first=first)
            else:
                self.tally.stored += 1
                self._finish(claim, task, known)
        if not claim.missing:
            self._judge(claim)

    def _judge(self, claim: _Open) -> None:
        try:
            tasks = claim.plan.send(claim.results)
        except StopIteration as end:
            result = cast(ClaimResult, end.value)
            self.finished[claim.outline.id] = result
            self._told.done(result)
        else:
            self._want(claim, tasks, first=True)

    def _result_key(self, outline: ClaimOutline, task: Task, *, twice: bool) -> str:
        constants = dict(statement_of(outline, task.variant).constants)
        if task.variant.constant:
            constants[task.variant.constant] = words(outline, task)
        return self._file_key("result", task.path, task.identity, constants, twice)

    def _stored_result(self, outline: ClaimOutline, task: Task) -> EvidenceResult | None:
        store = self._settings.store
        if store is None:
            return None
        # What two runs agreed upon is good for one.
        wanted = (True,) if self._settings.again.covers(task) else (False, True)
        found = (store.get(self._result_key(outline, task, twice=twice)) for twice in wanted)
        data = next((data for data in found if data is not None), None)
        if data is None:
            return None
        try:
            return result_from_json(evidence_outline(outline, task), data)
        except NotReadable:
            return None

    def _ask_result(self, claim: _Open, task: Task, *, first: bool) -> None:
        def second(result: EvidenceResult, one: Reply) -> Callable[[Reply], None]:
            return lambda two: self._take_second(claim, task, result, one, two)

        def take(reply: Reply) -> None:
            result = self._read(claim.outline, task, reply)
            if self._settings.again.covers(task) and result.outcome is not Outcome.CRASHED:
                self._submit(request, second(result, reply), environment=1, first=True)
            else:
                self._take(claim, task, result, reply)

        request = self._request("run", task.path, self._settings.seed, task)
        self._submit(request, take, first=first)

    def _take_second(
        self, claim: _Open, task: Task, result: EvidenceResult, one: Reply, two: Reply
    ) -> None:
        second = self._read(claim.outline, task, two)
        if (second.outcome, second.transcript) != (result.outcome, result.transcript):
            why = (
                "a second run, with another order of sets, another time zone and few environment "
                f"variables, differs: first {result.outcome.value}, then {second.outcome.value}; "
                f"{second.detail}"
            )
            outcome = Outcome.NOT_REPRODUCIBLE
            result = replace(result, outcome=outcome, grade=None, detail=why, witness=None)
        self._take(claim, task, result, one)

    def _take(self, claim: _Open, task: Task, result: EvidenceResult, reply: Reply) -> None:
        store = self._settings.store
        finished = {Outcome.HOLDS, Outcome.REFUTES, Outcome.UNDECIDED}
        if store is not None and result.outcome in finished:
            twice = self._settings.again.covers(task)
            entry = self._result_key(claim.outline, task, twice=twice)
            store.put(entry, reply.data["result"], reply.data["files"])
        self._finish(claim, task, result)
        if not claim.missing:
            self._judge(claim)

    def _finish(self, claim: _Open, task: Task, result: EvidenceResult) -> None:
        if task.claim != self._shown:
            self._shown = task.claim
            self._told.claim(task.claim)
        self._told.step(words(claim.outline, task))
        self._told.finished()
        claim.results[task] = result
        claim.missing.discard(task)

    def _read(self, outline: ClaimOutline, task: Task, reply: Reply) -> EvidenceResult:
        evidence = evidence_outline(outline, task)
        if reply.failure or "crash" in reply.data:
            why = reply.failure or str(reply.data["crash"])
            return crash(evidence, why, reply.seconds)
        try:
            return result_from_json(evidence, reply.data.get("result"))
        except NotReadable as error:
            return crash(evidence, f"its result cannot be read: {error}", reply.seconds)

    # Requests

    def _request(self, do: str, path: str, seed: int, task: Task | None = None) -> dict[str, Any]:
        request: dict[str, Any] = {"do": do, "path": path}
        request |= {"digest": self._sources[path], "seed": seed}
        if task is not None:
            variant = task.variant
            request |= {"claim": task.claim, "position": task.position, "evidence": task.evidence}
            request["variant"] = [
                variant.statement, variant.reading, variant.constant, variant.index,
            ]  # fmt: skip
        return request

    def _submit(
        self,
        request: Mapping[str, Any],
        then: Callable[[Reply], None],
        *,
        environment: int = 0,
        first: bool = False,
    ) -> None:
        number = self._pool.submit(request, environment=environment, first=first)
        self._then[number] = then


def _outlines(path: Path, digest: str, data: Any) -> list[ClaimOutline] | None:
    try:
        return [replace(outline_from_json(str(path), item), digest=digest) for item in data]
    except (NotReadable, TypeError):
        return None
