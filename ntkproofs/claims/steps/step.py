"""A step: a comparison that was decided, sealed by what decided it, entered in the ledger."""

from __future__ import annotations

import functools
import hmac
import secrets
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ParamSpec, cast

from ntkproofs.arithmetic.exact import Decision
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.claims import ledger
from ntkproofs.claims.grades import Grade
from ntkproofs.errors import InvalidInput

_KEY = secrets.token_bytes(16)
_P = ParamSpec("_P")


@dataclass(frozen=True)
class Step:
    """One decided comparison.

    Attributes:
        truth: its outcome.
        grade: what the outcome is worth.
        method: the decision procedure, or the arithmetic and its precision.
        about: what was compared, in LaTeX or words.
        witness: for a false step, the instance at which it fails.
        premise: whether the step only prepares the conclusion. A false premise breaks the
            argument; it does not refute the statement.
        reason: for an undecided step, why.
        assuming: what the decision took for granted of symbols, in LaTeX; of a line of a
            derivation, nothing: the derivation prints it.
        number: of its entry in the ledger of the run in which it was decided.

    Example:
        >>> import ntkproofs as nt
        >>> from flint import arb
        >>> mu = nt.eigenvalues(nt.ntk(2), 3, [2], digits=20)[0]
        >>> step = nt.claims.certify("μ_2 > 1/16", lambda: nt.claims.less(arb(1) / 16, mu))
        >>> step.truth, step.grade.word
        (<Truth.TRUE: 'true'>, 'certified')
        >>> step.is_genuine(), replace(step, truth=Truth.FALSE).is_genuine()    # made by hand
        (True, False)
    """

    truth: Truth
    grade: Grade
    method: str
    about: str
    witness: Mapping[str, Any] = field(default_factory=dict[str, Any])
    premise: bool = False
    reason: str = ""
    assuming: tuple[str, ...] = ()
    general: bool = False
    """Whether the step holds for all values of symbols, and is no instance."""
    number: int = ledger.OUTSIDE
    seal: str = ""
    origin: str = ""  # the line of a derivation that it checks, ``derivation#line``

    def is_genuine(self) -> bool:
        """Whether the step is as a function of this package made it."""
        return type(self) is Step and hmac.compare_digest(self.seal, _seal_of(self))


def _seal_of(step: Step) -> str:
    said = (step.truth.name, int(step.grade), step.method, step.about, step.premise, step.general)
    where = (step.assuming, step.number, step.origin)
    return hmac.new(_KEY, repr((*said, *where)).encode(), "sha256").hexdigest()


def _sealed(step: Step) -> Step:
    return replace(step, seal=_seal_of(step))


def entered(decided: Callable[_P, Step]) -> Callable[_P, Step]:
    """A function that makes a step, entering it in the ledger of the run before it is decided."""

    @functools.wraps(decided)
    def made(*args: _P.args, **kwargs: _P.kwargs) -> Step:
        about = args[0] if args else kwargs.get("about", "")
        with ledger.attempt(cast(str, about)) as number:
            return _sealed(replace(decided(*args, **kwargs), number=number))

    return made


def premise(step: Step) -> Step:
    """The step as a premise: if it fails, the argument is broken, but nothing is refuted.

    Args:
        step: as a function of this package made it.

    Returns:
        The same step, as a premise.

    Raises:
        InvalidInput: for a step that was made or changed by hand.

    Example:
        >>> from ntkproofs.claims import exactly
        >>> premise(exactly("a premise", 1, 1)).premise
        True
    """
    if not step.is_genuine():
        raise InvalidInput("A step is made by identity, exactly, certify, ...; not by hand.")
    return _sealed(replace(step, premise=True))


def of_line(step: Step, derivation: str, line: str) -> Step:
    """A step of a line of a derivation, saying so.

    What the line takes for granted is printed with the derivation, or was derived in it before.
    """
    if not step.is_genuine():
        return step
    return _sealed(replace(step, origin=f"{derivation}#{line}", assuming=()))


_decided: dict[Hashable, tuple[Step, ...]] = {}


def decided_once(key: Hashable, make: Callable[[], Iterable[Step]]) -> Iterator[Step]:
    """Steps that are decided once in a process, and yielded again as they were.

    For what many pieces of evidence rest on, the same each time: a derivation. Steps come in the
    same order, with the same outcomes, whether they were decided now or before.

    Args:
        key: of what is decided; the same key must stand for the same steps.
        make: decides them.
    """
    if key in _decided:
        for step in _decided[key]:
            yield _again(step.about, step)
        return
    steps = tuple(make())
    if all(step.is_genuine() for step in steps):
        _decided[key] = steps
    yield from steps


@entered
def _again(about: str, step: Step) -> Step:
    return replace(step, about=about)


def proved(
    about: str,
    decision: Decision,
    witness: Mapping[str, Any],
    *,
    general: bool = False,
    assuming: tuple[str, ...] = (),
) -> Step:
    """A step of what an exact procedure decided; the witness belongs to what is false."""
    found = {**witness, **decision.witness} if decision.truth is Truth.FALSE else {}
    return Step(
        decision.truth,
        Grade.PROVED,
        decision.method,
        about,
        found,
        reason=decision.reason,
        assuming=assuming,
        general=general,
    )
