"""Exact moments of Θ(x,x): against draws, closed forms, and the moments of one-neuron layers."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from scipy.stats import norm

from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width import moments
from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.moments import (
    Gates,
    diagonal_moments,
    diagonal_moments_of,
    first_order_coefficient,
    first_order_weight,
    induction_steps,
    proportional_limit,
    relative_variance_to_first_order,
    second_moment_at_criticality,
    second_moment_bounds,
)
from ntkproofs.finite_width.network import Network, draw_weights
from ntkproofs.kernels.activations import IDENTITY, RELU, Erf, PiecewiseLinear

LEAKY = PiecewiseLinear(0.75, 0.5)
FALSE_ALARM = 1e-5
"""Of one z-score, two-sided, were it exactly normal; this file looks at fewer than 100. Kernels
have heavy tails, so that widths and depths are those at which the number of draws suffices."""
LIMIT = norm.isf(FALSE_ALARM / 2)


def draws(network, x, count, seed):
    """f(x) and Θ(x,x) of many draws: forward, and the gradient backwards."""
    generator = np.random.default_rng(seed)
    h = np.broadcast_to(x, (count, len(x)))
    forward, slopes, matrices = [], [], []
    z = h
    for layer, (rows, columns) in enumerate(network.shapes(len(x)), start=1):
        W = generator.standard_normal((count, rows, columns)) * network.scale(layer)
        b = network.bias_variance**0.5 * generator.standard_normal((count, rows))
        size = network.scale(layer) ** 2 * (h**2).sum(1) + network.bias_variance
        z = np.einsum("crk,ck->cr", W, h) + b
        forward.append(size)
        matrices.append(W)
        slopes.append(network.activation.derivative(z))
        h = network.activation(z)
    back = np.ones((count, 1))
    kernel = forward[-1].copy()
    for layer in range(network.depth - 1, 0, -1):
        back = np.einsum("cr,crk->ck", back, matrices[layer]) * slopes[layer - 1]
        kernel += forward[layer - 1] * (back**2).sum(1)
    return z[:, 0], kernel


def z_score(samples, expected):
    return (samples.mean() - float(expected)) / (samples.std() / len(samples) ** 0.5)


def test_the_vectorised_draws_are_those_of_the_library():
    network = Network((3, 2), LEAKY, 1.3, 0.2)
    x = np.array([0.6, -0.8])
    outputs, kernel = draws(network, x, 40_000, seed=1)
    singles = [
        empirical_ntk(network, draw_weights(network, 2, seed=1, draw=i), x[None])
        for i in range(4000)
    ]
    others = np.array([each.ntk[0, 0] for each in singles])
    error = math.hypot(kernel.std() / 200, others.std() / 4000**0.5)
    assert abs(kernel.mean() - others.mean()) < LIMIT * error
    error = math.hypot((kernel**2).std() / 200, (others**2).std() / 4000**0.5)
    assert abs((kernel**2).mean() - (others**2).mean()) < LIMIT * error
    assert abs(z_score(outputs**2, np.mean([e.outputs[0] ** 2 for e in singles]))) < 10


CASES = [
    (Network((1,)), 400_000),
    (Network((1, 1)), 400_000),
    (Network((2, 3), bias_variance=0.3), 300_000),
    (Network((3, 3, 3), LEAKY, 1.1), 200_000),
    (Network((5, 2, 3), LEAKY, 0.9, 0.5), 200_000),
    (Network((5, 5, 5, 5)), 150_000),
    (Network((2, 1, 4), IDENTITY, 1.0, 0.4), 200_000),
    (Network((), bias_variance=0.3), 50_000),
]


@pytest.mark.parametrize(("network", "count"), CASES)
def test_exact_moments_against_draws(network, count):
    x = np.array([0.9, -1.2])
    outputs, kernel = draws(network, x, count, seed=3)
    exact = diagonal_moments(network, Fraction(0.9) ** 2 + Fraction(-1.2) ** 2)
    assert abs(z_score(outputs**2, exact.output_second)) < LIMIT
    assert abs(z_score(outputs**4, exact.output_fourth)) < LIMIT
    if network.widths:
        assert abs(z_score(kernel, exact.mean)) < LIMIT
        assert abs(z_score(kernel**2, exact.second_moment)) < LIMIT
    else:
        np.testing.assert_allclose(kernel, float(exact.mean))
        assert exact.relative_variance < 1e-15
    assert abs(z_score(outputs**2 * kernel, exact.mixed)) < LIMIT


@pytest.mark.parametrize(("width", "depth"), [(3, 3), (5, 4), (5, 5)])
def test_the_first_order_is_rejected_where_the_exact_value_is_not(width, depth):
    network = Network.of(depth, width)
    _, kernel = draws(network, np.array([1.0]), 300_000, seed=4)
    exact = diagonal_moments(network)
    first = relative_variance_to_first_order(network.widths)
    squares = kernel**2 / depth**2 - 1
    assert abs(z_score(squares, exact.relative_variance)) < LIMIT
    assert z_score(squares, first) > 10


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 6, 9])
def test_layers_of_one_neuron_by_hand(depth):
    """Θ = Σ_l Π_(k≠l) w_k² times the gates: E Θ² = 6^(L-1) L (L+2)/3, from E w² = 1, E w⁴ = 3."""
    exact = diagonal_moments(Network.of(depth, 1))
    by_hand = Fraction(2) ** (depth - 1) * (
        depth * Fraction(3) ** (depth - 1) + depth * (depth - 1) * Fraction(3) ** (depth - 2)
    )
    assert exact.second_moment == by_hand == Fraction(6) ** (depth - 1) * depth * (depth + 2) / 3


@pytest.mark.parametrize("activation", [RELU, LEAKY, IDENTITY, PiecewiseLinear(0.0, 2.0)])
@pytest.mark.parametrize("width", [1, 2, 7, 100])
@pytest.mark.parametrize("depth", [1, 2, 3, 8])
def test_closed_form_and_bounds_against_the_recursion(activation, width, depth):
    gates = Gates.of(activation)
    kappa = sp.Rational(gates.kurtosis.numerator, gates.kurtosis.denominator)
    widths = [width] * (depth - 1)
    found = diagonal_moments_of(widths, weight_variance=1 / gates.second, gates=gates)
    assert found.mean == depth
    assert second_moment_at_criticality(depth, width, kappa) == sp.sympify(found.second_moment)
    low, high = second_moment_bounds(widths, kappa)
    assert low <= found.second_moment / found.mean**2 <= high
    # and the bounds are not idle: of widths that vary, and far from 0
    uneven = [1 + (3 * j) % 5 for j in range(depth - 1)]
    other = diagonal_moments_of(uneven, weight_variance=1 / gates.second, gates=gates)
    low, high = second_moment_bounds(uneven, kappa)
    assert low <= other.second_moment / other.mean**2 <= high <= 3 * low


def test_the_induction_is_decided_by_the_recursion():
    for step in induction_steps():
        assert sp.cancel(step.left - step.right) == 0, step.about
        assert sp.cancel(step.left - step.right * sp.Rational(101, 100)) != 0


def _gaussian(polynomial, variables):
    """E of a polynomial in independent standard variables, by the moments (p - 1)!!."""
    total = 0
    for powers, coefficient in sp.Poly(polynomial, *variables).terms():
        if all(p % 2 == 0 for p in powers):
            total += coefficient * sp.prod([sp.factorial2(p - 1) for p in powers])
    return sp.expand(total)


def test_one_layer_by_expanding_its_polynomials():
    """Two neurons on two, with biases: all 7 expectations, from W, h and M in symbols."""
    w, bias = sp.symbols("w:2:2"), sp.symbols("b:2")
    h, c, root = sp.Matrix(sp.symbols("h:2")), sp.Symbol("c"), sp.Symbol("r")  # v_b = r²
    m0, m1, m2 = sp.symbols("m:3")
    M, rows = sp.Matrix([[m0, m1], [m1, m2]]), sp.Matrix(2, 2, w)
    # z/√c, so that no root of c is needed; D² and D⁴ by their means, as the signs decouple
    z = rows * h + root * sp.Matrix(bias)
    v = c * root**2
    q, t = (h.T * h)[0], M.trace()
    theta = (c * q + v) * sp.eye(2) + c * rows * M * rows.T
    second, fourth = sp.symbols("A2 A4")
    pairs = [(j, k, fourth if j == k else second**2) for j in (0, 1) for k in (0, 1)]
    expand = lambda term: _gaussian(sp.expand(term), (*w, *bias))  # noqa: E731
    expected = {
        "q": sum(second * expand(c * z[j] ** 2) for j in (0, 1)),
        "t": sum(second * expand(theta[j, j]) for j in (0, 1)),
        "qq": sum(d * expand(c**2 * z[j] ** 2 * z[k] ** 2) for j, k, d in pairs),
        "qt": sum(d * expand(c * z[j] ** 2 * theta[k, k]) for j, k, d in pairs),
        "s": sum(d * expand(c * z[j] * z[k] * theta[j, k]) for j, k, d in pairs),
        "tt": sum(d * expand(theta[j, j] * theta[k, k]) for j, k, d in pairs),
        "p": sum(d * expand(theta[j, k] ** 2) for j, k, d in pairs),
    }
    before = moments._State(q, t, q * q, q * t, (h.T * M * h)[0], t * t, (M * M).trace())
    after = moments._layer(before, c, v, sp.Integer(2), Gates(second, fourth))
    for name, value in expected.items():
        assert sp.expand(getattr(after, name) - value) == 0, name


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_first_order_is_the_derivative_of_the_exact_value(depth):
    sizes = sp.symbols(f"e1:{depth}", positive=True)
    exact = sp.cancel(diagonal_moments_of([1 / e for e in sizes]).relative_variance)
    for layer, size in enumerate(sizes, start=1):
        slope = sp.diff(exact, size).subs(dict.fromkeys(sizes, 0))
        weight = first_order_weight(depth, layer)
        assert slope == sp.Rational(weight.numerator, weight.denominator)
    total = sum(first_order_weight(depth, layer) for layer in range(1, depth))
    assert total == first_order_coefficient(depth)


def test_first_order_for_every_depth():
    """Σ_l c_l in closed form, with symbols for depth and kurtosis."""
    L, layer, kappa = sp.symbols("L l kappa", positive=True, integer=True)
    total = sp.summation(sp.expand(first_order_weight(L, layer, kappa)), (layer, 1, L - 1))
    assert sp.cancel(total - first_order_coefficient(L, kappa)) == 0
    relu = (L - 1) * (11 * L - 4) / (3 * L)
    assert sp.cancel(first_order_coefficient(L) - relu) == 0


@pytest.mark.parametrize("kappa", [1, sp.Rational(3, 2), 2])
def test_the_proportional_limit(kappa):
    beta, L = sp.symbols("beta L", positive=True)
    small = sp.series(proportional_limit(beta, kappa), beta, 0, 2).removeO()
    slope = sp.limit(first_order_coefficient(L, kappa) / L, L, sp.oo)
    assert sp.Poly(small - 1 - slope * beta, beta).is_zero
    errors = []
    for depth in (10**3, 10**4):
        value = second_moment_at_criticality(depth, sp.Integer(depth), kappa).evalf(30)
        errors.append(float(value / depth**2 / proportional_limit(1, kappa).evalf(30) - 1))
    assert abs(errors[0]) < 0.02
    assert errors[1] / errors[0] == pytest.approx(0.1, rel=0.02)


def test_floats_are_exact_and_symbols_stay():
    leaky = diagonal_moments(Network((2,), LEAKY))
    assert isinstance(leaky.mean, Fraction)
    n = sp.Symbol("n", positive=True)
    symbolic = diagonal_moments_of([n, 2 * n]).variance
    there = diagonal_moments_of([3, 6]).variance
    assert symbolic.subs(n, 3) == sp.Rational(there.numerator, there.denominator)


def test_questions_without_meaning():
    with pytest.raises(InvalidInput, match="homogeneous"):
        diagonal_moments(Network((2,), Erf()))
    with pytest.raises(InvalidInput, match="positive"):
        proportional_limit(-1)
    with pytest.raises(InvalidInput, match="finite"):
        diagonal_moments(Network((2,)), float("nan"))
    with pytest.raises(InvalidInput, match="norm"):
        diagonal_moments(Network((2,)), -1)
    with pytest.raises(InvalidInput, match="width"):
        moments.diagonal_moments_of([2, 0])
