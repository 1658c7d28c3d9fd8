"""Webhooks in SQL."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from tidings.records.webhook import Webhook, WebhookDraft
from tidings.storage.tables import webhooks

_columns = webhooks.c
_of_application = _columns.application_id == bindparam("of_application")
_by_application = select(webhooks).where(_of_application).order_by(_columns.id)
_by_id = select(webhooks).where(_of_application, _columns.id == bindparam("webhook_id"))
_number = select(func.count()).select_from(webhooks).where(_of_application)
_update = update(webhooks).where(_of_application, _columns.id == bindparam("webhook_id"))
_delete = delete(webhooks).where(_of_application, _columns.id == bindparam("webhook_id"))
_due = (
    select(webhooks)
    .where(_columns.enabled == bindparam("on"), _columns.next_window <= bindparam("latest"))
    .order_by(_columns.next_window, _columns.id)
    .limit(bindparam("most"))
)
_move = (
    update(webhooks)
    .where(_columns.id == bindparam("webhook_id"), _columns.next_window == bindparam("start"))
    .values(next_window=bindparam("end"))
)
_set_back = update(webhooks).where(_columns.next_window > bindparam("later_than")).values(next_window=bindparam("window"))


def insert_webhook(connection: Connection, application_id: int, draft: WebhookDraft, next_window: int, now: int) -> Webhook:
    """Stores a new webhook, its secret made already, and returns it with its id. `next_window`, `now`: milliseconds."""
    values = {
        "application_id": application_id,
        "url": draft.url,
        "figures": _json(draft.figures),
        "enabled": draft.enabled,
        "secret": draft.secret,
        "next_window": next_window,
        "created_at": now,
        "updated_at": now,
    }
    return _webhook(connection.execute(insert(webhooks).returning(webhooks), values).one())


def webhooks_of(connection: Connection, application_id: int) -> list[Webhook]:
    """Every webhook of an application, oldest first."""
    return [_webhook(row) for row in connection.execute(_by_application, {"of_application": application_id})]


def number_of_webhooks(connection: Connection, application_id: int) -> int:
    """How many webhooks an application has."""
    return int(connection.execute(_number, {"of_application": application_id}).scalar_one())


def webhook_by_id(connection: Connection, application_id: int, webhook_id: int) -> Webhook | None:
    """One webhook of an application."""
    named = {"of_application": application_id, "webhook_id": webhook_id}
    row = connection.execute(_by_id, named).one_or_none()
    return None if row is None else _webhook(row)


def webhooks_by_ids(connection: Connection, ids: Iterable[int]) -> dict[int, Webhook]:
    """Those of these webhooks that there are, by id."""
    found = connection.execute(select(webhooks).where(_columns.id.in_(list(ids))))
    return {row.id: _webhook(row) for row in found}


def update_webhook(connection: Connection, webhook: Webhook) -> None:
    """Stores a webhook that is there, as it is to be from now on; not its `next_window`, which only windows move."""
    values = {
        "url": webhook.url,
        "figures": _json(webhook.figures),
        "enabled": webhook.enabled,
        "paused_because": webhook.paused_because,
        "secret": webhook.secret,
        "failing_since": webhook.failing_since,
        "failures": webhook.failures,
        "updated_at": webhook.updated_at,
    }
    named = {"of_application": webhook.application_id, "webhook_id": webhook.id}
    connection.execute(_update.values(**values), named)


def delete_webhook(connection: Connection, application_id: int, webhook_id: int) -> bool:
    """Removes a webhook and its deliveries; False when there is none."""
    named = {"of_application": application_id, "webhook_id": webhook_id}
    return connection.execute(_delete, named).rowcount > 0


def due_webhooks(connection: Connection, latest: int, most: int) -> list[Webhook]:
    """At most so many webhooks that are on, with a window from `latest` (milliseconds) or before; the oldest first."""
    return [_webhook(row) for row in connection.execute(_due, {"on": True, "latest": latest, "most": most})]


def move_window(connection: Connection, webhook_id: int, start: int, end: int) -> bool:
    """Lets the next window begin at `end` in place of `start`; False when another process has done it."""
    return connection.execute(_move, {"webhook_id": webhook_id, "start": start, "end": end}).rowcount == 1


def set_windows_back(connection: Connection, later_than: int, window: int) -> int:
    """Lets windows that would begin after `later_than` begin at `window`; how many there were."""
    return connection.execute(_set_back, {"later_than": later_than, "window": window}).rowcount


def note_health(connection: Connection, webhook: Webhook) -> None:
    """Stores how a webhook fares, and whether it was switched off for it; what its owner sets is left alone."""
    values: dict[str, object] = {"failing_since": webhook.failing_since, "failures": webhook.failures}
    if not webhook.enabled:
        values |= {"enabled": False, "paused_because": webhook.paused_because}
    named = {"of_application": webhook.application_id, "webhook_id": webhook.id}
    connection.execute(_update.values(**values), named)


def _json(figures: tuple[str, ...]) -> str:
    return msgspec.json.encode(figures).decode()


def _webhook(row: Row[tuple[object, ...]]) -> Webhook:
    values = dict(row._mapping)
    values["figures"] = msgspec.json.decode(values["figures"], type=tuple[str, ...])
    return Webhook(**values)
