"""Finite sums over indices: what normal forms decide, and what they must not."""

import pytest
import sympy as sp

from ntkproofs.arithmetic.domain import Bounds, Domain
from ntkproofs.arithmetic.normal_form import equal_functions
from ntkproofs.arithmetic.signs import at_least_zero
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.derivation import Derivation, algebra, at, cases
from ntkproofs.errors import InvalidInput

n = sp.Symbol("n", integer=True, positive=True)
i, j, k, a = sp.symbols("i j k a", integer=True)
F, G = sp.Function("F"), sp.Function("G")
delta = sp.KroneckerDelta


def over(body, *indices):
    return sp.Sum(body, *((index, 1, n) for index in indices))


def truth(left, right, ranges=(), **more):
    known = dict.fromkeys(ranges, (sp.S.One, n))
    return equal_functions(left, right, Domain(ranges=known, **more)).truth


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (over(over(F(i, j), i), j), over(over(F(i, j), j), i)),
        (over(over(F(a, i), i) ** 2, a), over(over(over(F(a, i) * F(a, j), a), i), j)),
        (
            over(over(F(a, i), i) * over(G(a, i), i), a),
            over(over(over(F(a, i) * G(a, j), a), i), j),
        ),
        (over(delta(i, j) * F(i, j), i, j), over(F(i, i), i)),
        (over(over(delta(i, j) * G(i), i) * G(j), j), over(G(i) ** 2, i)),
        (over(G(i), i) * over(G(j), j), over(over(G(i) * G(j), i), j)),
    ],
)
def test_sums_that_are_equal(left, right):
    assert truth(left, right) is Truth.TRUE


@pytest.mark.parametrize(
    ("left", "right"),
    [
        # An index of a sum inside must not be taken for that of a sum around it.
        (over(over(F(i, j) * F(a, i), j, i) ** 2, a), over(over(F(i, j) * F(i, i), j, i) ** 2, a)),
        (
            over(over(F(i, j) * F(a, i), j, i) * G(a), a),
            over(over(F(i, j) * F(i, i), j, i) * G(a), a),
        ),
        # A delta of a shifted index does not select the index.
        (over(delta(i, j) * G(i), i), over(delta(i + 1, j) * G(i), i)),
        (over(F(i, j), i, j), over(F(j, j), i, j)),
        (over(over(F(a, i), i) ** 2, a), over(over(F(a, i) ** 2, i), a)),
    ],
)
def test_sums_that_differ(left, right):
    assert truth(left, right, ranges=(j,)) is not Truth.TRUE


def test_a_delta_selects_an_index_of_a_smaller_range():
    m = sp.Symbol("m", integer=True, positive=True)
    more = sp.Symbol("r", integer=True, nonnegative=True)
    body = sp.Sum(delta(i, k) * G(i), (i, 1, m + more))
    assert equal_functions(body, G(k), Domain(ranges={k: (sp.S.One, m)})).truth is Truth.TRUE
    body = sp.Sum(delta(i, k) * G(i), (i, 1, m))
    wider = Domain(ranges={k: (sp.S.One, m + more)})
    assert equal_functions(body, G(k), wider).truth is not Truth.TRUE


def test_a_delta_of_two_indices_makes_them_equal():
    assert truth(delta(i, j) * G(i), delta(i, j) * G(j)) is Truth.TRUE
    assert truth(delta(i, j) * G(i), delta(i, j) * G(k)) is not Truth.TRUE
    assert truth(delta(i, j) * G(i), G(j)) is not Truth.TRUE


def test_a_delta_is_zero_outside_the_range_of_its_index():
    assert truth(delta(i, n + 1), sp.S.Zero, ranges=(i,)) is Truth.TRUE
    assert truth(delta(i, n), sp.S.Zero, ranges=(i,)) is not Truth.TRUE


def test_exponentials_of_logarithms():
    x, y = sp.symbols("x y", positive=True)
    left = sp.exp(-y * (sp.log(x) / y + 2), evaluate=False)
    assert truth(left, sp.exp(-2 * y) / x) is Truth.TRUE
    assert truth(left, sp.exp(-2 * y) * x) is Truth.FALSE


def test_a_sum_of_nonnegative_terms():
    g = sp.Function("g", real=True, nonnegative=True)
    r = sp.Function("r", real=True)
    assert at_least_zero(over(g(i) * r(i) ** 2, i)).truth is Truth.TRUE
    assert at_least_zero(over(r(i), i)).truth is not Truth.TRUE
    assert at_least_zero(over(g(i), i), strict=True).truth is not Truth.TRUE
    backwards = sp.Sum(g(i) + g(j), (i, 1, n), (j, 1, -n))
    assert at_least_zero(backwards).truth is not Truth.TRUE


def test_bounds_that_have_bounds():
    bounds = {n: Bounds(sp.S.One, None, False, True), i: Bounds(sp.S.One, n, False, False)}
    assert at_least_zero(n - i, Domain(bounds=bounds)).truth is Truth.TRUE
    assert at_least_zero(n - i - 1, Domain(bounds=bounds)).truth is not Truth.TRUE
    circle = {i: Bounds(sp.S.One, j, False, False), j: Bounds(i, None, False, True)}
    assert at_least_zero(j - i - 1, Domain(bounds=circle)).truth is not Truth.TRUE


# ---- derivations


def document():
    doc = Derivation("test", "Test", "Test.")
    size = doc.notation.symbol("n", "integer", least=1)
    for index in "ijk":
        doc.symbol(index, "integer", least=1, most=size)
    doc.symbol("x")
    doc.symbol("y", least=0)
    doc.function("g", 1, values="nonnegative")
    doc.function("r", 1, values="real")
    doc.function("E", 2)
    return doc


def holds(doc):
    return [checked.holds() for checked in doc.checks()]


def test_cases_of_two_indices():
    doc = document()
    doc.assume("unequal", "E(i, j) == 0")
    doc.assume("equal", "E(i, i) == 1")
    split = cases("i", "j", equal=algebra("equal"), different=algebra("unequal"))
    doc.line("orthonormal", "E(i, j) == delta(i, j)", split)
    doc.line("twice", "E(i, j) == 2*delta(i, j)", split)
    doc.line("reversed", "E(i, j) == 1 - delta(i, j)", split)
    assert holds(doc) == [True, False, False]


def test_cases_are_of_free_indices_of_one_range():
    doc = document()
    split = cases("i", "j", equal=algebra(), different=algebra())
    doc.line("bound", "Sum(delta(i, j), (i, 1, n)) == 1", split)
    with pytest.raises(InvalidInput, match="free indices"):
        holds(doc)
    doc = document()
    doc.symbol("h", "integer", least=0)
    doc.line(
        "ranges",
        "delta(i, h) == delta(i, h)",
        cases("i", "h", equal=algebra(), different=algebra()),
    )
    with pytest.raises(InvalidInput, match="one range"):
        holds(doc)


def test_values_of_functions():
    doc = document()
    doc.line("sum", "Sum(g(i)*r(i)**2, (i, 1, n)) >= 0", algebra())
    doc.line("sign", "Sum(g(i)*r(i), (i, 1, n)) >= 0", algebra())
    assert holds(doc) == [True, False]
    with pytest.raises(InvalidInput, match="as they were declared"):
        doc.define("negative", "g(i)", "-1")
    doc.define("square", "g(i)", "r(i)**2")
    doc.line("given", "0 <= g(i)", algebra())
    doc.line("instance", "0 <= x", algebra(at("given", g="lambda i: x")))
    with pytest.raises(InvalidInput, match="keeps its own"):
        holds(doc)


def test_known_inequalities_inside_sums():
    doc = document()
    doc.line("square", "0 <= (x - 1)**2", algebra())
    doc.line(
        "less", "2*r(i) <= r(i)**2 + 1", algebra(at("square", x="r(i)"), as_sum="(r(i) - 1)**2")
    )
    doc.line(
        "summed",
        "Sum(2*r(i)*g(i), (i, 1, n)) <= Sum((r(i)**2 + 1)*g(i), (i, 1, n))",
        algebra("less", as_sum="Sum((r(i)**2 + 1 - 2*r(i))*g(i), (i, 1, n))"),
    )
    assert holds(doc) == [True, True, True]


def test_an_inequality_that_is_assumed_of_an_index_says_nothing_inside_a_sum():
    doc = document()
    doc.assume("large", "x*i >= x*2")
    doc.line(
        "summed",
        "Sum(x*i, (i, 1, n)) >= Sum(2*x, (i, 1, n))",
        algebra("large", as_sum="Sum(x*i - 2*x, (i, 1, n))"),
    )
    with pytest.raises(InvalidInput, match="assumes one"):
        holds(doc)


def test_conditions_by_inequalities_before():
    doc = document()
    doc.symbol("b", "positive")
    doc.line("positive", "0 <= y", algebra())
    doc.line("arithmetic", "x <= x**2 + 1", algebra(as_sum="(x - 1/2)**2 + 3/4"))
    doc.line("below", "0 <= x**2 + 1 - x", algebra("arithmetic"))
    doc.line(
        "instance", "0 <= x**2 + 1 - x", algebra("arithmetic", at("positive", y="x**2 + 1 - x"))
    )
    doc.line("circular", "0 <= x", algebra(at("positive", y="x")))
    assert holds(doc) == [True, True, True, True, False]


def test_binomials_are_opened_up_only_where_all_conventions_agree():
    whole = sp.Symbol("whole", integer=True)
    natural = sp.Symbol("natural", integer=True, nonnegative=True)
    # binomial(-2, 1) is -2 and binomial(-2, -3) is 0, as SymPy and most books count them.
    assert truth(sp.binomial(whole, i), sp.binomial(whole, whole - i)) is Truth.UNDECIDED
    assert truth(sp.binomial(natural, i), sp.binomial(natural, natural - i)) is Truth.TRUE
    pascal = sp.binomial(natural, i) + sp.binomial(natural, i - 1)
    assert truth(sp.binomial(natural + 1, i), pascal) is Truth.TRUE
    assert truth(sp.binomial(whole, 2), whole * (whole - 1) / 2) is Truth.TRUE
