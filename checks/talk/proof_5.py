r"""Proof 5 and its regimes, for the NTK of ReLU networks of any depth L >= 2.

μ_l(T_s) = μ_l (1 + λ)^s with λ = sqrt(l(l+d-2)). The law and its constant are derived in
derivations/scaling_law.py: for L >= 3 from the terms a_L θ and b_L θ of the kernel at both poles,
which do not cancel, and for two layers from the closed form, whose odd eigenvalues from degree 3 on
vanish for every s. The constants C_± of even and odd degrees are in the ratio L(L-1) + q_L to
L(L-1) - q_L, 7 to 5 for L = 3. At s = d the eigenvalues tend to them: the laws have no logarithm.
"""

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball
from ntkproofs.arithmetic.truth import less
from ntkproofs.claims import Claim, certify, exactly, identity, nonzero_exactly, premise
from ntkproofs.derivation import derivation

d = sp.Symbol("d", integer=True, positive=True)
s = sp.Symbol("s", real=True)
L, q_L = sp.Symbol("L", integer=True, positive=True), sp.Symbol("q_L", positive=True)
PARITIES = (L * (L - 1) + q_L) / (L * (L - 1) - q_L)
"""C_+/C_- for L >= 3."""
OTHER_PARITIES = [sp.Integer(1), 1 / PARITIES, PARITIES**2, PARITIES * sp.Rational(101, 100)]
SHARE = "q_3 = 1, q_(L+1) = q_L κ0(S_L(-1)) as in talk.deep-decay: 0 < q_L <= 1"

SCALING = derivation("scaling-law")
DEEP = ("scaling", "even-sum", "odd-sum")
"""For L >= 3: the law, and that its constant is > 0 for both parities."""
TWO_LAYERS = ("two-layers",)


def rests_on(*ids):
    """The derivation of the scaling law, as far as some of its lines rest on it."""
    for step in SCALING.steps(*ids):
        yield premise(step)


def ratio_of_parities():
    """C_+/C_- as derived for every L >= 3, in L and q_L."""
    law = SCALING.statement("scaling")
    layers, parity = (SCALING.notation.symbol_entry(name).symbol for name in ("N", "p"))
    even, odd = (law.substituted({parity: sp.Integer(value)}).power()[0] for value in (0, 1))
    return sp.cancel(even / odd).subs(sp.Function("q")(layers), q_L).subs(layers, L)


def exponent(id):
    """p with eigenvalues ~ C l^p, as derived."""
    return SCALING.statement(id).for_symbols(d, s).power()[1]


def quotient_is(parities):
    """The derived constants of even and odd degrees, one over the other."""
    yield from rests_on(*DEEP)
    yield identity("C_+/C_-", ratio_of_parities(), parities, least={"L": 3})


def neighbours_are(parities):
    """For L = 3 and s = d the eigenvalues of degrees 150 and 151 are in this ratio, up to 1/200."""
    expected = ball(sp.sympify(parities).subs({L: 3, q_L: 1}))
    for dim in (2, 3):
        values = nt.eigenvalues(nt.ntk(3), dim, [150, 151], digits=10)
        even, odd = (
            value * (1 + arb(degree * (degree + dim - 2)).sqrt()) ** dim
            for value, degree in zip(values, (150, 151), strict=True)
        )
        witness = {"L": 3, "d": dim, "s": dim, "degrees": (150, 151)}
        yield certify(
            rf"\lambda_{{150}}/\lambda_{{151}}, s = d = {dim}",
            lambda x=even / odd / expected: less(abs(x - 1), arb(1) / 200),
            witness=witness,
        )


proof_5 = Claim(
    id="talk.proof-5",
    statement=r"\lambda_\ell(T_s) \sim C(d,L)\,\ell^{p},\quad p = s - d",
    source="talk, The Five Main Proofs: Proof 5",
    parameters="NTK of ReLU networks of L >= 2 layers on S^(d-1), d >= 2; every real s. " + SHARE,
    constants={"p": s - d, "odd_degrees": "the same law"},
    mutants={"p": [s - d - 1], "odd_degrees": ["zero"]},
)


@proof_5.proof(relies_on=SCALING.relies_on(*DEEP), part="L >= 3")
def exponent_of_deep_composites(p):
    """The scaling law as derived, for every L >= 3, d and s, and both parities."""
    yield from rests_on(*DEEP)
    yield identity("p", exponent("scaling"), p, least={"d": 2})


@proof_5.proof(relies_on=SCALING.relies_on(*TWO_LAYERS), part="even degrees, L = 2")
def exponent_of_the_composite(p):
    """The scaling law of two layers as derived, for every d and s."""
    yield from rests_on(*TWO_LAYERS)
    yield identity("p", exponent("two-layers"), p, least={"d": 2})


@proof_5.proof(
    relies_on=SCALING.relies_on("two-layers-odd"),
    part="odd degrees, L = 2",
    covers="the eigenvalues of the degrees 2n + 1 are derived for the symbol n",
)
def odd_degrees_by_parity(odd_degrees):
    """The closed form at odd degrees; the multiplier is finite, so zeros stay zeros."""
    if odd_degrees == "zero":
        yield from rests_on("two-layers-odd")
        zero = SCALING.statement("two-layers-odd").right
        yield identity(r"\lambda_{2n+1}(T_s) = 0 \text{ for } n \ge 1", zero, 0)
    else:
        value = nt.exact_eigenvalue(nt.ntk(2), dim=3, degree=3)
        yield nonzero_exactly(r"\lambda_3(T_s) \neq 0", value, {"d": 3, "degree": 3, "s": "any"})


amended = proof_5.amend(
    r"\lambda_\ell(T_s) \sim C_\pm(d,L)\,\ell^{s-d} \text{ for } L \ge 3,\ C_+ \text{ at even, "
    r"} C_- \text{ at odd } \ell,\ C_+/C_- = \frac{L(L-1) + q_L}{L(L-1) - q_L} > 1;\quad "
    r"\lambda_\ell(T_s) \sim C(d)\,\ell^{s-d} \text{ for } L = 2, \ell \text{ even};\quad "
    r"\lambda_\ell(T_s) = 0 \text{ for } L = 2, \text{ odd } \ell \ge 3",
    odd_degrees="zero",
    parities=PARITIES,
    mutants={
        "p": [s - d - 1, s - d + sp.Rational(1, 2), 2 * s - d, s - d + 1],
        "odd_degrees": ["the same law"],
        "parities": OTHER_PARITIES,
    },
)


@amended.proof(relies_on=SCALING.relies_on(*DEEP), part="parities, L >= 3")
def constants_of_parities(parities):
    """C_+/C_- as derived; it is not 1, as q_L > 0."""
    yield from quotient_is(parities)


@amended.certificate(on="L = 3, s = d = 2, 3, l = 150, 151", part="parities, L >= 3")
def neighbours_of_proof_5(parities):
    """Eigenvalues of neighbouring degrees are in the ratio 7/5."""
    yield from neighbours_are(parities)


regimes = Claim(
    id="talk.regimes",
    statement=r"\lambda_\ell(T_s) \to 0 \ (s < c),\ \to C_\pm > 0 \ (s = c),\ \to \infty \ (s > c),"
    r"\quad c = d,\ C_+ \text{ along even and } C_- \text{ along odd } \ell,\ "
    r"C_+/C_- = \frac{L(L-1) + q_L}{L(L-1) - q_L} > 1",
    source="talk, The Five Main Proofs: Proof 5, regimes; the behaviour at s = d is ours",
    parameters="NTK of ReLU networks of L >= 2 layers on S^(d-1), d >= 2; all degrees for L >= 3, "
    "even ones for L = 2 (its odd ones from 3 on are 0; C_+ only). " + SHARE,
    constants={"c": d, "at_threshold": "a constant", "parities": PARITIES},
    mutants={
        "c": [d - 1, d + sp.Rational(1, 2), d + 1, d / 2],
        "at_threshold": ["a logarithm", "an inverse logarithm"],
        "parities": OTHER_PARITIES,
    },
)


@regimes.proof(relies_on=SCALING.relies_on(*DEEP), part="threshold, L >= 3")
def deep_exponent_changes_sign(c):
    """The derived exponent of the deep composite is (s - c), for every L >= 3."""
    yield from rests_on(*DEEP)
    yield identity(r"p = s - c", exponent("scaling"), s - c, least={"d": 2})


@regimes.proof(
    relies_on=SCALING.relies_on(*DEEP),
    part="at the threshold, L >= 3",
    covers="the law is derived for all d, L >= 3, s and both parities, with constants C_± > 0",
)
def no_logarithm_in_deep_networks(at_threshold):
    """At s = d the derived laws are constants: eigenvalues tend to them, with no logarithm."""
    yield from rests_on(*DEEP)
    yield premise(identity("the exponent at s = d", exponent("scaling").subs(s, d), 0))
    power = {"a constant": 0, "a logarithm": 1, "an inverse logarithm": -1}[at_threshold]
    yield exactly("power of the logarithm", 0, power)


@regimes.proof(relies_on=SCALING.relies_on(*TWO_LAYERS), part="threshold, L = 2")
def exponent_changes_sign(c):
    """The derived exponent of the composite is (s - c): it vanishes at s = c and has its sign."""
    yield from rests_on(*TWO_LAYERS)
    yield identity(r"p = s - c", exponent("two-layers"), s - c, least={"d": 2})


@regimes.proof(
    relies_on=SCALING.relies_on(*TWO_LAYERS),
    part="at the threshold, L = 2",
    covers="the law is derived for all d and s",
)
def no_logarithm(at_threshold):
    """At s = d the derived law is a constant: eigenvalues tend to it, with no logarithm."""
    yield from rests_on(*TWO_LAYERS)
    yield premise(identity("the exponent at s = d", exponent("two-layers").subs(s, d), 0))
    power = {"a constant": 0, "a logarithm": 1, "an inverse logarithm": -1}[at_threshold]
    yield exactly("power of the logarithm", 0, power)


@regimes.proof(relies_on=SCALING.relies_on(*DEEP), part="parities at the threshold")
def limits_of_parities(parities):
    """C_+/C_- as derived; it is not 1, as q_L > 0."""
    yield from quotient_is(parities)


@regimes.certificate(on="L = 3, s = d = 2, 3, l = 150, 151", part="parities at the threshold")
def neighbours_at_the_threshold(parities):
    """Eigenvalues of neighbouring degrees are in the ratio 7/5."""
    yield from neighbours_are(parities)
