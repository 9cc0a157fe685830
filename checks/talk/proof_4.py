r"""Proof 4: sampled matrices of K and P_s commute - where they do, and where not.

Operators commute because both are functions of the Laplacian. Matrices sampled at points inherit
this only if the points do the harmonics justice. Decided here, by setting:

- arbitrary points: no; three points on the circle suffice.
- an orbit of a finite abelian group of rotations and reflections, in any dimension: yes, for any
  two kernels. Equispaced points on the circle are the orbit of one rotation.
- an orbit of a finite group: not in general. Free orbits of the symmetry group of a square fail.
- the vertices of a convex regular polytope: yes but for one. Polygons, simplices, cubes and
  cross-polytopes are orbits of abelian groups; of the five others all but the 120-cell commute.
- a quadrature with equal weights: not in general. If K has degree B, and P_s degree lmax, it is
  enough that the quadrature is exact to degree B + lmax, and to 2B - 1 where B = lmax.
- a quadrature with unequal weights: not K itself, though exact; the weighted C K C commutes.

With Z_l = Y_l Y_lᵀ, of entries N(d,l) P_l(<x_i,x_j>), K = Σ μ_l Z_l and P_s = Σ p_m C Z_m C. The
commutator of C K C and P_s is Σ μ_l p_m C (Z_l W Z_m - Z_m W Z_l) C, W = C². The terms l = m are 0,
and Y_lᵀ W Y_m = 0 for l ≠ m with l + m at most the exactness of the weights W.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, permutations, product

import numpy as np
import sympy as sp
from flint import arb, fmpq, fmpq_mat

import ntkproofs as nt
from ntkproofs.arithmetic.surds import enclosure
from ntkproofs.claims import (
    Claim,
    Step,
    certify,
    equal,
    exactly,
    identity,
    identity_modulo,
    premise,
)
from ntkproofs.claims.theorems import (
    ABELIAN_CHARACTERS,
    ADDITION_THEOREM,
    CIRCULANTS,
    DESIGN_ORTHOGONALITY,
    FUNK_HECKE,
    REGULAR_POLYTOPES,
)
from ntkproofs.derivation import derivation
from ntkproofs.matrices.sampled import (
    adjacency,
    commutator,
    entries_that_differ,
    exact_cosines,
    harmonic_matrix,
    sampled_matrix,
    unpaired_terms,
)

proof_4 = Claim(
    id="talk.proof-4",
    statement=r"K P_s = P_s K \text{ for the sampled matrices}",
    source="talk, The Five Main Proofs: Proof 4",
    parameters="K_ij = k(<x_i,x_j>), P_s truncated at degree lmax with weights c_i; k zonal",
    constants={"points": "arbitrary", "exactness": 0},
    mutants={"points": ["equispaced on the circle"]},
)


@proof_4.proof(
    relies_on=[
        ABELIAN_CHARACTERS,
        ADDITION_THEOREM,
        CIRCULANTS,
        DESIGN_ORTHOGONALITY,
        FUNK_HECKE,
        REGULAR_POLYTOPES,
    ],
    covers="abelian groups: the exchange of terms is written in symbols for the elements of any of "
    "them; regular polytopes: orbits of abelian groups, and four others, whose zonal matrices are "
    "combinations of the matrices A_u; quadratures: "
    "the commutator is Σ μ_l p_m [Z_l, Z_m], whose terms vanish by exactness, whatever the points",
)
def sampled_matrices(points, exactness):
    """Whether K P_s - P_s K vanishes in the setting named."""
    yield from SETTINGS[points](exactness)


def arbitrary_points():
    """Two points always commute; three, (1,0), (0,1), (-1,0), do not."""
    a, b, f, g = sp.symbols("a b f g")
    K, P = sp.Matrix([[a, b], [b, a]]), sp.Matrix([[f, g], [g, f]])
    for entry in commuting_entries(K, P):
        yield identity("two points commute", *entry)
    commutation = derivation("sampled-commutation")
    yield from derived()
    order = commutation.notation.symbol_entry("s").symbol
    entry = commutation.statement("three-points").right.subs(order, 1)
    witness = {"n": 3, "d": 2, "points": "(1, 0), (0, 1), (-1, 0)", "s": 1, "lmax": 1}
    yield exactly(
        "(K P_s - P_s K)_12", entry, 0, {**witness, "kernel": "2u arccos(-u) + sqrt(1-u²)"}
    )
    yield from matrices_commute([(1, 0), (0, 1), (-1, 0)], max_degree=1)


def equispaced_circle():
    """<R x, R y> = <x, y> for a rotation R, so K_ij depends on i - j mod n only: a circulant.

    Circulants are polynomials in one shift, so any two commute, for every n; written out for n up
    to 6 with arbitrary zonal values.
    """
    c, s, x1, x2, y1, y2 = sp.symbols("c s x_1 x_2 y_1 y_2")
    turned = (c * x1 - s * x2) * (c * y1 - s * y2) + (s * x1 + c * x2) * (s * y1 + c * y2)
    yield identity_modulo(
        r"\langle Rx, Ry \rangle = \langle x, y \rangle",
        sp.expand(turned),
        x1 * y1 + x2 * y2,
        [c**2 + s**2 - 1],
        [c, s, x1, x2, y1, y2],
    )
    for n in range(2, 7):
        # cos(2π k/n) = cos(2π (n-k)/n): the values depend on the distance along the circle.
        k, p = sp.symbols(f"k0:{n}"), sp.symbols(f"p0:{n}")
        K = sp.Matrix(n, n, lambda i, j: k[min((i - j) % n, (j - i) % n)])  # noqa: B023
        P = sp.Matrix(n, n, lambda i, j: p[min((i - j) % n, (j - i) % n)])  # noqa: B023
        for entry in commuting_entries(K, P):
            yield identity(f"K P = P K on {n} equispaced points", *entry, witness={"n": n})


def derived():
    """The derivation for quadratures, groups and three points, as premises."""
    for step in derivation("sampled-commutation").steps():
        yield premise(step)


def abelian_orbits():
    """K_gh = k(<g x, h x>) depends on g - h only, for orthogonal g and h of an abelian group.

    Such matrices commute, by their characters: derived for every finite abelian group.
    """
    yield from derived()
    for orders in ((2, 2), (2, 4), (3, 3), (2, 2, 2)):
        K, P = group_matrix("k", orders), group_matrix("p", orders)
        for entry in commuting_entries(K, P):
            yield identity("K P = P K", *entry, witness={"group": f"Z_n, n = {orders}"})
    for points in ABELIAN_ORBITS.values():
        yield from zonal_matrices_commute(points)


def group_matrix(letter, orders):
    """The matrix κ(g - h) on Z_n1 x Z_n2 x ..., κ even, with a symbol for each value."""
    elements = list(product(*map(range, orders)))

    def entry(i, j):
        steps = zip(elements[i], elements[j], orders, strict=True)
        there = [((g - h) % n, (h - g) % n) for g, h, n in steps]
        return sp.Symbol(letter + min("".join(map(str, way)) for way in zip(*there, strict=True)))

    return sp.Matrix(len(elements), len(elements), entry)


def block_diagonal(*blocks):
    """The rotation that acts by the given ones on a plane each."""
    size = 2 * len(blocks)
    return [
        [blocks[i // 2][i % 2][j % 2] if i // 2 == j // 2 else 0 for j in range(size)]
        for i in range(size)
    ]


TWELFTHS, QUARTERS = nt.sphere.cyclic(12).elements, nt.sphere.cyclic(4).elements
SIXTHS = nt.sphere.cyclic(6).elements
SIGNS = [
    [[-1 if i == j == axis else int(i == j) for j in range(3)] for i in range(3)]
    for axis in range(3)
]
ABELIAN_ORBITS = {
    "a cyclic group of 12 elements in R^4, by turns of 1/12 and 5/12": nt.sphere.generate(
        [block_diagonal(TWELFTHS[1], TWELFTHS[5])]
    ).orbit([1, 0, 2, 0]),
    "Z_4 x Z_6 in R^4": nt.sphere.generate(
        [block_diagonal(QUARTERS[1], SIXTHS[0]), block_diagonal(QUARTERS[0], SIXTHS[1])]
    ).orbit([1, 2, 3, 0]),
    "Z_2 x Z_2 x Z_2 in R^3": nt.sphere.generate(SIGNS).orbit([1, 2, 3]),
}


def zonal_matrices_commute(points):
    """A_u A_v = A_v A_u for all pairs of cosines: then Σ k(u) A_u and Σ p(u) A_u commute."""
    matrices = adjacency(points.cosines())
    for A, B in combinations(matrices, 2):
        witness = {"n": len(points), "d": points.dim, "points": points.name}
        yield exactly("A_u A_v = A_v A_u", int(np.count_nonzero(A @ B != B @ A)), 0, witness)


def regular_polytopes():
    """Every value of two zonal kernels on the vertices of those that commute.

    In any dimension: regular polygons and simplices are orbits of a cyclic group that permutes the
    vertices, cross-polytopes of cyclic shifts of the axes with -1, cubes of the changes of signs.
    """
    yield from abelian_orbits()
    for dim in range(2, 6):
        shift = [[int((i + 1) % dim == j) for j in range(dim)] for i in range(dim)]
        opposite = [[-int(i == j) for j in range(dim)] for i in range(dim)]
        simplex = nt.sphere.generate([shift]).orbit([dim - 1, *[-1] * (dim - 1)])
        axes = nt.sphere.generate([shift, opposite]).orbit([1, *[0] * (dim - 1)])
        yield exactly("vertices of the simplex", len(simplex), dim, {"d": dim})
        yield exactly("cosines of the simplex", len(simplex.cosine_counts), 2, {"d": dim})
        same = set(axes.rows) == set(nt.sphere.cross_polytope(dim).rows)
        yield exactly("the orbit of e_1 is the cross-polytope", int(same), 1, {"d": dim})
        yield from zonal_matrices_commute(nt.sphere.hypercube(dim))
        yield from zonal_matrices_commute(nt.sphere.cross_polytope(dim))
    for name in ("icosahedron", "dodecahedron", "24-cell", "600-cell"):
        yield from zonal_matrices_commute(nt.sphere.design(name))


def every_regular_polytope():
    """The 120-cell is one, and its symmetries do not exchange any two of its 600 vertices."""
    yield from regular_polytopes()
    yield from hundred_twenty_cell()


def hundred_twenty_cell():
    """Σ_z k(<x,z>) p(<z,y>) - p(<x,z>) k(<z,y>) at the first x, y whose terms do not pair up."""
    points = nt.sphere.design("120-cell")
    found = unpaired_terms(points.cosines())
    assert found is not None, "at point 0 of the 120-cell some terms do not pair up"
    x, y, count = found
    (u, v), *_ = (pair for pair in count if count[pair] > count[pair[::-1]])
    witness = {
        "n": len(points),
        "d": 4,
        "points": "the 120-cell",
        "x": ", ".join(map(str, points.rows[x])),
        "y": ", ".join(map(str, points.rows[y])),
        f"z with <x,z> = {u}, <z,y> = {v}": count[u, v],
        "and the other way round": count[v, u],
        "kernel": "ntk(2)",
        "s": 1,
        "lmax": 4,
    }
    yield certify("K P_s = P_s K", lambda: terms_cancel(count), witness=witness)


def terms_cancel(count):
    """Whether Σ count(u,v) (k(u) p(v) - p(u) k(v)) is 0, in balls."""
    zonal = nt.sobolev(1).zonal_kernel(dim=4, max_degree=4)
    balls = {u: enclosure(u) for pair in count for u in pair}
    k = {u: nt.ntk(2)(value) for u, value in balls.items()}
    p = {u: zonal(value) for u, value in balls.items()}
    return equal(sum((n * (k[u] * p[v] - p[u] * k[v]) for (u, v), n in count.items()), arb(0)), 0)


def free_orbit_of_the_square():
    """The eight points (±3/5, ±4/5), (±4/5, ±3/5): an orbit of the symmetry group of a square."""
    a, b = Fraction(3, 5), Fraction(4, 5)
    signs = list(product((1, -1), repeat=2))
    points = [(s * a, t * b) for s, t in signs] + [(s * b, t * a) for s, t in signs]
    yield from matrices_commute(points, max_degree=3)


EQUAL_WEIGHTS = {
    "free orbit of the symmetries of a square": nt.sphere.dihedral(4).orbit([3, 4]),
    "free orbit of the symmetries of a cube": nt.sphere.octahedral().orbit([1, 2, 3]),
    "orbit of the symmetries of a hypercube in R^4": nt.sphere.hyperoctahedral(4).orbit(
        [0, 0, 1, 2]
    ),
}
"""Orbits of non-abelian groups on which zonal matrices do not commute, exact to degree 3."""


def band_limited(exactness):
    """[Z_l, Z_m] for l <= B, m <= lmax, at equal weights exact to degree B + lmax + exactness."""
    yield from derived()
    for points in EQUAL_WEIGHTS.values():
        for B, lmax in product(range(1, 5), repeat=2):
            if B + lmax + exactness == points.exactness:
                yield from harmonics_commute(points, B, lmax)
    yield from symbolic_multipliers(2, 1)


def equal_bands():
    """B = lmax: the pair (B, B) needs no exactness, as [Z_B, Z_B] = 0."""
    for points in EQUAL_WEIGHTS.values():
        B = (points.exactness + 1) // 2
        yield from harmonics_commute(points, B, B)
    yield from symbolic_multipliers(2, 2)


def harmonics_commute(points, B, lmax) -> Iterator[Step]:
    """Z_l Z_m = Z_m Z_l for all l <= B and m <= lmax, exactly."""
    Z = [harmonic_matrix(points.cosines(), k, points.dim) for k in range(max(B, lmax) + 1)]
    for k, m in product(range(B + 1), range(lmax + 1)):
        witness = {
            "n": len(points),
            "d": points.dim,
            "points": points.name,
            "exact to degree": points.exactness,
            "B": B,
            "lmax": lmax,
            "degrees": f"{k} and {m}",
        }
        yield exactly(
            "entries of [Z_l, Z_m]", entries_that_differ(Z[k] * Z[m], Z[m] * Z[k]), 0, witness
        )


def symbolic_multipliers(B, lmax):
    """K P = P K at the free orbit of the square, for all eigenvalues μ_0..μ_B and p_0..p_lmax."""
    points = EQUAL_WEIGHTS["free orbit of the symmetries of a square"]
    cosines = points.cosines()

    def matrix(letter, degree):
        return sum(
            (
                sp.Symbol(f"{letter}_{k}")
                * sp.Matrix(8, 8, lambda i, j: nt.gegenbauer(k, 2, rational(cosines[i][j])))  # noqa: B023
                for k in range(degree + 1)
            ),
            sp.zeros(8, 8),
        )

    K, P = matrix("mu", B), matrix("p", lmax)
    for entry in commuting_entries(K, P):
        yield identity("K P = P K", *entry, witness={"n": 8, "d": 2})


UNEQUAL_POINTS = [
    (Fraction(1), Fraction(0)),
    (Fraction(-3, 5), Fraction(4, 5)),
    (Fraction(-3, 5), Fraction(-4, 5)),
]
UNEQUAL_WEIGHTS = [Fraction(3, 8), Fraction(5, 16), Fraction(5, 16)]


def exact_quadrature():
    """Positive weights with Σ w_i = 1 and Σ w_i x_i = 0: exact to degree 1."""
    yield exactly(r"\sum w_i = 1", sum(UNEQUAL_WEIGHTS), 1)
    for axis in range(2):
        weighted = (w * x[axis] for w, x in zip(UNEQUAL_WEIGHTS, UNEQUAL_POINTS, strict=True))
        yield exactly(r"\sum w_i x_i = 0", sum(weighted), 0)


def unequal_weights():
    """K = a + b u of degree 1 and P_s of degree 0, P = c cᵀ with c = sqrt(w): K c ∝ c is needed."""
    yield from exact_quadrature()
    (k00, k01, _), (_, k11, k12), _ = affine_kernel_matrix(1, 1).tolist()
    w0, w1, _ = map(rational, UNEQUAL_WEIGHTS)
    # (K c)_0 c_1 = (K c)_1 c_0 with w_1 = w_2 reads
    # c_0 c_1 (K_00 - K_11 - K_12) + K_01 (2 w_1 - w_0) = 0, where c_0 c_1 = sqrt(w_0 w_1).
    yield exactly(
        r"w_0 w_1 (K_{00} - K_{11} - K_{12})^2 = K_{01}^2 (2 w_1 - w_0)^2",
        w0 * w1 * (k00 - k11 - k12) ** 2,
        k01**2 * (2 * w1 - w0) ** 2,
        {"n": 3, "d": 2, "k": "1 + u", "lmax": 0, "weights": "3/8, 5/16, 5/16"},
    )


def unequal_weights_symmetrised():
    """C K C with C = diag(sqrt w): C K C c = C (K w), and K w = a·1 for K = a + b u, any a, b."""
    yield from derived()
    yield from exact_quadrature()
    a, b = sp.symbols("a b")
    K = affine_kernel_matrix(a, b)
    for value in K * sp.Matrix([rational(w) for w in UNEQUAL_WEIGHTS]):
        yield identity(r"(K w)_i = a", sp.expand(value), a)
    yield from symmetrised_of_degree_three()


def symmetrised_of_degree_three():
    """±e_i and the 24 points (±1, ±2, ±2)/3, (±2, ±1, ±2)/3, ...: exact to degree 5, B = lmax = 3.

    C Z_l C and C Z_m C commute if and only if Z_l W Z_m = Z_m W Z_l.
    """
    third = Fraction(1, 3)
    axes = [tuple(s * (i == j) for j in range(3)) for i in range(3) for s in (1, -1)]
    others = {
        tuple(s * t * third for s, t in zip(signs, order, strict=True))
        for order in permutations((1, 2, 2))
        for signs in product((1, -1), repeat=3)
    }
    points = [*axes, *sorted(others)]
    weights = [Fraction(13, 240)] * 6 + [Fraction(9, 320)] * 24
    moments = {(0, 0, 0): 1, (2, 0, 0): third, (4, 0, 0): Fraction(1, 5), (2, 2, 0): third / 5}
    for powers, value in moments.items():  # the others to degree 5 are 0, or equal, by symmetry
        mean = sum(
            w * x[0] ** powers[0] * x[1] ** powers[1] * x[2] ** powers[2]
            for w, x in zip(weights, points, strict=True)
        )
        yield exactly(f"the mean of x^{powers}", mean, value)
    cosines = exact_cosines(points)
    W = fmpq_mat([[as_fmpq(w) if i == j else 0 for j in range(30)] for i, w in enumerate(weights)])
    Z = [harmonic_matrix(cosines, degree, 3) for degree in range(4)]
    for k, m in combinations(range(4), 2):
        differ = entries_that_differ(Z[k] * W * Z[m], Z[m] * W * Z[k])
        yield exactly("entries of Z_l W Z_m - Z_m W Z_l", differ, 0, {"degrees": f"{k} and {m}"})


def as_fmpq(value):
    return fmpq(value.numerator, value.denominator)


def affine_kernel_matrix(a, b):
    cosines = exact_cosines(UNEQUAL_POINTS)
    return sp.Matrix(3, 3, lambda i, j: a + b * rational(cosines[i][j]))


def rational(value):
    return sp.Rational(value.numerator, value.denominator)


def matrices_commute(points, max_degree):
    """Every entry of K P_s - P_s K against 0, for the two-layer NTK and s = 1."""
    cosines = exact_cosines(points)
    zonal = nt.sobolev(1).zonal_kernel(dim=2, max_degree=max_degree)
    n = len(points)
    for i in range(n):
        for j in range(i + 1, n):

            def entry_vanishes(i=i, j=j):
                K, P = sampled_matrix(nt.ntk(2), cosines), sampled_matrix(zonal, cosines)
                return equal(commutator(K, P)[i, j], 0)

            step = certify(
                "K P_s = P_s K",
                entry_vanishes,
                witness={
                    "n": n,
                    "d": 2,
                    "points": ", ".join(f"({x}, {y})" for x, y in points),
                    "kernel": "ntk(2)",
                    "s": 1,
                    "lmax": max_degree,
                    "entry": f"({i + 1}, {j + 1})",
                },
                limit=128,
            )
            if step.witness:
                yield step
                return
            yield step


def commuting_entries(K, P):
    """The pairs of entries of K P and P K above the diagonal; both products are transposes."""
    left, right = K * P, P * K
    n = K.shape[0]
    return [(sp.expand(left[i, j]), sp.expand(right[i, j])) for i in range(n) for j in range(i, n)]


def where_they_commute(exactness):
    yield from equispaced_circle()
    yield from regular_polytopes()
    yield from band_limited(exactness)


BUT_ONE = "convex regular polytopes but the 120-cell"
COMMUTING = f"orbits of abelian groups, {BUT_ONE}, quadratures with equal weights"
EQUAL_WEIGHT_QUADRATURE = "quadrature with equal weights, K of degree B"
SETTINGS = {
    "arbitrary": lambda exactness: arbitrary_points(),
    "equispaced on the circle": lambda exactness: equispaced_circle(),
    "orbit of an abelian group": lambda exactness: abelian_orbits(),
    "free orbit of a non-abelian group": lambda exactness: free_orbit_of_the_square(),
    "octahedron": lambda exactness: zonal_matrices_commute(nt.sphere.design("octahedron")),
    BUT_ONE: lambda exactness: regular_polytopes(),
    "convex regular polytopes": lambda exactness: every_regular_polytope(),
    EQUAL_WEIGHT_QUADRATURE: band_limited,
    "quadrature with equal weights, K of degree B = lmax": lambda exactness: equal_bands(),
    "exact quadrature, unequal weights": lambda exactness: unequal_weights(),
    "exact quadrature, C K C": lambda exactness: unequal_weights_symmetrised(),
    COMMUTING: where_they_commute,
}

proof_4.amend(
    r"K P_s = P_s K \text{ on orbits of finite abelian groups (equispaced points on the circle), "
    r"at the vertices of convex regular polytopes but the 120-cell, and for } K \text{ of degree } "
    r"B \text{ on quadratures with equal weights exact to degree } B + \ell_{\max} + q,\ q = 0;\ "
    r"c_i \text{ equal}",
    points=COMMUTING,
    mutants={
        "points": [
            "arbitrary",
            "free orbit of a non-abelian group",
            "exact quadrature, unequal weights",
            "convex regular polytopes",
        ],
        "exactness": [-1, -2],
    },
)
for setting, latex in (
    (
        "equispaced on the circle",
        r"K P_s = P_s K \text{ for } n \text{ equispaced points, every } n",
    ),
    ("orbit of an abelian group", r"K P_s = P_s K \text{ on the orbit of a finite abelian group}"),
    ("free orbit of a non-abelian group", r"K P_s = P_s K \text{ on the orbit of a finite group}"),
    ("octahedron", r"K P_s = P_s K \text{ on the octahedron}"),
    (
        BUT_ONE,
        r"K P_s = P_s K \text{ at the vertices of every convex regular polytope but the 120-cell}",
    ),
    (
        "convex regular polytopes",
        r"K P_s = P_s K \text{ at the vertices of every convex regular polytope}",
    ),
    (
        EQUAL_WEIGHT_QUADRATURE,
        r"K P_s = P_s K \text{ for } K \text{ of degree } B \text{ and equal weights exact to "
        r"degree } B + \ell_{\max}",
    ),
    (
        "quadrature with equal weights, K of degree B = lmax",
        r"K P_s = P_s K \text{ for } B = \ell_{\max} \text{ and equal weights exact to degree } "
        r"2 B - 1",
    ),
    ("exact quadrature, unequal weights", r"K P_s = P_s K \text{ on an exact quadrature}"),
    (
        "exact quadrature, C K C",
        r"(C K C) P_s = P_s (C K C) \text{ for } K \text{ of degree } B \text{ on a quadrature "
        r"exact to degree } B + \ell_{\max}",
    ),
):
    proof_4.reading(setting, latex, points=setting)
