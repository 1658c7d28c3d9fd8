"""The wire: what is no header does not pass for one, nothing grows without end, and no answer is lost or doubled."""

import json

from tests.conftest import Live
from tests.live import LiveApp


def post(app: LiveApp, *headers: str, title: str = "Ink", body: bytes | None = None) -> bytes:
    if body is None:
        body = json.dumps({"event_type_id": app.event_type_id, "title": title}).encode()
    lines = [
        "POST /api/v1/applications/me/events HTTP/1.1",
        "Host: tidings.example",
        "Content-Type: application/json",
        f"Authorization: Token {app.auth_token}",
        *(headers or (f"Content-Length: {len(body)}",)),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def test_an_upgrade_to_something_unknown_is_ignored(live: Live, live_app: LiveApp) -> None:
    body = json.dumps({"event_type_id": live_app.event_type_id, "title": "Upgrade: me"}).encode()
    headers = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEA", f"Content-Length: {len(body)}")
    exchange = live.server.exchange(post(live_app, *headers, body=body))
    assert exchange.status == "200"
    assert [event["title"] for event in live_app.events()] == ["Upgrade: me"]


def test_a_trailer_is_no_header(live: Live, live_app: LiveApp) -> None:
    body = json.dumps({"event_type_id": live_app.event_type_id, "title": "Ink"}).encode()
    request = (
        b"POST /api/v1/applications/me/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n"
        + f"{len(body):x}".encode()
        + b"\r\n"
        + body
        + b"\r\n0\r\n"
        + f"Authorization: Token {live_app.auth_token}\r\n\r\n".encode()
    )
    assert live.server.exchange(request).status == "401"
    assert live_app.count() == 0


def test_trailers_and_chunk_framing_have_an_end(live: Live, live_app: LiveApp) -> None:
    start = post(live_app, "Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\n")
    before = live.server.resident_bytes()
    exchange = live.server.exchange(start + b"X-Trailer: " + b"a" * 8_000_000)
    assert exchange.status in ("400", "413", "close")
    assert live.server.resident_bytes() - before < 8_000_000
    assert live.server.is_ready()


def test_what_arrives_after_a_whole_request_does_not_cost_it_its_answer(live: Live, live_app: LiveApp) -> None:
    exchange = live.server.exchange(post(live_app, title="kept") + b"nonsense\r\n\r\n", enough=2)
    assert exchange.answers[0].status == 200
    assert exchange.answers[0].json()["title"] == "kept"
    assert len(exchange.answers) == 1


def test_a_content_type_may_have_further_parameters(live: Live, live_app: LiveApp) -> None:
    request = post(live_app).replace(b"application/json", b"application/json; charset=utf-8; profile=x")
    assert live.server.exchange(request).status == "200"
