"""The recursion of the neural tangent kernel over layers."""

import sympy as sp

from ntkproofs.derivation import Derivation, algebra, at, induction

WIDTH, NEXT, PARAMETERS = (sp.Symbol(name, integer=True, positive=True) for name in "nmp")

doc = Derivation(
    "ntk-recursion",
    "The recursion of the neural tangent kernel over layers",
    "The tangent kernel is the inner product of the gradients of a network at two inputs. At "
    "every width it satisfies a recursion over layers; in the limit of infinite widths sums become "
    "Gaussian means, and the recursion is one of functions of the cosine of the inputs. We solve "
    "it: for two layers, on the diagonal, and as a sum over layers.",
)
doc.symbol("n", "integer", least=1, meaning="width of a layer")
doc.symbol("m", "integer", least=1, meaning="width of the next layer")
doc.symbol("p", "integer", least=1, meaning="number of parameters below that layer")
doc.symbol("c", "positive", meaning="variance of the scaled weights, times the width")
doc.symbol("x", "point", meaning="an input")
doc.symbol("y", "point", meaning="an input")
doc.symbol("i", "integer", least=1, most=NEXT)
doc.symbol("r", "integer", least=1, most=NEXT)
doc.symbol("f", "integer", least=1, most=NEXT)
doc.symbol("j", "integer", least=1, most=WIDTH)
doc.symbol("s", "integer", least=1, most=WIDTH)
doc.symbol("g", "integer", least=1, most=WIDTH)
doc.symbol("q", "integer", least=1, most=PARAMETERS)
doc.function("w", 2, tex="w_{#1#2}", meaning="weights between the two layers")
doc.function("z", 2, tex="z_{#1}(#2)", meaning="a layer, before its activation")
doc.function("Z", 2, tex="Z_{#1}(#2)", meaning="the next layer")
doc.function("sigma", 1, meaning="activation")
doc.function("dsigma", 1, tex=r"\dot\sigma(#1)", meaning="its derivative")
doc.function("d", 3, tex=r"\partial_{#2} z_{#1}(#3)", meaning="derivative in a parameter below")
doc.function("D", 3, tex=r"\partial_{#2} Z_{#1}(#3)")
doc.function("G", 4, tex=r"\partial_{w_{#2#3}} Z_{#1}(#4)")
doc.function("T", 2, tex="T_{#1#2}", meaning="tangent kernel of a layer at the inputs")
doc.function("U", 2, tex="U_{#1#2}", meaning="tangent kernel of the next layer")

doc.define(
    "layer",
    "Z(i, x)",
    "sqrt(c/n) * Sum(w(i, j)*sigma(z(j, x)), (j, 1, n))",
    "From a layer of width `n` the next one, of width `m`, is",
)
doc.define(
    "gradient",
    "G(i, f, g, x)",
    "sqrt(c/n) * Sum(delta(i, f)*delta(j, g)*sigma(z(j, x)), (j, 1, n))",
    "Its derivative in the weight `w(f, g)` is, since those of the weights are 0 or 1,",
)
doc.define(
    "chain-rule",
    "D(i, q, x)",
    "sqrt(c/n) * Sum(w(i, j)*dsigma(z(j, x))*d(j, q, x), (j, 1, n))",
    "and that in the parameter number `q` of the layers below, by the chain rule,",
)
doc.define(
    "tangent",
    "T(j, s)",
    "Sum(d(j, q, x)*d(s, q, y), (q, 1, p))",
    "The tangent kernels at the inputs `x` and `y` are the inner products of the gradients: for "
    "the layer itself",
)
doc.define(
    "next",
    "U(i, r)",
    "Sum(G(i, f, g, x)*G(r, f, g, y), (f, 1, m), (g, 1, n))"
    " + Sum(D(i, q, x)*D(r, q, y), (q, 1, p))",
    "and for the next one",
)
with doc.theorem(
    "finite",
    "U(i, r) == delta(i, r) * c/n * Sum(sigma(z(j, x))*sigma(z(j, y)), (j, 1, n))"
    " + c/n * Sum(w(i, j)*w(r, s)*dsigma(z(j, x))*dsigma(z(s, y))*T(j, s), (j, 1, n), (s, 1, n))",
    algebra("next", "new-weights", "old-weights"),
    title="Recursion at finite width",
    text="For all widths and all weights,",
):
    doc.chain(
        "new-weights",
        "Sum(G(i, f, g, x)*G(r, f, g, y), (f, 1, m), (g, 1, n))",
        (
            "== c/n * Sum(delta(i, f)*delta(r, f)*sigma(z(g, x))*sigma(z(g, y)),"
            " (f, 1, m), (g, 1, n))",
            algebra("gradient"),
            "of each sum one term is left",
        ),
        (
            "== delta(i, r) * c/n * Sum(sigma(z(j, x))*sigma(z(j, y)), (j, 1, n))",
            algebra(),
            "and one row",
        ),
    )
    doc.line(
        "old-weights",
        "Sum(D(i, q, x)*D(r, q, y), (q, 1, p)) == c/n * Sum("
        "w(i, j)*w(r, s)*dsigma(z(j, x))*dsigma(z(s, y))*T(j, s), (j, 1, n), (s, 1, n))",
        algebra("chain-rule", "tangent"),
        "the finite sums exchanged",
    )

doc.symbol("k", "integer", least=1, meaning="number of layers")
doc.symbol("l", "integer", least=1, tex=r"\ell", meaning="number of layers")
doc.symbol("h", "integer", least=1)
doc.symbol("u", least=-1, most=1, meaning="cosine of the two inputs")
doc.function("S", 2, tex="S_{#1}(#2)", meaning="cosine of a layer")
doc.function("Theta", 2, tex=r"\Theta_{#1}(#2)", meaning="tangent kernel of infinite width")
doc.function("varrho", 1, meaning="cosine map")
doc.function("slope", 1, tex=r"\dot\varrho(#1)", meaning="its derivative")
doc.words(
    "The inputs are unit vectors with cosine `u`. Let the weights be independent standard "
    "Gaussians, the first layer have variance 1, and `c` be the inverse of the mean square of the "
    "activation at a standard Gaussian (2 for the ReLU), so that all layers have variance 1. "
    "As the widths grow, the sums over units tend to means over Gaussians [@NTK_LIMIT]: the first "
    "one to the cosine `varrho(S(k, u))` of the next layer; in the second one only equal units "
    "contribute, and each of them `slope(S(k, u))`, which is `c` times the mean of the product of "
    "the derivatives."
)
doc.assume("first-cosine", "S(1, u) == u", "The first cosine is that of the inputs:")
doc.assume("cosines", "S(k + 1, u) == varrho(S(k, u))", "Each layer applies the cosine map:")
doc.assume("first-kernel", "Theta(1, u) == u", "The kernel of one layer is linear:")
doc.assume(
    "kernels",
    "Theta(k + 1, u) == Theta(k, u)*slope(S(k, u)) + S(k + 1, u)",
    "The limit of [#finite] is",
)
with doc.theorem(
    "sum",
    "Theta(l, u) == Sum(S(k, u) * Product(slope(S(h - 1, u)), (h, k + 1, l)), (k, 1, l))",
    induction("l", 1, base=["first-kernel", "first-cosine"], step=[at("kernels", k="l")]),
    title="Sum over layers",
    text="The solution of this recursion is the sum over layers of the talk, with `h - 1` for its "
    "second index: ",
):
    doc.words(
        "By induction: one layer more gives every product one factor more, `slope(S(l, u))`, and "
        "the sum a term with an empty product."
    )
doc.define("relu", "varrho(u)", "(sqrt(1 - u**2) + (pi - acos(u))*u)/pi", "For the ReLU")
doc.define("step", "slope(u)", "(pi - acos(u))/pi", "and (derivation gaussian-integrals)")
with doc.theorem(
    "two-layers",
    "Theta(2, u) == (2*u*(pi - acos(u)) + sqrt(1 - u**2))/pi",
    algebra("one-hidden-layer"),
    title="Two layers",
    text="For one hidden layer of ReLUs,",
):
    doc.chain(
        "one-hidden-layer",
        "Theta(2, u)",
        (
            "== u*slope(u) + varrho(u)",
            algebra(at("kernels", k="1"), at("cosines", k="1"), "first-kernel", "first-cosine"),
            "by the recursion",
        ),
        (
            "== (2*u*(pi - acos(u)) + sqrt(1 - u**2))/pi",
            algebra("relu", "step"),
            "by the Gaussian integrals",
        ),
    )
with doc.theorem(
    "diagonal",
    "Theta(k, 1) == k",
    induction(
        "k",
        1,
        base=[at("first-kernel", u="1")],
        step=[at("kernels", u="1"), at("unit", k="k + 1"), "unit", "step"],
    ),
    title="Diagonal",
    text="For the ReLU, at equal inputs",
):
    doc.line(
        "unit",
        "S(k, 1) == 1",
        induction("k", 1, base=[at("first-cosine", u="1")], step=[at("cosines", u="1"), "relu"]),
        "by induction: the cosine map leaves 1 where it is",
    )
    doc.words("So that by induction each layer adds 1, the derivative of the cosine map being 1.")
