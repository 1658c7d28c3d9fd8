"""Events in SQL."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, select
from sqlalchemy.exc import IntegrityError

from tidings.errors import Invalid
from tidings.records.event import CustomField, Event, NewEvent
from tidings.storage.event_counts import Change, count
from tidings.storage.tables import events

# Events that one statement looks up: it may have 32,766 values.
TYPES_AT_ONCE = 8_192
EVENT_COLUMNS = [column for column in events.c if column.name != "email_hash"]
_fields = msgspec.json.Decoder(tuple[CustomField, ...])
_encode = msgspec.json.Encoder().encode

# Made once: SQLAlchemy finds the compiled text of a statement faster when it is the same object.
# Ids are counted on from here, under the write lock, so that they are never given twice, not even after a deletion.
_LAST_ID = "SELECT seq FROM sqlite_sequence WHERE name = 'events'"
_of_application = events.c.application_id == bindparam("application_id")
_by_id = select(*EVENT_COLUMNS).where(_of_application, events.c.id == bindparam("id"))
_by_external_ids = select(*EVENT_COLUMNS).where(
    _of_application, events.c.external_id.in_(bindparam("external_ids", expanding=True))
)
_newest_since = (
    select(*EVENT_COLUMNS)
    .where(_of_application, events.c.created_at >= bindparam("since"))
    .order_by(events.c.created_at.desc(), events.c.id.desc())
    .limit(bindparam("limit"))
)
_by_email = (
    select(*EVENT_COLUMNS)
    .where(_of_application, events.c.email_hash == bindparam("email_hash"))
    .order_by(events.c.created_at.desc(), events.c.id.desc())
    .limit(1)
)
_one = (_of_application, events.c.id == bindparam("event_id"))
_staying = ("id", "application_id", "created_at", "provenance")
_changing = [column.name for column in EVENT_COLUMNS if column.name not in _staying]
# An UPDATE keeps the names of columns for itself.
_changed = (events.c.application_id == bindparam("of_application"), events.c.id == bindparam("event_id"))
_update = events.update().where(*_changed).values({name: bindparam(f"new_{name}") for name in _changing})
_update_email = events.update().where(*_changed).values(email_hash=bindparam("new_email_hash"))
_delete = delete(events).where(*_one).returning(events.c.event_type_id, events.c.created_at)


def insert_events(connection: Connection, new: Sequence[NewEvent]) -> list[tuple[Event, bool]]:
    """Stores events, or finds those whose external id is there already: each as stored, and whether it is new.

    One statement for all of them, and one for their counts. Raises Invalid when an event type is gone.
    """
    stored: list[tuple[Event, bool]] = []
    known = _known(connection, new)
    rows: list[Any] = []
    event_id = connection.exec_driver_sql(_LAST_ID).scalar() or 0
    for one in new:
        key = (one.application_id, one.draft.external_id)
        if one.draft.external_id is not None and key in known:
            stored.append((known[key], False))
            continue
        event_id += 1
        event = _event_of(event_id, one)
        known[key] = event
        stored.append((event, True))
        rows += _values(event, one.email_hash)
    if rows:
        try:
            connection.exec_driver_sql(_insert_text(len(rows) // len(events.c)), tuple(rows))
        except IntegrityError:
            raise _unknown_event_type() from None
        count(connection, (_change(event, 1) for event, is_new in stored if is_new))
    return stored


def update_event(connection: Connection, before: Event, after: Event) -> None:
    """Stores the event anew; what is kept of its e-mail address stays. Raises Invalid when its event type is gone."""
    columns = msgspec.structs.asdict(after) | {"custom_fields": _fields_text(after)}
    values = {f"new_{name}": columns[name] for name in _changing}
    try:
        connection.execute(_update, values | {"of_application": after.application_id, "event_id": after.id})
    except IntegrityError:
        raise _unknown_event_type() from None
    if after.event_type_id != before.event_type_id:
        count(connection, (_change(before, -1), _change(after, 1)))


def set_email_hash(connection: Connection, event: Event, email_hash: bytes | None) -> None:
    """Replaces what is kept of an event's e-mail address; None forgets it."""
    values = {"of_application": event.application_id, "event_id": event.id, "new_email_hash": email_hash}
    connection.execute(_update_email, values)


def _known(connection: Connection, new: Sequence[NewEvent]) -> dict[tuple[int, str | None], Event]:
    """The events that are there already, by application and external id."""
    wanted: dict[int, list[str]] = {}
    for one in new:
        if one.draft.external_id is not None:
            wanted.setdefault(one.application_id, []).append(one.draft.external_id)
    return {
        (application_id, event.external_id): event
        for application_id, external_ids in wanted.items()
        for event in map(
            event_of,
            connection.execute(_by_external_ids, {"application_id": application_id, "external_ids": external_ids}),
        )
    }


def _event_of(event_id: int, new: NewEvent) -> Event:
    draft = new.draft
    return Event(
        id=event_id,
        application_id=new.application_id,
        event_type_id=new.event_type_id,
        external_id=draft.external_id,
        url=draft.url,
        first_name=draft.first_name,
        city=draft.city,
        province=draft.province,
        country=draft.country,
        title=draft.title,
        image_url=draft.image_url,
        custom_fields=draft.custom_fields,
        created_at=new.now if draft.created_at is None else draft.created_at,
        updated_at=new.now,
        provenance=new.provenance,
    )


def _values(event: Event, email_hash: bytes | None) -> tuple[Any, ...]:
    """The columns of an event, in the order of the table."""
    return (
        event.id,
        event.application_id,
        event.event_type_id,
        event.external_id,
        event.url,
        event.first_name,
        event.city,
        event.province,
        event.country,
        event.title,
        event.image_url,
        email_hash,
        _fields_text(event),
        event.created_at,
        event.updated_at,
        event.provenance,
    )


@lru_cache(maxsize=512)
def _insert_text(rows: int) -> str:
    """One INSERT for so many rows: a statement of its own for each would cost more than the row."""
    names = ", ".join(column.name for column in events.c)
    row = f"({', '.join('?' * len(events.c))})"
    return f"INSERT INTO events ({names}) VALUES {', '.join([row] * rows)}"  # noqa: S608 - names of our own columns


def types_of(connection: Connection, event_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Of each of these events that is there: its application and its event type."""
    found: dict[int, tuple[int, int]] = {}
    ids = list(event_ids)
    for start in range(0, len(ids), TYPES_AT_ONCE):
        some = ids[start : start + TYPES_AT_ONCE]
        places = 1 << (len(some) - 1).bit_length()
        # Filled up with the last one again, so that few texts do for any number.
        values = tuple(some) + (some[-1],) * (places - len(some))
        for row in connection.exec_driver_sql(_types_text(places), values):
            found[row[0]] = (row[1], row[2])
    return found


@lru_cache(maxsize=16)
def _types_text(places: int) -> str:
    asked = ", ".join("?" * places)
    return f"SELECT id, application_id, event_type_id FROM events WHERE id IN ({asked})"  # noqa: S608 - only placeholders


def event_by_id(connection: Connection, application_id: int, event_id: int) -> Event | None:
    """One event of an application."""
    row = connection.execute(_by_id, {"application_id": application_id, "id": event_id}).one_or_none()
    return None if row is None else event_of(row)


def newest_events_since(connection: Connection, application_id: int, since: int, limit: int) -> list[Event]:
    """Events of an application created at `since` (milliseconds) or later, newest first."""
    rows = connection.execute(_newest_since, {"application_id": application_id, "since": since, "limit": limit})
    return [event_of(row) for row in rows]


def event_by_external_id(connection: Connection, application_id: int, external_id: str) -> Event | None:
    """The event of an application that carries an id of the client's."""
    values = {"application_id": application_id, "external_ids": [external_id]}
    row = connection.execute(_by_external_ids, values).one_or_none()
    return None if row is None else event_of(row)


def newest_by_email(connection: Connection, application_id: int, email_hash: bytes) -> Event | None:
    """The newest event of an application with this e-mail address."""
    values = {"application_id": application_id, "email_hash": email_hash}
    row = connection.execute(_by_email, values).one_or_none()
    return None if row is None else event_of(row)


def delete_event(connection: Connection, application_id: int, event_id: int) -> bool:
    """Removes one event; whether there was one."""
    row = connection.execute(_delete, {"application_id": application_id, "event_id": event_id}).one_or_none()
    if row is None:
        return False
    count(connection, [Change(application_id, row.event_type_id, row.created_at, event_id, by=-1)])
    return True


def _change(event: Event, by: int) -> Change:
    return Change(event.application_id, event.event_type_id, event.created_at, event.id, by)


def _fields_text(event: Event) -> str | None:
    return _encode(event.custom_fields).decode() if event.custom_fields else None


def _unknown_event_type() -> Invalid:
    # The only constraint left: an event type went away between the look-up and now.
    return Invalid("Event type is unknown", field="event_type_id", code="unknown_event_type")


def event_of(row: Row[Any]) -> Event:
    """An event from its row: all columns of EVENT_COLUMNS."""
    values = dict(row._mapping)
    fields = values["custom_fields"]
    values["custom_fields"] = () if fields is None else _fields.decode(fields)
    return Event(**values)
