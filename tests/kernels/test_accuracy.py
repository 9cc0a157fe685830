"""Floats of kernels: right to the last digit."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from ntkproofs.arithmetic.balls import precision
from ntkproofs.kernels.arccosine import arccosine
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.networks import (
    eoc,
    nngp,
    ntk,
)

from ._kernels import COSINES, HALF_ULP, MP, ZERO_OF_NTK_2, layers


def relative_errors(values: np.ndarray, truths: list[Any]) -> np.ndarray:
    """Errors relative to the truth; where that is 0, up to its rounding, the value must be 0."""
    errors = []
    for value, truth in zip(values, truths, strict=True):
        if abs(truth) < 1e-50:
            errors.append(0.0 if value == 0 else math.inf)
        else:
            errors.append(float(abs(MP.mpf(float(value)) - truth) / abs(truth)))
    return np.array(errors)


def test_networks_of_few_layers_are_right_to_the_last_digit() -> None:
    truths = [layers(u, 10) for u in COSINES]
    for depth in range(1, 11):
        here = [truth[depth - 1] for truth in truths]
        errors = relative_errors(nngp(depth)(COSINES), [covariance for covariance, _ in here])
        assert errors.max() <= HALF_ULP, (depth, COSINES[errors.argmax()])
        errors = relative_errors(ntk(depth)(COSINES), [tangent for _, tangent in here])
        at_zero = abs(COSINES - ZERO_OF_NTK_2) < 1e-15
        assert errors[~at_zero].max() <= HALF_ULP, (depth, COSINES[~at_zero][errors.argmax()])
        # 16 digits of 32 cancel there
        assert errors[at_zero].max() <= (4e-16 if depth == 2 else HALF_ULP)


def test_the_zero_of_the_two_layer_kernel_lies_between_neighbouring_floats() -> None:
    below, above = np.nextafter(ZERO_OF_NTK_2, -1), np.nextafter(ZERO_OF_NTK_2, 1)
    assert ntk(2)(float(below)) < 0 < ntk(2)(float(above))


@pytest.mark.parametrize("depth", [30, 100])
def test_networks_of_many_layers_are_right_to_the_last_digit(depth: int) -> None:
    points = COSINES[::6]
    truths = [layers(u, depth)[-1] for u in points]
    errors = relative_errors(nngp(depth)(points), [covariance for covariance, _ in truths])
    assert errors.max() <= HALF_ULP
    errors = relative_errors(ntk(depth)(points), [tangent for _, tangent in truths])
    assert errors.max() <= HALF_ULP


@pytest.mark.parametrize(
    ("kernel", "options"),
    [
        (ntk(4, Fraction(3, 2), Fraction(1, 2)), {"weight": Fraction(3, 2), "bias": 0.5}),
        (ntk(4, 3, Fraction(1, 8)), {"weight": 3, "bias": 0.125}),
        (eoc(4, 1, 3), {"delta": Fraction(9, 10)}),
        (eoc(4, 3, 1), {"delta": Fraction(1, 10)}),
        (eoc(4, 0, 1), {"delta": 1}),
    ],
    ids=repr,
)
def test_other_networks_are_right_to_the_last_digit(kernel: Kernel, options: Any) -> None:
    errors = relative_errors(kernel(COSINES), [layers(u, 4, **options)[-1][1] for u in COSINES])
    assert errors.max() <= HALF_ULP


def arccosine_truth(order: int, u: float) -> Any:
    """J_n of Cho and Saul as they print it for n = 0, 1, 2, divided by J_n(0)."""
    a = MP.acos(MP.mpf(u))
    sine, cos = MP.sin(a), MP.cos(a)
    value = [
        MP.pi - a,
        sine + (MP.pi - a) * cos,
        3 * sine * cos + (MP.pi - a) * (1 + 2 * cos**2),
    ][order]
    return value / (MP.pi * [1, 1, 3][order])


@pytest.mark.parametrize(("order", "absolute"), [(0, False), (1, False), (2, True)])
def test_arccosine_kernels_are_right_to_the_last_digit(order: int, absolute: bool) -> None:
    values, truths = arccosine(order)(COSINES), [arccosine_truth(order, u) for u in COSINES]
    if absolute:  # of order two and more they vanish faster at -1 than floats can follow
        errors = np.array([float(abs(v - t)) for v, t in zip(values, truths, strict=True)])
    else:
        errors = relative_errors(values, truths)
    assert errors.max() <= HALF_ULP


@settings(deadline=None, max_examples=25)
@given(u=st.floats(-1, 1).map(lambda u: u if abs(u) > 1e-20 else 0.0), depth=st.integers(1, 6))
def test_any_float(u: float, depth: int) -> None:
    covariance, tangent = layers(u, depth)[-1]
    assert relative_errors(np.array([nngp(depth)(u)]), [covariance])[0] <= HALF_ULP
    error = abs(MP.mpf(ntk(depth)(u)) - tangent)
    assert error <= HALF_ULP * abs(tangent) + MP.mpf(1e-31)


def test_float32_is_right_to_its_last_digit() -> None:
    points = COSINES.astype(np.float32)
    for depth in (2, 3, 10):
        truth = ntk(depth)(points.astype(np.float64))
        error = abs(ntk(depth)(points).astype(np.float64) - truth)
        assert np.all(error <= 6e-8 * abs(truth) + 1e-14)


def test_a_thousand_layers() -> None:
    kernel = ntk(1000)
    truth = layers(0.5, 1000)[-1][1]
    assert relative_errors(kernel([0.5, 1]), [truth, MP.mpf(1000)]).max() <= HALF_ULP
    with precision(6000):  # a ball loses four bits a layer
        assert abs(kernel(arb(1) / 2) - arb(MP.nstr(truth, 50))) < 1e-40
    assert kernel.latex()
    assert kernel.needs_dim is kernel.floats_only is False
