"""Statistics: sums by hour, by day and over all time, of one application, through the index alone."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, event, insert

from tidings.domain import applications, statistics
from tidings.domain.days import day_at
from tidings.records.statistics import Figures
from tidings.storage.hours import set_first_open_hour
from tidings.storage.tables import application_figures

NOW = 1_795_000_000_000


@pytest.fixture
def connection(connection: Connection) -> Connection:
    for name in ("A", "B"):
        applications.create(connection, name, "https://a.example", NOW)
    return connection


def count(connection: Connection, application_id: int, hour: int, **figures: int) -> None:
    connection.execute(insert(application_figures).values(application_id=application_id, hour=hour, **figures))


def test_over_all_time(connection: Connection) -> None:
    assert statistics.stat_application(connection, 1) == {
        "click_count": 0,
        "display_count": 0,
        "conversions_count": 0,
        "conversions_sales_sum": 0,
    }
    count(connection, 1, 0, displays=1, clicks=2, conversions=3, conversion_cents=4, hovers=100, closes=100)
    count(connection, 1, 500_000, displays=10, clicks=20, conversions=30, conversion_cents=2**40)
    count(connection, 2, 0, displays=1_000)
    assert statistics.stat_application(connection, 1) == {
        "click_count": 22,
        "display_count": 11,
        "conversions_count": 33,
        "conversions_sales_sum": 4 + 2**40,
    }


def test_hours_and_days(connection: Connection) -> None:
    for hour in (23, 24, 47, 48, 95):
        count(connection, 1, hour, displays=hour)
    count(connection, 2, 24, displays=1_000)
    between = statistics.between(connection, application_id=1, start=24 * 3_600, end=48 * 3_600)
    assert between == Figures(displays=24 + 47)
    days = statistics.by_day(connection, application_id=1, first=1, last=3)
    assert [(day.number, day.figures.displays) for day in days.days] == [(1, 71), (2, 48), (3, 95)]
    assert days.total == Figures(displays=71 + 48 + 95)


def test_only_the_rows_of_the_span_are_read(connection: Connection) -> None:
    seen: list[tuple[str, object]] = []
    event.listen(connection, "before_cursor_execute", lambda _c, _cursor, text, values, *_: seen.append((text, values)))
    statistics.stat_application(connection, 1)
    statistics.between(connection, application_id=1, start=0, end=1)
    statistics.by_day(connection, application_id=1, first=0, last=1)
    plans = [
        str(row[3])
        for text, values in list(seen)
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)  # type: ignore[arg-type]
    ]
    assert len(seen) == 6
    searches = [plan for plan in plans if "application_figures" in plan]
    assert len(searches) == 3
    assert all(plan.startswith("SEARCH application_figures USING PRIMARY KEY") for plan in searches), searches


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"])
def test_days_of_any_time_zone_are_a_handful_of_questions(connection: Connection, zone: str) -> None:
    """One for each run of days that are equally long: 400 days hold four moves of the clock at most."""
    seen: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda _c, _cursor, text, *_: seen.append(text))
    days = statistics.by_day(connection, application_id=1, first=20_000, last=20_399, time_zone=zone)
    assert len(days.days) == 400
    assert 1 <= len(seen) <= 9


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_after_the_clock_was_set_back_a_span_to_now_holds_what_is_counted_now(connection: Connection, zone: str) -> None:
    """It counts in an hour that is still to come, which may be of tomorrow."""
    seconds, hour = NOW // 1_000, NOW // 3_600_000
    set_first_open_hour(connection, hour + 23)
    count(connection, 1, hour, displays=1)
    count(connection, 1, hour + 23, displays=7)
    to_now = statistics.between(connection, application_id=1, start=0, end=seconds, now=NOW)
    assert to_now.displays == statistics.stat_application(connection, 1)["display_count"] == 8
    assert statistics.between(connection, application_id=1, start=0, end=seconds - 7_200, now=NOW).displays == 0
    today = day_at(seconds, zone)
    days = statistics.by_day(connection, application_id=1, first=today - 1, last=today, now=NOW, time_zone=zone)
    assert [day.figures.displays for day in days.days] == [0, 8]
    before = statistics.by_day(connection, application_id=1, first=today - 2, last=today - 1, now=NOW, time_zone=zone)
    assert before.total == Figures()
    more = statistics.by_day(connection, application_id=1, first=today, last=today + 2, now=NOW, time_zone=zone)
    assert more.total.displays == 8


def test_many_applications_at_once(connection: Connection) -> None:
    count(connection, 1, 23, displays=1)
    count(connection, 1, 24, displays=2, clicks=1)
    count(connection, 1, 48, displays=4)
    count(connection, 2, 47, displays=8)
    found = statistics.of_applications(connection, [1, 2, 3], 24 * 3_600, 48 * 3_600)
    assert found == {1: Figures(displays=2, clicks=1), 2: Figures(displays=8)}
    assert statistics.of_applications(connection, [], 0, 48 * 3_600) == {}
    # A span that reaches to now holds what is counted in hours that are still open.
    set_first_open_hour(connection, 48)
    assert statistics.of_applications(connection, [1], 24 * 3_600, 48 * 3_600, 48 * 3_600_000)[1].displays == 6
