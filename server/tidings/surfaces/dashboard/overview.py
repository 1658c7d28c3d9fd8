"""The overview of an application: its figures over a range, the chart, what did best, what was shown lately, the lift."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import applications, lift, overview
from tidings.domain.directory import Entry
from tidings.domain.lift import Lift
from tidings.domain.overview import Overview, Point
from tidings.records.event import Event
from tidings.records.statistics import Figures
from tidings.surfaces.dashboard.charts import Chart, Line, spots_of
from tidings.surfaces.dashboard.plumbing import Page, Read, Route, Visit, Work
from tidings.surfaces.dashboard.ranges import NAMED, Choice, choice_of

# How far a lift is drawn, either way.
WIDEST = 1.0


# From so many times as much on, a change says nothing.
TOO_MUCH = 20


def change_of(value: float | None, before: float | None) -> float | None:
    """How much more a value is than one before, as a share of 1; None where before was nothing, or next to nothing."""
    if value is None or not before or value > before * TOO_MUCH:
        return None
    return value / before - 1


class Number(Struct, frozen=True):
    """A big number: what it is called, its value, its value before, and the filter that writes both."""

    label: str
    value: float | None
    before: float | None
    filter: str
    note: str = ""

    @property
    def change(self) -> float | None:
        """How much more than before, as a share of 1; None where that says nothing."""
        return change_of(self.value, self.before)


class LiftView(Struct, frozen=True):
    """A lift as it is told. `state`: off, difference, no_difference, not_enough_data."""

    found: Lift
    state: str
    percent: int
    short: int | None
    since: int | None
    low: float = 0
    high: float = 0
    middle: float = 0


def overview_page(visit: Visit) -> Work:
    """GET …/{application_id}?range=30"""
    application = visit.application
    choice = choice_of(visit.query, visit.now, application.display.time_zone)
    query = overview.overview
    return Read(
        lambda connection: query(connection, application=application, period=choice.period, now=visit.now),
        lambda found: Page("overview.html", _values(visit, choice, found), 422 if choice.errors else 200),
    )


def lately_part(visit: Visit) -> Work:
    """GET …/{application_id}/lately: the part of the overview that tells what was shown in the last minutes."""

    def query(connection: Connection) -> Any:
        return overview.shown_lately(connection, application_id=visit.application.id, now=visit.now)

    entry = visit.known_entry
    return Read(query, lambda shown: Page("overview_lately.html", {"shown": shown, "event_name": _namer(entry)}))


def _values(visit: Visit, choice: Choice, found: Overview) -> Mapping[str, Any]:
    entry = visit.known_entry
    display = visit.application.display
    return {
        "choice": choice,
        "ranges_named": NAMED,
        "numbers": numbers(found.now, found.before),
        "chart": _chart(choice, found.points, display.currency, visit.now),
        "currency": display.currency,
        "event_types": found.event_types,
        "type_names": {number: event_type.name for number, event_type in entry.event_types.items()},
        "events": found.events,
        "shown": found.shown,
        "event_name": _namer(entry),
        "lift": lift_view(found.lift, display.holdout_percent, choice),
        "ever_shown": found.ever_shown,
        "steps": found.steps,
        "snippet": applications.snippet(visit.application, visit.context.settings.base_url),
        "time_zone": display.time_zone,
    }


def numbers(now: Figures, before: Figures) -> list[Number]:
    """The big numbers of the page."""
    rate, rate_before = (one.clicks / one.displays if one.displays else None for one in (now, before))
    return [
        Number("Displays", now.displays, before.displays, "number"),
        Number("Clicks", now.clicks, before.clicks, "number"),
        Number("Click rate", rate, rate_before, "percent"),
        Number("Conversions", now.conversions, before.conversions, "number"),
        Number("Revenue", now.conversion_cents, before.conversion_cents, "money"),
    ]


def _chart(choice: Choice, points: list[Point], currency: str, now: int) -> Chart:
    spots, title = spots_of(choice.period, [(point.day, point.hour) for point in points], now)
    lines = [
        Line(
            name,
            label,
            [getattr(point.now, name) for point in points],
            [getattr(point.before, name) for point in points],
            currency if name == "conversion_cents" else "",
        )
        for name, label in (
            ("displays", "Displays"),
            ("clicks", "Clicks"),
            ("conversions", "Conversions"),
            ("conversion_cents", "Revenue"),
        )
    ]
    return Chart(spots, lines, title)


def lift_view(found: Lift, percent: int, choice: Choice) -> LiftView:
    """How a lift is told over the chosen range."""
    since = found.start if found.start > choice.period.seconds(0)[0] else None
    if percent == 0 and not found.held.visitors:
        return LiftView(found, "off", percent, None, None)
    short = lift.visitors_short(found) if found.verdict == "not_enough_data" else None
    if found.interval is None or found.lift is None:
        return LiftView(found, found.verdict, percent, short, since)
    low, high, middle = (_place(one) for one in (*found.interval, found.lift))
    return LiftView(found, found.verdict, percent, short, since, low, high, middle)


def _place(share: float) -> float:
    """Where a lift stands on a line of 100 from WIDEST below nothing to WIDEST above it."""
    return round(50 + 50 * max(-WIDEST, min(WIDEST, share)) / WIDEST, 2)


def _namer(entry: Entry) -> Any:
    """Says of an event in a few words what it is: its title, who and where; else what happened."""

    def name(event: Event) -> str:
        event_type = entry.event_types.get(event.event_type_id)
        who = " from ".join(one for one in (event.first_name, event.city or event.country) if one)
        parts = [one for one in (event.title, who) if one]
        return ": ".join(parts) or (event_type.name if event_type is not None else f"Event {event.id}")

    return name


ROUTES = (
    Route("/applications/{application_id}", {"GET": overview_page}, {"GET": "viewer"}),
    Route("/applications/{application_id}/lately", {"GET": lately_part}, {"GET": "viewer"}),
)
