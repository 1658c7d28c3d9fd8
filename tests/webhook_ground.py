"""What tests of webhooks stand on: a database with applications, figures, webhooks; and receivers that take what is sent."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from tests.new_database import new_database

from tidings.domain import applications, deliveries, webhooks
from tidings.domain.deliveries import Done
from tidings.domain.hours import hour_to_count
from tidings.domain.windows import WINDOW, counted, new_delivery
from tidings.outbound.guard import Guard
from tidings.outbound.results import Outcome
from tidings.records.delivery import Delivery, Outgoing
from tidings.records.webhook import Webhook, WebhookDraft
from tidings.storage import deliveries as stored
from tidings.storage.engine import writing_engine
from tidings.storage.hours import first_open_hour
from tidings.storage.statistics import add_figures

# The beginning of a window.
NOW = 124_000 * WINDOW
LOOPBACK = "127.0.0.0/8"
GUARD = Guard((ip_network(LOOPBACK),))
HERE = "serve-here"


@contextmanager
def database(path: Path, count: int = 2) -> Iterator[Engine]:
    """A new database with so many applications, ids from 1."""
    new_database(path)
    engine = writing_engine(path, checkpoints=False)
    with engine.begin() as connection:
        for number in range(count):
            applications.create(connection, f"Shop {number}", "https://a.example", NOW)
    yield engine
    engine.dispose()


def webhook(connection: Connection, *, application_id: int = 1, now: int = NOW, **draft: Any) -> Webhook:
    """A new webhook, whose first window is that of `now`."""
    made = WebhookDraft(**{"url": "https://receiver.example/", **draft})
    return webhooks.create(connection, application_id=application_id, draft=made, guard=GUARD, now=now)


def count(connection: Connection, now: int, displays: int, application_id: int = 1) -> int:
    """Counts displays as beacons do; returns the hour that they went to."""
    hour = hour_to_count(now, first_open_hour(connection))
    add_figures(connection, {(application_id, 1, 1, hour): [displays, 0, 0, 0]})
    return hour


def outbox(connection: Connection) -> list[Delivery]:
    """Everything in the outbox, oldest first."""
    return sorted((one for one, _ in stored.deliveries_by_ids(connection, range(1, 5_000)).values()), key=lambda one: one.id)


def claim(connection: Connection, now: int, places: int = 64, holder: str = HERE, doubtful: int = 32) -> list[Outgoing]:
    return deliveries.claim(connection, holder=holder, places=places, doubtful_places=doubtful, now=now)


def settle(connection: Connection, now: int, outgoing: Outgoing, outcome: Outcome, holder: str = HERE) -> Delivery:
    """Settles one and returns the delivery as it is then."""
    deliveries.settle(connection, [Done(outgoing, now, outcome)], holder=holder, now=now)
    return stored.deliveries_by_ids(connection, [outgoing.delivery.id])[outgoing.delivery.id][0]


def put(connection: Connection, of: Webhook, number: int = 1, due_at: int = NOW, **changes: Any) -> list[Delivery]:
    """Puts deliveries of a webhook into the outbox."""
    told = counted(connection, [of], NOW - WINDOW, NOW)
    rows = new_delivery([of] * number, NOW - WINDOW, NOW, told, now=NOW, due_at=[due_at] * number)
    return [stored.insert_delivery(connection, {**row, **changes}) for row in rows]


class Receiver:
    """An HTTP server on loopback. `taken` holds what came (path, headers in lower case, body), `accepted` what got a 200.

    `answer(path)` says what to do: a status, or None to hang until `close`.
    """

    def __init__(self, answer: Callable[[str], int | None] = lambda _path: 200) -> None:
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        self.accepted: list[tuple[str, dict[str, str], bytes]] = []
        self.came_at: list[float] = []
        self.ending = threading.Event()
        self.changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                came = (self.path, {key.lower(): value for key, value in self.headers.items()}, body)
                with receiver.changed:
                    receiver.came_at.append(time.monotonic())
                    receiver.taken.append(came)
                    receiver.changed.notify_all()
                status = answer(self.path)
                if status is None:
                    receiver.ending.wait()
                    return
                if status == 200:
                    with receiver.changed:
                        receiver.accepted.append(came)
                        receiver.changed.notify_all()
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 512

            def handle_error(self, *_: object) -> None:  # the other side was killed
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def wait_for(self, number: int, within: float = 20.0) -> None:
        """Returns when so many messages came; AssertionError when they did not within so many seconds."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.taken) >= number, within), f"{len(self.taken)} of {number}"

    def spans(self) -> list[tuple[str, int, int, str]]:
        """Of each message that was accepted: path, beginning, end, id."""
        told = [(path, json.loads(body)["stats"], headers["webhook-id"]) for path, headers, body in list(self.accepted)]
        return [(path, stats["timeframe_from"], stats["timeframe_to"], number) for path, stats, number in told]

    def close(self) -> None:
        self.ending.set()
        self.server.shutdown()
        self.server.server_close()
