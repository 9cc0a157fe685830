r"""Decay of the eigenvalues of the two-layer NTK.

The talk compares deep narrow networks with "the two-layer kernel", for which it says
μ_l ~ l^(-(d+1)). The closed form of the eigenvalues, and their decay at even degrees with its
constant, are derived in derivations/arc_cosine_eigenvalues.py; all odd degrees from 3 on vanish.

The exponent d + 1 is right for the sphere S^d in R^(d+1), whose ambient dimension is d + 1; and
then, too, for even degrees only. The constant at even degrees follows from the singularities of
the kernel at both poles, and once more from the closed form.
"""

import sympy as sp

import ntkproofs as nt
from ntkproofs.claims import Claim, gamma_ratio, identity, nonzero_exactly, premise
from ntkproofs.claims.theorems import ENDPOINT_DECAY, NTK_LIMIT
from ntkproofs.derivation import derivation
from ntkproofs.reports.charts import decay_chart

d = sp.Symbol("d", integer=True, positive=True)

CLOSED_FORM = derivation("arc-cosine-eigenvalues")


def rests_on(*ids):
    """The derivation of the closed form, as far as some of its lines rest on it."""
    for step in CLOSED_FORM.steps(*ids):
        yield premise(step)


def decay():
    """(c, p) with μ_2n ~ c n^p, as derived."""
    return CLOSED_FORM.statement("decay").for_symbols(d).power()


two_layer_decay = Claim(
    id="talk.two-layer-decay",
    statement=r"\mu_\ell \sim C\,\ell^{-p},\quad p = d + 1",
    source="talk, Deep Narrow Networks: comparison with the two-layer kernel",
    parameters="two-layer ReLU NTK on S^(d-1), d >= 2; degree l to infinity",
    constants={"p": d + 1, "odd_degrees": "the same law"},
    mutants={"p": [d, d + sp.Rational(1, 2), d + 2], "odd_degrees": ["zero"]},
)


@two_layer_decay.proof(relies_on=[NTK_LIMIT, *CLOSED_FORM.relies_on("decay")], part="even degrees")
def from_the_closed_form(p):
    """The growth of the Gamma functions of the closed form, as derived for every d."""
    yield from rests_on("decay")
    _, power = decay()
    yield identity("the exponent is -p", power, -p, least={"d": 2})


@two_layer_decay.proof(
    relies_on=[NTK_LIMIT, *CLOSED_FORM.relies_on("ntk-odd")],
    part="odd degrees",
    covers="the eigenvalues of the degrees 2n + 1 are derived for the symbol n",
)
def odd_degrees_by_parity(odd_degrees):
    """All odd degrees from 3 on, as derived."""
    if odd_degrees == "zero":
        yield from rests_on("ntk-odd")
        zero = CLOSED_FORM.statement("ntk-odd").right
        yield identity(r"\mu_{2n+1} = 0 \text{ for } n \ge 1", zero, 0)
    else:
        value = nt.exact_eigenvalue(nt.ntk(2), dim=2, degree=3)
        yield nonzero_exactly(r"\mu_3 \neq 0", value, {"d": 2, "degree": 3})


C = 2 ** (d - 1) * sp.gamma(d / 2) ** 2 / sp.pi**2

amended = two_layer_decay.amend(
    r"\mu_\ell \sim C\,\ell^{-d} \text{ for even } \ell,\ "
    r"C = 2^{d-1}\,\Gamma(d/2)^2/\pi^2,\quad \mu_\ell = 0 \text{ for odd } \ell \ge 3",
    p=d,
    odd_degrees="zero",
    C=C,
    mutants={
        "p": [d - 1, d - sp.Rational(1, 2), d + sp.Rational(1, 2), d + 1],
        "odd_degrees": ["the same law"],
        "C": [C * sp.Rational(101, 100), C * sp.Rational(99, 100), 2 * C, C / 2, C * sp.pi, C * d],
    },
)


@amended.proof(relies_on=[NTK_LIMIT, ENDPOINT_DECAY], part="constant")
def constant_from_the_singularities(C):
    """The terms θ at both poles, -1/π each, times the eigenvalue of t^(1/2), for every d."""
    found = nt.asymptotics(nt.ntk(2), d).coefficient("even")
    yield gamma_ratio(r"\lim \mu_\ell\,\ell^d = C", found, C, 1, least={"d": 2})


@amended.proof(relies_on=[NTK_LIMIT, *CLOSED_FORM.relies_on("decay")], part="constant")
def constant_from_the_closed_form(C):
    """The constant of the growth in n as derived, at the degree 2n."""
    yield from rests_on("decay")
    constant, _ = decay()
    yield gamma_ratio(r"2^d c = C", 2**d * constant, C, 1, least={"d": 2})


two_layer_decay.reading(
    "on S^d in R^(d+1), all degrees",
    r"\mu_\ell \sim C\,\ell^{-p},\ p \text{ the dimension of the space}",
    p=d,
)
two_layer_decay.reading(
    "on S^d in R^(d+1), even degrees; odd ones vanish",
    r"\mu_\ell \sim C\,\ell^{-p} \text{ for even } \ell,\ p \text{ the dimension of the space}",
    p=d,
    odd_degrees="zero",
)


@two_layer_decay.chart(
    "Eigenvalues on S², and the law of the amended statement. Odd degrees from "
    "3 on vanish exactly, and are not drawn."
)
def eigenvalues_and_law():
    return decay_chart(nt.ntk(2), 3, range(1, 101))
