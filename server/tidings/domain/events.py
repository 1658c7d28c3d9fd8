"""Events: recording, reading, listing and deleting them."""

import hashlib
import hmac
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain.directory import Entry
from tidings.errors import NotFound
from tidings.records.event import Event, EventDraft, NewEvent
from tidings.storage.events import count_events, delete_event, event_by_id, insert_events, newest_events


class Recorded(Struct, frozen=True):
    """An event as stored; `is_new` False: it was there already, under the same external id."""

    event: Event
    is_new: bool


class Page(Struct, frozen=True):
    """One page of events, newest first; `total` is counted only when it was asked for."""

    events: list[Event]
    total: int | None


def new_event(entry: Entry, draft: EventDraft, secret: bytes, now: int) -> NewEvent:
    """A draft made ready for `record`. `now`: milliseconds.

    Raises Invalid when the draft names no event type of this application.
    """
    event_type = entry.event_type(draft.event_type_id, draft.event_type_tag)
    hashed = email_hash(draft.email_address, secret) if draft.email_address else None
    return NewEvent(entry.application.id, event_type.id, draft, hashed, now)


def record(connection: Connection, new: Sequence[NewEvent]) -> list[Recorded]:
    """Stores events, in order; one with a known external id is given back unchanged."""
    return [Recorded(event, is_new) for event, is_new in insert_events(connection, new)]


def retrieve(connection: Connection, *, application_id: int, event_id: int) -> Event:
    """One event. Raises NotFound, for another application's event too: nobody learns that it exists."""
    event = event_by_id(connection, application_id, event_id)
    if event is None:
        raise NotFound("Event not found", code="event_not_found")
    return event


def list_page(connection: Connection, *, application_id: int, page: int, per_page: int, with_total: bool) -> Page:
    """A page of events, newest first; `page` from 1. A page past the end is empty."""
    found = newest_events(connection, application_id, per_page, (page - 1) * per_page)
    return Page(found, count_events(connection, application_id) if with_total else None)


def delete(connection: Connection, *, application_id: int, event_id: int) -> None:
    """Removes one event. Raises NotFound."""
    if not delete_event(connection, application_id, event_id):
        raise NotFound("Event not found", code="event_not_found")


def email_hash(address: str, secret: bytes) -> bytes:
    """All that is kept of an e-mail address: a hash under this server's own key, the same for the same address."""
    return hmac.digest(secret, address.strip().lower().encode("utf-8"), hashlib.sha256)
