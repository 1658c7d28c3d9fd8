"""Events in SQL: stored as sent, once per external id, found through an index."""

import re

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, event

from tidings.domain import applications
from tidings.domain.directory import Entry
from tidings.errors import Invalid
from tidings.records.event import PROVENANCES, CustomField, EventDraft, NewEvent, Provenance
from tidings.storage import events as sql
from tidings.storage.event_counts import Scope, total
from tidings.storage.event_lists import newest_events

NOW = 1_795_000_000_000


@pytest.fixture
def entry(connection: Connection) -> Entry:
    return applications.create(connection, "Shop", "https://a.example", NOW).entry


def insert(connection: Connection, entry: Entry, now: int = NOW, **fields: object) -> tuple[int, bool]:
    draft = EventDraft(**fields)  # type: ignore[arg-type]
    event_type_id = next(iter(entry.event_types))
    ((stored, is_new),) = sql.insert_events(connection, [NewEvent(entry.application.id, event_type_id, draft, None, now)])
    return stored.id, is_new


def test_an_event_comes_back_as_it_was_stored(connection: Connection, entry: Entry) -> None:
    draft = EventDraft(
        title="Ink \u2028 \U0001f600", first_name="=1", custom_fields=(CustomField(1, "k", "v"),), created_at=5
    )
    ((stored, is_new),) = sql.insert_events(connection, [NewEvent(entry.application.id, 1, draft, b"h", NOW)])
    assert is_new
    assert sql.event_by_id(connection, entry.application.id, stored.id) == stored
    assert (stored.created_at, stored.updated_at, stored.custom_fields) == (5, NOW, (CustomField(1, "k", "v"),))
    assert sql.event_by_id(connection, entry.application.id + 1, stored.id) is None


@pytest.mark.parametrize("provenance", PROVENANCES)
def test_where_it_came_from_stays_what_it_was(connection: Connection, entry: Entry, provenance: Provenance) -> None:
    new = NewEvent(entry.application.id, 1, EventDraft(external_id="a"), None, NOW, provenance)
    ((stored, _),) = sql.insert_events(connection, [new])
    assert sql.event_by_id(connection, entry.application.id, stored.id) == stored
    assert stored.provenance == provenance
    changed = replace(stored, title="Another", provenance="api")
    sql.update_event(connection, stored, changed)
    found = sql.event_by_id(connection, entry.application.id, stored.id)
    assert found == replace(changed, provenance=provenance)


def test_an_external_id_is_one_event_and_letters_are_not_folded(connection: Connection, entry: Entry) -> None:
    first, is_new = insert(connection, entry, external_id="A1", title="one")
    again, is_new_again = insert(connection, entry, external_id="A1", title="two")
    assert (first, is_new, is_new_again) == (again, True, False)
    assert insert(connection, entry, external_id="a1")[1]
    assert insert(connection, entry, external_id="A1 ")[1]
    assert insert(connection, entry)[1]
    assert insert(connection, entry)[1]
    other = applications.create(connection, "Other", "https://b.example", NOW).entry
    assert insert(connection, other, external_id="A1")[1]
    assert total(connection, Scope(entry.application.id)) == 5


def test_many_at_once_are_each_stored_once_in_order(connection: Connection, entry: Entry) -> None:
    application_id = entry.application.id
    known, _ = insert(connection, entry, external_id="known")
    names = ["a", None, "a", "known", None, "b"]
    new = [
        NewEvent(application_id, 1, EventDraft(external_id=name, title=str(n)), None, NOW) for n, name in enumerate(names)
    ]
    stored = sql.insert_events(connection, new)
    assert [is_new for _event, is_new in stored] == [True, True, False, False, True, True]
    ids = [event.id for event, _is_new in stored]
    assert ids[2] == ids[0]
    assert ids[3] == known
    assert len(set(ids)) == 5
    assert all(sql.event_by_id(connection, application_id, event.id) == event for event, _is_new in stored)


def test_an_id_is_never_given_twice(connection: Connection, entry: Entry) -> None:
    first, _ = insert(connection, entry)
    assert sql.delete_event(connection, entry.application.id, first)
    assert not sql.delete_event(connection, entry.application.id, first)
    assert insert(connection, entry)[0] > first


def test_newest_first_and_since(connection: Connection, entry: Entry) -> None:
    ids = [insert(connection, entry, created_at=NOW + offset)[0] for offset in (0, 20, 10, 10)]
    application_id = entry.application.id
    newest = [ids[1], ids[3], ids[2], ids[0]]
    assert [e.id for e in newest_events(connection, application_id, 10)] == newest
    assert [e.id for e in newest_events(connection, application_id, 2, 1)] == newest[1:3]
    assert [e.id for e in sql.newest_events_since(connection, application_id, NOW + 10, 10)] == newest[:3]


def test_an_event_type_that_is_gone_is_a_refusal_not_a_failure(connection: Connection, entry: Entry) -> None:
    with pytest.raises(Invalid) as refusal:
        sql.insert_events(connection, [NewEvent(entry.application.id, 999, EventDraft(), None, NOW)])
    assert refusal.value.field == "event_type_id"


def test_no_query_reads_a_whole_table(connection: Connection, entry: Entry) -> None:
    seen: list[tuple[str, object]] = []
    event.listen(
        connection, "before_cursor_execute", lambda _c, _cursor, sql_text, values, *_: seen.append((sql_text, values))
    )
    insert(connection, entry, external_id="x")
    insert(connection, entry, external_id="x")
    application_id = entry.application.id
    sql.event_by_id(connection, application_id, 1)
    newest_events(connection, application_id, 30, 0)
    sql.newest_events_since(connection, application_id, NOW, 30)
    total(connection, Scope(application_id))
    sql.delete_event(connection, application_id, 1)
    statements = list(seen)
    plans = [
        str(row[3])
        for statement, values in statements
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
    ]
    assert len(statements) > 10
    assert not [plan for plan in plans if re.match(r"SCAN (events|event_counts|s)\b", plan)]
    assert not [plan for plan in plans if "TEMP B-TREE FOR ORDER" in plan]
