r"""Proof 3: eigenvalues of the composite operator T_s = K ∘ P_s are products.

K acts on harmonics of degree l as μ_l(K) (Funk-Hecke) and P_s as (1 + sqrt(l(l+d-2)))^s. On the
circle, d = 2, sqrt(l²) = l makes everything rational: there the composite is also applied to a
harmonic directly, by exact Fourier coefficients.
"""

from fractions import Fraction

import sympy as sp

from ntkproofs.claims import Claim, exactly, identity, identity_modulo
from ntkproofs.claims.theorems import FUNK_HECKE, SPECTRAL_THEOREM

d, l, mu, root = sp.symbols("d l mu lambda", positive=True)  # noqa: E741

proof_3 = Claim(
    id="talk.proof-3",
    statement=r"\mu_\ell(T_s) = \mu_\ell(K)\,(1 + \sqrt{\ell(\ell+d-2)})^s",
    source="talk, The Five Main Proofs: Proof 3",
    parameters="S^(d-1), d >= 2; K zonal; T_s = K ∘ (I + (-Δ)^(1/2))^s; every real s",
    constants={"shift": d - 2, "power": 1, "factor": 1},
    mutants={
        "shift": [d - 1, d - 3, d - 2 + sp.Rational(1, 100)],
        "power": [2, -1],
        "factor": [sp.Rational(101, 100), -1, 2],
    },
)


@proof_3.proof(relies_on=[FUNK_HECKE, SPECTRAL_THEOREM])
def one_number_on_each_degree(shift, power, factor):
    """K(P_s Y) = μ_l p_l Y with λ² = l(l-1) + (d-1) l, for s = 1, 2, 3 as polynomials in λ.

    For other s both sides are s-th powers of the same positive number, times μ_l.
    """
    laplacian = l * (l - 1) + (d - 1) * l
    yield identity_modulo(
        r"\lambda^2 = \ell(\ell+d-2)",
        sp.expand(l * (l + shift)),
        root**2,
        [root**2 - sp.expand(laplacian)],
        [root, l, d],
    )
    for s in (1, 2, 3):
        multiplier = sum(sp.binomial(s, j) * root**j for j in range(s + 1))
        yield identity(
            r"K P_s Y = \mu_\ell(T_s) Y",
            mu * multiplier,
            factor * mu * (1 + root) ** (s * power),
            witness={"s": s},
        )


@proof_3.certificate(on="d = 2; k = u^j, j <= 5; degrees 0..5; s = -1, 1, 2")
def on_the_circle(power, factor):
    """T_s cos(lφ) by Fourier coefficients: cos^j has the l-th coefficient C(j, (j-l)/2)/2^j."""
    for j in range(6):
        for degree in range(j % 2, j + 1, 2):
            coefficient = Fraction(int(sp.binomial(j, (j - degree) // 2)), 2**j)
            for s in (-1, 1, 2):
                yield exactly(
                    r"T_s \cos \ell\varphi",
                    coefficient * Fraction(1 + degree) ** s,
                    factor * coefficient * Fraction(1 + degree) ** (s * power),
                    {"d": 2, "degree": degree, "k": f"u^{j}", "s": s},
                )
