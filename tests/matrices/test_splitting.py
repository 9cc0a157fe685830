"""A kernel on S² as a short-ranged part and finitely many degrees: the parts, and their sum."""

import mpmath
import numpy as np
import pytest
from scipy.special import gammaln

import ntkproofs as nt
from ntkproofs.errors import PrecisionExhausted, Unable
from ntkproofs.matrices import ramps
from ntkproofs.matrices.singular_powers import power_tail, singular_powers
from ntkproofs.matrices.splitting import Cut, band, split

CHORDS = np.array([0.0, 1e-9, 1e-5, 1e-3, 0.02, 0.11, 0.199, 0.2, 0.3, 1.0, 1.4])


def exact_values(kernel, chords, *, far):
    """k at the cosines of chords to a pole, by mpmath."""
    with mpmath.workdps(40):
        cosines = [1 - mpmath.mpf(float(c)) ** 2 / 2 for c in chords]
        return np.array([float(kernel(-u if far else u)) for u in cosines])


def test_the_singular_part_is_that_of_known_expansions():
    # κ_0 = 1 - θ/π, θ = 2 arcsin(c/2) = c + c³/24 + 3c⁵/640 + ...; at the other pole it is θ'/π.
    powers = singular_powers(nt.arccosine(0))
    expected = np.array([1, 1 / 24, 3 / 640]) / np.pi
    assert np.allclose(powers.near[:3], -expected, rtol=1e-14)
    assert np.allclose(powers.far[:3], expected, rtol=1e-14)
    # In κ_1 the first power is θ³/(3π), at both poles.
    powers = singular_powers(nt.arccosine(1))
    for part in (powers.near, powers.far):
        assert part[0] == 0
        assert np.isclose(part[1], 1 / (3 * np.pi), rtol=1e-14)
    assert singular_powers(nt.cosine).smooth


@pytest.mark.parametrize("index", [0, 1, 3])
def test_the_coefficients_of_a_power_add_up_in_closed_form(index):
    nu, degrees = index + 0.5, np.arange(41, 400_000)
    ratios = np.exp(gammaln(degrees - nu) - gammaln(degrees + nu + 2))
    # Λ_l(ν) itself, at one degree, by quadrature of c^(2ν) P_l against du/2.
    x, weights = np.polynomial.legendre.leggauss(200)
    chord = 1 + x
    at_41 = nt.gegenbauer(41, 3, 1 - chord**2 / 2) @ (weights * chord ** (2 * nu + 1)) / 2
    found = abs(at_41) / ratios[0] * np.sum((2 * degrees + 1) * ratios)
    beyond = power_tail(index, int(degrees[-1]))
    assert np.isclose(found + beyond, power_tail(index, 40), rtol=1e-8)


@pytest.mark.parametrize(
    "kernel", [nt.ntk(3), nt.ntk(20), nt.residual(3, 0.5), 2 * nt.ntk(2) @ nt.nngp(2)]
)
def test_the_parts_add_up_to_the_kernel(kernel):
    parts = split(kernel, 0.2, 1e-8)
    assert parts.observed <= parts.truncation <= 1e-8
    assert parts.cut.radius * parts.degree < 30
    for far in (False, True):
        error = abs(parts(CHORDS, far=far) - exact_values(kernel, CHORDS, far=far))
        assert np.max(error) <= parts.truncation
        assert parts.cut(np.array([0.0, 0.2, 1.0]), far=far).tolist() == [0, 0, 0]


def test_fewer_digits_and_wider_cuts_take_smaller_degrees():
    powers = singular_powers(nt.ntk(3))
    degrees = [band(powers, *how)[1] for how in ((0.1, 1e-4), (0.1, 1e-8), (0.05, 1e-8))]
    assert degrees == sorted(degrees)
    assert abs(split(nt.ntk(3), 0.1, 1e-8).degree / degrees[1] - 1) < 0.15


def test_kernels_without_a_singular_part_have_nothing_short():
    parts = split(nt.zonal("exp", lambda u, ar: ar.exp(u)), 0.3, 1e-9)
    assert parts.cut.radius == 0
    assert parts.degree < 15
    assert np.isclose(parts.multipliers[0], np.sinh(1), rtol=1e-12)
    assert split(nt.cosine, 0.3, 1e-9).degree == 1


def test_what_has_no_such_expansion_is_refused():
    steps = nt.arccosine(0) @ nt.arccosine(0)
    with pytest.raises(Unable, match="1/4"):
        split(steps, 0.2, 1e-8)
    with pytest.raises(Unable, match="plain function"):
        split(nt.zonal("plain", lambda u: u**3), 0.2, 1e-8)


def test_a_ramp_that_is_not_an_odd_step_never_reaches_the_tolerance(monkeypatch):
    monkeypatch.setattr("ntkproofs.matrices.splitting._LARGEST_DEGREE", 300)
    monkeypatch.setattr(ramps.Ramp, "__call__", lambda _, x: np.clip(1 - x * x, 0, 1) ** 8)
    with pytest.raises(PrecisionExhausted, match="degree 300"):
        split(nt.ntk(3), 0.2, 1e-8)


def test_a_wrong_coefficient_is_seen(monkeypatch):
    honest = Cut.eigenvalues

    def wrong(self, top, *, far):
        values = honest(self, top, far=far)
        values[7] += 0.0 if far else 1e-7
        return values

    monkeypatch.setattr(Cut, "eigenvalues", wrong)
    with pytest.raises(PrecisionExhausted, match="add up"):
        split(nt.ntk(3), 0.2, 1e-8)
