r"""The NTK of (a,b)-ReLU networks at the edge of chaos, as a sum over layers.

φ(s) = a s + b|s| with σ² = 1/(a²+b²) and Δ = b²/(a²+b²). The talk writes, for l weight layers,

    Θ_l = ‖x‖‖y‖ Σ_(k=1..l) ϱ^(k-1)(ρ) Π_(k'=k..l-1) ϱ'(ϱ^(k'-1)(ρ)),

powers being compositions. Three things are shown: ϱ and ϱ' are the dual activations of φ and φ';
the sum satisfies the recursion of the infinite-width theorem, for every l; and for the ReLU
ϱ = κ1, ϱ' = κ0. Homogeneity of φ gives the norms.
"""

import sympy as sp

import ntkproofs as nt
from ntkproofs.claims import Claim, exactly, identity, identity_modulo, premise
from ntkproofs.claims.steps import equality
from ntkproofs.claims.theorems import (
    NTK_LIMIT,
    OBLIQUE_POLAR_COORDINATES,
    TRANSCENDENCE_OF_ARCCOS,
)
from ntkproofs.derivation import derivation

a, b, u, theta, s, pi = sp.symbols("a b u theta s pi")
half = sp.Rational(1, 2)

eoc_kernel = Claim(
    id="talk.eoc-kernel",
    statement=r"\Theta_l = \|x\|\|y\| \sum_{k=1}^{l} \varrho^{(k-1)}(\rho) "
    r"\prod_{k'=k}^{l-1} \varrho'(\varrho^{(k'-1)}(\rho))",
    source="talk, NTK Matrix Structure: depth-l networks at Edge of Chaos initialization",
    parameters="(a,b)-ReLU networks of infinite width, (a,b) != (0,0), l >= 1; the ReLU is a = b",
    constants={
        "factor": 2,  # ϱ(ρ) = ρ + Δ (factor/π) (sqrt(1-ρ²) - ρ arccos ρ)
        "first": 0,  # the product starts at k' = k + first
        "last": -1,  # and ends at k' = l + last
        "power": -1,  # its factors are ϱ'(ϱ^(k' + power))
        "norm_degree": 1,  # the kernel scales like ‖x‖^norm_degree
    },
    mutants={
        "factor": [1, sp.Rational(202, 100), -2],
        "first": [1, -1],
        "last": [0, -2],
        "power": [0, -2],
        "norm_degree": [0, 2],
    },
)


def in_the_angle(expression):
    """π times an expression in u, with θ for arccos u and s for sqrt(1-u²)."""
    angle = {sp.acos(-u): sp.pi - sp.acos(u), sp.sqrt(1 - u**2): s}
    found = expression.subs(angle).subs(sp.acos(u), theta).subs(sp.pi, pi)
    return sp.expand(pi * found)


def cosine_map(delta, factor):
    return u + delta * factor / sp.pi * (sp.sqrt(1 - u**2) - u * sp.acos(u))


def cosine_map_derivative(delta, factor):
    return 1 - delta * factor / sp.pi * sp.acos(u)


def derived(*names):
    """All steps of derivations, as premises."""
    for name in names:
        for step in derivation(name).steps():
            yield premise(step)


@eoc_kernel.proof(
    relies_on=[NTK_LIMIT, OBLIQUE_POLAR_COORDINATES, TRANSCENDENCE_OF_ARCCOS],
    part="the dual activations",
)
def dual_activations(factor):
    """ϱ and ϱ' are the dual activations of φ and φ', as derived from the Gaussian integrals."""
    yield from derived("gaussian-integrals", "cosine-map")
    doc = derivation("cosine-map")
    for used in ("order-zero", "order-one"):
        assumed = doc.statement(used).right
        shown = derivation("gaussian-integrals").statement(used).right
        about = rf"\text{{the integral of {used} that is used is the one that is computed}}"
        yield premise(equality(about, assumed, shown / 2))
    delta, cosine = (doc.notation.symbol_entry(name).symbol for name in ("Delta", "u"))
    ratio = b**2 / (a**2 + b**2)
    for about, line, claimed in (
        (r"\varrho(u)", "map", cosine_map(ratio, factor)),
        (r"\varrho'(u)", "slope-of-the-map-1", cosine_map_derivative(ratio, factor)),
    ):
        shown = doc.statement(line).right.subs({cosine: u, delta: ratio})
        yield identity_modulo(
            about,
            in_the_angle(sp.cancel((a**2 + b**2) * claimed)),
            in_the_angle(sp.cancel((a**2 + b**2) * shown)),
            [s**2 + u**2 - 1],
            [s, theta, u, pi, a, b],
        )


@eoc_kernel.proof(
    relies_on=[NTK_LIMIT],
    part="the sum over layers",
    covers="the numbers are offsets of indices that are linear in k and l: they hold for every l",
)
def sum_satisfies_the_recursion(first, last, power):
    """Θ_(l+1) = Θ_l ϱ'(ϱ^(l-1)) + ϱ^(l) for every l >= 1, by the ranges of the products.

    The derivation ntk-recursion shows this of the sum as it is claimed, by induction.

    Raising l by one lengthens the product of the k-th term by its factor at k' = l + 1 + last, and
    adds a term k = l + 1 whose product must be empty. At l = 1 the only product is empty too.
    """
    yield from derived("ntk-recursion")
    new_factor = 1 + last + power  # the new factor is ϱ'(ϱ^(l + new_factor))
    length_of_last_product = 1 + last - first  # number of factors at k = l, for every l
    yield exactly("the new factor is that of the recursion", new_factor, -1)
    yield exactly("the product of the last term is empty", length_of_last_product, 0)


@eoc_kernel.certificate(on="l = 1..6, ϱ and ϱ' arbitrary", part="the sum over layers")
def sum_written_out(first, last, power):
    """The sum and the recursion as polynomials in symbols for ϱ^(j)(ρ) and ϱ'(ϱ^(j)(ρ))."""
    value = {j: sp.Symbol(f"R_{j}") for j in range(12)}
    slope = {j: sp.Symbol(f"D_{j}") for j in range(-3, 12)}
    recursion = value[0]
    for layers in range(1, 7):
        total = sum(
            value[k - 1] * sp.prod([slope[j + power] for j in range(k + first, layers + last + 1)])
            for k in range(1, layers + 1)
        )
        yield identity(rf"\Theta_{layers}", sp.expand(total), sp.expand(recursion))
        recursion = recursion * slope[layers - 1] + value[layers]


@eoc_kernel.proof(relies_on=[TRANSCENDENCE_OF_ARCCOS], part="the ReLU")
def relu_is_the_arccosine_recursion(factor):
    """At Δ = 1/2: ϱ = κ1 and ϱ' = κ0, in normal form."""
    for name, claimed, kernel in (
        (r"\varrho = \kappa_1", cosine_map(half, factor), nt.arccosine(1)),
        (r"\varrho' = \kappa_0", cosine_map_derivative(half, factor), nt.arccosine(0)),
    ):
        yield identity_modulo(
            name,
            in_the_angle(claimed),
            in_the_angle(kernel(u)),
            [s**2 + u**2 - 1],
            [s, theta, u, pi],
        )


@eoc_kernel.proof(part="the norms")
def positively_homogeneous(norm_degree):
    """φ(t s) = t φ(s) and φ'(t s) = φ'(s) for t > 0: every layer passes a factor ‖x‖ on."""
    t, z = sp.symbols("t z", positive=True)
    for sign in (1, -1):
        activation = (a + sign * b) * z  # φ on the half-line of this sign, at sign·z
        yield identity(
            rf"\varphi(t s) = t^{{{norm_degree}}} \varphi(s)",
            activation.subs(z, t * z),
            t**norm_degree * activation,
            least={"t": 1, "z": 1},
        )
