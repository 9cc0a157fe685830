# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
r"""The decay of the eigenvalues of a zonal kernel, to all orders, with exact constants.

With singular parts Σ c_j t^(ν_j) at u = 1 and Σ c'_j t^(ν_j) at u = -1 (t the distance to the pole,
ν_j not integers),

    μ_l ~ Σ_j (c_j + (-1)^l c'_j) Λ_l(ν_j),    l → ∞,

with the eigenvalues Λ_l(ν) of (1-u)^ν, which are known exactly. Reason: what is left when K terms
are subtracted is the more often differentiable the larger K is, and l partial integrations bound
its eigenvalues. The series diverges in general; its error is about its first omitted term.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, cast

import sympy as sp
from flint import arb

from ntkproofs.arithmetic.balls import bits_for, precision
from ntkproofs.arithmetic.puiseux import NoExpansion
from ntkproofs.conventions import require_degrees, require_dim, require_integer
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.positivity import is_analytic_inside
from ntkproofs.spectra.analyticity import geometric_rate, is_analytic_between_the_poles
from ntkproofs.spectra.endpoints import endpoint_ball, endpoint_constant, endpoint_constant_ball
from ntkproofs.spectra.symmetry import Parity, polynomial_part
from ntkproofs.spectra.terms import PARITIES, Expansion, SingularTerm, expansion, visible_terms


@dataclass(frozen=True)
class SeriesValue:
    """A partial sum of the asymptotic series.

    Attributes:
        value: a ball that holds the sum of the terms that were taken.
        error: the size of the first omitted term, and of what complex singularities near the
            poles add, which is exponentially small and in no term. It *estimates* the distance
            of the sum from the eigenvalue; it is no bound, and the ball does not include it.
        terms: how many terms were taken.
    """

    value: arb
    error: float
    terms: int

    def __float__(self) -> float:
        return float(self.value.mid())


@dataclass(frozen=True)
class Asymptotics:
    """The decay law of the eigenvalues of a kernel on S^(d-1); made by :func:`asymptotics`.

    Attributes:
        kernel: the kernel.
        dim: d, a number or a symbol.
        expansion: the terms of the singular parts, and what is known of the rest.
        digits: digits of the coefficients that are balls.
    """

    kernel: Kernel
    dim: Any
    expansion: Expansion
    digits: int

    @property
    def order(self) -> Fraction:
        """Exponents of t from here on were not looked at."""
        return self.expansion.order

    def terms(self, parity: Parity) -> tuple[SingularTerm, ...]:
        """The terms that degrees of a parity see; exact cancellations are left out."""
        return self._terms[_parity(parity)]

    @cached_property
    def _terms(self) -> dict[Parity, tuple[SingularTerm, ...]]:
        return {p: visible_terms(self.kernel, self.expansion.terms, p) for p in PARITIES}

    def exponent(self, parity: Parity) -> sp.Expr:
        """p with μ_l ~ C l^(-p) along the degrees of a parity.

        Infinity where μ_l vanishes for all large degrees of the parity, or where the kernel is
        proved analytic at both poles, so that they decay faster than any power.

        Raises:
            Unable: if no singular term was found, and it is not known that there is none.

        Example:
            >>> import ntkproofs as nt
            >>> nt.asymptotics(nt.ntk(3), dim=3).exponent("odd")
            3
        """
        terms = self.terms(parity)
        if not terms:
            if not self.vanishes(parity) and self.rate is None:
                raise Unable(
                    f"No singular term of {self.kernel!r} was found for {parity} degrees with "
                    f"an exponent below {self.order}, and the kernel is not proved analytic at the "
                    "poles: its eigenvalues decay faster than a power, or terms lie further out."
                )
            return cast(sp.Expr, sp.oo)
        nu = terms[0].exponent
        return cast(
            sp.Expr, 2 * sp.Rational(nu.numerator, nu.denominator) + sp.sympify(self.dim) - 1
        )

    def coefficient(self, parity: Parity) -> sp.Expr | arb:
        """C with μ_l ~ C l^(-p): a SymPy expression where known exactly, else a ball; 0 if p = oo.

        Example:
            >>> import ntkproofs as nt
            >>> nt.asymptotics(nt.ntk(2), dim=3).coefficient("even")
            1/pi
        """
        terms = self.terms(parity)
        if not terms:
            return sp.S.Zero
        exact = terms[0].exact(parity)
        constant = endpoint_constant(terms[0].exponent, self.dim)
        if exact is not None:
            return cast(sp.Expr, sp.factor_terms(sp.powsimp(sp.expand(exact * constant))))
        if not isinstance(self.dim, int):
            raise Unable(
                "The constant is known as a ball only, and balls need a dimension that is a "
                f"number; here d = {self.dim}. Ask for nt.asymptotics(kernel, dim=3), say."
            )
        with precision(bits_for(self.digits) + 32):
            return terms[0].ball(parity) * endpoint_constant_ball(terms[0].exponent, self.dim)

    def eigenvalue(self, degree: int, terms: int | None = None) -> SeriesValue:
        """The sum of the first terms of the series at a degree, with an estimate of its error.

        Args:
            degree: l >= 1.
            terms: how many terms; by default as many as precede the smallest one, which then
                estimates the error: the series diverges, the sooner the smaller the degree.

        Example:
            >>> import ntkproofs as nt
            >>> float(nt.asymptotics(nt.ntk(2), dim=3).eigenvalue(1000, terms=6))
            3.178354782434683e-10
        """
        (degree,) = require_degrees(degree)
        if degree < 1 or not isinstance(self.dim, int):
            raise InvalidInput(
                "The series is summed at a degree >= 1 and in a dimension that is a number; got "
                f"degree {degree}, dim {self.dim}."
            )
        parity: Parity = "odd" if degree % 2 else "even"
        known = self.terms(parity)
        if not known:
            return self._without_terms(degree, parity)
        usable = self._require_terms(terms, known, parity)
        with precision(bits_for(self.digits) + 32):
            summands = [
                coefficient * endpoint_ball(term.exponent, self.dim, degree)
                for term, coefficient in zip(known[: usable + 1], self._balls[parity], strict=False)
            ]
            wanted = usable if terms is not None else _before_the_least(summands)
            total = sum(summands[:wanted], arb(0))
            omitted = abs(summands[wanted]) if wanted < len(summands) else arb(0)
        beyond = sum(growth.contribution(self.dim, degree) for growth in self.expansion.growth)
        return SeriesValue(total, float(omitted.mid()) + beyond, wanted)

    def _without_terms(self, degree: int, parity: Parity) -> SeriesValue:
        """0 where the eigenvalue vanishes; 0 and its geometric size where the kernel is smooth."""
        top = polynomial_part(self.kernel, parity)
        if top is None:
            rate = self.rate
            error = float("inf") if rate is None else rate**-degree
            return SeriesValue(arb(0), error, 0)
        if degree <= top:
            raise InvalidInput(
                f"Degree {degree} belongs to the polynomial part of the kernel (degrees up to "
                f"{top}), which no decay law covers. Use nt.eigenvalues(kernel, dim, [{degree}])."
            )
        return SeriesValue(arb(0), 0.0, 0)

    @cached_property
    def _balls(self) -> dict[Parity, list[arb]]:
        with precision(bits_for(self.digits) + 32):
            return {p: [t.ball(p) for t in terms] for p, terms in self._terms.items()}

    def _require_terms(
        self, terms: int | None, known: Sequence[SingularTerm], parity: Parity
    ) -> int:
        if not known:
            return 0
        usable = max(len(known) - 1, 1)  # the last one estimates the error
        if terms is None:
            return usable
        terms = require_integer("terms", terms, least=1, why="the series has a first term")
        if terms > usable:
            raise InvalidInput(
                f"The expansion holds {usable} terms for {parity} degrees (and one more that "
                f"estimates the error); {terms} were asked for. Keep more: "
                f"nt.asymptotics(kernel, dim, terms={terms})."
            )
        return terms

    def vanishes(self, parity: Parity) -> str:
        """Why the eigenvalues of a parity vanish from some degree on; empty if they do not.

        Example:
            >>> import ntkproofs as nt
            >>> print(nt.asymptotics(nt.ntk(2), dim=3).vanishes("odd"))
            k(u) - k(-u) is a polynomial of degree 1: mu_l = 0 for odd l >= 3
        """
        parity = _parity(parity)
        if self.terms(parity):
            return ""
        degree = polynomial_part(self.kernel, parity)
        if degree is None:
            return ""
        sign = "+" if parity == "even" else "-"
        if degree < 0:
            return f"k(u) {sign} k(-u) = 0: mu_l = 0 for all {parity} l"
        part = "constant" if degree == 0 else f"a polynomial of degree {degree}"
        return f"k(u) {sign} k(-u) is {part}: mu_l = 0 for {parity} l >= {degree + 2}"

    @property
    def is_smooth(self) -> bool:
        """Whether no singular term was found at either pole, for exponents below ``order``."""
        return not self.expansion.terms

    @cached_property
    def rate(self) -> float | None:
        """For a smooth kernel, a proven ρ > 1 with μ_l = O(ρ^-l); else None.

        It is a lower bound of e^y, y the least |Im θ| of a complex singularity of k(cos θ); for
        entire kernels it stops at e^4.

        Example:
            >>> import ntkproofs as nt
            >>> gaussian = nt.zonal("gaussian", lambda u, ar: ar.exp(u - 1))
            >>> round(nt.asymptotics(gaussian, dim=3).rate)
            55
        """
        return geometric_rate(self.kernel) if self.is_smooth else None

    @property
    def hypotheses(self) -> tuple[str, ...]:
        """What the theorem asks of the kernel, and how each was established."""
        structure = is_analytic_inside(self.kernel)
        how = (
            "it is built from kernels with nonnegative Taylor coefficients, and what is composed "
            "has values in (-1, 1)"
            if structure
            else "checked by complex balls for arccos u in [10^-24, π - 10^-24], and assumed "
            "nearer to the poles, where its structure does not tell it"
        )
        return (
            f"k is analytic for -1 < u < 1: {how}",
            "at u = 1 and u = -1, k is a convergent series in a power of the angle: computed from "
            "its formula; such a series may be differentiated term by term",
            "where the leading terms of the two poles cancel, and where not, is decided exactly or "
            "by balls",
        )

    def latex(self) -> str:
        """The law in LaTeX."""
        laws = {p: self._law(p) for p in ("even", "odd")}
        if laws["even"] == laws["odd"]:
            return laws["even"]
        return rf"{laws['even']} \text{{ ($\ell$ even)}},\quad {laws['odd']} \text{{ ($\ell$ odd)}}"

    def _law(self, parity: Parity) -> str:
        if not self.terms(parity):
            if self.vanishes(parity):
                return r"\mu_\ell = 0"
            if self.rate is not None:
                return rf"\mu_\ell = O({self.rate:.4g}^{{-\ell}})"
            slowest = 2 * sp.Rational(str(self.order)) + sp.sympify(self.dim) - 1
            return rf"\mu_\ell = O(\ell^{{{sp.latex(-slowest)}}})"
        value = self.coefficient(parity)
        shown = value.str(8, radius=False) if isinstance(value, arb) else sp.latex(value)
        return rf"\mu_\ell \sim {shown}\, \ell^{{{sp.latex(-self.exponent(parity))}}}"

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"


def _before_the_least(summands: Sequence[arb]) -> int:
    """How many terms precede the smallest one, and at least one; a single term is the whole."""
    if len(summands) < 2:
        return len(summands)
    sizes = [abs(value).mid() for value in summands]
    return max(1, min(range(len(sizes)), key=lambda k: sizes[k]))


def _parity(parity: Any) -> Parity:
    if parity not in ("even", "odd"):
        raise InvalidInput(
            f"A parity is 'even' or 'odd'; got {parity!r}: even and odd degrees see the sum and "
            "the difference of the singularities at u = 1 and u = -1."
        )
    return parity


def asymptotics(kernel: Kernel, dim: Any, terms: int = 8, digits: int = 40) -> Asymptotics:
    """The decay law of the eigenvalues of a kernel on S^(d-1): a full asymptotic series.

    Args:
        kernel: of the library, of its algebra, or from ``nt.zonal`` with ``formula(u, ar)``.
        dim: d >= 2, or a SymPy symbol (then exponents and exact coefficients are formulas in d).
        terms: terms of the series to keep, for each parity.
        digits: decimal digits of coefficients that are not known exactly.

    Returns:
        An :class:`Asymptotics`; exact coefficients where π and rationals suffice, else balls.

    Raises:
        InvalidInput: for what is no kernel, d < 2, or numbers of terms or digits below 1.
        Unable: if the kernel has no expansion in powers of the angle at a pole, is not known to be
            analytic between the poles, or is a plain function of floats.

    Source:
        Bietti, Bach 2021, Theorem 1 (with the constant derived anew); Flajolet, Sedgewick,
        Analytic Combinatorics, Chapter VI, for expansions that may be differentiated.

    Example:
        >>> import ntkproofs as nt
        >>> law = nt.asymptotics(nt.nngp(3), dim=4)
        >>> law.exponent("even"), law.exponent("odd")
        (6, 6)
    """
    if not isinstance(kernel, Kernel):
        raise InvalidInput(
            f"nt.asymptotics needs a kernel; got {type(kernel).__name__}. Wrap a formula with "
            "nt.zonal(name, formula)."
        )
    if not isinstance(dim, sp.Expr) or dim.is_number:
        dim = require_dim(int(dim) if isinstance(dim, sp.Integer) else dim)
        kernel = kernel.at_dim(dim)
    terms = require_integer("terms", terms, least=1, why="the series has a first term")
    digits = require_integer("digits", digits, least=1, why="it is a number of decimal digits")
    try:
        inside = kernel.floats_only or is_analytic_between_the_poles(kernel)
        found = expansion(kernel, terms + 1, digits) if inside else None
    except TypeError as failure:
        raise Unable(
            f"The formula of {kernel!r} cannot be evaluated on power series: {failure}. Write it "
            "with + - * /, integer powers and the functions of its arithmetic; see nt.zonal."
        ) from failure
    except NoExpansion as failure:
        raise Unable(
            f"{kernel!r} has no expansion in powers of the angle at u = 1 or u = -1 that could be "
            f"established: {failure}. The decay law stands on these expansions."
        ) from failure
    if found is None:
        raise Unable(
            f"{kernel!r} could not be shown to be analytic on -1 < u < 1, and a singularity inside "
            "would decide the decay together with those at the poles. Kernels made of the "
            "library's are known to be; a formula is checked by complex balls, which a root or an "
            "arccos of something that reaches 0 or ±1 inside defeats."
        )
    return Asymptotics(kernel, dim, found, digits)
