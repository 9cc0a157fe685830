r"""Training along eigenvectors, and the rate that λ_min sets.

Under gradient flow with a constant kernel the residual r = f - y solves r' = -K r. Along an
eigenvector of K its coefficient is e^(-λ_i t) r_i(0). With λ_i = λ_min + δ_i, δ_i >= 0, each factor
is at most e^(-λ_min t), and the norm of the residual with it.
"""

import sympy as sp

from ntkproofs.claims import Claim, identity, nonnegative

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


@mode_dynamics.proof(part="along an eigenvector")
def solves_the_equation(a):
    """d/dt of E = e^(-aλt) is -aλE, which must be -λE; E = 1 at t = 0."""
    t, E, eigenvalue = sp.symbols("t E lambda")
    derivative = sp.diff(sp.exp(-a * eigenvalue * t), t).subs(sp.exp(-a * eigenvalue * t), E)
    yield identity(r"r_i' = -\lambda_i r_i", derivative, -eigenvalue * E)


@mode_dynamics.proof(part="the norm")
def slowest_mode(b):
    """λ_i >= b λ_min for every i, i.e. δ + (1-b) λ_min >= 0 for all δ, λ_min >= 0."""
    smallest, delta = sp.symbols("lambda_min delta")
    yield nonnegative(
        r"\lambda_i - b \lambda_{\min} \ge 0",
        smallest + delta - b * smallest,
        {"lambda_min": 0, "delta": 0},
    )
