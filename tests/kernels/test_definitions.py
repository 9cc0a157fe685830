"""Kernels against what they are: Gaussian expectations, and tangents of wide finite networks.

For standard Gaussians g, g' of correlation u = cos θ write g = r cos φ, g' = r cos(φ - θ) with a
uniform angle φ and an independent radius r, E r^(2n) = 2^n n!. A product of functions of g and g'
that are homogeneous of degree n is then r^(2n) times a function of φ alone, analytic between the
kinks at φ = ±π/2 and θ ± π/2: certified quadrature piece by piece gives the expectation as a ball,
by a road that shares nothing with the formulas.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import acb, arb

from ntkproofs.arithmetic.balls import BallArithmetic, ball, precision
from ntkproofs.kernels.arccosine import arccosine
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.networks import (
    cosine_map,
    cosine_map_derivative,
    deep_narrow,
    eoc,
    nngp,
    ntk,
)

BALLS = BallArithmetic()
BITS = 160
NARROW = arb(10) ** -25
COSINES = [
    Fraction(-1),
    Fraction(-99, 100),
    Fraction(-3, 5),
    Fraction(0),
    Fraction(3, 5),
    Fraction(999_999, 1_000_000),
    Fraction(1),
]
at_cosines = pytest.mark.parametrize("u", COSINES, ids=str)


@pytest.fixture(autouse=True)
def _precision() -> Iterator[None]:
    with precision(BITS):
        yield


@dataclass(frozen=True)
class Activation:
    """A function σ(s) = c_± s^n on each side of 0, homogeneous of degree n."""

    degree: int
    below: Fraction
    above: Fraction

    def derivative(self) -> Activation:
        n = self.degree
        return Activation(n - 1, n * self.below, n * self.above)


def relu(order: int) -> Activation:
    return Activation(order, Fraction(0), Fraction(1))


def bent(a: int | Fraction, b: int | Fraction) -> Activation:
    """s -> a s + b|s|."""
    return Activation(1, Fraction(a - b), Fraction(a + b))


def expectation(activation: Activation, u: Any) -> arb:
    """E[σ(g) σ(g')] for standard Gaussians of correlation u, by certified quadrature."""
    n = activation.degree
    angle = arb(0) if u == 1 else ball(u).acos()
    quarter = arb.pi() / 2
    # σ(cos φ) has its kinks at ±π/2, σ(cos(φ - θ)) at θ ± π/2.
    kinks = [-quarter, angle - quarter, quarter, angle + quarter, 3 * quarter]
    signs = [(1, -1), (1, 1), (-1, 1), (-1, -1)]
    total = arb(0)
    for start, stop, (sign, other) in zip(kinks, kinks[1:], signs, strict=False):
        factor = (activation.above if sign > 0 else activation.below) * (
            activation.above if other > 0 else activation.below
        )

        def integrand(t: acb, analytic: bool, start: arb = start, stop: arb = stop) -> acb:
            phi = start + (stop - start) * t  # analytic whatever is asked: no kink inside
            return (phi.cos() * (phi - angle).cos()) ** n

        total += (stop - start) * acb.integral(integrand, 0, 1).real * ball(factor)
    return total / (2 * arb.pi()) * (2**n * math.factorial(n))


def assert_same(value: arb, truth: arb) -> None:
    """Two enclosures of one number: they meet, and both are narrow."""
    assert value.overlaps(truth)
    assert value.rad() < NARROW
    assert truth.rad() < NARROW


# Two-point expectations.


@at_cosines
@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_arccosine_is_the_normalised_expectation_of_relu_powers(order: int, u: Fraction) -> None:
    truth = expectation(relu(order), u) / expectation(relu(order), 1)
    assert_same(arccosine(order)(ball(u)), truth)


@at_cosines
@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_derivative_of_a_relu_power_has_the_arccosine_one_order_below(
    order: int, u: Fraction
) -> None:
    slope = relu(order).derivative()
    truth = expectation(slope, u) / expectation(slope, 1)
    assert_same(arccosine(order - 1)(ball(u)), truth)


def test_he_variance_keeps_the_diagonal() -> None:
    assert_same(2 * expectation(relu(1), 1), arb(1))
    assert_same(2 * expectation(relu(1).derivative(), 1), arb(1))


BENT = [(1, 1), (2, 1), (0, 1), (1, -3), (1, 0), (Fraction(1, 10), 1)]


def delta_of(a: int | Fraction, b: int | Fraction) -> Fraction:
    return Fraction(b * b) / (a * a + b * b)


@at_cosines
@pytest.mark.parametrize(("a", "b"), BENT)
def test_cosine_map_is_the_correlation_after_a_bent_line(
    a: int | Fraction, b: int | Fraction, u: Fraction
) -> None:
    variance = ball(Fraction(1) / (a * a + b * b))
    kernel, slope = cosine_map(delta_of(a, b)), cosine_map_derivative(delta_of(a, b))
    assert_same(kernel(ball(u)), variance * expectation(bent(a, b), u))
    assert_same(slope(ball(u)), variance * expectation(bent(a, b).derivative(), u))


# Networks of infinite width, layer by layer.


def network(
    activation: Activation, depth: int, weight_variance: Fraction, bias_variance: Fraction, u: Any
) -> tuple[arb, arb]:
    """Covariance and tangent kernel from their definition, at a cosine u.

    ``S' = v_w E[σ(g) σ(g')] + v_b`` and ``Θ' = S' + v_w E[σ'(g) σ'(g')] Θ``, with a Gaussian pair
    of covariance S and variance q = S(1); by homogeneity a pair of variance q is sqrt(q) times a
    standard one.
    """
    weight, bias = ball(weight_variance), ball(bias_variance)
    covariance = ball(u) + bias
    tangent = covariance
    diagonal = 1 + bias
    slope = activation.derivative()
    same = u == 1
    for _ in range(depth - 1):
        correlation = 1 if same else covariance / diagonal
        covariance = weight * diagonal * expectation(activation, correlation) + bias
        tangent = covariance + weight * expectation(slope, correlation) * tangent
        diagonal = weight * diagonal * expectation(activation, 1) + bias
    return covariance, tangent


@at_cosines
@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize(
    ("weight_variance", "bias_variance"),
    [(2, 0), (2, Fraction(1, 10)), (Fraction(3, 2), Fraction(1, 2)), (3, 2)],
)
def test_relu_networks(
    depth: int, weight_variance: Fraction, bias_variance: Fraction, u: Fraction
) -> None:
    if depth == 3 and bias_variance == 0 and u == -1:
        u = Fraction(-97, 100)  # the correlation there is 0, a ball around an end of no interval
    covariance, tangent = network(relu(1), depth, weight_variance, bias_variance, u)
    assert_same(nngp(depth, weight_variance, bias_variance)(ball(u)), covariance)
    assert_same(ntk(depth, weight_variance, bias_variance)(ball(u)), tangent)


@at_cosines
@pytest.mark.parametrize(("a", "b"), [(1, 1), (3, 1), (1, -3)])
def test_bent_networks_at_the_edge_of_chaos(a: int, b: int, u: Fraction) -> None:
    variance = Fraction(1, a * a + b * b)
    _, tangent = network(bent(a, b), 3, variance, Fraction(0), u)
    assert_same(eoc(3, a, b)(ball(u)), tangent)


@at_cosines
@pytest.mark.parametrize(
    ("rho", "beta", "dim"), [(1, 1, 3), (2, Fraction(1, 2), 10), (3, 0, 2), (Fraction(1, 3), 2, 1)]
)
def test_deep_narrow_kernel(rho: Fraction, beta: Fraction, dim: int, u: Fraction) -> None:
    signal, noise = Fraction(rho) ** 2 / dim, Fraction(beta) ** 2
    variance = signal + noise
    truth = ball(u) + 1 + ball(variance) * expectation(relu(1), (signal * u + noise) / variance)
    assert_same(deep_narrow(rho, beta, input_dim=dim)(ball(u)), truth)
    assert_same(deep_narrow(rho, beta).at_dim(dim).value_with(ball(u), BALLS), truth)


# Networks of finite width.

POINTS = np.array([1.0, 0.6, 0.0, -0.4])


def tangents(
    rng: np.random.Generator,
    depth: int,
    width: int,
    activation: tuple[float, float],
    weight_variance: float,
    bias_variance: float,
) -> np.ndarray:
    """One draw of the tangent kernel of a network between (1, 0) and the points of given cosine.

    ``h_1 = W_1 x + sqrt(v_b) b_1``, ``h_(k+1) = sqrt(v_w/m) W φ(h_k) + sqrt(v_b) b_(k+1)``, the
    last layer of one output; φ(s) = a s + b|s|. The gradients of two inputs by one matrix have the
    inner product of the signals forward times that of the signals backward.
    """
    a, b = activation
    inputs = np.stack([POINTS, np.sqrt(1 - POINTS**2)]).astype(np.float32)  # POINTS[0] = (1, 0)
    normal = lambda *shape: rng.standard_normal(shape, dtype=np.float32)  # noqa: E731
    hidden = normal(width, 2) @ inputs + math.sqrt(bias_variance) * normal(width, 1)
    forward = [inputs.T @ inputs[:, 0] + bias_variance]
    slopes, matrices = [], []
    for layer in range(1, depth):
        outputs = a * hidden + b * np.abs(hidden)
        slopes.append(a + b * np.sign(hidden))
        gram = outputs.T.astype(np.float64) @ outputs[:, 0].astype(np.float64)
        forward.append(weight_variance / width * gram + bias_variance)
        rows = width if layer < depth - 1 else 1
        matrices.append(math.sqrt(weight_variance / width) * normal(rows, width))
        hidden = matrices[-1] @ outputs + math.sqrt(bias_variance) * normal(rows, 1)
    signal = np.ones((1, POINTS.size), dtype=np.float32)
    total = forward[-1].astype(np.float64)
    for matrix, slope, gram in zip(matrices[::-1], slopes[::-1], forward[-2::-1], strict=True):
        signal = slope * (matrix.T @ signal)
        total = total + gram * (signal.T.astype(np.float64) @ signal[:, 0].astype(np.float64))
    return total


def assert_mean(draws: np.ndarray, kernel: Kernel) -> None:
    """The mean over draws is the kernel within 5 standard errors, and these are below a percent.

    Under the hypothesis a mean of about a hundred draws leaves 5 standard errors with a
    probability below 1e-5. A missing factor of 2, or a missing layer, is off by dozens.
    """
    truth = kernel(POINTS)
    error = draws.std(axis=0, ddof=1) / math.sqrt(len(draws))
    assert np.all(error < 0.01 * abs(truth))
    assert np.all(abs(draws.mean(axis=0) - truth) < 5 * error)


@pytest.mark.parametrize(
    ("seed", "kernel", "setting"),
    [
        (1, ntk(2), ((0.5, 0.5), 2.0, 0.0)),
        (2, ntk(2, Fraction(3, 2), Fraction(1, 2)), ((0.5, 0.5), 1.5, 0.5)),
        (3, eoc(2, 2, 1), ((2.0, 1.0), 1 / 5, 0.0)),
        (4, eoc(2, 1, -3), ((1.0, -3.0), 1 / 10, 0.0)),
    ],
    ids=repr,
)
def test_wide_networks_of_two_layers(seed: int, kernel: Kernel, setting: Any) -> None:
    rng = np.random.default_rng(seed)
    assert_mean(np.array([tangents(rng, 2, 2000, *setting) for _ in range(400)]), kernel)


@pytest.mark.parametrize(
    ("seed", "kernel", "setting"),
    [
        (5, ntk(3), ((0.5, 0.5), 2.0, 0.0)),
        (6, ntk(3, Fraction(3, 2), Fraction(1, 2)), ((0.5, 0.5), 1.5, 0.5)),
        (7, eoc(3, 2, 1), ((2.0, 1.0), 1 / 5, 0.0)),
    ],
    ids=repr,
)
def test_wide_networks_of_three_layers(seed: int, kernel: Kernel, setting: Any) -> None:
    rng = np.random.default_rng(seed)
    assert_mean(np.array([tangents(rng, 3, 700, *setting) for _ in range(150)]), kernel)
