"""get_statistics, dashboard and stat_application: ranges, edges, days, and that all three agree to the unit."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.cases.ground import assert_refusal
from tests.conftest import Live
from tests.live import LiveApp
from tests.wire import Answer

HOUR = 3_600
DAY = 86_400
NAMES = ("displays", "hovers", "clicks", "closes", "conversions", "conversion_cents")
# A Tuesday; no hour of it is near now.
START = int(datetime(2026, 3, 10, tzinfo=UTC).timestamp())


def count(application: LiveApp, second: int, **figures: int) -> None:
    """Puts figures into the hour that begins at `second`, as the tracking of a widget will."""
    assert second % HOUR == 0
    values = (application.id, second // HOUR, *(figures.get(name, 0) for name in NAMES))
    with closing(sqlite3.connect(str(application.server.database), timeout=5)) as database, database:
        database.execute("INSERT INTO application_figures VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)


def stats(application: LiveApp, query: str = "", body: Any = None) -> dict[str, int]:
    answer = application.request("GET", f"/get_statistics{query}", body)
    assert answer.status == 200, answer.text
    found: dict[str, int] = answer.json()["stats"]
    return found


def dashboard(application: LiveApp, first: str, last: str) -> dict[str, Any]:
    answer = application.request("GET", f"/dashboard?date_range[from]={first}&date_range[to]={last}")
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(answer: Answer, field: str) -> None:
    assert answer.status == 400, answer.text
    assert_refusal(answer)
    assert answer.json()["error"]["field"] == field


def test_nothing_counted_is_zeros(live_app: LiveApp) -> None:
    found = stats(live_app)
    now = int(time.time())
    assert now - 10 <= found.pop("timeframe_to") <= now
    assert now - 10 <= found.pop("timeframe_from") + 30 * DAY <= now
    assert found == dict.fromkeys(("display", "click", "hover", "close", "conversions_count", "conversions_sales_sum"), 0)
    month = live_app.request("GET", "/dashboard").json()
    assert len(month["graph"]) == 30
    assert month["date_range"] == {"from": month["graph"][0]["date"], "to": month["graph"][-1]["date"]}
    assert month["graph"][-1]["date"] == datetime.now(UTC).date().isoformat()
    assert month["has_ga_conversions"] is False


def test_figures_of_a_span(live_app: LiveApp) -> None:
    count(live_app, START, displays=5, hovers=4, clicks=3, closes=2, conversions=1, conversion_cents=1999)
    assert stats(live_app, f"?from={START}&to={START + HOUR}") == {
        "timeframe_from": START,
        "timeframe_to": START + HOUR,
        "display": 5,
        "click": 3,
        "hover": 4,
        "close": 2,
        "conversions_count": 1,
        "conversions_sales_sum": 1999,
    }


@pytest.mark.parametrize(
    ("start", "end", "displays"),
    [
        (0, HOUR, 1),  # from is included, to is not
        (0, 1, 1),  # an hour counts where it begins
        (1, HOUR, 0),
        (1, HOUR + 1, 10),
        (-1, 0, 0),
        (0, 0, 0),
        (0, 2 * HOUR, 11),
        (-HOUR, 3 * HOUR, 111),
    ],
)
def test_an_hour_counts_where_it_begins(live_app: LiveApp, start: int, end: int, displays: int) -> None:
    for hour in range(3):
        count(live_app, START + hour * HOUR, displays=10**hour)
    assert stats(live_app, f"?from={START + start}&to={START + end}")["display"] == displays


def test_spans_that_follow_on_each_other_count_everything_once(live_app: LiveApp) -> None:
    for hour in range(48):
        count(live_app, START + hour * HOUR, clicks=hour + 1)
    edges = [START, START + 1, START + 1_799, START + HOUR, START + 30_001, START + DAY - 1, START + DAY, START + 2 * DAY]
    spans = [stats(live_app, f"?from={a}&to={b}")["click"] for a, b in pairwise(edges)]
    assert sum(spans) == stats(live_app, f"?from={START}&to={START + 2 * DAY}")["click"] == sum(range(1, 49))


def test_what_was_just_counted_is_in_the_default_span(live_app: LiveApp) -> None:
    this_hour = int(time.time()) // HOUR * HOUR
    count(live_app, this_hour, displays=1)
    count(live_app, this_hour - 31 * DAY, displays=100)
    assert stats(live_app)["display"] == 1
    assert stats(live_app, f"?to={this_hour - 30 * DAY}")["display"] == 100
    assert stats(live_app, "?from=0")["display"] == 101


def test_the_body_of_a_get_is_read_and_the_query_wins(live_app: LiveApp) -> None:
    count(live_app, START, displays=1)
    body = {"from": START, "to": START + HOUR}
    assert stats(live_app, body=body)["display"] == 1
    assert stats(live_app, body={name: str(value) for name, value in body.items()})["display"] == 1
    assert stats(live_app, body={"from": float(START), "to": None})["timeframe_from"] == START
    assert stats(live_app, f"?from={START + 1}", body=body)["timeframe_from"] == START + 1
    path, headers = "/api/v1/applications/me/get_statistics", live_app.headers
    assert live_app.server.request("GET", path, headers, b"{}").status == 415
    headers = {**headers, "Content-Type": "application/json"}
    for broken in (b"{", b"[]", b'{"from": NaN}', b'{"from": 1, "from": 2}'):
        answer = live_app.server.request("GET", path, headers, broken)
        assert answer.status == 400
        assert_refusal(answer)
    assert live_app.server.request("GET", path, headers, b" " * 70_000).status == 413
    # A list of events has no body: what comes with it is left aside, as ever.
    assert live_app.server.request("GET", "/api/v1/applications/me/events", headers, b"{").status == 200


@pytest.mark.parametrize(
    "value", ["abc", "-1", "1.5", "1e3", "inf", "+1", " 1", "١", "0x10", "253402300800", "9" * 5_000, "true", "2026-01-01"]
)
def test_what_is_no_time_is_refused_by_name(live: Live, value: str) -> None:
    written = value.encode().decode("latin-1").replace("+", "%2B").replace(" ", "%20") if value.isascii() else "%D9%A1"
    refused(live.a.request("GET", f"/get_statistics?from={written}"), "from")
    refused(live.a.request("GET", f"/get_statistics?to={written}"), "to")


@pytest.mark.parametrize("value", [True, [1], {}, 1.5, -1, 253_402_300_800, "x", 10**19])
def test_what_is_no_time_in_a_body_either(live: Live, value: Any) -> None:
    refused(live.a.request("GET", "/get_statistics", {"from": value}), "from")


def test_the_edges_of_time(live: Live) -> None:
    last = 253_402_300_799
    assert stats(live.a, f"?from=0&to={last}")["timeframe_to"] == last
    assert stats(live.a, f"?from={2**31}&to={2**31}")["display"] == 0
    refused(live.a.request("GET", "/get_statistics?from=2&to=1"), "from")
    refused(live.a.request("GET", f"/get_statistics?from={last}"), "from")


def test_a_day_is_a_utc_day_and_days_without_figures_are_there(live_app: LiveApp) -> None:
    for second in (START - HOUR, START, START + DAY - HOUR, START + DAY, START + 3 * DAY):
        count(live_app, second, displays=1, clicks=2, hovers=3, closes=7, conversions=4, conversion_cents=250)
    found = dashboard(live_app, "2026-03-09", "2026-03-13")
    assert [row["date"] for row in found["graph"]] == [f"2026-03-{day:02}" for day in range(9, 14)]
    assert [row["impr_count"] for row in found["graph"]] == [1, 2, 1, 0, 1]
    row = {"click_count": 2, "hover_count": 3, "conversions_count": 4, "converted_sale_in_cents": 250}
    assert found["graph"][0] == {"date": "2026-03-09", "impr_count": 1, **row}
    assert found["graph"][3] == {"date": "2026-03-12", "impr_count": 0, **dict.fromkeys(row, 0)}
    assert found["totals"] == {
        "impr_count": 5,
        "click_count": 10,
        "hover_count": 15,
        "conversions_count": 20,
        "converted_sale_in_cents": 1_250,
        "goal_conversion_count": 20,
        "goal_converted_sale_in_dollars": 12.5,
    }
    assert found["date_range"] == {"from": "2026-03-09", "to": "2026-03-13"}


def test_ranges_of_days(live_app: LiveApp) -> None:
    assert len(dashboard(live_app, "2024-02-28", "2024-03-01")["graph"]) == 3  # a leap day
    assert len(dashboard(live_app, "2026-03-10", "2026-03-10")["graph"]) == 1
    first = date(2025, 1, 1)
    assert len(dashboard(live_app, str(first), str(first + timedelta(399)))["graph"]) == 400
    assert dashboard(live_app, "9999-12-31", "9999-12-31")["graph"][0]["date"] == "9999-12-31"
    only_to = live_app.request("GET", "/dashboard?date_range%5Bto%5D=2026-03-30").json()
    assert only_to["date_range"] == {"from": "2026-03-01", "to": "2026-03-30"}
    assert live_app.request("GET", "/dashboard?date_range[to]=1970-01-02").json()["date_range"]["from"] == "1970-01-01"
    answer = live_app.request("GET", f"/dashboard?date_range[from]={first}&date_range[to]={first + timedelta(400)}")
    refused(answer, "date_range[from]")
    refused(live_app.request("GET", "/dashboard?date_range[from]=2026-01-02&date_range[to]=2026-01-01"), "date_range[from]")


@pytest.mark.parametrize(
    "value", ["abc", "20260101", "2026-1-1", "2026-02-30", "2026-W01-1", "10000-01-01", "0000-01-01", "1969-12-31", "1"]
)
def test_what_is_no_day_is_refused_by_name(live: Live, value: str) -> None:
    for end in ("from", "to"):
        refused(live.a.request("GET", f"/dashboard?date_range[{end}]={value}"), f"date_range[{end}]")


def test_all_figures_agree(live_app: LiveApp) -> None:
    for number in range(400):
        at = START - 200 * DAY + number * 13 * HOUR
        count(live_app, at, displays=number, hovers=7, clicks=3, conversions=number % 2, conversion_cents=number * 99)
    first, last = date(2025, 6, 1), date(2026, 6, 30)
    start = int(datetime(2025, 6, 1, tzinfo=UTC).timestamp())
    days = dashboard(live_app, str(first), str(last))
    span = stats(live_app, f"?from={start}&to={start + ((last - first).days + 1) * DAY}")
    for name, other in (
        ("impr_count", "display"),
        ("click_count", "click"),
        ("hover_count", "hover"),
        ("conversions_count", "conversions_count"),
        ("converted_sale_in_cents", "conversions_sales_sum"),
    ):
        assert sum(row[name] for row in days["graph"]) == days["totals"][name] == span[other] > 0
    assert len(days["graph"]) == (last - first).days + 1


def test_figures_are_the_tokens_own_whatever_is_asked(live: Live) -> None:
    mine, other = live.new_application(), live.new_application()
    count(other, START, displays=9)
    assert stats(mine, f"?id={other.id}&from=0")["display"] == 0
    for path in ("get_statistics", "dashboard"):
        answer = live.server.get(f"/api/v1/applications/{other.id}/{path}", mine.headers)
        assert answer.status == 403
        assert live.server.get(f"/api/v1/applications/me/{path}").status == 401
        assert mine.request("DELETE", f"/{path}").status == 405
        assert mine.request("POST", f"/{path}", {}).status == 405
    assert stats(other, "?from=0")["display"] == 9


@pytest.mark.parametrize(
    ("zone", "day", "first", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00", 23),
        ("Europe/Berlin", "2025-10-26", "2025-10-25T22:00", 25),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00", 23),
        # Half an hour off: the hour that midnight lies in counts in the day before.
        ("Asia/Kolkata", "2026-03-10", "2026-03-09T19:00", 24),
        ("Pacific/Auckland", "2026-03-10", "2026-03-09T11:00", 24),
    ],
)
def test_a_day_is_one_of_the_applications_time_zone(live_app: LiveApp, zone: str, day: str, first: str, hours: int) -> None:
    begins = int(datetime.fromisoformat(f"{first}+00:00").timestamp())
    for number in range(-2, hours + 2):
        count(live_app, begins + number * HOUR, displays=1 if 0 <= number < hours else 1_000)
    assert live_app.request("PATCH", "", {"time_zone": zone}).json()["time_zone"] == zone
    found = dashboard(live_app, day, day)
    assert found["totals"]["impr_count"] == hours
    assert [(row["date"], row["impr_count"]) for row in found["graph"]] == [(day, hours)]
    # Seconds are seconds in every zone.
    assert stats(live_app, f"?from={begins}&to={begins + hours * HOUR}")["display"] == hours


def test_today_is_that_of_the_time_zone(live_app: LiveApp) -> None:
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        live_app.request("PATCH", "", {"time_zone": zone})
        today = datetime.now(ZoneInfo(zone)).date()
        shown = live_app.request("GET", "/dashboard").json()["date_range"]["to"]
        assert shown in (today.isoformat(), datetime.now(ZoneInfo(zone)).date().isoformat())


def test_the_last_day_of_all_in_every_zone(live_app: LiveApp) -> None:
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kolkata"):
        live_app.request("PATCH", "", {"time_zone": zone})
        assert len(dashboard(live_app, "9999-12-30", "9999-12-31")["graph"]) == 2
        assert len(dashboard(live_app, "1970-01-01", "1970-01-02")["graph"]) == 2


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "europe/berlin", "../etc/passwd", "+01:00", ["UTC"], {}, 1, True])
def test_what_is_no_time_zone_is_refused(live: Live, zone: Any) -> None:
    refused(live.a.request("PATCH", "", {"time_zone": zone}), "time_zone")
    assert live.a.request("GET", "").json()["time_zone"] == "UTC"
