r"""How many spherical harmonics of degree l there are.

N(d,l) counts homogeneous polynomials of degree l minus those that are r² times one of degree l - 2.
The formula, its growth and the constant are derived in derivations/harmonic_dimension.py.
"""

import sympy as sp

from ntkproofs.arithmetic.gammas import gamma_quotient
from ntkproofs.claims import Claim, gamma_ratio, identity, premise
from ntkproofs.claims.theorems import GAMMA_RATIO
from ntkproofs.derivation import derivation

d = sp.Symbol("d", integer=True, positive=True)
l = sp.Symbol("l", integer=True, positive=True)  # noqa: E741 - the field's name for the degree

# (2l+d-2) Γ(l+d-2) / (Γ(l+1) Γ(d-1)) = (2l+d-2)/l · C(l+d-3, d-2)
N = (2 * l + d - 2) * sp.gamma(l + d - 2) / (sp.gamma(l + 1) * sp.gamma(d - 1))
LEAST = {"d": 3, "l": 2}

COUNT = derivation("harmonic-dimension")

harmonic_dimension = Claim(
    id="talk.harmonic-dimension",
    statement=r"N(d,\ell) \sim \frac{c}{(d-2)!}\,\ell^{p},\quad p = d - 2,\ c = 2",
    source="talk, Practical Implementation: the dimension growth; the constant is ours",
    parameters="S^(d-1), d >= 3; l to infinity",
    constants={"p": d - 2, "c": 2},
    mutants={
        "p": [d - 3, d - sp.Rational(3, 2), d - 1],
        "c": [1, sp.Rational(202, 100)],
    },
)


def law():
    """(c, p) with N(d,l) ~ c l^p, as derived."""
    return COUNT.statement("growth").for_symbols(d).power()


def rests_on():
    """The derivation of the number of harmonics and of its growth."""
    for step in COUNT.steps():
        yield premise(step)


@harmonic_dimension.proof(relies_on=[GAMMA_RATIO, *COUNT.relies_on()], part="growth")
def growth(p):
    """The derived exponent, for every d."""
    yield from rests_on()
    yield identity("p", law()[1], p, least={"d": 3})


@harmonic_dimension.proof(
    relies_on=[GAMMA_RATIO, *COUNT.relies_on()],
    part="constant",
    covers="the constant is derived for the symbol d",
)
def leading_constant(c):
    """The derived constant times (d-2)!."""
    yield from rests_on()
    yield gamma_ratio(
        r"\lim N(d,\ell)\,(d-2)!/\ell^{d-2} = c",
        law()[0].rewrite(sp.gamma) * sp.gamma(d - 1),
        c,
        1,
        least={"d": 3},
    )


@harmonic_dimension.proof(part="formula")
def counting_polynomials(p):
    """N(d,l) = C(l+d-1, d-1) - C(l+d-3, d-1), which the formula above must equal; degree p in l."""
    every = sp.gamma(l + d) / (sp.gamma(l + 1) * sp.gamma(d))
    fewer = sp.gamma(l + d - 2) / (sp.gamma(l - 1) * sp.gamma(d))
    counted = gamma_quotient(every, N, LEAST) - gamma_quotient(fewer, N, LEAST)
    yield identity("homogeneous polynomials minus multiples of r²", counted, 1)
    for dim in (3, 4, 5, 6):
        polynomial = sp.Poly(sp.gammasimp(N.subs(d, dim)), l)
        yield identity("its degree in l", polynomial.degree(), sp.sympify(p).subs(d, dim))


harmonic_dimension.reading(
    "as an asymptotic equality without a constant",
    r"N(d,\ell) \sim \ell^{d-2}/(d-2)!",
    c=1,
)
