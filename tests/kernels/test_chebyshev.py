"""Chebyshev series of kernels in the chord: errors, degrees, and kernels that have none."""

from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.kernels.chebyshev import ACCURACY, STEPS, chebyshev
from ntkproofs.kernels.networks import _eoc

CHORDS = np.concatenate([[0.0], 10.0 ** -np.arange(1, 17), np.linspace(0.01, 0.5**0.5, 12)])


def worst_error(series, kernel):
    """Against mpmath at 60 digits, by the exact cosine of the chord, over |k(1)|."""
    squares = np.minimum(CHORDS**2, 0.5)
    with mpmath.workdps(60):
        diagonal = abs(kernel(mpmath.mpf(1)))
        return max(
            abs(float(found) - kernel(sign * (1 - 2 * mpmath.mpf(float(q))))) / diagonal
            for sign in (1, -1)
            for q, found in zip(squares, series(squares, sign < 0), strict=True)
        )


@pytest.mark.parametrize(
    ("kernel", "degree"),
    [
        (nt.ntk(1), 4),
        (nt.ntk(2), 20),
        (nt.ntk(10), 24),
        (nt.ntk(50), 36),
        (nt.nngp(100), 36),
        (_eoc(50, Fraction(1, 8)), 28),
        (_eoc(50, Fraction(1)), 44),
        (nt.ntk(4, weight_variance=1, bias_variance=Fraction(1, 2)), 24),
        (nt.residual(8, 1), 24),
        (nt.deep_narrow(1, 1, input_dim=3), 20),
        (nt.arccosine(0) @ nt.arccosine(1), 24),
        (2 * nt.ntk(3) * nt.nngp(4) + nt.arccosine(2) - 1, 24),
        (nt.zonal("laplace", lambda u, ar: ar.exp(-ar.chord(u))), 24),
    ],
    ids=repr,
)
def test_series_are_short_and_right(kernel, degree):
    series = chebyshev(kernel)
    assert series.degree <= degree
    assert series.degree % STEPS == 0
    assert series.coefficients.shape == (2, series.degree + 1)
    assert series.error < series.entry_error <= ACCURACY
    # The stated error was measured elsewhere, at other points: it is not a bound to the last digit.
    assert worst_error(series, kernel) <= 2 * series.error


@pytest.mark.parametrize("where", [(0, 0), (0, 7), (1, 3), (1, 19)])
def test_a_wrong_coefficient_shows(where):
    kernel = nt.ntk(3)
    series = chebyshev(kernel)
    wrong = series.coefficients.copy()
    wrong[where] += 1e-12
    assert worst_error(replace(series, coefficients=wrong), kernel) > ACCURACY


def test_a_wrong_map_shows():
    series = chebyshev(nt.ntk(3))
    assert worst_error(replace(series, stretches=(-0.25, -0.2501)), nt.ntk(3)) > ACCURACY


def test_the_poles_are_exact():
    series = chebyshev(nt.ntk(7))
    assert series(0.0, False) == 7.0
    assert series(0.0, True) == nt.ntk(7)(-1.0)


@pytest.mark.parametrize(
    "kernel",
    [
        nt.arccosine(0) @ nt.arccosine(0),  # like the square root of the angle
        nt.arccosine(1) @ nt.arccosine(0),
        nt.zonal("kink", lambda u, ar: ar.sqrt((u - ar.number(0.3)) ** 2)),
        nt.zonal("plain", np.exp),
        nt.zonal("pole", lambda u, ar: 1 / (1 - u)),
        nt.ntk(3) - 3 * nt.nngp(2),  # k(1) = 0: no scale to measure against
        nt.ntk(3) - Fraction(29999999, 10000000),  # far larger elsewhere than on the diagonal
    ],
    ids=repr,
)
def test_kernels_without_a_series_say_so(kernel):
    assert chebyshev(kernel) is None


def test_a_series_is_found_once():
    assert chebyshev(nt.ntk(3)) is chebyshev(nt.ntk(3))
    narrow = nt.deep_narrow(1, 1)
    assert chebyshev(narrow, 5) is chebyshev(narrow, 5)
    assert chebyshev(narrow, 5).poles[1] != chebyshev(narrow, 6).poles[1]
