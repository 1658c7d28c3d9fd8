"""“Why is nothing showing?”: every rule for a page and a device, the one that stops it first, and what is known besides."""

from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import showing
from tidings.records.event import Event
from tidings.records.statistics import HOUR
from tidings.storage.event_lists import newest_events
from tidings.storage.signs_of_life import LastHours, last_hours, young_events
from tidings.surfaces.dashboard import rule_lists
from tidings.surfaces.dashboard.plumbing import Page, Read, Route, Visit, Work

# More young events than this are not counted.
COUNTED = 1_000


class _Facts(Struct, frozen=True):
    """What the page says beside the rules. `young`: events that are young enough, COUNTED + 1 for more than are counted."""

    feed: list[Event]
    young: int
    newest: Event | None
    told: LastHours


def why_page(visit: Visit) -> Work:
    """GET /why?url=&device=; without an address, that of the application's own page."""
    entry = visit.known_entry
    asked = rule_lists.asked(visit, visit.application.url)
    application_id = visit.application.id

    def query(connection: Connection) -> _Facts:
        since = showing.since(entry.application.display, visit.now)
        newest = newest_events(connection, application_id, 1)
        return _Facts(
            feed=showing.in_feed(connection, entry=entry, now=visit.now),
            young=young_events(connection, application_id, since, COUNTED + 1),
            newest=newest[0] if newest else None,
            told=last_hours(connection, application_id),
        )

    def drawn(facts: _Facts) -> Page:
        rules = showing.of_page(entry, facts.feed, asked.situation)
        address = str(asked.situation.address or visit.application.url)
        values: dict[str, Any] = {
            "asked": asked,
            "devices": rule_lists.DEVICES,
            "rules": rule_lists.sorted_out(rules, "", visit.base, asked),
            "facts": facts,
            "counted": COUNTED,
            "display_at": _moment(facts.told.display),
            "told_at": _moment(facts.told.anything),
            "page_load": visit.application.display.page_load,
            "install": f"{visit.base}/install?" + urlencode({"url": address}),
            "time_zone": visit.application.display.time_zone,
        }
        return Page("why.html", values, 422 if asked.error else 200)

    return Read(query, drawn)


def _moment(hour: int | None) -> int | None:
    return None if hour is None else hour * HOUR


ROUTES = (Route("/applications/{application_id}/why", {"GET": why_page}, {"GET": "viewer"}),)
