# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""Products, quotients, roots, sines and compositions of lists of power series coefficients.

Where the result is one of balls anyway, FLINT's power series do the work. They may blur a
coefficient that is exactly zero into a ball around zero, which matters for the first coefficients
(they say which singularities a kernel has); so gaps after the leading coefficient are kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb, arb_poly, arb_series

from ntkproofs.arithmetic.balls import series_length
from ntkproofs.arithmetic.laurent import ZERO, Coefficient, Laurent, as_ball

Coefficients = Sequence[Coefficient]

_LEAST_FOR_FLINT = 10


def is_zero(value: Coefficient) -> bool:
    """Whether a coefficient is exactly zero."""
    return value is ZERO or (value.is_zero() if isinstance(value, Laurent) else bool(value == 0))


def first_nonzero(coefficients: Coefficients, start: int) -> int:
    """The first index from ``start`` on of a coefficient that is not exactly zero."""
    found = (j for j in range(start, len(coefficients)) if not is_zero(coefficients[j]))
    return next(found, len(coefficients))


def dot(left: Coefficients, right: Coefficients) -> Coefficient:
    """Σ left_i right_i, to the end of the shorter."""
    total: Coefficient = ZERO
    for x, y in zip(left, right, strict=False):
        if not (is_zero(x) or is_zero(y)):
            total = total + x * y
    return total


def scaled(coefficients: Coefficients, factor: Coefficient) -> tuple[Coefficient, ...]:
    """The coefficients times a number; its ball is made once, not for each of them."""
    if is_zero(factor):
        return (ZERO,) * len(coefficients)
    rough = as_ball(factor)
    return tuple(c * (rough if isinstance(c, arb) else factor) for c in coefficients)


def convolution(left: Coefficients, right: Coefficients, length: int) -> tuple[Coefficient, ...]:
    """The first coefficients of a product; both factors start with a nonzero coefficient."""
    for factor, other in ((left, right), (right, left)):
        if first_nonzero(factor, 1) >= length:  # a constant, as far as it matters
            return scaled(other[:length], factor[0]) if length > 0 else ()
    if length < _LEAST_FOR_FLINT or not (_in_balls(left) and _in_balls(right)):
        return tuple(dot(left[: k + 1], right[k::-1]) for k in range(length))
    product = [ZERO, *(right[0] * x for x in left[1:length])]
    product = [x + left[0] * y for x, y in zip(product, right[:length], strict=True)]
    v, w = first_nonzero(left, 1), first_nonzero(right, 1)
    rest = _polynomial(left[v:length]) * _polynomial(right[w:length])
    for k in range(min(length - v - w, rest.length())):
        product[k + v + w] = product[k + v + w] + rest[k]
    return tuple(product)


def quotient(left: Coefficients, right: Coefficients, length: int) -> tuple[Coefficient, ...]:
    """The first coefficients of left/right; ``right`` starts with a nonzero coefficient."""
    if length >= _LEAST_FOR_FLINT and (_in_balls(left) or _in_balls(right)):
        gap = min(first_nonzero(left, 1), first_nonzero(right, 1))
        with series_length(length):
            return _from_series(_series(left, length) / _series(right, length), length, gap)
    found: list[Coefficient] = []
    for k in range(length):
        found.append((left[k] - dot(found, right[k:0:-1])) / right[0])
    return tuple(found)


def square_root(square: Coefficients) -> tuple[Coefficient, ...]:
    """The coefficients of the root of a series that starts with a positive coefficient."""
    length = len(square)
    if length >= _LEAST_FOR_FLINT and _in_balls(square):
        with series_length(length):
            root = _from_series(_series(square, length).sqrt(), length, first_nonzero(square, 1))
        return (square[0].sqrt(), *root[1:])
    found = [square[0].sqrt()]
    for k in range(1, length):
        middle = dot(found[1:k], found[k - 1 : 0 : -1])
        found.append((square[k] - middle) / (found[0] * 2))
    return tuple(found)


def sine_cosine(angle: Coefficients) -> tuple[tuple[Coefficient, ...], tuple[Coefficient, ...]]:
    """The coefficients of the sine and the cosine of a series that starts with a ball."""
    length, gap = len(angle), first_nonzero(angle, 1)
    with series_length(length):
        sine, cosine = _series(angle, length).sin_cos()
        return _from_series(sine, length, gap), _from_series(cosine, length, gap)


def composition(outer: Coefficients, inner: Coefficients) -> tuple[Coefficient, ...]:
    """The coefficients of outer(inner), for an inner series that starts at 0.

    As many as both determine: the inner ones, or the outer ones times the inner valuation.
    """
    start = first_nonzero(inner, 0)
    length = min(len(inner), len(outer) * start)
    if length >= _LEAST_FOR_FLINT and _in_balls(inner):
        with series_length(length):
            found = _series(outer, length)(_series(inner, length))
            return (outer[0], *_from_series(found, length, start)[1:])
    total: list[Coefficient] = [ZERO] * length
    total[0] = outer[0]
    power: Coefficients = inner
    for exponent, coefficient in enumerate(outer[1:], 1):
        if exponent * start >= length:
            break
        if exponent > 1:
            shift = (exponent - 1) * start
            product = convolution(power[shift:length], inner[start:length], length - shift - start)
            power = (ZERO,) * (shift + start) + product
        if not is_zero(coefficient):
            total = [x + y * coefficient for x, y in zip(total, power, strict=False)]
    return tuple(total)


def _in_balls(coefficients: Coefficients) -> bool:
    """Whether there are balls among the coefficients but the first."""
    return any(isinstance(c, arb) for c in coefficients[1:])


def _polynomial(coefficients: Coefficients) -> arb_poly:
    return arb_poly([as_ball(c) for c in coefficients])


def _series(coefficients: Coefficients, length: int) -> arb_series:
    return arb_series([as_ball(c) for c in coefficients[:length]], length)


def _from_series(series: arb_series, length: int, gap: int) -> tuple[Coefficient, ...]:
    """The coefficients, with exact zeros in the gap behind the first one."""
    return tuple(ZERO if 0 < k < gap else series[k] for k in range(length))
