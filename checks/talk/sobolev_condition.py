r"""The condition number of P_s, which the talk calls missing: on quadratures and on random points.

Let Y_1..Y_N be an orthonormal basis of the harmonics up to degree lmax, N in number, and
P_s = Y D Yᵀ W with the weights W, D = diag(p_l). On a quadrature exact to degree 2 lmax, YᵀWY = I:
every p_l is an eigenvalue with the multiplicity N(d,l), and the rest is 0. On its range the
condition number is p_lmax/p_0 = (1 + sqrt(lmax(lmax+d-2)))^s, exactly and for every n.

At n independent uniform points with weights 1/n, G = YᵀY/n has E‖G - I‖²_F = N(N-1)/n exactly,
since Σ_a Y_a(x)² = N at every x (addition theorem). The eigenvalues of P_s on its range are those
of D^(1/2) G D^(1/2). Where ‖G - I‖ <= ε < 1 they lie between (1-ε) p_0 and (1+ε) p_lmax, so that
the condition number is at most (1+ε)/(1-ε) times that of the quadrature. By Markov's inequality
this fails with probability N(N-1)/(n ε²) at most, which says something for n above N². No points
are better than a quadrature: the N-th eigenvalue is at most p_0 G_00 = p_0, and the largest at
least p_lmax, as the block of G of the highest degree has the trace N(d, lmax).
"""

import sympy as sp

import ntkproofs as nt
from ntkproofs.claims import Claim, exactly, identity, identity_modulo, premise
from ntkproofs.claims.theorems import ADDITION_THEOREM

u, root = sp.symbols("u r")
n, N = sp.symbols("n N", positive=True)

sobolev_condition = Claim(
    id="talk.sobolev-condition",
    statement=r"\kappa(P_s) = (1 + \sqrt{\ell_{\max}(\ell_{\max}+d-2)})^{c s} \text{ on its range "
    r"at exact quadratures, } c = 1;\quad \mathbb E\,\|G - I\|_F^2 = N(N-1)\,n^{-q} "
    r"\text{ at random points, } q = 1,\text{ so that on its range there } \kappa(P_s) \le "
    r"\tfrac{1+\varepsilon}{1-\varepsilon}\,(1 + \sqrt{\ell_{\max}(\ell_{\max}+d-2)})^{c s} "
    r"\text{ with probability } 1 - N(N-1)\,n^{-q} \varepsilon^{-2} \text{ at least}",
    source="talk, Future Directions: the missing estimate of κ(P_s), found here",
    parameters="s > 0; quadratures exact to degree 2 lmax; n independent uniform points of equal "
    "weights, N the number of harmonics up to degree lmax, 0 < ε < 1",
    constants={"c": sp.Integer(1), "q": sp.Integer(1)},
    mutants={
        "c": [sp.Integer(0), sp.Integer(2), sp.Integer(-1)],
        "q": [sp.Integer(0), sp.Integer(2)],
    },
)


def sampled(cosines, degrees, multipliers, dim):
    """(1/n) Σ_l p_l N(d,l) P_l(u_ij), with symbols for the multipliers."""
    size = len(cosines)
    kernel = sp.Add(
        *(
            multipliers[k] * nt.harmonic_dimension(dim, k) * nt.gegenbauer(k, dim, u)
            for k in degrees
        )
    )
    return sp.Matrix(size, size, lambda i, j: sp.expand(kernel.subs(u, cosines[i][j]) / size))


AXES = [(axis, sign) for axis in range(3) for sign in (1, -1)]
OCTAHEDRON = [[s * t if a == b else 0 for b, t in AXES] for a, s in AXES]
"""Cosines of ±e_1, ±e_2, ±e_3: a design of exactness 3, enough for lmax = 1."""


def icosahedron():
    """Cosines of the icosahedron, ±1 and ±1/√5 = ±r/5: exactness 5, enough for lmax = 2."""
    golden = (1 + root) / 2
    signs = [(a, b) for a in (1, -1) for b in (1, -1)]
    points = [
        [(sp.S.Zero, sp.Integer(a), b * golden)[(k - shift) % 3] for k in range(3)]
        for shift in range(3)
        for a, b in signs
    ]
    products = [
        [sp.Add(*(x * y for x, y in zip(p, q, strict=True))) for q in points] for p in points
    ]
    inverse = (5 - root) / 10  # of 1 + golden² = (5 + r)/2, since r² = 5
    return [[sp.expand(value * inverse) for value in row] for row in products]


@sobolev_condition.proof(
    part="quadrature",
    covers="exactness to degree 2 lmax is YᵀWY = I, whatever the quadrature, d and lmax; the "
    "designs are instances of it",
)
def eigenvalues_on_designs(c):
    """P_s (P_s - p_0) (P_s - p_1) ... = 0 with symbols p_l, and traces count the multiplicities."""
    p0, p1, p2 = sp.symbols("p_0 p_1 p_2")
    for name, cosines, top in (("octahedron", OCTAHEDRON, 1), ("icosahedron", icosahedron(), 2)):
        multipliers = (p0, p1, p2)[: top + 1]
        matrix = reduced(sampled(cosines, range(top + 1), multipliers, 3))
        product = matrix
        for value in multipliers:
            product = reduced(product * (matrix - value * sp.eye(len(cosines))))
        for entry in sorted(set(product), key=str):
            relation, symbols = [root**2 - 5], [root, *multipliers]
            yield identity_modulo(f"annihilator, {name}", entry, 0, relation, symbols)
        trace = sp.expand(matrix.trace())
        expected = sum((2 * k + 1) * value for k, value in enumerate(multipliers))
        yield identity(f"trace, {name}", trace, expected)
    base = sp.Symbol("x", positive=True)  # 1 + sqrt(lmax(lmax+d-2)); s = 2, p_0 = 1
    yield identity(r"p_{\ell_{\max}}/p_0", base**2, base ** (2 * c))


def reduced(matrix):
    """The entries modulo r² = 5."""
    relation = sp.Poly(root**2 - 5, root)
    return matrix.applyfunc(lambda x: sp.rem(sp.Poly(sp.expand(x), root), relation).as_expr())


@sobolev_condition.proof(
    relies_on=[ADDITION_THEOREM],
    part="random points",
    covers="every d, lmax, n and s > 0: p_l grows with l, and the form of D^(1/2) G D^(1/2) is "
    "that of D up to the factors 1 - ε and 1 + ε, where ‖G - I‖ <= ε; Markov's inequality",
)
def mean_square_of_the_gram_matrix(q):
    """E‖G‖² = N²/n + (1 - 1/n) N from Σ Y_a² = N and orthonormality; E tr G = N."""
    square = N**2 / n + (1 - 1 / n) * N
    yield identity(r"\mathbb E\|G - I\|^2", square - 2 * N + N, N * (N - 1) * n**-q)


@sobolev_condition.certificate(
    on="d = 3, lmax = 1, 2; n = 2 points of the octahedron, of the icosahedron",
    part="random points",
)
def mean_square_on_designs(q):
    """‖G‖² is the mean of k(x, y)², k = Σ_a Y_a(x) Y_a(y): over pairs of points of a design.

    It has the degree 2 lmax in x and in y, so that its mean over the design is that over the
    sphere; E‖G - I‖² = (k(1)² + E k²)/2 - 2 E tr G + N for two points.
    """
    for cosines, top, count in ((OCTAHEDRON, 1, 4), (icosahedron(), 2, 9)):
        kernel = reduced(sampled(cosines, range(top + 1), [len(cosines)] * (top + 1), 3))
        squares = reduced(kernel.multiply_elementwise(kernel))
        mean = sp.expand(sp.Add(*squares)) / len(cosines) ** 2
        yield premise(exactly(r"\sum_a Y_a(x)^2 = N", kernel[0, 0], count))
        excess = (kernel[0, 0] ** 2 + mean) / 2 - count
        stated = sp.Rational(count * (count - 1), 2**q)
        yield exactly(r"\mathbb E\|G - I\|^2, n = 2", sp.expand(excess), stated)
