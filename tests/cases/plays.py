"""Rows of bad_inputs.jsonl that are more than requests in a row: `PLAYS` by id, played in place of the form."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.cases.ground import Ground
from tests.cases.request_forms import play, raw_bytes
from tests.wire import Exchange, request_bytes, send_and_read

BUCKETS = 3000  # the row says a million; the growth of a leak shows with thousands
SMALL = 1 << 20
ROUNDS = 100


def answer_never_read(ground: Ground) -> list[Exchange]:
    """EV-161: the client goes before the answer comes, then tries again: one row."""
    data = raw_bytes(ground.row["request"], ground.values)
    with ground.server.connect() as connection:
        connection.sendall(data)
    return [ground.server.exchange(data)]


def header_without_end(ground: Ground) -> list[Exchange]:
    """EV-244: twice, so that what the second costs is no first-time cost of the interpreter's."""
    play(ground.row["request"], ground.values, ground.server)
    before = ground.server.resident_bytes()
    exchanges = play(ground.row["request"], ground.values, ground.server)
    assert ground.server.resident_bytes() - before < SMALL
    return exchanges


def update_and_delete_at_once(ground: Ground) -> list[Exchange]:
    """EV-219: rounds with an event of their own each; what is gone stays gone."""
    application = ground.mine
    exchanges = []
    with ThreadPoolExecutor(2) as pool:
        for turn in range(ROUNDS):
            number = application.post_event()["id"] if turn else ground.event["id"]
            path = f"/events/{number}"
            update = pool.submit(application.request, "PATCH", path, {"event": {"title": "New"}})
            delete = pool.submit(application.request, "DELETE", path)
            exchanges += [Exchange([job.result()], "enough") for job in (update, delete)]
            assert exchanges[-1].status == "200"
            assert application.request("GET", path).status == 404
    return exchanges


def many_buckets(ground: Ground) -> list[Exchange]:
    """FD-017: made-up buckets fill nothing."""

    def ask(buckets: range) -> Exchange:
        request = "GET {} HTTP/1.1\r\nHost: x\r\n\r\n"
        data = "".join(request.format(ground.feed_path(bucket=bucket, suffix="js")) for bucket in buckets).encode()
        with ground.server.connect() as connection:
            sender = threading.Thread(target=connection.sendall, args=(data,))
            sender.start()
            exchange = send_and_read(connection, b"", enough=len(buckets))
            sender.join()
            return exchange

    ask(range(BUCKETS))
    before = ground.server.resident_bytes()
    exchange = ask(range(BUCKETS, 2 * BUCKETS))
    assert len(exchange.answers) == BUCKETS
    assert ground.server.resident_bytes() - before < SMALL
    return [exchange]


def reader_of_one_byte_a_second(ground: Ground) -> list[Exchange]:
    """EV-249: a thousand lists asked for and not read: the buffer is bounded, others are served, it ends cut off."""
    for number in range(40):
        ground.mine.post_event(title=f"{number} " + "x" * 200)
    headers = [("Host", "x"), *ground.mine.headers.items()]
    request = request_bytes("GET", "/api/v1/applications/me/events?per=100", headers, None)
    before = ground.server.resident_bytes()
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(1)
    slowest = 0.0
    with connection:
        connection.connect(("127.0.0.1", ground.server.port))
        sender = threading.Thread(target=_send_quietly, args=(connection, request * 1000), daemon=True)
        sender.start()
        deadline = time.monotonic() + 25
        while time.monotonic() < deadline:
            started = time.monotonic()
            assert ground.server.get("/healthz").status == 200
            slowest = max(slowest, time.monotonic() - started)
            assert ground.server.resident_bytes() - before < 8 * SMALL
            if not _established(ground.server.port, connection.getsockname()[1]):
                break
            time.sleep(1)
            connection.recv(1)
        else:
            return [Exchange([], "silent")]
    assert slowest < 1
    return [Exchange([], "closed")]


def _send_quietly(connection: socket.socket, data: bytes) -> None:
    try:
        connection.settimeout(30)
        connection.sendall(data)
    except OSError:
        pass  # being cut off is what the test waits for


def _established(server_port: int, client_port: int) -> bool:
    """Whether the server's end of a loopback connection is still there, as the kernel lists it (Linux)."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state = line.split()[:4]
        ports = (int(local.split(":")[1], 16), int(remote.split(":")[1], 16))
        if ports == (server_port, client_port):
            return state == "01"
    return False


PLAYS: dict[str, Callable[[Ground], list[Exchange]]] = {
    "EV-161": answer_never_read,
    "EV-219": update_and_delete_at_once,
    "EV-244": header_without_end,
    "EV-249": reader_of_one_byte_a_second,
    "FD-017": many_buckets,
}
