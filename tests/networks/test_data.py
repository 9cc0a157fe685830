"""Tasks: laws against sampled moments, splits, standardisation, files of right and wrong form."""

import math
import pickle
import struct
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

pytest.importorskip("jax")
pytest.importorskip("equinox")

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.networks import data, data_files
from ntkproofs.networks.data import Standardiser, make_task, split, strata_of
from ntkproofs.networks.data_files import boston, cifar10, read_batch
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


# Boston ---------------------------------------------------------------------------------------


def write_table(path: Path, header="CRIM,RM,PRICE", rows=60):
    generator = np.random.default_rng(0)
    lines = [",".join(f"{v:.4f}" for v in generator.normal(size=3)) for _ in range(rows)]
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


@pytest.mark.parametrize("target", ["PRICE", "MEDV", "medv"])
def test_boston_reads_a_table(tmp_path, target):
    path = write_table(tmp_path / "b.csv", f"{target},CRIM,RM")
    task = boston(path)
    assert task.train.inputs.shape == (36, 2)
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    rows = split(strata_of(table[:, :1], None), seed=0)
    standard = (table[rows[2], 1:] - table[rows[0], 1:].mean(axis=0)) / table[rows[0], 1:].std(
        axis=0
    )
    np.testing.assert_allclose(task.test.inputs, standard)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "holds no table"),
        ("CRIM,PRICE\n", "holds no table"),
        ("CRIM,RM\n1,2\n", "one column PRICE or MEDV"),
        ("PRICE,MEDV\n1,2\n", "one column PRICE or MEDV"),
        ("CRIM,PRICE\n1,2\n1\n", "row 3 has 1 values"),
        ("CRIM,PRICE\n1,2\n1,NA\n", "row 3 holds something that is no number"),
    ],
)
def test_tables_of_another_kind_are_refused(tmp_path, content, message):
    path = tmp_path / "b.csv"
    path.write_text(content)
    with pytest.raises(InvalidInput, match=message):
        boston(path)


def test_boston_is_never_downloaded_unasked(tmp_path, monkeypatch):
    with pytest.raises(InvalidInput, match="nothing is downloaded unasked"):
        boston()
    with pytest.raises(InvalidInput, match="cannot be read"):
        boston(tmp_path / "missing.csv")
    datasets = pytest.importorskip("sklearn.datasets")

    def no_network(**_):
        raise OSError("no network")

    monkeypatch.setattr(datasets, "fetch_openml", no_network)
    with pytest.raises(Unable, match="no network"):
        boston(fetch=True)


# CIFAR-10 -------------------------------------------------------------------------------------


def images(count, seed=0):
    generator = np.random.default_rng(seed)
    pixels = generator.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
    return pixels, np.arange(count) % 10


def python2_batch(pixels, labels) -> bytes:
    """A batch file as Python 2 and its NumPy wrote it: protocol 2, byte strings, no encoding."""
    text = lambda b: b"U" + bytes([len(b)]) + b  # noqa: E731
    raw = pixels.transpose(0, 3, 1, 2).tobytes()
    number = lambda n: b"M" + struct.pack("<H", n)  # noqa: E731
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\n"
        b"cnumpy\nndarray\n" + b"K\x00\x85" + text(b"b") + b"\x87R"
        b"(K\x01" + number(len(pixels)) + number(3072) + b"\x86"
        b"cnumpy\ndtype\n" + text(b"u1") + b"K\x00K\x01\x87R"
        b"(K\x03" + text(b"|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
        b"\x89" + b"T" + struct.pack("<i", len(raw)) + raw + b"tb"
    )
    listed = b"](" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    return b"\x80\x02}(" + text(b"data") + array + text(b"labels") + listed + b"u."


def test_batches_are_read_as_python_2_wrote_them(tmp_path):
    pixels, labels = images(20)
    path = tmp_path / "data_batch_1"
    path.write_bytes(python2_batch(pixels, labels))
    theirs = pickle.loads(path.read_bytes(), encoding="bytes")  # noqa: S301
    assert theirs[b"data"].shape == (20, 3072)  # NumPy agrees that this is such a file
    read, read_labels = read_batch(path)
    np.testing.assert_array_equal(read, pixels)
    np.testing.assert_array_equal(read_labels, labels)


@pytest.mark.parametrize("order", ["C", "F"])
def test_batches_are_read_as_python_3_writes_them(tmp_path, order):
    pixels, labels = images(20)
    flat = np.asarray(pixels.transpose(0, 3, 1, 2).reshape(20, -1), order=order)
    content = {b"data": flat, b"labels": labels.tolist(), b"batch_label": b"x"}
    path = tmp_path / "data_batch_1"
    path.write_bytes(pickle.dumps(content, protocol=2))
    np.testing.assert_array_equal(read_batch(path)[0], pixels)


class Runs:
    def __reduce__(self):
        return (Path.touch, (Path("/tmp/ntkproofs-was-here"),))


def whole(**changes):
    pixels, labels = images(20)
    content = {"data": pixels.reshape(20, -1), "labels": labels.tolist()} | changes
    return pickle.dumps({name: value for name, value in content.items() if value is not None}, 2)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda: whole(extra=Runs()), "which no such file needs"),
        (lambda: b"cos\nsystem\n(S'true'\ntR.", "names os.system"),
        (lambda: b"cbuiltins\neval\n(S'1'\ntR.", "names builtins.eval"),
        (lambda: b"c_codecs\nencode\n(X\x01\x00\x00\x00aX\x04\x00\x00\x00zliptR.", "latin1"),
        (lambda: whole()[:-100], "truncated"),
        (lambda: b"", "truncated"),
        (lambda: b"hello", "no batch file"),
        (lambda: pickle.dumps([1, 2], 2), "no dictionary"),
        (lambda: whole(data=None), "lacks data or labels"),
        (lambda: whole(labels=None), "lacks data or labels"),
        (lambda: whole(labels=[10] * 20), "integers 0 to 9"),
        (lambda: whole(labels=[True] * 20), "integers 0 to 9"),
        (lambda: whole(labels=[1] * 19), "one row for each of the 19 labels"),
        (lambda: whole(data=np.zeros((20, 100), np.uint8)), "shape \\(20, 100\\)"),
        (lambda: whole(data=np.zeros((20, 3072))), "got f8"),
        (lambda: python2_batch(*images(20)).replace(b"M\x14\x00", b"M\x13\x00"), "19, 3072"),
    ],
)
def test_foreign_and_broken_batches_are_refused_and_not_run(tmp_path, content, message):
    path = tmp_path / "data_batch_1"
    path.write_bytes(content())
    with pytest.raises(InvalidInput, match=message):
        read_batch(path)
    assert not Path("/tmp/ntkproofs-was-here").exists()


def test_a_batch_whose_bytes_are_fewer_than_its_shape_is_refused(tmp_path):
    pixels, labels = images(20)
    good = python2_batch(pixels, labels)
    short = pixels[:19].transpose(0, 3, 1, 2).tobytes()
    head, tail = good.split(b"T" + struct.pack("<i", 20 * 3072))
    broken = head + b"T" + struct.pack("<i", len(short)) + short + tail[20 * 3072 :]
    path = tmp_path / "data_batch_1"
    path.write_bytes(broken)
    with pytest.raises(InvalidInput, match="it is broken"):
        read_batch(path)


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "data_batch_1"
    path.write_bytes(whole())
    monkeypatch.setattr(data_files, "_LARGEST_BATCH", 100)
    with pytest.raises(InvalidInput, match="larger than a batch"):
        read_batch(path)


def test_a_folder_and_an_archive_give_the_same_task(tmp_path):
    (x1, y1), (x2, y2), (x3, y3) = images(100, 1), images(50, 2), images(30, 3)
    for name, part in (("data_batch_1", (x1, y1)), ("data_batch_2", (x2, y2))):
        (tmp_path / name).write_bytes(python2_batch(*part))
    with pytest.raises(InvalidInput, match="test_batch are needed"):
        cifar10(tmp_path)
    (tmp_path / "test_batch").write_bytes(python2_batch(x3, y3))
    archive = tmp_path / "c.npz"
    x, y = np.concatenate([x1, x2]), np.concatenate([y1, y2])
    np.savez(archive, x_train=x, y_train=y[:, None], x_test=x3, y_test=y3)
    task = cifar10(tmp_path, seed=1)
    assert task.digest() == cifar10(archive, seed=1).digest()
    assert task.train.inputs.shape == (120, 32, 32, 3)
    assert task.train.inputs.dtype == np.float32
    assert len(task.test.targets) == 30
    np.testing.assert_array_equal(task.test.targets, cifar10(archive, seed=2).test.targets)
    fewer = cifar10(archive, seed=1, images=120)
    assert (len(fewer.train.targets), len(fewer.test.targets)) == (80, 20)
    other = cifar10(archive, seed=2, images=120)
    assert other.digest() != fewer.digest()
    np.testing.assert_array_equal(
        np.argsort(other.test.inputs[..., 0].ravel(), kind="stable"),
        np.argsort(fewer.test.inputs[..., 0].ravel(), kind="stable"),
    )  # the same test images for every seed; only their standardisation differs
    with pytest.raises(InvalidInput, match="1000 were asked for"):
        cifar10(archive, images=1000)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_test": None}, "no array x_test"),
        ({"x_train": np.zeros((30, 3, 32, 32), np.uint8)}, r"shape \(30, 3, 32, 32\)"),
        ({"x_train": np.zeros((30, 32, 32, 3))}, "got float64"),
        ({"y_train": np.arange(29) % 10}, "one integer as its label"),
        ({"y_train": np.arange(30)}, "0 to 9"),
        ({"y_train": np.array([None] * 30)}, "cannot be read"),
    ],
)
def test_archives_of_another_kind_are_refused(tmp_path, changes, message):
    x, y = images(30)
    arrays = {"x_train": x, "y_train": y, "x_test": x, "y_test": y} | changes
    path = tmp_path / "c.npz"
    np.savez(path, **{name: value for name, value in arrays.items() if value is not None})
    with pytest.raises(InvalidInput, match=message):
        cifar10(path)


def test_truncated_swollen_and_missing_archives_are_refused(tmp_path, monkeypatch):
    x, y = images(30)
    path = tmp_path / "c.npz"
    np.savez(path, x_train=x, y_train=y, x_test=x, y_test=y)
    monkeypatch.setattr(data_files, "_LARGEST_ARCHIVE", 1000)
    with pytest.raises(InvalidInput, match="CIFAR-10 has 184 million"):
        cifar10(path)
    monkeypatch.undo()
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InvalidInput, match="cannot be read"):
        cifar10(path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        cifar10(tmp_path / "missing.npz")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x_train.npy", b"no array")
    with pytest.raises(InvalidInput, match="no array x_train"):
        cifar10(path)
