"""Slow and silent clients: cut off by the deadlines (header 5 s, body 10 s), while everyone else is served."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass
from functools import partial

from tests.commands import wait_until
from tests.conftest import Live
from tests.wire import request_bytes

HEADER_WITHIN, BODY_WITHIN, GRACE = 5.0, 10.0, 2.0


@dataclass
class SlowClient:
    """Sends `first`, then `drip` a byte at a time every half second; notes when the server closed and what it said."""

    port: int
    first: bytes
    drip: bytes = b""
    closed_after: float | None = None
    said: bytes = b""

    def start(self) -> SlowClient:
        threading.Thread(target=self._run, daemon=True).start()
        return self

    def _run(self) -> None:
        started = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.port), 30) as connection:
            connection.sendall(self.first)
            connection.settimeout(0.5)
            position = 0
            while time.monotonic() - started < 30:
                try:
                    received = connection.recv(4096)
                    if not received:
                        break
                    self.said += received
                except TimeoutError:
                    pass
                except OSError:
                    break
                if position < len(self.drip):
                    try:
                        connection.sendall(self.drip[position : position + 1])
                    except OSError:
                        break
                    position += 1
        self.closed_after = time.monotonic() - started


def test_deadlines(live: Live) -> None:
    """All of them at once, so that the whole test takes as long as the longest deadline."""
    port = live.server.port
    head = [("Host", "x"), ("Content-Type", "application/json"), *live.a.headers.items()]
    path = "/api/v1/applications/me/events"
    known_length = request_bytes("POST", path, [*head, ("Content-Length", "500")], b'{"event":')
    chunked = request_bytes("POST", path, [*head, ("Transfer-Encoding", "chunked")], None) + b'5\r\n{"eve'
    headers = {
        "nothing at all": SlowClient(port, b""),
        "half a request line": SlowClient(port, b"GET /heal"),
        "half a header": SlowClient(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "),
        "a header in drips": SlowClient(port, b"GET /healthz HTTP/1.1\r\nX: ", b"a" * 100),
    }
    bodies = {
        "half a body": SlowClient(port, known_length),
        "half a chunk": SlowClient(port, chunked),
        "a body in drips": SlowClient(port, known_length, b" " * 100),
    }
    before = live.a.count()
    for client in (*headers.values(), *bodies.values()):
        client.start()
    for _ in range(20):
        started = time.monotonic()
        assert live.server.get("/healthz").status == 200
        assert time.monotonic() - started < 1

    for clients, deadline in ((headers, HEADER_WITHIN), (bodies, BODY_WITHIN)):
        for name, client in clients.items():
            wait_until(f"{name}: closed", partial(getattr, client, "closed_after"), deadline + 2 * GRACE)
            assert client.closed_after is not None
            assert deadline - 1 < client.closed_after < deadline + GRACE, name
            assert client.said == b"" or b" 408 " in client.said.split(b"\r\n")[0], client.said[:200]
    assert live.a.count() == before
    assert live.server.is_ready()
    assert "Traceback" not in live.server.log
