"""Deliveries that were left behind: by a process that ended, a clock that was ahead, a webhook that was deleted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from tests.webhook_ground import HERE, NOW, claim, database, outbox, put, settle, webhook

from tidings.domain import deliveries, webhooks
from tidings.domain.deliveries import LADDER, LEASE, MOST_LOST
from tidings.outbound.results import Busy, Outcome, Sent, Silent
from tidings.records.delivery import Attempt
from tidings.records.statistics import DAY

SENT = Sent(200, b"ok", 12)
BUSY = Busy(None, 503, b"later", 7)
SILENT = Silent("timed_out", 15_000)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with database(tmp_path / "a.db") as engine, engine.begin() as connection:
        yield connection


def log(connection: Connection) -> list[list[tuple[int, str, int | None]]]:
    """The attempts of each delivery of the first webhook, oldest first."""
    found = deliveries.of_webhook(connection, application_id=1, webhook_id=1, limit=100)
    return [[(each.number, each.result, each.status) for each in attempts] for _, attempts in reversed(found)]


def test_what_a_process_left_behind_is_taken_over_when_its_lease_ran_out(connection: Connection) -> None:
    put(connection, webhook(connection))
    [outgoing] = claim(connection, NOW, holder="worker-dead")
    deliveries.sweep_leases(connection, NOW + LEASE - 1, HERE)
    assert outbox(connection)[0].state == "sending"
    deliveries.sweep_leases(connection, NOW + LEASE, HERE)
    [again] = claim(connection, NOW + LEASE)
    assert again.delivery.message_id == outgoing.delivery.message_id
    assert again.delivery.attempts == 2
    assert log(connection)[0] == [(1, "process_ended", None)]


def test_nobody_takes_over_from_himself(connection: Connection) -> None:
    """He knows what he has under way: a clock that is set forward makes nothing go out twice."""
    put(connection, webhook(connection))
    claim(connection, NOW)
    deliveries.sweep_leases(connection, NOW + 300 * DAY, HERE)
    assert outbox(connection)[0].state == "sending"


def test_a_server_that_starts_alone_takes_over_at_once(connection: Connection) -> None:
    put(connection, webhook(connection), 3)
    for holder in ("serve-before", "worker-beside", HERE):
        claim(connection, NOW, 1, holder=holder)
    deliveries.take_over_from_servers(connection, NOW, HERE)
    assert [one.state for one in outbox(connection)] == ["waiting", "sending", "sending"]


def test_a_process_that_dies_of_a_delivery_does_not_do_so_for_ever(connection: Connection) -> None:
    put(connection, webhook(connection))
    for number in range(MOST_LOST):
        [outgoing] = claim(connection, NOW, holder=f"serve-{number}")
        assert outgoing.delivery.rung == 1  # the end of a process is no failure of the receiver
        deliveries.take_over_from_servers(connection, NOW, HERE)
    assert outbox(connection)[0].state == "failed"


def test_restarts_use_nothing_of_the_ladder_up(connection: Connection) -> None:
    put(connection, webhook(connection))
    now = NOW
    for _ in LADDER:
        [outgoing] = claim(connection, now)
        due_at = settle(connection, now, outgoing, BUSY).due_at
        assert due_at is not None
        now = due_at
    claim(connection, now, holder="serve-before")
    deliveries.take_over_from_servers(connection, now, HERE)
    assert (outbox(connection)[0].state, outbox(connection)[0].doubtful) == ("waiting", True)
    [outgoing] = claim(connection, now)
    assert settle(connection, now, outgoing, BUSY).state == "failed"


@pytest.mark.parametrize(("late", "state"), [(SENT, "delivered"), (SILENT, "sending")])
def test_an_answer_that_outlived_its_lease_counts_only_when_it_arrived(
    connection: Connection, late: Outcome, state: str
) -> None:
    put(connection, webhook(connection))
    [outgoing] = claim(connection, NOW, holder="worker-slow")
    deliveries.sweep_leases(connection, NOW + LEASE, HERE)
    [again] = claim(connection, NOW + LEASE)
    assert settle(connection, NOW + LEASE, outgoing, late, holder="worker-slow").state == state
    assert log(connection)[0][0][:2] == (1, late.result)
    assert settle(connection, NOW + LEASE, again, SENT).state == "delivered"
    assert [row[1] for row in log(connection)[0]] == [late.result, "delivered"]


def test_a_clock_that_was_ahead_puts_nothing_off_for_long(connection: Connection) -> None:
    ahead = NOW + 300 * DAY
    put(connection, webhook(connection), 2, due_at=ahead)
    claim(connection, ahead, 1, holder="worker-dead")
    deliveries.sweep_leases(connection, NOW, HERE)
    assert len(claim(connection, NOW)) == 1
    deliveries.sweep_leases(connection, NOW + LEASE, HERE)
    assert len(claim(connection, NOW + LEASE)) == 1


def test_a_wait_that_was_asked_for_is_not_cut_short(connection: Connection) -> None:
    put(connection, webhook(connection))
    [outgoing] = claim(connection, NOW)
    due_at = settle(connection, NOW, outgoing, Busy(86_400, 429, b"", 1)).due_at
    deliveries.sweep_leases(connection, NOW, HERE)
    assert outbox(connection)[0].due_at == due_at


def test_of_a_webhook_that_was_deleted_nothing_is_left_and_nothing_breaks(connection: Connection) -> None:
    made = webhook(connection)
    put(connection, made, 3)
    first, second = claim(connection, NOW, 2)
    webhooks.test(connection, application_id=1, webhook_id=1, now=NOW)
    [old] = put(connection, made)
    deliveries.stored.insert_attempts(connection, [(old.id, Attempt(1, made.url, NOW, 1, "busy", 503, b"x"))], 9)
    deliveries.stored.finish(connection, [old.id], "failed", NOW)
    kept = put(connection, webhook(connection, application_id=2), due_at=NOW + DAY)
    webhooks.delete(connection, application_id=1, webhook_id=1, now=NOW)
    # At once nothing goes out any more, whatever comes of what is under way, or of the process that does it.
    deliveries.settle(connection, [deliveries.Done(first, NOW, BUSY)], holder=HERE, now=NOW)
    deliveries.take_over_from_servers(connection, NOW, "serve-new")
    assert outbox(connection)[second.delivery.id - 1].state == "failed"
    assert claim(connection, NOW + 5) == []
    # The rest goes in steps.
    steps = 0
    while deliveries.forget_deleted_webhooks(connection):
        steps += 1
    assert steps == 2
    assert outbox(connection) == kept
    for table, number in (("delivery_attempts", 0), ("webhooks", 1)):
        assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() == number


def test_a_long_log_goes_in_small_steps(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "AT_ONCE", 3)
    put(connection, webhook(connection), 8)
    webhooks.delete(connection, application_id=1, webhook_id=1, now=NOW)
    left = [len(outbox(connection)) for _ in range(4) if deliveries.forget_deleted_webhooks(connection)]
    assert left == [5, 2, 0, 0]
    assert not deliveries.forget_deleted_webhooks(connection)
