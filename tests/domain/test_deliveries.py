"""Deliveries: the ladder, what receivers ask for, what switches a webhook off, and what is left behind by a process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from tests.webhook_ground import GUARD, NOW, claim, database, outbox, put, settle, webhook

from tidings.domain import deliveries, webhooks
from tidings.domain.deliveries import (
    DAY,
    JITTER,
    LADDER,
    LEAST_DAYS,
    LEAST_FAILURES,
    MOST_IN_LANE,
    MOST_WAITING,
    PATIENCE,
)
from tidings.errors import Conflict, NotFound
from tidings.outbound.results import Busy, Outcome, Refused, Sent, Silent
from tidings.records.delivery import Delivery
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


def log(connection: Connection) -> list[tuple[Delivery, list[tuple[int, str, int | None]]]]:
    """Of the first webhook, oldest first."""
    found = deliveries.of_webhook(connection, application_id=1, webhook_id=1, limit=100)
    return [(one, [(each.number, each.result, each.status) for each in attempts]) for one, attempts in reversed(found)]


def test_what_arrives_is_delivered_and_logged(connection: Connection) -> None:
    [made] = put(connection, webhook(connection))
    [outgoing] = claim(connection, NOW)
    assert outgoing.url == "https://receiver.example/"
    assert (outgoing.delivery.state, outgoing.delivery.attempts, outgoing.delivery.due_at) == ("sending", 1, None)
    after = settle(connection, NOW + 9, outgoing, SENT)
    assert (after.state, after.finished_at, after.due_at) == ("delivered", NOW + 9, None)
    [(_, [attempt])] = deliveries.of_webhook(connection, application_id=1, webhook_id=1)
    assert (attempt.number, attempt.result, attempt.status, attempt.answer) == (1, "delivered", 200, b"ok")
    assert (attempt.url, attempt.started_at, attempt.milliseconds) == ("https://receiver.example/", NOW + 9, 12)
    assert claim(connection, NOW + DAY) == []
    assert made.message_id == after.message_id


@pytest.mark.parametrize(
    "outcome", [BUSY, SILENT, Refused("redirected", 302, b"", 1), Refused("refused_address", None, b"", 0)]
)
def test_the_ladder_then_failed(connection: Connection, outcome: Outcome) -> None:
    [made] = put(connection, webhook(connection))
    now, waits = NOW, []
    for _ in LADDER:
        [outgoing] = claim(connection, now)
        assert (outgoing.delivery.message_id, outgoing.delivery.body) == (made.message_id, made.body)
        after = settle(connection, now, outgoing, outcome)
        assert after.state == "waiting"
        assert after.due_at is not None
        waits.append((after.due_at - now) / 1_000)
        assert claim(connection, after.due_at - 1) == []
        now = after.due_at
    assert all(abs(wait - rung) <= rung * JITTER + 0.001 for wait, rung in zip(waits, LADDER, strict=True))
    assert waits != [float(rung) for rung in LADDER]
    [outgoing] = claim(connection, now)
    after = settle(connection, now, outgoing, outcome)
    assert (after.state, after.attempts, after.due_at, after.finished_at) == ("failed", len(LADDER) + 1, None, now)
    assert [number for number, _result, _status in log(connection)[0][1]] == [*range(1, len(LADDER) + 2)]


def test_what_failed_together_does_not_come_back_together(connection: Connection) -> None:
    for _ in range(10):
        put(connection, webhook(connection))
    due = {settle(connection, NOW, one, SILENT).due_at for one in claim(connection, NOW)}
    assert len(due) > 5  # of ten, in two seconds


@pytest.mark.parametrize(("asked", "least", "most"), [(120, 120, 132), (1, 9, 11), (0, 9, 11), (10**9, 86_400, 95_040)])
def test_a_receiver_may_ask_for_a_longer_wait_of_a_day_at_most(
    connection: Connection, asked: int, least: int, most: int
) -> None:
    put(connection, webhook(connection))
    [outgoing] = claim(connection, NOW)
    due_at = settle(connection, NOW, outgoing, Busy(asked, 429, b"", 1)).due_at
    assert due_at is not None
    assert least <= (due_at - NOW) / 1_000 <= most


def test_410_switches_off_and_what_waits_waits(connection: Connection) -> None:
    made = webhook(connection)
    put(connection, made, 2)
    first, second = claim(connection, NOW)
    put(connection, made)
    assert settle(connection, NOW, first, GONE).state == "waiting"
    found = webhooks.retrieve(connection, application_id=1, webhook_id=1)
    assert (found.enabled, found.paused_because) == (False, "The receiver answered 410 Gone.")
    # The one that was refused, the one under way, and the one in the queue.
    assert settle(connection, NOW, second, BUSY).due_at is None
    assert [(one.state, one.due_at) for one in outbox(connection)] == [("waiting", None)] * 3
    assert claim(connection, NOW + 9 * DAY) == []
    later = NOW + DAY
    changes = WebhookChanges(enabled=True)
    after = webhooks.update(connection, application_id=1, webhook_id=1, changes=changes, guard=GUARD, now=later)
    assert (after.enabled, after.paused_because) == (True, None)
    assert [(one.due_at, one.rung, one.doubtful) for one in outbox(connection)] == [(later, 0, False)] * 3
    assert len(claim(connection, later)) == 3


def fail_for(connection: Connection, milliseconds: int, times: int, last: Outcome = SILENT) -> None:
    """So many failures, evenly over so long; the last one is `last`."""
    for number in range(times):
        now = NOW + milliseconds * number // (times - 1)
        [made] = put(connection, webhooks.retrieve(connection, application_id=1, webhook_id=1))
        outgoing = next(one for one in claim(connection, now) if one.delivery.id == made.id)
        settle(connection, now, outgoing, last if number == times - 1 else SILENT)


@pytest.mark.parametrize(
    ("milliseconds", "times", "enabled"),
    [
        (PATIENCE, LEAST_FAILURES, False),
        (PATIENCE - 1, LEAST_FAILURES, True),
        (PATIENCE, LEAST_FAILURES - 1, True),
    ],
)
def test_five_days_of_nothing_but_failure_pause_it(
    connection: Connection, milliseconds: int, times: int, enabled: bool
) -> None:
    webhook(connection)
    fail_for(connection, milliseconds, times, Busy(None, 503, b"", 1))
    found = webhooks.retrieve(connection, application_id=1, webhook_id=1)
    assert found.enabled is enabled
    reason = "Nothing but failures for 5 days; the last one: status 503."
    assert found.paused_because == (None if enabled else reason)
    assert (claim(connection, NOW + 30 * DAY) == []) is not enabled


def test_a_clock_that_is_set_forward_switches_nothing_off(connection: Connection) -> None:
    webhook(connection)
    fail_for(connection, 60_000, LEAST_FAILURES * 2)
    for days in (6, 7, 8):
        put(connection, webhooks.retrieve(connection, application_id=1, webhook_id=1))
        outgoing = claim(connection, NOW + days * DAY)[-1]
        settle(connection, NOW + days * DAY, outgoing, SILENT)
    found = webhooks.retrieve(connection, application_id=1, webhook_id=1)
    assert (found.enabled, found.failing_days) == (True, LEAST_DAYS - 1)
    outgoing = claim(connection, NOW + 9 * DAY)[0]
    settle(connection, NOW + 9 * DAY, outgoing, SILENT)
    assert not webhooks.retrieve(connection, application_id=1, webhook_id=1).enabled


def test_a_success_in_between_begins_the_five_days_anew(connection: Connection) -> None:
    made = webhook(connection)
    fail_for(connection, PATIENCE - 1, LEAST_FAILURES * 2)
    put(connection, made, due_at=0)
    [outgoing, *_] = claim(connection, NOW + PATIENCE - 1)
    settle(connection, NOW + PATIENCE - 1, outgoing, SENT)
    found = webhooks.retrieve(connection, application_id=1, webhook_id=1)
    assert (found.failing_since, found.failures) == (None, 0)
    put(connection, made, due_at=0)
    [outgoing, *_] = claim(connection, NOW + PATIENCE)
    settle(connection, NOW + PATIENCE, outgoing, SILENT)
    assert webhooks.retrieve(connection, application_id=1, webhook_id=1).enabled


def test_switched_on_again_it_has_five_days_again(connection: Connection) -> None:
    webhook(connection)
    fail_for(connection, PATIENCE, LEAST_FAILURES)
    later = NOW + PATIENCE + DAY
    named = {"application_id": 1, "webhook_id": 1, "guard": GUARD, "now": later}
    webhooks.update(connection, changes=WebhookChanges(enabled=True), **named)
    for outgoing in claim(connection, later):
        settle(connection, later, outgoing, SILENT)
    found = webhooks.retrieve(connection, application_id=1, webhook_id=1)
    assert (found.enabled, found.failing_since) == (True, later)


def test_a_test_is_tried_once_and_says_nothing_of_the_webhook(connection: Connection) -> None:
    webhook(connection, enabled=False)
    made = webhooks.test(connection, application_id=1, webhook_id=1, now=NOW)
    assert (made.test, made.due_at) == (True, NOW)
    [outgoing] = claim(connection, NOW)
    assert settle(connection, NOW, outgoing, SILENT).state == "failed"
    assert webhooks.retrieve(connection, application_id=1, webhook_id=1).failing_since is None


def test_sent_again_by_hand_it_has_the_whole_ladder_and_the_same_id(connection: Connection) -> None:
    [made] = put(connection, webhook(connection))
    [outgoing] = claim(connection, NOW)
    again = {"application_id": 1, "webhook_id": 1, "delivery_id": made.id, "now": NOW + MINUTE}
    with pytest.raises(Conflict):
        deliveries.send_again(connection, **again)
    settle(connection, NOW, outgoing, SENT)
    assert deliveries.send_again(connection, **again).due_at == NOW + MINUTE
    [outgoing] = claim(connection, NOW + MINUTE)
    assert outgoing.delivery.message_id == made.message_id
    after = settle(connection, NOW + MINUTE, outgoing, BUSY)
    assert (after.state, after.attempts, after.rung) == ("waiting", 2, 1)
    assert [row[:2] for row in log(connection)[0][1]] == [(1, "delivered"), (2, "busy")]
    webhooks.delete(connection, application_id=1, webhook_id=1, now=NOW)
    for wrong in ({}, {"delivery_id": 99}, {"application_id": 2}, {"webhook_id": 2}):
        with pytest.raises(NotFound):
            deliveries.send_again(connection, **{**again, **wrong})


def test_there_is_an_end_to_what_is_sent_again_at_once(connection: Connection) -> None:
    *waiting, last = put(connection, webhook(connection), MOST_WAITING + 1)
    deliveries.stored.finish(connection, [last.id], "failed", NOW)
    again = {"application_id": 1, "webhook_id": 1, "delivery_id": last.id, "now": NOW}
    with pytest.raises(Conflict) as refusal:
        deliveries.send_again(connection, **again)
    assert refusal.value.code == "too_many_waiting"
    deliveries.send_again(connection, **{**again, "delivery_id": waiting[0].id})
    deliveries.stored.finish(connection, [waiting[1].id], "delivered", NOW)
    assert deliveries.send_again(connection, **again).due_at == NOW


def test_one_test_of_a_webhook_at_a_time(connection: Connection) -> None:
    webhook(connection)
    named = {"application_id": 1, "webhook_id": 1, "now": NOW}
    first = webhooks.test(connection, **named)
    for _ in ("waiting", "sending"):
        with pytest.raises(Conflict) as refusal:
            webhooks.test(connection, **named)
        assert refusal.value.code == "test_waiting"
        claim(connection, NOW)
    webhook(connection)
    webhooks.test(connection, **{**named, "webhook_id": 2})
    deliveries.stored.finish(connection, [first.id], "failed", NOW)
    webhooks.test(connection, **named)
    with pytest.raises(Conflict):
        deliveries.send_again(connection, **named, delivery_id=first.id)


def test_the_log_comes_in_pages_newest_first(connection: Connection) -> None:
    made = put(connection, webhook(connection), 5)
    page = deliveries.of_webhook(connection, application_id=1, webhook_id=1, limit=2)
    assert [one.id for one, _ in page] == [made[4].id, made[3].id]
    page = deliveries.of_webhook(connection, application_id=1, webhook_id=1, before=made[3].id, limit=9)
    assert [one.id for one, _ in page] == [made[2].id, made[1].id, made[0].id]
    with pytest.raises(NotFound):
        deliveries.of_webhook(connection, application_id=2, webhook_id=1)


def test_four_at_a_time_to_one_receiver(connection: Connection) -> None:
    put(connection, webhook(connection), 9)
    under_way = claim(connection, NOW)
    assert len(under_way) == MOST_IN_LANE
    assert claim(connection, NOW, holder="worker-other") == []
    settle(connection, NOW, under_way[0], SENT)
    assert len(claim(connection, NOW)) == 1
