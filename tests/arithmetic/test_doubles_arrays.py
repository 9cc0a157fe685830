"""Compensated floats in every array library."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import array_api_strict
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from array_api_compat import array_namespace

from ntkproofs.arithmetic import doubles_functions as pairs
from ntkproofs.arithmetic.doubles import DoubleArithmetic, DoubleDouble

from ._doubles import MP, UNIT, arithmetic, exact, full, kappa1, ntk, worst


def every_function(u: Any, ar: Any) -> list[Any]:
    """Plain arrays from every function and operator, at cosines."""
    numbers = [
        kappa1(u, ar),
        ntk(u, ar, 2),
        ar.asin(u),
        ar.exp(-ar.chord(u)),
        ar.sin(3 * u) + ar.cos(u) ** 3,
        ar.sine(u) / (2 + u) - Fraction(1, 3),
        ar.number(0.3) * u**-1 - 0.7,
        1 / (u * u + ar.pi),
    ]
    return [ar.lower(x) for x in numbers] + [numbers[0].lo]


GRID = np.concatenate([np.linspace(-1, 1, 20), -1 + 2.0 ** -np.arange(1, 24.0)]).astype(np.float32)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_array_api_strict(dtype: str) -> None:
    grid = GRID.astype(dtype)
    expected = every_function(*_lifted(grid))
    values = every_function(*_lifted(array_api_strict.asarray(grid)))
    for value, reference in zip(values, expected, strict=True):
        assert array_namespace(value) is array_api_strict
        np.testing.assert_array_equal(np.asarray(value), reference, strict=True)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_jax(dtype: str, compiled: bool) -> None:
    """Compilers that fuse multiplications into additions must not break the transforms."""
    grid = GRID.astype(dtype)
    expected = every_function(*_lifted(grid))
    with jax.enable_x64(dtype == "float64"):

        def function(u: Any) -> list[Any]:
            return every_function(*_lifted(u))

        values = (jax.jit(function) if compiled else function)(jnp.asarray(grid))
        for value, reference in zip(values[:-1], expected[:-1], strict=True):
            assert isinstance(value, jax.Array)
            assert value.dtype == dtype
            np.testing.assert_allclose(
                np.asarray(value), reference, rtol=3 * UNIT[grid.dtype.type], atol=0
            )


@pytest.mark.parametrize("pairs_given", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_jax_keeps_all_digits_when_compiled(dtype: str, pairs_given: bool) -> None:
    """XLA fuses products into sums, more so where it knows that the lower parts are zero."""
    x = full(GRID[GRID != 0], np.dtype(dtype).type)
    if not pairs_given:
        x = DoubleDouble(x.hi, 0 * x.lo)

    def function(hi: Any, lo: Any = None) -> list[pairs.Pair]:
        ar = DoubleArithmetic.like(hi)
        a = ar.lift(hi) if lo is None else DoubleDouble(hi, lo)
        squares = a * a + a * a * a * a / 3
        values = [squares, 3 / a, ar.pi - ar.acos(a), ar.sine(a), ar.exp(a), ar.sin(a)]
        return [value.pair for value in values]

    a = exact(x)
    expected = [
        [v**2 + v**4 / 3 for v in a],
        [3 / v for v in a],
        [MP.pi - MP.acos(v) for v in a],
        [MP.sqrt((1 - v) * (1 + v)) for v in a],
        [MP.exp(v) for v in a],
        [MP.sin(v) for v in a],
    ]
    with jax.enable_x64(dtype == "float64"):
        arrays = [jnp.asarray(part) for part in x.pair[: 2 if pairs_given else 1]]
        results = jax.jit(function)(*arrays)
        results = [DoubleDouble(*(np.asarray(part) for part in pair)) for pair in results]
    errors = [worst(result, values) for result, values in zip(results, expected, strict=True)]
    assert max(errors) < 12


def _lifted(array: Any) -> tuple[DoubleDouble, DoubleArithmetic]:
    ar = DoubleArithmetic.like(array)
    return ar.lift(array), ar


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (1,), (2, 3, 4)])
def test_shapes(shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(3).uniform(-1, 1, shape)
    flat = every_function(*_lifted(np.ravel(array)))
    for value, reference in zip(every_function(*_lifted(array)), flat, strict=True):
        assert np.shape(value) == shape
        np.testing.assert_array_equal(np.ravel(value), reference)


def test_operators_broadcast() -> None:
    ar = arithmetic(np.float64)
    row, column = ar.lift(np.asarray([0.1, 0.2, 0.3])), ar.lift(np.asarray([[0.5], [0.7]]))
    assert (row * column).hi.shape == (ar.acos(row) - ar.acos(column)).lo.shape == (2, 3)


def test_input_arrays_are_left_alone() -> None:
    array = np.linspace(-1, 1, 9)
    kept = array.copy()
    every_function(*_lifted(array + 0.01 * (array == 0)))
    x, ar = _lifted(array)
    ar.acos(x)
    ar.exp(x)
    np.testing.assert_array_equal(array, kept)
