"""Exact eigenvalues in closed form: arc-cosine kernels, and what the algebra makes of them.

Against t_+^n the zonal projections are (Bach 2017)

    c_l = Γ(d/2) n! / (2^(n+1) Γ((n-l)/2 + 1) Γ((n+l+d)/2)),

zero where l - n is even and l > n. The dual activation of ReLU^n, normalised to k(1) = 1, has
μ_l = 2/(2n-1)!! · E‖v‖^(2n) · c_l² with v a standard Gaussian in R^d, for which
E‖v‖^(2n) = d(d+2)···(d+2n-2). Multiplication by u acts on eigenvalues through the recurrence of
u P_l. All these numbers are r + s/π² with rational r and s, which have a normal form since π² is
irrational: zeros by parity are exact zeros.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import sympy as sp
from flint import arb, fmpq

from ntkproofs.arithmetic.gammas import is_positive
from ntkproofs.conventions import require_degrees, require_dim
from ntkproofs.errors import ClosedFormUnknown, InvalidInput
from ntkproofs.kernels.arccosine import double_factorial
from ntkproofs.kernels.kernel import (
    Composed,
    Constant,
    Kernel,
    Leaf,
    Named,
    Product,
    Scaled,
    Sum,
)
from ntkproofs.kernels.networks import cosine
from ntkproofs.spectra.harmonics import neighbours

DEGREE = sp.Symbol("l", integer=True, positive=True)
DIM = sp.Symbol("d", integer=True, positive=True)


@dataclass(frozen=True)
class PiNumber:
    """The exact number ``rational + over_pi2/π²``."""

    rational: fmpq
    over_pi2: fmpq

    def __add__(self, other: PiNumber) -> PiNumber:
        return PiNumber(self.rational + other.rational, self.over_pi2 + other.over_pi2)

    def times(self, factor: fmpq) -> PiNumber:
        """The number times a rational."""
        return PiNumber(self.rational * factor, self.over_pi2 * factor)

    def is_zero(self) -> bool:
        """Exactly zero; decided, since π² is irrational."""
        return self.rational == 0 and self.over_pi2 == 0

    def to_ball(self) -> arb:
        """An enclosure at the current precision; exactly 0 for zero."""
        if self.over_pi2 == 0:
            return arb(self.rational)
        return arb(self.rational) + arb(self.over_pi2) / arb.pi() ** 2

    def to_sympy(self) -> sp.Expr:
        """The number as a SymPy expression."""
        return _rational(self.rational) + _rational(self.over_pi2) / sp.pi**2


def _rational(value: fmpq) -> sp.Expr:
    return sp.Rational(int(value.p), int(value.q))


_ZERO = PiNumber(fmpq(0), fmpq(0))


def exact_eigenvalue(kernel: Kernel, dim: Any, degree: Any) -> sp.Expr:
    """The eigenvalue μ_l of a kernel on S^(d-1) in closed form.

    Args:
        kernel: built by sums, scalings and products with u from arc-cosine kernels and constants;
            ``ntk(2)``, ``nngp(2)`` are.
        dim: d >= 2, or the symbol of a dimension.
        degree: l >= 0, or a symbolic expression with a known parity such as ``2*m``, whose values
            all lie beyond the polynomial part of the kernel (checked).

    Returns:
        A SymPy expression; an exact 0 where parity makes the eigenvalue vanish.

    Raises:
        ClosedFormUnknown: where the library knows none.

    Example:
        >>> import ntkproofs as nt
        >>> nt.exact_eigenvalue(nt.ntk(2), dim=3, degree=2)
        5/64
    """
    if isinstance(dim, sp.Expr) and not dim.is_Integer:
        return _symbolic(kernel, dim, sp.sympify(degree))
    dim = require_dim(int(dim) if isinstance(dim, sp.Integer) else dim)
    if isinstance(degree, sp.Expr) and not degree.is_Integer:
        return _symbolic(kernel, sp.Integer(dim), degree)
    (degree,) = require_degrees(int(degree) if isinstance(degree, sp.Integer) else degree)
    return closed_sequence(kernel.at_dim(dim), dim, degree)[degree].to_sympy()


def closed_sequence(kernel: Kernel, dim: int, max_degree: int) -> list[PiNumber]:
    """μ_0, ..., μ_max_degree exactly.

    Raises:
        ClosedFormUnknown: if the kernel is not of the closed-form class.
    """
    match kernel:
        case Leaf() if kernel is cosine:
            found = [_ZERO] * (max_degree + 1)
            if max_degree >= 1:
                found[1] = PiNumber(fmpq(1, dim), fmpq(0))
            return found
        case Leaf():
            return list(_arccosine_sequence(_arccosine_order(kernel), dim, max_degree))
        case Constant(constant):
            first = PiNumber(fmpq(constant.numerator, constant.denominator), fmpq(0))
            return [first] + [_ZERO] * max_degree
        case Named(body=body):
            return closed_sequence(body, dim, max_degree)
        case Scaled(factor, body):
            scale = fmpq(factor.numerator, factor.denominator)
            return [value.times(scale) for value in closed_sequence(body, dim, max_degree)]
        case Sum(terms):
            rows = [closed_sequence(term, dim, max_degree) for term in terms]
            return [sum(column, _ZERO) for column in zip(*rows, strict=True)]
        case Composed() | Product():
            power, rest = _split_powers_of_u(kernel)
            values = closed_sequence(rest, dim, max_degree + power)
            for _ in range(power):
                values = _times_u(values, dim)
            return values
    raise _unknown(kernel)


def _split_powers_of_u(kernel: Kernel) -> tuple[int, Kernel]:
    """(m, k) with ``kernel = u^m k`` and k not a product with u; unwraps trivial compositions."""
    if isinstance(kernel, Composed):
        if kernel.inner is cosine:
            return 0, kernel.outer
        if kernel.outer is cosine:
            return 0, kernel.inner
        raise _unknown(kernel)
    assert isinstance(kernel, Product)
    others = [factor for factor in kernel.factors if factor is not cosine]
    power = len(kernel.factors) - len(others)
    if not others:
        return power - 1, cosine
    nested = [factor for factor in others if isinstance(factor, Product)]
    if nested:  # (u k1) k2
        flat = [f for factor in others for f in _factors(factor)]
        inner_power, rest = _split_powers_of_u(Product(tuple(flat)))
        return power + inner_power, rest
    if len(others) > 1:
        raise _unknown(kernel)
    return power, others[0]


def _factors(kernel: Kernel) -> tuple[Kernel, ...]:
    return kernel.factors if isinstance(kernel, Product) else (kernel,)


def _times_u(values: list[PiNumber], dim: int) -> list[PiNumber]:
    """Eigenvalues of u k from those of k; one degree shorter."""
    found: list[PiNumber] = []
    for degree in range(len(values) - 1):
        below, above = neighbours(degree, dim)
        value = values[degree + 1].times(fmpq(above.numerator, above.denominator))
        if degree > 0:
            value += values[degree - 1].times(fmpq(below.numerator, below.denominator))
        found.append(value)
    return found


@lru_cache(maxsize=64)
def _arccosine_sequence(order: int, dim: int, max_degree: int) -> tuple[PiNumber, ...]:
    """Both parity classes by c_(l+2)/c_l = (n - l)/(n + l + d), from an exact first value."""
    found: list[PiNumber] = []
    for degree in range(max_degree + 1):
        if degree < 2:
            found.append(_arccosine_start(order, dim, degree))
        else:
            step = fmpq(order - degree + 2, order + degree - 2 + dim) ** 2
            found.append(found[degree - 2].times(step))
    return tuple(found)


def _arccosine_start(order: int, dim: int, degree: int) -> PiNumber:
    value = arccosine_eigenvalue(order, sp.Integer(dim), sp.Integer(degree))
    over_pi2 = (order - degree) % 2 == 1 and dim % 2 == 0
    rational = cast(sp.Rational, sp.Rational(value * sp.pi**2 if over_pi2 else value))
    exact = fmpq(int(rational.p), int(rational.q))
    return PiNumber(fmpq(0), exact) if over_pi2 else PiNumber(exact, fmpq(0))


def arccosine_eigenvalue(order: int, dim: sp.Expr, degree: sp.Expr) -> sp.Expr:
    """μ_l of ``arccosine(order)`` as it stands in the literature, in SymPy's gamma function."""
    n = sp.Integer(order)
    c = (
        sp.gamma(dim / 2)
        * sp.factorial(n)
        / (2 ** (n + 1) * sp.gamma((n - degree) / 2 + 1) * sp.gamma((n + degree + dim) / 2))
    )
    norm = sp.Integer(double_factorial(order))
    moment = sp.prod([dim + 2 * k for k in range(order)])
    return 2 * moment / norm * c**2


def arccosine_law(order: int, dim: sp.Expr, degree: sp.Expr) -> sp.Expr:
    """μ_l of ``arccosine(order)`` for l > order with l - order odd, free of poles.

    By reflection, ``1/Γ((n-l)/2 + 1)² = Γ((l-n)/2)²/π²`` for odd l - n.
    """
    n = sp.Integer(order)
    norm = sp.Integer(double_factorial(order))
    moment = sp.prod([dim + 2 * k for k in range(order)])
    c = (
        sp.gamma(dim / 2)
        * sp.factorial(n)
        * sp.gamma((degree - n) / 2)
        / (2 ** (n + 1) * sp.pi * sp.gamma((n + degree + dim) / 2))
    )
    return 2 * moment / norm * c**2


def _symbolic(kernel: Kernel, dim: sp.Expr, degree: sp.Expr) -> sp.Expr:
    """The closed form for a symbolic degree of known parity, beyond the polynomial part."""
    if degree.is_integer is not True or degree.is_even is None:
        raise InvalidInput(
            f"The closed form depends on the parity of the degree, which {degree} does not tell. "
            "Write degree = 2*m or 2*m + 1 with m = sympy.Symbol('m', integer=True, positive=True)."
        )
    match kernel:
        case Leaf() if kernel is cosine:
            _require_beyond(degree, 1)
            return sp.S.Zero
        case Leaf():
            order = _arccosine_order(kernel)
            _require_beyond(degree, order)
            vanishes = (degree - order).is_even
            return sp.S.Zero if vanishes else arccosine_law(order, dim, degree)
        case Constant():
            _require_beyond(degree, 0)
            return sp.S.Zero
        case Named(body=body):
            return _symbolic(body, dim, degree)
        case Scaled(factor, body):
            scale = sp.Rational(factor.numerator, factor.denominator)
            return scale * _symbolic(body, dim, degree)
        case Sum(terms):
            return sp.Add(*(_symbolic(term, dim, degree) for term in terms))
        case Composed() | Product():
            power, rest = _split_powers_of_u(kernel)
            if power == 0:
                return _symbolic(rest, dim, degree)
            lower = Product((cosine,) * (power - 1) + (rest,)) if power > 1 else rest
            whole = 2 * degree + dim - 2
            return degree / whole * _symbolic(lower, dim, degree - 1) + (
                degree + dim - 2
            ) / whole * _symbolic(lower, dim, degree + 1)
    raise _unknown(kernel)


def _require_beyond(degree: sp.Expr, bound: int) -> None:
    """Closed forms by parity hold beyond the polynomial part of a kernel only."""
    if not is_positive(sp.expand(degree - bound), {}):
        raise InvalidInput(
            f"The closed form holds for degrees above {bound} here, which {degree} may not be. "
            "Write the degree so that its least value is larger, such as 2*m + 1 with "
            "m = sympy.Symbol('m', integer=True, positive=True), and take small degrees as numbers."
        )


def _arccosine_order(kernel: Leaf) -> int:
    if kernel.arccosine_order is None:
        raise _unknown(kernel)
    return kernel.arccosine_order


def _unknown(kernel: Kernel) -> ClosedFormUnknown:
    return ClosedFormUnknown(
        f"No closed form of the eigenvalues of {kernel!r} is known: closed forms exist for "
        "combinations of arc-cosine kernels with numbers, sums and powers of u. Use "
        "nt.eigenvalues(kernel, dim, degrees, digits=50) for enclosures to any precision."
    )
