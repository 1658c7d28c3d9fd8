"""Answers kept ready: rebuilt when they no longer hold, by one request, while the others get the old one."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from tidings.errors import TidingsError

log = logging.getLogger("tidings.surfaces")

Value = TypeVar("Value")

# With the store down, the last good answer goes out for this long, in seconds.
LAST_GOOD_SECONDS = 300
# While a new one is being made, only one that is younger than this goes out: what it says of ages has to be true.
MEANWHILE_SECONDS = 60


@dataclass(slots=True)
class _Kept(Generic[Value]):
    stamp: Hashable
    value: Value
    made_at: float


class ReadyCache(Generic[Value]):
    """Values by key, each with the stamp that it was made under: it holds for as long as the stamp is the same."""

    def __init__(self, capacity: int, weigh: Callable[[Value], int]) -> None:
        """`capacity`: the most that all values may weigh together, by `weigh`; the oldest make room."""
        self._capacity = capacity
        self._weigh = weigh
        self._weight = 0
        self._kept: OrderedDict[Hashable, _Kept[Value]] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[Value]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable, stamp: Hashable) -> Value | None:
        """The value, if it still holds."""
        kept = self._kept.get(key)
        if kept is not None and kept.stamp == stamp:
            # Equal, perhaps not the same object: from now on the comparison is one of identity, which costs nothing.
            kept.stamp = stamp
            return kept.value
        return None

    async def make(self, key: Hashable, stamp: Hashable, build: Callable[[], Awaitable[Value]]) -> tuple[Value, bool]:
        """The value, made anew by the first who asks; who asks meanwhile gets the old one, or waits.

        Returns the value and whether it is an old one.
        When `build` is refused, the last good value goes out for LAST_GOOD_SECONDS; after that, raises what `build` raised.
        """
        kept = self._kept.get(key)
        making = self._making.get(key)
        if making is not None:
            if kept is not None and time.monotonic() - kept.made_at <= MEANWHILE_SECONDS:
                return kept.value, True
            value = await asyncio.shield(making)
            # Made for another who asked before the last change: good for now, not to be kept.
            return value, self.get(key, stamp) is None
        # A task of its own: the request that began it may be cancelled, the others still wait for it.
        task = asyncio.ensure_future(self._build(key, stamp, build))
        self._making[key] = task
        task.add_done_callback(lambda _task: self._making.pop(key, None))
        try:
            return await asyncio.shield(task), False
        except TidingsError as error:
            if kept is None or time.monotonic() - kept.made_at > LAST_GOOD_SECONDS:
                raise
            log.warning("An old copy goes out: %s", error.message)
            return kept.value, True

    async def _build(self, key: Hashable, stamp: Hashable, build: Callable[[], Awaitable[Value]]) -> Value:
        value = await build()
        self._drop(self._kept.pop(key, None))
        self._kept[key] = _Kept(stamp, value, time.monotonic())
        self._weight += self._weigh(value)
        while self._weight > self._capacity and len(self._kept) > 1:
            self._drop(self._kept.popitem(last=False)[1])
        return value

    def _drop(self, kept: "_Kept[Value] | None") -> None:
        if kept is not None:
            self._weight -= self._weigh(kept.value)
