"""What people do to single events in the dashboard: adding, changing, deleting; each with its line in the audit log."""

from sqlalchemy import Connection

from tidings.domain import audit, events
from tidings.domain.directory import Entry
from tidings.errors import Conflict, Invalid
from tidings.records.event import Event, EventChanges, EventDraft
from tidings.records.user import Actor
from tidings.render.values import lacks_title


def add(connection: Connection, *, entry: Entry, draft: EventDraft, secret: bytes, by: Actor, now: int) -> Event:
    """Records an event that somebody knows of. It keeps its own time, and shows as old as it is.

    Raises Invalid, also for a time that is still to come, and without a title where the wording says one; Conflict for an
    external id that another event has.
    """
    if draft.created_at is not None and draft.created_at > now:
        raise Invalid("That is still to come: an event has happened", field="created_at", code="out_of_range")
    new = events.new_event(entry, draft, secret, now, provenance="manual")
    event_type = entry.event_types[new.event_type_id]
    if not draft.title and lacks_title(event_type, draft):
        raise Invalid(f"What was it? The wording of “{event_type.name}” says it", field="title", code="blank")
    (recorded,) = events.record(connection, [new])
    if not recorded.is_new:
        raise Conflict("Another event has this external id", field="external_id", code="external_id_taken")
    _note(connection, by, "event.created", recorded.event, now)
    return recorded.event


def change(
    connection: Connection, *, entry: Entry, event_id: int, changes: EventChanges, secret: bytes, by: Actor, now: int
) -> Event:
    """Changes an event; when it was and where it came from stay. Raises as `events.update`."""
    before = events.retrieve(connection, application_id=entry.application.id, event_id=event_id)
    after = events.update(connection, entry=entry, event_id=event_id, changes=changes, secret=secret, now=now)
    if after != before:
        _note(connection, by, "event.updated", after, now)
    return after


def remove(connection: Connection, *, application_id: int, event_id: int, by: Actor, now: int) -> None:
    """Deletes an event. Raises NotFound."""
    event = events.retrieve(connection, application_id=application_id, event_id=event_id)
    events.delete(connection, application_id=application_id, event_id=event_id)
    _note(connection, by, "event.deleted", event, now)


def _note(connection: Connection, by: Actor, deed: str, event: Event, now: int) -> None:
    # By its number alone: the log is not cleaned when a person is forgotten.
    audit.note(connection, by, deed, application_id=event.application_id, subject=f"event {event.id}", now=now)
