"""When the sampled matrices of two zonal kernels commute, and three points where they do not."""

from ntkproofs.derivation import Derivation, algebra, at

doc = Derivation(
    "sampled-commutation",
    "When sampled matrices commute",
    "Two zonal kernels commute as operators. Sampled at `n` points, they commute where the sample "
    "keeps the harmonics orthogonal: on quadratures that are exact to the degree needed, with the "
    "roots of the weights on both sides, and on orbits of finite abelian groups. At the points of "
    "the circle at the angles 0, `pi/2` and `pi` they do not.",
)
n = doc.notation.symbol("n", "integer", least=1, meaning="number of points")
M = doc.notation.symbol("M", "integer", least=1, meaning="number of harmonics in the kernel")
for index in "ijk":
    doc.symbol(index, "integer", least=1, most=n)
R = doc.notation.symbol("R", "integer", least=0, meaning="number of those of higher degree")
doc.symbol("p", "integer", least=1, most=M)
doc.symbol("r", "integer", least=1, most=M)
doc.symbol("q", "integer", least=1, most=M + R)
doc.function("Y", 2, tex="Y_{#2}(x_{#1})", meaning="value of a harmonic at a point")
doc.function("c", 1, tex="c_{#1}", meaning="root of the weight of a point")
doc.function("mu", 1, tex=r"\mu_{#1}", meaning="eigenvalue of the kernel")
doc.function("sig", 1, tex=r"\sigma_{#1}", meaning="Sobolev multiplier")
doc.function("P", 2, tex="P_{#1#2}", meaning="sampled Sobolev operator")

doc.function("A", 2, tex="A_{#1#2}", meaning="the kernel between the roots of the weights")

doc.words(
    "*Quadratures.* A kernel of finite degree is a sum over an orthonormal basis of harmonics "
    "[@ADDITION_THEOREM]; a sample of it, with the roots `c(i)` of the weights on both sides, is"
)
doc.define("kernel", "A(i, j)", "Sum(c(i)*mu(p)*Y(i, p)*Y(j, p)*c(j), (p, 1, M))")
doc.define(
    "sobolev",
    "P(i, j)",
    "Sum(c(i)*sig(q)*Y(i, q)*Y(j, q)*c(j), (q, 1, M + R))",
    "and so is, with harmonics of higher degrees too,",
)
doc.assume(
    "exact",
    "Sum(c(j)**2*Y(j, p)*Y(j, q), (j, 1, n)) == delta(p, q)",
    "The products of a harmonic of the one with one of the other have the sum of the two largest "
    "degrees at most. If the quadrature is exact for them [@DESIGN_ORTHOGONALITY],",
)
with doc.lemma(
    "eigenvectors",
    "Sum(A(i, j)*(c(j)*Y(j, r)), (j, 1, n)) == mu(r)*(c(i)*Y(i, r))",
    algebra("acting"),
    text="The harmonics times the roots of the weights are eigenvectors:",
):
    doc.chain(
        "acting",
        "Sum(A(i, j)*(c(j)*Y(j, r)), (j, 1, n))",
        (
            "== c(i)*Sum(mu(p)*Y(i, p)*Sum(c(j)**2*Y(j, p)*Y(j, r), (j, 1, n)), (p, 1, M))",
            algebra("kernel"),
        ),
        (
            "== c(i)*Sum(mu(p)*Y(i, p)*delta(p, r), (p, 1, M))",
            algebra(at("exact", q="r")),
            "by exactness",
        ),
        ("== mu(r)*(c(i)*Y(i, r))", algebra()),
    )
with doc.lemma(
    "product",
    "Sum(A(i, j)*P(j, k), (j, 1, n)) == Sum(c(i)*mu(p)*sig(p)*Y(i, p)*Y(k, p)*c(k), (p, 1, M))",
    algebra("multiplied"),
    text="So the eigenvalues multiply:",
):
    doc.chain(
        "multiplied",
        "Sum(A(i, j)*P(j, k), (j, 1, n))",
        (
            "== Sum(Sum(c(i)*mu(p)*Y(i, p)*Sum(c(j)**2*Y(j, p)*Y(j, q), (j, 1, n))"
            "*sig(q)*Y(k, q)*c(k), (q, 1, M + R)), (p, 1, M))",
            algebra("kernel", "sobolev"),
        ),
        (
            "== Sum(c(i)*mu(p)*sig(p)*Y(i, p)*Y(k, p)*c(k), (p, 1, M))",
            algebra("exact"),
            "by exactness",
        ),
    )
with doc.theorem(
    "quadrature",
    "Sum(P(i, j)*A(j, k), (j, 1, n)) == Sum(A(i, j)*P(j, k), (j, 1, n))",
    algebra("reversed"),
    title="Exact quadratures",
    text="On such a quadrature the two matrices commute:",
):
    doc.chain(
        "reversed",
        "Sum(P(i, j)*A(j, k), (j, 1, n))",
        ("== Sum(A(k, j)*P(j, i), (j, 1, n))", algebra("kernel", "sobolev"), "by symmetry"),
        (
            "== Sum(c(k)*mu(p)*sig(p)*Y(k, p)*Y(i, p)*c(i), (p, 1, M))",
            algebra(at("product", i="k", k="i")),
        ),
        ("== Sum(A(i, j)*P(j, k), (j, 1, n))", algebra("product")),
    )
doc.words(
    "Where all weights are `1/n` this is the kernel itself, up to the factor `n`. Where they are "
    "not, the kernel without them need not commute with `P(i, j)`."
)

doc.words(
    "*Groups.* On the orbit of a finite abelian group of `n` rotations and reflections a zonal "
    "kernel depends on the difference of two elements only. The characters, `n` in number, are "
    "its eigenvectors [@ABELIAN_CHARACTERS], and at the same time an orthogonal basis:"
)
doc.symbol("a", "integer", least=1, most=n)
doc.symbol("b", "integer", least=1, most=n)
doc.function("X", 2, tex=r"\chi_{#2}(g_{#1})", meaning="character of an element of the group")
doc.function("Z", 2, tex=r"\overline{\chi_{#2}}(g_{#1})", meaning="its conjugate")
doc.function("kap", 1, tex=r"\hat{\kappa}_{#1}", meaning="coefficient of the kernel")
doc.function("phi", 1, tex=r"\hat{\pi}_{#1}", meaning="coefficient of the Sobolev operator")
doc.function("C", 2, tex=r"\kappa_{#1#2}", meaning="sampled kernel on the orbit")
doc.function("S", 2, tex=r"\pi_{#1#2}", meaning="sampled Sobolev operator on the orbit")
doc.assume("characters", "Sum(Z(j, a)*X(j, b), (j, 1, n)) == n*delta(a, b)")
doc.define("kernel-on-group", "C(i, j)", "Sum(kap(a)*X(i, a)*Z(j, a), (a, 1, n))", "With")
doc.define("sobolev-on-group", "S(i, j)", "Sum(phi(b)*X(i, b)*Z(j, b), (b, 1, n))", "and")
with doc.theorem(
    "group",
    "Sum(C(i, j)*S(j, k), (j, 1, n)) == Sum(S(i, j)*C(j, k), (j, 1, n))",
    algebra("there", "back"),
    title="Orbits of abelian groups",
    text="any two such matrices commute:",
):
    doc.chain(
        "there",
        "Sum(C(i, j)*S(j, k), (j, 1, n))",
        (
            "== Sum(Sum(kap(a)*phi(b)*X(i, a)*Sum(Z(j, a)*X(j, b), (j, 1, n))*Z(k, b), (b, 1, n)),"
            " (a, 1, n))",
            algebra("kernel-on-group", "sobolev-on-group"),
        ),
        ("== n*Sum(kap(a)*phi(a)*X(i, a)*Z(k, a), (a, 1, n))", algebra("characters")),
    )
    doc.words("which is the same with the two kernels exchanged:")
    doc.chain(
        "back",
        "Sum(S(i, j)*C(j, k), (j, 1, n))",
        (
            "== Sum(Sum(phi(a)*kap(b)*X(i, a)*Sum(Z(j, a)*X(j, b), (j, 1, n))*Z(k, b), (b, 1, n)),"
            " (a, 1, n))",
            algebra("kernel-on-group", "sobolev-on-group"),
        ),
        ("== n*Sum(kap(a)*phi(a)*X(i, a)*Z(k, a), (a, 1, n))", algebra("characters")),
    )

doc.words(
    "*Three points.* The points of the circle at the angles 0, `pi/2` and `pi` are a sample of "
    "the simplest kind on which matrices do not commute. Let two kernels have the entries"
)
doc.symbol("g", "integer", least=1, most=3)
doc.symbol("h", "integer", least=1, most=3)
doc.symbol("m", "integer", least=1, most=3)
doc.symbol("u", meaning="cosine of an angle")
doc.symbol("s", least=0, meaning="order")
doc.function("f", 1, tex="k(#1)", meaning="kernel")
doc.function("z", 1, tex="p(#1)", meaning="zonal kernel of the Sobolev operator")
doc.function("F", 2, tex="k_{#1#2}")
doc.function("Q", 2, tex="p_{#1#2}")
doc.define("first-kernel", "F(g, h)", "f(cos(pi*(g - h)/2))")
doc.define("second-kernel", "Q(g, h)", "z(cos(pi*(g - h)/2))")
doc.line(
    "commutator",
    "Sum(F(1, m)*Q(m, 2) - Q(1, m)*F(m, 2), (m, 1, 3)) == f(-1)*z(0) - f(0)*z(-1)",
    algebra("first-kernel", "second-kernel"),
    "all other terms cancel",
)
doc.define(
    "two-layer",
    "f(u)",
    "2*u*acos(-u) + sqrt(1 - u**2)",
    "For `pi` times the tangent kernel of two layers, and the Sobolev operator of degrees 0 and 1,",
)
doc.define("degrees-below-two", "z(u)", "1 + 2**(s + 1)*u")
with doc.proposition(
    "three-points",
    "Sum(F(1, m)*Q(m, 2) - Q(1, m)*F(m, 2), (m, 1, 3)) == 2**(s + 1) - 1",
    algebra("commutator", "two-layer", "degrees-below-two"),
    title="Three points",
    text="the commutator is not 0:",
):
    doc.words("`pi` times the tangent kernel is 0 at -1 and 1 at 0.")
