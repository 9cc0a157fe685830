r"""Two-layer NTKs with biases: no parity gap.

Without biases the two-layer NTK has no odd eigenvalues from degree 3 on. There are two ways to put
biases in, which are not the same kernel.

*Biases that start at zero and are trained at unit rate* (Basri et al. 2019): the covariances stay
u and κ1, the tangent kernel of the first layer is u + 1, and the second makes
(u+1) κ0(u) + κ1(u) of it (a trained output bias adds 1). In the angle its slope is -2/π at u = 1
and 0 at u = -1, where (u+1) κ0 ~ t^(3/2): all degrees share the law, and parity enters at the
relative order l^-2 only. By closed forms: from degree 2 on the even eigenvalues are those of
u κ0 + κ1, the odd ones those of κ0.

*Biases of variance v > 0 at initialisation* (``nt.ntk(2, bias_variance=v)``): κ0 and κ1 are taken
at (u+v)/(1+v), which stays away from -1. Nothing is singular at u = -1, and the slope at u = 1 is
-sqrt(1+v)/π. No v > 0 gives the kernel above, whose term t^(3/2) at u = -1 these kernels lack: that
normalisation has biases that are trained but do not enter the covariances.
"""

from fractions import Fraction
from functools import lru_cache

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball
from ntkproofs.arithmetic.gammas import decay_exponent, quotient_of_sums
from ntkproofs.claims import Claim, certify, gamma_ratio, identity, less, premise
from ntkproofs.claims.theorems import (
    CHO_SAUL,
    DIFFERENTIABLE_EXPANSIONS,
    ENDPOINT_DECAY,
    GAMMA_RATIO,
    NTK_LIMIT,
)

d, m = sp.symbols("d m", integer=True, positive=True)
theta = sp.Symbol("theta")
w = sp.Symbol("sqrt(1+v)", positive=True)
half = sp.Rational(1, 2)
percent = sp.Rational(101, 100)
RELIES_ON = [ENDPOINT_DECAY, DIFFERENTIABLE_EXPANSIONS, CHO_SAUL, NTK_LIMIT]
DEGREES = (100, 101)
BAND = 20
zero_biases = nt.cosine * nt.arccosine(0) + nt.arccosine(0) + nt.arccosine(1)


def slopes(kernel):
    """The slopes of k in the angle at u = 1 and u = -1; k(u, arccos u, sine)."""
    here = kernel(sp.cos(theta), theta, sp.sin(theta))
    there = kernel(-sp.cos(theta), sp.pi - theta, sp.sin(theta))
    return tuple(sp.expand(sp.diff(value, theta).subs(theta, 0)) for value in (here, there))


def kappa0(angle):
    return 1 - angle / sp.pi


def kappa1(cosine, angle, sine):
    return ((sp.pi - angle) * cosine + sine) / sp.pi


def law_steps(at_one, at_minus_one, p, f, odd):
    """Exponent, equality of the parities and constant from the slopes in θ = (2t)^(1/2) + ..."""
    total = at_one + at_minus_one
    yield identity("odd over even", (at_one - at_minus_one) / total, odd)
    yield identity("p", 2 * half + d - 1, p, least={"d": 2})
    singular = total * sp.sqrt(2) * 2 ** (d - 3 * half) * sp.gamma(d / 2) ** 2
    singular /= sp.sqrt(sp.pi) * sp.gamma(-half)
    printed = 2 ** (d - 2) * sp.gamma(d / 2) ** 2 / sp.pi**2
    yield gamma_ratio("the constant", singular, f * printed, 1, least={"d": 2})


@lru_cache
def eigenvalues(variance, dim):
    kernel = zero_biases if variance == 0 else nt.ntk(2, bias_variance=variance)
    values = nt.eigenvalues(kernel, dim=dim, degrees=DEGREES, digits=12)
    return dict(zip(DEGREES, values, strict=True))


def near(variance, dim, degree, factor, p):
    """Decide |μ_l N^p - C| < μ_l N^p · 20/N² with N = l + (d-2)/2."""

    def comparison():
        size = ball(Fraction(2 * degree + dim - 2, 2))
        claimed = ball(factor) * arb(2) ** (dim - 2) * (arb(dim) / 2).gamma() ** 2 / arb.pi() ** 2
        scaled = eigenvalues(variance, dim)[degree] * size ** ball(p.subs(d, dim))
        return less(abs(scaled - claimed), abs(scaled) * BAND / size**2)

    witness = {"bias variance": str(variance), "d": dim, "degree": degree}
    return certify(rf"|\mu_l N^p / C - 1| < {BAND}/N^2", comparison, witness=witness)


bias_ntk = Claim(
    id="literature.bias-ntk",
    statement=r"\mu_\ell((u+1)\kappa_0 + \kappa_1) \sim f\,\frac{2^{d-2}\Gamma(d/2)^2}{\pi^2}\,"
    r"\ell^{-p},\quad p = d,\ f = 2 \text{, for even and odd } \ell",
    source="Basri, Jacobs, Kasten, Kritchman 2019; Bietti, Bach 2021: biases close the parity gap; "
    "the constant is ours",
    parameters="two-layer ReLU NTK, first-layer biases that start at 0 and are trained, on "
    "S^(d-1), d >= 2",
    constants={"p": d, "f": 2, "odd": 1},  # odd: the constant of odd degrees over that of even
    mutants={
        "p": [d - 1, d - half, d + half, d + 2],
        "f": [2 * percent, sp.Rational(198, 100), 1],
        "odd": [0, -1, percent],
    },
)


@bias_ntk.proof(relies_on=RELIES_ON)
def from_the_poles(p, f, odd):
    """Slope -2/π at u = 1, and 0 at u = -1: u + 1 cancels the singularity of κ0 there."""
    at_one, at_minus_one = slopes(lambda u, a, s: (u + 1) * kappa0(a) + kappa1(u, a, s))
    yield from law_steps(at_one, at_minus_one, p, f, odd)


@bias_ntk.proof(relies_on=[GAMMA_RATIO, NTK_LIMIT])
def from_closed_forms(p):
    """Both parities in closed form, every d, l >= 2: even degrees from u κ0 + κ1, odd from κ0."""
    for name, degree in (("even", 2 * m), ("odd", 2 * m + 1)):
        here = nt.exact_eigenvalue(zero_biases, dim=d, degree=degree)
        ratio = quotient_of_sums(here.subs(m, m + 1), here)
        exponent = decay_exponent(ratio, m, {"d": 2})
        yield identity(rf"p for {name} degrees", exponent, p, least={"d": 2})


@bias_ntk.certificate(on="d = 3, 4; l = 100, 101")
def eigenvalues_by_closed_forms(p, f, odd):
    """Certified eigenvalues against the law."""
    for dim in (3, 4):
        for degree in DEGREES:
            yield near(0, dim, degree, f * odd if degree % 2 else f, p)


bias_variance = Claim(
    id="literature.bias-variance",
    statement=r"\mu_\ell(\Theta_2) \sim f\sqrt{1+v}\,\frac{2^{d-2}\Gamma(d/2)^2}{\pi^2}\,"
    r"\ell^{-p},\quad p = d,\ f = 1 \text{, for even and odd } \ell",
    source="Bietti, Bach 2021: biases close the parity gap; the constant is ours",
    parameters="two-layer ReLU NTK with biases of variance v > 0 in both layers, on S^(d-1), "
    "d >= 2",
    constants={"p": d, "f": w, "odd": 1},
    mutants={
        "p": [d - 1, d - half, d + half, d + 2],
        "f": [percent * w, w**2, 1 / w, sp.Integer(1)],
        "odd": [0, -1, percent],
    },
)


@bias_variance.proof(relies_on=RELIES_ON)
def from_the_pole(p, f, odd):
    """With ψ the angle of r = (u+v)/(1+v): ψ = θ/sqrt(1+v) + O(θ³), since 1 - r = (1-u)/(1+v)."""
    v = w**2 - 1
    angle = theta / w
    yield premise(
        identity(
            "1 - cos ψ up to θ²",
            sp.diff(1 - sp.cos(angle), theta, 2).subs(theta, 0),
            sp.diff((1 - sp.cos(theta)) / (1 + v), theta, 2).subs(theta, 0),
        )
    )
    covariance = (1 + v) * kappa1(sp.cos(angle), angle, sp.sin(angle)) + v
    tangent = (sp.cos(theta) + v) * kappa0(angle) + covariance
    at_one = sp.cancel(sp.diff(tangent, theta).subs(theta, 0))
    # At u = -1, r = (v-1)/(v+1) is inside (-1, 1), where κ0 and κ1 are analytic.
    yield premise(identity("r(-1) + 1", (v - 1) / (v + 1) + 1, 2 * v / (1 + v)))
    yield from law_steps(at_one, sp.S.Zero, p, f, odd)


@bias_variance.certificate(
    on="v = 3 and 5/4 (rational roots) in d = 3, v = 3 in d = 4; l = 100, 101"
)
def eigenvalues_by_quadrature(p, f, odd):
    """Certified eigenvalues against the law."""
    for root, dim in ((2, 3), (sp.Rational(3, 2), 3), (2, 4)):
        factor = sp.sympify(f).subs(w, root)
        for degree in DEGREES:
            variance = Fraction(str(root)) ** 2 - 1
            yield near(variance, dim, degree, factor * odd if degree % 2 else factor, p)
