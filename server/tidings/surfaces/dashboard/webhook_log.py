"""The log of a webhook: what of it stands on a page, in words, and whose eyes its address is for."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import deliveries, webhooks
from tidings.records.delivery import Delivery, LoggedAttempt, Waiting
from tidings.records.webhook import Webhook
from tidings.surfaces.dashboard.plumbing import Visit
from tidings.surfaces.webhooks import shown

LOG_LENGTH = 8
# Of what a path of a webhook's address is, people who may not change it see the end, where it is at least three times that.
END_SHOWN = 4
# Milliseconds: while something is due within these, the log is asked for again and again.
SOON = 60_000
_RESULTS = {
    "delivered": "taken",
    "redirected": "answered with a redirect, which is not followed",
    "refused": "refused",
    "gone": "answered that it is gone",
    "refused_address": "an address that may not be called",
    "bad_answer": "no answer of HTTP",
    "busy": "too busy",
    "unresolved": "its host was not found (no DNS entry)",
    "not_connected": "no connection",
    "tls_failed": "no trusted connection",
    "timed_out": "no answer within 15 seconds",
    "broken_off": "the connection broke off",
    "process_ended": "the server ended during the attempt",
}


class Tried(Struct, frozen=True):
    """An attempt as the page shows it: in words, and what was answered as text that does no harm."""

    attempt: LoggedAttempt
    result: str
    answer: str


class Logged(Struct, frozen=True):
    """A delivery and what came of it, the newest attempt first."""

    delivery: Delivery
    attempts: tuple[Tried, ...]
    body: str


class Opened(Struct, frozen=True):
    """A webhook, the page of its log, and what is not on it."""

    webhook: Webhook
    log: list[Logged]
    waiting: Waiting
    delivered: bool


def found(names: dict[str, int], before: int | None, connection: Connection) -> Opened:
    """A webhook and a page of its log: the newest, or those before the delivery `before`. Raises NotFound."""
    webhook = webhooks.retrieve(connection, **names)
    log = deliveries.of_webhook(connection, **names, before=before, limit=LOG_LENGTH, tried=True)
    waiting, delivered = deliveries.standing(connection, webhook.id)
    return Opened(webhook, [_logged(*one) for one in log], Waiting() if before else waiting, delivered)


def _logged(delivery: Delivery, attempts: list[LoggedAttempt]) -> Logged:
    tried = (Tried(one, _RESULTS.get(one.result, one.result), shown(one.answer)) for one in reversed(attempts))
    return Logged(delivery, tuple(tried), delivery.body.decode("utf-8", "replace"))


def addresses(visit: Visit) -> Callable[[str], str]:
    """How a webhook's address is shown: whoever may not change it sees no more of its path, which may be a secret."""

    def shortened(url: str) -> str:
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return f"{parts.hostname}/…{path[-END_SHOWN:] if len(path) >= 3 * END_SHOWN else ''}"

    return str if visit.may("editor") else shortened


def log_values(visit: Visit, opened: Opened, before: int | None) -> dict[str, Any]:
    """What webhook_log.html needs."""
    log, waiting = opened.log, opened.waiting
    here = f"{visit.base}/webhooks/{opened.webhook.id}"
    older = f"{here}?before={log[-1].delivery.id}" if len(log) == LOG_LENGTH else ""
    soon = visit.now + SOON
    open_now = any(
        one.delivery.state == "sending"
        or (one.delivery.state == "waiting" and one.delivery.due_at is not None and one.delivery.due_at <= soon)
        for one in log
    ) or (waiting.due_at is not None and waiting.due_at <= soon)
    return {
        "log": log,
        "waiting": waiting,
        "address": addresses(visit),
        "here": here,
        "older": older,
        "newer": here if before else "",
        "is_open": open_now and not before,
    }
