"""What the wordings of an application say of real events, and which of their variables no event has."""

import difflib
from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from tidings.domain.directory import Entry
from tidings.domain.showing import Said, said
from tidings.render.template_parser import names_in
from tidings.storage.event_counts import Scope
from tidings.storage.event_lists import events_at, newest_events

# Events of an application that are asked for the names of their custom fields.
LOOKED_AT = 50
# Event types whose newest event is looked up for a list.
MOST_SAID = 50


def newest_said(connection: Connection, entry: Entry, now: int) -> dict[int, Said]:
    """What the newest event of each event type says, by the type's id; none where there is no event. `now`: milliseconds."""
    found = {}
    for number in list(entry.event_types)[:MOST_SAID]:
        for event in events_at(connection, Scope(entry.application.id, number), limit=1):
            found[number] = said(entry, event, now)
    return found


def custom_names(connection: Connection, application_id: int) -> set[str]:
    """What the custom fields of the last events are called in a wording."""
    events = newest_events(connection, application_id, LOOKED_AT)
    return {field.key.strip().replace(" ", "_").replace("-", "_") for event in events for field in event.custom_fields}


def unknown(message: str, known: Collection[str]) -> list[tuple[str, str]]:
    """The variables of a message that are not known, each with the nearest that is, "" where none is near.

    Raises Invalid for a message that can not be read.
    """
    missing: Iterable[str] = sorted(names_in(message) - set(known))
    return [(name, next(iter(difflib.get_close_matches(name[:100], sorted(known), 1)), "")) for name in missing]
