r"""Networks with the absolute value as activation, at the edge of chaos (a = 0, Δ = 1).

ϱ(u) = u + (2/π)(sqrt(1-u²) - u arccos u) is even, ϱ' = 1 - (2/π) arccos u is odd. Hence
all covariances from the second layer on are even; the tangent kernel, u for one layer, is even
from two layers on: T(-u) = T(u) is kept by T ↦ T ϱ'(R) + ϱ(R). So every odd eigenvalue is 0.
In the angle ϱ = 1 - θ²/2 + (2/(3π)) θ³ and ϱ' = 1 - 2θ/π at u = 1, so that the slope of the tangent
kernel is -L(L-1)/π by induction, twice that of the ReLU; u = -1 adds the same once more.
"""

from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball
from ntkproofs.claims import Claim, certify, exactly, gamma_ratio, identity, identity_modulo, less
from ntkproofs.claims.theorems import DIFFERENTIABLE_EXPANSIONS, ENDPOINT_DECAY, NTK_LIMIT
from ntkproofs.spectra.depth import DEPTH, feedforward_laws

d, L = sp.symbols("d L", integer=True, positive=True)
theta, u, s, pi = sp.symbols("theta u s pi")
half = sp.Rational(1, 2)
percent = sp.Rational(101, 100)
DEGREES = (100, 120)
BAND = 30

absolute_value = Claim(
    id="literature.absolute-value",
    statement=r"\mu_\ell(\Theta_L) \sim g(L)\,\frac{2^{d-1}\Gamma(d/2)^2}{\pi^2}\,\ell^{-p},\quad "
    r"p = d,\ g = L(L-1) \text{ for even } \ell;\quad \mu_\ell = 0 \text{ for odd } \ell",
    source="Terjék, González-Sánchez 2025 for the kernel; the law is ours",
    parameters="NTK of networks of L >= 2 weight layers with the activation |s|, weight variance "
    "1, on S^(d-1), d >= 2",
    constants={"p": d, "growth": L * (L - 1), "odd_degrees": "zero"},
    mutants={
        "p": [d - 1, d - half, d + half, d + 2],
        "growth": [L * (L - 1) / 2, L**2, L * (L + 1), percent * L * (L - 1), L - 1],
        "odd_degrees": ["the same law"],
    },
)


def reflected(expression):
    """An expression in u, θ and sin θ at the antipode."""
    return expression.subs({u: -u, theta: pi - theta}, simultaneous=True)


@absolute_value.proof(relies_on=[NTK_LIMIT], part="odd degrees")
def parity_by_induction(odd_degrees):
    """ϱ even, ϱ' odd; T even from two layers on. An odd part of the kernel would be needed."""
    cosine_map = u + 2 / pi * (s - u * theta)
    slope = 1 - 2 / pi * theta
    circle, names = [s**2 + u**2 - 1], [s, theta, u, pi]
    difference = sp.expand(pi * (cosine_map - reflected(cosine_map)))
    yield identity_modulo("ϱ is even", difference, 0, circle, names)
    total = sp.expand(pi * (slope + reflected(slope)))
    yield identity_modulo("ϱ' is odd", total, 0, circle, names)
    tangent, derivative, after = sp.symbols("T D R")
    value = tangent * derivative + after
    first = value.subs({tangent: -tangent, derivative: -derivative}, simultaneous=True)
    yield identity("two layers: T = u and D = ϱ'(u) change sign, R does not", first, value)
    # From there on T, D and R are functions of even ones: the odd part (k(u) - k(-u))/2 is 0.
    odd_part = {"zero": 0, "the same law": tangent}[odd_degrees]
    yield identity("the odd part", (value - first) / 2, odd_part)


@absolute_value.certificate(on="L = 2..8: the library's symmetries", part="odd degrees")
def parity_of_the_library(odd_degrees):
    """Whether the library finds the kernel to be even."""
    expected = {"zero": 1, "the same law": 0}[odd_degrees]
    for depth in range(2, 9):
        law = nt.asymptotics(nt.eoc(depth, 0, 1), d, terms=1)
        vanish = int(law.vanishes("odd").endswith("mu_l = 0 for all odd l"))
        yield exactly("all odd eigenvalues vanish", vanish, expected, {"L": depth})


def coefficient(expression, power) -> Any:
    return sp.expand(expression).coeff(theta, power)


@absolute_value.proof(
    relies_on=[ENDPOINT_DECAY, DIFFERENTIABLE_EXPANSIONS, NTK_LIMIT], part="even degrees"
)
def slope_by_induction(p, growth):
    """The angle of every layer is θ + O(θ²): t0 = L and t1 = -g(L)/π by induction on L."""
    cosine, sine = 1 - theta**2 / 2, theta - theta**3 / 6
    cosine_map = sp.expand(cosine + 2 / sp.pi * (sine - theta * cosine))
    yield identity("ϱ up to θ²", cosine_map - theta**3 * coefficient(cosine_map, 3), cosine)
    t0, t1 = sp.symbols("t_0 t_1")
    after = (t0 + t1 * theta) * (1 - 2 * theta / sp.pi) + 1
    yield identity("t0", coefficient(after, 0).subs(t0, L), L + 1)
    value = -growth / sp.pi
    yield identity("g(1) = 0", growth.subs(L, 1), 0)
    following = coefficient(after, 1).subs({t0: L, t1: value})
    yield identity("g(L+1)", value.subs(L, L + 1), following, least={"L": 1})
    yield identity("p", 2 * half + d - 1, p, least={"d": 2})
    # Both poles, θ = (2t)^(1/2) + ...
    singular = 2 * (-L * (L - 1) / sp.pi) * sp.sqrt(2) * 2 ** (d - 3 * half)
    singular *= sp.gamma(d / 2) ** 2 / (sp.sqrt(sp.pi) * sp.gamma(-half))
    claimed = growth * 2 ** (d - 1) * sp.gamma(d / 2) ** 2 / sp.pi**2
    yield gamma_ratio("the constant", singular, claimed, 1, least={"d": 2, "L": 2})


@absolute_value.proof(
    relies_on=[ENDPOINT_DECAY, DIFFERENTIABLE_EXPANSIONS, NTK_LIMIT], part="even degrees"
)
def law_of_the_library(p, growth):
    """The library's law in the depth at Δ = 1, and its expansions at L = 2, 3, 8."""
    law = feedforward_laws(1).tangent.value.subs(DEPTH, L)
    yield identity("t1_L", law, -growth / sp.pi, least={"L": 2})
    for depth in (2, 3, 8):
        found = nt.asymptotics(nt.eoc(depth, 0, 1), d, terms=1)
        yield identity(f"p at L = {depth}", found.exponent("even"), p, least={"d": 2})
        term = found.terms("even")[0]
        for value in (term.at_one, term.at_minus_one):
            claimed = -growth.subs(L, depth) / sp.pi
            yield identity(f"both poles, L = {depth}", value.to_sympy(), claimed)


@lru_cache
def eigenvalues(depth, dim) -> dict[int, arb]:
    values = nt.eigenvalues(nt.eoc(depth, 0, 1), dim=dim, degrees=DEGREES, digits=12)
    return dict(zip(DEGREES, values, strict=True))


@absolute_value.certificate(on="L = 2, 3 in d = 3; l = 100, 120", part="even degrees")
def eigenvalues_by_quadrature(p, growth):
    """Certified eigenvalues against the law: |μ_l N^p / C - 1| < 30/N², N = l + (d-2)/2."""
    for depth, dim in ((2, 3), (3, 3)):
        for degree in DEGREES:

            def comparison(depth=depth, dim=dim, degree=degree):
                size = ball(Fraction(2 * degree + dim - 2, 2))
                claimed = ball(growth.subs(L, depth)) * arb(2) ** (dim - 1)
                claimed *= (arb(dim) / 2).gamma() ** 2 / arb.pi() ** 2
                scaled = eigenvalues(depth, dim)[degree] * size ** ball(p.subs(d, dim))
                return less(abs(scaled - claimed), abs(scaled) * BAND / size**2)

            witness = {"L": depth, "d": dim, "degree": degree}
            yield certify(rf"|\mu_l N^p / C - 1| < {BAND}/N^2", comparison, witness=witness)
