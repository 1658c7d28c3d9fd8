"""Threads that make calls which take long; made as they are needed, and no end of the process waits for one of them."""

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue

log = logging.getLogger("tidings.threads")


class CallingThreads:
    """At most `most` threads. The pool of the standard library would hold up the end until the last call has ended."""

    def __init__(self, most: int, name: str = "tidings-outbox") -> None:
        self._most = most
        self._name = name
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._under_way = 0
        self._lock = threading.Lock()

    def start(self, call: Callable[[], None]) -> None:
        """Lets a thread run `call`, which raises nothing; with all of them busy, the next that is free."""
        with self._lock:
            self._under_way += 1
            one_more = self._under_way > len(self._threads) < self._most
        if one_more:
            thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._threads.append(thread)
            thread.start()
        self._calls.put(call)

    def _run(self) -> None:
        while True:
            call = self._calls.get()
            try:
                call()
            except Exception:
                log.exception("A call failed in a way that it may not.")
            with self._lock:
                self._under_way -= 1
