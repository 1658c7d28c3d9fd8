"""The open database: readers, the writer, the lock, and what changed behind our back."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tidings.errors import Unavailable
from tidings.storage.engine import READERS, ServerLock, fold_log, inode, reading_engine, writing_engine
from tidings.storage.migrate import current_revision, newest_revision
from tidings.storage.revision_watch import RevisionWatch
from tidings.storage.tables import revision
from tidings.storage.writer import Job, Writer

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")

# How long a look at the state of the database stands, in seconds.
LOOK_SECONDS = 1.0
# How long a refused write makes the store one that is not ready, whatever came after, in seconds.
FAILURE_SECONDS = 5.0
# How long `close` takes at most, and how much of it what has queued, in seconds: 8 s for answers are gone by then, of 12.
CLOSE_SECONDS = 3.5
WRITER_SECONDS = 3.0

log = logging.getLogger("tidings.storage")


class Store:
    """A database opened by the server, or by a worker. Reads run in threads; writes go through the one writer."""

    def __init__(self, path: Path, lock: ServerLock | None) -> None:
        """`lock` is held by the caller and released by `close`; None: beside a server, which alone checkpoints.

        Raises DatabaseError when the file can not be opened.
        """
        self.path = path
        self._lock = lock
        self._inode = inode(path)
        self._readers = reading_engine(path)
        self._writing = writing_engine(path, checkpoints=lock is not None)
        self.writer = Writer(self._writing, intact=self._intact)
        # Fewer than the pool has connections: a reader waits for a thread, never a thread for a connection.
        self._threads = ThreadPoolExecutor(READERS - 1, "tidings-reader")
        self._last_look: tuple[float, list[str]] = (float("-inf"), [])
        self._watch = RevisionWatch(path)
        self._revision = 0
        self._looked = False

    def read_now(
        self,
        query: Callable[Concatenate[Connection, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Runs `query(connection, …)` here and now, read-only. Raises Unavailable when the database can not be read."""
        if not self._intact():
            raise Unavailable(
                "The event store can not be read right now (its file was removed or replaced).", retry_after=30
            )
        try:
            with self._readers.connect() as connection:
                return query(connection, *args, **kwargs)
        except PoolTimeout as error:
            raise Unavailable("Too much is being read at once; please try again.", retry_after=2) from error
        except DBAPIError as error:
            raise Unavailable(f"The event store can not be read right now ({error.orig}).", retry_after=2) from error

    async def read(
        self,
        query: Callable[Concatenate[Connection, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """`read_now` in a thread, so that a slow disk holds nobody else up."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(self.read_now, query, *args, **kwargs))

    async def write(self, job: Job[Result]) -> Result:
        """Hands `job` to the writer; returns when what it wrote is on disk. Raises as `Writer.submit`."""
        return await self.writer.submit(job)

    def revision(self) -> int:
        """A number that goes up whenever an application or an event type changes, by whichever process.

        Of the last commit, whoever made it; with the database down, the last number known. To be called in the event loop:
        what one turn of it answers together is answered by one look, since a look costs a tenth of a cached answer.
        """
        if not self._looked:
            self._looked = True
            asyncio.get_running_loop().call_soon(self._next_turn)
            self._revision = self._watch.number()
        return self._revision

    def _next_turn(self) -> None:
        self._looked = False

    def _intact(self) -> bool:
        return inode(self.path) == self._inode

    async def problems(self) -> list[str]:
        """What keeps this database from taking events, in sentences; empty when all is well.

        Tried with a write that changes nothing. A look stands for LOOK_SECONDS, unless a write failed since.
        """
        looked_at, found = self._last_look
        if time.monotonic() - looked_at < LOOK_SECONDS and looked_at > self.writer.last_failure[0]:
            return found
        with suppress(Unavailable):  # why, the writer knows
            await self.write(probe)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, self._problems)
        self._last_look = (time.monotonic(), found)
        return found

    def _problems(self) -> list[str]:
        found: list[str] = []
        if not self._intact():
            return [f"The database file {self.path.name} was removed or replaced while in use."]
        if not self.writer.alive:
            found.append("The writer thread has ended.")
        failed_at, reason = self.writer.last_failure
        # On a full disk the small write of this look may still find room where an event did not a moment ago.
        if self.writer.failure or time.monotonic() - failed_at < FAILURE_SECONDS:
            found.append(f"The database refuses writes: {reason}.")
        try:
            at = self.read_now(current_revision)
            if at != newest_revision():
                found.append(f"The database is at revision {at or 'none'}, this version needs {newest_revision()}.")
        except Unavailable as error:
            found.append(error.message)
        return found

    def close(self) -> None:
        """Commits what has queued, closes every connection and lets the next server in: within CLOSE_SECONDS.

        The server empties the write-ahead log: older copies of pages in it would outlive whom `tidings app forget` named.
        """
        ends = time.monotonic() + CLOSE_SECONDS
        self.writer.close(WRITER_SECONDS)
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._readers.dispose()
        self._writing.dispose()
        if self._lock is not None:
            self._fold_log(ends - time.monotonic())
            self._lock.release()
        # The last to close, being read-only: SQLite begins no checkpoint of its own then, which nothing would limit in time.
        self._watch.close()

    def _fold_log(self, within: float) -> None:
        if not self._intact():
            return
        # A writer that still waits for the disk may yet commit: not beside that.
        failure = "the writer has not ended" if self.writer.alive else fold_log(self.path, within)
        if failure:
            log.warning("The write-ahead log of %s was left as it is: %s.", self.path.name, failure)


def bump_revision(connection: Connection) -> None:
    """Tells every process, in the transaction that changed an application or an event type, to forget what it cached."""
    connection.execute(update(revision).values(number=revision.c.number + 1))


def probe(connection: Connection) -> None:
    """A write that changes nothing, to learn whether the database takes writes."""
    connection.execute(update(revision).values(number=revision.c.number))
