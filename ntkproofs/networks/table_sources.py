"""Which tasks the tables of the paper on NTK-ECRN are made of, and where their files are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ntkproofs.errors import InvalidInput
from ntkproofs.networks import data
from ntkproofs.networks.data import Task
from ntkproofs.networks.data_files import boston, cifar10, count_images

TABLES = ("table-1", "table-2", "table-3", "table-4")
TASKS = ("sinusoids", "mixture", "boston", "iris", "wine", "cifar10")
"""All that the tables are made of."""
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
        return [_boston(folder), data.iris, data.wine], []
    if name == "table-4":
        return _cifar(images, folder)
    raise InvalidInput(f"Tables are {', '.join(TABLES)}; got {name!r}.")


def task_source(task: str, *, rows: int, images: int | None, folder: Path | None) -> Source:
    """The function from the seed of a run to one task of the tables.

    Args:
        task: one of :data:`TASKS`.
        rows, images, folder: see :func:`table_sources`; a folder is for boston and cifar10 alone.

    Raises:
        InvalidInput: for another name, files that are missing, or a folder that nobody reads.

    Example:
        >>> task_source("sinusoids", rows=100, images=None, folder=None)(0).name
        'sinusoids'
    """
    if task not in TASKS:
        raise InvalidInput(f"Tasks are {', '.join(TASKS)}; got {task!r}.")
    if task == "cifar10":
        return _cifar(images, folder)[0][0]
    if task == "boston":
        if folder is None:
            raise InvalidInput(
                "Boston housing needs its table, and nothing is downloaded unasked. Give the "
                "folder of a file boston_housing.csv."
            )
        return _boston(folder)
    if folder is not None:
        raise InvalidInput(
            f"Only boston and cifar10 are read from a folder; {task} is drawn or comes with "
            f"scikit-learn, and {folder} would be left unread. Leave it out."
        )
    if task in ("iris", "wine"):
        data.require_sklearn()
        return data.iris if task == "iris" else data.wine
    name = "table-1" if task == "sinusoids" else "table-2"
    return table_sources(name, rows=rows, images=images, folder=None)[0][0]


def _boston(folder: Path) -> Source:
    path = _find(folder, "*oston*.csv", "a file boston_housing.csv")
    return lambda seed: boston(path, seed=seed)


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
    if not folder.is_dir():
        raise InvalidInput(
            f"Data files are looked for in a folder; {folder} is none. Give the folder with {what}."
        )
    found = sorted(folder.glob(pattern))
    if not found:
        raise InvalidInput(
            f"{folder} holds no {pattern}; {what} is needed, and nothing is downloaded unasked. "
            "Put it there, or give its folder."
        )
    return found[0]


def _find_cifar(folder: Path) -> Path:
    for place in (folder, folder / "cifar-10-batches-py"):
        if (place / "test_batch").is_file():
            return place
    return _find(folder, "*cifar*.npz", "CIFAR-10 as batch files or as a .npz file")
