"""The overview: what it tells adds up to what beacons and conversions told, in any time zone and over any days."""

from __future__ import annotations

import random

import msgspec
import pytest
from sqlalchemy import Connection
from tests.domain.goal_ground import NOW, Ground, clicked

from tidings.domain import applications, beacons, event_types, events, overview
from tidings.domain.directory import read_entry
from tidings.domain.overview import LATELY, Overview
from tidings.domain.periods import Period, last_days, today
from tidings.domain.statistics_roll_up import roll_up
from tidings.records.application import Application
from tidings.records.beacon import CLICK, DISPLAY, Beacon
from tidings.records.event import EventDraft
from tidings.records.event_type import EventTypeDraft
from tidings.records.statistics import HOUR, Figures
from tidings.storage.applications import update_application
from tidings.storage.events import delete_event

DAY = 24 * HOUR


@pytest.fixture
def ground(connection: Connection) -> Ground:
    return Ground(connection)


def in_zone(connection: Connection, zone: str = "UTC") -> Application:
    found = applications.retrieve(connection, 1)
    return msgspec.structs.replace(found, display=msgspec.structs.replace(found.display, time_zone=zone))


def set_zone(connection: Connection, zone: str) -> None:
    update_application(connection, in_zone(connection, zone))


def seen(connection: Connection, event_id: int, at: int, clicks: bool = False, application_id: int = 1) -> None:
    acts = ((event_id, DISPLAY), (event_id, CLICK)) if clicks else ((event_id, DISPLAY),)
    beacons.count(connection, [Beacon(application_id, "", acts, at)])


def told(ground: Ground, period: Period | None = None, now: int = NOW + 12 * HOUR, zone: str = "UTC") -> Overview:
    application = in_zone(ground.connection, zone)
    period = period or last_days(7, now, zone)
    return overview.overview(ground.connection, application=application, period=period, now=now)


def another_type(connection: Connection, name: str) -> tuple[int, int]:
    """A second event type with an event of it."""
    draft = EventTypeDraft(name=name, tag=name.lower(), message="{{ title }}")
    number = event_types.create(connection, application_id=1, draft=draft, now=NOW).id
    entry = read_entry(connection, applications.retrieve(connection, 1))
    made = events.record(connection, [events.new_event(entry, EventDraft(event_type_id=number), b"", NOW)])
    return number, made[0].event.id


def test_nothing_yet(ground: Ground) -> None:
    found = told(ground)
    assert (found.now, found.before, found.ever_shown) == (Figures(), Figures(), False)
    assert (found.event_types, found.events, found.shown) == ([], [], [])
    assert len(found.points) == 7


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Chatham"])
@pytest.mark.parametrize("days", [1, 2, 7, 30, 120])
def test_figures_points_and_event_types_add_up(ground: Ground, zone: str, days: int) -> None:
    """Whole days of UTC are not those of the zone: the odd hours at both ends are told one by one."""
    dice = random.Random(days)
    connection = ground.connection
    type_2, event_2 = another_type(connection, "Second")
    now = NOW + 18 * HOUR
    period = last_days(days, now, zone)
    for _ in range(300):
        event_id = dice.choice((1, 2, event_2))
        seen(connection, event_id, now - dice.randrange((days * 2 + 3) * DAY), clicks=dice.random() < 0.3)
    seen(connection, 3, now, application_id=2)
    found = told(ground, period, now, zone)
    assert sum((point.now for point in found.points), Figures()) == found.now
    earlier = sum((point.before for point in found.points), Figures())
    assert earlier.displays >= found.before.displays
    assert {row.event_type_id for row in found.event_types} <= {1, type_2}
    assert sum(row.displays for row in found.event_types) == found.now.displays
    assert sum(row.clicks for row in found.event_types) == found.now.clicks


def test_event_types_are_of_the_days_above_them_in_the_evening_too(ground: Ground) -> None:
    """A day of New York ends with five hours of the next UTC day."""
    zone, evening = "America/New_York", NOW + 2 * HOUR + HOUR // 2
    day = today(evening, zone)
    for _ in range(10):
        seen(ground.connection, 1, evening)
    now = evening + 20 * DAY
    assert told(ground, Period(day + 1, day + 7, zone), now, zone).event_types == []
    found = told(ground, Period(day - 6, day, zone), now, zone)
    assert [row.displays for row in found.event_types] == [found.now.displays] == [10]


@pytest.mark.parametrize("later_zone", ["America/New_York", "Asia/Tokyo", "UTC"])
def test_event_types_add_up_over_old_days_of_a_zone(ground: Ground, later_zone: str) -> None:
    """Also of a type that is gone, and after the application has moved to another zone."""
    dice = random.Random(7)
    connection, zone, now = ground.connection, "America/New_York", NOW + 12 * HOUR
    set_zone(connection, zone)
    gone, event_2 = another_type(connection, "Gone")
    shown = [(dice.choice((1, 2, event_2)), now - dice.randrange(260 * DAY)) for _ in range(900)]
    beacons.count(
        connection, [Beacon(1, "", ((one, DISPLAY), (one, CLICK))[: dice.randrange(1, 3)], at) for one, at in shown]
    )
    event_types.delete(connection, application_id=1, event_type_id=gone, with_events=True)
    while roll_up(connection, now):
        pass
    last = today(now, later_zone)
    for _ in range(40):
        first = last - dice.randrange(1, 250)
        found = told(ground, Period(first, min(last, first + dice.randrange(60)), later_zone), now, later_zone)
        assert sum(row.displays for row in found.event_types) == found.now.displays
        assert sum(row.clicks for row in found.event_types) == found.now.clicks


def test_the_hours_of_today(ground: Ground) -> None:
    for hour in (0, 0, 5, 11):
        seen(ground.connection, 1, NOW + hour * HOUR)
    seen(ground.connection, 1, NOW - DAY + 5 * HOUR)
    seen(ground.connection, 1, NOW - DAY + 20 * HOUR)
    found = told(ground, last_days(1, NOW + 11 * HOUR, "UTC"), NOW + 11 * HOUR)
    assert [point.now.displays for point in found.points] == [2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, *[0] * 12]
    assert [point.before.displays for point in found.points if point.before.displays] == [1, 1]
    # Yesterday up to the same hour: its evening is not held against a morning.
    assert (found.now.displays, found.before.displays) == (4, 1)


def test_weeks(ground: Ground) -> None:
    seen(ground.connection, 1, NOW)
    seen(ground.connection, 1, NOW - 363 * DAY)
    seen(ground.connection, 1, NOW - 364 * DAY)
    found = told(ground, last_days(364, NOW, "UTC"), NOW)
    assert len(found.points) == 52
    assert [(place, point.now.displays) for place, point in enumerate(found.points) if point.now.displays] == [
        (0, 1),
        (51, 1),
    ]
    assert found.points[-1].before.displays == 1


def test_what_was_rolled_up_is_told_all_the_same(ground: Ground) -> None:
    connection = ground.connection
    for ago in range(0, 360, 7):
        seen(connection, 1, NOW - ago * DAY + 5 * HOUR, clicks=True)
    period = last_days(364, NOW + 12 * HOUR, "UTC")
    before = told(ground, period)
    while roll_up(connection, NOW + 12 * HOUR):
        pass
    assert told(ground, period) == before
    assert [(row.displays, row.clicks) for row in before.event_types] == [(52, 52)]


def test_best_event_types_by_conversions_then_clicks_then_displays(ground: Ground) -> None:
    connection = ground.connection
    second, event_2 = another_type(connection, "Second")
    third, event_3 = another_type(connection, "Third")
    for _ in range(9):
        seen(connection, event_3, NOW)
    seen(connection, event_2, NOW, clicks=True)
    ground.tell(clicked(ground.dollars, event_id=1, cents=500), clicked(ground.euros, "conversion-2", event_id=1, cents=70))
    found = told(ground)
    assert [row.event_type_id for row in found.event_types] == [1, second, third]
    # Two conversions; the worth of one alone is in the application's currency.
    assert (found.event_types[0].conversions, found.event_types[0].conversion_cents) == (2, 500)
    assert (found.now.conversions, found.now.conversion_cents) == (2, 500)


def test_the_most_clicked_events_of_the_newest_days(ground: Ground) -> None:
    connection = ground.connection
    for ago in (40, 40, 40, 3, 2):
        seen(connection, 2, NOW - ago * DAY, clicks=True)
    for _ in range(3):
        seen(connection, 1, NOW, clicks=True)
    seen(connection, 1, NOW)
    found = told(ground)
    assert [(row.event_id, row.displays, row.clicks) for row in found.events] == [(1, 4, 3), (2, 2, 2)]
    assert found.events[0].event is not None
    delete_event(connection, 1, 1)
    assert told(ground).events[0].event is None


def test_what_was_shown_in_the_last_minutes(ground: Ground) -> None:
    """By the newest display of each; a click alone is a display; another application's is not there."""
    connection, now = ground.connection, NOW + 5 * 60_000  # five minutes after midnight
    seen(connection, 2, now - LATELY - 1)
    seen(connection, 1, now - LATELY + 1_000)
    seen(connection, 1, now - 60_000)
    seen(connection, 3, now, application_id=2)
    assert [(one.event_id, one.at) for one in told(ground, now=now).shown] == [(1, now - 60_000)]
    beacons.count(connection, [Beacon(1, "", ((2, CLICK),), now - 9 * 60_000)])
    assert [(one.event_id, one.at) for one in told(ground, now=now).shown] == [(1, now - 60_000), (2, now - 9 * 60_000)]


def test_an_old_beacon_does_not_turn_the_time_back(ground: Ground) -> None:
    seen(ground.connection, 1, NOW + 2 * HOUR)
    seen(ground.connection, 1, NOW + HOUR)
    assert [one.at for one in told(ground, now=NOW + 2 * HOUR).shown] == [NOW + 2 * HOUR]


def test_days_of_the_zone(ground: Ground) -> None:
    """Shortly before midnight in New York, when it is the next day in UTC."""
    now = NOW + 3 * HOUR
    period = last_days(1, now, "America/New_York")
    assert period.last == today(now, "UTC") - 1
    seen(ground.connection, 1, now)
    assert told(ground, period, now, "America/New_York").now.displays == 1
    assert told(ground, last_days(1, now, "UTC"), now).now.displays == 1
