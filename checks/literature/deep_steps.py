r"""Deep networks with step activations: κ0 composed with itself.

With L weight layers the kernel is κ0 composed L - 1 times (depth counts weight layers, as in the
paper; L = 2 is κ0 itself, ν = 1/2). κ0(1-s) = 1 - (√2/π) s^(1/2) (1 + O(s)), so that one layer
takes the leading term b^e t^ν of 1 - k(1-t), b = √2/π, to b^(1+e/2) t^(ν/2). From e = 1, ν = 1/2
at L = 2 follow ν = 2^-(L-1) and

    e = Σ_(j=0..L-2) 2^-j = 2 - 2^-(L-2),

one term less than the power that is printed with this ν, Σ_(j=0..L-1) 2^-j. The printed power
belongs to κ0 composed L times, whose exponent is ν = 2^-L. At u = -1 a kernel of L >= 3 layers has
powers from t^(1/2) on only (κ0(-1) = 0 lies inside), so that even and odd degrees share the law.
Below, z stands for 2^-L: the induction from L to L + 1 is that from z to z/2.
"""

from fractions import Fraction
from functools import lru_cache

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball
from ntkproofs.claims import Claim, certify, exactly, identity, less, premise
from ntkproofs.claims.theorems import CHO_SAUL, DIFFERENTIABLE_EXPANSIONS, ENDPOINT_DECAY
from ntkproofs.spectra.endpoints import endpoint_ball

d = sp.Symbol("d", integer=True, positive=True)
z = sp.Symbol("z", positive=True)  # 2^-L
half = sp.Rational(1, 2)
percent = sp.Rational(101, 100)

deep_steps = Claim(
    id="literature.deep-steps",
    statement=r"1 - k_L(1-t) \sim (f\sqrt2/\pi)^{e}\,t^{\nu},\ \nu = 2^{-(L-1)},\ "
    r"e = \sum_{j=0}^{L-1} 2^{-j};\quad \mu_\ell \sim C\,\ell^{-p},\ p = d + 2\nu - 1",
    source="Bietti, Bach 2021, corollary on deep step activations",
    parameters="k_L = κ0 composed L-1 times, L >= 2 weight layers, on S^(d-1), d >= 2; the law of "
    "the eigenvalues for L >= 3, where it is the same for even and odd l",
    constants={"nu": 2 * z, "e": 2 - 2 * z, "f": 1, "p": d - 1 + 4 * z},
    mutants={"e": [2 - 4 * z]},
)


def layers_of(value):
    """A composition of κ0 with itself, for L weight layers."""
    kernel = nt.arccosine(0)
    for _ in range(value - 2):
        kernel = nt.arccosine(0) @ kernel
    return kernel


@deep_steps.proof(relies_on=[ENDPOINT_DECAY, DIFFERENTIABLE_EXPANSIONS, CHO_SAUL])
def by_induction(nu, e, f, p):
    """One layer maps (e, ν) to (1 + e/2, ν/2); L = 2 has (1, 1/2)."""
    theta = sp.Symbol("theta")
    slope = sp.diff(1 - nt.arccosine(0)(sp.cos(theta)).subs(sp.acos(sp.cos(theta)), theta), theta)
    # θ = (2t)^(1/2) (1 + O(t)): b² = 2 (slope of 1 - κ0 in θ)².
    yield identity(r"b^2", 2 * sp.expand(slope) ** 2, 2 * sp.sympify(f) ** 2 / sp.pi**2)
    start = {z: sp.Rational(1, 4)}
    yield exactly("ν at L = 2", sp.sympify(nu).subs(start), half, {"L": 2})
    yield exactly("e at L = 2", sp.sympify(e).subs(start), 1, {"L": 2})
    yield identity("ν from L to L + 1", nu.subs(z, z / 2), nu / 2)
    yield identity("e from L to L + 1", e.subs(z, z / 2), 1 + e / 2)
    yield identity("p", 2 * (2 * z) + d - 1, p)
    yield premise(exactly("κ0(-1) = 0 lies inside", nt.arccosine(0)(sp.Integer(-1)), 0))


@deep_steps.certificate(on="L = 2..5, t = 10^-100: relative deviation below 10^-10")
def at_a_tiny_distance(nu, e, f):
    """The kernel itself, by balls, very close to u = 1."""
    t = Fraction(1, 10**100)
    for depth in range(2, 6):
        at = {z: sp.Rational(1, 2**depth)}
        powers = [ball(sp.sympify(x).subs(at)) for x in (nu, e)]

        def comparison(depth=depth, powers=tuple(powers)):
            exponent, power = powers
            base = ball(sp.sympify(f)) * arb(2).sqrt() / arb.pi()
            found = 1 - layers_of(depth)(1 - ball(t))
            ratio = base**power * ball(t) ** exponent / found
            return less(abs(ratio - 1), Fraction(1, 10**10))

        yield certify(r"(1 - k_L(1-t)) / (b^e t^\nu) \to 1", comparison, witness={"L": depth})


DEGREE = 50


@lru_cache
def eigenvalue():
    return nt.eigenvalues(layers_of(3), dim=3, degrees=[DEGREE], digits=6)[0]


@deep_steps.certificate(on="L = 3, d = 3, l = 50: within 0.1 % after the library's next terms")
def eigenvalue_by_quadrature(e):
    """A certified eigenvalue, less the further terms of the library's series, against the law.

    The series goes on in powers of l^(-1/2): without further terms no degree within reach would
    tell a constant from one that is 1 % off.
    """
    series = nt.asymptotics(layers_of(3), 3, terms=7, digits=15)
    lead = series.terms("even")[0]
    power = e.subs(z, sp.Rational(1, 8))

    def comparison():
        power_of_t = endpoint_ball(Fraction(1, 4), 3, DEGREE)
        rest = series.eigenvalue(DEGREE).value - lead.ball("even") * power_of_t
        claimed = -((arb(2).sqrt() / arb.pi()) ** ball(power)) * power_of_t
        found = eigenvalue() - rest
        return less(abs(found - claimed), abs(found) / 1000)

    witness = {"L": 3, "d": 3, "degree": DEGREE}
    yield certify(r"-b^e \Lambda_l(1/4), the leading term", comparison, witness=witness)


deep_steps.amend(
    r"1 - k_L(1-t) \sim (\sqrt2/\pi)^{e}\,t^{\nu},\ \nu = 2^{-(L-1)},\ "
    r"e = \sum_{j=0}^{L-2} 2^{-j};\quad \mu_\ell \sim C\,\ell^{-p},\ p = d + 2\nu - 1",
    e=2 - 4 * z,
    mutants={
        "nu": [z, 4 * z, 2 * z + half],
        "e": [2 - 2 * z, 2 - 8 * z, percent * (2 - 4 * z), 2 - 4 * z + half],
        "f": [percent, sp.Rational(99, 100), half],
        "p": [d - 1 + 2 * z, d - half + 4 * z, d + 4 * z],
    },
)
deep_steps.reading(
    "L counts the hidden layers: κ0 composed L times, ν = 2^-L",
    r"1 - k(1-t) \sim (\sqrt2/\pi)^{e}\,t^{\nu},\ \nu = 2^{-L},\ e = \sum_{j=0}^{L-1} 2^{-j}",
    e=2 - 4 * z,
)
