"""Kernels of users."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import arb

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.kernels.user import zonal

from ._kernels import K, S


def test_a_formula_of_two_arguments_runs_everywhere() -> None:
    gaussian = zonal("gaussian", lambda u, ar: ar.exp(u - 1))
    assert gaussian(0.5) == pytest.approx(math.exp(-0.5), rel=2e-16, abs=0)
    assert gaussian(arb(0.5)).overlaps((arb(-1) / 2).exp())
    assert gaussian(sp.Rational(1, 2)) == sp.exp(sp.Rational(-1, 2))
    assert not gaussian.floats_only


@pytest.mark.parametrize(
    "function",
    [lambda u: np.exp(u - 1), np.exp, lambda u, scale=2.0: scale * u],
    ids=["lambda", "ufunc", "default"],
)
def test_a_plain_function_knows_floats_only(function: Any) -> None:
    kernel = zonal("plain", function)
    assert kernel.floats_only
    points = np.array([-1.0, 0.25])
    assert kernel(points).tolist() == function(points).tolist()
    assert (2 * kernel + 1)(points) == pytest.approx(2 * function(points) + 1, rel=2e-16, abs=0)
    assert (kernel + K).floats_only
    assert (kernel @ S).floats_only
    assert (S @ kernel).floats_only
    for u in (arb(0.25), sp.Symbol("u"), Fraction(1, 4), mpmath.mpf(0.25)):
        for asked in (kernel, kernel + K, kernel @ S):
            with pytest.raises(Unable, match="plain function of floats"):
                asked(u)


def test_a_plain_function_returns_one_value_for_each_cosine() -> None:
    for function in (lambda u: 1.0, lambda u: u[:1], lambda u: u.sum()):
        with pytest.raises(InvalidInput, match="one value for each cosine"):
            zonal("bad", function)(np.array([0.1, 0.2]))
