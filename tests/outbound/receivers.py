"""Receivers of calls for the tests: real sockets on loopback that answer, or misbehave, as a function says."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network

from tidings.outbound.guard import Guard

LOOPBACK = (ip_network("127.0.0.0/8"),)
OPEN_GUARD = Guard(LOOPBACK)

Play = Callable[[socket.socket], None]


@dataclass
class Receiver:
    """A listening socket; each connection is given to `play` in a thread. `over` is set when the test is through with it."""

    play: Play
    listener: socket.socket
    trust: ssl.SSLContext | None = None
    over: threading.Event = field(default_factory=threading.Event)
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def url(self, path: str = "/hook", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(20)
            if self.trust is not None:
                connection = self.trust.wrap_socket(connection, server_side=True)
            self.play(connection)
        except OSError:
            self.left.set()  # the caller went away
        finally:
            connection.close()


@contextmanager
def receiver(play: Play | bytes, trust: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Receiver]:
    """A receiver on a free port of loopback. Bytes as `play`: read the request, send these, close."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.bind((host, 0))
        listener.listen(128)
        served = Receiver(play if callable(play) else lambda connection: None, listener, trust)
        if isinstance(play, bytes):

            def answer(connection: socket.socket) -> None:
                served.requests.append(read_request(connection))
                connection.sendall(play)
                wait_for_end(connection, served)

            served.play = answer
        threading.Thread(target=served.serve, daemon=True).start()
        try:
            yield served
        finally:
            served.over.set()
            listener.shutdown(socket.SHUT_RDWR)


def wait_for_end(connection: socket.socket, served: Receiver) -> None:
    """Shut the sending side; return when the caller has closed too, so that nothing sent is lost to a reset."""
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(65536):
        pass
    served.left.set()


def read_request(connection: socket.socket) -> bytes:
    """A request with its body, by Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def head_of(request: bytes) -> dict[str, str]:
    """The headers of a request, names in lower case."""
    lines = request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def reset(connection: socket.socket) -> None:
    """Close with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def answered(status: str = "200 OK", body: bytes = b"ok", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def resolves_to(*addresses: str) -> Callable[..., list[tuple[object, ...]]]:
    """A resolver that answers every name with these addresses, and notes what it was asked in `.asked`."""

    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        resolve.asked.append(host)  # type: ignore[attr-defined]
        return [(0, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    resolve.asked = []  # type: ignore[attr-defined]
    return resolve
