"""Steps that support: comparisons of floats, and statistical tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ntkproofs.arithmetic.truth import Truth
from ntkproofs.claims.grades import Grade
from ntkproofs.claims.steps.step import Step, entered
from ntkproofs.errors import InvalidInput


@entered
def sample(about: str, holds: bool, *, witness: Mapping[str, Any] | None = None) -> Step:
    """Record a comparison of floats: never more than ``sampled``, and it refutes nothing.

    Args:
        about: the comparison in LaTeX or words.
        holds: a bool, of Python or NumPy.
        witness: the instance.

    Returns:
        A :class:`Step` of grade ``sampled``: true, or undecided where the floats disagree.

    Raises:
        InvalidInput: for anything but a bool.

    Example:
        >>> sample("a limit", abs(2**0.5 - 1.4142) < 1e-3).grade
        <Grade.SAMPLED: 1>
    """
    if type(holds).__name__ not in ("bool", "bool_"):
        raise InvalidInput(f"sample records a bool; got {type(holds).__name__}.")
    truth = Truth.TRUE if holds else Truth.UNDECIDED
    reason = "" if holds else f"floats disagree, which refutes nothing: {dict(witness or {})}"
    return Step(truth, Grade.SAMPLED, "floats", about, reason=reason)


@entered
def statistic(
    about: str, p_value: float, *, false_alarm: float, witness: Mapping[str, Any] | None = None
) -> Step:
    """Record a test of a null hypothesis: false where its p-value is below the false-alarm rate.

    Args:
        about: the hypothesis.
        p_value: in [0, 1].
        false_alarm: the probability with which a true hypothesis is rejected, in (0, 0.1].
        witness: the numbers behind it.

    Returns:
        A :class:`Step` of grade ``statistical``; false where the hypothesis is rejected.

    Raises:
        InvalidInput: for numbers that are no probabilities, and false-alarm rates above 0.1.

    Example:
        >>> statistic("the mean is 0", 0.4, false_alarm=1e-3).truth
        <Truth.TRUE: 'true'>
    """
    return _tested(about, p_value, None, false_alarm, witness)


@entered
def significant(
    about: str,
    p_value: float,
    p_opposite: float,
    *,
    false_alarm: float,
    witness: Mapping[str, Any] | None = None,
) -> Step:
    """Record tests of a hypothesis and of its opposite: undecided where neither is rejected.

    An order of two expectations stands only where the other order is rejected.

    Args:
        about: the hypothesis.
        p_value: of the hypothesis, in [0, 1].
        p_opposite: of its opposite, in [0, 1].
        false_alarm: the probability with which a true one of the two is rejected, in (0, 0.1].
        witness: the numbers behind it.

    Returns:
        A :class:`Step` of grade ``statistical``: true where the opposite is rejected, false where
        the hypothesis is, undecided where neither.

    Raises:
        InvalidInput: for numbers that are no probabilities, false-alarm rates above 0.1, and where
            both would be rejected.

    Example:
        >>> significant("a < b", 0.9, 1e-9, false_alarm=1e-3).truth
        <Truth.TRUE: 'true'>
        >>> significant("a < b", 0.9, 0.2, false_alarm=1e-3).truth
        <Truth.UNDECIDED: 'undecided'>
    """
    return _tested(about, p_value, p_opposite, false_alarm, witness)


def _tested(
    about: str,
    p_value: float,
    p_opposite: float | None,
    false_alarm: float,
    witness: Mapping[str, Any] | None,
) -> Step:
    given = (p_value,) if p_opposite is None else (p_value, p_opposite)
    if not (all(0 <= p <= 1 for p in given) and 0 < false_alarm <= 0.1):
        raise InvalidInput(
            "A statistic has a p-value in [0, 1] and a false-alarm probability in (0, 0.1]; got "
            f"p = {', '.join(map(str, given))}, false_alarm = {false_alarm}."
        )
    rejected = p_value < false_alarm
    stands = p_opposite is None or p_opposite < false_alarm
    if rejected and p_opposite is not None and stands:
        raise InvalidInput(f"A hypothesis and its opposite are not both rejected; got {given}.")
    truth = Truth.FALSE if rejected else Truth.TRUE if stands else Truth.UNDECIDED
    found = {**(witness or {}), "p_value": p_value} if rejected else {}
    method = f"statistical test, false-alarm probability {false_alarm:g}"
    open_ = truth is Truth.UNDECIDED
    reason = f"neither it (p = {p_value:.2g}) nor its opposite is rejected" if open_ else ""
    return Step(truth, Grade.STATISTICAL, method, about, found, reason=reason)
