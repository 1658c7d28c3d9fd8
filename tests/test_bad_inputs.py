"""Every row of tests/cases/bad_inputs.jsonl over real sockets: the answer it asks for, and a server none the worse."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cases import application_cases, beacon_cases, checks, dashboard_cases, plays, setups
from tests.cases.ground import Ground, assert_refusal, judge
from tests.cases.request_forms import play
from tests.commands import wait_until
from tests.conftest import ClockedServer, Live
from tests.live import LiveApp, LiveServer
from tests.wire import Answer, read_answer, request_bytes

ROWS = [json.loads(line) for line in (Path(__file__).parent / "cases" / "bad_inputs.jsonl").read_text().splitlines()]
SETUPS = setups.SETUPS | application_cases.SETUPS | beacon_cases.SETUPS | dashboard_cases.SETUPS
PLAYS = plays.PLAYS | application_cases.PLAYS
CHECKS = checks.CHECKS | application_cases.CHECKS | beacon_cases.CHECKS | dashboard_cases.CHECKS
LIMITED = ("EV-017", "LJ-030", "TR-033")  # of per-address limits, which are off in the server of all other rows
MOVED_CLOCK = ("FD-023", "FD-025")
# Rows whose application must be new: what they look at is a feed, and a feed is kept for 40 s.
FRESH = (*SETUPS, "FD-026")


@pytest.fixture(scope="module")
def trap() -> Iterator[socket.socket]:
    """A listener that no server has any business with."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def ordinary(row: dict[str, Any]) -> bool:
    return row["id"] not in (*LIMITED, *MOVED_CLOCK)


@pytest.fixture(scope="session")
def with_goals(live: Live) -> LiveApp:
    """The application of all rows that need a goal: pages of one with goals fetch more than other tests expect."""
    return live.new_application()


@pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in ROWS if ordinary(row)])
def test_row(row: dict[str, Any], live: Live, with_goals: LiveApp, trap: socket.socket) -> None:
    has_goals = "{GOAL" in str(row["request"])
    mine = live.new_application() if row["id"] in FRESH else with_goals if has_goals else live.a
    ground = Ground(live.server, mine, live.b, live.event_b, trap.getsockname()[1], row)
    SETUPS.get(row["id"], lambda _: None)(ground)
    assert ground.values  # makes the row's event, where it names one, before anything is counted
    before, of_others, logged = mine.count(), live.b.count(), len(live.server.log)
    started = time.monotonic()
    special = PLAYS.get(row["id"])
    exchanges = special(ground) if special else play(row["request"], ground.values, live.server)
    ground.seconds = time.monotonic() - started

    judge(ground, exchanges)
    CHECKS.get(row["id"], lambda _ground, _exchanges: None)(ground, exchanges)
    if "within" in row["expect"]:
        assert ground.seconds < row["expect"]["within"]
    assert live.server.alive()
    assert live.server.is_ready()
    assert mine.count() - before == row["expect"].get("stored", 0)
    assert live.b.count() == of_others
    written = live.server.log[logged:]
    assert "Traceback" not in written
    assert "ERROR" not in written
    with pytest.raises(BlockingIOError):
        trap.accept()


def test_rows_that_are_no_request_are_held_by_tests_that_are_there() -> None:
    here = Path(__file__).parent
    table = re.findall(r"^\| ([A-Z]+-[0-9]+) \| (.+) \|$", (here / "cases" / "README.md").read_text("utf-8"), re.MULTILINE)
    assert len(table) > 15
    for row, tests in table:
        assert row not in {one["id"] for one in ROWS}
        for name in re.findall(r"`([^`]+)`", tests):
            path, _, function = name.partition("::")
            assert f"\ndef {function}" in (here.parent / path).read_text("utf-8"), name


# -- the passing of time ------------------------------------------------------------------------------------------


def test_deleted_event_leaves_the_feed_with_its_bucket(clocked: ClockedServer) -> None:
    """FD-023."""
    application = clocked.create_application()
    kept, erased = (application.post_event(title=title)["id"] for title in ("kept", "erased"))
    assert [event["id"] for event in application.feed()] == [erased, kept]
    application.delete_event(erased)
    clocked.move_clock(41)
    wait_until("the next feed", lambda: [event["id"] for event in application.feed()] == [kept])
    assert "erased" not in clocked.get(f"/js-obj/{application.client_id}/30/0.js").text


def test_events_of_the_future_are_just_now(clocked: ClockedServer) -> None:
    """FD-025: the server's clock was set back by a day after events came in."""
    application = clocked.create_application()
    numbers = [application.post_event(title=title)["id"] for title in "ab"]
    clocked.move_clock(-86400)
    numbers.append(application.post_event(title="c")["id"])
    feed = application.feed()
    clocked.move_clock(86400)
    assert {event["id"] for event in feed} == set(numbers)
    for event in feed:
        assert "-" not in event["time_ago"]
        assert not event["time_ago"].startswith("in ")


# -- per-address limits -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveServer, LiveApp]]:
    with LiveServer(tmp_path_factory.mktemp("limited"), env={"TIDINGS_RATE_LIMITS": "on"}) as server:
        yield server, server.create_application()


def row_named(name: str) -> dict[str, Any]:
    return next(row for row in ROWS if row["id"] == name)


def ask_from(address: str, server: LiveServer, application: LiveApp) -> Answer:
    """One list request from another loopback address."""
    with socket.create_connection(("127.0.0.1", server.port), 10, source_address=(address, 0)) as connection:
        headers = [("Host", "x"), *application.headers.items(), ("Connection", "close")]
        connection.sendall(request_bytes("GET", "/api/v1/applications/me/events", headers, None))
        return read_answer(connection)


def test_many_wrong_tokens_are_slowed_down(limited: tuple[LiveServer, LiveApp]) -> None:
    server, application = limited
    row = row_named("EV-017")
    ground = Ground(server, application, application, {"id": 0}, 0, row)
    exchanges = play(row["request"], ground.values, server)
    judge(ground, exchanges)
    statuses = [exchange.answers[-1].status for exchange in exchanges]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert_refusal(exchanges[-1].answers[-1])
    elsewhere = ask_from("127.0.0.2", server, application)
    assert elsewhere.status == 200
    assert elsewhere.json() == []
    assert "Traceback" not in server.log


def test_guessing_client_ids_is_cheap_and_slowed_down(limited: tuple[LiveServer, LiveApp]) -> None:
    server, application = limited
    row = row_named("LJ-030")
    size = server.database.stat().st_size if server.database else 0
    ground = Ground(server, application, application, {"id": 0}, 0, row)
    exchanges = play(row["request"], ground.values, server)
    judge(ground, exchanges)
    assert exchanges[0].answers[-1].status == 404
    assert exchanges[-1].answers[-1].status == 429
    assert int(exchanges[-1].answers[-1].headers["retry-after"]) > 0
    assert server.database is not None
    assert server.database.stat().st_size == size
    assert len(application.client_id) * 6 >= 128  # bits, at six a character
    assert wait_until("ready", server.is_ready)


def test_beacons_are_limited_for_an_address_and_an_application(limited: tuple[LiveServer, LiveApp]) -> None:
    server, application = limited
    other = server.create_application()
    row = row_named("TR-033")
    ground = Ground(server, application, other, {"id": 0}, 0, row)
    # A number in X-Forwarded-For makes no other address of it.
    exchanges = play(row["request"], ground.values, server)
    judge(ground, exchanges)
    statuses = [exchange.answers[-1].status for exchange in exchanges]
    assert (statuses[0], statuses[599], statuses[600], statuses[-1]) == (204, 204, 429, 429)
    assert_refusal(exchanges[-1].answers[-1])
    assert beacon_cases.figures(application)["display"] == 600
    body = {"v": 1, "events": []}
    assert server.request("POST", f"/api/v1/{other.client_id}/track", {}, body).status == 204
