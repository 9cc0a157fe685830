r"""Does depth improve the condition number of the sampled NTK, with diminishing returns?

Not from the start: for two orthogonal inputs κ rises from 1.379 at two layers to 1.926 at twelve.
From there on it falls, and from 19 layers on by less each time. That it falls in the end holds for
all inputs. In K_l/l, times n, the diagonal is 1 and the other entries are 1/4 + (3/8) log(l)/l +
O(1/l) (derivation edge-of-chaos). One layer more adds to Θ_l(x,y) the amount

    Θ_(l+1) - Θ_l = cos ψ_(l+1) - (2Δ/π) ψ_l Θ_l = 1/4 + O(1/l),   Θ_l = A/sin(ψ_l/2) + B + o(1),

so that these entries change by (1/4 - Θ_l/l)/l = -(3/8) log(l)/l² + O(1/l²), all alike but for a
matrix of norm O(1/l²). With c = (3/8) log(l)/l² the matrix changes by c (I - J), J all ones. The
eigenvectors of λ_min sum to o(1), that of λ_max is 1/√n + o(1) everywhere: λ_min rises by
c + o(c), λ_max falls by (n-1) c + o(c) (Rayleigh quotients, WEYL for the rest), and κ falls by
(2n/3) log(l)/l², to first order. Whether its differences fall in the end is not said here.
"""

import sympy as sp
from flint import arb
from sympy.core.function import AppliedUndef

from ntkproofs.arithmetic.balls import precision
from ntkproofs.arithmetic.truth import less
from ntkproofs.claims import Claim, certify, identity, nonnegative, premise
from ntkproofs.claims.theorems import NTK_LIMIT, STOLZ_CESARO, WEYL
from ntkproofs.derivation import derivation

n, l = sp.symbols("n l", positive=True)  # noqa: E741
delta = sp.Symbol("Delta", positive=True)
BITS, DEPTH = 128, 400

depth_conditions = Claim(
    id="talk.depth-conditions",
    statement=r"\kappa(K_{L+1}) < \kappa(K_L) \text{ for } L \ge L_0,\quad L_0 = 2, "
    r"\text{ with diminishing returns}",
    source="talk, Edge of Chaos",
    parameters="NTK of ReLU networks of L layers, n >= 2 unit inputs, no two parallel; in the "
    "limit (a,b)-ReLU at the edge of chaos, Δ in (0, 1]",
    constants={"from_depth": 2, "returns_from": 2},
    mutants={"from_depth": [3], "returns_from": [3]},
)


def conditions_at_right_angles(depths):
    """κ = (Θ(1) + Θ(0))/(Θ(1) - Θ(0)) of two orthogonal inputs at depths 2, 3, ..., in balls.

    Layer by layer: 1 - cos ψ' = 1 - cos ψ - (sin ψ - ψ cos ψ)/π, Θ' = (1 - ψ/π) Θ + cos ψ'.
    """
    angle, tangent, found = arb.pi() / 2, arb(0), {}
    for depth in range(2, depths + 1):
        sine, cosine = angle.sin_cos()
        after = (cosine + (sine - angle * cosine) / arb.pi()).acos()
        tangent = (1 - angle / arb.pi()) * tangent + after.cos()
        angle = after
        found[depth] = (depth + tangent) / (depth - tangent)
    return found


IN_THE_END, TO_ZERO = "some", "gains tend to 0"
"""In place of a depth: some depth that depends on the inputs; and diminishing returns read so."""


@depth_conditions.certificate(
    on=f"two orthogonal inputs, from the named depth (12, where it is some depth) to {DEPTH}"
)
def conditions_of_two_orthogonal_points(from_depth, returns_from):
    """κ at neighbouring depths, in balls: it falls, and from some depth on by less each time."""
    from_depth = 12 if from_depth == IN_THE_END else from_depth
    returns_from = DEPTH if returns_from == TO_ZERO else returns_from
    with precision(16 * BITS):  # each layer costs the balls some bits
        found = conditions_at_right_angles(DEPTH)
    for depth in range(min(from_depth, returns_from), DEPTH - 1):
        here, there, after = (found[depth + k] for k in range(3))
        witness = {
            "points": "(1, 0), (0, 1)",
            "L": depth,
            "kappa_L": here.str(8),
            "kappa_next": there.str(8),
        }
        if depth >= from_depth:
            falls = r"\kappa(K_{L+1}) < \kappa(K_L)"
            yield certify(falls, lambda x=here, y=there: less(y, x), witness=witness)
        if depth >= returns_from:
            returns = r"\text{returns diminish}"
            yield certify(
                returns, lambda x=here, y=there, z=after: less(y - z, x - y), witness=witness
            )


def derived():
    """All steps of both derivations, as premises."""
    for name in ("edge-of-chaos", "inverse-cosine-distance"):
        for step in derivation(name).steps():
            yield premise(step)


def shown(name, line):
    """What a line of a derivation shows, in the symbols of this file and without its O(x^k)."""
    right = derivation(name).statement(line).right.replace(sp.Function("O"), lambda _: sp.S.Zero)
    here = {str(s): s for s in (n, l, delta)}
    return sp.expand(right.subs({s: here[str(s)] for s in right.free_symbols if str(s) in here}))


def fall_by_a_layer():
    """What one layer adds to an entry; and (κ_L - κ_(L+1)) L²/log L, by Rayleigh quotients.

    The recursion of Θ is that of the derivation, the angle before the layer being ψ -> 0.
    """
    psi, x = sp.symbols("psi x", positive=True)
    kernel = shown("inverse-cosine-distance", "kernel")
    (entry,) = (v for v in kernel.atoms(AppliedUndef) if v.func.__name__ == "Theta")
    gain = kernel.replace(sp.cos, lambda _: sp.S.One) - entry  # the cosine of the next layer is 1
    affine = shown("edge-of-chaos", "affine")
    (sine,) = affine.atoms(sp.sin)
    leading = sp.expand(affine.coeff(1 / sine)) * 2 / psi  # as sin(psi/2) ~ psi/2
    gain = gain.subs(entry, leading).replace(lambda v: isinstance(v, AppliedUndef), lambda _: psi)
    log = shown("edge-of-chaos", "entries").coeff(sp.log(entry.args[0]))
    change = sp.expand(gain) - (sp.Rational(1, 4) + log * x)  # of an entry of n K_L/L, times L
    least, largest = (
        sp.expand(sp.expand(n * value / l).subs(sp.log(l), x * l))
        for value in (least_eigenvalue(), shown("edge-of-chaos", "ones"))
    )
    risen, fallen = -change, (n - 1) * change
    gained = sp.expand(largest * risen - fallen * least) / least**2  # κ_L - κ_(L+1), times L
    first = sp.diff(gained, x).subs(x, 0)
    return sp.expand(gain), sp.expand(first)


def least_eigenvalue():
    """That of vectors whose entries sum to 0."""
    right = derivation("edge-of-chaos").statement("eigenvalues").right
    (entry,) = (v for v in right.atoms(AppliedUndef) if str(v) == "v(i)")
    return sp.expand(shown("edge-of-chaos", "eigenvalues").coeff(entry))


@depth_conditions.proof(
    relies_on=[NTK_LIMIT, STOLZ_CESARO, WEYL],
    part="from some depth on",
    covers="every n, Δ in (0, 1] and set of inputs, no two parallel",
)
def it_falls_in_the_end(from_depth):
    """κ_L - κ_(L+1) ~ r log L/L² with r > 0; and two orthogonal inputs at a depth that is named."""
    if from_depth != IN_THE_END:
        with precision(16 * BITS):
            found = conditions_at_right_angles(from_depth + 1)
        here, there = found[from_depth], found[from_depth + 1]
        yield certify(r"\kappa(K_{L+1}) < \kappa(K_L)", lambda: less(there, here))
    yield from derived()
    gain, rate = fall_by_a_layer()
    yield premise(identity("one layer adds 1/4", gain, sp.Rational(1, 4)))
    yield nonnegative("the rate is positive", rate - 1, {"n": 2})
    yield identity("gains tend to 0", sp.limit(sp.log(l) / l**2, l, sp.oo), 0)


depth_conditions.reading(
    "from some depth on, gains that tend to 0",
    r"\kappa(K_{L+1}) < \kappa(K_L) \text{ for } L \ge L_0(\text{inputs}),\ "
    r"\kappa(K_L) - \kappa(K_{L+1}) \to 0",
    from_depth=IN_THE_END,
    returns_from=TO_ZERO,
)
amended = depth_conditions.amend(
    r"\kappa(K_L) = 1 + \tfrac{n}{3} + \tfrac{2n}{3}\,\tfrac{\log L}{L} + O(1/L) "
    r"\text{ and } \kappa(K_L) - \kappa(K_{L+1}) \sim \tfrac{2n}{3}\,\tfrac{\log L}{L^2}: "
    r"\text{ from some depth on it falls towards its limit; before, it may rise. For two "
    r"orthogonal inputs of ReLU networks it falls from } L_0 = 12 \text{ on, by less each time "
    r"from } L = 19 \text{ on (checked to 400)}",
    from_depth=12,
    returns_from=19,
    limit=1 + n / 3,
    rate=2 * n / 3,
    mutants={
        "from_depth": [2, 11],
        "returns_from": [12, 18],
        "limit": [sp.Integer(1), n / 3, 1 + n / 4],
        "rate": [-2 * n / 3, n / 3, 2 * (n - 1) / 3, sp.Rational(101, 150) * n],
    },
)


@amended.proof(relies_on=[NTK_LIMIT, STOLZ_CESARO, WEYL], part="limit")
def limit_and_rate(limit, rate):
    """The quotient of the eigenvalues in x = log(L)/L, as derived."""
    yield from derived()
    x = derivation("edge-of-chaos").notation.symbol_entry("x").symbol
    quotient = shown("edge-of-chaos", "condition")
    yield identity(r"\kappa \to 1 + n/3", quotient.coeff(x, 0), limit, least={"n": 2})
    about = r"(\kappa - 1 - n/3)\,L/\log L"
    yield identity(about, quotient.coeff(x, 1), rate, least={"n": 2})


@amended.proof(
    relies_on=[NTK_LIMIT, STOLZ_CESARO, WEYL],
    part="one layer more",
    covers="every n, Δ in (0, 1] and set of inputs, no two parallel: entries off the diagonal "
    "change alike to first order, and the rest is smaller by the factor log L, by Weyl's "
    "inequality",
)
def change_by_a_layer(rate):
    """One layer adds 1/4 to an entry, to first order; the change of the eigenvalues follows."""
    yield from derived()
    gain, first = fall_by_a_layer()
    yield premise(identity("one layer adds 1/4", gain, sp.Rational(1, 4)))
    yield identity(r"L(\kappa_L - \kappa_{L+1})\,L/\log L", first, rate, least={"n": 2})
