"""Answers that are none: every kind of nonsense has its name, and no bytes at all raise."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.outbound.receivers import OPEN_GUARD, Receiver, answered, read_request, receiver
from tests.outbound.test_time_limit import hangs
from tests.outbound.test_web_call import failure, post

from tidings.outbound.guard import Target
from tidings.outbound.line import Deadline, Line, connect
from tidings.outbound.web_call import Answered, NotAnswered, WebCall, call

BAD_ANSWERS = {
    "HTTP/0.9": b"<html>hello</html>",
    "garbage": b"\x00\xff\x16\x03\r\n\r\n" * 5,
    "another protocol": b"220 mail.example ESMTP\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    "status 999": answered("999 What"),
    "status 600": answered("600 What"),
    "status 042": answered("042 What"),
    "status 1000": answered("1000 What"),
    "status in words": answered("OK"),
    "switching protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "headers broken off": b"HTTP/1.1 200 OK\r\nX: ",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length below 0": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nab",
    "header without a name": b"HTTP/1.1 200 OK\r\n: x\r\n\r\n",
    "1 MB of headers": b"HTTP/1.1 200 OK\r\n" + b"X-Pad: 0123456789abcdef\r\n" * 41_000 + b"\r\n",
    "one header of 1 MB": b"HTTP/1.1 200 OK\r\nX-Pad: " + b"x" * 1_000_000 + b"\r\n\r\n",
    "100 for ever": b"HTTP/1.1 100 Continue\r\n\r\n" * 50_000,
}


@pytest.mark.parametrize("form", BAD_ANSWERS)
def test_what_is_no_answer(form: str) -> None:
    assert failure(BAD_ANSWERS[form]).result == "bad_answer"


@pytest.mark.parametrize("form", ["1 MB of headers", "one header of 1 MB", "100 for ever"])
def test_what_comes_before_an_answer_has_an_end(form: str) -> None:
    assert failure(BAD_ANSWERS[form]).reason == "127.0.0.1 sent more than 64 KiB before its answer began."


PARTS = (
    "HTTP/1.1 200 OK\r\n|HTTP/1.0 500 x\r\n|HTTP/1.1 100 Continue\r\n\r\n|HTTP/1.1 101 x\r\n|Content-Length: 5\r\n|"
    "Transfer-Encoding: chunked\r\n|Transfer-Encoding: gzip\r\n|Connection: close\r\n|5\r\nhello\r\n|0\r\n\r\n|"
    "fffffffffffffffffff\r\n|\r\n|\n|\r|\0| |"
)


@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.one_of(st.sampled_from(PARTS.encode().split(b"|")), st.binary(max_size=4))).map(b"".join),
    )
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_raise(any_receiver: Receiver, data: bytes) -> None:
    def play(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(data)

    any_receiver.play = play
    answer = post(any_receiver)
    assert isinstance(answer, Answered) or answer.result in ("bad_answer", "broken_off")


@pytest.fixture
def any_receiver() -> object:
    with receiver(b"") as served:
        yield served


def test_no_connection_is_left_open_where_time_ends_before_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[Line] = []

    def late(target: Target, _deadline: Deadline, allowance: int) -> Line:
        lines.append(connect(target, Deadline(5), allowance))
        lines[-1]._deadline = Deadline(0)
        return lines[-1]

    monkeypatch.setattr("tidings.outbound.web_call.connect", late)
    with receiver(hangs) as served:
        answer = call(OPEN_GUARD, WebCall("POST", served.url(scheme="https")))
        assert isinstance(answer, NotAnswered)
        assert answer.result == "timed_out"
        assert lines[0]._socket.fileno() == -1


@pytest.mark.parametrize("play", [answered(), answered(body=b"x" * 99_999), b"nonsense\r\n\r\n", b"", hangs])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_connection_is_left_open(play: Any, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[Line] = []

    def noted(*arguments: Any) -> Line:
        lines.append(connect(*arguments))
        return lines[-1]

    monkeypatch.setattr("tidings.outbound.web_call.connect", noted)
    with receiver(play) as served:
        assert call(OPEN_GUARD, WebCall("POST", served.url(scheme=scheme)), seconds=0.5)
        assert [line._socket.fileno() for line in lines] == [-1]
