"""SIGTERM: answers in flight are finished, the writer is drained, code 0 within 12 s, nothing acknowledged lost."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest
from tests.faults.load import Writers, lost_or_doubled
from tests.live import LiveServer
from tests.wire import request_bytes

NewServer = Callable[..., LiveServer]
PROMISED = 12.0


def stop_in_time(server: LiveServer, number: int = signal.SIGTERM) -> float:
    """Send the signal; the exit code must be 0. Returns the seconds that it took."""
    started = time.monotonic()
    assert server.stop(number) == 0, server.log[-2000:]
    taken = time.monotonic() - started
    assert taken <= PROMISED
    assert "Traceback" not in server.log
    return taken


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_idle_server_stops_at_once(new_server: NewServer, number: signal.Signals) -> None:
    server = new_server()
    assert stop_in_time(server, number) < 3


def test_under_load(new_server: NewServer) -> None:
    server = new_server()
    writers = Writers(server.create_application(), count=12).start(first=200)
    stop_in_time(server)
    writers.join()
    assert set(writers.refused) <= {503}
    server.start()
    assert lost_or_doubled(writers) == ([], [])


def test_with_a_client_that_never_ends_its_body(new_server: NewServer) -> None:
    server = new_server()
    application = server.create_application()
    headers = [("Host", "x"), ("Content-Type", "application/json"), ("Content-Length", "500")]
    data = request_bytes("POST", "/api/v1/applications/me/events", [*headers, *application.headers.items()], b'{"event":')
    with server.connect() as stuck, server.connect() as idle:
        stuck.sendall(data)
        idle.sendall(b"GET /heal")
        assert application.count() == 0  # the server has had time to read what was sent before
        stop_in_time(server)
    server.start()
    assert application.count() == 0


def test_a_second_signal_ends_it_at_once(new_server: NewServer) -> None:
    server = new_server()
    with server.connect() as stuck:
        stuck.sendall(b"POST /api/v1/applications/me/events HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
        assert server.get("/healthz").status == 200
        assert server.process is not None
        server.process.send_signal(signal.SIGINT)
        assert stop_in_time(server, signal.SIGINT) < PROMISED
