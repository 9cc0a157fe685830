"""The ledger of one run of evidence: what was attempted, and what came in on the way.

Evidence is judged by the steps that it yields. A comparison that was made and not yielded, or that
failed in a ``try``, would make the judgement one of the steps that suit. So every step is entered
here before it is decided, and at the end each entry has to have been yielded. The float guard
(:mod:`ntkproofs.claims.float_guard`) writes into the same ledger.

Outside of a run there is no ledger, and nothing is recorded.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from ntkproofs.claims.originals import replaced

_current: ContextVar[Ledger | None] = ContextVar("ledger", default=None)
_numbers = itertools.count(1)

OUTSIDE = 0
"""The number of a step that was decided outside of any run."""


@dataclass
class Attempt:
    """A comparison that was begun: what it was about, how it failed, whether it was yielded."""

    about: str
    failure: str = ""
    yielded: bool = False


@dataclass
class Ledger:
    """What happened in one run.

    Attributes:
        attempts: the comparisons, by number.
        tainted: floats that entered balls or exact numbers, and where.
        handled: exceptions that were handled in the claim file, and where.
        foreign: objects of classes that may lie about themselves, and where.
        replaced: a function of the library that was replaced while a step was decided or yielded.
    """

    attempts: dict[int, Attempt] = field(default_factory=dict[int, Attempt])
    tainted: list[str] = field(default_factory=list[str])
    handled: list[str] = field(default_factory=list[str])
    foreign: list[str] = field(default_factory=list[str])
    replaced: str = ""

    def enter(self, about: str) -> int:
        """Enter a comparison that is about to be made; its number."""
        self.look_for_replaced()
        number = next(_numbers)
        self.attempts[number] = Attempt(about)
        return number

    def settle(self, number: int) -> bool:
        """Note that a step was yielded; whether it was decided in this run."""
        self.look_for_replaced()
        if number not in self.attempts:
            return False
        self.attempts[number].yielded = True
        return True

    def look_for_replaced(self) -> None:
        """Whether the decision procedures are those of the library; what was replaced is kept."""
        self.replaced = self.replaced or replaced()

    def problem(self, *, strict: bool) -> str:
        """What breaks the evidence that came to its end, in words; empty where nothing does.

        Args:
            strict: for proofs and certificates: an exception that was handled breaks them too.
        """
        for attempt in self.attempts.values():
            if attempt.failure:
                return (
                    f"a comparison failed with {attempt.failure}, and the exception was swallowed: "
                    f"{attempt.about}"
                )
            if not attempt.yielded:
                return f"a comparison was made and left out: {attempt.about}"
        if self.handled and strict:
            return (
                f"an exception was swallowed: {self.handled[0]}. Outside of a comparison of "
                "certify, a proof or certificate handles none: what fails may be what it hides"
            )
        return self.foreign[0] if self.foreign else ""


def current() -> Ledger | None:
    """The ledger of the present run; None outside of one."""
    return _current.get()


@contextmanager
def recording(loaded: Ledger | None = None) -> Generator[Ledger]:
    """Open a ledger for the duration of a run.

    Args:
        loaded: that of the loading of the claim file; what came in there is in the run too.
    """
    ledger = Ledger()
    if loaded is not None:
        ledger.tainted, ledger.foreign = [*loaded.tainted], [*loaded.foreign]
    token = _current.set(ledger)
    try:
        yield ledger
    finally:
        _current.reset(token)


@contextmanager
def attempt(about: str) -> Generator[int]:
    """Enter a comparison, and how it failed if it does; gives its number."""
    ledger = current()
    if ledger is None:
        yield OUTSIDE
        return
    number = ledger.enter(str(about))
    try:
        yield number
    except BaseException as error:
        ledger.attempts[number].failure = f"{type(error).__name__}: {error}"
        raise
