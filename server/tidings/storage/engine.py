"""Connections to the SQLite file: one that writes, read-only ones beside it, and the lock that keeps a second server out."""

import fcntl
import os
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

# How long a statement waits for another process that holds the write lock, in seconds (operations.md: 5, then 503).
BUSY_SECONDS = 5
# Pages in the write-ahead log after which the server folds it back into the database.
CHECKPOINT_PAGES = 1_000
# Connections that read.
READERS = 8


class DatabaseError(Exception):
    """A database that can not be used: one sentence that names the file and what to do."""


def writing_engine(path: Path, *, checkpoints: bool) -> Engine:
    """An engine whose transactions may write, durable at commit (WAL, synchronous=FULL).

    Only the server may checkpoint (`checkpoints=True`): SQLite before 3.51.3 can lose pages when two processes do.
    """

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        # On macOS an fsync stops at the drive's cache; elsewhere this does nothing.
        connection.execute("PRAGMA fullfsync=ON")
        connection.execute("PRAGMA foreign_keys=ON")
        # What is deleted is overwritten, not only marked as free: a person who is forgotten is gone from the file.
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES if checkpoints else 0}")
        return connection

    # An error's text ends up in logs: without the values, which are people's names.
    # The URL only names the dialect: `creator` makes the connections, so that no file name is parsed as a URL.
    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    # The driver's own transactions are off (isolation_level=None): the write lock is taken at the start, not half-way.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def fold_log(path: Path, within: float) -> str:
    """Folds the whole write-ahead log back into the database and empties it; within so many seconds, or not at all.

    For the server alone, with its writer ended (see `writing_engine`). Returns why it could not be done, "" when it was.
    """
    ends = time.monotonic() + within
    try:
        # mode=rw: a file that was removed meanwhile is not made anew.
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=within, check_same_thread=False)
    except sqlite3.Error as error:
        return str(error)
    timer = threading.Timer(max(0.0, ends - time.monotonic()), connection.interrupt)
    timer.start()
    try:
        connection.execute("PRAGMA fullfsync=ON")
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return "others work with it" if busy else ""
    except sqlite3.Error as error:
        return str(error)
    finally:
        timer.cancel()
        timer.join()
        with suppress(sqlite3.Error):
            connection.close()


def reading_engine(path: Path) -> Engine:
    """A pool of connections that can not write. Each statement sees the last commit."""
    uri = f"{path.resolve().as_uri()}?mode=ro"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    engine = create_engine(
        "sqlite://", creator=connect, poolclass=QueuePool, pool_size=READERS, max_overflow=0, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def no_writes(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    return engine.execution_options(isolation_level="AUTOCOMMIT")


def check_file(path: Path) -> None:
    """Refuses what is there but is no database of ours, before anything is written to it.

    Raises DatabaseError.
    """
    if path.is_dir():
        raise DatabaseError(f"{path} is a folder; the database is a file.")
    if not path.exists() or path.stat().st_size == 0:
        return
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
        try:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0] if _is_small(path) else "ok"
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise DatabaseError(
            f"{path} can not be read as a SQLite database ({error}). Restore it from a backup, or name another file."
        ) from None
    if problem != "ok":
        raise DatabaseError(f"{path} is damaged ({' '.join(problem.split())}). Restore it from a backup.")
    if tables and "alembic_version" not in tables:
        raise DatabaseError(f"{path} is a SQLite database of another program; it was left as it is. Name another file.")


def _is_small(path: Path) -> bool:
    # A check reads every page: worth it while it costs less than a second of the start.
    return path.stat().st_size < 64 * 1024 * 1024


def make_folder(path: Path) -> None:
    """Makes the folder that a database lies in. Raises DatabaseError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(f"The folder {path.parent} can not be made: {error.strerror}.") from None


class ServerLock:
    """Held by the one server of a database file, for as long as it lives; the system lets go of it even after kill -9."""

    def __init__(self, path: Path) -> None:
        """Makes the folder if it is missing. Raises DatabaseError when another server holds the lock."""
        make_folder(path)
        # By its real name: a symbolic link is another way to the same file, not another file.
        real = path.resolve()
        self._path = real.with_name(real.name + ".lock")
        try:
            self._descriptor = self._take()
        except BlockingIOError:
            raise DatabaseError(f"Another server is running on {path}. Stop it first, or name another file.") from None
        except OSError as error:
            raise DatabaseError(f"{self._path} can not be written: {error.strerror}.") from None

    def _take(self) -> int:
        while True:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # A file that was removed meanwhile locks nobody out: take the one that is there now.
                if os.fstat(descriptor).st_ino == self._path.stat().st_ino:
                    return descriptor
            except FileNotFoundError:
                pass
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)

    def release(self) -> None:
        """Lets the next server in."""
        os.close(self._descriptor)


def inode(path: Path) -> tuple[int, int] | None:
    """Which file lies at this path (device, inode); None when there is none."""
    try:
        status: Any = path.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino)
