"""Finding events in the dashboard: one by what only it has, and pages of the newest by what they hold."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain.directory import Entry
from tidings.domain.events import email_hashes
from tidings.records.event import Event
from tidings.render.countries import country_code
from tidings.storage import event_arrivals
from tidings.storage import event_search as stored
from tidings.storage.event_counts import Place
from tidings.storage.event_search import NEWEST, Filter
from tidings.storage.events import event_by_external_id, event_by_id

PER_PAGE = 50
# Events that one page looks through where no index has just those that are wanted: some hundredths of a second at the most.
LOOKED_THROUGH = 3_000


class Exactly(Struct, frozen=True):
    """Events that were found by what they are named with: "event id", "external id" or "e-mail address"."""

    by: str
    events: list[Event]


class Found(Struct, frozen=True):
    """A page of what was found, newest first. `exactly` comes with the first page only.

    `looked_at`: how many events were gone through for it; `until`: the last of those, from which on there may be more.
    `last`: the id that no event had gone beyond when it was looked; `arrived` goes on from there.
    """

    events: list[Event]
    exactly: list[Exactly]
    looked_at: int
    until: Place | None
    last: int


class Arrived(Struct, frozen=True):
    """Events that came since, newest first by their own time; `last`: the id to go on from.

    `whole`: so many came that these are the first page of the list anew, and `until` where its next page begins.
    `number`: how many came; None where they were too many to count.
    """

    events: list[Event]
    number: int | None
    last: int
    whole: bool = False
    until: Place | None = None


def search(connection: Connection, *, entry: Entry, wanted: Filter, before: Place | None, secret: bytes) -> Found:
    """A page of the events that are wanted, after a place in the order of their time, or from the newest on."""
    application_id = entry.application.id
    last = event_arrivals.last_id(connection)
    code = country_code(wanted.words)
    if code != wanted.words:
        wanted = msgspec.structs.replace(wanted, country=code)
    # Found on every page, so that those of the first do not come again in their place on a later one.
    exactly = _exactly(connection, application_id, wanted, secret) if wanted.words else []
    looked = stored.look(connection, application_id, wanted, before or NEWEST, limit=PER_PAGE, most=LOOKED_THROUGH)
    named = {event.id for group in exactly for event in group.events}
    events = [event for event in looked.events if event.id not in named]
    return Found(events, exactly if before is None else [], looked.looked_at, looked.until, last)


def arrived(connection: Connection, *, entry: Entry, wanted: Filter, after: int) -> Arrived:
    """What came after the event with the id `after`, whatever its own time; no more rows than a page has."""
    application_id = entry.application.id
    last = event_arrivals.last_id(connection)
    number: int | None = None
    if last - after <= event_arrivals.MOST_IDS:
        came = event_arrivals.came(connection, application_id, wanted, after=after, last=last, limit=PER_PAGE)
        if came.number <= PER_PAGE:
            return Arrived(came.events, came.number, last)
        number = came.number
    looked = stored.look(connection, application_id, wanted, NEWEST, limit=PER_PAGE, most=LOOKED_THROUGH)
    return Arrived(looked.events, number, last, whole=True, until=looked.until)


def _exactly(connection: Connection, application_id: int, wanted: Filter, secret: bytes) -> list[Exactly]:
    words = wanted.words
    by_id = (
        event_by_id(connection, application_id, int(words))
        if words.isascii() and words.isdigit() and len(words) < 19
        else None
    )
    by_external_id = event_by_external_id(connection, application_id, words)
    by_email: list[Event] = []
    if "@" in words:
        for one in email_hashes(words, secret):
            by_email += stored.events_by_email(connection, application_id, one, PER_PAGE)
    by_email.sort(key=lambda event: (event.created_at, event.id), reverse=True)
    groups = [
        Exactly("event id", _wanted(wanted, [by_id] if by_id else [])),
        Exactly("external id", _wanted(wanted, [by_external_id] if by_external_id else [])),
        Exactly("e-mail address", _wanted(wanted, by_email)),
    ]
    return [group for group in groups if group.events]


def _wanted(wanted: Filter, events: Iterable[Event]) -> list[Event]:
    return [
        event
        for event in events
        if wanted.event_type_id in (None, event.event_type_id) and wanted.provenance in (None, event.provenance)
    ]
