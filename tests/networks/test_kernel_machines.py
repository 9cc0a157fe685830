"""What the tables stand on: kernel machines, statistics, ResNet-18."""

import math

import numpy as np
import pytest
from scipy import signal, stats

pytest.importorskip("jax")
pytest.importorskip("equinox")
pytest.importorskip("sklearn")

import equinox as eqx
import jax
from sklearn.kernel_ridge import KernelRidge

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.network import Network, draw_many, limit
from ntkproofs.networks import data
from ntkproofs.networks.kernel_machines import (
    cross_entropy,
    cross_limit,
    fit_kernel_machine,
    log_softmax,
    scaled_rows,
    with_temperature,
)
from ntkproofs.networks.resnet import BasicBlock, Convolution, ResNet18
from ntkproofs.networks.statistics import holm, mean_over_runs, paired
from ntkproofs.networks.training import Data

GENERATOR = np.random.default_rng(0)
FALSE_ALARM = 1e-6


# Kernel machines ------------------------------------------------------------------------------


@pytest.mark.parametrize("bias", [0.0, 0.3])
@pytest.mark.parametrize("activation", ["relu", "erf"])
def test_the_cross_kernel_is_a_block_of_the_limit_on_all_points(bias, activation):
    X, Y = GENERATOR.normal(size=(4, 3)), 2 * GENERATOR.normal(size=(5, 3))
    network = Network.of(4, 1, activation, bias_variance=bias)
    whole = limit(network, np.vstack([X, Y]))
    here = cross_limit(network, X, Y)
    np.testing.assert_allclose(here.ntk, whole.ntk[:4, 4:], rtol=1e-12)
    np.testing.assert_allclose(here.nngp, whole.nngp[:4, 4:], rtol=1e-12)


def test_the_cross_kernel_is_the_mean_of_wide_networks():
    """One hidden layer: the mean over draws is the limit at every width; z-scores of each entry."""
    X, Y = GENERATOR.normal(size=(2, 3)), GENERATOR.normal(size=(2, 3)) * 1.5
    network = Network.of(2, 32, bias_variance=0.4)
    draws = 2000
    weights = draw_many(network, 3, seed=7, draws=range(draws))
    kernels = empirical_ntk(network, weights, np.vstack([X, Y])).ntk[:, :2, 2:]
    error = kernels.std(axis=0, ddof=1) / math.sqrt(draws)
    z = (kernels.mean(axis=0) - cross_limit(network, X, Y).ntk) / error
    assert np.abs(z).max() < stats.norm.isf(FALSE_ALARM / 2 / z.size)
    assert error.max() < 0.02 * np.abs(kernels.mean(axis=0)).max()  # a factor could not hide


def test_ridge_regression_is_that_of_scikit_learn():
    X, y = GENERATOR.normal(size=(30, 4)), GENERATOR.normal(size=(30, 1))
    Z = GENERATOR.normal(size=(7, 4))
    network = Network.of(3, 1, bias_variance=0.1)
    machine = fit_kernel_machine(network, Data(X, y), ridge=0.05)
    gram = limit(network, X / 2).ntk  # rows over sqrt(4)
    theirs = KernelRidge(alpha=0.05 * np.trace(gram) / 30, kernel="precomputed")
    theirs.fit(gram, y - y.mean())
    expected = theirs.predict(cross_limit(network, Z / 2, X / 2).ntk) + y.mean()
    np.testing.assert_allclose(machine(Z), expected, rtol=1e-9)


def test_images_are_flattened_and_scaled():
    images = GENERATOR.normal(size=(3, 2, 2, 3))
    np.testing.assert_allclose(scaled_rows(images), images.reshape(3, 12) / math.sqrt(12))


def test_the_temperature_is_that_of_least_smoothed_loss():
    task = data.gaussian_mixture(seed=0, rows=200)
    network = Network.of(3, 1, bias_variance=0.1)
    machine = fit_kernel_machine(network, task.train, ridge=0.1, classes=5)
    few = Data(task.validation.inputs[:6], task.validation.targets[:6])
    found = with_temperature(machine, few)
    raw, labels = machine(few.inputs), few.targets
    smooth = np.full((len(labels), 5), 1 / 5 / (len(labels) + 1))
    smooth[np.arange(len(labels)), labels] += len(labels) / (len(labels) + 1)
    grid = np.geomspace(1e-3, 10, 10_000)
    losses = [-(smooth * log_softmax(raw / t)).sum() for t in grid]
    assert found.temperature == pytest.approx(grid[np.argmin(losses)], rel=2e-3)
    assert 0.01 < found.temperature < 5
    before = cross_entropy(log_softmax(raw), labels)
    assert cross_entropy(found.log_probabilities(few.inputs), labels) < before


def test_the_temperature_stays_positive_where_all_is_right():
    """A separable validation part alone would make the best temperature 0."""
    X = np.vstack([np.full((20, 1), -1.0), np.full((20, 1), 1.0)]) + 0.01 * GENERATOR.normal(
        size=(40, 1)
    )
    part = Data(X, np.repeat([0, 1], 20))
    machine = fit_kernel_machine(Network.of(2, 1), part, ridge=0.01, classes=2)
    assert with_temperature(machine, part).temperature > 0.05


def test_kernel_machines_refuse_what_makes_no_sense():
    part = Data(np.ones((3, 2)), np.zeros((3, 1)))
    with pytest.raises(InvalidInput, match="ridge"):
        fit_kernel_machine(Network.of(2, 1), part, ridge=0)
    with pytest.raises(Unable, match="larger ridge"):
        fit_kernel_machine(Network.of(2, 1), part, ridge=1e-30)
    with pytest.raises(InvalidInput, match="one dimension"):
        cross_limit(Network.of(2, 1), np.ones((2, 3)), np.ones((2, 2)))


# Statistics -----------------------------------------------------------------------------------


def test_independent_runs_are_scipys_t_tests():
    a, b = GENERATOR.normal(size=6), GENERATOR.normal(size=6)
    theirs = stats.ttest_rel(a, b)
    here = paired(a.tolist(), b.tolist())
    assert here.p_value == pytest.approx(theirs.pvalue)
    interval = theirs.confidence_interval(0.95)
    assert here.difference.lower == pytest.approx(interval.low)
    assert here.difference.upper == pytest.approx(interval.high)
    assert here.wilcoxon == pytest.approx(stats.wilcoxon(a, b).pvalue)


def test_overlap_widens_intervals_as_nadeau_and_bengio_say():
    """s² (1/J + test/train): with J = 5 and 1/3 the half-width grows by sqrt(8/3)."""
    values = GENERATOR.normal(size=5).tolist()
    wide, narrow = mean_over_runs(values, 1 / 3), mean_over_runs(values)
    assert wide.half / narrow.half == pytest.approx(math.sqrt((1 / 5 + 1 / 3) * 5))
    zeros = [0.0] * 5
    assert paired(values, zeros, 1 / 3).p_value > paired(values, zeros).p_value


def test_intervals_hold_the_mean_in_95_percent():
    """4000 samples of five: the share is binomial; two-sided false alarm 1e-6."""
    count = 4000
    samples = np.random.default_rng(3).normal(size=(count, 5))
    held = sum(m.lower < 0 < m.upper for m in map(mean_over_runs, samples.tolist()))
    law = stats.binom(count, 0.95)
    assert law.ppf(FALSE_ALARM / 2) <= held <= law.isf(FALSE_ALARM / 2)


def test_equal_differences_are_not_infinitely_significant():
    assert paired([0.9] * 5, [0.8] * 5).p_value == pytest.approx(1 / 16)
    assert paired([0.9] * 5, [0.9] * 5).p_value == 1
    third = [0.1 + 0.2, 0.3, 0.3, 0.3, 0.3]  # they differ by rounding
    assert paired(third, [0.0] * 5).p_value == pytest.approx(1 / 16)


def test_holm_is_the_step_down_rule():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1, 1])
    assert holm([]) == []


@pytest.mark.parametrize("values", [[1.0], [1.0, math.nan], []])
def test_means_of_too_little_are_refused(values):
    with pytest.raises(InvalidInput):
        mean_over_runs(values)
    with pytest.raises(InvalidInput, match="as many"):
        paired([1.0, 2.0], [1.0, 2.0, 3.0])


# ResNet-18 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "stride"), [(3, 1), (3, 2), (1, 2)])
def test_the_convolution_is_scipys_and_jaxs(size, stride):
    layer = Convolution(2, 3, size, stride, jax.random.key(0))
    x = GENERATOR.normal(size=(2, 8, 8)).astype(np.float32)
    here = np.asarray(layer(x))
    weight = np.asarray(layer.weight)
    for output in range(3):
        whole = sum(signal.correlate2d(x[i], weight[output, i], mode="same") for i in range(2))
        np.testing.assert_allclose(here[output], whole[::stride, ::stride], atol=1e-4)
    theirs = jax.lax.conv_general_dilated(
        x[None], weight, (stride, stride), [(size // 2, size // 2)] * 2
    )
    np.testing.assert_allclose(here, theirs[0], atol=1e-4)


def test_resnet_18_has_the_known_number_of_parameters():
    """11,173,962 for CIFAR with ten classes; group norms have as many as batch norms."""
    shapes = eqx.filter_eval_shape(ResNet18, 10, jax.random.key(0))
    arrays = [leaf for leaf in jax.tree.leaves(shapes) if hasattr(leaf, "shape")]
    assert sum(math.prod(leaf.shape) for leaf in arrays) == 11_173_962


def test_a_block_is_its_formula():
    block = BasicBlock(8, 16, 2, jax.random.key(1))
    x = GENERATOR.normal(size=(8, 6, 6)).astype(np.float32)

    def norm(h):
        groups = np.asarray(h).reshape(8, -1)
        centred = groups - groups.mean(axis=1, keepdims=True)
        return (centred / np.sqrt(groups.var(axis=1, keepdims=True) + 1e-5)).reshape(h.shape)

    assert block.shortcut is not None
    inner = np.maximum(norm(block.first(x)), 0)
    expected = np.maximum(norm(block.shortcut(x)) + norm(block.second(inner)), 0)
    assert expected.shape == (16, 3, 3)
    np.testing.assert_allclose(eqx.filter_jit(block)(x), expected, atol=1e-4)
    with pytest.raises(InvalidInput, match="8 groups"):
        ResNet18(10, jax.random.key(0), channels=12)
