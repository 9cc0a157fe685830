r"""The mean of the NTK over the masks of stochastic depth.

Reconstruction, as the formulas (16) and (17) of the paper are not printed: h_l = h_(l-1) +
m_l α_l φ(W_l h_(l-1) + b_l) with independent masks, m_l = 0 with probability p_l and 1 otherwise;
and E Θ_L = Θ_0 + Σ (1-p_l) α_l² J_l J_lᵀ, with the J_l of layer_recursion.py, those of the network
that has all its blocks.

Two things are missing. A block that is on also carries earlier derivatives on, as in (14). And J_l
depends on the masks before l, through the state that the block sees. Given these masks,
E Θ_l = Θ_(l-1) + (1-p_l) (A Θ_(l-1) + Θ_(l-1) A'ᵀ + A Θ_(l-1) A'ᵀ + α_l² J_l J_lᵀ), with
A = α_l D_l W_l, as m² = m; then the mean over the masks before is taken, a sum over 2^(l-1) of
them. For linear φ the matrix A depends on no mask, and the mean obeys a recursion in E Θ, E h h'ᵀ
and E h. It is not the kernel of the network whose masks are replaced by their means: that has
(1-p_l)² at A Θ Aᵀ.
"""

import itertools

import sympy as sp
from flint import arb

from ntkproofs.arithmetic.balls import ball
from ntkproofs.arithmetic.truth import all_of, less
from ntkproofs.claims import Claim, certify, exactly, identity
from ntkproofs.finite_width.residual_blocks import (
    ResidualBlock,
    ResidualNetwork,
    hidden_states,
    matrix_product,
    own_kernel,
    tangent_kernel,
)

half, third, quarter = (sp.Rational(1, k) for k in (2, 3, 4))
DROPPED = (half, quarter, third)
"""p_1, p_2, p_3."""

stochastic_depth = Claim(
    id="ecrn.stochastic-depth",
    statement=r"\mathbb E\,\Theta_L = \Theta_0 + \sum_l (1-p_l)^r \left(c\,(A_l \Theta_{l-1} + "
    r"\Theta_{l-1} A_l'^{\top} + A_l \Theta_{l-1} A_l'^{\top}) + \alpha_l^2 J_l J_l'^{\top}\right),"
    r"\quad c = 0,\ r = 1,\ J_l \text{ of the full network}",
    source="NTK-ECRN, equation 17: the kernel under stochastic depth",
    parameters="independent masks, block l dropped with probability p_l; one network, any width, "
    "weights, inputs and differentiable φ; A_l = α_l D_l W_l",
    constants={"c": 0, "r": 1, "J": "of the full network"},
    mutants={"c": [1], "r": [2]},
)


def matrix(name, size, diagonal=False):
    """A square matrix of symbols."""
    entries = [sp.Symbol(f"{name}{i}{j}") for i in range(size) for j in range(size)]
    full = sp.Matrix(size, size, entries)
    return sp.diag(*full.diagonal()) if diagonal else full


@stochastic_depth.proof(
    covers="given the masks before, for any A = αDW, A', Θ and J Jᵀ: entries are symbols; products "
    "of larger matrices distribute in the same way. The mean over the masks before is then taken "
    "of both sides",
)
def mean_over_one_mask(c, r):
    """The mean of P Θ P'ᵀ + (mα)² J J'ᵀ over m, P = I + m A, for one neuron and two. q = 1 - p."""
    q, alpha = sp.symbols("q alpha", positive=True)
    for size in (1, 2):
        kernel, A, B = (matrix(name, size) for name in "TAB")
        own = matrix("K", size, diagonal=True)
        mean = sp.zeros(size, size)
        for mask, chance in ((0, 1 - q), (1, q)):
            left, right = (sp.eye(size) + mask * side for side in (A, B))
            mean += chance * (left * kernel * right.T + (mask * alpha) ** 2 * own)
        change = c * (A * kernel + kernel * B.T + A * kernel * B.T) + alpha**2 * own
        stated = kernel + q**r * change
        for found, claimed in zip(mean, stated, strict=True):
            about = rf"\mathbb E\,(\Theta_l)_{{ij}}, N = {size}"
            yield identity(about, sp.expand(found), sp.expand(claimed))


@stochastic_depth.certificate(on="N = 1, L = 1, tanh, W = 1, b = -1, α = p = 1/2, γ(0) = (1, 0)")
def one_neuron(c, r):
    """The preactivation is 0, where tanh' = 1: rational numbers only."""
    network = ResidualNetwork(((1, 0),), (ResidualBlock(((1,),), (-1,), half),))
    kernels = []
    for mask in (0, 1):
        states = hidden_states(network, (1, 0), lambda z: (0 * z, 1), (mask,))
        kernels.append(tangent_kernel(states[1], states[1])[0][0])
    own = own_kernel(states, states)[0][0]
    change = c * (2 * half + half**2) + half**2 * own
    witness = {"phi": "tanh", "N": 1, "alpha": "1/2", "p": "1/2", "W": 1, "b": -1}
    yield exactly(r"\mathbb E\,\Theta_1", half * sum(kernels), 1 + half**r * change, witness)


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
    lift = ((1, ball(half)), (-ball(third), 1))
    blocks = []
    for block in range(3):
        entries = [ball(sp.Rational(3 * k - 2 * block + 1, 5)) for k in range(6)]
        weights = ((entries[0], entries[1]), (-entries[2], entries[3]))
        blocks.append(ResidualBlock(weights, (entries[4], -entries[5]), ball(half)))
    return ResidualNetwork(lift, tuple(blocks))


def chance(masks):
    """The probability of the masks of the first blocks, in balls."""
    found = arb(1)
    for mask, p in zip(masks, DROPPED, strict=False):
        found = found * ball(1 - p if mask else p)
    return found


@stochastic_depth.certificate(
    on="tanh, N = 2, L = 1, 2, 3, α = 1/2, p = 1/2, 1/4, 1/3, x = 1/8 and x' = 1/3",
)
def all_masks(c, r, J):
    """The kernels of all 2^L masks from all derivatives, weighted, against the stated mean."""
    for depth in (1, 2, 3):
        yield certify(
            r"\mathbb E\,\Theta_L",
            lambda depth=depth: mean_is_as_stated(depth, c, r, J),
            witness={"phi": "tanh", "N": 2, "L": depth},
        )


def mean_is_as_stated(depth, c, r, J):
    """Whether both means are within 2^-40 of each other, in every entry."""
    network = small_network()
    points = [fourier_features(x) for x in (sp.Rational(1, 8), third)]

    def pair(masks):
        masks = (*masks, *[0] * (3 - len(masks)))
        return [hidden_states(network, features, tanh, masks) for features in points]

    full = pair((1, 1, 1))
    rest = tangent_kernel(full[0][0], full[1][0])  # of Θ_0, then what is left of the difference
    for level in range(depth):
        for masks in itertools.product((0, 1), repeat=level):
            states = pair((*masks, 1))  # the block on, so that its slopes are known
            seen = full if J == "of the full network" else states
            weight = chance(masks) * ball(1 - DROPPED[level]) ** r
            rest = plus(rest, weight, carried(network.blocks[level], level, states, c))
            own = own_kernel(*(tuple(s[level : level + 2]) for s in seen))
            rest = plus(rest, weight * network.blocks[level].scale ** 2, own)
    for masks in itertools.product((0, 1), repeat=depth):
        left, right = pair(masks)
        rest = plus(rest, -chance(masks), tangent_kernel(left[depth], right[depth]))
    return all_of(less(abs(entry), arb(2) ** -40) for row in rest for entry in row)


def carried(block, level, states, c):
    """c (A Θ + Θ A'ᵀ + A Θ A'ᵀ) at a block, in balls."""
    before = tangent_kernel(states[0][level], states[1][level])
    A, B = (
        tuple(
            tuple(block.scale * slope * w for w in row)
            for slope, row in zip(side[level + 1].slopes, block.weights, strict=True)
        )
        for side in states
    )
    turned = tuple(zip(*B, strict=True))
    once, other = matrix_product(A, before), matrix_product(before, turned)
    twice = matrix_product(once, turned)
    return tuple(tuple(c * entry for entry in row) for row in plus(plus(once, 1, other), 1, twice))


def plus(left, factor, right):
    """left + factor · right, of matrices as rows."""
    return tuple(
        tuple(a + factor * b for a, b in zip(row, other, strict=True))
        for row, other in zip(left, right, strict=True)
    )


amended = stochastic_depth.amend(
    r"\mathbb E[\Theta_l \mid m_1, \dots, m_{l-1}] = \Theta_{l-1} + (1-p_l) (A_l \Theta_{l-1} + "
    r"\Theta_{l-1} A_l'^{\top} + A_l \Theta_{l-1} A_l'^{\top} + \alpha_l^2 J_l J_l'^{\top});\quad "
    r"\text{for linear } \varphi \text{ a recursion of } \mathbb E\,\Theta_l, "
    r"\text{ with } (1-p_l)^k A_l\,\mathbb E\,\Theta_{l-1} A_l^{\top},\ k = 1",
    c=1,
    J="given the masks before",
    k=1,
    mutants={
        "c": [0, 2, sp.Rational(1, 2), sp.Rational(101, 100)],
        "r": [0, 2],
        "J": ["of the full network"],
        "k": [0, 2],
    },
)


@amended.proof(
    part="linear activations",
    covers="two blocks of one neuron in symbols: the step from block to block is the same for all; "
    "A depends on no mask, so that the mean over earlier masks goes through it",
)
def linear_blocks(k):
    """φ(z) = s z: the sum over the masks of two blocks, against the recursion of the means.

    T = E Θ, M = E h h', u = E h, v = E h', a = α s w, e = α s b, q = 1 - p.
    """
    s, h, g, w1, w2, e1, e2, q1, q2, x = sp.symbols("s h g w1 w2 e1 e2 q1 q2 x")
    blocks = (ResidualBlock(((w1,),), (e1,), 1), ResidualBlock(((w2,),), (e2,), x))
    network = ResidualNetwork(((1,),), blocks)
    T, M, u, v = h * g, h * g, h, g
    for block, q in zip(blocks, (q1, q2), strict=True):
        a, e = (block.scale * s * value for value in (block.weights[0][0], block.biases[0]))
        own = (block.scale * s) ** 2 * (M + 1)
        T = T + q * (2 * a * T + own) + q**k * a**2 * T
        M = M + q * ((2 * a + a**2) * M + e * (1 + a) * (u + v) + e**2)
        u, v = u + q * (a * u + e), v + q * (a * v + e)
    total = sp.S.Zero
    for masks in itertools.product((0, 1), repeat=2):
        left, right = (
            hidden_states(network, (feature,), lambda z: (s * z, s), masks)[2] for feature in (h, g)
        )
        weight = sp.prod(q if m else 1 - q for m, q in zip(masks, (q1, q2), strict=True))
        total += weight * tangent_kernel(left, right)[0][0]
    yield identity(r"\mathbb E\,\Theta_2", sp.expand(total), sp.expand(T))
