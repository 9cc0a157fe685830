"""The errors that users meet, in two families that stay apart.

*Undefined*: the question has no meaning here (``dim = 1``, a row that is no unit vector).
*Unable*: the question has an answer, but precision, memory, time or a package is missing;
the message says which, and how to raise the limit.

A message reads: requirement, what was given, why it matters mathematically, what to do.
"""


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
