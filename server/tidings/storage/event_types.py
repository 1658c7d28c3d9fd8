"""Event types in SQL."""

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from tidings.records.event_type import EventType, EventTypeDraft
from tidings.records.page_rule import PageRule
from tidings.storage.event_counts import Change, Scope, count, forget, recount, total
from tidings.storage.store import bump_revision
from tidings.storage.tables import event_types, events

# Up to here the counts are corrected event by event; beyond, counting anew costs less.
FEW = 5_000
# Events whose counts are corrected by one statement.
_AT_ONCE = 500

_of_application = event_types.c.application_id == bindparam("application_id")
_by_application = select(event_types).where(_of_application).order_by(event_types.c.id)
_by_id = select(event_types).where(_of_application, event_types.c.id == bindparam("id"))
_by_name = select(event_types.c.id).where(_of_application, event_types.c.name == bindparam("name"))
_tags = select(event_types.c.id, event_types.c.tag).where(_of_application)
_update = update(event_types).where(
    event_types.c.application_id == bindparam("of_application"), event_types.c.id == bindparam("event_type_id")
)
_delete = delete(event_types).where(_of_application, event_types.c.id == bindparam("event_type_id"))
# One walk along the index events_by_type.
_of_type = events.c.event_type_id == bindparam("event_type_id")
_places = select(events.c.created_at, events.c.id).where(_of_type)
_delete_events = delete(events).where(_of_type)


def insert_event_type(connection: Connection, application_id: int, draft: EventTypeDraft, now: int) -> EventType:
    """Stores a new event type, its tag made already, and returns it with its id. `now`: milliseconds."""
    values = {
        "application_id": application_id,
        "name": draft.name,
        "tag": draft.tag,
        "message": draft.message,
        "markdown_enabled": draft.markdown_enabled,
        "image_url": draft.image_url,
        "use_avatar": draft.use_avatar,
        "use_ip_mapping": draft.use_ip_mapping,
        "page_rules": _json(draft.page_rules),
        "created_at": now,
        "updated_at": now,
    }
    row = connection.execute(insert(event_types).returning(event_types), values).one()
    bump_revision(connection)
    return _event_type(row)


def event_types_of(connection: Connection, application_id: int) -> list[EventType]:
    """Every event type of an application, oldest first."""
    return [_event_type(row) for row in connection.execute(_by_application, {"application_id": application_id})]


def event_type_by_id(connection: Connection, application_id: int, event_type_id: int) -> EventType | None:
    """One event type of an application."""
    row = connection.execute(_by_id, {"application_id": application_id, "id": event_type_id}).one_or_none()
    return None if row is None else _event_type(row)


def id_of_name(connection: Connection, application_id: int, name: str) -> int | None:
    """The event type of an application that has exactly this name, by its id."""
    return connection.execute(_by_name, {"application_id": application_id, "name": name}).scalar_one_or_none()


def tags_of(connection: Connection, application_id: int) -> dict[int, str]:
    """The tags of an application by event type."""
    return {row.id: row.tag for row in connection.execute(_tags, {"application_id": application_id})}


def update_event_type(connection: Connection, event_type: EventType) -> None:
    """Stores an event type that is there, as it is to be from now on."""
    values = {
        "name": event_type.name,
        "tag": event_type.tag,
        "message": event_type.message,
        "markdown_enabled": event_type.markdown_enabled,
        "image_url": event_type.image_url,
        "use_avatar": event_type.use_avatar,
        "use_ip_mapping": event_type.use_ip_mapping,
        "page_rules": _json(event_type.page_rules),
        "updated_at": event_type.updated_at,
    }
    named = {"of_application": event_type.application_id, "event_type_id": event_type.id}
    connection.execute(_update.values(**values), named)
    bump_revision(connection)


def has_events(connection: Connection, event_type_id: int) -> bool:
    """Whether there is any event of this type."""
    return connection.execute(_places.limit(1), {"event_type_id": event_type_id}).first() is not None


def delete_event_type(connection: Connection, application_id: int, event_type_id: int) -> None:
    """Removes an event type and its events, however many: along their index, in the transaction of `connection`."""
    named = {"application_id": application_id, "event_type_id": event_type_id}
    scope = Scope(application_id, event_type_id)
    many = total(connection, scope) > FEW
    if not many:
        gone = [
            Change(application_id, event_type_id, row.created_at, row.id, -1) for row in connection.execute(_places, named)
        ]
        for start in range(0, len(gone), _AT_ONCE):
            count(connection, gone[start : start + _AT_ONCE])
    connection.execute(_delete_events, named)
    if many:
        recount(connection, Scope(application_id))
    forget(connection, scope)
    connection.execute(_delete, named)
    bump_revision(connection)


def _json(rules: tuple[PageRule, ...]) -> str:
    return msgspec.json.encode(rules).decode()


def _event_type(row: Row[tuple[object, ...]]) -> EventType:
    values = dict(row._mapping)
    values["page_rules"] = msgspec.json.decode(values["page_rules"], type=tuple[PageRule, ...])
    return EventType(**values)
