"""The Boston housing table and CIFAR-10: files of right, of wrong and of hostile form."""

import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

pytest.importorskip("jax")
pytest.importorskip("equinox")

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.networks import data_files
from ntkproofs.networks.data import split, strata_of
from ntkproofs.networks.data_files import boston, cifar10, read_batch

FALSE_ALARM = 1e-6
"""Of each statistical test below, two-sided, under a normal law."""
Z = float(stats.norm.isf(FALSE_ALARM / 2))


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
