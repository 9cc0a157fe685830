r"""How the condition number of the sampled NTK grows with the number n of points, and what s does.

At n equispaced points of the circle K is circulant: k(cos θ) = Σ_k m_k e^(ikθ) with
m_k = m_(-k) the eigenvalues of the operator, and the eigenvalue of K/n at frequency k is the
aliased sum Σ_j m_(k + jn). With m_k ~ C k^(-2) for each parity (d = 2), the smallest, at k near
n/2, is n^(-2) times a constant and the largest tends to the largest m_k: at fixed depth κ(K)
grows like n², which is n^(d/(d-1)); the talk's n is what depth to infinity at fixed n gives,
κ → 1 + n/3.

With a Sobolev operator the eigenvalues at frequency k become ~ C k^(s-2): their quotient stays
bounded at s = 2 = d, and grows like n^|s-2| elsewhere. So the best s tends to d; it need not grow.
"""

from fractions import Fraction

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball, precision
from ntkproofs.arithmetic.truth import less
from ntkproofs.claims import Claim, certify, identity, nonnegative, premise
from ntkproofs.claims.figures import LOG, POINTS, Chart, curve
from ntkproofs.claims.theorems import CIRCULANTS, ENDPOINT_DECAY, NTK_LIMIT
from ntkproofs.spectra.depth import DEPTH, leading_terms_of_deep_networks

BITS = 128
n, s = sp.Symbol("n", positive=True), sp.Symbol("s", real=True)


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


condition_linear_n = Claim(
    id="talk.condition-linear-n",
    statement=r"\kappa(K) \sim C\,n^{p},\quad p = 1",
    source="talk, From Theory to Practice: conditioning",
    parameters="NTK of ReLU networks of fixed depth L >= 3 at n equispaced points of the circle "
    "(d = 2), n to infinity; or, as another reading, depth to infinity first",
    constants={"p": sp.Integer(1), "first": "n grows at fixed depth"},
    mutants={"p": [sp.Integer(0)]},
)


@condition_linear_n.proof(relies_on=[NTK_LIMIT, CIRCULANTS, ENDPOINT_DECAY])
def from_aliased_sums(p, first):
    """λ_min/n is n^(-2) times Σ_j C/(j + 1/2)², and λ_max/n tends to a constant."""
    if first == "depth grows at fixed n":
        deep = (3 + n) / 3  # the quotient of (n+3) l/4 and 3 l/4, see talk.eoc-condition
        yield identity(r"\kappa(K) \to 1 + n/3", deep, 1 + n**p / 3)
        return
    yield from decay_on_the_circle()
    exponent = nt.asymptotics(nt.ntk(3), 2, terms=1).exponent("even")
    yield identity(r"\kappa(K) \sim C n^2", n**exponent, n**p)


@condition_linear_n.certificate(on="L = 3, n = 32, 64, 128, 256")
def growth_at_given_sizes(p, first):
    """κ at 2n over κ at n is 2^p up to a factor 2^(1/10)."""
    if first == "depth grows at fixed n":
        for size in (64, 128, 256):
            rate = (arb(2 * size + 3) / (size + 3)).log() / arb(2).log() - ball(p)
            yield certify("limits at n and 2n", lambda r=rate: less(abs(r), arb(1) / 10))
        return
    with precision(BITS):
        found = {
            size: condition(circle_eigenvalues(nt.ntk(3), size)) for size in (32, 64, 128, 256)
        }
        for size in (32, 64, 128):
            rate = (found[2 * size] / found[size]).log() / arb(2).log() - ball(p)
            witness = {"n": size, "kappa_n": found[size].str(6), "kappa_2n": found[2 * size].str(6)}
            yield certify(
                r"|\log_2(\kappa_{2n}/\kappa_n) - p| < 1/10",
                lambda r=rate: less(abs(r), arb(1) / 10),
                witness=witness,
            )


condition_linear_n.amend(
    r"\kappa(K) \sim C\,n^2 = C\,n^{d/(d-1)} \text{ at fixed depth; it is } 1 + n/3 "
    r"\text{ as depth grows at fixed } n \text{ (talk.eoc-condition)}",
    p=sp.Integer(2),
    mutants={
        "p": [sp.Integer(0), sp.Integer(1), sp.Integer(3), sp.Integer(4)],
        "first": ["depth grows at fixed n"],
    },
)

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
    parameters="NTK of a ReLU network of L = 3 layers at n equispaced points of the circle, n odd, "
    "P_s up to degree (n-1)/2; s* over the multiples of 1/8",
    constants={"trend": "grows"},
    mutants={"trend": ["is constant"]},
)

ORDERS = [Fraction(k, 8) for k in range(12, 27)]


def composite_conditions(size):
    """κ(K P_s) for the orders s of the grid: both are diagonal in the Fourier basis."""
    values = circle_eigenvalues(nt.ntk(3), size)
    return {
        order: condition([value * arb(1 + k) ** ball(order) for k, value in enumerate(values)])
        for order in ORDERS
    }


def best_order_is(size, order):
    """κ at this order is below that at every other order of the grid."""
    found = composite_conditions(size)
    for other in ORDERS:
        if other != order:
            yield premise(
                certify(
                    rf"\kappa(s = {order}) < \kappa(s = {other}), n = {size}",
                    lambda a=found[order], b=found[other]: less(a, b),
                )
            )


@sobolev_exponent_n.certificate(on="n = 33 and 257, s in {3/2, 13/8, ..., 13/4}")
def best_orders_of_two_sizes(trend):
    """s*(33) = 5/2 and s*(257) = 9/4, by comparison with every other order."""
    with precision(BITS):
        yield from best_order_is(33, Fraction(5, 2))
        yield from best_order_is(257, Fraction(9, 4))
        early, late = ball(Fraction(5, 2)), ball(Fraction(9, 4))
        witness = {"n": [33, 257], "best s": ["5/2", "9/4"]}
        if trend == "grows":
            yield certify(r"s^*(33) < s^*(257)", lambda: less(early, late), witness=witness)
        elif trend == "is constant":
            yield certify(r"s^*(33) \le s^*(257)", lambda: less(early, late), witness=witness)
        else:
            yield certify(r"s^*(257) < s^*(33)", lambda: less(late, early), witness=witness)


amended_order = sobolev_exponent_n.amend(
    r"s^*(n) \to s^* = d = 2; \text{ from } n = 33 \text{ to } 257 \text{ it falls}",
    trend="falls",
    limit=sp.Integer(2),
    mutants={
        "trend": ["grows"],
        "limit": [sp.Integer(1), sp.Rational(3, 2), sp.Rational(5, 2), sp.Integer(3)],
    },
)


@amended_order.proof(relies_on=[NTK_LIMIT, CIRCULANTS, ENDPOINT_DECAY], part="limit")
def order_at_which_the_spectrum_is_flat(limit):
    """λ_k(K P_s) ~ C k^(s-2) between positive bounds: κ grows like n^|s-2| unless s = 2."""
    yield from decay_on_the_circle()
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
