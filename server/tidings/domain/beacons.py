"""Beacons: what pages tell of the notifications that they showed, counted once.

Of an event, a page view counts each kind of act once, however often and in however many beacons it is told: no rate can
pass 100 %, and a beacon that comes again because its answer was lost counts nothing. What was clicked was seen: a click
counts as a display too where its page view tells of none.
"""

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection

from tidings.domain.conversions import count_told
from tidings.domain.hours import hour_to_count
from tidings.records.beacon import CLICK, DISPLAY, Beacon
from tidings.records.statistics import EVENT_DAYS, HOUR, HOURS_A_DAY
from tidings.storage import page_views
from tidings.storage.events import types_of
from tidings.storage.hours import first_open_hour
from tidings.storage.page_views import NAME_BITS, Mark
from tidings.storage.statistics import Place, add_figures, forget_event_figures

# Milliseconds: a page view is remembered until the end of the generation after the one that it was first heard of in.
GENERATION = 6 * HOUR
_KINDS = 4


def count(connection: Connection, beacons: Sequence[Beacon]) -> list[None]:
    """Counts what beacons tell of known events of their own applications; the rest of it is left aside."""
    told = [_told(beacon) for beacon in beacons]
    known = types_of(connection, {event_id for acts in told for event_id, _ in acts})
    figures: dict[Place, list[int]] = {}
    marks: dict[Mark, Place] = {}
    shown_at: dict[int, int] = {}
    first_open = first_open_hour(connection)
    for beacon, acts in zip(beacons, told, strict=True):
        hour = hour_to_count(beacon.now, first_open)
        name = _name(beacon)
        for event_id, kind in acts:
            application_id, event_type_id = known.get(event_id, (0, 0))
            if application_id != beacon.application_id:
                continue
            place = (application_id, event_type_id, event_id, hour)
            if kind == DISPLAY:
                shown_at[event_id] = beacon.now
            if name is None:
                _add(figures, place, kind)
            else:
                marks[name, event_id * _KINDS + kind] = place
    for mark in page_views.mark(connection, list(marks)):
        _add(figures, marks[mark], mark[1] % _KINDS)
    if figures:
        add_figures(connection, figures, shown_at)
        # What is too old goes a little at a time, with what comes in: no more than that is ever kept.
        now = beacons[-1].now
        page_views.forget(connection, (now // GENERATION - 1) << NAME_BITS)
        forget_event_figures(connection, {place[0] for place in figures}, now // HOUR // HOURS_A_DAY - EVENT_DAYS + 1)
    if any(beacon.goals or beacon.visit for beacon in beacons):
        count_told(connection, beacons, first_open, GENERATION)
    return [None] * len(beacons)


def _told(beacon: Beacon) -> set[tuple[int, int]]:
    acts = set(beacon.acts)
    return acts | {(event_id, DISPLAY) for event_id, kind in acts if kind == CLICK}


def _name(beacon: Beacon) -> int | None:
    """A page view's name in storage: its generation, then a hash of what the page calls it; None for one without."""
    if not beacon.page_view:
        return None
    digest = int.from_bytes(hashlib.blake2b(beacon.page_view.encode(), digest_size=8).digest())
    return beacon.now // GENERATION << NAME_BITS | digest >> (64 - NAME_BITS)


def _add(figures: dict[Place, list[int]], place: Place, kind: int) -> None:
    row = figures.get(place)
    if row is None:
        row = figures[place] = [0] * _KINDS
    row[kind] += 1
