"""Sends one message to a webhook: a POST, signed as Standard Webhooks has it (standardwebhooks.com)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from standardwebhooks import Webhook

from tidings.outbound.guard import Guard
from tidings.outbound.results import Busy, Outcome, Refused, Sent, Silent
from tidings.outbound.web_call import SECONDS, Answered, NotAnswered, WebCall, call

BUSY = {408, 425, 429}
LONGEST_WAIT = 86_400  # seconds; what is asked for beyond a day is taken for a day


@dataclass(frozen=True)
class OutgoingMessage:
    """One attempt at a message.

    id: "msg_…", the same at every attempt. secret: "whsec_…". body: JSON, UTF-8. timestamp: of the attempt, epoch seconds.
    test: sent by hand to try the address out; said in a header alone.
    """

    id: str
    url: str
    secret: str
    body: bytes
    timestamp: int
    test: bool = False


def headers_of(message: OutgoingMessage) -> dict[str, str]:
    """The headers that go out with a message, its signature among them."""
    at = datetime.fromtimestamp(message.timestamp, UTC)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": str(message.timestamp),
        "webhook-signature": Webhook(message.secret).sign(message.id, at, message.body.decode("utf-8")),
    }
    return headers | {"Tidings-Test": "true"} if message.test else headers


def send(guard: Guard, message: OutgoingMessage, *, seconds: float = SECONDS) -> Outcome:
    """Makes one attempt, in `seconds` at most, and says what came of it. Never raises for what the network does."""
    answer = call(guard, WebCall("POST", message.url, headers_of(message), message.body), seconds=seconds)
    if isinstance(answer, NotAnswered):
        return _unanswered(answer)
    return _answered(answer, now=message.timestamp)


def _unanswered(answer: NotAnswered) -> Refused | Silent:
    if answer.result in ("refused_address", "bad_answer"):
        return Refused(answer.result, None, b"", answer.milliseconds, reason=answer.reason)
    return Silent(answer.result, answer.milliseconds, answer.reason)


def _answered(answer: Answered, *, now: int) -> Sent | Refused | Busy:
    status, body, took = answer.status, answer.body, answer.milliseconds
    if status < 300:
        return Sent(status, body, took)
    if status < 400:
        return Refused("redirected", status, body, took, reason="Redirects are not followed: enter the new address.")
    if status >= 500 or status in BUSY:
        return Busy(_retry_after(answer.headers.get("retry-after", ""), now), status, body, took)
    if status == 410:
        return Refused("gone", status, body, took, gone=True)
    return Refused("refused", status, body, took)


def _retry_after(value: str, now: int) -> int | None:
    """Seconds from `now`, 0 to a day, from a number of seconds or a date; None for anything else (RFC 9110, 10.2.3)."""
    if value.isascii() and value.isdigit():
        return min(int(value[:20]), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)  # the old spellings of a date name no zone and mean UTC
        return min(max(int(at.timestamp()) - now, 0), LONGEST_WAIT)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
