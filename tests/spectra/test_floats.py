"""Eigenvalues of zonal kernels in floats, and what has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import arb

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.kernels.arccosine import arccosine
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.networks import deep_narrow, eoc, nngp, ntk
from ntkproofs.kernels.user import zonal
from ntkproofs.spectra.certified import ball_eigenvalues
from ntkproofs.spectra.eigenvalues import eigenvalues
from ntkproofs.spectra.exact import exact_eigenvalue
from ntkproofs.spectra.floating import float_eigenvalues

from ._eigenvalues import LAPLACE, NTK_3, relative_error


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
