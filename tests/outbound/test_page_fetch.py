"""Fetching a page: redirects judged one by one, packing undone within limits, an end to every wait."""

from __future__ import annotations

import gzip
import socket
import time
import zlib
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import brotli
import pytest
from tests.outbound.receivers import LOOPBACK, OPEN_GUARD, answered, head_of, read_request, receiver, resolves_to

from tidings.outbound.guard import Guard
from tidings.outbound.page_fetch import MOST_REDIRECTS, PAGE_BYTES, NoPage, Page, fetch

HTML = "Content-Type: text/html\r\n"


def memory(what: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(what))
    return int(line.split()[1]) * 1024


def page_of(play: bytes | Callable[[socket.socket], None], **options: object) -> Page:
    with receiver(play) as served:
        found = fetch(OPEN_GUARD, served.url("/"), seconds=5, **options)  # type: ignore[arg-type]
    assert isinstance(found, Page), found
    return found


def redirect(to: str, status: str = "302 Found") -> bytes:
    return answered(status, b"", f"Location: {to}\r\n")


def test_what_is_asked_and_what_is_told() -> None:
    with receiver(answered("200 OK", "<p>é".encode(), HTML)) as served:
        found = fetch(OPEN_GUARD, served.url("/shop?x=1#part"))
        assert isinstance(found, Page)
        assert (found.status, found.text, found.cut) == (200, "<p>é", False)
        assert served.requests[0].startswith(b"GET /shop?x=1 HTTP/1.1\r\n")
        head = head_of(served.requests[0])
        assert head["accept-encoding"] == "gzip, br"
        assert not {"cookie", "authorization", "referer"} & set(head)


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("X-GZIP", gzip.compress),
        ("br", brotli.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),  # as some servers take the word
        ("gzip, br", lambda body: brotli.compress(gzip.compress(body))),
        ("identity", bytes),
    ],
)
def test_packed_pages_are_unpacked(coding: str, pack: Callable[[bytes], bytes]) -> None:
    found = page_of(answered("200 OK", pack(b"<p>hello" * 1000), f"{HTML}Content-Encoding: {coding}\r\n"))
    assert (found.text, found.cut) == ("<p>hello" * 1000, False)


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress), ("deflate", zlib.compress)])
def test_a_bomb_is_unpacked_to_the_limit_and_no_further(coding: str, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(b"\0" * 200_000_000)
    assert len(bomb) < 1_000_000
    Path("/proc/self/clear_refs").write_text("5")  # the most memory counts from here
    before = memory("VmRSS")
    found = page_of(answered("200 OK", bomb, f"{HTML}Content-Encoding: {coding}\r\n"))
    assert found.cut
    assert len(found.text) <= PAGE_BYTES
    assert memory("VmHWM") - before < 64 * 1024 * 1024


def test_what_is_packed_ever_again_is_unpacked_twice() -> None:
    page = b"<p>hello"
    for _ in range(3):
        page = gzip.compress(page)
    found = page_of(answered("200 OK", page, f"{HTML}Content-Encoding: gzip, gzip, gzip\r\n"))
    assert "hello" not in found.text


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate"])
def test_what_is_not_packed_as_it_says_is_no_text(coding: str) -> None:
    found = page_of(answered("200 OK", b"<p>plain text" * 9, f"{HTML}Content-Encoding: {coding}\r\n"))
    assert (found.text, found.cut) == ("", True)


def test_a_broken_off_page_is_read_as_far_as_it_came() -> None:
    whole = gzip.compress(bytes(range(32, 127)) * 2_000)
    found = page_of(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99999\r\n\r\n" + whole[: len(whole) // 2])
    assert found.cut
    assert found.text.startswith(" !")


@pytest.mark.parametrize(
    ("body", "header", "text"),
    [
        ("é".encode("latin-1"), "text/html; charset=ISO-8859-1", "é"),
        ('<meta charset="windows-1252">é'.encode("cp1252"), "text/html", '<meta charset="windows-1252">é'),
        ("\ufeffé".encode("utf-16-le"), "text/html; charset=utf-8", "é"),
        ("ж".encode("cp1251"), "text/html; Charset='Windows-1251'", "ж"),
        (b"\xff", "text/html", "\ufffd"),
        (b"a", "text/html; charset=zip", "a"),
        (b"a", "text/html; charset=unicode_escape", "a"),
        (b"a", "text/html; charset=punycode", "a"),
        (b"a", "text/html; charset=", "a"),
    ],
)
def test_characters_are_read_as_browsers_read_them(body: bytes, header: str, text: str) -> None:
    assert page_of(answered("200 OK", body, f"Content-Type: {header}\r\n")).text == text


def test_redirects_are_followed_to_where_they_end() -> None:
    with receiver(answered("200 OK", b"here", HTML)) as end, receiver(redirect(end.url("/b"), "308 Permanent")) as first:
        found = fetch(OPEN_GUARD, first.url("/a"))
        assert isinstance(found, Page)
        assert (found.url, found.text) == (end.url("/b"), "here")


def test_a_redirect_without_a_place_is_a_page() -> None:
    assert page_of(answered("302 Found", b"x", HTML)).status == 302


def test_going_round_in_a_circle_ends() -> None:
    with receiver(redirect("/again")) as served:
        found = fetch(OPEN_GUARD, served.url("/"))
        assert isinstance(found, NoPage)
        assert found.result == "too_many_redirects"
        assert len(served.requests) == MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    "where",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.2:{port}/",
        "http://localhost:{port}/",
        "//127.0.0.2:{port}/",
        "http://[::1]:{port}/",
        "http://0x7f.2/",
        "http://10.0.0.1/",
        "http://other.example:{port}/",
        "file:///etc/passwd",
        "ftp://a.example/",
        "javascript:alert(1)",
        "http://user:password@a.example/",
    ],
)
def test_a_redirect_to_what_may_not_be_called_is_not_followed(where: str) -> None:
    """The first host may be called; where it leads is judged anew, before anything connects."""
    guard = Guard([ip_network("127.0.0.1")], resolve=resolves_to("127.0.0.2"))
    with receiver(b"") as served, receiver(answered(body=b"secret"), host="127.0.0.2") as private:
        played = redirect(where.format(port=private.port))

        def play(connection: socket.socket) -> None:
            served.requests.append(read_request(connection))
            connection.sendall(played)

        served.play = play
        found = fetch(guard, served.url("/"))
        assert isinstance(found, NoPage), found
        assert found.result == "refused_address"
        assert private.connections == 0
        assert served.connections == 1


def test_a_redirect_that_can_not_be_read_is_said_so() -> None:
    with receiver(redirect("http://[oops/")) as served:
        found = fetch(OPEN_GUARD, served.url("/"))
        assert isinstance(found, NoPage)
        assert found.result == "bad_redirect"


def test_this_server_itself_may_be_looked_at_and_nothing_beside_it() -> None:
    with receiver(answered(body=b"<p>demo", headers=HTML)) as own, receiver(answered(body=b"secret")) as other:
        closed = Guard()
        assert isinstance(fetch(closed, own.url("/demo/")), NoPage)
        found = fetch(closed, own.url("/demo/"), own=own.url(""))
        assert isinstance(found, Page)
        assert found.text == "<p>demo"
        found = fetch(closed, other.url("/"), own=own.url(""))
        assert isinstance(found, NoPage)
        assert found.result == "refused_address"
        assert other.connections == 0
    with receiver(b"") as own, receiver(answered(body=b"secret")) as other:
        led = redirect(other.url("/"))
        own.play = lambda connection: connection.sendall(led)
        found = fetch(Guard(), own.url("/"), own=own.url(""))
        assert isinstance(found, NoPage)
        assert found.result == "refused_address"
        assert other.connections == 0


def test_who_says_nothing_is_left_when_the_time_is_over() -> None:
    with receiver(b"") as served:
        served.play = lambda _connection: served.over.wait(20) and None
        started = time.monotonic()
        found = fetch(OPEN_GUARD, served.url("/"), seconds=0.5)
        assert isinstance(found, NoPage)
        assert found.result == "timed_out"
        assert found.reason.endswith("within 0.5 s.")
        assert time.monotonic() - started < 3


def test_the_time_is_one_for_all_redirects() -> None:
    with receiver(b"") as served:

        def play(connection: socket.socket) -> None:
            read_request(connection)
            served.over.wait(0.3)
            connection.sendall(redirect("/on"))

        served.play = play
        started = time.monotonic()
        found = fetch(OPEN_GUARD, served.url("/"), seconds=0.7)
        assert isinstance(found, NoPage)
        assert found.result == "timed_out"
        assert time.monotonic() - started < 3


def test_a_page_that_drips_is_cut_when_the_time_is_over() -> None:
    with receiver(b"") as served:

        def drip(connection: socket.socket) -> None:
            read_request(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>")
            while not served.over.wait(0.05):
                connection.sendall(b"x")

        served.play = drip
        started = time.monotonic()
        found = fetch(OPEN_GUARD, served.url("/"), seconds=0.7)
        assert isinstance(found, Page)
        assert found.cut
        assert found.text.startswith("<p>x")
        assert time.monotonic() - started < 3


def test_a_page_without_an_end_is_read_to_the_limit() -> None:
    with receiver(b"") as served:

        def pour(connection: socket.socket) -> None:
            read_request(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
            while True:
                connection.sendall(b"<p>more" * 1_000)

        served.play = pour
        found = fetch(OPEN_GUARD, served.url("/"), seconds=8)
        assert isinstance(found, Page)
        assert found.cut
        assert len(found.text) <= PAGE_BYTES
        assert served.left.wait(5), "the connection is closed"


def test_names_are_judged_by_all_that_they_lead_to() -> None:
    guard = Guard(LOOPBACK, resolve=resolves_to("127.0.0.1", "10.0.0.1"))
    found = fetch(guard, "http://shop.example/")
    assert isinstance(found, NoPage)
    assert "10.0.0.1" not in found.reason
