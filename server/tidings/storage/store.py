"""The open database: readers, the writer, the lock, and what changed behind our back."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, update
from sqlalchemy.exc import DBAPIError

from tidings.errors import Unavailable
from tidings.storage.engine import DatabaseError, ServerLock, inode, reading_engine, writing_engine
from tidings.storage.migrate import current_revision, newest_revision
from tidings.storage.revision_watch import RevisionWatch
from tidings.storage.tables import revision
from tidings.storage.writer import Job, Writer

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


class Store:
    """A database opened by the server. Reads run in threads; writes go through the one writer."""

    def __init__(self, path: Path) -> None:
        """Raises DatabaseError when another server holds the file or it can not be opened."""
        self.path = path
        self._lock = ServerLock(path)
        self._inode = inode(path)
        self._readers = reading_engine(path)
        self._writing = writing_engine(path, checkpoints=True)
        self.writer = Writer(self._writing)
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
        try:
            with self._readers.connect() as connection:
                return query(connection, *args, **kwargs)
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
        return await loop.run_in_executor(None, partial(self.read_now, query, *args, **kwargs))

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

    def problems(self) -> list[str]:
        """What keeps this database from taking events, in sentences; empty when all is well."""
        found: list[str] = []
        if inode(self.path) != self._inode:
            found.append(f"The database file {self.path} was removed or replaced while in use.")
        if not self.writer.alive:
            found.append("The writer thread has ended.")
        if self.writer.failure:
            found.append(f"The database refuses writes: {self.writer.failure}.")
        try:
            at = self.read_now(current_revision)
            if at != newest_revision():
                found.append(f"The database is at revision {at or 'none'}, this version needs {newest_revision()}.")
        except Unavailable as error:
            found.append(error.message)
        return found

    def close(self) -> None:
        """Commits what has queued, closes every connection and lets the next server in."""
        self.writer.close()
        self._watch.close()
        self._readers.dispose()
        self._writing.dispose()
        self._lock.release()


def bump_revision(connection: Connection) -> None:
    """Tells every process, in the transaction that changed an application or an event type, to forget what it cached."""
    connection.execute(update(revision).values(number=revision.c.number + 1))


def probe(connection: Connection) -> None:
    """A write that changes nothing, to learn whether the database takes writes (readyz)."""
    connection.execute(update(revision).values(number=revision.c.number))


__all__ = ["DatabaseError", "Store", "bump_revision", "probe"]
