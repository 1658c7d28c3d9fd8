"""Marks of page views: new once, known in the next generation too, removed from the oldest on, and found by the index."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from tidings.storage import page_views, statistics
from tidings.storage.page_views import FORGOTTEN_AT_ONCE, NAME_BITS, forget, mark
from tidings.storage.tables import page_view_marks

GENERATION = 1 << NAME_BITS


def kept(connection: Connection) -> list[tuple[int, int]]:
    return [(row.page_view, row.mark) for row in connection.execute(select(page_view_marks).order_by("page_view", "mark"))]


def test_a_mark_is_new_once(connection: Connection) -> None:
    assert mark(connection, []) == []
    assert sorted(mark(connection, [(7, 1), (7, 2), (8, 1)])) == [(7, 1), (7, 2), (8, 1)]
    assert mark(connection, [(7, 1), (9, 1), (9, 1), (8, 1)]) == [(9, 1)]
    assert kept(connection) == [(7, 1), (7, 2), (8, 1), (9, 1)]


def test_the_generation_before_is_known_and_no_other(connection: Connection) -> None:
    mark(connection, [(7 + 4 * GENERATION, 1)])
    for generation, new in ((5, False), (6, True), (3, True)):
        one = (7 + generation * GENERATION, 1)
        assert mark(connection, [one]) == ([one] if new else [])


@pytest.mark.parametrize("number", [1, 2, 3, 4_095, 4_096, 4_097, 10_000])
def test_any_number_at_once(connection: Connection, number: int) -> None:
    marks = [(place * 2**49, 2**62 + place) for place in range(number)]
    assert sorted(mark(connection, marks)) == marks == kept(connection)
    assert mark(connection, marks) == []


def test_the_oldest_go_first_and_some_at_a_time(connection: Connection) -> None:
    mark(connection, [(place, 1) for place in range(FORGOTTEN_AT_ONCE + 3)])
    forget(connection, FORGOTTEN_AT_ONCE + 2)
    assert [page_view for page_view, _ in kept(connection)] == [500, 501, 502]
    forget(connection, FORGOTTEN_AT_ONCE + 2)
    assert kept(connection) == [(502, 1)]


def test_nothing_is_looked_for_without_an_index(connection: Connection) -> None:
    for text, values in (
        (page_views._mark_text(2, 1), (1, 2, 3, 4)),
        (page_views._mark_text(2, 8), (1, 2, 3, 4)),
        (page_views._FORGET, (1, 2)),
        (statistics._FORGET, (1, 2, 3)),
    ):
        plan = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
        assert any(step.startswith("SEARCH") for step in plan)
        assert not [step for step in plan if step.startswith("SCAN") and step not in ("SCAN told", "SCAN 2 CONSTANT ROWS")]
