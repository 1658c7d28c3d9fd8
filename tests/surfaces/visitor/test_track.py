"""Beacons over a real server: what is counted, what statistics then tell, who is not counted, and what is refused."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import ClockedServer, Live
from tests.live import LiveApp, LiveServer
from tests.wire import Answer

from tidings.errors import Invalid
from tidings.records.beacon import CLICK, CLOSE, DISPLAY, HOVER
from tidings.surfaces.visitor.beacons import beacon_draft

BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
DAY = 86_400


def acts(event_id: int, *kinds: str, at: float | None = None) -> list[dict[str, Any]]:
    return [{"k": kind, "id": event_id, "t": round(time.time() if at is None else at)} for kind in kinds]


def send(app: LiveApp, events: list[dict[str, Any]], view: str | None = None, **headers: str) -> Answer:
    """A beacon as the widget sends it."""
    body = {"v": 1, "events": events} | ({"n": view} if view else {})
    sent = {"Content-Type": "text/plain;charset=UTF-8", "User-Agent": BROWSER}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return app.server.request("POST", f"/api/v1/{app.client_id}/track", sent, json.dumps(body))


def told(app: LiveApp) -> dict[str, int]:
    """The figures of the last 30 days; all that tell them agree to the unit."""
    stats = app.request("GET", "/get_statistics").json()["stats"]
    found = {name: stats[name] for name in ("display", "hover", "click", "close")}
    dashboard = app.request("GET", "/dashboard").json()
    names = (("display", "impr_count"), ("hover", "hover_count"), ("click", "click_count"))
    for name, theirs in names:
        assert dashboard["totals"][theirs] == sum(day[theirs] for day in dashboard["graph"]) == found[name]
    totals = app.request("GET", "").json()["stat_application"]
    assert (totals["display_count"], totals["click_count"]) == (found["display"], found["click"])
    return found


def only(**figures: int) -> dict[str, int]:
    return dict.fromkeys(("display", "hover", "click", "close"), 0) | figures


def test_a_page_view_is_counted_and_acknowledged(live_app: LiveApp) -> None:
    event_id = live_app.post_event()["id"]
    answer = send(live_app, acts(event_id, "display", "hover", "click", "close"), "page-view-1")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "no-store"
    assert not {"set-cookie", "access-control-allow-credentials", "etag"} & set(answer.headers)
    assert told(live_app) == only(display=1, hover=1, click=1, close=1)
    assert send(live_app, acts(event_id, "display", "click"), "page-view-1").status == 204
    assert told(live_app) == only(display=1, hover=1, click=1, close=1)
    assert send(live_app, acts(event_id, "display"), "page-view-2").status == 204
    assert told(live_app) == only(display=2, hover=1, click=1, close=1)


def test_one_page_view_from_many_connections_at_once_counts_once(live_app: LiveApp) -> None:
    event_id = live_app.post_event()["id"]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: send(live_app, acts(event_id, "display", "click"), "page-view-1"), range(64)))
    assert {answer.status for answer in answers} == {204}
    assert told(live_app) == only(display=1, click=1)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: send(live_app, acts(event_id, "display"), f"page-view-{number}"), range(10, 110)))
    assert told(live_app) == only(display=101, click=1)


def test_the_same_page_view_of_two_applications_is_two(live_app: LiveApp, live: Live) -> None:
    other = live.new_application()
    for app in (live_app, other):
        assert send(app, acts(app.post_event()["id"], "display"), "page-view-1").status == 204
        assert told(app) == only(display=1)


@pytest.mark.parametrize("off", [DAY - 60, -DAY + 60, DAY + 60, -DAY - 60])
def test_a_clock_that_is_more_than_a_day_off_counts_nothing(live_app: LiveApp, off: float) -> None:
    event_id = live_app.post_event()["id"]
    wrong = acts(event_id, "display", at=time.time() + off)
    assert send(live_app, [*wrong, *acts(event_id, "close")]).status == 204
    assert told(live_app) == only(close=1, display=int(abs(off) < DAY))


def test_an_application_that_is_off_counts_nothing(live_app: LiveApp) -> None:
    event_id = live_app.post_event()["id"]
    live_app.request("PATCH", "", {"enabled": False})
    assert send(live_app, acts(event_id, "display")).status == 204
    assert told(live_app) == only()
    live_app.request("PATCH", "", {"enabled": True})
    assert send(live_app, acts(event_id, "display")).status == 204
    assert told(live_app) == only(display=1)


@pytest.mark.parametrize(
    ("user_agent", "counts"),
    [
        (BROWSER, True),
        ("", True),
        ("Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36", True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", False),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/130.0.0.0 Safari/537.36", False),
        ("facebookexternalhit/1.1", False),
        ("x" * 600 + " Googlebot/2.1", True),
    ],
)
def test_a_crawler_gets_the_same_answer_and_is_not_counted(live_app: LiveApp, user_agent: str, counts: bool) -> None:
    event_id = live_app.post_event()["id"]
    plain = send(live_app, acts(event_id, "hover"))
    answer = send(live_app, acts(event_id, "display"), User_Agent=user_agent)
    assert (answer.status, answer.body, set(answer.headers)) == (plain.status, plain.body, set(plain.headers))
    assert told(live_app) == only(hover=1, display=int(counts))


def test_statistics_are_kept_by_event_type_and_by_event_too(live_app: LiveApp) -> None:
    other_type = live_app.request("POST", "/event_types", {"name": "Refund", "message": "{{ title }}"}).json()["id"]
    first, second = live_app.post_event()["id"], live_app.post_event(event_type_id=other_type)["id"]
    send(live_app, acts(first, "display", "click") + acts(second, "display"), "page-view-1")
    send(live_app, acts(second, "display", "close"), "page-view-2")
    with contextlib.closing(sqlite3.connect(f"file:{live_app.server.database}?mode=ro", uri=True)) as database:
        by_type = database.execute(
            "SELECT event_type_id, sum(displays), sum(clicks), sum(closes) FROM event_type_figures"
            " WHERE application_id = ? GROUP BY 1 ORDER BY 1", [live_app.id],
        ).fetchall()  # fmt: skip
        by_event = database.execute(
            "SELECT event_id, sum(displays), sum(clicks), sum(closes) FROM event_figures"
            " WHERE application_id = ? GROUP BY 1 ORDER BY 1", [live_app.id],
        ).fetchall()  # fmt: skip
    assert by_type == [(live_app.event_type_id, 1, 1, 0), (other_type, 2, 0, 1)]
    assert by_event == [(first, 1, 1, 0), (second, 2, 0, 1)]
    assert told(live_app) == only(display=3, click=1, close=1)


def test_nothing_of_a_visitor_is_stored(live_app: LiveApp) -> None:
    event_id = live_app.post_event()["id"]
    marks = {"User_Agent": f"{BROWSER} Tell-tale-agent", "Referer": "https://shop.example/Tell-tale-page",
             "Cookie": "id=Tell-tale-cookie", "X_Forwarded_For": "203.0.113.77"}  # fmt: skip
    assert send(live_app, acts(event_id, "display", "click"), "Tell-tale-page-view", **marks).status == 204
    assert told(live_app) == only(display=1, click=1)
    folder = live_app.server.folder
    kept = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file() and path.suffix != ".secret")
    assert b"page_view_marks" in kept
    for word in (b"Tell-tale", b"203.0.113.77", b"Firefox/128.0"):
        assert word not in kept


def test_the_hour_is_the_servers_and_a_view_is_known_for_hours(clocked: ClockedServer) -> None:
    app = clocked.create_application()
    event_id = app.post_event()["id"]

    def now() -> float:
        return time.time() + clocked.offset

    def days() -> list[int]:
        return [day["impr_count"] for day in app.request("GET", "/dashboard").json()["graph"]][-2:]

    before = days()[0]
    assert send(app, acts(event_id, "display", at=now() - DAY + 60), "page-view-1").status == 204
    assert days() == [before, 1]
    clocked.move_clock(5 * 3_600)
    assert send(app, acts(event_id, "display", at=now()), "page-view-1").status == 204
    assert told(app)["display"] == 1
    clocked.move_clock(DAY)
    assert send(app, acts(event_id, "display", at=now()), "page-view-1").status == 204
    assert told(app)["display"] == 2


def test_a_beacon_that_comes_again_after_a_restart_counts_once(new_server: Callable[..., LiveServer]) -> None:
    server = new_server()
    app = server.create_application()
    event_id = app.post_event()["id"]
    assert send(app, acts(event_id, "display", "click"), "page-view-1").status == 204
    server.kill()
    server.start()
    assert send(app, acts(event_id, "display", "click"), "page-view-1").status == 204
    assert told(app) == only(display=1, click=1)


def test_a_deleted_application_takes_its_figures_along(live: Live) -> None:
    app = live.new_application()
    send(app, acts(app.post_event()["id"], "display"), "page-view-1")
    assert live.server.command_line("app", "delete", str(app.id), "--yes").returncode == 0
    assert send(app, acts(1, "display")).status == 404
    with contextlib.closing(sqlite3.connect(f"file:{live.server.database}?mode=ro", uri=True)) as database:
        for table in ("application_figures", "event_type_figures", "event_figures"):
            rows = database.execute(f"SELECT count(*) FROM {table} WHERE application_id = ?", [app.id]).fetchone()
            assert rows == (0,)


def test_a_page_of_another_origin_needs_no_preflight_and_gets_one_answered(live_app: LiveApp) -> None:
    answer = live_app.server.request(
        "OPTIONS",
        f"/api/v1/{live_app.client_id}/track",
        {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"},
    )
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "content-type"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)
ENTRY = JSON | st.fixed_dictionaries(
    {"k": st.sampled_from(["display", "click"]) | JSON, "id": st.integers() | JSON, "t": JSON}
)


@given(version=st.just(1) | JSON, view=st.just("page-view-1") | JSON, events=st.lists(ENTRY, max_size=60) | JSON)
def test_any_body_is_a_beacon_or_refused(version: Any, view: Any, events: Any) -> None:
    with contextlib.suppress(Invalid):
        beacon = beacon_draft({"v": version, "n": view, "events": events}, 1, 1_795_000_000_000)
        assert version == 1
        assert beacon.page_view in ("", view)
        assert len(beacon.acts) <= len(events) <= 50
        for event_id, kind in beacon.acts:
            assert type(event_id) is int
            assert 1 <= event_id < 2**63
            assert kind in (DISPLAY, HOVER, CLICK, CLOSE)


@pytest.mark.parametrize(
    "entry", [{"id": True}, {"id": 1.0}, {"id": "1"}, {"id": None}, {"t": True}, {"t": "1795000000"}, {}]
)
def test_what_is_told_of_an_event_has_its_types(entry: dict[str, Any]) -> None:
    good = {"k": "click", "id": 1, "t": 1_795_000_000}
    beacon = beacon_draft({"v": 1, "events": [good | entry, good]}, 7, 1_795_000_000_000)
    assert beacon.acts == (((1, CLICK),) * 2 if entry == {} else ((1, CLICK),))
    assert (beacon.application_id, beacon.page_view, beacon.now) == (7, "", 1_795_000_000_000)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(live_app: LiveApp, method: str) -> None:
    answer = live_app.server.request(method, f"/api/v1/{live_app.client_id}/track")
    assert (answer.status, answer.headers["allow"]) == (405, "OPTIONS, POST")
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "path", ["/api/v1/{}/track/", "/api/v1//track", "/api/v1/x/{}/track", "/api/v1/{}/x/track", "/api/v2/{}/track"]
)
def test_other_paths_are_not_it(live_app: LiveApp, path: str) -> None:
    assert live_app.server.request("POST", path.format(live_app.client_id), {}, "{}").status == 404
