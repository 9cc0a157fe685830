r"""Widths: the parameter budget, and the parabolic profile.

A network with L weight layers of width N has (L-2) N² + (n_0 + n_L) N weights, and (L-1) N + n_L
biases: at a fixed budget P the width falls like sqrt(P/(L-2)), not like P/L. A parabolic profile is
m l², quadratic in the layer; m^(l²), as printed, grows faster than any exponential. What the
profile is for, finite-width corrections that stay bounded as depth grows, it does: they are
governed by Σ 1/m_l.
"""

import sympy as sp
from flint import arb

from ntkproofs.arithmetic.balls import ball
from ntkproofs.arithmetic.truth import less
from ntkproofs.claims import (
    Claim,
    certify,
    equality,
    exactly,
    identity,
    nonnegative,
    premise,
)
from ntkproofs.claims.theorems import INVERSE_SQUARES, ISSERLIS
from ntkproofs.finite_width.moments import (
    diagonal_moments_of,
    induction_steps,
    second_moment_bounds,
    sign_steps,
)
from ntkproofs.finite_width.network import Network

L, N, ends, m, layer = sp.symbols("L N n m l", positive=True)
outputs = sp.Symbol("n_L", positive=True)
half, third = sp.Rational(1, 2), sp.Rational(1, 3)

parameter_budget = Claim(
    id="talk.parameter-budget",
    statement=r"N = (P/D)^q,\quad D = L,\ q = 1",
    source="talk, Perturbation Theory Framework: effective width N = P/L",
    parameters="fully connected, L >= 3 weight layers, with or without biases; P to infinity at "
    "fixed L",
    constants={"q": 1, "divisor": L},
    mutants={"q": [half]},
)


@parameter_budget.proof()
def counting_weights(q, divisor):
    """P = (L-2) N² + (n_0 + n_L) N as a polynomial in N: its degree is 1/q, its leading part D.

    With the (L-1) N + n_L biases too, which are of lower degree.
    """
    weights = (L - 2) * N**2 + ends * N
    for trained, P in (
        ("weights", sp.Poly(weights, N)),
        ("weights and biases", sp.Poly(weights + (L - 1) * N + outputs, N)),
    ):
        about = f"degree of P in the width, {trained}"
        yield exactly(about, sp.degree(P, N), 1 / sp.sympify(q), {"L": "any"})
        yield identity(f"{trained} per N^2", P.LC(), divisor, least={"L": 3})


budget = parameter_budget.amend(
    r"P = (L-2) N^2 + (n_0 + n_L) N,\text{ and } (L-1) N + n_L \text{ more with biases},\quad "
    r"N \sim \sqrt{P/(L-2)} \text{ in both cases}",
    q=half,
    divisor=L - 2,
    biases=(L - 1) * N + outputs,
    mutants={
        "q": [1, sp.Rational(1, 3)],
        "divisor": [L, L - 1, L - 3],
        "biases": [L * N + outputs, (L - 1) * N, (L - 2) * N + outputs],
    },
)


@budget.proof(part="count")
def one_layer_more(biases):
    """By induction on L: one hidden layer at L = 2, N² weights and N biases for a layer more."""
    weights = (L - 2) * N**2 + ends * N
    yield identity("weights of two layers", weights.subs(L, 2), ends * N)
    yield identity("biases of two layers", biases.subs(L, 2), N + outputs)
    for about, count, more in (("weights", weights, N**2), ("biases", biases, N)):
        difference = count.subs(L, L + 1) - count
        yield identity(f"{about} of a layer more", difference, more, least={"L": 2})


@budget.certificate(on="L = 2..5, N = 1, 7, n_0 = 3, n_L = 1", part="count")
def counted_in_networks(biases):
    """The same of networks, matrix by matrix."""
    for depth in range(2, 6):
        for width in (1, 7):
            bare = Network.of(depth, width).parameters(3)
            full = Network.of(depth, width, bias_variance=1.0).parameters(3)
            at = {L: depth, N: width, ends: 4, outputs: 1}
            where = {"L": depth, "N": width}
            yield exactly("weights", bare, ((L - 2) * N**2 + ends * N).subs(at), where)
            yield exactly("biases", full - bare, biases.subs(at), where)


width_profile = Claim(
    id="talk.width-profile",
    statement=r"m_\ell = m^{\ell^2} \text{ is parabolic in } \ell",
    source="talk, Optimization Bounds via Spectral Factorization",
    parameters="layers l >= 1; parabolic: a quadratic function of l",
    constants={"profile": m ** (layer**2)},
    mutants={"profile": [m * layer**2]},
)


@width_profile.proof()
def third_differences(profile):
    """A function of l is quadratic if and only if its third differences vanish; m = 2, l = 1..6.

    Where the profile is a polynomial in l, for every m and l.
    """

    def third_difference(at):
        return sum(
            sign * sp.binomial(3, j) * at(j)
            for j, sign in zip(range(4), (-1, 1, -1, 1), strict=True)
        )

    if profile.is_polynomial(layer, m):
        values = third_difference(lambda j: profile.subs(layer, layer + j))
        yield identity("third difference", values, 0, least={"l": 1, "m": 1})
    else:
        for first in (1, 2, 3):
            value = third_difference(lambda j: profile.subs({m: 2, layer: first + j}))  # noqa: B023
            yield exactly("third difference", value, 0, {"m": 2, "l": first})


parabola = width_profile.amend(
    r"m_\ell = m\,\ell^2 \text{ is parabolic in } \ell;\quad \sum_{\ell \ge 1} 1/m_\ell = "
    r"\pi^2/(6m),\text{ against } (L-1)/m \text{ at constant width } m;\quad "
    r"\tfrac13 (1 + 2/L)\,\Pi \le E\Theta(x,x)^2/(E\Theta(x,x))^2 \le \Pi = "
    r"\prod_{\ell<L} (1 + 5/m_\ell) \text{ for ReLU networks without biases: at most } "
    r"e^{5\pi^2/(6m)} \text{ for the parabola, unbounded in } L \text{ at constant width}",
    profile=m * layer**2,
    total=sp.pi**2 / (6 * m),
    rate=5,
    floor=third,
    ceiling=1,
    mutants={
        "profile": [m ** (layer**2), m**layer, m * layer**3],
        "total": [sp.pi**2 / (5 * m), 2 / m, sp.pi**2 / (6 * m**2)],
        "rate": [4, 6, sp.Rational(501, 100)],
        "floor": [half, sp.Rational(1, 4), 1],
        "ceiling": [half, 2],
    },
)


@parabola.proof(relies_on=[INVERSE_SQUARES], part="sum of the inverse widths")
def sum_of_inverse_widths(total):
    """Σ 1/(m l²) in closed form; of constant widths the sum has L - 1 equal terms."""
    yield equality(r"\sum 1/m_\ell", total, sp.pi**2 / 6 / m)
    constant = sp.summation(1 / m, (layer, 1, L - 1))
    yield identity(r"\sum 1/m", constant, (L - 1) / m, least={"L": 2, "m": 1})


@parabola.proof(relies_on=[ISSERLIS], part="second moment")
def bounds_by_induction(rate, floor, ceiling):
    """What a layer does to Q², QT+2S, Y = QT-S and W = T²+2P (moments.py), for every width n.

    Divided by Π they are 1, l, y_l >= 0 and w_l, as S = E hᵀMh c² and P are not negative and Y is a
    sum of positive terms. So (l + 2 y_l)/3 = QT/Π lies in [l/3, l], and w_(l+1) = 1 + 2 QT/Π + w_l
    between l(l+2)/3 and l² by induction; E Θ² = (1 + 2 QT/Π + w) Π at l = L-1, (E Θ)² = L².
    """
    n, kappa = sp.symbols("n kappa", positive=True)
    steps = induction_steps()
    for step in steps:
        yield premise(identity(step.about, step.left, step.right, least={"n": 1}))
    least = {"n": 1, **dict.fromkeys(("QQ", "QT", "S", "TT", "P"), 0)}
    for about, expression in sign_steps():
        yield premise(nonnegative(f"{about} >= 0 after a layer", expression, least))
    square = sp.Symbol("QQ")
    growth = sp.cancel(steps[0].left.subs(kappa, 2) / square)
    yield identity(r"\Pi_{\ell+1}/\Pi_\ell", growth, 1 + sp.sympify(rate) / n, least={"n": 1})
    yield identity("(U + 2Y)/3 = QT", *_mixed(), least={})
    yield nonnegative("1 - 1/n", n - 1, {"n": 1})
    low, high = lambda k: k * (k + 2) * third, lambda k: k**2
    yield exactly("before the first layer w = 0", (low(0), high(0)), (0, 0))
    yield identity("lower end of w", low(layer) + 1 + 2 * layer / 3, low(layer + 1))
    yield identity("upper end of w", high(layer) + 1 + 2 * layer, high(layer + 1))
    last = L - 1
    ends_of_ratio = {
        "lower": ((1 + 2 * last / 3 + low(last)) / L**2, floor * (1 + 2 / L)),
        "upper": ((1 + 2 * last + high(last)) / L**2, ceiling),
    }
    for about, (found, stated) in ends_of_ratio.items():
        yield identity(f"{about} bound over \\Pi", found, stated, least={"L": 2})


def _mixed():
    """((QT + 2S) + 2 (QT - S))/3 and QT."""
    mixed, s = sp.symbols("QT S")
    return (mixed + 2 * s + 2 * (mixed - s)) / 3, mixed


@parabola.proof(relies_on=[INVERSE_SQUARES], part="second moment")
def bounded_or_not(rate):
    """Π <= e^(5 Σ 1/m_l); at constant width Π >= 1 + (L-1) 5/m, by induction (Bernoulli)."""
    x, k = sp.symbols("x k", positive=True)
    yield identity("ReLU", sp.sympify(rate), 3 * sp.Integer(2) - 1)
    gain = (1 + x) * (1 + k * x) - (1 + (k + 1) * x)
    yield nonnegative("(1+x)(1+kx) >= 1 + (k+1) x", sp.expand(gain), {"x": 0, "k": 0})


@parabola.certificate(on="m = 4, L = 40: exact moments", part="second moment")
def exact_moments(rate):
    """E f⁴/(E f²)² = 3 Π; the ratio of the parabola is below e^(5π²/24), of constant width above.

    The recursion's own moments, in rational numbers; balls for the exponential only.
    """
    depth, width = 40, 4
    widths = [width * j**2 for j in range(1, depth)]
    exact, constant = (diagonal_moments_of(w) for w in (widths, [width] * (depth - 1)))
    product = sp.prod([1 + sp.sympify(rate) / w for w in widths])
    where = {"m": width, "L": depth}
    yield exactly(r"E f^4/(E f^2)^2 = 3 \Pi", exact.output_kurtosis, 3 * product, where)
    ratio, other = (each.second_moment / each.mean**2 for each in (exact, constant))
    low, high = second_moment_bounds(widths)
    yield certify("lower bound", lambda: less(ball(low), ball(ratio)), witness=where)
    yield certify("upper bound", lambda: less(ball(ratio), ball(high)), witness=where)
    for about, low, high in (("bounded", ratio, None), ("not at constant width", None, other)):
        yield certify(about, lambda a=low, b=high: less(_or_bound(a), _or_bound(b)), witness=where)


def _or_bound(value):
    """The number as a ball; for None e^(5π²/24)."""
    return (5 * arb.pi() ** 2 / 24).exp() if value is None else ball(value)
