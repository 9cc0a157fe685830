"""The eigenvalues of powers of the distance to a pole."""

from ntkproofs.derivation import Derivation, algebra, at, by_parts, growth, induction
from ntkproofs.derivation.facts.harmonics import CONSTANT, RAISING
from ntkproofs.derivation.facts.special_functions import BETA_INTEGRAL

doc = Derivation(
    "endpoint-powers",
    "The eigenvalues of a power at a pole",
    "The eigenvalues of the zonal kernels `(1 - u)**nu` and `(1 + u)**nu`, where `u` is the inner "
    "product of two points, and how fast they fall: what a singularity of a kernel at a pole "
    "contributes to its spectrum.",
)
d = doc.notation.symbol("d", "integer", least=2, meaning="dimension of the space")
doc.symbol("l", "integer", least=0, tex=r"\ell", meaning="degree")
doc.symbol("nu", above=-(d - 1) / 2, meaning="exponent")
doc.symbol("u", above=-1, below=1, meaning="inner product of two points of the sphere")
doc.function("P", 3, tex=r"P_{#2}^{(#1)}(#3)", meaning="Legendre polynomials of the sphere")
doc.function("c", 1, tex="c_{#1}", meaning="factor of the measure")
doc.function("Lam", 3, tex=r"\Lambda_{#2}^{(#1)}(#3)", meaning="eigenvalues at the pole u = 1")
doc.function(
    "Far", 3, tex=r"\widetilde{\Lambda}_{#2}^{(#1)}(#3)", meaning="eigenvalues at the pole u = -1"
)

doc.define("measure", "c(d)", "Gamma(d/2)/(sqrt(pi)*Gamma((d - 1)/2))", "With the factor")
doc.define(
    "near",
    "Lam(d, l, nu)",
    "c(d)*Integral((1 - u)**nu*P(d, l, u)*(1 - u**2)**((d - 3)/2), (u, -1, 1))",
    "the eigenvalues of `(1 - u)**nu` are, by the Funk-Hecke formula [@FUNK_HECKE],",
)
doc.define(
    "far",
    "Far(d, l, nu)",
    "c(d)*Integral((1 + u)**nu*P(d, l, u)*(1 - u**2)**((d - 3)/2), (u, -1, 1))",
    "and those of `(1 + u)**nu` are",
)
doc.words("The factor makes the measure a probability measure:")
doc.line(
    "probability",
    "c(d)*Integral((1 - u**2)**((d - 3)/2), (u, -1, 1)) == 1",
    algebra("measure", at(BETA_INTEGRAL, a="(d - 1)/2", b="(d - 1)/2"), duplication=True),
    "a Beta integral",
)
with doc.lemma(
    "lowering",
    "Lam(d, l + 1, nu) == -nu/d*Lam(d + 2, l, nu - 1)",
    algebra("near", "measure", "parts"),
    title="A lower degree, in a higher dimension",
    text="For [~d], [~l] and [~nu],",
):
    doc.line(
        "parts",
        "Integral((1 - u)**nu*P(d, l + 1, u)*(1 - u**2)**((d - 3)/2), (u, -1, 1))"
        " == -nu/(d - 1)*Integral((1 - u)**(nu - 1)*P(d + 2, l, u)*(1 - u**2)**((d - 1)/2),"
        " (u, -1, 1))",
        by_parts(
            "u",
            "(1 - u)**nu",
            "-(1 - u)**((d - 1)/2)*(1 + u)**((d - 1)/2)*P(d + 2, l, u)/(d - 1)",
            uses=[at(RAISING, l="l + 1")],
        ),
        "by parts; at both ends the boundary terms vanish",
    )
doc.words(
    "Hence integrating by parts as often as the degree says leaves a power, whose integral is a "
    "Beta integral."
)
with doc.theorem(
    "eigenvalue",
    "Lam(d, l, nu) == 2**(nu + d - 2)*Gamma(d/2)*Gamma(nu + (d - 1)/2)*rising(-nu, l)"
    "/(sqrt(pi)*Gamma(l + nu + d - 1))",
    induction("l", 0, base=["constant"], step=["lowering"], d="d + 2", nu="nu - 1"),
    title="Eigenvalues of a power",
    text="For [~d], [~l] and [~nu],",
):
    doc.line(
        "constant",
        "Lam(d, 0, nu) == 2**(nu + d - 2)*Gamma(d/2)*Gamma(nu + (d - 1)/2)"
        "/(sqrt(pi)*Gamma(nu + d - 1))",
        algebra(
            "near", "measure", at(CONSTANT), at(BETA_INTEGRAL, a="nu + (d - 1)/2", b="(d - 1)/2")
        ),
        "the Beta integral",
    )
doc.words("In Gamma functions this is")
doc.line(
    "gammas",
    "Lam(d, l, nu) == 2**(nu + d - 2)*Gamma(d/2)*Gamma(nu + (d - 1)/2)/(sqrt(pi)*Gamma(-nu))"
    "*(Gamma(l - nu)/Gamma(l + nu + d - 1))",
    algebra("eigenvalue"),
    "if `nu` is no integer",
)
with doc.corollary(
    "growth",
    "asymptotic(Lam(d, l, nu), 2**(nu + d - 2)*Gamma(d/2)*Gamma(nu + (d - 1)/2)"
    "/(sqrt(pi)*Gamma(-nu))*l**(1 - d - 2*nu), l)",
    growth("l", "gammas"),
    title="Decay",
    text="As the degree grows, if `nu` is no integer,",
):
    doc.line(
        "ratio",
        "asymptotic(Gamma(l - nu)/Gamma(l + nu + d - 1), l**(1 - d - 2*nu), l)",
        growth("l"),
        "a ratio of Gamma functions grows like a power [@GAMMA_RATIO]",
    )
with doc.proposition(
    "parity",
    "Far(d, l, nu) == (-1)**l*Lam(d, l, nu)",
    induction("l", 0, base=["opposite"], step=["raising", "lowering"], d="d + 2", nu="nu - 1"),
    title="The other pole",
    text="For [~d], [~l] and [~nu],",
):
    doc.chain(
        "opposite",
        "Far(d, 0, nu)",
        (
            "== 2**(nu + d - 2)*Gamma(d/2)*Gamma(nu + (d - 1)/2)/(sqrt(pi)*Gamma(nu + d - 1))",
            algebra(
                "far",
                "measure",
                at(CONSTANT),
                at(BETA_INTEGRAL, a="(d - 1)/2", b="nu + (d - 1)/2"),
            ),
            "the Beta integral again",
        ),
        ("== Lam(d, 0, nu)", algebra("constant")),
    )
    doc.line(
        "far-parts",
        "Integral((1 + u)**nu*P(d, l + 1, u)*(1 - u**2)**((d - 3)/2), (u, -1, 1))"
        " == nu/(d - 1)*Integral((1 + u)**(nu - 1)*P(d + 2, l, u)*(1 - u**2)**((d - 1)/2),"
        " (u, -1, 1))",
        by_parts(
            "u",
            "(1 + u)**nu",
            "-(1 - u)**((d - 1)/2)*(1 + u)**((d - 1)/2)*P(d + 2, l, u)/(d - 1)",
            uses=[at(RAISING, l="l + 1")],
        ),
        "by parts, as before",
    )
    doc.line(
        "raising",
        "Far(d, l + 1, nu) == nu/d*Far(d + 2, l, nu - 1)",
        algebra("far", "measure", "far-parts"),
        "with the factors of the measures",
    )
