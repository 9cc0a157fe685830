r"""Hermite polynomials diagonalise the Ornstein-Uhlenbeck operator.

All at once, by the generating function G = e^(x t - t²/2) = Σ He_n(x) tⁿ/n!, in the derivation
gaussian-spectrum: the operator -∂² + x∂ acts on G as t ∂_t does, and t ∂_t multiplies tⁿ by n. In
several dimensions G is a product, the operator a sum, and the eigenvalue the total degree.
"""

import sympy as sp

from ntkproofs.claims import Claim, identity, premise
from ntkproofs.derivation import derivation

x, t = sp.symbols("x t")
half = sp.Rational(1, 2)

gaussian_eigenfunctions = Claim(
    id="talk.gaussian-eigenfunctions",
    statement=r"(-\Delta + a\, x \cdot \nabla) He_\alpha = c\,|\alpha|\, He_\alpha,\quad a = c = 1",
    source="talk, Alternative Domains: Gaussian domain",
    parameters="He_α the (probabilists') Hermite polynomials of R^d, |α| the total degree",
    constants={"a": 1, "c": 1, "quadratic": half},
    mutants={"a": [2, -1, half], "c": [2, -1, sp.Rational(101, 100)], "quadratic": [1, 0, -half]},
)


@gaussian_eigenfunctions.proof()
def generating_function(a, c, quadratic):
    """(-∂_x² + a x ∂_x) G = c t ∂_t G for G = exp(x t - q t²), divided by G, as derived."""
    doc = derivation("gaussian-spectrum")
    for step in doc.steps():
        yield premise(step)
    position, time = (doc.notation.symbol_entry(name).symbol for name in ("x", "t"))
    derived = doc.statement("generating").right
    exponent = position * time - quadratic * time**2
    yield identity(r"\log G", sp.log(derived).expand(force=True), exponent)
    here = {position: x, time: t}
    left = (derived.diff(position) * a * position - derived.diff(position, 2)) / derived
    right = c * time * derived.diff(time) / derived
    yield identity("divided by G", sp.expand(left).subs(here), sp.expand(right).subs(here))


@gaussian_eigenfunctions.certificate(on="He_0 .. He_8 by their recurrence")
def by_recurrence(a, c):
    """He_(n+1) = x He_n - n He_(n-1), differentiated."""
    before, here = sp.S.Zero, sp.S.One
    for n in range(9):
        applied = -sp.diff(here, x, 2) + a * x * sp.diff(here, x)
        yield identity(rf"He_{n}", sp.expand(applied), sp.expand(c * n * here))
        before, here = here, sp.expand(x * here - n * before)
