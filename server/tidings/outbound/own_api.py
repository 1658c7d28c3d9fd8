"""Calls Tidings' own REST API over HTTP, as any shop's server does: bounded in time and size, with named results."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from tidings.outbound.guard import Guard
from tidings.outbound.web_call import NotAnswered, WebCall, call

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
        # the operator's own setting, not what somebody typed: any address will do
        self._guard = Guard(allowed=(IPv4Network("0.0.0.0/0"), IPv6Network("::/0")))

    def create_event(self, event: Mapping[str, Any]) -> tuple[Call, Answered | Unanswered]:
        """Posts `event`, bare, and returns the call with what came of it. Never raises for what the network does."""
        url = f"{self._base_url}/api/v1/applications/me/events"
        headers = {"Authorization": f"Token {self._token}", "Content-Type": "application/json"}
        shown = {**headers, "Authorization": f"Token {_masked(self._token)}"}
        return Call("POST", url, shown, dict(event)), self._send(url, headers, json.dumps(dict(event)).encode("ascii"))

    def _send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered | Unanswered:
        request = WebCall("POST", url, headers, body)
        answer = call(self._guard, request, seconds=self._answer_seconds, answer_bytes=ANSWER_BYTES)
        if isinstance(answer, NotAnswered):
            if answer.result == "not_connected":
                return Unanswered(f"Nothing answers at {self._base_url}.")
            if answer.result == "timed_out":
                return Unanswered(f"No answer from {self._base_url} within {self._answer_seconds:g} s.")
            return Unanswered(answer.reason)
        if len(answer.body) == ANSWER_BYTES and answer.cut:
            return Unanswered(f"The answer is longer than {ANSWER_BYTES // 1024} KiB.")
        if answer.cut:
            return Unanswered(f"The answer of {self._base_url} broke off.")
        try:
            content = json.loads(answer.body)
        except (ValueError, RecursionError):
            return Unanswered(f"The answer, status {answer.status}, is not JSON: is this Tidings?")
        replayed = answer.headers.get("idempotent-replayed") == "true"
        return Answered(answer.status, content, answer.milliseconds, replayed)


def _masked(token: str) -> str:
    """Enough of a token to know it again, not enough to use it."""
    return token[:4] + "•" * 8 if len(token) >= 20 else "•" * 8
