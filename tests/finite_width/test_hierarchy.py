"""O_3 and O_4 against finite differences, closed forms, exact means; the prediction's weights."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import dblquad

from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width import hierarchy as module
from ntkproofs.finite_width.averages import GroupedSums
from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.hierarchy import (
    average_hierarchy,
    contraction,
    first_integral,
    hierarchy,
    predicted_mean,
    second_integral,
    talk_prediction,
)
from ntkproofs.finite_width.network import Network, Weights, draw_weights, limit
from ntkproofs.finite_width.polynomial_networks import PolynomialNetwork, mean, order
from ntkproofs.kernels.activations import Activation

jax = pytest.importorskip("jax")

X = np.array([[1.0, 0.2], [-0.3, 0.9]])
NETWORKS = (
    Network.of(2, 5, "erf"),
    Network((4, 3), "tanh", bias_variance=0.3),
    Network.of(2, 6, "identity"),
)
ERF = Network.of(2, 16, "erf")


class Quadratic(Activation):
    """z + z²."""

    @property
    def name(self):
        return "quadratic"

    def __call__(self, z):
        return z + z * z

    def derivative(self, z):
        return 1 + 2 * z


def gradient(network, weights, at):
    """∇f(x_at) by central differences, as a list of arrays."""
    leaves = [*weights.matrices, *weights.biases]
    found = []
    for which, leaf in enumerate(leaves):
        slope = np.zeros_like(leaf)
        for index in np.ndindex(leaf.shape):
            values = []
            for sign in (1, -1):
                changed = [other.copy() for other in leaves]
                changed[which][index] += sign * 1e-5
                values.append(empirical_ntk(network, made(weights, changed), X).outputs[at])
            slope[index] = (values[0] - values[1]) / 2e-5
        found.append(slope)
    return found


def made(weights, leaves):
    count = len(weights.matrices)
    return Weights(leaves[:count], leaves[count:])


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
def test_tensors_are_derivatives_along_gradients(network):
    weights = draw_weights(network, 2, seed=3, draw=0)
    here = hierarchy(network, weights, X)
    plain = empirical_ntk(network, weights, X)
    np.testing.assert_allclose(here.outputs, plain.outputs, rtol=1e-12)
    np.testing.assert_allclose(here.ntk, plain.ntk, rtol=1e-12)
    step = 1e-4
    for c in range(2):
        direction = gradient(network, weights, c)
        ends = []
        for sign in (1, -1):
            leaves = zip([*weights.matrices, *weights.biases], direction, strict=True)
            moved = [leaf + sign * step * slope for leaf, slope in leaves]
            ends.append(hierarchy(network, made(weights, moved), X))
        third = (ends[0].ntk - ends[1].ntk) / (2 * step)
        fourth = (ends[0].third - ends[1].third) / (2 * step)
        np.testing.assert_allclose(here.third[..., c], third, atol=1e-6)
        np.testing.assert_allclose(here.fourth[..., c], fourth, atol=1e-6)
    # Slots 3 and 4 are different ones, by more than the differences can hide.
    if network.activation.name != "identity":
        exchanged = np.swapaxes(here.fourth, -1, -2)
        assert np.abs(here.fourth - exchanged).max() > 1e-3


def test_linear_networks_at_any_inputs():
    """O_3 = (<x,z> f(x') + <x',z> f(x) + 2 <x,x'> f(z))/n, and O_4 with Θ in place of f."""
    network = NETWORKS[2]
    for draw in range(3):
        here = hierarchy(network, draw_weights(network, 2, seed=1, draw=draw), X)
        gram, f, kernel = X @ X.T, here.outputs, here.ntk
        third = np.einsum("ac,b->abc", gram, f) + np.einsum("bc,a->abc", gram, f)
        third += 2 * np.einsum("ab,c->abc", gram, f)
        fourth = np.einsum("ac,bd->abcd", gram, kernel) + np.einsum("bc,ad->abcd", gram, kernel)
        fourth += 2 * np.einsum("ab,cd->abcd", gram, kernel)
        np.testing.assert_allclose(here.third, third / 6, atol=1e-13)
        np.testing.assert_allclose(here.fourth, fourth / 6, atol=1e-13)


def test_many_draws_agree_with_exact_means_and_slots_are_told_apart():
    """φ = z + z² at ±1: f(1) ∓ f(-1) are networks with neurons v w and v w², solved exactly."""
    exact = PolynomialNetwork(((0, 1), (0, 0, 1)))
    n, draws = 6, 3008
    network = Network((n,), Quadratic(), weight_variance=0.5)
    inputs = np.array([[1.0], [-1.0]])
    modes = np.array([[1.0, -1.0], [1.0, 1.0]]) / math.sqrt(2)
    found = average_hierarchy(network, inputs, draws=draws, seed=5)
    rotate = lambda g: np.einsum("ia,jb,kc,ld,abcd->ijkl", *[modes] * 4, g)  # noqa: E731
    at = lambda o: sum(float(v) * n ** (-h / 2) for (h, _), v in mean(o).items())  # noqa: E731
    indices = list(np.ndindex(2, 2, 2, 2))
    expected = np.array([at(exact.fourth(*i)) for i in indices]).reshape(2, 2, 2, 2)
    paired = [at(exact.third(*i[:3]) * exact.output(i[3])) for i in indices]
    for average, values in (
        (found.fourth, expected),
        (found.third_with_output, np.array(paired).reshape(2, 2, 2, 2)),
    ):
        turned = average.map(rotate)
        seen = turned.error > 1e-12
        scores = (turned.value - values)[seen] / turned.error[seen]
        assert np.abs(scores).max() < turned.quantile(1e-4, 16)
        np.testing.assert_allclose(turned.value[~seen], values[~seen], atol=1e-12)
    turned = found.fourth.map(rotate)
    wrong = np.swapaxes(expected, -1, -2)
    score = (turned.value[0, 1, 0, 1] - wrong[0, 1, 0, 1]) / turned.error[0, 1, 0, 1]
    assert abs(score) > turned.quantile(1e-6, 1)


def test_exact_derivatives_of_training_follow_the_hierarchy():
    """[t²] and [t³] of n E Θ_t(1,2) of that network, as computed by hand from E O_4 = 55, 84."""
    exact, y = PolynomialNetwork(((0, 1), (0, 0, 1))), (2, 3)
    assert order(exact.fourth(0, 1, 0, 1), 1, y) == 55
    assert order(exact.fourth(0, 1, 1, 0), 1, y) == 84
    rate = exact.rate(exact.rate(exact.kernel(0, 1)))
    assert order(rate, 1, y) == (55 + 84) * 6
    # w_ij = t²/2 - (2 λ_i + λ_j) t³/6
    assert order(exact.rate(rate), 1, y) == -(55 * (2 * 2 + 7) + 84 * (2 * 7 + 2)) * 6
    assert order(rate, 0, y) == 0


def test_exact_means_by_enumeration_over_few_neurons():
    """E Π M[p_i] for n = 1 and 2 from the definition."""
    linear = PolynomialNetwork(((0, 1),))
    f, kernel = linear.output(0), linear.kernel(0, 0)
    value = lambda o, n: sum(v * n ** (-h // 2) for (h, _), v in mean(o).items())  # noqa: E731
    # f = v w, Θ = v² + w²: E f² Θ = 2 · 3 · 1; two neurons: f = (v1 w1 + v2 w2)/√2.
    assert value(f * f * kernel, 1) == 6
    assert value(f * f * kernel, 2) == pytest.approx((2 * 6 + 2 * 2) / 4)
    assert value(f * f * f * f, 1) == 9
    assert value(f * f * f * f, 2) == (9 + 9 + 6) / 4


@pytest.mark.parametrize("t", [0.3, 4.0])
def test_weights_are_the_iterated_integrals(t):
    values = np.array([0.0, 0.7, 2.5])
    found = second_integral(values, t)
    for i, outer in enumerate(values):
        for j, inner in enumerate(values):
            integrand = lambda u, s: math.exp(-outer * s - inner * u)  # noqa: B023, E731
            expected = dblquad(integrand, 0, t, 0, lambda s: s)[0]
            assert found[i, j] == pytest.approx(expected, rel=1e-9)
    once = [t, *(-np.expm1(-values[1:] * t) / values[1:])]
    np.testing.assert_allclose(first_integral(values, t), once, rtol=1e-14)


def test_weights_after_long_times():
    values = np.array([0.5, 3.0])
    np.testing.assert_allclose(
        second_integral(values, 200.0), second_integral(values, math.inf), rtol=1e-12
    )
    assert second_integral(values, math.inf)[0, 1] == pytest.approx(1 / (0.5 * 3.5))


def test_linear_network_term_by_term_and_the_talk():
    """-2/n, y²/n and 1/n at one input; the talk has 2 y²/n instead of the last two."""
    n = 12
    averages = average_hierarchy(Network.of(2, n, "identity"), [[1.0]], draws=4032, seed=2)
    terms, printed = (rule([3.0], averages) for rule in (_complete, _talk))
    for found, expected in (
        (terms.initial, 0),
        (terms.third, -2 / n),
        (terms.fourth_targets, 9 / n),
        (terms.fourth_outputs, 1 / n),
        (terms.total, 2 + 8 / n),
        (printed.total, 2 + 16 / n),
    ):
        assert abs(found.z_scores(expected)[0, 0]) < found.quantile(1e-4, 6)
    assert abs(printed.total.z_scores(2 + 8 / n)[0, 0]) > 30
    assert printed.fourth_outputs is None


def _complete(y, averages):
    return predicted_mean(averages, y, math.inf)


def _talk(y, averages):
    return talk_prediction(averages, y)


def test_a_prediction_with_exchanged_slots_is_another_one():
    averages = average_hierarchy(ERF, X, draws=256, seed=4)
    right = predicted_mean(averages, [2.0, 1.0], math.inf).fourth_targets
    weights = contraction(averages.limit.ntk, math.inf).twice(np.outer([2.0, 1.0], [2.0, 1.0]))
    wrong = averages.fourth.map(lambda g: np.einsum("abdc,cd->ab", g, weights))
    gap = wrong - right
    assert np.abs(gap.z_scores()).max() > gap.quantile(1e-6, 3)


def test_duplicate_inputs_at_finite_and_infinite_time():
    averages = average_hierarchy(ERF, X, draws=64, seed=0)
    twice = replace(averages, limit=limit(ERF, [[1.0, 0.5], [1.0, 0.5]]))
    assert np.isfinite(predicted_mean(twice, [1.0, 0.0], 2.0).total.value).all()
    for rule in (_complete, _talk):
        with pytest.raises(InvalidInput, match="positive definite"):
            rule([1.0, 0.0], twice)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (lambda: average_hierarchy(Network.of(2, 4), X, draws=4, seed=0), "distributions"),
        (lambda: average_hierarchy(Network.of(2, 4, "erf"), X, draws=1, seed=0), "draws"),
        (lambda: average_hierarchy(Network.of(2, 4, "erf"), [1.0], draws=4, seed=0), "shape"),
        (lambda: second_integral([1.0], -1.0), "t >= 0"),
        (lambda: second_integral([1.0], math.nan), "t >= 0"),
        (lambda: PolynomialNetwork(()), "output"),
    ],
)
def test_questions_without_an_answer(asked, says):
    with pytest.raises(InvalidInput, match=says):
        asked()


def test_targets_of_another_shape():
    averages = average_hierarchy(ERF, X, draws=64, seed=0)
    with pytest.raises(InvalidInput, match="one finite target"):
        predicted_mean(averages, [1.0], 1.0)


def test_without_jax_the_message_names_the_extra(monkeypatch):
    from ntkproofs.errors import MissingPackage

    monkeypatch.setitem(__import__("sys").modules, "jax", None)
    network = NETWORKS[0]
    with pytest.raises(MissingPackage, match=r"ntkproofs\[networks\]"):
        module.hierarchy(network, draw_weights(network, 2, seed=0, draw=0), X)


def test_double_precision_is_left_as_it_was():
    before = jax.config.jax_enable_x64
    hierarchy(NETWORKS[0], draw_weights(NETWORKS[0], 2, seed=0, draw=0), X)
    assert jax.config.jax_enable_x64 == before


def test_errors_of_averages_by_groups_are_those_of_all_draws():
    values = np.random.default_rng(0).normal(size=(6400, 2))
    sums = GroupedSums(6400)
    for start in range(0, 6400, 37):
        sums.add(values[start : start + 37])
    found = sums.mean()
    np.testing.assert_allclose(found.value, values.mean(0), atol=1e-14)
    np.testing.assert_allclose(found.error, values.std(0) / 80, rtol=0.35)
    direct = found.map(lambda g: g @ np.array([1.0, -1.0]))
    np.testing.assert_allclose(direct.value, found.value @ [1.0, -1.0], atol=1e-14)
    assert 1.95 < found.quantile(0.05, 1) < 2.05


def test_the_limit_is_what_averages_start_from():
    averages = average_hierarchy(ERF, X, draws=2048, seed=7)
    scores = averages.initial.z_scores()
    assert np.abs(scores).max() < averages.initial.quantile(1e-4, 3)
    np.testing.assert_array_equal(averages.limit.ntk, limit(Network.of(2, 3, "erf"), X).ntk)
