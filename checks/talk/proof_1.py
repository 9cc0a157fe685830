r"""Proof 1: the Sobolev loss is a fractional Laplacian.

A homogeneous harmonic polynomial r^l Y has Laplacian 0; in polar coordinates this reads
l(l-1) + (d-1) l = eigenvalue of -Δ on Y. By the functional calculus (I + (-Δ)^(1/2))^s multiplies
Y by (1 + sqrt(l(l+d-2)))^s, and Parseval's identity sums the squares:
derivations/sobolev_loss.py.
"""

import sympy as sp

from ntkproofs.claims import Claim, equality, identity, premise
from ntkproofs.claims.theorems import POLAR_LAPLACIAN, SPECTRAL_THEOREM
from ntkproofs.derivation import derivation

d, l = sp.symbols("d l", positive=True)  # noqa: E741 - the field's name for the degree

proof_1 = Claim(
    id="talk.proof-1",
    statement=r"\langle f, (I + (-\Delta)^{1/2})^s f \rangle "
    r"= \sum_{\ell,p} (1 + \sqrt{\ell(\ell+d-2)})^s f_{\ell p}^2",
    source="talk, The Five Main Proofs: Proof 1",
    parameters="S^(d-1), d >= 2; every real s; f a finite sum of harmonics, or in the form domain",
    constants={"shift": d - 2, "power": 1},
    mutants={"shift": [d - 1, d - 3, d - 2 + sp.Rational(1, 100)], "power": [2, -1]},
)


@proof_1.proof(
    relies_on=[POLAR_LAPLACIAN, SPECTRAL_THEOREM],
    covers="every degree, d and order: derived in symbols from Δ(r^l Y) = 0",
)
def derived_multiplier(shift, power):
    """The eigenvalue of -Δ, and the factor of ‖f_l‖² in the loss, as derived."""
    loss = derivation("sobolev-loss")
    for step in loss.steps():
        yield premise(step)
    symbols = {entry.symbol: sp.Symbol(name) for name, entry in loss.notation.symbols.items()}
    harmonic = sp.Function("Y")
    eigenvalue = loss.statement("eigenvalue").right.replace(harmonic, lambda _l, _x: sp.S.One)
    yield identity(
        r"-\Delta Y_\ell = \ell(\ell+d-2) Y_\ell",
        eigenvalue.xreplace(symbols),
        (l * (l + shift)).subs({d: sp.Symbol("d"), l: sp.Symbol("l")}),
        least={"d": 2, "l": 1},
    )
    summand, (j, _, _) = loss.statement("parseval").right.args
    multiplier = summand / sp.Function("W", real=True, nonnegative=True)(j)
    at = {d: loss.notation.symbol_entry("d").symbol, l: j}
    s = loss.notation.symbol_entry("s").symbol
    yield equality(
        r"(1 + \sqrt{\ell(\ell+d-2)})^s",
        multiplier,
        ((1 + sp.sqrt(l * (l + shift))) ** (s * power)).subs(at),
    )
