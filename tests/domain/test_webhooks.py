"""Webhooks: what is accepted, what is kept, what is refused."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection
from tests.webhook_ground import GUARD, NOW, claim, database, outbox, put, webhook

from tidings.domain import webhooks
from tidings.domain.webhooks import MOST_WEBHOOKS
from tidings.domain.windows import WINDOW
from tidings.errors import Conflict, Invalid, NotFound
from tidings.outbound.guard import Guard
from tidings.records.webhook import Webhook, WebhookChanges, WebhookDraft


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with database(tmp_path / "a.db") as engine, engine.begin() as connection:
        yield connection


def change(connection: Connection, now: int = NOW + 1, webhook_id: int = 1, **changes: object) -> Webhook:
    sent = WebhookChanges(**changes)  # type: ignore[arg-type]
    return webhooks.update(connection, application_id=1, webhook_id=webhook_id, changes=sent, guard=GUARD, now=now)


def secret_of(size: int) -> str:
    return "whsec_" + base64.b64encode(bytes(range(size))).decode()


def test_made_kept_and_listed_by_application(connection: Connection) -> None:
    first = webhook(connection, url="https://Receiver.example/hook#top", figures=("conversions_count", "hover"), now=NOW + 5)
    assert first.url == "https://receiver.example/hook"
    assert first.figures == ("hover", "conversions_count")
    assert (first.enabled, first.paused_because, first.next_window) == (True, None, NOW)
    second, other = webhook(connection), webhook(connection, application_id=2)
    assert webhooks.every(connection, application_id=1) == [first, second]
    assert webhooks.retrieve(connection, application_id=2, webhook_id=other.id) == other
    with pytest.raises(NotFound):
        webhooks.retrieve(connection, application_id=1, webhook_id=other.id)


def test_a_secret_is_made_of_32_random_bytes_or_taken_as_it_is(connection: Connection) -> None:
    made = [webhook(connection).secret for _ in range(3)]
    assert len(set(made)) == 3
    assert all(len(base64.b64decode(one.removeprefix("whsec_"))) == 32 for one in made)
    for size in (24, 64):
        assert webhook(connection, secret=secret_of(size)).secret == secret_of(size)


@pytest.mark.parametrize(
    "secret",
    [secret_of(10), secret_of(23), secret_of(65), "", "whsec_", secret_of(32)[6:], secret_of(32) + "\r\n", "whsec_é"],
)
def test_other_secrets_are_refused(connection: Connection, secret: str) -> None:
    with pytest.raises(Invalid) as refusal:
        webhook(connection, secret=secret)
    assert refusal.value.field == "secret"
    webhook(connection)
    with pytest.raises(Invalid):
        change(connection, secret=secret)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://localhost/", "ftp://a.example/", "https://a.example:8080/"])
def test_urls_that_may_not_be_called_are_refused_when_made_and_when_changed(connection: Connection, url: str) -> None:
    named = {"application_id": 1, "guard": Guard(), "now": NOW}
    with pytest.raises(Invalid) as refusal:
        webhooks.create(connection, draft=WebhookDraft(url), **named)
    assert refusal.value.field == "url"
    webhook(connection)
    with pytest.raises(Invalid):
        webhooks.update(connection, webhook_id=1, changes=WebhookChanges(url=url), **named)


def test_unknown_figures_are_refused(connection: Connection) -> None:
    for figures in (("click",), ("hover", "views")):
        with pytest.raises(Invalid) as refusal:
            webhook(connection, figures=figures)
        assert refusal.value.field == "figures"


def test_there_is_an_end_to_their_number(connection: Connection) -> None:
    for _ in range(MOST_WEBHOOKS):
        webhook(connection)
    with pytest.raises(Conflict):
        webhook(connection)
    webhook(connection, application_id=2)


def test_a_change_changes_what_it_names(connection: Connection) -> None:
    before = webhook(connection)
    after = change(connection, figures=("hover",))
    assert after == webhooks.retrieve(connection, application_id=1, webhook_id=1)
    assert (after.figures, after.updated_at, after.url, after.secret) == (("hover",), NOW + 1, before.url, before.secret)
    assert change(connection, NOW + 2, figures=("hover",)) == after
    assert change(connection, secret=secret_of(24)).secret == secret_of(24)
    with pytest.raises(NotFound):
        change(connection, webhook_id=9, enabled=False)


def test_a_change_never_moves_the_window(connection: Connection) -> None:
    webhook(connection)
    assert change(connection, NOW + 9 * WINDOW, enabled=False).next_window == NOW
    assert change(connection, NOW + 9 * WINDOW, enabled=True).next_window == NOW


def test_switched_off_nothing_leaves_and_switched_on_all_of_it_does(connection: Connection) -> None:
    made = webhook(connection)
    put(connection, made, 3)
    change(connection, enabled=False)
    assert claim(connection, NOW + 9 * WINDOW) == []
    assert [one.state for one in outbox(connection)] == ["waiting"] * 3
    change(connection, NOW + 9, enabled=True)
    assert [one.due_at for one in outbox(connection)] == [NOW + 9] * 3
    assert len(claim(connection, NOW + 9)) == 3


def test_another_url_forgets_the_failures_of_the_one_before(connection: Connection) -> None:
    webhook(connection)
    connection.exec_driver_sql(f"UPDATE webhooks SET failing_since = {NOW}, failures = 5")
    assert change(connection, figures=("hover",)).failures == 5
    after = change(connection, url="https://other.example/")
    assert (after.failing_since, after.failures) == (None, 0)


def test_only_the_change_from_off_to_on_forgets_failures(connection: Connection) -> None:
    webhook(connection)
    failing = "UPDATE webhooks SET failing_since = 5, failures = 5, failing_days = 2, failed_on = 9"
    connection.exec_driver_sql(failing)
    assert (change(connection, enabled=True).failing_since, change(connection, enabled=True).failing_days) == (5, 2)
    change(connection, enabled=False)
    after = change(connection, enabled=True)
    assert (after.failing_since, after.failures, after.failing_days, after.failed_on) == (None, 0, 0, None)


def test_the_owners_change_and_the_health_of_a_webhook_do_not_undo_each_other(connection: Connection) -> None:
    made = webhook(connection)
    change(connection, secret=secret_of(24))
    webhooks.stored.note_health(connection, made)
    assert webhooks.retrieve(connection, application_id=1, webhook_id=1).secret == secret_of(24)


def test_deleted_with_all_that_waits_for_it(connection: Connection) -> None:
    put(connection, webhook(connection), 3)
    with pytest.raises(NotFound):
        webhooks.delete(connection, application_id=2, webhook_id=1, now=NOW)
    webhooks.delete(connection, application_id=1, webhook_id=1, now=NOW)
    assert claim(connection, NOW) == webhooks.every(connection, application_id=1) == []
    named = {"application_id": 1, "webhook_id": 1}
    for gone in (webhooks.retrieve, partial(webhooks.test, now=NOW), partial(webhooks.delete, now=NOW)):
        with pytest.raises(NotFound):
            gone(connection, **named)
    with pytest.raises(NotFound):
        change(connection, enabled=True)
    # Its place is free, and its secret is nowhere.
    for _ in range(MOST_WEBHOOKS):
        webhook(connection)
    assert connection.exec_driver_sql("SELECT secret, enabled FROM webhooks WHERE id = 1").one() == ("", 0)


def test_a_test_tells_of_the_last_whole_window(connection: Connection) -> None:
    webhook(connection)
    made = webhooks.test(connection, application_id=1, webhook_id=1, now=NOW + 5)
    assert (made.timeframe_from * 1_000, made.timeframe_to * 1_000) == (NOW - WINDOW, NOW)
    assert made.test
    with pytest.raises(NotFound):
        webhooks.test(connection, application_id=2, webhook_id=1, now=NOW)
