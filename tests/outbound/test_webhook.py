"""The webhook channel: signed so that the stock verifier accepts it, and each answer taken for what it is."""

from __future__ import annotations

import base64
import json
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError
from tests.commands import free_port
from tests.outbound.receivers import OPEN_GUARD, Receiver, answered, head_of, read_request, receiver, reset, resolves_to
from tests.outbound.test_time_limit import hangs

from tidings.outbound.channels.webhook import LONGEST_WAIT, OutgoingMessage, _retry_after, send
from tidings.outbound.guard import Guard
from tidings.outbound.results import Busy, Outcome, Refused, Sent, Silent

SECRET = "whsec_" + base64.b64encode(bytes(range(24))).decode()
BODY = json.dumps({"stats": {"timeframe_from": 0, "timeframe_to": 14_400, "click": 1, "display": 2**40}}).encode()
NOW = int(time.time())


def message(served: Receiver, **fields: object) -> OutgoingMessage:
    return replace(OutgoingMessage("msg_1", served.url(), SECRET, BODY, int(time.time())), **fields)  # type: ignore[arg-type]


def outcome(answer: bytes) -> Outcome:
    with receiver(answer) as served:
        return send(OPEN_GUARD, message(served), seconds=5)


def test_the_stock_verifier_accepts_what_is_sent() -> None:
    body = json.dumps({"stats": {"name": "Zoë 🎉"}}, ensure_ascii=False).encode()
    with receiver(answered("204 No Content", b"")) as served:
        sent = send(OPEN_GUARD, message(served, body=body))
        assert isinstance(sent, Sent)
        assert (sent.status, sent.result) == (204, "delivered")
        request = served.requests[0]
        headers, received = head_of(request), request.partition(b"\r\n\r\n")[2]
        assert request.startswith(b"POST /hook HTTP/1.1\r\n")
        assert received == body
        assert headers["content-type"] == "application/json"
        assert headers["user-agent"].startswith("Tidings/")
        assert "tidings-test" not in headers
        assert Webhook(SECRET).verify(received, headers) == {"stats": {"name": "Zoë 🎉"}}
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(received + b" ", headers)
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_" + base64.b64encode(bytes(24)).decode()).verify(received, headers)


def test_a_further_attempt_has_the_same_id_and_a_signature_of_its_own() -> None:
    """The receiver resets after it has read the body: whether it took it is unknown, so it is told that it is the same."""

    def play(connection: socket.socket) -> None:
        served.requests.append(read_request(connection))
        reset(connection)

    # The verifier looks at its own clock: not one of when the tests began.
    now = int(time.time())
    with receiver(play) as served:
        for timestamp in (now, now + 10):
            lost = send(OPEN_GUARD, message(served, timestamp=timestamp))
            assert isinstance(lost, Silent)
            assert (lost.result, lost.status, lost.answer) == ("broken_off", None, b"")
        first, second = (head_of(request) for request in served.requests)
        assert first["webhook-id"] == second["webhook-id"] == "msg_1"
        assert [first["webhook-timestamp"], second["webhook-timestamp"]] == [str(now), str(now + 10)]
        assert first["webhook-signature"] != second["webhook-signature"]
        for request in served.requests:
            Webhook(SECRET).verify(request.partition(b"\r\n\r\n")[2], head_of(request))


def test_a_test_is_marked_in_a_header_alone() -> None:
    with receiver(answered()) as served:
        send(OPEN_GUARD, message(served))
        send(OPEN_GUARD, message(served, test=True))
        plain, test = served.requests
        assert head_of(test)["tidings-test"] == "true"
        assert plain.partition(b"\r\n\r\n")[2] == test.partition(b"\r\n\r\n")[2]
        assert head_of(test) == head_of(plain) | {"tidings-test": "true"}


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_success(status: int) -> None:
    sent = outcome(answered(f"{status} x", b"" if status == 204 else b"thanks"))
    assert isinstance(sent, Sent)
    assert (sent.status, sent.answer) == (status, b"" if status == 204 else b"thanks")


@pytest.mark.parametrize(
    ("status", "result", "gone"),
    [(301, "redirected", False), (302, "redirected", False), (304, "redirected", False), (307, "redirected", False),
     (400, "refused", False), (401, "refused", False), (403, "refused", False), (404, "refused", False), (410, "gone", True),
     (499, "refused", False)],
)  # fmt: skip
def test_3xx_and_4xx_are_refusals(status: int, result: str, gone: bool) -> None:
    refused = outcome(
        answered(f"{status} x", b"" if status == 304 else b"no", "Retry-After: 5\r\nLocation: http://169.254.169.254/\r\n")
    )
    assert isinstance(refused, Refused)
    assert (refused.status, refused.result, refused.gone) == (status, result, gone)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 501, 502, 503, 504, 599])
@pytest.mark.parametrize(("header", "seconds"), [("", None), ("Retry-After: 120\r\n", 120)])
def test_busy_ones_are_waited_for(status: int, header: str, seconds: int | None) -> None:
    busy = outcome(answered(f"{status} x", b"later", header))
    assert isinstance(busy, Busy)
    assert (busy.status, busy.retry_after, busy.answer, busy.result) == (status, seconds, b"later", "busy")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0), ("120", 120), ("86400", 86400), ("86401", LONGEST_WAIT), ("9" * 5000, LONGEST_WAIT), ("-1", None),
        ("1.5", None), ("", None), ("soon", None), ("²", None), ("٣", None), ("12 0", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Sunday, 06-Nov-94 08:49:37 GMT", 0), ("Sun Nov  6 08:49:37 1994", 0),
        ("Fri, 99 Nov 1994 08:49:37 GMT", None), ("Sun, 06 Nov 99999 08:49:37 GMT", None),
    ],
)  # fmt: skip
def test_what_retry_after_may_say(value: str, seconds: int | None) -> None:
    assert _retry_after(value, NOW) == seconds


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_a_date_in_retry_after_counts_from_the_attempt(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        at = datetime.fromtimestamp(NOW + 300, UTC)
        assert _retry_after(format_datetime(at, usegmt=True), NOW) == 300
        assert _retry_after(at.strftime("%a %b %d %H:%M:%S %Y"), NOW) == 300
    finally:
        monkeypatch.undo()
        time.tzset()


@given(st.text(st.characters(max_codepoint=255)))
def test_no_retry_after_raises(value: str) -> None:
    seconds = _retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT


def test_no_answer_and_no_call() -> None:
    def silence(url: str, guard: Guard = OPEN_GUARD, seconds: float = 5) -> Outcome:
        return send(guard, OutgoingMessage("msg_1", url, SECRET, BODY, NOW), seconds=seconds)

    nobody = silence(f"http://127.0.0.1:{free_port()}/")
    assert isinstance(nobody, Silent)
    assert nobody.result == "not_connected"
    unknown = silence("http://shop.example/", Guard(resolve=resolves_to()))
    assert isinstance(unknown, Silent)
    assert unknown.result == "unresolved"
    inner = silence("http://shop.example/", Guard(resolve=resolves_to("10.0.0.1")))
    assert isinstance(inner, Refused)
    assert (inner.result, inner.status, inner.gone) == ("refused_address", None, False)
    with receiver(hangs) as served:
        late = silence(served.url(), seconds=0.3)
        assert isinstance(late, Silent)
        assert late.result == "timed_out"
    garbage = outcome(b"nonsense\r\n\r\n")
    assert isinstance(garbage, Refused)
    assert (garbage.result, garbage.status, garbage.gone) == ("bad_answer", None, False)


def test_every_outcome_can_be_written_into_the_log() -> None:
    for one in (Sent(200, b"", 1), Refused("refused", 400, b"", 1), Busy(None, 500, b"", 1), Silent("timed_out", 1)):
        assert one.result
        assert isinstance(one.answer, bytes)
        assert one.milliseconds == 1
        assert one.reason == ""
        assert one.status is None or one.status >= 200
