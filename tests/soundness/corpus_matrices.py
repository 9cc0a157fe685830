"""Sampled matrices: commutation, ranks, traces, quadratures."""

from fractions import Fraction

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.claims import certify, equal, exactly, identity, less
from ntkproofs.matrices.sampled import commutator, exact_cosines, sampled_matrix

from . import _cases

F = Fraction
POINTS = [(1, 0), (F(3, 5), F(4, 5)), (0, 1), (F(-7, 25), F(24, 25)), (F(-3, 5), F(-4, 5))]


def rank():
    for power in (1, 2, 3):

        def evidence(c, power=power):
            G = exact_cosines(POINTS[:c])
            matrix = sp.Matrix(c, c, lambda i, j: sp.Rational(G[i][j]) ** power)
            yield exactly("det", matrix.det(), 0)

        yield from _cases.family(
            f"rank-u{power}",
            rf"\det (u_{{ij}}^{power}) = 0 at the first c points",
            evidence,
            [(power + 2, True), (power + 1, False)],
            f"homogeneous polynomials of degree {power} in the plane have dimension {power + 1}",
            on="rational points of the circle, no two antipodal among the first four",
        )


def commuting():
    a, b, f, g = sp.symbols("a b f g")

    def two(c):
        K, P = sp.Matrix([[a, b], [b, c * a]]), sp.Matrix([[f, g], [g, f]])
        left, right = K * P, P * K
        for i in range(2):
            for j in range(2):
                yield identity("KP = PK", sp.expand(left[i, j]), sp.expand(right[i, j]))

    yield from _cases.family(
        "two-points",
        r"K P = P K for K = ((a,b),(b,c a)), P = ((f,g),(g,f))",
        two,
        [(1, True), (2, False), (1 + sp.Rational(1, 10**6), False)],
        "KP - PK has the entry g a (1 - c) off the diagonal",
    )

    def circulant(c):
        n = 5
        k, p = sp.symbols(f"k0:{n}"), sp.symbols(f"p0:{n}")
        K = sp.Matrix(n, n, lambda i, j: k[(i - j) % n])
        P = sp.Matrix(n, n, lambda i, j: p[(i - c * j) % n])
        left, right = K * P, P * K
        for j in range(n):
            yield identity("KP = PK", sp.expand(left[0, j]), sp.expand(right[0, j]))

    yield from _cases.family(
        "circulants-5",
        r"(k_{i-j}) and (p_{i-cj}) commute, n = 5",
        circulant,
        [(1, True), (-1, False), (2, False)],
        "circulants are polynomials in the shift; Hankel matrices are not",
    )

    def sampled(c):
        cosines = exact_cosines(POINTS[:c])
        zonal = nt.sobolev(1).zonal_kernel(dim=2, max_degree=1)
        for i in range(c):
            for j in range(i + 1, c):

                def vanishes(i=i, j=j):
                    K, P = sampled_matrix(nt.ntk(2), cosines), sampled_matrix(zonal, cosines)
                    return equal(commutator(K, P)[i, j], 0)

                yield certify("entry", vanishes, limit=256)

    yield from _cases.family(
        "sampled-ntk",
        r"K P_s = P_s K at the first c points",
        sampled,
        [(2, True), (3, False)],
        "2 x 2 matrices with equal diagonals commute; three points on the circle do not (mpmath)",
        on="rational points",
    )


def traces():
    def trace(c):
        for n in (2, 3, 5):
            G = exact_cosines(POINTS[:n])
            yield exactly("trace", sum(c * G[i][i] ** 2 for i in range(n)), n)

    yield from _cases.family(
        "trace",
        r"c \sum_i k(x_i, x_i) = n for k = u^2",
        trace,
        [(1, True), (F(1, 2), False), (1 + F(1, 10**6), False)],
        "unit points",
        on="n = 2, 3, 5 rational points",
    )

    def smallest(c):
        # λ_min of ((1, u), (u, 1)) scaled by 1/n: (1 - |u|)/2
        G = exact_cosines([(1, 0), (F(3, 5), F(4, 5))])
        K = sp.Matrix(2, 2, lambda i, j: sp.Rational(G[i][j]))
        yield exactly("lambda_min of K/n", min(K.eigenvals()) / c, F(1, 5))

    yield from _cases.family(
        "factor-n",
        r"\lambda_{min}(K/c) = 1/5 for two points of cosine 3/5",
        smallest,
        [(2, True), (1, False)],
        "(1 - 3/5)/2 = 1/5: a missing factor n",
        on="two points",
    )


def quadrature():
    """The mean of cos^j over n equispaced points is its integral if n > j, or at some odd n."""
    for j, exact_on, not_on in ((2, (3,), (2, 1)), (4, (5, 3), (4, 2)), (6, (7, 5), (6, 4, 3))):

        def evidence(c, j=j):
            def close():
                mean = sum((2 * arb.pi() * k / c).cos() ** j for k in range(c)) / c
                exact = arb(int(sp.binomial(j, j // 2))) / 2**j
                return less(abs(mean - exact), arb(10) ** -15)

            yield certify("mean of cos^j", close)

        yield from _cases.family(
            f"equispaced-{j}",
            rf"|mean over c equispaced points of cos^{j} - \mu_0| < 10^{{-15}}",
            evidence,
            [*((n, True) for n in exact_on), *((n, False) for n in not_on)],
            "aliasing: cos^j has the frequencies j, j-2, ..., -j; those that n divides add up",
            on=f"k = u^{j}",
        )


def cases():
    yield from rank()
    yield from commuting()
    yield from traces()
    yield from quadrature()
