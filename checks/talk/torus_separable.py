r"""Is the Sobolev multiplier on the torus a Kronecker product?

(1 + ‖k‖²)^s is a function of a sum over the axes, not a product over them. What is true: 1 + ‖k‖²
is the Kronecker *sum* of the axes' k_i², and the power is taken of the sum. The product
Π (1 + k_i²)^s is the multiplier of another space, of dominating mixed smoothness.
"""

import sympy as sp

from ntkproofs.claims import Claim, identity

torus_separable = Claim(
    id="talk.torus-separable",
    statement=r"\mathrm{diag}((1+\|k\|^2)^s) = \bigotimes_{i=1}^d \mathrm{diag}((1+k_i^2)^s)",
    source="talk, Computational Implementation Strategy: Kronecker structure",
    parameters="torus of dimension d >= 2, frequencies k in Z^d, s != 0",
    constants={"combine": "product", "weight": 1},
    mutants={"combine": ["sum"], "weight": [sp.Rational(101, 100), -1, 2]},
)


@torus_separable.proof()
def multiplier_at_a_frequency(combine, weight):
    """The two diagonals at one frequency k, for s = 1 and 2, d = 2 and 3; then every d.

    Equal positive numbers have equal powers, so s = 1 decides every s.
    """
    for dim in (2, 3):
        k = sp.symbols(f"k1:{dim + 1}")
        total = 1 + sum(x**2 for x in k)
        for s in (1, 2):
            yield identity(
                r"(1 + \|k\|^2)^s", total**s, combined(combine, weight, k) ** s, witness={"s": s}
            )
    # One more axis: (1 + ‖k‖²) + k_(d+1)², by induction on d.
    q, x = sp.symbols("q x")
    step = q + weight * x**2 if combine == "sum" else q * (1 + weight * x**2)
    yield identity("one more axis", q + x**2, step)


def combined(combine, weight, k):
    """The diagonal entry at k of the Kronecker sum or product."""
    if combine == "sum":
        return 1 + sum(weight * x**2 for x in k)
    return sp.prod([1 + weight * x**2 for x in k])


torus_separable.amend(
    r"\mathrm{diag}((1+\|k\|^2)^s) = "
    r"\left(I + \textstyle\bigoplus_{i=1}^d \mathrm{diag}(k_i^2)\right)^s",
    combine="sum",
    mutants={"combine": ["product"], "weight": [sp.Rational(101, 100), -1, 2]},
)
