"""One formula, many arithmetics: types in and out."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import array_api_strict
import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import arb

from ntkproofs.arithmetic.balls import precision
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.arccosine import arccosine
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.networks import (
    ntk,
)

from ._kernels import HALF_ULP, MP, TYPES, digits_of, every_kernel, laplace


@every_kernel
@pytest.mark.parametrize("u", [Fraction(-1), Fraction(-3, 4), Fraction(1, 8), Fraction(1)], ids=str)
def test_all_arithmetics_agree(kernel: Kernel, u: Fraction) -> None:
    with precision(1200), mpmath.workdps(60):
        ball = kernel(TYPES["ball"](u))
        truth = digits_of(ball)
        assert ball.rad() < 1e-50
        assert abs(digits_of(kernel(TYPES["sympy"](u))) - truth) < 1e-50
        assert abs(digits_of(kernel(TYPES["mpmath"](u))) - truth) < 1e-25  # loses half at the ends
    assert abs(MP.mpf(kernel(float(u))) - truth) <= 2 * HALF_ULP * abs(truth) + 1e-31


def test_types_of_scalars() -> None:
    kernel = ntk(3)
    assert type(kernel(0.5)) is float
    assert type(kernel(1)) is float
    assert type(kernel(np.float64(0.5))) is float
    assert type(kernel(arb(0.5))) is arb
    assert isinstance(kernel(mpmath.mpf(0.5)), mpmath.mpf)
    assert isinstance(kernel(Fraction(1, 2)), sp.Expr)
    assert kernel(sp.Symbol("u")).free_symbols == {sp.Symbol("u")}


def test_lists_become_arrays() -> None:
    for points in ([0.5, -0.25], (0.5, -0.25)):
        values = ntk(2)(points)
        assert isinstance(values, np.ndarray)
        assert values.tolist() == [ntk(2)(0.5), ntk(2)(-0.25)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("xp", "kernel"),
    [
        (np, ntk(3)),
        (np, laplace),
        (np, 2 * arccosine(1) @ arccosine(0) + 1),
        (array_api_strict, ntk(3)),
        (array_api_strict, laplace),
        (jnp, arccosine(1)),
    ],
    ids=lambda value: getattr(value, "__name__", repr(value)),
)
def test_arrays_stay_in_their_library_dtype_and_shape(xp: Any, kernel: Kernel, dtype: str) -> None:
    with jax.enable_x64(dtype == "float64"):
        u = xp.asarray([[-1.0, -0.5, 0.0], [0.25, 0.75, 1.0]], dtype=getattr(xp, dtype))
        values = kernel(u)
        assert type(values) is type(u)
        assert values.dtype == u.dtype
        assert values.shape == (2, 3)
        truth = kernel(np.asarray(u).astype(np.float64))
        tolerance = 6e-8 if dtype == "float32" else HALF_ULP
        assert np.all(abs(np.asarray(values) - truth) <= tolerance * abs(truth))


def test_integers_become_float64() -> None:
    values = ntk(3)(np.array([-1, 0, 1]))
    assert values.dtype == np.float64
    assert values.tolist() == [ntk(3)(-1.0), ntk(3)(0.0), 3.0]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_empty_arrays_stay_empty(dtype: Any) -> None:
    values = ntk(3)(np.empty((0, 4), dtype))
    assert values.shape == (0, 4)
    assert values.dtype == dtype


def test_jax_compiles_a_kernel() -> None:
    with jax.enable_x64(True):
        u = np.linspace(-1, 1, 9)
        compiled = np.asarray(jax.jit(arccosine(1))(jnp.asarray(u)))
        np.testing.assert_allclose(compiled, arccosine(1)(u), rtol=3e-16, atol=0)


def test_cosines_a_little_beyond_the_ends_are_taken_for_the_ends() -> None:
    beyond = 1 + 60 * 2.0**-52
    assert ntk(3)(beyond) == pytest.approx(3, rel=1e-13, abs=0)
    assert ntk(3)(-beyond) == pytest.approx(ntk(3)(-1.0), rel=1e-13, abs=0)
    with pytest.raises(InvalidInput, match="lies in"):
        ntk(3)(1 + 70 * 2.0**-52)


def test_balls_that_overlap_the_ends() -> None:
    with precision(200):
        value = ntk(3)(arb(1, 1e-30))
        assert value.contains(3)
        assert value.rad() < 1e-6  # from 1e-30 by two square roots


@pytest.mark.parametrize("u", [1.0, np.array([0.0, 1.0]), arb(1), mpmath.mpf(1)], ids=repr)
def test_kernels_are_composed_with_cosines_only(u: Any) -> None:
    assert (arccosine(1) @ (ntk(2) / 2))(1.0) == 1
    with pytest.raises(InvalidInput):
        (arccosine(1) @ ntk(2))(u)
