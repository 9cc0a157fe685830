r"""Proof 3: eigenvalues of the composite operator T_s = K ∘ P_s are products.

K acts on harmonics of degree l as μ_l(K) (Funk-Hecke) and P_s as (1 + sqrt(l(l+d-2)))^s:
derivations/composite_spectrum.py. On the circle, d = 2, sqrt(l²) = l makes everything rational:
there the composite is also applied to a harmonic directly, by exact Fourier coefficients.
"""

from fractions import Fraction

import sympy as sp

from ntkproofs.claims import Claim, equality, exactly, premise
from ntkproofs.claims.theorems import FUNK_HECKE, LEGENDRE_EQUATION, SPECTRAL_THEOREM
from ntkproofs.derivation import derivation

d, l, mu = sp.symbols("d l mu", positive=True)  # noqa: E741

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


@proof_3.proof(
    relies_on=[FUNK_HECKE, LEGENDRE_EQUATION, SPECTRAL_THEOREM],
    covers="every degree, d and order, and every kernel to which the Funk-Hecke formula applies; "
    "only the line of commutation with the Laplacian, which is not used here, needs a smooth one",
)
def derived_spectrum(shift, power, factor):
    """The eigenvalue of T_s on the degree l, as derived, against the claimed product."""
    composite = derivation("composite-spectrum")
    for step in composite.steps():
        yield premise(step)
    symbol = {name: entry.symbol for name, entry in composite.notation.symbols.items()}
    on_degree = composite.statement("spectrum").right.subs(symbol["m"], symbol["l"])
    eigenvalue = on_degree.replace(sp.Function("mu"), lambda degree: mu)
    claimed = factor * mu * (1 + sp.sqrt(l * (l + shift))) ** (symbol["s"] * power)
    yield equality(r"\mu_\ell(T_s)", eigenvalue, claimed.subs({d: symbol["d"], l: symbol["l"]}))


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
