"""Steps that are certified: comparisons of balls."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from ntkproofs.arithmetic.truth import Truth, decide
from ntkproofs.claims import ledger
from ntkproofs.claims.grades import Grade
from ntkproofs.claims.steps.step import Step, entered


@entered
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
            Where it handles an exception, it is undecided at that precision.
        witness: the instance, shown if the comparison is false.
        limit: last precision in bits.

    Returns:
        A :class:`Step` of grade ``certified``. An equality of balls can only be refuted.

    Raises:
        InvalidInput: where the comparison returns no truth of a comparison that was made in it.

    Example:
        >>> from flint import arb
        >>> from ntkproofs.arithmetic.truth import less
        >>> certify("roots", lambda: less(arb(2).sqrt() + arb(3).sqrt(), arb(10).sqrt())).truth
        <Truth.TRUE: 'true'>
    """
    decided = decide(functools.partial(_without_handled, comparison), limit=limit)
    undecided = decided.truth is Truth.UNDECIDED
    return Step(
        decided.truth,
        Grade.CERTIFIED,
        f"ball arithmetic at {decided.bits} bits",
        about,
        dict(witness or {}) if decided.truth is Truth.FALSE else {},
        reason=f"undecided at {decided.bits} bits" if undecided else "",
    )


def _without_handled(comparison: Callable[[], Truth]) -> Truth:
    """The comparison; undecided where it handled an exception: at a higher precision it may not."""
    run = ledger.current()
    before = len(run.handled) if run else 0
    truth = comparison()
    if run is None or len(run.handled) == before:
        return truth
    del run.handled[before:]
    return Truth.UNDECIDED
