"""Decay laws in words and as JSON: what they say, what they rely on, what was checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp
from flint import arb

from ntkproofs.claims.theorems import ENDPOINT_DECAY, FUNK_HECKE, GAMMA_RATIO, Theorem
from ntkproofs.errors import Unable
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.reports.readable import readable
from ntkproofs.spectra.asymptotics import Asymptotics, SeriesValue, asymptotics
from ntkproofs.spectra.symmetry import Parity, polynomial_part

RELIES_ON: tuple[Theorem, ...] = (FUNK_HECKE, ENDPOINT_DECAY, GAMMA_RATIO)
_LONGEST_CONSTANT = 60
"""Characters of LaTeX; longer exact constants are shown in decimals."""


@dataclass(frozen=True)
class ParityLaw:
    """The law along the degrees of one parity.

    Attributes:
        parity: "even" or "odd".
        exponent: p of μ_l ~ C l^(-p); infinity where there is no such law; None if unknown.
        coefficient: C; exact, or a ball.
        vanishes: why the eigenvalues vanish from some degree on; empty if they do not.
        zero_from: that degree.
        rate: where they decay geometrically, a proven ρ with μ_l = O(ρ^-l).
        problem: why the law is not known; empty if it is.
    """

    parity: Parity
    exponent: sp.Expr | None
    coefficient: sp.Expr | arb | None
    vanishes: str
    zero_from: int | None
    rate: float | None
    problem: str

    @property
    def has_power(self) -> bool:
        """Whether the eigenvalues follow a power of the degree."""
        return self.exponent is not None and self.exponent != sp.oo

    def latex(self) -> str:
        """The law in LaTeX; empty where it is not known."""
        if self.exponent is None:
            return ""
        if self.vanishes:
            return r"\mu_\ell = 0"
        if not self.has_power:
            return rf"\mu_\ell = O({self.rate:.4g}^{{-\ell}})"
        return rf"\mu_\ell \sim {self._constant()}\,\ell^{{{_exponent(-self.exponent)}}}"

    def _constant(self) -> str:
        if isinstance(self.coefficient, sp.Expr):
            exact = sp.latex(self.coefficient)
            if len(exact) <= _LONGEST_CONSTANT:
                return exact
        return scientific(float(self))

    def __float__(self) -> float:
        """C as a float."""
        value = self.coefficient
        return float(value.mid()) if isinstance(value, arb) else float(value or 0)

    def words(self) -> str:
        """The law as one reads it in a terminal."""
        if self.problem:
            return self.problem
        if self.vanishes:
            return self.vanishes.replace("mu_l", "μ_ℓ").replace(" l ", " ℓ ")
        text = readable(self.latex())
        if not self.has_power:
            return f"{text}, the kernel is analytic at u = ±1"
        kind = "exact" if isinstance(self.coefficient, sp.Expr) else "known as a ball"
        return f"{text}, C = {float(self):.12g} ({kind})"


@dataclass(frozen=True)
class Laws:
    """The laws of a kernel for both parities.

    Attributes:
        law: the asymptotic series.
        even, odd: the law of each parity.
        hypotheses: what was checked of the kernel, and how.
    """

    law: Asymptotics
    even: ParityLaw
    odd: ParityLaw
    hypotheses: tuple[str, ...]

    def of(self, degree: int) -> ParityLaw:
        """The law of the parity of a degree."""
        return self.odd if degree % 2 else self.even

    def series_value(self, degree: int, terms: int | None = None) -> SeriesValue | None:
        """The sum of the series at a degree, cut before its terms begin to grow.

        Args:
            degree: l.
            terms: at most so many terms.

        Returns:
            None where there is no series, or where it has no digit right at so low a degree.
        """
        known = self.law.terms(self.of(degree).parity)
        usable = min(terms or len(known), max(len(known) - 1, 1))
        best: SeriesValue | None = None
        for count, term in enumerate(known[:usable], 1):
            # (1-u)^ν has as many eigenvalues that follow no law as the polynomials below it.
            if term.exponent >= degree:
                break
            found = self.law.eigenvalue(degree, terms=count)
            if best is not None and found.error >= best.error:
                break
            best = found
        return best if best is not None and best.error < abs(float(best)) / 2 else None


def _exponent(value: Any) -> str:
    return str(value) if value.is_Rational else sp.latex(value)


def laws(kernel: Kernel, dim: int, terms: int | None = None, digits: int | None = None) -> Laws:
    """The laws of a kernel, with the hypotheses that were checked.

    Args:
        kernel, dim: as for ``nt.asymptotics``.
        terms: terms of the series to keep (8 if not given).
        digits: digits of the series' coefficients, at least 40.

    Raises:
        Unable: if no law can be established for the kernel.
    """
    law = asymptotics(kernel, dim, terms or 8, max(digits or 0, 40))
    found = {parity: _parity_law(law, parity) for parity in ("even", "odd")}
    return Laws(law, found["even"], found["odd"], law.hypotheses)


def _parity_law(law: Asymptotics, parity: Parity) -> ParityLaw:
    try:
        exponent, coefficient = law.exponent(parity), law.coefficient(parity)
    except Unable as failure:
        return ParityLaw(parity, None, None, "", None, None, str(failure))
    why = law.vanishes(parity)
    rate = None if why or exponent != sp.oo else law.rate
    return ParityLaw(parity, exponent, coefficient, why, _zero_from(law, parity, why), rate, "")


def _zero_from(law: Asymptotics, parity: Parity, why: str) -> int | None:
    degree = polynomial_part(law.kernel, parity) if why else None
    if degree is None:
        return None
    return degree + 2 if degree >= 0 else int(parity == "odd")


def laws_to_json(found: Laws) -> dict[str, Any]:
    """The laws as JSON data."""
    return {
        "even": _law_to_json(found.even),
        "odd": _law_to_json(found.odd),
        "hypotheses": list(found.hypotheses),
        "relies_on": [
            {"name": theorem.name, "statement": theorem.statement, "source": theorem.source}
            for theorem in RELIES_ON
        ],
    }


def _law_to_json(law: ParityLaw) -> dict[str, Any]:
    known = law.coefficient is not None and law.has_power
    exact = known and isinstance(law.coefficient, sp.Expr)
    return {
        "latex": law.latex() or None,
        "exponent": str(law.exponent) if law.has_power else None,
        "coefficient": float(law) if known else None,
        "exact_coefficient": str(law.coefficient) if exact else None,
        "vanishes": law.vanishes or None,
        "zero_from": law.zero_from,
        "geometric_rate": law.rate,
        "problem": law.problem or None,
    }


def scientific(value: float, digits: int = 5) -> str:
    """A float in LaTeX, with a power of ten where it is far from 1.

    Example:
        >>> scientific(1234567.0), scientific(0.25)
        ('1.2346 \\\\cdot 10^{6}', '0.25')
    """
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa
