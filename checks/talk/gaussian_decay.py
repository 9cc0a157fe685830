r"""Decay of the NTK's eigenvalues under the Gaussian measure.

The NTK of a ReLU network without biases is ‖x‖ ‖y‖ κ(cos(x,y)) on R^d. On L²(N(0, I_d)) its nonzero
eigenvalues are λ_l = E‖x‖² μ_l(κ) = d μ_l(κ), N(d,l) times each (talk.gaussian-commutation): the
Gaussian measure changes the eigenvalues of the sphere by the factor d only, and their decay not at
all. It is polynomial, as the kernel is no smoother in the angle than on the sphere, with a constant
for each parity of l.
"""

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball
from ntkproofs.arithmetic.gammas import decay_exponent, quotient_of_sums
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
from ntkproofs.claims.theorems import (
    ENDPOINT_DECAY,
    FUNK_HECKE,
    GAMMA_RATIO,
    GAUSSIAN_POLAR,
    NTK_LIMIT,
)
from ntkproofs.derivation import derivation
from ntkproofs.spectra.depth import DEPTH, leading_terms_of_deep_networks

d = sp.Symbol("d", integer=True, positive=True)
m = sp.Symbol("m", integer=True, positive=True)
q_L = sp.Symbol("q_L", positive=True)
SCALING = derivation("scaling-law")
PARITIES = (DEPTH * (DEPTH - 1) + q_L) / (DEPTH * (DEPTH - 1) - q_L)
"""C_+/C_- for L >= 3."""

gaussian_decay = Claim(
    id="talk.gaussian-decay",
    statement=r"\lambda_\ell = O(\rho^\ell),\ \rho < 1 \text{: exponential decay}",
    source="talk, Alternative Domains: Gaussian domain, natural regularisation",
    parameters="ReLU NTK of L >= 2 layers, no biases, ‖x‖‖y‖κ(cos) on L²(N(0, I_d)), d >= 2; l the "
    "degree of the direction; q_3 = 1, q_(L+1) = q_L κ0(S_L(-1)) as in talk.deep-decay, > 0",
    constants={"law": "exponential"},
    mutants={"law": ["power"]},
)


def ratio_of_even_degrees():
    """λ_(2m+2)/λ_(2m) of the two-layer NTK, a rational function of m and d, as E r² cancels."""
    here = nt.exact_eigenvalue(nt.ntk(2), dim=d, degree=2 * m)
    return quotient_of_sums(here.subs(m, m + 1), here)


@gaussian_decay.proof(
    relies_on=[NTK_LIMIT, FUNK_HECKE, GAUSSIAN_POLAR],
    part="kind of decay",
    covers="the ratio of neighbouring eigenvalues is known as a rational function of m and d",
)
def limit_of_the_ratio(law):
    """Exponential decay needs ratios whose limit, if there is one, is below 1; it is exactly 1."""
    over, under = (sp.Poly(part, m) for part in sp.fraction(sp.cancel(ratio_of_even_degrees())))
    yield exactly("numerator and denominator have one degree", over.degree(), under.degree())
    limit = sp.cancel(over.LC() / under.LC())
    if law == "exponential":
        witness = {"L": 2, "limit of the ratio": str(limit), "d": "any"}
        about = r"\lim \lambda_{2m+2}/\lambda_{2m} \neq 1"
        yield nonzero_exactly(about, 1 - limit, witness)
    else:
        yield exactly(r"\lim \lambda_{2m+2}/\lambda_{2m} = 1", limit, 1)


amended = gaussian_decay.amend(
    r"\lambda_\ell = d\,\mu_\ell(\kappa), \text{ as on the sphere: for } L \ge 3\ "
    r"\lambda_\ell \sim C_\pm\,\ell^{-d},\ C_+ \text{ at even, } C_- \text{ at odd } \ell,\ "
    r"C_+/C_- = \frac{L(L-1) + q_L}{L(L-1) - q_L} > 1; \text{ for two layers } \lambda_\ell \sim "
    r"C\,\ell^{-d} \text{ at even } \ell,\text{ and } 0 \text{ at odd } \ell \ge 3",
    law="power",
    p=d,
    factor=d,
    odd="zero",
    parities=PARITIES,
    mutants={
        "law": ["exponential"],
        "p": [d - 1, d - sp.Rational(1, 2), d + sp.Rational(1, 2), d + 1],
        "odd": ["the same law"],
        "parities": [sp.Integer(1), 1 / PARITIES, PARITIES**2, PARITIES * sp.Rational(101, 100)],
        "factor": [1, d + 1, d * sp.Rational(101, 100), d**2],
    },
)


@amended.proof(relies_on=[NTK_LIMIT, GAMMA_RATIO], part="two layers")
def from_the_closed_form(p):
    """λ_(2m+2)/λ_(2m) = 1 - p/m + O(1/m²), for every d."""
    yield identity("p", decay_exponent(ratio_of_even_degrees(), m, {"d": 2}), p, least={"d": 2})


@amended.proof(
    relies_on=[NTK_LIMIT],
    part="odd degrees of two layers",
    covers="the closed form is evaluated at the symbolic degree 2m + 1",
)
def odd_degrees_by_parity(odd):
    """The closed form at the odd degrees from 3 on."""
    if odd == "zero":
        value = nt.exact_eigenvalue(nt.ntk(2), dim=d, degree=2 * m + 1)
        yield identity(r"\mu_{2m+1} = 0 \text{ for } m \ge 1", value, 0)
    else:
        value = nt.exact_eigenvalue(nt.ntk(2), dim=2, degree=3)
        yield nonzero_exactly(r"\mu_3 \neq 0", value, {"d": 2, "degree": 3})


@amended.proof(
    relies_on=[NTK_LIMIT, ENDPOINT_DECAY],
    part="deeper networks",
    covers="a_L ± b_L, the coefficients of t^(1/2) for the two parities, are shown not to vanish "
    "for any L >= 3 (as in talk.deep-decay), and the law of t^(1/2) does not depend on L",
)
def from_the_singularities(p):
    """The premises of talk.deep-decay for all L; the exponent that they give, at every d."""
    for about, left, right in leading_terms_of_deep_networks():
        yield premise(identity(about, left, right, least={"L": 1}))
    size = DEPTH * (DEPTH - 1) - 1  # 2π |a_L| - 2π |b_L|, at least
    yield premise(nonnegative(r"|a_L| > |b_L| \text{ for } L \ge 3", size - 1, {"L": 3}))
    for depth in (3, 4, 5):
        law = nt.asymptotics(nt.ntk(depth), d, terms=1)
        for parity in ("even", "odd"):
            about = rf"p, {parity} degrees, L = {depth}"
            yield identity(about, law.exponent(parity), p, least={"d": 2})


@amended.proof(relies_on=SCALING.relies_on("decay", "even-sum", "odd-sum"), part="parities")
def constants_of_the_parities(parities):
    """C_+/C_- as derived for every L >= 3 and d: both are > 0, and they differ, as q_L > 0."""
    for step in SCALING.steps("decay", "even-sum", "odd-sum"):
        yield premise(step)
    law = SCALING.statement("decay")
    layers, parity = (SCALING.notation.symbol_entry(name).symbol for name in ("N", "p"))
    even, odd = (law.substituted({parity: sp.Integer(value)}).power()[0] for value in (0, 1))
    quotient = sp.cancel(even / odd).subs(sp.Function("q")(layers), q_L).subs(layers, DEPTH)
    yield identity("C_+/C_-", quotient, parities, least={"L": 3})


@amended.proof(relies_on=[FUNK_HECKE, GAUSSIAN_POLAR], part="factor")
def radius(factor):
    """λ_l/μ_l as derived, for every d."""
    doc = derivation("gaussian-spectrum")
    for step in doc.steps():
        yield premise(step)
    dimension, radius, degree = (doc.notation.symbol_entry(s).symbol for s in ("d", "r", "l"))
    eigenvalue = doc.statement("eigenvalue").right / radius
    found = (eigenvalue / sp.Function("mu")(degree)).subs(dimension, d)
    yield identity(r"\lambda_\ell/\mu_\ell", found, factor, least={"d": 2})


@amended.certificate(on="L = 3, d = 2, 3, 5, l = 150, 151, 300, 301", part="deeper networks")
def eigenvalues_follow_the_law(p):
    """λ_300/λ_150 and λ_301/λ_151 of enclosed eigenvalues are 2^(-p) up to 10 %."""
    for dim in (2, 3, 5):
        spectrum = nt.gaussian.spectrum(nt.ntk(3), dim, [150, 151, 300, 301], digits=10)
        values, power = spectrum.eigenvalues, arb(2) ** -ball(sp.sympify(p).subs(d, dim))
        for low in (0, 1):
            ratio = values[low + 2] / values[low] / power
            witness = {"L": 3, "d": dim, "degrees": [(150, 300), (151, 301)][low]}
            about = rf"\lambda_{{2\ell}}/\lambda_\ell \approx 2^{{-p}}, d = {dim}"
            yield certify(about, lambda r=ratio: less(abs(r - 1), arb(1) / 10), witness=witness)


@amended.certificate(on="L = 3, d = 2, 3, l = 150, 151", part="parities")
def neighbours_are_in_this_ratio(parities):
    """λ_150/λ_151, times (150/151)^d, against C_+/C_- = 7/5, up to 1/200."""
    expected = ball(sp.sympify(parities).subs({DEPTH: 3, q_L: 1}))
    for dim in (2, 3):
        even, odd = nt.gaussian.spectrum(nt.ntk(3), dim, [150, 151], digits=10).eigenvalues
        found = even / odd * (arb(150) / 151) ** dim / expected
        witness = {"L": 3, "d": dim, "degrees": (150, 151)}
        about = rf"C_+/C_-, d = {dim}"
        yield certify(about, lambda r=found: less(abs(r - 1), arb(1) / 200), witness=witness)
