# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""From what a user passes to the arithmetic that computes with it, and back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device, is_array_api_obj
from flint import acb, arb

from ntkproofs.arithmetic.balls import BallArithmetic
from ntkproofs.arithmetic.doubles import DoubleArithmetic, is_traced
from ntkproofs.arithmetic.protocol import Arithmetic
from ntkproofs.errors import InvalidInput

ULPS_BEYOND_ONE = 64
"""Cosines beyond ±1 by at most so many units in the last place are taken for ±1: dot products of
unit vectors are rounded."""


@dataclass(frozen=True)
class Context:
    """A cosine in its arithmetic, and the way back to the user's type."""

    arithmetic: Arithmetic
    value: Any
    lower: Callable[[Any], Any]


def arithmetic_of(u: Any) -> Context:
    """The arithmetic for a cosine ``u``: array, float, ball, mpmath number or SymPy expression.

    Raises:
        InvalidInput: for complex numbers, NaN, infinities, cosines outside [-1, 1], and dtypes
            other than float32, float64 and integers.
    """
    if isinstance(u, arb):
        if u > 1 or u < -1:
            raise InvalidInput(_outside(str(u)))
        return Context(BallArithmetic(), u, _same)
    if isinstance(u, (complex, acb)):
        raise InvalidInput("A zonal kernel is a function of a real cosine; got a complex number.")
    if isinstance(u, Fraction) or _comes_from(u, "sympy"):
        return _symbolic(u)
    if _comes_from(u, "mpmath"):
        return _mpmath(u)
    if is_array_api_obj(u) and not isinstance(u, np.generic):
        return _array(u)
    return _number_or_list(u)


def _same(value: Any) -> Any:
    return value


def _comes_from(value: Any, package: str) -> bool:
    """Whether the type is the package's, without importing the package."""
    return package in sys.modules and type(value).__module__.split(".")[0] == package


def _symbolic(u: Any) -> Context:
    import sympy as sp

    from ntkproofs.arithmetic.symbols import SymbolArithmetic

    value = sp.sympify(u)
    if value is sp.nan or not isinstance(value, sp.Expr) or value.is_Matrix:
        raise InvalidInput(f"A kernel is evaluated at a cosine in [-1, 1]; got {u!r}.")
    if value.is_number and (value.is_extended_real is False or (abs(value) > 1) == sp.true):
        raise InvalidInput(_outside(str(value)))
    return Context(SymbolArithmetic(), value, _same)


def _mpmath(u: Any) -> Context:
    import mpmath

    from ntkproofs.arithmetic.symbols import MpmathArithmetic

    if isinstance(u, mpmath.mpc):
        raise InvalidInput("A zonal kernel is a function of a real cosine; got a complex number.")
    if not abs(u) <= 1 + ULPS_BEYOND_ONE * mpmath.eps:
        raise InvalidInput(_outside(str(u)))
    return Context(MpmathArithmetic(), u, _same)


def _number_or_list(u: Any) -> Context:
    if isinstance(u, (bool, str, bytes)) or u is None:
        raise InvalidInput(f"A kernel is evaluated at a cosine in [-1, 1]; got {u!r}.")
    try:
        array = np.asarray(u)
    except ValueError as error:  # rows of different lengths
        raise InvalidInput(f"Cosines in a list have the shape of an array; {error}") from None
    context = _array(array)
    if array.ndim > 0:
        return context
    return Context(
        context.arithmetic, context.value, lambda value: float(np.asarray(context.lower(value)))
    )


def _array(u: Any) -> Context:
    xp = array_namespace(u)
    u = as_real_floats(u, xp, what="A cosine")
    if not is_traced(u):
        _check_range(u, xp)
    arithmetic = DoubleArithmetic(xp, u.dtype, device(u))
    return Context(arithmetic, arithmetic.lift(u), arithmetic.lower)


def as_real_floats(array: Any, xp: Any, what: str) -> Any:
    """The array as float32 or float64; integers become float64, anything else is refused."""
    if array.dtype in (xp.float32, xp.float64):
        return array
    if not xp.isdtype(array.dtype, "integral"):
        raise InvalidInput(
            f"{what} is real: an array of float32, float64 or integers; got dtype {array.dtype}. "
            "Other floats would lose digits silently; convert with astype first."
        )
    return xp.astype(array, xp.float64)


def _check_range(u: Any, xp: Any) -> None:
    if not bool(xp.all(xp.isfinite(u))):
        raise InvalidInput(
            "A cosine is a finite number in [-1, 1]; got NaN or an infinity, which would spread "
            "to every result that uses it. Remove or repair these entries."
        )
    limit = 1 + ULPS_BEYOND_ONE * float(xp.finfo(u.dtype).eps)
    if not bool(xp.all(xp.abs(u) <= limit)):
        worst = float(xp.max(xp.abs(u)))
        raise InvalidInput(_outside(f"|u| up to {worst:.17g}"))


def _outside(what: str) -> str:
    return (
        f"A cosine lies in [-1, 1]; got {what}. A zonal kernel is a function of the angle of two "
        "unit vectors; normalise the points (nt.normalise) before taking products."
    )
