"""Windows under a clock that jumps by a year and more: every figure is told once, or not yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from tests.domain.test_windows import close, spans, told
from tests.webhook_ground import NOW, count, database, outbox, webhook

from tidings.domain.windows import WINDOW
from tidings.records.statistics import HOUR
from tidings.storage.hours import set_first_open_hour
from tidings.storage.statistics import figures_between
from tidings.storage.told_ahead import told_before
from tidings.storage.webhooks import webhook_by_id


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with database(tmp_path / "a.db") as engine, engine.begin() as connection:
        yield connection


# Hours that a clock jumps by that may be wrong by a year and more, displays counted then, whether windows are closed.
JUMPS = st.lists(
    st.tuples(st.integers(-400 * 24, 400 * 24) | st.integers(-30, 30), st.integers(0, 5), st.booleans()),
    min_size=1,
    max_size=12,
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=JUMPS)
def test_however_the_clock_jumps_every_figure_is_told_once(
    connection: Connection, steps: list[tuple[int, int, bool]]
) -> None:
    example = connection.begin_nested()
    try:
        assert_told_once(connection, steps)
    finally:
        example.rollback()


def assert_told_once(connection: Connection, steps: list[tuple[int, int, bool]]) -> None:
    made = webhook(connection)
    set_first_open_hour(connection, NOW // HOUR)
    now, furthest, counted = NOW, NOW, 0
    for hours, displays, runs in steps:
        now = max(now + hours * HOUR, WINDOW)
        furthest = max(furthest, now)
        if displays:
            count(connection, now, displays)
            counted += displays
        if runs:
            close(connection, now)
        assert sum(told(one)["display"] for one in outbox(connection)) + not_yet_told(connection, made.id) == counted
    close(connection, furthest + 2 * WINDOW)
    found = outbox(connection)
    assert sum(told(one)["display"] for one in found) == counted
    known: set[tuple[int, int]] = set()
    for one in found:  # a window that was told goes out again only with what is new of it
        [span] = spans([one])
        assert span not in known or told(one)["display"] > 0
        known.add(span)


def not_yet_told(connection: Connection, webhook_id: int) -> int:
    """What is in the windows to come, but for what was told of them."""
    found = webhook_by_id(connection, 1, webhook_id)
    assert found is not None
    to_come = figures_between(connection, 1, found.next_window // HOUR, 2**40).displays
    before = told_before(connection, [webhook_id], found.next_window, 2**60).get(webhook_id)
    return to_come - (before.figures.displays if before else 0)
