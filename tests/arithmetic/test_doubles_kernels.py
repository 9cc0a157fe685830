"""Kernels in compensated floats, against mpmath at 60 digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ._doubles import MP, UNIT, arithmetic, both_dtypes, kappa0, kappa1, ntk, worst


def kappa1_by_sine(u: Any, ar: Any) -> Any:
    theta = ar.acos(u)
    return (ar.sin(theta) + (ar.pi - theta) * ar.cos(theta)) / ar.pi


def iterated(u: Any, ar: Any, count: int) -> Any:
    for _ in range(count):
        u = kappa1(u, ar)
    return u


def kernel_grid(dtype: Any) -> Any:
    """Floats in [-1, 1], with the last floats before the ends and every magnitude to them."""
    u = UNIT[dtype]
    steps = np.concatenate([[1, 2, 3, 4, 5, 6, 8, 10, 33, 100], 10.0 ** np.arange(3, 16)])
    near = u * steps[u * steps < 1]
    tiny = 10.0 ** -np.arange(1, 17.0)
    middle = np.linspace(-1, 1, 21)
    points = np.concatenate([middle, tiny, -tiny, near - 1, 1 - near, [2.0**-60]])
    return np.unique(points.astype(dtype))


def relative_error(values: Any, references: list[Any]) -> float:
    errors = [
        abs(MP.mpf(float(value)) - reference) / abs(reference)
        for value, reference in zip(np.asarray(values), references, strict=True)
        if float(value) != reference
    ]
    return float(max(errors))


KERNELS: dict[str, Callable[[Any, Any], Any]] = {
    "kappa0": kappa0,
    "kappa1": kappa1,
    "kappa1 iterated 3 times": lambda u, ar: iterated(u, ar, 3),
    "kappa1 iterated 100 times": lambda u, ar: iterated(u, ar, 100),
    **{
        f"NTK of depth {depth}": lambda u, ar, depth=depth: ntk(u, ar, depth - 1)
        for depth in (2, 3, 4, 5, 6, 7, 8, 9, 10, 100)
    },
}


@both_dtypes
@pytest.mark.parametrize("name", KERNELS)
def test_kernels_to_the_last_digit(name: str, dtype: Any) -> None:
    """One rounding of the exact value has an error up to u; 1.02 u is allowed inside."""
    kernel, ar, grid = KERNELS[name], arithmetic(dtype), kernel_grid(dtype)
    values = ar.lower(kernel(ar.lift(grid), ar))
    assert values.dtype == dtype
    references = [kernel(MP.mpf(float(u)), MP) for u in grid]
    inside = np.abs(1 + grid) > 1e4 * UNIT[dtype]
    assert relative_error(
        values[inside], [r for r, i in zip(references, inside, strict=True) if i]
    ) < (1.02 * UNIT[dtype])
    # At the last floats before -1 the terms of kappa1 cancel to the last digit of the pairs.
    assert relative_error(values, references) < 1.7 * UNIT[dtype]
    if name in ("kappa0", "kappa1", "NTK of depth 2"):
        assert grid[0] == -1
        assert values[0] == 0


@both_dtypes
@pytest.mark.parametrize("kernel", [kappa1, kappa1_by_sine])
def test_kappa1_at_the_last_floats_before_the_antipode(
    kernel: Callable[[Any, Any], Any], dtype: Any
) -> None:
    """Before the last rounding; an angle rounded to a pair would have an error of 10^8 u here."""
    ar = arithmetic(dtype)
    grid = (-1 + UNIT[dtype] * np.arange(1, 1500)).astype(dtype)
    value = kernel(ar.lift(grid), ar)
    references = [kappa1(MP.mpf(float(u)), MP) for u in grid]
    bound = 1 if kernel is kappa1 else 2.5
    assert worst(value, references) * UNIT[dtype] < bound
