r"""Does the NTK share the eigenfunctions of the Ornstein-Uhlenbeck operator?

On R^d the NTK of a ReLU network without biases is K(x,y) = ‖x‖ ‖y‖ κ(cos(x,y)). Under the Gaussian
measure radius and direction are independent, so that with r = ‖x‖ and Funk-Hecke

    K (r^p Y_l) = E[r^(p+1)] μ_l(κ) · r Y_l.

The image is homogeneous of degree 1, whatever p is: an eigenfunction with a nonzero eigenvalue has
p = 1. The Hermite polynomials r^l Y_l have p = l. Only l = 1 is both: the linear functions. That
r Y_l is no eigenfunction of -Δ + x·∇ for l ≠ 1 is seen from the other side:

    (-Δ + x·∇)(r^p Y_l) = p r^p Y_l + (l(l+d-2) - p(p+d-2)) r^(p-2) Y_l.
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
    r"to all } r Y_\ell;\text{ of these only } r Y_1 \text{ are eigenfunctions of } "
    r"-\Delta + x \cdot \nabla",
    p=1,
    c=d,
    shared=1,
    mutants={
        "p": [0, 2, l, sp.Rational(1, 2), sp.Rational(101, 100)],
        "c": [1, d + 1, d - 1, sp.Rational(101, 100) * d],
        "shared": [0, 2, l],
    },
)


@amended.proof(relies_on=[FUNK_HECKE, GAUSSIAN_POLAR], part="eigenvalues")
def the_eigenvalue(c):
    """K (r Y_l) = c μ_l r Y_l, as derived, for every d."""
    yield from derived()
    yield identity(r"E\,r^2 = c", factor_of_the_sphere(), c, least={"d": 2})


@amended.proof(part="shared eigenfunctions")
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


gaussian_commutation.reading(
    "linear functions", r"K x_i = \lambda_1 x_i,\ \ell = 1", p=sp.Integer(1)
)
