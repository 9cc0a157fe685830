"""Compensated floats for tests, and their errors.

Errors are relative, and are counted in units of u^2 with u = 2^-53 (float64: u^2 = 1.2e-32) or
u = 2^-24 (float32: 3.6e-15). The bounds are close to the worst errors measured.
"""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import strategies as st

from ntkproofs.arithmetic import doubles_functions as pairs
from ntkproofs.arithmetic.doubles import DoubleArithmetic, DoubleDouble

MP = mpmath.mp.clone()
MP.dps = 60
UNIT = {np.float64: 2.0**-53, np.float32: 2.0**-24}
both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def arithmetic(dtype: Any) -> DoubleArithmetic:
    return DoubleArithmetic.like(np.empty(0, dtype))


def full(array: Any, dtype: Any, seed: int = 0) -> DoubleDouble:
    """The numbers near the given ones that use every digit of a pair; every fourth one a float."""
    hi = np.asarray(array, dtype)
    lo = hi * (np.random.default_rng(seed).uniform(-0.9, 0.9, hi.shape) * UNIT[dtype]).astype(dtype)
    lo[::4] = 0
    return DoubleDouble(*pairs.fast_two_sum(hi, lo))


def exact(x: DoubleDouble) -> list[Any]:
    """The values as mpmath numbers; no digit is lost, and pairs must be normalised."""
    hi, lo = (np.asarray(part, np.float64).ravel() for part in np.broadcast_arrays(x.hi, x.lo))
    unit = UNIT[np.asarray(x.hi).dtype.type]
    assert np.all(np.abs(lo) <= 1.001 * unit * 2 * np.abs(hi))
    return [MP.mpf(h) + MP.mpf(low) for h, low in zip(hi.tolist(), lo.tolist(), strict=True)]


def worst(x: DoubleDouble, references: list[Any]) -> float:
    """The largest relative error in units of u^2; a reference 0 must be met exactly."""
    values = exact(x)
    errors = [
        abs(value - reference) / abs(reference) if reference else abs(value) * MP.inf
        for value, reference in zip(values, references, strict=True)
        if value != reference
    ]
    return float(max(errors, default=0)) / UNIT[np.asarray(x.hi).dtype.type] ** 2


@st.composite
def numbers(draw: st.DrawFn) -> DoubleDouble:
    hi = draw(st.floats(-(2.0**60), 2.0**60).filter(lambda x: x == 0 or abs(x) > 2.0**-60))
    lo = hi * draw(st.integers(-(2**20), 2**20)) * 2.0**-73
    return DoubleDouble(*pairs.fast_two_sum(np.asarray(hi), np.asarray(lo)))


def kappa0(u: Any, ar: Any) -> Any:
    return (ar.pi - ar.acos(u)) / ar.pi


def kappa1(u: Any, ar: Any) -> Any:
    return (u * (ar.pi - ar.acos(u)) + ar.sqrt(1 - u * u)) / ar.pi


def ntk(u: Any, ar: Any, layers: int) -> Any:
    theta = sigma = u
    for _ in range(layers):
        following = kappa1(sigma, ar)
        theta, sigma = theta * kappa0(sigma, ar) + following, following
    return theta
