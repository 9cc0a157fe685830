r"""Widths: the parameter budget, and the parabolic profile.

A network with L weight layers of width N has (L-2) N² + (n_0 + n_L) N weights: at a fixed budget
P the width falls like sqrt(P/(L-2)), not like P/L. A parabolic profile is m l², quadratic in the
layer; m^(l²), as printed, grows faster than any exponential.
"""

import sympy as sp

from ntkproofs.claims import Claim, exactly, identity

L, N, ends, m, layer = sp.symbols("L N n m l", positive=True)
half = sp.Rational(1, 2)

parameter_budget = Claim(
    id="talk.parameter-budget",
    statement=r"N = (P/D)^q,\quad D = L,\ q = 1",
    source="talk, Perturbation Theory Framework: effective width N = P/L",
    parameters="fully connected, L >= 3 weight layers, no biases; P to infinity at fixed L",
    constants={"q": 1, "divisor": L},
    mutants={"q": [half]},
)


@parameter_budget.proof()
def counting_weights(q, divisor):
    """P = (L-2) N² + (n_0 + n_L) N as a polynomial in N: its degree is 1/q, its leading part D."""
    P = sp.Poly((L - 2) * N**2 + ends * N, N)
    yield exactly("degree of P in the width", sp.degree(P, N), 1 / sp.sympify(q), {"L": "any"})
    yield identity("weights per N^2", P.LC(), divisor, least={"L": 3})


parameter_budget.amend(
    r"P = (L-2) N^2 + (n_0 + n_L) N,\quad N \sim \sqrt{P/(L-2)}",
    q=half,
    divisor=L - 2,
    mutants={"q": [1, sp.Rational(1, 3)], "divisor": [L, L - 1, L - 3]},
)

width_profile = Claim(
    id="talk.width-profile",
    statement=r"m_\ell = m^{\ell^2} \text{ is parabolic in } \ell",
    source="talk, Optimization Bounds via Spectral Factorization",
    parameters="layers l >= 1; parabolic: a quadratic function of l",
    constants={"profile": m ** (layer**2)},
    mutants={"profile": [m * layer**2]},
)


@width_profile.proof()
def third_differences(profile):
    """A function of l is quadratic if and only if its third differences vanish; m = 2, l = 1..6.

    Where the profile is a polynomial in l, for every m and l.
    """

    def third(at):
        return sum(
            sign * sp.binomial(3, j) * at(j)
            for j, sign in zip(range(4), (-1, 1, -1, 1), strict=True)
        )

    if profile.is_polynomial(layer, m):
        values = third(lambda j: profile.subs(layer, layer + j))
        yield identity("third difference", values, 0, least={"l": 1, "m": 1})
    else:
        for first in (1, 2, 3):
            value = third(lambda j: profile.subs({m: 2, layer: first + j}))  # noqa: B023
            yield exactly("third difference", value, 0, {"m": 2, "l": first})


width_profile.amend(
    r"m_\ell = m\,\ell^2 \text{ is parabolic in } \ell",
    profile=m * layer**2,
    mutants={"profile": [m ** (layer**2), m**layer, m * layer**3]},
)
