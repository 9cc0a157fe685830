"""Eigenvalues of zonal kernels: exact, in balls, in floats, and the proofs behind the balls."""

from __future__ import annotations

import cmath
import math
import time
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import acb, arb

from ntkproofs.arithmetic.balls import ball, bits_for, precision, series_length
from ntkproofs.errors import ClosedFormUnknown, InvalidInput, PrecisionExhausted, Unable
from ntkproofs.kernels.arccosine import arccosine
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.networks import cosine, cosine_map, deep_narrow, eoc, nngp, ntk
from ntkproofs.kernels.user import zonal
from ntkproofs.spectra import certified
from ntkproofs.spectra.adaptive import adaptive_eigenvalue
from ntkproofs.spectra.certified import ball_eigenvalues, ellipses
from ntkproofs.spectra.eigenvalues import eigenvalues
from ntkproofs.spectra.exact import exact_eigenvalue
from ntkproofs.spectra.floating import float_eigenvalues
from ntkproofs.spectra.harmonics import harmonic_dimension

MP = mpmath.mp.clone()
MP.dps = 45
NTK_3, LAPLACE = ntk(3), zonal("laplace", lambda u, ar: ar.exp(-ar.chord(u)))


def as_ball(value: Any, digits: int) -> arb:
    """A ball of relative radius 10^-digits around an mpmath number."""
    with precision(bits_for(digits) + 40):
        return arb(MP.nstr(value, digits + 5)) * (1 + arb(0, 1) * arb(10) ** -digits)


def relative_error(value: float, truth: arb) -> float:
    with precision(200):
        return abs(float(((arb(value) - truth) / truth).mid()))


def assert_encloses(found: list[arb], truths: list[arb], digits: int) -> None:
    """Close and narrow: every ball meets the truth and has the digits that were asked for."""
    for value, truth in zip(found, truths, strict=True):
        assert value.overlaps(truth)
        assert value.rad() < abs(value.mid()) * arb(10) ** -digits
        assert truth.rad() < abs(truth.mid()) * arb(10) ** -(digits - 10)


# Closed forms.

FACTS = [
    (arccosine(0), ["1/2", "1/8", "0", "1/128", "0", "1/512", "0"]),
    (arccosine(1), ["3/8", "1/6", "3/128", "0", "1/1536", "0"]),
    (ntk(2), ["1/2", "1/3", "5/64", "0", "1/192", "0"]),
    (nngp(2), ["3/8", "1/6", "3/128", "0", "1/1536", "0"]),
    (cosine, ["0", "1/3", "0", "0"]),
    (cosine * cosine, ["1/3", "0", "2/15", "0"]),
    (1 + 0 * cosine, ["1", "0", "0"]),
    (cosine * arccosine(0), ["1/8", "1/6", "7/128", "0", "7/1536"]),
]


@pytest.mark.parametrize(("kernel", "printed"), FACTS, ids=repr)
def test_small_values_on_the_sphere(kernel: Kernel, printed: list[str]) -> None:
    for degree, text in enumerate(printed):
        exact = exact_eigenvalue(kernel, 3, degree)
        assert exact == sp.Rational(text)
        (enclosure,) = eigenvalues(kernel, 3, degree, digits=30)
        (value,) = eigenvalues(kernel, 3, degree)
        assert value == float(exact)
        if exact == 0:
            assert enclosure.is_zero()
        else:
            assert (enclosure * int(exact.q) - int(exact.p)).contains(0)


def test_multiplication_by_the_cosine_shifts_degrees() -> None:
    """u P_l = (l P_(l-1) + (l+1) P_(l+1)) / (2l + 1) on S^2: μ_l(u k) from μ_(l±1)(k)."""
    below = [exact_eigenvalue(arccosine(0), 3, degree) for degree in range(9)]
    for degree in range(8):
        previous = degree * below[degree - 1] if degree else 0
        expected = (previous + (degree + 1) * below[degree + 1]) / (2 * degree + 1)
        for kernel in (cosine * arccosine(0), arccosine(0) * cosine):
            assert exact_eigenvalue(kernel, 3, degree) == expected
        assert exact_eigenvalue(ntk(2), 3, degree) == expected + exact_eigenvalue(
            arccosine(1), 3, degree
        )


def test_powers_of_the_cosine_nest() -> None:
    u = cosine
    product = (u * arccosine(2)) * (u * u)
    for degree in range(6):
        expected = exact_eigenvalue(u * (u * (u * arccosine(2))), 4, degree)
        assert exact_eigenvalue(product, 4, degree) == expected != 0


@pytest.mark.parametrize("dim", [2, 3, 4, 7])
@pytest.mark.parametrize("power", [1, 4, 7])
def test_eigenvalues_of_monomials(dim: int, power: int) -> None:
    """μ_l(u^n) = n! Γ(d/2) / (2^n ((n-l)/2)! Γ((n+l+d)/2)) for even n - l >= 0, else 0."""
    kernel = cosine
    for _ in range(power - 1):
        kernel = kernel * cosine
    for degree in range(power + 3):
        expected = sp.Integer(0)
        if degree <= power and (power - degree) % 2 == 0:
            expected = (
                sp.factorial(power)
                * sp.gamma(sp.Rational(dim, 2))
                / (2**power * sp.factorial((power - degree) // 2))
                / sp.gamma(sp.Rational(power + degree + dim, 2))
            )
        assert sp.simplify(exact_eigenvalue(kernel, dim, degree) - expected) == 0


@pytest.mark.parametrize("dim", [2, 3, 4, 10])
@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_closed_forms_against_certified_quadrature(order: int, dim: int) -> None:
    kernel = arccosine(order)
    degrees = tuple(
        degree for degree in (0, 1, 2, 3, 4, 9, 20) if degree <= order or (degree - order) % 2
    )
    closed = eigenvalues(kernel, dim, degrees, digits=50)
    assert_encloses(ball_eigenvalues(kernel, dim, degrees, 30), closed, 30)


@pytest.mark.parametrize("dim", [2, 3, 4, 10])
def test_the_two_layer_kernel_against_certified_quadrature(dim: int) -> None:
    degrees = (0, 1, 2, 4, 20, 60)
    closed = eigenvalues(ntk(2), dim, degrees, digits=50)
    assert_encloses(ball_eigenvalues(ntk(2), dim, degrees, 30), closed, 30)


@pytest.mark.parametrize(
    ("kernel", "vanishing"),
    [
        (arccosine(0), range(2, 41, 2)),
        (arccosine(1), range(3, 41, 2)),
        (arccosine(3), range(5, 41, 2)),
        (ntk(2), range(3, 41, 2)),
        (arccosine(2) - 3 * cosine, range(4, 41, 2)),
    ],
    ids=repr,
)
@pytest.mark.parametrize("dim", [2, 3, 4])
def test_zeros_by_parity_are_exact(kernel: Kernel, vanishing: range, dim: int) -> None:
    assert np.all(eigenvalues(kernel, dim, vanishing) == 0)
    assert all(value.is_zero() for value in eigenvalues(kernel, dim, vanishing, digits=5))
    assert all(exact_eigenvalue(kernel, dim, degree) is sp.S.Zero for degree in vanishing)
    others = [degree for degree in range(41) if degree not in vanishing]
    assert np.all(eigenvalues(kernel, dim, others) != 0)


M = sp.Symbol("m", integer=True, positive=True)
D = sp.Symbol("d", integer=True, positive=True)


@pytest.mark.parametrize(
    ("kernel", "degree"),
    [
        (arccosine(0), 2 * M + 1),
        (arccosine(1), 2 * M),
        (arccosine(2), 2 * M + 1),
        (ntk(2), 2 * M),
        (3 * arccosine(1) + cosine * arccosine(0) / 2, 2 * M),
        (cosine * (cosine * arccosine(1)), 2 * M + 2),
    ],
    ids=repr,
)
def test_symbolic_closed_forms_hold_for_numbers(kernel: Kernel, degree: sp.Expr) -> None:
    formula = exact_eigenvalue(kernel, D, degree)
    assert formula.free_symbols == {M, D}
    for dim, m in ((2, 2), (3, 2), (4, 3), (11, 5)):
        number = degree.subs(M, m)
        expected = exact_eigenvalue(kernel, dim, number)
        assert expected != 0
        assert sp.simplify(formula.subs({D: dim, M: m}) - expected) == 0
        half = exact_eigenvalue(kernel, dim, degree).subs(M, m)
        assert sp.simplify(half - expected) == 0


def test_symbolic_closed_forms_know_their_zeros() -> None:
    assert exact_eigenvalue(ntk(2), D, 2 * M + 1) == 0
    assert exact_eigenvalue(arccosine(0), D, 2 * M) == 0
    assert exact_eigenvalue(1 + cosine, D, 2 * M + 1) == 0
    with pytest.raises(InvalidInput, match="parity"):
        exact_eigenvalue(ntk(2), D, M)


@pytest.mark.parametrize("kernel", [ntk(3), LAPLACE, arccosine(1) * arccosine(0)], ids=repr)
def test_closed_forms_that_are_unknown(kernel: Kernel) -> None:
    with pytest.raises(ClosedFormUnknown, match="digits=50"):
        exact_eigenvalue(kernel, 3, 2)
    with pytest.raises(ClosedFormUnknown):
        exact_eigenvalue(kernel, D, 2 * M)


@pytest.mark.parametrize("digits", [5, 30, 100])
def test_closed_forms_that_cancel_keep_their_digits(digits: int) -> None:
    """μ_0 of arccosine(1) on the circle is 4/π², of which a float is taken away."""
    kernel = arccosine(1) - 4 / np.pi**2
    (value,) = eigenvalues(kernel, 2, 0, digits=digits)
    with precision(800):
        truth = 4 / arb.pi() ** 2 - arb(4 / np.pi**2)
        assert abs(value - truth) < abs(truth) * arb(10) ** -digits
    assert relative_error(eigenvalues(kernel, 2, 0)[0], truth) < 1e-15


def test_the_trace() -> None:
    """Σ N(d, l) μ_l = k(1) = 1, from below; the terms fall like l^-4 over even l on S^2."""
    last = 200
    terms = [
        harmonic_dimension(3, degree) * exact_eigenvalue(arccosine(1), 3, degree)
        for degree in range(last + 1)
    ]
    assert all(term >= 0 for term in terms)
    missing = 1 - sum(terms)
    assert 0 < missing < sp.Rational(1, 10**6)
    # Σ over even l > L of c l^-4 is c/(6 (L + 1)³) up to relative L^-2
    tail = terms[last] * (last + sp.Rational(1, 2)) ** 4 / (6 * (last + sp.Rational(1, 2) + 1) ** 3)
    assert abs(missing / tail - 1) < sp.Rational(1, 1000)


# Balls.


def by_mpmath(function: Callable[[Any], Any], dim: int, degree: int) -> Any:
    """μ_l of a function of the angle by mpmath's quadrature, at 45 digits."""
    half = MP.mpf(dim) / 2
    constant = MP.gamma(half) / (MP.sqrt(MP.pi) * MP.gamma(half - 0.5))

    def integrand(angle: Any) -> Any:
        polynomial = MP.hyp2f1(-degree, degree + dim - 2, half - 0.5, MP.sin(angle / 2) ** 2)
        return function(angle) * polynomial * MP.sin(angle) ** (dim - 2)

    return constant * MP.quad(integrand, MP.linspace(0, MP.pi, 3 + degree // 4))


def three_layers(angle: Any) -> Any:
    """The NTK of three layers of the angle, written out."""

    def step(a: Any) -> Any:
        return (MP.sin(a) + (MP.pi - a) * MP.cos(a)) / MP.pi

    second = MP.acos(min(MP.mpf(1), step(angle)))
    two = MP.cos(angle) * (MP.pi - angle) / MP.pi + step(angle)
    return two * (MP.pi - second) / MP.pi + step(second)


@pytest.mark.parametrize(("dim", "degrees"), [(2, (3,)), (3, (0, 6)), (10, (2,))])
def test_three_layers_against_mpmath(dim: int, degrees: tuple[int, ...]) -> None:
    truths = [as_ball(by_mpmath(three_layers, dim, degree), 30) for degree in degrees]
    assert_encloses(eigenvalues(NTK_3, dim, degrees, digits=30), truths, 30)


def test_laplace_against_mpmath() -> None:
    truth = as_ball(by_mpmath(lambda a: MP.exp(-2 * MP.sin(a / 2)), 4, 5), 30)
    assert_encloses(eigenvalues(LAPLACE, 4, 5, digits=30), [truth], 30)


@pytest.mark.parametrize("dim", [2, 3, 10])
def test_the_gaussian_has_bessel_eigenvalues(dim: int) -> None:
    """μ_l of e^(t u) is Γ(d/2) (2/t)^(d/2-1) I_(l+d/2-1)(t)."""
    kernel = zonal("gaussian", lambda u, ar: ar.exp(2 * (u - 1)))
    half = MP.mpf(dim) / 2
    degrees = (0, 1, 8, 40)
    truths = [
        as_ball(MP.exp(-2) * MP.gamma(half) * MP.besseli(degree + half - 1, 2), 40)
        for degree in degrees
    ]
    assert_encloses(eigenvalues(kernel, dim, degrees, digits=40), truths, 40)
    for value, truth in zip(eigenvalues(kernel, dim, degrees), truths, strict=True):
        assert relative_error(value, truth) < 1e-15


def poisson(dim: int) -> Kernel:
    """(1 - r²)/(1 - 2 r u + r²)^(d/2) with r = 1/2, whose eigenvalues are r^l."""

    def formula(u: Any, ar: Any) -> Any:
        square = ar.number(Fraction(5, 4)) - u
        root = square ** (dim // 2) * (ar.sqrt(square) if dim % 2 else 1)
        return ar.number(Fraction(3, 4)) / root

    return zonal(f"poisson {dim}", formula)


@pytest.mark.parametrize("dim", [2, 3, 4, 5])
def test_poissons_kernel_has_powers_for_eigenvalues(dim: int) -> None:
    degrees = (0, 1, 2, 3, 10, 33)
    truths = [arb(2) ** -degree for degree in degrees]
    assert_encloses(eigenvalues(poisson(dim), dim, degrees, digits=25), truths, 25)
    for value, degree in zip(eigenvalues(poisson(dim), dim, degrees), degrees, strict=True):
        assert value == pytest.approx(0.5**degree, rel=4e-16, abs=0)


@pytest.mark.parametrize("dim", [2, 3, 6])
def test_the_distance_has_gamma_eigenvalues(dim: int) -> None:
    """(1-u)^ν has 2^(ν+d-2) Γ(d/2) Γ(ν+(d-1)/2)/(√π Γ(-ν)) Γ(l-ν)/Γ(l+ν+d-1); ν = 1/2."""
    kernel = zonal("distance", lambda u, ar: ar.chord(u))
    half = arb(1) / 2
    degrees = (0, 1, 2, 7, 30, 100)
    with precision(200):
        d = arb(dim)
        constant = arb(2) ** (half + d - 2) * (d / 2).gamma() * (d / 2).gamma()
        constant /= arb.pi().sqrt() * (-half).gamma()
        truths = [
            arb(2).sqrt() * constant * (degree - half).gamma() / (degree + half + d - 1).gamma()
            for degree in degrees
        ]
    assert_encloses(eigenvalues(kernel, dim, degrees, digits=30), truths, 30)
    for value, truth in zip(eigenvalues(kernel, dim, degrees), truths, strict=True):
        assert relative_error(value, truth) < 1e-15


@pytest.mark.parametrize("degree", [0, 1, 2, 4])
def test_adaptive_quadrature_and_gauss_legendre_agree(degree: int) -> None:
    adaptive = adaptive_eigenvalue(arccosine(1), 3, degree, 20)
    assert_encloses([adaptive], ball_eigenvalues(arccosine(1), 3, (degree,), 30), 20)


def test_a_kernel_that_is_not_analytic_in_the_angle() -> None:
    """Steps of steps behave like the square root of the angle."""
    kernel = arccosine(0) @ arccosine(0)
    assert ellipses(kernel) == ()

    def function(angle: Any) -> Any:
        return 1 - MP.acos(1 - angle / MP.pi) / MP.pi

    truths = [as_ball(by_mpmath(function, 3, degree), 25) for degree in (0, 1, 2)]
    found = eigenvalues(kernel, 3, range(3), digits=10)
    assert_encloses(found, truths, 10)
    for value, truth in zip(eigenvalues(kernel, 3, range(3)), truths, strict=True):
        assert relative_error(value, truth) < 1e-12


def test_a_kernel_with_a_corner() -> None:
    """The mean of |u - 1/2| and of |u - 1/2| u over S^2, where u is uniform on [-1, 1]."""
    kernel = zonal("corner", lambda u, ar: ar.sqrt((u - ar.number(0.5)) ** 2))
    found = eigenvalues(kernel, 3, range(2), digits=10)
    with precision(100):
        truths = [arb(5) / 8, -arb(11) / 48]
    assert_encloses(found, truths, 10)


def test_balls_of_few_and_of_many_digits_agree() -> None:
    degrees = (0, 1, 2, 5, 40)
    fine = eigenvalues(NTK_3, 3, degrees, digits=120)
    for digits in (1, 15, 60):
        assert_encloses(eigenvalues(NTK_3, 3, degrees, digits=digits), fine, digits)


def test_balls_come_in_the_order_of_the_degrees() -> None:
    mixed = eigenvalues(NTK_3, 3, [5, 0, 2, 5], digits=20)
    ordered = eigenvalues(NTK_3, 3, [0, 2, 5], digits=20)
    assert all(mixed[i].overlaps(ordered[j]) for i, j in enumerate([2, 0, 1, 2]))
    floats = eigenvalues(NTK_3, 3, [5, 0, 2, 5])
    assert floats.tolist() == eigenvalues(NTK_3, 3, [0, 2, 5])[[2, 0, 1, 2]].tolist()


def test_an_eigenvalue_that_is_zero_cannot_be_certified() -> None:
    cube = zonal("cube", lambda u, ar: u**3)
    assert eigenvalues(cube, 3, [1, 3]) == pytest.approx([1 / 5, 2 / 35], rel=1e-15, abs=0)
    assert all(value == 0 for value in eigenvalues(cube, 3, [5, 2], digits=20))
    # cos 3θ = 4u³ - 3u is a polynomial in disguise: nothing tells that μ_5 is exactly 0.
    kernel = zonal("cos 3θ", lambda u, ar: ar.cos(3 * ar.acos(u)))
    assert eigenvalues(kernel, 3, [1, 3]) == pytest.approx([-1 / 5, 8 / 35], rel=1e-14, abs=0)
    before = time.perf_counter()
    with pytest.raises(PrecisionExhausted, match=r"\[5\].*contain 0"):
        eigenvalues(kernel, 3, [1, 3, 5], digits=20)
    with pytest.raises(PrecisionExhausted):
        adaptive_eigenvalue(kernel, 3, 5, 10)
    assert time.perf_counter() - before < 60  # it gives up


# Floats.


@pytest.mark.parametrize("dim", [2, 3, 10])
@pytest.mark.parametrize(
    "kernel", [NTK_3, nngp(3), eoc(3, 1, 3), deep_narrow(1, 1), LAPLACE], ids=repr
)
def test_floats_against_balls(kernel: Kernel, dim: int) -> None:
    degrees = (*range(5), 50, 200)
    values = eigenvalues(kernel, dim, degrees)
    truths = ball_eigenvalues(kernel.at_dim(dim), dim, degrees, 18)
    assert values.dtype == np.float64
    assert values.shape == (len(degrees),)
    errors = [relative_error(v, t) for v, t in zip(values, truths, strict=True)]
    assert max(errors) < 1e-15


def test_floats_of_closed_forms_are_correctly_rounded() -> None:
    degrees = [*range(0, 60, 2), 500, 1000]
    for dim in (2, 3, 10):
        truths = eigenvalues(ntk(2), dim, degrees, digits=40)
        values = eigenvalues(ntk(2), dim, degrees)
        errors = [relative_error(v, t) for v, t in zip(values, truths, strict=True)]
        assert max(errors) < 1.12e-16


@pytest.mark.parametrize("dim", [3, 10])
def test_the_estimated_errors_hold(dim: int) -> None:
    found = float_eigenvalues(NTK_3, dim, 400)
    degrees = (0, 1, 7, 50, 200, 400)
    for degree, truth in zip(degrees, ball_eigenvalues(NTK_3, dim, degrees, 25), strict=True):
        value = float(found.values[degree])
        rounding = 2.0**-53 * abs(value)
        assert abs(arb(value) - truth) < found.errors[degree] + rounding


def test_where_floats_fall_short_balls_take_over() -> None:
    """At degree 300 in dimension 10 the two-width kernel is 1e-27, and the sum has 31 digits."""
    kernel = deep_narrow(1, 1).at_dim(10)
    raw, degrees = float_eigenvalues(kernel, 10, 300), (0, 300)
    assert raw.errors[300] > 1e-12 * abs(raw.values[300])
    truths = ball_eigenvalues(kernel, 10, degrees, 20)
    for value, truth in zip(eigenvalues(kernel, 10, degrees), truths, strict=True):
        assert relative_error(value, truth) < 1.2e-16


def test_a_plain_function_has_floats_only() -> None:
    kernel = zonal("plain", lambda u: np.exp(u - 1))
    exact = zonal("formula", lambda u, ar: ar.exp(u - 1))
    np.testing.assert_allclose(
        eigenvalues(kernel, 3, range(6)), eigenvalues(exact, 3, range(6)), rtol=0, atol=2e-16
    )
    with pytest.raises(Unable, match="plain function of floats"):
        eigenvalues(kernel, 3, 2, digits=10)


def test_linearity() -> None:
    combined = 2 * NTK_3 - LAPLACE / 3 + 1
    values = [eigenvalues(k, 4, range(9)) for k in (combined, NTK_3, LAPLACE)]
    expected = 2 * values[1] - values[2] / 3
    expected[0] += 1
    np.testing.assert_allclose(values[0], expected, rtol=4e-16 * 10, atol=0)


# What is refused.


@pytest.mark.parametrize(
    "ask",
    [
        lambda: eigenvalues(NTK_3, 1, 0),
        lambda: eigenvalues(NTK_3, 0, 0),
        lambda: eigenvalues(NTK_3, 2.5, 0),
        lambda: eigenvalues(NTK_3, True, 0),
        lambda: eigenvalues(NTK_3, None, 0),
        lambda: eigenvalues(NTK_3, 3, -1),
        lambda: eigenvalues(NTK_3, 3, 1.5),
        lambda: eigenvalues(NTK_3, 3, [0, 1, -2]),
        lambda: eigenvalues(NTK_3, 3, [True]),
        lambda: eigenvalues(NTK_3, 3, []),
        lambda: eigenvalues(NTK_3, 3, "3"),
        lambda: eigenvalues(NTK_3, 3, None),
        lambda: eigenvalues(NTK_3, 3, 0, digits=0),
        lambda: eigenvalues(NTK_3, 3, 0, digits=-3),
        lambda: eigenvalues(NTK_3, 3, 0, digits=1.5),
        lambda: eigenvalues(ntk(2), 3, 0, digits=0),
        lambda: eigenvalues(np.exp, 3, 0),
        lambda: eigenvalues(3, 3, 0),
        lambda: eigenvalues(arccosine(1) @ ntk(2), 3, 0),
        lambda: exact_eigenvalue(ntk(2), 1, 0),
        lambda: exact_eigenvalue(ntk(2), 3, -1),
        lambda: exact_eigenvalue(ntk(2), 3, [1, 2.5]),
    ],
)
def test_what_has_no_eigenvalues(ask: Callable[[], Any]) -> None:
    with pytest.raises(InvalidInput):
        ask()


# Proofs of analyticity.


def ellipse_through(angle: Any) -> float:
    """The ρ of the Bernstein ellipse around [0, π] through a complex angle."""
    z = 2 * MP.mpmathify(angle) / MP.pi - 1
    root = MP.sqrt(z * z - 1)
    return float(max(abs(z + root), abs(z - root)))


@pytest.mark.parametrize(
    ("kernel", "singularity"),
    [
        (zonal("pole", lambda u, ar: 1 / (ar.number(Fraction(21, 20)) - u)), MP.acos(1.05)),
        (zonal("branch", lambda u, ar: ar.sqrt(ar.number(Fraction(6, 5)) - u)), MP.acos(1.2)),
        (zonal("below", lambda u, ar: 1 / (u + 2) ** 2), MP.acos(-2)),
        (zonal("inner", lambda u, ar: ar.asin(u / 2)), MP.acos(2)),
        (poisson(3), MP.acos(1.25)),
    ],
    ids=repr,
)
def test_ellipses_leave_singularities_outside(kernel: Kernel, singularity: Any) -> None:
    limit = ellipse_through(singularity)
    proved = [ellipse.rho for ellipse in ellipses(kernel)]
    assert proved
    assert max(proved) < limit
    # and are not far smaller than need be: the next larger candidate contains the singularity
    larger = [rho for rho in (1.05, 1.12, 1.3, 1.7, 2.4, 4.0) if rho > max(proved)]
    assert larger[0] > 0.85 * limit


def test_ellipses_of_entire_kernels_are_wide() -> None:
    assert max(ellipse.rho for ellipse in ellipses(ntk(2))) > 20
    assert max(ellipse.rho for ellipse in ellipses(arccosine(3))) > 20


def step(angle: Any) -> Any:
    """κ_1 as an entire function of the angle."""
    return ((MP.pi - angle) * MP.cos(angle) + MP.sin(angle)) / MP.pi


def test_three_layers_stop_at_their_branch_points() -> None:
    """arccos of the second cosine branches where that is -1 at a complex angle."""
    branch = MP.findroot(lambda t: step(t) + 1, MP.mpc(2.3, 1.8))
    assert abs(MP.diff(step, branch)) > 0.1  # a simple zero: a square root of the angle
    proved = [ellipse.rho for ellipse in ellipses(NTK_3)]
    assert 2.4 in proved
    assert max(proved) < ellipse_through(branch) < 2.74


@pytest.mark.parametrize(
    "kernel",
    [
        arccosine(0) @ arccosine(0),
        arccosine(1) @ arccosine(0),
        zonal("corner", lambda u, ar: ar.sqrt((u - ar.number(0.5)) ** 2)),
        zonal("pole inside", lambda u, ar: 1 / (u - ar.number(0.25))),
        # branches at an angle of 1e-20
        arccosine(1) @ ((1 - Fraction(1, 10**40)) * cosine),
        # C¹ is not known of the inner kernel, however smooth it is
        arccosine(1) @ zonal("unknown", lambda u, ar: (u + u**3) / 2),
    ],
    ids=repr,
)
def test_no_ellipse_for_kernels_that_are_not_analytic(kernel: Kernel) -> None:
    assert ellipses(kernel) == ()


def test_an_inner_kernel_declared_smooth_is_continued() -> None:
    inner = zonal("known", lambda u, ar: (u + u**3) / 2, differentiable=True)
    assert ellipses(arccosine(1) @ inner)


FLAT = arccosine(0) @ (Fraction(99_999, 100_000) + cosine_map(Fraction(1, 10)) / 100_000)


def test_the_zeros_of_sines_beyond_the_interval_are_seen() -> None:
    """(1 - S)/sin²(θ/2) has a pole at 2π unless S is 1 there, and arccos S two branch points.

    On a wide ellipse its real part is positive all along the boundary nevertheless.
    """

    def cosine_of(t: Any) -> Any:
        return 1 - (1 - MP.cos(t) - MP.mpf(2) / 10 / MP.pi * (MP.sin(t) - t * MP.cos(t))) / 100_000

    branch = MP.findroot(lambda t: cosine_of(t) - 1, MP.mpc(2 * MP.pi, 1))
    assert abs(branch - 2 * MP.pi) < 1.5
    assert max(ellipse.rho for ellipse in ellipses(FLAT)) < ellipse_through(branch) < 8
    truth = as_ball(by_mpmath(lambda t: 1 - MP.acos(cosine_of(t)) / MP.pi, 3, 3), 30)
    assert_encloses(ball_eigenvalues(FLAT, 3, (3,), 30), [truth], 30)


def continued(angle: complex, depth: int) -> complex:
    """The NTK at a complex angle, every layer's arccos followed there from the interval.

    On a path of small steps that avoids the poles, an arccos is that branch, ± and modulo 2π,
    which is nearest to the value before.
    """
    steps, start, pi = 500, math.pi / 2, math.pi
    before: list[complex] = []
    for i in range(steps + 1):
        part = i / steps
        here = start + (angle - start) * part + 0.3j * math.sin(pi * part)
        tangent, followed = cmath.cos(here), [here]
        for layer in range(1, depth):
            a = followed[-1]
            covariance = (cmath.sin(a) + (pi - a) * cmath.cos(a)) / pi
            tangent = tangent * (pi - a) / pi + covariance
            branch = cmath.acos(covariance)
            if before:
                turns = (-2 * pi, 0, 2 * pi)
                branches = [sign * branch + turn for sign in (1, -1) for turn in turns]
                branch = min(branches, key=lambda b, last=before[layer]: abs(b - last))
                assert abs(branch - before[layer]) < 0.1
            followed.append(branch)
        before = followed
    return tangent


def boundary(rho: float, parameter: float) -> complex:
    phase = cmath.exp(1j * parameter)
    return math.pi / 2 * (1 + (rho * phase + 1 / (rho * phase)) / 2)


@pytest.mark.parametrize(("kernel", "depth"), [(ntk(2), 2), (NTK_3, 3), (ntk(4), 4)], ids=repr)
@pytest.mark.parametrize("parameter", [0.0, 0.3, 0.9, 1.6, 2.5, 3.0, math.pi])
def test_values_on_arcs_enclose_the_continuation(
    kernel: Kernel, depth: int, parameter: float
) -> None:
    rho, width = 2.4, 1e-3
    with precision(64), series_length(5):
        value = certified._value_on_arc(kernel, rho, arb(parameter, width))
    for shift in (-0.99, 0, 0.99):
        truth = continued(boundary(rho, parameter + shift * width), depth)
        assert value.overlaps(acb(arb(truth.real, 1e-12), arb(truth.imag, 1e-12)))
    assert value.real.rad() < 0.01 * abs(value).upper()
    assert value.imag.rad() < 0.01 * abs(value).upper()


def test_the_continuation_is_not_the_principal_branch() -> None:
    """A control of the test above: at the left end of the ellipse the angle is negative."""
    angle = boundary(2.4, math.pi)
    assert angle.real < 0
    with precision(64), series_length(5):
        value = certified._value_on_arc(NTK_3, 2.4, arb.pi())
    principal = complex(three_layers(MP.mpf(angle.real)))
    assert abs(principal - continued(angle, 3)) > 0.1
    assert not value.overlaps(acb(arb(principal.real, 0.1), arb(0, 0.1)))


# The proven remainder.

CONTROLS = [
    (NTK_3, 3, (0, 1, 6)),
    (NTK_3, 10, (2, 5)),
    (eoc(3, 1, 3), 2, (0, 3)),
    (LAPLACE, 3, (1, 8)),
    (poisson(4), 4, (0, 5)),
    (ntk(2), 3, (2, 20)),
]


@lru_cache
def fine_values(kernel: Kernel, dim: int, degrees: tuple[int, ...]) -> list[arb]:
    return ball_eigenvalues(kernel, dim, degrees, 60)


@pytest.fixture
def rule_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the number of nodes, whatever the tolerance."""
    return lambda size: monkeypatch.setattr(certified, "_rule_size", lambda *_: size)


@pytest.mark.parametrize("size", [6, 12, 24])
@pytest.mark.parametrize(("kernel", "dim", "degrees"), CONTROLS, ids=repr)
def test_a_rule_that_is_too_small_gives_wider_balls_that_hold_the_truth(
    kernel: Kernel, dim: int, degrees: tuple[int, ...], size: int, rule_of: Callable[[int], None]
) -> None:
    truths = fine_values(kernel, dim, degrees)
    full = certified._gauss_legendre_values(kernel, dim, list(degrees), 100)
    rule_of(size)
    small = certified._gauss_legendre_values(kernel, dim, list(degrees), 100)
    for value, wide, truth in zip(full, small, truths, strict=True):
        assert value.contains(truth.mid())
        assert wide.contains(truth.mid())
        assert value.rad() < 1e-28
        assert wide.rad() > 1e6 * value.rad()


@pytest.mark.parametrize(("kernel", "dim", "degrees"), CONTROLS, ids=repr)
def test_without_the_remainder_small_rules_miss_the_truth(
    kernel: Kernel,
    dim: int,
    degrees: tuple[int, ...],
    rule_of: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    truths = fine_values(kernel, dim, degrees)
    rule_of(8)
    bounds = [certified._remainder(kernel, dim, degree, 8) for degree in degrees]
    monkeypatch.setattr(certified, "_remainder", lambda *_: arb(0))
    bare = certified._gauss_legendre_values(kernel, dim, list(degrees), 100)
    for value, truth, bound in zip(bare, truths, bounds, strict=True):
        assert not value.overlaps(truth)
        with precision(200):
            assert abs(value - truth) < bound


def test_the_remainder_falls_geometrically_as_the_error_does() -> None:
    """By ρ^-2 a node; a bound that did not fall, or fell faster than the error, would show."""
    ellipse = ellipses(NTK_3)[0]
    bounds = [float(certified._remainder_on(ellipse, 3, 2, size)) for size in (10, 20)]
    assert bounds[0] / bounds[1] == pytest.approx(ellipse.rho**20, rel=1e-9)


@pytest.mark.parametrize("degree", [0, 3, 30])
def test_rules_are_as_large_as_they_must_be(degree: int) -> None:
    """The number of nodes is the least whose bound is below the tolerance."""
    with precision(64):
        tolerance = ball(2) ** -120
        size = certified._rule_size(LAPLACE, 3, degree, tolerance)
        scale = certified.sphere_constant_ball(3) * arb.pi() / 2
        assert certified._remainder(LAPLACE, 3, degree, size) < 1.001 * tolerance * scale
        assert certified._remainder(LAPLACE, 3, degree, size - 2) > tolerance * scale
