"""Searching for a counterexample: random and targeted, then by a local optimiser, then smaller."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.errors import Flaky, HypothesisException, Unsatisfiable, UnsatisfiedAssumption

from ntkproofs.conjectures.deadline import TimeUp, deadline
from ntkproofs.conjectures.local import improved
from ntkproofs.conjectures.regimes import regimes_of
from ntkproofs.conjectures.shrinking import simpler
from ntkproofs.conjectures.statements import Conjecture, Examined
from ntkproofs.errors import InvalidInput

Values = Mapping[str, Any]
Progress = Callable[[int, float], None]
_BATCH, _DOUBLINGS = 100, 2
_KEPT = 6
_GRACE = 1.0
_ALL_CHECKS: Any = tuple(HealthCheck)
_SHRINKING = 20.0
_SEARCH_BITS, _FINAL_BITS = 128, 1024


@dataclass(frozen=True)
class Budget:
    """How long to search.

    Attributes:
        examples: instances at most.
        seconds: wall clock at most, without shrinking.
    """

    examples: int = 20_000
    seconds: float = 60.0


@dataclass
class Searched:
    """What a search did and found.

    Attributes:
        examples: instances that were examined.
        rejected: instances that assumptions in the body ruled out.
        undecided: comparisons that balls left undecided.
        slack: the smallest relative slack seen in floats, at ``where``.
        regimes: how many instances were of each kind.
        found_at: number of the instance that first violated the conjecture; 0 for none.
        witness: the smallest violation found, and what it showed.
        suspect: an instance that floats refute, and balls do not decide.
    """

    examples: int = 0
    rejected: int = 0
    undecided: int = 0
    slack: float = math.inf
    where: Values | None = None
    regimes: Counter[str] = field(default_factory=Counter[str])
    found_at: int = 0
    witness: tuple[Values, Examined] | None = None
    suspect: tuple[Values, Examined] | None = None
    worst: list[tuple[float, Values]] = field(default_factory=list[tuple[float, Values]])
    seconds: float = 0.0
    problem: str = ""

    def note(self, values: Values, examined: Examined) -> None:
        """Count an instance."""
        self.examples += 1
        self.undecided += examined.undecided
        self.regimes.update(regimes_of(values))
        if examined.slack < self.slack:
            self.slack, self.where = examined.slack, values
        if examined.suspected is not None or examined.floats_only:
            self.suspect = self.suspect or (values, examined)
        self._keep(values, examined.slack)

    def _keep(self, values: Values, slack: float) -> None:
        """Keep the worst instances, one for each slack."""
        if slack in (known for known, _ in self.worst):
            return
        if math.isfinite(slack) and (len(self.worst) < _KEPT or slack < self.worst[-1][0]):
            self.worst.append((slack, values))
            self.worst.sort(key=lambda pair: pair[0])
            del self.worst[_KEPT:]


class _Violated(Exception):
    """Raised within Hypothesis, which then looks for a smaller instance."""

    def __init__(self, values: Values, examined: Examined) -> None:
        super().__init__("violated")
        self.values, self.examined = values, examined


def search(
    conjecture: Conjecture,
    budget: Budget | None = None,
    *,
    seed: int = 0,
    database: Path | None = None,
    progress: Progress | None = None,
) -> Searched:
    """Look for an instance that violates a conjecture, certified by balls.

    Args:
        conjecture: what is to be broken.
        budget: examples and seconds.
        seed: same seed, same search (where the database holds the same).
        database: folder of the examples found before, which are tried first.
        progress: called with the number of examples and the smallest slack.
    """
    budget = budget or Budget()
    start = time.perf_counter()
    one = _Search(conjecture, budget, seed, database, progress, end=start + budget.seconds)
    searched = one.searched
    try:
        with deadline(budget.seconds + _GRACE):
            one.in_batches()
    except TimeUp:
        if searched.examples == 0 and not searched.problem:
            searched.problem = (
                f"the body did not come to an end for any instance within {budget.seconds:g} s; "
                "take smaller instances, or more time"
            )
    try:
        with deadline(_SHRINKING):
            _conclude(conjecture, searched)
    except TimeUp:
        pass
    searched.seconds = time.perf_counter() - start
    return searched


def _conclude(conjecture: Conjecture, searched: Searched) -> None:
    """Decide the witness once more, and make it smaller."""
    if searched.witness is not None:
        values, _ = searched.witness
        again = _violation(conjecture, values)
        if again is None:
            searched.witness, searched.found_at = None, 0
            searched.problem = (
                "the body is flaky: it compared different things on the same instance, "
                f"{_shown(values)}; let it depend on its arguments only"
            )
            return
        searched.witness = (values, again)

        def fails(smaller: Values) -> bool:
            examined = _violation(conjecture, smaller)
            if examined is not None:
                searched.witness = (smaller, examined)
            return examined is not None

        simpler(values, fails)
    elif searched.suspect is not None:
        _decide_suspect(conjecture, searched)


def _examined(conjecture: Conjecture, values: Values) -> Examined | None:
    """What an instance shows; None where assumptions rule it out."""
    try:
        return conjecture.examine(values)
    except UnsatisfiedAssumption:
        return None


def _violation(conjecture: Conjecture, values: Values) -> Examined | None:
    examined = _examined(conjecture, values)
    return examined if examined is not None and examined.violation is not None else None


def _shown(values: Values) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in values.items())


def _decide_suspect(conjecture: Conjecture, searched: Searched) -> None:
    """Look at what floats refute once more, with many digits."""
    values, _ = searched.suspect or ({}, None)
    examined = conjecture.examine(values, limit=_FINAL_BITS)
    if examined.violation is not None:
        searched.witness, searched.suspect = (values, examined), None
        searched.found_at = searched.found_at or searched.examples
    elif examined.suspected is None and not examined.floats_only:
        searched.suspect = None  # with more digits it holds


@dataclass
class _Search:
    """A search in batches: Hypothesis, then the local optimiser, and again."""

    conjecture: Conjecture
    budget: Budget
    seed: int
    database: Path | None
    progress: Progress | None
    end: float
    searched: Searched = field(default_factory=Searched)
    latest: Values = field(default_factory=dict[str, Any])

    def in_batches(self) -> None:
        searched = self.searched
        for batch in count():
            left = self.budget.examples - searched.examples
            before = searched.examples + searched.rejected
            # Short at first, so that the local optimiser has its turn early.
            self.with_hypothesis(min(_BATCH * 2 ** min(batch, _DOUBLINGS), left), batch)
            if searched.witness is None and not searched.problem:
                self.locally(self.seed + batch)
            over = self.is_over() or searched.examples >= self.budget.examples
            nothing_new = searched.examples + searched.rejected == before
            if searched.witness is not None or searched.problem or over or nothing_new:
                return

    def is_over(self) -> bool:
        return time.perf_counter() >= self.end

    def with_hypothesis(self, examples: int, batch: int) -> None:
        folder = self.database
        settings = hypothesis.settings(
            max_examples=examples,
            database=None if folder is None else DirectoryBasedExampleDatabase(folder),
            deadline=None,
            suppress_health_check=_ALL_CHECKS,
            phases=(Phase.reuse, Phase.generate, Phase.target, Phase.shrink),
            verbosity=Verbosity.quiet,
            report_multiple_bugs=False,
            print_blob=False,
        )

        # Hypothesis keeps examples under the name of this function.
        def body(**values: Any) -> None:
            self.look_at(values)

        given = hypothesis.given(**self.conjecture.strategies)
        # In this order: a seed takes the database out of settings that are there already.
        test = settings(hypothesis.seed(self.seed + batch)(given(body)))
        searched = self.searched
        try:
            test()
        except _Violated as violated:
            searched.witness = (violated.values, violated.examined)
        except TimeUp:
            if searched.witness is None:
                raise
        # The body is a user's code, and may raise anything.
        except Exception as error:  # noqa: BLE001
            # An alarm within compiled code or Hypothesis may come out as another exception.
            if self.is_over():
                raise TimeUp from None
            searched.problem = self.problem_of(error)
        if searched.problem:
            searched.witness, searched.found_at = None, 0

    def look_at(self, values: Values) -> None:
        """Examine an instance that Hypothesis made, and tell it how bad it was."""
        searched = self.searched
        shrinking = searched.witness is not None
        if self.is_over():
            raise TimeUp
        self.latest = values
        try:
            examined = self.conjecture.examine(values, limit=_SEARCH_BITS)
        except UnsatisfiedAssumption:
            searched.rejected += not shrinking
            raise
        if not shrinking:
            searched.note(values, examined)
            if self.progress is not None and searched.examples % 50 == 0:
                self.progress(searched.examples, searched.slack)
        if math.isfinite(examined.slack):
            hypothesis.target(-examined.slack, label="slack")
        if examined.violation is not None:
            if not shrinking:
                searched.found_at = searched.examples
                self.end = time.perf_counter() + _SHRINKING
            searched.witness = (values, examined)
            raise _Violated(values, examined)

    def problem_of(self, error: Exception) -> str:
        """Why nothing can be searched, in words; none where there is a witness."""
        found = self.searched.witness is not None
        match error:
            case Unsatisfiable():
                words = (
                    "every instance was rejected: the strategies and assumptions of the body "
                    "contradict each other"
                )
                return words if self.searched.examples == 0 else ""
            case InvalidInput():
                return str(error)
            case HypothesisException() if self.is_over():
                return ""  # what time cut short looks inconsistent to Hypothesis
            case Flaky():
                words = f"the body is flaky, and raised on one of two runs: {error}"
                return "" if found else words
            case HypothesisException():
                return f"Hypothesis: {error}"
        where = f", on {_shown(self.latest)}" if self.latest else ""
        return f"the body raised {type(error).__name__}: {error}{where}"

    def locally(self, seed: int) -> None:
        """Improve bad instances by a local optimiser over their continuous parameters.

        The worst one and, in turn, one of the others.
        """
        searched = self.searched
        others = searched.worst[1:]
        starts = [*searched.worst[:1], *([others[seed % len(others)]] if others else [])]
        for slack, values in starts:
            for better in improved(self.conjecture, values, slack, seed):
                if self.is_over() or searched.examples >= self.budget.examples:
                    return
                examined = _examined(self.conjecture, better)
                if examined is None:
                    continue
                searched.note(better, examined)
                if examined.violation is not None:
                    searched.found_at = searched.examples
                    searched.witness = (better, examined)
                    return


__all__ = ["Budget", "Searched", "search"]
