"""Webhooks in SQL."""

from collections.abc import Collection, Iterable

import msgspec
from sqlalchemy import Connection, Row, and_, bindparam, delete, func, insert, select, update

from tidings.records.webhook import Webhook, WebhookDraft
from tidings.storage.tables import webhooks

_columns = webhooks.c
_shown = [_columns[name] for name in Webhook.__struct_fields__]
_there = _columns.deleted_at.is_(None)
_of_application = and_(_columns.application_id == bindparam("of_application"), _there)
_by_application = select(*_shown).where(_of_application).order_by(_columns.id)
_by_id = select(*_shown).where(_of_application, _columns.id == bindparam("webhook_id"))
_number = select(func.count()).select_from(webhooks).where(_of_application)
_update = update(webhooks).where(_of_application, _columns.id == bindparam("webhook_id"))
_oldest_deleted = select(_columns.id).where(_columns.deleted_at.is_not(None)).order_by(_columns.id).limit(1)
_due = (
    select(*_shown)
    .where(_columns.enabled == bindparam("on"), _columns.next_window <= bindparam("latest"))
    .order_by(_columns.next_window, _columns.id)
    .limit(bindparam("most"))
)
# Switched on or off: so that the index leads there.
_later = (_columns.enabled.in_([False, True]), _columns.next_window > bindparam("later_than"))
_set_back = update(webhooks).where(*_later).values(next_window=bindparam("later_than"))


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
    return _webhook(connection.execute(insert(webhooks).returning(*_shown), values).one())


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
    """Those of these webhooks that there are, by id; one that is deleted is not."""
    found = connection.execute(select(*_shown).where(_columns.id.in_(list(ids)), _there))
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
        "failing_days": webhook.failing_days,
        "failed_on": webhook.failed_on,
        "updated_at": webhook.updated_at,
    }
    named = {"of_application": webhook.application_id, "webhook_id": webhook.id}
    connection.execute(_update.values(**values), named)


def hide_webhook(connection: Connection, application_id: int, webhook_id: int, now: int) -> bool:
    """Lets a webhook be deleted for everybody (milliseconds), its row and its log still there; False when there is none."""
    named = {"of_application": application_id, "webhook_id": webhook_id}
    return connection.execute(_update.values(deleted_at=now, enabled=False, secret=""), named).rowcount > 0


def oldest_deleted(connection: Connection) -> int | None:
    """The id of a webhook that is deleted, and whose row is still there."""
    return connection.execute(_oldest_deleted).scalar_one_or_none()


def remove_webhook(connection: Connection, webhook_id: int) -> None:
    """Removes the row of a webhook, and all of its deliveries that are left."""
    connection.execute(delete(webhooks).where(_columns.id == webhook_id))


def due_webhooks(connection: Connection, latest: int, most: int) -> list[Webhook]:
    """At most so many webhooks that are on, with a window from `latest` (milliseconds) or before; the oldest first."""
    return [_webhook(row) for row in connection.execute(_due, {"on": True, "latest": latest, "most": most})]


def move_windows(connection: Connection, ids: Collection[int], start: int, end: int) -> set[int]:
    """Lets the next window of webhooks begin at `end` in place of `start`; those of which no other process has done it."""
    ours = update(webhooks).where(_columns.id.in_(ids), _columns.next_window == start)
    return set(connection.execute(ours.values(next_window=end).returning(_columns.id)).scalars())


def webhooks_later(connection: Connection, than: int) -> list[Webhook]:
    """Webhooks, on or off, whose next window begins after `than` (milliseconds); those of an application together."""
    found = select(*_shown).where(*_later).order_by(_columns.application_id, _columns.next_window, _columns.id)
    return [_webhook(row) for row in connection.execute(found, {"later_than": than})]


def set_windows_back(connection: Connection, window: int) -> None:
    """Lets windows that would begin after `window` (milliseconds) begin there."""
    connection.execute(_set_back, {"later_than": window})


def note_health(connection: Connection, webhook: Webhook) -> None:
    """Stores how a webhook fares, and whether it was switched off for it; what its owner sets is left alone."""
    noted = ("failing_since", "failures", "failing_days", "failed_on")
    values: dict[str, object] = {name: getattr(webhook, name) for name in noted}
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
