"""One write to the socket for a whole answer: the header waits for the first piece of the body."""

import asyncio


class Corked:
    """A transport as uvicorn's request cycle uses it. A system call costs more than the copy that saves it."""

    __slots__ = ("_held", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._held: bytes | None = None

    def write(self, data: bytes) -> None:
        """Sends `data`, with the header that was held before it; a header is held."""
        if self._held is not None:
            held, self._held = self._held, None
            self._transport.write(held + data)
        elif data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 100"):
            self._held = data
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Sends a header that no body follows: HEAD, 204, 304."""
        if self._held is not None:
            held, self._held = self._held, None
            self._transport.write(held)

    def close(self) -> None:
        """Sends what is held, then closes."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection is on its way down."""
        return self._transport.is_closing()
