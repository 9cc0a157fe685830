"""Decay laws: against certified eigenvalues, closed forms and quadrature; and what has no law."""

import math
import time
from fractions import Fraction
from functools import lru_cache

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.balls import precision
from ntkproofs.arithmetic.symbols import MpmathArithmetic
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.spectra import terms as terms_module
from ntkproofs.spectra.harmonics import gegenbauer

STEP, RELU, U = nt.arccosine(0), nt.arccosine(1), nt.cosine
GAUSS = nt.zonal("gauss", lambda u, ar: ar.exp(u - 1))
LAPLACE = nt.zonal("laplace", lambda u, ar: ar.exp(-ar.chord(u)))
CHORD = nt.zonal("chord", lambda u, ar: ar.chord(u))
PARITIES = ("even", "odd")
DIMS = [2, 3, 4, 7, 10]

KERNELS = {
    "nngp2": nt.nngp(2),
    "nngp4": nt.nngp(4),
    "ntk2": nt.ntk(2),
    "ntk3": nt.ntk(3),
    "ntk5": nt.ntk(5),
    **{f"arccosine{n}": nt.arccosine(n) for n in range(5)},
    "eoc relu": nt.eoc(3, 1, 1),
    "eoc": nt.eoc(4, 1, Fraction(1, 2)),
    "eoc negative": nt.eoc(3, 2, -1),
    "absolute value": nt.eoc(3, 0, 1),
    "deep narrow": nt.deep_narrow(1, 1),
    "deep narrow, no bias": nt.deep_narrow(1, 0),
    "ntk biases": nt.ntk(3, bias_variance=Fraction(1, 2)),
    "nngp variances": nt.nngp(3, Fraction(1, 3), 1),
    "residual": nt.residual(2, Fraction(1, 2)),
    "sum": nt.ntk(2) + 3 * nt.nngp(3) * U,
    "laplace": LAPLACE,
}
ODD_ONLY = {"arccosine0", "arccosine2", "arccosine4"}
EVEN_ONLY = {
    "nngp2", "ntk2", "arccosine1", "arccosine3", "absolute value", "deep narrow, no bias",
}  # fmt: skip


@lru_cache
def truth(name, dim, degree):
    degrees = (100, 101, 200, 201)
    found = nt.eigenvalues(KERNELS[name], dim, degrees, digits=40)
    return dict(zip(degrees, found, strict=True))[degree]


@lru_cache
def law_of(name, dim):
    return nt.asymptotics(KERNELS[name], dim)


def relative(found, exact):
    with precision(300):
        return float(((found - exact) / exact).mid())


@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize("name", KERNELS)
def test_the_series_agrees_to_the_order_that_it_promises(name, dim):
    """The relative error with K terms falls as l^(-2(ν_(K+1)-ν_1)): from l to 2l, measured."""
    law = law_of(name, dim)
    for parity in PARITIES:
        if law.vanishes(parity):
            assert name in (EVEN_ONLY if parity == "odd" else ODD_ONLY)
            assert truth(name, dim, 100 + (parity == "odd")) == 0
            continue
        low, high = (100, 200) if parity == "even" else (101, 201)
        known = law.terms(parity)
        for count in (1, 2, 4):
            promised = 2 * (known[count].exponent - known[0].exponent)
            errors = [
                relative(law.eigenvalue(n, terms=count).value, truth(name, dim, n))
                for n in (low, high)
            ]
            observed = math.log(abs(errors[0] / errors[1])) / math.log(high / low)
            assert observed == pytest.approx(float(promised), abs=0.35), (parity, count)
            assert promised == 2 * count  # half-integers: nothing is skipped


@pytest.mark.parametrize("name", KERNELS)
def test_the_estimated_error_is_about_the_error(name):
    law = law_of(name, 3)
    for degree in (200, 201):
        if law.vanishes("odd" if degree % 2 else "even"):
            continue
        for count in (1, 3, 5):
            value = law.eigenvalue(degree, terms=count)
            with precision(300):
                error = abs(float((value.value - truth(name, 3, degree)).mid()))
            assert 0.8 * value.error < error < 1.25 * value.error
            assert value.terms == count


@pytest.mark.parametrize("name", sorted(EVEN_ONLY))
def test_odd_degrees_that_vanish(name):
    law = law_of(name, 4)
    assert law.vanishes("odd")
    assert law.exponent("odd") == sp.oo
    assert law.coefficient("odd") == 0
    assert not law.vanishes("even")


def test_reasons_name_the_degree():
    assert nt.asymptotics(nt.ntk(2), 3).vanishes("odd").endswith("mu_l = 0 for odd l >= 3")
    assert nt.asymptotics(nt.arccosine(3), 3).vanishes("odd").endswith("odd l >= 5")
    assert nt.asymptotics(nt.arccosine(4), 3).vanishes("even").endswith("even l >= 6")
    assert nt.asymptotics(nt.eoc(3, 0, 1), 3).vanishes("odd").endswith("for all odd l")


# Exponents and constants known by hand


@pytest.mark.parametrize("dim", DIMS)
def test_exponents(dim):
    """Θ: θ^1, so d; covariances: θ^3, so d + 2; ReLU^n: θ^(2n+1), so d + 2n."""
    for depth in (3, 4, 7):
        tangent, covariance = (
            nt.asymptotics(nt.ntk(depth), dim),
            nt.asymptotics(nt.nngp(depth), dim),
        )
        for parity in PARITIES:
            assert tangent.exponent(parity) == dim
            assert covariance.exponent(parity) == dim + 2
    for order in range(5):
        parity = "even" if order % 2 else "odd"
        assert nt.asymptotics(nt.arccosine(order), dim).exponent(parity) == dim + 2 * order
    for parity in PARITIES:
        assert nt.asymptotics(nt.ntk(2, bias_variance=1), dim).exponent(parity) == dim
        assert nt.asymptotics(nt.deep_narrow(1, 1), dim).exponent(parity) == dim + 2
        assert nt.asymptotics(LAPLACE, dim).exponent(parity) == dim


def test_constants_on_the_sphere():
    """θ has C = -1/2 on S^2. Θ_2: -θ/π at both poles; Θ_3: -3θ/π and -θ'/(2π)."""
    pi = sp.pi
    two, three = nt.asymptotics(nt.ntk(2), 3), nt.asymptotics(nt.ntk(3), 3)
    assert two.coefficient("even") == 1 / pi
    assert three.coefficient("even") == 7 / (4 * pi)
    assert three.coefficient("odd") == 5 / (4 * pi)
    assert nt.asymptotics(STEP, 3).coefficient("odd") == 1 / pi


@pytest.mark.parametrize("depth", [3, 5, 20])
def test_the_sum_of_both_parities_sees_the_pole_at_1_only(depth):
    """(C_even + C_odd)/2 = L(L-1)/(4π) on S^2 for the tangent kernel, by induction on L."""
    law = nt.asymptotics(nt.ntk(depth), 3)
    values = [law.coefficient(parity) for parity in PARITIES]
    with precision(150):
        balls = [v if isinstance(v, arb) else arb(str(sp.N(v, 40))) for v in values]
        mean = (balls[0] + balls[1]) / 2
        assert abs(float((mean * 4 * arb.pi() / (depth * (depth - 1)) - 1).mid())) < 1e-30


def test_constants_of_closed_forms():
    """The limit of l^p μ_l from exact eigenvalues, by Richardson's extrapolation."""
    for kernel, dim, parity in (
        (nt.ntk(2), 4, 0),
        (nt.nngp(2), 3, 0),
        (nt.arccosine(2), 5, 1),
        (STEP, 2, 1),
    ):
        law = nt.asymptotics(kernel, dim)
        name = PARITIES[parity]
        power = int(law.exponent(name))
        degrees = [parity + 2 * n for n in (100, 200, 400, 800)]
        values = [
            sp.N(nt.exact_eigenvalue(kernel, dim, n) * sp.Integer(n) ** power, 40) for n in degrees
        ]
        # An interpolation in 1/l, to 1/l = 0.
        points = [sp.Rational(1, n) for n in degrees]
        limit = sum(
            v * sp.prod([-q / (p - q) for q in points if q != p])
            for p, v in zip(points, values, strict=True)
        )
        assert float(limit / sp.N(law.coefficient(name), 40)) == pytest.approx(1, abs=1e-7)


@pytest.mark.parametrize("name", ["ntk3", "nngp2", "absolute value", "arccosine4"])
def test_symbolic_dimensions_give_the_numbers_of_every_dimension(name):
    d = sp.Symbol("d", positive=True)
    symbolic = nt.asymptotics(KERNELS[name], d)
    for dim in (2, 3, 10):
        law = law_of(name, dim)
        for parity in PARITIES:
            if law.vanishes(parity):
                assert symbolic.vanishes(parity) == law.vanishes(parity)
                continue
            assert symbolic.exponent(parity).subs(d, dim) == law.exponent(parity)
            difference = symbolic.coefficient(parity).subs(d, dim) - law.coefficient(parity)
            assert sp.simplify(difference) == 0


def test_exact_constants_where_the_field_is_finite_and_balls_elsewhere():
    assert isinstance(law_of("ntk3", 3).coefficient("even"), sp.Expr)
    deep = nt.asymptotics(nt.ntk(5), 3, digits=60).coefficient("even")
    assert isinstance(deep, arb)  # κ0(arccos ...) at u = -1
    assert deep.rel_accuracy_bits() > 199
    assert law_of("ntk5", 3).coefficient("even").overlaps(deep)


def test_a_constant_off_by_one_percent_would_be_seen():
    """In l + (d-2)/2 the law is off by O(l^-2) only."""
    law = law_of("ntk5", 3)
    for degree, parity in ((200, "even"), (201, "odd")):
        with precision(200):
            found = law.coefficient(parity) * (degree + arb(1) / 2) ** -3
            assert abs(relative(found, truth("ntk5", 3, degree))) < 1e-3


# Other exponents than half-integers


def by_quadrature(kernel, dim, degree):
    """c_d ∫ k P_l sin^(d-2) dθ in s = sqrt(θ), in which the step of a step is analytic."""
    with mpmath.workdps(30):
        ar = MpmathArithmetic()
        half = mpmath.mpf(dim) / 2
        constant = mpmath.gamma(half) / (mpmath.sqrt(mpmath.pi) * mpmath.gamma(half - 0.5))

        def integrand(s):
            u = mpmath.cos(s * s)
            value = kernel.value_with(u, ar) * gegenbauer(degree, dim, u)
            return 2 * s * value * mpmath.sin(s * s) ** (dim - 2)

        pieces = mpmath.linspace(0, mpmath.sqrt(mpmath.pi), 9)
        return constant * mpmath.quad(integrand, pieces, method="gauss-legendre")


def test_a_step_of_a_step():
    law = nt.asymptotics(STEP @ STEP, 3)
    assert [t.exponent for t in law.terms("even")][:3] == [Fraction(k, 4) for k in (1, 2, 3)]
    assert law.exponent("even") == law.exponent("odd") == sp.Rational(5, 2)
    # κ0(κ0) = 1 - sqrt(2θ/π)/π + ..., and (1-u)^(1/4) with sqrt θ = (2t)^(1/4)
    expected = -sp.sqrt(2 / sp.pi) / sp.pi * 2 ** sp.Rational(1, 4)
    nu = sp.Rational(1, 4)
    endpoint = 2 ** (nu + 1) * sp.gamma(sp.Rational(3, 2)) * sp.gamma(nu + 1)
    endpoint = endpoint / (sp.sqrt(sp.pi) * sp.gamma(-nu))
    assert float(sp.N(law.coefficient("even"), 30)) == pytest.approx(
        float(sp.N(expected * endpoint, 30)), rel=1e-14
    )
    errors = {}
    for degree in (20, 21, 80, 81):
        value = law.eigenvalue(degree, terms=6)
        exact = by_quadrature(STEP @ STEP, 3, degree)
        errors[degree] = abs(float(value) - float(exact))
        assert errors[degree] < 3 * value.error + 1e-16
    promised = 2 * (law.terms("even")[6].exponent - law.terms("even")[0].exponent)
    assert promised > 2
    assert errors[20] / errors[80] > 4 ** float(promised)


def test_exponents_of_deep_steps_halve():
    kernel, expected = STEP, Fraction(1, 2)
    for _ in range(3):
        assert nt.asymptotics(kernel, 3).terms("odd")[0].exponent == expected
        kernel, expected = STEP @ kernel, expected / 2


def test_brackets_of_compositions_do_not_matter():
    left, right = nt.asymptotics((STEP @ STEP) @ STEP, 3), nt.asymptotics(STEP @ (STEP @ STEP), 3)
    for degree in (50, 51):
        assert left.eigenvalue(degree).value.overlaps(right.eigenvalue(degree).value)


# Where compositions send the poles


def test_a_reflected_kernel_has_alternating_signs():
    plain, reflected = nt.asymptotics(nt.ntk(3), 3), nt.asymptotics(nt.ntk(3) @ (-U), 3)
    assert reflected.coefficient("even") == plain.coefficient("even")
    assert reflected.coefficient("odd") == -plain.coefficient("odd")


def test_a_square_sends_both_poles_to_one():
    law = nt.asymptotics(RELU @ (U * U), 3)
    assert law.vanishes("odd")
    exact = nt.eigenvalues(RELU @ (U * U), 3, [60], digits=30)[0]
    assert abs(relative(law.eigenvalue(60).value, exact)) < 1e-12


def test_cancelling_singularities_leave_what_is_left():
    """κ0 - κ0(-u) is odd, and 1 - θ/π - θ'/π... : κ0(u) + κ0(-u) = 1."""
    law = nt.asymptotics(STEP + STEP @ (-U), 3)
    assert law.vanishes("even").endswith("mu_l = 0 for even l >= 2")
    assert law.vanishes("odd")
    # The terms θ of κ0 and of u κ0 cancel at u = 1; what is left is θ³, at u = 1 only.
    difference = nt.asymptotics(STEP - U * STEP, 3)
    assert difference.exponent("even") == difference.exponent("odd") == 3
    assert difference.coefficient("even") == -difference.coefficient("odd")


# Smooth kernels and polynomials


def test_smooth_kernels_say_so():
    law = nt.asymptotics(GAUSS, 3)
    assert law.is_smooth
    assert law.rate == math.exp(4)
    for parity in PARITIES:
        assert law.exponent(parity) == sp.oo
        assert not law.vanishes(parity)
    erf = nt.zonal("erf", lambda u, ar: ar.asin(2 * u / 3) * 2 / ar.pi)
    rate = nt.asymptotics(erf, 3).rate
    assert 1 < rate <= math.exp(math.acosh(1.5))
    assert "^{-\\ell}" in nt.asymptotics(erf, 3).latex()


def test_integer_exponents_contribute_nothing():
    law = nt.asymptotics(nt.zonal("cube", lambda u, ar: u**3), 3)
    assert law.expansion.terms == ()
    assert law.vanishes("even").endswith("for all even l")
    assert law.vanishes("odd").endswith("odd l >= 5")
    square = nt.asymptotics(nt.zonal("θ²", lambda u, ar: ar.acos(u) * ar.acos(u)), 3)
    # θ² is smooth at u = 1 and (π - θ')² is not at u = -1.
    assert all(term.at_one == 0 or term.at_one.is_zero() for term in square.expansion.terms)
    assert square.exponent("even") == 3


def test_a_smooth_part_changes_no_law():
    plain, mixed = law_of("ntk3", 3), nt.asymptotics(nt.ntk(3) + GAUSS, 3)
    for parity in PARITIES:
        assert mixed.coefficient(parity) == plain.coefficient(parity)
    for degree in (30, 31):
        assert mixed.eigenvalue(degree).value.overlaps(plain.eigenvalue(degree).value)
    assert not mixed.is_smooth
    assert mixed.rate is None


def test_a_parity_whose_part_is_smooth_and_no_polynomial_is_not_decided():
    """κ0 cancels at even degrees, exp does not: no power is left, which balls cannot prove."""
    with pytest.raises(Unable, match="they may cancel exactly"):
        nt.asymptotics(STEP + GAUSS, 3).exponent("even")


def test_the_chord_alone_is_one_power():
    law = nt.asymptotics(CHORD, 3)
    assert [term.exponent for term in law.terms("odd")] == [Fraction(1, 2)]
    (exact,) = nt.eigenvalues(CHORD, 3, [5], digits=20)
    assert law.eigenvalue(5).value.overlaps(exact)


# Numbers


@pytest.mark.parametrize("degree", [10**6, 10**6 + 1])
def test_thirty_digits_at_a_million(degree):
    few = nt.asymptotics(nt.ntk(3), 10).eigenvalue(degree, terms=6)
    many = nt.asymptotics(nt.ntk(3), 10, terms=12, digits=80).eigenvalue(degree, terms=12)
    assert abs(relative(few.value, many.value)) < 1e-30
    assert few.value.rel_accuracy_bits() > 100


def test_a_thousand_degrees_in_a_moment():
    """About 0.4 ms each, of this process: how busy the machine is does not count."""
    law = nt.asymptotics(nt.ntk(3), 10)
    law.eigenvalue(10, terms=6)
    start = time.process_time()
    for degree in range(10**6, 10**6 + 1000):
        law.eigenvalue(degree, terms=6)
    assert time.process_time() - start < 5


def test_deep_kernels_have_ten_terms():
    law = nt.asymptotics(nt.ntk(100), 3, terms=10)
    assert all(len(law.terms(parity)) >= 11 for parity in PARITIES)
    with precision(200):
        values = [law.coefficient(parity) for parity in PARITIES]
        mean = sum(v if isinstance(v, arb) else arb(str(sp.N(v, 50))) for v in values) / 2
        assert abs(float((mean * 4 * arb.pi() / 9900 - 1).mid())) < 1e-30


@pytest.mark.parametrize("digits", [5, 40, 120])
def test_digits_are_kept(digits):
    law = nt.asymptotics(nt.ntk(6), 4, digits=digits)
    for degree in (40, 41):
        assert law.eigenvalue(degree).value.rel_accuracy_bits() > digits * 3.3


def test_more_terms_repeat_the_first_ones():
    short, long = nt.asymptotics(nt.ntk(4), 3, terms=3), nt.asymptotics(nt.ntk(4), 3, terms=9)
    for parity in PARITIES:
        assert len(short.terms(parity)) == 4
        assert len(long.terms(parity)) == 10
        for a, b in zip(short.terms(parity), long.terms(parity), strict=False):
            assert a.exponent == b.exponent
            assert a.ball(parity).overlaps(b.ball(parity))


def test_latex():
    assert law_of("ntk3", 3).latex() == (
        r"\mu_\ell \sim \frac{7}{4 \pi}\, \ell^{-3} \text{ ($\ell$ even)},\quad "
        r"\mu_\ell \sim \frac{5}{4 \pi}\, \ell^{-3} \text{ ($\ell$ odd)}"
    )
    assert r"\mu_\ell = 0" in law_of("ntk2", 3).latex()
    assert law_of("laplace", 3).latex().count(r"\sim") == 1


# Bad input


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: nt.asymptotics(3, 3), InvalidInput, "needs a kernel"),
        (lambda: nt.asymptotics(np.cos, 3), InvalidInput, "nt.zonal"),
        (lambda: nt.asymptotics(nt.ntk(2), 1), InvalidInput, "dim is an integer >= 2"),
        (lambda: nt.asymptotics(nt.ntk(2), sp.Integer(1)), InvalidInput, "dim is an integer"),
        (lambda: nt.asymptotics(nt.ntk(2), 2.5), InvalidInput, "dim is an integer"),
        (lambda: nt.asymptotics(nt.ntk(2), 3, terms=0), InvalidInput, "terms is an integer"),
        (lambda: nt.asymptotics(nt.ntk(2), 3, digits=0), InvalidInput, "digits is an integer"),
        (lambda: nt.asymptotics(nt.ntk(2), 3).exponent("both"), InvalidInput, "parity"),
        (lambda: nt.asymptotics(nt.ntk(2), 3).terms(0), InvalidInput, "parity"),
        (lambda: nt.asymptotics(nt.ntk(2), 3).vanishes("Even"), InvalidInput, "parity"),
        (lambda: nt.asymptotics(nt.ntk(3), 3).eigenvalue(0), InvalidInput, "degree >= 1"),
        (lambda: nt.asymptotics(nt.ntk(3), 3).eigenvalue(-2), InvalidInput, "degree is an integer"),
        (lambda: nt.asymptotics(nt.ntk(3), 3).eigenvalue(1.5), InvalidInput, "degree is an"),
        (lambda: nt.asymptotics(nt.ntk(3), 3).eigenvalue(9, terms=0), InvalidInput, "terms is an"),
        (
            lambda: nt.asymptotics(nt.ntk(3), 3, terms=4).eigenvalue(9, terms=5),
            InvalidInput,
            r"holds 4 terms.*terms=5\)",
        ),
        (
            lambda: nt.asymptotics(nt.ntk(3), sp.Symbol("d")).eigenvalue(9),
            InvalidInput,
            "dimension that is a number",
        ),
        (
            lambda: nt.asymptotics(nt.ntk(5), sp.Symbol("d")).coefficient("even"),
            Unable,
            "ball only",
        ),
        (lambda: nt.asymptotics(nt.deep_narrow(1, 1), sp.Symbol("d")), InvalidInput, "input_dim"),
        (
            lambda: nt.asymptotics(nt.zonal("f", lambda u: u * u), 3),
            Unable,
            "plain function of floats",
        ),
        (
            lambda: nt.asymptotics(nt.zonal("abs", lambda u, ar: ar.sqrt(u * u)), 3),
            Unable,
            "singularity inside",
        ),
        (
            lambda: nt.asymptotics(RELU @ (2 * U * U - 1), 3),
            Unable,
            "singularity inside",
        ),
        (
            lambda: nt.asymptotics(nt.zonal("pole", lambda u, ar: 1 / (1 - u)), 3),
            Unable,
            "no expansion",
        ),
    ],
)
def test_bad_input(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_cancellation_that_cannot_be_decided_is_no_law():
    """0 = Θ_3 - Θ_3 has balls around zero beyond the exact terms."""
    with pytest.raises(Unable, match="cancel"):
        nt.asymptotics(nt.ntk(3) - nt.ntk(3), 3).exponent("even")


def test_the_expansion_is_kept():
    kernel = nt.ntk(9)
    terms_module.expansion.cache_clear()
    first = nt.asymptotics(kernel, 3)
    assert nt.asymptotics(kernel, 7).expansion is first.expansion
    assert terms_module.expansion.cache_info().hits == 1


def test_degrees_of_the_polynomial_part_have_no_law():
    law = nt.asymptotics(nt.ntk(2), 3)
    with pytest.raises(InvalidInput, match="polynomial part"):
        law.eigenvalue(1)
    found = law.eigenvalue(3)
    assert found.value == 0
    assert found.error == 0.0


@pytest.mark.parametrize("formula", [lambda u, ar: abs(u), lambda u, ar: max(u, 0)])
def test_formulas_of_floats_in_disguise(formula):
    with pytest.raises(Unable, match="power series"):
        nt.asymptotics(nt.zonal("disguised", formula), 3)


def test_a_fractional_dimension():
    with pytest.raises(InvalidInput, match="dim is an integer"):
        nt.asymptotics(nt.ntk(2), sp.Rational(5, 2))
