"""Fetches a page of a site as a browser would, to look at it: each redirect judged anew, bounded in time and size."""

import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Literal
from urllib.parse import urljoin, urlsplit

import brotli
import webencodings

from tidings.outbound.guard import DEFAULT_PORTS, Guard
from tidings.outbound.line import Deadline
from tidings.outbound.web_call import Failure, NotAnswered, WebCall, call

# For the page and all that leads to it.
SECONDS = 12.0
MOST_REDIRECTS = 5
# Of the page, unpacked; as much of it may come packed.
PAGE_BYTES = 2 * 1024 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = {
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
    "Accept-Encoding": "gzip, br",
}
# This server's own name is the operator's word, not a typed one: whatever address it leads to is right.
_ANYWHERE = Guard(allowed=(IPv4Network("0.0.0.0/0"), IPv6Network("::/0")))


@dataclass(frozen=True)
class Page:
    """What a browser would be given. `url`: where it was found in the end; `headers`: names in lower case.

    `text`: unpacked and decoded, at most PAGE_BYTES of it. `cut`: there was more, or the rest could not be had.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    text: str
    cut: bool


@dataclass(frozen=True)
class NoPage:
    """There is none; `reason` is one sentence, `url` where the way ended."""

    url: str
    result: Failure | Literal["too_many_redirects", "bad_redirect"]
    reason: str


def fetch(
    guard: Guard, url: str, *, own: str = "", seconds: float = SECONDS, trust: ssl.SSLContext | None = None
) -> Page | NoPage:
    """The page at `url`, and at the end of at most MOST_REDIRECTS redirects, within `seconds` in all.

    Every address on the way is judged by `guard`, except those of the origin of `own`: the URL that this server itself is
    known by, which is asked for nothing that a visitor could not ask. `trust`: whose certificates count. Never raises for
    what the network does.
    """
    deadline = Deadline(seconds)
    for _ in range(MOST_REDIRECTS + 1):
        late = NoPage(url, "timed_out", f"The page did not come within {seconds:g} s.")
        try:
            left = deadline.left()
        except TimeoutError:
            return late
        judge = _ANYWHERE if own and _origin(url) == _origin(own) else guard
        request = WebCall("GET", url, HEADERS)
        answer = call(judge, request, seconds=left, answer_bytes=PAGE_BYTES, trust=trust)
        if isinstance(answer, NotAnswered):
            return late if answer.result == "timed_out" else NoPage(url, answer.result, answer.reason)
        if answer.status not in REDIRECTS or "location" not in answer.headers:
            body, cut = _unpacked(answer.body, answer.headers.get("content-encoding", ""))
            return Page(url, answer.status, answer.headers, _decoded(body, answer.headers), cut or answer.cut)
        try:
            url = urljoin(url, _as_sent(answer.headers["location"]))
        except ValueError:
            return NoPage(url, "bad_redirect", "The page leads on to an address that can not be read.")
    reason = (
        f"The page leads on more than {MOST_REDIRECTS} times: a browser without cookies goes round in a circle, perhaps."
    )
    return NoPage(url, "too_many_redirects", reason)


def _origin(url: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None


def _as_sent(location: str) -> str:
    """Servers write addresses in UTF-8; a header is read as Latin-1."""
    try:
        return location.strip().encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location.strip()


def _unpacked(body: bytes, codings: str) -> tuple[bytes, bool]:
    """A body without its codings, and whether it was cut. What is packed in a way that was not asked for stays as it is."""
    cut = False
    for coding in reversed([name.strip().lower() for name in codings.split(",") if name.strip()][:2]):
        try:
            if coding in ("gzip", "x-gzip", "deflate"):
                body, more = _inflated(body)
            elif coding == "br":
                body, more = _from_brotli(body)
            else:
                continue
        except (zlib.error, brotli.error):
            return b"", True
        cut = cut or more
    return body[:PAGE_BYTES], cut or len(body) > PAGE_BYTES


def _inflated(body: bytes) -> tuple[bytes, bool]:
    try:
        unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # gzip or zlib, by its head
        found = unpacking.decompress(body, PAGE_BYTES)
    except zlib.error:
        unpacking = zlib.decompressobj(wbits=-zlib.MAX_WBITS)  # "deflate" as some servers take it
        found = unpacking.decompress(body, PAGE_BYTES)
    return found, not unpacking.eof


def _from_brotli(body: bytes) -> tuple[bytes, bool]:
    unpacking = brotli.Decompressor()
    found = bytearray(unpacking.process(body, output_buffer_limit=PAGE_BYTES))
    while len(found) < PAGE_BYTES and not unpacking.is_finished():
        piece = unpacking.process(b"", output_buffer_limit=PAGE_BYTES - len(found))
        if not piece:
            break
        found += piece
    return bytes(found), not unpacking.is_finished()


def _decoded(body: bytes, headers: Mapping[str, str]) -> str:
    """As browsers do: a byte order mark, the header, a declaration at the beginning of the page, else UTF-8."""
    labels = [_parameter(headers.get("content-type", ""), "charset")]
    beginning = body[:1024].decode("latin-1").lower()
    for place in beginning.split("charset")[1:]:
        labels.append(place.partition("=")[2].strip().lstrip("\"'").split('"')[0].split("'")[0].split(">")[0].split("/")[0])
    for label in labels:
        encoding = webencodings.lookup(label.strip()) if label.strip() else None
        if encoding is not None and encoding.name not in ("replacement", "x-user-defined"):
            return webencodings.decode(body, encoding, errors="replace")[0]
    return webencodings.decode(body, webencodings.UTF8, errors="replace")[0]


def _parameter(header: str, name: str) -> str:
    for part in header.split(";")[1:]:
        key, _, value = part.partition("=")
        if key.strip().lower() == name:
            return value.strip().strip("\"'")
    return ""
