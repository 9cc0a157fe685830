"""Eigenvalues of zonal kernels in balls, against mpmath and what is known in closed form."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flint import arb

from ntkproofs.arithmetic.balls import precision
from ntkproofs.errors import PrecisionExhausted
from ntkproofs.kernels.arccosine import arccosine
from ntkproofs.kernels.user import zonal
from ntkproofs.spectra.adaptive import adaptive_eigenvalue
from ntkproofs.spectra.certified import ball_eigenvalues, ellipses
from ntkproofs.spectra.eigenvalues import eigenvalues

from ._eigenvalues import (
    LAPLACE,
    MP,
    NTK_3,
    as_ball,
    assert_encloses,
    by_mpmath,
    poisson,
    relative_error,
    three_layers,
)


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
    before = time.process_time()
    with pytest.raises(PrecisionExhausted, match=r"\[5\].*contain 0"):
        eigenvalues(kernel, 3, [1, 3, 5], digits=20)
    with pytest.raises(PrecisionExhausted):
        adaptive_eigenvalue(kernel, 3, 5, 10)
    assert time.process_time() - before < 60  # it gives up
