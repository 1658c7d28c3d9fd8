"""HTTP on the wire: uvicorn's protocol with an end to every wait and a limit to every size."""

import asyncio
import re
from collections import Counter
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import ClassVar

import httptools
from uvicorn._types import ASGI3Application, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from tidings.surfaces.cork import Corked

# Seconds: for a whole header, for a whole body after it, and for a client to take what it asked for.
HEADER_SECONDS = 5
BODY_SECONDS = 10
UNREAD_SECONDS = 10
# Bytes.
HEADERS_LIMIT = 32 * 1024
TARGET_LIMIT = 8 * 1024
CONNECTIONS_PER_ADDRESS = 400

# Bytes of a body as they come, framing included: the gate behind this counts what is in it.
RAW_BODY_LIMIT = 256 * 1024
# Of a file that waits until its door has looked who sends it; then that door says how much (`let_in`).
WAITING_BODY_LIMIT = 1024 * 1024
# A body that was let in is cut off when it grew by less than this in BODY_SECONDS.
LEAST_PROGRESS = 32 * 1024

# "Upgrade" as the name of a header: at the beginning of a line of the header.
_UPGRADE = re.compile(rb"(\r\n)upgrade(\s*:)", re.IGNORECASE)
_REASONS = {
    400: b"Bad Request",
    408: b"Request Timeout",
    413: b"Content Too Large",
    414: b"URI Too Long",
    429: b"Too Many Requests",
    431: b"Request Header Fields Too Large",
    503: b"Service Unavailable",
}


class GuardedProtocol(HttpToolsProtocol):
    """Refuses what is too large, cuts off who is too slow; a deadline is set only while one is owed something."""

    connections_by_address: ClassVar[Counter[str]] = Counter()
    # Off by RATE_LIMITS=off, and for trusted proxies, who speak for many.
    limits_connections: ClassVar[bool] = True
    trusted_networks: ClassVar[tuple[IPv4Network | IPv6Network, ...]] = ()
    most_connections: ClassVar[int] = 1_000

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._header_bytes = 0
        self._body_bytes = 0
        self._body_limit = RAW_BODY_LIMIT
        self._body_until = 0.0
        self._body_before = 0
        self._in_header = True
        self._refused = False
        self._answering: RequestResponseCycle | None = None
        self._corked: Corked | None = None
        if self.client and self.client[0].startswith("::ffff:") and "." in self.client[0]:
            # An IPv4 address on a socket that speaks both: the same as on one that speaks IPv4 alone.
            self.client = (self.client[0].removeprefix("::ffff:"), self.client[1])
        self._address = self.client[0] if self.client else ""
        self.connections_by_address[self._address] += 1
        if (
            self.limits_connections
            and self.connections_by_address[self._address] > CONNECTIONS_PER_ADDRESS
            and not self._is_trusted()
        ):
            self._refuse(429, "Too many connections from this address.")
            return
        if len(self.connections) > self.most_connections:
            self._refuse(503, "Too many connections.")
            return
        self._set_deadline(HEADER_SECONDS)

    def _is_trusted(self) -> bool:
        return any(ip_address(self._address) in network for network in self.trusted_networks)

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        self._clear_unread()
        self.connections_by_address[self._address] -= 1
        if not self.connections_by_address[self._address]:
            del self.connections_by_address[self._address]
        # uvicorn tells only the newest request of a pipeline that the client went away, not the one being answered.
        for cycle in (self._answering, *(waiting for waiting, _ in self.pipeline)):
            if cycle is not None:
                cycle.disconnected = True
                cycle.message_event.set()
        self.pipeline.clear()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        self._corked = cycle.transport = Corked(self.transport)  # type: ignore[assignment]
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        if self._corked is not None:
            self._corked.flush()
        super().on_response_complete()

    def shutdown(self) -> None:
        if not self._is_answering_earlier() and (self._header_bytes if self._in_header else not self.cycle.response_started):
            # A request that is still on its way would be waited for in vain; nothing of it has been done yet.
            self.transport.abort()
        super().shutdown()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if not self._in_header:
            # Counted as it comes, with the framing of its chunks: that and trailers would have no end otherwise.
            self._body_bytes += len(data)
            if self._body_bytes > self._body_limit and not self._may_wait():
                self._refuse(413, "Body larger than 64 KiB." if self._body_limit == RAW_BODY_LIMIT else "Body too large.")
                return
        else:
            if b"pgrade" in data:
                # An upgrade to something else than WebSockets is to be ignored; the parser would skip the body for it.
                head, end, rest = data.partition(b"\r\n\r\n")
                data = _UPGRADE.sub(rb"\1x-upgrade\2", head) + end + rest
            # Counted before the parser keeps anything; a body that arrives with its header may pass.
            self._header_bytes += len(data)
            if self._header_bytes > HEADERS_LIMIT and not self._ends_header(data):
                self._refuse(431, "Header larger than 32 KiB.")
                return
        super().data_received(data)
        # Most requests arrive whole in one piece and never need a deadline.
        if self._deadline is None and (self._header_bytes or not self._in_header) and not self._refused:
            self._set_deadline(HEADER_SECONDS if self._in_header else BODY_SECONDS)

    def _ends_header(self, data: bytes) -> bool:
        end = data.find(b"\r\n\r\n")
        return end >= 0 and self._header_bytes - len(data) + end <= HEADERS_LIMIT

    def on_header(self, name: bytes, value: bytes) -> None:
        # After the body come trailers: what they say must not pass for what the header said.
        if self._in_header:
            super().on_header(name, value)

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > TARGET_LIMIT:
            self._refuse(414, "Target longer than 8 KiB.")
            raise httptools.HttpParserError("target too long")

    def on_headers_complete(self) -> None:
        if self._refused:
            return
        if not any(name == b"host" for name, _ in self.headers) and self.parser.get_http_version() == "1.1":
            self._refuse(400, "Host is missing.")
            return
        self._in_header = False
        self._header_bytes = 0
        self._body_bytes = 0
        self._body_limit = RAW_BODY_LIMIT
        self._body_until = 0.0
        self._clear_deadline()
        self.scope["tidings.let_in"] = self._let_in  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()

    def _let_in(self, scope: Scope, most: int, seconds: float) -> None:
        """Takes a larger body of this request, for as long as it keeps coming: for a door that knows who sends it.

        `most`: bytes as they come. `seconds`: for all of them.
        """
        if self.scope is scope and not self._in_header and not self._refused:
            self._body_limit = most
            self._body_until = self.loop.time() + seconds
            self._body_before = self._body_bytes
            self._set_deadline(BODY_SECONDS)

    def _may_wait(self) -> bool:
        """Whether what has come is a file that nobody has looked at yet: reading it is halted until its door does."""
        return self._body_bytes <= WAITING_BODY_LIMIT and any(
            name == b"content-type" and value.startswith(b"multipart/form-data") for name, value in self.headers
        )

    def _is_coming(self) -> bool:
        """Whether a body that was let in grows as it should, and has time left."""
        grown = self._body_bytes - self._body_before
        self._body_before = self._body_bytes
        return grown >= LEAST_PROGRESS and self.loop.time() < self._body_until

    def on_message_complete(self) -> None:
        if self._refused:
            return
        self._in_header = True
        self._clear_deadline()
        super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        if not self._refused:
            self._refuse(400, msg)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._clear_unread()
        super().resume_writing()

    def _refuse(self, status: int, message: str) -> None:
        """Answers in JSON, as every refusal, and closes; whatever else arrives is not looked at."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self._clear_deadline()
        if not self._in_header and self.cycle is not None and self.cycle.response_started:
            # This request has its answer already; a second one would be taken for the next one's.
            self.transport.close()
            return
        if self._is_answering_earlier() and self._answering is not None:
            # An earlier request of the pipeline is being worked on: it gets its answer, and the connection ends with it.
            self._answering.keep_alive = False
            self.pipeline.clear()
            return
        body = b'{"error":{"message":"%s","code":"bad_request"},"message":"%s","success":false}' % ((message.encode(),) * 2)
        retry = b"retry-after: 10\r\n" if status in (429, 503) else b""
        self.transport.write(
            b"HTTP/1.1 %d %s\r\ncontent-type: application/json; charset=utf-8\r\nx-content-type-options: nosniff\r\n"
            b"content-length: %d\r\n%sconnection: close\r\n\r\n%s" % (status, _REASONS[status], len(body), retry, body)
        )
        self.transport.close()

    def _is_answering_earlier(self) -> bool:
        """Whether a request that has arrived whole is being worked on, before the one that is arriving."""
        earlier = self._answering
        if earlier is None or earlier.response_complete:
            return False
        return self._in_header or earlier is not self.cycle

    def _set_deadline(self, seconds: float) -> None:
        self._clear_deadline()
        self._deadline = self.loop.call_later(seconds, self._too_slow)

    def _too_slow(self) -> None:
        self._deadline = None
        if self._is_answering_earlier():
            # The next request of a pipeline is slow, the one before it still works: nothing may be cut off.
            self._set_deadline(HEADER_SECONDS)
        elif not self._in_header and not self.cycle.response_started and self._is_coming():
            self._set_deadline(BODY_SECONDS)
        elif (self._in_header and not self._header_bytes) or (not self._in_header and self.cycle.response_started):
            self.transport.close()
        else:
            self._refuse(408, "The request took too long to arrive.")

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _clear_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
