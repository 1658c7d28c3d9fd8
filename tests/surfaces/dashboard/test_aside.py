"""Work beside the database: so many at once, so many waiting, and refusals that reach who waits."""

import asyncio
import threading

import pytest

from tidings.errors import Invalid, Unavailable
from tidings.surfaces.dashboard.aside import AT_ONCE, WAITING, Places


def test_results_and_refusals_reach_who_waits() -> None:
    async def both() -> None:
        places = Places("hashing")
        assert await places.run(lambda: 42) == 42

        def refuse() -> None:
            raise Invalid("No.")

        with pytest.raises(Invalid):
            await places.run(refuse)
        assert await places.run(lambda: 43) == 43

    asyncio.run(both())


def test_no_more_than_there_is_room_for() -> None:
    most = AT_ONCE["hashing"]

    async def crowd() -> None:
        places, gate, lock = Places("hashing"), threading.Event(), threading.Lock()
        running, seen = 0, 0

        def work() -> None:
            nonlocal running, seen
            with lock:
                running += 1
                seen = max(seen, running)
            gate.wait(10)
            with lock:
                running -= 1

        tasks = [asyncio.create_task(places.run(work)) for _ in range(most * (1 + WAITING))]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await places.run(work)
        gate.set()
        await asyncio.gather(*tasks)
        assert seen <= most
        await places.run(work)

    asyncio.run(crowd())


def test_who_went_away_takes_no_place() -> None:
    async def leave() -> None:
        places, gate = Places("calls"), threading.Event()
        task = asyncio.create_task(places.run(lambda: gate.wait(10)))
        await asyncio.sleep(0)
        task.cancel()
        gate.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await places.run(lambda: 1) == 1

    asyncio.run(leave())
