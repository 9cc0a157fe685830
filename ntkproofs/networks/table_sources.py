"""Which tasks the tables of the paper on NTK-ECRN are made of, and where their files are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ntkproofs.errors import InvalidInput
from ntkproofs.networks import data
from ntkproofs.networks.data import Task
from ntkproofs.networks.data_files import boston, cifar10, count_images

TABLES = ("table-1", "table-2", "table-3", "table-4")
Source = Callable[[int], Task]


def table_sources(
    name: str, *, rows: int, images: int | None, folder: Path | None
) -> tuple[list[Source], list[str]]:
    """Functions from the seed of a run to its task, and notes on what is missing.

    Args:
        name: of the table.
        rows: of synthetic data.
        images: of CIFAR-10 at most; None takes all.
        folder: where data files are.

    Raises:
        InvalidInput: for another name, or files that are missing.
        MissingPackage: for table-3, if scikit-learn is not installed.

    Example:
        >>> sources, notes = table_sources("table-1", rows=100, images=None, folder=None)
        >>> sources[0](0).name
        'sinusoids'
    """
    if name == "table-1":
        return [lambda seed: data.sinusoids(seed, rows=rows)], []
    if name == "table-2":
        return [lambda seed: data.gaussian_mixture(seed, rows=rows)], []
    if name == "table-3":
        data.require_sklearn()  # asked for before Boston is trained on
        if folder is None:
            return [data.iris, data.wine], ["Boston housing was left out: no folder of data."]
        path = _find(folder, "*oston*.csv", "a file boston_housing.csv")
        return [lambda seed: boston(path, seed=seed), data.iris, data.wine], []
    if name == "table-4":
        return _cifar(images, folder)
    raise InvalidInput(f"Tables are {', '.join(TABLES)}; got {name!r}.")


def _cifar(images: int | None, folder: Path | None) -> tuple[list[Source], list[str]]:
    if folder is None:
        raise InvalidInput(
            "Table 4 needs CIFAR-10, and nothing is downloaded unasked. Give the folder of its "
            "batch files, or of a .npz file."
        )
    path = _find_cifar(folder)
    available = count_images(path)
    if images is None or images <= available:
        return [lambda seed: cifar10(path, seed=seed, images=images)], []
    note = f"{available} images instead of {images}: there are no more."
    return [lambda seed: cifar10(path, seed=seed)], [note]


def _find(folder: Path, pattern: str, what: str) -> Path:
    found = sorted(Path(folder).glob(pattern))
    if not found:
        raise InvalidInput(f"{folder} holds no {pattern}; {what} is needed.")
    return found[0]


def _find_cifar(folder: Path) -> Path:
    for place in (folder, folder / "cifar-10-batches-py"):
        if (place / "test_batch").is_file():
            return place
    return _find(folder, "*cifar*.npz", "CIFAR-10 as batch files or as a .npz file")
