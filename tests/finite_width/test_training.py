"""Gradient flow against a network that can be solved, other integrators, and the prediction."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.stats import beta, chi2

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width.comparison import compare
from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.network import Network, Weights, draw_weights
from ntkproofs.finite_width.training import average_change, train

pytest.importorskip("jax")

X = np.array([[1.0, 0.0], [0.36, 0.93]])
Y = np.array([1.5, -0.5])
ERF = Network.of(2, 8, "erf")


def test_the_linear_network_at_one_input():
    """Θ_t² = Θ_0² + 4 (f_t² - f_0²)/n is conserved, and f_t solves r' = -Θ(f) r."""
    n = 9
    run = train(Network.of(2, n, "identity"), [[1.0]], [3.0], [0.2, 1.0, math.inf],
                draws=range(6), seed=1)  # fmt: skip
    f, f_0 = run.outputs[..., 0], run.initial_outputs
    theta_0 = run.initial_ntk[:, 0]
    squares = theta_0**2 + 4 * (f**2 - f_0**2) / n
    np.testing.assert_allclose(run.ntk[..., 0, 0], np.sqrt(squares), rtol=1e-9)
    for draw in range(6):
        conserved = theta_0[draw, 0] ** 2 - 4 * f_0[draw, 0] ** 2 / n
        slope = lambda _, v, c=conserved: -np.sqrt(c + 4 * v**2 / n) * (v - 3)  # noqa: E731
        flow = solve_ivp(slope, (0, 1), f_0[draw], t_eval=[0.2, 1], rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(f[draw, :2], flow.y[0], atol=1e-8)
    np.testing.assert_allclose(f[:, 2], 3, atol=1e-8)


def test_against_another_integrator_and_a_gradient_by_hand():
    """Two layers, tanh: the gradient written out, integrated by SciPy's DOP853."""
    network = Network((5,), "tanh")
    weights = draw_weights(network, 2, seed=3, draw=4)
    scale = network.scale(2)
    shape = weights.matrices[0].shape

    def slope(_, flat):
        W, v = flat[:10].reshape(shape), flat[10:]
        h = np.tanh(X @ W.T)
        r = scale * h @ v - Y
        return -np.concatenate(
            [(scale * (r[:, None] * (1 - h * h) * v).T @ X).ravel(), scale * h.T @ r]
        )

    start = np.concatenate([m.ravel() for m in weights.matrices])
    flow = solve_ivp(slope, (0, 2), start, "DOP853", t_eval=[0.5, 2], rtol=1e-12, atol=1e-13)
    run = train(network, X, Y, [0.5, 2.0], draws=[4], seed=3)
    for at in (0, 1):
        end = flow.y[:, at]
        here = empirical_ntk(network, Weights([end[:10].reshape(shape), end[None, 10:]], []), X)
        np.testing.assert_allclose(run.outputs[0, at], here.outputs, atol=2e-9)
        np.testing.assert_allclose(run.ntk[0, at], here.ntk, atol=2e-9)


@pytest.mark.parametrize("network", [ERF, Network((6, 5), "sin", 1.5, 0.1)])
def test_half_the_tolerance_changes_nothing(network):
    runs = [
        train(network, X, Y, [0.5, math.inf], draws=range(3), seed=2, tolerance=tolerance)
        for tolerance in (1e-10, 0.5e-10)
    ]
    assert np.abs(runs[0].ntk - runs[1].ntk).max() < 1e-8
    assert np.abs(runs[0].outputs - runs[1].outputs).max() < 1e-8
    assert runs[1].steps > runs[0].steps
    np.testing.assert_allclose(runs[0].outputs[:, -1], np.tile(Y, (3, 1)), atol=1e-7)


def test_a_draw_is_the_same_in_any_company():
    together = train(ERF, X, Y, [1.0], draws=range(3), seed=5)
    elsewhere = train(ERF, X, Y, [1.0], draws=[2, 7, 9], seed=5)
    np.testing.assert_allclose(together.ntk[2], elsewhere.ntk[0], atol=1e-11)
    assert np.abs(together.ntk[1] - elsewhere.ntk[1]).max() > 1e-3
    start = empirical_ntk(ERF, draw_weights(ERF, 2, seed=5, draw=2), X)
    np.testing.assert_allclose(together.initial_ntk[2], start.ntk, rtol=1e-12)
    np.testing.assert_allclose(together.initial_outputs[2], start.outputs, rtol=1e-12)


def test_the_mean_change_of_the_linear_network():
    """E Θ_∞ = E sqrt(Θ_0² + 4 (y² - f_0²)/n), from the laws of S = nΘ_0 and of <v, w>/S.

    S is chi-squared with 2n degrees of freedom; 1/2 + <v, w>/S has the law Beta(n/2, n/2).
    """
    n, y = 40, 2.0
    nodes, weights = np.polynomial.legendre.leggauss(200)
    S = chi2(2 * n).ppf((nodes[:, None] + 1) / 2)
    ratio = beta(n / 2, n / 2).ppf((nodes + 1) / 2) - 0.5
    theta = np.sqrt((S / n) ** 2 + 4 * (y**2 - (ratio * S) ** 2 / n) / n)
    expected = (weights / 2) @ theta @ (weights / 2) - 2
    assert abs(n * expected - (y**2 - 1)) < 10 / n  # the order 1/n, up to the next one
    change = average_change(
        Network.of(2, n, "identity"), [[1.0]], [y], [math.inf], draws=1984, seed=6
    )
    assert abs(change.z_scores(expected)[0, 0, 0]) < change.quantile(1e-4, 1)
    assert abs(change.z_scores((2 * y**2 - 2) / n)[0, 0, 0]) > 20  # the talk


def test_trained_networks_follow_the_complete_prediction_only():
    inputs = [[math.cos(a), math.sin(a)] for a in (0.0, 1.0, 2.1)]
    found = compare([Network.of(2, 128, "erf")], inputs, [2.0, 1.0, 0.5], [0.5, math.inf],
                    draws=256, seed=9, tolerance=1e-7)  # fmt: skip
    assert [each.agrees for each in found] == [True, True]
    assert not found[0].refutes_talk  # it says nothing at finite times
    assert found[1].refutes_talk
    assert found[1].refutes_swapped
    # The expansion of each draw scatters less than the prediction of the mean.
    assert found[0].remainder.error.max() < 0.5 * found[0].difference.error.max()


def test_duplicate_inputs():
    network, twice = ERF, [[1.0, 0.0], [1.0, 0.0]]
    run = train(network, twice, [1.0, 0.0], [60.0], draws=[0], seed=0)
    np.testing.assert_allclose(run.outputs[0, 0], [0.5, 0.5], atol=1e-6)
    with pytest.raises(InvalidInput, match="positive definite"):
        train(network, twice, [1.0, 0.0], [math.inf], draws=[0], seed=0)


@pytest.mark.parametrize(
    ("changed", "error", "says"),
    [
        ({"times": [1.0, 1.0]}, InvalidInput, "rise"),
        ({"times": [0.0]}, InvalidInput, "rise"),
        ({"times": []}, InvalidInput, "rise"),
        ({"times": [math.inf, math.inf]}, InvalidInput, "rise"),
        ({"y": [1.0]}, InvalidInput, "one finite target"),
        ({"tolerance": 1.0}, InvalidInput, "tolerance"),
        ({"network": Network.of(2, 4)}, InvalidInput, "smooth"),
        ({"most_steps": 3}, Unable, "did not end within 3 steps"),
    ],
)
def test_questions_without_an_answer(changed, error, says):
    given = {"network": ERF, "X": X, "y": Y, "times": [1.0], **changed}
    with pytest.raises(error, match=says):
        train(**given, draws=range(3), seed=0)


def test_draws_that_do_not_match_the_networks():
    with pytest.raises(InvalidInput, match="number of draws"):
        compare([Network.of(2, 4, "erf")], X, Y, [1.0], draws=[8, 8], seed=0)
