"""The store: results that were finished, kept between runs in one SQLite file.

Entries are written as they come, each in a transaction of its own, so that a run that is killed
loses nothing that was finished. Two runs may use one store at once. An entry is taken back only
under its full key, while the files that it was made from are unchanged, and if it is as it was
written: a checksum tells.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from ntkproofs.claims.dependencies import changed
from ntkproofs.errors import InvalidInput, Unable

VERSION = 1
_APPLICATION = 0x4E544B50
"""Marks a SQLite file as a store of ntkproofs."""
_BUSY = 30.0
"""Seconds to wait for another run that is writing."""
_PAUSE = 0.02
_MOST_ENTRIES = 100_000
_TABLE = (
    "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, files TEXT NOT NULL, "
    "data TEXT NOT NULL, checksum TEXT NOT NULL, written REAL NOT NULL DEFAULT "
    "(julianday('now'))) WITHOUT ROWID"
)


def default_store() -> Path:
    """Where the store lies if nothing else is said: in the user's folder for caches."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("ntkproofs", appauthor=False)) / "results.sqlite3"


class Store:
    """An open store; a context manager.

    Attributes:
        path: the file.
        trouble: why it is no longer used, where something went wrong while it was; results are
            then computed, and not kept.
    """

    def __init__(self, path: Path) -> None:
        """Open a store, or make one.

        Raises:
            InvalidInput: if the file is something else, damaged, or of another version.
            Unable: if it cannot be opened or written.
        """
        self.path = path
        self.trouble = ""
        self._known: dict[str, str] = {}
        try:
            self._connection = sqlite3.connect(path, timeout=_BUSY, isolation_level=None)
        except (sqlite3.Error, ValueError) as error:
            raise _cannot_use(path, error) from error
        try:
            self._prepare()
        except sqlite3.Error as error:
            self.close()
            raise _cannot_use(path, error) from error
        except InvalidInput:
            self.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def get(self, key: str) -> Any:
        """The data under a key; None if there is none, or it is no longer valid."""
        if self.trouble:
            return None
        question = "SELECT files, data, checksum FROM entries WHERE key = ?"
        try:
            row = self._connection.execute(question, (key,)).fetchone()
        except sqlite3.Error as error:
            self.trouble = str(error)
            return None
        if row is None:
            return None
        files, data, checksum = cast(tuple[object, object, object], row)
        if not isinstance(files, str) or not isinstance(data, str):
            return None
        if checksum != _checksum(key, files, data):
            return None
        if changed(cast(dict[str, str], json.loads(files)), self._known):
            return None
        return json.loads(data)

    def put(self, key: str, data: Any, files: Mapping[str, str]) -> None:
        """Keep data under a key, for as long as the files have these digests."""
        if self.trouble:
            return
        said, made_from = json.dumps(data), json.dumps(dict(sorted(files.items())))
        entry = (key, made_from, said, _checksum(key, made_from, said))
        insert = "INSERT OR REPLACE INTO entries (key, files, data, checksum) VALUES (?, ?, ?, ?)"
        try:
            self._connection.execute(insert, entry)
        except sqlite3.Error as error:
            self.trouble = str(error)

    def _prepare(self) -> None:
        # One transaction, so that a store that another run is making is seen whole or not at all.
        # The first question reads the file: whatever is no database fails here.
        self._connection.execute("BEGIN")
        (tables,) = self._one("SELECT count(*) FROM sqlite_master")
        (application,) = self._one("PRAGMA application_id")
        (version,) = self._one("PRAGMA user_version")
        self._connection.execute("COMMIT")
        if (application, version, tables) == (0, 0, 0):
            self._create()
        elif application != _APPLICATION:
            raise InvalidInput(
                f"A store of results is a file that ntkproofs made; {self.path} is a database of "
                "another program. Give another path with --store."
            )
        elif version != VERSION:
            raise InvalidInput(
                f"The store {self.path} has version {version}; this ntkproofs reads version "
                f"{VERSION}, and takes nothing from others. Give another path with --store, or "
                "delete the file: everything in it can be computed again."
            )
        self._one("SELECT count(*) FROM (SELECT key FROM entries LIMIT 1)")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        # Written at once, so that a store that cannot be written is found before the work.
        self._connection.execute(
            "DELETE FROM entries WHERE key IN (SELECT key FROM entries ORDER BY written DESC "
            "LIMIT -1 OFFSET ?)",
            (_MOST_ENTRIES,),
        )

    def _create(self) -> None:
        self._keep_a_log()
        # One transaction: another run sees no store, or a whole one.
        self._connection.executescript(
            f"BEGIN IMMEDIATE; {_TABLE}; PRAGMA application_id = {_APPLICATION}; "
            f"PRAGMA user_version = {VERSION}; COMMIT"
        )

    def _keep_a_log(self) -> None:
        """Switch to a write-ahead log; SQLite does not wait here for another that writes."""
        until = time.monotonic() + _BUSY
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(_PAUSE)
            else:
                return

    def _one(self, question: str) -> tuple[Any, ...]:
        return cast(tuple[Any, ...], self._connection.execute(question).fetchone())


def _checksum(key: str, files: str, data: str) -> str:
    return hashlib.sha256("\n".join((key, files, data)).encode()).hexdigest()


def _cannot_use(path: Path, error: Exception) -> InvalidInput | Unable:
    if isinstance(error, sqlite3.OperationalError):
        return Unable(
            f"The store {path} cannot be used: {error}. It is a file in a folder that exists, is "
            "writable and has room. Give another path with --store, or --no-store for none."
        )
    return InvalidInput(
        f"The store {path} is damaged or no store: {error}. Nothing is taken from it. Give another "
        "path with --store, or delete the file: everything in it can be computed again."
    )
