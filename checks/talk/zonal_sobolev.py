r"""The zonal kernel of the Sobolev operator.

P_s f(x) = Σ_l p_l Σ_p Y_lp(x) <Y_lp, f>: its kernel is Σ_l p_l Σ_p Y_lp(x) Y_lp(y). By the addition
theorem the inner sum is c P_l(<x,y>); putting x = y and averaging over the sphere counts the
harmonics, so c = N(d,l). Checked besides by exact moments: the kernel N(d,l) P_l has the
eigenvalue 1 at degree l and 0 at the others.
"""

from fractions import Fraction

import sympy as sp

import ntkproofs as nt
from ntkproofs.claims import Claim, exactly, identity
from ntkproofs.claims.theorems import ADDITION_THEOREM, FUNK_HECKE

zonal_sobolev = Claim(
    id="talk.zonal-sobolev",
    statement=r"p_s(u) = \sum_\ell p_\ell\, N(d,\ell)\, P_\ell(u)",
    source="talk, Unified Framework: zonal kernel representation",
    parameters="S^(d-1), d >= 2; P_l(1) = 1; uniform probability measure; the identity only",
    constants={"factor": 1, "count": "N"},
    mutants={"factor": [2, sp.Rational(101, 100), -1], "count": ["1", "2l+1"]},
)


@zonal_sobolev.proof(relies_on=[ADDITION_THEOREM])
def normalisation_by_counting(factor):
    """c P_l(1) averages Σ_p Y_lp(x)² over the sphere, which is the number N of harmonics."""
    c, N = sp.symbols("c N")
    at_the_pole = c * nt.gegenbauer(5, 3, sp.Integer(1))  # P_l(1) = 1; the recurrence at l = 5
    yield identity("P_l(1) = 1", at_the_pole, c)
    yield identity("c = N(d,l)", factor * N, N, least={"N": 1})


@zonal_sobolev.certificate(on="d = 2..6, degrees <= 5", relies_on=[FUNK_HECKE])
def reproduces_each_degree(factor, count):
    """∫ N(d,l) P_l(u) P_k(u) = δ_lk against the density of u, by exact moments."""
    u = sp.Symbol("u")
    for dim in range(2, 7):
        for degree in range(6):
            counts = {"N": nt.harmonic_dimension(dim, degree), "1": 1, "2l+1": 2 * degree + 1}
            for other in range(6):
                product = sp.Poly(nt.gegenbauer(degree, dim, u) * nt.gegenbauer(other, dim, u), u)
                mean = sum((c * moment(e, dim) for (e,), c in product.terms()), start=sp.S.Zero)
                yield exactly(
                    r"\int N P_\ell P_k = \delta_{\ell k}",
                    factor * counts[count] * mean,
                    int(degree == other),
                    {"d": dim, "l": degree, "k": other},
                )


def moment(power, dim):
    """∫ u^power over the sphere: (power-1)!! / (d (d+2) ...), 0 for odd powers."""
    if power % 2:
        return sp.S.Zero
    value = Fraction(1)
    for k in range(power // 2):
        value *= Fraction(2 * k + 1, dim + 2 * k)
    return sp.Rational(value.numerator, value.denominator)
