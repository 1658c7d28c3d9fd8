"""What one call sends and how an answer is told, good or odd; the names of what can go wrong."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import pytest
from tests.commands import free_port
from tests.outbound.receivers import (
    LOOPBACK,
    OPEN_GUARD,
    Receiver,
    answered,
    head_of,
    read_request,
    receiver,
    reset,
    resolves_to,
)

from tidings import __version__
from tidings.outbound.guard import Guard
from tidings.outbound.web_call import ANSWER_BYTES, Answered, NotAnswered, WebCall, call

CHUNKED = "Transfer-Encoding: chunked\r\n\r\n"


def post(served: Receiver, guard: Guard = OPEN_GUARD, **options: object) -> Answered | NotAnswered:
    return call(guard, WebCall("POST", served.url(), {"Content-Type": "text/plain"}, b"hello"), seconds=5, **options)  # type: ignore[arg-type]


def failure(play: Callable[[socket.socket], None] | bytes) -> NotAnswered:
    with receiver(play) as served:
        answer = post(served)
    assert isinstance(answer, NotAnswered), answer
    assert answer.reason.endswith(".")
    return answer


def test_what_is_sent_and_what_is_told() -> None:
    with receiver(answered("202 Accepted", b"thanks", "X-A: 1\r\nx-a: 2\r\n")) as served:
        answer = call(OPEN_GUARD, WebCall("PUT", served.url("/a?b=c#d"), {"X-Mine": "1"}, b"\0body"))
        assert isinstance(answer, Answered)
        assert (answer.status, answer.body, answer.cut) == (202, b"thanks", False)
        assert answer.headers["x-a"] == "1, 2"
        assert 0 <= answer.milliseconds < 5000
        request = served.requests[0]
        assert request.startswith(b"PUT /a?b=c HTTP/1.1\r\n")
        assert request.endswith(b"\r\n\r\n\0body")
        assert head_of(request) == {
            "host": f"127.0.0.1:{served.port}",
            "user-agent": f"Tidings/{__version__}",
            "accept": "*/*",
            "accept-encoding": "identity",
            "connection": "close",
            "x-mine": "1",
            "content-length": "5",
        }


def test_the_name_is_kept_for_the_host_header() -> None:
    resolve = resolves_to("127.0.0.1")
    with receiver(answered()) as served:
        answer = call(Guard(LOOPBACK, resolve=resolve), WebCall("GET", served.url(host="Bücher.example")))
        assert isinstance(answer, Answered)
        assert head_of(served.requests[0])["host"] == f"xn--bcher-kva.example:{served.port}"
        assert resolve.asked == ["xn--bcher-kva.example"]  # type: ignore[attr-defined]


def test_the_host_header_of_an_ipv6_address_has_brackets() -> None:
    with receiver(answered(), host="::1") as served:
        assert isinstance(call(Guard([ip_network("::1")]), WebCall("GET", served.url(host="[::1]"))), Answered)
        assert head_of(served.requests[0])["host"] == f"[::1]:{served.port}"


def test_each_call_has_a_connection_of_its_own_and_closes_it() -> None:
    with receiver(answered(headers="Connection: keep-alive\r\n")) as served:
        for _ in range(3):
            assert isinstance(post(served), Answered)
            assert served.left.wait(5)
            served.left.clear()
        assert served.connections == 3


def test_proxies_and_passwords_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with receiver(answered()) as served:
        assert isinstance(post(served), Answered)
        assert "authorization" not in head_of(served.requests[0])


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
)
def test_no_redirect_is_followed(status: str) -> None:
    with receiver(answered()) as other, receiver(answered(status, headers=f"Location: {other.url()}\r\n")) as served:
        answer = post(served)
        assert isinstance(answer, Answered)
        assert answer.status == int(status[:3])
        assert other.connections == 0


def test_rebinding_reaches_the_judged_address_only() -> None:
    """A name that leads to a good address when it is judged and to another one the moment after."""
    asked = []

    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(0, 0, 0, "", ("127.0.0.1" if len(asked) == 1 else "127.0.0.2", port))]

    guard = Guard([ip_network("127.0.0.1")], resolve=resolve)
    with receiver(answered()) as good, socket.socket() as bad:
        bad.bind(("127.0.0.2", good.port))
        bad.listen()
        assert isinstance(call(guard, WebCall("POST", good.url(host="shop.example")), seconds=5), Answered)
        assert asked == ["shop.example"]
        again = call(guard, WebCall("POST", good.url(host="shop.example")), seconds=5)
        assert isinstance(again, NotAnswered)
        assert again.result == "refused_address"
        assert good.connections == 1
        bad.settimeout(0)
        with pytest.raises(BlockingIOError):
            bad.accept()


def test_the_next_address_is_tried_when_one_is_closed() -> None:
    with receiver(answered()) as served:
        guard = Guard(LOOPBACK, resolve=resolves_to("127.0.0.2", "127.0.0.1"))
        assert isinstance(call(guard, WebCall("POST", served.url(host="shop.example"))), Answered)


def test_a_long_body_is_cut_and_the_rest_not_read() -> None:
    sent = threading.Semaphore(0)

    def endless(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)
            sent.release()

    with receiver(endless) as served:
        answer = post(served)
        assert isinstance(answer, Answered)
        assert (answer.status, answer.body, answer.cut) == (200, b"x" * ANSWER_BYTES, True)
        assert answer.milliseconds < 3000
        assert served.left.wait(5)  # the connection was closed under it


@pytest.mark.parametrize(("length", "cut"), [(0, False), (ANSWER_BYTES, False), (ANSWER_BYTES + 1, True)])
def test_the_edge_of_what_is_read(length: int, cut: bool) -> None:
    with receiver(answered(body=b"x" * length)) as served:
        answer = post(served)
        assert isinstance(answer, Answered)
        assert (len(answer.body), answer.cut) == (min(length, ANSWER_BYTES), cut)


def test_long_headers_leave_the_body_its_room() -> None:
    with receiver(answered(body=b"x" * ANSWER_BYTES, headers="X-Pad: 0123456789\r\n" * 3000)) as served:
        answer = post(served)
        assert isinstance(answer, Answered)
        assert (len(answer.body), answer.cut) == (ANSWER_BYTES, False)


def test_nothing_is_decompressed() -> None:
    packed = gzip.compress(b"\0" * 1_000_000)
    with receiver(answered(body=packed, headers="Content-Encoding: gzip\r\n")) as served:
        answer = post(served)
        assert isinstance(answer, Answered)
        assert answer.body == packed[:ANSWER_BYTES]


def test_chunks_and_their_trailers_are_read() -> None:
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX: y\r\n\r\n"
    with receiver(chunks) as served:
        answer = post(served)
        assert isinstance(answer, Answered)
        assert (answer.body, answer.cut) == (b"abcde", False)


@pytest.mark.parametrize(
    "rest",
    ["Content-Length: 10\r\n\r\nabc", f"{CHUNKED}3\r\nabc\r\nzz", f"{CHUNKED}3\r\nabc\r\n", f"{CHUNKED}3\r\nabc\r\n0\r\nX"],
)
def test_a_body_that_breaks_off_leaves_the_status(rest: str) -> None:
    with receiver(f"HTTP/1.1 200 OK\r\n{rest}".encode()) as served:
        answer = post(served)
        assert isinstance(answer, Answered)
        assert (answer.status, answer.body, answer.cut) == (200, b"abc", True)


def test_a_reset_in_the_body_leaves_the_status() -> None:
    with receiver(lambda connection: None) as served:

        def play(connection: socket.socket) -> None:
            read_request(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
            heard.wait(5)
            reset(connection)

        served.play, heard = play, threading.Event()
        threading.Timer(0.2, heard.set).start()
        answer = post(served)
        assert isinstance(answer, Answered)
        assert (answer.status, answer.body, answer.cut) == (200, b"abc", True)


def test_an_early_answer_counts_though_the_body_was_not_read() -> None:
    def play(connection: socket.socket) -> None:
        connection.sendall(answered("413 Too Large", b"no"))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    with receiver(play) as served:
        answer = call(OPEN_GUARD, WebCall("POST", served.url(), {}, b"x" * 5_000_000), seconds=5)
        assert isinstance(answer, Answered)
        assert answer.status == 413


def test_a_few_interim_answers_are_waited_through() -> None:
    with receiver(
        b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answered()
    ) as served:
        answer = post(served)
        assert isinstance(answer, Answered)
        assert answer.status == 200


def test_an_answer_before_the_door_was_slammed_counts() -> None:
    def play(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(answered("413 Too Large", b"no"))
        connection.close()  # with megabytes unread: a reset

    with receiver(play) as served:
        answer = call(OPEN_GUARD, WebCall("POST", served.url(), {}, b"x" * 20_000_000), seconds=5)
        assert isinstance(answer, Answered), answer
        assert (answer.status, answer.body) == (413, b"no")


def test_closed_without_a_word() -> None:
    assert failure(b"").result == "broken_off"


def test_a_reset_after_the_request_was_read() -> None:
    def play(connection: socket.socket) -> None:
        read_request(connection)
        reset(connection)

    assert failure(play).result == "broken_off"


def test_nobody_there() -> None:
    answer = call(OPEN_GUARD, WebCall("POST", f"http://127.0.0.1:{free_port()}/"))
    assert isinstance(answer, NotAnswered)
    assert (answer.result, answer.reason) == ("not_connected", "No connection with 127.0.0.1 (Connection refused).")


def test_refused_and_unresolved_are_told() -> None:
    answer = call(Guard(), WebCall("POST", "http://127.0.0.1/"))
    assert isinstance(answer, NotAnswered)
    assert answer.result == "refused_address"
    answer = call(Guard(resolve=resolves_to()), WebCall("POST", "http://shop.example/"))
    assert isinstance(answer, NotAnswered)
    assert (answer.result, answer.reason) == ("unresolved", "shop.example has no address.")
