"""The roll-up: old hours become days, a little at a time, and no sum over whole days is another afterwards."""

from __future__ import annotations

import random
from datetime import date

import msgspec
import pytest
from sqlalchemy import Connection, Table, insert, select
from tests.webhook_ground import outbox, webhook

from tidings.domain import applications, statistics, windows
from tidings.domain.days import day_at, first_hour
from tidings.domain.statistics_roll_up import EVENT_TYPES_AT_ONCE, KEPT_BY_THE_HOUR, roll_up
from tidings.records.statistics import Figures
from tidings.storage.applications import update_application
from tidings.storage.tables import application_figures, event_type_figures

HOUR = 3_600_000
# Some weeks after clocks were moved in Europe and America.
NOW = 1_795_000_000_000
EDGE = NOW // HOUR - KEPT_BY_THE_HOUR


@pytest.fixture
def connection(connection: Connection) -> Connection:
    for name in ("A", "B"):
        applications.create(connection, name, "https://a.example", NOW)
    return connection


def set_zone(connection: Connection, application_id: int, zone: str) -> None:
    found = applications.retrieve(connection, application_id)
    display = msgspec.structs.replace(found.display, time_zone=zone)
    update_application(connection, msgspec.structs.replace(found, display=display))


def fill(connection: Connection, application_id: int, *, event_types: int = 3, hours: int = 2_000, seed: int = 1) -> None:
    """Figures in random hours of the last 400 days, of the application and of event types, adding up."""
    dice = random.Random(seed)
    sums: dict[int, Figures] = {}
    of_types: dict[tuple[int, int], Figures] = {}
    for _ in range(hours):
        hour = NOW // HOUR - dice.randrange(400 * 24)
        place = (1 + dice.randrange(event_types), hour)
        figures = Figures(*(dice.randrange(100) for _ in range(6)))
        sums[hour] = sums.get(hour, Figures()) + figures
        of_types[place] = of_types.get(place, Figures()) + figures
    mine = {"application_id": application_id}
    connection.execute(
        insert(application_figures),
        [mine | {"hour": hour} | msgspec.structs.asdict(figures) for hour, figures in sums.items()],
    )
    connection.execute(
        insert(event_type_figures),
        [
            mine | {"event_type_id": one, "hour": hour} | msgspec.structs.asdict(figures)
            for (one, hour), figures in of_types.items()
        ],
    )


def rows(connection: Connection, table: Table, application_id: int) -> dict[tuple[int, int], Figures]:
    """Every row: the event type (0 for an application's own) and the hour, and what it holds."""
    found = connection.execute(select(table).where(table.c.application_id == application_id))
    return {(row._mapping.get("event_type_id", 0), row.hour): Figures(*row[-6:]) for row in found}


def days_of(connection: Connection, application_id: int, zone: str) -> statistics.Days:
    today = day_at(NOW // 1_000, zone)
    return statistics.by_day(connection, application_id=application_id, first=today - 399, last=today, time_zone=zone)


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"]
)
def test_no_sum_of_whole_days_is_another_afterwards(connection: Connection, zone: str) -> None:
    for application_id in (1, 2):
        set_zone(connection, application_id, zone if application_id == 1 else "UTC")
        fill(connection, application_id, seed=application_id)
    before = [days_of(connection, 1, zone), days_of(connection, 2, "UTC")]
    all_time = statistics.stat_application(connection, 1)
    steps = 0
    while roll_up(connection, NOW):
        steps += 1
        assert steps % 9 or days_of(connection, 1, zone) == before[0]
        assert steps < 2_000
    assert [days_of(connection, 1, zone), days_of(connection, 2, "UTC")] == before
    assert statistics.stat_application(connection, 1) == all_time
    for day in before[0].days:
        start, end = (first_hour(number, zone) * 3_600 for number in (day.number, day.number + 1))
        assert statistics.between(connection, application_id=1, start=start, end=end) == day.figures
    edge = first_hour(day_at(EDGE * 3_600, zone), zone)
    for table in (application_figures, event_type_figures):
        for _, hour in rows(connection, table, 1):
            assert hour >= edge or hour % 24 == 0 or hour == first_hour(day_at(hour * 3_600, zone), zone)


def test_what_is_younger_stays_by_the_hour(connection: Connection) -> None:
    fill(connection, 1)
    before = rows(connection, application_figures, 1) | rows(connection, event_type_figures, 1)
    while roll_up(connection, NOW):
        pass
    after = rows(connection, application_figures, 1) | rows(connection, event_type_figures, 1)
    young = {place: figures for place, figures in before.items() if place[1] >= EDGE}
    assert young.items() <= after.items()
    assert len(after) < len(before) * 0.6


def test_event_types_add_up_to_their_application_and_keep_their_own(connection: Connection) -> None:
    fill(connection, 1, event_types=2 * EVENT_TYPES_AT_ONCE + 5, hours=6_000)

    def of_types() -> dict[int, Figures]:
        sums: dict[int, Figures] = {}
        for (event_type_id, _), figures in rows(connection, event_type_figures, 1).items():
            sums[event_type_id] = sums.get(event_type_id, Figures()) + figures
        return sums

    before = of_types()
    while roll_up(connection, NOW):
        pass
    assert of_types() == before
    by_hour: dict[int, Figures] = {}
    for (_, hour), figures in rows(connection, event_type_figures, 1).items():
        by_hour[hour] = by_hour.get(hour, Figures()) + figures
    assert by_hour == {hour: figures for (_, hour), figures in rows(connection, application_figures, 1).items()}


def test_it_goes_on_day_by_day_and_rests_in_between(connection: Connection) -> None:
    fill(connection, 1)
    while roll_up(connection, NOW):
        pass
    assert roll_up(connection, NOW) is False
    assert roll_up(connection, NOW + 2 * HOUR) is False
    before = days_of(connection, 1, "UTC")
    kept = len(rows(connection, application_figures, 1))
    for day in range(1, 31):
        while roll_up(connection, NOW + day * 24 * HOUR):
            pass
    assert days_of(connection, 1, "UTC") == before
    assert len(rows(connection, application_figures, 1)) < kept - 50


def test_a_changed_time_zone_moves_no_figure_over_time(connection: Connection) -> None:
    fill(connection, 1)
    all_time = statistics.stat_application(connection, 1)
    done: dict[tuple[int, int], Figures] = {}
    for number, zone in enumerate(("Asia/Tokyo", "America/Los_Angeles", "UTC")):
        set_zone(connection, 1, zone)
        while roll_up(connection, NOW + number * 5 * 24 * HOUR):
            pass
        after = rows(connection, application_figures, 1)
        assert done.items() <= after.items()  # what was rolled up stays as it is
        edge = first_hour(day_at((EDGE + number * 5 * 24) * 3_600, zone), zone)
        done = {place: figures for place, figures in after.items() if place[1] < edge}
        assert statistics.stat_application(connection, 1) == all_time
        # What is not that old is told by the days of the new zone.
        young = day_at(NOW // 1_000, zone) - 60
        found = statistics.by_day(connection, application_id=1, first=young, last=young + 60, time_zone=zone)
        start = first_hour(young, zone) * 3_600
        assert found.total == statistics.between(connection, application_id=1, start=start, end=NOW // 1_000)


def test_a_span_that_cuts_an_old_day_has_it_where_it_begins(connection: Connection) -> None:
    day = date(2026, 3, 1).toordinal() - date(1970, 1, 1).toordinal()
    for hour in (3, 20):
        connection.execute(insert(application_figures).values(application_id=1, hour=day * 24 + hour, displays=hour))
    while roll_up(connection, NOW):
        pass

    def displays(start: int, end: int) -> int:
        return statistics.between(
            connection, application_id=1, start=(day * 24 + start) * 3_600, end=(day * 24 + end) * 3_600
        ).displays

    assert (displays(0, 24), displays(0, 1), displays(1, 24)) == (23, 23, 0)


def test_after_a_change_of_time_zone_no_row_stands_for_hours_of_another(connection: Connection) -> None:
    """What is taken back is taken from the row that it was counted in."""
    day = EDGE // 24 - 20
    for hour in (10, 26, 60):
        connection.execute(insert(application_figures).values(application_id=1, hour=day * 24 + hour, conversions=1))
    while roll_up(connection, ((day + 1) * 24 + KEPT_BY_THE_HOUR) * HOUR):
        pass
    set_zone(connection, 1, "America/New_York")
    while roll_up(connection, NOW):
        pass
    # The New York day from hour 4 to hour 28 begins within the first UTC day: hour 26 stays by itself.
    found = [hour - day * 24 for _, hour in rows(connection, application_figures, 1)]
    assert found == [0, 26, 52]


def test_what_a_webhook_was_not_told_of_stays_by_the_hour(connection: Connection) -> None:
    """One that was off for longer than hours are kept is told of all of them when it is on again."""
    start = (EDGE // 24 - 30) * 24 + 12
    off = webhook(connection, now=start * HOUR, enabled=False)
    webhook(connection, now=NOW)
    for hour in range(start - 50, start + 60, 5):
        connection.execute(insert(application_figures).values(application_id=1, hour=hour, displays=1))
    while roll_up(connection, NOW):
        pass
    kept = {hour for _, hour in rows(connection, application_figures, 1)}
    assert set(range(start, start + 60, 5)) <= kept
    assert len(kept) < 22  # and what it was told of does not
    connection.exec_driver_sql(f"UPDATE webhooks SET enabled = 1 WHERE id = {off.id}")
    while windows.close_windows(connection, NOW):
        pass
    assert sum(msgspec.json.decode(one.body)["stats"]["display"] for one in outbox(connection)) == 12
    # Told by now: it goes on.
    while roll_up(connection, NOW):
        pass
    assert not set(range(start, start + 60, 5)) <= {hour for _, hour in rows(connection, application_figures, 1)}
