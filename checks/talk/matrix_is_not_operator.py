r"""Sampled matrices against operators: how far their eigenvalues are from each other.

For n independent uniform points, E tr (K/n)² = (n k(1)² + n(n-1) E k(x·y)²)/n², and
E k(x·y)² = Σ_l N(d,l) μ_l²: the sum of squares of the eigenvalues exceeds the operator's by
(k(1)² - Σ N μ²)/n, in the mean, exactly and for every n. At n equispaced points of the circle the
eigenvalue at frequency k exceeds m_k by the aliases Σ_(j≠0) m_(k+jn), which for the NTK (decay
l^(-2) there) fall like n^(-2): sampling decides the rate.

The deep narrow limit kernel does not depend on L, so that its condition number does not either;
and it decays faster than the two-layer NTK, so that it is worse conditioned, not better.
"""

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
    ENDPOINT_DECAY,
    FUNK_HECKE,
)

BITS = 128
n = sp.Symbol("n", positive=True)
diagonal, squares = sp.symbols("k_1 S", positive=True)
"""k(1), and Σ N(d,l) μ_l² = E k(x·y)²."""


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
    r"q = 1,\ C > 0; \quad \lambda_k(K/n) - m_k \sim C_k\,n^{-r},\ r = 2",
    source="talk, From Theory to Practice: matrices are not operators; the rates are ours",
    parameters="q: n independent uniform points on S^(d-1), any positive definite kernel that is "
    "not constant; r: n equispaced points of the circle, NTK of ReLU networks of L >= 3 layers",
    constants={"q": sp.Integer(1), "r": sp.Integer(2)},
    mutants={
        "q": [sp.Integer(0), sp.Integer(2), sp.Integer(3)],
        "r": [sp.Integer(0), sp.Integer(1), sp.Integer(3)],
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


@matrix_is_not_operator.proof(
    relies_on=[CIRCULANTS, ENDPOINT_DECAY],
    part="circle",
    covers="the exponent is the same at every depth L >= 3 (talk.deep-decay), and the sum over "
    "aliases j^(-2) converges",
)
def aliases_on_the_circle(r):
    """Σ_(j≠0) m_(k+jn) with m_l ~ C l^(-2): n^(-2) times 2 C ζ(2) or its parity-split analogue."""
    law = nt.asymptotics(nt.ntk(3), 2, terms=1)
    for parity in ("even", "odd"):
        yield identity(r"m_{jn} \sim C\,(jn)^{-r}", law.exponent(parity), r)


@matrix_is_not_operator.certificate(on="L = 3, frequencies 0, 1, 3; n = 64, 128", part="circle")
def distances_on_the_circle(r):
    """The distance at n over that at 2n is 2^r up to 10 %."""
    kernel = nt.ntk(3)
    with precision(BITS):
        # In e^(ikθ) both signs of a frequency k > 0 share N(2, k) = 2.
        exact = nt.eigenvalues(kernel, 2, [0, 1, 3], digits=20)
        found = {size: circle_eigenvalues(kernel, size) for size in (64, 128)}
        for value, frequency in zip(exact, (0, 1, 3), strict=True):
            ratio = (found[64][frequency] - value) / (found[128][frequency] - value)
            witness = {"frequency": frequency, "n": (64, 128), "ratio": ratio.str(6)}
            yield certify(
                r"\log_2 \text{ of the ratio is } r",
                lambda x=ratio: less(abs(x.log() / arb(2).log() - ball(r)), arb(1) / 7),
                witness=witness,
            )


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
