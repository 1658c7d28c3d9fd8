"""Events in SQL."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlalchemy.exc import IntegrityError

from tidings.errors import Invalid
from tidings.records.event import CustomField, Event, EventDraft
from tidings.storage.tables import events

_columns = [column for column in events.c if column.name != "email_hash"]
_fields = msgspec.json.Decoder(tuple[CustomField, ...])
_encode = msgspec.json.Encoder().encode

# Made once: SQLAlchemy finds the compiled text of a statement faster when it is the same object.
_insert = insert(events)
_insert_once = insert_or(events).on_conflict_do_nothing(index_elements=["application_id", "external_id"])
_of_application = events.c.application_id == bindparam("application_id")
_by_id = select(*_columns).where(_of_application, events.c.id == bindparam("id"))
_by_external_id = select(*_columns).where(_of_application, events.c.external_id == bindparam("external_id"))
_newest = (
    select(*_columns)
    .where(_of_application)
    .order_by(events.c.created_at.desc(), events.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_newest_since = (
    select(*_columns)
    .where(_of_application, events.c.created_at >= bindparam("since"))
    .order_by(events.c.created_at.desc(), events.c.id.desc())
    .limit(bindparam("limit"))
)
_count = select(func.count()).select_from(events).where(_of_application)
_delete = delete(events).where(_of_application, events.c.id == bindparam("event_id"))


def insert_event(
    connection: Connection,
    application_id: int,
    event_type_id: int,
    draft: EventDraft,
    email_hash: bytes | None,
    now: int,
) -> tuple[Event, bool]:
    """Stores an event, or finds the one that has its external id already.

    Returns the event as stored and whether it is new. `now`: milliseconds. Raises Invalid when the event type is gone.
    """
    created_at = now if draft.created_at is None else draft.created_at
    values: dict[str, Any] = {
        "application_id": application_id,
        "event_type_id": event_type_id,
        "external_id": draft.external_id,
        "url": draft.url,
        "first_name": draft.first_name,
        "city": draft.city,
        "province": draft.province,
        "country": draft.country,
        "title": draft.title,
        "image_url": draft.image_url,
        "email_hash": email_hash,
        "custom_fields": _encode(draft.custom_fields).decode() if draft.custom_fields else None,
        "created_at": created_at,
        "updated_at": now,
    }
    try:
        result = connection.execute(_insert if draft.external_id is None else _insert_once, values)
    except IntegrityError:
        # The only constraint left: the event type went away between the look-up and now.
        raise Invalid("Event type is unknown", field="event_type_id", code="unknown_event_type") from None
    if result.rowcount == 0:
        known = {"application_id": application_id, "external_id": draft.external_id}
        return _event(connection.execute(_by_external_id, known).one()), False
    del values["email_hash"]
    values["custom_fields"] = draft.custom_fields
    return Event(id=result.lastrowid, **values), True


def event_by_id(connection: Connection, application_id: int, event_id: int) -> Event | None:
    """One event of an application."""
    row = connection.execute(_by_id, {"application_id": application_id, "id": event_id}).one_or_none()
    return None if row is None else _event(row)


def newest_events(connection: Connection, application_id: int, limit: int, offset: int = 0) -> list[Event]:
    """Events of an application, newest first."""
    rows = connection.execute(_newest, {"application_id": application_id, "limit": limit, "offset": offset})
    return [_event(row) for row in rows]


def newest_events_since(connection: Connection, application_id: int, since: int, limit: int) -> list[Event]:
    """Events of an application created at `since` (milliseconds) or later, newest first."""
    rows = connection.execute(_newest_since, {"application_id": application_id, "since": since, "limit": limit})
    return [_event(row) for row in rows]


def count_events(connection: Connection, application_id: int) -> int:
    """How many events an application has."""
    return connection.execute(_count, {"application_id": application_id}).scalar_one()


def delete_event(connection: Connection, application_id: int, event_id: int) -> bool:
    """Removes one event; whether there was one."""
    return connection.execute(_delete, {"application_id": application_id, "event_id": event_id}).rowcount > 0


def _event(row: Row[tuple[object, ...]]) -> Event:
    values = dict(row._mapping)
    fields = values["custom_fields"]
    values["custom_fields"] = () if fields is None else _fields.decode(fields)
    return Event(**values)
