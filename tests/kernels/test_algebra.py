"""Sums, products and compositions of kernels, and what is printed of them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

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
    cosine,
    cosine_map,
    cosine_map_derivative,
    deep_narrow,
    eoc,
    nngp,
    ntk,
)
from ntkproofs.kernels.user import zonal

from ._kernels import TYPES, K, S, digits_of, every_kernel, laplace

ALGEBRA: list[tuple[Kernel, Callable[[Any, Any], Any], Kernel | None]] = [
    (K + S, operator.add, None),
    (K - S, operator.sub, None),
    (K * S, operator.mul, None),
    (-K, lambda k, s: -k, None),
    (3 * K, lambda k, s: 3 * k, None),
    (K * 0.25, lambda k, s: k / 4, None),
    (K / 3, lambda k, s: k / 3, None),
    (Fraction(2, 3) * K, lambda k, s: 2 * k / 3, None),
    (np.int64(2) * K / np.float32(3), lambda k, s: 2 * k / 3, None),
    (sp.Rational(2, 3) * K, lambda k, s: 2 * k / 3, None),
    (K + 2, lambda k, s: k + 2, None),
    (2 - K, lambda k, s: 2 - k, None),
    (K - Fraction(1, 2), lambda k, s: k - k / k / 2, None),
    ((K + S) * (K - S), lambda k, s: k * k - s * s, None),
    (K @ S, lambda k, s: k, S),
    ((K + S) @ cosine_map(1), operator.add, cosine_map(1)),
]


@pytest.mark.parametrize("number", ["float", "ball", "mpmath", "sympy"])
@pytest.mark.parametrize("index", range(len(ALGEBRA)))
def test_the_algebra_is_that_of_the_values(index: int, number: str) -> None:
    kernel, combined, inner = ALGEBRA[index]
    with precision(300), mpmath.workdps(60):
        u = TYPES[number](Fraction(1, 3) if number != "float" else Fraction(3, 8))
        at = inner(u) if inner is not None else u
        value, truth = digits_of(kernel(u)), digits_of(combined(K(at), S(at)))
    # K - S and the like round twice where the kernel rounds once.
    assert abs(value - truth) < (3e-16 if number == "float" else 1e-50) * max(1, abs(truth))


def test_composition_and_product_nest() -> None:
    u = 0.3
    assert ((K @ S) * S)(u) == pytest.approx(K(S(u)) * S(u), rel=4e-16, abs=0)
    assert (K @ (S * S))(u) == pytest.approx(K(S(u) ** 2), rel=4e-16, abs=0)
    assert (S @ arccosine(0))(u) != pytest.approx((arccosine(0) @ S)(u), rel=1e-3, abs=0)


def test_kernels_combine_with_kernels_and_numbers_only() -> None:
    for combine in (
        lambda: K + "1",
        lambda: K * True,
        lambda: K * 1j,
        lambda: K + np.ones(3),
        lambda: np.ones(3) * K,
        lambda: K * arb(2),
        lambda: K + None,
        lambda: K * math.nan,
        lambda: K / math.inf,
    ):
        with pytest.raises(InvalidInput):
            combine()
    with pytest.raises(InvalidInput, match="nonzero"):
        K / 0
    with pytest.raises(InvalidInput, match="composes two kernels"):
        K @ 0.5


@every_kernel
def test_latex(kernel: Kernel) -> None:
    latex = kernel.latex()
    assert latex.startswith("k(u) = ")
    assert len(latex) > len("k(u) = ")
    assert latex.count("{") == latex.count("}")
    assert latex.count(r"\left(") == latex.count(r"\right)")
    assert kernel._repr_latex_() == f"${latex}$"
    assert repr(kernel)


def test_latex_says_what_is_computed() -> None:
    assert arccosine(1).latex() == r"k(u) = \kappa_{1}\left(u\right)"
    assert (2 * S - K).latex() == r"k(u) = 2\,\kappa_{1}\left(u\right) - \Theta_{2}(u)"
    assert ((S + 1) * S).latex() == (
        r"k(u) = \left(\kappa_{1}\left(u\right) + 1\right)\,\kappa_{1}\left(u\right)"
    )
    assert (S @ arccosine(0)).latex() == (r"k(u) = \kappa_{1}\left(\kappa_{0}\left(u\right)\right)")
    assert (K - Fraction(1, 2)).latex() == r"k(u) = \Theta_{2}(u) - \tfrac{1}{2}"
    assert r"\Theta_{k+1} = \Theta_k\,\kappa_0(\Sigma_k) + \Sigma_{k+1}" in K.latex()
    assert zonal("mine", lambda u, ar: u, latex="u^7").latex() == "k(u) = u^7"
    assert zonal("my kernel_1", lambda u, ar: u).latex() == (
        r"k(u) = \operatorname{mykernel1}\left(u\right)"
    )


def test_assumptions_travel_with_a_kernel() -> None:
    for kernel in (K, K + S, 2 * K, S @ (K / 3), K * S):
        assert "infinite width, NTK parametrisation, Gaussian weights" in kernel.assumptions
        assert len(set(kernel.assumptions)) == len(kernel.assumptions)
    assert "weight variance 3/2, bias variance 1/2" in ntk(3, 1.5, 0.5).assumptions
    assert zonal("z", lambda u, ar: u, assumptions=["by hand"]).assumptions == ("by hand",)
    assert any("1/5" in line for line in eoc(2, 2, 1).assumptions)
    assert "inputs of unit norm in R^3" in deep_narrow(1, 1, input_dim=3).assumptions


@pytest.mark.parametrize(
    ("kernel", "differentiable"),
    [
        (arccosine(0), False),
        (arccosine(1), True),
        (arccosine(2), True),
        (nngp(5), True),
        (ntk(2), False),
        (cosine_map(0.3), True),
        (cosine_map_derivative(0.3), False),
        (cosine_map_derivative(0), True),
        (arccosine(1) + arccosine(0), False),
        (arccosine(1) @ arccosine(0), False),
        (3 * cosine + 1, True),
        (laplace, False),
        (zonal("z", lambda u, ar: u, differentiable=True), True),
    ],
    ids=repr,
)
def test_differentiable_means_bounded_slopes_at_the_ends(
    kernel: Kernel, differentiable: bool
) -> None:
    assert kernel.differentiable is differentiable
    with precision(4000):
        # the difference quotient at 1 of a function that is C¹ has converged by 1e-20
        steps = [arb(10) ** -20, arb(10) ** -24]
        wide, narrow = ((kernel(arb(1)) - kernel(1 - step)) / step for step in steps)
        if differentiable:
            assert abs(narrow - wide) < 1e-8 * (1 + abs(wide))


def test_kernels_of_unknown_dimension() -> None:
    kernel = 2 * deep_narrow(1, 2) + 1
    assert kernel.needs_dim
    for ask in (lambda: kernel(0.5), lambda: deep_narrow(1, 2)(arb(1))):
        with pytest.raises(InvalidInput, match="needs the input dimension"):
            ask()
    told = kernel.at_dim(3)
    assert not told.needs_dim
    assert told(0.5) == (2 * deep_narrow(1, 2, input_dim=3) + 1)(0.5)
    assert told(0.5) != kernel.at_dim(4)(0.5)
    assert (S @ (deep_narrow(1, 2) / 10)).needs_dim
    assert K.at_dim(7) is K
