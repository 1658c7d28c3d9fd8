"""More writes than the bounded queue holds: 503 with Retry-After at once, and nothing acknowledged is lost."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from tests.cases.ground import assert_refusal
from tests.live import LiveServer
from tests.wire import Answer

NewServer = Callable[..., LiveServer]
SABOTAGED = str(Path(__file__).with_name("sabotaged.py"))
QUEUE, CALLERS = 20, 60


def test_full_queue(new_server: NewServer) -> None:
    server = new_server(launcher=(SABOTAGED, "small-queue"))
    application = server.create_application()

    def post(number: int) -> tuple[int, Answer, float]:
        started = time.monotonic()
        event = {"event_type_id": application.event_type_id, "external_id": str(number)}
        return number, application.request("POST", "/events", {"event": event}), time.monotonic() - started

    with closing(sqlite3.connect(str(server.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # holds the writer up, so that the queue fills
        with ThreadPoolExecutor(CALLERS) as pool:
            posts = [pool.submit(post, number) for number in range(CALLERS)]
            time.sleep(1.5)  # the refused have their answers by then, the queued do not
            early = [found.result() for found in posts if found.done()]
            assert server.get(f"/api/v1/{application.client_id}/load.js").status == 200
            assert application.feed() == []
            other.execute("ROLLBACK")
            everyone = [found.result() for found in posts]

    assert len(early) >= CALLERS - 2 * QUEUE
    for _, answer, seconds in early:
        assert answer.status == 503
        assert_refusal(answer)
        assert seconds < 1.5
    acknowledged = {str(number) for number, answer, _ in everyone if answer.status == 200}
    assert len(acknowledged) >= QUEUE
    assert {event["external_id"] for event in application.events()} == acknowledged


def test_full_queue_of_beacons(new_server: NewServer) -> None:
    server = new_server(launcher=(SABOTAGED, "small-queue"))
    application = server.create_application()
    event_id = application.post_event()["id"]

    def send(number: int) -> Answer:
        events = [{"k": "display", "id": event_id, "t": int(time.time())}]
        body = json.dumps({"v": 1, "n": f"page-view-{number}", "events": events})
        return server.request("POST", f"/api/v1/{application.client_id}/track", {}, body)

    with closing(sqlite3.connect(str(server.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(CALLERS) as pool:
            posts = [pool.submit(send, number) for number in range(CALLERS)]
            time.sleep(1.5)  # the refused have their answers by then, the queued do not
            other.execute("ROLLBACK")
            answers = [found.result() for found in posts]

    statuses = [answer.status for answer in answers]
    assert set(statuses) == {204, 503}
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == "*"
        if answer.status == 503:
            assert_refusal(answer)
    assert application.request("GET", "").json()["stat_application"]["display_count"] == statuses.count(204)
    # Who tries again is counted, and who was counted is not counted again.
    assert {send(number).status for number in range(CALLERS)} == {204}
    assert application.request("GET", "").json()["stat_application"]["display_count"] == CALLERS
