r"""Does the NTK share the eigenfunctions of the Ornstein-Uhlenbeck operator?

On R^d the NTK of a ReLU network without biases is K(x,y) = ‖x‖ ‖y‖ κ(cos(x,y)). Under the Gaussian
measure radius and direction are independent, so that with r = ‖x‖ and Funk-Hecke

    K (r^p Y_l) = E[r^(p+1)] μ_l(κ) · r Y_l.

The image is homogeneous of degree 1, whatever p is: an eigenfunction with a nonzero eigenvalue has
p = 1. The Hermite polynomials r^l Y_l have p = l. Only l = 1 is both: the linear functions. That
r Y_l is no eigenfunction of -Δ + x·∇ for l ≠ 1 is seen from the other side:

    (-Δ + x·∇)(r^p Y_l) = p r^p Y_l + (l-p)(l+p+d-2) r^(p-2) Y_l.

With the eigenvalue 0 there are more: K vanishes on what is orthogonal to all r Y_l with μ_l ≠ 0,
and at every depth that space contains x_1(‖x‖² - d - 2), as E r⁴ = (d+2) E r². For two layers the
odd part of κ is u alone: K f = <x, E y f(y)> for odd f, which is 0 for all eigenfunctions of odd
degree N >= 3, being orthogonal to those of degree 1. Those of even degree are not mapped to 0. The
parts g(r) Y_l of such a one have even l, and M_p = E r^p g satisfies, -Δ + x·∇ being symmetric,

    (N - p) M_p = (l-p)(l+p+d-2) M_(p-2).

For odd p no factor is 0: with M_1 all of M_3, M_5, ... would be 0, hence E r g², g being an even
polynomial. So M_1 ≠ 0 and K (g Y_l) = μ_l M_1 r Y_l ≠ 0.
"""

from functools import partial

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball
from ntkproofs.claims import (
    Claim,
    certify,
    equal,
    equality,
    exactly,
    identity,
    identity_modulo,
    nonzero_exactly,
    premise,
)
from ntkproofs.claims.theorems import (
    FUNK_HECKE,
    GAUSSIAN_POLAR,
    HARMONIC_HERMITE,
    NTK_LIMIT,
)
from ntkproofs.derivation import derivation

d = sp.Symbol("d", integer=True, positive=True)
l = sp.Symbol("l", integer=True, positive=True)  # noqa: E741 - the field's name for the degree

gaussian_commutation = Claim(
    id="talk.gaussian-commutation",
    statement=r"K\,(r^p Y_\ell) = \lambda_\ell\, r^p Y_\ell,\quad p = \ell \text{: the "
    r"eigenfunctions of } -\Delta + x \cdot \nabla",
    source="talk, Alternative Domains: Gaussian domain",
    parameters="two-layer ReLU NTK ‖x‖‖y‖κ(cos), no biases, on L²(N(0, I_d)), d >= 2; every "
    "harmonic Y_l with μ_l(κ) ≠ 0; r = ‖x‖",
    constants={"p": l},
    mutants={"p": [1]},
)


doc = derivation("gaussian-spectrum")


def derived():
    """All steps of the derivation, as premises."""
    for step in doc.steps():
        yield premise(step)


def shown(line):
    """What a line of the derivation shows, in the symbols of this file."""
    right = doc.statement(line).right
    return right.subs({doc.notation.symbol_entry(str(s)).symbol: s for s in (d, l)})


def factor_of_the_sphere():
    """λ_l/μ_l in K (r Y_l) = λ_l r Y_l."""
    right, radius = shown("eigenvalue"), doc.notation.symbol_entry("r").symbol
    return right / radius / sp.Function("mu")(l)


@gaussian_commutation.proof(
    relies_on=[NTK_LIMIT, FUNK_HECKE, GAUSSIAN_POLAR, HARMONIC_HERMITE],
    part="eigenfunctions",
    covers="by Funk-Hecke the image of g(r) Y_l is E[r g(r)] μ_l r Y_l for each d, l, Y_l, g; it "
    "is 0 for g orthogonal to r, and a multiple of r^p Y_l for g = r^p only if p = 1",
)
def the_image_is_homogeneous_of_degree_one(p):
    """μ_2 is not 0 in R³, so that K r^p Y_2 = E[r^(p+1)] μ_2 r Y_2 is not 0; 1 against p."""
    yield premise(nonzero_exactly(r"\mu_2 \neq 0", nt.exact_eigenvalue(nt.ntk(2), 3, 2)))
    least, witness = {"l": 2}, {"d": 3, "f": "x_1 x_2", "K f": "a multiple of x_1 x_2/|x|"}
    yield identity("the degree in r, of K f and of f", 1, p, least=least, witness=witness)


@gaussian_commutation.certificate(
    on="d = 2..6, l = 2, both parallel or not by Cauchy-Schwarz",
    relies_on=[NTK_LIMIT, FUNK_HECKE, GAUSSIAN_POLAR],
    part="eigenfunctions",
)
def cauchy_schwarz(p):
    """<f, K f>² = ‖f‖² ‖K f‖² only for eigenfunctions: (E r^(p+1))² = E r² E r^(2p)."""
    power = sp.sympify(p).subs(l, 2)
    about = r"\langle f, K f \rangle^2 = \|f\|^2 \|K f\|^2"
    for dim in range(2, 7):
        witness = {"d": dim, "f": f"|x|^{power} Y_2(x/|x|)"}
        if power.is_Integer:
            yield identity(about, nt.gaussian.overlap(dim, 2, power), 1, witness=witness)
        else:
            quotient = partial(overlap_ball, dim, power)
            yield certify(about, lambda q=quotient: equal(q(), 1), witness=witness)


def overlap_ball(dim, power):
    """(E r^(p+1))²/(E r² E r^(2p)) as a ball, whose Gamma functions have no closed form."""
    mixed, first, second = (
        arb(2) ** (ball(k) / 2) * ((dim + ball(k)) / 2).gamma() / (arb(dim) / 2).gamma()
        for k in (power + 1, sp.Integer(2), 2 * power)
    )
    return mixed**2 / (first * second)


amended = gaussian_commutation.amend(
    r"K\,(r Y_\ell) = d\,\mu_\ell(\kappa)\, r Y_\ell,\text{ and } 0 \text{ on what is orthogonal "
    r"to all } r Y_\ell;\text{ eigenfunctions of } -\Delta + x \cdot \nabla \text{ too are, with "
    r"an eigenvalue of } K \text{ that is not 0, only } r Y_1,\text{ the linear ones, and with the "
    r"eigenvalue 0 exactly those of odd degree } \ge 3",
    p=1,
    c=d,
    shared=1,
    parity="odd",
    least=3,
    mutants={
        "p": [0, 2, l, sp.Rational(1, 2), sp.Rational(101, 100)],
        "c": [1, d + 1, d - 1, sp.Rational(101, 100) * d],
        "shared": [0, 2, l],
        "parity": ["even"],
        "least": [1, 5],
    },
)


@amended.proof(relies_on=[FUNK_HECKE, GAUSSIAN_POLAR], part="eigenvalues")
def the_eigenvalue(c):
    """K (r Y_l) = c μ_l r Y_l, as derived, for every d."""
    yield from derived()
    yield identity(r"E\,r^2 = c", factor_of_the_sphere(), c, least={"d": 2})


@amended.proof(
    part="shared eigenfunctions",
    covers="every d, l and combination of r Y_l with one eigenvalue of K: harmonics of different "
    "degrees do not cancel, and the term in r^(-1) of each has to vanish",
)
def what_the_operator_adds(shared):
    """The term r^(-1) Y_l of (-Δ + x·∇)(r Y_l), as derived, vanishes at l = shared only."""
    yield from derived()
    right = shown("linear")
    radius = doc.notation.symbol_entry("r").symbol
    yield identity(
        r"\ell(\ell+d-2) - (d-1) = (\ell - 1)(\ell + d - 1)",
        sp.expand((right - radius) * radius),
        (l - shared) * (l + d - 2 + shared),
        least={"d": 2, "l": 1},
    )


@amended.certificate(on="H = 1, x_1, x_1 x_2, x_1 x_2 x_3; d = 3, 4", part="shared eigenfunctions")
def by_differentiation(shared):
    """(-Δ + x·∇) f = f for f = r Y_l = r^(1-l) H(x), l = shared, with ∂_i r = x_i/r.

    H is a harmonic polynomial of degree l; both sides times r^(l+3) are polynomials in x and r.
    """
    degree = int(sp.sympify(shared).subs(l, 3))
    for dim in (3, 4):
        x, r = sp.symbols(f"x1:{dim + 1}"), sp.Symbol("r")

        def partial_derivative(f, c, r=r):
            return sp.diff(f, c) + c / r * sp.diff(f, r)

        f = r ** (1 - degree) * sp.prod(x[:degree])
        first = [partial_derivative(f, c) for c in x]
        second = [partial_derivative(g, c) for g, c in zip(first, x, strict=True)]
        applied = sum(c * g - h for c, g, h in zip(x, first, second, strict=True))
        yield identity_modulo(
            rf"(-\Delta + x \cdot \nabla) r Y_{degree} = r Y_{degree},\ d = {dim}",
            sp.expand(applied * r ** (degree + 3)),
            sp.expand(f * r ** (degree + 3)),
            [r**2 - sum(c**2 for c in x)],
            [r, *x],
            witness={"d": dim, "l": degree},
        )


def halves_of_the_kernel():
    """u, and κ(u), κ(-u) in one arccosine."""
    u = sp.Symbol("u")
    return u, nt.ntk(2)(u), nt.ntk(2)(-u).subs(sp.acos(-u), sp.pi - sp.acos(u))


@amended.proof(
    relies_on=[NTK_LIMIT, FUNK_HECKE, GAUSSIAN_POLAR, HARMONIC_HERMITE],
    part="eigenvalue 0",
    covers="every d and every eigenfunction of -Δ + x·∇, part by part g(r) Y_l, l of the parity of "
    "its degree N: an odd one is mapped to <x, E y f(y)>; for even l the part of κ is a power "
    "series in u² with positive coefficients, so that μ_l > 0, and M_1 is not 0 by the recursion",
)
def what_is_mapped_to_zero(parity, least):
    """The odd part of κ, positive coefficients of the even one; (N - p) M_p against M_(p-2)."""
    yield from derived()
    u, here, opposite = halves_of_the_kernel()
    part = here - opposite if parity == "odd" else here + opposite
    yield equality(r"\kappa(u) \mp \kappa(-u) = 2u", part, 2 * u)
    root = sp.sqrt(1 - u**2)
    series = (2 / root + 1 / root**3) / sp.pi
    yield premise(equality("g'' of the even part g", sp.diff((here + opposite) / 2, u, 2), series))
    yield premise(nonzero_exactly("g(0) is not 0", sp.pi * (here + opposite).subs(u, 0)))
    radius, power = (doc.notation.symbol_entry(name).symbol for name in ("r", "p"))
    lower = (shown("powers") - power * radius**power) / radius ** (power - 2)
    factors = (l - power) * (l + power + d - 2)
    yield premise(equality("factor of M_(p-2)", sp.powsimp(sp.expand(lower)), sp.expand(factors)))
    yield premise(identity("it is 0 at l = p = 1", factors.subs({l: 1, power: 1}), 0))
    before = {"N": least - 2, "f": "of the odd degree N, with M_1 = 0 unless N = 1"}
    yield exactly("N - 1 = 0 at the odd degree before the least", least - 2 - 1, 0, before)
    a, j = sp.symbols("a j", integer=True, positive=True)
    yield premise(exactly("N - p and l - p are odd", sp.Mod(2 * a - (2 * j + 1), 2), 1))


@amended.certificate(on="d = 3, 5, degrees N <= 7, every l", part="eigenvalue 0")
def images_of_eigenfunctions(parity, least):
    """μ_l E r g/E r^(l+1) for g = r^l L(r²/2), L the Laguerre polynomial of degree (N-l)/2.

    E r^(p+2) = (d + p) E r^p; x_1(‖x‖² - d - 2) is a multiple of N = 3, l = 1.
    """
    radius, exponent = (doc.notation.symbol_entry(name).symbol for name in ("r", "p"))
    rule = shown("powers")
    for dim in (3, 5):
        for degree in range(8):
            for order in range(degree % 2, degree + 1, 2):
                g = laguerre(dim, order, (degree - order) // 2)
                law = rule.subs({d: dim, l: order})
                applied = sum(c * law.subs(exponent, power) for power, c in g.items())
                whole = degree * sum(c * radius**power for power, c in g.items())
                yield premise(
                    identity("g Y_l is an eigenfunction", sp.expand(applied), sp.expand(whole))
                )
                image = mean_against_radius(dim, g) * nt.exact_eigenvalue(nt.ntk(2), dim, order)
                witness = {"d": dim, "N": degree, "l": order, "K f": f"{image} r Y_l"}
                odd = degree % 2 == (1 if parity == "odd" else 0)
                if odd and degree >= least:
                    yield exactly("K f = 0", image, 0, witness)
                else:
                    yield nonzero_exactly("K f is not 0", image, witness)


def laguerre(dim, order, count):
    """Coefficients by powers of r of r^l L(r²/2), L of degree n: eigenvalue l + 2n."""
    half = sp.Rational(dim, 2) + order - 1
    return {
        order + 2 * i: sp.Rational(-1, 2) ** i
        * sp.rf(half + i + 1, count - i)
        / (sp.factorial(count - i) * sp.factorial(i))
        for i in range(count + 1)
    }


def mean_against_radius(dim, g):
    """E r g over E r^(l+1), l the least power of g."""
    total, moment = sp.S.Zero, sp.S.One
    for power in sorted(g):
        total += g[power] * moment
        moment *= dim + power + 1
    return total


gaussian_commutation.reading(
    "linear functions", r"K x_i = \lambda_1 x_i,\ \ell = 1", p=sp.Integer(1)
)
