"""Derivations written by hand: one as they come, a hostile one, one whose formulas are too long."""

from ntkproofs.claims import theorems
from ntkproofs.claims.grades import Grade
from ntkproofs.claims.theorems import Theorem
from ntkproofs.derivation.written import (
    Assumption,
    Check,
    Citation,
    Definition,
    Display,
    Emphasis,
    Line,
    Math,
    Paragraph,
    Reference,
    Result,
    Words,
    Written,
)

RATIONAL = "normal form of rational functions"


def check(id, *methods, uses=(), grade=Grade.PROVED, comparisons=1):
    return Check(id, methods or (RATIONAL,), grade, comparisons, uses, 0.125)


def line(id, left, relation, right, *reason, **about):
    return Line(id, left, relation, right, tuple(reason), check(id, **about))


COUNT = Result(
    "count",
    "theorem",
    "dimension of the space of harmonics",
    (Words("For every "), Math(r"d \ge 2"), Words(" and "), Math(r"\ell \ge 1"), Words(",")),
    (
        line(
            "count-1",
            r"N(d, \ell)",
            "=",
            r"\frac{(2 \ell + d - 2)\, (\ell + d - 3)!}{\ell!\, (d - 2)!}",
            uses=("quotient",),
        ),
    ),
    (
        Paragraph((Words("By "), Reference("dimension"), Words(" and Pascal's rule,"))),
        Display(
            (
                line(
                    "difference",
                    r"N(d, \ell)",
                    "=",
                    r"\binom{\ell + d - 1}{\ell} - \binom{\ell + d - 3}{\ell - 2}",
                    Words("by "),
                    Reference("dimension"),
                    uses=("dimension",),
                ),
                line(
                    "factorials",
                    "",
                    "=",
                    r"\frac{(\ell + d - 3)!}{\ell!\, (d - 1)!} "
                    r"\left((\ell + d - 1)(\ell + d - 2) - \ell (\ell - 1)\right)",
                    Words("by the definition of the binomial coefficients"),
                    uses=("difference",),
                ),
                line(
                    "quotient",
                    "",
                    "=",
                    r"\frac{(2 \ell + d - 2)\, (\ell + d - 3)!}{\ell!\, (d - 2)!}",
                    Words("since the bracket is "),
                    Math(r"(d - 1)(2 \ell + d - 2)"),
                    uses=("factorials",),
                ),
            )
        ),
        Paragraph((Words("which is what was claimed."),)),
    ),
)

GROWTH = Result(
    "growth",
    "corollary",
    "",
    (Words("As "), Math(r"\ell \to \infty"), Words(" for fixed "), Math("d"), Words(",")),
    (
        line("growth-1", r"N(d, \ell)", r"\sim", r"\frac{2 \ell^{d - 2}}{(d - 2)!}"),
        line("growth-2", r"N(d, \ell)", r"\le", r"\frac{2\, (\ell + d - 2)^{d - 2}}{(d - 2)!}"),
    ),
    (
        Definition(
            "ratio",
            r"\varrho_\ell",
            r"\frac{(\ell + d - 3)!}{\ell!\, \ell^{d - 3}}",
            (Words("Put"),),
        ),
        Display(
            (
                line(
                    "limit",
                    r"\varrho_\ell",
                    "=",
                    r"\frac{\Gamma(\ell + d - 2)}{\Gamma(\ell + 1)\, \ell^{d - 3}} \to 1",
                    Words("by the asymptotics of the Gamma function "),
                    Citation(theorems.GAMMA_RATIO),
                    uses=("ratio",),
                ),
                line(
                    "integral",
                    r"\int_{-1}^{1} \left(1 - u^{2}\right)^{\frac{d - 3}{2}}\, du",
                    "=",
                    r"\frac{\sqrt{\pi}\, \Gamma\left(\frac{d - 1}{2}\right)}"
                    r"{\Gamma\left(\frac{d}{2}\right)}",
                    Words("by the Beta integral "),
                    Citation(theorems.GAMMA_FUNCTION),
                    grade=Grade.CERTIFIED,
                    comparisons=40,
                ),
            )
        ),
    ),
)

HARMONICS = Written(
    "harmonic-dimension",
    "How many spherical harmonics there are",
    (
        Words("The number of independent spherical harmonics of degree "),
        Math(r"\ell"),
        Words(" on the sphere is counted, for every dimension, from that of homogeneous "),
        Words("polynomials; its growth decides which eigenvalues of a kernel are summable."),
    ),
    (
        ("d", "dimension of the space, an integer ≥ 2"),
        (r"\ell", "degree, an integer ≥ 1"),
        (r"N(d, \ell)", "dimension of the space of spherical harmonics of degree ℓ on the sphere"),
        (r"\langle x, y\rangle", "inner product; ‖x‖ is the norm"),
    ),
    (
        Paragraph(
            (
                Words("A "),
                Emphasis("spherical harmonic"),
                Words(
                    " is a harmonic homogeneous polynomial, restricted to the sphere. By "
                    "Schur's lemma "
                ),
                Citation(theorems.SCHUR),
                Words(" an operator that commutes with rotations acts on each space of them as a "),
                Words("number, "),
                Math(r"\mu_\ell = \int_{-1}^{1} \kappa(u) P_\ell(u) (1 - u^2)^{(d - 3)/2}\, du"),
                Words(", so that their dimensions are the multiplicities of the eigenvalues."),
            )
        ),
        Assumption(
            "range",
            "d",
            r"\ge",
            "2",
            (Words("The dimension is fixed, and the sphere is not two points:"),),
        ),
        Definition(
            "dimension",
            r"N(d, \ell)",
            r"\dim \mathcal{P}_\ell - \dim \mathcal{P}_{\ell - 2}",
            (
                Words("With "),
                Math(r"\mathcal{P}_\ell"),
                Words(" the homogeneous polynomials of degree "),
                Math(r"\ell"),
                Words(" in "),
                Math("d"),
                Words(" variables, let"),
            ),
        ),
        COUNT,
        Paragraph((Words("The growth follows from "), Reference("count"), Words("."))),
        GROWTH,
    ),
    (theorems.SCHUR, theorems.GAMMA_RATIO, theorems.GAMMA_FUNCTION),
    "harmonic_dimension.py",
)

LONG_SUM = " + ".join(rf"\frac{{a_{{{k}}}}}{{\ell^{{{k}}}}}" for k in range(24))
FENCED = (
    rf"2^{{d}} \left({LONG_SUM}\right) \frac{{\Gamma\left(\frac{{d}}{{2}}\right)}}{{\sqrt{{\pi}}}}"
)
WIDE_FRACTION = rf"\frac{{{' + '.join(f'x_{{{k}}}' for k in range(30))}}}{{1 + u}}"
PRODUCT = " ".join(
    rf"\frac{{\Gamma\left(\ell + \nu + {k}\right)}}{{\ell + {k}}}" for k in range(12)
)
LONG_REASON = (
    Words(
        "because the recurrence of the Legendre polynomials, applied twice, and integration by "
        "parts, whose boundary terms vanish, leave "
    ),
    Math(r"\left(\ell + \frac{d - 2}{2}\right) \int_{-1}^{1} f(u)\, du"),
    Words(" and nothing else, for all degrees that are large enough, which was to be shown here"),
)

LONG = Written(
    "long-formulas",
    "Formulas that do not fit",
    (Words("Each of these is too long for a line."),),
    (
        (LONG_SUM.split(" + ")[0], "a first term"),
        (r"\left(1 + \frac{x + y}{2}\right)^{d + \ell}", "a wide symbol " * 20),
    ),
    (
        Display(
            (
                line("sum", "S", "=", LONG_SUM, *LONG_REASON),
                line("fenced", "", "=", FENCED, Words("as before")),
                line("fraction", "", r"\le", WIDE_FRACTION, Words("by inspection")),
                line("product", "", "<", PRODUCT),
            )
        ),
        Display((line("left", LONG_SUM, "=", "0", *LONG_REASON),)),
        Display((line("both", LONG_SUM, r"\sim", PRODUCT),)),
        Display(
            (
                line("short", "x", "=", "1", *LONG_REASON),
                line("shorter", "", "=", "1 + 0", Words("obviously")),
            )
        ),
        Display(
            (
                line(
                    "middle",
                    "x",
                    "=",
                    r"\frac{a + b + c + d}{x + y}" + r" + e^{-x}" * 3,
                    Words(
                        "by the definition, and because what is left over vanishes to all orders"
                    ),
                ),
                line("middling", "", "<", "1", Words("by "), Reference("short")),
            )
        ),
        Definition("defined", "S", LONG_SUM, (Words("Put"),)),
        Result("long", "lemma", "", (), (line("statement", "S", "=", FENCED),), ()),
    ),
    (),
    "long_formulas.py",
)

HOSTILE_TEXT = (
    "\\input{/etc/passwd} \\write18{id} ^^5cinput{x} $x$ $$ {} } { & # ^ _ % ~ < > \" ' ` | \\\\ "
    "\\end{document} <script>alert(1)</script> &lt; θ² é ñ Ł ß ∞ ≤ 中 \u202e \x00 \x1b[31m \n\n "
    "$θ \\%"
)
HOSTILE_ID = "a}b\\c %d_e&f#θ"
HOSTILE = Written(
    HOSTILE_ID,
    HOSTILE_TEXT,
    (Words(HOSTILE_TEXT),),
    (("x", HOSTILE_TEXT),),
    (
        Paragraph((Words(HOSTILE_TEXT), Emphasis(HOSTILE_TEXT))),
        Assumption(f"{HOSTILE_ID}-h", "x", ">", "0", (Words(HOSTILE_TEXT),)),
        Result(
            f"{HOSTILE_ID}-t",
            "theorem",
            HOSTILE_TEXT + "]",
            (Words(HOSTILE_TEXT),),
            (line(f"{HOSTILE_ID}-s", "x", "=", "x"),),
            (
                Display(
                    (
                        Line(
                            f"{HOSTILE_ID}-1",
                            "x",
                            "=",
                            "x",
                            (
                                Words(HOSTILE_TEXT),
                                Citation(Theorem(HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT)),
                                Reference(f"{HOSTILE_ID}-h"),
                                Reference("unknown_" + HOSTILE_ID),
                            ),
                            Check(
                                f"{HOSTILE_ID}-1",
                                (HOSTILE_TEXT,),
                                Grade.CERTIFIED,
                                7,
                                (f"{HOSTILE_ID}-h", "unknown_" + HOSTILE_ID),
                                1.0,
                            ),
                        ),
                    )
                ),
            ),
        ),
    ),
    (Theorem(HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT),),
    HOSTILE_TEXT,
)
