r"""How the condition number of the sampled NTK grows with the number n of points, and what s does.

At n equispaced points of the circle K is circulant: k(cos θ) = Σ_k m_k e^(ikθ) with
m_k = m_(-k) the eigenvalues of the operator, and the eigenvalue of K/n at frequency k is the
aliased sum Σ_j m_(k + jn). With m_k ~ C_± k^(-2) by the parity of k, 2π² C_± = L(L-1) ± q_L, and
c = cos(πk/n), this is near the middle of the spectrum n^(-2) times

    π² C_±/(1 - c²) for even n, where all k + jn have the parity of k,
    π² (A ± c B)/(1 - c²) for odd n, where parities alternate; A = (C_+ + C_-)/2, B = (C_+ - C_-)/2.

The minima are π² C_-, at c = 0, and π² (sqrt(C_+) + sqrt(C_-))²/4, at a frequency below n/2 where
c = (sqrt(C_+) - sqrt(C_-))/(sqrt(C_+) + sqrt(C_-)). Elsewhere, as k/n → 0, m_k n² → ∞: every m_k is
> 0 for L >= 3. Indeed Σ_2 = κ1(u) has the powers 1, u and all even ones with positive factors, so
that κ1(Σ_2) = 1/π + Σ_2/2 + Σ_2²/(2π) + ... has the odd ones too, by the product of u and u^(2r);
later layers keep them, and Θ_L is at least Σ_L, power by power. The largest eigenvalue tends to the
largest m_k. So κ(K) at fixed depth is n² between two positive bounds, with a limit of κ/n² along
even n and another along odd n; the talk's n is what depth to infinity at fixed n gives,
κ → 1 + n/3.

With a Sobolev operator the eigenvalues at frequency k become ~ C k^(s-2): their quotient stays
bounded at s = 2 = d, and grows like n^|s-2| elsewhere. So the best s tends to d, at every depth. On
the way there three layers rise to 5/2 at n = 33 and are at 9/4 at n = 257, eight layers are at 7/4
and 15/8: whether a larger n asks for a larger s is a question of depth. log κ is a largest one of
functions that are linear in s, hence convex: what is best among neighbours on a grid is best there.
"""

from fractions import Fraction
from functools import cache, reduce

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball, precision
from ntkproofs.arithmetic.truth import less
from ntkproofs.claims import Claim, certify, exactly, identity, nonnegative, premise
from ntkproofs.claims.figures import LOG, POINTS, Chart, curve
from ntkproofs.claims.theorems import (
    CIRCULANTS,
    ENDPOINT_DECAY,
    NTK_LIMIT,
    PARTIAL_FRACTIONS,
    POSITIVE_SERIES,
    STOLZ_CESARO,
    WEYL,
)
from ntkproofs.derivation import derivation
from ntkproofs.spectra.depth import DEPTH, leading_terms_of_deep_networks

BITS = 128
MORE_BITS = 1024
"""For eight layers: near u = 1 each layer halves the digits, as arccos does."""
SCALING, EDGE = derivation("scaling-law"), derivation("edge-of-chaos")
ANGLES = derivation("inverse-cosine-distance")
n, s = sp.Symbol("n", positive=True), sp.Symbol("s", real=True)
x, y = sp.symbols("x y", positive=True)
"""The roots of L(L-1) + q_L and of L(L-1) - q_L, which are 2π² times C_+ and C_-."""


def circle_eigenvalues(kernel, size):
    """The eigenvalues of K/n at n equispaced points, by frequency 0..n//2, in balls."""
    cosines = [(arb(2 * j) / size).cos_pi() for j in range(size)]
    row = [kernel(cosines[j]) for j in range(size // 2 + 1)]
    row += [row[size - j] for j in range(size // 2 + 1, size)]
    return [
        sum((row[j] * cosines[j * k % size] for j in range(size)), arb(0)) / size
        for k in range(size // 2 + 1)
    ]


def condition(values):
    """The largest over the smallest of positive numbers."""
    largest, smallest = values[0], values[0]
    for value in values[1:]:
        largest, smallest = largest.max(value), smallest.min(value)
    return largest / smallest


def decay_on_the_circle():
    """m_k ~ C k^(-2) with C > 0 for both parities: at all depths L >= 3."""
    for about, left, right in leading_terms_of_deep_networks():
        yield premise(identity(about, left, right, least={"L": 1}))
    size = DEPTH * (DEPTH - 1) - 1
    yield premise(nonnegative(r"|a_L| > |b_L| \text{ for } L \ge 3", size - 1, {"L": 3}))


def limit_of_depth():
    """1 + n/3, the limit of κ(K) as depth grows at fixed n, as derived."""
    quotient = EDGE.statement("condition").right.replace(sp.Function("O"), lambda _: sp.S.Zero)
    small, count = (EDGE.notation.symbol_entry(name).symbol for name in ("x", "n"))
    return sp.expand(sp.expand(quotient).subs(small, 0)).subs(count, n)


condition_linear_n = Claim(
    id="talk.condition-linear-n",
    statement=r"\kappa(K) \sim C\,n^{p},\quad p = 1",
    source="talk, From Theory to Practice: conditioning",
    parameters="NTK of ReLU networks of fixed depth L >= 3 at n equispaced points of the circle "
    "(d = 2), n to infinity; or, as another reading, depth to infinity first. q_3 = 1, "
    "q_(L+1) = q_L κ0(S_L(-1)) as in talk.deep-decay: 0 < q_L <= 1",
    constants={"p": sp.Integer(1), "first": "n grows at fixed depth"},
    mutants={"p": [sp.Integer(0)]},
)


@condition_linear_n.proof(relies_on=[NTK_LIMIT, CIRCULANTS, ENDPOINT_DECAY, STOLZ_CESARO, WEYL])
def from_aliased_sums(p, first):
    """λ_min/n is n^(-2) up to constants, by the parities, and λ_max/n tends to a constant.

    Where depth grows first: κ(K) → 1 + n/3, by the derivations of the edge of chaos; opposite
    points are at the angle π/2 after one layer.
    """
    if first == "depth grows at fixed n":
        for step in (*EDGE.steps(), *ANGLES.steps()):
            yield premise(step)
        yield identity(r"\lim \kappa(K)", limit_of_depth(), 1 + n**p / 3, least={"n": 2})
        return
    yield from decay_on_the_circle()
    exponent = nt.asymptotics(nt.ntk(3), 2, terms=1).exponent("even")
    yield identity(r"\kappa(K) \asymp n^2", n**exponent, n**p)


@condition_linear_n.certificate(
    on="L = 3, n = 32, 33, 64, 65, 128, 129, 256, 257; the limits as depth grows, n = 64 to 512"
)
def growth_at_given_sizes(p, first):
    """κ at 2n over κ at n, and at 2n + 1 over that at n + 1, is 2^p up to a factor 2^(1/10)."""
    if first == "depth grows at fixed n":
        for size in (64, 128, 256):
            quotient = ball(limit_of_depth().subs(n, 2 * size) / limit_of_depth().subs(n, size))
            rate = quotient.log() / arb(2).log() - ball(p)
            yield certify("limits at n and 2n", lambda r=rate: less(abs(r), arb(1) / 10))
        return
    with precision(BITS):
        for odd in (0, 1):
            sizes = [size + odd for size in (32, 64, 128, 256)]
            found = [condition(circle_eigenvalues(nt.ntk(3), size)) for size in sizes]
            for place in (0, 1, 2):
                rate = (found[place + 1] / found[place]).log() / arb(2).log() - ball(p)
                values = [value.str(6) for value in found[place : place + 2]]
                yield certify(
                    r"|\log_2(\kappa_{2n}/\kappa_n) - p| < 1/10",
                    lambda r=rate: less(abs(r), arb(1) / 10),
                    witness={"n": sizes[place : place + 2], "kappa": values},
                )


amended_growth = condition_linear_n.amend(
    r"\text{at fixed depth } \kappa(K) \asymp n^2:\ \lambda_{\max}(K)/n \to \max_k \mu_k,\ "
    r"n\,\lambda_{\min}(K) \to \tfrac12 y^2 \text{ along even } n,\ \tfrac18 (x + y)^2 > \tfrac12 "
    r"y^2 \text{ along odd } n,\ x = \sqrt{L(L-1) + q_L},\ y = \sqrt{L(L-1) - q_L};\ "
    r"\kappa(K)  \to 1 + n/3 \text{ as depth grows at fixed } n \text{ (talk.eoc-condition)}",
    p=sp.Integer(2),
    even=y**2 / 2,
    odd=(x + y) ** 2 / 8,
    deep=1 + n / 3,
    mutants={
        "p": [sp.Integer(0), sp.Integer(1), sp.Integer(3), sp.Integer(4)],
        "first": ["depth grows at fixed n"],
        "even": [x**2 / 2, (x + y) ** 2 / 8, y**2 / 4, y**2 * sp.Rational(101, 200)],
        "odd": [y**2 / 2, (x**2 + y**2) / 4, (x + y) ** 2 * sp.Rational(101, 800)],
        "deep": [n / 3, 1 + n / 4, 1 + n**2 / 3],
    },
)


@amended_growth.proof(
    relies_on=[NTK_LIMIT, STOLZ_CESARO, WEYL],
    part="depth grows",
    covers="all fixed inputs, none of them equal: opposite ones, as among an even number of "
    "equispaced points, are at the angle π/2 after one layer, and from there on as the others are",
)
def limit_as_depth_grows(deep):
    """κ(K) by the derivations of the edge of chaos, with the angle that follows the angle π."""
    angle, delta = (EDGE.notation.symbol_entry(name).symbol for name in ("psi", "Delta"))
    after = EDGE.statement("angle-map").right.subs({angle: sp.pi, delta: sp.Rational(1, 2)})
    yield premise(exactly("cosine after the angle π", after, 0))
    for step in (*EDGE.steps(), *ANGLES.steps()):
        yield premise(step)
    yield identity(r"\lim \kappa(K)", limit_of_depth(), deep, least={"n": 2})


def shares():
    """π² C_+ and π² C_- are x²/2 and y²/2, as derived for every L >= 3 (d = 2)."""
    dim = sp.Symbol("d", integer=True, positive=True)
    layers, parity = (SCALING.notation.symbol_entry(name).symbol for name in ("N", "p"))
    factor, exponent = SCALING.statement("decay").for_symbols(dim).power()  # in m, degree 2m + p
    share, product = sp.Function("q")(layers), layers * (layers - 1)
    for step in SCALING.steps("decay"):
        yield premise(step)
    for value, square, other in ((0, x**2, x**2 - product), (1, y**2, product - y**2)):
        own = (factor * 2**-exponent * sp.pi**2).subs({parity: value, dim: 2})
        yield premise(identity(r"\pi^2 C_\pm", own.subs(share, other), square / 2))


def scaled(own, other, cosine, *, alternating):
    """The limit of n² times the eigenvalue at frequency k, cos(πk/n) → c, by partial fractions."""
    sizes = (own * (1 + cosine) + other * (1 - cosine)) / 2 if alternating else own
    return sizes / (1 - cosine**2)


EVEN, ODD = (x**2 / 2, y**2 / 2), (y**2 / 2, x**2 / 2)
"""π² C of the parity of k, and of the other."""
c, h, t = sp.symbols("c h t", positive=True)


def in_range(about, excess):
    """It is >= 0 for x > y > 0, as q_L > 0, and 0 <= c < 1."""
    moved = excess.subs({c: t / (1 + t), x: y + h})
    return premise(nonnegative(about, moved, {"y": 0, "h": 0, "t": 0}))


BY_ALIASES = [NTK_LIMIT, CIRCULANTS, PARTIAL_FRACTIONS, POSITIVE_SERIES]


@amended_growth.proof(relies_on=[*BY_ALIASES, *SCALING.relies_on("decay")], part="even n")
def least_for_even_sizes(even):
    """All aliases have the parity of k: the smaller constant, at c = 0."""
    yield from shares()
    low = scaled(*ODD, 0, alternating=False)
    yield identity(r"\lim n\,\lambda_{\min}(K)", low, even)
    for parity in (EVEN, ODD):
        yield in_range("no frequency is below", scaled(*parity, c, alternating=False) - low)


@amended_growth.proof(relies_on=[*BY_ALIASES, *SCALING.relies_on("decay")], part="odd n")
def least_for_odd_sizes(odd):
    """Aliases alternate: odd frequencies are a square above c = (x - y)/(x + y), even ones more."""
    yield from shares()
    here = scaled(*ODD, c, alternating=True)
    low = here.subs(c, (x - y) / (x + y))
    yield identity(r"\lim n\,\lambda_{\min}(K)", low, odd)
    square = ((x - y) - c * (x + y)) ** 2 / (8 * (1 - c**2))
    yield premise(identity("no odd frequency is below", here - low, square))
    yield in_range("no even frequency is below", scaled(*EVEN, c, alternating=True) - here)
    yield premise(identity("above even n, as x > y", low - y**2 / 2, (x - y) * (x + 3 * y) / 8))


def is_near(size, value):
    """n λ_min of three layers (x² = 7, y² = 5) is the limit, a polynomial in x, y, up to 1/300."""
    with precision(BITS):
        found = ball(size) ** 2 * reduce(arb.min, circle_eigenvalues(nt.ntk(3), size))
        roots = (arb(7).sqrt(), arb(5).sqrt())
        terms = sp.Poly(value, x, y).terms()
        near = sum((ball(k) * roots[0] ** i * roots[1] ** j for (i, j), k in terms), arb(0))
        about = rf"n\,\lambda_{{\min}}(K) \text{{ is near its limit, }} n = {size}"
        witness = {"n": size, "n lambda_min": found.str(6), "limit": near.str(6)}
        return certify(about, lambda: less(abs(found / near - 1), arb(1) / 300), witness=witness)


@amended_growth.certificate(on="L = 3, n = 128, 256", part="even n")
def least_at_even_sizes(even):
    """n λ_min(K) against its limit 5/2."""
    for size in (128, 256):
        yield is_near(size, even)


@amended_growth.certificate(on="L = 3, n = 129, 257", part="odd n")
def least_at_odd_sizes(odd):
    """n λ_min(K) against its limit (6 + sqrt(35))/4."""
    for size in (129, 257):
        yield is_near(size, odd)


condition_linear_n.reading(
    "depth to infinity at fixed n",
    r"\lim_{L \to \infty} \kappa(K) \sim C\,n",
    first="depth grows at fixed n",
)

sobolev_exponent_n = Claim(
    id="talk.sobolev-exponent-n",
    statement=r"\text{the best order } s^*(n) \text{ of } \kappa(K P_s) \text{ grows with } n: "
    r"s^*(n_1) < s^*(n_2) \text{ for } n_1 < n_2",
    source="talk, Future Directions: s as a function of the data size",
    parameters="NTK of a ReLU network of L = 3 layers (or, as another reading, 8) at n equispaced "
    "points of the circle, n odd, P_s up to degree (n-1)/2; values of s* over the multiples of "
    "1/8, their order over all real s as well",
    constants={"trend": "grows", "depth": 3},
    mutants={"trend": ["is constant"]},
)

ORDERS = [Fraction(k, 8) for k in range(12, 27)]
BETWEEN = {
    (3, 9, 33): (Fraction(2), Fraction(9, 4), Fraction(5, 2)),
    (3, 33, 257): (Fraction(5, 2), Fraction(19, 8), Fraction(9, 4)),
    (8, 33, 257): (Fraction(17, 10), Fraction(9, 5), Fraction(19, 10)),
}
"""Orders r, t, r' by depth and two sizes: of the least κ one lies on the side of r, one of r'."""


BEST = {
    (3, 9): Fraction(2),
    (3, 33): Fraction(5, 2),
    (3, 257): Fraction(9, 4),
    (8, 33): Fraction(7, 4),
    (8, 257): Fraction(15, 8),
}
"""The best orders of the grid by depth and n; evidence compares each with every other order."""


@cache
def composite_conditions(depth, size):
    """κ(K P_s) for the orders s of the grid: both are diagonal in the Fourier basis."""
    with precision(MORE_BITS):
        values = circle_eigenvalues(nt.ntk(depth), size)
        return {
            order: condition([value * arb(1 + k) ** ball(order) for k, value in enumerate(values)])
            for order in {*ORDERS, *(s for orders in BETWEEN.values() for s in orders)}
        }


def best_order_is(depth, size, order):
    """κ at this order is below that at every other order of the grid."""
    found = composite_conditions(depth, size)
    for other in ORDERS:
        if other != order:
            yield premise(
                certify(
                    rf"\kappa(s = {order}) < \kappa(s = {other}), L = {depth}, n = {size}",
                    lambda a=found[order], b=found[other]: less(a, b),
                )
            )


def best_orders_follow(trend, depth, sizes):
    """s* of two sizes, by comparison with every other order, and its way from one to the other.

    κ is less at r than at t for the one size, and less at r' for the other, r < t < r' or r > t >
    r': as log κ is convex, t lies between the best of all real orders too.
    """
    for size in sizes:
        yield from best_order_is(depth, size, BEST[depth, size])
    first, between, last = BETWEEN[depth, *sizes]
    for size, side in zip(sizes, (first, last), strict=True):
        found = composite_conditions(depth, size)
        about = rf"\kappa(s = {side}) < \kappa(s = {between}), L = {depth}, n = {size}"
        yield premise(certify(about, lambda a=found[side], b=found[between]: less(a, b)))
    early, late = (ball(BEST[depth, size]) for size in sizes)
    witness = {"L": depth, "n": list(sizes), "best s": [str(BEST[depth, n]) for n in sizes]}
    about = rf"s^*({sizes[0]}) \text{{ to }} s^*({sizes[1]}) \text{{ {trend}}}"
    compare = {
        "grows": lambda: less(early, late),
        "is constant": lambda: less(abs(early - late), arb(1) / 16),
        "falls": lambda: less(late, early),
    }
    yield certify(about, compare[trend], witness=witness)


@sobolev_exponent_n.certificate(on="n = 33 and 257, s in {3/2, 13/8, ..., 13/4}", part="trend")
def best_orders_of_two_sizes(trend, depth):
    """s*(33) = 5/2 and s*(257) = 9/4 for three layers, 7/4 and 15/8 for eight."""
    yield from best_orders_follow(trend, depth, (33, 257))


sobolev_exponent_n.reading(
    "L = 8", r"s^*(33) = \tfrac74 < s^*(257) = \tfrac{15}8 \text{ for } L = 8", depth=8
)

amended_order = sobolev_exponent_n.amend(
    r"s^*(n) \to s^* = d = 2 \text{ for every } L \ge 3, \text{ on ways that depend on } L: "
    r"s^*(9) = 2 < s^*(33) = \tfrac52 > s^*(257) = \tfrac94 \text{ for } L = 3;\ "
    r"s^*(33) = \tfrac74 < s^*(257) = \tfrac{15}8 < 2 \text{ for } L = 8",
    trend="falls",
    first="grows",
    eight="grows",
    limit=sp.Integer(2),
    mutants={
        "trend": ["grows", "is constant"],
        "depth": [8],
        "first": ["falls", "is constant"],
        "eight": ["falls", "is constant"],
        "limit": [sp.Integer(1), sp.Rational(3, 2), sp.Rational(5, 2), sp.Integer(3)],
    },
)


@amended_order.certificate(on="L = 3, n = 9 and 33, s as above", part="before")
def best_orders_of_small_sizes(first):
    """s*(9) = 2 and s*(33) = 5/2 for three layers."""
    yield from best_orders_follow(first, 3, (9, 33))


@amended_order.certificate(on="L = 8, n = 33 and 257, s as above", part="eight layers")
def best_orders_of_eight_layers(eight):
    """s*(33) = 7/4 and s*(257) = 15/8, both below the limit."""
    yield from best_orders_follow(eight, 8, (33, 257))
    yield premise(certify("15/8 < 2", lambda: less(ball(BEST[8, 257]), arb(2))))


@amended_order.proof(
    relies_on=[*BY_ALIASES, ENDPOINT_DECAY, *SCALING.relies_on("scaling")], part="limit"
)
def order_at_which_the_spectrum_is_flat(limit):
    """λ_k(K P_s) ~ C k^(s-2) between positive bounds: κ grows like n^|s-2| unless s = 2."""
    for step in SCALING.steps("scaling"):
        yield premise(step)
    yield from decay_on_the_circle()
    derived = SCALING.statement("scaling").for_symbols(s).power()[1]  # for every L >= 3
    dim = SCALING.notation.symbol_entry("d").symbol
    yield identity("the exponent at s^*", derived.subs({dim: 2, s: limit}), 0)
    law = nt.composite_law(nt.ntk(3), nt.sobolev(s), 2)
    for parity in ("even", "odd"):
        yield identity(r"s^*", law.critical_order(parity), limit)
        yield premise(identity(r"p(T_s) = 2 - s", law.exponent(parity), 2 - s))


@condition_linear_n.chart(
    "κ(K) of three layers at n equispaced points of the circle, and lines that rise as n² and as n."
)
def condition_by_n():
    sizes = [8, 16, 32, 64, 128, 256]
    with precision(BITS):
        found = [float(condition(circle_eigenvalues(nt.ntk(3), size)).mid()) for size in sizes]
    return Chart(
        "$n$",
        r"$\kappa(K)$",
        (
            curve(r"$\kappa(K)$, $L = 3$", sizes, found, POINTS),
            curve("$C n^2$", sizes, [found[-1] * (size / sizes[-1]) ** 2 for size in sizes]),
            curve("$1 + n/3$, depth to infinity", sizes, [1 + size / 3 for size in sizes]),
        ),
        LOG,
        LOG,
    )
