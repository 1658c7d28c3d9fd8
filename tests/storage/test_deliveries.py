"""The outbox's statements: fair to lanes, claimed once, cheap with much in the outbox, and the same on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects import postgresql
from tests.webhook_ground import NOW, database, put, webhook

from tidings.records.delivery import Attempt
from tidings.records.webhook import Webhook, WebhookDraft
from tidings.storage import deliveries, leases, webhooks
from tidings.storage.deliveries import PAGE


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with database(tmp_path / "a.db") as engine:
        yield engine


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        yield connection


def choose(connection: Connection, most: int = 64, doubtful: int = 32, now: int = NOW, of_one: int = 999) -> list[int]:
    return deliveries.choose_due(
        connection, now=now, most=most, most_doubtful=doubtful, most_in_lane=4, most_of_application=of_one
    )


def fill(connection: Connection, lanes: int, each: int) -> None:
    """So many webhooks, each with so many deliveries that are due."""
    for number in range(lanes):
        made = webhooks.insert_webhook(
            connection, 1 + number % 2, WebhookDraft(f"https://{number}.example/", secret="whsec_"), NOW, NOW
        )
        put(connection, made, each)


def test_the_earliest_of_each_lane_first(connection: Connection) -> None:
    one, other = webhook(connection), webhook(connection)
    late = put(connection, one, 6, due_at=NOW)
    early = put(connection, other, 2, due_at=NOW - 5)
    put(connection, other, 1, due_at=NOW + 1)
    assert choose(connection) == [row.id for row in early + late[:4]]
    assert choose(connection, most=3) == [row.id for row in early + late[:1]]


def test_a_lane_with_very_much_in_it_does_not_hide_the_others(connection: Connection) -> None:
    put(connection, webhook(connection), 3 * PAGE, due_at=NOW - 5)
    [last] = put(connection, webhook(connection), due_at=NOW)
    assert choose(connection)[-1] == last.id
    deliveries.claim(connection, choose(connection), holder="a", until=NOW + 1)
    assert choose(connection) == []


def test_doubtful_ones_come_last_and_have_their_share(connection: Connection) -> None:
    for _ in range(5):
        put(connection, webhook(connection), 4, due_at=NOW - 5, doubtful=True)
    [good] = put(connection, webhook(connection), due_at=NOW)
    assert len(choose(connection, doubtful=7)) == 8
    assert choose(connection, doubtful=7)[0] == good.id
    assert choose(connection, doubtful=0) == [good.id]
    assert len(choose(connection, most=3)) == 3


def test_an_application_has_its_share_and_hides_no_other(connection: Connection) -> None:
    for _ in range(20):
        put(connection, webhook(connection), 4, due_at=NOW - 5)
    [other] = put(connection, webhook(connection, application_id=2), due_at=NOW)
    first = choose(connection, of_one=6)
    assert len(first) == 7
    assert first[-1] == other.id
    deliveries.claim(connection, first[:4], holder="a", until=NOW + 1)
    assert len(choose(connection, of_one=6)) == 3


def test_what_one_has_claimed_no_other_gets(connection: Connection) -> None:
    put(connection, webhook(connection), 3)
    ids = choose(connection)
    assert [one.id for one in deliveries.claim(connection, ids, holder="one", until=NOW + 9)] == ids
    assert deliveries.claim(connection, ids, holder="two", until=NOW + 9) == []
    assert not deliveries.is_any_due(connection, NOW)


def test_what_is_parked_or_finished_is_not_due(connection: Connection) -> None:
    made = webhook(connection)
    parked, finished, later = put(connection, made, 3)
    deliveries.wait(connection, parked.id, None, doubtful=True, rung=5)
    deliveries.finish(connection, [finished.id], "failed", NOW)
    deliveries.wait(connection, later.id, NOW + 1, doubtful=True)
    assert choose(connection) == []
    assert not deliveries.is_any_due(connection, NOW)
    assert deliveries.is_any_due(connection, NOW + 1)
    deliveries.begin_anew(connection, made.id, NOW)
    assert choose(connection, doubtful=0) == [parked.id, later.id]
    found = deliveries.deliveries_by_ids(connection, [parked.id, finished.id])
    assert (found[parked.id][0].rung, found[finished.id][0].state) == (0, "failed")


def test_claims_read_along_an_index_however_much_is_finished(connection: Connection) -> None:
    statements: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
    put(connection, webhook(connection))
    statements.clear()
    deliveries.is_any_due(connection, NOW)
    choose(connection)
    found = [one for one in statements if one.startswith("SELECT")]
    assert len(found) >= 4
    for statement in found:
        parameters = ("x",) * statement.count("?")
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        details = [row.detail for row in plan if "GROUP BY" not in row.detail]
        assert all("USING COVERING INDEX deliveries_due" in detail for detail in details), details


def test_a_change_of_what_waits_reads_nothing_of_the_log_beside_it(connection: Connection) -> None:
    statements: list[str] = []
    made = webhook(connection)
    event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
    deliveries.park(connection, made.id)
    deliveries.begin_anew(connection, made.id, NOW)
    deliveries.set_doubtful(connection, made.id, True)
    deliveries.number_open(connection, made.id, "waiting", test=True)
    assert len(statements) == 5
    for statement in statements[:]:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", ("x",) * statement.count("?")).all()
        assert all("INDEX deliveries_open (webhook_id=? AND state=? AND test=?)" in row.detail for row in plan), plan


def log_of(connection: Connection, made: Webhook, number: int, answer: bytes) -> None:
    """So many deliveries that failed, with two attempts each."""
    for one in put(connection, made, number):
        tried = [(one.id, Attempt(turn, "https://a.example/", NOW, 1, "busy", 503, answer)) for turn in (1, 2)]
        deliveries.insert_attempts(connection, tried, 30)
        deliveries.finish(connection, [one.id], "failed", NOW)


def test_what_is_removed_at_once_is_little_in_rows_and_in_bytes(connection: Connection) -> None:
    log_of(connection, webhook(connection), 12, b"x" * 1_000)
    assert deliveries.forget_finished(connection, NOW + 1, 5, 10**9) == 5
    # Two attempts of 1,000 bytes each, and a body.
    assert deliveries.forget_finished(connection, NOW + 1, 99, 4_000) == 2
    assert deliveries.forget_log_of(connection, 1, 99, 4_000) == 2
    assert deliveries.forget_log_of(connection, 1, 99, 1) == 1
    assert deliveries.forget_log_of(connection, 1, 99, 10**9) == 2
    assert connection.exec_driver_sql("SELECT count(*) FROM delivery_attempts").scalar_one() == 0


def test_the_log_has_and_shows_the_newest_attempts_and_the_beginning_of_answers(connection: Connection) -> None:
    [made] = put(connection, webhook(connection))
    for number in range(1, 10):
        deliveries.claim(connection, [made.id], holder="a", until=NOW)
        said = b"" if number == 9 else bytes(range(200))
        attempt = Attempt(number, "https://a.example/", NOW, 1, "busy", 503, said)
        deliveries.insert_attempts(connection, [(made.id, attempt)], 6)
        deliveries.wait(connection, made.id, NOW, doubtful=False)
    kept = connection.exec_driver_sql("SELECT number FROM delivery_attempts ORDER BY number").scalars().all()
    assert kept == [4, 5, 6, 7, 8, 9]
    shown = deliveries.attempts_of(connection, [made.id], most=3, answer=10)[made.id]
    beginning = (bytes(range(10)), 200)
    assert [(one.number, one.answer, one.answer_bytes) for one in shown] == [(7, *beginning), (8, *beginning), (9, b"", 0)]


def test_thousands_of_lanes_are_claimed_in_no_time(connection: Connection) -> None:
    fill(connection, 2_000, 1)
    started = time.perf_counter()
    claimed = 0
    while ids := choose(connection):
        claimed += len(deliveries.claim(connection, ids, holder="one", until=NOW + 9))
        deliveries.finish(connection, ids, "delivered", NOW)
    assert claimed == 2_000
    assert time.perf_counter() - started < 5


def test_nothing_is_said_that_postgresql_does_not_understand(engine: Engine) -> None:
    """Each statement is compiled for it, of those that other tests run on SQLite."""
    compiled: list[str] = []

    def compile_it(_connection: object, statement: object, *_: object) -> None:
        compiled.append(str(statement.compile(dialect=postgresql.dialect())))  # type: ignore[attr-defined]

    with engine.begin() as connection:
        made = webhook(connection)
        put(connection, made, 2)
        event.listen(connection, "before_execute", compile_it)
        [first, second] = deliveries.claim(connection, choose(connection), holder="one", until=NOW + 9)
        deliveries.deliveries_by_ids(connection, [first.id])
        deliveries.finish(connection, [first.id], "delivered", NOW)
        deliveries.wait(connection, second.id, NOW, doubtful=True)
        deliveries.park(connection, made.id)
        deliveries.begin_anew(connection, made.id, NOW)
        deliveries.number_open(connection, made.id, "waiting", test=False)
        deliveries.insert_attempts(connection, [(first.id, Attempt(1, "https://a.example/", NOW, 1, "busy", 503, b""))], 5)
        deliveries.times_lost(connection, [first.id])
        deliveries.orphans(connection, holder="one", now=NOW, most=3)
        deliveries.held_by(connection, "serve-", other_than="one")
        deliveries.shorten(connection, lease_until=NOW, latest=NOW, now=NOW)
        deliveries.forget_finished(connection, NOW, 5, 5)
        deliveries.attempts_of(connection, [first.id], most=5, answer=5)
        webhooks.hide_webhook(connection, 1, made.id, NOW)
        webhooks.oldest_deleted(connection)
        leases.make_leases(connection, ["one"])
        leases.take_lease(connection, "one", "me", NOW, NOW + 5)
        webhooks.due_webhooks(connection, NOW, 5)
        webhooks.move_windows(connection, [made.id], NOW, NOW + 5)
    assert len(compiled) >= 15
    assert any("RETURNING" in one for one in compiled)
