"""Answers kept ready: made once, by one, and the last good one when nothing better is to be had."""

import asyncio
import time

import pytest

from tidings.errors import Unavailable
from tidings.surfaces.visitor.cache import ReadyCache


class Kitchen:
    """Builds numbered values, when it is let."""

    def __init__(self) -> None:
        self.built = 0
        self.open = asyncio.Event()
        self.open.set()
        self.broken = False

    async def build(self) -> str:
        self.built += 1
        number = self.built
        await self.open.wait()
        if self.broken:
            raise Unavailable("down")
        return f"value {number}"


def test_made_once_and_kept_for_its_stamp() -> None:
    async def play() -> None:
        cache: ReadyCache[str] = ReadyCache(1_000, len)
        kitchen = Kitchen()
        assert cache.get("k", 1) is None
        assert await cache.make("k", 1, kitchen.build) == ("value 1", False)
        assert cache.get("k", 1) == "value 1"
        assert cache.get("k", 2) is None
        assert cache.get("other", 1) is None

    asyncio.run(play())


def test_many_who_ask_at_once_cost_one_build() -> None:
    async def play() -> None:
        cache: ReadyCache[str] = ReadyCache(1_000, len)
        kitchen = Kitchen()
        kitchen.open.clear()
        asking = [asyncio.create_task(cache.make("k", 1, kitchen.build)) for _ in range(50)]
        await asyncio.sleep(0)
        kitchen.open.set()
        assert {await one for one in asking} == {("value 1", False)}
        assert kitchen.built == 1

    asyncio.run(play())


def test_who_asks_during_a_rebuild_gets_the_old_one_at_once() -> None:
    async def play() -> None:
        cache: ReadyCache[str] = ReadyCache(1_000, len)
        kitchen = Kitchen()
        await cache.make("k", 1, kitchen.build)
        kitchen.open.clear()
        first = asyncio.create_task(cache.make("k", 2, kitchen.build))
        await asyncio.sleep(0)
        assert await cache.make("k", 2, kitchen.build) == ("value 1", True)
        kitchen.open.set()
        assert await first == ("value 2", False)
        assert cache.get("k", 2) == "value 2"

    asyncio.run(play())


def test_an_old_one_of_more_than_a_minute_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a feed says of ages would not be true any more."""

    async def play() -> None:
        cache: ReadyCache[str] = ReadyCache(1_000, len)
        kitchen = Kitchen()
        await cache.make("k", 1, kitchen.build)
        later = time.monotonic() + 61
        monkeypatch.setattr(time, "monotonic", lambda: later)
        kitchen.open.clear()
        asking = [asyncio.create_task(cache.make("k", 2, kitchen.build)) for _ in range(2)]
        await asyncio.sleep(0)
        kitchen.open.set()
        assert [await one for one in asking] == [("value 2", False)] * 2

    asyncio.run(play())


def test_who_waits_for_what_was_asked_before_a_change_does_not_keep_it() -> None:
    async def play() -> None:
        cache: ReadyCache[str] = ReadyCache(1_000, len)
        kitchen = Kitchen()
        kitchen.open.clear()
        before = asyncio.create_task(cache.make("k", "old settings", kitchen.build))
        await asyncio.sleep(0)
        after = asyncio.create_task(cache.make("k", "new settings", kitchen.build))
        await asyncio.sleep(0)
        kitchen.open.set()
        assert (await before, await after) == (("value 1", False), ("value 1", True))

    asyncio.run(play())


def test_the_first_who_asks_may_leave_the_others_still_get_it() -> None:
    async def play() -> None:
        cache: ReadyCache[str] = ReadyCache(1_000, len)
        kitchen = Kitchen()
        kitchen.open.clear()
        first = asyncio.create_task(cache.make("k", 1, kitchen.build))
        await asyncio.sleep(0)
        second = asyncio.create_task(cache.make("k", 1, kitchen.build))
        await asyncio.sleep(0)
        first.cancel()
        kitchen.open.set()
        assert await second == ("value 1", False)

    asyncio.run(play())


def test_the_last_good_one_goes_out_while_the_store_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        cache: ReadyCache[str] = ReadyCache(1_000, len)
        kitchen = Kitchen()
        await cache.make("k", 1, kitchen.build)
        kitchen.broken = True
        assert await cache.make("k", 2, kitchen.build) == ("value 1", True)
        monkeypatch.setattr("tidings.surfaces.visitor.cache.LAST_GOOD_SECONDS", -1)
        with pytest.raises(Unavailable):
            await cache.make("k", 2, kitchen.build)
        with pytest.raises(Unavailable):
            await cache.make("new", 2, kitchen.build)
        kitchen.broken = False
        assert (await cache.make("k", 2, kitchen.build))[0].startswith("value")

    asyncio.run(play())


def test_what_is_kept_is_bounded_by_its_weight() -> None:
    async def play() -> None:
        cache: ReadyCache[str] = ReadyCache(3 * len("value 1"), len)
        kitchen = Kitchen()
        for key in range(9):
            for stamp in (1, 2):
                await cache.make(key, stamp, kitchen.build)
        assert len(cache) == 2
        assert cache.get(8, 2) == "value 18"
        assert cache.get(6, 2) is None

    asyncio.run(play())
