"""The limit of a call's time holds against everything that can wait: look-up, connecting, TLS, headers, body, writing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from tests.outbound.receivers import LOOPBACK, OPEN_GUARD, Receiver, answered, read_request, receiver, resolves_to

from tidings.outbound.guard import Guard
from tidings.outbound.web_call import SECONDS, Answered, NotAnswered, WebCall, call

LIMIT = 0.4
LATEST = 2.0  # what a busy machine may add; every play below goes on for longer


def timed(url: str, guard: Guard = OPEN_GUARD, body: bytes = b"hello") -> tuple[Answered | NotAnswered, float]:
    started = time.monotonic()
    answer = call(guard, WebCall("POST", url, {}, body), seconds=LIMIT)
    took = time.monotonic() - started
    assert took < LATEST
    return answer, took


def drips(beginning: bytes, drop: bytes, every: float = 0.05) -> Callable[[socket.socket], None]:
    """Sends `drop` again and again, until the caller goes."""

    def play(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(beginning)
        pause = threading.Event()
        while not pause.wait(every):
            connection.sendall(drop)

    return play


def hangs(connection: socket.socket) -> None:
    """Reads what comes and says nothing; ends when the caller goes."""
    while connection.recv(65536):
        pass


def test_the_limit_is_15_seconds() -> None:
    assert SECONDS == 15.0


@pytest.mark.parametrize(
    "play",
    [
        hangs,
        drips(b"", b"H"),
        drips(b"HTTP/1.1 200 OK\r\n", b"X"),
        drips(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drips(b"", b"\r\n"),
    ],
    ids=["silence", "status", "header", "headers", "100 for ever", "empty lines"],
)
def test_an_answer_that_does_not_come(play: Callable[[socket.socket], None]) -> None:
    with receiver(play) as served:
        answer, took = timed(served.url())
        assert isinstance(answer, NotAnswered)
        assert answer.result in ("timed_out", "bad_answer")
        if answer.result == "timed_out":
            assert answer.reason == "127.0.0.1 gave no answer within 0.4 s."
            assert took >= LIMIT
            assert LIMIT * 1000 <= answer.milliseconds < LATEST * 1000


@pytest.mark.parametrize(
    ("beginning", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"X: y\r\n"),
    ],
    ids=["to the end", "by length", "in chunks", "trailers"],
)
def test_a_body_that_drips_is_cut_and_the_status_counts(beginning: bytes, drop: bytes) -> None:
    with receiver(drips(beginning, drop)) as served:
        answer, took = timed(served.url())
        assert isinstance(answer, Answered)
        assert (answer.status, answer.cut) == (200, True)
        assert set(answer.body) == {ord("x")}
        assert took >= LIMIT


def test_a_caller_that_is_not_read() -> None:
    def play(connection: socket.socket) -> None:
        threading.Event().wait(LATEST + 1)

    with receiver(play) as served:
        answer, _ = timed(served.url(), body=b"x" * 30_000_000)
        assert isinstance(answer, NotAnswered)
        assert answer.result == "timed_out"


def test_a_caller_that_is_read_a_sip_at_a_time() -> None:
    """Each sip frees room for a write that succeeds: a limit for each write would never end."""

    def play(connection: socket.socket) -> None:
        pause = threading.Event()
        while not pause.wait(0.02):
            connection.recv(100_000)

    with receiver(play) as served:
        answer, _ = timed(served.url(), body=b"x" * 60_000_000)
        assert isinstance(answer, NotAnswered)
        assert answer.result == "timed_out"


def test_tls_that_stalls() -> None:
    with receiver(hangs) as served:
        answer, took = timed(served.url(scheme="https"))
        assert isinstance(answer, NotAnswered)
        assert answer.result == "timed_out"
        assert took >= LIMIT


@contextmanager
def full_listener() -> Iterator[int]:
    """The port of a listener whose queue is full, so that further connections wait."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = int(listener.getsockname()[1])
        waiting = []
        for _ in range(3):
            waiting.append(socket.socket())
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex(("127.0.0.1", port))
        yield port
        for one in waiting:
            one.close()


def test_a_connection_that_does_not_come_about() -> None:
    with full_listener() as port:
        answer, took = timed(f"http://127.0.0.1:{port}/")
        assert isinstance(answer, NotAnswered)
        assert answer.result == "timed_out"
        assert took >= LIMIT


def test_an_address_that_swallows_leaves_time_for_the_next() -> None:
    with full_listener() as port, socket.socket() as other:
        other.bind(("127.0.0.2", port))
        other.listen()
        served = Receiver(lambda connection: connection.sendall(answered()), other)
        threading.Thread(target=served.serve, daemon=True).start()
        guard = Guard(LOOPBACK, resolve=resolves_to("127.0.0.1", "127.0.0.2"))
        answer = call(guard, WebCall("POST", f"http://shop.example:{port}/"), seconds=3.0)
        other.shutdown(socket.SHUT_RDWR)
        assert isinstance(answer, Answered)
        assert 1500 <= answer.milliseconds < 3000


def test_a_resolver_that_hangs() -> None:
    gate = threading.Event()

    def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        gate.wait(20)
        return []

    answer, took = timed("http://shop.example/", Guard(resolve=resolve))
    gate.set()
    assert isinstance(answer, NotAnswered)
    assert (answer.result, answer.reason) == ("unresolved", "shop.example could not be looked up within 0.4 s.")
    assert took >= LIMIT


def test_a_slow_look_up_takes_from_the_time_of_the_rest() -> None:
    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        threading.Event().wait(1.0)
        return [(0, 0, 0, "", ("127.0.0.1", port))]

    with receiver(hangs) as served:
        started = time.monotonic()
        answer = call(Guard(LOOPBACK, resolve=resolve), WebCall("POST", served.url(host="shop.example")), seconds=1.2)
        assert isinstance(answer, NotAnswered)
        assert answer.result == "timed_out"
        assert time.monotonic() - started < 2.0  # 2.2 if each had its own time


def test_64_that_hang_do_not_keep_one_that_answers() -> None:
    with receiver(hangs) as dead, receiver(answered()) as alive, ThreadPoolExecutor(65) as pool:
        waiting = [pool.submit(call, OPEN_GUARD, WebCall("POST", dead.url()), seconds=4.0) for _ in range(64)]
        answer = pool.submit(call, OPEN_GUARD, WebCall("POST", alive.url()), seconds=4.0).result(5)
        assert isinstance(answer, Answered)
        assert answer.milliseconds < 3000
        assert not any(one.done() for one in waiting)
        results = [one.result(10) for one in waiting]
        assert {one.result for one in results if isinstance(one, NotAnswered)} == {"timed_out"}
        assert len(results) == 64
        assert dead.connections == 64
