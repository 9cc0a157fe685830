r"""Arc-cosine kernels of any order: networks with the activation ReLU^n.

κ_n = J_n/(π (2n-1)!!) with J_0 = π - θ and dJ_n/du = n² J_(n-1) (Price's theorem). At u = -1, where
t = 1 + u, J_0 = (2t)^(1/2) (1 + O(t)), so J_n starts its singular part with j_n t^(n+1/2) and
(n + 1/2) j_n = n² j_(n-1). Since J_n(θ) + (-1)^n J_n(π-θ) is a polynomial of degree n in u, the
singularity at u = 1 is the same up to the sign (-1)^(n+1): degrees of the parity of n + 1 see twice
the coefficient, and those of the parity of n vanish from n + 2 on. So the exponent is
2(n+1/2) + d - 1 = d + 2n: d for the step, d + 2 for the ReLU. A second road is Bach's closed form,
whose ratio of neighbours is rational in l.
"""

from fractions import Fraction

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball
from ntkproofs.arithmetic.gammas import decay_exponent
from ntkproofs.claims import Claim, certify, exactly, gamma_ratio, identity, less
from ntkproofs.claims.theorems import (
    BACH_PROJECTIONS,
    DIFFERENTIABLE_EXPANSIONS,
    ENDPOINT_DECAY,
    GAMMA_FUNCTION,
    GAMMA_RATIO,
)

d, m = sp.symbols("d m", integer=True, positive=True)
n = sp.Symbol("n", integer=True, nonnegative=True)
half = sp.Rational(1, 2)
percent = sp.Rational(101, 100)
odd_factorial = 2**n * sp.gamma(n + half) / sp.sqrt(sp.pi)
"""(2n-1)!!."""

relu_powers = Claim(
    id="literature.relu-powers",
    statement=r"\mu_\ell(\kappa_n) \sim f\,\frac{2^{d-1}\Gamma(d/2)\,\Gamma(n+d/2)\,2^n\,n!^2}"
    r"{\pi^2 (2n-1)!!}\,\ell^{-p},\ p = d + 2n,\ f = 1 \text{ for odd } \ell - n;\quad "
    r"\mu_\ell = 0 \text{ for even } \ell - n,\ \ell \ge n + g,\ g = 2",
    source="Bach 2017; Bietti, Bach 2021: l^-(d+2n), one parity; the constant is ours",
    parameters="arc-cosine kernel of order n >= 0, k(1) = 1, on S^(d-1), d >= 2",
    constants={"p": d + 2 * n, "f": 1, "g": 2},
    mutants={
        "p": [d + 2 * n - 1, d + 2 * n + half, d + n, d + 2 * n + 2],
        "f": [percent, sp.Rational(99, 100), 2, half],
        "g": [0],
    },
)

constant = 2 ** (d - 1) * sp.gamma(d / 2) * sp.gamma(n + d / 2) * 2**n * sp.gamma(n + 1) ** 2
constant = constant / (sp.pi**2 * odd_factorial)
LEAST = {"d": 2, "n": 0}


@relu_powers.proof(
    relies_on=[ENDPOINT_DECAY, DIFFERENTIABLE_EXPANSIONS, GAMMA_FUNCTION], part="the law"
)
def from_the_singularities(p, f):
    """j_n = √2 n!² Γ(3/2)/Γ(n+3/2) by induction; both poles; the constant of Λ_l(n+1/2)."""
    j = sp.sqrt(2) * sp.gamma(n + 1) ** 2 * sp.gamma(3 * half) / sp.gamma(n + 3 * half)
    yield exactly("j_0 squared", j.subs(n, 0) ** 2, 2)
    after = (n + 3 * half) * j.subs(n, n + 1)
    yield gamma_ratio("Price's theorem", after, (n + 1) ** 2 * j, 1, least=LEAST)
    nu = n + half
    yield identity("p", 2 * nu + d - 1, p, least=LEAST)
    # 1/Γ(-ν) = (-1)^(n+1) Γ(n+3/2)/π, and (-1)^l = (-1)^(n+1).
    reciprocal = sp.gamma(n + 3 * half) / sp.pi
    power = 2 ** (nu + d - 2) * sp.gamma(d / 2) * sp.gamma(nu + (d - 1) / 2) / sp.sqrt(sp.pi)
    found = 2 * j / (sp.pi * odd_factorial) * power * reciprocal
    yield gamma_ratio("the constant", found, f * constant, 1, least=LEAST)


@relu_powers.proof(relies_on=[BACH_PROJECTIONS, GAMMA_RATIO], part="the law")
def from_the_closed_form(p, f):
    """At l = n + 1 + 2m: the ratio of neighbours, and the limit of μ_l l^p."""
    l = n + 1 + 2 * m  # noqa: E741
    # 1/Γ((n-l)/2+1)² = Γ((l-n)/2)²/π² for odd l - n.
    root = sp.gamma(d / 2) * sp.gamma(n + 1) / (2 ** (n + 1) * sp.pi)
    root *= sp.gamma((l - n) / 2) / sp.gamma((l + n + d) / 2)
    moment = 2**n * sp.gamma(n + d / 2) / sp.gamma(d / 2)
    value = 2 * moment / odd_factorial * root**2
    ratio = ((2 * m + 1) / (2 * m + 1 + 2 * n + d)) ** 2
    yield gamma_ratio(r"\mu_{l+2}/\mu_l", value.subs(m, m + 1), value, ratio, least=LEAST)
    yield identity("p", decay_exponent(ratio, m, LEAST), p, least=LEAST)
    # Γ((l-n)/2)/Γ((l+n+d)/2) ~ (l/2)^(-n-d/2).
    limit = value.subs(m, 0) * (sp.gamma(n + (d + 1) / 2) / sp.gamma(half)) ** 2 * 2 ** (2 * n + d)
    yield gamma_ratio("the constant", limit, f * constant, 1, least=LEAST)


ORDERS = range(4)
BAND = 60


@relu_powers.certificate(on="n = 0..3 in d = 3, 4; l - n = 101", part="the law")
def eigenvalues(p, f):
    """Certified eigenvalues against the law, with N = l + (d-2)/2."""
    for order in ORDERS:
        for dim in (3, 4):
            degree = order + 101
            found = nt.eigenvalues(nt.arccosine(order), dim=dim, degrees=[degree], digits=20)[0]
            at = {d: dim, n: order}

            def comparison(found=found, at=at, dim=dim, order=order, degree=degree):
                size = ball(Fraction(2 * degree + dim - 2, 2))
                claimed = ball(f) * constant_ball(order, dim)
                scaled = found * size ** ball(p.subs(at))
                return less(abs(scaled - claimed), abs(scaled) * BAND / size**2)

            witness = {"n": order, "d": dim, "degree": degree}
            yield certify(rf"|\mu_l N^p / C - 1| < {BAND}/N^2", comparison, witness=witness)


def constant_ball(order, dim):
    double = 1
    for k in range(1, order + 1):
        double *= 2 * k - 1
    factorial = (arb(order) + 1).gamma()
    gammas = (arb(dim) / 2).gamma() * (arb(dim) / 2 + order).gamma()
    return arb(2) ** (dim - 1 + order) * gammas * factorial**2 / (arb.pi() ** 2 * double)


@relu_powers.proof(
    relies_on=[BACH_PROJECTIONS],
    part="the zeros",
    covers="1/Γ vanishes at its poles: (n-l)/2 + 1 = -k for l = n + 2 + 2k, whatever n and d",
)
def zeros_by_parity(g):
    """The first l of the parity of n at which Γ((n-l)/2 + 1) has a pole; it has none at l = n."""
    first = sp.solve(sp.Eq((n - (n + sp.Symbol("x"))) / 2 + 1, 0), sp.Symbol("x"))[0]
    yield exactly("g", first, g)


@relu_powers.certificate(on="n = 0..3, d = 3: the library's closed forms", part="the zeros")
def zeros_of_the_library(g):
    """μ_l = 0 at l = n + g, ..., n + 6 of the parity of n."""
    for order in ORDERS:
        for degree in range(order + g, order + 7, 2):
            value = nt.exact_eigenvalue(nt.arccosine(order), 3, degree)
            yield exactly("the eigenvalue is 0", value, 0, {"n": order, "d": 3, "degree": degree})
