# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""The terms of the asymptotic series of a kernel: enough of them, precise, exact where possible.

A long expansion in balls gives the terms; a short exact one tells which leading coefficients are
exactly zero, and the exact values of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import sympy as sp
from flint import arb

from ntkproofs.arithmetic.balls import ball, bits_for, precision
from ntkproofs.arithmetic.coefficients import is_zero
from ntkproofs.arithmetic.laurent import ONE, ZERO, Coefficient, Laurent, as_ball
from ntkproofs.errors import PrecisionExhausted, Unable
from ntkproofs.kernels.kernel import Kernel, count_nodes
from ntkproofs.spectra.analyticity import geometric_rate
from ntkproofs.spectra.singularities import (
    SCALES,
    Growth,
    Singularities,
    SingularPart,
    singular_part,
)
from ntkproofs.spectra.symmetry import Parity, polynomial_part

PARITIES: tuple[Parity, Parity] = ("even", "odd")
_SHORT_LENGTHS = (4, 8, 16)
_GUARD_BITS = 64
_ROUNDS = 6
_LONGEST = 192


@dataclass(frozen=True)
class SingularTerm:
    """One exponent of the singular parts: c (2t/scale²)^ν at u = 1 and at u = -1.

    Attributes:
        exponent: ν.
        at_one, at_minus_one: c at the two poles: exact (Σ r_i π^i), or a ball.
        scale: the unit of the angle in which the exact coefficients are written.
    """

    exponent: Fraction
    at_one: Coefficient
    at_minus_one: Coefficient
    scale: Laurent

    def combined(self, parity: Parity) -> Coefficient:
        """c ± c': what even or odd degrees see of the exponent."""
        return self.at_one + self.at_minus_one * (1 if parity == "even" else -1)

    def exact(self, parity: Parity) -> sp.Expr | None:
        """The coefficient of t^ν for a parity as a SymPy expression, if it is known exactly."""
        value = self.combined(parity)
        if not isinstance(value, Laurent):
            return None
        nu = sp.Rational(self.exponent.numerator, self.exponent.denominator)
        return value.to_sympy() * (2 / self.scale.to_sympy() ** 2) ** nu

    def ball(self, parity: Parity) -> arb:
        """The coefficient of t^ν for a parity as a ball at the current precision."""
        return as_ball(self.combined(parity)) * _unit(self.scale, self.exponent)


def _unit(scale: Laurent, exponent: Fraction) -> arb:
    return (2 / scale.to_ball() ** 2) ** ball(exponent)


def visible_terms(
    kernel: Kernel, terms: Sequence[SingularTerm], parity: Parity
) -> tuple[SingularTerm, ...]:
    """The terms that degrees of a parity see: without those that cancel exactly.

    Raises:
        Unable: if it cannot be told whether the leading terms cancel.
    """
    if polynomial_part(kernel, parity) is not None:
        return ()
    visible = tuple(term for term in terms if not is_zero(term.combined(parity)))
    if visible and as_ball(visible[0].combined(parity)).contains(0):
        raise Unable(
            f"Cannot tell whether the terms of exponent {visible[0].exponent} cancel for {parity} "
            "degrees: the ball of their sum holds 0, and their exact values are not known. Ask "
            "for more digits; if that does not help, they may cancel exactly."
        )
    # Further terms whose balls hold 0 are 0 to all digits that are kept.
    return tuple(term for term in visible if not as_ball(term.combined(parity)).contains(0))


@dataclass(frozen=True)
class Expansion:
    """The terms of the asymptotic series of a kernel.

    Attributes:
        terms: by rising exponent.
        order: exponents from here on were not looked at.
        growth: of the expansions at the poles, for what no term holds.
    """

    terms: tuple[SingularTerm, ...]
    order: Fraction
    growth: tuple[Growth, ...]


@lru_cache(maxsize=64)
def expansion(kernel: Kernel, terms: int, digits: int) -> Expansion:
    """So many terms for each parity, where there are so many.

    Raises:
        NoExpansion: if the kernel has no expansion in powers of the angle.
        PrecisionExhausted: if the coefficients cannot be had to so many digits.
    """
    length = 2 * terms + 4
    bits = bits_for(digits) + _GUARD_BITS + count_nodes(kernel)
    exact = _exact_part(kernel, bits)
    if not (exact.at_one or exact.at_minus_one) and _has_no_terms(kernel):
        return Expansion((), exact.order, ())
    for _ in range(_ROUNDS):
        part = singular_part(kernel, length, bits)
        with precision(bits):
            found = _merged(part, exact)
        if not _accurate(found, bits_for(digits)):
            bits *= 2
            continue
        visible = [visible_terms(kernel, found, parity) for parity in PARITIES]
        if all(len(some) >= terms or not some for some in visible) and any(visible):
            last = max(some[min(terms, len(some)) - 1].exponent for some in visible if some)
            kept = tuple(term for term in found if term.exponent <= last)
            return Expansion(kept, part.order, part.growth)
        if 2 * length > _LONGEST:
            return Expansion(found, part.order, part.growth)
        length *= 2
    raise PrecisionExhausted(
        f"The expansion of {kernel!r} was asked to {digits} digits, and {bits // 2} bits do not "
        "suffice: balls grow with every layer. Ask for fewer digits."
    )


def _has_no_terms(kernel: Kernel) -> bool:
    """Whether the kernel is known to be a polynomial, or analytic at the poles too."""
    polynomial = all(polynomial_part(kernel, parity) is not None for parity in PARITIES)
    return polynomial or geometric_rate(kernel) is not None


def _exact_part(kernel: Kernel, bits: int) -> SingularPart:
    """A short expansion with exact coefficients, long enough to show the leading ones."""
    for length in _SHORT_LENGTHS:
        part = singular_part(kernel, length, bits, exact=True)
        for scale in SCALES:
            if any(_inexact(c) and nu % Fraction(1, 2) for nu, c in part.at_one.items()):
                part = singular_part(kernel, length, bits, exact=True, scale=scale)
        if part.at_one or part.at_minus_one:
            break
    return part


def _inexact(value: Coefficient) -> bool:
    return not isinstance(value, Laurent)


def _merged(part: SingularPart, exact: SingularPart) -> tuple[SingularTerm, ...]:
    """The terms in balls, with the exact values of those that the exact expansion knows."""
    exponents = sorted({*part.at_one, *part.at_minus_one, *exact.at_one, *exact.at_minus_one})
    return tuple(
        SingularTerm(
            nu,
            _best(nu, part.at_one, exact.at_one, exact),
            _best(nu, part.at_minus_one, exact.at_minus_one, exact),
            exact.scale if nu < exact.order else ONE,
        )
        for nu in exponents
        if nu < part.order
    )


def _best(
    nu: Fraction, balls: Singularities, known: Singularities, exact: SingularPart
) -> Coefficient:
    """The exact coefficient where it is known, else the ball, in the unit of the exact ones."""
    value = balls.get(nu, ZERO)
    if nu >= exact.order:
        return value
    better = known.get(nu, ZERO)
    if isinstance(better, Laurent):
        return better
    return value * _unit(ONE, nu) / _unit(exact.scale, nu)


def _accurate(terms: Sequence[SingularTerm], bits: int) -> bool:
    values = [c for term in terms for c in (term.at_one, term.at_minus_one) if _inexact(c)]
    return all(value.contains(0) or value.rel_accuracy_bits() > bits for value in values)
