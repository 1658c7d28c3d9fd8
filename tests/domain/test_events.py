"""Events in the domain: pages across event types, changes of custom fields, what is kept of an address."""

import pytest
from sqlalchemy import Connection

from tidings.domain import applications, events
from tidings.domain.custom_fields import changed_fields
from tidings.domain.directory import Entry, read_entry
from tidings.domain.events import Wanted
from tidings.errors import Conflict, Invalid, NotFound
from tidings.records.event import CustomField, Event, EventChanges, EventDraft, FieldChange
from tidings.records.event_type import EventTypeDraft
from tidings.storage.event_types import insert_event_type

NOW = 1_795_000_000_000
SECRET = b"a secret"


def shop(connection: Connection, name: str) -> Entry:
    """An application with three event types."""
    created = applications.create(connection, name, "https://a.example", NOW).entry
    for tag in ("refund", "visit"):
        insert_event_type(connection, created.application.id, EventTypeDraft(tag, tag, "{{ title }}"), NOW)
    return read_entry(connection, created.application)


@pytest.fixture
def entry(connection: Connection) -> Entry:
    return shop(connection, "Shop")


@pytest.fixture
def other(connection: Connection) -> Entry:
    return shop(connection, "Other")


def record(connection: Connection, entry: Entry, **fields: object) -> Event:
    fields.setdefault("event_type_id", next(iter(entry.event_types)))
    new = events.new_event(entry, EventDraft(**fields), SECRET, NOW)  # type: ignore[arg-type]
    return events.record(connection, [new])[0].event


def update(connection: Connection, entry: Entry, event: Event, **changes: object) -> Event:
    return events.update(
        connection,
        entry=entry,
        event_id=event.id,
        changes=EventChanges(**changes),  # type: ignore[arg-type]
        secret=SECRET,
        now=NOW + 5,
    )


def test_event_type_by_event_type(connection: Connection, entry: Entry, other: Entry) -> None:
    record(connection, other)
    types = list(entry.event_types)
    made = [record(connection, entry, event_type_id=types[n % 2 * 2], created_at=NOW + n * 7 % 5) for n in range(11)]
    newest = sorted(made, key=lambda event: (event.created_at, event.id), reverse=True)
    for descending in (True, False):
        wanted = sorted(newest, key=lambda event: event.event_type_id, reverse=descending)
        if descending:
            wanted = sorted(newest, key=lambda event: -event.event_type_id)
        found = []
        for page in range(1, 7):
            shown = events.list_page(
                connection,
                entry=entry,
                wanted=Wanted(2, page=page, by_type=True, descending=descending, with_total=True),
            )
            found += shown.events
            assert (shown.total, shown.has_more) == (11, page < 6)
        assert found == wanted
    assert events.list_page(connection, entry=entry, wanted=Wanted(2, page=7, by_type=True)).events == []
    only = events.list_page(connection, entry=entry, wanted=Wanted(50, event_type_id=types[2], with_total=True))
    assert (only.total, {event.event_type_id for event in only.events}) == (5, {types[2]})


def test_a_list_of_anothers_event_type_is_refused(connection: Connection, entry: Entry, other: Entry) -> None:
    foreign = record(connection, other)
    for wanted in (Wanted(5, event_type_id=foreign.event_type_id), Wanted(5, after=foreign.id)):
        with pytest.raises(Invalid):
            events.list_page(connection, entry=entry, wanted=wanted)


def test_the_cursor_may_be_an_event_of_another_type_or_gone(connection: Connection, entry: Entry) -> None:
    one, two, _ = entry.event_types
    old = record(connection, entry, event_type_id=two, created_at=5)
    start = record(connection, entry, event_type_id=one, created_at=7)
    record(connection, entry, event_type_id=two, created_at=9)
    by_id = Wanted(5, event_type_id=two, after=start.id)
    with_time = Wanted(5, event_type_id=two, after=start.id, after_time=start.created_at)
    for wanted in (by_id, with_time):
        assert events.list_page(connection, entry=entry, wanted=wanted).events == [old]
    events.delete(connection, application_id=entry.application.id, event_id=start.id)
    assert events.list_page(connection, entry=entry, wanted=with_time).events == [old]
    with pytest.raises(Invalid):
        events.list_page(connection, entry=entry, wanted=by_id)


def test_find(connection: Connection, entry: Entry, other: Entry) -> None:
    record(connection, other, external_id="x", email_address="a@b.example")
    application_id = entry.application.id
    with pytest.raises(NotFound):
        events.find_by_external_id(connection, application_id=application_id, external_ids=["x"])
    with pytest.raises(NotFound):
        events.find_by_email(connection, application_id=application_id, address="a@b.example", secret=SECRET)
    old = record(connection, entry, email_address="A@b.example ", created_at=5)
    mine = record(connection, entry, external_id="x", email_address="a@B.example", created_at=9)
    assert events.find_by_external_id(connection, application_id=application_id, external_ids=["y", "x"]) == mine
    assert events.find_by_email(connection, application_id=application_id, address=" a@b.EXAMPLE", secret=SECRET) == mine
    events.delete(connection, application_id=application_id, event_id=mine.id)
    assert events.find_by_email(connection, application_id=application_id, address="a@b.example", secret=SECRET) == old


def test_update_counts_the_event_where_it_now_belongs(connection: Connection, entry: Entry) -> None:
    one, two, _ = entry.event_types
    event = record(connection, entry, event_type_id=one)
    record(connection, entry, event_type_id=one)
    assert update(connection, entry, event, event_type_tag="refund").event_type_id == two

    def total(event_type_id: int | None) -> int | None:
        wanted = Wanted(5, event_type_id=event_type_id, with_total=True)
        return events.list_page(connection, entry=entry, wanted=wanted).total

    assert (total(None), total(one), total(two)) == (2, 1, 1)


def test_update_knows_when(connection: Connection, entry: Entry, other: Entry) -> None:
    event = record(connection, entry, title="a", external_id="x")
    assert update(connection, entry, event, title="a") == event
    assert update(connection, entry, event, title="b").updated_at == NOW + 5
    assert update(connection, entry, event, email_address=None).updated_at == NOW + 5
    with pytest.raises(NotFound):
        update(connection, other, event, title="c")
    with pytest.raises(Conflict):
        update(connection, entry, record(connection, entry), external_id="x")


def test_numbers_of_custom_fields_are_not_given_again_while_there_are_others() -> None:
    fields: tuple[CustomField, ...] = ()
    for turn in range(2_500):
        changes = [FieldChange(None, f"k{turn}", "v"), FieldChange(None, f"k{turn - 1}", None, remove=True)]
        fields = changed_fields(fields, changes)
        assert len(fields) == 1
        assert 1 <= fields[0].number <= 999


def test_fifty_custom_fields_and_no_more() -> None:
    fields = changed_fields((), [FieldChange(None, str(number), "v") for number in range(50)])
    assert [field.number for field in fields] == list(range(1, 51))
    swapped = changed_fields(fields, [FieldChange(None, "new", "v"), FieldChange(7, None, None, remove=True)])
    assert len(swapped) == 50
    with pytest.raises(Invalid):
        changed_fields(fields, [FieldChange(None, "new", "v")])
    with pytest.raises(Invalid):
        changed_fields(fields, [FieldChange(51, "x", "v")])
