r"""The Laplace kernel and the kernels exp(-c (1-u)^γ) on the sphere.

On the unit sphere ‖x-y‖ = r = sqrt(2(1-u)) = 2 sin(θ/2). At u = 1 the odd powers of r in exp(-c r)
are singular, the first one -c r; at u = -1, r = 2 cos(θ'/2) is even in the angle θ' and nothing is
singular. So even and odd degrees share the law C l^-d, for every c > 0: the exponent of the ReLU
NTK of any depth L >= 3, whose constants are (g(L) ± q_L)/(c π) times as large
(literature.deep-ntk). The same holds for exp(-c t^γ), t = 1 - u, whose first singular term is
-c t^γ for γ not an integer. Its constant has the sign of -1/Γ(-γ): positive for γ < 1, negative
for 1 < γ < 2, where almost all eigenvalues are negative and the kernel is not positive definite.
"""

from fractions import Fraction
from functools import lru_cache

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball
from ntkproofs.claims import Claim, certify, gamma_ratio, identity, less
from ntkproofs.claims.theorems import DIFFERENTIABLE_EXPANSIONS, ENDPOINT_DECAY, GAMMA_FUNCTION
from ntkproofs.reports.charts import decay_chart
from ntkproofs.spectra.terms import PARITIES

d = sp.Symbol("d", integer=True, positive=True)
c = sp.Symbol("c", positive=True)
gamma = sp.Symbol("gamma")
angle = sp.Symbol("theta")
half = sp.Rational(1, 2)
percent = sp.Rational(101, 100)
DEGREES = (100, 101)
BAND = 20


def exponential(rate, twice):
    """exp(-rate r^twice), r the distance; twice = 2γ."""
    return nt.zonal("power", lambda u, ar: ar.exp(-ar.number(rate) * ar.chord(u) ** twice))


@lru_cache
def eigenvalues(rate, twice, dim):
    values = nt.eigenvalues(exponential(rate, twice), dim=dim, degrees=DEGREES, digits=12)
    return dict(zip(DEGREES, values, strict=True))


def near(values, dim, degree, constant, p):
    """Decide |μ_l N^p - C| < |μ_l| N^p · 20/N² with N = l + (d-2)/2."""

    def comparison():
        n = ball(Fraction(2 * degree + dim - 2, 2))
        scaled = values()[degree] * n ** ball(p)
        return less(abs(scaled - constant()), abs(scaled) * BAND / n**2)

    about = rf"|\mu_l N^p / C - 1| < {BAND}/N^2"
    return certify(about, comparison, witness={"d": dim, "degree": degree})


laplace = Claim(
    id="literature.laplace",
    statement=r"\mu_\ell(e^{-c\|x-y\|}) \sim f\,\frac{c\,2^{d-2}\Gamma(d/2)^2}{\pi}\,\ell^{-p},"
    r"\quad p = d,\ f = 1 \text{, for even and odd } \ell",
    source="Bietti, Bach 2021; Geifman et al. 2020; Chen, Xu 2021: like the deep NTK, l^-d; "
    "the constant is ours",
    parameters="c > 0, on S^(d-1), d >= 2",
    constants={"p": d, "f": 1, "odd": 1},  # odd: the constant of odd degrees over that of even
    mutants={
        "p": [d - 1, d - half, d + half, d + 2],
        "f": [percent, sp.Rational(99, 100), 2],
        "odd": [0, -1, percent],
    },
)


@laplace.proof(relies_on=[ENDPOINT_DECAY, DIFFERENTIABLE_EXPANSIONS])
def from_the_distance(p, f, odd):
    """-c θ at u = 1, nothing at u = -1: the slopes in the angle of 2 sin(θ/2) and 2 cos(θ/2)."""
    here = sp.diff(sp.exp(-2 * c * sp.sin(angle / 2)), angle).subs(angle, 0)
    there = sp.diff(sp.exp(-2 * c * sp.cos(angle / 2)), angle).subs(angle, 0)
    yield identity("the slope at u = 1", here, -c)
    yield identity("odd over even", (here - there) / (here + there), odd, least={"c": 1})
    yield identity("p", 2 * half + d - 1, p, least={"d": 2})
    singular = here * sp.sqrt(2) * 2 ** (d - 3 * half) * sp.gamma(d / 2) ** 2
    singular /= sp.sqrt(sp.pi) * sp.gamma(-half)
    claimed = f * c * 2 ** (d - 2) * sp.gamma(d / 2) ** 2 / sp.pi
    yield gamma_ratio("the constant", singular, claimed, 1, least={"d": 2})


@laplace.certificate(on="c = 1/2, 1, 3 in d = 3, c = 1 in d = 4; l = 100, 101")
def eigenvalues_by_quadrature(p, f, odd):
    """Certified eigenvalues against the law."""
    for rate, dim in ((Fraction(1, 2), 3), (1, 3), (3, 3), (1, 4)):
        for degree in DEGREES:
            factor = f * odd if degree % 2 else f

            def constant(rate=rate, dim=dim, factor=factor):
                power = arb(2) ** (dim - 2) * (arb(dim) / 2).gamma() ** 2
                return ball(factor) * ball(rate) * power / arb.pi()

            def values(rate=rate, dim=dim):
                return eigenvalues(rate, 1, dim)

            yield near(values, dim, degree, constant, p.subs(d, dim))


gamma_power = Claim(
    id="literature.exponential-power",
    statement=r"\mu_\ell(e^{-c(1-u)^\gamma}) \sim f\,c\gamma\,\frac{2^{\gamma+d-2}\Gamma(d/2)"
    r"\Gamma(\gamma+(d-1)/2)}{\sqrt\pi\,\Gamma(1-\gamma)}\,\ell^{-p},\quad p = d + 2\gamma - 1",
    source="Bietti, Bach 2021: l^(-d-2γ+1); the constant is ours",
    parameters="c > 0, γ > 0 rational and not an integer, on S^(d-1), d >= 2",
    constants={
        "p": d + 2 * gamma - 1,
        "f": 1,
    },
    mutants={
        "p": [
            d + 2 * gamma - half,
            d + 2 * gamma - 3 * half,
            d + gamma - 1,
            d + 2 * gamma + 1,
        ],
        "f": [percent, sp.Rational(99, 100), -1],
    },
)


@gamma_power.proof(relies_on=[ENDPOINT_DECAY, DIFFERENTIABLE_EXPANSIONS, GAMMA_FUNCTION])
def from_the_first_power(p, f):
    """exp(-c y) = 1 - c y + ..., y = t^γ; at u = -1 the kernel is analytic. Γ(1-γ) = -γ Γ(-γ)."""
    y, shifted = sp.symbols("y gamma-1/2")
    slope = sp.diff(sp.exp(-c * y), y).subs(y, 0)
    at = {gamma: shifted + half}
    exponent = 2 * at[gamma] + d - 1
    yield identity("p", exponent, p.subs(at), least={"d": 2, "gamma-1/2": 0})
    reciprocal = sp.Symbol("1/Gamma(-gamma)")
    constant = slope * reciprocal  # times what the two sides share
    claimed = f * c * gamma * (reciprocal / -gamma)
    yield identity("the constant", constant, claimed, least={"c": 1, "gamma": 1})


@gamma_power.certificate(on="γ = 1/2 and 3/2 in d = 3, 4; l = 100, 101")
def powers_by_quadrature(p, f):
    """Certified eigenvalues of exp(-r^(2γ)), for which c = 2^γ, against the law."""
    for twice, dim in ((1, 3), (3, 3), (3, 4)):
        for degree in DEGREES:

            def constant(g=Fraction(twice, 2), dim=dim):
                found = (arb(dim) / 2).gamma() * ball(g + Fraction(dim - 1, 2)).gamma()
                found *= arb(2) ** ball(2 * g + dim - 2) * ball(g)
                return ball(f) * found / (arb.pi().sqrt() * ball(1 - g).gamma())

            def values(twice=twice, dim=dim):
                return eigenvalues(1, twice, dim)

            exponent = p.subs({gamma: sp.Rational(twice, 2), d: dim})
            yield near(values, dim, degree, constant, exponent)


@gamma_power.certificate(on="γ = 1/4, 3/4, 3/2, 5/2, c = 1, d = 3: the library's expansions")
def powers_by_the_library(p, f):
    """Exponents and constants of the library for other powers, by square roots of square roots."""
    formulas = {
        1: lambda x, root: root,
        3: lambda x, root: root**3,
        6: lambda x, root: x * root**2,
        10: lambda x, root: x**2 * root**2,
    }
    for four, formula in formulas.items():

        def power(u, ar, formula=formula):
            return ar.exp(-formula(1 - u, ar.sqrt(ar.sqrt(1 - u))))

        law = nt.asymptotics(nt.zonal(f"t^({four}/4)", power), 3, terms=1)
        at = {gamma: sp.Rational(four, 4), d: 3}
        for degrees in PARITIES:
            yield identity(f"p at γ = {four}/4", law.exponent(degrees), p.subs(at))

            value = law.coefficient(degrees)

            def comparison(value=value, g=Fraction(four, 4)):
                found = ball(g) * (arb(3) / 2).gamma() * ball(g + 1).gamma() * arb(2) ** ball(g + 1)
                found = ball(f) * found / (arb.pi().sqrt() * ball(1 - g).gamma())
                return less(abs(value - found), Fraction(1, 10**20))

            yield certify(f"the constant at γ = {four}/4", comparison)


@laplace.chart(
    "Eigenvalues of the Laplace kernel, c = 1, on S², beside those of the NTK of three "
    "layers: the same power."
)
def eigenvalues_and_laws():
    kernels = [("Laplace", exponential(1, 1)), ("NTK", nt.ntk(3))]
    return decay_chart(kernels, 3, range(1, 61))
