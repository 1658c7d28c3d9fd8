"""Webhooks: the list, one with its log, adding, changing, pausing, a test at once, and sending again."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain import audit, deliveries, webhooks
from tidings.errors import Invalid, NotFound, TidingsError
from tidings.records.delivery import Delivery
from tidings.records.webhook import Webhook, WebhookChanges
from tidings.render.stats import CHOICES
from tidings.surfaces.dashboard.errors import errors_of, status_of
from tidings.surfaces.dashboard.once import once
from tidings.surfaces.dashboard.plumbing import Page, Read, Redirect, Route, Visit, Work, Write
from tidings.surfaces.dashboard.webhook_log import Opened, addresses, found, log_values
from tidings.surfaces.kinds import parsed_id
from tidings.surfaces.webhooks import webhook_changes, webhook_draft

# What the forms call a member.
LABELS = {"url": "The address"}
# What a figure is called where people choose it.
_NAMES = {"conversions_count": "Conversions", "conversions_sales_sum": "Revenue"}
FIGURE_NAMES = {name: _NAMES.get(name, f"{name.capitalize()}s") for name in CHOICES}


class Listed(Struct, frozen=True):
    """A row of the list. `delivered`: whether anything was taken of late."""

    webhook: Webhook
    last: Delivery | None
    delivered: bool


# -- the list -------------------------------------------------------------------------------------------------------


def list_page(visit: Visit) -> Work:
    """All webhooks of the application."""

    def query(connection: Connection) -> list[Listed]:
        rows = []
        for webhook in webhooks.every(connection, application_id=visit.application.id):
            last = deliveries.of_webhook(connection, application_id=webhook.application_id, webhook_id=webhook.id, limit=1)
            rows.append(Listed(webhook, last[0][0] if last else None, deliveries.standing(connection, webhook.id)[1]))
        return rows

    values = {"address": addresses(visit), "most": webhooks.MOST_WEBHOOKS, "names": FIGURE_NAMES}
    return Read(query, lambda rows: Page("webhooks.html", {"webhooks": rows, **values}))


def new_page(visit: Visit) -> Work:
    """The form for another one."""
    return _new_form(visit)


def _new_form(visit: Visit, error: TidingsError | None = None) -> Page:
    values = {
        "url": visit.form["url"],
        "figures": visit.form.all("figures") if error else ["conversions_count"],
        "errors": errors_of(error, LABELS) if error else {},
        "choices": FIGURE_NAMES,
    }
    return Page("webhook_new.html", values, status_of(error) if error else 200)


def create_post(visit: Visit) -> Work:
    """Makes one, and shows its secret, this once."""

    def job(connection: Connection) -> Webhook:
        draft = webhook_draft({"url": visit.form["url"].strip(), "figures": visit.form.all("figures")})
        made = webhooks.create(
            connection, application_id=visit.application.id, draft=draft, guard=visit.context.guard, now=visit.now
        )
        _note(connection, visit, "webhook.created", made)
        return made

    return _secret_once(visit, Write(job, lambda made: _secret_page(made, new=True), partial(_new_form, visit)))


def _secret_once(visit: Visit, write: Write) -> Work:
    here = f"{visit.base}/webhooks"
    return once(visit, write, here, lambda webhook: f"{here}/{webhook.id}")


def _secret_page(webhook: Webhook, *, new: bool) -> Page:
    return Page("webhook_secret.html", {"webhook": webhook, "new": new})


# -- one ------------------------------------------------------------------------------------------------------------


def one_page(visit: Visit) -> Work:
    """One webhook: its settings, and the log of what it was sent."""
    return _one(visit)


def _one(visit: Visit, error: TidingsError | None = None) -> Work:
    if isinstance(error, NotFound):
        raise error
    # What was typed is shown again where a form was refused; a button's refusal has no field.
    typed = isinstance(error, Invalid) and "url" in visit.form
    before = parsed_id(visit.query.get("before", ""))

    def then(opened: Opened) -> Page:
        webhook = opened.webhook
        values = {
            "webhook": webhook,
            "delivered": opened.delivered,
            "url": visit.form["url"] if typed else webhook.url,
            "figures": visit.form.all("figures") if typed else webhook.figures,
            "choices": FIGURE_NAMES,
            "errors": errors_of(error, LABELS) if error else {},
            **log_values(visit, opened, before),
        }
        template = "webhook_log.html" if visit.fragment and not error else "webhook.html"
        return Page(template, values, status_of(error) if error else 200)

    return Read(partial(found, _names(visit), before), then)


def save_post(visit: Visit) -> Work:
    """Changes where it goes and what is in it."""
    body = {"url": visit.form["url"].strip(), "figures": visit.form.all("figures")}
    return _change(visit, lambda: webhook_changes(body), "webhook.updated", "saved")


def enabled_post(visit: Visit) -> Work:
    """Pauses it, or lets it go on."""
    enabled = visit.form.switch("enabled")
    deed, done = ("webhook.resumed", "webhook_resumed") if enabled else ("webhook.paused", "webhook_paused")
    return _change(visit, lambda: WebhookChanges(enabled=enabled), deed, done)


def _change(visit: Visit, changes: Callable[[], WebhookChanges], deed: str, done: str) -> Work:
    names = _names(visit)

    def job(connection: Connection) -> Webhook:
        before = webhooks.retrieve(connection, **names)
        changed = webhooks.update(connection, **names, changes=changes(), guard=visit.context.guard, now=visit.now)
        if changed != before:
            _note(connection, visit, deed, changed)
        return changed

    def then(changed: Webhook) -> Redirect:
        visit.context.wake_outbox()  # what waited for it goes out now
        return Redirect(f"{visit.base}/webhooks/{changed.id}", done)

    return Write(job, then, partial(_one, visit))


def secret_post(visit: Visit) -> Work:
    """Gives it a new secret, and shows that, this once."""
    names = _names(visit)

    def job(connection: Connection) -> Webhook:
        secret = webhooks.new_secret()
        guard = visit.context.guard
        changed = webhooks.update(connection, **names, changes=WebhookChanges(secret=secret), guard=guard, now=visit.now)
        _note(connection, visit, "webhook.secret_rotated", changed)
        return changed

    return _secret_once(visit, Write(job, lambda changed: _secret_page(changed, new=False), partial(_one, visit)))


def delete_page(visit: Visit) -> Work:
    """Asks whether it is meant."""
    return Read(
        lambda connection: webhooks.retrieve(connection, **_names(visit)),
        lambda webhook: Page("webhook_delete.html", {"webhook": webhook}),
    )


def delete_post(visit: Visit) -> Work:
    """Lets it be gone, with its log."""
    names = _names(visit)

    def job(connection: Connection) -> None:
        _note(connection, visit, "webhook.deleted", webhooks.retrieve(connection, **names))
        webhooks.delete(connection, **names, now=visit.now)

    return Write(job, lambda _: Redirect(f"{visit.base}/webhooks", "deleted"))


# -- deliveries -----------------------------------------------------------------------------------------------------


def test_post(visit: Visit) -> Work:
    """Sends the figures of the last whole window, at once."""
    names = _names(visit)

    def job(connection: Connection) -> None:
        webhooks.test(connection, **names, now=visit.now)
        _note(connection, visit, "webhook.tested", webhooks.retrieve(connection, **names))

    return _on_its_way(visit, job, "webhook_test")


def again_post(visit: Visit) -> Work:
    """Sends a delivery once more."""
    names = _names(visit)
    delivery_id = parsed_id(visit.path["delivery_id"]) or 0

    def job(connection: Connection) -> None:
        webhook = webhooks.retrieve(connection, **names)
        deliveries.send_again(connection, **names, delivery_id=delivery_id, now=visit.now)
        _note(connection, visit, "delivery.sent_again", webhook)

    return _on_its_way(visit, job, "sent_again")


def _on_its_way(visit: Visit, job: Callable[[Connection], None], done: str) -> Work:
    def then(_: None) -> Redirect:
        visit.context.wake_outbox()
        return Redirect(f"{visit.base}/webhooks/{_names(visit)['webhook_id']}", done)

    return Write(job, then, partial(_one, visit))


def _names(visit: Visit) -> dict[str, int]:
    return {"application_id": visit.application.id, "webhook_id": parsed_id(visit.path["webhook_id"]) or 0}


def _note(connection: Connection, visit: Visit, deed: str, webhook: Webhook) -> None:
    # The rest of an address is often a secret, and the log is kept for ever.
    parts = urlsplit(webhook.url)
    subject = f"webhook {webhook.id}: {parts.scheme}://{parts.hostname}"
    audit.note(connection, visit.by, deed, application_id=webhook.application_id, subject=subject, now=visit.now)


_HERE = "/applications/{application_id}/webhooks"
ROUTES = (
    Route(_HERE, {"GET": list_page, "POST": create_post}, {"GET": "viewer", "POST": "editor"}),
    Route(f"{_HERE}/new", {"GET": new_page}, {"GET": "editor"}),
    Route(f"{_HERE}/{{webhook_id}}", {"GET": one_page, "POST": save_post}, {"GET": "viewer", "POST": "editor"}),
    Route(f"{_HERE}/{{webhook_id}}/enabled", {"POST": enabled_post}, {"POST": "editor"}),
    Route(f"{_HERE}/{{webhook_id}}/secret", {"POST": secret_post}, {"POST": "editor"}),
    Route(f"{_HERE}/{{webhook_id}}/delete", {"GET": delete_page, "POST": delete_post}, {"GET": "editor", "POST": "editor"}),
    Route(f"{_HERE}/{{webhook_id}}/test", {"POST": test_post}, {"POST": "editor"}),
    Route(f"{_HERE}/{{webhook_id}}/deliveries/{{delivery_id}}/send-again", {"POST": again_post}, {"POST": "editor"}),
)
