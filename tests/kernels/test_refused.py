"""What is no kernel, and what is no cosine."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import acb, arb

from ntkproofs.arithmetic.balls import BallArithmetic, precision
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.arccosine import arccosine
from ntkproofs.kernels.kernel import Kernel
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


@pytest.mark.parametrize(
    "u",
    [
        2.0,
        -1.0001,
        2,
        math.nan,
        math.inf,
        -math.inf,
        1j,
        0.5 + 0j,
        np.complex64(0.5),
        acb(0.5),
        arb(2),
        arb(-2, 0.5),
        True,
        np.True_,
        "0.5",
        b"0.5",
        None,
        Fraction(3, 2),
        sp.Integer(2),
        sp.I,
        sp.oo,
        sp.nan,
        sp.true,
        sp.Matrix([0, 1]),
        [[0.5], [0.5, 0.5]],
        mpmath.mpf(2),
        mpmath.mpf("nan"),
        mpmath.mpc(0.5),
        [0.5, math.nan],
        [0.5, 1.1],
        [True],
        ["a"],
        [None],
        np.array([0.5, math.inf]),
        np.array([0.5], dtype=np.float16),
        np.array([0.5], dtype=np.longdouble),
        np.array([0.5], dtype=np.complex128),
        np.array([True]),
        np.array(["x"]),
        np.array([0.5], dtype=object),
        np.float16(0.5),
        np.longdouble(0.5),
        jnp.asarray([0.5], dtype=jnp.bfloat16),
        jnp.asarray([2.0], dtype=jnp.float32),
        {"u": 0.5},
    ],
    ids=repr,
)
def test_what_is_no_cosine(u: Any) -> None:
    for kernel in (ntk(2), cosine + 1):
        with pytest.raises(InvalidInput):
            kernel(u)


@pytest.mark.parametrize(
    "build",
    [
        lambda: ntk(0),
        lambda: ntk(-1),
        lambda: ntk(1.5),
        lambda: ntk(2.0),
        lambda: ntk(True),
        lambda: ntk("3"),
        lambda: ntk(None),
        lambda: nngp(0),
        lambda: nngp(True),
        lambda: eoc(0, 1, 1),
        lambda: eoc(3, 0, 0),
        lambda: eoc(3, math.nan, 1),
        lambda: eoc(3, 1, "b"),
        lambda: eoc(3, 1j, 1),
        lambda: ntk(3, weight_variance=0),
        lambda: ntk(3, weight_variance=-2),
        lambda: ntk(3, weight_variance=math.inf),
        lambda: nngp(3, bias_variance=-0.1),
        lambda: nngp(3, bias_variance=True),
        lambda: deep_narrow(0, 1),
        lambda: deep_narrow(-1, 1),
        lambda: deep_narrow(1, -1),
        lambda: deep_narrow(1, 1, input_dim=0),
        lambda: deep_narrow(1, 1, input_dim=2.5),
        lambda: deep_narrow(math.nan, 1),
        lambda: arccosine(-1),
        lambda: arccosine(0.5),
        lambda: arccosine(True),
        lambda: cosine_map(-0.1),
        lambda: cosine_map(1.1),
        lambda: cosine_map_derivative(2),
        lambda: zonal("", np.exp),
        lambda: zonal(3, np.exp),
        lambda: zonal("k", 3),
        lambda: zonal("k", lambda: 1),
        lambda: zonal("k", lambda u, ar, more: 1),
    ],
)
def test_what_is_no_kernel(build: Callable[[], Kernel]) -> None:
    with pytest.raises(InvalidInput):
        build()


def test_parameters_are_exact() -> None:
    assert deep_narrow(0.1, 1).rho == Fraction(0.1) != Fraction(1, 10)
    with precision(200):
        exact = cosine_map(Fraction(1, 3))(arb(0)) * arb.pi()
        assert abs(exact - arb(2) / 3) < 1e-50
        assert BallArithmetic().number(Fraction(1, 3)).overlaps(arb(1) / 3)
    assert ntk(np.int64(3))(0.5) == ntk(3)(0.5)
    assert ntk(3, np.float64(2.0), 0)(0.5) == ntk(3)(0.5)
