"""Webhooks: making, changing, deleting and trying them. What they are sent is made in `windows.py`."""

import base64
import binascii
import secrets
from collections.abc import Iterable

import msgspec
from msgspec import UNSET
from sqlalchemy import Connection

from tidings.domain.windows import WINDOW, counted, last_window, new_delivery
from tidings.errors import Conflict, Invalid, NotFound
from tidings.outbound.guard import Guard, Refusal
from tidings.records.delivery import Delivery
from tidings.records.webhook import HEALTHY, Webhook, WebhookChanges, WebhookDraft
from tidings.render.stats import CHOICES
from tidings.storage import deliveries as outbox
from tidings.storage import webhooks as stored

# In one application.
MOST_WEBHOOKS = 20
# As Standard Webhooks has it.
SECRET_PREFIX = "whsec_"  # noqa: S105 - of every secret
SECRET_BYTES = range(24, 65)


def create(connection: Connection, *, application_id: int, draft: WebhookDraft, guard: Guard, now: int) -> Webhook:
    """Stores a new webhook; its first window is the one under way. `now`: milliseconds.

    Raises Invalid for a URL that may not be called, an unknown figure or a secret that will not do; Conflict when there are
    too many.
    """
    draft = msgspec.structs.replace(
        draft,
        url=_checked_url(draft.url, guard),
        figures=_checked_figures(draft.figures),
        secret=_checked_secret(draft.secret),
    )
    if stored.number_of_webhooks(connection, application_id) >= MOST_WEBHOOKS:
        raise Conflict(f"There are {MOST_WEBHOOKS} webhooks already", code="too_many")
    return stored.insert_webhook(connection, application_id, draft, now // WINDOW * WINDOW, now)


def every(connection: Connection, *, application_id: int) -> list[Webhook]:
    """All webhooks of an application, oldest first."""
    return stored.webhooks_of(connection, application_id)


def retrieve(connection: Connection, *, application_id: int, webhook_id: int) -> Webhook:
    """One webhook. Raises NotFound."""
    found = stored.webhook_by_id(connection, application_id, webhook_id)
    if found is None:
        raise NotFound("Webhook not found", code="webhook_not_found")
    return found


def update(
    connection: Connection, *, application_id: int, webhook_id: int, changes: WebhookChanges, guard: Guard, now: int
) -> Webhook:
    """Changes a webhook. What was waiting when it was switched off goes out when it is switched on again.

    Switched on, or with another URL, it begins anew, and so does what waits: no failure of before counts. Raises NotFound,
    and as `create`.
    """
    before = retrieve(connection, application_id=application_id, webhook_id=webhook_id)
    values = {name: getattr(changes, name) for name in changes.__struct_fields__ if getattr(changes, name) is not UNSET}
    if "url" in values:
        values["url"] = _checked_url(values["url"], guard)
    if "figures" in values:
        values["figures"] = _checked_figures(values["figures"])
    if "secret" in values:
        values["secret"] = _checked_secret(values["secret"])
    after = msgspec.structs.replace(before, **values)
    anew = after.url != before.url or (after.enabled and not before.enabled)
    if anew:
        after = msgspec.structs.replace(after, **HEALTHY)
    if after.enabled:
        after = msgspec.structs.replace(after, paused_because=None)
    if after == before:
        return before
    after = msgspec.structs.replace(after, updated_at=now)
    stored.update_webhook(connection, after)
    if anew:
        outbox.begin_anew(connection, webhook_id, now if after.enabled else None)
    elif before.enabled and not after.enabled:
        outbox.park(connection, webhook_id)
    return after


def delete(connection: Connection, *, application_id: int, webhook_id: int, now: int) -> None:
    """Lets a webhook be gone: nothing shows it, nothing goes out to it. Raises NotFound.

    What is left of it, `deliveries.forget_deleted_webhooks` removes.
    """
    if not stored.hide_webhook(connection, application_id, webhook_id, now):
        raise NotFound("Webhook not found", code="webhook_not_found")
    for tests in (False, True):
        outbox.park(connection, webhook_id, tests=tests)


def test(connection: Connection, *, application_id: int, webhook_id: int, now: int) -> Delivery:
    """Puts a test into the outbox, with the figures of the last whole window; switched off or not. It is tried once.

    Raises NotFound; Conflict while another test of it is on its way.
    """
    webhook = retrieve(connection, application_id=application_id, webhook_id=webhook_id)
    if any(outbox.number_open(connection, webhook_id, state, test=True) for state in ("waiting", "sending")):
        raise Conflict("A test of this webhook is on its way already", code="test_waiting")
    start, end = last_window(now)
    [row] = new_delivery([webhook], start, end, counted(connection, [webhook], start, end), now=now, due_at=[now], test=True)
    return outbox.insert_delivery(connection, row)


def _checked_url(url: str, guard: Guard) -> str:
    try:
        return guard.check_url(url)
    except Refusal as refusal:
        raise Invalid(f"Url is not valid: {refusal.reason}", field="url", code="refused_url") from None


def _checked_figures(names: Iterable[str]) -> tuple[str, ...]:
    """In the order of CHOICES, each once."""
    chosen = set(names)
    if unknown := sorted(chosen - {*CHOICES}):
        raise Invalid(f"{unknown[0]!r} is not one of {', '.join(CHOICES)}", field="figures")
    return tuple(name for name in CHOICES if name in chosen)


def new_secret() -> str:
    """A secret that nobody has seen yet."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _checked_secret(secret: str | None) -> str:
    if secret is None:
        return new_secret()
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX).encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if not secret.startswith(SECRET_PREFIX) or len(key) not in SECRET_BYTES:
        raise Invalid("Secret is whsec_ and the base64 of 24 to 64 random bytes", field="secret")
    return secret
