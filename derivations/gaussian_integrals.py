"""The Gaussian integrals of the step and of the ReLU."""

import sympy as sp

from ntkproofs.derivation import Derivation, algebra, antiderivative, at, by_parts
from ntkproofs.derivation.facts.probability import OBLIQUE_POLAR

doc = Derivation(
    "gaussian-integrals",
    "Gaussian integrals of the step and of the ReLU",
    "Of two standard Gaussians with correlation `cos(theta)` we compute how often both are "
    "positive, and the mean of the product of their positive parts: the arc-cosine kernels of "
    "order 0 and 1, from which the kernels of all ReLU networks are made.",
)
doc.symbol("theta", above=0, below=sp.pi, meaning="angle of two inputs")
doc.symbol("s")
doc.symbol("t")
doc.symbol("x", "positive")
doc.symbol("y", "positive")
doc.symbol("r", "positive")
doc.symbol("varphi")
doc.function("q", 3, tex=r"q_{#3}(#1, #2)")
doc.function("p", 3, tex=r"p_{#3}(#1, #2)")
doc.function("kappa0", 1, tex=r"\kappa_{0}(\cos #1)")
doc.function("kappa1", 1, tex=r"\kappa_{1}(\cos #1)")

doc.define(
    "density",
    "p(s, t, theta)",
    "exp(-q(s, t, theta)/(2*sin(theta)**2))/(2*pi*sin(theta))",
    "A pair of standard Gaussians with correlation `cos(theta)`, [~theta], has the density",
)
doc.define("form", "q(s, t, theta)", "s**2 - 2*s*t*cos(theta) + t**2", "with the quadratic form")
doc.define(
    "step",
    "kappa0(theta)",
    "2*Integral(p(x, y, theta), (x, 0, oo), (y, 0, oo))",
    "Twice the probability that both are positive is",
)
doc.define(
    "relu",
    "kappa1(theta)",
    "2*Integral(x*y*p(x, y, theta), (x, 0, oo), (y, 0, oo))",
    "and twice the mean of the product of their positive parts is",
)
doc.words(
    "Both integrals are over a quadrant. It is covered once by `r*sin(varphi)` and "
    "`r*sin(varphi + theta)` with `r` positive and `varphi` between 0 and `pi - theta`, the "
    "element of area being `r*sin(theta)` [@OBLIQUE_POLAR_COORDINATES]. There the density "
    "does not depend on `varphi`:"
)
doc.line(
    "square",
    "q(r*sin(varphi), r*sin(varphi + theta), theta) == r**2*sin(theta)**2",
    algebra("form"),
    "by the addition theorem of the sine",
)
doc.line(
    "radial",
    "p(r*sin(varphi), r*sin(varphi + theta), theta) == exp(-r**2/2)/(2*pi*sin(theta))",
    algebra("density", "square"),
    "of the density only the radius is left, by [#square]",
)
doc.words("The two integrals over the radius are elementary.")
doc.line(
    "first-moment",
    "Integral(r*exp(-r**2/2), (r, 0, oo)) == 1",
    antiderivative("r", "-exp(-r**2/2)"),
    "by the antiderivative `-exp(-r**2/2)`",
)
doc.chain(
    "third-moment",
    "Integral(r**3*exp(-r**2/2), (r, 0, oo))",
    (
        "== 2*Integral(r*exp(-r**2/2), (r, 0, oo))",
        by_parts("r", "r**2", "-exp(-r**2/2)"),
        "by parts; the boundary terms vanish",
    ),
    ("== 2", algebra("first-moment"), "by [#first-moment]"),
)
with doc.theorem(
    "order-zero",
    "kappa0(theta) == (pi - theta)/pi",
    algebra("step-value"),
    title="Step function",
    text="For [~theta],",
):
    doc.chain(
        "step-value",
        "kappa0(theta)",
        (
            "== 1/pi * Integral(Integral(r*exp(-r**2/2), (r, 0, oo)), (varphi, 0, pi - theta))",
            algebra("step", at(OBLIQUE_POLAR, F="lambda x, y: p(x, y, theta)"), "radial"),
            "in the new coordinates, by [#radial]",
        ),
        (
            "== 1/pi * Integral(1, (varphi, 0, pi - theta))",
            algebra("first-moment"),
            "by [#first-moment]",
        ),
        ("== (pi - theta)/pi", algebra(), "the length of the range of angles"),
    )
with doc.theorem(
    "order-one",
    "kappa1(theta) == (sin(theta) + (pi - theta)*cos(theta))/pi",
    algebra("relu-value"),
    title="ReLU",
    text="For [~theta],",
):
    doc.chain(
        "relu-value",
        "kappa1(theta)",
        (
            "== 1/pi * Integral(sin(varphi)*sin(varphi + theta) "
            "* Integral(r**3*exp(-r**2/2), (r, 0, oo)), (varphi, 0, pi - theta))",
            algebra("relu", at(OBLIQUE_POLAR, F="lambda x, y: x*y*p(x, y, theta)"), "radial"),
            "likewise",
        ),
        (
            "== 2/pi * Integral(sin(varphi)*sin(varphi + theta), (varphi, 0, pi - theta))",
            algebra("third-moment"),
            "by [#third-moment]",
        ),
        (
            "== (sin(theta) + (pi - theta)*cos(theta))/pi",
            antiderivative("varphi", "varphi*cos(theta)/2 - sin(2*varphi + theta)/4"),
            "as `2*sin(varphi)*sin(varphi + theta)` is `cos(theta) - cos(2*varphi + theta)`",
        ),
    )
