r"""The largest eigenvalue of the NTK of a residual network.

Reconstruction, as the formula (15) of the paper is not printed: λ_max(Θ_L) <= λ_max(Θ_0) +
Σ α_l² ‖J_l‖², for the network and the J_l of layer_recursion.py, with Θ_l the matrix of the kernel
on n inputs (nN rows) and ‖J_l‖ the operator norm of the Jacobian of block l on all inputs. It is
what (14) would give.

With Θ_l = P_l Θ_(l-1) P_lᵀ + α_l² J_l J_lᵀ (P_l block-diagonal over inputs) each block multiplies
what was there by up to ‖P_l‖², so that the bound needs these factors; with them it is attained.
‖P_l‖ <= 1 + α_l sup|φ'| ‖W_l‖, where sup|φ'| is 1 for the tanh, 1.1289... for the GELU: that has
no Lipschitz constant 1. Blocks that contract, ‖P_l‖ < 1, obey the printed bound too.

So does every network if J_l is read as the Jacobian of the *last* state in the parameters of block
l, by 1/α_l, and Θ_0 as the part of the lift in Θ_L: Θ_L is the sum of these parts, and the largest
eigenvalue of a sum is at most the sum of the largest. But then nothing is said of growth from block
to block: every J_l holds the factors P_s of all later blocks.
"""

import sympy as sp
from flint import arb

from ntkproofs.arithmetic.balls import ball
from ntkproofs.arithmetic.truth import less
from ntkproofs.claims import Claim, certify, equality, identity, nonnegative, premise
from ntkproofs.claims.theorems import SYMMETRIC_EIGENVECTORS
from ntkproofs.finite_width.residual_blocks import (
    ResidualBlock,
    ResidualNetwork,
    hidden_states,
    own_kernel,
    propagation,
    tangent_kernel,
)

half = sp.Rational(1, 2)
alpha, size = sp.symbols("alpha r", nonnegative=True)

lambda_max = Claim(
    id="ecrn.lambda-max",
    statement=r"\lambda_{\max}(\Theta_L) \le \lambda_{\max}(\Theta_0) \prod_s \|P_s\|^e + "
    r"\sum_l \alpha_l^2 \|J_l\|^2 \prod_{s>l} \|P_s\|^e,\quad e = 0",
    source="NTK-ECRN, equation 15: the growth of the largest eigenvalue is bounded",
    parameters="any network, weights, inputs and differentiable φ; P_s = I + α_s D_s W_s, norms on "
    "all inputs",
    constants={"e": 0, "jacobian": "of its own block"},
    mutants={"e": [2]},
)
lambda_max.reading(
    "J_l the Jacobian of the last state, Θ_0 the part of the lift in Θ_L",
    r"\lambda_{\max}(\Theta_L) \le \lambda_{\max}(V_L V_L^{\top}) + \sum_l \alpha_l^2 \|J_l\|^2,"
    r"\quad V_L = \partial h_L/\partial V,\ \alpha_l J_l = \partial h_L/\partial (W_l, b_l)",
    jacobian="of the last state",
)


@lambda_max.certificate(on="N = 1, tanh and GELU at preactivations 0, α = 1/2, L = 1, 2, 3, W = ±1")
def one_neuron(e, jacobian):
    """λ_max(Θ_L) of one neuron at one input from all derivatives, against the bound; exactly.

    γ(0) = (1, 0), V = (1, 0), b = -W: the states are 1, and slopes 1 (tanh) or 1/2 (GELU).
    """
    for name, slope in (("tanh", sp.Integer(1)), ("GELU", half)):
        for weights in ((1,), (-1,), (1, 1), (1, -1), (1, -1, 1)):
            blocks = tuple(ResidualBlock(((w,),), (-w,), half) for w in weights)
            network = ResidualNetwork(((1, 0),), blocks)
            states = hidden_states(network, (1, 0), lambda z, slope=slope: (0 * z, slope))
            bound = bound_of_one_neuron(blocks, states, e, jacobian)
            value = tangent_kernel(states[-1], states[-1])[0][0]
            witness = {"phi": name, "N": 1, "alpha": "1/2", "W": weights, "lambda_max": str(value)}
            witness["bound"] = str(bound)
            yield nonnegative("bound - λ_max(Θ_L)", sp.sympify(bound - value), {}, witness=witness)


def bound_of_one_neuron(blocks, states, e, jacobian):
    """The stated sum; parts of the last state are squares of its derivatives, block by block."""
    last = [derivative**2 for derivative in states[-1].derivatives[0]]
    of_last = jacobian == "of the last state"
    bound = sum(last[:2]) if of_last else tangent_kernel(states[0], states[0])[0][0]
    for place, (block, before, after) in enumerate(zip(blocks, states, states[1:], strict=False)):
        own = half**2 * own_kernel((before, after), (before, after))[0][0]
        if of_last:
            own = sum(last[2 * place + 2 : 2 * place + 4])
        bound = bound * abs(propagation(block, after.slopes)[0][0]) ** e + own
    return bound


@lambda_max.proof(
    relies_on=[SYMMETRIC_EIGENVECTORS],
    covers="any width, inputs and unit vector v: what enters are largest values of quadratic "
    "forms; blocks in a row, one more each time",
)
def one_more_block(e, jacobian):
    """vᵀΘ_l v = uᵀΘ_(l-1)u + α²‖J_lᵀv‖² with u = P_lᵀv, against λ ‖P_l‖^e + α²‖J_l‖².

    With ‖u‖² = ‖P‖² - g, uᵀΘu = λ‖u‖² - g', ‖Jᵀv‖² = ‖J‖² - g'', all g >= 0. ‖P‖ in halves: r/2.
    For Jacobians of the last state Θ_L is a sum of such parts, one more each time, and u = v.
    """
    yield from blocks_in_a_row(e)
    largest, norm, g, g1, g2 = sp.symbols("lambda J g g_1 g_2", nonnegative=True)
    moved = sp.S.One if jacobian == "of the last state" else size**2 / 4 - g
    form = largest * moved - g1 + alpha**2 * (norm**2 - g2)
    slack = largest * (size / 2) ** e + alpha**2 * norm**2 - form
    least = {"lambda": 0, "J": 0, "g": 0, "g_1": 0, "g_2": 0, "alpha": 0, "r": 0}
    about = r"\lambda \|P_l\|^e + \alpha^2 \|J_l\|^2 - v^\top \Theta_l v"
    # First where all is attained; a bound that fails there is not taken further.
    attained = nonnegative(about, sp.expand(slack.subs({g: 0, g1: 0, g2: 0})), least)
    yield attained
    if attained.truth is attained.truth.TRUE:
        yield nonnegative(about, slack, least)


def blocks_in_a_row(e):
    """B_l = B_(l-1) ‖P_l‖^e + α_l² ‖J_l‖² is the stated sum of products, for L = 1..4."""
    start = bound = sp.Symbol("B_0", positive=True)
    for length in range(1, 5):
        norms = sp.symbols(f"p_1:{length + 1}", positive=True)
        own = sp.symbols(f"a_1:{length + 1}", positive=True)
        bound = bound * norms[-1] ** e + own[-1]
        stated = start * sp.prod(p**e for p in norms)
        stated += sum(a * sp.prod(p**e for p in norms[k + 1 :]) for k, a in enumerate(own))
        yield premise(identity(f"L = {length}", sp.expand(bound), sp.expand(stated)))


lambda_max_amended = lambda_max.amend(
    r"\lambda_{\max}(\Theta_L) \le \lambda_{\max}(\Theta_0) \prod_s \|P_s\|^2 + "
    r"\sum_l \alpha_l^2 \|J_l\|^2 \prod_{s>l} \|P_s\|^2,\quad "
    r"\|P_s\| \le 1 + \alpha_s \sigma \|W_s\|,\ \sigma = 1 \text{ for tanh},\ "
    r"1.13 \text{ for GELU}",
    e=2,
    tanh=1,
    gelu=sp.Rational(113, 100),
    mutants={
        "e": [0, 1, 3],
        "jacobian": ["of the last state"],
        "tanh": [sp.Rational(99, 100), half],
        "gelu": [1, sp.Rational(112, 100)],
    },
)


@lambda_max_amended.proof(
    part="norm of P",
    covers="any unit vector v, with y = D W v: what enters are ‖y‖ <= sup|φ'| ‖W‖ and v·y <= ‖y‖",
)
def triangle(tanh):
    """‖v + αy‖² = 1 + 2α v·y + α²‖y‖² against (1 + α σ ‖W‖)²; σ - (1 - t²) >= 0, t = tanh z.

    ‖y‖ = Y, v·y = Y - g, and the norm of D W is Y + g' at most.
    """
    Y, g, g1, t = sp.symbols("Y g g_1 t", nonnegative=True)
    found = 1 + 2 * alpha * (Y - g) + alpha**2 * Y**2
    least = {"Y": 0, "g": 0, "g_1": 0, "alpha": 0}
    yield nonnegative("(1 + α‖DW‖)² - ‖v + αy‖²", (1 + alpha * (Y + g1)) ** 2 - found, least)
    z = sp.Symbol("z", real=True)
    yield equality("tanh' = 1 - tanh²", sp.diff(sp.tanh(z), z), 1 - sp.tanh(z) ** 2)
    yield nonnegative("σ - φ'(z)", tanh - (1 - t**2), {"t": 0})


@lambda_max_amended.certificate(on="the one maximum of |φ'|, at z = √2", part="slope of the GELU")
def slope_of_the_gelu(gelu):
    """φ' = Φ + zp, p the normal density: φ'' = (2 - z²) p, so that φ' is largest at √2.

    It tends to 0 and 1 at the ends, and is least at -√2, where it is 1 - φ'(√2).
    """
    z = sp.Symbol("z", real=True)
    density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
    # Φ' = p, so that the derivative of Φ + zp is p + p + z p'.
    bend = 2 * density + z * sp.diff(density, z)
    yield equality("φ'' = (2 - z²) p", bend, (2 - z**2) * density)

    def largest():
        root = arb(2).sqrt()
        normal = (1 + arb(1).erf()) / 2
        return normal + root * (-arb(1)).exp() / (2 * arb.pi()).sqrt()

    yield certify("φ'(√2) < σ", lambda: less(largest(), ball(gelu)))
    yield certify("-φ'(-√2) < σ", lambda: less(largest() - 1, ball(gelu)))
