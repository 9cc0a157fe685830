"""Kernels against what they are: Gaussian expectations, and tangents of wide finite networks.

For standard Gaussians g, g' of correlation u = cos θ write g = r cos φ, g' = r cos(φ - θ) with a
uniform angle φ and an independent radius r, E r^(2n) = 2^n n!. A product of functions of g and g'
that are homogeneous of degree n is then r^(2n) times a function of φ alone, analytic between the
kinks at φ = ±π/2 and θ ± π/2: certified quadrature piece by piece gives the expectation as a ball,
by a road that shares nothing with the formulas.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
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
BITS = 400  # of which a correlation that is a ball around 1 loses half, per layer
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

POINTS = np.array([1.0, 0.6, 0.0, -0.7])
PLANES, OUTPUTS = 8, 4
"""Every draw takes the mean over copies of the points in orthogonal planes, and over outputs."""


@dataclass(frozen=True)
class Network:
    """A finite network: depth, width, φ(s) = a s + b|s|, variances."""

    depth: int
    width: int
    a: float
    b: float
    weight_variance: float
    bias_variance: float = 0.0

    def tangents(self, rng: np.random.Generator) -> np.ndarray:
        """One draw of the tangent kernel between the first and every point.

        ``h_1 = W_1 x + sqrt(v_b) b_1``, ``h_(k+1) = sqrt(v_w/m) W φ(h_k) + sqrt(v_b) b_(k+1)``; an
        output is a row of the last layer. The gradients of an output at two inputs by one layer
        have the inner product of the signals forward times that of the signals backward.
        """
        inputs = np.zeros((PLANES, 2, PLANES, POINTS.size))
        for plane in range(PLANES):
            inputs[plane, :, plane] = POINTS, np.sqrt(1 - POINTS**2)
        hidden = self._layer(rng, self.width, inputs.reshape(-1, PLANES, POINTS.size), 1.0)[0]
        forward = [POINTS + self.bias_variance]
        slopes, matrices = [], []
        for layer in range(1, self.depth):
            outputs = self.a * hidden + self.b * np.abs(hidden)
            slopes.append(self.a + self.b * np.sign(hidden))
            scale = self.weight_variance / self.width
            forward.append(scale * _products(outputs) + self.bias_variance)
            rows = self.width if layer < self.depth - 1 else OUTPUTS
            hidden, matrix = self._layer(rng, rows, outputs, math.sqrt(scale))
            matrices.append(matrix)
        total = forward.pop()
        signal = np.eye(OUTPUTS, dtype=np.float32)[:, :, None, None]
        while matrices:
            signal = slopes.pop()[:, None] * np.tensordot(matrices.pop(), signal, (0, 0))
            total = total + forward.pop() * _products(signal) / OUTPUTS
        return total.mean(axis=0)

    def _layer(
        self, rng: np.random.Generator, rows: int, inputs: np.ndarray, scale: float
    ) -> tuple[np.ndarray, np.ndarray]:
        matrix = scale * rng.standard_normal((rows, inputs.shape[0]), dtype=np.float32)
        bias = math.sqrt(self.bias_variance) * rng.standard_normal((rows, 1), dtype=np.float32)
        hidden = np.tensordot(matrix, inputs.astype(np.float32), (1, 0))
        return hidden + bias[:, :, None], matrix


def _products(signals: np.ndarray) -> np.ndarray:
    """Inner products with the signal at the first point: (..., planes, points) to the last two."""
    signals = signals.reshape(-1, *signals.shape[-2:])
    return np.einsum("ip,ipq->pq", signals[:, :, 0], signals, dtype=np.float64)


def assert_mean(network: Network, draws: int, kernel: Kernel) -> None:
    """The mean over draws is the kernel within 5 standard errors, and these are below a percent.

    If it is, a mean of a hundred draws lies outside with a probability of about 1e-5, and the seed
    is fixed. A missing factor of 2 or a missing term is off by dozens of standard errors.
    """
    rng = np.random.default_rng(20250101)
    found = np.array([network.tangents(rng) for _ in range(draws)])
    truth = kernel(POINTS)
    error = found.std(axis=0, ddof=1) / math.sqrt(draws)
    assert np.all(error < 0.01 * abs(truth))
    assert np.all(abs(found.mean(axis=0) - truth) < 5 * error)


@pytest.mark.parametrize(
    ("kernel", "network"),
    [
        (ntk(2), Network(2, 2000, 0.5, 0.5, 2.0)),
        (ntk(2, Fraction(3, 2), Fraction(1, 2)), Network(2, 2000, 0.5, 0.5, 1.5, 0.5)),
        (eoc(2, 2, 1), Network(2, 2000, 2.0, 1.0, 1 / 5)),
        (eoc(2, 1, -3), Network(2, 2000, 1.0, -3.0, 1 / 10)),
    ],
    ids=repr,
)
def test_wide_networks_of_two_layers(kernel: Kernel, network: Network) -> None:
    assert_mean(network, 60, kernel)


@pytest.mark.parametrize(
    ("kernel", "network"),
    [
        (ntk(3), Network(3, 400, 0.5, 0.5, 2.0)),
        (ntk(3, Fraction(3, 2), Fraction(1, 2)), Network(3, 400, 0.5, 0.5, 1.5, 0.5)),
        (eoc(3, 2, 1), Network(3, 400, 2.0, 1.0, 1 / 5)),
    ],
    ids=repr,
)
def test_wide_networks_of_three_layers(kernel: Kernel, network: Network) -> None:
    assert_mean(network, 200, kernel)
