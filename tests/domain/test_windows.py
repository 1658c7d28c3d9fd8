"""Windows: contiguous, each told once, and all that is counted is told in one of them, whatever the clock does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from tests.webhook_ground import GUARD, NOW, count, database, outbox, webhook

from tidings.domain import beacons, deliveries, webhooks, windows
from tidings.domain.windows import AT_ONCE, LATE, SPREAD, WINDOW, WINDOWS_APART
from tidings.records.beacon import DISPLAY, Beacon
from tidings.records.delivery import Delivery
from tidings.records.statistics import HOUR
from tidings.records.webhook import WebhookChanges
from tidings.storage.hours import first_open_hour
from tidings.storage.webhooks import webhook_by_id

SECONDS = 1_000


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with database(tmp_path / "a.db") as engine, engine.begin() as connection:
        yield connection


def close(connection: Connection, now: int) -> list[Delivery]:
    """Runs the job to its end; what it made."""
    before = {one.id for one in outbox(connection)}
    while windows.close_windows(connection, now):
        pass
    return [one for one in outbox(connection) if one.id not in before]


def spans(made: list[Delivery]) -> list[tuple[int, int]]:
    return [(one.timeframe_from * SECONDS, one.timeframe_to * SECONDS) for one in made]


def told(one: Delivery) -> dict[str, int]:
    return dict(msgspec.json.decode(one.body)["stats"])


def test_a_window_is_told_when_it_is_over_and_only_once(connection: Connection) -> None:
    webhook(connection, now=NOW + 5)
    assert close(connection, NOW + WINDOW - 1) == []
    [made] = close(connection, NOW + WINDOW)
    assert spans([made]) == [(NOW, NOW + WINDOW)]
    assert (made.state, made.due_at, made.test, made.channel) == ("waiting", NOW + WINDOW, False, "webhook")
    assert close(connection, NOW + WINDOW + 1) == []
    assert close(connection, NOW) == []


def test_the_body_has_the_shape_of_the_documents_and_then_the_chosen_figures(connection: Connection) -> None:
    webhook(connection)
    webhook(connection, figures=("conversions_sales_sum", "hover"))
    count(connection, NOW, 3_000_000_000)
    count(connection, NOW + WINDOW - 1, 5)
    plain, chosen = close(connection, NOW + WINDOW)
    start, end = NOW // 1_000, (NOW + WINDOW) // 1_000
    assert plain.body == (b'{"stats":{"timeframe_from":%d,"timeframe_to":%d,"click":0,"display":3000000005}}' % (start, end))
    assert [*told(chosen)] == ["timeframe_from", "timeframe_to", "click", "display", "hover", "conversions_sales_sum"]


def test_each_is_told_of_its_own_application(connection: Connection) -> None:
    webhook(connection)
    webhook(connection, application_id=2)
    count(connection, NOW, 7, application_id=2)
    assert [told(one)["display"] for one in close(connection, NOW + WINDOW)] == [0, 7]


def test_many_are_closed_some_at_a_time(connection: Connection) -> None:
    for number in range(AT_ONCE + 20):
        connection.exec_driver_sql(
            "INSERT INTO webhooks (id, application_id, url, figures, enabled, secret, next_window, created_at, updated_at)"
            f" VALUES ({number + 1}, 1, 'https://a.example', '[]', 1, 'whsec_', {NOW}, 0, 0)"
        )
    assert windows.close_windows(connection, NOW + WINDOW)
    assert len(outbox(connection)) == AT_ONCE
    assert not windows.close_windows(connection, NOW + WINDOW)
    assert sorted(one.webhook_id for one in outbox(connection)) == list(range(1, AT_ONCE + 21))


def test_after_an_outage_each_window_of_a_week_and_one_summary(connection: Connection) -> None:
    webhook(connection)
    count(connection, NOW, 1)
    count(connection, NOW + 30 * WINDOW, 2)
    made = close(connection, NOW + 100 * WINDOW + 1)
    assert len(made) == WINDOWS_APART + 1
    assert spans(made)[0] == (NOW, NOW + (100 - WINDOWS_APART) * WINDOW)
    assert all(end - start == WINDOW for start, end in spans(made)[1:])
    assert all(one[1] == other[0] for one, other in pairwise(spans(made)))
    assert spans(made)[-1][1] == NOW + 100 * WINDOW
    assert [told(one)["display"] for one in made] == [3] + [0] * WINDOWS_APART


def test_what_is_late_is_spread_and_what_is_in_time_goes_at_once(connection: Connection) -> None:
    webhook(connection)
    now = NOW + 40 * WINDOW + LATE
    made = close(connection, now)
    late = [one.due_at - now for one in made[:-1] if one.due_at is not None]
    assert len(late) == 39
    assert min(late) >= 0
    assert max(late) < SPREAD
    assert max(late) - min(late) > SPREAD / 4
    assert made[-1].due_at == now


def test_a_webhook_that_is_off_is_told_what_it_missed_when_it_is_on_again(connection: Connection) -> None:
    made = webhook(connection)
    off, on = WebhookChanges(enabled=False), WebhookChanges(enabled=True)
    named = {"application_id": 1, "webhook_id": made.id, "guard": GUARD, "now": NOW}
    webhooks.update(connection, changes=off, **named)
    assert close(connection, NOW + 3 * WINDOW) == []
    webhooks.update(connection, changes=on, **named)
    assert spans(close(connection, NOW + 3 * WINDOW)) == [(NOW + n * WINDOW, NOW + (n + 1) * WINDOW) for n in range(3)]


def test_of_two_that_close_the_same_window_one_tells_it(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """As two processes would on a database that lets them both read the row before either writes it."""
    made = webhook(connection)
    monkeypatch.setattr(windows.webhooks, "due_webhooks", lambda *_: [made])
    windows.close_windows(connection, NOW + WINDOW)
    windows.close_windows(connection, NOW + WINDOW)
    assert spans(outbox(connection)) == [(NOW, NOW + WINDOW)]


def test_a_beacon_that_comes_after_its_hour_was_told_is_told_in_the_next_window(connection: Connection) -> None:
    webhook(connection)
    connection.exec_driver_sql(
        "INSERT INTO events (id, application_id, event_type_id, created_at, updated_at)"
        " VALUES (1, 1, (SELECT id FROM event_types WHERE application_id = 1), 0, 0)"
    )
    early, late = (Beacon(1, name, ((1, DISPLAY),), NOW + WINDOW - 1) for name in ("early", "late"))
    beacons.count(connection, [early])
    first = close(connection, NOW + WINDOW)
    beacons.count(connection, [late])
    second = close(connection, NOW + 2 * WINDOW)
    assert [told(one)["display"] for one in first + second] == [1, 1]


def test_a_clock_that_was_a_year_ahead_silences_nothing_for_a_year(connection: Connection) -> None:
    made = webhook(connection)
    close(connection, NOW + 365 * 24 * HOUR)
    assert close(connection, NOW + 1) == []
    assert webhook_by_id(connection, 1, made.id).next_window == NOW + WINDOW  # type: ignore[union-attr]
    # The present window was told: what comes now is of the next, and not of next year.
    assert count(connection, NOW + 2, 4) == first_open_hour(connection) == (NOW + WINDOW) // HOUR
    assert close(connection, NOW + WINDOW) == []
    [next_one] = close(connection, NOW + 2 * WINDOW)
    assert (spans([next_one]), told(next_one)["display"]) == ([(NOW + WINDOW, NOW + 2 * WINDOW)], 4)


@pytest.mark.parametrize("back", [2, 300])
def test_a_clock_that_was_days_back_for_a_moment_tells_nothing_again(connection: Connection, back: int) -> None:
    webhook(connection)
    for number in range(60):
        count(connection, NOW + number * WINDOW + HOUR, 10)
        assert len(close(connection, NOW + (number + 1) * WINDOW)) == 1
    now = NOW + 60 * WINDOW
    assert close(connection, now - back * 24 * HOUR) == []
    count(connection, now - back * 24 * HOUR, 3)
    assert close(connection, now + 20_000) == []
    assert [told(one)["display"] for one in close(connection, now + WINDOW)] == [3]


@pytest.mark.parametrize("ahead", [30, 240])
def test_what_a_clock_that_was_ahead_has_told_is_not_told_again(connection: Connection, ahead: int) -> None:
    """Ahead for some windows, in which it counts and tells; those come again later."""
    webhook(connection)
    close(connection, NOW + HOUR)
    count(connection, NOW + HOUR, 84)
    for number in range(3):
        then = NOW + ahead * HOUR + number * WINDOW
        count(connection, then, 10)
        close(connection, then + HOUR)
    first = outbox(connection)
    assert sum(told(one)["display"] for one in first) == 104  # one window is not over
    assert close(connection, NOW + HOUR + 10_000) == []
    count(connection, NOW + 2 * HOUR, 5)
    later = [one for number in range(1, 80) for one in close(connection, NOW + number * WINDOW)]
    assert sum(told(one)["display"] for one in later) == 15
    again = set(spans(first)) & set(spans(later))
    assert all(told(one)["display"] for one in later if spans([one])[0] in again)


def test_one_that_was_off_while_the_clock_was_ahead_is_told_all(connection: Connection) -> None:
    """What one webhook was told ahead says nothing of another of the same application."""
    on, off = webhook(connection), webhook(connection, enabled=False)
    count(connection, NOW, 1)
    ahead = NOW + 10 * WINDOW
    count(connection, ahead, 2)
    close(connection, ahead + WINDOW)
    close(connection, NOW + HOUR)
    connection.exec_driver_sql("UPDATE webhooks SET enabled = 1")
    close(connection, ahead + 2 * WINDOW)
    for one in (on, off):
        assert sum(told(made)["display"] for made in outbox(connection) if made.webhook_id == one.id) == 3


# Hours that the clock moves by: mostly on, sometimes back, by less than a day.
STEPS = st.lists(st.tuples(st.integers(-23, 30), st.integers(0, 5), st.booleans()), min_size=1, max_size=25)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_the_clock_does_windows_are_contiguous_and_tell_everything_once(
    connection: Connection, steps: list[tuple[int, int, bool]]
) -> None:
    example = connection.begin_nested()
    try:
        assert_nothing_is_lost(connection, steps)
    finally:
        example.rollback()


def assert_nothing_is_lost(connection: Connection, steps: list[tuple[int, int, bool]]) -> None:
    made = webhook(connection)
    now, counted, furthest = NOW, 0, NOW
    for hours, displays, runs in steps:
        # Back no further than a day from where it ever was.
        now = max(now + hours * HOUR, furthest - 23 * HOUR, NOW)
        furthest = max(furthest, now)
        if displays:
            count(connection, now, displays)
            counted += displays
        if runs:
            close(connection, now)
    close(connection, furthest + 40 * WINDOW)
    found = outbox(connection)
    assert spans(found)[0][0] == made.next_window
    assert all(one[1] == other[0] for one, other in pairwise(spans(found)))
    assert sum(told(one)["display"] for one in found) == counted
    assert len({one.message_id for one in found}) == len(found)


def test_the_log_is_forgotten_after_its_time_and_the_windows_are_not(connection: Connection) -> None:
    webhook(connection)
    [made] = close(connection, NOW + WINDOW)
    connection.exec_driver_sql(f"UPDATE deliveries SET state = 'delivered', due_at = NULL, finished_at = {NOW}")
    assert not deliveries.forget_old_deliveries(connection, NOW + deliveries.LOG_KEPT)
    assert [one.id for one in outbox(connection)] == [made.id]
    deliveries.forget_old_deliveries(connection, NOW + deliveries.LOG_KEPT + 1)
    assert outbox(connection) == []
    assert close(connection, NOW + WINDOW + 1) == []
