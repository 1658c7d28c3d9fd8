"""Events that somebody adds, changes and deletes by hand: their time, their origin, and the line in the audit log."""

import msgspec
import pytest
from sqlalchemy import Connection

from tidings.domain import applications, audit, events, events_by_hand
from tidings.domain.directory import Entry
from tidings.errors import Conflict, Invalid, NotFound
from tidings.records.event import Event, EventChanges, EventDraft
from tidings.records.user import Actor

NOW = 1_795_000_000_000
BY = Actor(None, "ada@shop.example")


@pytest.fixture
def entry(connection: Connection) -> Entry:
    return applications.create(connection, "Shop", "https://a.example", NOW).entry


def add(connection: Connection, entry: Entry, **fields: object) -> Event:
    draft = EventDraft(**{"event_type_tag": "new_order", "title": "Ink", **fields})  # type: ignore[arg-type]
    return events_by_hand.add(connection, entry=entry, draft=draft, secret=b"", by=BY, now=NOW)


def deeds(connection: Connection, entry: Entry) -> list[tuple[str, str]]:
    return [(one.deed, one.subject) for one in audit.page(connection, entry.application.id, None, 10)]


def test_it_keeps_its_time_and_where_it_came_from(connection: Connection, entry: Entry) -> None:
    event = add(connection, entry, created_at=NOW - 5_000, first_name="Grace")
    assert (event.created_at, event.updated_at, event.provenance) == (NOW - 5_000, NOW, "manual")
    changes = EventChanges(title="Lamp")
    after = events_by_hand.change(
        connection, entry=entry, event_id=event.id, changes=changes, secret=b"", by=BY, now=NOW + 9_000
    )
    assert (after.created_at, after.updated_at, after.provenance) == (NOW - 5_000, NOW + 9_000, "manual")
    assert deeds(connection, entry) == [("event.updated", f"event {event.id}"), ("event.created", f"event {event.id}")]


def test_what_is_still_to_come_has_not_happened(connection: Connection, entry: Entry) -> None:
    with pytest.raises(Invalid) as refused:
        add(connection, entry, created_at=NOW + 1)
    assert refused.value.field == "created_at"
    assert add(connection, entry, created_at=NOW).created_at == NOW


def test_one_that_is_there_already_is_not_given_back_as_new(connection: Connection, entry: Entry) -> None:
    add(connection, entry, external_id="order-1", title="Ink")
    with pytest.raises(Conflict):
        add(connection, entry, external_id="order-1", title="Lamp")
    assert len(deeds(connection, entry)) == 1


def test_one_of_another_application_can_not_be_touched(connection: Connection, entry: Entry) -> None:
    other = applications.create(connection, "Other", "https://b.example", NOW).entry
    event = add(connection, other)
    own = entry.application.id
    with pytest.raises(NotFound):
        events_by_hand.remove(connection, application_id=own, event_id=event.id, by=BY, now=NOW)
    with pytest.raises(NotFound):
        events_by_hand.change(
            connection, entry=entry, event_id=event.id, changes=EventChanges(title="x"), secret=b"", by=BY, now=NOW
        )
    assert events.retrieve(connection, application_id=other.application.id, event_id=event.id) == event
    assert deeds(connection, entry) == []
    events_by_hand.remove(connection, application_id=other.application.id, event_id=event.id, by=BY, now=NOW)
    assert deeds(connection, other)[0] == ("event.deleted", f"event {event.id}")


@pytest.mark.parametrize(
    ("message", "is_refused"),
    [
        ("{{ first_name }} bought {{ linked_title }}", True),
        ("{{ first_name }} bought {% if city %}in {{ city }}{% else %}{{ title }}{% endif %}", True),
        ("{{ first_name }} bought {{ title | default('something') }}", False),
        ("{{ first_name }} bought {% if title %}{{ title }}{% else %}something{% endif %}", False),
        ("{{ first_name }} from {{ city }} reads our letter", False),
    ],
)
def test_what_the_wording_says_has_to_be_said(connection: Connection, entry: Entry, message: str, is_refused: bool) -> None:
    event_type = next(iter(entry.event_types.values()))
    entry.event_types[event_type.id] = msgspec.structs.replace(event_type, message=message)
    if not is_refused:
        assert add(connection, entry, title=None).title is None
        return
    with pytest.raises(Invalid) as refused:
        add(connection, entry, title=None)
    assert refused.value.field == "title"
    assert deeds(connection, entry) == []
