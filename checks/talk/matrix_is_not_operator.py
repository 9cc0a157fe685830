r"""Sampled matrices against operators: how far their eigenvalues are from each other.

For n independent uniform points, E tr (K/n)² = (n k(1)² + n(n-1) E k(x·y)²)/n², and
E k(x·y)² = Σ_l N(d,l) μ_l²: the sum of squares of the eigenvalues exceeds the operator's by
(k(1)² - Σ N μ²)/n, in the mean, exactly and for every n. At n equispaced points of the circle the
eigenvalue at frequency k exceeds m_k by the aliases Σ_(j≠0) m_(k+jn), which for the NTK fall like
n^(-2), as m_l ~ C_± l^(-2) with 2π² C_± = L(L-1) ± q_L by the parity of l. For even n all k + jn
have the parity of k, and Σ_(j≠0) j^(-2) = π²/3; for odd n those with odd j have the other parity
and Σ j^(-2) = π²/4, those with even j have π²/12. So n² times the distance has four limits, by the
parities of k and n: sampling decides the rate.

The deep narrow limit kernel does not depend on L, so that its condition number does not either;
and it decays faster than the two-layer NTK, so that it is worse conditioned, not better.
"""

from functools import cache

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball, precision
from ntkproofs.arithmetic.truth import less
from ntkproofs.claims import Claim, certify, identity, nonnegative, premise
from ntkproofs.claims.theorems import (
    ADDITION_THEOREM,
    CIRCULANTS,
    DEEP_NARROW_LIMIT,
    FUNK_HECKE,
    INVERSE_SQUARES,
)
from ntkproofs.derivation import derivation

BITS = 128
SCALING = derivation("scaling-law")
n = sp.Symbol("n", positive=True)
diagonal, squares = sp.symbols("k_1 S", positive=True)
"""k(1), and Σ N(d,l) μ_l² = E k(x·y)²."""
a, q_L = sp.symbols("a q_L", positive=True)
e = sp.Symbol("e")
"""L(L-1) and q_L, and the sign (-1)^k: 2π² C = a + e q_L at the parity of k."""


def circle_eigenvalues(kernel, size):
    """The eigenvalues of K/n at n equispaced points, by frequency 0..n//2, in balls."""
    cosines = [(arb(2 * j) / size).cos_pi() for j in range(size)]
    row = [kernel(cosines[min(j, size - j)]) for j in range(size)]
    return [
        sum((row[j] * cosines[j * k % size] for j in range(size)), arb(0)) / size
        for k in range(size // 2 + 1)
    ]


matrix_is_not_operator = Claim(
    id="talk.matrix-is-not-operator",
    statement=r"\mathbb E \sum_i \lambda_i(K/n)^2 - \sum_\ell N(d,\ell)\,\mu_\ell^2 = C\,n^{-q},\ "
    r"q = 1,\ C > 0; \quad \lambda_k(K/n) - m_k \sim D\,n^{-r},\ r = 2,\ "
    r"D = \tfrac16 (a + (-1)^k q_L) \text{ for even } n,\ "
    r"D = \tfrac1{12} (2a - (-1)^k q_L) \text{ for odd } n,\ a = L(L-1)",
    source="talk, From Theory to Practice: matrices are not operators; the rates are ours",
    parameters="q: n independent uniform points on S^(d-1), any positive definite kernel that is "
    "not constant; r, D: n equispaced points of the circle, NTK of ReLU networks of L >= 3 layers, "
    "fixed frequency k; q_3 = 1, q_(L+1) = q_L κ0(S_L(-1)) as in talk.deep-decay",
    constants={
        "q": sp.Integer(1),
        "r": sp.Integer(2),
        "even": (a + e * q_L) / 6,
        "odd": (2 * a - e * q_L) / 12,
    },
    mutants={
        "q": [sp.Integer(0), sp.Integer(2), sp.Integer(3)],
        "r": [sp.Integer(0), sp.Integer(1), sp.Integer(3)],
        "even": [
            a / 6,
            (a - e * q_L) / 6,
            (2 * a - e * q_L) / 12,
            sp.Rational(101, 100) * (a + e * q_L) / 6,
        ],
        "odd": [
            a / 6,
            (2 * a + e * q_L) / 12,
            (a + e * q_L) / 6,
            sp.Rational(101, 100) * (2 * a - e * q_L) / 12,
        ],
    },
)


@matrix_is_not_operator.proof(relies_on=[FUNK_HECKE, ADDITION_THEOREM], part="random points")
def mean_of_the_sum_of_squares(q):
    """The n diagonal entries are k(1), the n(n-1) others have E k² = Σ N μ²."""
    mean = (n * diagonal**2 + n * (n - 1) * squares) / n**2
    excess = diagonal**2 - squares
    yield identity(r"\text{excess} = (k(1)^2 - S)\,n^{-q}", mean - squares, excess * n**-q)
    # k(1) = Σ N μ and S = Σ N μ²: the difference is a sum over pairs of different harmonics.
    a, b = sp.symbols("a b", nonnegative=True)
    pairs = (a + b) ** 2 - (a**2 + b**2)
    yield premise(nonnegative("(a + b)² - (a² + b²) >= 0", pairs, {"a": 0, "b": 0}))


def decay():
    """The law m_l ~ C_± l^(-2) of the circle, as derived for every L >= 3 and both parities."""
    dim, layers, parity = (SCALING.notation.symbol_entry(name).symbol for name in ("d", "N", "p"))
    for step in SCALING.steps("decay"):
        yield premise(step)
    factor, exponent = SCALING.statement("decay").power()  # in m, the degree being 2m + p
    share = sp.Function("q")(layers)
    yield premise(identity(r"m_\ell \sim C\,\ell^{-2}", exponent.subs(dim, 2), -2))
    for value, sign in ((0, 1), (1, -1)):
        own = (sp.pi**2 * factor * 2**-exponent).subs({parity: value, dim: 2}).subs(share, q_L)
        expected = (layers * (layers - 1) + sign * q_L) / 2
        yield premise(identity(r"\pi^2 C_\pm = (a \pm q_L)/2", own, expected, least={"N": 3}))


OWN, OTHER = (a + e * q_L) / 2, (a - e * q_L) / 2
"""π² C of the parity of k, and of the other."""
ALL = 2 * sp.Rational(1, 6)
"""Σ j^(-2) over j ≠ 0, over π²; a quarter of it is that over even j."""
BY_ALIASES = [CIRCULANTS, INVERSE_SQUARES, *SCALING.relies_on("decay")]


@matrix_is_not_operator.proof(relies_on=BY_ALIASES, part="circle, the rate")
def rate_on_the_circle(r):
    """n² m_(k+jn) tends to C j^(-2), and is below a multiple of it: n² times the sum converges."""
    yield from decay()
    dim = SCALING.notation.symbol_entry("d").symbol
    exponent = SCALING.statement("decay").power()[1].subs(dim, 2)
    yield identity(r"\lambda_k(K/n) - m_k \sim D\,n^{-r}", n**exponent, n**-r)


@matrix_is_not_operator.proof(relies_on=BY_ALIASES, part="circle, even n")
def aliases_of_one_parity(even):
    """All k + jn have the parity of k."""
    yield from decay()
    yield identity(r"D = C \sum_{j \neq 0} j^{-2}", OWN * ALL, even)


@matrix_is_not_operator.proof(relies_on=BY_ALIASES, part="circle, odd n")
def aliases_of_both_parities(odd):
    """k + jn has the parity of k for even j, the other for odd j."""
    yield from decay()
    yield identity(r"D \text{ by the parity of } j", OWN * ALL / 4 + OTHER * ALL * 3 / 4, odd)


FREQUENCIES = (0, 1, 3)


@cache
def distances(size):
    """λ_k(K/n) - m_k of three layers at the frequencies 0, 1, 3."""
    with precision(BITS):
        # In e^(ikθ) both signs of a frequency k > 0 share N(2, k) = 2.
        exact = nt.eigenvalues(nt.ntk(3), 2, FREQUENCIES, digits=20)
        found = circle_eigenvalues(nt.ntk(3), size)
        return [found[k] - value for k, value in zip(FREQUENCIES, exact, strict=True)]


@matrix_is_not_operator.certificate(
    on="L = 3, frequencies 0, 1, 3; n = 64, 65, 128, 129", part="circle, the rate"
)
def distances_on_the_circle(r):
    """The distance at n over that at 2n, or at n + 1 over that at 2n + 1, is 2^r up to 10 %."""
    with precision(BITS):
        for low, high in ((64, 128), (65, 129)):
            for k, here, there in zip(FREQUENCIES, distances(low), distances(high), strict=True):
                rate = (here / there).log() / arb(2).log() - ball(r)
                witness = {"frequency": k, "n": (low, high), "ratio": (here / there).str(6)}
                yield certify(
                    r"\log_2 \text{ of the ratio is } r",
                    lambda x=rate: less(abs(x), arb(1) / 7),
                    witness=witness,
                )


def are_near(size, limit):
    """n² times the distances of three layers (a = 6, q_L = 1) are their limits up to 1/200."""
    with precision(BITS):
        for k, distance in zip(FREQUENCIES, distances(size), strict=True):
            value = ball(limit.subs({a: 6, q_L: 1, e: (-1) ** k}))
            found = distance * size**2
            witness = {"frequency": k, "n": size, "n² distance": found.str(6), "D": value.str(6)}
            yield certify(
                r"n^2 (\lambda_k(K/n) - m_k) \text{ is near } D",
                lambda x=found / value: less(abs(x - 1), arb(1) / 200),
                witness=witness,
            )


@matrix_is_not_operator.certificate(on="L = 3, frequencies 0, 1, 3; n = 128", part="circle, even n")
def distances_for_even_sizes(even):
    """n² times the distance against 7/6 at k = 0 and 5/6 at k = 1, 3."""
    yield from are_near(128, even)


@matrix_is_not_operator.certificate(on="L = 3, frequencies 0, 1, 3; n = 129", part="circle, odd n")
def distances_for_odd_sizes(odd):
    """n² times the distance against 11/12 at k = 0 and 13/12 at k = 1, 3."""
    yield from are_near(129, odd)


depth, scale, top, bottom = sp.symbols("L C_L a b", positive=True)

deep_narrow_condition = Claim(
    id="talk.deep-narrow-condition",
    statement=r"\kappa(K_{dn}) \approx \kappa(K_{two-layer})\,L^{-q},\quad q = 1",
    source="talk, Deep Narrow Networks",
    parameters="sampled matrices; certified at n = 17, 33, 65 equispaced points of the circle with "
    "ρ = β = 1",
    constants={"q": sp.Integer(1), "size": "two-layer above deep narrow"},
    mutants={"q": [sp.Integer(2)], "size": ["equal"]},
)


@deep_narrow_condition.proof(relies_on=[DEEP_NARROW_LIMIT], part="depth")
def scaling_cancels(q):
    """K_dn = L C_L² k on the points: a quotient of eigenvalues does not see the factor."""
    here = (depth * scale**2 * top) / (depth * scale**2 * bottom)
    yield identity(r"\kappa(L C_L^2 k) = \kappa(k)\,L^{-q}", here, top / bottom * depth**-q)


@deep_narrow_condition.certificate(on="n = 17, 33, 65, ρ = β = 1", part="size")
def sizes_on_the_circle(size):
    """Condition numbers of both kernels at the same points."""
    with precision(BITS):
        for count in (17, 33, 65):
            narrow, wide = (
                _condition(circle_eigenvalues(kernel, count))
                for kernel in (nt.deep_narrow(1, 1, input_dim=2), nt.ntk(2))
            )
            witness = {"n": count, "deep_narrow": narrow.str(6), "two_layer": wide.str(6)}
            if size == "two-layer above deep narrow":
                step = certify("κ_dn < κ_two", lambda a=narrow, b=wide: less(a, b), witness=witness)
            elif size == "equal":
                step = certify(
                    "κ_dn = κ_two up to 10 %",
                    lambda a=narrow, b=wide: less(abs(a / b - 1), arb(1) / 10),
                    witness=witness,
                )
            else:
                step = certify("κ_two < κ_dn", lambda a=narrow, b=wide: less(b, a), witness=witness)
            yield step


def _condition(values):
    largest, smallest = values[0], values[0]
    for value in values[1:]:
        largest, smallest = largest.max(value), smallest.min(value)
    return largest / smallest


deep_narrow_condition.amend(
    r"\kappa(K_{dn}) \text{ does not depend on } L, \text{ and exceeds } \kappa(K_{two-layer}) "
    r"\text{ at } n = 17, 33, 65 \text{ points}",
    q=sp.Integer(0),
    size="deep narrow above two-layer",
    mutants={
        "q": [sp.Integer(1), sp.Integer(2)],
        "size": ["two-layer above deep narrow", "equal"],
    },
)
