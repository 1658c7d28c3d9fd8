"""The migrations make the tables that `storage/tables.py` tells of, and take what is there along."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import upgrade
from alembic.migration import MigrationContext

from tidings.domain import applications
from tidings.storage import migrate as migrating
from tidings.storage.engine import writing_engine
from tidings.storage.event_types import event_types_of
from tidings.storage.migrate import migrate, newest_revision
from tidings.storage.tables import metadata


def at_revision(path: Path, revision: str) -> None:
    """A database as an earlier version left it."""
    engine = writing_engine(path, checkpoints=False)
    config = migrating._config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        upgrade(config, revision)
    engine.dispose()


def test_they_make_what_the_tables_say(tmp_path: Path) -> None:
    migrate(tmp_path / "a.db")
    engine = writing_engine(tmp_path / "a.db", checkpoints=False)
    with engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


@pytest.mark.parametrize("revision", ["0004"])
def test_what_was_there_is_there_afterwards(tmp_path: Path, revision: str) -> None:
    path = tmp_path / "a.db"
    at_revision(path, revision)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "INSERT INTO applications VALUES (1, 'Shop', 'https://a.example', 'AB', 'c', 's', x'00', '{}', 1, 1)"
        )
        database.execute(
            "INSERT INTO event_types (id, application_id, name, tag, message, created_at, updated_at)"
            " VALUES (1, 1, 'New order', 'new_order', '{{ title }}', 1, 1)"
        )
    assert migrate(path) == (revision, newest_revision())
    engine = writing_engine(path, checkpoints=False)
    with engine.begin() as connection:
        application = applications.retrieve(connection, 1)
        assert (application.display.storage, application.display.consent_required) == ("local", False)
        assert [(one.name, one.page_rules) for one in event_types_of(connection, 1)] == [("New order", ())]
    engine.dispose()
