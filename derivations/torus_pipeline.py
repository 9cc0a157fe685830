"""The grid of the torus: Fourier modes, translation-invariant kernels, and the fast pipeline."""

import sympy as sp

from ntkproofs.derivation import Derivation, algebra, at, cases, induction

doc = Derivation(
    "torus-pipeline",
    "Fourier modes on the grid of the torus",
    "On `N` equispaced points of the circle the Fourier modes are orthogonal. They diagonalise all "
    "translation-invariant kernels, transform, multiplication and inverse transform equal a dense "
    "matrix, and the eigenvalues are `N` times the Fourier coefficients up to aliasing. Further "
    "axes multiply.",
)
N = doc.notation.symbol("N", "integer", least=1, meaning="number of points on an axis")
for index in "kmjrxy":
    doc.symbol(index, "integer", least=0, most=N - 1)
doc.symbol("h", "integer", least=0)
doc.symbol("a", "integer", least=0)
doc.symbol("z", "complex")

doc.words("*Orthogonality.* For numbers other than 1,")
doc.line(
    "geometric",
    "Sum(z**a, (a, 0, h)) == (z**(h + 1) - 1)/(z - 1)",
    induction("h", 0),
    "by induction",
)
with doc.lemma(
    "orthogonal",
    "Sum(exp(2*pi*I*k*j/N)*exp(-2*pi*I*m*j/N), (j, 0, N - 1)) == N*delta(k, m)",
    cases("k", "m", equal=algebra(), different=algebra("vanishing")),
    text="The sum over all points is",
):
    doc.words("Each term is 1 where the frequencies are equal. Otherwise the sum is geometric:")
    doc.chain(
        "vanishing",
        "Sum(exp(2*pi*I*k*j/N)*exp(-2*pi*I*m*j/N), (j, 0, N - 1))",
        (
            "== (exp(2*pi*I*(k - m)) - 1)/(exp(2*pi*I*(k - m)/N) - 1)",
            algebra(at("geometric", z="exp(2*pi*I*(k - m)/N)", h="N - 1")),
        ),
        ("== 0", algebra(), "as `k - m` is an integer"),
    )
doc.symbol("theta", above=0, below=sp.pi)
doc.words(
    "The denominator is not 0: where `k - m` lies between 1 and `N - 1`, and `theta` is "
    "`pi*(k - m)/N`, its absolute square is"
)
doc.chain(
    "denominator",
    "(exp(2*I*theta) - 1)*(exp(-2*I*theta) - 1)",
    ("== 4*sin(theta)**2", algebra()),
    ("> 0", algebra(), "between 0 and `pi`"),
)
doc.function("F", 2, tex="F_{#1#2}", meaning="discrete Fourier transform")
doc.function("G", 2, tex=r"\overline{F}_{#1#2}", meaning="its complex conjugate")
doc.define("transform", "F(k, j)", "exp(-2*pi*I*k*j/N)/sqrt(N)", "So the transform")
doc.define("conjugate", "G(k, j)", "exp(2*pi*I*k*j/N)/sqrt(N)", "with the conjugate")
doc.line(
    "unitary",
    "Sum(G(k, j)*F(m, j), (j, 0, N - 1)) == delta(k, m)",
    algebra("orthogonal", "transform", "conjugate"),
    "is unitary",
)

doc.words(
    "*Translation-invariant kernels.* A function `c(x)` on the grid is a sum of modes, with the "
    "coefficients"
)
doc.function("c", 1, meaning="a kernel, as a function of the difference of two points")
doc.function("gam", 1, tex=r"\hat{c}(#1)", meaning="its coefficients")
doc.function("C", 2, tex="C_{#1#2}", meaning="matrix of the kernel")
doc.define("coefficients", "gam(j)", "1/N*Sum(c(y)*exp(-2*pi*I*y*j/N), (y, 0, N - 1))")
with doc.lemma(
    "inversion",
    "Sum(gam(j)*exp(2*pi*I*x*j/N), (j, 0, N - 1)) == c(x)",
    algebra("inverse"),
    text="as the inverse transform shows:",
):
    doc.chain(
        "inverse",
        "Sum(gam(j)*exp(2*pi*I*x*j/N), (j, 0, N - 1))",
        (
            "== 1/N*Sum(c(y)*Sum(exp(2*pi*I*x*j/N)*exp(-2*pi*I*y*j/N), (j, 0, N - 1)),"
            " (y, 0, N - 1))",
            algebra("coefficients"),
        ),
        (
            "== 1/N*Sum(c(y)*N*delta(x, y), (y, 0, N - 1))",
            algebra(at("orthogonal", k="x", m="y")),
        ),
        ("== c(x)", algebra()),
    )
doc.define(
    "circulant",
    "C(x, y)",
    "Sum(gam(k)*exp(2*pi*I*k*(x - y)/N), (k, 0, N - 1))",
    "The same sum at all differences of two points is the periodic kernel of the matrix",
)
with doc.theorem(
    "convolution",
    "Sum(C(x, j)*exp(2*pi*I*m*j/N), (j, 0, N - 1)) == N*gam(m)*exp(2*pi*I*m*x/N)",
    algebra("modes"),
    title="Eigenvalues",
    text="of which the Fourier modes are eigenvectors:",
):
    doc.chain(
        "modes",
        "Sum(C(x, j)*exp(2*pi*I*m*j/N), (j, 0, N - 1))",
        (
            "== Sum(gam(k)*exp(2*pi*I*k*x/N)"
            "*Sum(exp(2*pi*I*m*j/N)*exp(-2*pi*I*k*j/N), (j, 0, N - 1)), (k, 0, N - 1))",
            algebra("circulant"),
        ),
        (
            "== Sum(gam(k)*exp(2*pi*I*k*x/N)*N*delta(m, k), (k, 0, N - 1))",
            algebra(at("orthogonal", k="m", m="k")),
        ),
        ("== N*gam(m)*exp(2*pi*I*m*x/N)", algebra()),
    )
doc.line(
    "row",
    "N*gam(m) == Sum(c(y)*exp(-2*pi*I*m*y/N), (y, 0, N - 1))",
    algebra("coefficients"),
    "the transform of one row gives all eigenvalues",
)

doc.words("*The pipeline.* Multipliers `p(k)` of the modes make the dense matrix")
doc.function("p", 1, tex="p_{#1}", meaning="multiplier of a mode")
doc.function("f", 1, tex="f_{#1}", meaning="a function on the grid")
doc.function("P", 2, tex="P_{#1#2}", meaning="Sobolev operator on the grid")
doc.define("dense", "P(x, y)", "1/N*Sum(p(k)*exp(2*pi*I*k*(x - y)/N), (k, 0, N - 1))")
with doc.theorem(
    "pipeline",
    "Sum(G(k, x)*p(k)*Sum(F(k, y)*f(y), (y, 0, N - 1)), (k, 0, N - 1))"
    " == Sum(P(x, y)*f(y), (y, 0, N - 1))",
    algebra("exchanged"),
    title="Pipeline",
    text="To transform, multiply and transform back is the same:",
):
    doc.chain(
        "exchanged",
        "Sum(G(k, x)*p(k)*Sum(F(k, y)*f(y), (y, 0, N - 1)), (k, 0, N - 1))",
        (
            "== Sum(1/N*Sum(p(k)*exp(2*pi*I*k*(x - y)/N), (k, 0, N - 1))*f(y), (y, 0, N - 1))",
            algebra("transform", "conjugate"),
            "in the other order of the sums",
        ),
        ("== Sum(P(x, y)*f(y), (y, 0, N - 1))", algebra("dense")),
    )
doc.words("*More axes.* In `d` dimensions the entry of the transform at frequencies and points")
doc.symbol("d", "integer", least=1, meaning="number of axes")
doc.symbol("q", "integer", meaning="inner product of frequencies and points")
doc.function("H", 2, tex="F^{(#1)}(#2)", meaning="entry of the transform in dimension d")
doc.define("entry", "H(d, q)", "N**(-d/2)*exp(-2*pi*I*q/N)", "of inner product `q` is")
doc.line(
    "kronecker",
    "H(d + 1, q + k*j) == H(d, q)*H(1, k*j)",
    algebra("entry"),
    "so that one more axis is one more Kronecker factor",
)

doc.words(
    "*Aliasing.* A function on the circle with the frequencies `r + a*N`, `a` from 0 to `h`, is"
)
doc.symbol("t", meaning="a point of the circle of length 1")
doc.function("b", 1, meaning="a function on the circle")
doc.function("A", 2, tex=r"\hat{b}(#1 + #2 N)", meaning="its Fourier coefficients")
doc.define("series", "b(t)", "Sum(Sum(A(r, a)*exp(2*pi*I*(r + a*N)*t), (r, 0, N - 1)), (a, 0, h))")
with doc.theorem(
    "aliasing",
    "1/N*Sum(b(j/N)*exp(-2*pi*I*k*j/N), (j, 0, N - 1)) == Sum(A(k, a), (a, 0, h))",
    algebra("samples"),
    title="Aliasing",
    text="The transform of its samples adds up the frequencies that the grid cannot tell apart:",
):
    doc.chain(
        "samples",
        "1/N*Sum(b(j/N)*exp(-2*pi*I*k*j/N), (j, 0, N - 1))",
        (
            "== 1/N*Sum(Sum(A(r, a)*Sum(exp(2*pi*I*r*j/N)*exp(-2*pi*I*k*j/N), (j, 0, N - 1)),"
            " (r, 0, N - 1)), (a, 0, h))",
            algebra("series"),
            "as `a*j` is an integer",
        ),
        (
            "== 1/N*Sum(Sum(A(r, a)*N*delta(r, k), (r, 0, N - 1)), (a, 0, h))",
            algebra(at("orthogonal", k="r", m="k")),
        ),
        ("== Sum(A(k, a), (a, 0, h))", algebra()),
    )
doc.words(
    "Negative frequencies are no exception. A function that has some is multiplied by "
    "`exp(2*pi*I*h*N*t)`, which is 1 on the grid: its samples stay, its frequencies rise by `h*N`, "
    "and for `h` large enough none is negative."
)

doc.words(
    "*Cost.* With `N` a power of 2 the transform of a line is made of two of half the length and "
    "as many multiplications as half its length:"
)
doc.function("T", 1, tex="T_{#1}", meaning="multiplications for a line of length 2^h")
doc.assume("halves", "T(h + 1) == 2*T(h) + 2**h")
doc.assume("one-point", "T(0) == 0")
doc.line(
    "multiplications",
    "T(h) == h*2**(h - 1)",
    induction("h", 0, base=["one-point"], step=["halves"]),
    "by induction",
)
