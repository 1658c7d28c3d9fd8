"""Webhooks over REST: create, list, retrieve, update, delete; a test at once; the log of deliveries, and sending again."""

from functools import partial
from typing import Any

from sqlalchemy import Connection

from tidings.domain import deliveries, webhooks
from tidings.errors import NotFound
from tidings.records.delivery import Delivery, LoggedAttempt
from tidings.records.webhook import Webhook
from tidings.surfaces.fomo.parameters import Parameter, read_query, whole
from tidings.surfaces.fomo.paths import id_in_path
from tidings.surfaces.fomo.webhook_shapes import delivery_json, webhook_json
from tidings.surfaces.kinds import ID_LIMIT, unwrapped
from tidings.surfaces.plumbing import Answer, Call, Read, Write, ok
from tidings.surfaces.webhooks import webhook_changes, webhook_draft

DELIVERIES = (
    Parameter("before", whole(1, ID_LIMIT), "Only deliveries from before the one with this id: the next page."),
    Parameter("limit", whole(1, 100), "How many deliveries.", default=30, example=10),
)
Logged = tuple[Webhook, list[tuple[Delivery, list[LoggedAttempt]]]]


def create(call: Call) -> Write[Webhook]:
    """POST …/webhooks"""
    draft = webhook_draft(unwrapped(call.body, "webhook"))
    job = partial(webhooks.create, application_id=_mine(call), draft=draft, guard=call.context.guard, now=call.now)
    return Write(job, lambda webhook: ok(webhook_json(webhook, with_secret=True)))


def list_webhooks(call: Call) -> Read[list[Webhook]]:
    """GET …/webhooks: all of them, oldest first."""
    query = partial(webhooks.every, application_id=_mine(call))
    return Read(query, lambda found: ok([webhook_json(webhook) for webhook in found]))


def retrieve(call: Call) -> Read[Webhook]:
    """GET …/webhooks/{id}"""
    query = partial(webhooks.retrieve, application_id=_mine(call), webhook_id=webhook_id(call))
    return Read(query, lambda webhook: ok(webhook_json(webhook)))


def update(call: Call) -> Write[Webhook]:
    """PATCH …/webhooks/{id}"""
    changes = webhook_changes(unwrapped(call.body, "webhook"))
    job = partial(
        webhooks.update,
        application_id=_mine(call),
        webhook_id=webhook_id(call),
        changes=changes,
        guard=call.context.guard,
        now=call.now,
    )

    def answer(webhook: Webhook) -> Answer:
        call.context.wake_outbox()  # what waited for it to be switched on goes out now
        return ok(webhook_json(webhook, with_secret=changes.secret == webhook.secret))

    return Write(job, answer)


def delete(call: Call) -> Write[Any]:
    """DELETE …/webhooks/{id}: with what waits for it, and its log."""
    job = partial(webhooks.delete, application_id=_mine(call), webhook_id=webhook_id(call), now=call.now)
    return Write(job, lambda _nothing: ok({"message": "Webhook successfully deleted"}))


def test(call: Call) -> Write[Logged]:
    """POST …/webhooks/{id}/test: the figures of the last whole window, at once."""
    names: dict[str, Any] = {"application_id": _mine(call), "webhook_id": webhook_id(call)}

    def job(connection: Connection) -> Logged:
        delivery = webhooks.test(connection, **names, now=call.now)
        return webhooks.retrieve(connection, **names), [(delivery, [])]

    return Write(job, partial(_on_its_way, call))


def send_again(call: Call) -> Write[Logged]:
    """POST …/webhooks/{id}/deliveries/{delivery_id}/send_again"""
    names: dict[str, Any] = {"application_id": _mine(call), "webhook_id": webhook_id(call)}
    delivery_id = id_in_path(call, "delivery_id")
    if delivery_id is None:
        raise NotFound("Delivery not found", code="delivery_not_found")

    def job(connection: Connection) -> Logged:
        webhook = webhooks.retrieve(connection, **names)
        deliveries.send_again(connection, **names, delivery_id=delivery_id, now=call.now)
        return webhook, deliveries.of_webhook(connection, before=delivery_id + 1, limit=1, **names)

    return Write(job, partial(_on_its_way, call))


def list_deliveries(call: Call) -> Read[list[dict[str, Any]]]:
    """GET …/webhooks/{id}/deliveries?before=&limit=: newest first."""
    names: dict[str, Any] = {"application_id": _mine(call), "webhook_id": webhook_id(call)}
    asked = read_query(call.query, DELIVERIES)

    def query(connection: Connection) -> list[dict[str, Any]]:  # in words already here: in a thread, since it may be much
        webhook = webhooks.retrieve(connection, **names)
        return [delivery_json(*one, webhook) for one in deliveries.of_webhook(connection, **names, **asked)]

    return Read(query, ok)


def webhook_id(call: Call) -> int:
    """The id in the path. Raises NotFound for what is no id."""
    number = id_in_path(call)
    if number is None:
        raise NotFound("Webhook not found", code="webhook_not_found")
    return number


def _on_its_way(call: Call, logged: Logged) -> Answer:
    call.context.wake_outbox()
    webhook, [(delivery, attempts)] = logged
    return ok(delivery_json(delivery, attempts, webhook))


def _mine(call: Call) -> int:
    return call.entry.application.id
