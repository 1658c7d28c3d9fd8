"""What waits for a webhook whose address changes, that is switched off and on, or that fails and takes again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from tests.webhook_ground import GUARD, NOW, claim, database, outbox, put, settle, webhook

from tidings.domain import deliveries, webhooks
from tidings.domain.deliveries import LADDER
from tidings.outbound.results import Busy, Outcome, Refused, Sent, Silent
from tidings.records.webhook import WebhookChanges

SENT = Sent(200, b"ok", 12)
BUSY = Busy(None, 503, b"later", 7)
SILENT = Silent("timed_out", 15_000)
GONE = Refused("gone", 410, b"", 3, gone=True)
MINUTE = 60_000


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with database(tmp_path / "a.db") as engine, engine.begin() as connection:
        yield connection


def change(connection: Connection, now: int, **changes: object) -> None:
    """Of the first webhook."""
    sent = WebhookChanges(**changes)  # type: ignore[arg-type]
    webhooks.update(connection, application_id=1, webhook_id=1, changes=sent, guard=GUARD, now=now)


@pytest.mark.parametrize("outcome", [GONE, BUSY, SILENT, SENT])
def test_what_the_address_before_said_says_nothing_of_the_new_one(connection: Connection, outcome: Outcome) -> None:
    made = webhook(connection)
    put(connection, made)
    [first] = claim(connection, NOW)
    change(connection, NOW + 1, url="https://other.example/")
    connection.exec_driver_sql("UPDATE webhooks SET failing_since = 5, failures = 3")
    before = webhooks.retrieve(connection, application_id=1, webhook_id=1)
    after = settle(connection, NOW + 9, first, outcome)
    assert webhooks.retrieve(connection, application_id=1, webhook_id=1) == before
    if outcome is SENT:
        assert after.state == "delivered"
    else:
        assert (after.state, after.due_at, after.rung) == ("waiting", NOW + 9, 0)
        assert [one.url for one in claim(connection, NOW + 9)] == ["https://other.example/"]
    [(_, [attempt])] = deliveries.of_webhook(connection, application_id=1, webhook_id=1)
    assert (attempt.url, attempt.result) == ("https://receiver.example/", outcome.result)


def test_a_webhook_that_fails_makes_all_that_waits_for_it_doubtful_until_it_takes_one(connection: Connection) -> None:
    made, other = webhook(connection), webhook(connection)
    put(connection, made, 3)
    put(connection, other)
    tried = webhooks.test(connection, application_id=1, webhook_id=made.id, now=NOW + 1)
    [first] = claim(connection, NOW, 1)
    settle(connection, NOW, first, SILENT)
    assert [one.doubtful for one in outbox(connection)] == [True, True, True, False, False]
    assert {one.delivery.webhook_id for one in claim(connection, NOW, doubtful=0)} == {other.id}
    [second] = claim(connection, NOW, 1)
    settle(connection, NOW, second, SENT)
    assert not any(one.doubtful for one in outbox(connection) if one.state == "waiting" and one.id != tried.id)


def test_with_another_url_what_waits_goes_there_at_once_and_anew(connection: Connection) -> None:
    put(connection, webhook(connection), 2)
    for outgoing in claim(connection, NOW):
        settle(connection, NOW, outgoing, Busy(86_400, 503, b"", 3))
    change(connection, NOW + MINUTE, url="https://mended.example/")
    assert [(one.due_at, one.rung, one.doubtful) for one in outbox(connection)] == [(NOW + MINUTE, 0, False)] * 2
    # What is being sent at that moment has its whole ladder before it too.
    connection.exec_driver_sql(f"UPDATE deliveries SET rung = {len(LADDER)}")
    outgoing, _ = claim(connection, NOW + MINUTE)
    change(connection, NOW + MINUTE, enabled=False)
    change(connection, NOW + 2 * MINUTE, enabled=True)
    assert settle(connection, NOW + 2 * MINUTE, outgoing, BUSY).state == "waiting"


def test_switched_off_with_another_url_what_waits_goes_when_it_is_on(connection: Connection) -> None:
    put(connection, webhook(connection))
    change(connection, NOW, enabled=False, url="https://mended.example/")
    assert outbox(connection)[0].due_at is None
    change(connection, NOW + 5, enabled=True)
    assert outbox(connection)[0].due_at == NOW + 5


def test_what_got_a_410_as_its_last_attempt_waits_too(connection: Connection) -> None:
    put(connection, webhook(connection), rung=len(LADDER))
    [outgoing] = claim(connection, NOW)
    assert settle(connection, NOW, outgoing, GONE).state == "waiting"
    change(connection, NOW + 5, enabled=True)
    [again] = claim(connection, NOW + 5)
    assert (again.delivery.message_id, again.delivery.rung) == (outgoing.delivery.message_id, 1)
