"""Tasks: laws against sampled moments, splits, standardisation."""

import math
from collections import Counter

import numpy as np
import pytest
from scipy import stats

pytest.importorskip("jax")
pytest.importorskip("equinox")

from ntkproofs.errors import InvalidInput
from ntkproofs.networks import data
from ntkproofs.networks.data import Standardiser, make_task, split, strata_of
from ntkproofs.networks.synthetic import GaussianMixture, Sinusoids

FALSE_ALARM = 1e-6
"""Of each statistical test below, two-sided, under a normal law."""
Z = float(stats.norm.isf(FALSE_ALARM / 2))


# Laws -----------------------------------------------------------------------------------------


def test_a_sum_of_sinusoids_is_the_sum_written_out():
    law = Sinusoids.random(modes=3, dim=2, seed=4)
    X, _ = law.draw(7, seed=1)
    for x, value in zip(X, law(X), strict=True):
        terms = zip(law.frequencies, law.amplitudes, law.phases, strict=True)
        written_out = sum(
            a * math.sin(2 * math.pi * (w[0] * x[0] + w[1] * x[1]) + p) for w, a, p in terms
        )
        assert value == pytest.approx(written_out, abs=1e-12)


def test_the_noise_of_sinusoids_has_the_stated_variance():
    law = Sinusoids.random(noise=0.3, seed=0)
    X, y = law.draw(20_000, seed=5)
    residual = y[:, 0] - law(X)
    # n s²/σ² is chi-squared: its two tails hold FALSE_ALARM.
    tail = stats.chi2(len(residual))
    low, high = tail.ppf(FALSE_ALARM / 2), tail.isf(FALSE_ALARM / 2)
    assert low < (residual**2).sum() / 0.3**2 < high
    assert abs(residual.mean()) < Z * 0.3 / math.sqrt(len(residual))


def test_frequencies_of_random_sinusoids_spread_over_the_stated_range():
    law = Sinusoids.random(modes=4, dim=3, lowest=1, highest=4, seed=2)
    np.testing.assert_allclose(np.linalg.norm(law.frequencies, axis=1), [1, 2, 3, 4])
    assert (law.amplitudes**2).sum() / 2 == pytest.approx(1)


def test_a_mixture_has_its_weights_means_and_covariances():
    law = GaussianMixture(
        np.array([0.2, 0.8]),
        np.array([[1.0, 0.0], [-2.0, 3.0]]),
        np.array([[[2.0, 0.5], [0.5, 1.0]], [[1.0, -0.3], [-0.3, 0.5]]]),
    )
    X, labels = law.draw(40_000, seed=3)
    for k in range(2):
        rows = X[labels == k]
        share = len(rows) / len(X)
        assert abs(share - law.weights[k]) < Z * math.sqrt(0.2 * 0.8 / len(X))
        away = rows - law.means[k]
        spread = np.sqrt(np.diag(law.covariances[k]) / len(rows))
        assert np.all(np.abs(away.mean(axis=0)) < Z * spread)
        products = away[:, :, None] * away[:, None, :]
        error = products.std(axis=0) / math.sqrt(len(rows))
        assert np.all(np.abs(products.mean(axis=0) - law.covariances[k]) < Z * error)


def test_the_posterior_is_bayes_rule_on_scipys_densities():
    law = GaussianMixture.random(classes=4, dim=3, seed=1)
    X, _ = law.draw(30, seed=0)
    joint = np.column_stack(
        [
            w * stats.multivariate_normal(m, c).pdf(X)
            for w, m, c in zip(law.weights, law.means, law.covariances, strict=True)
        ]
    )
    expected = np.log(joint / joint.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(law.log_posterior(X), expected, rtol=1e-8)


def test_two_equal_gaussians_are_told_apart_as_often_as_phi_says():
    """Means ±m e_1, unit covariances: the best accuracy is Φ(m)."""
    m = 0.7
    law = GaussianMixture(np.full(2, 0.5), np.array([[m, 0], [-m, 0]]), np.array([np.eye(2)] * 2))
    task = data.gaussian_mixture(seed=2, rows=20_000, law=law)
    expected = stats.norm.cdf(m)
    error = math.sqrt(expected * (1 - expected) / len(task.test.targets))
    assert abs(task.possible["accuracy"] - expected) < Z * error


@pytest.mark.parametrize(
    "make",
    [
        lambda: Sinusoids(np.ones((2, 1)), np.ones(3), np.zeros(2)),
        lambda: Sinusoids(np.ones((2, 1)), np.ones(2), np.zeros(1)),
        lambda: Sinusoids(np.ones((1, 1)), np.ones(1), np.zeros(1), noise=-1),
        lambda: Sinusoids(np.full((1, 1), np.nan), np.ones(1), np.zeros(1)),
        lambda: Sinusoids("many", np.ones(1), np.zeros(1)),  # type: ignore[arg-type]
        lambda: Sinusoids.random(lowest=3, highest=1),
        lambda: GaussianMixture(np.array([0.5, 0.6]), np.ones((2, 1)), np.ones((2, 1, 1))),
        lambda: GaussianMixture(np.array([0.5, 0.5]), np.ones((2, 1)), -np.ones((2, 1, 1))),
        lambda: GaussianMixture(np.array([0.5, 0.5]), np.ones((2, 1)), np.ones((2, 2, 1))),
        lambda: GaussianMixture(np.ones(1), np.ones((1, 2)), np.array([[[1, 0.5], [0, 1]]])),
    ],
)
def test_laws_that_are_none_are_refused(make):
    with pytest.raises(InvalidInput):
        make()


# Splits and standardisation -------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_parts_are_disjoint_cover_all_and_hold_each_class_in_its_share(seed):
    labels = np.random.default_rng(seed).choice(3, size=200, p=[0.6, 0.3, 0.1])
    parts = split(labels, seed=seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(200))
    for label, count in Counter(labels.tolist()).items():
        for share, rows in zip((0.6, 0.2, 0.2), parts, strict=True):
            assert abs((labels[rows] == label).sum() - share * count) <= 1


def test_splits_depend_on_the_seed_and_on_nothing_else():
    labels = np.repeat([0, 1], 50)
    once, again, other = (split(labels, seed=s)[0].tolist() for s in (1, 1, 2))
    assert once == again
    assert once != other


def test_regression_is_split_by_quantiles():
    values = np.random.default_rng(0).exponential(size=(200, 1))
    strata = strata_of(values, None)
    assert Counter(strata.tolist()) == dict.fromkeys(range(10), 20)
    tops = [values[strata == k].max() for k in range(10)]
    assert tops == sorted(tops)
    assert max(strata_of(values[:35], None)) == 2  # bins of ten rows at least


def test_the_training_part_alone_decides_the_standardisation():
    generator = np.random.default_rng(0)
    X = generator.normal(5, 3, (300, 2))
    task = make_task("t", X, (X[:, 0] > 5).astype(int), classes=2, seed=0, about="")
    np.testing.assert_allclose(task.train.inputs.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(task.train.inputs.std(axis=0), 1, atol=1e-12)
    assert np.all(np.abs(task.test.inputs.mean(axis=0)) > 1e-4)
    moved = X.copy()
    rows = split((X[:, 0] > 5).astype(int), seed=0)
    moved[rows[2]] += 100
    again = make_task("t", moved, (X[:, 0] > 5).astype(int), classes=2, seed=0, about="")
    np.testing.assert_array_equal(task.train.inputs, again.train.inputs)
    np.testing.assert_array_equal(task.validation.inputs, again.validation.inputs)


def test_targets_of_a_regression_return_by_their_scale():
    generator = np.random.default_rng(1)
    X, y = generator.normal(size=(100, 2)), generator.normal(7, 4, 100)
    task = make_task("t", X, y, classes=None, seed=0, about="")
    rows = split(strata_of(y[:, None], None), seed=0)
    back = task.test.targets[:, 0] * task.target_scale + y[rows[0]].mean()
    np.testing.assert_allclose(back, y[rows[2]])


def test_images_are_standardised_by_channel():
    images = np.random.default_rng(0).normal(2, 5, (50, 4, 4, 3))
    images[..., 1] += 10
    standard = Standardiser.fit(images)
    assert standard.mean.shape == (3,)
    np.testing.assert_allclose(standard(images).std(axis=(0, 1, 2)), 1)


X = np.random.default_rng(0).normal(size=(60, 2))
LABELS = np.repeat([0, 1, 2], 20)


@pytest.mark.parametrize(
    ("inputs", "targets", "classes", "message"),
    [
        (X, LABELS, 2, "labels of 2 classes are 0 to 1; got 0 to 2"),
        (X, LABELS - 1, 3, "got -1 to 1"),
        (X, LABELS * 1.0, 3, "labels are integers"),
        (X, LABELS[:-1], 3, "one target for each"),
        (X[:, 0], LABELS, 3, "rows of inputs"),
        (np.where(X > 2, np.nan, X), LABELS, 3, "finite"),
        (np.column_stack([X, np.ones(60)]), LABELS, 3, "feature 2 is constant"),
        (X, np.where(LABELS == 2, 0, LABELS), 3, "class 2 is missing from the training part"),
        (X, np.r_[np.zeros(58, int), 1, 1], 2, "number 1 has 2 rows, too few"),
        (X, np.full(60, np.inf), None, "finite target"),
        (X, np.ones(60), None, "feature 0 \\(target\\) is constant"),
        (X, LABELS, 1, "classes is an integer >= 2"),
    ],
)
def test_bad_data_get_one_clear_message(inputs, targets, classes, message):
    with pytest.raises(InvalidInput, match=message):
        make_task("t", inputs, targets, classes=classes, seed=0, about="")


def test_shares_that_are_none_are_refused():
    with pytest.raises(InvalidInput, match="sum to 1"):
        split(LABELS, seed=0, parts=(0.5, 0.6))


# Tasks ----------------------------------------------------------------------------------------


def test_synthetic_tasks_draw_anew_and_bundled_ones_split_anew():
    one, other = data.sinusoids(seed=0, rows=100), data.sinusoids(seed=1, rows=100)
    assert not one.resplit
    assert one.digest() != other.digest()
    assert one.digest() == data.sinusoids(seed=0, rows=100).digest()
    pytest.importorskip("sklearn")
    iris = data.iris(seed=0)
    assert iris.resplit
    assert (iris.classes, iris.train.inputs.shape) == (3, (90, 4))
    assert data.wine(seed=3).train.inputs.shape[1] == 13


def test_what_is_possible_is_that_of_the_law_itself():
    task = data.sinusoids(seed=0, rows=4000)
    n = len(task.test.targets)
    tail = stats.chi2(n)
    low, high = tail.ppf(FALSE_ALARM / 2), tail.isf(FALSE_ALARM / 2)
    assert low < n * task.possible["mse"] / 0.1**2 < high
    spread = float(task.test.targets.var()) * task.target_scale**2
    assert task.possible["r2"] == pytest.approx(1 - task.possible["mse"] / spread)
