"""The conventions that every result stands on, named, and the checks of what they govern.

d = ``dim`` is the dimension of the space, the sphere is S^(d-1); ``degree`` is the degree l of a
spherical harmonic; ``depth`` counts weight layers (2 = one hidden layer). Eigenvalues are against
the uniform probability measure of the sphere.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, cast

from ntkproofs.errors import InvalidInput

SPHERE = "S^(d-1) in R^d, d = dim"
MEASURE = "uniform probability measure"
DEPTH = "depth counts weight layers: 2 is one hidden layer"
PARAMETRISATION = (
    "NTK parametrisation, weight variance 2 (He), first layer of variance 1, no biases"
)

CONVENTIONS = {
    "sphere": SPHERE,
    "measure": MEASURE,
    "depth": DEPTH,
    "parametrisation": PARAMETRISATION,
}


def require_integer(name: str, value: Any, *, least: int, why: str) -> int:
    """The value as an int, at least ``least``; booleans and non-integers are refused."""
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise InvalidInput(f"{name} is an integer >= {least}; got {value!r}: {why}.") from None
    if number < least:
        raise InvalidInput(f"{name} is an integer >= {least}; got {number}: {why}.")
    return number


def require_seed(seed: Any) -> int:
    """A seed, an integer >= 0."""
    return require_integer("seed", seed, least=0, why="it numbers the random choices")


def require_dim(dim: Any) -> int:
    """A dimension of the space, d >= 2."""
    return require_integer(
        "dim", dim, least=2, why="the sphere S^(d-1) carries zonal functions of an angle from d = 2"
    )


def require_depth(depth: Any) -> int:
    """A number of weight layers, >= 1."""
    return require_integer("depth", depth, least=1, why="depth counts weight layers")


def require_degrees(degrees: Any) -> tuple[int, ...]:
    """Degrees of spherical harmonics: a non-empty sequence of integers >= 0."""
    if isinstance(degrees, (str, bytes)) or not isinstance(degrees, Iterable):
        degrees = [degrees]
    why = "the degree of a spherical harmonic is that of a polynomial"
    items = cast(Iterable[Any], degrees)
    found = tuple(require_integer("degree", degree, least=0, why=why) for degree in items)
    if not found:
        raise InvalidInput("degrees is a non-empty sequence of integers >= 0; got none.")
    return found


def require_rational(
    name: str, value: Any, *, positive: bool = False, sign: bool = False
) -> Fraction:
    """The exact rational that a parameter stands for; a float stands for its binary value.

    Args:
        positive: demand a value > 0.
        sign: allow negative values.
    """
    if getattr(value, "is_Rational", False):
        value = Fraction(int(value.p), int(value.q))
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()  # a NumPy scalar
    allowed = isinstance(value, (int, float, Fraction)) and not isinstance(value, bool)
    if not allowed or not math.isfinite(value):
        raise InvalidInput(f"{name} is a finite real number; got {value!r}.")
    number = Fraction(value)
    if (positive and number <= 0) or (not sign and number < 0):
        raise InvalidInput(f"{name} is {'> 0' if positive else '>= 0'}; got {value!r}.")
    return number
