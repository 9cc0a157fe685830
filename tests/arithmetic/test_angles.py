"""Taylor models on pieces of the complex plane of angles, against mpmath point by point.

The proofs that use them, and where those fail, are tested in ``tests/spectra/test_eigenvalues.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from flint import acb, arb

from ntkproofs.arithmetic.angles import AngleArithmetic, NotProvenAnalytic
from ntkproofs.arithmetic.balls import precision, series_length
from ntkproofs.arithmetic.poles import POLES, PoleNumber, pole_number

MP = mpmath.mp.clone()
MP.dps = 40

# formulas in the cosine, and the same functions of the angle t
FUNCTIONS: list[tuple[Callable[[Any, Any], Any], Callable[[Any], Any]]] = [
    (lambda u, ar: u, MP.cos),
    (lambda u, ar: ar.acos(u), lambda t: t),
    (lambda u, ar: ar.asin(u), lambda t: MP.pi / 2 - t),
    (lambda u, ar: ar.sine(u), MP.sin),
    (lambda u, ar: ar.chord(u), lambda t: 2 * MP.sin(t / 2)),
    (lambda u, ar: ar.exp(-ar.chord(u)), lambda t: MP.exp(-2 * MP.sin(t / 2))),
    (lambda u, ar: ar.cos(u) - ar.sin(3 * u), lambda t: MP.cos(MP.cos(t)) - MP.sin(3 * MP.cos(t))),
    (lambda u, ar: ar.sqrt(3 - u), lambda t: MP.sqrt(3 - MP.cos(t))),
    (lambda u, ar: ar.sqrt(ar.number(2)) * u, lambda t: MP.sqrt(2) * MP.cos(t)),
    (lambda u, ar: ar.asin(u / 3), lambda t: MP.asin(MP.cos(t) / 3)),
    (lambda u, ar: ar.acos(u / 3) / ar.pi, lambda t: MP.acos(MP.cos(t) / 3) / MP.pi),
    (lambda u, ar: ar.asin(ar.number(0.5)) + u, lambda t: MP.pi / 6 + MP.cos(t)),
    (lambda u, ar: 1 / (3 + u), lambda t: 1 / (3 + MP.cos(t))),
    (lambda u, ar: (u - 3) ** -2, lambda t: (MP.cos(t) - 3) ** -2),
    (lambda u, ar: u**5 / (u - 4), lambda t: MP.cos(t) ** 5 / (MP.cos(t) - 4)),
    (lambda u, ar: ar.number(Fraction(1, 3)) * u * u, lambda t: MP.cos(t) ** 2 / 3),
    (lambda u, ar: ar.sine(u / 2), lambda t: MP.sqrt(1 - MP.cos(t) ** 2 / 4)),
    (lambda u, ar: ar.chord(u / 2), lambda t: MP.sqrt(2 - MP.cos(t))),
]


def around(value: Any) -> acb:
    """A ball that holds an mpmath number of this module."""
    value = MP.mpc(value)
    with precision(200):
        return acb(*(arb(MP.nstr(part, 38)) + arb(0, 1e-30) for part in (value.real, value.imag)))


@pytest.mark.parametrize("index", range(len(FUNCTIONS)))
@pytest.mark.parametrize("length", [2, 4])
@pytest.mark.parametrize("radius", [0.1, 0.001])
def test_taylor_models_enclose_a_function_on_their_piece(
    index: int, length: int, radius: float
) -> None:
    formula, truth = FUNCTIONS[index]
    centre = complex(1, 0.4)
    with precision(64), series_length(length):
        piece = acb(arb(centre.real, radius), arb(centre.imag, radius))
        ar = AngleArithmetic.at_root(piece)
        model = formula(ar.cosine, ar)
        for corner in (1 + 1j, 1 - 1j, -1 + 1j, -1 - 1j, 0.3j):
            coefficients = MP.taylor(truth, MP.mpc(centre + radius * corner), length - 1)
            for power, coefficient in enumerate(coefficients):
                assert model.hull[power].overlaps(around(coefficient))
        for power, coefficient in enumerate(MP.taylor(truth, MP.mpc(centre), length - 1)):
            assert model.centre[power].overlaps(around(coefficient))
            assert model.centre[power].rad() < 1e-12
        # Narrow: a little wider than the slope makes the function vary, from corner to corner.
        slope = float(abs(MP.diff(truth, MP.mpc(centre))))
        assert model.value.rad() < 2.8 * radius * slope + 100 * radius**2


@pytest.mark.parametrize(
    "formula",
    [
        lambda u, ar: ar.sqrt(u - 3),  # in the left half-plane all over
        lambda u, ar: ar.asin(u * 2),
        lambda u, ar: 1 / (u - u),
        lambda u, ar: u / (0 * u),
        lambda u, ar: u / ar.number(0),
    ],
)
def test_conditions_that_are_not_met(formula: Callable[[Any, Any], Any]) -> None:
    with precision(64), series_length(4):
        ar = AngleArithmetic.at_root(acb(arb(0.2, 0.01), arb(0.1, 0.01)))
        with pytest.raises(NotProvenAnalytic):
            formula(ar.cosine, ar)


# Values at the poles.


def test_numbers_at_the_poles_are_exact_in_the_field_of_pi() -> None:
    pi, third = POLES.pi, pole_number(Fraction(1, 3))
    assert (third * 3).is_exactly(1)
    assert (pi * third / pi * 3).is_exactly(1)
    assert ((1 + pi) * (1 - pi) + pi**2).is_exactly(1)
    assert (pi**-2 * pi**2 - 1).is_exactly(0)
    assert (POLES.acos(third * 3) + POLES.sin(pi - pi) + POLES.sqrt(pi - pi)).is_exactly(0)
    assert (POLES.acos(pole_number(-1)) / pi).is_exactly(1)
    assert (POLES.acos(pi - pi) / POLES.asin(pole_number(1))).is_exactly(1)
    assert (POLES.cos(pi - pi) + POLES.exp(pi - pi) - POLES.sqrt(3 * third)).is_exactly(1)
    assert not (pi / 3).is_exactly(1)
    assert (pi / 3).differs_from(1)


def test_a_ball_at_a_pole_is_never_an_exact_number() -> None:
    close = PoleNumber(arb(1, 1e-30))
    root = POLES.sqrt(pole_number(2))
    for number in (close, root * root / 2, POLES.sin(POLES.pi) + 1):
        assert number.ball.contains(1)
        assert not number.is_exactly(1)
        assert not number.differs_from(1)
    tiny = 1 + pole_number(Fraction(1, 10**100))
    assert not tiny.is_exactly(1)


def test_division_by_zero_at_a_pole_knows_nothing() -> None:
    nothing = 1 / (POLES.pi - POLES.pi)
    assert not nothing.is_exactly(0)
    assert not nothing.differs_from(0)
