"""Events in SQL."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, func, select
from sqlalchemy.exc import IntegrityError

from tidings.errors import Invalid
from tidings.records.event import CustomField, Event, NewEvent
from tidings.storage.tables import events

_columns = [column for column in events.c if column.name != "email_hash"]
_fields = msgspec.json.Decoder(tuple[CustomField, ...])
_encode = msgspec.json.Encoder().encode

# Made once: SQLAlchemy finds the compiled text of a statement faster when it is the same object.
# Ids are counted on from here, under the write lock, so that they are never given twice, not even after a deletion.
_LAST_ID = "SELECT seq FROM sqlite_sequence WHERE name = 'events'"
_of_application = events.c.application_id == bindparam("application_id")
_by_id = select(*_columns).where(_of_application, events.c.id == bindparam("id"))
_by_external_ids = select(*_columns).where(
    _of_application, events.c.external_id.in_(bindparam("external_ids", expanding=True))
)
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


def insert_events(connection: Connection, new: Sequence[NewEvent]) -> list[tuple[Event, bool]]:
    """Stores events, or finds those whose external id is there already: each as stored, and whether it is new.

    One statement for all of them. Raises Invalid when an event type is gone.
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
            # The only constraint left: an event type went away between the look-up and now.
            raise Invalid("Event type is unknown", field="event_type_id", code="unknown_event_type") from None
    return stored


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
            _event,
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
        _encode(event.custom_fields).decode() if event.custom_fields else None,
        event.created_at,
        event.updated_at,
    )


@lru_cache(maxsize=512)
def _insert_text(rows: int) -> str:
    """One INSERT for so many rows: a statement of its own for each would cost more than the row."""
    names = ", ".join(column.name for column in events.c)
    row = f"({', '.join('?' * len(events.c))})"
    return f"INSERT INTO events ({names}) VALUES {', '.join([row] * rows)}"  # noqa: S608 - names of our own columns


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
