r"""Decay of the eigenvalues of the two-layer NTK.

The talk compares deep narrow networks with "the two-layer kernel", for which it says
μ_l ~ l^(-(d+1)). In the closed form, with even degrees l = 2m, the ratio μ_(2m+2)/μ_(2m) is a
rational function of m and d; where it is 1 - p/m + O(1/m²), the eigenvalues are ~ C l^(-p). All odd
degrees from 3 on vanish exactly.

The exponent d + 1 is right for the sphere S^d in R^(d+1), whose ambient dimension is d + 1; and
then, too, for even degrees only. The constant at even degrees follows from the singularities of
the kernel at both poles, and once more from the closed form.
"""

import sympy as sp

import ntkproofs as nt
from ntkproofs.arithmetic.gammas import decay_exponent, quotient_of_sums
from ntkproofs.claims import Claim, gamma_ratio, identity, nonzero_exactly, premise
from ntkproofs.claims.theorems import ENDPOINT_DECAY, GAMMA_RATIO, NTK_LIMIT

d = sp.Symbol("d", integer=True, positive=True)
m = sp.Symbol("m", integer=True, positive=True)

two_layer_decay = Claim(
    id="talk.two-layer-decay",
    statement=r"\mu_\ell \sim C\,\ell^{-p},\quad p = d + 1",
    source="talk, Deep Narrow Networks: comparison with the two-layer kernel",
    parameters="two-layer ReLU NTK on S^(d-1), d >= 2; degree l to infinity",
    constants={"p": d + 1, "odd_degrees": "the same law"},
    mutants={"p": [d, d + sp.Rational(1, 2), d + 2], "odd_degrees": ["zero"]},
)


@two_layer_decay.proof(relies_on=[NTK_LIMIT, GAMMA_RATIO], part="even degrees")
def from_the_closed_form(p):
    """The ratio of neighbouring even eigenvalues is 1 - p/m + O(1/m²), for every d."""
    here = nt.exact_eigenvalue(nt.ntk(2), dim=d, degree=2 * m)
    ratio = quotient_of_sums(here.subs(m, m + 1), here)
    yield identity(
        r"\lim m (1 - \mu_{2m+2}/\mu_{2m}) = p",
        decay_exponent(ratio, m, {"d": 2}),
        p,
        least={"d": 2},
    )


@two_layer_decay.proof(
    relies_on=[NTK_LIMIT],
    part="odd degrees",
    covers="the closed form is evaluated at the symbolic degree 2m + 1",
)
def odd_degrees_by_parity(odd_degrees):
    """The closed form at odd degrees from 3 on, exactly."""
    if odd_degrees == "zero":
        odd = nt.exact_eigenvalue(nt.ntk(2), dim=d, degree=2 * m + 1)
        yield identity(r"\mu_{2m+1} = 0 \text{ for } m \ge 1", odd, 0)
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


def growth(term):
    """(E, c) with term ~ c m^E as m → ∞, by Γ(m+a) ~ Γ(m) m^a; the powers of Γ(m) cancel."""
    exponent, balance, rest = sp.S.Zero, sp.S.Zero, sp.S.One
    for factor in sp.Mul.make_args(term):
        base, power = factor.as_base_exp()
        if isinstance(base, sp.gamma) and base.has(m):
            exponent += power * (base.args[0] - m)
            balance += power
        else:
            rest *= factor
    over, under = (sp.Poly(part, m) for part in sp.fraction(sp.together(rest)))
    assert balance == 0
    return exponent + over.degree() - under.degree(), over.LC() / under.LC()


@amended.proof(relies_on=[NTK_LIMIT, GAMMA_RATIO], part="constant")
def constant_from_the_closed_form(C):
    """The growth in m of the first term of μ_2m, times that of its share of the sum."""
    here = nt.exact_eigenvalue(nt.ntk(2), dim=d, degree=2 * m)
    first = sp.Add.make_args(here)[0]
    power, constant = growth(first * sp.together(quotient_of_sums(here, first)))
    yield premise(identity(r"\mu_{2m} \sim c\,m^{-d}", power, -d, least={"d": 2}))
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
