"""Deliveries of webhooks over REST: a test at once, the log, sending again; against a real receiver."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier
from tests.commands import wait_until
from tests.live import LiveApp, LiveServer

from tidings.surfaces.webhooks import shown


def create(application: LiveApp, **members: Any) -> dict[str, Any]:
    answer = application.request("POST", "/webhooks", members)
    assert answer.status == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


@dataclass
class Receiver:
    """An endpoint on this machine: what came, and what it answers."""

    url: str
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    answer: bytes = b"ok"
    # Answers wait while this is not set.
    hold: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.came.append((dict(self.headers), body))
            found.hold.wait(20)
            self.send_response(found.status)
            self.send_header("Content-Length", str(len(found.answer)))
            self.end_headers()
            self.wfile.write(found.answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    found.hold.set()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def allowing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server whose operator lets webhooks call this machine."""
    environment = {"TIDINGS_OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8"}
    with LiveServer(tmp_path_factory.mktemp("allowing"), env=environment) as server:
        yield server


def log_of(application: LiveApp, webhook_id: int, query: str = "") -> list[dict[str, Any]]:
    answer = application.request("GET", f"/webhooks/{webhook_id}/deliveries{query}")
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def test_a_test_goes_out_at_once_and_the_stock_verifier_takes_it(allowing: LiveServer, receiver: Receiver) -> None:
    application = allowing.create_application()
    webhook = create(application, url=receiver.url, figures=["hover"])
    sent = application.request("POST", f"/webhooks/{webhook['id']}/test").json()
    assert (sent["test"], sent["attempts"], sent["request"]["url"]) == (True, [], receiver.url)
    wait_until("the test", lambda: receiver.came)
    headers, body = receiver.came[0]
    assert Verifier(webhook["secret"]).verify(body.decode(), {name.lower(): value for name, value in headers.items()})
    assert headers["Tidings-Test"] == "true"
    stats = json.loads(body)["stats"]
    assert list(stats) == ["timeframe_from", "timeframe_to", "click", "display", "hover"]
    assert stats["timeframe_to"] - stats["timeframe_from"] == 4 * 3_600
    assert (sent["timeframe_from"], sent["timeframe_to"]) == (stats["timeframe_from"], stats["timeframe_to"])
    wait_until("settled", lambda: log_of(application, webhook["id"])[0]["state"] == "delivered")
    (logged,) = log_of(application, webhook["id"])
    (attempt,) = logged["attempts"]
    assert (attempt["number"], attempt["result"], attempt["status"], attempt["answer"]) == (1, "delivered", 200, "ok")
    assert attempt["answer_bytes"] == 2
    assert attempt["duration_ms"] >= 0
    assert logged["request"]["body"] == body.decode()
    assert logged["request"]["headers"] == {
        "Content-Type": "application/json",
        "webhook-id": headers["webhook-id"],
        "Tidings-Test": "true",
    }
    assert logged["message_id"] == headers["webhook-id"] == sent["message_id"]


def test_sending_again_is_the_same_message(allowing: LiveServer, receiver: Receiver) -> None:
    receiver.status, receiver.answer = 500, b"<script>alert(1)</script>\x00\x1b[31m" + b"x" * 5_000
    application = allowing.create_application()
    webhook = create(application, url=receiver.url)["id"]
    sent = application.request("POST", f"/webhooks/{webhook}/test").json()
    wait_until("it failed", lambda: log_of(application, webhook)[0]["state"] == "failed")
    (attempt,) = log_of(application, webhook)[0]["attempts"]
    assert (attempt["status"], attempt["answer_bytes"]) == (500, len(receiver.answer))
    assert attempt["answer"].startswith("<script>alert(1)</script>\\x00\\x1b[31mxxx")
    assert len(attempt["answer"]) < 1_100
    receiver.status = 200
    again = application.request("POST", f"/webhooks/{webhook}/deliveries/{sent['id']}/send_again").json()
    assert (again["id"], again["message_id"]) == (sent["id"], sent["message_id"])
    wait_until("it arrived", lambda: log_of(application, webhook)[0]["state"] == "delivered")
    first, second = receiver.came
    assert first[1] == second[1]
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    assert [one["number"] for one in log_of(application, webhook)[0]["attempts"]] == [1, 2]


def test_the_log_in_pages_newest_first(allowing: LiveServer, receiver: Receiver) -> None:
    application = allowing.create_application()
    webhook = create(application, url=receiver.url)["id"]
    ids = []
    for _ in range(5):  # one after the other: no two are on their way at once
        ids.append(application.request("POST", f"/webhooks/{webhook}/test").json()["id"])
        wait_until("settled", lambda: log_of(application, webhook)[0]["state"] == "delivered")
    assert [one["id"] for one in log_of(application, webhook)] == ids[::-1]
    assert [one["id"] for one in log_of(application, webhook, "?limit=2")] == ids[:2:-1]
    assert [one["id"] for one in log_of(application, webhook, f"?limit=2&before={ids[3]}")] == [ids[2], ids[1]]
    assert log_of(application, webhook, f"?before={ids[0]}") == []
    again = application.request("POST", f"/webhooks/{webhook}/deliveries/{ids[1]}/send_again").json()
    assert (again["id"], len(again["attempts"])) == (ids[1], 1)


def test_one_test_at_a_time(allowing: LiveServer, receiver: Receiver) -> None:
    receiver.hold.clear()
    application = allowing.create_application()
    path = f"/webhooks/{create(application, url=receiver.url)['id']}/test"
    try:
        assert application.request("POST", path).status == 200
        refusal = application.request("POST", path)
        assert (refusal.status, refusal.json()["error"]["code"]) == (409, "test_waiting")
    finally:
        receiver.hold.set()
    wait_until("the first is over", lambda: application.request("POST", path).status == 200)


def test_an_answer_is_shown_as_text_that_can_do_nothing() -> None:
    """WH-083."""
    assert shown(b"<b>\x00\x1b\x7f\xc2\x85\xe2\x80\xae\xe2\x80\xa8\n\tok") == "<b>\\x00\\x1b\\x7f\\x85\\u202e\\u2028\n\tok"
    assert shown(b"\xff\xfe") == "\\xff\\xfe"
    assert shown("é".encode() * 600) == "é" * 512
    assert shown("é".encode()[:1] + b"a" * 2_000) == "\\xc3" + "a" * 1_023
