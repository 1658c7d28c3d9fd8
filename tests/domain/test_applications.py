"""Applications: a change is all or nothing, and the end of one leaves nothing of it and everything of the others."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, insert, select
from tests.new_database import new_database
from tests.webhook_ground import put, webhook

from tidings.domain import applications
from tidings.domain.applications import Created
from tidings.domain.directory import Entry, read_entry, token_hash
from tidings.errors import Conflict, Invalid, NotFound
from tidings.records.application import ApplicationChanges, DisplaySettings
from tidings.records.event import EventDraft, NewEvent
from tidings.records.event_type import EventTypeChanges, EventTypeDeed, EventTypeDraft
from tidings.storage import applications as stored
from tidings.storage.engine import writing_engine
from tidings.storage.events import insert_events
from tidings.storage.goal_tables import goal_figures
from tidings.storage.tables import (
    application_figures,
    deliveries,
    event_counts,
    event_type_figures,
    event_types,
    events,
    revision,
)
from tidings.storage.tables import applications as table

NOW = 1_795_000_000_000


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    new_database(tmp_path / "a.db")
    engine = writing_engine(tmp_path / "a.db", checkpoints=False)
    yield engine
    engine.dispose()


@pytest.fixture
def two(engine: Engine) -> tuple[Created, Created]:
    with engine.begin() as connection:
        made = [applications.create(connection, name, f"https://{name}.example", NOW) for name in ("a", "b")]
        for one in made:
            event_type = next(iter(one.entry.event_types))
            new = [NewEvent(one.entry.application.id, event_type, EventDraft(), None, NOW) for _ in range(25)]
            insert_events(connection, new)
    return made[0], made[1]


def count(connection: Connection, of: Any, application_id: int) -> int:
    return connection.execute(select(func.count()).select_from(of).where(of.c.application_id == application_id)).scalar_one()


def test_an_update_changes_what_it_names(engine: Engine, two: tuple[Created, Created]) -> None:
    mine, other = two
    number = mine.entry.application.id
    changes = ApplicationChanges(
        name="A",
        display={"language": "de", "limit": 5, "custom_css": None},
        event_types=(EventTypeDeed(draft=EventTypeDraft("Refund", None, "{{ title }}")),),
    )
    with engine.begin() as connection:
        entry = applications.update(connection, application_id=number, changes=changes, now=NOW + 1)
    assert (entry.application.name, entry.application.url, entry.application.updated_at) == (
        "A",
        "https://a.example",
        NOW + 1,
    )
    assert entry.application.display == DisplaySettings(language="de", limit=5)
    assert [one.name for one in entry.event_types.values()] == ["New order", "Refund"]
    with engine.begin() as connection:
        before = connection.execute(select(revision.c.number)).scalar_one()
        nothing = ApplicationChanges(name="A", display={"limit": 5})
        again = applications.update(connection, application_id=number, changes=nothing, now=NOW + 2)
        assert again == entry == read_entry(connection, entry.application)
        assert connection.execute(select(revision.c.number)).scalar_one() == before
        back = applications.update(
            connection, application_id=number, changes=ApplicationChanges(display={"limit": None}), now=NOW + 3
        )
        assert back.application.display == DisplaySettings(language="de")
        assert (
            read_entry(connection, stored.application_by_id(connection, other.entry.application.id) or back.application)
            == other.entry
        )


@pytest.mark.parametrize(
    ("deeds", "refusal", "field"),
    [
        ([EventTypeDeed(id=1)], Conflict, "event_types_attributes[0]"),
        ([EventTypeDeed(id=1, changes=EventTypeChanges(message="{{ a.b }}"))], Invalid, "event_types_attributes[0].message"),
        ([EventTypeDeed(id=2, changes=EventTypeChanges(name="x"))], Invalid, "event_types_attributes[0].id"),
        (
            [
                EventTypeDeed(draft=EventTypeDraft("Refund", None, "x")),
                EventTypeDeed(id=1, changes=EventTypeChanges(name="Refund")),
            ],
            Conflict,
            "event_types_attributes[1].name",
        ),
    ],
)
def test_a_refused_event_type_takes_everything_back(
    engine: Engine, two: tuple[Created, Created], deeds: list[EventTypeDeed], refusal: type[Exception], field: str
) -> None:
    changes = ApplicationChanges(name="Changed", display={"limit": 5}, event_types=tuple(deeds))
    with pytest.raises(refusal) as refused, engine.begin() as connection:
        applications.update(connection, application_id=1, changes=changes, now=NOW + 1)
    assert getattr(refused.value, "field", None) == field
    with engine.begin() as connection:
        assert read_entry(connection, applications.retrieve(connection, 1)) == two[0].entry


def test_a_new_token_takes_the_place_of_the_old_one(engine: Engine, two: tuple[Created, Created]) -> None:
    mine, other = two
    with engine.begin() as connection:
        token = applications.rotate_token(connection, 1)
        assert stored.application_by_token_hash(connection, token_hash(mine.auth_token)) is None
        assert stored.application_by_token_hash(connection, token_hash(token)) == mine.entry.application
        assert stored.application_by_token_hash(connection, token_hash(other.auth_token)) == other.entry.application
        with pytest.raises(NotFound):
            applications.rotate_token(connection, 3)


@pytest.mark.parametrize("at_once", [10, 5_000])
def test_the_end_of_one(engine: Engine, two: tuple[Created, Created], at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "DELETED_AT_ONCE", at_once)
    applications.delete(engine.begin, 1)
    with engine.begin() as connection:
        for of in (events, event_types, event_counts):
            assert count(connection, of, 1) == 0
        assert count(connection, events, 2) == 25
        assert [row.id for row in connection.execute(select(table.c.id))] == [2]
        assert read_entry(connection, applications.retrieve(connection, 2)) == two[1].entry
    with pytest.raises(NotFound):
        applications.delete(engine.begin, 1)


def test_no_transaction_of_an_end_removes_very_many_rows(
    engine: Engine, two: tuple[Created, Created], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even by foreign keys, which a count of rows does not show: what is left is counted after each."""
    monkeypatch.setattr(stored, "DELETED_AT_ONCE", 10)
    monkeypatch.setattr(stored, "DELIVERIES_AT_ONCE", 10)
    tables = (application_figures, event_type_figures, goal_figures, deliveries)
    with engine.begin() as connection:
        for number in (1, 2):
            made = webhook(connection, application_id=number)
            put(connection, made, number=45)
            hours = [{"application_id": number, "hour": hour} for hour in range(45)]
            connection.execute(insert(application_figures), hours)
            connection.execute(insert(event_type_figures), [one | {"event_type_id": 1} for one in hours])
            goal = {"goal_id": "A", "event_type_id": 1, "currency": "USD", "attribution": 0, "arm": 0}
            goal |= {"number": 1, "cents": 1, "firsts": 1}
            connection.execute(insert(goal_figures), [one | goal for one in hours])
    left = [45] * len(tables)

    @contextmanager
    def transaction() -> Iterator[Connection]:
        nonlocal left
        with engine.begin() as connection:
            yield connection
            now_left = [count(connection, table, 1) for table in tables]
            assert max(before - after for before, after in zip(left, now_left, strict=True)) <= 10
            left = now_left

    applications.delete(transaction, 1)
    assert left == [0] * len(tables)
    with engine.begin() as connection:
        assert [count(connection, table, 2) for table in tables] == [45] * len(tables)


def test_the_theme_is_one_that_there_is(engine: Engine, two: tuple[Created, Created]) -> None:
    def change(theme: str, *themes: str) -> Entry:
        changes = ApplicationChanges(display={"theme": theme})
        with engine.begin() as connection:
            return applications.update(connection, application_id=1, changes=changes, now=NOW + 1, themes=themes)

    assert change("ours", "theme1", "ours").application.display.theme == "ours"
    # Its folder was taken away: it may stay, but not come back.
    assert change("ours", "theme1").application.display.theme == "ours"
    assert change("theme1", "theme1").application.display.theme == "theme1"
    with pytest.raises(Invalid, match=r"Theme is one of theme1, theme2$") as refused:
        change("ours", "theme1", "theme2")
    assert refused.value.field == "theme"
