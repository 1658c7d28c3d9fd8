"""A look at the whole database at one moment, for as long as it is held, whatever is written meanwhile."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from tidings.storage.engine import BUSY_SECONDS


@contextmanager
def snapshot(path: Path) -> Iterator[Connection]:
    """A read-only connection of its own in one transaction, which threads may use one after the other.

    While it is held, the write-ahead log grows with all that is written: not for longer than it has to be.
    """

    def connect() -> sqlite3.Connection:
        uri = f"{path.resolve().as_uri()}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA query_only=ON")
        connection.execute("BEGIN")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    try:
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            yield connection
    finally:
        engine.dispose()
