"""The number N(d, l) of spherical harmonics, and its growth."""

from ntkproofs.derivation import Derivation, algebra, growth

doc = Derivation(
    "harmonic-dimension",
    "How many spherical harmonics there are",
    "The dimension `N(d, l)` of the space of spherical harmonics of degree `l` on the sphere in "
    "`d` dimensions, from the decomposition of homogeneous polynomials, and its growth.",
)
doc.symbol("d", "integer", least=2, meaning="dimension of the space")
doc.symbol("l", "integer", least=1, tex=r"\ell", meaning="degree")
doc.function("N", 2, tex="N(#1, #2)", meaning="number of spherical harmonics of a degree")
doc.function("M", 2, tex="M(#1, #2)", meaning="number of monomials of a degree")

doc.words(
    "A homogeneous polynomial of degree `l` in `d` variables is in exactly one way the sum of a "
    "harmonic one and of `norm(x)**2` times one of degree `l - 2` [@HARMONIC_DECOMPOSITION]."
)
doc.symbol("x")
doc.define("monomials", "M(d, l)", "binomial(l + d - 1, d - 1)", "The monomials are counted by")
doc.define("dimension", "N(d, l)", "M(d, l) - M(d, l - 2)", "so that")
with doc.theorem(
    "count",
    "N(d, l) == (2*l + d - 2)/l * binomial(l + d - 3, d - 2)",
    algebra("closed"),
    title="Number of harmonics",
    text="For [~d] and [~l],",
):
    doc.chain(
        "closed",
        "N(d, l)",
        (
            "== binomial(l + d - 1, d - 1) - binomial(l + d - 3, d - 1)",
            algebra("dimension", "monomials"),
            "by the definitions",
        ),
        (
            "== (2*l + d - 2)/l * binomial(l + d - 3, d - 2)",
            algebra(),
            "both binomials are multiples of the last one",
        ),
    )
with doc.corollary(
    "growth",
    "asymptotic(N(d, l), 2/factorial(d - 2) * l**(d - 2), l)",
    growth("l", "leading"),
    text="As the degree grows,",
):
    doc.chain(
        "leading",
        "N(d, l)",
        ("== (2*l + d - 2)/l * (Gamma(l + d - 2)/(Gamma(d - 1)*Gamma(l)))", algebra("count")),
        (
            "~ 2/factorial(d - 2) * l**(d - 2)",
            growth("l"),
            "since the ratio of Gamma functions grows like a power",
        ),
    )
