"""Event types: names and tags that are free, wordings that can be read, and what goes with the end of one."""

from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from tidings.domain import applications, event_types
from tidings.domain.directory import Entry, read_entry
from tidings.errors import Conflict, Invalid, NotFound
from tidings.records.event import EventDraft, NewEvent
from tidings.records.event_type import EventType, EventTypeChanges, EventTypeDeed, EventTypeDraft
from tidings.storage import event_types as stored
from tidings.storage.event_counts import Scope, total
from tidings.storage.events import insert_events
from tidings.storage.tables import events, revision

NOW = 1_795_000_000_000


@pytest.fixture
def mine(connection: Connection) -> Entry:
    return applications.create(connection, "Shop", "https://a.example", NOW).entry


@pytest.fixture
def other(connection: Connection) -> Entry:
    return applications.create(connection, "Other", "https://b.example", NOW).entry


def make(connection: Connection, entry: Entry, name: str, tag: str | None = None, **values: Any) -> EventType:
    draft = EventTypeDraft(name, tag, **{"message": "{{ title }}", **values})
    return event_types.create(connection, application_id=entry.application.id, draft=draft, now=NOW)


def change(connection: Connection, entry: Entry, event_type_id: int, **values: Any) -> EventType:
    return event_types.update(
        connection,
        application_id=entry.application.id,
        event_type_id=event_type_id,
        changes=EventTypeChanges(**values),
        now=NOW + 1,
    )


def first_of(entry: Entry) -> EventType:
    return next(iter(entry.event_types.values()))


def record(connection: Connection, entry: Entry, event_type_id: int, number: int) -> None:
    new = [
        NewEvent(entry.application.id, event_type_id, EventDraft(created_at=NOW + at // 3), None, NOW)
        for at in range(number)
    ]
    insert_events(connection, new)


def revision_now(connection: Connection) -> int:
    return connection.execute(select(revision.c.number)).scalar_one()


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("New order", "new_order"),
        ("NewOrder", "new_order"),
        ("new-order!", "new_order"),
        ("  New   Order  2 ", "new_order_2"),
        ("ORDER", "order"),
        ("Größe XL", "größe_xl"),
        ("注文", "注文"),
        ("!!!", "event_type"),
        ("aB" * 127, ("a_b" * 127)[:250]),
    ],
)
def test_a_tag_is_the_snake_case_of_the_name(name: str, tag: str) -> None:
    assert event_types.tag_of(name) == tag


def test_a_name_is_unique_in_its_application_only(connection: Connection, mine: Entry, other: Entry) -> None:
    with pytest.raises(Conflict) as refusal:
        make(connection, mine, "New order")
    assert (refusal.value.field, refusal.value.code) == ("name", "taken")
    refund = make(connection, mine, "Refund")
    make(connection, other, "Refund")
    with pytest.raises(Conflict):
        change(connection, mine, refund.id, name="New order")
    assert change(connection, mine, refund.id, name="Refund") == refund


def test_a_tag_that_is_set_is_refused_when_taken_and_one_that_is_made_gives_way(connection: Connection, mine: Entry) -> None:
    with pytest.raises(Conflict) as refusal:
        make(connection, mine, "Order", "NEW-Order")
    assert refusal.value.field == "event_type_tag"
    assert make(connection, mine, "New order!").tag == "new_order_2"
    assert make(connection, mine, "new-order").tag == "new_order_3"
    refund = make(connection, mine, "Refund", "Re-fund")
    assert refund.tag == "Re-fund"
    assert change(connection, mine, refund.id, name="Money back").tag == "Re-fund"
    assert change(connection, mine, refund.id, tag="re_fund").tag == "re_fund"
    assert change(connection, mine, refund.id, tag=None).tag == "money_back"
    with pytest.raises(Conflict):
        change(connection, mine, refund.id, tag="new_order")


def test_a_wording_is_read_before_it_is_stored(connection: Connection, mine: Entry) -> None:
    number = revision_now(connection)
    with pytest.raises(Invalid, match="line 1, column 9"):
        make(connection, mine, "Bad", message="{{ first.name }}")
    link = make(connection, mine, "Link", message="[a](ftp://b.example)")
    with pytest.raises(Invalid, match="the address of a link"):
        change(connection, mine, link.id, markdown_enabled=True)
    with pytest.raises(Invalid):
        change(connection, mine, link.id, message="{% for a in b %}")
    assert read_entry(connection, mine.application).event_types[link.id] == link
    assert revision_now(connection) == number + 1
    changed = change(connection, mine, link.id, message="[a](https://b.example)", markdown_enabled=True)
    assert changed.updated_at == NOW + 1
    assert revision_now(connection) == number + 2
    assert change(connection, mine, link.id, message="[a](https://b.example)") == changed
    assert revision_now(connection) == number + 2


def test_another_application_is_out_of_reach(connection: Connection, mine: Entry, other: Entry) -> None:
    theirs = first_of(other)
    with pytest.raises(NotFound):
        change(connection, mine, theirs.id, name="Mine")
    with pytest.raises(NotFound):
        event_types.delete(connection, application_id=mine.application.id, event_type_id=theirs.id, with_events=True)
    for deed in (EventTypeDeed(id=theirs.id), EventTypeDeed(id=theirs.id, changes=EventTypeChanges(name="Mine"))):
        with pytest.raises(Invalid) as refusal:
            event_types.perform(connection, application_id=mine.application.id, deeds=[deed], field="them", now=NOW)
        assert refusal.value.field == "them[0].id"
    assert read_entry(connection, other.application) == other


@pytest.mark.parametrize("few", [10, 5_000])
def test_the_end_of_one_takes_its_events_along_and_keeps_the_counts(
    connection: Connection, mine: Entry, other: Entry, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "FEW", few)
    application_id = mine.application.id
    order, refund = first_of(mine), make(connection, mine, "Refund")
    for entry, event_type, number in ((mine, order, 700), (mine, refund, 1_300), (other, first_of(other), 5)):
        record(connection, entry, event_type.id, number)
    with pytest.raises(Conflict) as refusal:
        event_types.delete(connection, application_id=application_id, event_type_id=refund.id, with_events=False)
    assert refusal.value.code == "has_events"
    assert total(connection, Scope(application_id)) == 2_000
    event_types.delete(connection, application_id=application_id, event_type_id=refund.id, with_events=True)
    assert connection.execute(select(func.count()).select_from(events)).scalar_one() == 705
    assert total(connection, Scope(application_id)) == total(connection, Scope(application_id, order.id)) == 700
    assert total(connection, Scope(application_id, refund.id)) == 0
    assert total(connection, Scope(other.application.id)) == 5
    assert list(read_entry(connection, mine.application).event_types) == [order.id]
    record(connection, mine, order.id, 10)
    assert total(connection, Scope(application_id)) == 710


def test_events_of_a_type_go_along_an_index(connection: Connection) -> None:
    for statement in ("DELETE FROM events WHERE event_type_id = 1", "SELECT 1 FROM events WHERE event_type_id = 1 LIMIT 1"):
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
        assert all("SCAN" not in step for step in plan)
        assert "events_by_type" in plan[0]


def test_there_is_an_end_to_how_many(connection: Connection, mine: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_types, "MOST_EVENT_TYPES", 2)
    make(connection, mine, "Second")
    with pytest.raises(Conflict, match="There are 2 event types already"):
        make(connection, mine, "Third")
