"""A new database at the newest revision: a copy of one that was migrated once, as a migration takes a tenth of a second."""

from __future__ import annotations

import functools
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from tidings.storage.migrate import migrate


@functools.cache
def _bytes() -> bytes:
    with tempfile.TemporaryDirectory(prefix="tidings-tests-") as folder:
        made, copy = Path(folder, "made.db"), Path(folder, "copy.db")
        migrate(made)
        # By the database's own way: what still lies in the write-ahead log comes along.
        with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        return copy.read_bytes()


def new_database(path: Path) -> None:
    """Puts an empty database of ours there."""
    path.write_bytes(_bytes())
