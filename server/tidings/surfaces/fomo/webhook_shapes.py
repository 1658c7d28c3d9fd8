"""Webhooks and their deliveries in the API's words: what a client may write, and what it is answered."""

from collections.abc import Mapping
from typing import Any

import regex

from tidings.domain.deliveries import ANSWER_SHOWN
from tidings.errors import Invalid
from tidings.outbound.guard import LONGEST_URL
from tidings.records.delivery import Delivery, LoggedAttempt
from tidings.records.webhook import Webhook, WebhookChanges, WebhookDraft
from tidings.render.stats import CHOICES
from tidings.surfaces.fomo.shapes import iso_time
from tidings.surfaces.kinds import Kind, Member, label, read, read_changes
from tidings.surfaces.setting_kinds import BOOLEAN

# Control and format characters (those of direction too), separators of lines.
_HIDDEN = regex.compile(r"(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]")
# whsec_ and the base64 of 24 to 64 bytes.
_QUAD = "[A-Za-z0-9+/]{4}"
_END = "([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)"
NEW_SECRET_PATTERN = f"^whsec_(({_QUAD}){{8,21}}|({_QUAD}){{8,20}}{_END}|({_QUAD}){{21}}[A-Za-z0-9+/]{{2}}==)$"
SECRET_PATTERN = NEW_SECRET_PATTERN.replace("^", "^(").replace("$", ")?$")


def _plain_text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise Invalid(f"{label(name)} is not text", field=name)
    return value


def _figures(value: Any, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Invalid(f"{label(name)} is a list of names", field=name)
    return tuple(value)


# Whether it may be called, the guard says; whether a secret will do, the domain.
URL = Kind(
    _plain_text,
    {
        "title": f"http(s) URL, at most {LONGEST_URL}, of an address that may be called",
        "type": ["string", "null"],
        "pattern": "^([Hh][Tt][Tt][Pp][Ss]?://[^\\s]+)?$",
        "maxLength": LONGEST_URL,
    },
)
FIGURES = Kind(_figures, {"anyOf": [{"type": "array", "items": {"enum": list(CHOICES)}}, {"enum": ["", None]}]})
SECRET = Kind(_plain_text, {"type": ["string", "null"], "pattern": SECRET_PATTERN})

WEBHOOK = (
    Member("url", URL, "Where to send figures: port 80 or 443 of a public address.", "https://hooks.shop.example/figures"),
    Member("figures", FIGURES, "Which figures beyond `click` and `display`.", ["hover", "conversions_count"]),
    Member("enabled", BOOLEAN, "Off: nothing is sent; what was waiting goes out when it is on again.", True),
    Member("secret", SECRET, "Signs what is sent: whsec_ and the base64 of 24 to 64 random bytes; made if absent."),
)
# A blank here may be a mistake of a form, and would switch on what is off or lose the secret for good.
CHANGES = (
    *WEBHOOK[:3],
    Member(
        "secret",
        Kind(_plain_text, {"type": ["string", "null"], "pattern": NEW_SECRET_PATTERN}),
        "Signs what is sent from now on; `null`, which is what is told of it, leaves it as it is.",
    ),
)


def webhook_draft(body: Mapping[str, Any]) -> WebhookDraft:
    """A draft from the members of a create. Raises Invalid that names the member."""
    found = read(body, WEBHOOK)
    if "url" not in found:
        raise Invalid("Url is required", field="url", code="required")
    return WebhookDraft(**found)


def webhook_changes(body: Mapping[str, Any]) -> WebhookChanges:
    """What the members of an update ask for. Raises Invalid for a blank one that it would not be safe to guess at."""
    found = read_changes(body, CHANGES)
    if "secret" in found and body["secret"] is None:
        del found["secret"]
    for name in ("url", "enabled", "secret"):
        if name in found and found[name] is None:
            raise Invalid(f"{label(name)} is required", field=name, code="required")
    if "figures" in found:
        found["figures"] = found["figures"] or ()
    return WebhookChanges(**found)


def webhook_json(webhook: Webhook, *, with_secret: bool = False) -> dict[str, Any]:
    """A webhook, flat, with all members; its secret only where it is new."""
    return {
        "id": webhook.id,
        "application_id": webhook.application_id,
        "url": webhook.url,
        "figures": webhook.figures,
        "enabled": webhook.enabled,
        "paused_because": webhook.paused_because,
        "secret": webhook.secret if with_secret else None,
        "created_at": iso_time(webhook.created_at),
        "updated_at": iso_time(webhook.updated_at),
    }


def delivery_json(delivery: Delivery, attempts: list[LoggedAttempt], webhook: Webhook) -> dict[str, Any]:
    """A delivery with what it sends and what came of it; the signature is left out, each attempt has one of its own."""
    headers = {"Content-Type": "application/json", "webhook-id": delivery.message_id}
    return {
        "id": delivery.id,
        "webhook_id": delivery.webhook_id,
        "message_id": delivery.message_id,
        "test": delivery.test,
        "timeframe_from": delivery.timeframe_from,
        "timeframe_to": delivery.timeframe_to,
        "state": delivery.state,
        "due_at": None if delivery.due_at is None else iso_time(delivery.due_at),
        "created_at": iso_time(delivery.created_at),
        "finished_at": None if delivery.finished_at is None else iso_time(delivery.finished_at),
        "request": {
            "url": attempts[-1].url if attempts else webhook.url,
            "headers": headers | {"Tidings-Test": "true"} if delivery.test else headers,
            "body": delivery.body.decode("utf-8"),
        },
        "attempts": [_attempt_json(attempt) for attempt in attempts],
    }


def _attempt_json(attempt: LoggedAttempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "url": attempt.url,
        "started_at": iso_time(attempt.started_at),
        "duration_ms": attempt.milliseconds,
        "result": attempt.result,
        "status": attempt.status,
        "answer": shown(attempt.answer),
        "answer_bytes": attempt.answer_bytes,
    }


def shown(answer: bytes) -> str:
    """The beginning of what a receiver answered, as text: what is none, and what is not seen but does something, escaped."""
    text = answer[:ANSWER_SHOWN].decode("utf-8", "backslashreplace")
    return _HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
