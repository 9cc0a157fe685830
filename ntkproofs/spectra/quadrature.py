"""Gauss-Legendre rules in the angle and zonal projections, in double-double arithmetic.

The eigenvalues of a zonal kernel ``k(cos θ)`` on S^(d-1), against the uniform probability measure,
are ``mu_l = c_d ∫_0^π k(cos θ) P_l(cos θ) sin(θ)^(d-2) dθ``, with ``P_l`` the Gegenbauer polynomial
of ``P_l(1) = 1``. They decay and the integrand does not, so that doubles lose every digit of them
long before degree 1000. Here a number is the sum ``hi + lo`` of two doubles, with some 31 digits.

The primitives need round-to-nearest and no contraction of ``a * b + c``, hence no ``fastmath``.
They check no ranges: factors above 1e300 overflow, products below 1e-290 lose first the low part
and then everything. On [-1, 1] the only effect is an underflow to zero.

Sources: T. J. Dekker, Numer. Math. 18 (1971) 224-242 (product); M. Joldes, J.-M. Muller, V.
Popescu, ACM TOMS 44 (2017) 15res (sum, product, error bounds); NIST DLMF 18.9.1 (recurrence),
18.8.1 (differential equation) and 3.5(v) (weights).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# In compiled code a pair is a tuple (hi, lo); a triple has a third double for rounding errors.
_SPLITTER = 134217729.0  # 2^27 + 1 cuts 53 bits into two halves of at most 26 bits and a sign
_HALF_PI = (1.5707963267948966, 6.123233995736766e-17)
_ONE = (1.0, 0.0)


class Pair(NamedTuple):
    """Numbers ``hi + lo``, ``|lo| <= ulp(hi) / 2``: two float64 arrays of one shape."""

    hi: Floats
    lo: Floats


@dataclass(frozen=True, eq=False)
class AngleRule:
    """Nodes and weights on [0, π]: ``∫_0^π f(θ) dθ ≈ Σ_j weight_j f(angle_j)``.

    Every field has shape (n,), is read-only and accurate relative to itself however small. Angles
    ascend; ``cosine[n-1-j]`` is exactly ``-cosine[j]``, sine and weight are exactly symmetric.
    """

    angle: Pair
    cosine: Pair
    sine: Pair
    weight: Pair


@njit(cache=True)
def _two_sum(a, b):
    """``a + b`` rounded, and the error of that rounding, exactly."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


@njit(cache=True)
def _quick_two_sum(a, b):
    """As ``_two_sum``, for ``|a| >= |b|`` or a = 0."""
    total = a + b
    return total, b - (total - a)


@njit(cache=True)
def _two_product(a, b):
    """``a * b`` rounded, and the error of that rounding, exactly."""
    product = a * b
    shifted_a, shifted_b = _SPLITTER * a, _SPLITTER * b
    a_high, b_high = shifted_a - (shifted_a - a), shifted_b - (shifted_b - b)
    a_low, b_low = a - a_high, b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


@njit(cache=True)
def _add(a, b):
    """The sum, with an error relative to it even under cancellation."""
    high, error = _two_sum(a[0], b[0])
    low, low_error = _two_sum(a[1], b[1])
    high, error = _quick_two_sum(high, error + low)
    return _quick_two_sum(high, error + low_error)


@njit(cache=True)
def _subtract(a, b):
    return _add(a, (-b[0], -b[1]))


@njit(cache=True)
def _multiply(a, b):
    product, error = _two_product(a[0], b[0])
    return _quick_two_sum(product, error + (a[0] * b[1] + a[1] * b[0]))


@njit(cache=True)
def _divide(a, b):
    """The quotient by long division, the remainder taken in double-double."""
    first = a[0] / b[0]
    remainder = _subtract(a, _multiply(b, (first, 0.0)))
    return _quick_two_sum(first, remainder[0] / b[0])


@njit(cache=True)
def _subtract_triples(a, b):
    """The difference; what rounding takes from the first two parts goes to the third."""
    high, error = _two_sum(a[0], -b[0])
    low, low_error = _two_sum(a[1], -b[1])
    error, lost = _two_sum(error, low)
    high, error = _quick_two_sum(high, error)
    return high, error, (a[2] - b[2]) + (lost + low_error)


@njit(cache=True)
def _sine_cosine(x):
    """sin and cos on [0, π/4] by Taylor series in Horner form."""
    square = _multiply(x, x)
    sine, cosine = _ONE, _ONE
    for k in range(14, 0, -1):  # the next term of cos is below 1e-35
        factor = _divide(square, (2.0 * k * (2.0 * k + 1.0), 0.0))
        sine = _subtract(_ONE, _multiply(factor, sine))
        factor = _divide(square, (2.0 * k * (2.0 * k - 1.0), 0.0))
        cosine = _subtract(_ONE, _multiply(factor, cosine))
    return _multiply(sine, x), cosine


@njit(cache=True)
def _float_root(n, index):
    """``1 - x`` in float64 for the index-th largest root x > 0 of the Legendre polynomial P_n."""
    # Tricomi's guess, written for 1 - x, which near x = 1 is four percent off, and Newton's method.
    phi = np.pi * (4 * index + 3) / (4 * n + 2)
    gap = 2.0 * np.sin(phi / 2) ** 2 + (n - 1) / (8.0 * n**3) * np.cos(phi)
    for _ in range(10):
        value, increment = 1.0, 0.0
        for degree in range(n):  # as in _legendre
            product = gap * value
            increment -= product
            increment -= increment / (degree + 1) + product
            value += increment
        step = -value * (2.0 - gap) * gap / (n * (gap * value - increment))
        gap -= step
        if abs(step) < 1e-9 * gap:  # the relative error left is the square of this
            break
    return gap


@njit(cache=True)
def _legendre(n, gap, reciprocals):
    """``P_n(1 - gap)`` and ``P_n - P_(n-1)`` for a float64 gap.

    The increments D_(l+1) = P_(l+1) - P_l = l/(l+1) (D_l - gap P_l) - gap P_l keep the accuracy
    near x = 1 that the three-term recurrence in x = 1 - gap loses there. In pairs, n roundings
    would still spoil the last digits, hence triples; the quotient by l + 1 is small enough.
    """
    value, increment = (1.0, 0.0, 0.0), (0.0, 0.0, 0.0)
    for degree in range(n):
        high, error = _two_product(value[0], gap)
        low, low_error = _two_product(value[1], gap)
        error, lost = _two_sum(error, low)
        product = (high, error, value[2] * gap + (lost + low_error))
        increment = _subtract_triples(increment, product)
        high, error = _multiply(increment[:2], reciprocals[degree])
        part = (high, error, increment[2] / (degree + 1))
        increment = _subtract_triples(_subtract_triples(increment, part), product)
        value = _subtract_triples(value, (-increment[0], -increment[1], -increment[2]))
    return _add(value[:2], (value[2], 0.0)), _add(increment[:2], (increment[2], 0.0))


@njit(cache=True)
def _root(n, index, reciprocals):
    """``start``, ``step`` and ``P_n'`` at the index-th largest root ``1 - start + step`` >= 0.

    The start is a double, the step a pair: one Newton step with the quadratic term. P_n' at the
    start is carried to the root by its Taylor series, with the derivatives of the differential
    equation; the step is some 1e-15 of the start, so that few terms and digits are needed.
    """
    middle = 2 * index + 1 == n  # there x = 0 exactly
    start = 1.0 if middle else _float_root(n, index)
    value, increment = _legendre(n, start, reciprocals)
    # P_n' = n (P_(n-1) - x P_n) / (1 - x²), and P_(n-1) - x P_n = (1 - x) P_n - D_n
    slope = _subtract(_multiply(value, (start, 0.0)), increment)
    square = _multiply(_two_sum(2.0, -start), (start, 0.0))
    slope = _divide(_multiply(slope, (float(n), 0.0)), square)
    step = (0.0, 0.0) if middle else _divide((-value[0], -value[1]), slope)
    h, constant = step[0], n * (n + 1.0)
    second = _add(_two_sum(2.0, -2.0 * start), _multiply(step, (constant, 0.0)))
    second = _divide(second, square)  # P_n'' / P_n' at the start
    third = (4.0 * (1.0 - start) * second[0] - constant + 2.0) / square[0]
    step = _subtract(step, (0.5 * second[0] * h * h, 0.0))
    change = _add(_multiply(second, step), (0.5 * third * h * h, 0.0))
    return start, step, _multiply(slope, _add(_ONE, change))


@njit(cache=True)
def _rule(n):
    """The parts of angle, cosine, sine and weight, shape (4, 2, n)."""
    rows = np.empty((4, 2, n))
    reciprocals = [_divide(_ONE, (degree + 1.0, 0.0)) for degree in range(n)]
    for left in range((n + 1) // 2):
        right = n - 1 - left
        # θ = (π/2) (1 - x) for the root x; θ is accurate relative to itself because the gap is.
        start, step, slope = _root(n, left, reciprocals)
        gap = _subtract((start, 0.0), step)
        other = _subtract((2.0, 0.0), gap)
        angle = _multiply(gap, _HALF_PI)
        if start < 0.5:
            sine, cosine = _sine_cosine(angle)
        else:  # by the complement (π/2) x; 1 - start is exact here, so x is accurate near 0
            cosine, sine = _sine_cosine(_multiply(_add((1.0 - start, 0.0), step), _HALF_PI))
        # weight = (π/2) 2 / ((1 - x²) P_n'(x)²)
        weight = _divide((2.0, 0.0), _multiply(_multiply(gap, other), _multiply(slope, slope)))
        weight, other = _multiply(weight, _HALF_PI), _multiply(other, _HALF_PI)
        for part in range(2):
            rows[0, part, right], rows[0, part, left] = other[part], angle[part]
            rows[1, part, right], rows[1, part, left] = -cosine[part], cosine[part]
            rows[2, part, right], rows[2, part, left] = sine[part], sine[part]
            rows[3, part, right], rows[3, part, left] = weight[part], weight[part]
    return rows


@njit(cache=True)
def _project(u, v, folded, dim, count):
    """``Σ_j v_j P_l(u_j)`` for l < count, all as (2, ·); folded: by half of symmetric nodes."""
    total = np.zeros((2, count))
    size = u.shape[1]
    # l / (l + dim - 2), zero at l = 0 also where that is 0/0
    ratios = [_divide((k + 0.0, 0.0), (max(k + dim - 2.0, 1.0), 0.0)) for k in range(count)]
    for j in range((size + 1) // 2 if folded else size):
        x = (u[0, j], u[1, j])
        even = odd = (v[0, j], v[1, j])
        mirror = size - 1 - j
        if folded and mirror != j:  # P_l(-x) = (-1)^l P_l(x); in the middle odd P_l(0) = 0
            opposite = (v[0, mirror], v[1, mirror])
            even, odd = _add(even, opposite), _subtract(odd, opposite)
        before, p = (0.0, 0.0), _ONE
        for degree in range(count):
            term = _multiply(p, odd if degree % 2 else even)
            total[0, degree], total[1, degree] = _add((total[0, degree], total[1, degree]), term)
            # P_(l+1) = x P_l + l/(l+d-2) (x P_l - P_(l-1)), the usual recurrence regrouped
            product = _multiply(p, x)
            change = _multiply(_subtract(product, before), ratios[degree])
            before, p = p, _add(product, change)
    return total


@njit(cache=True)
def _float_project(u, v, dim, count):
    total = np.zeros(count)
    for j in range(u.size):
        before, p = 0.0, 1.0
        for degree in range(count):
            total[degree] += v[j] * p
            ratio = degree / max(degree + dim - 2.0, 1.0)
            before, p = p, u[j] * p + ratio * (u[j] * p - before)
    return total


@njit(cache=True)
def _products(a, b):
    result = np.empty_like(a)
    for j in range(a.shape[1]):
        result[0, j], result[1, j] = _multiply((a[0, j], a[1, j]), (b[0, j], b[1, j]))
    return result


def pair_from(array: ArrayLike) -> Pair:
    """The doubles of an array, of any shape, as a pair with zero low part."""
    high = np.array(array, dtype=np.float64)
    return Pair(high, np.zeros_like(high))


def multiply(left: Pair, right: Pair) -> Pair:
    """The product of two pairs of one shape, entry by entry, to 31 digits."""
    shape = np.shape(left.hi)
    if np.shape(right.hi) != shape:
        raise ValueError(f"shapes differ: {shape} and {np.shape(right.hi)}")
    high, low = _products(np.array(left).reshape(2, -1), np.array(right).reshape(2, -1))
    return Pair(high.reshape(shape), low.reshape(shape))


def power(pair: Pair, exponent: int) -> Pair:
    """``pair ** exponent``, entry by entry, for an integer exponent >= 0; ``x ** 0`` is 1.

    The relative error grows with the exponent, to 1e-29 at 1000. Tiny results become zero.
    """
    if exponent < 0:
        raise ValueError(f"the exponent is negative: {exponent}")
    if exponent == 0:
        return pair_from(np.ones_like(pair.hi))
    even = power(multiply(pair, pair), exponent // 2)
    return multiply(even, pair) if exponent % 2 else even


@lru_cache(maxsize=32)
def angle_rule(n: int) -> AngleRule:
    """The n-point Gauss-Legendre rule on [0, π], each number to a relative error below 2e-31.

    The time is quadratic in n. To integrate ``cos(m θ)`` to the last digit takes n somewhat above
    ``π m / 4``: 900 points suffice for m = 1000.

    Example:
        >>> rule = angle_rule(20)  # the integral of sin² over [0, π] is π/2
        >>> bool(abs(multiply(rule.weight, power(rule.sine, 2)).hi.sum() - np.pi / 2) < 1e-14)
        True
    """
    if n < 1:
        raise ValueError(f"a rule needs at least one node, not {n}")
    rows: Any = _rule(n)
    rows.flags.writeable = False
    return AngleRule(*(Pair(high, low) for high, low in rows))


def _checked(cosine: Any, values: Any, dim: int, max_degree: int) -> tuple[Floats, Floats]:
    u, v = np.array(cosine, dtype=np.float64), np.array(values, dtype=np.float64)
    if u.ndim != 2 or u.shape != v.shape:
        raise ValueError(f"nodes and values are no vectors of one length: {u.shape}, {v.shape}")
    if dim < 2 or max_degree < 0:
        raise ValueError(f"needs dim >= 2 and max_degree >= 0, not {dim} and {max_degree}")
    return u, v


def zonal_projections(cosine: Pair, values: Pair, dim: int, max_degree: int) -> Pair:
    """``Σ_j values_j P_l(cosine_j)`` for l = 0 .. max_degree, shape (max_degree + 1,).

    ``P_l`` is the Gegenbauer polynomial of S^(dim-1) with ``P_l(1) = 1``. ``cosine``, in [-1, 1],
    and ``values``, which contain weight, kernel and ``sin^(dim-2)``, have shape (n,). Nodes with
    ``cosine[n-1-j] == -cosine[j]`` exactly take half the time. The error is relative to the terms;
    where ``|P_l|`` itself falls below 1e-290, in high dimensions, the sums fade out to zero.

    Example:
        >>> rule = angle_rule(20)  # u² = 1/3 P_0 + 2/3 P_2 on S^2; P_2 has square norm 1/5
        >>> u_square = multiply(power(rule.cosine, 2), multiply(rule.weight, rule.sine))
        >>> [round(float(x), 12) + 0 for x in zonal_projections(rule.cosine, u_square, 3, 2).hi / 2]
        [0.333333333333, 0.0, 0.133333333333]
    """
    u, v = _checked(cosine, values, dim, max_degree)
    return Pair(*_project(u, v, np.array_equal(u, -u[:, ::-1]), dim, max_degree + 1))


def float_projections(cosine: ArrayLike, values: ArrayLike, dim: int, max_degree: int) -> Floats:
    """The sums of ``zonal_projections`` in float64, for comparison: good to 1e-16 at best."""
    u, v = _checked((cosine,), (values,), dim, max_degree)
    return _float_project(u[0], v[0], dim, max_degree + 1)
