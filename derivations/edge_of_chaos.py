"""The NTK at the edge of chaos, as depth grows at fixed points."""

import sympy as sp

from ntkproofs.derivation import Derivation, algebra, antiderivative, expansion

N = sp.Symbol("n", integer=True, positive=True)

doc = Derivation(
    "edge-of-chaos",
    "The tangent kernel at the edge of chaos, for many layers",
    "Layer by layer the angle of two inputs falls, at a rate that one Taylor expansion gives. "
    "From it follow the entries of the kernel matrix of fixed unit inputs, no two of them equal or "
    "opposite, as depth grows, and its eigenvalues and condition number.",
)
doc.symbol("Delta", above=0, most=1, meaning="number of the activation; 1/2 for the ReLU")
doc.symbol("psi", above=0, below=sp.pi, meaning="angle of two inputs")
doc.symbol("t", above=0, below=sp.pi)
doc.symbol("k", "integer", least=1, meaning="number of layers")
doc.symbol("l", "integer", least=1, tex=r"\ell", meaning="number of layers")
doc.symbol("n", "integer", least=2, meaning="number of inputs")
doc.symbol("i", "integer", least=1, most=N)
doc.symbol("j", "integer", least=1, most=N)
doc.symbol("a", "positive")
doc.symbol("b")
doc.symbol("x")
doc.function("A", 1, meaning="angle after one layer")
doc.function(
    "Psi", 1, tex=r"\psi_{#1}", meaning="angle at a layer (at the first, that of the inputs)"
)
doc.function("B", 1, tex="B_{#1}")
doc.function("g", 1)
doc.function("epsilon", 1, tex=r"\varepsilon_{#1}")
doc.function("R", 1, tex="R_{#1}")
doc.function("Theta", 1, tex=r"\Theta_{#1}", meaning="tangent kernel of two inputs")
doc.function("K", 2, tex="K_{#1#2}")
doc.function("v", 1, tex="v_{#1}")

doc.assume(
    "angle-map",
    "cos(A(psi)) == cos(psi) + 2*Delta/pi * (sin(psi) - psi*cos(psi))",
    "The cosine map of the derivation cosine-map, written in angles, is",
)
with doc.proposition(
    "closer",
    "cos(A(psi)) > cos(psi)",
    algebra("gain"),
    title="Angles fall",
    text="For [~psi], the angle after one layer is smaller: ",
):
    doc.line(
        "parts",
        "Integral(t*sin(t), (t, 0, psi)) == sin(psi) - psi*cos(psi)",
        antiderivative("t", "sin(t) - t*cos(t)"),
        "by the antiderivative `sin(t) - t*cos(t)`",
    )
    doc.chain(
        "gain",
        "cos(A(psi)) - cos(psi)",
        (
            "== 2*Delta/pi * Integral(t*sin(t), (t, 0, psi))",
            algebra("angle-map", "parts"),
            "by [#angle-map] and [#parts]",
        ),
        ("> 0", algebra(), "as the integrand is positive"),
    )
doc.words(
    "Let `Psi(k)` be the angle at layer `k`: `Psi(1)` is that of the inputs, and `Psi(k + 1)` is "
    "`A(Psi(k))`. These angles fall to a fixed point of `A(psi)`, of which there is none but 0. "
    "How fast they fall depends on the first terms of `A(psi)`, which are "
    "`psi - a*psi**2 + b*psi**3` with"
)
doc.define("a", "a", "2*Delta/(3*pi)")
doc.define("b", "b", "-2*Delta**2/(9*pi**2)", "and")
doc.line(
    "jet",
    "cos(psi - a*psi**2 + b*psi**3)"
    " == cos(psi) + 2*Delta/pi * (sin(psi) - psi*cos(psi)) + O(psi**5)",
    expansion("psi", "a", "b"),
    "by Taylor's theorem; where the cosines of two angles near `psi` agree up to `O(psi**5)`, the "
    "angles do so up to `O(psi**4)`",
)
doc.line(
    "inverse",
    "1/(1 - a*psi + b*psi**2) == 1 + a*psi + (a**2 - b)*psi**2 + O(psi**3)",
    expansion("psi"),
    "so that `1/A(psi)` is `1/psi + a + (a**2 - b)*psi`, up to `O(psi**2)`",
)
doc.line("logarithm", "(a**2 - b)/a == Delta/pi", algebra("a", "b"), "by the definitions")
doc.words(
    "In each layer `1/Psi(k)` grows by `a + (a**2 - b)*Psi(k)`, where `Psi(k)` is about `1/(a*k)`: "
    "what the sum over layers is, follows [@STOLZ_CESARO]."
)
doc.assume(
    "angles",
    "1/Psi(k) == a*k + (a**2 - b)/a * log(k) + B(k)",
    "The inverse angles grow linearly, with a logarithm and a bounded remainder `B(k)`:",
)
doc.assume(
    "affine",
    "Theta(k) == 3*pi/(16*Delta)/sin(Psi(k)/2) - 1/8 + epsilon(k)",
    "The kernel of two inputs is an affine function of their inverse cosine distance (derivation "
    "inverse-cosine-distance), `epsilon(k)` tending to 0:",
)
doc.define(
    "pole",
    "g(x)",
    "1/sin(x/2) - 2/x",
    "The function that is left when its pole is taken off,",
)
doc.line("bounded", "2*sin(x/2) == x + O(x**3)", expansion("x"), "is bounded near 0, as")
doc.define(
    "remainder",
    "R(k)",
    "3*pi/(8*Delta) * B(k) + 3*pi/(16*Delta) * g(Psi(k)) - 1/8 + epsilon(k)",
    "Hence the remainder in the following theorem is bounded, by a number that depends on `Delta` "
    "and on the angle of the inputs:",
)
with doc.theorem(
    "entries",
    "Theta(k) == k/4 + 3/8 * log(k) + R(k)",
    algebra("growing"),
    title="Entries off the diagonal",
    text="For two unit inputs that are neither equal nor opposite, with a remainder that is "
    "bounded by a number that depends on `Delta` and on their angle,",
):
    doc.chain(
        "growing",
        "Theta(k)",
        (
            "== 3*pi/(8*Delta) * (a*k + (a**2 - b)/a * log(k)) + R(k)",
            algebra("affine", "remainder", "pole", "angles"),
            "by [#affine] and [#angles]",
        ),
        ("== k/4 + 3/8 * log(k) + R(k)", algebra("a", "b"), "by [#a] and [#logarithm]"),
    )
doc.words(
    "On the diagonal the kernel is the number of layers (for the ReLU derivation ntk-recursion; "
    "for every `Delta` likewise, as the cosine map and its derivative are 1 at 1). Up to entries "
    "that are bounded by a multiple of `1/n`, which depends on `Delta` and on the inputs only, "
    "the kernel matrix of `n` inputs and `l` layers, divided by `n`, is therefore"
)
doc.define(
    "matrix",
    "K(i, j)",
    "(l*delta(i, j) + (l/4 + 3/8 * log(l))*(1 - delta(i, j)))/n",
)
with doc.theorem(
    "eigenvalues",
    "Sum(K(i, j)*v(j), (j, 1, n)) == (3*l/4 - 3/8 * log(l))/n * v(i)"
    " + (l/4 + 3/8 * log(l))/n * Sum(v(j), (j, 1, n))",
    algebra("matrix"),
    title="Eigenvectors",
    text="For every vector with entries `v(j)`,",
):
    doc.words("The diagonal is taken apart.")
doc.words(
    "Vectors whose entries sum to 0 are eigenvectors, with the eigenvalue "
    "`3*l/(4*n) - 3*log(l)/(8*n)`; the vector of ones is one too, with"
)
doc.line(
    "ones",
    "Sum(K(i, j), (j, 1, n)) == (n + 3)/(4*n) * l + 3*(n - 1)/(8*n) * log(l)",
    algebra("matrix"),
    "the sum of a row",
)
doc.words(
    "The eigenvalues of the kernel matrix differ from these by the norm of the bounded rest at "
    "most [@WEYL]. The condition number depends on `log(l)/l` only, up to `O(1/l)`, where the "
    "bound depends on `Delta` and on the inputs; with `x` for `log(l)/l`,"
)
doc.line(
    "quotient",
    "((n + 3)/(4*n) * l + 3*(n - 1)/(8*n) * log(l))/((3*l/4 - 3/8 * log(l))/n)"
    " == ((n + 3)/4 + 3*(n - 1)*log(l)/(8*l))/(3/4 - 3*log(l)/(8*l))",
    algebra(),
    "divide by `l`",
)
doc.line(
    "condition",
    "((n + 3)/4 + 3*(n - 1)/8 * x)/(3/4 - 3/8 * x) == 1 + n/3 + 2*n/3 * x + O(x**2)",
    expansion("x"),
    "which tends to `1 + n/3`, from above",
)
