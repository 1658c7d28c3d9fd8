"""Files as large as may be, larger, slow or from nobody: bounded in memory and in time, and said in a sentence."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import pytest
from tests.commands import wait_until
from tests.conftest import Live
from tests.faults.test_slow_connections import SlowClient
from tests.live import LiveServer
from tests.surfaces.dashboard.ground import Client, Dashboard
from tests.surfaces.dashboard.import_ground import BOUNDARY, multipart, send, send_body
from tests.wire import read_answer, request_bytes

MIB = 1024 * 1024
HEADER = b"created_at,title,city\n"


def rows(size: int) -> bytes:
    """A file of so many bytes, nearly, of rows of 200 bytes."""
    row = b"2026-01-01 10:00:00Z,%s,Lisbon\n" % (b"x" * 172)
    return HEADER + row * ((size - len(HEADER)) // len(row))


@pytest.fixture
def alone(new_server: Callable[..., LiveServer]) -> Dashboard:
    """On a server of its own, whose memory is only this test's doing."""
    server = new_server()
    return Dashboard(server, server.create_application())


def peak_of(server: LiveServer, deed: Callable[[], object]) -> tuple[int, object]:
    """The most memory that the server had while something was done, and what came of it."""
    highest, done, result = 0, threading.Event(), []

    def run() -> None:
        try:
            result.append(deed())
        finally:
            done.set()

    thread = threading.Thread(target=run)
    thread.start()
    while not done.wait(0.02):
        highest = max(highest, server.resident_bytes())
    thread.join()
    return highest, result[0]


@pytest.mark.timeout(180)
def test_twenty_mebibytes_take_little_memory(alone: Dashboard) -> None:
    client = alone.as_role("editor")
    assert send(client, HEADER + b"2026-01-01,x,y\n").status == 303  # all code is loaded
    before = alone.server.resident_bytes()
    content = rows(20 * MIB - 1_000)
    peak, page = peak_of(alone.server, lambda: send(client, content))
    assert page.status == 303, page.text  # type: ignore[attr-defined]
    assert peak - before < 16 * MIB, f"{(peak - before) / MIB:.1f} MiB"
    assert f"{content.count(b'x,Lisbon'):,} rows" in client.get(page.location).text  # type: ignore[attr-defined]


def test_a_larger_file_is_refused_with_a_page(alone: Dashboard) -> None:
    client = alone.as_role("editor")
    _, page = peak_of(alone.server, lambda: send(client, rows(21 * MIB)))
    assert page.status == 413  # type: ignore[attr-defined]
    assert "larger than 20 MiB" in page.text  # type: ignore[attr-defined]
    with alone.connection() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM imports").scalar_one() == 0
    assert alone.server.is_ready()


@pytest.mark.timeout(180)
def test_one_row_too_many_is_refused(alone: Dashboard) -> None:
    client = alone.as_role("editor")
    page = send(client, b"created_at,title\n" + b"2026-01-01,x\n" * 200_001)
    assert page.status == 422
    assert "more than 200,000 rows" in page.text
    assert "Nothing was imported yet" in page.text


def head(client: Client, length: int, *, cookie: bool = True) -> list[tuple[str, str]]:
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items()) if cookie else ""
    return [
        ("Host", "x"),
        ("Content-Type", f"multipart/form-data; boundary={BOUNDARY}"),
        ("Content-Length", str(length)),
        *([("Cookie", cookies)] if cookies else []),
    ]


def test_nobodys_file_is_not_read(live: Live, dashboard: Dashboard) -> None:
    """Neither of somebody who is not logged in nor of somebody who may only look: refused before the body has come."""
    for client, status in ((dashboard.nobody(), 303), (dashboard.as_role("viewer"), 403), (dashboard.as_role(None), 404)):
        request = request_bytes("POST", f"{dashboard.base}/import", head(client, 20 * MIB), b"x" * 1_000)
        started = time.monotonic()
        assert live.server.exchange(request).status == str(status)
        assert time.monotonic() - started < 5
    large = request_bytes("POST", f"{dashboard.base}/import", head(dashboard.nobody(), 20 * MIB), b"x" * 10 * MIB)
    before = live.server.resident_bytes()
    assert live.server.exchange(large).status in ("303", "413", "close")
    assert live.server.resident_bytes() - before < 4 * MIB
    assert live.server.is_ready()


def test_other_pages_take_no_large_body(dashboard: Dashboard) -> None:
    client = dashboard.as_role("editor")
    body = multipart([("csrf", client.csrf.encode())], b"x" * MIB * 2)
    path = f"{dashboard.base}/privacy/forget"
    request = request_bytes("POST", path, [(name, value) for name, value in head(client, len(body))], body)
    assert dashboard.server.exchange(request).status in ("413", "415", "close")


@pytest.mark.timeout(60)
def test_a_slow_file_has_an_end(dashboard: Dashboard) -> None:
    client = dashboard.as_role("editor")
    start = request_bytes("POST", f"{dashboard.base}/import", head(client, 20 * MIB), b"--%s\r\n" % BOUNDARY.encode())
    slow = SlowClient(dashboard.server.port, start, b" " * 100).start()
    wait_until("closed", lambda: slow.closed_after, 25)
    assert slow.closed_after is not None
    assert 9 < slow.closed_after < 14
    assert slow.said == b"" or b" 408 " in slow.said.split(b"\r\n")[0]
    assert dashboard.server.is_ready()


@pytest.mark.timeout(60)
def test_a_file_that_keeps_coming_may_take_longer_than_other_bodies(dashboard: Dashboard) -> None:
    client = dashboard.as_role("editor")
    content = rows(600_000)
    body = multipart([("csrf", client.csrf.encode())], content)
    wire = request_bytes("POST", f"{dashboard.base}/import", head(client, len(body)), body)
    piece = len(wire) // 24
    with socket.create_connection(("127.0.0.1", dashboard.server.port), 30) as connection:
        for start in range(0, len(wire), piece):
            connection.sendall(wire[start : start + piece])
            time.sleep(0.5)  # what is tested is a body that takes longer than 10 s
        assert read_answer(connection, "POST").status == 303


def test_a_row_of_ten_mebibytes_is_refused(dashboard: Dashboard) -> None:
    client = dashboard.as_role("editor")
    before = dashboard.server.resident_bytes()
    peak, page = peak_of(dashboard.server, lambda: send(client, HEADER + b"2026-01-01," + b'"' + b"x\n" * 5 * MIB + b'"\n'))
    assert page.status == 422  # type: ignore[attr-defined]
    assert peak - before < 16 * MIB
    assert send_body(client, b"").status == 400
