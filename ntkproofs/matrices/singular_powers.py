"""The singular part of a zonal kernel on S² as odd powers of the chords to the two poles.

``c = |x - y|`` and ``c' = |x + y|`` are to the angle what ``sqrt(2t)`` is to it: with t = 1 - u,
``c² = 2t``. A term ``t^(j + 1/2)`` of the expansion at a pole is an odd power of the chord, and
everything else there is a power series in c², which is smooth on the sphere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ntkproofs.arithmetic.balls import precision
from ntkproofs.errors import Unable
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.spectra.asymptotics import asymptotics

Floats = NDArray[np.float64]

_TERMS = 8


@dataclass(frozen=True, eq=False)
class SingularPowers:
    """``Σ_j near[j] c^(2j+1)`` at u = 1 and ``Σ_j far[j] c'^(2j+1)`` at u = -1, as far as known.

    Attributes:
        near, far: shape (terms,), float64, from exact or certified coefficients; all zero where
            the kernel is smooth at that pole.
        hypotheses: what was established of the kernel for the expansion to say it all.
    """

    near: Floats
    far: Floats
    hypotheses: tuple[str, ...]

    @property
    def smooth(self) -> bool:
        """Whether there is no singular part at either pole."""
        return not (self.near.any() or self.far.any())

    def size(self, radius: float, terms: int) -> float:
        """About the largest value of the first terms at chords up to the radius, both poles."""
        powers = radius ** (2 * np.arange(terms) + 1)
        return float(np.sum(abs(self.near[:terms]) * powers + abs(self.far[:terms]) * powers))

    def terms_for(self, degree: int, tolerance: float) -> int:
        """How many terms must be cut out, for the rest to be negligible beyond a degree; >= 1."""
        left = self._tails(degree)
        return next((j for j in range(1, len(left)) if sum(left[j:]) <= tolerance), len(left))

    def least_degree(self, tolerance: float) -> int:
        """About the degree beyond which the last known term is negligible, and so those after it.

        Coefficients grow like a power of 1/(distance of the next singularity), which is small for
        deep networks: below such a degree no number of terms describes the pole.
        """
        degree = 8
        while self._tails(degree)[-1] > tolerance:
            degree = math.ceil(1.2 * degree)
        return degree

    def _tails(self, degree: int) -> list[float]:
        """What the coefficients of each term add up to beyond a degree."""
        sizes = abs(self.near) + abs(self.far)
        return [size * power_tail(j, degree) if size else 0.0 for j, size in enumerate(sizes)]


def singular_powers(kernel: Kernel) -> SingularPowers:
    """The singular part of a kernel on S² from its expansions at the poles.

    Raises:
        Unable: if there is no such expansion, or one in other fractional powers.

    Example:
        >>> import ntkproofs as nt
        >>> singular_powers(nt.arccosine(0)).near[:2] * np.pi  # -θ/π, θ = c + c³/24 + ...
        array([-1.        , -0.04166667])
    """
    law = asymptotics(kernel, dim=3, terms=_TERMS)
    half = Fraction(1, 2)
    other = [term.exponent for term in law.expansion.terms if term.exponent % 1 != half]
    if other:
        raise Unable(
            f"Fast products split off odd powers of the chord at the poles; {kernel!r} has the "
            f"power (1 - |u|)^({other[0]}) there, whose smooth cut is not among them. Use "
            "method='dense'."
        )
    size = max((int(term.exponent - half) + 1 for term in law.expansion.terms), default=0)
    near, far = np.zeros(size), np.zeros(size)
    for term in law.expansion.terms:
        index = int(term.exponent - half)
        with precision(128):  # the chord's power is 2^ν of that of t = c²/2
            even, odd = term.ball("even"), term.ball("odd")
            at_one, at_minus_one = (even + odd) / 2, (even - odd) / 2
            near[index] = float(at_one.mid()) / 2 ** float(term.exponent)
            far[index] = float(at_minus_one.mid()) / 2 ** float(term.exponent)
    return SingularPowers(near, far, law.hypotheses)


def power_tail(index: int, degree: int) -> float:
    r"""``Σ_(l > degree) (2l+1) |μ_l|`` of the chord's power ``c^(2 index + 1)`` on S², exactly.

    With ν = index + 1/2 it is ``μ_l = 2^ν Λ_l(ν)``, that is ``4^ν Γ(ν+1)²/π Γ(l-ν)/Γ(l+ν+2)`` up to
    sign, and the sum telescopes: ``(2l+1) Γ(l-ν)/Γ(l+ν+2)`` is the difference at l and l + 1 of
    ``l Γ(l-ν)/(ν Γ(l+ν+1))``. Infinity where ``degree < ν``.

    Example:
        >>> round(power_tail(0, 100), 9)  # about 1/l
        0.009901233
    """
    nu, first = index + 0.5, degree + 1
    if first <= nu:
        return math.inf
    log = 2 * nu * math.log(2) + 2 * math.lgamma(nu + 1) - math.log(math.pi * nu)
    return math.exp(log + math.log(first) + math.lgamma(first - nu) - math.lgamma(first + nu + 1))
