"""A database as an earlier version left it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic.command import upgrade

from tidings.storage import migrate as migrating
from tidings.storage.engine import writing_engine


@contextmanager
def at_revision(path: Path, revision: str) -> Iterator[sqlite3.Connection]:
    """A new database at that revision, with one application and one event type of it; open for more of the sort."""
    engine = writing_engine(path, checkpoints=False)
    config = migrating._config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        upgrade(config, revision)
    engine.dispose()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "INSERT INTO applications VALUES (1, 'Shop', 'https://a.example', 'AB', 'c', 's', x'00', '{}', 1, 1)"
        )
        database.execute(
            "INSERT INTO event_types (id, application_id, name, tag, message, created_at, updated_at)"
            " VALUES (1, 1, 'New order', 'new_order', '{{ title }}', 1, 1)"
        )
        yield database


def insert_events(database: sqlite3.Connection, *times: int) -> None:
    """Events of that application, as every version could store them."""
    database.executemany(
        "INSERT INTO events (application_id, event_type_id, created_at, updated_at) VALUES (1, 1, ?, 1)",
        [(at,) for at in times],
    )
