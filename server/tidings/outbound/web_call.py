"""One HTTP call to somebody else's server: guarded, pinned to the judged address, bounded in time and memory."""

import functools
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import httpcore2

from tidings import __version__
from tidings.outbound.guard import Guard, Refusal, Target, Unresolved
from tidings.outbound.line import Deadline, Line, TlsFailed, TooMuch, connect

SECONDS = 15.0
ANSWER_BYTES = 16 * 1024
HEADER_BYTES = 64 * 1024  # with all that comes before the last of the headers, such as "100 Continue" for ever
USER_AGENT = f"Tidings/{__version__}"

Failure = Literal["refused_address", "unresolved", "not_connected", "tls_failed", "timed_out", "broken_off", "bad_answer"]


@dataclass(frozen=True)
class WebCall:
    """What to ask: absolute URL, headers beyond those that every call has, body as it goes out."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Answered:
    """The other side answered: `status` 200 to 599, headers with names in lower case.

    body: as on the wire, never decompressed, the first `answer_bytes` of it. cut: there was more, or the rest did not come.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool
    milliseconds: int


@dataclass(frozen=True)
class NotAnswered:
    """No answer that counts; `reason` is one sentence. After "timed_out" or "broken_off" the call may have been heard."""

    result: Failure
    reason: str
    milliseconds: int


def call(
    guard: Guard,
    request: WebCall,
    *,
    seconds: float = SECONDS,
    answer_bytes: int = ANSWER_BYTES,
    trust: ssl.SSLContext | None = None,
) -> Answered | NotAnswered:
    """Makes the call and waits for its end, which is there after `seconds` in all, look-up, TLS and drips included.

    A connection of its own, closed afterwards; no redirect is followed, no proxy or password of the environment used.
    From any number of threads. Never raises for what the network does; LocalProtocolError for a header that can not be one.
    trust: whose certificates count; the system's, if absent.
    """
    deadline = Deadline(seconds)
    host = "The server"
    line = None
    try:
        target = guard.resolve(request.url, seconds=seconds)
        host = target.host
        line = connect(target, deadline, HEADER_BYTES)
        if target.scheme == "https":
            line.secure(trust or _system_trust(), target.host)
        return _talk(line, target, request, answer_bytes, deadline)
    except Refusal as refusal:
        return NotAnswered("refused_address", refusal.reason, deadline.milliseconds)
    except Unresolved as error:
        return NotAnswered("unresolved", error.reason, deadline.milliseconds)
    except TlsFailed as error:
        return NotAnswered("tls_failed", f"No trusted connection with {host} ({error.reason}).", deadline.milliseconds)
    except TimeoutError:
        return NotAnswered("timed_out", f"{host} gave no answer within {seconds:g} s.", deadline.milliseconds)
    except TooMuch:
        reason = f"{host} sent more than {HEADER_BYTES // 1024} KiB before its answer began."
        return NotAnswered("bad_answer", reason, deadline.milliseconds)
    except httpcore2.RemoteProtocolError as error:
        if line is None or not line.taken:
            return NotAnswered("broken_off", f"{host} closed the connection without an answer.", deadline.milliseconds)
        return NotAnswered("bad_answer", f"What {host} sent is not an answer of HTTP/1.1 ({error}).", deadline.milliseconds)
    except OSError as error:
        words = error.strerror or type(error).__name__
        if line is None:
            return NotAnswered("not_connected", f"No connection with {host} ({words}).", deadline.milliseconds)
        return NotAnswered("broken_off", f"{host} broke the connection off ({words}).", deadline.milliseconds)
    finally:
        if line is not None:
            line.close()


def _talk(line: Line, target: Target, request: WebCall, answer_bytes: int, deadline: Deadline) -> Answered | NotAnswered:
    url = httpcore2.URL(
        scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode("ascii")
    )
    headers = {
        "Host": target.authority,
        "User-Agent": USER_AGENT,
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **request.headers,
        "Content-Length": str(len(request.body)),
    }
    connection = httpcore2.HTTP11Connection(url.origin, line)
    with connection.stream(request.method, url, headers=list(headers.items()), content=request.body) as response:
        if not 200 <= response.status <= 599:
            reason = f"{target.host} answered with {response.status}, which is no status of an answer."
            return NotAnswered("bad_answer", reason, deadline.milliseconds)
        # the status is known, and it decides: whatever becomes of the body, the call was answered
        line.allowance = 2 * answer_bytes  # chunks wrap what they carry
        body, cut = _beginning(response, answer_bytes)
        return Answered(response.status, _joined(response.headers), body, cut, deadline.milliseconds)


def _beginning(response: httpcore2.Response, most: int) -> tuple[bytes, bool]:
    body = bytearray()
    try:
        for piece in response.iter_stream():
            body += piece
            if len(body) > most:
                return bytes(body[:most]), True
    except (OSError, TooMuch, httpcore2.RemoteProtocolError):
        return bytes(body), True
    return bytes(body), False


def _joined(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Names in lower case; a header that came more than once is one, with commas between."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


@functools.cache
def _system_trust() -> ssl.SSLContext:
    """The certificates that the system trusts (SSL_CERT_FILE and SSL_CERT_DIR say which, if set), read once."""
    trust = httpcore2.default_ssl_context()
    trust.set_alpn_protocols(["http/1.1"])
    return trust
