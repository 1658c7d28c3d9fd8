"""Work that takes long and needs no database: in threads of its own, so many at once, and none that the end waits for."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Literal

from tidings.errors import Unavailable
from tidings.threads import CallingThreads

# "calls": to other servers, which may hang; "hashing": of passwords, which takes a processor and much memory;
# "files": reading those that were sent.
Kind = Literal["calls", "hashing", "files"]
AT_ONCE: dict[Kind, int] = {"calls": 8, "hashing": 2, "files": 2}
# For each that runs, so many may wait.
WAITING = 8


class Places:
    """Runs functions of one kind."""

    def __init__(self, kind: Kind) -> None:
        self._threads = CallingThreads(AT_ONCE[kind], f"tidings-{kind}")
        self._most = AT_ONCE[kind] * (1 + WAITING)
        self._under_way = 0

    async def run(self, function: Callable[[], Any]) -> Any:
        """What `function` returns or raises. Raises Unavailable when too many wait already."""
        if self._under_way >= self._most:
            raise Unavailable("Too much is being done at once; please try again.", retry_after=5)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()

        def settle(result: Any, error: BaseException | None) -> None:
            self._under_way -= 1
            if done.cancelled():
                return
            if error is None:
                done.set_result(result)
            else:
                done.set_exception(error)

        def call() -> None:
            result, problem = None, None
            try:
                result = function()
            except Exception as error:  # raised again where it is waited for
                problem = error
            with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits
                loop.call_soon_threadsafe(settle, result, problem)

        self._under_way += 1
        self._threads.start(call)
        return await done
