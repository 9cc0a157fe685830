r"""Are the eigenvalues of K P_s products of eigenvalues?

For operators they are, degree by degree. For sampled matrices the formula
λ_i(K P_s) = λ_i(K) λ_i(P_s) does not say how the eigenvalues are paired. Sorted, it fails for two
points already; in any pairing it fails for three. Where the matrices commute, the pairing is by
common eigenvectors: on equispaced points of the circle, by Fourier modes.
"""

from fractions import Fraction
from itertools import permutations

import sympy as sp
from flint import acb_mat, arb

import ntkproofs as nt
from ntkproofs.claims import Claim, Truth, certify, equal, identity_modulo
from ntkproofs.matrices.sampled import exact_cosines, sampled_matrix

matrix_products = Claim(
    id="talk.matrix-products",
    statement=r"\lambda_i(K P_s) = \lambda_i(K)\,\lambda_i(P_s)",
    source="talk, Unified Framework",
    parameters="sampled matrices at n points; P_s truncated at degree lmax, equal weights; k zonal",
    constants={"points": "arbitrary", "pairing": "sorted"},
    mutants={"points": ["equispaced on the circle"], "pairing": ["as multisets"]},
)


@matrix_products.certificate(on="n = 2..6, arbitrary zonal values; ntk(2) for counterexamples")
def eigenvalues_multiply(points, pairing):
    """The eigenvalues of the product against products of eigenvalues."""
    if points == "equispaced on the circle" and pairing != "sorted":
        yield from fourier_modes()
    elif pairing == "sorted":
        square = [(1, 0), (0, 1), (-1, 0), (0, -1)]
        pair = [(1, 0), (Fraction(-7, 25), Fraction(24, 25))]
        yield compare(square if points == "equispaced on the circle" else pair, sorted_pairing)
    else:
        yield compare([(1, 0), (0, 1), (-1, 0)], any_pairing)


def fourier_modes():
    """Circulants with first rows k and p: the mode z, z^n = 1, has Σ k_j z^j, Σ p_j z^j."""
    z = sp.Symbol("z")
    for n in range(2, 7):
        k, p = sp.symbols(f"k0:{n}"), sp.symbols(f"p0:{n}")
        product = [sum(k[i] * p[(j - i) % n] for i in range(n)) for j in range(n)]
        yield identity_modulo(
            rf"\lambda(K P) = \lambda(K) \lambda(P) \text{{ on each Fourier mode, n = {n}}}",
            mode(product, z),
            sp.expand(mode(k, z) * mode(p, z)),
            [z**n - 1],
            [z, *k, *p],
        )


def mode(row, z):
    return sp.expand(sum(value * z**j for j, value in enumerate(row)))


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
    r"\lambda_j(K P_s) = \lambda_j(K)\,\lambda_j(P_s) \text{ on the } j\text{-th Fourier mode, "
    r"at } n \text{ equispaced points of the circle}",
    points="equispaced on the circle",
    pairing="on common eigenvectors",
    mutants={"points": ["arbitrary"], "pairing": ["sorted"]},
)
matrix_products.reading(
    "as multisets, arbitrary points",
    r"\{\lambda_i(K P_s)\} = \{\lambda_i(K)\,\lambda_{\pi(i)}(P_s)\} \text{ for some } \pi",
    pairing="as multisets",
)
matrix_products.reading(
    "as multisets, equispaced points on the circle",
    r"\{\lambda_i(K P_s)\} = \{\lambda_i(K)\,\lambda_{\pi(i)}(P_s)\} \text{ for some } \pi",
    points="equispaced on the circle",
    pairing="as multisets",
)
