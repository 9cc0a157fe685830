"""The addition theorem of spherical harmonics and the Funk-Hecke formula."""

from ntkproofs.derivation import Derivation, algebra, at
from ntkproofs.derivation.facts.harmonics import ZONAL_MEAN

doc = Derivation(
    "funk-hecke",
    "The addition theorem and the Funk-Hecke formula",
    "Rotations and reflections leave little freedom: the reproducing kernel of the spherical "
    "harmonics of one degree is a multiple of a Legendre polynomial, and a zonal kernel acts on "
    "them as a number. Orthonormality alone tells the multiple and the number.",
)
doc.symbol("d", "integer", least=2, meaning="dimension of the space")
N = doc.notation.symbol(
    "N", "integer", least=1, meaning="number of spherical harmonics of the degree"
)
doc.symbol("p", "integer", meaning="number of a harmonic")
doc.symbol("q", "integer", meaning="number of a harmonic")
doc.symbol("r", "integer", least=1, most=N, meaning="number of a harmonic")
doc.symbol("u", above=-1, below=1, meaning="inner product of two points")
doc.symbol("x", "point", meaning="on the unit sphere")
doc.symbol("y", "point", meaning="on the unit sphere")
doc.symbol("k", meaning="factor of the addition theorem")
doc.symbol("mu", meaning="eigenvalue")
doc.function("Y", 2, tex="Y_{#1}(#2)", meaning="orthonormal spherical harmonics of one degree")
doc.function("P", 1, tex="P(#1)", meaning="Legendre polynomial of the degree")
doc.function("f", 1, tex="f(#1)", meaning="zonal kernel")

doc.words(
    "Means are taken over the uniform measure on the sphere. Let the functions `Y(p, x)` be an "
    "orthonormal basis of the harmonics of one degree."
)
doc.assume(
    "orthonormal", "Mean(Y(p, x)*Y(q, x), x) == delta(p, q)", "That they are orthonormal says"
)
doc.words(
    "Their reproducing kernel does not change under orthogonal transformations (rotations and "
    "reflections) of both points together, and as a function of one point it is a harmonic that "
    "does not change under those that fix the other; all such are multiples of one "
    "[@ADDITION_THEOREM]."
)
doc.assume(
    "zonal",
    "Sum(Y(p, x)*Y(p, y), (p, 1, N)) == k*P(inner(x, y))",
    "With the Legendre polynomial of the sphere and a number `k`,",
)
doc.assume("unit", "inner(x, x) == 1", "Points of the sphere have")
doc.assume("one", "P(1) == 1", "and the polynomial is normalised by")
with doc.theorem(
    "addition",
    "Sum(Y(p, x)*Y(p, y), (p, 1, N)) == N*P(inner(x, y))",
    algebra("zonal", "trace"),
    title="Addition theorem",
    text="For all points,",
):
    doc.line(
        "diagonal",
        "Sum(Y(p, x)**2, (p, 1, N)) == k",
        algebra(at("zonal", y="x"), "unit", "one"),
        "at two equal points",
    )
    doc.chain(
        "trace",
        "k",
        ("== Mean(Sum(Y(p, x)**2, (p, 1, N)), x)", algebra("diagonal"), "the mean of a constant"),
        ("== Sum(Mean(Y(p, x)**2, x), (p, 1, N))", algebra(), "sum and mean exchanged"),
        ("== N", algebra(at("orthonormal", q="p")), "each of the means is 1"),
    )
with doc.corollary(
    "reproducing",
    "Mean(P(inner(x, y))*Y(r, x), x) == Y(r, y)/N",
    algebra("product"),
    title="Reproducing property",
    text="For every `y` and [~r],",
):
    doc.chain(
        "product",
        "Mean(P(inner(x, y))*Y(r, x), x)",
        (
            "== 1/N*Mean(Sum(Y(p, x)*Y(p, y), (p, 1, N))*Y(r, x), x)",
            algebra("addition"),
            "the addition theorem",
        ),
        (
            "== 1/N*Sum(Mean(Y(p, x)*Y(r, x), x)*Y(p, y), (p, 1, N))",
            algebra(),
            "sum and mean exchanged",
        ),
        ("== Y(r, y)/N", algebra(at("orthonormal", q="r")), "one term is left"),
    )
doc.words(
    "A zonal kernel is the same after an orthogonal transformation of both points, so that its "
    "operator commutes with orthogonal transformations (rotations and reflections), and acts on "
    "the harmonics of one degree as a number [@SCHUR]."
)
doc.assume(
    "schur",
    "Mean(f(inner(x, y))*Y(p, y), y) == mu*Y(p, x)",
    "With a number `mu`,",
)
with doc.theorem(
    "funk-hecke",
    "mu == Gamma(d/2)/(sqrt(pi)*Gamma((d - 1)/2))"
    "*Integral(f(u)*P(u)*(1 - u**2)**((d - 3)/2), (u, -1, 1))",
    algebra("sum"),
    title="Funk-Hecke formula",
    text="For [~d] and `f(u)` integrable against `(1 - u**2)**((d - 3)/2)`,",
):
    doc.words("Multiplied by `Y(p, x)` and summed, this says")
    doc.chain(
        "sum",
        "mu",
        ("== 1/N*Sum(mu*Y(p, x)*Y(p, x), (p, 1, N))", algebra("diagonal", "trace"), "as above"),
        (
            "== 1/N*Sum(Mean(f(inner(x, y))*Y(p, y), y)*Y(p, x), (p, 1, N))",
            algebra("schur"),
            "the operator",
        ),
        (
            "== 1/N*Mean(f(inner(x, y))*Sum(Y(p, x)*Y(p, y), (p, 1, N)), y)",
            algebra(),
            "sum and mean exchanged",
        ),
        (
            "== Mean(f(inner(x, y))*P(inner(x, y)), y)",
            algebra("addition"),
            "the addition theorem",
        ),
        (
            "== Gamma(d/2)/(sqrt(pi)*Gamma((d - 1)/2))"
            "*Integral(f(u)*P(u)*(1 - u**2)**((d - 3)/2), (u, -1, 1))",
            algebra(at(ZONAL_MEAN, g="lambda u: f(u)*P(u)")),
            "the density of the inner product [@ZONAL_INTEGRAL]",
        ),
    )
