"""Retention: what is older goes, in batches, with the counts of lists kept right, and figures stay."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import Counter

import pytest
from sqlalchemy import Connection, event, func, insert, select

from tidings.domain import applications
from tidings.domain.believed_clock import LIVED, look_at_clock
from tidings.domain.retention import remove_old_events
from tidings.domain.statistics import stat_application
from tidings.records.event import EventDraft, NewEvent
from tidings.records.statistics import DAY, HOUR
from tidings.storage import event_counts
from tidings.storage.event_counts import Scope, total
from tidings.storage.event_lists import newest_events
from tidings.storage.event_removal import REMOVED_AT_ONCE
from tidings.storage.events import insert_events
from tidings.storage.tables import application_figures, events
from tidings.storage.tables import event_counts as counts

NOW = 1_795_000_000_000
DAYS = 30


@pytest.fixture
def connection(connection: Connection) -> Connection:
    for name in ("A", "B", "C"):
        applications.create(connection, name, "https://a.example", NOW)
    return connection


def add(connection: Connection, application_id: int, *times: int) -> None:
    new = [NewEvent(application_id, application_id, EventDraft(created_at=at), None, NOW) for at in times]
    for start in range(0, len(new), 500):
        insert_events(connection, new[start : start + 500])


def every_stretch_counted(connection: Connection, scope: Scope) -> None:
    own = (counts.c.application_id == scope.application_id, counts.c.event_type_id == scope.event_type_id)
    found = connection.execute(
        select(counts.c.created_at, counts.c.event_id, counts.c.number)
        .where(*own, counts.c.created_at > event_counts.TOTAL_AT)
        .order_by(counts.c.created_at, counts.c.event_id)
    ).all()
    places = connection.execute(
        select(events.c.created_at, events.c.id).where(events.c.application_id == scope.application_id)
    ).all()
    starts = [(row.created_at, row.event_id) for row in found]
    there = Counter(bisect_right(starts, (row.created_at, row.id)) - 1 for row in places)
    assert [there[number] for number in range(len(found))] == [row.number for row in found]


def everything_counted(connection: Connection) -> None:
    """Of every scope and stretch: what is counted is what is there."""
    for application_id in (1, 2, 3):
        for scope in (Scope(application_id), Scope(application_id, application_id)):
            there = connection.execute(
                select(func.count()).select_from(events).where(events.c.application_id == application_id)
            ).scalar_one()
            assert total(connection, scope) == there
            stretches = select(func.coalesce(func.sum(counts.c.number), 0)).where(
                counts.c.application_id == scope.application_id,
                counts.c.event_type_id == scope.event_type_id,
                counts.c.created_at > event_counts.TOTAL_AT,
            )
            assert connection.execute(stretches).scalar_one() == there
            every_stretch_counted(connection, scope)


def test_what_is_older_goes_and_what_is_not_stays(connection: Connection) -> None:
    edge = NOW - DAYS * DAY
    add(connection, 1, edge - 1, edge, NOW)
    add(connection, 2, 0, edge - DAY)
    add(connection, 3, NOW)
    connection.execute(insert(application_figures).values(application_id=1, hour=0, displays=7))
    while remove_old_events(connection, NOW, DAYS):
        pass
    assert [one.created_at for one in newest_events(connection, 1, 10)] == [NOW, edge]
    assert newest_events(connection, 2, 10) == []
    assert len(newest_events(connection, 3, 10)) == 1
    assert stat_application(connection, 1)["display_count"] == 7
    everything_counted(connection)


def test_nothing_goes_unless_the_operator_says_so(connection: Connection) -> None:
    add(connection, 1, 0)
    assert remove_old_events(connection, NOW, 0) is False
    assert len(newest_events(connection, 1, 10)) == 1


@pytest.mark.parametrize("days_ahead", [40, 300])
def test_a_clock_that_is_ahead_for_a_moment_removes_nothing(connection: Connection, days_ahead: int) -> None:
    look_at_clock(connection, NOW)
    add(connection, 1, NOW - DAYS * DAY, NOW)
    ahead = NOW + days_ahead * DAY
    remove_old_events(connection, ahead, DAYS)  # before anybody has looked at the clock, and after
    look_at_clock(connection, ahead)
    remove_old_events(connection, ahead + HOUR, DAYS)
    assert [one.created_at for one in newest_events(connection, 1, 10)] == [NOW]  # a day of doubt is allowed
    for hours in range(0, LIVED // HOUR + 1, 24):
        look_at_clock(connection, ahead + hours * HOUR)
    while remove_old_events(connection, ahead + LIVED + HOUR, DAYS):
        pass
    assert newest_events(connection, 1, 10) == []


def test_batches_are_small_and_the_counts_right_after_each(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_counts, "LONGEST", 64)
    dice = random.Random(6)
    add(connection, 1, *(dice.randrange(NOW - DAYS * DAY) for _ in range(1_400)), *(NOW for _ in range(100)))
    for application_id in (2, 3):
        add(connection, application_id, *range(0, 90_000, 1_000))
    everything_counted(connection)
    left = connection.execute(select(func.count()).select_from(events)).scalar_one()
    while remove_old_events(connection, NOW, DAYS):
        everything_counted(connection)
        now_left = connection.execute(select(func.count()).select_from(events)).scalar_one()
        assert 0 < left - now_left <= REMOVED_AT_ONCE
        left = now_left
    assert left == 100


def test_the_look_is_by_an_index(connection: Connection) -> None:
    """One short search for each application: never through all events."""
    seen: list[tuple[str, object]] = []
    event.listen(connection, "before_cursor_execute", lambda _c, _cursor, text, values, *_: seen.append((text, values)))
    assert remove_old_events(connection, NOW, DAYS) is False
    text, values = next(one for one in seen if one[0].startswith("DELETE FROM events"))
    plan = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]  # type: ignore[arg-type]
    assert [step.split()[1] for step in plan if step.startswith("SCAN")] == ["applications"]
    assert sum("(application_id=? AND created_at<?)" in step for step in plan) == 1
