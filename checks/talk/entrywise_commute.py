r"""Do matrices commute because their entries are functions of the same Gram matrix?

The talk's reason for K P_s = P_s K is that both are made of the same projectors. Entrywise
functions of a Gram matrix do not commute in general; functions of the matrix, in the spectral
sense, do.
"""

from fractions import Fraction

import sympy as sp

from ntkproofs.claims import Claim, exactly, identity
from ntkproofs.claims.theorems import POLYNOMIALS_OF_A_MATRIX
from ntkproofs.matrices.sampled import exact_cosines

entrywise_commute = Claim(
    id="talk.entrywise-commute",
    statement=(
        r"f[G]\,g[G] = g[G]\,f[G] "
        r"\text{ for entrywise functions } f, g \text{ of a Gram matrix } G"
    ),
    source="talk, The Five Main Proofs: Proof 4; Unified Framework",
    parameters="G_ij = <x_i, x_j> of unit vectors x_1..x_n",
    constants={"functions": "entrywise"},
    mutants={"functions": ["of the matrix"]},
)

POINTS = [(1, 0), (Fraction(3, 5), Fraction(4, 5)), (0, 1)]


@entrywise_commute.proof(relies_on=[POLYNOMIALS_OF_A_MATRIX])
def same_gram_matrix(functions):
    """Two points always commute; three points, f(u) = u and g(u) = u², decide."""
    if functions == "entrywise":
        a, b, f, g = sp.symbols("a b f g")
        two = sp.Matrix([[a, b], [b, a]]) * sp.Matrix([[f, g], [g, f]])
        yield identity("two points: the product is symmetric", two[0, 1], two[1, 0])
        G = exact_cosines(POINTS)
        squared = [[u * u for u in row] for row in G]
        left, right = product(G, squared), product(squared, G)
        yield exactly(
            "(f[G] g[G])_13 = (g[G] f[G])_13",
            left[0][2],
            right[0][2],
            {"n": 3, "d": 2, "points": "(1,0), (3/5,4/5), (0,1)", "f": "u", "g": "u²"},
        )
    else:
        # Any f(G), g(G) are polynomials in G; those of degree <= 2 of a general symmetric 3x3 G.
        entries = sp.symbols("g11 g12 g13 g22 g23 g33")
        g11, g12, g13, g22, g23, g33 = entries
        G = sp.Matrix([[g11, g12, g13], [g12, g22, g23], [g13, g23, g33]])
        p, q, r, t = sp.symbols("p q r t")
        f, g = p * G + q * G**2, r * G + t * G**2
        for left, right in zip(f * g, g * f, strict=True):
            yield identity("f(G) g(G) = g(G) f(G)", sp.expand(left), sp.expand(right))


def product(A, B):
    """The matrix product of two square matrices of fractions."""
    return [
        [sum(a * b for a, b in zip(row, col, strict=True)) for col in zip(*B, strict=True)]
        for row in A
    ]


entrywise_commute.amend(
    r"f(G)\,g(G) = g(G)\,f(G) \text{ for functions of the matrix } G \text{ (spectral calculus)}",
    functions="of the matrix",
    mutants={"functions": ["entrywise"]},
)
