"""Eigenvalues of (1-u)^ν: against quadrature, polynomials, recurrences and limits."""

from fractions import Fraction

import mpmath
import pytest
import sympy as sp
from flint import acb, arb

from ntkproofs.arithmetic.balls import ball, precision
from ntkproofs.spectra.endpoints import (
    endpoint_ball,
    endpoint_constant,
    endpoint_constant_ball,
    endpoint_eigenvalue,
)
from ntkproofs.spectra.harmonics import gegenbauer

EXPONENTS = [Fraction(1, 2), Fraction(3, 2), Fraction(1, 4), Fraction(7, 8), Fraction(-1, 4)]
DIMS = [2, 3, 4, 7, 10]


def by_quadrature(nu, dim, degree, sign=1):
    """c_d ∫ (1 - s cos θ)^ν P_l(cos θ) sin^(d-2) θ dθ by mpmath's tanh-sinh rule."""
    mp = mpmath.mp.clone()
    mp.dps = 30
    half = mp.mpf(dim) / 2
    constant = mp.gamma(half) / (mp.sqrt(mp.pi) * mp.gamma(half - mp.mpf(1) / 2))

    def integrand(x):
        sine, cosine = mp.sin(x / 2), mp.cos(x / 2)
        base = 2 * (sine if sign == 1 else cosine) ** 2
        u = mp.cos(x)
        return (
            base ** (mp.mpf(nu.numerator) / nu.denominator)
            * gegenbauer(degree, dim, u)
            * (2 * sine * cosine) ** (dim - 2)
        )

    pieces = mp.linspace(0, mp.pi, degree + 2)
    return constant * mp.quad(integrand, pieces)


@pytest.mark.parametrize(
    ("nu", "dim"),
    # At ν < 0 and d = 2 the integrand is infinite at the end, where the rule loses digits.
    [(nu, dim) for nu in EXPONENTS for dim in DIMS if nu > 0 or dim > 2],
)
def test_against_quadrature(nu, dim):
    for degree in (0, 1, 2, 5, 8):
        expected = by_quadrature(nu, dim, degree)
        with precision(100):
            found = endpoint_ball(nu, dim, degree)
            assert abs(found - arb(mpmath.nstr(expected, 25))) < 1e-15 * abs(found)
        exact = sp.N(endpoint_eigenvalue(nu, dim, degree), 25)
        assert abs(float(exact) - float(expected)) < 1e-14 * abs(float(expected))


@pytest.mark.parametrize("degree", [1, 2, 5])
def test_the_other_pole_has_the_sign_of_the_parity(degree):
    nu = Fraction(3, 2)
    assert float(by_quadrature(nu, 4, degree, sign=-1)) == pytest.approx(
        (-1) ** degree * float(endpoint_ball(nu, 4, degree).mid()), rel=1e-13
    )


@pytest.mark.parametrize(("nu", "dim", "degree"), [(Fraction(1, 2), 5, 4), (Fraction(1, 4), 5, 3)])
def test_against_a_rigorous_integral(nu, dim, degree):
    """Arb's adaptive integration on [δ, π], and a bound of the piece that is left out."""
    with precision(90):
        delta = arb(2) ** -60

        def integrand(x, analytic):
            base = 2 * (x / 2).sin() ** 2
            if analytic and not base.real > 0:
                return acb("nan")
            power = (base.log() * ball(nu)).exp()
            u = x.cos()
            return power * acb_gegenbauer(degree, dim, u) * x.sin() ** (dim - 2)

        inner = acb.integral(integrand, delta, arb.pi()).real
        rest = arb(0, 1) * delta * arb(2) ** ball(nu)
        half = arb(dim) / 2
        constant = half.gamma() / (arb.pi().sqrt() * (half - arb(1) / 2).gamma())
        found = constant * (inner + rest)
        assert found.overlaps(endpoint_ball(nu, dim, degree))
        assert found.rad() < 1e-15


def acb_gegenbauer(degree, dim, u):
    """P_l by the three-term recurrence, P_l(1) = 1."""
    before, now = acb(1), u
    for n in range(1, degree):
        before, now = now, ((2 * n + dim - 2) * u * now - n * before) / (n + dim - 2)
    return now if degree else before


@pytest.mark.parametrize("dim", DIMS)
def test_integer_powers_are_polynomials(dim):
    for nu in (1, 2, 3):
        for degree in range(nu + 1, nu + 5):
            assert endpoint_eigenvalue(nu, dim, degree) == 0
    assert endpoint_constant(2, dim) == 0


def test_symbols():
    d, l, nu = sp.symbols("d l nu", positive=True)  # noqa: E741
    law = endpoint_eigenvalue(nu, d, l)
    value = law.subs({d: 5, l: 7, nu: sp.Rational(3, 2)})
    assert sp.simplify(value - endpoint_eigenvalue(Fraction(3, 2), 5, 7)) == 0
    ratio = sp.gammasimp(law.subs(l, l + 1) / law)
    assert sp.simplify(ratio - (l - nu) / (l + nu + d - 1)) == 0


@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize("nu", EXPONENTS)
def test_the_constant_is_the_limit(nu, dim):
    with precision(200):
        constant = endpoint_constant_ball(nu, dim)
        scaled = [
            endpoint_ball(nu, dim, degree) * arb(degree) ** (2 * ball(nu) + dim - 1)
            for degree in (10**4, 10**5)
        ]
        errors = [abs(float((value / constant - 1).mid())) for value in scaled]
        assert errors[1] < errors[0] / 5 < 1e-3
    exact = sp.N(endpoint_constant(nu, dim), 30)
    assert float(exact) == pytest.approx(float(constant.mid()), rel=1e-14)


def test_the_constant_is_not_that_of_the_printed_lemma():
    """ν = 1/2, d = 3: Λ_l = -2 sqrt2/((2l-1)(2l+1)(2l+3)), so that the decay is l^-(2ν+d-1)."""
    for degree in (1, 2, 10):
        expected = -2 * sp.sqrt(2) / ((2 * degree - 1) * (2 * degree + 1) * (2 * degree + 3))
        assert sp.simplify(endpoint_eigenvalue(Fraction(1, 2), 3, degree) - expected) == 0
    assert sp.simplify(endpoint_constant(Fraction(1, 2), 3) + sp.sqrt(2) / 4) == 0


@pytest.mark.parametrize("degree", [0, 1, 2, 50, 10**6])
@pytest.mark.parametrize("nu", [*EXPONENTS, Fraction(21, 2)])
def test_the_ways_of_the_gamma_ratio_agree(nu, degree):
    """Rising factorials where the ratio is rational, log-gammas elsewhere."""
    with precision(300):
        for dim in (3, 4):
            found = endpoint_ball(nu, dim, degree)
            gammas = (ball(degree - nu)).gamma() * (ball(degree + nu) + dim - 1).rgamma()
            if degree < 10**5:
                assert found.overlaps(endpoint_constant_ball(nu, dim) * gammas)
            assert found.rel_accuracy_bits() > 200
