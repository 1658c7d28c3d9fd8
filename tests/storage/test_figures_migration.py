"""Migration 0013 sums up what is there as the server would have: to the unit, in every length."""

from __future__ import annotations

import random
from pathlib import Path

from sqlalchemy import insert, select
from tests.storage.earlier_database import at_revision

from tidings.storage.engine import writing_engine
from tidings.storage.figure_tables import credit_stretches, event_type_stretches, goal_stretches
from tidings.storage.goal_stretches import Change, add_changes
from tidings.storage.migrate import migrate
from tidings.storage.statistics import add_figures
from tidings.storage.tables import applications

TABLES = (goal_stretches, credit_stretches, event_type_stretches)


def test_what_is_there_is_summed_up(tmp_path: Path) -> None:
    dice = random.Random(13)
    rows: dict[tuple[object, ...], tuple[int, int, int]] = {}
    for _ in range(400):
        key = (1, 490_000 + dice.randrange(3_000), dice.choice(("GOALAAAA", "GOALBBBB")), dice.randrange(3))
        key += (dice.choice(("dollar", "euro")), dice.randrange(3), dice.randrange(3))  # type: ignore[assignment]
        rows[key] = (1 + dice.randrange(9), dice.randrange(10_000), dice.randrange(2))
    hours = {
        (kind, 490_000 + dice.randrange(3_000)): (dice.randrange(1, 50), dice.randrange(9))
        for kind in (1, 2)
        for _ in range(200)
    }
    path = tmp_path / "a.db"
    with at_revision(path, "0012") as database:
        places = ", ".join("?" * 10)
        database.executemany(f"INSERT INTO goal_figures VALUES ({places})", [(*key, *row) for key, row in rows.items()])
        database.executemany(
            "INSERT INTO event_type_figures (application_id, event_type_id, hour, displays, clicks) VALUES (1, ?, ?, ?, ?)",
            [(*key, *row) for key, row in hours.items()],
        )
        whose = database.execute("SELECT * FROM applications").fetchone()
    migrate(path)
    migrate(tmp_path / "b.db")
    found = []
    for name in ("a.db", "b.db"):
        engine = writing_engine(tmp_path / name, checkpoints=False)
        with engine.begin() as connection:
            if name == "b.db":
                connection.execute(insert(applications), dict(zip(applications.c.keys(), whose, strict=True)))
                add_changes(connection, [Change(*key, *row) for key, row in rows.items()])  # type: ignore[arg-type, call-arg]
                add_figures(
                    connection,
                    {(1, kind, 1, hour): [shown, 0, clicks, 0] for (kind, hour), (shown, clicks) in hours.items()},
                )
            found.append([sorted(map(tuple, connection.execute(select(table)))) for table in TABLES])
        engine.dispose()
    assert found[0] == found[1]
    assert all(found[0])
