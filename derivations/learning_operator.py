"""Gradient flow of the Sobolev loss: the tangent kernel acts after the Sobolev operator."""

from ntkproofs.derivation import Derivation, algebra

doc = Derivation(
    "learning-operator",
    "The learning operator of Sobolev training",
    "Gradient flow of a quadratic loss with a symmetric matrix, such as that of a Sobolev norm on "
    "`n` points, in indices. The chain rule gives the gradient of the loss and the motion of the "
    "outputs: first the matrix of the loss acts on the residual, then the tangent kernel.",
)
n = doc.notation.symbol("n", "integer", least=1, meaning="number of points")
m = doc.notation.symbol("m", "integer", least=1, meaning="number of parameters")
for index in "ijk":
    doc.symbol(index, "integer", least=1, most=n)
doc.symbol("a", "integer", least=1, most=m)
doc.symbol("t", least=0, meaning="time")
doc.function("f", 2, tex="f_{#1}(#2)", meaning="output at a point")
doc.function("y", 1, tex="y_{#1}", meaning="target at a point")
doc.function("w", 2, tex="w_{#1}(#2)", meaning="parameter")
doc.function("J", 3, tex="J_{#1#2}(#3)", meaning="derivative of an output in a parameter")
doc.function("P", 2, tex="P_{#1#2}", meaning="matrix of the loss, symmetric")
doc.function("K", 3, tex="K_{#1#2}(#3)", meaning="tangent kernel")
doc.function("G", 2, tex="G_{#1}(#2)", meaning="gradient of the loss")
doc.function("loss", 1, tex="L(#1)", meaning="loss")

doc.assume(
    "chain-rule",
    "Diff(f(i, t), t) == Sum(J(i, a, t)*Diff(w(a, t), t), (a, 1, m))",
    "Whatever way the parameters move, the outputs move by the chain rule:",
)
doc.define(
    "loss-of-residuals",
    "loss(t)",
    "1/2*Sum(Sum(P(i, j)*(f(i, t) - y(i))*(f(j, t) - y(j)), (j, 1, n)), (i, 1, n))",
    "The loss is a quadratic form of the residuals,",
)
doc.assume("symmetric", "P(i, j) == P(j, i)", "whose matrix is symmetric:")
doc.define(
    "gradient",
    "G(a, t)",
    "Sum(Sum(J(i, a, t)*P(i, j)*(f(j, t) - y(j)), (j, 1, n)), (i, 1, n))",
    "Its gradient will turn out to be",
)
with doc.lemma(
    "slope",
    "Diff(loss(t), t) == Sum(G(a, t)*Diff(w(a, t), t), (a, 1, m))",
    algebra("slopes"),
    text="These are its partial derivatives: along every curve of parameters",
):
    doc.chain(
        "slopes",
        "Diff(loss(t), t)",
        (
            "== 1/2*Sum(Sum((P(i, j) + P(j, i))*(f(j, t) - y(j))*Diff(f(i, t), t),"
            " (j, 1, n)), (i, 1, n))",
            algebra("loss-of-residuals"),
            "by the rule for products",
        ),
        (
            "== Sum(Sum(P(i, j)*(f(j, t) - y(j))*Diff(f(i, t), t), (j, 1, n)), (i, 1, n))",
            algebra("symmetric"),
            "by symmetry",
        ),
        (
            "== Sum(Sum(P(i, j)*(f(j, t) - y(j))*Sum(J(i, a, t)*Diff(w(a, t), t), (a, 1, m)),"
            " (j, 1, n)), (i, 1, n))",
            algebra("chain-rule"),
            "by the chain rule",
        ),
        (
            "== Sum(G(a, t)*Diff(w(a, t), t), (a, 1, m))",
            algebra("gradient"),
            "with the sum over parameters outermost",
        ),
    )
doc.assume("flow", "Diff(w(a, t), t) == -G(a, t)", "The gradient flow goes down the gradient:")
doc.define(
    "tangent-kernel",
    "K(i, k, t)",
    "Sum(J(i, a, t)*J(k, a, t), (a, 1, m))",
    "With the tangent kernel",
)
with doc.theorem(
    "learning",
    "Diff(f(i, t), t) == -Sum(K(i, k, t)*Sum(P(k, j)*(f(j, t) - y(j)), (j, 1, n)), (k, 1, n))",
    algebra("motion"),
    title="Learning operator",
    text="the outputs move by",
):
    doc.chain(
        "motion",
        "Diff(f(i, t), t)",
        ("== -Sum(J(i, a, t)*G(a, t), (a, 1, m))", algebra("chain-rule", "flow")),
        (
            "== -Sum(Sum(J(i, a, t)*J(k, a, t), (a, 1, m))*Sum(P(k, j)*(f(j, t) - y(j)),"
            " (j, 1, n)), (k, 1, n))",
            algebra("gradient"),
            "with the sum over parameters innermost",
        ),
        (
            "== -Sum(K(i, k, t)*Sum(P(k, j)*(f(j, t) - y(j)), (j, 1, n)), (k, 1, n))",
            algebra("tangent-kernel"),
        ),
    )
with doc.corollary(
    "descent",
    "Diff(loss(t), t) == -Sum(G(a, t)**2, (a, 1, m))",
    algebra("slope", "flow"),
    text="The loss falls by",
):
    doc.words("This is the lemma with the flow for the curve.")
doc.words(
    "The matrix of the loss acts first and the kernel last; where they do not commute, the order "
    "matters. In the limit of wide networks, in the NTK parametrisation and at fixed times, the "
    "kernel `K(i, k, t)` keeps its first value."
)
