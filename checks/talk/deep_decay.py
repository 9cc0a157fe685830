r"""Decay of the eigenvalues of the deep NTK, and how its constant grows with depth.

In the angle θ to the pole, Θ_L = L + a_L θ + O(θ²) at u = 1 and Θ_L = T + b_L θ + O(θ²) at u = -1.
A term θ is sqrt(2) t^(1/2) in t = 1 ∓ u, the first that is not analytic, and t^(1/2) has
eigenvalues ~ C l^(-d). For L >= 3 and both parities a_L ± b_L < 0, so that no parity decays faster:
a_L = -L(L-1)/(2π) and b_L = -q_L/(2π) with q_3 = 1, q_(L+1) = q_L κ0(S_L(-1)). All this is derived
in derivations/scaling_law.py.
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
    nonzero_exactly,
    premise,
)
from ntkproofs.derivation import derivation
from ntkproofs.reports.charts import decay_chart

d = sp.Symbol("d", integer=True, positive=True)
L = sp.Symbol("L", integer=True, positive=True)


SCALING = derivation("scaling-law")
LAW = ("decay", "even-sum", "odd-sum")
"""The law, and that its constant is > 0 for both parities."""
SLOPES = ("near", "third-share", "next-share")
"""The terms a_L θ and b_L θ for all L."""


def rests_on(*ids):
    """The derivation of the scaling law, as far as some of its lines rest on it."""
    for step in SCALING.steps(*ids):
        yield premise(step)


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


@deep_decay.proof(relies_on=SCALING.relies_on(*LAW), part="decay")
def from_the_singularities(p, first_depth):
    """The law as derived for L >= 3; at fewer layers a parity has none."""
    yield from rests_on(*LAW)
    for depth in range(first_depth, int(str(SCALING.notation.symbol_entry("N").least))):
        law = nt.asymptotics(nt.ntk(depth), d, terms=1)
        for parity in filter(law.vanishes, ("even", "odd")):
            about = rf"\mu_\ell \neq 0 \text{{ for {parity} }} \ell,\ L = {depth}"
            yield exactly(about, 0, 1, {"L": depth, "why": law.vanishes(parity)})
    _, power = SCALING.statement("decay").for_symbols(d).power()
    yield identity("the exponent is -p", power, -p, least={"d": 2})


@deep_decay.proof(
    relies_on=SCALING.relies_on(*SLOPES),
    part="parity",
    covers="q_(L+1) = q_L κ0(S_L(-1)) with κ0 >= 1/2 on [0, 1]: q_L > 0 for every L >= 3",
)
def the_constant_depends_on_parity(parity_gap):
    """The constants of the parities differ by 2 q_L; q_3 is 1, later ones are > 0."""
    yield from rests_on(*SLOPES)
    third = SCALING.statement("third-share").right
    if parity_gap == "nonzero":
        yield nonzero_exactly(r"q_3 \neq 0", third)
    else:
        yield exactly(r"q_3 = 0", third, 0)


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
    relies_on=SCALING.relies_on(*SLOPES),
    covers="a_L is derived by induction for all L, 0 < q_L <= 1, and the eigenvalue of t^(1/2) "
    "does not depend on L",
)
def degree_of_the_polynomial(q):
    """C(d, L) = c(d) (-2π a_L ± q_L) with q_L bounded; the degree of a_L in L."""
    yield from rests_on(*SLOPES)
    slope = SCALING.statement("near").for_symbols(L).right
    yield exactly(r"\deg_L a_L = q", sp.Poly(sp.expand(slope * sp.pi), L).degree(), q)


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


@deep_decay.chart("Eigenvalues of three layers on S², with the laws of both parities.")
def eigenvalues_and_laws():
    return decay_chart(nt.ntk(3), 3, range(1, 101))
