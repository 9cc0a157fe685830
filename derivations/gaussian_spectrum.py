"""Hermite polynomials, and the spectrum of homogeneous kernels, under the Gaussian measure."""

from ntkproofs.derivation import Derivation, algebra, at, by_parts

doc = Derivation(
    "gaussian-spectrum",
    "Gaussian inputs: Hermite polynomials and homogeneous kernels",
    "Under the standard Gaussian measure in `d` dimensions the Hermite polynomials diagonalise "
    "the operator of Ornstein and Uhlenbeck. The tangent kernel of a ReLU network without biases "
    "is homogeneous in both inputs. Of its eigenfunctions with nonzero eigenvalue, the radius "
    "times harmonics of one degree, it shares with that operator the linear ones only. Its "
    "eigenvalues are `d` times those on the sphere: they decay as on the sphere, and not "
    "exponentially.",
)
doc.symbol("d", "integer", least=2, meaning="dimension of the inputs")
doc.symbol("l", "integer", least=0, tex=r"\ell", meaning="degree of a spherical harmonic")
doc.symbol("n", "integer", least=0, meaning="degree of a Hermite polynomial")
doc.symbol("x")
doc.symbol("y")
doc.symbol("t")
doc.symbol("v")
doc.symbol("r", "positive", meaning="radius")
doc.symbol("s", "positive")
doc.symbol("p", least=0, meaning="a power of the radius")
doc.function("G", 2, meaning="generating function of the Hermite polynomials")
doc.function("K", 3, tex="K_{#1,#2}(#3)")
doc.function("mu", 1, tex=r"\mu_{#1}", meaning="eigenvalue of the kernel on the sphere")

doc.define(
    "generating",
    "G(x, t)",
    "exp(x*t - t**2/2)",
    "The Hermite polynomial of degree `n` in `x` is the coefficient of `t**n/factorial(n)` in",
)
with doc.theorem(
    "hermite",
    "x*Diff(G(x, t), x) - Diff(G(x, t), x, 2) == t*Diff(G(x, t), t)",
    algebra("left", "right"),
    title="Ornstein, Uhlenbeck",
    text="The operator in `x` acts on all Hermite polynomials at once as one in `t`, which "
    "multiplies the power of degree `n` by `n`:",
):
    doc.line(
        "left",
        "x*Diff(G(x, t), x) - Diff(G(x, t), x, 2) == (x*t - t**2)*G(x, t)",
        algebra("generating"),
        "each derivative in `x` brings down `t`",
    )
    doc.line(
        "right",
        "t*Diff(G(x, t), t) == (x*t - t**2)*G(x, t)",
        algebra("generating"),
        "the derivative in `t` brings down `x - t`",
    )
doc.words(
    "In several dimensions the generating function is a product over the coordinates and the "
    "operator a sum, so that the eigenvalue is the sum of the degrees. For two coordinates:"
)
doc.line(
    "product",
    "x*Partial(G(x, t)*G(y, v), x) - Partial(G(x, t)*G(y, v), x, 2)"
    " + y*Partial(G(x, t)*G(y, v), y) - Partial(G(x, t)*G(y, v), y, 2)"
    " == t*Partial(G(x, t)*G(y, v), t) + v*Partial(G(x, t)*G(y, v), v)",
    algebra("generating"),
    "the rule of the product",
)
doc.words(
    "The operator is the negative Laplacian plus the derivative along the position. In polar "
    "coordinates it takes a function of the radius times a spherical harmonic of degree `l` to "
    "another one; for `r**p` this is the left-hand side of the following line."
)
with doc.theorem(
    "powers",
    "-Diff(r**p, r, 2) - (d - 1)/r * Diff(r**p, r) + l*(l + d - 2)/r**2 * r**p + r*Diff(r**p, r)"
    " == p*r**p + (l*(l + d - 2) - p*(p + d - 2))*r**(p - 2)",
    algebra(),
    title="Powers of the radius",
    text="The same operator takes them to",
):
    doc.words("Differentiate.")
doc.line(
    "harmonic",
    "l*r**l == -Diff(r**l, r, 2) - (d - 1)/r * Diff(r**l, r) + l*(l + d - 2)/r**2 * r**l"
    " + r*Diff(r**l, r)",
    algebra(at("powers", p="l")),
    "a homogeneous harmonic polynomial is an eigenfunction, with its degree",
)
doc.line(
    "linear",
    "-Diff(r, r, 2) - (d - 1)/r * Diff(r, r) + l*(l + d - 2)/r**2 * r + r*Diff(r, r)"
    " == r + (l - 1)*(l + d - 1)/r",
    algebra(),
    "while `r` times a harmonic is one for `l` equal to 1 only",
)
doc.words(
    "Now let a kernel be the product of the two radii and of a function of the cosine. Radius and "
    "direction of a Gaussian vector are independent [@GAUSSIAN_POLAR], and on the sphere the "
    "kernel multiplies harmonics of degree `l` by `mu(l)` [@FUNK_HECKE]. So it takes the power "
    "`r**p` times a harmonic to the harmonic times"
)
doc.define(
    "image",
    "K(p, l, r)",
    "mu(l) * r * Integral(s**p*s*s**(d - 1)*exp(-s**2/2), (s, 0, oo))"
    "/Integral(s**(d - 1)*exp(-s**2/2), (s, 0, oo))",
)
doc.words(
    "Whatever `p` is, this is a multiple of `r`. So the eigenfunctions with an eigenvalue that is "
    "not 0 are `r` times the harmonics."
)
with doc.theorem(
    "eigenvalue",
    "K(1, l, r) == d*mu(l) * r",
    algebra("image", "second-moment"),
    title="Spectrum under the Gaussian measure",
    text="Their eigenvalue is `d*mu(l)`:",
):
    doc.line(
        "second-moment",
        "Integral(s**(d + 1)*exp(-s**2/2), (s, 0, oo))"
        " == d*Integral(s**(d - 1)*exp(-s**2/2), (s, 0, oo))",
        by_parts("s", "s**d", "-exp(-s**2/2)"),
        "by parts; the boundary terms vanish",
    )
doc.line(
    "ratio",
    "K(1, l + 2, r)/K(1, l, r) == mu(l + 2)/mu(l)",
    algebra("eigenvalue", at("eigenvalue", l="l + 2")),
    "where these are not 0: the decay is that on the sphere",
)
