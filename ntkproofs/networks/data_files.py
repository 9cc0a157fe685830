"""Tasks from files: the Boston housing table, and CIFAR-10.

CIFAR-10's files are pickles, which can run any code when they are read. Here they are read by an
unpickler that knows five names, builds no object but plain containers, and keeps arrays as raw
bytes until their sizes were checked.
"""

from __future__ import annotations

import csv
import pickle
import zipfile
import zlib
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ntkproofs.conventions import require_integer
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.networks.data import Task, make_task, require_sklearn, split

BOSTON_TARGETS = ("PRICE", "MEDV")
_PIXELS = 3 * 32 * 32
_LARGEST_BATCH = 1 << 26  # a batch of 10,000 images has 31 MB
_LARGEST_ARCHIVE = 1 << 30
_BROKEN_PICKLE = (
    pickle.UnpicklingError,
    EOFError,
    ValueError,
    IndexError,
    KeyError,
    AttributeError,
    TypeError,
    ImportError,
    OverflowError,
    MemoryError,
    RecursionError,
)


def boston(path: Path | None = None, *, seed: int = 0, fetch: bool = False) -> Task:
    """The Boston housing data: 13 features, the median price as target.

    Args:
        path: a CSV file with a header; the column PRICE or MEDV is the target.
        seed: of the split, by deciles of the target.
        fetch: without a path, download the table from OpenML; nothing is downloaded unasked.

    Raises:
        InvalidInput: for a file that is missing or is no such table.
        Unable: where the download fails.
    """
    if path is not None:
        names, rows = _read_table(Path(path))
    elif fetch:
        names, rows = _fetch_boston()
    else:
        raise InvalidInput(
            "The Boston housing data are read from a CSV file with a header and a column PRICE or "
            "MEDV; none was given, and nothing is downloaded unasked. Give a path, or fetch=True "
            "to have them from OpenML."
        )
    found = [name for name in names if name.upper() in BOSTON_TARGETS]
    if len(found) != 1 or len(names) < 2:
        raise InvalidInput(
            "The Boston housing data have features and one column PRICE or MEDV, the target; got "
            f"the columns {', '.join(names)}."
        )
    column = names.index(found[0])
    features = [name for name in names if name != found[0]]
    about = "Boston housing; seeds split the same rows, by deciles of the target."
    X = np.delete(rows, column, axis=1)
    return make_task(
        "boston", X, rows[:, column], classes=None, seed=seed, about=about, names=features
    )


def _read_table(path: Path) -> tuple[list[str], NDArray[np.float64]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [line for line in csv.reader(file) if line]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{path} cannot be read as a CSV file: {error}.") from None
    if len(lines) < 2:
        raise InvalidInput(f"{path} holds no table: a header and rows of numbers are needed.")
    names = [name.strip() for name in lines[0]]
    rows: list[list[float]] = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            rows.append([float(value) for value in line])
        except ValueError:
            raise InvalidInput(f"{path}: row {number} holds something that is no number.") from None
        if len(line) != len(names):
            raise InvalidInput(
                f"{path}: row {number} has {len(line)} values, the header {len(names)}; the file "
                "is truncated, or another one."
            )
    return names, np.array(rows)


def _fetch_boston() -> tuple[list[str], NDArray[np.float64]]:
    datasets = require_sklearn()
    try:
        found = datasets.fetch_openml(name="boston", version=1, as_frame=False, parser="liac-arff")
        target = np.asarray(found.target, dtype=float)
        rows = np.column_stack([np.asarray(found.data, dtype=float), target])
    except (OSError, ValueError) as error:
        raise Unable(f"The Boston housing data could not be had from OpenML: {error}") from None
    return [*map(str, found.feature_names), "MEDV"], rows


def cifar10(path: Path, *, seed: int = 0, images: int | None = None) -> Task:
    """CIFAR-10, or a part of it; images are (32, 32, 3), standardised channel by channel.

    Args:
        path: the folder of the batch files ``data_batch_1`` to ``data_batch_5`` and ``test_batch``
            (those that are there), or a .npz file with x_train, y_train, x_test, y_test: images
            (n, 32, 32, 3) of bytes, labels (n,) or (n, 1).
        seed: of the split of the training images, 4 : 1, by class.
        images: how many to use in all: training and test images are drawn from their parts in the
            same share, by class; the test images are the same ones for every seed.

    Raises:
        InvalidInput: for files that are missing, truncated or no such files.
    """
    path = Path(path)
    training, test = _read_images(path)
    available = len(training[0]) + len(test[0])
    if images is not None:
        require_integer("images", images, least=100, why="every class is in every part")
        if images > available:
            raise InvalidInput(f"{path} has {available} images; {images} were asked for.")
        if images < available:
            share = images / available
            training, test = _subset(training, share, seed), _subset(test, share, 0)
    about = (
        f"CIFAR-10, {len(training[0])} training and {len(test[0])} test images; seeds split the "
        "training images, by class; the test images stay the same."
    )
    X, y = _as_numbers(*training)
    held = _as_numbers(*test)
    return make_task("cifar10", X, y, classes=10, seed=seed, about=about, test=held)


def count_images(path: Path) -> int:
    """How many images, training and test, a folder or file of CIFAR-10 holds; it is checked."""
    training, test = _read_images(Path(path))
    return len(training[0]) + len(test[0])


def _read_images(path: Path) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    return _read_folder(path) if path.is_dir() else _read_archive(path)


def _subset(part: tuple[Any, Any], share: float, seed: int) -> tuple[Any, Any]:
    kept = split(part[1], seed=seed, parts=(share, 1 - share))[0]
    return part[0][kept], part[1][kept]


def _as_numbers(images: Any, labels: Any) -> tuple[Any, Any]:
    return images.astype(np.float32) / np.float32(255), labels


def _read_archive(path: Path) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > _LARGEST_ARCHIVE:
            raise InvalidInput(f"{path} holds {size:,} bytes; CIFAR-10 has 184 million.")
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files if name[:2] in ("x_", "y_")}
    except InvalidInput:
        raise
    except (
        OSError,
        ValueError,
        EOFError,
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
    ) as e:
        raise InvalidInput(
            f"{path} cannot be read as a .npz file (or a folder) of CIFAR-10: {e}."
        ) from None
    for name in ("x_train", "y_train", "x_test", "y_test"):
        # A member that is no array is given as bytes.
        if not isinstance(arrays.get(name), np.ndarray):
            raise InvalidInput(f"{path} has no array {name}; x_ and y_, train and test are needed.")
    train, test = (
        _checked_images(path, arrays[f"x_{part}"], arrays[f"y_{part}"])
        for part in ("train", "test")
    )
    return train, test


def _checked_images(path: Path, images: Any, labels: Any) -> tuple[Any, Any]:
    labels = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    if images.ndim != 4 or images.shape[1:] != (32, 32, 3) or images.dtype != np.uint8:
        raise InvalidInput(
            f"{path}: images of CIFAR-10 are bytes of shape (n, 32, 32, 3); got {images.dtype} of "
            f"shape {images.shape}."
        )
    if labels.shape != (len(images),) or not np.issubdtype(labels.dtype, np.integer):
        raise InvalidInput(
            f"{path}: every image has one integer as its label; got {labels.dtype} of shape "
            f"{labels.shape} for {len(images)} images."
        )
    if labels.min(initial=0) < 0 or labels.max(initial=0) > 9:
        raise InvalidInput(f"{path}: labels of CIFAR-10 are 0 to 9; some are not.")
    return images, labels.astype(np.int64)


def _read_folder(path: Path) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    found = [path / f"data_batch_{number}" for number in range(1, 6)]
    found = [file for file in found if file.is_file()]
    test = path / "test_batch"
    if not found or not test.is_file():
        raise InvalidInput(
            f"{path} is no folder of CIFAR-10: files data_batch_1 (to 5) and test_batch are needed."
        )
    images, labels = zip(*(read_batch(file) for file in found), strict=True)
    return (np.concatenate(images), np.concatenate(labels)), read_batch(test)


def read_batch(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images (n, 32, 32, 3) and labels (n,) of one batch file of CIFAR-10.

    Raises:
        InvalidInput: for a file that is no such pickle, that is truncated, or that names anything
            which such a file does not need; nothing of it is run.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _LARGEST_BATCH:
            raise InvalidInput(f"{path} is larger than a batch of CIFAR-10; it is another file.")
        with path.open("rb") as file:
            content = _BatchUnpickler(file, encoding="bytes").load()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from None
    except _BROKEN_PICKLE as error:
        raise InvalidInput(
            f"{path} is no batch file of CIFAR-10, or a truncated one: {error}."
        ) from None
    if not isinstance(content, dict):
        raise InvalidInput(f"{path} is no batch file of CIFAR-10: it holds no dictionary.")
    named = {_text(key): value for key, value in content.items()}
    labels, data = named.get("labels"), named.get("data")
    if not isinstance(labels, list) or not isinstance(data, _PickledArray):
        raise InvalidInput(f"{path} is no batch file of CIFAR-10: it lacks data or labels.")
    if not all(type(label) is int and 0 <= label <= 9 for label in labels):
        raise InvalidInput(f"{path}: labels of CIFAR-10 are integers 0 to 9; some are not.")
    return _decode(path, data, len(labels)), np.array(labels, dtype=np.int64)


def _decode(path: Path, data: _PickledArray, count: int) -> NDArray[np.uint8]:
    raw, shape = data.raw, data.shape
    if data.kind != "u1" or shape != (count, _PIXELS) or not count:
        raise InvalidInput(
            f"{path}: images of CIFAR-10 are bytes of shape (n, {_PIXELS}), one row for each of "
            f"the {count} labels; got {data.kind} of shape {shape}."
        )
    if not isinstance(raw, bytes) or len(raw) != count * _PIXELS:
        raise InvalidInput(f"{path}: its images are not {count * _PIXELS:,} bytes; it is broken.")
    order = "F" if data.fortran else "C"
    flat = np.frombuffer(raw, dtype=np.uint8).reshape(shape, order=order)
    return np.ascontiguousarray(flat.reshape(count, 3, 32, 32).transpose(0, 2, 3, 1))


def _text(key: Any) -> str:
    return key.decode("latin1") if isinstance(key, bytes) else str(key)


class _PickledType:
    """Stands for numpy.dtype: keeps its code."""

    def __init__(self, code: Any = "", *_: Any) -> None:
        self.code = _text(code)

    def __setstate__(self, state: Any) -> None:
        """Byte order and the like, which bytes have not."""


class _PickledArray:
    """Stands for numpy.ndarray: keeps what was pickled, and makes nothing of it."""

    def __init__(self, *_: Any) -> None:
        self.shape: Any = None
        self.kind: str | None = None
        self.fortran: bool = False
        self.raw: Any = None

    def __setstate__(self, state: Any) -> None:
        _, self.shape, kind, fortran, self.raw = state
        self.kind = kind.code if isinstance(kind, _PickledType) else None
        self.fortran = bool(fortran)


def _latin1(text: Any, encoding: Any) -> bytes:
    """Stands for _codecs.encode, by which protocol 2 writes bytes under Python 3."""
    if not isinstance(text, str) or _text(encoding) != "latin1":
        raise pickle.UnpicklingError("bytes are encoded by latin1 in such a file")
    return text.encode("latin1")


class _BatchUnpickler(pickle.Unpickler):
    """Knows the names that batch files hold, and gives stand-ins for all of them."""

    _KNOWN: ClassVar[dict[tuple[str, str], Any]] = {
        ("numpy.core.multiarray", "_reconstruct"): _PickledArray,
        ("numpy._core.multiarray", "_reconstruct"): _PickledArray,
        ("numpy", "ndarray"): _PickledArray,
        ("numpy", "dtype"): _PickledType,
        ("_codecs", "encode"): _latin1,
    }

    def find_class(self, module: str, name: str, /) -> Any:
        try:
            return self._KNOWN[(module, name)]
        except KeyError:
            raise pickle.UnpicklingError(
                f"it names {module}.{name}, which no such file needs"
            ) from None
