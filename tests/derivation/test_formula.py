"""Formulas: their SymPy expressions, their LaTeX to the letter, and what is no formula."""

from __future__ import annotations

import pytest
import sympy as sp

from ntkproofs.derivation.formula import parse, parse_continuation, parse_relation
from ntkproofs.derivation.notation import Notation
from ntkproofs.errors import InvalidInput


@pytest.fixture
def notation() -> Notation:
    notation = Notation()
    for name in "abcxy":
        notation.symbol(name)
    for name in "ijkn":
        notation.symbol(name, "integer", least=0)
    notation.symbol("l", "integer", least=0, tex=r"\ell")
    notation.symbol("d", "integer", least=2)
    notation.symbol("u", least=-1, most=1)
    notation.symbol("theta")
    notation.symbol("star", tex="a^{*}")
    notation.function("P", 2, tex=r"P_{#1}(#2)")
    notation.function("C", 3, tex=r"C_{#1}^{(#2)}(#3)")
    notation.function("mu", 1, tex=r"\mu_{#1}")
    notation.function("K", 2, tex="K_{#1#2}")
    notation.function("h", 1, tex="#1^{+}")
    notation.function("f", 1)
    return notation


ARITHMETIC = {
    "a*b/c": r"\frac{a b}{c}",
    "1/2*x": r"\frac{1}{2} x",
    "2*3": r"2 \cdot 3",
    "x*2*y": r"x \cdot 2 y",
    "2**l*3**n": r"2^{\ell} \cdot 3^{n}",
    "(a+b)*(c+x)": r"(a + b) (c + x)",
    "a-(b-c)": "a - (b - c)",
    "a+(b+c)": "a + (b + c)",
    "c+b-a": "c + b - a",
    "a*(-b)": "a (-b)",
    "-a*b/c": r"-\frac{a b}{c}",
    "-(a+b)": "-(a + b)",
    "-(-a)": "-(-a)",
    "x**(-1/2)": "x^{-1/2}",
    "(-1)**l": r"(-1)^{\ell}",
    "(1-u**2)**((d-3)/2)": "(1 - u^{2})^{(d - 3)/2}",
    "(x**2)**3": "(x^{2})^{3}",
    "(1+1/l)**l": r"\left(1 + \frac{1}{\ell}\right)^{\ell}",
    "(1/2)*(3/4)": r"\frac{1}{2} \cdot \frac{3}{4}",
    "2*(1/2)": r"2 \cdot \frac{1}{2}",
    "(a/b)*(c/x)": r"\frac{a}{b} \frac{c}{x}",
    "a/b/c": r"\frac{a/b}{c}",
    "(a/b+c)/x": r"\frac{a/b + c}{x}",
    "(1/2*a+1)/x": r"\frac{\tfrac{1}{2} a + 1}{x}",
    "x**(a/b*c)": "x^{(a/b) c}",
}
FUNCTIONS = {
    "sin(theta)**2": r"\sin^{2}\theta",
    "sin(theta)*cos(theta)": r"\sin\theta \cos\theta",
    "sin(theta)*x": r"\sin(\theta) x",
    "cos(theta)**(-1)": r"(\cos\theta)^{-1}",
    "sin(2*theta)": r"\sin(2 \theta)",
    "acos(u)**2": r"(\arccos u)^{2}",
    "log(2)": r"\log 2",
    "sqrt(1-u**2)*x": r"\sqrt{1 - u^{2}} \, x",
    "f(x)**2": "f(x)^{2}",
    "f((a+b)/2)": r"f\bigl(\tfrac{a + b}{2}\bigr)",
    "mu(l)**2": r"\mu_{\ell}^{2}",
    "star**2": "(a^{*})^{2}",
    "h(x)**2": "(x^{+})^{2}",
    "h(x+1)": "(x + 1)^{+}",
    "C(l,(d-2)/2,u)": "C_{\\ell}^{((d - 2)/2)}(u)",
    "P(l,Sum(a,(i,1,n)))": r"P_{\ell}\left(\sum_{i = 1}^{n} a\right)",
    "K(i,j)": "K_{ij}",
    "K(i+1,j)": "K_{i + 1, j}",
    "K(1,10)": "K_{1, 10}",
    "delta(i,j)": r"\delta_{ij}",
    "Gamma(d/2)": r"\Gamma(d/2)",
    "Gamma((d-1)/2)": r"\Gamma\bigl(\tfrac{d - 1}{2}\bigr)",
    "factorial(n)/(factorial(k)*factorial(n-k))": r"\frac{n!}{k! \, (n - k)!}",
    "factorial(n)**2": "(n!)^{2}",
    "binomial(n,k)": r"\binom{n}{k}",
    "exp(-x**2/2)": "e^{-x^{2}/2}",
    "exp(x)**2": "(e^{x})^{2}",
    "Abs(x)**2": r"\lvert x \rvert^{2}",
    "floor(x)": r"\lfloor x \rfloor",
    "rising(d/2,l)": r"(d/2)_{\ell}",
    "O(x**3)": "O(x^{3})",
    "Mean(f(x)**2)": r"\mathbb{E}[f(x)^{2}]",
    "inner(x,y)*norm(x)": r"\langle x, y \rangle \lVert x \rVert",
}
OPERATORS = {
    "Integral(P(l,u)*(1-u**2)**((d-3)/2),(u,-1,1))": (
        r"\int_{-1}^{1} P_{\ell}(u) (1 - u^{2})^{(d - 3)/2} \, du"
    ),
    "Integral(f(x)+1,(x,0,oo))*y": r"\left(\int_{0}^{\infty} (f(x) + 1) \, dx\right) y",
    "Integral(f(x),(x,0,1),(y,0,2))": r"\int_{0}^{2} \int_{0}^{1} f(x) \, dx \, dy",
    "2*Sum(mu(l)*P(l,u),(l,0,oo))": r"2 \sum_{\ell = 0}^{\infty} \mu_{\ell} P_{\ell}(u)",
    "Sum(a-b,(i,1,n))": r"\sum_{i = 1}^{n} (a - b)",
    "Sum(a,(i,1,n))*x": r"\left(\sum_{i = 1}^{n} a\right) x",
    "Product(i,(i,1,n))": r"\prod_{i = 1}^{n} i",
    "Limit(mu(l),(l,oo))": r"\lim_{\ell \to \infty} \mu_{\ell}",
    "Diff(f(x),x)": r"\frac{d}{dx} f(x)",
    "Diff(x*f(x),x,2)": r"\frac{d^{2}}{dx^{2}} (x f(x))",
    "Partial(f(x),theta)*y": (r"\left(\frac{\partial}{\partial\theta} f(x)\right) y"),
    "At(Diff(f(x),x),(x,0))": r"\left. \frac{d}{dx} f(x) \right|_{x = 0}",
    "At(a*x,(x,0))": "[a x]_{x = 0}",
    "lambda i, u: P(i, u)": r"(i, u) \mapsto P_{i}(u)",
}


@pytest.mark.parametrize(("source", "latex"), (ARITHMETIC | FUNCTIONS | OPERATORS).items())
def test_latex_keeps_the_layout_of_the_author(source: str, latex: str, notation: Notation) -> None:
    assert parse(source, notation).latex == latex


@pytest.mark.parametrize(
    ("source", "latex"),
    {
        "1/2*x": r"\tfrac{1}{2} x",
        "(d-1)/2": "(d - 1)/2",
        "sin(theta)/a": r"\sin(\theta)/a",
        "Sum(a,(i,1,n))/2": r"\left(\sum_{i = 1}^{n} a\right)/2",
    }.items(),
)
def test_fractions_in_running_text_have_a_slash(
    source: str, latex: str, notation: Notation
) -> None:
    assert parse(source, notation).inline == latex


def test_numbers_are_exact_and_operators_stay_unevaluated(notation: Notation) -> None:
    x, i, n = (notation.symbols[name].symbol for name in "xin")
    f = sp.Function("f")
    for source, expected in {
        "1/2": sp.Rational(1, 2),
        "2**-1 + pi": sp.Rational(1, 2) + sp.pi,
        "e**x": sp.exp(x),
        "Integral(x, (x, 0, 1))": sp.Integral(x, (x, 0, 1)),
        "Sum(i, (i, 1, n))": sp.Sum(i, (i, 1, n)),
        "Product(i, (i, 1, n))": sp.Product(i, (i, 1, n)),
        "Diff(x**2, x)": sp.Derivative(x**2, x, evaluate=False),
        "Diff(f(x), x, n)": sp.Derivative(f(x), (x, n)),
        "At(f(x), (x, 0))": sp.Subs(f(x), x, 0),
        "O(x)": sp.Function("O")(x),
        "rising(x, n)": sp.RisingFactorial(x, n),
        "lambda x: f(x)": sp.Lambda(x, f(x)),
    }.items():
        assert parse(source, notation).sympy == expected, source


def test_a_limit_at_an_end_of_the_range_is_taken_from_inside(notation: Notation) -> None:
    u, x = notation.symbols["u"].symbol, notation.symbols["x"].symbol
    assert parse("Limit(u, (u, 1))", notation).sympy == sp.Limit(u, u, 1, dir="-")
    assert parse("Limit(u, (u, -1))", notation).sympy == sp.Limit(u, u, -1, dir="+")
    s = notation.symbol("s", "positive")
    assert parse("Limit(s, (s, 0))", notation).sympy == sp.Limit(s, s, 0, dir="+")
    assert parse("Limit(x, (x, 0))", notation).sympy == sp.Limit(x, x, 0, dir="+-")


@pytest.mark.parametrize(
    "source",
    [
        "Sum(Abs(k), (k, -3, 3))",
        "Sum(d, (d, 1, 5))",
        "Sum(x, (x, 1, 5))",
        "Integral(n, (n, 0, 1))",
        "Integral(u, (u, -1, 2))",
        "Integral(sqrt(s**2), (s, -1, 1))",
        "At(sqrt(s**2), (s, 0))",
        "At(f(n), (n, 1/2))",
        "Limit(s, (s, -oo))",
        "Diff(f(n), n)",
    ],
)
def test_a_bound_variable_stays_where_its_symbol_is_declared(
    source: str, notation: Notation
) -> None:
    notation.symbol("s", "positive")
    with pytest.raises(InvalidInput):
        _ = parse(source, notation).sympy


@pytest.mark.parametrize(
    "source",
    [
        "Sum(f(k), (k, j, oo))",
        "Integral(f(s), (s, 0, oo))",
        "Integral(f(u), (u, -1, x))",
        "Limit(f(s), (s, 0))",
        "At(f(s), (s, d))",
        "At(f(theta), (theta, -x))",
    ],
)
def test_a_bound_variable_may_run_where_its_symbol_is_declared(
    source: str, notation: Notation
) -> None:
    notation.symbol("s", "positive")
    assert parse(source, notation).sympy.has(sp.Function("f"))


def test_names_are_free_unless_they_are_bound_where_they_stand(notation: Notation) -> None:
    formula = parse("x + Sum(mu(l)*P(l, u), (l, 0, n))", notation)
    assert formula.free_names() == {"x", "mu", "P", "u", "n"}
    assert formula.names() == ["x", "mu", "l", "P", "u", "n"]
    assert parse("Integral(x, (x, 0, x))", notation).free_names() == {"x"}
    assert parse("lambda x: x + y", notation).free_names() == {"y"}
    assert list(notation.used)[:2] == ["x", "mu"]


@pytest.mark.parametrize("sign", ["==", "<=", "<", ">=", ">", "!="])
def test_relations_and_continuations(sign: str, notation: Notation) -> None:
    relation = parse_relation(f"a {sign} b + 1", notation)
    assert (relation.left.source, relation.relation) == ("a", sign)
    assert parse_continuation(f" {sign} b + 1", notation) == (sign, relation.right)
    assert relation.latex == f"a {relation.symbol} b + 1"


def test_asymptotic_equality_names_its_variable(notation: Notation) -> None:
    relation = parse_relation("asymptotic(mu(l), 1/l, l)", notation)
    assert (relation.relation, relation.variable) == ("~", "l")
    assert relation.latex == r"\mu_{\ell} \sim \frac{1}{\ell}"
    assert relation.inline == r"\mu_{\ell} \sim 1/\ell"
    assert parse_continuation("~ 1/l", notation)[0] == "~"


REFUSED = {
    "0.5*x": "write 1/2, not 0.5",
    "K[i, j]": r"K\(i, j\)",
    "x.real": "no attributes",
    "x^2": r"write a power as \*\*",
    "mue(l)": "there are: mu",
    "thta": "there are: theta",
    "f(x, x)": "f takes 1 argument, not 2",
    "f(x=1)": "got",
    "f(*x)": "got",
    "f": "needs its arguments",
    "a < b": "without a relation",
    "asymptotic(a, b, l)": "without a relation",
    "Sum(a, i)": r"\(variable, from, to\)",
    "Sum(a, (1, 0, n))": "declared symbol",
    "Limit(a, (x, 0, 1))": r"\(variable, point\)",
    "Diff(a, 2)": "declared symbol",
    "lambda: 1": "one name or more",
    "lambda x=1: x": "plain names",
    "f(lambda x: x)": "first and alone",
    "x # + y": "no comments",
    "x if a else b": "got",
    "True": "got",
    "'x'": "got",
    "+x": "got",
    "(a, b)": "a range stands inside",
    "": "one expression",
    "x = 1": "one expression",
    "-" * 3000 + "x": "one expression|nested too deep",
}


@pytest.mark.parametrize(("source", "message"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_no_formula(source: str, message: str, notation: Notation) -> None:
    with pytest.raises(InvalidInput, match=message):
        parse(source, notation)


@pytest.mark.parametrize("source", ["1/0", "10**10**10", "x/(1 - 1)"])
def test_what_has_no_value(source: str, notation: Notation) -> None:
    with pytest.raises(InvalidInput):
        _ = parse(source, notation).sympy


@pytest.mark.parametrize("source", ["a", "a < b < c", "a is b", "asymptotic(a, b, 1)"])
def test_what_is_no_relation(source: str, notation: Notation) -> None:
    with pytest.raises(InvalidInput, match="a relation is one of"):
        parse_relation(source, notation)


def test_a_chain_goes_on_with_a_sign(notation: Notation) -> None:
    with pytest.raises(InvalidInput, match="a chain goes on with"):
        parse_continuation("a + b", notation)
