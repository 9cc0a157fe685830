r"""Deep ReLU networks: the decay laws of Bietti and Bach's Corollaries 2 and 3, with constants.

In the angle θ at u = 1, κ0 = 1 - θ/π exactly and κ1 = 1 - θ²/2 + θ³/(3π) + O(θ⁴). If a covariance
is S = 1 - θ²/2 + s θ³ + ..., its own angle is θ - s θ² + ..., and one layer more makes
s + 1/(3π) of s; of a tangent kernel T = t0 + t1 θ + ... it makes t0 + 1 and t1 - t0/π. By
induction s_L = (L-1)/(3π) and t1_L = -L(L-1)/(2π). At the other pole, in θ' = π - θ, the first
hidden layer has θ'³/(3π) and -θ'/π; from there on S(-1) = m_j lies inside (-1, 1), where κ0 and κ1
are analytic, and each layer multiplies the singular coefficient by κ0(m_j). Both kernels thus see
growth(L) + (-1)^l q_L with one and the same

    q_L = Π_(j=2..L-1) κ0(m_j),   q_2 = 1, q_3 = 1/2, falling in L.

So the constants differ by parity for L >= 3, and their growth in L is exact up to q_L <= 1/2; for
L = 2 the odd degrees vanish.
"""

from fractions import Fraction
from functools import lru_cache, partial

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball
from ntkproofs.arithmetic.laurent import as_ball
from ntkproofs.claims import (
    Claim,
    certify,
    gamma_ratio,
    identity,
    less,
    nonnegative,
    premise,
)
from ntkproofs.claims.theorems import (
    CHO_SAUL,
    DIFFERENTIABLE_EXPANSIONS,
    ENDPOINT_DECAY,
    NTK_LIMIT,
)
from ntkproofs.spectra.depth import DEPTH, feedforward_laws

d, L = sp.symbols("d L", integer=True, positive=True)
s, t0, t1 = sp.symbols("s t_0 t_1")
theta = sp.Symbol("theta")
half = sp.Rational(1, 2)
percent = sp.Rational(101, 100)
RELIES_ON = [ENDPOINT_DECAY, DIFFERENTIABLE_EXPANSIONS, CHO_SAUL, NTK_LIMIT]


def coefficient(expression, power):
    """The coefficient of a power of θ."""
    return sp.expand(expression).coeff(theta, power)


def truncated(expression):
    """An expression up to θ³."""
    return sum(coefficient(expression, power) * theta**power for power in range(4))


COSINE, SINE = 1 - theta**2 / 2, theta - theta**3 / 6  # up to θ³


def kappa1(angle):
    """κ1 = ((π - θ) cos θ + sin θ)/π up to θ³, at an angle that starts with θ."""
    value = ((sp.pi - theta) * COSINE + SINE) / sp.pi
    return truncated(value.subs(theta, angle))


def one_layer():
    """(S, T) after one layer, from S = 1 - θ²/2 + s θ³ and T = t0 + t1 θ, at u = 1."""
    angle = theta - s * theta**2
    cosine = COSINE.subs(theta, angle)
    yield premise(identity("the angle of S", truncated(cosine), COSINE + s * theta**3))
    covariance = kappa1(angle)
    yield premise(
        identity("S starts alike", covariance - coefficient(covariance, 3) * theta**3, COSINE)
    )
    tangent = truncated((t0 + t1 * theta) * (1 - angle / sp.pi) + covariance)
    return coefficient(covariance, 3), coefficient(tangent, 0), coefficient(tangent, 1)


def beyond_the_other_pole():
    """Where S(-1) = m is inside: S = m + e θ'² + f θ'³, κ0 and κ1 analytic at m, κ1' = κ0 there."""
    m0, slope, e, f, a, b = sp.symbols("kappa_0(m) kappa_0'(m) e f a b")
    step = e * theta**2 + f * theta**3
    covariance = m0 * step  # κ1(S) - κ1(m) up to θ'³
    tangent = (a + b * theta) * (m0 + slope * step) + covariance
    yield identity("the coefficient of θ'³ in S, one layer on", coefficient(covariance, 3), m0 * f)
    yield identity("the coefficient of θ' in T, one layer on", coefficient(tangent, 1), m0 * b)


def second_layer_at_the_other_pole():
    """κ1 and Θ_2 = u κ0 + κ1 at u = -cos θ': κ0 = θ'/π."""
    covariance = truncated((SINE - theta * COSINE) / sp.pi)
    tangent = truncated(-COSINE * theta / sp.pi + covariance)
    return covariance, tangent


@lru_cache
def eigenvalues(kernel, dim):
    values = nt.eigenvalues(kernel, dim=dim, degrees=DEGREES, digits=15)
    return dict(zip(DEGREES, values, strict=True))


def near(kernel, dim, degree, constant, p):
    """Decide |μ_l N^p - C| < μ_l N^p · 20/N² with N = l + (d-2)/2."""

    def comparison():
        n = ball(Fraction(2 * degree + dim - 2, 2))
        scaled = eigenvalues(kernel, dim)[degree] * n ** ball(p.subs(d, dim))
        return less(abs(scaled - constant()), abs(scaled) * BAND / n**2)

    about = rf"|\mu_l N^p / C - 1| < {BAND}/N^2"
    return certify(about, comparison, witness={"kernel": str(kernel), "d": dim, "degree": degree})


def other_pole(depth):
    """q_L as a ball: the product of κ0(S_j(-1)), j = 2..L-1."""
    value = arb(1)
    for layer in range(2, depth):
        start = arb(0) if layer == 2 else nt.nngp(layer)(arb(-1))
        value *= nt.arccosine(0)(start)
    return value


def gamma(twice):
    """Γ(twice/2)."""
    return (arb(twice) / 2).gamma()


def amplitude(depth, degree, growth, unit, parity):
    """unit (growth(L) + parity (-1)^l q_L)."""
    sign = parity * (-1) ** degree
    return ball(unit) * (ball(growth.subs(L, depth)) + sign * other_pole(depth))


def nngp_constant(depth, dim, *rest):
    power = arb(2) ** (dim - 1)
    return amplitude(depth, *rest) * power * gamma(dim) * gamma(dim + 2) / arb.pi() ** 2


def ntk_constant(depth, dim, *rest):
    return amplitude(depth, *rest) * arb(2) ** (dim - 2) * gamma(dim) ** 2 / arb.pi() ** 2


def eigenvalue_steps(family, constant, p, constants):
    """Certified eigenvalues against the law at all instances."""
    for depth, dim in INSTANCES:
        for degree in DEGREES:
            claimed = partial(constant, depth, dim, degree, *constants)
            yield near(family(depth), dim, degree, claimed, p)


def engine_steps(family, p, growth, parity, unit):
    """The coefficients of the library's expansions, in units of that at u = -1 for L = 2."""
    for depth in (3, 4, 8):
        law = nt.asymptotics(family(depth), d, terms=1)
        term = law.terms("even")[0]
        for degrees in ("even", "odd"):
            yield identity(f"p at L = {depth}", law.exponent(degrees), p, least={"d": 2})
        claimed = unit * growth.subs(L, depth)
        yield identity(f"u = 1, L = {depth}", term.at_one.to_sympy(), claimed)
        yield certify(f"u = -1, L = {depth}", partial(at_minus_one, term, depth, parity, unit))


def at_minus_one(term, depth, parity, unit):
    """Whether the library's coefficient at u = -1 is parity q_L times the unit, up to 10^-30."""
    found = as_ball(term.at_minus_one) * arb.pi() / ball(unit * sp.pi)
    return less(abs(found - ball(parity) * other_pole(depth)), Fraction(1, 10**30))


INSTANCES = [(3, 3), (3, 4)]  # L, d
BAND = 20
DEGREES = (50, 51, 100, 101)
WHERE = "L = 3 in d = 3, 4; l = 50, 51, 100, 101"

deep_nngp = Claim(
    id="literature.deep-nngp",
    statement=r"\mu_\ell(\Sigma_L) \sim (g(L) + (-1)^\ell q_L)\,"
    r"\frac{2^{d-1}\Gamma(d/2)\Gamma(d/2+1)}{\pi^2}\,\ell^{-p},\quad p = d + 2,\ g = L - 1,\ "
    r"q_L = \prod_{j=2}^{L-1} \kappa_0(\Sigma_j(-1))",
    source="Bietti, Bach 2021, Corollary 2: l^-(d+2), linear in L; the constants are ours",
    parameters="NNGP kernel of ReLU networks of L >= 3 weight layers on S^(d-1), d >= 2",
    constants={"p": d + 2, "growth": L - 1, "unit": 1, "parity": 1},
    mutants={
        "p": [d + 1, d + sp.Rational(3, 2), d + sp.Rational(5, 2), d],
        "growth": [L, L * (L - 1) / 2, 2 * L - 2, percent * (L - 1)],
        "unit": [percent, sp.Rational(99, 100), half],
        "parity": [-1, 0],
    },
)


@deep_nngp.proof(relies_on=RELIES_ON)
def covariance_by_induction(p, growth, unit, parity):
    """s_L = g(L)/(3π) by induction on L; then the constant of Λ_l(3/2), where θ³ is (2t)^(3/2)."""
    rise, _, _ = yield from one_layer()
    value = growth / (3 * sp.pi)
    yield identity("g(1) = 0", growth.subs(L, 1), 0)
    yield identity("g(L+1)", value.subs(L, L + 1), rise.subs(s, value), least={"L": 1})
    yield from beyond_the_other_pole()
    first, _ = second_layer_at_the_other_pole()
    yield identity("the first factor of q", coefficient(first, 3), parity / (3 * sp.pi))
    yield premise(nonnegative("g(L) > q_L", growth - 2, {"L": 3}))
    yield identity("p", 2 * sp.Rational(3, 2) + d - 1, p, least={"d": 2})
    singular = sp.sqrt(2) ** 3 / (3 * sp.pi) * 2 ** (d - half) * sp.gamma(d / 2)
    singular *= sp.gamma(d / 2 + 1) / (sp.sqrt(sp.pi) * sp.gamma(-sp.Rational(3, 2)))
    printed = 2 ** (d - 1) * sp.gamma(d / 2) * sp.gamma(d / 2 + 1) / sp.pi**2
    yield gamma_ratio("the unit", singular, unit * printed, 1, least={"d": 2})


@deep_nngp.certificate(on=WHERE)
def covariance_eigenvalues(p, growth, unit, parity):
    """Certified eigenvalues by quadrature against the law."""
    constants = growth, unit, parity
    yield from eigenvalue_steps(nt.nngp, nngp_constant, p, constants)


@deep_nngp.proof(relies_on=RELIES_ON)
def law_of_the_library(p, growth, parity):
    """The library's law in the depth, and its expansions at L = 3, 4, 8."""
    unit = 1 / (3 * sp.pi)
    law = feedforward_laws().covariance.value.subs(DEPTH, L)
    yield identity("s_L", law, unit * growth, least={"L": 3})
    yield from engine_steps(nt.nngp, p, growth, parity, unit)


deep_ntk = Claim(
    id="literature.deep-ntk",
    statement=r"\mu_\ell(\Theta_L) \sim (g(L) + (-1)^\ell q_L)\,"
    r"\frac{2^{d-2}\Gamma(d/2)^2}{\pi^2}\,\ell^{-p},\quad p = d,\ g = L(L-1)/2,\ "
    r"q_L = \prod_{j=2}^{L-1} \kappa_0(\Sigma_j(-1))",
    source="Bietti, Bach 2021, Corollary 3: l^-d, quadratic in L; the constants are ours",
    parameters="NTK of ReLU networks of L >= 3 weight layers on S^(d-1), d >= 2",
    constants={"p": d, "growth": L * (L - 1) / 2, "unit": 1, "parity": 1},
    mutants={
        "p": [d - 1, d - half, d + half, d + 1],
        "growth": [L - 1, L * (L + 1) / 2, L**2 / 2, percent * L * (L - 1) / 2],
        "unit": [percent, sp.Rational(99, 100), 2],
        "parity": [-1, 0],
    },
)


@deep_ntk.proof(relies_on=RELIES_ON)
def tangent_by_induction(p, growth, unit, parity):
    """t0_L = L and t1_L = -g(L)/π by induction on L; then the constant of Λ_l(1/2), θ = (2t)^(1/2).

    The singular coefficients are negative at both poles, and so is Γ(-1/2).
    """
    _, diagonal, slope = yield from one_layer()
    value = -growth / sp.pi
    yield identity("t0 = L", diagonal.subs(t0, L), L + 1)
    yield identity("g(1) = 0", growth.subs(L, 1), 0)
    after = slope.subs({t0: L, t1: value})
    yield identity("g(L+1)", value.subs(L, L + 1), after, least={"L": 1})
    yield from beyond_the_other_pole()
    _, first = second_layer_at_the_other_pole()
    yield identity("the first factor of q", coefficient(first, 1), -parity / sp.pi)
    yield premise(nonnegative("g(L) > q_L", growth - 2, {"L": 3}))
    yield identity("p", 2 * half + d - 1, p, least={"d": 2})
    singular = -sp.sqrt(2) / sp.pi * 2 ** (d - 3 * half) * sp.gamma(d / 2) ** 2
    singular /= sp.sqrt(sp.pi) * sp.gamma(-half)
    printed = 2 ** (d - 2) * sp.gamma(d / 2) ** 2 / sp.pi**2
    yield gamma_ratio("the unit", singular, unit * printed, 1, least={"d": 2})


@deep_ntk.certificate(on=WHERE)
def tangent_eigenvalues(p, growth, unit, parity):
    """Certified eigenvalues by quadrature against the law."""
    constants = growth, unit, parity
    yield from eigenvalue_steps(nt.ntk, ntk_constant, p, constants)


@deep_ntk.proof(relies_on=RELIES_ON)
def tangent_law_of_the_library(p, growth, parity):
    """The library's law in the depth, and its expansions at L = 3, 4, 8."""
    unit = -1 / sp.pi
    law = feedforward_laws().tangent.value.subs(DEPTH, L)
    yield identity("t1_L", law, unit * growth, least={"L": 3})
    yield from engine_steps(nt.ntk, p, growth, parity, unit)
