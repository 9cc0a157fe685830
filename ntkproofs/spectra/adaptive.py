"""Rigorous adaptive integration (Arb) for kernels that are not analytic in the angle at the poles.

Steps composed with steps, for instance, behave like a fractional power of θ at θ = 0. Arb's
integration bisects towards such points; it is rigorous as it stands, and slow at high degrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flint import acb, arb

from ntkproofs.arithmetic.balls import ball, bits_for, precision, to_fraction
from ntkproofs.arithmetic.protocol import Arithmetic, Number
from ntkproofs.errors import PrecisionExhausted
from ntkproofs.kernels.kernel import Kernel, count_nodes, evaluate
from ntkproofs.spectra.harmonics import gegenbauer, sphere_constant_ball

_ROUNDS = 4
_EVALUATIONS = 100_000
"""Evaluations of one node of a kernel that an integral may cost."""


@dataclass(frozen=True, eq=False)
class ComplexArithmetic(Arithmetic):
    """Complex balls on the principal branches; ``analytic`` demands to be off the cuts.

    Where a cut is touched and ``analytic`` is set, the value is a ball without information, which
    tells the integrator to bisect.
    """

    theta: acb
    cosine: acb
    analytic: bool

    @property
    def pi(self) -> acb:
        return acb.pi()

    def number(self, value: Number) -> acb:
        return acb(ball(to_fraction(value)))

    def acos(self, x: acb) -> acb:
        return self.theta if x is self.cosine else self._off_the_cuts(x, x.acos())

    def asin(self, x: acb) -> acb:
        if x is self.cosine:
            return acb.pi() / 2 - self.theta
        return self._off_the_cuts(x, x.asin())

    def sqrt(self, x: acb) -> acb:
        return x.sqrt(analytic=self.analytic)

    def sine(self, u: acb) -> acb:
        return self.theta.sin() if u is self.cosine else super().sine(u)

    def chord(self, u: acb) -> acb:
        return 2 * (self.theta / 2).sin() if u is self.cosine else super().chord(u)

    def exp(self, x: acb) -> acb:
        return x.exp()

    def cos(self, x: acb) -> acb:
        return x.cos()

    def sin(self, x: acb) -> acb:
        return x.sin()

    def _off_the_cuts(self, x: acb, value: acb) -> acb:
        if not self.analytic or not x.imag.contains(0):
            return value
        return value if (x.real > -1 and x.real < 1) else acb(arb.nan())


def adaptive_eigenvalue(kernel: Kernel, dim: int, degree: int, digits: int) -> arb:
    """μ_l by Arb's adaptive integration over θ in [0, π], of relative radius below 10^-digits.

    Raises:
        PrecisionExhausted: if the ball still contains 0, or is too wide, at the last precision.
    """
    bits = bits_for(digits) + 40 + 2 * degree
    evaluations = _EVALUATIONS // count_nodes(kernel)
    for _ in range(_ROUNDS):
        with precision(bits):

            def integrand(theta: acb, analytic: bool) -> Any:
                cosine = theta.cos()
                ar = ComplexArithmetic(theta, cosine, analytic)
                value = evaluate(kernel, cosine, ar)
                return value * gegenbauer(degree, dim, cosine) * theta.sin() ** (dim - 2)

            integral = acb.integral(
                integrand, 0, arb.pi(), depth_limit=4 * bits, eval_limit=evaluations
            )
            value = integral.real * sphere_constant_ball(dim)
            if value.rel_accuracy_bits() > bits_for(digits) + 1:
                return value
        bits *= 2
    raise PrecisionExhausted(
        f"{digits} digits relative were asked of the eigenvalue at degree {degree}, and its "
        f"enclosure after {evaluations} evaluations is {value}. It may be exactly 0, which a ball "
        "cannot prove; or the kernel has too many layers for a proof that it is analytic in the "
        "angle. Ask for fewer digits, or for floats (without digits)."
    )
