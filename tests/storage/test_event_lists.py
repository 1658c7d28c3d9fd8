"""Lists of events: the kept counts stay right whatever comes and goes, deep pages are exact, no list reads a whole table."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError
from tests.storage.earlier_database import at_revision, insert_events

from tidings.domain import applications
from tidings.domain.directory import Entry, read_entry
from tidings.records.event import Event, EventDraft, NewEvent
from tidings.records.event_type import EventTypeDraft
from tidings.storage import event_counts, event_lists
from tidings.storage import events as sql
from tidings.storage.engine import writing_engine
from tidings.storage.event_counts import Scope, recount, total, totals_by_type
from tidings.storage.event_lists import events_after, events_at
from tidings.storage.event_types import delete_event_type, insert_event_type
from tidings.storage.migrate import migrate

NOW = 1_795_000_000_000
LONGEST = 8


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setattr(event_counts, "LONGEST", LONGEST)
    monkeypatch.setattr(event_lists, "LONGEST", LONGEST)
    migrate(tmp_path / "a.db")
    engine = writing_engine(tmp_path / "a.db", checkpoints=False)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def entry(connection: Connection) -> Entry:
    """An application with three event types, beside another one with an event of its own."""
    created = applications.create(connection, "Shop", "https://a.example", NOW).entry
    for name in ("refund", "visit"):
        insert_event_type(connection, created.application.id, EventTypeDraft(name, name, "{{ title }}"), NOW)
    other = applications.create(connection, "Other", "https://b.example", NOW).entry
    insert(connection, other, next(iter(other.event_types)))
    return read_entry(connection, created.application)


def insert(connection: Connection, entry: Entry, event_type_id: int, *times: int) -> list[Event]:
    new = [NewEvent(entry.application.id, event_type_id, EventDraft(created_at=at), None, NOW) for at in times or (NOW,)]
    return [event for event, _is_new in sql.insert_events(connection, new)]


def holds(connection: Connection, entry: Entry, there: list[Event]) -> None:
    """Every page of every list is what sorting gives, and the counts are right."""
    application_id = entry.application.id
    for event_type_id in (0, *entry.event_types):
        scope = Scope(application_id, event_type_id)
        mine = [one for one in there if event_type_id in (0, one.event_type_id)]
        assert total(connection, scope) == len(mine)
        for newest_first in (True, False):
            ordered = sorted(mine, key=lambda one: (one.created_at, one.id), reverse=newest_first)
            for offset in range(0, len(mine) + 3, 3):
                found = events_at(connection, scope, limit=3, offset=offset, newest_first=newest_first)
                assert found == ordered[offset : offset + 3]
            for number, start in enumerate(ordered[::5]):
                found = events_after(connection, scope, (start.created_at, start.id), limit=4, newest_first=newest_first)
                assert found == ordered[number * 5 + 1 : number * 5 + 5]


def test_counts_and_pages_hold_whatever_comes_and_goes(connection: Connection, entry: Entry) -> None:
    chance = random.Random(5)
    there: list[Event] = []
    types = list(entry.event_types)
    for turn in range(80):
        deed = chance.random()
        if deed < 0.6 or not there:
            # Few moments, so that many events share one; some lie in the past, some in the future.
            times = [NOW + chance.choice((-50, -1, 0, turn, turn, 40)) for _ in range(chance.choice((1, 2, 30)))]
            there += insert(connection, entry, chance.choice(types), *times)
        elif deed < 0.85:
            for one in chance.sample(there, min(len(there), chance.choice((1, 12)))):
                there.remove(one)
                assert sql.delete_event(connection, entry.application.id, one.id)
        else:
            before = chance.choice(there)
            after = Event(**{**{name: getattr(before, name) for name in Event.__struct_fields__}, "event_type_id": types[0]})
            sql.update_event(connection, before, after)
            there[there.index(before)] = after
        if turn % 16 == 0:
            holds(connection, entry, there)
    holds(connection, entry, there)
    counted = {event_type_id: sum(one.event_type_id == event_type_id for one in there) for event_type_id in types}
    assert totals_by_type(connection, entry.application.id) == sorted((t, n) for t, n in counted.items() if n)


def test_no_stretch_grows_too_long_and_empty_ones_go(connection: Connection, entry: Entry) -> None:
    event_type_id = next(iter(entry.event_types))
    events = insert(connection, entry, event_type_id, *([NOW] * 60))
    events += [insert(connection, entry, event_type_id, NOW + number)[0] for number in range(60)]
    scope = Scope(entry.application.id)
    stretches = [number for _at, _id, number in stretches_of(connection, scope)]
    assert sum(stretches) == 120
    assert max(stretches) <= LONGEST
    for one in events:
        sql.delete_event(connection, entry.application.id, one.id)
    assert [(at, number) for at, _id, number in stretches_of(connection, scope)] == [(0, 0)]


def test_counting_anew_gives_the_same(connection: Connection, entry: Entry) -> None:
    event_type_id = next(iter(entry.event_types))
    there = insert(connection, entry, event_type_id, *(NOW + number % 7 for number in range(50)))
    for scope in (Scope(entry.application.id), Scope(entry.application.id, event_type_id)):
        recount(connection, scope)
    holds(connection, entry, there)
    there += insert(connection, entry, event_type_id, *range(20))
    holds(connection, entry, there)


def test_an_event_type_goes_with_its_events(connection: Connection, entry: Entry) -> None:
    kept, gone, empty = entry.event_types
    there = insert(connection, entry, kept, *range(30))
    insert(connection, entry, gone, *range(10, 40))
    for event_type_id in (gone, empty):
        delete_event_type(connection, entry.application.id, event_type_id)
    holds(connection, entry, there)
    assert total(connection, Scope(entry.application.id + 1)) == 1


def test_the_migration_counts_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counts that migration 0003 makes of old events are those that recount makes."""
    monkeypatch.setattr(event_counts, "LONGEST", 4_096)
    path = tmp_path / "old.db"
    with at_revision(path, "0002") as database:
        insert_events(database, *(NOW + number % 900 for number in range(4_500)))
    migrate(path)
    scopes = (Scope(1), Scope(1, 1))
    engine = writing_engine(path, checkpoints=False)
    with engine.begin() as connection:
        counted = [stretches_of(connection, scope) for scope in scopes]
        assert [total(connection, scope) for scope in scopes] == [4_500, 4_500]
        for scope in scopes:
            recount(connection, scope)
        assert [stretches_of(connection, scope) for scope in scopes] == counted
    engine.dispose()


def stretches_of(connection: Connection, scope: Scope) -> list[tuple[int, int, int]]:
    rows = connection.exec_driver_sql(
        "SELECT created_at, event_id, number FROM event_counts WHERE application_id = ? AND event_type_id = ?"
        " AND created_at >= 0 ORDER BY 1, 2",
        (scope.application_id, scope.event_type_id),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def test_no_list_reads_a_whole_table(connection: Connection, entry: Entry) -> None:
    event_type_id = next(iter(entry.event_types))
    there = insert(connection, entry, event_type_id, *range(60))
    connection.exec_driver_sql("ANALYZE")
    seen: list[tuple[str, object]] = []
    event.listen(
        connection, "before_cursor_execute", lambda _c, _cursor, sql_text, values, *_: seen.append((sql_text, values))
    )
    application_id = entry.application.id
    for scope in (Scope(application_id), Scope(application_id, event_type_id)):
        for newest_first in (True, False):
            events_at(connection, scope, limit=30, newest_first=newest_first)
            events_at(connection, scope, limit=30, offset=50, newest_first=newest_first)
            events_after(connection, scope, (there[30].created_at, there[30].id), limit=30, newest_first=newest_first)
        total(connection, scope)
    totals_by_type(connection, application_id)
    sql.event_by_external_id(connection, application_id, "x")
    sql.newest_by_email(connection, application_id, b"x")
    insert(connection, entry, event_type_id)
    sql.update_event(connection, there[0], there[0])
    sql.set_email_hash(connection, there[0], b"x")
    sql.delete_event(connection, application_id, there[0].id)
    statements = list(seen)
    assert len(statements) > 25
    for statement, values in statements:
        for plan in plans(connection, statement, values):
            assert not re.match(r"SCAN (events|event_counts|s)\b", plan), f"{plan}: {statement}"
            assert "TEMP B-TREE" not in plan or "summed" in statement, f"{plan}: {statement}"  # of a batch's few changes


def plans(connection: Connection, statement: str, values: object) -> list[str]:
    try:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
    except OperationalError as error:
        raise AssertionError(f"{error}: {statement}") from None
    return [str(row[3]) for row in rows]
