"""Clients that go away before their answers: nobody else notices, and no line is written about it."""

from __future__ import annotations

import socket
import struct
import time

import pytest
from tests.commands import wait_until
from tests.conftest import Live
from tests.wire import request_bytes


def leave(connection: socket.socket, abruptly: bool) -> None:
    """Close the connection, with a reset where `abruptly`."""
    if abruptly:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize("abruptly", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("requests", [1, 20], ids=["one request", "a pipeline"])
@pytest.mark.parametrize("wait", [0.0, 0.005], ids=["at once", "in the middle"])
def test_leaving(live: Live, requests: int, abruptly: bool, wait: float) -> None:
    logged, before = len(live.server.log), live.a.count()
    listing = request_bytes("GET", "/api/v1/applications/me/events", [("Host", "x"), *live.a.headers.items()], None)
    headers = [("Host", "x"), ("Content-Type", "application/json"), *live.a.headers.items()]
    body = b'{"event": {"event_type_tag": "new_order", "external_id": "left"}}'
    posting = request_bytes("POST", "/api/v1/applications/me/events", headers, body)
    for data in (listing, posting) * 5:
        connection = live.server.connect()
        connection.sendall(data * requests)
        time.sleep(wait)  # how far the server gets is this test's figure
        leave(connection, abruptly)
    wait_until("still ready", live.server.is_ready)
    assert live.a.count() - before in (0, 1)
    assert "Traceback" not in live.server.log[logged:]
    assert "ERROR" not in live.server.log[logged:]
