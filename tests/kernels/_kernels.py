"""Kernels that several tests use."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import arb

from ntkproofs.kernels.arccosine import arccosine
from ntkproofs.kernels.networks import (
    cosine,
    cosine_map,
    cosine_map_derivative,
    deep_narrow,
    eoc,
    nngp,
    ntk,
)
from ntkproofs.kernels.user import zonal

MP = mpmath.mp.clone()
MP.dps = 60
HALF_ULP = 1.12e-16  # correctly rounded results have 2^-53 = 1.11e-16
laplace = zonal("laplace", lambda u, ar: ar.exp(-ar.chord(u)))
KERNELS = [
    arccosine(0),
    arccosine(3),
    cosine,
    cosine_map(Fraction(1, 3)),
    cosine_map_derivative(Fraction(1, 3)),
    nngp(1),
    ntk(2),
    ntk(3),
    ntk(3, Fraction(3, 2), Fraction(1, 2)),
    eoc(3, 1, 3),
    deep_narrow(1, 2, input_dim=3),
    laplace,
    2 * ntk(2) - arccosine(1) * cosine / 3 + 1,
    arccosine(1) @ arccosine(0),
]
every_kernel = pytest.mark.parametrize("kernel", KERNELS, ids=repr)


def layers(
    u: Any, depth: int, weight: Any = 2, bias: Any = 0, delta: Any = Fraction(1, 2)
) -> list[tuple[Any, Any]]:
    """(covariance, tangent) of depths 1, 2, ... at 60 digits, by the angle of every layer.

    With the angle a of a layer's correlation, one layer of an (a,b)-ReLU of Δ = b²/(a²+b²), scaled
    to keep a variance, has E[φφ'] = cos a + Δ (2/π)(sin a - a cos a), E[φ'φ'] = 1 - Δ (2/π) a.
    """
    given = [Fraction(parameter) for parameter in (weight, bias, delta)]
    weight, bias, delta = (MP.mpf(x.numerator) / x.denominator for x in given)
    covariance, diagonal = MP.mpf(u) + bias, 1 + bias
    tangent = covariance
    found = [(covariance, tangent)]
    for _ in range(depth - 1):
        a = MP.acos(covariance / diagonal)
        slope = weight / 2 * (1 - 2 * delta * a / MP.pi)
        mean = MP.cos(a) + 2 * delta * (MP.sin(a) - a * MP.cos(a)) / MP.pi
        covariance = weight / 2 * diagonal * mean + bias
        tangent = covariance + slope * tangent
        diagonal = weight / 2 * diagonal + bias
        found.append((covariance, tangent))
    return found


ZERO_OF_NTK_2 = float(MP.findroot(lambda u: layers(u, 2)[1][1], -0.4))


def cosines() -> np.ndarray:
    """The ends, near them and near 0 at every magnitude, a zero of ntk(2), the interval."""
    unit = 2.0**-53
    tiny = 10.0 ** -np.arange(1, 16.0)
    ends = 1 - np.asarray([0, unit, 2 * unit, 3 * unit, 1e-15])
    zero = [np.nextafter(ZERO_OF_NTK_2, to) for to in (-1, ZERO_OF_NTK_2, 1)]
    spread = np.random.default_rng(0).uniform(-1, 1, 40)
    return np.concatenate(
        [ends, -ends, 1 - tiny, tiny - 1, tiny, -tiny, [0], zero, np.linspace(-1, 1, 41), spread]
    )


COSINES = cosines()
TYPES: dict[str, Callable[[Fraction], Any]] = {
    "float": float,
    "fraction": Fraction,
    "sympy": lambda u: sp.Rational(u.numerator, u.denominator),
    "ball": lambda u: arb(u.numerator) / u.denominator,
    "mpmath": lambda u: mpmath.mpf(u.numerator) / u.denominator,
}


def digits_of(value: Any) -> Any:
    """The value as a number of 60 digits."""
    if isinstance(value, arb):
        return MP.mpf(value.str(55, radius=False))
    if isinstance(value, sp.Basic):
        return MP.mpf(str(sp.N(value, 60)))
    return MP.mpf(value)


K, S = ntk(2), arccosine(1)
