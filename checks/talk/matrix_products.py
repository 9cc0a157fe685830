r"""Are the eigenvalues of K P_s products of eigenvalues?

For operators they are, degree by degree. For sampled matrices the formula
λ_i(K P_s) = λ_i(K) λ_i(P_s) does not say how the eigenvalues are paired. Sorted, it fails for two
points already, and also where the matrices commute: p_l rises where μ_l falls. In any pairing it
fails for three. Where the matrices commute, the pairing is by common eigenvectors:

- on the orbit of a finite abelian group, by its characters; on equispaced points of the circle,
  by Fourier modes;
- on a quadrature with equal weights, exact to degree B + lmax for K of degree B, by harmonics:
  Z_l = Y_l Y_lᵀ has Z_l Z_m = n δ_lm Z_l, so that K Y_l = n μ_l Y_l, P_s Y_l = p_l Y_l with
  c_i = 1/sqrt(n), and K P_s Y_l = n μ_l p_l Y_l; the other eigenvalues of K P_s are 0.
- on a quadrature with unequal weights W = C², likewise for C K C, as Z_l W Z_m = δ_lm Z_l; not for
  K itself, in any pairing.
"""

from fractions import Fraction
from itertools import permutations, product

import sympy as sp
from flint import acb_mat, arb, fmpq, fmpq_mat

import ntkproofs as nt
from ntkproofs.claims import Claim, Truth, certify, equal, exactly, identity_modulo, premise
from ntkproofs.claims.theorems import (
    ABELIAN_CHARACTERS,
    CIRCULANTS,
    COMMON_EIGENVECTORS,
    DESIGN_ORTHOGONALITY,
)
from ntkproofs.matrices.sampled import (
    entries_that_differ,
    exact_cosines,
    harmonic_matrix,
    sampled_matrix,
)

CIRCLE, ORBIT = "equispaced on the circle", "orbit of an abelian group"
QUADRATURE = "quadrature with equal weights, K of degree B"
SYMMETRISED, UNEQUAL = "exact quadrature, C K C", "exact quadrature, unequal weights"
COMMUTING = "orbits of abelian groups, and quadratures with equal weights"

matrix_products = Claim(
    id="talk.matrix-products",
    statement=r"\lambda_i(K P_s) = \lambda_i(K)\,\lambda_i(P_s)",
    source="talk, Unified Framework",
    parameters="sampled matrices at n points; P_s truncated at degree lmax, c_i = 1/sqrt(n) unless "
    "a quadrature gives others; k zonal",
    constants={"points": "arbitrary", "pairing": "sorted", "exactness": 0},
    mutants={"points": [CIRCLE], "pairing": ["as multisets"]},
)


@matrix_products.proof(
    relies_on=[CIRCULANTS, ABELIAN_CHARACTERS, DESIGN_ORTHOGONALITY, COMMON_EIGENVECTORS],
    covers="the product of group matrices is that of polynomials in the generators modulo their "
    "orders, whatever these are; Z_l W Z_m = δ_lm Z_l by exactness, whatever the quadrature",
)
def eigenvalues_multiply(points, pairing, exactness):
    """The eigenvalues of the product against products of eigenvalues."""
    if pairing == "sorted":
        square = [(1, 0), (0, 1), (-1, 0), (0, -1)]  # a quadrature, and the orbit of a rotation
        pair = [(1, 0), (Fraction(-7, 25), Fraction(24, 25))]
        yield compare(pair if points == "arbitrary" else square, sorted_pairing)
    elif points == "arbitrary":
        yield compare([(1, 0), (0, 1), (-1, 0)], any_pairing)
    else:
        if points in (CIRCLE, COMMUTING):
            yield from characters([(n,) for n in range(2, 7)])
        if points in (ORBIT, COMMUTING):
            yield from characters([(2, 2), (2, 3), (3, 3), (2, 2, 2)])
        if points in (QUADRATURE, COMMUTING):
            yield from harmonics_are_eigenvectors(EQUAL_WEIGHTS, exactness)
        if points == SYMMETRISED:
            yield from harmonics_are_eigenvectors([TWO_SQUARES], exactness)
        if points == UNEQUAL:
            yield from unequal_weights()


def characters(groups):
    """On Z_n1 x Z_n2 x ... the character z, z_i^n_i = 1, has the eigenvalue Σ_g κ(g) z^g."""
    for orders in groups:
        elements = list(product(*map(range, orders)))
        z = sp.symbols(f"z0:{len(orders)}")
        k, p = (sp.symbols(f"{letter}0:{len(elements)}") for letter in "kp")
        found = sp.Add(
            *(
                k[i] * p[j] * monomial(z, total(g, h, orders))
                for (i, g), (j, h) in product(enumerate(elements), repeat=2)
            )
        )
        yield identity_modulo(
            rf"\lambda(K P) = \lambda(K) \lambda(P) \text{{ on each character, n = {orders}}}",
            sp.expand(found),
            sp.expand(transform(k, elements, z) * transform(p, elements, z)),
            [x**n - 1 for x, n in zip(z, orders, strict=True)],
            [*z, *k, *p],
        )


def total(g, h, orders):
    """g + h in the group: the entry of K P for the difference g + h has the term κ(g) π(h)."""
    return tuple((a + b) % n for a, b, n in zip(g, h, orders, strict=True))


def monomial(z, exponents):
    return sp.Mul(*(x**e for x, e in zip(z, exponents, strict=True)))


def transform(values, elements, z):
    return sp.Add(*(value * monomial(z, g) for value, g in zip(values, elements, strict=True)))


def equal_weights(points):
    """A rule at exact points: its name, dimension, cosines, weights and exactness."""
    weights = [Fraction(1, len(points))] * len(points)
    return points.name, points.dim, points.cosines(), weights, points.exactness


EQUAL_WEIGHTS = [
    equal_weights(points)
    for points in (
        nt.sphere.cyclic(4).orbit([1, 0]),
        nt.sphere.design("octahedron"),
        nt.sphere.dihedral(4).orbit([3, 4]),
        nt.sphere.octahedral().orbit([1, 2, 3]),
        nt.sphere.hyperoctahedral(4).orbit([0, 0, 1, 2]),
    )
]

SQUARE = [(1, 0), (0, 1), (-1, 0), (0, -1)]
TURNED = [(Fraction(3 * x - 4 * y, 5), Fraction(4 * x + 3 * y, 5)) for x, y in SQUARE]
TWO_SQUARES = (
    "a square and another, turned",
    2,
    exact_cosines(SQUARE + TURNED),
    [Fraction(1, 5)] * 4 + [Fraction(1, 20)] * 4,
    3,
)
"""Unequal weights; each square is exact to degree 3."""


def harmonics_are_eigenvectors(rules, exactness):
    """Z_l W Z_m = δ_lm Z_l for l <= B, m <= lmax, at rules exact to degree B + lmax + exactness."""
    for name, dim, cosines, weights, t in rules:
        yield from is_exact(dim, cosines, weights, t)
        Z = [harmonic_matrix(cosines, k, dim) for k in range(t - exactness)]
        W = diagonal(weights)
        for B, lmax in product(range(1, len(Z)), repeat=2):
            if B + lmax + exactness != t:
                continue
            for k, m in product(range(B + 1), range(lmax + 1)):
                witness = {
                    "n": len(weights),
                    "d": dim,
                    "points": name,
                    "exact to degree": t,
                    "B": B,
                    "lmax": lmax,
                    "degrees": f"{k} and {m}",
                }
                differ = entries_that_differ(Z[k] * W * Z[m], Z[k] * int(k == m))
                yield exactly("entries of Z_l W Z_m - δ_lm Z_l", differ, 0, witness)
            for k in range(min(B, lmax) + 1):
                multiplicity = nt.harmonic_dimension(dim, k)
                yield exactly("the eigenvalue has multiplicity N(d,l)", Z[k].rank(), multiplicity)


def is_exact(dim, cosines, weights, degree):
    """Σ_ij w_i w_j P_l(<x_i,x_j>) = 0 for l = 1..degree, as premises."""
    yield premise(exactly(r"\sum w_i = 1", sum(weights), 1))
    for k in range(1, degree + 1):
        values = {u: nt.gegenbauer(k, dim, u) for row in cosines for u in row}
        total = sum(
            w * v * values[u]
            for w, row in zip(weights, cosines, strict=True)
            for v, u in zip(weights, row, strict=True)
        )
        yield premise(exactly(f"degree {k} is integrated", total, 0))


def diagonal(weights):
    n = len(weights)
    return fmpq_mat([[as_fmpq(weights[i]) if i == j else 0 for j in range(n)] for i in range(n)])


def as_fmpq(value):
    return fmpq(value.numerator, value.denominator)


def unequal_weights():
    """K = 1 + 2u and P_s = c cᵀ of degree 0, c_i = sqrt(w_i): is cᵀKc an eigenvalue of K?

    K P_s has rank one, so that its trace is its one eigenvalue that is not 0; that of P_s is 1.
    """
    _, dim, cosines, weights, t = TWO_SQUARES
    yield from is_exact(dim, cosines, weights, t)
    K = harmonic_matrix(cosines, 0, dim) + harmonic_matrix(cosines, 1, dim)
    roots = {weights[0]: Fraction(2), weights[-1]: Fraction(1)}  # sqrt(20 w): P_s is rational
    P = fmpq_mat([[as_fmpq(roots[v] * roots[w] / 20) for v in weights] for w in weights])
    yield premise(exactly("P_s has the trace 1", as_fraction(trace(P)), 1))
    yield premise(exactly("P_s² = P_s", entries_that_differ(P * P, P), 0))
    characteristic = K.charpoly()(trace(K * P))
    witness = {"n": 8, "d": 2, "points": TWO_SQUARES[0], "weights": "1/5 and 1/20", "k": "1 + 2u"}
    yield exactly("an eigenvalue of K P_s is one of K", as_fraction(characteristic), 0, witness)


def trace(A):
    return sum((A[i, i] for i in range(A.nrows())), fmpq(0))


def as_fraction(value):
    return Fraction(int(value.p), int(value.q))


def compare(points, pairing):
    """One step: the pairing of eigenvalues at these points, for ntk(2), s = 2, lmax = 1, d = 2."""
    cosines = exact_cosines(points)
    zonal = nt.sobolev(2).zonal_kernel(dim=2, max_degree=1)

    def comparison():
        return pairing(sampled_matrix(nt.ntk(2), cosines), sampled_matrix(zonal, cosines))

    return certify(
        r"\lambda_i(K P_s) = \lambda_i(K) \lambda_i(P_s)",
        comparison,
        witness={
            "n": len(points),
            "d": 2,
            "points": ", ".join(f"({x}, {y})" for x, y in points),
            "kernel": "ntk(2)",
            "s": 2,
            "lmax": 1,
            "pairing": (pairing.__doc__ or "").rstrip("."),
        },
        limit=256,
    )


def sorted_pairing(K, P):
    """the largest eigenvalues are multiplied."""
    of_product, of_K, of_P = (max_eigenvalue(A) for A in (K * P, K, P))
    if of_product is None or of_K is None or of_P is None:
        return Truth.UNDECIDED
    return equal(of_product, of_K * of_P)


def any_pairing(K, P):
    """no pairing of the eigenvalues gives the trace of the product."""
    first, second = eigenvalues(K), eigenvalues(P)
    if first is None or second is None:
        return Truth.UNDECIDED
    product = K * P
    trace = sum((product[i, i] for i in range(len(first))), arb(0))
    truths = {
        equal(trace, sum((a * b for a, b in zip(first, order, strict=True)), arb(0)))
        for order in permutations(second)
    }
    return Truth.FALSE if truths == {Truth.FALSE} else Truth.UNDECIDED


def eigenvalues(A):
    """Enclosures of the real eigenvalues of a matrix with simple eigenvalues; None if not found."""
    try:
        return [value.real for value in acb_mat(A).eig()]
    except ValueError:  # the enclosures could not be separated at this precision
        return None


def max_eigenvalue(A):
    """The largest eigenvalue of a 2 x 2 or circulant 4 x 4 matrix of this file, in closed form."""
    row = [A[0, j] for j in range(A.ncols())]
    if len(row) == 2:
        values = [row[0] + row[1], row[0] - row[1]]
    else:
        even, odd = row[0] + row[2], row[1] + row[3]
        values = [even + odd, even - odd, row[0] - row[2]]
    return largest(values)


def largest(values):
    """The largest of some balls, or None if they overlap."""
    for value in values:
        if all(value is other or value > other for other in values):
            return value
    return None


matrix_products.amend(
    r"\lambda_\chi(K P_s) = \lambda_\chi(K)\,\lambda_\chi(P_s) \text{ on each character of a "
    r"finite abelian group, at its orbits (Fourier modes, at equispaced points of the circle); } "
    r"n \mu_\ell\,p_\ell \text{ on } Y_\ell \text{ for } K \text{ of degree } B "
    r"\text{ on quadratures with equal weights exact to degree } B + \ell_{\max} + q,\ q = 0",
    points=COMMUTING,
    pairing="on common eigenvectors",
    mutants={"points": ["arbitrary", UNEQUAL], "pairing": ["sorted"], "exactness": [-1, -2]},
)
matrix_products.reading(
    "sorted, equispaced points on the circle",
    r"\lambda_i(K P_s) = \lambda_i(K)\,\lambda_i(P_s)",
    points=CIRCLE,
)
for setting, name, matrix in (
    ("arbitrary", "arbitrary points", "K"),
    (CIRCLE, "equispaced points on the circle", "K"),
    (ORBIT, ORBIT, "K"),
    (QUADRATURE, QUADRATURE, "K"),
    (SYMMETRISED, SYMMETRISED, "C K C"),
    (UNEQUAL, UNEQUAL, "K"),
):
    matrix_products.reading(
        f"as multisets, {name}",
        rf"\{{\lambda_i({matrix} P_s)\}} = \{{\lambda_i({matrix})\,\lambda_{{\pi(i)}}(P_s)\}} "
        r"\text{ for some } \pi",
        points=setting,
        pairing="as multisets",
    )
