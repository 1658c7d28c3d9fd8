"""Files that are no sound database: refused at the start with one sentence that names them, and left as they were."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.faults.test_second_server import assert_one_sentence
from tests.live import LiveServer

NewServer = Callable[..., LiveServer]


def with_events(server: LiveServer) -> Path:
    """A database of many pages, left by a server that has ended."""
    application = server.create_application()
    for _ in range(60):
        application.post_event(title="x" * 250, url="https://shop.example/" + "y" * 200)
    assert server.stop() == 0
    assert server.database is not None
    with closing(sqlite3.connect(server.database)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return server.database


def assert_refused(new_server: NewServer, database: Path) -> None:
    before = database.read_bytes()
    server = new_server("again", start=False, database=database).spawn()
    assert server.wait_exit(10) == 1
    assert_one_sentence(server.log, str(database))
    assert database.read_bytes() == before


def test_corrupt_header(new_server: NewServer) -> None:
    database = with_events(new_server())
    with database.open("r+b") as file:
        file.write(b"\xff" * 100)
    assert_refused(new_server, database)


def test_corrupt_page(new_server: NewServer) -> None:
    database = with_events(new_server())
    size = database.stat().st_size
    with database.open("r+b") as file:
        file.seek(size - 3 * 4096)
        file.write(b"\xff" * 3 * 4096)
    assert_refused(new_server, database)


def test_truncated(new_server: NewServer) -> None:
    database = with_events(new_server())
    with database.open("r+b") as file:
        file.truncate(6000)
    assert_refused(new_server, database)


@pytest.mark.parametrize(
    "content", [b"Dear diary,\n" * 100, b"SQLite format 3\0", b"\0" * 8192], ids=["text", "header", "zeros"]
)
def test_no_database_is_never_overwritten(new_server: NewServer, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "notes.txt").write_bytes(content)
    assert_refused(new_server, tmp_path / "notes.txt")


def test_database_of_another_program(new_server: NewServer, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as database:
        database.execute("CREATE TABLE recipes (name TEXT)")
        database.commit()
    assert_refused(new_server, tmp_path / "other.db")


def test_database_of_a_newer_version(new_server: NewServer) -> None:
    path = with_events(new_server())
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE alembic_version SET version_num = 'of the future'")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert_refused(new_server, path)


def test_torn_end_of_the_log(new_server: NewServer) -> None:
    """A write-ahead log cut in the middle of its last frame: back to the last whole commit, and no complaint."""
    server = new_server()
    application = server.create_application()
    for number in range(20):
        application.post_event(external_id=str(number))
    server.kill()
    log = Path(f"{server.database}-wal")
    with log.open("r+b") as file:
        file.truncate(log.stat().st_size - 100)
    server.start()
    stored = {event["external_id"] for event in application.events()}
    assert stored >= {str(number) for number in range(19)}
