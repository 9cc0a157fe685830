r"""The residual along an eigenvector under gradient descent.

Reconstruction, as the formulas (7) and (20) of the paper are not printed: the text introduces them
with "for gradient descent with learning rate η, the output along mode i evolves as", and a rate of
convergence for each mode; they are read as r_i(t) = e^(-η λ_i t) r_i(0) after t steps. The loss is
half the sum of squares and the kernel K is constant, with eigenvalues λ_i.

A step of descent multiplies r_i by 1 - ηλ_i, so that it is (1 - ηλ_i)^t; the exponential belongs to
the gradient flow at the time ηt: derivations/mode_dynamics.py. The two agree to first order in
ηλ_i. Beyond ηλ_i = 1 the descent changes sign at each step, and beyond 2 it diverges, where the
exponential decays the faster.
"""

from fractions import Fraction

import sympy as sp
from flint import arb, arb_mat
from sympy.core.function import AppliedUndef

from ntkproofs.arithmetic.balls import ball
from ntkproofs.arithmetic.truth import less
from ntkproofs.claims import Claim, certify, equality, identity, nonnegative, premise
from ntkproofs.claims.steps import agreement, sign
from ntkproofs.claims.theorems import SYMMETRIC_EIGENVECTORS
from ntkproofs.derivation import derivation

eigenvalue = sp.Symbol("lambda", positive=True)
KERNEL = ((2, 1), (1, 2))
"""Eigenvalues 3 and 1, along (1, 1) and (1, -1)."""

mode_dynamics = Claim(
    id="ecrn.mode-dynamics",
    statement=r"r_i(t) = e^{-\eta\lambda_i t}\,r_i(0) \text{ under gradient descent}",
    source="NTK-ECRN, equations 7, 20: the output along mode i for learning rate η",
    parameters="t steps of gradient descent of ½‖f-y‖² on the sample, K constant, positive "
    "semi-definite; any η > 0",
    constants={"training": "descent", "law": "exponential", "rate": 1},
    mutants={"law": ["powers"]},
)


def factor(law, rate, x, t):
    """The stated r_i(t)/r_i(0), for ηλ = x."""
    return sp.exp(-rate * x * t) if law == "exponential" else (1 - rate * x) ** t


@mode_dynamics.proof(
    relies_on=[SYMMETRIC_EIGENVECTORS],
    covers="every n, K, eigenvector and number of steps: derived in symbols for all of them; two "
    "laws that agree after 1, 2 and 3 steps have one factor a step",
)
def derived_law(training, law, rate):
    """The factor that is derived: for the flow at the time ηt, and for t = 1, 2, 3 steps."""
    modes = derivation("mode-dynamics")
    for step in modes.steps():
        yield premise(step)
    derived = modes.statement("mode" if training == "flow" else "steps").right
    steps = modes.notation.symbol_entry("t" if training == "flow" else "k").symbol
    eta = modes.notation.symbol_entry("eta").symbol
    values = {"lam": eigenvalue}
    found = derived.replace(
        lambda node: isinstance(node, AppliedUndef), lambda node: values.get(node.name, sp.S.One)
    )
    for t in (1, 2, 3):
        time = eta * t if training == "flow" else t
        about = r"r_i(t)/r_i(0)"
        yield equality(about, found.subs(steps, time), factor(law, rate, eta * eigenvalue, t))


@mode_dynamics.certificate(on="K of rows (2, 1), (1, 2), η = 1/2 and 1, t = 1..4")
def two_points(training, law, rate):
    """Steps of the descent carried out, and the exponential of the matrix, on each eigenvector."""
    for eta in (Fraction(1, 2), Fraction(1)):
        for other in (1, -1):
            residual = [Fraction(1), Fraction(other)]
            for t in (1, 2, 3, 4):
                residual = [
                    r - eta * sum(k * s for k, s in zip(row, residual, strict=True))
                    for r, row in zip(residual, KERNEL, strict=True)
                ]
                descent, time = residual[0], eta * t
                found = (
                    (lambda time=time, s=other: flow(time, s))
                    if training == "flow"
                    else (lambda value=descent: ball(value))
                )
                witness = {"eta": str(eta), "lambda": 2 + other, "t": t, "descent": str(descent)}
                yield certify(
                    r"r_i(t)/r_i(0)",
                    lambda x=eta * (2 + other), t=t, found=found: less(
                        abs(stated(law, rate, x, t) - found()), arb(2) ** -40
                    ),
                    witness=witness,
                )


def stated(law, rate, x, t):
    """The stated r_i(t)/r_i(0) for ηλ = x, in balls."""
    x = ball(rate) * ball(x)
    return (-x * t).exp() if law == "exponential" else (1 - x) ** t


def flow(time, sign):
    """e^(-time K) (1, sign), first entry, in balls."""
    exponential = arb_mat([[-ball(time) * k for k in row] for row in KERNEL]).exp()
    return exponential[0, 0] + sign * exponential[0, 1]


mode_dynamics.reading(
    "gradient flow at the time ηt",
    r"r_i(t) = e^{-\eta\lambda_i t}\,r_i(0) \text{ under gradient flow at the time } \eta t",
    training="flow",
)
amended = mode_dynamics.amend(
    r"r_i(t) = (1 - \eta\lambda_i)^t\,r_i(0) \text{ under gradient descent},\quad "
    r"(1 - \eta\lambda_i)^t = e^{-\eta\lambda_i t} + O((\eta\lambda_i)^q),\ q = 2;\ "
    r"\text{it tends to } 0 \text{ for } 0 < \eta\lambda_i < b,\ b = 2",
    law="powers",
    order=2,
    stable=2,
    mutants={
        "law": ["exponential"],
        "training": ["flow"],
        "rate": [2, sp.Rational(101, 100), -1],
        "order": [3],
        "stable": [sp.Rational(201, 100), 3],
    },
)


@amended.proof(
    part="against the flow",
    covers="powers of two series that agree to an order agree to it, and to no higher one",
)
def first_order(order):
    """Taylor coefficients in x = ηλ at 0."""
    x = sp.Symbol("x", real=True)
    for t in range(1, 7):
        yield agreement("(1 - x)^t", (1 - x) ** t, sp.exp(-x * t), variable=x, order=order)


@amended.proof(part="stability")
def shrinking_steps(stable):
    """1 - (1 - x)² > 0 for 0 < x < b: with x = b p/(1 + p), p > 0, it is x (2 - x)."""
    p = sp.Symbol("p", positive=True)
    x = stable * p / (1 + p)
    yield identity("1 - (1 - x)² = x (2 - x)", 1 - (1 - x) ** 2, x * (2 - x))
    yield nonnegative("1 - (1 - b)² >= 0 at the end", 1 - (1 - sp.sympify(stable)) ** 2, {})
    yield sign("1 - (1 - x)² > 0", x * (2 - x), strict=True)
