"""What the routes of webhooks do, in words, and what they answer: a part of the tables of operations and answers."""

from typing import Any, get_args

from tidings.domain.deliveries import ATTEMPTS_SHOWN, MOST_WAITING
from tidings.domain.webhooks import MOST_WEBHOOKS
from tidings.records.delivery import State
from tidings.render.stats import CHOICES
from tidings.surfaces import webhooks as writing
from tidings.surfaces.fomo import webhooks
from tidings.surfaces.fomo.answers import (
    BOOLEAN,
    COUNT,
    INTEGER,
    TEXT,
    TEXT_OR_NULL,
    TIME,
    Schema,
    answer,
    array_of,
    ref,
    shape,
)
from tidings.surfaces.fomo.operation import Body, Operation

_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the example of the standard's own documents
WEBHOOK_EXAMPLE: dict[str, Any] = {
    "id": 1,
    "application_id": 1,
    "url": "https://hooks.shop.example/figures",
    "figures": ["hover", "conversions_count"],
    "enabled": True,
    "paused_because": None,
    "secret": _SECRET,
    "created_at": "2018-11-01T13:51:38.018Z",
    "updated_at": "2018-11-01T13:51:38.018Z",
}
_TIME_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
WEBHOOK = answer(
    "A webhook. `secret` is told when it is new, and never again; `paused_because` says why it was switched off by itself.",
    WEBHOOK_EXAMPLE,
    id=INTEGER,
    application_id=INTEGER,
    url=TEXT,
    figures=array_of({"enum": list(CHOICES)}),
    enabled=BOOLEAN,
    paused_because=TEXT_OR_NULL,
    secret=TEXT_OR_NULL,
    created_at=TIME,
    updated_at=TIME,
)
DELIVERY_EXAMPLE: dict[str, Any] = {
    "id": 7,
    "webhook_id": 1,
    "message_id": "msg_5b2d8a0f6c3e4d7fa1b9c8d7e6f5a4b3",
    "test": False,
    "timeframe_from": 1541073600,
    "timeframe_to": 1541088000,
    "state": "delivered",
    "due_at": None,
    "created_at": "2018-11-01T16:00:00.412Z",
    "finished_at": "2018-11-01T16:00:00.655Z",
    "request": {
        "url": "https://hooks.shop.example/figures",
        "headers": {"Content-Type": "application/json", "webhook-id": "msg_5b2d8a0f6c3e4d7fa1b9c8d7e6f5a4b3"},
        "body": '{"stats":{"timeframe_from":1541073600,"timeframe_to":1541088000,"click":84,"display":1200}}',
    },
    "attempts": [
        {
            "number": 1,
            "url": "https://hooks.shop.example/figures",
            "started_at": "2018-11-01T16:00:00.420Z",
            "duration_ms": 231,
            "result": "delivered",
            "status": 200,
            "answer": "ok",
            "answer_bytes": 2,
        }
    ],
}
DELIVERY = answer(
    "A delivery: what is sent, and what came of each attempt. Of an answer the first 1 KiB is shown, control characters "
    f"escaped; `answer_bytes` is how much is kept, 16 KiB at most. Of many attempts the newest {ATTEMPTS_SHOWN} are shown.",
    DELIVERY_EXAMPLE,
    id=INTEGER,
    webhook_id=INTEGER,
    message_id={"type": "string", "pattern": "^msg_[A-Za-z0-9]+$"},
    test=BOOLEAN,
    timeframe_from=INTEGER,
    timeframe_to=INTEGER,
    state={"enum": list(get_args(State))},
    due_at=_TIME_OR_NULL,
    created_at=TIME,
    finished_at=_TIME_OR_NULL,
    request=shape(url=TEXT, headers={"type": "object", "additionalProperties": TEXT}, body=TEXT),
    attempts=array_of(
        shape(
            number=INTEGER,
            url=TEXT,
            started_at=TIME,
            duration_ms=COUNT,
            result=TEXT,
            status={"type": ["integer", "null"]},
            answer=TEXT,
            answer_bytes=COUNT,
        )
    ),
)
SCHEMAS: dict[str, Schema] = {"Webhook": WEBHOOK, "Delivery": DELIVERY}
SECTION = (
    "Every four hours the figures of these are sent to the addresses of your choice, signed as Standard Webhooks has it. "
    "A window may come more than once, always under the same `webhook-id`."
)

_NEW_WEBHOOK = Body(
    "NewWebhook",
    writing.WEBHOOK,
    "webhook",
    required=("url",),
    never_blank=("url",),
    example={"url": "https://hooks.shop.example/figures", "figures": ["hover", "conversions_count"]},
)
_WEBHOOK_CHANGES = Body(
    "WebhookChanges", writing.CHANGES, "webhook", never_blank=("url", "enabled"), example={"enabled": False}
)
_NEW = {"A new webhook": WEBHOOK_EXAMPLE}
_WEBHOOK = {"A webhook": {**WEBHOOK_EXAMPLE, "secret": None}}
_DELIVERY = {"A delivery": DELIVERY_EXAMPLE}
_WAITING = {
    "A delivery": {**DELIVERY_EXAMPLE, "state": "waiting", "due_at": "2018-11-01T16:00:00.412Z", "finished_at": None}
    | {"attempts": []}
}


def _update(name: str, title: str, same_as: str = "") -> Operation:
    return Operation(
        name,
        "Webhooks",
        title,
        "Changes the members that are sent. A blank `url`, `enabled` or `secret` is refused; `null` as `secret`, as in "
        "a webhook that was fetched, leaves it. Switched on again, or with another `url`, what was waiting goes out at "
        "once, as if nothing of it had ever failed.",
        ref("Webhook"),
        _WEBHOOK,
        body=_WEBHOOK_CHANGES,
        same_as=same_as,
    )


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("GET", "/webhooks"): Operation(
        "listWebhooks",
        "Webhooks",
        "List webhooks",
        "All of them, oldest first.",
        array_of(ref("Webhook")),
        {"A list": [_WEBHOOK["A webhook"]]},
    ),
    ("POST", "/webhooks"): Operation(
        "createWebhook",
        "Webhooks",
        "Create a webhook",
        f"At most {MOST_WEBHOOKS}. The answer is the only one that tells the `secret`. An address that may not be called "
        "(private, loopback, an API of this server itself) is refused with the reason; that of a name is looked at "
        "when it is called.",
        ref("Webhook"),
        _NEW,
        body=_NEW_WEBHOOK,
        refusals=(409,),
    ),
    ("GET", "/webhooks/{id}"): Operation(
        "retrieveWebhook", "Webhooks", "Retrieve a webhook", "One webhook by its id.", ref("Webhook"), _WEBHOOK
    ),
    ("PATCH", "/webhooks/{id}"): _update("updateWebhook", "Update a webhook"),
    ("PUT", "/webhooks/{id}"): _update("updateWebhookByPut", "Update a webhook by PUT", "updateWebhook"),
    ("DELETE", "/webhooks/{id}"): Operation(
        "deleteWebhook",
        "Webhooks",
        "Delete a webhook",
        "With what waits to be sent to it, and its log. What is being sent at that moment may still arrive.",
        ref("Deleted"),
        {"Deleted": {"message": "Webhook successfully deleted"}},
    ),
    ("POST", "/webhooks/{id}/test"): Operation(
        "testWebhook",
        "Webhooks",
        "Send a test now",
        "The figures of the last whole window, at once and once, switched off or not; marked by the header "
        "`Tidings-Test: true` alone. What came of it stands in its deliveries. While a test of the webhook is on its way, "
        "there is no other (409).",
        ref("Delivery"),
        _WAITING,
        refusals=(409, 413, 415),
    ),
    ("GET", "/webhooks/{id}/deliveries"): Operation(
        "listDeliveries",
        "Webhooks",
        "List deliveries",
        "Newest first, those of the last 30 days and what is still waiting.",
        array_of(ref("Delivery")),
        {"A list": [DELIVERY_EXAMPLE]},
        query=webhooks.DELIVERIES,
    ),
    ("POST", "/webhooks/{id}/deliveries/{delivery_id}/send_again"): Operation(
        "sendAgain",
        "Webhooks",
        "Send a delivery again",
        "At once, whatever came of it before, with the same id and the same body. Refused (409) while it is being sent, "
        f"while {MOST_WAITING} deliveries of the webhook wait, and of a test while a test of it is on its way.",
        ref("Delivery"),
        _DELIVERY,
        refusals=(409, 413, 415),
    ),
}
