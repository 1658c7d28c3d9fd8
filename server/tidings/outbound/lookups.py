"""Asks the system for the addresses of a name, with an end to the wait: `getaddrinfo` itself can not be stopped."""

import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from socket import SOCK_STREAM
from typing import Any

# (family, type, protocol, canonical name, (address, port, …)), as socket.getaddrinfo gives them
Found = Sequence[tuple[Any, ...]]
Resolve = Callable[..., Found]

# A question that hangs keeps its thread for as long as the system's resolver asks on (10 to 30 s, /etc/resolv.conf).
# So many may hang before a further one has to wait for its thread; each costs the kernel a few KiB.
QUESTIONS_AT_ONCE = 256


class Unresolved(Exception):
    """The name has no address; `reason` is one sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Lookups:
    """The system's resolver (/etc/hosts, then DNS, as the operator has set it up), for any number of threads."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._threads = threading.BoundedSemaphore(QUESTIONS_AT_ONCE)

    def addresses(self, host: str, port: int, *, seconds: float) -> list[str]:
        """The addresses of `host` as text, in the system's order of preference, each once; at least one.

        Raises Unresolved when there is none, or none is known after `seconds`.
        """
        end = time.monotonic() + seconds
        too_late = Unresolved(f"{host} could not be looked up within {seconds:g} s.")
        if not self._threads.acquire(timeout=seconds):
            raise too_late
        answer: SimpleQueue[Found | Exception] = SimpleQueue()
        try:
            threading.Thread(target=self._ask, args=(host, port, answer), name="lookup", daemon=True).start()
        except RuntimeError as error:  # the system gives no more threads
            self._threads.release()
            raise Unresolved(f"{host} could not be looked up: {error}.") from None
        try:
            found = answer.get(timeout=max(end - time.monotonic(), 0))
        except Empty:
            raise too_late from None
        if isinstance(found, OSError | ValueError):  # ValueError: a name that the resolver's own encoding does not take
            raise Unresolved(f"{host} has no address ({_words(found)}).") from None
        if isinstance(found, Exception):
            raise found
        if not found:
            raise Unresolved(f"{host} has no address.")
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    def _ask(self, host: str, port: int, answer: "SimpleQueue[Found | Exception]") -> None:
        try:
            answer.put(self._resolve(host, port, type=SOCK_STREAM))
        except Exception as error:
            answer.put(error)
        finally:
            self._threads.release()


def _words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
