"""The spectrum of a zonal operator composed with the Sobolev operator."""

from ntkproofs.derivation import Derivation, algebra, by_parts

doc = Derivation(
    "composite-spectrum",
    "The spectrum of the composite operator",
    "A zonal kernel on the sphere in `d` dimensions has the spherical harmonics as eigenfunctions; "
    "where it is smooth, the Laplacian may be applied before it or after it. So it commutes with "
    "the Sobolev operator of order `s`, and the eigenvalues of their composition are products.",
)
doc.symbol("d", "integer", least=2, meaning="dimension of the space")
B = doc.notation.symbol("B", "integer", least=0, meaning="largest degree")
doc.symbol("l", "integer", least=0, most=B, tex=r"\ell", meaning="degree")
doc.symbol("m", "integer", least=0, most=B)
doc.symbol("j", "integer", least=0, most=B)
doc.symbol("u", above=-1, below=1, meaning="cosine of the angle between two points")
doc.symbol("s", meaning="order")
doc.symbol("c", "positive", tex="c_d", meaning="constant of the uniform probability measure")
doc.function("f", 1, meaning="a zonal kernel, smooth on [-1, 1]")
doc.function("P", 2, tex="P_{#1}(#2)", meaning="Legendre polynomial of the sphere")
doc.function("Df", 1, tex=r"\Delta f(#1)", meaning="Laplacian of the kernel in one of the points")
doc.function("mu", 1, tex=r"\mu_{#1}", meaning="eigenvalue of the kernel")
doc.function("nu", 1, tex=r"\nu_{#1}", meaning="eigenvalue of the Laplacian of the kernel")

doc.words(
    "Let two points of the sphere have the angle `acos(u)`. In polar coordinates around either of "
    "them the Laplacian of a function of `u` is"
)
doc.define(
    "laplacian",
    "Df(u)",
    "(1 - u**2)**((3 - d)/2)*Diff((1 - u**2)**((d - 1)/2)*Diff(f(u), u), u)",
)
doc.line(
    "zonal",
    "Df(u) == (1 - u**2)*Diff(f(u), u, 2) - (d - 1)*u*Diff(f(u), u)",
    algebra("laplacian"),
    "a function of `u` alone: the same in both points",
)
doc.words("The Legendre polynomials are themselves harmonics [@LEGENDRE_EQUATION]:")
doc.assume(
    "legendre",
    "Diff((1 - u**2)**((d - 1)/2)*Diff(P(l, u), u), u)"
    " == -l*(l + d - 2)*(1 - u**2)**((d - 3)/2)*P(l, u)",
)
doc.words("The eigenvalues of the kernel and of its Laplacian are [@FUNK_HECKE]")
doc.define("funk-hecke", "mu(l)", "c*Integral(f(u)*P(l, u)*(1 - u**2)**((d - 3)/2), (u, -1, 1))")
doc.define(
    "funk-hecke-of-laplacian",
    "nu(l)",
    "c*Integral(Df(u)*P(l, u)*(1 - u**2)**((d - 3)/2), (u, -1, 1))",
)
with doc.theorem(
    "commutation",
    "nu(l) == -l*(l + d - 2)*mu(l)",
    algebra("parts"),
    title="The Laplacian goes through a zonal kernel",
    text="The Laplacian after the kernel is the kernel after the Laplacian:",
):
    doc.words("Integrate by parts twice; the terms at the ends have the factor `1 - u**2`.")
    doc.chain(
        "parts",
        "nu(l)",
        (
            "== c*Integral(P(l, u)*Diff((1 - u**2)**((d - 1)/2)*Diff(f(u), u), u), (u, -1, 1))",
            algebra("funk-hecke-of-laplacian", "laplacian"),
        ),
        (
            "== -c*Integral((1 - u**2)**((d - 1)/2)*Diff(P(l, u), u)*Diff(f(u), u), (u, -1, 1))",
            by_parts("u", "P(l, u)", "(1 - u**2)**((d - 1)/2)*Diff(f(u), u)"),
        ),
        (
            "== c*Integral(f(u)*Diff((1 - u**2)**((d - 1)/2)*Diff(P(l, u), u), u), (u, -1, 1))",
            by_parts("u", "(1 - u**2)**((d - 1)/2)*Diff(P(l, u), u)", "f(u)"),
        ),
        ("== -l*(l + d - 2)*mu(l)", algebra("legendre", "funk-hecke")),
    )
doc.words(
    "What follows uses of the kernel that it multiplies harmonics of degree `l` by `mu(l)`. So do "
    "all zonal kernels that are integrable, and those that are not smooth at the ends, as the "
    "kernels of ReLU networks, are among them [@FUNK_HECKE]."
)
doc.words(
    "On functions of degree at most `B` both operators are matrices in the parts of each degree: "
    "the kernel multiplies the part of degree `l` by `mu(l)`, and the Sobolev operator, a function "
    "of the Laplacian, by the same function of its eigenvalue [@SPECTRAL_THEOREM]."
)
doc.function("K", 2, tex="K_{#1#2}", meaning="the kernel in parts of each degree")
doc.function("S", 2, tex="S_{#1#2}", meaning="the Sobolev operator in parts of each degree")
doc.function("T", 2, tex="T_{#1#2}", meaning="the composite operator")
doc.define("kernel", "K(l, m)", "mu(l)*delta(l, m)")
doc.define("sobolev", "S(l, m)", "(1 + sqrt(l*(l + d - 2)))**s*delta(l, m)")
doc.define(
    "composite",
    "T(l, m)",
    "Sum(K(l, j)*S(j, m), (j, 0, B))",
    "The Sobolev operator followed by the kernel is",
)
with doc.theorem(
    "spectrum",
    "T(l, m) == mu(l)*(1 + sqrt(l*(l + d - 2)))**s*delta(l, m)",
    algebra("product"),
    title="Spectrum",
    text="It multiplies each degree by a product:",
):
    doc.chain(
        "product",
        "T(l, m)",
        (
            "== Sum(mu(l)*delta(l, j)*(1 + sqrt(j*(j + d - 2)))**s*delta(j, m), (j, 0, B))",
            algebra("composite", "kernel", "sobolev"),
        ),
        (
            "== mu(l)*(1 + sqrt(l*(l + d - 2)))**s*delta(l, m)",
            algebra(),
            "of the sum the term `j` equal to `l` is left",
        ),
    )
with doc.corollary(
    "commute",
    "Sum(S(l, j)*K(j, m), (j, 0, B)) == T(l, m)",
    algebra("other-order"),
    text="The operators commute:",
):
    doc.chain(
        "other-order",
        "Sum(S(l, j)*K(j, m), (j, 0, B))",
        (
            "== (1 + sqrt(l*(l + d - 2)))**s*mu(l)*delta(l, m)",
            algebra("kernel", "sobolev"),
        ),
        ("== T(l, m)", algebra("spectrum")),
    )
