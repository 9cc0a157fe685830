r"""Training along eigenvectors, and the rate that λ_min sets.

Under gradient flow with a constant kernel the residual r = f - y solves r' = -K r. Along an
eigenvector of K its coefficient is e^(-λ_i t) r_i(0). With λ_i = λ_min + δ_i, δ_i >= 0, each factor
is at most e^(-λ_min t), and the norm of the residual with it: derivations/mode_dynamics.py.
"""

import sympy as sp
from sympy.core.function import AppliedUndef

from ntkproofs.claims import Claim, equality, nonnegative, premise
from ntkproofs.claims.theorems import SYMMETRIC_EIGENVECTORS
from ntkproofs.derivation import derivation

mode_dynamics = Claim(
    id="talk.mode-dynamics",
    statement=r"r_i(t) = e^{-a \lambda_i t} r_i(0),\quad "
    r"\|f_t - y\| \le e^{-b \lambda_{\min} t} \|f_0 - y\|,\quad a = b = 1",
    source="talk, Introduction and Perturbation Theory: λ_min controls convergence rates",
    parameters="gradient flow of ½‖f-y‖² on the sample, K constant, positive semi-definite; t >= 0",
    constants={"a": 1, "b": 1},
    mutants={
        "a": [2, sp.Rational(1, 2), -1, sp.Rational(101, 100)],
        "b": [2, sp.Rational(101, 100)],
    },
)


@mode_dynamics.proof(
    relies_on=[SYMMETRIC_EIGENVECTORS],
    part="along an eigenvector",
    covers="every n, K and eigenvector: derived from the flow in symbols for all of them",
)
def solution_of_the_equation(a):
    """The factor of c_p(0) in c_p(t), as derived, against e^(-a λ_p t)."""
    modes = derivation("mode-dynamics")
    for step in modes.steps():
        yield premise(step)
    solution = modes.statement("mode")
    eigenvalue, t = sp.Symbol("lambda", positive=True), modes.notation.symbol_entry("t").symbol
    values = {"lam": eigenvalue, "c": sp.S.One}
    factor = solution.right.replace(
        lambda node: isinstance(node, AppliedUndef), lambda node: values[node.name]
    )
    yield equality(r"c_p(t)/c_p(0)", factor, sp.exp(-a * eigenvalue * t))


@mode_dynamics.proof(
    relies_on=[SYMMETRIC_EIGENVECTORS],
    part="the norm",
    covers="every n and K: the bound with b = 1 is derived; a larger b fails for the slowest mode",
)
def slowest_mode(b):
    """λ_i >= b λ_min for every i, i.e. δ + (1-b) λ_min >= 0 for all δ, λ_min >= 0."""
    for step in derivation("mode-dynamics").steps():
        yield premise(step)
    smallest, delta = sp.symbols("lambda_min delta")
    yield nonnegative(
        r"\lambda_i - b \lambda_{\min} \ge 0",
        smallest + delta - b * smallest,
        {"lambda_min": 0, "delta": 0},
    )
