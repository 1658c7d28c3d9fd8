"""Event types in SQL."""

from sqlalchemy import Connection, bindparam, insert, select

from tidings.records.event_type import EventType, EventTypeDraft
from tidings.storage.store import bump_revision
from tidings.storage.tables import event_types

_by_application = (
    select(event_types).where(event_types.c.application_id == bindparam("application_id")).order_by(event_types.c.id)
)


def insert_event_type(connection: Connection, application_id: int, draft: EventTypeDraft, now: int) -> EventType:
    """Stores a new event type and returns it with its id. `now`: milliseconds."""
    values = {
        "application_id": application_id,
        "name": draft.name,
        "tag": draft.tag,
        "message": draft.message,
        "image_url": draft.image_url,
        "created_at": now,
        "updated_at": now,
    }
    row = connection.execute(insert(event_types).returning(event_types), values).one()
    bump_revision(connection)
    return EventType(**row._mapping)


def event_types_of(connection: Connection, application_id: int) -> list[EventType]:
    """Every event type of an application, oldest first."""
    return [EventType(**row._mapping) for row in connection.execute(_by_application, {"application_id": application_id})]
