"""Events: recording, reading, listing, changing and deleting them."""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import Connection

from tidings.domain.custom_fields import changed_fields
from tidings.domain.directory import Entry
from tidings.domain.places import Place, Places
from tidings.errors import Conflict, Invalid, NotFound
from tidings.records.event import Event, EventChanges, EventDraft, NewEvent, Provenance
from tidings.render.values import event_image
from tidings.storage import events as stored
from tidings.storage.event_counts import Scope, total, totals_by_type
from tidings.storage.event_lists import events_after, events_at


class Recorded(Struct, frozen=True):
    """An event as stored; `is_new` False: it was there already, under the same external id."""

    event: Event
    is_new: bool


class Wanted(Struct, frozen=True):
    """Which events a list shows.

    `page` counts from 1; `after`: the id of the event that the list goes on from, then `page` is 1. `after_time`: when
    that event was, in milliseconds; with it the event need not be there any more.
    `by_type`: in the order of their event types, ascending unless `descending`, and newest first within each.
    """

    per_page: int
    page: int = 1
    after: int | None = None
    after_time: int | None = None
    event_type_id: int | None = None
    by_type: bool = False
    descending: bool = True
    with_total: bool = False


class Page(Struct, frozen=True):
    """One page of events; `total` is looked up only when it was asked for. `has_more`: there is a next page."""

    events: list[Event]
    total: int | None
    has_more: bool


def new_event(
    entry: Entry,
    draft: EventDraft,
    secret: bytes,
    now: int,
    places: Places | None = None,
    provenance: Provenance = "api",
) -> NewEvent:
    """A draft made ready for `record`, its place looked up where it has none but an address. `now`: milliseconds.

    `provenance` is what the door knows of itself; no member of a request says it.

    Raises Invalid when the draft names no event type of this application.
    """
    event_type = entry.event_type(draft.event_type_id, draft.event_type_tag)
    hashed = email_hash(draft.email_address, secret) if draft.email_address else None
    if draft.ip_address:
        place = _place(places, draft.ip_address, draft.city, draft.country)
        draft = msgspec.structs.replace(draft, ip_address=None, city=place.city, country=place.country)
    return NewEvent(entry.application.id, event_type.id, draft, hashed, now, provenance)


def record(connection: Connection, new: Sequence[NewEvent]) -> list[Recorded]:
    """Stores events, in order; one with a known external id is given back unchanged."""
    return [Recorded(event, is_new) for event, is_new in stored.insert_events(connection, new)]


def retrieve(connection: Connection, *, application_id: int, event_id: int) -> Event:
    """One event. Raises NotFound, for another application's event too: nobody learns that it exists."""
    event = stored.event_by_id(connection, application_id, event_id)
    if event is None:
        raise _not_found()
    return event


def find_by_external_id(connection: Connection, *, application_id: int, external_ids: Sequence[str]) -> Event:
    """The event with the first of these ids that one has. Raises NotFound."""
    for external_id in external_ids:
        event = stored.event_by_external_id(connection, application_id, external_id)
        if event is not None:
            return event
    raise _not_found()


def find_by_email(connection: Connection, *, application_id: int, address: str, secret: bytes) -> Event:
    """The newest event with this e-mail address. Raises NotFound."""
    found = [stored.newest_by_email(connection, application_id, one) for one in email_hashes(address, secret)]
    events = [one for one in found if one is not None]
    if not events:
        raise _not_found()
    return max(events, key=lambda one: (one.created_at, one.id))


def list_page(connection: Connection, *, entry: Entry, wanted: Wanted) -> Page:
    """A page of events. A page past the end is empty. Raises Invalid for an event type or a start that is not there."""
    application_id = entry.application.id
    if wanted.event_type_id is not None and wanted.event_type_id not in entry.event_types:
        raise Invalid("event_type_id names no event type", field="event_type_id", code="unknown_event_type")
    scope = Scope(application_id, wanted.event_type_id or 0)
    limit, offset = wanted.per_page + 1, (wanted.page - 1) * wanted.per_page
    if wanted.after is not None:
        at = wanted.after_time
        if at is None:
            at = _time_of(connection, application_id, wanted.after)
        found = events_after(connection, scope, (at, wanted.after), limit=limit, newest_first=wanted.descending)
    elif wanted.by_type and wanted.event_type_id is None:
        found = _by_type(connection, application_id, limit, offset, descending=wanted.descending)
    else:
        # All of one type: their order among themselves is newest first.
        newest_first = wanted.descending or wanted.by_type
        found = events_at(connection, scope, limit=limit, offset=offset, newest_first=newest_first)
    counted = total(connection, scope) if wanted.with_total else None
    return Page(found[: wanted.per_page], counted, has_more=len(found) > wanted.per_page)


def number_of_type(connection: Connection, *, application_id: int, event_type_id: int) -> int:
    """How many events an event type has."""
    return total(connection, Scope(application_id, event_type_id))


def _time_of(connection: Connection, application_id: int, event_id: int) -> int:
    event = stored.event_by_id(connection, application_id, event_id)
    if event is None:
        raise Invalid("after names no event", field="after", code="unknown_event")
    return event.created_at


def _by_type(connection: Connection, application_id: int, limit: int, offset: int, *, descending: bool) -> list[Event]:
    """Type by type; the kept counts say which types lie before the page."""
    found: list[Event] = []
    totals = totals_by_type(connection, application_id)
    for event_type_id, number in reversed(totals) if descending else totals:
        if offset >= number:
            offset -= number
            continue
        scope = Scope(application_id, event_type_id)
        found += events_at(connection, scope, limit=limit - len(found), offset=offset)
        offset = 0
        if len(found) >= limit:
            break
    return found


def update(
    connection: Connection,
    *,
    entry: Entry,
    event_id: int,
    changes: EventChanges,
    secret: bytes,
    now: int,
    places: Places | None = None,
) -> Event:
    """Changes an event; `now` is when, if anything changes at all.

    Raises NotFound; Conflict for an external id that another event has; Invalid.
    """
    before = retrieve(connection, application_id=entry.application.id, event_id=event_id)
    after = _changed(entry, before, changes, places)
    email = changes.email_address
    if not isinstance(email, UnsetType):
        stored.set_email_hash(connection, before, email_hash(email, secret) if email else None)
    elif after == before:
        return before
    if after.external_id is not None and after.external_id != before.external_id:
        other = stored.event_by_external_id(connection, before.application_id, after.external_id)
        if other is not None:
            raise Conflict("External id is taken by another event", field="external_id", code="external_id_taken")
    after = msgspec.structs.replace(after, updated_at=now)
    stored.update_event(connection, before, after)
    return after


def _changed(entry: Entry, event: Event, changes: EventChanges, places: Places | None) -> Event:
    names = ("external_id", "url", "first_name", "city", "province", "country", "title", "image_url")
    values = {name: value for name in names if (value := getattr(changes, name)) is not UNSET}
    if changes.event_type_id is not None or changes.event_type_tag is not None:
        values["event_type_id"] = entry.event_type(changes.event_type_id, changes.event_type_tag).id
    event_type = entry.event_types.get(event.event_type_id)
    shown = event_image(event, event_type, entry.application.display) if event_type else None
    if "image_url" in values and event.image_url is None and values["image_url"] == shown:
        del values["image_url"]  # a fetched event that comes back carries the picture of its type: not its own for that
    if changes.custom_fields is None:
        values["custom_fields"] = ()
    elif changes.custom_fields:
        values["custom_fields"] = changed_fields(event.custom_fields, changes.custom_fields)
    changed = msgspec.structs.replace(event, **values)
    if changes.ip_address:
        place = _place(places, changes.ip_address, changed.city, changed.country)
        changed = msgspec.structs.replace(changed, city=place.city, country=place.country)
    return changed


def delete(connection: Connection, *, application_id: int, event_id: int) -> None:
    """Removes one event. Raises NotFound."""
    if not stored.delete_event(connection, application_id, event_id):
        raise _not_found()


def email_hash(address: str, secret: bytes) -> bytes:
    """All that is kept of an e-mail address: a hash under this server's own key, the same for the same address.

    In Unicode's composed form (NFC): a keyboard's é and that of a Mac's file names are one.
    """
    return _hash_of_text(unicodedata.normalize("NFC", address), secret)


def email_hashes(address: str, secret: bytes) -> set[bytes]:
    """What events with this address may be kept under: `email_hash`, and what earlier versions made of other spellings."""
    return {_hash_of_text(unicodedata.normalize(form, address), secret) for form in ("NFC", "NFD")}


def _hash_of_text(text: str, secret: bytes) -> bytes:
    return hmac.digest(secret, text.strip().lower().encode("utf-8"), hashlib.sha256)


def _place(places: Places | None, address: str, city: str | None, country: str | None) -> Place:
    """Where the event is: as it says itself, or by its address when it says nothing."""
    if places is None or city is not None or country is not None:
        return Place(city, country)
    return places.place(address)


def _not_found() -> NotFound:
    return NotFound("Event not found", code="event_not_found")
