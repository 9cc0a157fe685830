r"""Proof 4: sampled matrices of K and P_s commute - where they do, and where not.

Operators commute because both are functions of the Laplacian. Matrices sampled at points inherit
this only if the points do the harmonics justice. Decided here, by setting:

- arbitrary points: no; three points on the circle suffice.
- equispaced points on the circle, the orbit of one rotation: yes, for any two kernels.
- an orbit of a finite group: not in general. Free orbits of the symmetry group of a square fail.
- the octahedron, an orbit whose distances form a symmetric association scheme: yes.
- a quadrature with unequal weights: not K itself, though exact; the weighted C K C commutes.
"""

from fractions import Fraction
from itertools import product

import sympy as sp

import ntkproofs as nt
from ntkproofs.claims import Claim, certify, equal, exactly, identity, identity_modulo
from ntkproofs.claims.theorems import CIRCULANTS, FUNK_HECKE
from ntkproofs.matrices.sampled import commutator, exact_cosines, sampled_matrix

proof_4 = Claim(
    id="talk.proof-4",
    statement=r"K P_s = P_s K \text{ for the sampled matrices}",
    source="talk, The Five Main Proofs: Proof 4",
    parameters="K_ij = k(<x_i,x_j>), P_s truncated at degree lmax with weights c_i; k zonal",
    constants={"points": "arbitrary"},
    mutants={"points": ["equispaced on the circle"]},
)


@proof_4.proof(relies_on=[CIRCULANTS, FUNK_HECKE])
def sampled_matrices(points):
    """Whether K P_s - P_s K vanishes in the setting named."""
    yield from SETTINGS[points]()


def arbitrary_points():
    """Two points always commute; three, (1,0), (0,1), (-1,0), do not."""
    a, b, f, g = sp.symbols("a b f g")
    K, P = sp.Matrix([[a, b], [b, a]]), sp.Matrix([[f, g], [g, f]])
    for entry in commuting_entries(K, P):
        yield identity("two points commute", *entry)
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


def free_orbit_of_the_square():
    """The eight points (±3/5, ±4/5), (±4/5, ±3/5): an orbit of the symmetry group of a square."""
    a, b = Fraction(3, 5), Fraction(4, 5)
    signs = list(product((1, -1), repeat=2))
    points = [(s * a, t * b) for s, t in signs] + [(s * b, t * a) for s, t in signs]
    yield from matrices_commute(points, max_degree=3)


def octahedron():
    """±e_1, ±e_2, ±e_3, an equal-weight quadrature exact to degree 3; arbitrary zonal values."""
    points = [tuple(s * (i == j) for j in range(3)) for i in range(3) for s in (1, -1)]
    cosines = exact_cosines(points)
    cosine_values = [1, 0, -1]
    k = dict(zip(cosine_values, sp.symbols("k_1 k_0 k_m1"), strict=True))
    p = dict(zip(cosine_values, sp.symbols("p_1 p_0 p_m1"), strict=True))
    K = sp.Matrix(6, 6, lambda i, j: k[int(cosines[i][j])])
    P = sp.Matrix(6, 6, lambda i, j: p[int(cosines[i][j])])
    for entry in commuting_entries(K, P):
        yield identity("K P = P K on the octahedron", *entry)


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
    yield from exact_quadrature()
    a, b = sp.symbols("a b")
    K = affine_kernel_matrix(a, b)
    for value in K * sp.Matrix([rational(w) for w in UNEQUAL_WEIGHTS]):
        yield identity(r"(K w)_i = a", sp.expand(value), a)


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


SETTINGS = {
    "arbitrary": arbitrary_points,
    "equispaced on the circle": equispaced_circle,
    "free orbit of a non-abelian group": free_orbit_of_the_square,
    "octahedron": octahedron,
    "exact quadrature, unequal weights": unequal_weights,
    "exact quadrature, C K C": unequal_weights_symmetrised,
}

proof_4.amend(
    r"K P_s = P_s K \text{ for } n \text{ equispaced points on the circle, every } n",
    points="equispaced on the circle",
    mutants={
        "points": [
            "arbitrary",
            "free orbit of a non-abelian group",
            "exact quadrature, unequal weights",
        ]
    },
)
for setting, latex in (
    ("free orbit of a non-abelian group", r"K P_s = P_s K \text{ on the orbit of a finite group}"),
    ("octahedron", r"K P_s = P_s K \text{ on the octahedron}"),
    ("exact quadrature, unequal weights", r"K P_s = P_s K \text{ on an exact quadrature}"),
    ("exact quadrature, C K C", r"(C K C) P_s = P_s (C K C) \text{ on that quadrature}"),
):
    proof_4.reading(setting, latex, points=setting)
