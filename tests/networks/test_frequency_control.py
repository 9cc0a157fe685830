"""Rates of Fourier modes: exact under the frozen limit, within bands for wide networks."""

import math
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import ntkproofs as nt
from ntkproofs.domains import torus
from ntkproofs.errors import InvalidInput, MissingPackage, Unable
from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.mode_rates import fit_rates, independent_modes, measure_rates
from ntkproofs.finite_width.network import Network, draw_weights, limit
from ntkproofs.finite_width.torus_problems import (
    TorusLoss,
    laplacian,
    poisson_solution,
    rough_target,
)
from ntkproofs.finite_width.torus_training import (
    GridProblem,
    ModeCurves,
    choose_step,
    descend,
    fourier,
    frozen_descent,
    limit_coefficients,
    limit_row,
    predicted_rates,
    recorded_steps,
)

TORI = [(1, 8), (1, 7), (2, 4)]
BIASED = Network.of(2, 256, bias_variance=0.5)


def frozen_curves(network, problem, steps=600, fraction=0.1):
    rates = predicted_rates(network, problem)
    eta = choose_step(rates, fraction * 2 / rates.max())
    record = recorded_steps(steps)
    found = frozen_descent(
        limit(network, problem.points).ntk, problem, -problem.target, step_size=eta, record=record
    )
    return ModeCurves(np.array(record), found, rates, eta)


@pytest.mark.parametrize("activation", ["relu", "erf", "tanh"])
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_a_row_of_the_limit_is_that_of_the_matrix(activation, depth):
    network = Network.of(depth, 1, activation, 1.7, 0.3)
    X = nt.sphere.uniform(6, 3, seed=0) * np.linspace(0.5, 2, 6)[:, None]
    np.testing.assert_allclose(limit_row(network, X), limit(network, X).ntk[0], rtol=1e-12)


@pytest.mark.parametrize(("dim", "n"), TORI)
def test_coefficients_are_those_of_the_zonal_kernel(dim, n):
    kernel = nt.ntk(3, bias_variance=0.5)
    found = limit_coefficients(Network.of(3, 1, bias_variance=0.5), n, dim)
    expected = torus.grid_eigenvalues(kernel, n, dim) / n**dim
    np.testing.assert_allclose(found, expected, rtol=1e-11)


@pytest.mark.parametrize(("dim", "n"), TORI)
@pytest.mark.parametrize("order", [-1, 0.5, 2])
def test_modes_decouple_exactly_under_the_frozen_limit(dim, n, order):
    problem = TorusLoss("sobolev", order).problem(n, dim, amplitude=1, seed=1)
    curves = frozen_curves(BIASED, problem)
    np.testing.assert_allclose(curves.coefficients, curves.descent, rtol=0, atol=1e-13)
    rates = measure_rates(curves)
    kept = np.isfinite(rates.log_ratio)
    assert kept.sum() >= 2
    np.testing.assert_allclose(rates.log_ratio[kept], 0, atol=1e-10)
    np.testing.assert_allclose(rates.lower[kept], rates.upper[kept], rtol=1e-9)


def test_a_slightly_wrong_exponent_is_seen_under_the_frozen_limit():
    curves = frozen_curves(BIASED, TorusLoss("sobolev", 1).problem(8, 1, amplitude=1, seed=1))
    measured = measure_rates(curves).measured
    modes = independent_modes(8, 1)
    line = fit_rates(predicted_rates(BIASED, _problem(8, 1, 1.01))[modes], measured)
    assert abs(line.offset) > 5e-3
    assert abs(line.slope - 1) > 2e-3
    assert fit_rates(predicted_rates(BIASED, _problem(8, 1, 1))[modes], measured).slope == 1


def test_the_flow_is_the_limit_of_small_steps():
    problem = _problem(8, 1, 1)
    gaps = []
    for fraction in (0.02, 0.01):
        curves = frozen_curves(BIASED, problem, steps=round(2 / fraction), fraction=fraction)
        gaps.append(np.abs(curves.descent - curves.flow).max())
    assert gaps[0] / gaps[1] == pytest.approx(2, rel=0.05)


def _problem(n, dim, order, amplitude=1.0):
    return TorusLoss("sobolev", order).problem(n, dim, amplitude=amplitude, seed=1)


@pytest.mark.parametrize(("dim", "n"), TORI)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_small_step_is_that_of_the_kernel_of_the_draw(dim, n, depth):
    """r' = -K P r/n with the kernel of this very network: says the normalisation of the loss."""
    network = Network.of(depth, 20, "erf", bias_variance=0.4)
    weights = draw_weights(network, 2 * dim, seed=0, draw=0)
    problem, eta = _problem(n, dim, 0.5), 1e-7
    found = descend(network, weights, problem, steps=1, step_size=eta, record=[0, 1])
    start = np.real(np.fft.ifftn(found.coefficients[0], norm="forward"))
    K = empirical_ntk(network, weights, problem.points)
    np.testing.assert_allclose(start.ravel(), K.outputs - problem.target.ravel(), atol=1e-12)
    pull = torus.dense(problem.multipliers) @ start.ravel() / n**dim
    expected = -fourier((K.ntk @ pull).reshape(start.shape))
    change = (found.coefficients[1] - found.coefficients[0]) / eta
    np.testing.assert_allclose(change, expected, atol=1e-5 * np.abs(expected).max())


def wide_measurements(order, draws=6, width=1024, n=8):
    network = Network.of(2, width, bias_variance=0.5)
    problem = _problem(n, 1, order, amplitude=0.01)
    step = choose_step(predicted_rates(network, problem)) * 2.5
    found = []
    for draw in range(draws):
        weights = draw_weights(network, 2, seed=3, draw=draw)
        curves = descend(
            network, weights, problem, steps=150, step_size=step, record=range(151), centred=True
        )
        found.append(measure_rates(curves))
    return found


@pytest.mark.parametrize("order", [0, 1])
def test_wide_networks_follow_and_a_wrong_exponent_does_not(order):
    """t-tests on the mean offset and slope; each fails by chance once in 10^4 at most, for draws
    that are normal, beyond a margin of 5 % for what is of the order 1/width.
    """
    found = wide_measurements(order)

    def distances(exponent):
        rates = predicted_rates(BIASED, _problem(8, 1, exponent))[independent_modes(8, 1)]
        lines = [fit_rates(rates, each.measured) for each in found]
        for values in ([line.offset for line in lines], [line.slope - 1 for line in lines]):
            error = np.std(values, ddof=1) / math.sqrt(len(values))
            yield (abs(np.mean(values)) - 0.05) / error

    bound = stats.t.sf(np.array(list(distances(order))), len(found) - 1)
    assert (bound > 1e-4).all()
    for wrong in (order + 0.5, order - 0.5, 2 * order + 1):
        assert min(stats.t.sf(np.array(list(distances(wrong))), len(found) - 1)) < 1e-4


@pytest.mark.parametrize(("dim", "n"), [(1, 12), (2, 6)])
def test_odd_frequencies_of_two_layers_without_biases_are_never_learned(dim, n):
    """f(x) - f(x + 1/2) is linear in the embedded point, whatever the weights are."""
    network = Network.of(2, 16)
    problem = _problem(n, dim, 2)
    k = torus.frequencies(n, dim)
    lost = (k.sum(axis=-1) % 2 == 1) & (np.sum(k * k, axis=-1) > 1)
    assert lost.any()
    rates = predicted_rates(network, problem)
    np.testing.assert_array_equal(rates == 0, lost)
    weights = draw_weights(network, 2 * dim, seed=0, draw=0)
    curves = descend(network, weights, problem, steps=60)
    np.testing.assert_allclose(
        curves.coefficients[-1][lost], curves.coefficients[0][lost], atol=1e-12
    )
    assert (limit_coefficients(Network.of(3, 1), n, dim) > 0).all()
    assert (limit_coefficients(Network.of(2, 1, bias_variance=0.1), n, dim) > 0).all()


def test_on_odd_grids_aliases_hide_the_zeros():
    assert (limit_coefficients(Network.of(2, 1), 9, 1) > 0).all()


def test_the_poisson_loss_is_the_residual_of_the_equation():
    n, dim, order = 6, 2, -1.0
    g = rough_target(n, dim, seed=0)
    f = rough_target(n, dim, seed=1)
    u = poisson_solution(g)
    minus_laplace = torus.dense(laplacian(n, dim))
    residual = (minus_laplace @ f.ravel()).reshape(f.shape) - (g - g.mean())
    bessel = torus.multipliers(order, n, dim)
    by_residual = np.sum(bessel * np.abs(fourier(residual)) ** 2)
    multipliers = TorusLoss("poisson", order).multipliers(n, dim)
    by_error = np.sum(multipliers * np.abs(fourier(f - u)) ** 2)
    mean = (2 * math.pi) ** 4 * np.mean(f) ** 2
    assert by_error == pytest.approx(by_residual + mean, rel=1e-12)
    np.testing.assert_allclose(minus_laplace @ u.ravel(), (g - g.mean()).ravel(), atol=1e-11)


def test_the_energy_is_the_weak_loss():
    """½∫|∇f|² - ∫gf = ½ Σ 4π²‖k‖²|f_k - u_k|² + a constant, with the derivative by hand."""
    n = 64
    x = torus.grid(n, 1)[:, 0]
    u = np.cos(2 * np.pi * x)
    g = 4 * np.pi**2 * u

    def energy(a, b):
        slope = 2 * np.pi * (-a * np.sin(2 * np.pi * x) + 2 * b * np.cos(4 * np.pi * x))
        f = a * np.cos(2 * np.pi * x) + b * np.sin(4 * np.pi * x)
        loss = 0.5 * np.sum(laplacian(n, 1) * np.abs(fourier(f - u)) ** 2)
        return 0.5 * np.mean(slope**2) - np.mean(g * f) - loss

    assert energy(0.3, 0.7) == pytest.approx(energy(-2.0, 0.1), rel=1e-12)
    np.testing.assert_allclose(poisson_solution(g), u, atol=1e-13)


def test_rates_of_planted_exponentials():
    steps = np.arange(100)
    factors = np.array([0.9, 0.8, 0.97, 0.5, 0.97, 0.8])
    planted = factors ** steps[:, None] + 0j
    curves = ModeCurves(steps, planted, np.ones(6), 0.5)
    rates = measure_rates(curves)
    np.testing.assert_allclose(rates.measured, 2 * (1 - factors[:4]), rtol=1e-12)
    assert np.isnan(measure_rates(ModeCurves(steps[:5], planted[:5], np.ones(6), 0.5)).measured[2])
    bent = planted + 0.1
    found = measure_rates(ModeCurves(steps, bent, np.ones(6), 0.5))
    assert (found.lower < found.measured).all()
    assert (found.measured < found.upper).all()
    with pytest.raises(InvalidInput, match="factor > 1"):
        measure_rates(curves, shrink=1)


@pytest.mark.parametrize(("dim", "n"), [(1, 5), (1, 6), (2, 4), (2, 5), (3, 4)])
def test_independent_modes_are_one_of_each_pair(dim, n):
    fixed = 1 if n % 2 else 2**dim
    found = independent_modes(n, dim)
    assert len(found) == (n**dim + fixed) // 2
    k = torus.frequencies(n, dim).reshape(-1, dim)
    pairs = {min(tuple(a % n), tuple(-a % n)) for a in k[found]}
    assert len(pairs) == len(found)


def test_a_run_starts_where_it_says():
    problem = _problem(8, 1, 1)
    weights = draw_weights(BIASED, 2, seed=0, draw=0)
    seen = []
    curves = descend(
        BIASED, weights, problem, steps=5, centred=True, progress=lambda *p: seen.append(p)
    )
    np.testing.assert_allclose(curves.coefficients[0], -fourier(problem.target), atol=1e-15)
    assert seen == [(step, 5) for step in range(6)]
    assert curves.error()[0] == 1
    assert curves.error()[-1] < 1
    np.testing.assert_allclose(np.abs(fourier(rough_target(6, 2, 0))), 1 / 6, rtol=1e-12)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GridProblem(np.zeros(1), np.ones(1)), "one point has no frequencies"),
        (lambda: GridProblem(np.zeros((2, 3)), np.ones((2, 3))), "N >= 2 points per axis"),
        (lambda: GridProblem(np.zeros(4), np.array([1.0, 2, 3, 4])), "even"),
        (lambda: GridProblem(np.zeros(4), np.array([1.0, 0, -1, 0])), ">= 0 and not all 0"),
        (lambda: GridProblem(np.full(4, np.nan), np.ones(4)), "finite values"),
        (lambda: TorusLoss("sobolev", math.nan), "finite real number; got nan"),
        (lambda: TorusLoss("sobolew", 1), "'sobolev' or 'poisson'"),  # type: ignore[arg-type]
        (lambda: choose_step([1.0, 4.0], 0.5), r"2/λ_max = 0.5; got 0.5.*diverges"),
        (lambda: choose_step([1.0, 4.0], -0.1), "between 0 and"),
        (lambda: choose_step([1.0, 4.0], math.nan), "between 0 and"),
    ],
)
def test_input_without_meaning(make, message):
    with pytest.raises(InvalidInput, match=message):
        make()


def test_a_training_that_cannot_be():
    problem = _problem(8, 1, 1)
    weights = draw_weights(BIASED, 2, seed=0, draw=0)
    limit_of_steps = 2 / predicted_rates(BIASED, problem).max()
    with pytest.raises(InvalidInput, match="diverges"):
        descend(BIASED, weights, problem, steps=5, step_size=limit_of_steps)
    with pytest.raises(InvalidInput, match="rise from 0"):
        descend(BIASED, weights, problem, steps=5, record=[0, 3])
    with pytest.raises(InvalidInput, match=r"embedded in R\^4"):
        descend(BIASED, weights, _problem(4, 2, 1), steps=5)
    without = replace(BIASED, bias_variance=0.0)
    with pytest.raises(InvalidInput, match="has one array of them for each of its"):
        descend(BIASED, draw_weights(without, 2, seed=0, draw=0), problem, steps=5)
    deep = Network.of(3, 2, "identity")
    far = GridProblem(1e6 * problem.target, problem.multipliers)
    weights = draw_weights(deep, 2, seed=0, draw=0)
    with pytest.raises(Unable, match="smaller step size, or a wider network"):
        descend(deep, weights, far, steps=400)


def test_training_without_jax_says_what_to_install(monkeypatch):
    from ntkproofs.networks.frequency_control import train

    monkeypatch.setitem(sys.modules, "jax", None)
    weights = draw_weights(BIASED, 2, seed=0, draw=0)
    with pytest.raises(MissingPackage, match=r'pip install "ntkproofs\[networks\]"'):
        train(BIASED, weights, _problem(8, 1, 1), steps=5)
