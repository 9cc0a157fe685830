r"""Two multipliers under one name: (1 + sqrt(l(l+d-2)))^s and (1+l)^(2s).

With λ = sqrt(l(l+d-2)) one has l <= λ <= l + (d-2)/2, so 1 + l <= 1 + λ <= (d/2)(1 + l): the first
multiplier grows like l^s, the second like l^(2s). The Sobolev loss of order s is therefore
equivalent to the squared norm of H^(s/2), not of H^s: derivations/sobolev_loss.py.
"""

import sympy as sp

from ntkproofs.claims import Claim, exactly, identity, premise
from ntkproofs.claims.theorems import POLAR_LAPLACIAN, SPECTRAL_THEOREM
from ntkproofs.derivation import derivation


def decide_multiplier(relation, power):
    """(1 + λ)^s against (1 + l)^(power·s): equal, or equal up to constant factors."""
    if relation == "=":
        # On the circle λ = l, and both are rational; one degree decides.
        yield exactly(
            r"(1 + \lambda)^s = (1+\ell)^{power s}",
            2,
            2**power,
            {"d": 2, "degree": 1, "s": 1},
        )
    else:
        loss = derivation("sobolev-loss")
        for step in loss.steps():
            yield premise(step)
        # ((1 + λ)/(1 + l))^s stays between constants, so only the same exponent grows alike.
        base, exponent = loss.statement("lower").left.as_base_exp()
        assert base == 1 + loss.notation.symbol_entry("l").symbol
        s = sp.Symbol("s")
        of_degree = exponent.subs(loss.notation.symbol_entry("t").symbol, s)
        yield identity("the growth exponents agree", of_degree, power * s, least={"s": 1})


proof_1_norm = Claim(
    id="talk.proof-1-norm",
    statement=r"\sum (1 + \sqrt{\ell(\ell+d-2)})^s f_{\ell p}^2 "
    r"= \|f\|_{H^s}^2 = \sum (1+\ell)^{2s} f_{\ell p}^2",
    source="talk, The Five Main Proofs: Proof 1, with the definition of P_s",
    parameters="S^(d-1), d >= 2; s > 0",
    constants={"relation": "=", "power": 2},
    mutants={"relation": ["up to constants"], "power": [1]},
)


@proof_1_norm.proof(relies_on=[POLAR_LAPLACIAN, SPECTRAL_THEOREM])
def multiplier_of_the_norm(relation, power):
    """The two sums agree for all f if and only if the multipliers do, degree by degree."""
    yield from decide_multiplier(relation, power)


proof_1_norm.amend(
    r"\sum (1 + \sqrt{\ell(\ell+d-2)})^s f_{\ell p}^2 \asymp \|f\|_{H^{s/2}}^2 "
    r"= \sum (1+\ell)^{s} f_{\ell p}^2",
    relation="up to constants",
    power=1,
    mutants={"power": [2, sp.Rational(1, 2), sp.Rational(3, 2)]},
)

sobolev_consistency = Claim(
    id="talk.sobolev-consistency",
    statement=r"(1+\ell)^{2s} \asymp (1 + \sqrt{\ell(\ell+d-2)})^s",
    source="talk, Sobolev Training Framework against Proofs 2 and 3",
    parameters="S^(d-1), d >= 2; s > 0; the weaker reading: the same growth",
    constants={"relation": "up to constants", "power": 2},
    mutants={"power": [1]},
)


@sobolev_consistency.proof(relies_on=[POLAR_LAPLACIAN, SPECTRAL_THEOREM])
def growth_of_both(relation, power):
    """The two definitions of P_s compared."""
    yield from decide_multiplier(relation, power)


sobolev_consistency.amend(
    r"(1+\ell)^{s} \asymp (1 + \sqrt{\ell(\ell+d-2)})^s: "
    r"\text{ the order } s/2 \text{ of one is the order } s \text{ of the other}",
    power=1,
    mutants={"power": [2, sp.Rational(1, 2), sp.Rational(3, 2)]},
)
sobolev_consistency.reading("the same operator", r"(1+\ell)^{2s} = p_\ell", relation="=")
