"""Servers and workers with a clock that the test moves, webhooks on them, and what receivers must have been told."""

from __future__ import annotations

import signal
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Self

from sqlalchemy import select
from tests.commands import fork, wait_until
from tests.forking import ForkedProcess
from tests.live import MOVED_CLOCK, LiveServer
from tests.moved_clock import write_offset
from tests.webhook_ground import GUARD, LOOPBACK, Receiver

from tidings.domain import webhooks
from tidings.domain.windows import WINDOW
from tidings.records.webhook import WebhookDraft
from tidings.storage.engine import reading_engine, writing_engine
from tidings.storage.tables import deliveries

ALLOWED = {"TIDINGS_OUTBOUND_ALLOWED_NETWORKS": LOOPBACK}


class Clock:
    """A file that servers take the time from, beginning a second after a window has ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        now = int(time.time() * 1_000)
        self.start = (now // WINDOW + 1) * WINDOW
        self._offset = 0.0
        self.move((self.start - now) / 1_000 + 1)

    @property
    def now(self) -> int:
        """Milliseconds."""
        return int((time.time() + self._offset) * 1_000)

    def move(self, seconds: float) -> None:
        self._offset += seconds
        write_offset(self.path, self._offset)


class Delivering:
    """A server with webhooks of one application, all to one receiver, each to a path of its own: /0, /1 …"""

    def __init__(self, folder: Path, receiver: Receiver, count: int, options: tuple[str, ...] = ()) -> None:
        folder.mkdir(exist_ok=True)
        self.clock = Clock(folder / "clock")
        self.count = count
        self.receiver = receiver
        launcher = (MOVED_CLOCK, str(self.clock.path))
        self.server = LiveServer(folder, launcher=launcher, options=options, env=ALLOWED)

    def start(self) -> Self:
        self.server.start()
        application = self.server.create_application()
        self.ids = []
        for number in range(self.count):
            draft = WebhookDraft(url=f"{self.receiver.url}/{number}")
            self.ids.append(self.webhook(draft, application.id))
        return self

    def webhook(self, draft: WebhookDraft, application_id: int) -> int:
        """A webhook whose first window has just ended."""
        assert self.server.database is not None
        engine = writing_engine(self.server.database, checkpoints=False)
        with engine.begin() as connection:
            made = webhooks.create(
                connection, application_id=application_id, draft=draft, guard=GUARD, now=self.clock.start - WINDOW
            )
        engine.dispose()
        return made.id

    def wait_until_settled(self) -> None:
        """Until nothing is under way: what was told and is not settled is told again once the clock passes its lease."""
        assert self.server.database is not None
        engine = reading_engine(self.server.database)
        under_way = select(deliveries.c.id).where(deliveries.c.state == "sending").limit(1)

        def settled() -> bool:
            with engine.connect() as connection:
                return connection.execute(under_way).first() is None

        wait_until("deliveries to be settled", settled, 60.0)
        engine.dispose()

    def next_window(self) -> None:
        self.clock.move(WINDOW / 1_000)

    def worker(self) -> ForkedProcess:
        """One more process that does the jobs."""
        program = [MOVED_CLOCK, str(self.clock.path), "worker", "--database", self.server.database_url]
        return fork(program, cwd=self.server.folder, env=ALLOWED, out=self.server.folder / "worker.log")

    def assert_told(self, windows: int, within: float = 60.0) -> int:
        """Waits until every webhook was told of so many windows; contiguous, each under one id. Messages beyond one each."""
        deadline = time.monotonic() + within
        while len({span[:3] for span in self.receiver.spans()}) < windows * self.count:
            assert time.monotonic() < deadline, f"told of {len(self.receiver.spans())} windows\n{self.server.log[-2000:]}"
            with self.receiver.changed:
                self.receiver.changed.wait(0.2)
        spans = self.receiver.spans()
        of_path, ids = defaultdict(set), defaultdict(set)
        for path, start, end, number in spans:
            of_path[path].add((start, end))
            ids[path, start, end].add(number)
        assert len(of_path) == self.count
        for told in of_path.values():
            assert len(told) == windows
            assert min(told)[0] * 1_000 == self.clock.start - WINDOW
            assert all(one[1] == other[0] for one, other in pairwise(sorted(told)))
        assert all(len(numbers) == 1 for numbers in ids.values()), "one window under two ids"
        assert len({next(iter(numbers)) for numbers in ids.values()}) == len(ids), "one id for two windows"
        return len(spans) - len(ids)


def stop(process: ForkedProcess, within: float = 14.0) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(within)
