r"""Decay of the eigenvalues of the deep NTK, and how its constant grows with depth.

In the angle θ to the pole, Θ_L = L + a_L θ + O(θ²) at u = 1 and Θ_L = T + b_L θ + O(θ²) at u = -1.
A term θ is sqrt(2) t^(1/2) in t = 1 ∓ u, the first that is not analytic, and t^(1/2) has
eigenvalues ~ C l^(-d); so the decay is l^(-d) for all degrees of a parity as soon as a_L ± b_L is
not 0. By induction on L, a_L = -L(L-1)/(2π). At u = -1 the cosines of layers from the second on
have no term θ (κ1 is C¹ and has none at its own pole), so that b_(L+1) = b_L κ0(S_L(-1)), and with
b_3 = -1/(2π) and 1/2 <= κ0 <= 1 on [0, 1]: -1/(2π) <= b_L < 0 for L >= 3.
"""

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball
from ntkproofs.arithmetic.truth import less
from ntkproofs.claims import (
    Claim,
    certify,
    exactly,
    identity,
    nonnegative,
    nonzero_exactly,
    premise,
)
from ntkproofs.claims.theorems import ENDPOINT_DECAY, NTK_LIMIT
from ntkproofs.kernels.expansions import Expansions
from ntkproofs.spectra.depth import (
    DEPTH,
    feedforward_laws,
    leading_terms_of_deep_networks,
)

d = sp.Symbol("d", integer=True, positive=True)


def leading_terms():
    """a_L for all L, and what bounds b_L, as premises."""
    for about, left, right in leading_terms_of_deep_networks():
        yield premise(identity(about, left, right, least={"L": 1}))


deep_decay = Claim(
    id="talk.deep-decay",
    statement=r"\mu_\ell \sim C(d,L)\,\ell^{-p},\quad p = d,\ L \ge 3,\ "
    r"C \text{ depending on the parity of } \ell",
    source="talk, Spectral Theory of the NTK: eigenvalue decay",
    parameters="NTK of ReLU networks of L >= 3 layers on S^(d-1), d >= 2; degree l to infinity",
    constants={"p": d, "first_depth": 3, "parity_gap": "nonzero"},
    mutants={
        "p": [d - 1, d - sp.Rational(1, 2), d + sp.Rational(1, 2), d + 1],
        "first_depth": [2],
        "parity_gap": ["zero"],
    },
)


@deep_decay.proof(relies_on=[NTK_LIMIT, ENDPOINT_DECAY], part="decay")
def from_the_singularities(p, first_depth):
    """a_L ± b_L < 0 for all L, so that t^(1/2) leads for both parities, whose law is l^(-d)."""
    yield from leading_terms()
    size = DEPTH * (DEPTH - 1) - 1  # 2π |a_L| - 2π |b_L|, at least
    yield premise(nonnegative(r"|a_L| > |b_L| \text{ for } L \ge 3", size - 1, {"L": 3}))
    for depth in range(first_depth, 6):
        law = nt.asymptotics(nt.ntk(depth), d, terms=1)
        for parity in ("even", "odd"):
            if law.vanishes(parity):
                about = rf"\mu_\ell \neq 0 \text{{ for {parity} }} \ell,\ L = {depth}"
                yield exactly(about, 0, 1, {"L": depth, "why": law.vanishes(parity)})
            else:
                about = rf"p, {parity} degrees, L = {depth}"
                yield identity(about, law.exponent(parity), p, least={"d": 2})


@deep_decay.proof(
    relies_on=[NTK_LIMIT, ENDPOINT_DECAY],
    part="parity",
    covers="b_(L+1) = b_L κ0(S_L(-1)) with κ0 >= 1/2 on [0, 1]: b_L is nonzero for every L >= 3",
)
def the_constant_depends_on_parity(parity_gap):
    """b_3 is not 0, and b_L is b_3 times factors between 1/2 and 1."""
    yield from leading_terms()
    third = Expansions(length=6, exact=True, bits=64).at_pole(nt.ntk(3), -1).coefficients[1]
    third = third.to_sympy() * sp.pi
    if parity_gap == "nonzero":
        yield nonzero_exactly(r"\pi b_3 \neq 0", third)
    else:
        yield exactly(r"\pi b_3 = 0", third, 0)


@deep_decay.certificate(on="d = 3, 5, L = 3, 4, l = 150, 151, 300, 301", part="decay")
def eigenvalues_follow_the_law(p):
    """μ_300/μ_150 and μ_301/μ_151 of enclosed eigenvalues are 2^(-p) up to 10 %."""
    for depth in (3, 4):
        for dim in (3, 5):
            found = nt.eigenvalues(nt.ntk(depth), dim, [150, 151, 300, 301], digits=10)
            power = arb(2) ** -ball(sp.sympify(p).subs(d, dim))
            for low in (0, 1):
                ratio = found[low + 2] / found[low] / power
                witness = {"L": depth, "d": dim, "degrees": [(150, 300), (151, 301)][low]}
                about = rf"\mu_{{300}}/\mu_{{150}} \approx 2^{{-p}}, L = {depth}, d = {dim}"
                yield certify(about, lambda r=ratio: less(abs(r - 1), arb(1) / 10), witness=witness)


deep_depth_constant = Claim(
    id="talk.deep-depth-constant",
    statement=r"C(d,L) \text{ grows like } L^q,\quad q = 2",
    source="talk, Spectral Theory of the NTK: the constant of the decay",
    parameters="NTK of ReLU networks of L >= 3 layers on S^(d-1), d >= 2, both parities; L to "
    "infinity",
    constants={"q": sp.Integer(2)},
    mutants={"q": [sp.Integer(1), sp.Rational(3, 2), sp.Rational(5, 2), sp.Integer(3)]},
)


@deep_depth_constant.proof(
    relies_on=[NTK_LIMIT, ENDPOINT_DECAY],
    covers="a_L is shown by induction for all L, |b_L| <= 1/(2π), and the eigenvalue of t^(1/2) "
    "does not depend on L",
)
def degree_of_the_polynomial(q):
    """C(d, L) = c(d) (a_L ± b_L) with b_L bounded; the degree of a_L in L."""
    yield from leading_terms()
    polynomial = sp.Poly(sp.expand(feedforward_laws().tangent.value * sp.pi), DEPTH)
    yield exactly(r"\deg_L a_L = q", polynomial.degree(), q)


@deep_depth_constant.certificate(on="d = 3, L = 16, 32, 64, both parities")
def constants_of_given_depths(q):
    """C(3, 2L)/C(3, L) is 2^q up to a factor 2^(1/4)."""
    for parity in ("even", "odd"):
        for depth in (16, 32):
            here, there = (
                nt.asymptotics(nt.ntk(n), 3).terms(parity)[0].ball(parity)
                for n in (depth, 2 * depth)
            )
            ratio = there / here / arb(2) ** ball(q)
            witness = {"L": depth, "parity": parity}
            yield certify(
                f"C(3, {2 * depth})/C(3, {depth}), {parity} degrees",
                lambda r=ratio: less(abs(r.log()), arb(2).log() / 4),
                witness=witness,
            )
