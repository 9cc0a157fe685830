r"""Eigenvalues of a power at a pole, and the constant of Bietti and Bach's theorem.

Their Theorem 1 reads the decay of eigenvalues off the singularities of a kernel at u = ±1. It
stands on the eigenvalues Λ_l(ν) of (1-u)^ν, which are known exactly, by two roads: integrations by
parts make a Beta integral of them (derivations/endpoint_powers.py); the differential equation and
the recurrence of the Legendre polynomials, without any integral, determine the ratio of neighbours.
Both leave

    Λ_l(ν) = 2^(ν+d-2) Γ(d/2) Γ(ν+(d-1)/2) / (sqrt(π) Γ(-ν)) · Γ(l-ν)/Γ(l+ν+d-1).

Against these, the paper's lemma is wrong twice: its exponent -d-2ν-1 (its proof and the theorem
have -d-2ν+1), and its constant, which is exactly one half of the true one for all d and ν. The even
function (1-u²)^ν has 2^ν t^ν at both poles, so that its even degrees see 2^(ν+1) Λ_l(ν); with
Γ(ν+1)/Γ(ν+2) = 1/(ν+1) and (ν+1) Γ(-ν-1) = -Γ(-ν) the printed quotient is 1/(2 sqrt(π) Γ(-ν)).
"""

from fractions import Fraction
from functools import lru_cache

import sympy as sp

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball
from ntkproofs.arithmetic.gammas import decay_exponent
from ntkproofs.claims import Claim, certify, gamma_ratio, identity, less, premise
from ntkproofs.claims.theorems import (
    ENDPOINT_DECAY,
    FUNK_HECKE,
    GAMMA_FUNCTION,
    GAMMA_RATIO,
    LEGENDRE_EQUATION,
)
from ntkproofs.derivation import derivation
from ntkproofs.spectra.endpoints import endpoint_constant_ball

d, l = sp.symbols("d l", integer=True, positive=True)  # noqa: E741
nu = sp.Symbol("nu", integer=False, positive=True)
half = sp.Rational(1, 2)
percent = sp.Rational(101, 100)
shifted = sp.Symbol("nu - 1/2", positive=True)
"""Witnesses of an identity are integers; with ν - 1/2 as the variable they are no integers ν."""
LEAST = {"d": 2, "l": 0, "nu - 1/2": 0}


def generic(expression):
    """An expression in ν in terms of ν - 1/2."""
    return sp.sympify(expression).subs(nu, shifted + half)


# The eigenvalues Λ_l(ν).

measure = sp.gamma(d / 2) / (sp.sqrt(sp.pi) * sp.gamma((d - 1) / 2))
"""1 / ∫ (1-u²)^((d-3)/2) du."""

first_value = (
    2 ** (nu + d - 2) * sp.gamma(d / 2) * sp.gamma(nu + (d - 1) / 2) / sp.sqrt(sp.pi)
) / sp.gamma(nu + d - 1)
"""Λ_0(ν) of the formula, Γ(-ν) cancelled."""

POWERS = derivation("endpoint-powers")

endpoint_eigenvalue = Claim(
    id="literature.endpoint-eigenvalue",
    statement=r"\Lambda_\ell(\nu) = 2^{\nu+d-2} \frac{\Gamma(d/2)\Gamma(\nu+(d-1)/2)}"
    r"{\sqrt\pi\,\Gamma(-\nu)} \frac{\Gamma(\ell-\nu)}{\Gamma(\ell+\nu+d-1)}",
    source="derived for Bietti, Bach 2021, Theorem 1: the eigenvalues of (1-u)^ν",
    parameters="S^(d-1), d >= 2, ν > 0 not an integer, l >= 0",
    constants={
        "ratio": (l - nu) / (l + nu + d - 1),  # Λ_(l+1)/Λ_l
        "first": 1,  # Λ_0 is this multiple of the formula's
    },
    mutants={
        "ratio": [
            (l - nu + half) / (l + nu + d - 1),
            (l - nu) / (l + nu + d - 2),
            (l + nu) / (l + nu + d - 1),
            percent * (l - nu) / (l + nu + d - 1),
        ],
        "first": [percent, 2, half],
    },
)


@endpoint_eigenvalue.proof(relies_on=POWERS.relies_on("eigenvalue"))
def by_parts(ratio, first):
    """As derived: each integration by parts lowers the degree; a Beta integral remains."""
    for step in POWERS.steps("eigenvalue"):
        yield premise(step)
    derived = POWERS.statement("eigenvalue").for_symbols(d, l, nu).right.rewrite(sp.gamma)
    quotient = (l - nu) / (l + nu + d - 1)
    least = {"d": 2, "l": 0}
    after = derived.subs(l, l + 1)
    yield premise(gamma_ratio("the quotient, reduced", after, derived, quotient, least=least))
    yield identity(r"\Lambda_{l+1}/\Lambda_l", generic(quotient), generic(ratio), least=LEAST)
    yield gamma_ratio(r"\Lambda_0", derived.subs(l, 0), first * first_value, 1, least=least)


@endpoint_eigenvalue.proof(relies_on=[FUNK_HECKE, LEGENDRE_EQUATION, GAMMA_FUNCTION])
def by_the_differential_equation(ratio, first):
    """Two relations determine all Λ_l(ν)/Λ_0(ν); Λ_0 is the measure of the weight.

    The operator of the equation takes t^ν to ν(2ν+d-3) t^(ν-1) - ν(ν+d-2) t^ν; hence a relation
    between ν and ν + 1. The recurrence of u P_l, u = 1 - t, gives another; together they are a
    recurrence in l whose first step (where P_(l-1) has the factor l = 0) fixes Λ_1/Λ_0.
    """
    t, n = sp.symbols("t n", positive=True)
    u = 1 - t
    power = t**n
    # With respect to u, d/du = -d/dt.
    image = (1 - u**2) * sp.diff(power, t, 2) + (d - 1) * u * sp.diff(power, t)
    claimed = n * (2 * n + d - 3) / t - n * (n + d - 2)
    yield premise(identity("the operator on t^ν", sp.expand(image / power), sp.expand(claimed)))
    raised = (n + 1) * (2 * n + d - 1) / ((n + 1) * (n + d - 1) - l * (l + d - 2))  # Λ(ν+1)/Λ(ν)
    r = ratio.subs(nu, n)
    before = r.subs(l, l - 1)
    whole = 2 * l + d - 2
    three_terms = 1 - l / whole / before - (l + d - 2) / whole * r
    first_step = (1 - raised).subs(l, 0)
    at = {n: shifted + half}
    yield identity(r"\Lambda_1/\Lambda_0", first_step.subs(at), r.subs(l, 0).subs(at), least=LEAST)
    yield identity(
        r"\Lambda_l(\nu+1)/\Lambda_l(\nu)",
        raised.subs(at),
        three_terms.subs(at),
        least={**LEAST, "l": 1},
    )
    beta = 2 ** (nu + d - 2) * sp.gamma(nu + (d - 1) / 2) * sp.gamma((d - 1) / 2)
    beta = beta / sp.gamma(nu + d - 1)
    yield gamma_ratio(r"\Lambda_0", measure * beta, first * first_value, 1, least={"d": 2})


# The lemma and the theorem.

lemma_exponent = Claim(
    id="literature.endpoint-exponent",
    statement=r"\mu_\ell((1-u^2)^\nu) \sim C\,\ell^{-p},\quad p = d + 2\nu + 1",
    source="Bietti, Bach 2021, the lemma behind Theorem 1, as printed",
    parameters="S^(d-1), d >= 2, ν > 0 not an integer, even l",
    constants={"p": d + 2 * nu + 1},
    mutants={"p": [d + 2 * nu - 1]},
)


@lemma_exponent.proof(relies_on=[ENDPOINT_DECAY, GAMMA_RATIO])
def from_the_ratio(p):
    """Λ_(l+1)/Λ_l = 1 - (2ν+d-1)/l + O(1/l²), whatever the constant."""
    ratio = generic((l - nu) / (l + nu + d - 1))
    exponent = decay_exponent(ratio, l, {"d": 2})
    yield identity("p", exponent, generic(p), least=LEAST)


@lru_cache
def eigenvalues(power, dim):
    """Eigenvalues of (1-u²)^(power/2), by quadrature on balls."""
    kernel = nt.zonal(f"sine^{power}", lambda u, ar: ar.sine(u) ** power)
    values = nt.eigenvalues(kernel, dim=dim, degrees=DEGREES, digits=15)
    return dict(zip(DEGREES, values, strict=True))


INSTANCES = [(1, 3), (1, 4), (3, 3), (3, 2)]  # 2ν, d
DEGREES = (50, 100)
BAND = 20
WHERE = "ν = 1/2, 3/2 in d = 2, 3, 4; l = 50, 100"


def near(power, dim, degree, constant, p):
    """Decide |μ_l N^p - C| < μ_l N^p · 20/N² with N = l + (d-2)/2."""

    def comparison():
        n = ball(Fraction(2 * degree + dim - 2, 2))
        scaled = eigenvalues(power, dim)[degree] * n ** ball(p)
        return less(abs(scaled - constant()), abs(scaled) * BAND / n**2)

    witness = {"nu": f"{power}/2", "d": dim, "degree": degree}
    return certify(r"|\mu_l N^p / C - 1| < 20/N^2", comparison, witness=witness)


def even_constant(power, dim):
    """2^(ν+1) times the constant of Λ_l(ν)."""
    exponent = Fraction(power, 2)
    return arb_power_of_two(exponent + 1) * endpoint_constant_ball(exponent, dim)


def arb_power_of_two(exponent):
    return ball(2) ** ball(exponent)


@lemma_exponent.certificate(on=WHERE)
def eigenvalues_by_quadrature(p):
    """Certified eigenvalues against the law with the exact constant."""
    for power, dim in INSTANCES:
        here = p.subs({nu: sp.Rational(power, 2), d: dim})
        for degree in DEGREES:
            yield near(power, dim, degree, lambda a=power, b=dim: even_constant(a, b), here)


lemma_exponent.amend(
    r"\mu_\ell((1-u^2)^\nu) \sim C\,\ell^{-(d+2\nu-1)}",
    p=d + 2 * nu - 1,
    mutants={"p": [d + 2 * nu + 1, d + 2 * nu, d + 2 * nu - half, d + 2 * nu - 3 * half, d + nu]},
)

printed_constant = Claim(
    id="literature.endpoint-constant",
    statement=r"\mu_\ell((1-u^2)^\nu) \sim f\,K(d,\nu)\,\ell^{-d-2\nu+1},\quad f = 1",
    source="Bietti, Bach 2021, the lemma behind Theorem 1: K is the constant that it prints",
    parameters="S^(d-1), d >= 2, ν > 0 not an integer, even l; the theorem has K/2^(ν+1)",
    constants={"f": 1},
    mutants={"f": [2]},
)


def printed(duplicated, at_minus_nu_minus_1):
    """The printed K, with Γ(2ν+d-1) and Γ(-ν-1) as given."""
    surface = sp.gamma(d / 2) / (sp.sqrt(sp.pi) * sp.gamma((d - 1) / 2))
    quotient = sp.gamma(nu + d / 2) * sp.gamma((d - 1) / 2) * sp.gamma(nu + 1)
    quotient /= sp.gamma(-half) * sp.gamma(nu + 2) * at_minus_nu_minus_1
    beta = sp.gamma(nu + (d - 1) / 2) ** 2 / duplicated
    return 2 ** (2 * nu + d - 2) * surface * beta * quotient * 2 ** (d + 2 * nu - 1)


@printed_constant.proof(relies_on=[ENDPOINT_DECAY, GAMMA_RATIO, GAMMA_FUNCTION])
def in_gamma_functions(f):
    """f K against 2^(ν+1) times the constant of Λ_l(ν), for all d and ν."""
    z = nu + (d - 1) / 2
    duplicated = 2 ** (2 * z - 1) / sp.sqrt(sp.pi) * sp.gamma(z) * sp.gamma(z + half)
    s = sp.Symbol("s", positive=True)  # sin(πν), not 0
    at_minus_nu = -sp.pi / (s * sp.gamma(nu + 1))
    at_minus_nu_minus_1 = sp.pi / (s * sp.gamma(nu + 2))
    exact = 2 ** (nu + d - 2) * sp.gamma(d / 2) * sp.gamma(z) / (sp.sqrt(sp.pi) * at_minus_nu)
    yield gamma_ratio(
        r"f K / (2^{\nu+1} \lim \Lambda_l(\nu) l^{d+2\nu-1})",
        f * printed(duplicated, at_minus_nu_minus_1),
        2 ** (nu + 1) * exact,
        1,
        least={"d": 2},
    )


def printed_ball(power, dim):
    """The printed K as a ball, as it stands."""
    v, g = ball(Fraction(power, 2)), lambda x: ball(x).gamma()
    e = Fraction(power, 2)
    surface = g(Fraction(dim, 2)) / (ball(1).pi().sqrt() * g(Fraction(dim - 1, 2)))
    beta = g(e + Fraction(dim - 1, 2)) ** 2 / g(2 * e + dim - 1)
    quotient = g(e + Fraction(dim, 2)) * g(Fraction(dim - 1, 2)) * g(e + 1)
    quotient = quotient / (g(Fraction(-1, 2)) * g(e + 2) * g(-e - 1))
    return ball(2) ** (2 * v + dim - 2) * surface * beta * quotient * ball(2) ** (dim + 2 * v - 1)


@printed_constant.certificate(on=WHERE)
def constants_by_quadrature(f):
    """Certified eigenvalues against the law with f times the printed constant."""
    for power, dim in INSTANCES:
        p = dim + power - 1
        for degree in DEGREES:
            yield near(power, dim, degree, lambda a=power, b=dim: ball(f) * printed_ball(a, b), p)


printed_constant.amend(
    r"\mu_\ell((1-u^2)^\nu) \sim 2 K(d,\nu)\,\ell^{-d-2\nu+1}",
    f=2,
    mutants={"f": [1, half, 2 * percent, sp.Rational(198, 100), -2, 4]},
)
