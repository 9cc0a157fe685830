"""The errors that users meet, in two families that stay apart.

*Undefined*: the question has no meaning here (``dim = 1``, a row that is no unit vector).
*Unable*: the question has an answer, but precision, memory, time or a package is missing;
the message says which, and how to raise the limit.

A message reads: requirement, what was given, why it matters mathematically, what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def near_names(name: str, known: Iterable[str], *, most: int = 6) -> str:
    """Known names that are like one that is not known; the first ones where none is.

    Example:
        >>> near_names("talk.prof-1", ["talk.proof-1", "talk.regimes"])
        'talk.proof-1'
    """
    names = list(dict.fromkeys(known))
    near = difflib.get_close_matches(name, names, n=3)
    more = [] if near or len(names) <= most else ["..."]
    return ", ".join([*(near or names[:most]), *more])


class NtkproofsError(Exception):
    """Base of every error that ntkproofs raises on purpose."""


class InvalidInput(NtkproofsError, ValueError):
    """The question has no meaning for what was given (the *undefined* family)."""


class Unable(NtkproofsError, RuntimeError):
    """The question has an answer that cannot be had within the present limits."""


class ClosedFormUnknown(Unable):
    """No closed form of this quantity is known to the library."""


class PrecisionExhausted(Unable):
    """The stated limit of precision was reached before the answer was narrow enough."""


class MissingPackage(Unable, ImportError):
    """An optional package is not installed."""
