r"""How far the kernel of a network of width N is from its limit: one draw, and the mean over draws.

One draw. A two-layer ReLU network at a unit input has the kernel Θ = (1/N) Σ_r X_r with independent
X_r = 2σ(z_r)² + 2 v_r² 1[z_r > 0], z_r and v_r normal. So V = Θ - H_0 has mean 0 and mean square
Var(X)/N: it is of order N^(-1/2), not 1/N, and by the central limit theorem most draws are.

The mean. With one hidden layer E V = 0 at every width, whatever φ is: Θ is a mean of terms of one
law. Three layers may have a correction: for φ(z) = z², whose moments are exact at every width, E V
is a polynomial in 1/N without constant term, and its linear coefficient is not 0. For ReLUs at one
input they have none: given the layers below, half of the gates of a layer are open in the mean, and
E 2σ(z)² is the mean square of what goes in, so that every layer adds 1 and E Θ = L. (At two inputs
ReLUs have a correction of order 1/N from three layers on.)
"""

import sympy as sp

from ntkproofs.claims import Claim, equality, exactly, identity, nonzero_exactly, premise
from ntkproofs.claims.theorems import INDEPENDENT_POINTS, NTK_LIMIT
from ntkproofs.finite_width.moments import diagonal_moments_of

N = sp.Symbol("N", positive=True)
z = sp.Symbol("z", real=True)
half, third = sp.Rational(1, 2), sp.Rational(1, 3)


def moment(power):
    """E z^power of a standard normal, power even."""
    return sp.factorial2(power - 1) if power else sp.Integer(1)


def moments_by_parts():
    """E z^p = (p-1) E z^(p-2): the boundary terms vanish, at 0 and at infinity. Halves by z -> -z.

    So for p = 2, 4, and E[z^p 1(z>0)] is half of it; E 1(z>0) = 1/2.
    """
    weight = sp.exp(-(z**2) / 2)
    for power in (2, 4):
        slope = sp.diff(-(z ** (power - 1)) * weight, z)
        rest = z**power * weight - (power - 1) * z ** (power - 2) * weight
        yield premise(equality(f"d/dz(-z^{power - 1} e^(-z²/2))", slope, rest))
        yield premise(exactly("(p-1)!!", moment(power), (power - 1) * moment(power - 2)))


def two_layer_terms():
    """E X and E X² of a term X = 2σ(z)² + 2 v² 1[z > 0]; v and z are independent."""
    first = 2 * moment(2) / 2 + 2 * moment(2) * moment(0) / 2
    second = 4 * moment(4) / 2 + 8 * moment(2) * moment(2) / 2 + 4 * moment(4) * moment(0) / 2
    return first, second


def mean_of_three_layers():
    """E Θ of f = sqrt(v/N) w·z_2², z_2 = sqrt(v/N) W z_1², v = 1/3, at every width N.

    With a = z_1² (entries) and D = diag((2 z_1)²), conditionally on the first layer
    E[(W_1·a)² W_1·D W_1] = |a|² tr D + 2 a·D a, and E z_2^4 = 3 (v|a|²/N)².
    """
    squared = N * moment(8) + N * (N - 1) * moment(4) ** 2  # E |a|^4
    mixed = 4 * (N * moment(6) + N * (N - 1) * moment(4) * moment(2))  # E |a|² tr D
    along = 4 * N * moment(6)  # E a·D a
    scale = (third / N) ** 2
    last = third * 3 * scale * squared
    gates = third * 4 * scale * (squared + mixed + 2 * along)
    return sp.expand(last + gates)


def limit_of_three_layers():
    """The recursion of infinite width: Σ_(l+1) = v E φ², Θ_(l+1) = Σ_(l+1) + v E φ'² Θ_l."""
    covariance, tangent = sp.Integer(1), sp.Integer(1)
    for _ in range(2):
        slope = third * 4 * covariance
        covariance = third * moment(4) * covariance**2
        tangent = covariance + slope * tangent
    return tangent


def order_in_width(value):
    """The p of the leading term N^(-p) of a polynomial in 1/N."""
    return min(power for (power,), _ in sp.Poly(value, 1 / N).terms())


finite_width_order = Claim(
    id="talk.finite-width-order",
    statement=r"\sqrt{E V^2} \asymp N^{-p},\quad |E V| \asymp N^{-q},\quad p = q = 1,\quad "
    r"V = \Theta_N - H_0",
    source="talk, Perturbation Theory Framework: H = H_0 + V, V typically scaling as O(1/N)",
    parameters="widths N of all hidden layers, at initialisation, one unit input; p: ReLU, L = 2; "
    "q: φ = z², L = 3; He variance for ReLUs, weight variance 1/3 for z²",
    constants={"p": 1, "q": 1},
    mutants={"p": [half], "q": [half, 2]},
)


@finite_width_order.proof(
    relies_on=[NTK_LIMIT, INDEPENDENT_POINTS],
    part="one draw",
    covers="every width: the kernel is a mean of N independent terms",
)
def independent_terms(p):
    """E V = 0 and E V² = Var(X)/N, Var(X) = 12."""
    yield from moments_by_parts()
    first, second = two_layer_terms()
    yield premise(exactly("E X = H_0, the limit kernel at u = 1", first, 2))
    variance = second - first**2
    yield premise(nonzero_exactly("Var X", variance))
    witness = {"L": 2, "phi": "ReLU", "Var X": str(variance), "E V^2": f"{variance}/N"}
    order = sp.Rational(order_in_width(variance / N), 2)
    yield exactly(r"order of \sqrt{E V^2} in 1/N", order, p, witness)


@finite_width_order.proof(
    part="the mean",
    covers="every width: the mean is a polynomial in 1/N; its constant term is the limit H_0, "
    "which for z², not being Lipschitz, is not taken from a theorem",
)
def three_layers(q):
    """E Θ_N is a polynomial in 1/N that begins with the limit."""
    mean, limit = mean_of_three_layers(), limit_of_three_layers()
    yield premise(identity("E Θ_N at 1/N = 0", sp.Poly(mean, 1 / N).coeff_monomial(1), limit))
    yield exactly("order of E V in 1/N", order_in_width(sp.expand(mean - limit)), q)


amended = finite_width_order.amend(
    r"\sqrt{E V^2} \asymp N^{-1/2} \text{ for one draw (ReLU, } L = 2);\text{ for the mean } "
    r"|E V| \asymp N^{-1} \text{ with } \varphi(z) = z^2,\ L = 3,\text{ but } E V = 0 "
    r"\text{ at every width with ReLUs, at any } L",
    p=half,
    q=1,
    shift=0,
    mutants={"p": [1, sp.Rational(1, 4)], "q": [half, 2], "shift": [1 / N, -1 / N**2]},
)


@amended.proof(
    part="the mean of ReLUs",
    covers="every depth: given the layers below, the mean of what a layer adds is that of the "
    "layer before, whatever its width, as at the depths that are computed",
)
def relu_at_one_input(shift):
    """E Θ - L from the exact recursion of moments, all hidden layers of symbolic widths."""
    widths = sp.symbols("n_1 n_2 n_3", positive=True)
    for hidden in (1, 2, 3):
        mean = diagonal_moments_of(widths[:hidden]).mean
        yield identity(rf"E V, L = {hidden + 1}", mean - (hidden + 1), shift)
