"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from ntkproofs.errors import InvalidInput


def require_writable(path: Path) -> None:
    """Check that :func:`replacing` can write to a path; asked before long work starts.

    Raises:
        InvalidInput: if the folder is missing or cannot be written to, or the path is a folder.
    """
    _remove(_open_beside(path))


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file in the same folder, which takes the place of ``path`` when the block ends.

    A reader never sees half a file, and a failure leaves the old file and no temporary one.

    Raises:
        InvalidInput: if the folder is missing or cannot be written to, or the path is a folder.
    """
    temporary = _open_beside(path)
    try:
        yield temporary
        os.replace(temporary, path.resolve())
    except OSError as error:
        raise _cannot_write(path, error.strerror or str(error)) from error
    finally:
        _remove(temporary)


def shown_path(path: Path) -> str:
    """A path as one would type it: relative to the working directory where it lies below it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):  # elsewhere, or the working directory is gone
        return os.fspath(path)


def _open_beside(path: Path) -> Path:
    """A new empty file in the folder of a path, with the permissions of an ordinary new file."""
    target = path.resolve()  # a link stays a link: what it points to is replaced
    if target.is_dir():
        raise _cannot_write(path, "it is a folder")
    if target.exists() and not target.is_file():
        raise _cannot_write(path, "it is a device or a pipe, not a file")
    if target.exists() and not os.access(target, os.W_OK):
        raise _cannot_write(path, "the file is read-only")
    if not target.parent.is_dir():
        raise _cannot_write(path, f"there is no folder {shown_path(target.parent)}")
    temporary = target.with_name(f".ntkproofs-{secrets.token_hex(8)}.tmp")
    try:
        temporary.open("xb").close()
    except OSError as error:
        raise _cannot_write(path, error.strerror or str(error)) from error
    return temporary


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _cannot_write(path: Path, why: str) -> InvalidInput:
    return InvalidInput(
        f"Results are written to a file in a folder that exists and is writable; {path} cannot be "
        f"written: {why}. Give another path."
    )
