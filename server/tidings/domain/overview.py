"""The overview of an application: its figures over a period beside those before, and what did best.

Conversions are those that are put down to notifications, and what they were worth in the application's own currency.
"""

from heapq import nlargest
from operator import itemgetter

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import lift, statistics
from tidings.domain.days import HOUR_SECONDS
from tidings.domain.lift import Lift
from tidings.domain.periods import WEEK, Period
from tidings.records.application import Application
from tidings.records.event import Event
from tidings.records.statistics import DAY, EVENT_DAYS, HOUR, Figures
from tidings.storage.best_figures import events_by_ids, most_clicked, shown_by_event_type, shown_since
from tidings.storage.event_counts import Scope, total
from tidings.storage.event_lists import newest_events
from tidings.storage.goal_stretches import credit_by_event_type
from tidings.storage.hours import first_open_hour
from tidings.storage.signs_of_life import last_hours
from tidings.storage.statistics import figures_between, figures_by_stretch

MOST_EVENT_TYPES = 6
MOST_EVENTS = 6
MOST_SHOWN = 6
# Milliseconds: what "the last minutes" are.
LATELY = 15 * 60_000


class OfEventType(Struct, frozen=True):
    """Figures of an event type, which may be gone."""

    event_type_id: int
    displays: int
    clicks: int
    conversions: int
    conversion_cents: int


class OfEvent(Struct, frozen=True):
    """Figures of an event; None: it is gone."""

    event_id: int
    event: Event | None
    displays: int
    clicks: int


class Shown(Struct, frozen=True):
    """An event, and when it was last shown, in milliseconds; None: it is gone."""

    event_id: int
    event: Event | None
    at: int


class Point(Struct, frozen=True):
    """A point of the chart: an hour of a day, counted from its first one, or a day, or seven; and what was in its place."""

    day: int
    hour: int | None
    now: Figures
    before: Figures


class FirstSteps(Struct, frozen=True):
    """How far an application is on the way to its first display: how many events it has, when the newest was.

    `told`: the newest hour, from the epoch, in which a page with the snippet told of anything. None: never.
    """

    events: int
    newest: int | None
    told: int | None


class Overview(Struct, frozen=True):
    """Figures of the period, and of the one before as far as they can be held against each other.

    `steps`: where nothing was ever shown.
    """

    now: Figures
    before: Figures
    points: list[Point]
    event_types: list[OfEventType]
    events: list[OfEvent]
    shown: list[Shown]
    lift: Lift
    ever_shown: bool
    steps: FirstSteps | None


def overview(connection: Connection, *, application: Application, period: Period, now: int) -> Overview:
    """All that the page tells. `now`: milliseconds."""
    number = application.id
    start, end = period.seconds(now)
    spans = (start, end), period.seconds_before(now)
    figures, before = (
        statistics.between(connection, application_id=number, start=one, end=other, now=now) for one, other in spans
    )
    today = now // DAY
    clicked = most_clicked(connection, number, today - EVENT_DAYS + 1, today + 1, MOST_EVENTS)
    events = events_by_ids(connection, number, {row[0] for row in clicked})
    ever_shown = bool(figures.displays or statistics.stat_application(connection, number)["display_count"])
    return Overview(
        now=figures,
        before=before,
        points=points_of(connection, number, period, now),
        event_types=best_event_types(connection, application=application, start=start, end=end, now=now),
        events=[OfEvent(one, events.get(one), displays, clicks) for one, displays, clicks in clicked],
        shown=shown_lately(connection, application_id=number, now=now),
        lift=lift.between(connection, application_id=number, start=start, end=end),
        ever_shown=ever_shown,
        steps=None if ever_shown else first_steps(connection, number),
    )


def first_steps(connection: Connection, application_id: int) -> FirstSteps:
    """How far an application is that nothing was shown of yet."""
    newest = newest_events(connection, application_id, 1)
    return FirstSteps(
        total(connection, Scope(application_id)),
        newest[0].created_at if newest else None,
        last_hours(connection, application_id).anything,
    )


def shown_lately(connection: Connection, *, application_id: int, now: int) -> list[Shown]:
    """The events that were shown in the last minutes, by what beacons tell; the newest first. `now`: milliseconds."""
    lately = shown_since(connection, application_id, (now - LATELY) // DAY, now - LATELY, MOST_SHOWN)
    events = events_by_ids(connection, application_id, {event_id for event_id, _ in lately})
    return [Shown(event_id, events.get(event_id), at) for event_id, at in lately]


def points_of(connection: Connection, application_id: int, period: Period, now: int) -> list[Point]:
    """The points of a period's chart, in order; each stands beside the one in its place in the period before."""
    unit = period.unit(now)
    if unit == "hour":
        mine, others = (_by_hour(connection, application_id, one, now) for one in (period, period.before))
        begins = [Point(period.first, hour, Figures(), Figures()) for hour in range(len(mine))]
    else:
        step = WEEK if unit == "week" else 1
        mine, others = (_by_day(connection, application_id, one, step, now) for one in (period, period.before))
        begins = [Point(day, None, Figures(), Figures()) for day in range(period.first, period.last + 1, step)]
    # A day may have an hour more or less than the one before it.
    others += [Figures()] * (len(mine) - len(others))
    return [
        msgspec.structs.replace(point, now=figures, before=before)
        for point, figures, before in zip(begins, mine, others, strict=False)
    ]


def _by_hour(connection: Connection, application_id: int, period: Period, now: int) -> list[Figures]:
    first, end = period.hours
    found = figures_by_stretch(connection, application_id, first, 1, end - first)
    figures = [found.get(number, Figures()) for number in range(end - first)]
    if first <= now // HOUR < end:
        # Of hours that are still to come, what is counted there already (statistics.py).
        figures[-1] += figures_between(connection, application_id, end, first_open_hour(connection) + 1)
    return figures


def _by_day(connection: Connection, application_id: int, period: Period, step: int, now: int) -> list[Figures]:
    found = statistics.by_day(
        connection,
        application_id=application_id,
        first=period.first,
        last=period.last,
        now=now,
        time_zone=period.time_zone,
    )
    days = [day.figures for day in found.days]
    return days if step == 1 else [sum(days[place : place + step], Figures()) for place in range(0, len(days), step)]


def best_event_types(
    connection: Connection, *, application: Application, start: int, end: int, now: int
) -> list[OfEventType]:
    """The event types that brought most from `start` up to `end` (seconds): by conversions, then clicks, then displays."""
    first, last = -(-start // HOUR_SECONDS), -(-end // HOUR_SECONDS)
    open_end = end >= now // 1_000
    shown = shown_by_event_type(connection, application.id, first, last, and_all_after=open_end)
    worth = credit_by_event_type(connection, application.id, first, last, application.display.currency)
    nothing = (0, 0)
    found = ((*worth.get(key, nothing), *shown.get(key, nothing), key) for key in {*shown, *worth})
    best = nlargest(MOST_EVENT_TYPES, found, key=itemgetter(0, 3, 2, 4))
    return [
        OfEventType(key, displays, clicks, conversions, cents)
        for conversions, cents, displays, clicks, key in best
        if displays or conversions
    ]
