"""The worker: the jobs alone, in a process of its own beside `tidings serve --no-jobs`."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence

from tidings.app import guard_of
from tidings.config import Settings
from tidings.jobs.runner import Runner
from tidings.jobs.table import TABLE, Job
from tidings.storage.engine import DatabaseError
from tidings.storage.store import Store
from tidings.surfaces.context import clock


def work(settings: Settings, store: Store, when_ready: Callable[[], None], table: Sequence[Job] = TABLE) -> None:
    """Does the jobs of the table until SIGTERM or SIGINT, and what is under way then; a second signal waits for nothing.

    Raises DatabaseError when another version has changed the database meanwhile.
    """
    with asyncio.Runner() as runner:
        runner.run(_work(settings, store, when_ready, table))


async def _work(settings: Settings, store: Store, when_ready: Callable[[], None], table: Sequence[Job]) -> None:
    loop = asyncio.get_running_loop()
    jobs = Runner(store, settings, guard_of(settings), clock, alone=False, table=table)
    signalled = asyncio.Event()

    def end() -> None:
        jobs.end_soon(at_once=signalled.is_set())
        signalled.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    jobs.start()
    when_ready()
    with contextlib.suppress(asyncio.CancelledError):
        await jobs.ended()
    await jobs.end()
    store.close()
    if jobs.outdated:
        raise DatabaseError(jobs.outdated)
