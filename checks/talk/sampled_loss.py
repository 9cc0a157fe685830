r"""The sampled Sobolev loss fᵀ P_s f.

(P_s)_ij = Σ_l p_l N(d,l) c_i c_j P_l(<x_i,x_j>), so fᵀ P_s f = Σ p_l Σ_p (Σ_i c_i Y_lp(x_i) f_i)².
This is the loss L_s[f] if Σ_i c_i Y f is the integral of Y f: the c_i are the quadrature weights
themselves (1/n), not their roots; with c_i = 1/sqrt(n) the value is n times too large. An exact
quadrature with its weights gives L_s[f] exactly for band-limited f; random points give on average

    E fᵀ P_s f = (1 - 1/n) L_s[f] + (1/n) p_s(1) ‖f‖²,

an error of order 1/n with the large constant p_s(1) = Σ p_l N(d,l).
"""

from fractions import Fraction
from itertools import product

import sympy as sp

import ntkproofs as nt
from ntkproofs.claims import Claim, identity
from ntkproofs.matrices.sampled import exact_cosines

p0, p1 = sp.symbols("p_0 p_1", positive=True)

sampled_loss = Claim(
    id="talk.sampled-loss",
    statement=r"L_s[f] = f^\top P_s f,\quad c_i = n^{-q},\ q = 1/2",
    source="talk, Practical Implementation; weights as stated for the sampled P_s",
    parameters="n points of an exact quadrature with equal weights; f band-limited; lmax <= 1",
    constants={"q": sp.Rational(1, 2), "bias": 1},
    mutants={"q": [1]},
)

OCTAHEDRON = [tuple(s * (i == j) for j in range(3)) for i in range(3) for s in (1, -1)]
COSINES = exact_cosines(OCTAHEDRON)
VALUES = [3 * x[0] + 2 for x in OCTAHEDRON]  # f = 2 + 3 x_1: L_s = 4 p_0 + 9 p_1/3


def zonal(u):
    """p_0 + 3 p_1 u, the kernel of P_s on S² truncated at degree 1."""
    return p0 + nt.harmonic_dimension(3, 1) * p1 * sp.Rational(u.numerator, u.denominator)


LOSS = 4 * p0 + 3 * p1


@sampled_loss.certificate(on="the octahedron, f = 2 + 3 x_1, every p_0 and p_1", part="quadrature")
def on_an_exact_quadrature(q):
    """The octahedron integrates degree 3 exactly; f = 2 + 3 x_1, any multipliers p_0, p_1."""
    n = len(OCTAHEDRON)
    total = sum(
        VALUES[i] * VALUES[j] * zonal(COSINES[i][j]) for i, j in product(range(n), repeat=2)
    )
    yield identity(
        r"f^\top P_s f = L_s[f]",
        total * sp.Integer(n) ** (-2 * q),
        LOSS,
        least={"p_0": 1, "p_1": 1},
    )


@sampled_loss.certificate(
    on="n = 1..3 independent points, uniform on the octahedron", part="random points"
)
def mean_over_random_points(bias):
    """E fᵀ P f with c_i = 1/n, over all draws of n points, against the formula, exactly."""
    square = Fraction(sum(v * v for v in VALUES), 6)
    for n in (1, 2, 3):
        draws = list(product(range(6), repeat=n))
        total = sum(
            VALUES[i] * VALUES[j] * zonal(COSINES[i][j])
            for draw in draws
            for i, j in product(draw, repeat=2)
        )
        mean = sp.expand(total / sp.Integer(n * n * len(draws)))
        variance_term = zonal(Fraction(1)) * sp.Rational(square.numerator, square.denominator)
        expected = (1 - sp.Rational(1, n)) * LOSS + bias * variance_term / n
        yield identity(rf"E f^\top P_s f,\ n = {n}", mean, expected, witness={"n": n})


sampled_loss.amend(
    r"L_s[f] = f^\top P_s f \text{ with } c_i = w_i \text{ on a quadrature exact for } f Y; "
    r"\text{ random points: } E f^\top P_s f = (1 - \tfrac1n) L_s + \tfrac1n p_s(1) \|f\|^2",
    q=1,
    mutants={
        "q": [sp.Rational(1, 2), sp.Rational(3, 2)],
        "bias": [0, sp.Rational(101, 100), -1],
    },
)
