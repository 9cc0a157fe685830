r"""What building the n × n matrix of P_s costs.

Plainly, entry (i, j) is Σ_(l<=L) p_l Σ_p Y_lp(x_i) Y_lp(x_j): as many products as there are
harmonics up to degree L, Σ N(d,l) = C(L+d-1, d-1) + C(L+d-2, d-1) ~ 2/(d-1)! L^(d-1).

By the addition theorem it is also Σ_(l<=L) p_l N(d,l) P_l(<x_i,x_j>), where the three-term
recurrence gives each P_l from the two before by a number of operations that depends on nothing:
c L + O(1) for each entry, in any dimension; its cosine takes d more, and the p_l N(d,l) are found
once. So the power L^(d-1) is what one way costs, and is not needed for d > 2.
"""

from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

import ntkproofs as nt
from ntkproofs.arithmetic.gammas import decay_exponent, gamma_quotient
from ntkproofs.claims import Claim, exactly, gamma_ratio, identity
from ntkproofs.claims.theorems import ADDITION_THEOREM, GAMMA_RATIO

d = sp.Symbol("d", integer=True, positive=True)
L = sp.Symbol("L", integer=True, positive=True)
LEAST = {"d": 3, "L": 2}

# Σ_(l<=L) N(d,l) = (2L+d-1)/(d-1) · C(L+d-2, d-2), and N(d,L)
TOTAL = (2 * L + d - 1) * sp.gamma(L + d - 1) / (sp.gamma(L + 1) * sp.gamma(d))
N = (2 * L + d - 2) * sp.gamma(L + d - 2) / (sp.gamma(L + 1) * sp.gamma(d - 1))

sphere_cost = Claim(
    id="talk.sphere-cost",
    statement=r"\text{building } P_s \text{ needs } O(n^2\,\ell_{\max}^{p}) \text{ operations, } "
    r"p = d - 1",
    source="talk, Practical Implementation: computational complexity",
    parameters="n points of S^(d-1), d >= 3, degrees up to lmax; products of stored values count "
    "as operations; 'needs': no way takes fewer, up to constants",
    constants={"p": d - 1, "plain": d - 1, "leading": 2},
    mutants={"p": [1], "plain": [d], "leading": [1]},
)


@dataclass(frozen=True)
class Counted:
    """A rational number that counts the operations made with it and its like."""

    value: Fraction
    log: list[int]

    def _new(self, value):
        self.log.append(1)
        return Counted(value, self.log)

    def __add__(self, other):
        return self._new(self.value + getattr(other, "value", other))

    def __sub__(self, other):
        return self._new(self.value - getattr(other, "value", other))

    def __mul__(self, other):
        return self._new(self.value * getattr(other, "value", other))

    def __truediv__(self, other):
        return self._new(self.value / other)

    __radd__, __rmul__ = __add__, __mul__


def zonal_entry(u, dim, top):
    """Σ_(l<=top) p_l N(d,l) P_l(u) by the recurrence, with p_l = 1 + l, and its operations."""
    log = []
    u = Counted(u, log)
    before, here = Counted(Fraction(1), log), u
    total = before + nt.harmonic_dimension(dim, 1) * 2 * here
    for k in range(1, top):
        before, here = here, ((2 * k + dim - 2) * (u * here) - k * before) / (k + dim - 2)
        total = total + (k + 2) * nt.harmonic_dimension(dim, k + 1) * here
    return total.value, len(log)


@sphere_cost.proof(
    relies_on=[ADDITION_THEOREM],
    part="needed",
    covers="each further degree is one pass through the same loop, for any entry and dimension, so "
    "that counts at a few degrees show the count at all",
)
def operations_of_the_recurrence(p):
    """The operations of an entry by the addition theorem, counted while it is computed exactly."""
    for dim in (3, 5, 9):
        counts = []
        for top in (4, 5, 6, 12):
            u = Fraction(3, 7)
            value, operations = zonal_entry(u, dim, top)
            direct = sum(
                (1 + k) * nt.harmonic_dimension(dim, k) * nt.gegenbauer(k, dim, u)
                for k in range(top + 1)
            )
            yield exactly("the sum is Σ p_l N(d,l) P_l(u)", value, direct)
            counts.append(operations)
        slope = counts[1] - counts[0]
        yield exactly(
            "operations grow by the same number for each degree",
            (counts[2] - counts[1], counts[3] - counts[2]),
            (slope, 6 * slope),
        )
        exponent = 1 if slope else 0
        yield identity(
            r"\text{operations} \sim n^2 \ell_{\max}^p",
            exponent,
            p,
            least={"d": 3},
            witness={"operations for each degree and entry": slope},
        )


@sphere_cost.proof(part="plain sum", relies_on=[GAMMA_RATIO])
def number_of_harmonics(plain):
    """TOTAL(L) - TOTAL(L-1) = N(d,L), for all L and d; TOTAL(L+1)/TOTAL(L) = 1 + plain/L + ..."""
    shares = gamma_quotient(TOTAL, N, LEAST) - gamma_quotient(TOTAL.subs(L, L - 1), N, LEAST)
    yield identity(r"S(L) - S(L-1) = N(d, L)", shares, 1)
    first = TOTAL.subs(L, 1)
    yield gamma_ratio(r"S(1) = 1 + d", first, 1, 1 + d, least={"d": 3})
    growth = decay_exponent(gamma_quotient(TOTAL.subs(L, L + 1), TOTAL, LEAST), L, LEAST)
    yield identity(r"S(L) \sim C L^q", -growth, plain, least={"d": 3})


@sphere_cost.proof(
    part="constant of the plain sum",
    relies_on=[GAMMA_RATIO],
    covers="the coefficient is read off a polynomial in L and d",
)
def leading_coefficient(leading):
    """S(L) (d-1)! = (2L+d-1) Γ(L+d-1)/Γ(L+1), where Γ(L+d-1)/Γ(L+1) ~ L^(d-2)."""
    cofactor = gamma_quotient(TOTAL * sp.gamma(d), sp.gamma(L + d - 1) / sp.gamma(L + 1), LEAST)
    top = sp.Poly(sp.expand(cofactor), L).coeff_monomial(L)
    yield identity(r"\lim S(L)\,(d-1)!/L^{d-1}", top, leading)


@sphere_cost.certificate(on="d = 3..7, L <= 12", part="plain sum")
def counted_one_by_one(plain):
    """Σ N(d,l) by adding up, against the formula; its degree as a polynomial in L."""
    for dim in range(3, 8):
        polynomial = sp.Poly(sp.gammasimp(TOTAL.subs(d, dim)), L)
        for top in range(1, 13):
            total = sum(nt.harmonic_dimension(dim, k) for k in range(top + 1))
            yield exactly("number of harmonics", total, polynomial.eval(top), {"d": dim, "L": top})
        degree = sp.sympify(plain).subs(d, dim)
        yield exactly("degree in L", polynomial.degree(), degree, {"d": dim})


sphere_cost.amend(
    r"\text{by the addition theorem } P_s \text{ takes } c\,n^2\,\ell_{\max} \text{ operations, in "
    r"any dimension; the plain sum over harmonics takes } "
    r"\tfrac{2}{(d-1)!}\,n^2\,\ell_{\max}^{d-1}",
    p=1,
    mutants={
        "p": [0, sp.Rational(1, 2), 2, d - 1, d - 2],
        "plain": [d - 2, d, d - sp.Rational(1, 2)],
        "leading": [1, sp.Rational(202, 100), -2],
    },
)
sphere_cost.reading(
    "as an upper bound for the plain sum",
    r"\text{the plain sum takes } \tfrac{2}{(d-1)!}\,n^2\,\ell_{\max}^{d-1}",
    p=1,
)
