"""What came since a list was drawn: by the order in which it was stored, and never more than a page of it."""

from typing import Any

import pytest
from sqlalchemy import Connection, event

from tidings.domain import applications, event_search, events
from tidings.domain.directory import Entry
from tidings.records.event import EventDraft
from tidings.storage.event_arrivals import MOST_IDS
from tidings.storage.event_search import Filter

NOW = 1_795_000_000_000


@pytest.fixture
def entry(connection: Connection) -> Entry:
    return applications.create(connection, "Shop", "https://a.example", NOW).entry


def record(connection: Connection, entry: Entry, number: int) -> list[int]:
    new = [events.new_event(entry, EventDraft(event_type_tag="new_order"), b"", NOW) for _ in range(number)]
    return [one.event.id for one in events.record(connection, new)]


def test_more_than_a_page_is_the_first_page_anew(connection: Connection, entry: Entry) -> None:
    ids = record(connection, entry, 80)
    found = event_search.arrived(connection, entry=entry, wanted=Filter(), after=ids[0])
    assert (len(found.events), found.number, found.whole, found.last) == (event_search.PER_PAGE, 79, True, ids[-1])
    found = event_search.arrived(connection, entry=entry, wanted=Filter(), after=ids[-51])
    assert (len(found.events), found.number, found.whole) == (50, 50, False)


def test_so_many_that_they_are_not_counted_are_the_first_page_anew(connection: Connection, entry: Entry) -> None:
    """Those of other applications too: nothing goes through them all."""
    ids = record(connection, entry, 3)
    other = applications.create(connection, "Other", "https://b.example", NOW).entry
    record(connection, other, 10)
    connection.exec_driver_sql(f"UPDATE events SET id = id + {MOST_IDS} WHERE id > {ids[-1]}")
    found = event_search.arrived(connection, entry=entry, wanted=Filter(), after=ids[0])
    assert ([one.id for one in found.events], found.number, found.whole) == (ids[::-1], None, True)
    again = event_search.arrived(connection, entry=entry, wanted=Filter(), after=found.last)
    assert (again.events, again.number, again.whole) == ([], 0, False)


@pytest.mark.parametrize("wanted", [Filter(), Filter(event_type_id=1), Filter(event_type_id=1, provenance="api")], ids=repr)
def test_only_the_stretch_of_ids_is_gone_through(connection: Connection, entry: Entry, wanted: Filter) -> None:
    ids = record(connection, entry, 300)
    connection.exec_driver_sql("ANALYZE")
    seen: list[tuple[str, Any]] = []
    event.listen(connection, "before_cursor_execute", lambda _c, _u, text, values, *_: seen.append((text, values)))
    event_search.arrived(connection, entry=entry, wanted=wanted, after=ids[-3])
    asked = [(text, values) for text, values in seen if "id >" in text]
    assert len(asked) == 2
    for statement, values in asked:
        plans = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        assert plans[0] == "SEARCH events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"
