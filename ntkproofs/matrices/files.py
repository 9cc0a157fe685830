"""Kernel matrices on disk, larger than memory; an interrupted run is taken up again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from ntkproofs.arithmetic.doubles import DoubleArithmetic
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.matrices.blocks import block_rows
from ntkproofs.matrices.gram import Entries, entries
from ntkproofs.matrices.memory import size_text

_BLOCK_BYTES = 64 << 20


def gram_to_file(
    kernel: Kernel,
    X: Any,
    path: str | os.PathLike[str],
    Y: Any | None = None,
    *,
    rows: int | None = None,
    compensated: bool = False,
    threads: int | None = None,
) -> Any:
    """Write the matrix ``nt.gram(kernel, X, Y)`` to a ``.npy`` file, block by block.

    Args:
        kernel, X, Y, compensated, threads: as for ``nt.gram``; NumPy arrays only.
        path: the file, replaced if it exists. It appears when it is complete; until then, the rows
            stand in ``path.partial``, and how many are done in ``path.progress``. A later call with
            the same kernel, points and options goes on after them; any other starts afresh.
        rows: rows of a block; some 64 MB of them if left out.

    Returns:
        The file as a read-only ``numpy.memmap`` of shape (n, m): pages are read as they are used.

    Raises:
        InvalidInput: as nt.gram; for a path whose folder does not exist.
        Unable: if the file does not fit on the disk, before it is begun.

    Example:
        >>> import numpy as np, ntkproofs as nt, pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     gram_to_file(nt.ntk(3), np.eye(20), pathlib.Path(folder) / "K.npy").shape
        (20, 20)
    """
    found = entries(kernel, X, Y, compensated=compensated, threads=threads)
    if not isinstance(found.plain.X, np.ndarray):
        raise InvalidInput(
            "nt.gram_to_file writes matrices of NumPy points; got "
            f"{type(found.plain.X).__name__}. Convert the points with numpy.asarray first."
        )
    target = Path(path)
    if not target.parent.is_dir():
        raise InvalidInput(f"The folder of {target} does not exist. Create it first.")
    partial, progress = (target.with_name(target.name + end) for end in (".partial", ".progress"))
    digest = _digest(found)
    done = _rows_done(partial, progress, digest)
    if done == 0:
        _require_disk(found, target)
    rows = rows or block_rows(found, _BLOCK_BYTES)
    _write(found, partial, progress, digest=digest, done=done, rows=rows)
    os.replace(partial, target)
    progress.unlink(missing_ok=True)
    return np.load(target, mmap_mode="r")


def _write(
    found: Entries, partial: Path, progress: Path, *, digest: str, done: int, rows: int
) -> None:
    mode = "r+" if done else "w+"
    file = np.lib.format.open_memmap(partial, mode=mode, dtype=found.dtype, shape=found.shape)
    for start in range(done, found.shape[0], rows):
        stop = min(start + rows, found.shape[0])
        file[start:stop] = found.block(start, stop)
        file.flush()
        _replace_text(progress, json.dumps({"digest": digest, "rows": stop}))


def _replace_text(path: Path, text: str) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text)
    os.replace(fresh, path)


def _rows_done(partial: Path, progress: Path, digest: str) -> int:
    """How many rows an interrupted run of the same matrix has left."""
    try:
        state = json.loads(progress.read_text())
    except (OSError, ValueError):
        return 0
    same = isinstance(state, dict) and state.get("digest") == digest and partial.is_file()
    return int(state["rows"]) if same else 0


def _digest(found: Entries) -> str:
    """What decides every bit of the matrix: points, dtype, way, and values of the kernel.

    The kernel enters by its values at a few cosines, since names of kernels are free.
    """
    ar = DoubleArithmetic.like(np.empty(0))
    values = ar.lower(found.plain.kernel.value_with(ar.lift(np.linspace(-1, 1, 33)), ar))
    digest = hashlib.sha256()
    way = "compensated" if found.packed is None else "fused"
    digest.update(f"{found.shape} {found.dtype} {found.symmetric} {way}".encode())
    for array in (found.plain.X, found.plain.Y, values):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _require_disk(found: Entries, target: Path) -> None:
    free = shutil.disk_usage(target.parent).free
    if found.nbytes > free:
        n, m = found.shape
        raise Unable(
            f"nt.gram_to_file of {n} x {m} entries of {found.dtype} needs "
            f"{size_text(found.nbytes)} on the disk of {target.parent}, and {size_text(free)} are "
            "free. Take another disk, float32 points, or products without the matrix (nt.operator)."
        )
