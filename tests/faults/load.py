"""Customers for the fault tests: threads that post events or beacons without rest and remember what was acknowledged."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.live import LiveApp
from tests.wire import SharedStream, read_answer, request_bytes


@dataclass
class Writers:
    """`count` threads, each with a connection of its own, posting events with external ids that are never used twice.

    `acknowledged`: external id → event id, of every answer 200. `refused`: how many answers of any other status.
    A thread ends when its connection breaks (`broken` counts them) or at `stop()`.
    """

    application: LiveApp
    count: int = 8
    acknowledged: dict[str, int] = field(default_factory=dict)
    refused: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    serial: str = ""

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._post, args=(n,), daemon=True) for n in range(self.count)]

    def start(self, first: int = 1, within: float = 10.0) -> Writers:
        """Start all threads; return when `first` events are acknowledged."""
        for thread in self._threads:
            thread.start()
        deadline = time.monotonic() + within
        while len(self.acknowledged) < first:
            assert time.monotonic() < deadline, f"{len(self.acknowledged)} of {first} events in {within} s"
            time.sleep(0.005)
        return self

    def stop(self, within: float = 15.0) -> Writers:
        """Let every thread finish its request; return when all have ended."""
        self._stopping.set()
        return self.join(within)

    def join(self, within: float = 15.0) -> Writers:
        """Wait until every thread has ended, by itself or by `stop`."""
        for thread in self._threads:
            thread.join(within)
            assert not thread.is_alive(), "a writer got neither an answer nor a closed connection"
        return self

    def request(self, key: str) -> bytes:
        """The bytes of one post, of an event with this external id."""
        headers = [("Host", "x"), ("Content-Type", "application/json"), *self.application.headers.items()]
        event = {"event_type_id": self.application.event_type_id, "title": "x", "external_id": key}
        body = json.dumps({"event": event}).encode()
        return request_bytes("POST", "/api/v1/applications/me/events", headers, body)

    def _post(self, number: int) -> None:
        port = self.application.server.port
        try:
            with socket.create_connection(("127.0.0.1", port), 15) as connection:
                stream: Any = SharedStream(connection)
                turn = 0
                while not self._stopping.is_set():
                    turn += 1
                    key = f"{self.serial}{number}-{turn}"
                    connection.sendall(self.request(key))
                    answer = read_answer(stream)
                    with self._lock:
                        if answer.status in (200, 204):
                            self.acknowledged[key] = answer.json()["id"] if answer.body else 0
                        else:
                            self.refused[answer.status] += 1
                    if answer.headers.get("connection", "").lower() == "close":
                        return
        except (OSError, ValueError):  # gone, or gone in the middle of an answer
            with self._lock:
                self.broken += 1
        except Exception as error:  # http.client's many ways to say that no whole answer came
            if type(error).__module__ != "http.client":
                raise
            with self._lock:
                self.broken += 1


@dataclass
class Visitors(Writers):
    """Threads that send beacons, each of a page view of its own: a display and a click of one event.

    `acknowledged`: page view → 0, of every answer 204. `sent`: every page view that was sent at all.
    """

    event_id: int = 0
    sent: dict[str, None] = field(default_factory=dict)

    def request(self, key: str) -> bytes:
        """The bytes of the beacon of this page view."""
        self.sent[key] = None
        at = int(time.time())
        events = [{"k": kind, "id": self.event_id, "t": at} for kind in ("display", "click")]
        body = json.dumps({"v": 1, "n": f"view-{key}", "events": events}).encode()
        headers = [("Host", "x"), ("Content-Type", "text/plain;charset=UTF-8")]
        return request_bytes("POST", f"/api/v1/{self.application.client_id}/track", headers, body)

    def send_again(self) -> None:
        """What got no answer is sent once more, as a page does that does not know better; now everything is acknowledged."""
        for key in list(self.sent):
            if key not in self.acknowledged:
                answer = self.application.server.exchange(self.request(key)).answers[-1]
                assert answer.status == 204, answer.text
                self.acknowledged[key] = 0

    def counted(self) -> tuple[int, int]:
        """Displays and clicks of the application, of all time."""
        totals = self.application.request("GET", "").json()["stat_application"]
        return totals["display_count"], totals["click_count"]


@dataclass
class Buyers(Visitors):
    """Visitors who each reach a goal, worth a cent, after a click on one notification.

    `acknowledged`: what the page calls the conversion → 0, of every answer 204.
    """

    goal_id: str = ""
    at: int = field(default_factory=lambda: int(time.time()))

    def request(self, key: str) -> bytes:
        """The bytes of the beacon of this conversion, the same whenever it is sent."""
        self.sent[key] = None
        reached = {"k": "goal", "g": self.goal_id, "c": f"sale-{key}", "v": 1, "a": "click", "id": self.event_id}
        body = json.dumps({"v": 1, "n": f"sale-{key}", "events": [reached | {"t": self.at}]}).encode()
        headers = [("Host", "x"), ("Content-Type", "text/plain;charset=UTF-8")]
        return request_bytes("POST", f"/api/v1/{self.application.client_id}/track", headers, body)

    def counted(self) -> tuple[int, int]:
        """Conversions and cents as Fomo's figures tell them; our own must say the same."""
        totals = self.application.request("GET", "").json()["stat_application"]
        found = (totals["conversions_count"], totals["conversions_sales_sum"])
        rows = self.application.request("GET", "/conversions").json()["totals"] or [{"count": 0, "cents": 0}]
        assert [(row["count"], row["cents"]) for row in rows] == [found]
        return found


def lost_or_doubled(writers: Writers) -> tuple[list[str], list[str]]:
    """What the server, asked through its API, no longer has of the acknowledged, and what it has twice."""
    stored = Counter(event["external_id"] for event in writers.application.events())
    numbers = {event["external_id"]: event["id"] for event in writers.application.events()} if stored else {}
    lost = [key for key, number in writers.acknowledged.items() if numbers.get(key) != number]
    return lost, [key for key, times in stored.items() if times > 1]
