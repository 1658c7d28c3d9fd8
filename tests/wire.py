"""HTTP/1.1 by hand over a socket: requests whose every byte is the test's own, and the answers to them."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass
class Answer:
    """One HTTP answer: `status`, `headers` (names in lower case, doubled ones joined by a comma), `body` bytes."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.body)


def read_answer(connection: socket.socket, method: str = "GET") -> Answer:
    """Read one answer from a socket; raises `http.client.HTTPException` or `OSError` where none comes."""
    response = http.client.HTTPResponse(connection, method=method)
    try:
        response.begin()
        body = response.read()
    finally:
        response.close()
    headers: dict[str, str] = {}
    for name, value in response.getheaders():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return Answer(response.status, headers, body)


def request_bytes(method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes | None) -> bytes:
    """The bytes of one HTTP/1.1 request, exactly as told: nothing is quoted, checked or added but Content-Length."""
    lines = [f"{method} {path} HTTP/1.1".encode("latin-1", "surrogateescape")]
    lines += [f"{name}: {value}".encode("latin-1", "surrogateescape") for name, value in headers]
    if body is not None and not any(name.lower() == "content-length" for name, _ in headers):
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body or b"")


class SharedStream:
    """A socket whose buffered reader outlives one answer, so that pipelined answers can be read one by one."""

    def __init__(self, connection: socket.socket) -> None:
        self._file = connection.makefile("rb")

    def makefile(self, _mode: str) -> SharedStream:
        return self

    def close(self) -> None:
        """Called after each answer; the connection stays open for the next."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@dataclass
class Exchange:
    """What came back on one connection. `ended`: `closed` by the server, `enough` answers, or `silent` (time-out)."""

    answers: list[Answer]
    ended: str

    @property
    def status(self) -> str:
        """The last answer's status as text; `close` or `silent` where there was no answer at all."""
        if self.answers:
            return str(self.answers[-1].status)
        return "silent" if self.ended == "silent" else "close"


def send_and_read(connection: socket.socket, data: bytes, enough: int = 1, half_close: bool = False) -> Exchange:
    """Send bytes and read answers until there are `enough`, the server closes, or it is silent for the time-out.

    A server that stops reading in the middle of what is sent is no error: what it answered before is returned.
    """
    try:
        connection.sendall(data)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # it closed while we were still sending; its answer may be in our buffer already
    answers: list[Answer] = []
    stream = SharedStream(connection)
    while len(answers) < enough:
        try:
            answers.append(read_answer(stream))  # type: ignore[arg-type]
        except TimeoutError:
            return Exchange(answers, "silent")
        except (OSError, http.client.HTTPException):
            return Exchange(answers, "closed")
    return Exchange(answers, "enough")
