# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""The decay of T_s = K ∘ P_s: the law of the kernel, shifted by the order of the Sobolev operator.

With λ = sqrt(l(l+d-2)), l <= λ <= l + (d-2)/2, the multiplier (1 + λ)^s is ~ l^s, and (1 + l)^(2s)
is ~ l^(2s). So μ_l(T_s) ~ C_± l^(-(p - s)), or C_± l^(-(p - 2s)) for the second, with the kernel's
own p and C_± of even and odd degrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast

import sympy as sp
from flint import arb

from ntkproofs.arithmetic.balls import bits_for, precision
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.spectra.asymptotics import Asymptotics, SeriesValue, asymptotics
from ntkproofs.spectra.sobolev import Sobolev
from ntkproofs.spectra.symmetry import Parity

Regime = Literal["regularises", "critical", "amplifies"]


@dataclass(frozen=True)
class CompositeLaw:
    """The decay law of the composite T_s; made by :func:`composite_law`.

    Attributes:
        law: the law of the kernel.
        operator: the Sobolev operator P_s.
    """

    law: Asymptotics
    operator: Sobolev

    def exponent(self, parity: Parity) -> sp.Expr:
        """p with μ_l(T_s) ~ C l^(-p); negative where T_s amplifies high degrees."""
        return cast(sp.Expr, self.law.exponent(parity) - self._growth * self._order)

    def coefficient(self, parity: Parity) -> sp.Expr | arb:
        """C with μ_l(T_s) ~ C l^(-p): that of the kernel, whatever s."""
        return self.law.coefficient(parity)

    def critical_order(self, parity: Parity) -> sp.Expr:
        """The order s at which the eigenvalues tend to the constant C, with no logarithm."""
        return cast(sp.Expr, self.law.exponent(parity) / self._growth)

    def regime(self, parity: Parity) -> Regime:
        """What P_s does to high degrees: they vanish, tend to C != 0, or grow.

        Raises:
            InvalidInput: if the sign of the exponent is not known, as for a symbolic s.
        """
        exponent = self.exponent(parity)
        if exponent.is_positive or exponent == sp.oo:
            return "regularises"
        if exponent.is_zero:
            return "critical"
        if exponent.is_negative:
            return "amplifies"
        raise InvalidInput(f"The regime depends on the sign of {exponent}, which is not known.")

    def eigenvalue(self, degree: int, terms: int | None = None) -> SeriesValue:
        """The kernel's asymptotic series at a degree times the multiplier, which is exact."""
        found = self.law.eigenvalue(degree, terms)
        factor = self.operator.multiplier(degree, self.law.dim, digits=self.law.digits)
        with precision(bits_for(self.law.digits) + 32):
            error = float((factor * found.error).mid())
            return SeriesValue(found.value * factor, error, found.terms)

    @property
    def _growth(self) -> int:
        """p_l ~ l^(growth s)."""
        return 1 if self.operator.definition == "laplacian" else 2

    @property
    def _order(self) -> sp.Expr:
        order = self.operator.order
        return sp.sympify(order) if isinstance(order, sp.Expr) else sp.Rational(order)


def composite_law(kernel: Kernel, operator: Sobolev, dim: Any, terms: int = 8) -> CompositeLaw:
    """The decay law of T_s = K ∘ P_s.

    Args:
        kernel, dim, terms: as for ``nt.asymptotics``.
        operator: ``nt.sobolev(s)``, of a number or a symbol s.

    Raises:
        InvalidInput: for an operator that is none of ``nt.sobolev``, and as for ``nt.asymptotics``.

    Example:
        >>> import ntkproofs as nt
        >>> law = composite_law(nt.ntk(3), nt.sobolev(2), dim=3)
        >>> law.exponent("even"), law.critical_order("even"), law.regime("even")
        (1, 3, 'regularises')
    """
    if not isinstance(operator, Sobolev):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidInput(
            f"T_s = K ∘ P_s needs an operator of nt.sobolev(s); got {type(operator).__name__}."
        )
    return CompositeLaw(asymptotics(kernel, dim, terms), operator)
