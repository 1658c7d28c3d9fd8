"""The events of an application: the list as they come, searched, and what is new in it since it was drawn."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

from tidings.domain import event_search
from tidings.domain.directory import Entry
from tidings.domain.event_search import Arrived, Found
from tidings.domain.showing import said
from tidings.records.event import PROVENANCES, Event, Provenance
from tidings.render.labels import direction_of, locale_of
from tidings.storage.event_counts import Place
from tidings.storage.event_search import Filter
from tidings.surfaces.dashboard.plumbing import Page, Read, Route, Visit, Work
from tidings.surfaces.kinds import TEXT_LIMIT, parsed_id

# How the pages call where an event came from, and what that means.
ORIGINS: Mapping[Provenance, tuple[str, str]] = {
    "api": ("API", "Sent by a program over the API"),
    "import": ("Import", "From a file that was imported"),
    "manual": ("By hand", "Added by somebody in the dashboard"),
    "demo": ("Demo", "Made up by the demo"),
}


class Line(NamedTuple):
    """An event as a row of a list. `message`: what it says, "" for nothing."""

    event: Event
    message: str
    event_type: str
    who: str


def lines_of(entry: Entry, events: Sequence[Event], now: int) -> list[Line]:
    """Rows for events; `now`: milliseconds."""
    return [_line(entry, event, now) for event in events]


def _line(entry: Entry, event: Event, now: int) -> Line:
    event_type = entry.event_types.get(event.event_type_id)
    parts = (event.first_name, event.city, event.province, event.country)
    who = " · ".join(part for part in parts if part)
    return Line(event, said(entry, event, now).message, event_type.name if event_type else "", who)


def list_page(visit: Visit) -> Work:
    """The newest events, or those that are looked for; further back with `before`."""
    wanted, before = _filter(visit), _place(visit.query.get("before", ""))
    entry = visit.known_entry
    query = partial(event_search.search, entry=entry, wanted=wanted, before=before, secret=visit.context.secret)

    def drawn(found: Found) -> Page:
        here = f"{visit.base}/events"
        asked = _asked(wanted)
        lines = lines_of(entry, found.events, visit.now)
        is_all = not asked and before is None
        values = {
            "lines": lines,
            "exactly": [(one.by, lines_of(entry, one.events, visit.now)) for one in found.exactly],
            "wanted": wanted,
            "looked": _looked(wanted, found),
            "types": [("", "Every event type"), *((one.id, one.name) for one in entry.event_types.values())],
            "provenances": [("", "From anywhere"), *((name, ORIGINS[name][0]) for name in PROVENANCES)],
            "older": _address(here, asked | {"before": _written(found.until)}) if found.until else "",
            "newest": _address(here, asked) if before is not None else "",
            "live": _address(f"{here}/arrived", asked) if not wanted.words and before is None else "",
            "last": found.last,
            "has_older": found.until is not None,
            "is_filtered": bool(asked),
            "first_ever": is_all and not lines,
            "curl": _curl(visit),
            **shared(visit),
        }
        return Page("events.html", values)

    return Read(query, drawn)


def arrived(visit: Visit) -> Work:
    """The rows of events that came after the one with the id `after`, for a list that stands on a page already."""
    after = parsed_id(visit.query.get("after", "")) or 0
    entry = visit.known_entry
    query = partial(event_search.arrived, entry=entry, wanted=_filter(visit), after=after)

    def drawn(found: Arrived) -> Page:
        values = {
            "lines": lines_of(entry, found.events, visit.now),
            "number": found.number,
            "last": found.last,
            "whole": found.whole,
            "has_older": found.until is not None,
            **shared(visit),
        }
        return Page("events_arrived.html", values)

    return Read(query, drawn)


def shared(visit: Visit) -> dict[str, Any]:
    """What all pages with events are drawn with."""
    display = visit.application.display
    return {
        "origins": ORIGINS,
        "time_zone": display.time_zone,
        # That of the line in which a card has its message.
        "direction": direction_of(locale_of(display.language)),
        "may_edit": visit.may("editor"),
    }


def _curl(visit: Visit) -> str:
    """A command that sends a first event to this application, in a shell that has its token in $TOKEN."""
    event_type = next(iter(visit.known_entry.event_types.values()), None)
    body = {
        "event_type_tag": event_type.tag if event_type else "new_order",
        "first_name": "Ada",
        "city": "Lagos",
        "country": "NG",
        "title": "Notebook",
        "url": visit.application.url,
    }
    written = json.dumps(body, ensure_ascii=False).replace("'", "'\\''")
    return (
        f"curl {visit.context.settings.base_url}/api/v1/applications/me/events \\\n"
        f'  -H "Authorization: Token $TOKEN" -H "Content-Type: application/json" \\\n'
        f"  -d '{written}'"
    )


def _filter(visit: Visit) -> Filter:
    """What is looked for; what is not known is left out."""
    entry = visit.known_entry
    event_type_id = parsed_id(visit.query.get("type", ""))
    sent = visit.query.get("from", "")
    return Filter(
        event_type_id=event_type_id if event_type_id in entry.event_types else None,
        provenance=next((name for name in PROVENANCES if name == sent), None),
        words=visit.query.get("q", "").replace("\0", "").strip()[:TEXT_LIMIT],
    )


def _asked(wanted: Filter) -> dict[str, str]:
    asked = {"q": wanted.words, "type": str(wanted.event_type_id or ""), "from": wanted.provenance or ""}
    return {name: value for name, value in asked.items() if value}


def _looked(wanted: Filter, found: Found) -> dict[str, Any] | None:
    """How far back was looked, where that is not simply everything."""
    if wanted.is_scope:
        return None
    return {"number": found.looked_at, "back_to": found.until[0] if found.until else None}


def _address(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _place(written: str) -> Place | None:
    at, _, event_id = written.partition(".")
    number = parsed_id(event_id)
    if not (at.isascii() and at.isdigit() and len(at) < 17) or number is None:
        return None
    return int(at), number


def _written(place: Place | None) -> str:
    return f"{place[0]}.{place[1]}" if place is not None else ""


ROUTES = (
    Route("/applications/{application_id}/events", {"GET": list_page}, {"GET": "viewer"}),
    Route("/applications/{application_id}/events/arrived", {"GET": arrived}, {"GET": "viewer"}),
)
