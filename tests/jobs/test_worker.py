"""A worker ends with a sentence when a newer version has changed the database under it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.webhook_ground import NOW, count, database, outbox, webhook

from tidings import config
from tidings.storage.engine import DatabaseError
from tidings.storage.store import Store
from tidings.worker import work


@pytest.mark.timeout(30)
def test_a_worker_leaves_a_database_of_another_version_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    settings = config.load({"database_url": f"sqlite:///{path}"})
    with database(path) as engine:

        def change() -> None:
            """As `serve` of a newer version does; and a window is over by now."""
            with engine.begin() as connection:
                connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
                webhook(connection, now=NOW)
                count(connection, NOW, 1)

        with pytest.raises(DatabaseError, match=r"^The database is at revision 9999 by now, this version needs \d+\.$"):
            work(settings, Store(path, None), change)
        with engine.begin() as connection:
            assert outbox(connection) == []
