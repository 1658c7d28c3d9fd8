"""Customers for the fault tests: threads that post events without rest and remember what the server acknowledged."""

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

    def _post(self, number: int) -> None:
        headers = [("Host", "x"), ("Content-Type", "application/json"), *self.application.headers.items()]
        port = self.application.server.port
        try:
            with socket.create_connection(("127.0.0.1", port), 15) as connection:
                stream: Any = SharedStream(connection)
                turn = 0
                while not self._stopping.is_set():
                    turn += 1
                    external_id = f"{self.serial}{number}-{turn}"
                    event = {"event_type_id": self.application.event_type_id, "title": "x", "external_id": external_id}
                    body = json.dumps({"event": event}).encode()
                    connection.sendall(request_bytes("POST", "/api/v1/applications/me/events", headers, body))
                    answer = read_answer(stream)
                    with self._lock:
                        if answer.status == 200:
                            self.acknowledged[external_id] = answer.json()["id"]
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


def lost_or_doubled(writers: Writers) -> tuple[list[str], list[str]]:
    """What the server, asked through its API, no longer has of the acknowledged, and what it has twice."""
    stored = Counter(event["external_id"] for event in writers.application.events())
    numbers = {event["external_id"]: event["id"] for event in writers.application.events()} if stored else {}
    lost = [key for key, number in writers.acknowledged.items() if numbers.get(key) != number]
    return lost, [key for key, times in stored.items() if times > 1]
