"""The migrations make the tables that `storage/tables.py` tells of, and take what is there along."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from tests.storage.earlier_database import at_revision, insert_events

from tidings.domain import applications
from tidings.storage import figure_tables, goal_tables, import_tables, preview_tables, user_tables
from tidings.storage.engine import writing_engine
from tidings.storage.event_lists import newest_events
from tidings.storage.event_types import event_types_of
from tidings.storage.migrate import migrate, newest_revision
from tidings.storage.tables import metadata

# Each tells `metadata` of its tables when it is imported.
TABLES = (figure_tables, goal_tables, import_tables, preview_tables, user_tables)


def test_they_make_what_the_tables_say(tmp_path: Path) -> None:
    migrate(tmp_path / "a.db")
    engine = writing_engine(tmp_path / "a.db", checkpoints=False)
    with engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


@pytest.mark.parametrize("revision", ["0004"])
def test_what_was_there_is_there_afterwards(tmp_path: Path, revision: str) -> None:
    path = tmp_path / "a.db"
    with at_revision(path, revision) as database:
        insert_events(database, 5)
    assert migrate(path) == (revision, newest_revision())
    engine = writing_engine(path, checkpoints=False)
    with engine.begin() as connection:
        application = applications.retrieve(connection, 1)
        assert (application.display.storage, application.display.consent_required) == ("local", False)
        assert [(one.name, one.page_rules) for one in event_types_of(connection, 1)] == [("New order", ())]
        assert [(one.created_at, one.provenance) for one in newest_events(connection, 1, 5)] == [(5, "api")]
    engine.dispose()
