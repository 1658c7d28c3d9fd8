"""The one thread that writes: it commits what has queued in one transaction and answers each caller after the commit."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from msgspec import Struct
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from tidings.errors import Unavailable

Item = TypeVar("Item")
Result = TypeVar("Result")


class Together(Struct, Generic[Item, Result], frozen=True):
    """One of many jobs of a kind: `run` is called once for all of them that share a commit, with their items in order.

    It returns a result for each. Jobs that wait at the same time do not depend on one another: their order is free.
    """

    run: Callable[[Connection, Sequence[Item]], Sequence[Result]]
    item: Item


Job = Callable[[Connection], Result] | Together[Any, Result]

QUEUE_LIMIT = 2_000
# More than this in one transaction makes the first callers of a batch wait longer than the saved fsync is worth.
BATCH_LIMIT = 256

log = logging.getLogger("tidings.storage")


class _Pending(Struct, eq=False):
    job: Job[Any]
    future: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: BaseException | None = None


class Writer:
    """Runs jobs, functions of a connection, in groups that share one commit.

    A job may be run twice when another one of its group fails: it does nothing but read and write through its connection.
    """

    def __init__(self, engine: Engine, *, queue_limit: int = QUEUE_LIMIT, intact: Callable[[], bool] = lambda: True) -> None:
        """`intact` is asked before each commit: False when the file is not the one that was opened."""
        self._engine = engine
        self._intact = intact
        self._queue: deque[_Pending] = deque()
        self._queue_limit = queue_limit
        self._wake = threading.Condition()
        self._stopping = False
        self._waking = False
        self._connection: Connection | None = None
        # Why the database refuses writes, while it does; and the last reason, with the moment (time.monotonic()).
        self.failure: str | None = None
        self.last_failure: tuple[float, str] = (float("-inf"), "")
        self.batches = 0
        self.jobs = 0
        self._thread = threading.Thread(target=self._run, name="tidings-writer", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread runs; a dead one answers nobody."""
        return self._thread.is_alive()

    async def submit(self, job: Job[Result]) -> Result:
        """Runs `job` and returns its result after the commit that holds it is on disk.

        Raises what the job raised, or Unavailable: queue full, shutting down, or the database refused.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        if self._stopping or not self._thread.is_alive():
            raise Unavailable("The server is shutting down.", retry_after=5)
        if len(self._queue) >= self._queue_limit:
            raise Unavailable("Too much is being written at once; please try again.", code="queue_full")
        if not self._waking:
            # The thread is woken once for all that this turn of the loop brings: waking it for each costs more than the job.
            self._waking = True
            loop.call_soon(self._wake_up)
        self._queue.append(_Pending(job, future, loop))
        return await future

    def _wake_up(self) -> None:
        self._waking = False
        with self._wake:
            self._wake.notify()

    def close(self, timeout: float = 3.0) -> None:
        """Commits what has queued, then ends the thread; new jobs are refused from now on. `timeout` in seconds."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._queue and not self._stopping:
                    self._wake.wait()
                if not self._queue:
                    break
                batch = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH_LIMIT))]
            self._commit(batch)
            self._answer(batch)
        self._disconnect()

    def _commit(self, batch: list[_Pending]) -> None:
        """Runs a batch in one transaction; when a job of it fails, each job gets a transaction of its own."""
        self.batches += 1
        self.jobs += len(batch)
        if self._transact(batch):
            return
        if batch[0].error is None:
            for place, pending in enumerate(batch):
                if not self._transact([pending]) and isinstance(pending.error, Unavailable):
                    # The database's refusal, not the job's: each of the others would wait for the same in turn.
                    _fail(batch[place + 1 :])
                    break

    def _transact(self, batch: list[_Pending]) -> bool:
        """True when `batch` was committed. A database that refuses fails all of it; a job that fails, only itself."""
        try:
            if not self._intact():
                # What goes into a removed file is gone, and what goes beside another one damages it.
                raise FileNotFoundError("the database file was removed or replaced")
            connection = self._connect()
            with connection.begin():
                _work_off(batch, connection)
        except Exception as error:
            if _is_the_databases(error):
                self._refuse(batch, error)
            elif len(batch) == 1:
                batch[0].error = error
            return False
        if self.failure is not None:
            log.warning("The database takes writes again.")
            self.failure = None
        return True

    def _refuse(self, batch: list[_Pending], error: Exception) -> None:
        reason = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        if reason != self.failure:  # said once, not for each of a thousand refused requests
            log.error("The database refuses writes: %s", reason)
            self.failure = reason
        self.last_failure = (time.monotonic(), reason)
        if "locked" in reason:
            # Whoever queued during the wait has waited as long: another wait each would be past all patience.
            overdue = [self._queue.popleft() for _ in range(len(self._queue))]
            _fail(overdue)
            self._answer(overdue)
        _fail(batch)
        # After an I/O error a connection's cached pages can not be trusted: begin again with a new one.
        self._disconnect()

    def _answer(self, batch: list[_Pending]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[_Pending]] = {}
        for pending in batch:
            by_loop.setdefault(pending.loop, []).append(pending)
        for loop, answered in by_loop.items():
            try:
                loop.call_soon_threadsafe(_settle, answered)
            except RuntimeError:  # the loop is closed: nobody waits any more
                log.debug("%d answers had no one to go to.", len(answered))

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            try:
                self._connection.close()
            except (DBAPIError, OSError) as error:
                log.debug("Closing after a failure: %s", error)
            self._connection = None


def _work_off(batch: list[_Pending], connection: Connection) -> None:
    groups: dict[object, list[_Pending]] = {}
    for pending in batch:
        if isinstance(pending.job, Together):
            groups.setdefault(pending.job.run, []).append(pending)
        else:
            pending.result = pending.job(connection)
    for members in groups.values():
        jobs: list[Together[Any, Any]] = [pending.job for pending in members if isinstance(pending.job, Together)]
        results = jobs[0].run(connection, [job.item for job in jobs])
        for pending, result in zip(members, results, strict=True):
            pending.result = result


def _fail(batch: list[_Pending]) -> None:
    for pending in batch:
        pending.error = Unavailable("The event store can not be written right now; please try again.", retry_after=2)


def _is_the_databases(error: Exception) -> bool:
    # Locked, full, read-only, I/O and damaged files; a broken constraint is the job's own fault.
    return isinstance(error, OperationalError | OSError) or type(error) is DatabaseError


def _settle(answered: list[_Pending]) -> None:
    for pending in answered:
        if pending.future.done():  # the caller went away
            continue
        if pending.error is not None:
            pending.future.set_exception(pending.error)
        else:
            pending.future.set_result(pending.result)
