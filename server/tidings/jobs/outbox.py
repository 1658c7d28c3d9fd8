"""The outbox: claims what is due, sends it in threads, settles what came of it; one short write a turn."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import deliveries
from tidings.domain.deliveries import Done
from tidings.errors import Unavailable
from tidings.outbound.results import Outcome, Silent
from tidings.records.delivery import Outgoing
from tidings.storage import deliveries as stored
from tidings.storage.store import Store
from tidings.threads import CallingThreads

# Deliveries under way at once, by one process; and how many of them may be to receivers that failed the last time: those
# that hang leave the rest to the others.
PLACES = 64
DOUBTFUL_PLACES = 32
# Seconds between two looks for what is due, when nothing wakes the outbox.
LOOK_SECONDS = 1.0
# Seconds until the next try when the database refused.
REFUSED_SECONDS = 1.0

log = logging.getLogger("tidings.jobs")


class Pace(Struct, frozen=True):
    """How much is begun in a turn, and the pause after it in seconds."""

    most: int
    pause: float


# Beside requests: what is sent takes the processor from those that are answered.
GENTLE = Pace(8, 0.1)
# In a process that does nothing else.
BRISK = Pace(32, 0.03)

Send = Callable[[Outgoing, int], Outcome]


class Outbox:
    """The pump of one process. `send(outgoing, now)` makes an attempt, in a thread; `now` tells the time in milliseconds."""

    def __init__(self, store: Store, send: Send, *, holder: str, now: Callable[[], int], pace: Pace = GENTLE) -> None:
        self._store = store
        self._send = send
        self._holder = holder
        self._now = now
        self._pace = pace
        self._threads = CallingThreads(PLACES)
        self._woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._under_way: dict[int, Outgoing] = {}
        self._done: list[Done] = []
        self._ending = False
        self.last_turn = time.monotonic()

    def wake(self) -> None:
        """Lets the outbox look at once. In the event loop."""
        self._woken.set()

    def end_soon(self) -> None:
        """Begins nothing any more; what is under way is still settled. `run` returns after that."""
        self._ending = True
        self._woken.set()

    async def run(self) -> None:
        """Runs until `end_soon`, and until what was under way then has been settled."""
        while self._under_way or self._done or not self._ending:
            self.last_turn = time.monotonic()
            try:
                await self._turn()
            except Unavailable as refusal:  # said by the store, once; what is done is kept for the next turn
                log.debug("The outbox waits: %s", refusal.message)
                await asyncio.sleep(REFUSED_SECONDS)
            except Exception:
                log.exception("A turn of the outbox failed.")
                await asyncio.sleep(REFUSED_SECONDS)

    async def _turn(self) -> None:
        self._woken.clear()
        done = self._done[:]
        places = 0 if self._ending else min(self._pace.most, PLACES - len(self._under_way))
        if not done and not (places > 0 and await self._store.read(stored.is_any_due, self._now())):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_SECONDS)
            return
        try:
            claimed = await self._write(done, max(places, 0))
        except Unavailable:
            raise
        except Exception:
            log.exception("A turn of the outbox failed; what was done in it is settled one by one.")
            await self._settle_singly(done)
            await asyncio.sleep(REFUSED_SECONDS)
            return
        self._let_go(done)
        for outgoing in claimed:
            self._under_way[outgoing.delivery.id] = outgoing
            self._threads.start(partial(self._attempt, outgoing))
        if not claimed and not self._done:
            # All that is due is of full lanes, or of doubtful receivers beyond their share: until one of them is done.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_SECONDS)
        await asyncio.sleep(self._pace.pause)

    async def _write(self, done: Sequence[Done], places: int) -> list[Outgoing]:
        doubtful = sum(one.delivery.doubtful for one in self._under_way.values())
        return await self._store.write(
            partial(
                settle_and_claim,
                done=done,
                holder=self._holder,
                places=places,
                doubtful_places=max(DOUBTFUL_PLACES - doubtful, 0),
                now=self._now(),
            )
        )

    async def _settle_singly(self, done: Sequence[Done]) -> None:
        """What can not be settled is a failure of ours; if that can not be either, the next process takes it over."""
        for one in done:
            failed = Done(one.outgoing, one.started_at, Silent("internal_error", one.outcome.milliseconds))
            for attempt in (one, failed):
                try:
                    await self._write([attempt], 0)
                except Unavailable:
                    raise
                except Exception:
                    log.exception("Delivery %d can not be settled.", one.outgoing.delivery.id)
                else:
                    break
            self._let_go([one])

    def _let_go(self, done: Sequence[Done]) -> None:
        for one in done:
            self._done.remove(one)
            self._under_way.pop(one.outgoing.delivery.id, None)

    def _attempt(self, outgoing: Outgoing) -> None:
        """In a thread."""
        started_at = self._now()
        try:
            outcome = self._send(outgoing, started_at)
        except Exception:
            log.exception("Delivery %d failed in a way that it may not.", outgoing.delivery.id)
            outcome = Silent("internal_error", self._now() - started_at)
        with suppress(RuntimeError):  # the loop is closed: the lease runs out
            self._loop.call_soon_threadsafe(self._finished, Done(outgoing, started_at, outcome))

    def _finished(self, done: Done) -> None:
        self._done.append(done)
        self._woken.set()


def settle_and_claim(
    connection: Connection, *, done: Sequence[Done], holder: str, places: int, doubtful_places: int, now: int
) -> list[Outgoing]:
    """What a turn writes: what came of attempts, and which are begun next."""
    if done:
        deliveries.settle(connection, done, holder=holder, now=now)
    if not places:
        return []
    return deliveries.claim(connection, holder=holder, places=places, doubtful_places=doubtful_places, now=now)
