"""Retention of named conversions: what was told longer ago goes, in batches, and figures stay."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlalchemy import Connection, event
from tests.domain.goal_ground import DAY, NOW, Ground

from tidings.domain.retention import remove_old_events
from tidings.errors import NotFound
from tidings.storage.conversions import REMOVED_AT_ONCE
from tidings.storage.goal_tables import conversions

DAYS = 30
EDGE = NOW - DAYS * DAY


def test_a_few_at_a_time_and_their_figures_stay(connection: Connection) -> None:
    """By when they were first told; until then the same one is known again, and can be taken back."""
    ground = Ground(connection)
    old = 2 * REMOVED_AT_ONCE + 1
    for number in range(old):
        ground.record(external_id=f"old-{number}", cents=1, now=EDGE - 1)
    ground.record(external_id="new", cents=1, now=EDGE, occurred_at=EDGE - DAY)
    ground.record(ground.others, external_id="other", cents=1, now=0, application_id=2)
    figures = ground.totals()
    left = [ground.rows(conversions)]
    while remove_old_events(connection, NOW, DAYS):
        left.append(ground.rows(conversions))
    assert [before - after for before, after in pairwise(left)] == [REMOVED_AT_ONCE] * 2 + [2]
    assert ground.totals() == figures
    assert not ground.record(external_id="new", cents=1).is_new
    assert ground.totals() == figures
    ground.refund("new")
    with pytest.raises(NotFound):
        ground.refund("old-0")
    assert ground.totals()["dollar"].number == old


def test_nothing_goes_unless_the_operator_says_so(connection: Connection) -> None:
    ground = Ground(connection)
    ground.record(external_id="old", now=0)
    assert remove_old_events(connection, NOW, 0) is False
    assert ground.rows(conversions) == 1


def test_the_look_is_by_an_index(connection: Connection) -> None:
    """One short search for each application: never through all conversions."""
    seen: list[tuple[str, object]] = []
    event.listen(connection, "before_cursor_execute", lambda _c, _cursor, text, values, *_: seen.append((text, values)))
    assert remove_old_events(connection, NOW, DAYS) is False
    ((text, values),) = [one for one in seen if "FROM conversions" in one[0]]
    plan = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]  # type: ignore[arg-type]
    assert [step.split()[1] for step in plan if step.startswith("SCAN")] == ["applications"], plan
    assert sum("conversions_by_time (application_id=? AND created_at<?)" in step for step in plan) == 1, plan
    assert sum(step.startswith("SEARCH conversions") for step in plan) == 2, plan
