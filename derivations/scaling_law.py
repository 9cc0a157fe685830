"""Proof 5: how the eigenvalues of a tangent kernel with a Sobolev multiplier scale."""

from pathlib import Path

import sympy as sp

from ntkproofs.derivation import Derivation, algebra, at, expansion, growth, induction, result_of
from ntkproofs.derivation.facts.harmonics import LEADING_SINGULARITIES

_here = Path(__file__).parent
POWER_DECAY = result_of(_here / "endpoint_powers.py", "growth")
TWO_LAYERS = result_of(_here / "arc_cosine_eigenvalues.py", "decay")
ODD_DEGREES = result_of(_here / "arc_cosine_eigenvalues.py", "ntk-odd")

doc = Derivation(
    "scaling-law",
    "The scaling law of Sobolev training",
    "The eigenvalues of the tangent kernel of a ReLU network of two layers or more, without "
    "biases, times the Sobolev multiplier `(1 + lam(l))**s`, behave along the degrees of each "
    "parity like a constant times `l**(s - d)`, except the odd ones of two layers, which vanish "
    "from degree 3 on. For three layers or more the two constants differ; they follow from the "
    "singularities of the kernel at both poles, which the recursion over the layers determines. "
    "For two layers the constant follows from the closed form.",
)
doc.symbol("d", "integer", least=2, meaning="dimension of the space")
doc.symbol("L", "integer", least=1, meaning="number of layers")
doc.symbol("N", "integer", least=3, meaning="number of layers, where it is 3 or more")
doc.symbol("l", "integer", least=1, tex=r"\ell", meaning="degree")
doc.symbol("k", "integer", least=0)
doc.symbol("m", "integer", least=0)
doc.symbol("n", "integer", least=1)
doc.symbol("p", "integer", least=0, most=1, meaning="parity of the degree 2m + p")
doc.symbol("s", meaning="order of the Sobolev norm")
doc.symbol("theta", least=0, most=sp.pi, meaning="angle")
doc.function("lam", 1, tex=r"\lambda_{#1}")
doc.function("mu", 2, tex=r"\mu_{#2}[\Theta_{#1}]", meaning="eigenvalues of the tangent kernel")
doc.function("ntk", 2, tex=r"\mu_{#2}^{(#1)}[\Theta_{2}]", meaning="those of two layers")
doc.function("Lam", 3, tex=r"\Lambda_{#2}^{(#1)}(#3)", meaning="eigenvalues of a power of 1 - u")
doc.function("psi", 2, tex=r"\psi_{#1}(#2)", meaning="angle at a layer")
doc.function("T", 2, tex=r"\Theta_{#1}(#2)", meaning="tangent kernel at the pole u = 1")
doc.function("w", 1, tex="w_{#1}")
doc.function("a", 1, tex="a_{#1}")
doc.function("C", 2, tex=r"C_{#1}(#2)", meaning="cosine of the angle, at the pole u = -1")
doc.function("F", 2, tex=r"\Theta^{-}_{#1}(#2)", meaning="tangent kernel at the pole u = -1")
doc.function("b", 1, tex="b_{#1}")
doc.function("g", 1, tex="g_{#1}")
doc.function("q", 1, tex="q_{#1}")

doc.words(
    "*The pole u = 1.* As functions of the angle `theta` between two inputs, the angles `psi(L, "
    "theta)` of the layers and the tangent kernels `T(L, theta)` are analytic near 0. They start "
    "from `theta` and `cos(theta)`, and follow the recursion of the kernel [@NTK_LIMIT]."
)
doc.assume("first-angle", "psi(1, theta) == theta", "The angles start from")
doc.assume(
    "next-angle",
    "psi(L + 1, theta) == acos((sin(psi(L, theta)) + (pi - psi(L, theta))*cos(psi(L, theta)))/pi)",
    "and each layer maps them by",
)
doc.assume("first-kernel", "T(1, theta) == cos(theta)", "The kernels start from")
doc.assume(
    "next-kernel",
    "T(L + 1, theta) == T(L, theta)*(1 - psi(L, theta)/pi) + cos(psi(L + 1, theta))",
    "and each layer makes of them",
)
doc.line(
    "pole",
    "psi(L, 0) == 0",
    induction("L", 1, base=[at("first-angle", theta="0")], step=[at("next-angle", theta="0")]),
    "no layer moves the pole",
)
doc.define("slope", "w(L)", "At(Diff(psi(L, theta), theta), (theta, 0))", "At the pole, let")
with doc.lemma(
    "unit-slope",
    "w(L) == 1",
    algebra("root"),
    title="Slope of the angle",
    text="For [~L],",
):
    doc.words("The second derivatives of the cosine before and after a layer are compared.")
    doc.chain(
        "turn",
        "At(Diff(cos(psi(L, theta)), theta, 2), (theta, 0))",
        (
            "== -cos(psi(L, 0))*w(L)**2 - sin(psi(L, 0))*At(Diff(psi(L, theta), theta, 2),"
            " (theta, 0))",
            algebra("slope"),
            "chain rule",
        ),
        ("== -w(L)**2", algebra("pole"), "at the pole"),
    )
    doc.chain(
        "bend",
        "At(Diff(cos(psi(L + 1, theta)), theta, 2), (theta, 0))",
        (
            "== At(Diff((sin(psi(L, theta)) + (pi - psi(L, theta))*cos(psi(L, theta)))/pi,"
            " theta, 2), (theta, 0))",
            algebra("next-angle"),
            "one layer",
        ),
        (
            "== sin(psi(L, 0))*w(L)**2/pi - (1 - psi(L, 0)/pi)*(cos(psi(L, 0))*w(L)**2"
            " + sin(psi(L, 0))*At(Diff(psi(L, theta), theta, 2), (theta, 0)))",
            algebra("slope"),
            "chain rule",
        ),
        ("== -w(L)**2", algebra("pole"), "at the pole"),
    )
    doc.line(
        "square",
        "w(L)**2 == 1",
        induction("L", 1, base=["slope", "first-angle"], step=[at("turn", L="L + 1"), "bend"]),
        "hence, by induction,",
    )
    doc.assume("rising", "w(L) > 0", "The angle rises from 0, so that")
    doc.chain("root", "w(L)", ("== sqrt(w(L)**2)", algebra("rising")), ("== 1", algebra("square")))
doc.line(
    "value",
    "T(L, 0) == L",
    induction(
        "L",
        1,
        base=[at("first-kernel", theta="0")],
        step=[at("next-kernel", theta="0"), "pole", at("pole", L="L + 1")],
    ),
    "each layer adds 1",
)
doc.define(
    "rise", "a(L)", "At(Diff(T(L, theta), theta), (theta, 0))", "The slopes of the kernels are"
)
with doc.lemma(
    "near",
    "a(L) == -L*(L - 1)/(2*pi)",
    induction("L", 1, base=["rise", "first-kernel"], step=["next-rise"]),
    title="Singularity at the pole u = 1",
    text="For [~L],",
):
    doc.chain(
        "next-rise",
        "a(L + 1)",
        (
            "== a(L)*(1 - psi(L, 0)/pi) - T(L, 0)*w(L)/pi - sin(psi(L + 1, 0))*w(L + 1)",
            algebra("rise", "slope", "next-kernel"),
            "product rule",
        ),
        (
            "== a(L) - L/pi",
            algebra("pole", at("pole", L="L + 1"), "value", "unit-slope"),
            "at the pole",
        ),
    )
doc.words(
    "*The pole u = -1.* Now `theta` is the angle to the opposite pole, `C(L, theta)` the cosine "
    "of the layer, and `F(L, theta)` the tangent kernel."
)
doc.assume("first-cosine", "C(1, theta) == -cos(theta)", "The cosines start from")
doc.assume(
    "next-cosine",
    "C(L + 1, theta) == (C(L, theta)*(pi - acos(C(L, theta))) + sqrt(1 - C(L, theta)**2))/pi",
    "and each layer maps them by",
)
doc.assume("first-far", "F(1, theta) == -cos(theta)", "The kernels start from")
doc.assume(
    "next-far",
    "F(L + 1, theta) == F(L, theta)*(pi - acos(C(L, theta)))/pi + C(L + 1, theta)",
    "and each layer makes of them",
)
doc.define(
    "flat", "g(L)", "At(Diff(C(L, theta), theta), (theta, 0))", "Let the slopes of the cosines be"
)
doc.define("fall", "b(L)", "At(Diff(F(L, theta), theta), (theta, 0))", "and those of the kernels")
doc.line(
    "second-cosine",
    "C(2, theta) == (sin(theta) - theta*cos(theta))/pi",
    algebra(at("next-cosine", L="1"), "first-cosine"),
    "the second layer",
)
doc.line(
    "second-far",
    "F(2, theta) == (sin(theta) - 2*theta*cos(theta))/pi",
    algebra(at("next-far", L="1"), "first-far", "first-cosine", "second-cosine"),
    "and its kernel",
)
doc.line("second-fall", "b(2) == -1/pi", algebra("fall", "second-far"), "differentiate")
doc.line(
    "flat-step",
    "g(L + 1) == g(L)*(pi - acos(C(L, 0)))/pi",
    algebra("flat", "next-cosine"),
    "chain rule",
)
doc.line(
    "no-slope",
    "g(L + 1) == 0",
    induction("L", 1, base=["flat", "second-cosine"], step=[at("flat-step", L="L + 1")]),
    "from the second layer on, since the second cosine has no slope",
)
doc.chain(
    "next-fall",
    "b(L + 2)",
    (
        "== b(L + 1)*(pi - acos(C(L + 1, 0)))/pi"
        " + F(L + 1, 0)*g(L + 1)/(pi*sqrt(1 - C(L + 1, 0)**2)) + g(L + 2)",
        algebra("fall", "flat", at("next-far", L="L + 1")),
        "product rule",
    ),
    (
        "== b(L + 1)*(pi - acos(C(L + 1, 0)))/pi",
        algebra("no-slope", at("no-slope", L="L + 1")),
        "without slopes of cosines",
    ),
)
doc.define("share", "q(L)", "-2*pi*b(L)", "To see how large these slopes are, let")
doc.line(
    "third-share",
    "q(3) == 1",
    algebra("share", at("next-fall", L="1"), "second-fall", at("second-cosine", theta="0")),
    "at the third layer the cosine 0 halves the slope",
)
doc.line(
    "next-share",
    "q(N + 1) == q(N)*(pi - acos(C(N, 0)))/pi",
    algebra("share", at("next-fall", L="N - 1")),
    "later layers",
)
doc.words(
    "From the second layer on the cosines `C(N, 0)` lie in [0, 1), so that each of these factors "
    "lies between 1/2 and 1."
)
doc.assume("positive", "q(N) > 0", "Hence, by induction,")
doc.assume("at-most-one", "q(N) <= 1", "and")
doc.words(
    "*Decay.* Between the poles all cosines lie in (-1, 1), so that the kernels are analytic. The "
    "distance to a pole is, to leading order, half the square of the angle,"
)
doc.line(
    "distance",
    "2*(1 - cos(theta)) == theta**2 + O(theta**4)",
    expansion("theta"),
)
doc.words(
    "so that the terms linear in `theta` have the exponent 1/2 and the factor `sqrt(2)`. They are "
    "the first ones that are not analytic, and they do not cancel between the poles:"
)
doc.line("even-sum", "N*(N - 1) + q(N) > 0", algebra("positive"), "for even degrees")
doc.chain(
    "odd-sum",
    "N*(N - 1) - q(N)",
    (">= N*(N - 1) - 1", algebra("at-most-one"), "for odd degrees"),
    ("> 0", algebra()),
)
with doc.theorem(
    "decay",
    "asymptotic(mu(N, 2*m + p), (N*(N - 1) + (-1)**p*q(N))*2**(d - 3)*Gamma(d/2)**2/pi**2"
    "*(2*m + p)**(-d), m)",
    growth("m", "law"),
    title="Decay of the tangent kernel of three layers or more",
    text="For [~d], [~N] and both parities `p`,",
):
    doc.chain(
        "law",
        "mu(N, 2*m + p)",
        (
            "~ sqrt(2)*(a(N) + (-1)**p*b(N))*Lam(d, 2*m + p, 1/2)",
            growth(
                "m",
                at(
                    LEADING_SINGULARITIES,
                    mu="lambda l: mu(N, l)",
                    nu="1/2",
                    a="sqrt(2)*a(N)",
                    b="sqrt(2)*b(N)",
                ),
            ),
            "the singularities at both poles",
        ),
        (
            "== -(N*(N - 1) + (-1)**p*q(N))/(sqrt(2)*pi)*Lam(d, 2*m + p, 1/2)",
            algebra(at("near", L="N"), "share"),
            "their coefficients",
        ),
        (
            "~ (N*(N - 1) + (-1)**p*q(N))*2**(d - 3)*Gamma(d/2)**2/pi**2*(2*m + p)**(-d)",
            growth("m", at(POWER_DECAY, l="2*m + p", nu="1/2")),
            "the eigenvalues of a power",
        ),
    )
doc.define("multiplier", "lam(k)", "sqrt(k*(k + d - 2))", "*The multiplier.* With")
doc.line(
    "root-of-laplacian",
    "asymptotic(1 + lam(l), l, l)",
    growth("l", "multiplier"),
    "the multiplier grows like a power",
)
with doc.theorem(
    "scaling",
    "asymptotic(mu(N, 2*m + p)*(1 + lam(2*m + p))**s, (N*(N - 1) + (-1)**p*q(N))"
    "*2**(d - 3)*Gamma(d/2)**2/pi**2*(2*m + p)**(s - d), m)",
    growth("m", "decay", "multiplier"),
    title="Scaling law, three layers or more",
    text="For [~d], [~N], both parities `p` and every real `s`,",
):
    doc.words("The decay of the kernel [#decay] is multiplied by the growth of the multiplier.")
with doc.theorem(
    "two-layers",
    "asymptotic(ntk(d, 2*n)*(1 + lam(2*n))**s, 2**(d - 1)*Gamma(d/2)**2/pi**2*(2*n)**(s - d), n)",
    growth("n", at(TWO_LAYERS), "multiplier"),
    title="Scaling law, two layers",
    text="For [~d] and every real `s`, at even degrees,",
):
    doc.words("The closed form of the eigenvalues tells their decay.")
doc.line(
    "two-layers-odd",
    "ntk(d, 2*n + 1)*(1 + lam(2*n + 1))**s == 0",
    algebra(at(ODD_DEGREES)),
    "at odd degrees from 3 on",
)
