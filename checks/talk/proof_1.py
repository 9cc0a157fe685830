r"""Proof 1: the Sobolev loss is a fractional Laplacian.

A homogeneous harmonic polynomial r^l Y has Laplacian 0; in polar coordinates this reads
l(l-1) + (d-1) l = eigenvalue of -Δ on Y. By the functional calculus (I + (-Δ)^(1/2))^s multiplies
Y by (1 + sqrt(l(l+d-2)))^s, and Parseval's identity sums the squares.
"""

import sympy as sp

from ntkproofs.claims import Claim, identity, identity_modulo
from ntkproofs.claims.theorems import SPECTRAL_THEOREM

d, l, r = sp.symbols("d l r", positive=True)  # noqa: E741 - the field's name for the degree

proof_1 = Claim(
    id="talk.proof-1",
    statement=r"\langle f, (I + (-\Delta)^{1/2})^s f \rangle "
    r"= \sum_{\ell,p} (1 + \sqrt{\ell(\ell+d-2)})^s f_{\ell p}^2",
    source="talk, The Five Main Proofs: Proof 1",
    parameters="S^(d-1), d >= 2; every real s; f a finite sum of harmonics, or in the form domain",
    constants={"shift": d - 2, "power": 1},
    mutants={"shift": [d - 1, d - 3, d - 2 + sp.Rational(1, 100)], "power": [2, -1]},
)


def laplacian_eigenvalue():
    """-Δ on harmonics of degree l, from Δ(r^l Y) = 0: r^-(d-1) ∂_r (r^(d-1) ∂_r r^l) r^(2-l)."""
    radial = sp.diff(r ** (d - 1) * sp.diff(r**l, r), r) / r ** (d - 1)
    return sp.powsimp(sp.expand(radial * r ** (2 - l)))


@proof_1.proof(relies_on=[SPECTRAL_THEOREM])
def eigenvalues_of_the_laplacian(shift):
    """l(l-1) + (d-1) l = l(l + d - 2), for all l and d."""
    yield identity(
        r"-\Delta Y_\ell = \ell(\ell+d-2) Y_\ell",
        laplacian_eigenvalue(),
        l * (l + shift),
        least={"d": 2, "l": 1},
    )


@proof_1.proof(relies_on=[SPECTRAL_THEOREM])
def multiplier_of_the_operator(shift, power):
    """(I + A)^s as a polynomial in A = (-Δ)^(1/2), s = 1, 2, 3, against
    (1 + sqrt(l(l+shift)))^(s·power).

    A acts as the number λ >= 0 with λ² = l(l+d-2). For other s both sides are the s-th power of the
    same positive number.
    """
    root = sp.Symbol("lambda", nonnegative=True)
    yield identity_modulo(
        r"\lambda^2 = \ell(\ell+d-2)",
        l * (l + shift),
        root**2,
        [root**2 - sp.expand(laplacian_eigenvalue())],
        [root, l, d],
    )
    for s in (1, 2, 3):
        operator = sum(sp.binomial(s, j) * root**j for j in range(s + 1))
        yield identity(
            rf"(I + A)^{s}",
            operator,
            (1 + root) ** (s * power),
            witness={"s": s},
            least={"lambda": 0},
        )
