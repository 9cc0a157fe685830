"""Training along the eigenvectors of a constant kernel: the flow, the descent, the slowest mode."""

from ntkproofs.derivation import Derivation, algebra, antiderivative, at, induction

doc = Derivation(
    "mode-dynamics",
    "Training along eigenvectors",
    "The residuals `r(i, t)` of a network with a constant tangent kernel `K(i, j)`, under the "
    "gradient flow of half the sum of their squares and under gradient descent. Under the flow the "
    "part along each eigenvector is multiplied by `exp(-lam(p)*t)`, so that the smallest "
    "eigenvalue, if positive, bounds the time to reach an error; under `k` steps of "
    "descent by `(1 - eta*lam(p))**k`, which decays where `eta*lam(p)` lies strictly between 0 "
    "and 2.",
)
n = doc.notation.symbol("n", "integer", least=1, meaning="number of points")
doc.symbol("i", "integer", least=1, most=n)
doc.symbol("j", "integer", least=1, most=n)
doc.symbol("p", "integer", least=1, most=n)
doc.symbol("t", least=0, meaning="time")
doc.symbol("s", least=0)
doc.symbol("lam_min", least=0, tex=r"\lambda_{\min}", meaning="smallest eigenvalue")
doc.function("r", 2, tex="r_{#1}(#2)", values="real", meaning="residual at a point and a time")
doc.function("K", 2, tex="K_{#1#2}", values="real", meaning="tangent kernel at two points")
doc.function("v", 2, tex="(v_{#1})_{#2}", values="real", meaning="entry of an eigenvector")
doc.function("lam", 1, tex=r"\lambda_{#1}", values="real", meaning="eigenvalue")
doc.function("gap", 1, tex=r"\gamma_{#1}", values="nonnegative")
doc.function("c", 2, tex="c_{#1}(#2)", values="real", meaning="residual along an eigenvector")

doc.assume(
    "flow",
    "Diff(r(i, t), t) == -Sum(K(i, j)*r(j, t), (j, 1, n))",
    "The gradient flow changes the residuals by",
)
doc.words(
    "The symmetric matrix `K(i, j)` has an orthonormal basis of eigenvectors `v(p, i)` "
    "[@SYMMETRIC_EIGENVECTORS]:"
)
doc.assume("eigen", "Sum(K(i, j)*v(p, i), (i, 1, n)) == lam(p)*v(p, j)")
doc.assume("orthonormal", "Sum(v(p, i)*v(p, j), (p, 1, n)) == delta(i, j)")
doc.define("coefficient", "c(p, t)", "Sum(v(p, i)*r(i, t), (i, 1, n))", "Along one of them,")

with doc.lemma(
    "equation",
    "Diff(c(p, t), t) == -lam(p)*c(p, t)",
    algebra("modes"),
    text="Each coefficient obeys an equation of its own:",
):
    doc.chain(
        "modes",
        "Diff(c(p, t), t)",
        ("== Sum(v(p, i)*Diff(r(i, t), t), (i, 1, n))", algebra("coefficient")),
        (
            "== -Sum(Sum(K(i, j)*v(p, i), (i, 1, n))*r(j, t), (j, 1, n))",
            algebra("flow"),
            "by the flow, in the other order of the sums",
        ),
        ("== -lam(p)*Sum(v(p, j)*r(j, t), (j, 1, n))", algebra("eigen")),
        ("== -lam(p)*c(p, t)", algebra("coefficient")),
    )
with doc.theorem(
    "mode",
    "c(p, t) == exp(-lam(p)*t)*c(p, 0)",
    algebra("ends", "still"),
    title="Gradient flow",
):
    doc.chain(
        "product",
        "Diff(exp(lam(p)*s)*c(p, s), s)",
        ("== exp(lam(p)*s)*(lam(p)*c(p, s) + Diff(c(p, s), s))", algebra()),
        ("== 0", algebra(at("equation", t="s"))),
    )
    doc.words("So the integral of this derivative vanishes, and it is a difference:")
    doc.line(
        "still", "Integral(Diff(exp(lam(p)*s)*c(p, s), s), (s, 0, t)) == 0", algebra("product")
    )
    doc.line(
        "ends",
        "Integral(Diff(exp(lam(p)*s)*c(p, s), s), (s, 0, t)) == exp(lam(p)*t)*c(p, t) - c(p, 0)",
        antiderivative("s", "exp(lam(p)*s)*c(p, s)"),
    )
with doc.lemma(
    "parseval",
    "Sum(c(p, t)**2, (p, 1, n)) == Sum(r(i, t)**2, (i, 1, n))",
    algebra("squares"),
    text="The coefficients have the norm of the residual:",
):
    doc.chain(
        "squares",
        "Sum(c(p, t)**2, (p, 1, n))",
        (
            "== Sum(Sum(Sum(v(p, i)*v(p, j), (p, 1, n))*r(i, t)*r(j, t), (i, 1, n)), (j, 1, n))",
            algebra("coefficient"),
        ),
        (
            "== Sum(Sum(delta(i, j)*r(i, t)*r(j, t), (i, 1, n)), (j, 1, n))",
            algebra("orthonormal"),
        ),
        ("== Sum(r(i, t)**2, (i, 1, n))", algebra()),
    )
doc.symbol("g", least=0)
doc.line(
    "decrease",
    "Integral(g*exp(-g*s), (s, 0, t)) == 1 - exp(-g*t)",
    antiderivative("s", "-exp(-g*s)"),
    "an integral of a function that is nowhere negative",
)
doc.line(
    "less", "exp(-g*t) <= 1", algebra("decrease", as_sum="Integral(g*exp(-g*s), (s, 0, t))"), "so"
)
doc.define(
    "gaps",
    "lam(p)",
    "lam_min + gap(p)",
    "With the distances `gap(p)` of the eigenvalues to the smallest,",
)
with doc.theorem(
    "rate",
    "Sum(r(i, t)**2, (i, 1, n)) <= exp(-2*lam_min*t)*Sum(r(i, 0)**2, (i, 1, n))",
    algebra("slowest"),
    title="The slowest mode",
):
    doc.chain(
        "slowest",
        "Sum(r(i, t)**2, (i, 1, n))",
        ("== Sum(c(p, t)**2, (p, 1, n))", algebra("parseval")),
        (
            "== Sum(exp(-2*(lam_min + gap(p))*t)*c(p, 0)**2, (p, 1, n))",
            algebra("mode", "gaps"),
            "each mode by itself",
        ),
        (
            "<= exp(-2*lam_min*t)*Sum(c(p, 0)**2, (p, 1, n))",
            algebra(
                at("less", g="2*gap(p)"),
                as_sum="exp(-2*lam_min*t)*Sum((1 - exp(-2*gap(p)*t))*c(p, 0)**2, (p, 1, n))",
            ),
            "by [#less]",
        ),
        (
            "== exp(-2*lam_min*t)*Sum(r(i, 0)**2, (i, 1, n))",
            algebra(at("parseval", t="0")),
        ),
    )
doc.symbol("R", "positive", meaning="norm of the first residual")
doc.symbol("epsilon", "positive", tex=r"\varepsilon", meaning="error to be reached")
with doc.corollary(
    "time",
    "exp(-lam_min*(log(R/epsilon)/lam_min + s))*R <= epsilon",
    algebra("late"),
    title="Time to reach an error",
    text="If the smallest eigenvalue is positive, then at all times from "
    "`log(R/epsilon)/lam_min` on",
):
    doc.chain(
        "late",
        "exp(-lam_min*(log(R/epsilon)/lam_min + s))*R",
        ("== epsilon*exp(-lam_min*s)", algebra()),
        (
            "<= epsilon",
            algebra(at("less", g="lam_min", t="s"), as_sum="epsilon*(1 - exp(-lam_min*s))"),
        ),
    )

doc.words("Gradient descent takes steps of a length `eta` instead; its residuals are `q(i, k)`.")
doc.symbol("eta", "positive", meaning="learning rate")
doc.symbol("k", "integer", least=0, meaning="number of steps")
doc.function("q", 2, tex="r_{#1}^{(#2)}", values="real")
doc.function("b", 2, tex="c_{#1}^{(#2)}", values="real")
doc.assume(
    "descent",
    "q(i, k + 1) == q(i, k) - eta*Sum(K(i, j)*q(j, k), (j, 1, n))",
    "A step of the descent is",
)
doc.define("coefficient-of-descent", "b(p, k)", "Sum(v(p, i)*q(i, k), (i, 1, n))", "and again")
with doc.theorem(
    "steps",
    "b(p, k) == (1 - eta*lam(p))**k*b(p, 0)",
    induction("k", 0, step=["one-step"]),
    title="Gradient descent",
    text="By induction over the steps,",
):
    doc.chain(
        "one-step",
        "b(p, k + 1)",
        ("== Sum(v(p, i)*q(i, k + 1), (i, 1, n))", algebra("coefficient-of-descent")),
        (
            "== Sum(v(p, i)*q(i, k), (i, 1, n))"
            " - eta*Sum(Sum(K(i, j)*v(p, i), (i, 1, n))*q(j, k), (j, 1, n))",
            algebra("descent"),
        ),
        ("== (1 - eta*lam(p))*Sum(v(p, i)*q(i, k), (i, 1, n))", algebra("eigen")),
        ("== (1 - eta*lam(p))*b(p, k)", algebra("coefficient-of-descent")),
    )
