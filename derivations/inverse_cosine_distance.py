"""Off the diagonal the edge-of-chaos NTK is affine in the inverse cosine distance."""

import sympy as sp

from ntkproofs.derivation import Derivation, algebra, at, expansion, growth

doc = Derivation(
    "inverse-cosine-distance",
    "The kernel is affine in the inverse cosine distance",
    "At the edge of chaos the tangent kernel of two inputs that are neither equal nor opposite is, "
    "for many layers, an affine function of the inverse cosine distance. Its two coefficients are "
    "the ones for which the recursion of the kernel holds up to an error of second order in the "
    "angle.",
)
doc.symbol("Delta", above=0, most=1, meaning="number of the activation; 1/2 for the ReLU")
doc.symbol("psi", above=0, below=sp.pi, meaning="angle of two inputs")
doc.symbol("k", "integer", least=1, meaning="number of layers")
doc.symbol("alpha")
doc.symbol("beta")
doc.symbol("a", "positive")
doc.symbol("b")
doc.function("J", 1)
doc.function(
    "Psi", 1, tex=r"\psi_{#1}", meaning="angle at a layer (at the first, that of the inputs)"
)
doc.function("Theta", 1, tex=r"\Theta_{#1}", meaning="tangent kernel of some layers")
doc.function("W", 1, tex="W_{#1}", meaning="inverse cosine distance at a layer")
doc.function("F", 1)
doc.function("epsilon", 1, tex=r"\varepsilon_{#1}")
doc.function("r", 1, tex="r_{#1}")

doc.words(
    "One layer takes the angle `psi` to `psi - a*psi**2 + b*psi**3`, up to `O(psi**4)`. Let "
    "`Psi(k)` be the angle at layer `k`: `Psi(1)` is that of the inputs, and one layer takes "
    "`Psi(k)` to `Psi(k + 1)`. It falls like `1/(a*k)` (derivation edge-of-chaos), where"
)
doc.define("a", "a", "2*Delta/(3*pi)")
doc.define("b", "b", "-2*Delta**2/(9*pi**2)")
doc.define("jet", "J(psi)", "psi - a*psi**2 + b*psi**3", "We write")
doc.assume(
    "kernel",
    "Theta(k + 1) == (1 - 2*Delta/pi * Psi(k))*Theta(k) + cos(Psi(k + 1))",
    "The kernel satisfies (derivation ntk-recursion, with the derivative of the cosine map)",
)
doc.assume("between", "Psi(k) > 0", "The angles stay positive,")
doc.assume("below", "Psi(k) < pi", "and less than that of opposite inputs:")
doc.words(
    "We look for numbers `alpha` and `beta` such that `alpha/sin(psi/2) + beta` satisfies this "
    "recursion as well as possible. Multiplied by both sines, what it fails by is"
)
doc.line(
    "failure",
    "(alpha + beta*sin(J(psi)/2))*sin(psi/2)"
    " - (1 - 2*Delta/pi * psi)*(alpha + beta*sin(psi/2))*sin(J(psi)/2)"
    " - cos(J(psi))*sin(psi/2)*sin(J(psi)/2)"
    " == (4*alpha*Delta/(3*pi) - 1/4)*psi**2"
    " + Delta/(18*pi) * (9*beta + 3 - 10*alpha*Delta/pi)*psi**3 + O(psi**4)",
    expansion("psi", "jet", "a", "b"),
    "by Taylor's theorem",
)
doc.words("Both coefficients vanish for one choice:")
doc.define("alpha", "alpha", "3*pi/(16*Delta)")
doc.define("beta", "beta", "-1/8", "and")
doc.line(
    "second-order",
    "4*alpha*Delta/(3*pi) == 1/4",
    algebra("alpha"),
    "the coefficient of `psi**2`",
)
doc.line(
    "third-order",
    "10*alpha*Delta/pi == 9*beta + 3",
    algebra("alpha", "beta"),
    "that of `psi**3`",
)
doc.words(
    "The two sines are of the order of `psi` each. So `F(psi)`, with these two numbers, satisfies "
    "the recursion of the kernel up to `O(psi**2)`:"
)
doc.define("form", "F(psi)", "alpha/sin(psi/2) + beta")
doc.define(
    "rest",
    "r(k)",
    "(1 - 2*Delta/pi * Psi(k))*F(Psi(k)) + cos(Psi(k + 1)) - F(Psi(k + 1))",
    "What it fails by at the angles of the layers is",
)
doc.words("It is bounded by a multiple of `Psi(k)**2`, that is, of `1/k**2`.")
doc.define("difference", "epsilon(k)", "Theta(k) - F(Psi(k))", "The difference")
with doc.lemma(
    "damped",
    "epsilon(k + 1) == (1 - 2*Delta/pi * Psi(k))*epsilon(k) + r(k)",
    algebra("difference", "kernel", "rest"),
    text="satisfies the recursion with `r(k)` for its last term,",
):
    doc.words("This is [#kernel] less the definition of `r(k)`.")
doc.assume(
    "angles",
    "asymptotic(Psi(k), 1/(a*k), k)",
    "The factor is `1 - 3/k` to first order, as the angles fall (derivation edge-of-chaos) like",
)
doc.line(
    "factor",
    "asymptotic(2*Delta/pi * Psi(k), 3/k, k)",
    growth("k", "angles", "a"),
    "whatever `Delta` is",
)
doc.words(
    "Since 3 is more than 1, `epsilon(k)` tends to 0 [@STOLZ_CESARO]. It remains to read `F(psi)` "
    "in terms of cosines. The inverse cosine distance of two inputs is"
)
doc.define("distance", "W(k)", "((1 - cos(Psi(k)))/2)**(-1/2)")
doc.line(
    "half-angle",
    "((1 - cos(psi))/2)**(-1/2) == 1/sin(psi/2)",
    algebra(),
    "for [~psi]",
)
with doc.theorem(
    "affine",
    "Theta(k) == 3*pi/(16*Delta) * W(k) - 1/8 + epsilon(k)",
    algebra("difference", "form", "alpha", "beta", "distance", at("half-angle", psi="Psi(k)")),
    title="Inverse cosine distance",
    text="With `epsilon(k)` that tends to 0 as `k` grows,",
):
    doc.words("By the definition of `epsilon(k)`, and [#half-angle] at the angle `Psi(k)`.")
