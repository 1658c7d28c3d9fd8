"""Another process holds the database's write lock: callers wait 5 s at most, get 503, and it heals by itself."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from tests.cases.ground import assert_refusal
from tests.commands import wait_until
from tests.live import LiveServer
from tests.wire import Answer

NewServer = Callable[..., LiveServer]
LONGEST_WAIT = 6.0  # the promise is 5 s


def test_locked_then_released(new_server: NewServer) -> None:
    server = new_server()
    application = server.create_application()
    application.post_event(external_id="before")

    def post(number: int) -> tuple[Answer, float]:
        started = time.monotonic()
        event = {"event_type_id": application.event_type_id, "external_id": f"locked-{number}"}
        answer = application.request("POST", "/events", {"event": event})
        return answer, time.monotonic() - started

    with closing(sqlite3.connect(str(server.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(12) as pool:
            posts = [pool.submit(post, 0)]
            wait_until("the others' turn", lambda: posts[0].running(), 2)
            time.sleep(0.2)  # so that the first waits alone in the writer and the others queue behind it
            posts += [pool.submit(post, number) for number in range(1, 12)]
            assert application.request("GET", "/events").status == 200  # readers do not wait for the writer
            answers = [found.result() for found in posts]
        other.execute("ROLLBACK")

    for answer, seconds in answers:
        assert answer.status == 503
        assert_refusal(answer)
        assert seconds < LONGEST_WAIT
    assert application.request("POST", "/events", {"event": {"event_type_id": application.event_type_id}}).status == 200
    wait_until("ready again", server.is_ready)
    assert application.count() == 2
    assert "Traceback" not in server.log


def test_short_lock_is_waited_out(new_server: NewServer) -> None:
    server = new_server()
    application = server.create_application()
    with closing(sqlite3.connect(str(server.database), isolation_level=None)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("BEGIN IMMEDIATE")
        posted = pool.submit(application.post_event)
        time.sleep(0.5)  # how long the other process holds on to it
        assert not posted.done()
        other.execute("ROLLBACK")
        assert posted.result(5)["id"] > 0
