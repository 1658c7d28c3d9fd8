"""Connections and the lock: durable, read-only where they say so, one server a file."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tidings.storage.engine import DatabaseError, ServerLock, check_file, reading_engine, writing_engine
from tidings.storage.migrate import current_revision, migrate, newest_revision
from tidings.storage.secret_key import secret_key


def test_a_commit_is_durable_and_foreign_keys_hold(tmp_path: Path) -> None:
    engine = writing_engine(tmp_path / "a.db", checkpoints=False)
    with engine.begin() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "wal_autocheckpoint": 0}


def test_a_reader_can_not_write(tmp_path: Path) -> None:
    path = tmp_path / "a b?#%.db"
    migrate(path)
    with reading_engine(path).connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.execute(text("DELETE FROM events"))


def test_migrating_is_idempotent(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.db"
    assert migrate(path) == ("", newest_revision())
    assert migrate(path) == (newest_revision(), newest_revision())
    with reading_engine(path).connect() as connection:
        assert current_revision(connection) == newest_revision()


def test_what_is_not_ours_is_left_as_it_was(tmp_path: Path) -> None:
    text_file = tmp_path / "notes.txt"
    text_file.write_text("not a database, and long enough to look like a file")
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    newer = tmp_path / "newer.db"
    migrate(newer)
    with sqlite3.connect(newer) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for path, words in (
        (text_file, "can not be read"),
        (other, "another program"),
        (newer, "newer version"),
        (tmp_path, "is a folder"),
    ):
        before = path.read_bytes() if path.is_file() else b""
        with pytest.raises(DatabaseError, match=words):
            migrate(path)
        assert (path.read_bytes() if path.is_file() else b"") == before


def test_one_server_a_file_by_whatever_name(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.touch()
    link = tmp_path / "link.db"
    link.symlink_to(path)
    lock = ServerLock(path)
    for name in (path, link):
        with pytest.raises(DatabaseError, match="Another server"):
            ServerLock(name)
    lock.release()
    ServerLock(link).release()


def test_a_removed_lock_file_locks_nobody_out_and_lets_nobody_share(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    first = ServerLock(path)
    (tmp_path / "a.db.lock").unlink()
    second = ServerLock(path)
    with pytest.raises(DatabaseError):
        ServerLock(path)
    second.release()
    first.release()


def test_a_sound_file_passes_the_check(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    check_file(path)
    migrate(path)
    check_file(path)


def test_the_secret_is_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    first = secret_key(path, "")
    assert len(first) >= 32
    assert secret_key(path, "") == first
    assert secret_key(path, "configured") == b"configured"
    file = tmp_path / "a.db.secret"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["a.db.secret"]
    file.write_text("short")
    with pytest.raises(DatabaseError, match="too short"):
        secret_key(path, "")
