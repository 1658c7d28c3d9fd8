"""Closing the store: the server's empties the write-ahead log, within its time and whatever the file is like."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.new_database import new_database

from tidings.storage.engine import ServerLock, fold_log
from tidings.storage.store import CLOSE_SECONDS, Store, bump_revision


@pytest.fixture
def path(tmp_path: Path) -> Path:
    new_database(tmp_path / "a.db")
    return tmp_path / "a.db"


def log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def use(path: Path, lock: ServerLock | None, before_close: Callable[[Store], None] = lambda _: None) -> float:
    """Writes, reads and closes; how long the closing took, in seconds."""

    async def run() -> float:
        store = Store(path, lock)
        await store.write(bump_revision)
        await store.read(lambda connection: connection.exec_driver_sql("SELECT * FROM revision").all())
        store.revision()
        assert log_of(path).stat().st_size
        before_close(store)
        started = time.monotonic()
        store.close()
        return time.monotonic() - started

    return asyncio.run(run())


def is_free(path: Path) -> bool:
    ServerLock(path).release()
    return True


def test_the_server_empties_the_log(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    use(path, ServerLock(path))
    assert log_of(path).stat().st_size == 0
    assert caplog.records == []
    assert is_free(path)


def test_beside_others_that_are_idle_too(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("SELECT * FROM revision").fetchall()
        use(path, ServerLock(path))
        assert log_of(path).stat().st_size == 0


def test_a_worker_leaves_the_log_to_the_server(path: Path) -> None:
    database = path.read_bytes()
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as server:
        server.execute("SELECT * FROM revision").fetchall()
        use(path, None)
        assert log_of(path).stat().st_size
        assert path.read_bytes() == database


@pytest.mark.parametrize("statement", ["BEGIN; SELECT * FROM revision", "BEGIN IMMEDIATE"])
def test_who_reads_or_writes_for_long_does_not_hold_it_up(
    path: Path, caplog: pytest.LogCaptureFixture, statement: str
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:

        def hang(_store: Store) -> None:
            for one in statement.split("; "):
                other.execute(one).fetchall()

        assert use(path, ServerLock(path), hang) < CLOSE_SECONDS + 1
        assert [record.levelno for record in caplog.records] == [logging.WARNING]
        assert log_of(path).stat().st_size
        assert is_free(path)


def test_a_file_that_was_removed_is_not_made_anew(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    use(path, ServerLock(path), lambda _store: path.unlink())
    assert not path.exists()
    assert caplog.records == []
    assert is_free(path)


def test_a_file_that_was_replaced_is_left_alone(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def replace(_store: Store) -> None:
        path.unlink()
        path.write_bytes(b"something else")

    use(path, ServerLock(path), replace)
    assert path.read_bytes() == b"something else"
    assert caplog.records == []  # not even tried
    assert is_free(path)


def test_a_disk_that_refuses_is_a_warning(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Full(sqlite3.Connection):
        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
            if "wal_checkpoint" in sql:
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *values)  # type: ignore[arg-type]

    connect = sqlite3.connect

    def refuse(_store: Store) -> None:
        monkeypatch.setattr(sqlite3, "connect", lambda *values, **options: connect(*values, **options, factory=Full))

    use(path, ServerLock(path), refuse)
    assert "disk is full" in caplog.text
    assert log_of(path).stat().st_size
    assert is_free(path)


def test_a_slow_disk_is_not_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(sqlite3.Connection):
        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
            if "wal_checkpoint" in sql:  # some seconds of work in its place
                sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 40000000) SELECT max(i) FROM n"
            return super().execute(sql, *values)  # type: ignore[arg-type]

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *values, **options: connect(*values, **options, factory=Slow))
    assert fold_log(path, 0.1) == "interrupted"
