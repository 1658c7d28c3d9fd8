"""Calls Tidings' own REST API over HTTP, as any shop's server does: bounded in time and size, with named results."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 8.0
ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True)
class Call:
    """A request as it was sent, except that the token in `headers` is masked."""

    method: str
    url: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """The API said something: `body` is its JSON, `replayed` that the event was there already."""

    status: int
    body: Any
    milliseconds: int
    replayed: bool = False


@dataclass(frozen=True)
class Unanswered:
    """Nothing that can be used came back; `reason` is one sentence."""

    reason: str


class OwnApi:
    """One application's door into the API at `base_url`; safe to use from several threads."""

    def __init__(self, base_url: str, token: str, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._answer_seconds = answer_seconds
        # No proxies from the environment (this is our own address), and no connection kept: orders are rare.
        self._client = httpx.Client(
            timeout=httpx.Timeout(answer_seconds, connect=min(CONNECT_SECONDS, answer_seconds)),
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
        )

    def create_event(self, event: Mapping[str, Any]) -> tuple[Call, Answered | Unanswered]:
        """Posts `event`, bare, and returns the call with what came of it. Never raises for what the network does."""
        url = f"{self._base_url}/api/v1/applications/me/events"
        headers = {"Authorization": f"Token {self._token}", "Content-Type": "application/json"}
        shown = {**headers, "Authorization": f"Token {_masked(self._token)}"}
        call = Call("POST", url, shown, dict(event))
        try:
            return call, self._send(url, headers, json.dumps(dict(event)).encode("ascii"))
        except httpx.ConnectError:
            return call, Unanswered(f"Nothing answers at {self._base_url}.")
        except httpx.TimeoutException:
            return call, self._too_late()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return call, Unanswered(f"The connection to {self._base_url} broke off ({type(error).__name__}).")

    def close(self) -> None:
        """Lets go of what is still open."""
        self._client.close()

    def _send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered | Unanswered:
        started = time.monotonic()
        received = bytearray()
        with self._client.stream("POST", url, headers=headers, content=body) as response:
            for piece in response.iter_bytes():
                received += piece
                if len(received) > ANSWER_BYTES:
                    return Unanswered(f"The answer is longer than {ANSWER_BYTES // 1024} KiB.")
                # httpx bounds each read; an answer that drips must end too.
                if time.monotonic() - started > self._answer_seconds:
                    return self._too_late()
        milliseconds = round((time.monotonic() - started) * 1000)
        try:
            answer = json.loads(received)
        except (ValueError, RecursionError):
            return Unanswered(f"The answer, status {response.status_code}, is not JSON: is this Tidings?")
        replayed = response.headers.get("Idempotent-Replayed") == "true"
        return Answered(response.status_code, answer, milliseconds, replayed)

    def _too_late(self) -> Unanswered:
        return Unanswered(f"No answer from {self._base_url} within {self._answer_seconds:g} s.")


def _masked(token: str) -> str:
    """Enough of a token to know it again, not enough to use it."""
    return token[:4] + "•" * 8 if len(token) >= 20 else "•" * 8
