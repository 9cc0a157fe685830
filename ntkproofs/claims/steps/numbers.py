"""Steps that are proved: comparisons of exact rational numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, cast

from ntkproofs.arithmetic import exact
from ntkproofs.arithmetic.exact import Decision
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.claims.steps.step import Step, entered, proved
from ntkproofs.errors import InvalidInput


@entered
def exactly(about: str, left: Any, right: Any, witness: Mapping[str, Any] | None = None) -> Step:
    """Decide ``left = right`` for exact numbers: int, Fraction, SymPy rationals; tuples of them.

    Args:
        about: the equality in LaTeX or words.
        left, right: the numbers.
        witness: the instance, shown if it is false.

    Returns:
        A :class:`Step`: true, false with a witness, or undecided; of grade ``proved``.

    Raises:
        InvalidInput: for floats, and for a number against a tuple.

    Example:
        >>> import sympy as sp
        >>> exactly("a sum", sp.Rational(1, 3) + sp.Rational(1, 6), Fraction(1, 2)).truth
        <Truth.TRUE: 'true'>
        >>> dict(exactly("a power", 2**3, 6, {"n": 3}).witness)
        {'n': 3, 'left': '8', 'right': '6'}
    """
    here, there = _exact_value(left), _exact_value(right)
    if isinstance(here, tuple) != isinstance(there, tuple):
        raise InvalidInput("exactly compares two numbers, or two tuples of numbers; got one each.")
    if here == there:
        return proved(about, Decision(Truth.TRUE, exact.EXACT_RATIONALS), {})
    found = {**(witness or {}), "left": _shown(here), "right": _shown(there)}
    return proved(about, Decision(Truth.FALSE, exact.EXACT_RATIONALS, found), {})


@entered
def nonzero_exactly(about: str, value: Any, witness: Mapping[str, Any] | None = None) -> Step:
    """Decide ``value != 0`` for an exact rational number.

    Args:
        about: what is said in LaTeX or words.
        value: int, Fraction or SymPy rational.
        witness: the instance, shown if it is false.

    Returns:
        A :class:`Step`: true, false with a witness, or undecided; of grade ``proved``.

    Raises:
        InvalidInput: for floats.

    Example:
        >>> nonzero_exactly("a difference", Fraction(1, 2) - Fraction(1, 3)).truth
        <Truth.TRUE: 'true'>
    """
    exact_value = _exact_value(value)
    truth = Truth.FALSE if exact_value == 0 else Truth.TRUE
    found = {**(witness or {}), "value": _shown(exact_value)}
    return proved(about, Decision(truth, exact.EXACT_RATIONALS, found), {})


def _exact_value(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        items = cast(Sequence[Any], value)
        return tuple(_exact_value(item) for item in items)
    rational = type(value).__module__.startswith("sympy.") and value.is_Rational
    if not (type(value) in (int, Fraction) or rational):
        raise InvalidInput(
            "exactly compares exact rational numbers (int, Fraction, SymPy rationals) and tuples "
            f"of them; got {type(value).__name__}. A float is no exact witness; compare balls "
            "with certify."
        )
    return Fraction(int(value.p), int(value.q)) if rational else Fraction(value)


_MOST_BITS_SHOWN = 2000


def _shown(value: Any) -> str:
    """A number as text; of a huge one its size only."""
    if isinstance(value, tuple):
        return "(" + ", ".join(_shown(item) for item in cast(tuple[Any, ...], value)) + ")"
    bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    return str(value) if bits <= _MOST_BITS_SHOWN else f"a number of {bits} bits"
