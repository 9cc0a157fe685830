# pyright: reportMissingTypeStubs=false
"""Steps of evidence: comparisons that a machine decided, each with its grade and its method.

Evidence consists of steps and of nothing else. A step is made by the functions of this module
only, so that nothing is called proved but by a named decision procedure, and nothing certified but
by balls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from fractions import Fraction
from typing import Any, cast

import sympy as sp

from ntkproofs.arithmetic import exact
from ntkproofs.arithmetic.exact import Decision, Least
from ntkproofs.arithmetic.truth import Truth, decide
from ntkproofs.errors import InvalidInput

_MADE_HERE = object()


class Grade(IntEnum):
    """How strong a piece of evidence is; larger is stronger."""

    SAMPLED = 1
    STATISTICAL = 2
    CERTIFIED = 3
    PROVED = 4

    @property
    def word(self) -> str:
        return self.name.lower()


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
    """

    truth: Truth
    grade: Grade
    method: str
    about: str
    witness: Mapping[str, Any] = field(default_factory=dict[str, Any])
    premise: bool = False
    reason: str = ""
    made_by: object = None

    def __post_init__(self) -> None:
        if self.made_by is not _MADE_HERE:
            raise InvalidInput(
                "A step of evidence is made by the functions of ntkproofs.claims.steps (identity, "
                "exactly, certify, ...), which decide it; it cannot be stated by hand."
            )


def premise(step: Step) -> Step:
    """The step as a premise: if it fails, the argument is broken, but nothing is refuted."""
    return replace(step, premise=True)


def _from_decision(about: str, decision: Decision, witness: Mapping[str, Any]) -> Step:
    found = {**witness, **decision.witness} if decision.truth is Truth.FALSE else {}
    return Step(
        decision.truth,
        Grade.PROVED,
        decision.method,
        about,
        found,
        reason=decision.reason,
        made_by=_MADE_HERE,
    )


def identity(
    about: str,
    left: Any,
    right: Any,
    *,
    least: Least | None = None,
    witness: Mapping[str, Any] | None = None,
) -> Step:
    """Decide ``left = right`` for all values of the symbols, as rational functions over Q.

    Args:
        about: the identity in LaTeX or words.
        left, right: SymPy expressions.
        least: the least integer values of symbols, by name, at which it may be refuted: the
            hypotheses on the symbols.
        witness: further facts to show if it is false.
    """
    return _from_decision(about, exact.rational_identity(left, right, least), witness or {})


def identity_modulo(
    about: str,
    left: Any,
    right: Any,
    relations: Sequence[Any],
    generators: Sequence[sp.Symbol],
    *,
    witness: Mapping[str, Any] | None = None,
) -> Step:
    """Decide ``left = right`` for polynomials whose generators satisfy ``relation = 0``."""
    decision = exact.polynomial_identity(left, right, relations, generators)
    return _from_decision(about, decision, witness or {})


def gamma_ratio(
    about: str,
    numerator: Any,
    denominator: Any,
    expected: Any,
    *,
    least: Least | None = None,
) -> Step:
    """Decide that a ratio of products of Gamma functions is an expected rational function."""
    try:
        ratio = exact.gamma_quotient(numerator, denominator)
    except exact.NotReducible as failure:
        decision = Decision(Truth.UNDECIDED, exact.GAMMA_NORMAL_FORM, reason=str(failure))
        return _from_decision(about, decision, {})
    decision = exact.rational_identity(ratio, expected, least)
    return _from_decision(about, replace(decision, method=exact.GAMMA_NORMAL_FORM), {})


def nonnegative(
    about: str, expression: Any, least: Least, *, witness: Mapping[str, Any] | None = None
) -> Step:
    """Decide ``expression >= 0`` for all real values of its symbols from ``least`` on."""
    return _from_decision(about, exact.nonnegative(expression, least), witness or {})


def exactly(about: str, left: Any, right: Any, witness: Mapping[str, Any] | None = None) -> Step:
    """Decide ``left = right`` for exact numbers: int, Fraction, SymPy rationals; tuples of them."""
    here, there = _exact_value(left), _exact_value(right)
    truth = Truth.TRUE if here == there else Truth.FALSE
    found = {**(witness or {}), "left": str(left), "right": str(right)}
    decision = Decision(truth, exact.EXACT_RATIONALS, found)
    return _from_decision(about, decision, witness or {})


def nonzero_exactly(about: str, value: Any, witness: Mapping[str, Any] | None = None) -> Step:
    """Decide ``value != 0`` for an exact rational number."""
    truth = Truth.FALSE if _exact_value(value) == 0 else Truth.TRUE
    found = {**(witness or {}), "value": str(value)}
    return _from_decision(about, Decision(truth, exact.EXACT_RATIONALS, found), {})


def _exact_value(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return tuple(_exact_value(item) for item in cast(Sequence[Any], value))
    if isinstance(value, bool) or not (
        isinstance(value, (int, Fraction)) or getattr(value, "is_Rational", False)
    ):
        raise InvalidInput(
            "exactly compares exact rational numbers (int, Fraction, SymPy rationals) and tuples "
            f"of them; got {type(value).__name__}. A float is no exact witness; compare balls "
            "with certify."
        )
    return (
        Fraction(int(value.p), int(value.q)) if isinstance(value, sp.Rational) else Fraction(value)
    )


def certify(
    about: str,
    comparison: Callable[[], Truth],
    *,
    witness: Mapping[str, Any] | None = None,
    limit: int = 2048,
) -> Step:
    """Decide a comparison of balls at rising precision; undecided at the limit stays undecided.

    Args:
        about: the comparison in LaTeX or words.
        comparison: recomputes its balls and returns ``less``, ``equal``, ``nonzero``, ... of them.
        witness: the instance, shown if the comparison is false.
        limit: last precision in bits.
    """
    decided = decide(comparison, limit=limit)
    return Step(
        decided.truth,
        Grade.CERTIFIED,
        f"ball arithmetic at {decided.bits} bits",
        about,
        dict(witness or {}) if decided.truth is Truth.FALSE else {},
        reason=f"undecided at {decided.bits} bits" if decided.truth is Truth.UNDECIDED else "",
        made_by=_MADE_HERE,
    )


def sample(about: str, holds: bool, *, witness: Mapping[str, Any] | None = None) -> Step:
    """Record a comparison of floats: never more than ``sampled``, and it refutes nothing."""
    truth = Truth.TRUE if holds else Truth.UNDECIDED
    reason = "" if holds else f"floats disagree, which refutes nothing: {dict(witness or {})}"
    return Step(truth, Grade.SAMPLED, "floats", about, reason=reason, made_by=_MADE_HERE)


def statistic(
    about: str, p_value: float, *, false_alarm: float, witness: Mapping[str, Any] | None = None
) -> Step:
    """Record a test of a null hypothesis: false where its p-value is below the false-alarm rate."""
    truth = Truth.FALSE if p_value < false_alarm else Truth.TRUE
    found = {**(witness or {}), "p_value": p_value} if truth is Truth.FALSE else {}
    method = f"statistical test, false-alarm probability {false_alarm:g}"
    return Step(truth, Grade.STATISTICAL, method, about, found, made_by=_MADE_HERE)
