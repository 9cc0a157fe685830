"""The cosine map of (a,b)-ReLUs."""

import sympy as sp

from ntkproofs.derivation import Derivation, algebra, at

doc = Derivation(
    "cosine-map",
    "The cosine map of (a,b)-ReLUs",
    "A layer of infinite width takes two unit inputs at the angle `theta` to two with another "
    "cosine. For activations of slopes `a + b` and `a - b` at the edge of chaos, that cosine "
    "follows from the Gaussian integrals of the step and of the ReLU by linearity, and depends on "
    "one number `Delta` of the activation only.",
)
doc.symbol("a")
doc.symbol("b", "positive")
doc.symbol("s")
doc.symbol("t")
doc.symbol("x", "positive")
doc.symbol("y", "positive")
doc.symbol("u", above=-1, below=1, meaning="cosine of two inputs")
doc.symbol("theta", above=0, below=sp.pi, meaning="angle of two inputs")
doc.symbol("Delta", above=0, most=1)
doc.function("sigma", 1, meaning="activation")
doc.function("p", 3, tex=r"p_{#3}(#1, #2)")
doc.function("V", 1)
doc.function("D", 1)
doc.function("varrho", 2, tex=r"\varrho_{#1}(#2)", meaning="cosine map")

doc.define(
    "activation",
    "sigma(s)",
    "a*s + b*Abs(s)",
    "The activation, of slopes `a + b` for positive and `a - b` for negative `s`, is",
)
doc.define(
    "density",
    "p(s, t, theta)",
    "exp(-(s**2 - 2*s*t*cos(theta) + t**2)/(2*sin(theta)**2))/(2*pi*sin(theta))",
    "Two standard Gaussians with correlation `cos(theta)`, [~theta], have the density",
)
doc.assume(
    "order-one",
    "Integral(x*y*p(x, y, theta), (x, 0, oo), (y, 0, oo))"
    " == (sin(theta) + (pi - theta)*cos(theta))/(2*pi)",
    "Its first integral over the quadrant was computed in the derivation gaussian-integrals:",
)
doc.assume(
    "order-zero",
    "Integral(p(x, y, theta), (x, 0, oo), (y, 0, oo)) == (pi - theta)/(2*pi)",
    "So was the probability of the quadrant:",
)
doc.define(
    "mean",
    "V(theta)",
    "Integral(sigma(x)*sigma(y)*p(x, y, theta) + sigma(-x)*sigma(-y)*p(-x, -y, theta)"
    " + sigma(x)*sigma(-y)*p(x, -y, theta) + sigma(-x)*sigma(y)*p(-x, y, theta),"
    " (x, 0, oo), (y, 0, oo))",
    "The mean of the product of the activations, the four quadrants folded into one, is",
)
doc.define(
    "mean-slope",
    "D(theta)",
    "Integral((a + b)**2*p(x, y, theta) + (a - b)**2*p(-x, -y, theta)"
    " + (a + b)*(a - b)*p(x, -y, theta) + (a + b)*(a - b)*p(-x, y, theta),"
    " (x, 0, oo), (y, 0, oo))",
    "and that of the product of their derivatives is",
)
doc.words("A change of one sign is a change of the angle:")
doc.line(
    "both",
    "p(-x, -y, theta) == p(x, y, theta)",
    algebra("density"),
    "both signs change",
)
doc.line(
    "first-sign",
    "p(-x, y, theta) == p(x, y, pi - theta)",
    algebra("density"),
    "since the cosine changes its sign with that of `x`",
)
doc.line(
    "second-sign",
    "p(x, -y, theta) == p(x, y, pi - theta)",
    algebra("density"),
    "likewise",
)
REFLECTED = {"theta": "pi - theta"}
with doc.lemma(
    "value",
    "V(theta) == (a**2 + b**2)*cos(theta) + 2*b**2/pi * (sin(theta) - theta*cos(theta))",
    algebra("linear"),
    text="For [~theta],",
):
    doc.chain(
        "linear",
        "V(theta)",
        (
            "== ((a + b)**2 + (a - b)**2) * Integral(x*y*p(x, y, theta), (x, 0, oo), (y, 0, oo))"
            " - 2*(a + b)*(a - b) * Integral(x*y*p(x, y, pi - theta), (x, 0, oo), (y, 0, oo))",
            algebra("mean", "activation", "both", "first-sign", "second-sign"),
            "as `sigma(-x)` is `-(a - b)*x`",
        ),
        (
            "== (a**2 + b**2)/pi * (sin(theta) + (pi - theta)*cos(theta))"
            " - (a**2 - b**2)/pi * (sin(theta) - theta*cos(theta))",
            algebra("order-one", at("order-one", **REFLECTED)),
            "by the Gaussian integral of the ReLU at `theta` and at `pi - theta`",
        ),
        (
            "== (a**2 + b**2)*cos(theta) + 2*b**2/pi * (sin(theta) - theta*cos(theta))",
            algebra(),
            "collecting",
        ),
    )
with doc.lemma(
    "slope",
    "D(theta) == a**2 + b**2 - 2*b**2/pi * theta",
    algebra("linear-slope"),
    text="For [~theta],",
):
    doc.chain(
        "linear-slope",
        "D(theta)",
        (
            "== ((a + b)**2 + (a - b)**2) * Integral(p(x, y, theta), (x, 0, oo), (y, 0, oo))"
            " + 2*(a + b)*(a - b) * Integral(p(x, y, pi - theta), (x, 0, oo), (y, 0, oo))",
            algebra("mean-slope", "both", "first-sign", "second-sign"),
            "by the same folding",
        ),
        (
            "== a**2 + b**2 - 2*b**2/pi * theta",
            algebra("order-zero", at("order-zero", **REFLECTED)),
            "by the Gaussian integral of the step at `theta` and at `pi - theta`",
        ),
    )
doc.words(
    "At the edge of chaos the variance of the weights is `1/(a**2 + b**2)`: equal inputs, "
    "`theta` zero, keep their length."
)
doc.define("delta", "Delta", "b**2/(a**2 + b**2)", "What is left depends on")
doc.define(
    "map",
    "varrho(Delta, u)",
    "u + 2*Delta/pi * (sqrt(1 - u**2) - u*acos(u))",
    "only: with the cosine map",
)
with doc.theorem(
    "cosine-map",
    "V(acos(u))/(a**2 + b**2) == varrho(Delta, u)",
    algebra(at("value", theta="acos(u)"), "map", "delta"),
    title="Cosine map",
    text="For [~u],",
):
    doc.words("This is [#value] at the angle `acos(u)`, whose sine is `sqrt(1 - u**2)`.")
with doc.theorem(
    "derivative",
    "Diff(varrho(Delta, u), u) == D(acos(u))/(a**2 + b**2)",
    algebra("slope-of-the-map"),
    title="Its derivative",
    text="The derivative of the cosine map is the mean of the product of the derivatives of the "
    "activations:",
):
    doc.chain(
        "slope-of-the-map",
        "Diff(varrho(Delta, u), u)",
        ("== 1 - 2*Delta/pi * acos(u)", algebra("map"), "the other terms cancel"),
        (
            "== D(acos(u))/(a**2 + b**2)",
            algebra(at("slope", theta="acos(u)"), "delta"),
            "by [#slope]",
        ),
    )
doc.line("fixed", "varrho(Delta, 1) == 1", algebra("map"), "equal inputs stay equal")
doc.line(
    "relu",
    "varrho(1/2, u) == (sqrt(1 - u**2) + (pi - acos(u))*u)/pi",
    algebra("map"),
    "the map of the ReLU, for which `a` is `b`",
)
