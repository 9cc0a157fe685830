r"""The deep narrow limit: its decay, and the prefactor before scaling.

The limit kernel is u + 1 + (q/2) κ1(ρ̂) with q = ρ²/d + β² and the correlation
ρ̂ = (ρ² u/d + β²)/q, a map of u that is affine and fixes 1: 1 - ρ̂ = r (1 - u) with
r = (ρ²/d)/q. For β > 0 it sends u = -1 into the open interval (-1, 1), where κ1 is analytic; so
only u = 1 counts, where κ1 has the singularity of ψ³/(3π), t^(3/2): the decay is l^(-(d+2)) for
degrees of both parities. That is the decay of the NNGP kernel, two powers faster than the talk's.
"""

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball
from ntkproofs.arithmetic.truth import less
from ntkproofs.claims import Claim, certify, exactly, identity, nonnegative, premise
from ntkproofs.claims.theorems import DEEP_NARROW_LIMIT, ENDPOINT_DECAY
from ntkproofs.kernels.expansions import Expansions
from ntkproofs.reports.charts import decay_chart

d = sp.Symbol("d", integer=True, positive=True)
u, rho, beta = sp.Symbol("u"), sp.Symbol("rho", positive=True), sp.Symbol("beta", positive=True)


def coefficients_at_one(kernel):
    """The expansion in the angle at u = 1, exactly."""
    series = Expansions(length=6, exact=True, bits=64).at_pole(kernel, 1)
    return [c.to_sympy() for c in series.coefficients]


def only_the_pole_at_one_counts():
    """The correlation fixes u = 1, is affine, and is inside (-1, 1) at u = -1."""
    signal, noise = rho**2 / d, beta**2
    correlation = (signal * u + noise) / (signal + noise)
    rate = signal / (signal + noise)
    yield premise(identity(r"1 - \hat\rho = r (1 - u)", 1 - correlation, rate * (1 - u)))
    there = correlation.subs(u, -1)
    gap = 4 * signal * noise / (signal + noise) ** 2
    yield premise(identity(r"1 - \hat\rho(-1)^2", 1 - there**2, gap))
    least = {"rho": 0, "beta": 0, "d": 2}
    yield premise(nonnegative(r"1 - \hat\rho(-1)^2 > 0 \text{ for } \rho, \beta > 0", gap, least))


def singularity_of_the_relu():
    """κ1 = 1 - ψ²/2 + ψ³/(3π) + ...: the first odd power is ψ³."""
    found = coefficients_at_one(nt.arccosine(1))
    for power, value in enumerate((1, 0, -sp.Rational(1, 2), 1 / (3 * sp.pi))):
        yield premise(identity(rf"[\psi^{power}]\,\kappa_1", found[power], value))


deep_narrow_decay = Claim(
    id="talk.deep-narrow-decay",
    statement=r"\mu_\ell \sim C(L,d)\,\ell^{-p},\quad p = d",
    source="talk, Deep Narrow Networks",
    parameters="k = u + 1 + E σ(g)σ(g'), cov g = ρ² u/d + β², ρ, β > 0, on S^(d-1), d >= 2; both "
    "parities",
    constants={"p": d},
    mutants={"p": [d + 1]},
)


@deep_narrow_decay.proof(
    relies_on=[DEEP_NARROW_LIMIT, ENDPOINT_DECAY],
    covers="ν = 3/2 comes from κ1 alone; ρ, β and d enter through the factor r^(3/2) > 0",
)
def from_the_singularity(p):
    """The first singular term is t^(3/2) at u = 1, and there is none at u = -1."""
    yield from only_the_pole_at_one_counts()
    yield from singularity_of_the_relu()
    nu = sp.Rational(3, 2)
    yield identity(r"2\nu + d - 1 = p", 2 * nu + d - 1, p, least={"d": 2})


@deep_narrow_decay.certificate(
    on="d = 2, 3, 7, (ρ, β) = (1, 1), (2, 1/3), both parities",
    relies_on=[DEEP_NARROW_LIMIT, ENDPOINT_DECAY],
)
def expansions_of_instances(p):
    """The expansions of the kernels at both poles, for six instances."""
    for dim in (2, 3, 7):
        for field, bias in ((1, 1), (2, sp.Rational(1, 3))):
            law = nt.asymptotics(nt.deep_narrow(field, bias), dim, terms=1)
            for parity in ("even", "odd"):
                witness = {"d": dim, "rho": field, "beta": bias, "parity": parity}
                expected = sp.sympify(p).subs(d, dim)
                yield exactly("decay exponent", law.exponent(parity), expected, witness)


@deep_narrow_decay.certificate(on="ρ = β = 1, d = 3, 4, l = 100, 101, 200, 202")
def eigenvalues_follow_the_law(p):
    """μ_200/μ_100 and μ_201/μ_101 of enclosed eigenvalues are 2^(-p) up to 10 %."""
    for dim in (3, 4):
        kernel = nt.deep_narrow(1, 1, input_dim=dim)
        found = nt.eigenvalues(kernel, dim, [100, 101, 200, 202], digits=10)
        power = arb(2) ** -ball(sp.sympify(p).subs(d, dim))
        for low in (0, 1):
            ratio = found[low + 2] / found[low] / power
            witness = {"d": dim, "degrees": [(100, 200), (101, 202)][low]}
            about = rf"\mu_{{2\ell}}/\mu_\ell \approx 2^{{-p}}, d = {dim}"
            yield certify(about, lambda r=ratio: less(abs(r - 1), arb(1) / 10), witness=witness)


deep_narrow_decay.amend(
    r"\mu_\ell \sim C(L,d)\,\ell^{-(d+2)}",
    p=d + 2,
    mutants={"p": [d, d + 1, d + sp.Rational(3, 2), d + sp.Rational(5, 2), d + 3]},
)

depth, scale, limit = sp.symbols("L C_L c", positive=True)

deep_narrow_depth = Claim(
    id="talk.deep-narrow-depth",
    statement=r"C(L,d) = c(d)\, L^q\, C_L^r,\quad q = 1,\ r = 0",
    source="talk, Deep Narrow Networks: C(L,d) proportional to L before scaling by 1/L",
    parameters="the NTK of the deep narrow network as L grows; C_L is the scale of the biases at "
    "depth L; c(d) is the constant of the limit kernel",
    constants={"q": sp.Integer(1), "r": sp.Integer(0), "biases": "C_L varies with L"},
    mutants={"q": [sp.Integer(2)], "r": [sp.Integer(1)]},
)


@deep_narrow_depth.proof(relies_on=[DEEP_NARROW_LIMIT, ENDPOINT_DECAY])
def from_the_limit(q, r, biases):
    """NTK = L C_L² (k + o(1)): every eigenvalue of the limit k is multiplied by L C_L²."""
    unscaled, stated = depth * scale**2 * limit, limit * depth**q * scale**r
    if biases == "C_L is held fixed":  # then it belongs to the constant
        unscaled, stated = unscaled.subs(scale, 1), stated.subs(scale, 1)
    yield identity(r"L\,C_L^2\,c = c\,L^q C_L^r", unscaled, stated)


deep_narrow_depth.reading(
    "C_L held fixed as L grows",
    r"C(L,d) = c'(d)\, L",
    biases="C_L is held fixed",
)
deep_narrow_depth.amend(
    r"C(L,d) = c(d)\, L\, C_L^2, \text{ proportional to } L \text{ only where } C_L "
    r"\text{ is held fixed}",
    r=sp.Integer(2),
    mutants={
        "q": [sp.Integer(0), sp.Integer(2), sp.Integer(3)],
        "r": [sp.Integer(0), sp.Integer(1), sp.Integer(3)],
    },
)


@deep_narrow_decay.chart(
    "Eigenvalues of the deep narrow limit (ρ = β = 1) on S², which fall by "
    "two powers of ℓ faster than the claim says."
)
def eigenvalues_and_law():
    return decay_chart(nt.deep_narrow(1, 1, input_dim=3), 3, range(1, 101))
