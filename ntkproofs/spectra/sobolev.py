"""Sobolev multipliers on the sphere, in both of the talk's definitions, named apart.

``laplacian``: p_l = (1 + sqrt(l(l+d-2)))^s, the symbol of (I + (-Δ)^(1/2))^s.
``degree``: p_l = (1 + l)^(2s), as in Yu, Yang, Townsend 2023. The two grow like l^s and l^(2s).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import sympy as sp
from flint import arb
from numpy.typing import NDArray

from ntkproofs.arithmetic.balls import ball, bits_for, precision
from ntkproofs.conventions import require_degrees, require_dim, require_rational
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.kernel import Kernel, Leaf, latex_number
from ntkproofs.spectra.harmonics import harmonic_dimension

Definition = Literal["laplacian", "degree"]


@dataclass(frozen=True)
class Sobolev:
    """The Sobolev operator P_s: multiplies spherical harmonics of degree l by p_l.

    Attributes:
        order: s, an exact rational number or a SymPy symbol.
        definition: ``laplacian`` for (1 + sqrt(l(l+d-2)))^s, ``degree`` for (1 + l)^(2s).
    """

    order: Any
    definition: Definition = "laplacian"

    def multiplier(self, degree: Any, dim: Any, digits: int | None = None) -> Any:
        """p_l on S^(d-1).

        Args:
            degree: l, an integer >= 0, an iterable of them, or a SymPy expression.
            dim: d >= 2, or a SymPy expression.
            digits: if given, balls of so many digits.

        Returns:
            A float (an array for several degrees), balls with ``digits``, SymPy for symbols.

        Example:
            >>> sobolev(2).multiplier(3, dim=2)
            16.0
        """
        if any(isinstance(x, sp.Expr) for x in (degree, dim, self.order)):
            return self._symbolic(sp.sympify(degree), sp.sympify(dim))
        dim, degrees = require_dim(dim), require_degrees(degree)
        with precision(bits_for(digits or 17) + 32):
            balls = [self._ball(one, dim) for one in degrees]
        if digits is None:
            found: Any = [float(value.mid()) for value in balls]
        else:
            found = balls
        if isinstance(degree, int):
            return found[0]
        return np.array(found) if digits is None else found

    def eigenvalues(
        self, kernel: Kernel, dim: int, degrees: Any, digits: int | None = None
    ) -> NDArray[np.float64] | list[arb]:
        """μ_l(T_s) = μ_l(K) p_l, the eigenvalues of the composite T_s = K ∘ P_s.

        Arguments and results as for :func:`ntkproofs.eigenvalues`.
        """
        from ntkproofs.spectra.eigenvalues import eigenvalues

        degrees = require_degrees(degrees)
        if digits is None:
            return np.asarray(eigenvalues(kernel, dim, degrees)) * self.multiplier(degrees, dim)
        values = eigenvalues(kernel, dim, degrees, digits + 2)
        factors = self.multiplier(degrees, dim, digits + 2)
        with precision(bits_for(digits) + 32):
            return [value * factor for value, factor in zip(values, factors, strict=True)]

    def zonal_kernel(self, dim: int, max_degree: int) -> Kernel:
        """The zonal kernel of P_s truncated: p_s(u) = Σ_(l<=max_degree) p_l N(d,l) P_l(u).

        It reproduces P_s against the uniform probability measure (P_l(1) = 1). For orders s with
        integer 2s, on which its formula is exact in every arithmetic.
        """
        dim = require_dim(dim)
        (top,) = require_degrees(max_degree)
        doubled = 2 * require_rational("order", self.order, sign=True)
        if doubled.denominator != 1:
            raise InvalidInput(f"zonal_kernel needs integer 2s; got s = {self.order}.")

        def formula(u: Any, ar: Any) -> Any:
            total: Any = 0 * u
            before, here = 0 * u + 1, u
            for degree in range(top + 1):
                if degree >= 2:
                    step = (2 * degree + dim - 4) * (u * here) - (degree - 1) * before
                    before, here = here, step / (degree + dim - 3)
                value = before if degree == 0 else here
                factor = self._in_arithmetic(degree, dim, int(doubled), ar)
                total = total + value * factor * harmonic_dimension(dim, degree)
            return total

        name = f"sobolev(order={self.order}, {self.definition}, dim={dim}, max_degree={top})"
        return Leaf(
            name,
            formula,
            lambda argument: rf"p_{{s}}\left({argument}\right)",
            smooth=True,
            notes=(f"truncated at degree {top} on S^{dim - 1}",),
        )

    def latex(self) -> str:
        """The multiplier in LaTeX."""
        order = self.order
        shown = latex_number(order) if isinstance(order, Fraction) else sp.latex(order)
        if self.definition == "degree":
            return rf"p_\ell = (1+\ell)^{{2 \cdot {shown}}}"
        return rf"p_\ell = \left(1 + \sqrt{{\ell(\ell+d-2)}}\right)^{{{shown}}}"

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def _symbolic(self, degree: sp.Expr, dim: sp.Expr) -> sp.Expr:
        order = sp.Rational(self.order) if isinstance(self.order, Fraction) else self.order
        if self.definition == "degree":
            return (1 + degree) ** (2 * order)
        return (1 + sp.sqrt(degree * (degree + dim - 2))) ** order

    def _ball(self, degree: int, dim: int) -> arb:
        if self.definition == "degree":
            return arb(1 + degree) ** ball(2 * self.order)
        return (1 + arb(degree * (degree + dim - 2)).sqrt()) ** ball(self.order)

    def _in_arithmetic(self, degree: int, dim: int, doubled: int, ar: Any) -> Any:
        """p_l as a number of an arithmetic, for integer 2s = ``doubled``."""
        if self.definition == "degree":
            return ar.number(Fraction(1 + degree) ** doubled)
        base = 1 + ar.sqrt(ar.number(degree * (degree + dim - 2)))
        if doubled % 2:
            base = ar.sqrt(base)
        return base ** (doubled if doubled % 2 else doubled // 2)


def sobolev(order: Any, definition: Definition = "laplacian") -> Sobolev:
    """The Sobolev operator P_s of an order, by either of two definitions.

    Args:
        order: s, any real number (a float stands for its binary value) or a SymPy symbol; negative
            orders smooth.
        definition: ``"laplacian"``: p_l = (1 + sqrt(l(l+d-2)))^s; ``"degree"``: (1+l)^(2s).

    Raises:
        InvalidInput: for another definition, or an order that is no finite number or symbol.

    Example:
        >>> sobolev(1).multiplier(1, dim=5), sobolev(1, definition="degree").multiplier(1, dim=5)
        (3.0, 4.0)
    """
    if definition not in ("laplacian", "degree"):
        raise InvalidInput(
            f"definition is 'laplacian' or 'degree'; got {definition!r}. The two multipliers "
            "(1 + sqrt(l(l+d-2)))^s and (1+l)^(2s) are different operators."
        )
    if isinstance(order, sp.Expr) and not order.is_Rational:
        return Sobolev(order, definition)
    return Sobolev(require_rational("order", order, sign=True), definition)
