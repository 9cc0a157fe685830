"""The Sobolev loss as a fractional Laplacian, and the norm to which it is equivalent."""

from ntkproofs.derivation import Derivation, algebra, antiderivative, at

doc = Derivation(
    "sobolev-loss",
    "The Sobolev loss is a fractional Laplacian",
    "The eigenvalues of the Laplacian on the sphere in `d` dimensions, from the harmonic "
    "polynomials; the Sobolev loss of order `s` as a sum over degrees; and two-sided bounds by the "
    "squared norm of the Sobolev space of order `s/2`.",
)
doc.symbol("d", "integer", least=2, meaning="dimension of the space")
doc.symbol("l", "integer", least=1, tex=r"\ell", meaning="degree")
doc.symbol("r", "positive", meaning="radius")
doc.symbol("x", "point", meaning="on the unit sphere")
doc.symbol("s", meaning="order")
doc.symbol("t", least=0, meaning="an order that is not negative")
doc.function("Y", 2, tex="Y_{#1}(#2)", meaning="a spherical harmonic")
doc.function("DY", 2, tex=r"\Delta_{S} Y_{#1}(#2)", meaning="the Laplacian of the sphere")
doc.function("D", 3, tex=r"\Delta(r^{#1} Y_{#1})(#2 #3)", meaning="the Laplacian of the space")

doc.words(
    "A spherical harmonic of degree `l` is a function `Y(l, x)` on the sphere for which "
    "`r**l*Y(l, x)` is a harmonic polynomial. In polar coordinates [@POLAR_LAPLACIAN]"
)
doc.assume(
    "polar",
    "D(l, r, x) == r**(1 - d)*Diff(r**(d - 1)*Diff(r**l, r), r)*Y(l, x) + r**(l - 2)*DY(l, x)",
)
doc.assume("harmonic", "D(l, r, x) == 0", "and this vanishes:")
with doc.lemma(
    "eigenvalue",
    "-DY(l, x) == l*(l + d - 2)*Y(l, x)",
    algebra(at("radial", r="1"), at("harmonic", r="1")),
    text="On the sphere,",
):
    doc.chain(
        "radial",
        "D(l, r, x)",
        (
            "== l*r**(1 - d)*Diff(r**(l + d - 2), r)*Y(l, x) + r**(l - 2)*DY(l, x)",
            algebra("polar"),
        ),
        (
            "== r**(l - 2)*(l*(l + d - 2)*Y(l, x) + DY(l, x))",
            algebra(),
            "which is 0 at the radius 1",
        ),
    )

doc.words(
    "So the operator of order `s` multiplies the harmonics of degree `l` by [@SPECTRAL_THEOREM]"
)
doc.function("lam", 1, tex=r"\lambda_{#1}", meaning="square root of an eigenvalue")
doc.function("q", 2, tex="p_{#1}(#2)", meaning="Sobolev multiplier")
doc.define("root", "lam(l)", "sqrt(l*(l + d - 2))")
doc.define("multiplier", "q(l, s)", "(1 + lam(l))**s")
B = doc.notation.symbol("B", "integer", least=1, meaning="largest degree")
doc.symbol("j", "integer", least=1, most=B)
doc.symbol("k", "integer", least=1, most=B)
doc.function("W", 1, tex=r"\lVert f_{#1} \rVert^2", values="nonnegative")
doc.function("E", 2, tex=r"\langle f_{#1}, f_{#2} \rangle")
doc.function("L", 1, tex=r"L_{#1}(f)", meaning="Sobolev loss of order s")
doc.words(
    "Let a function be the sum of its parts of degrees `j` from 1 to `B`; a constant part has the "
    "multiplier 1 in all norms. Parts of different degrees are orthogonal."
)
doc.define(
    "loss",
    "L(s)",
    "Sum(Sum(q(k, s)*E(j, k), (k, 1, B)), (j, 1, B))",
    "The loss is the product of the function with its image,",
)
doc.assume("orthogonal", "E(j, k) == delta(j, k)*W(j)", "where")
with doc.theorem(
    "parseval",
    "L(s) == Sum((1 + sqrt(j*(j + d - 2)))**s*W(j), (j, 1, B))",
    algebra("sum"),
    title="The Sobolev loss",
):
    doc.chain(
        "sum",
        "L(s)",
        (
            "== Sum(Sum(q(k, s)*delta(j, k)*W(j), (k, 1, B)), (j, 1, B))",
            algebra("orthogonal", "loss"),
        ),
        ("== Sum(q(j, s)*W(j), (j, 1, B))", algebra()),
        (
            "== Sum((1 + sqrt(j*(j + d - 2)))**s*W(j), (j, 1, B))",
            algebra("multiplier", "root"),
        ),
    )

doc.words("The roots are close to the degrees. Expanding a square and a difference of squares,")
doc.line(
    "below",
    "l <= sqrt(l*(l + d - 2))",
    algebra(as_sum="l*(d - 2)/(sqrt(l*(l + d - 2)) + l)"),
    "as the difference of the squares is `l*(d - 2)`",
)
doc.line(
    "above",
    "sqrt(l*(l + d - 2)) <= l + (d - 2)/2",
    algebra(as_sum="(sqrt(l + d - 2) - sqrt(l))**2/2"),
    "the geometric mean is below the arithmetic one",
)
doc.line(
    "above-factor",
    "1 + sqrt(l*(l + d - 2)) <= d/2*(1 + l)",
    algebra("above", as_sum="l + (d - 2)/2 - sqrt(l*(l + d - 2)) + l*(d - 2)/2"),
)
doc.symbol("b", "positive")
doc.symbol("h", least=0)
doc.symbol("u", least=0)
with doc.lemma(
    "monotone",
    "b**t <= (b + h)**t",
    algebra("increase", as_sum="Integral(t*(b + u)**(t - 1), (u, 0, h))"),
    text="Powers of positive numbers grow with them:",
):
    doc.line(
        "increase",
        "Integral(t*(b + u)**(t - 1), (u, 0, h)) == (b + h)**t - b**t",
        antiderivative("u", "(b + u)**t"),
    )
doc.words("So the multipliers are comparable with the same powers of `1 + l`:")
doc.line(
    "lower",
    "(1 + l)**t <= (1 + sqrt(l*(l + d - 2)))**t",
    algebra("below", at("monotone", b="1 + l", h="sqrt(l*(l + d - 2)) - l")),
    "by [#below]",
)
doc.line(
    "upper",
    "(1 + sqrt(l*(l + d - 2)))**t <= (d/2)**t*(1 + l)**t",
    algebra(
        "above-factor",
        at("monotone", b="1 + sqrt(l*(l + d - 2))", h="d/2*(1 + l) - 1 - sqrt(l*(l + d - 2))"),
    ),
    "by [#above-factor]",
)
doc.function("H", 1, tex=r"\lVert f \rVert_{H^{#1/2}}^2", meaning="squared Sobolev norm")
doc.define(
    "norm",
    "H(t)",
    "Sum((1 + j)**t*W(j), (j, 1, B))",
    "The squared norm of the Sobolev space of order `t/2` has the multipliers `(1 + l)**t`:",
)
with doc.theorem(
    "norm-below",
    "H(t) <= L(t)",
    algebra("smaller"),
    title="Equivalent norms",
    text="The loss of order `t` is at least the squared norm of order `t/2`,",
):
    doc.chain(
        "smaller",
        "H(t)",
        (
            "<= Sum((1 + sqrt(j*(j + d - 2)))**t*W(j), (j, 1, B))",
            algebra(
                at("lower", l="j"),
                "norm",
                as_sum="Sum(((1 + sqrt(j*(j + d - 2)))**t - (1 + j)**t)*W(j), (j, 1, B))",
            ),
            "by [#lower]",
        ),
        ("== L(t)", algebra(at("parseval", s="t"))),
    )
with doc.theorem(
    "norm-above",
    "L(t) <= (d/2)**t*H(t)",
    algebra("larger"),
    text="and at most a multiple of it:",
):
    doc.chain(
        "larger",
        "L(t)",
        ("== Sum((1 + sqrt(j*(j + d - 2)))**t*W(j), (j, 1, B))", algebra(at("parseval", s="t"))),
        (
            "<= (d/2)**t*H(t)",
            algebra(
                at("upper", l="j"),
                "norm",
                as_sum="Sum(((d/2)**t*(1 + j)**t - (1 + sqrt(j*(j + d - 2)))**t)*W(j), (j, 1, B))",
            ),
            "by [#upper]",
        ),
    )
