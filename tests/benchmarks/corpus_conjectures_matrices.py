"""Conjectures of known truth about sampled kernel matrices, orbits, quadratures and tori."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import ntkproofs as nt
from ntkproofs.conjectures import (
    assume,
    eigenvalue,
    largest,
    product,
    quantity,
    st,
    weighted,
    zonal_matrix,
)
from ntkproofs.conjectures.matrices import ExactMatrix
from ntkproofs.conjectures.points import SpherePoints, TorusPoints
from tests.benchmarks.corpus_entries import Corpus, false_in, true_in

MATRICES: Corpus = []
true, false = partial(true_in, MATRICES), partial(false_in, MATRICES)

HAIR = Fraction(1, 10**9)
FEW, FLAT = st.integers(2, 5), st.integers(2, 4)
POINTS = st.sphere_points(n=FEW, dim=FLAT)
KERNELS = st.sampled_from([nt.nngp(2), nt.nngp(3), nt.ntk(2), nt.ntk(3), nt.arccosine(0)])
ABSOLUTE = st.sampled_from([nt.nngp(2), nt.nngp(3), nt.arccosine(0)])
PAIR = SpherePoints.of([(1, 0), (-1, 0)])
TWINS = SpherePoints.of([(1, 0)] * 3)
SQUARE = SpherePoints.of([(1, 0), (0, 1), (-1, 0), (0, -1)])
FREE_ORBIT = SpherePoints.of(
    [(3, 4), (3, -4), (-3, 4), (-3, -4), (4, 3), (4, -3), (-4, 3), (-4, -3)]
)
CLOSE = SpherePoints.of([(1, 0), (1, Fraction(1, 10**11))])


# ---- false


@false(
    "only with two antipodal pairs",
    "κ0(u) + κ0(-u) = 1, so that (1, -1, 1, -1) is in the kernel of the matrix",
    {"X": SQUARE},
    X=st.sphere_points(
        n=st.integers(2, 6), dim=FLAT, kinds=("any", "random", "antipodal", "basis", "circle")
    ),
)
def step_kernel_definite(X):
    r"""\lambda_{\min}(\kappa_0(X)) \ge 10^{-6} for distinct, well separated points"""
    assume(not X.has_duplicates())
    assume(float(X.separation()) > 0.05)
    return nt.gram(nt.arccosine(0), X).smallest() >= Fraction(1, 10**6)


@false(
    "only for antipodal points", "κ1(-1) = 0, and κ1 > 0 elsewhere", {"X": PAIR},
    X=POINTS,
)  # fmt: skip
def relu_kernel_positive(X):
    r"""\kappa_1(\langle x_i, x_j\rangle) \ge 10^{-6}"""
    K = nt.gram(nt.nngp(2), X)
    return [K.entry(i, j) >= Fraction(1, 10**6) for i, j in X.pairs()]


@false(
    "only for antipodal points",
    "two antipodal points give the identity, of which each principal submatrix has norm 1",
    {"X": PAIR},
    X=POINTS,
)
def points_raise_the_norm(X):
    r"""\lambda_{\max}(K_{n-1}) \le (1 - 10^{-9}) \lambda_{\max}(K_n)"""
    assume(not X.has_duplicates())
    K, B = nt.gram(nt.nngp(2), X), nt.gram(nt.nngp(2), SpherePoints(X.directions[:-1]))
    return B.largest() <= (1 - HAIR) * K.largest()


@false(
    "only for n larger than the number of harmonics",
    "degrees up to 3 span 16 functions on S²",
    {"X": SpherePoints.of([(1, k, k * k) for k in range(-8, 9)])},
    X=st.sphere_points(n=st.integers(2, 18), dim=st.just(3), kinds=("random",)),
)
def sixteen_harmonics(X):
    r"""\lambda_{\min}(P) \ge 10^{-9} for P of degree 3, random points on S^2"""
    assume(not (X.has_duplicates() or X.has_antipodal_pair()))
    return zonal_matrix(X, [1, 1, 1, 1]).smallest() >= HAIR


@false(
    "only for n larger than the number of harmonics",
    "degrees up to 1 span d + 1 functions",
    {"X": SpherePoints.of([(1, 0), (0, 1), (1, 1), (1, 2)])},
    X=st.sphere_points(n=st.integers(1, 8), dim=st.integers(5, 7), kinds=("random",))
    | st.sphere_points(n=st.integers(1, 4), dim=st.integers(2, 6), kinds=("random",)),
)
def linear_functions_separate(X):
    r"""\lambda_{\min}(1 + d\,\langle x_i, x_j\rangle) \ge 10^{-9}"""
    assume(not (X.has_duplicates() or X.has_antipodal_pair()))
    return zonal_matrix(X, [1, 1]).smallest() >= HAIR


@false(
    "only below a tiny separation", "λ_min is about θ/π for two points", {"X": CLOSE},
    X=st.sphere_points(n=st.integers(2, 5), dim=FLAT),
)  # fmt: skip
def tangent_kernel_definite(X):
    r"""\lambda_{\min}(\Theta_2) \ge 10^{-10} for distinct points"""
    assume(not X.has_duplicates())
    return nt.gram(nt.ntk(2), X).smallest() >= Fraction(1, 10**10)


@false(
    "only below a tiny separation", "the condition is about 4π/θ for two points", {"X": CLOSE},
    X=st.sphere_points(n=st.integers(2, 5), dim=FLAT),
)  # fmt: skip
def condition_bounded(X):
    r"""\kappa(\Theta_2) \le 10^{9} n for distinct points"""
    assume(not X.has_duplicates())
    return nt.gram(nt.ntk(2), X).condition() <= 10**9 * X.n


@false(
    "only where all points coincide", "λ_max = n k(1) at n equal points", {"X": TWINS},
    X=st.sphere_points(n=st.integers(3, 5), dim=FLAT),
)  # fmt: skip
def norm_stays_below_n(X):
    r"""\lambda_{\max}(K) \le (1 - 10^{-9})\,n\,k(1), n \ge 3"""
    return nt.gram(nt.nngp(2), X).largest() <= (1 - HAIR) * X.n


@false(
    "only for orthogonal points", "Hadamard: equality for diagonal matrices",
    {"X": SpherePoints.of([(1, 0, 0), (0, 1, 0), (0, 0, 1)])},
    X=st.sphere_points(n=st.integers(3, 4), dim=st.integers(3, 4)),
)  # fmt: skip
def volume_below_one(X):
    r"""\det(X X^T) \le 1 - 10^{-9}, n \ge 3"""
    return nt.gram(nt.ntk(1), X).determinant() <= 1 - HAIR


@false(
    "only for weights that are not equal", "C does not commute with K",
    {"rule": (SpherePoints.of([(1, 0), (-3, 4), (-3, -4)]),
              (Fraction(3, 8), Fraction(5, 16), Fraction(5, 16)), 1)},
    rule=st.quadratures(),
)  # fmt: skip
def quadratures_commute(rule):
    r"""C K C and C P C commute for every quadrature"""
    X, c, _ = rule
    K, P = nt.gram(nt.nngp(2), X), zonal_matrix(X, [1, 3, 9])
    return weighted(K, c).commutator(weighted(P, c)) == 0


@false(
    "only for the orbit on which the group acts freely",
    "the algebra of a group that is not abelian", {"X": FREE_ORBIT}, X=st.group_orbits(),
)  # fmt: skip
def orbits_commute(X):
    r"""[K, P] = 0 on every orbit of a finite group"""
    return nt.gram(nt.nngp(2), X).commutator(zonal_matrix(X, [1, 3, 9, 27])) == 0


@false(
    "only for n >= 3", "two points with equal diagonals commute",
    {"X": SpherePoints.of([(1, 0), (0, 1), (1, 1)])},
    X=st.sphere_points(n=st.integers(1, 3), dim=FLAT),
)  # fmt: skip
def products_of_eigenvalues(X):
    r"""\lambda_{\max}(K P) = \lambda_{\max}(K) \lambda_{\max}(P)"""
    K, P = nt.gram(nt.nngp(2), X), nt.gram(nt.nngp(4), X)
    return product(K, P).largest() == K.largest() * P.largest()


@false(
    "equality only for multiples of the identity", "λ_max(K) tr P = tr(KP) for K = I",
    {"X": PAIR}, X=POINTS,
)  # fmt: skip
def trace_of_the_product(X):
    r"""\mathrm{tr}(K P) \le (1 - 10^{-9}) \lambda_{\max}(K)\,\mathrm{tr} P, n \ge 2"""
    K, P = nt.gram(nt.nngp(2), X), nt.gram(nt.ntk(2), X)
    return product(K, P).trace() <= (1 - HAIR) * K.largest() * P.trace()


@false(
    "only for matrices of rank one", "c is reached by a rank-one part alone",
    {"A": ExactMatrix(((Fraction(100), Fraction(0)), (Fraction(0), Fraction(1))))},
    A=st.psd_matrices(st.integers(2, 4), condition=100),
)  # fmt: skip
def condition_strictly_below(A):
    r"""\kappa(A) \le 100 (1 - 10^{-9}) for A = I + c B B^T"""
    return A.condition() <= 100 * (1 - HAIR)


@false(
    "only for an even number of points", "a grid of even N holds antipodal points",
    {"X": TorusPoints.of([(Fraction(j, 4),) for j in range(4)])},
    X=st.torus_grids(st.integers(3, 9), st.just(1)),
)  # fmt: skip
def grids_keep_apart(X):
    r"""\kappa_1(\langle x_i, x_j\rangle) \ge 10^{-6} on equispaced points, N \ge 3"""
    K = nt.gram(nt.nngp(2), X)
    return [K.entry(i, j) >= Fraction(1, 10**6) for i, j in X.pairs()]


@false(
    "only for one of five kernels", "the cosine kernel sums to 0 over a grid",
    {"k": nt.ntk(1), "X": TorusPoints.of([(Fraction(j, 3),) for j in range(3)])},
    k=st.sampled_from([nt.nngp(2), nt.nngp(3), nt.nngp(4), nt.arccosine(0), nt.ntk(1)]),
    X=st.torus_grids(st.integers(2, 6), st.integers(1, 2)),
)  # fmt: skip
def constants_lead(k, X):
    r"""\lambda_{\max}(K) \le \tfrac1n 1^T K 1 on grids"""
    K = nt.gram(k, X)
    return K.largest() <= K.total() / X.n + HAIR


@false(
    "only for three points in one plane through 0", "angles of coplanar points add up to 2π",
    {"X": SpherePoints.of([(1, 0, 0), (-1, 1, 0), (-1, -1, 0)])},
    X=st.sphere_points(n=st.just(3), dim=st.integers(3, 4)),
)  # fmt: skip
def triples_close_up(X):
    r"""\theta_{12} + \theta_{23} + \theta_{13} \le 2\pi (1 - 10^{-9})"""
    angles = [X.cosine(i, j).arccos() for i, j in X.pairs()]
    return angles[0] + angles[1] + angles[2] <= 2 * (1 - HAIR) * quantity(-1).arccos()


@false(
    "only for coplanar points", "equality in the triangle inequality",
    {"X": SpherePoints.of([(1, 0, 0), (0, 1, 0), (1, 1, 0)])},
    X=st.sphere_points(n=st.just(3), dim=st.just(3)),
)  # fmt: skip
def strict_triangles(X):
    r"""\theta_{12} \le (1 - 10^{-9})(\theta_{13} + \theta_{23}), distinct points"""
    assume(not X.has_duplicates())
    a, b, c = (X.cosine(*pair).arccos() for pair in ((0, 1), (0, 2), (1, 2)))
    return a <= (1 - HAIR) * (b + c)


# ---- true


@true("equality where all points coincide", "the trace bounds it", k=KERNELS, X=POINTS)
def norm_at_most_the_trace(k, X):
    r"""\lambda_{\max}(K) \le n k(1)"""
    K = nt.gram(k, X)
    return K.largest() <= X.n * k(quantity(1))


@true(
    "0 at coincident points, a little less in floats", "kernels are positive", k=KERNELS, X=POINTS
)
def kernels_positive(k, X):
    r"""\lambda_{\min}(K) \ge 0"""
    return nt.gram(k, X).smallest() >= 0


@true("equality for antipodal pairs", "Hadamard's inequality", X=POINTS)
def hadamard(X):
    r"""\det K \le 1"""
    return nt.gram(nt.nngp(2), X).determinant() <= 1


@true("both sides equal", "the diagonal is k(1)", k=KERNELS, X=POINTS)
def trace_from_below(k, X):
    r"""\mathrm{tr} K \ge n k(1)"""
    return nt.gram(k, X).trace() >= X.n * k(quantity(1))


@true("equality at coincident points", "Cauchy's interlacing", k=KERNELS, X=POINTS)
def interlacing(k, X):
    r"""\lambda_i(K_n) \le \lambda_i(K_{n-1}) \le \lambda_{i+1}(K_n)"""
    K, B = nt.gram(k, X), nt.gram(k, SpherePoints(X.directions[:-1]))
    below = [K.eigenvalue(i) <= B.eigenvalue(i) for i in range(B.n)]
    return below + [B.eigenvalue(i) <= K.eigenvalue(i + 1) for i in range(B.n)]


@true("equality on orbits", "Gershgorin", k=ABSOLUTE, X=st.group_orbits())
def gershgorin(k, X):
    r"""\lambda_{\max}(K) \le \max_i \sum_j |K_{ij}|"""
    K = nt.gram(k, X)
    sums = [sum((K.entry(i, j) for j in range(1, K.n)), K.entry(i, 0)) for i in range(K.n)]
    return K.largest() <= largest(*sums)


@true("0 at coincident points", "Schur's product theorem", k=KERNELS, m=KERNELS, X=POINTS)
def schur(k, m, X):
    r"""\lambda_{\min}(K \circ M) \ge \lambda_{\min}(K) m(1)"""
    K, M = nt.gram(k, X), nt.gram(m, X)
    return K.hadamard(M).smallest() >= K.smallest() * m(quantity(1))


@true("equality at coincident points", "norms are submultiplicative", k=KERNELS, X=POINTS)
def norm_of_the_product(k, X):
    r"""\lambda_{\max}(K P) \le \lambda_{\max}(K) \lambda_{\max}(P)"""
    K, P = nt.gram(k, X), zonal_matrix(X, [1, 2, 4])
    return product(K, P).largest() <= K.largest() * P.largest()


@true(
    "equality for multiples of the identity", "von Neumann's trace inequality", k=KERNELS, X=POINTS
)
def trace_inequality(k, X):
    r"""\mathrm{tr}(K P) \le \lambda_{\max}(K)\,\mathrm{tr} P"""
    K, P = nt.gram(k, X), nt.gram(nt.nngp(2), X)
    return product(K, P).trace() <= K.largest() * P.trace()


@true(
    "0 = 0, with rounding errors", "distances of these orbits are orbits of pairs",
    X=st.group_orbits(),
)  # fmt: skip
def polytopes_commute(X):
    r"""[K, P] = 0 on the polytopes"""
    assume(X.n != 8 or X.dim != 2)
    return nt.gram(nt.nngp(2), X).commutator(zonal_matrix(X, [1, 3, 9, 27])) == 0


@true(
    "0 = 0, with rounding errors", "circulant matrices commute", k=KERNELS,
    X=st.torus_grids(st.integers(1, 5), st.integers(1, 2)),
)  # fmt: skip
def grids_commute(k, X):
    r"""[K, P] = 0 on grids of the torus"""
    return nt.gram(k, X).commutator(nt.gram(nt.nngp(5), X)) == 0


@true("two equal sides", "matrices [[a, b], [b, a]] commute", X=st.sphere_points(n=2, dim=FLAT))
def two_points_commute(X):
    r"""\lambda_{\max}(K P) \ge \lambda_{\max}(K)\lambda_{\max}(P) (1 - 10^{-12}), n = 2"""
    K, P = nt.gram(nt.nngp(2), X), nt.gram(nt.nngp(4), X)
    return product(K, P).largest() >= K.largest() * P.largest() * (1 - HAIR / 1000)


@true(
    "equality for one point and for kernels of low degree",
    "μ_l >= 0",
    rule=st.quadratures(),
    k=KERNELS,
)
def quadratures_see_the_mean(rule, k):
    r"""c^T K c \ge \mu_0"""
    X, c, _ = rule
    return weighted(nt.gram(k, X), c).total() >= eigenvalue(k, X.dim, 0)


@true("equality for the linear kernel", "exact quadrature of degree 1", rule=st.quadratures())
def quadratures_are_exact(rule):
    r"""c^T (X X^T) c \le \mu_0 = 0"""
    X, c, _ = rule
    return weighted(nt.gram(nt.ntk(1), X), c).total() <= HAIR


@true("equality for rank one", "λ_min >= 1, λ_max <= c", A=st.psd_matrices(st.integers(1, 4)))
def condition_at_most(A):
    r"""\kappa(A) \le 100"""
    return A.condition() <= 100


@true("equality for coplanar points", "triangle inequality", X=st.sphere_points(n=3, dim=FLAT))
def triangles(X):
    r"""\theta_{12} \le \theta_{13} + \theta_{23}"""
    a, b, c = (X.cosine(*pair).arccos() for pair in ((0, 1), (0, 2), (1, 2)))
    return a <= b + c


@true(
    "equality for three points around a circle",
    "perimeter of triangles",
    X=st.sphere_points(n=3, dim=FLAT),
)
def perimeters(X):
    r"""\theta_{12} + \theta_{23} + \theta_{13} \le 2\pi"""
    angles = [X.cosine(i, j).arccos() for i, j in X.pairs()]
    return angles[0] + angles[1] + angles[2] <= 2 * quantity(-1).arccos()
