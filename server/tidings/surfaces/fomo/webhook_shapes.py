"""Webhooks and their deliveries in the API's words: what a client is answered."""

from typing import Any

from tidings.records.delivery import Delivery, LoggedAttempt
from tidings.records.webhook import Webhook
from tidings.surfaces.fomo.shapes import iso_time
from tidings.surfaces.webhooks import shown


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
