"""The eigenvalues of the arc-cosine kernels and of the two-layer tangent kernel."""

from ntkproofs.derivation import (
    Derivation,
    algebra,
    antiderivative,
    at,
    by_parts,
    growth,
    induction,
)
from ntkproofs.derivation.facts.harmonics import (
    CONSTANT,
    RAISING,
    RECURRENCE,
    RELU_SQUARED,
    STEP_SQUARED,
)

doc = Derivation(
    "arc-cosine-eigenvalues",
    "Eigenvalues of the arc-cosine kernels",
    "The eigenvalues of `kappa0(u)` and `kappa1(u)`, the kernels of the step and of the ReLU, and "
    "of the two-layer tangent kernel `u*kappa0(u) + kappa1(u)`, in every dimension: closed forms "
    "at all degrees from 2 on (for the step from 1 on), the degrees at which they vanish, and how "
    "fast the others fall.",
)
doc.symbol("d", "integer", least=2, meaning="dimension of the space")
doc.symbol("l", "integer", least=1, tex=r"\ell", meaning="degree")
doc.symbol("m", "integer", least=0)
doc.symbol("n", "integer", least=1)
doc.symbol("u", above=-1, below=1, meaning="inner product of two points of the sphere")
doc.function("P", 3, tex=r"P_{#2}^{(#1)}(#3)", meaning="Legendre polynomials of the sphere")
doc.function("c", 1, tex="c_{#1}", meaning="factor of the measure")
doc.function("kappa0", 1, tex=r"\kappa_{0}(#1)", meaning="kernel of the step")
doc.function("kappa1", 1, tex=r"\kappa_{1}(#1)", meaning="kernel of the ReLU")
doc.function(
    "step", 2, tex=r"\mu_{#2}^{(#1)}[\kappa_{0}]", meaning="eigenvalues of the step's kernel"
)
doc.function(
    "relu", 2, tex=r"\mu_{#2}^{(#1)}[\kappa_{1}]", meaning="eigenvalues of the ReLU's kernel"
)
doc.function("ntk", 2, tex=r"\mu_{#2}^{(#1)}[\Theta]", meaning="eigenvalues of the tangent kernel")

doc.define("kernel-of-the-step", "kappa0(u)", "(pi - acos(u))/pi", "The kernels are")
doc.define("kernel-of-the-relu", "kappa1(u)", "(u*(pi - acos(u)) + sqrt(1 - u**2))/pi", "and")
doc.define("measure", "c(d)", "Gamma(d/2)/(sqrt(pi)*Gamma((d - 1)/2))", "With the factor")
doc.define(
    "eigenvalues-of-the-step",
    "step(d, l)",
    "c(d)*Integral(kappa0(u)*P(d, l, u)*(1 - u**2)**((d - 3)/2), (u, -1, 1))",
    "their eigenvalues are, by the Funk-Hecke formula [@FUNK_HECKE],",
)
doc.define(
    "eigenvalues-of-the-relu",
    "relu(d, l)",
    "c(d)*Integral(kappa1(u)*P(d, l, u)*(1 - u**2)**((d - 3)/2), (u, -1, 1))",
    "and",
)
doc.define(
    "eigenvalues-of-the-ntk",
    "ntk(d, l)",
    "c(d)*Integral((u*kappa0(u) + kappa1(u))*P(d, l, u)*(1 - u**2)**((d - 3)/2), (u, -1, 1))",
    "and those of the tangent kernel",
)
doc.words("Two integrations by parts reduce all of them to values at 0.")
doc.line(
    "half",
    "Integral(P(d, l, u)*(1 - u**2)**((d - 3)/2), (u, 0, 1)) == P(d + 2, l - 1, 0)/(d - 1)",
    antiderivative("u", "-(1 - u**2)**((d - 1)/2)*P(d + 2, l - 1, u)/(d - 1)", uses=[at(RAISING)]),
    "an antiderivative; it vanishes at 1",
)
doc.chain(
    "ramp",
    "Integral(u*P(d, l + 1, u)*(1 - u**2)**((d - 3)/2), (u, 0, 1))",
    (
        "== 1/(d - 1)*Integral(P(d + 2, l, u)*(1 - u**2)**((d - 1)/2), (u, 0, 1))",
        by_parts(
            "u",
            "u",
            "-(1 - u**2)**((d - 1)/2)*P(d + 2, l, u)/(d - 1)",
            uses=[at(RAISING, l="l + 1")],
        ),
        "by parts; the boundary terms vanish",
    ),
    ("== P(d + 4, l - 1, 0)/((d - 1)*(d + 1))", algebra(at("half", d="d + 2")), "as before"),
)
with doc.lemma(
    "value",
    "P(d, 2*m, 0) == (-1)**m*Gamma(m + 1/2)*Gamma((d - 1)/2)/(sqrt(pi)*Gamma(m + (d - 1)/2))",
    induction("m", 0, base=[at(CONSTANT, u="0")], step=["two-steps"]),
    title="Values at 0",
    text="For [~d] and [~m],",
):
    doc.line(
        "two-steps",
        "P(d, 2*m + 2, 0) == -(2*m + 1)/(2*m + d - 1)*P(d, 2*m, 0)",
        algebra(at(RECURRENCE, l="2*m + 1", u="0")),
        "the recurrence at 0",
    )
doc.line(
    "linear",
    "P(d, 1, u) == u",
    algebra(at(RAISING, l="1"), at(CONSTANT, d="d + 2")),
    "the polynomial of degree 1",
)
doc.line(
    "odd-value",
    "P(d, 2*m + 1, 0) == 0",
    induction("m", 0, base=[at("linear", u="0")], step=[at(RECURRENCE, l="2*m + 2", u="0")]),
    "by the same recurrence",
)
doc.words(
    "The eigenvalues of `kappa0(u)` and `kappa1(u)` are squares, since these are kernels of random "
    "features [@SQUARED_ACTIVATIONS]."
)
with doc.theorem(
    "step-odd",
    "step(d, 2*m + 1) == Gamma(d/2)**2*Gamma(m + 1/2)**2/(2*pi**2*Gamma(m + (d + 1)/2)**2)",
    algebra(at("step-square", l="2*m + 1"), at("value", d="d + 2"), "measure"),
    title="The step",
    text="For [~d] and [~m],",
):
    doc.line(
        "step-square",
        "step(d, l) == 2*c(d)**2*P(d + 2, l - 1, 0)**2/(d - 1)**2",
        algebra(
            "eigenvalues-of-the-step", "kernel-of-the-step", "measure", at(STEP_SQUARED), "half"
        ),
        "the square of the coefficient of the step",
    )
doc.line(
    "step-even",
    "step(d, 2*n) == 0",
    algebra(at("step-square", l="2*n"), at("odd-value", d="d + 2", m="n - 1")),
    "for even degrees, except 0",
)
with doc.theorem(
    "relu-even",
    "relu(d, 2*n) == d*Gamma(d/2)**2*Gamma(n - 1/2)**2/(8*pi**2*Gamma(n + (d + 1)/2)**2)",
    algebra(at("relu-square", l="2*n - 1"), at("value", d="d + 4", m="n - 1"), "measure"),
    title="The ReLU",
    text="For [~d] and [~n],",
):
    doc.line(
        "relu-square",
        "relu(d, l + 1) == 2*d*c(d)**2*P(d + 4, l - 1, 0)**2/((d - 1)**2*(d + 1)**2)",
        algebra(
            "eigenvalues-of-the-relu",
            "kernel-of-the-relu",
            "measure",
            at(RELU_SQUARED, l="l + 1"),
            "ramp",
        ),
        "the square of the coefficient of the ReLU",
    )
doc.line(
    "relu-odd",
    "relu(d, 2*n + 1) == 0",
    algebra(at("relu-square", l="2*n"), at("odd-value", d="d + 4", m="n - 1")),
    "for odd degrees, except 1",
)
with doc.theorem(
    "ntk-even",
    "ntk(d, 2*n) == (4*n**2 + 2*(d - 2)*n + d + 1)"
    "*Gamma(d/2)**2*Gamma(n - 1/2)**2/(8*pi**2*Gamma(n + (d + 1)/2)**2)",
    algebra(
        at("neighbours", l="2*n"),
        at("step-odd", m="n - 1"),
        at("step-odd", m="n"),
        "relu-even",
    ),
    title="The two-layer tangent kernel",
    text="For [~d] and [~n],",
):
    doc.words("The product with `u` mixes neighbouring degrees.")
    doc.line(
        "neighbours",
        "ntk(d, l) == (l*step(d, l - 1) + (l + d - 2)*step(d, l + 1))/(2*l + d - 2) + relu(d, l)",
        algebra(
            "eigenvalues-of-the-ntk",
            "eigenvalues-of-the-step",
            "eigenvalues-of-the-relu",
            at(RECURRENCE),
        ),
        "the recurrence of the Legendre polynomials",
    )
doc.line(
    "ntk-odd",
    "ntk(d, 2*n + 1) == 0",
    algebra(at("neighbours", l="2*n + 1"), "step-even", at("step-even", n="n + 1"), "relu-odd"),
    "for odd degrees, except 1: all three terms vanish",
)
with doc.corollary(
    "decay",
    "asymptotic(ntk(d, 2*n), 2**(d - 1)*Gamma(d/2)**2/pi**2*(2*n)**(-d), n)",
    growth("n", "ntk-even"),
    title="Decay",
    text="As even degrees grow, the eigenvalues of the tangent kernel fall like",
):
    doc.words("A ratio of Gamma functions grows like a power [@GAMMA_RATIO].")
doc.line(
    "decay-step",
    "asymptotic(step(d, 2*m + 1), 2**(d - 1)*Gamma(d/2)**2/pi**2*(2*m + 1)**(-d), m)",
    growth("m", "step-odd"),
    "at odd degrees",
)
doc.line(
    "decay-relu",
    "asymptotic(relu(d, 2*n), d*2**(d - 1)*Gamma(d/2)**2/pi**2*(2*n)**(-d - 2), n)",
    growth("n", "relu-even"),
    "at even degrees",
)
