"""The proofs behind the balls: ellipses in which kernels are analytic."""

from __future__ import annotations

import cmath
import math
from fractions import Fraction
from typing import Any

import pytest
from flint import acb, arb

from ntkproofs.arithmetic.balls import precision, series_length
from ntkproofs.kernels.arccosine import arccosine
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.networks import cosine, cosine_map, ntk
from ntkproofs.kernels.user import zonal
from ntkproofs.spectra import certified
from ntkproofs.spectra.certified import ball_eigenvalues, ellipses

from ._eigenvalues import (
    MP,
    NTK_3,
    as_ball,
    assert_encloses,
    by_mpmath,
    poisson,
    three_layers,
)


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
