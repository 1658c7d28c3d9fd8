"""Runs the jobs of the table and the outbox in an event loop: that of the server, or of a worker beside it."""

import asyncio
import logging
import os
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from tidings.config import Settings
from tidings.domain.deliveries import SERVER, WORKER, take_over_from_servers
from tidings.errors import Unavailable
from tidings.jobs.outbox import BRISK, GENTLE, LOOK_SECONDS, Outbox
from tidings.jobs.table import TABLE, Job, Moment, run_step
from tidings.outbound.channels import webhook
from tidings.outbound.channels.webhook import OutgoingMessage
from tidings.outbound.guard import Guard
from tidings.outbound.results import Outcome
from tidings.records.delivery import Outgoing
from tidings.storage.leases import free_leases, make_leases
from tidings.storage.migrate import current_revision, newest_revision
from tidings.storage.store import Store

# Seconds: calls under way may take this long after the end was asked for. What is not done then, the next process does.
GRACE_SECONDS = 8.0
# Seconds between two steps of a job that has more to do: events come first.
BETWEEN_STEPS = 0.02
# Steps of one job before the others have their turn.
STEPS_A_TURN = 50
# Seconds without a turn after which the jobs count as dead.
DEAD_SECONDS = 30.0

log = logging.getLogger("tidings.jobs")


class Runner:
    """The jobs of one process. `now` tells the time in milliseconds; `alone`: this is the one server of its database."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        guard: Guard,
        now: Callable[[], int],
        *,
        alone: bool,
        table: Sequence[Job] = TABLE,
    ) -> None:
        self._store = store
        self._settings = settings
        self._guard = guard
        self._now = now
        self._alone = alone
        self._table = table
        # A new name for each start: what an earlier one had under way is not taken for one's own.
        self.holder = f"{SERVER if alone else WORKER}{os.getpid()}-{secrets.token_hex(4)}"
        # When a job that failed is tried again (time.monotonic()).
        self._not_before: dict[str, float] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._outbox: Outbox | None = None
        # Why the jobs ended by themselves, in a sentence: a newer version has changed the database under a worker.
        self.outdated = ""
        self._ending = asyncio.Event()
        self._end_by = float("inf")
        self._last_turn = time.monotonic()

    def start(self) -> None:
        """Begins. In a running event loop."""
        self._outbox = Outbox(
            self._store, self._send, holder=self.holder, now=self._now, pace=GENTLE if self._alone else BRISK
        )
        self._tasks = [
            asyncio.create_task(self._run_jobs(), name="tidings-jobs"),
            asyncio.create_task(self._outbox.run(), name="tidings-outbox"),
        ]

    def wake(self) -> None:
        """Lets the outbox look for what is due at once. In the event loop."""
        if self._outbox is not None:
            self._outbox.wake()

    def end_soon(self, at_once: bool = False) -> None:
        """Begins nothing any more; `at_once`: waits for nothing either. In the event loop."""
        if not self._ending.is_set() or at_once:
            self._end_by = time.monotonic() + (0 if at_once else GRACE_SECONDS)
            self._ending.set()
        if self._outbox is not None:
            self._outbox.end_soon()

    async def ended(self) -> None:
        """Returns when `end_soon` was called, by whomever."""
        await self._ending.wait()

    async def end(self) -> None:
        """Waits for what is under way, until GRACE_SECONDS after the end was first asked for, or a second signal."""
        self.end_soon()
        while time.monotonic() < self._end_by and not all(task.done() for task in self._tasks):
            await asyncio.wait(self._tasks, timeout=0.1)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def problems(self) -> list[str]:
        """What keeps the jobs from being done, in sentences; empty when all is well."""
        found = [f"The task {task.get_name()} has ended." for task in self._tasks if task.done()]
        if found or self._outbox is None:
            return found or ["The jobs were not started."]
        silent = time.monotonic() - min(self._last_turn, self._outbox.last_turn)
        return [f"The jobs have not moved for {round(silent)} s."] if silent > DEAD_SECONDS else []

    async def _run_jobs(self) -> None:
        prepared = False
        while not self._ending.is_set():
            self._last_turn = time.monotonic()
            try:
                if not self._alone and await self._is_outdated():
                    return
                if not prepared:
                    await self._prepare()
                    prepared = True
                await self._run_due_jobs()
            except Unavailable as refusal:  # said by the store, once
                log.debug("The jobs wait: %s", refusal.message)
            except Exception:
                log.exception("The jobs failed.")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), LOOK_SECONDS)

    async def _is_outdated(self) -> bool:
        """Whether the database is of another version by now; nothing more is begun then, and nothing written.

        A server holds the lock under which the database is changed; a worker does not.
        """
        at = await self._store.read(current_revision)
        if at == newest_revision():
            return False
        self.outdated = f"The database is at revision {at or 'none'} by now, this version needs {newest_revision()}."
        self.end_soon(at_once=True)
        return True

    async def _prepare(self) -> None:
        await self._store.write(partial(make_leases, names=[job.name for job in self._table]))
        if self._alone:
            await self._store.write(partial(take_over_from_servers, now=self._now(), holder=self.holder))

    async def _run_due_jobs(self) -> None:
        due = await self._store.read(free_leases, self._now())
        for job in self._table:
            if job.name in due and time.monotonic() >= self._not_before.get(job.name, 0):
                await self._run(job)

    async def _run(self, job: Job) -> None:
        for _ in range(STEPS_A_TURN):
            if self._ending.is_set():
                return
            self._last_turn = time.monotonic()
            moment = Moment(self._now(), self._settings, self.holder)
            try:
                more = await self._store.write(partial(run_step, job=job, at=moment))
            except Unavailable:
                raise
            except Exception:
                log.exception("The job %s failed; it is tried again in %d s.", job.name, job.every)
                self._not_before[job.name] = time.monotonic() + job.every
                return
            self.wake()  # what it did may be due
            if not more:
                return
            await asyncio.sleep(BETWEEN_STEPS)

    def _send(self, outgoing: Outgoing, now: int) -> Outcome:
        """In a thread."""
        delivery = outgoing.delivery
        message = OutgoingMessage(
            id=delivery.message_id,
            url=outgoing.url,
            secret=outgoing.secret,
            body=delivery.body,
            timestamp=now // 1_000,
            test=delivery.test,
        )
        return webhook.send(self._guard, message)
