r"""The NTK from one residual block to the next.

Reconstruction, as the formulas (13) and (14) of the paper are not printed: h_0 is a linear lift of
the Fourier features, h_l = h_(l-1) + α_l φ(W_l h_(l-1) + b_l) with φ = tanh or GELU, and
Θ_l(x, x') = ∂h_l(x) ∂h_l(x')ᵀ is the kernel of the state after l blocks in the lift and all weights
and biases so far. J_l is the Jacobian of the block's own step φ(W_l h_(l-1) + b_l) in W_l and b_l,
J_l(x) J_l(x')ᵀ = diag(φ'(z) φ'(z')) (h·h' + 1). The kernel of an output a·h_l/√N is
(aᵀ Θ_l a + h_l·h_l')/N, so that what is false of Θ_l is false of it for some a.

The text has Θ_l = Θ_(l-1) + α_l² J_l J_lᵀ. But the block also carries the derivatives in earlier
parameters on: with D = diag φ'(z) and P_l = I + α_l D W_l the kernel is
P_l(x) Θ_(l-1) P_l(x')ᵀ + α_l² J_l J_lᵀ. A mean over W_l and -W_l does not remove this either: the
terms that are linear in W_l cancel, the quadratic one does not.

If J_s is read as the Jacobian of the *last* state, a reading, then the sum over blocks is the
kernel, but what evolves from block to block is every J_s: the part of each earlier block, and of
the lift, is carried on by P_l on both sides, as the whole is.
"""

import functools
import itertools
from typing import Any

import sympy as sp
from flint import arb
from sympy.core.function import AppliedUndef

from ntkproofs.arithmetic.balls import ball
from ntkproofs.arithmetic.truth import all_of, less
from ntkproofs.claims import Claim, certify, equality, exactly, identity
from ntkproofs.finite_width.residual_blocks import (
    ResidualBlock,
    ResidualNetwork,
    hidden_states,
    matrix_product,
    own_kernel,
    tangent_kernel,
)

WIDTH = 2
alpha = sp.Symbol("alpha", positive=True)

layer_recursion = Claim(
    id="ecrn.layer-recursion",
    statement=r"\Theta_l = P_l \Theta_{l-1} P_l'^{\top} + \alpha_l^q J_l J_l'^{\top},\quad "
    r"P_l = I + c\,\alpha_l D_l W_l,\quad c = 0,\ q = 2",
    source="NTK-ECRN, equation 14: the NTK at layer l evolves by α_l² J_l J_lᵀ",
    parameters="one network, any width, weights and differentiable φ; all parameters trained",
    constants={"c": 0, "q": 2},
    mutants={"c": [1], "q": [1]},
)


def symbols_of(name, *shape):
    """Symbols with indices from 1, by index."""
    places = itertools.product(*(range(1, size + 1) for size in shape))
    return {place: sp.Symbol(name + "".join(map(str, place))) for place in places}


def derivatives_of_a_block(side):
    """∂h_l,i in two earlier parameters, in W and in b, by SymPy; φ and h_(l-1) are any functions.

    Values and derivatives of functions are given names that end in the side, x or y.
    """
    earlier = sp.symbols("u1 u2")
    states = [sp.Function(f"h{i}")(*earlier) for i in (1, 2)]
    W, b = symbols_of("W", WIDTH, WIDTH), symbols_of("b", WIDTH)
    rows = []
    for i in (1, 2):
        z = sum(W[i, a] * states[a - 1] for a in (1, 2)) + b[(i,)]
        after = states[i - 1] + alpha * sp.Function("phi")(z)
        row = [sp.diff(after, w) for w in (*earlier, *W.values(), *b.values())]
        rows.append([named(entry, side, i, states, earlier) for entry in row])
    return rows


def named(entry, side, i, states, earlier):
    """An entry with symbols for φ'(z_i), the states, and their derivatives."""
    entry = entry.replace(lambda n: isinstance(n, sp.Subs), lambda _: sp.Symbol(f"D{i}{side}"))
    values = {}
    for a, state in enumerate(states, start=1):
        for q, parameter in enumerate(earlier, start=1):
            values[sp.Derivative(state, parameter)] = sp.Symbol(f"T{a}{q}{side}")
        values[state] = sp.Symbol(f"h{a}{side}")
    return entry.subs(values)


def inner_kernel(a, d):
    """(Θ_(l-1))_ad, a sum over two earlier parameters."""
    return sum(sp.Symbol(f"T{a}{p}x") * sp.Symbol(f"T{d}{p}y") for p in (1, 2))


def stated_entry(c, q, i, j):
    """The entry (i, j) of the stated right-hand side, in the same symbols."""
    W = symbols_of("W", WIDTH, WIDTH)

    def P(row, column, side):
        slope = sp.Symbol(f"D{row}{side}")
        return int(row == column) + c * alpha * slope * W[row, column]

    carried = sum(P(i, a, "x") * inner_kernel(a, d) * P(j, d, "y") for a, d in W)
    if i != j:
        return carried
    inner = sum(sp.Symbol(f"h{a}x") * sp.Symbol(f"h{a}y") for a in (1, 2)) + 1
    return carried + alpha**q * sp.Symbol(f"D{i}x") * sp.Symbol(f"D{i}y") * inner


def sums_of_any_length(c, q, columns):
    """Both sides of the recursion at (i, j), split into the part carried on and the block's own."""
    i, j, a, d, p = sp.symbols("i j a d p", integer=True, positive=True)
    N, M = columns
    T, U, W, D, E, h, g = (sp.Function(name) for name in ("T", "U", "W", "D", "E", "h", "g"))

    def over(term, index, last):
        return sp.Sum(term, (index, 1, last))

    left = T(i, p) + alpha * D(i) * over(W(i, a) * T(a, p), a, N)
    right = U(j, p) + alpha * E(j) * over(W(j, d) * U(d, p), d, N)

    def before(row, column):
        return over(T(row, p) * U(column, p), p, M)

    carried = (
        before(i, j)
        + c * alpha * D(i) * over(W(i, a) * before(a, j), a, N)
        + c * alpha * E(j) * over(W(j, d) * before(i, d), d, N)
        + c**2 * alpha**2 * D(i) * E(j) * over(W(i, a) * over(W(j, d) * before(a, d), d, N), a, N)
    )
    own = over(alpha * D(i) * h(a) * alpha * E(i) * g(a), a, N) + alpha * D(i) * alpha * E(i)
    claimed = alpha**q * D(i) * E(i) * (sp.Integer(1) + over(h(a) * g(a), a, N))
    return (over(left * right, p, M), carried), (own, claimed)


@layer_recursion.proof()
def in_indices(c, q):
    """N neurons and M earlier parameters: ∂h_l = ∂h_(l-1) + α D W ∂h_(l-1) by the chain rule.

    The M are all earlier parameters, or those of one block, or of the lift. T, U are derivatives of
    h_(l-1) at x and x', D, E slopes. One neuron and one parameter first, where the sums are written
    out; a law that fails there is not taken further.
    """
    single = dict(
        zip(("T", "U", "W", "D", "E", "h", "g"), sp.symbols("t u w d e y y"), strict=True)
    )
    for found, claimed in sums_of_any_length(c, q, (1, 1)):
        written = [
            side.doit().replace(
                lambda node: isinstance(node, AppliedUndef),
                lambda node: single[node.func.__name__],
            )
            for side in (found, claimed)
        ]
        step = identity("one neuron", *map(sp.expand, written))
        yield step
        if step.truth is not step.truth.TRUE:
            return
    N, M = sp.symbols("N M", integer=True, positive=True)
    for found, claimed in sums_of_any_length(c, q, (N, M)):
        yield equality("N neurons, M parameters", found, claimed)


@layer_recursion.proof(
    covers="any φ, weights, inputs, and any functions of earlier parameters: they are symbols; two "
    "neurons and two parameters stand for all, which in_indices shows for sums of any length"
)
def differentiated(c, q):
    """Θ_l of width 2 by differentiation, entry by entry, against the stated recursion."""
    for (i, j), found in kernel_by_differentiation().items():
        yield identity(rf"(\Theta_l)_{{{i}{j}}}", found, sp.expand(stated_entry(c, q, i, j)))


@functools.cache
def kernel_by_differentiation():
    """(Θ_l)_ij for two neurons, in the symbols of named."""
    here, there = derivatives_of_a_block("x"), derivatives_of_a_block("y")
    return {
        (i, j): sp.expand(sum(a * b for a, b in zip(here[i - 1], there[j - 1], strict=True)))
        for i, j in symbols_of("W", WIDTH, WIDTH)
    }


def flat_at_zero(slope):
    """φ at 0, where φ(0) = 0: for the tanh φ'(0) = 1, for the GELU φ'(0) = 1/2."""
    return lambda z: (0 * z, slope)


@layer_recursion.certificate(on="N = 1, L = 1, W = 1, α = 1/2, γ(0) = (1, 0); tanh and GELU")
def preactivations_zero(c, q):
    """A bias that makes the preactivation 0, where slopes are 1 and 1/2: rational numbers only."""
    scale = sp.Rational(1, 2)
    for name, slope in (("tanh", sp.Integer(1)), ("GELU", sp.Rational(1, 2))):
        network = ResidualNetwork(((1, 0),), (ResidualBlock(((1,),), (-1,), scale),))
        first, last = hidden_states(network, (1, 0), flat_at_zero(slope))
        before, own = tangent_kernel(first, first)[0][0], own_kernel((first, last), (first, last))
        claimed = (1 + c * scale * slope) ** 2 * before + scale**q * own[0][0]
        witness = {"phi": name, "N": 1, "h_0": 1, "alpha": "1/2", "W": 1, "b": -1}
        yield exactly(r"\Theta_1", sp.sympify(tangent_kernel(last, last)[0][0]), claimed, witness)


def fourier_features(x):
    """(cos 2πx, sin 2πx) of a rational x, in balls."""
    turn = 2 * ball(x)
    return turn.cos_pi(), turn.sin_pi()


def tanh(z):
    """The hyperbolic tangent of a ball and its derivative."""
    value = z.tanh()
    return value, 1 - value * value


def small_network():
    """Two neurons, three blocks, entries that are simple fractions."""
    lift = ((1, ball(sp.Rational(1, 2))), (ball(sp.Rational(-1, 3)), 1))
    blocks = []
    for block in range(3):
        entries = [ball(sp.Rational(3 * k - 2 * block + 1, 5)) for k in range(6)]
        weights = ((entries[0], entries[1]), (-entries[2], entries[3]))
        blocks.append(ResidualBlock(weights, (entries[4], -entries[5]), ball(sp.Rational(1, 2))))
    return ResidualNetwork(lift, tuple(blocks))


@layer_recursion.certificate(on="tanh, N = 2, L = 3, α = 1/2, x = 1/8 and x' = 1/3, B = (1)")
def three_blocks_in_balls(c, q):
    """Kernels from all derivatives, against the recursion from block to block, up to 2^-40."""
    for block in range(1, 4):
        yield certify(
            rf"\Theta_{block}(x, x')",
            lambda block=block: recursion_holds(block, c, q),
            witness={"phi": "tanh", "N": 2, "block": block},
        )


def recursion_holds(block, c, q):
    """Whether Θ_l(x, x') is within 2^-40 of the stated matrix, in every entry."""
    network = small_network()
    left, right = (
        hidden_states(network, fourier_features(x), tanh)[block - 1 : block + 1]
        for x in (sp.Rational(1, 8), sp.Rational(1, 3))
    )
    layer = network.blocks[block - 1]
    carry = [carried(layer, c, state[1].slopes) for state in (left, right)]
    before = tangent_kernel(left[0], right[0])
    there = matrix_product(matrix_product(carry[0], before), tuple(zip(*carry[1], strict=True)))
    own = own_kernel(left, right)
    found = tangent_kernel(left[1], right[1])
    size = layer.scale ** ball(sp.sympify(q))
    return all_of(
        less(abs(found[i][j] - there[i][j] - size * own[i][j]), arb(2) ** -40)
        for i, j in itertools.product(range(2), repeat=2)
    )


def carried(layer, c, slopes):
    """I + c α D W, in balls."""
    size = ball(sp.sympify(c)) * layer.scale
    return tuple(
        tuple(int(i == j) + size * slopes[i] * layer.weights[i][j] for j in range(2))
        for i in range(2)
    )


layer_recursion.reading(
    "J_s the Jacobian of the last state, Θ_0 the part of the lift in Θ_l",
    r"\Theta_l = \Theta_0^{(l)} + \sum_{s \le l} \alpha_s^2 J_s^{(l)} J_s'^{(l)\top},\quad "
    r"\alpha_s J_s^{(l)} = \partial h_l/\partial (W_s, b_s) = P_l\,\alpha_s J_s^{(l-1)} "
    r"\text{ for } s < l,\quad \Theta_0^{(l)} = P_l \Theta_0^{(l-1)} P_l'^{\top}",
    c=1,
)
amended = layer_recursion.amend(
    r"\Theta_l(x, x') = P_l(x)\,\Theta_{l-1}(x, x')\,P_l(x')^{\top} + "
    r"\alpha_l^2 J_l(x) J_l(x')^{\top},\quad P_l = I + \alpha_l D_l W_l;\quad "
    r"\text{in the mean over } \pm W_l \text{ at } h_{l-1} = 0:\ \Theta_{l-1} + "
    r"\alpha_l^2 (J_l J_l'^{\top} + \mu\,D_l W_l \Theta_{l-1} W_l^{\top} D_l'),\ \mu = 1",
    c=1,
    mu=1,
    mutants={"c": [0, 2, -1, sp.Rational(101, 100)], "q": [0, 1, 3], "mu": [0, 2]},
)


@amended.proof(
    part="mean over symmetric weights",
    covers="two neurons and two parameters stand for all; entries are symbols",
)
def mean_over_signs(q, mu):
    """Half the sum of Θ_l for W and for -W, where h_(l-1) = 0 and slopes do not depend on W."""
    W = symbols_of("W", WIDTH, WIDTH)
    turned: dict[Any, Any] = {w: -w for w in W.values()}
    origin: dict[Any, Any] = {sp.Symbol(f"h{a}{side}"): 0 for a in (1, 2) for side in "xy"}
    for (i, j), found in kernel_by_differentiation().items():
        mean = ((found + found.subs(turned)) / 2).subs(origin)
        before = stated_entry(0, q, i, j).subs(origin)
        slopes = sp.Symbol(f"D{i}x") * sp.Symbol(f"D{j}y")
        turn = sum(W[i, a] * W[j, d] * inner_kernel(a, d) for a, d in W)
        about = rf"\tfrac12 (\Theta_l(W) + \Theta_l(-W))_{{{i}{j}}}"
        yield identity(about, sp.expand(mean), sp.expand(before + mu * alpha**2 * slopes * turn))
