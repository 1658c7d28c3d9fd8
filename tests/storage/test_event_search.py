"""Looking for events: through an index always, and through no more of them than was said."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import Connection, event

from tidings.domain import applications
from tidings.domain.directory import Entry
from tidings.records.event import CustomField, EventDraft, NewEvent, Provenance
from tidings.records.statistics import Figures
from tidings.storage import signs_of_life
from tidings.storage.event_search import NEWEST, Filter, events_by_email, look
from tidings.storage.events import insert_events
from tidings.storage.statistics import add_figures

NOW = 1_795_000_000_000
WANTED = (
    Filter(),
    Filter(event_type_id=1),
    Filter(provenance="import"),
    Filter(provenance="api"),
    Filter(words="ink"),
    Filter(event_type_id=1, provenance="manual", words="É"),
)


@pytest.fixture
def entry(connection: Connection) -> Entry:
    return applications.create(connection, "Shop", "https://a.example", NOW).entry


def insert(connection: Connection, entry: Entry, number: int, provenance: Provenance = "api", **fields: Any) -> list[int]:
    drafts = [EventDraft(**{"created_at": NOW - (number - one) // 3, **fields}) for one in range(number)]
    new = [NewEvent(entry.application.id, 1, draft, b"hash", NOW, provenance) for draft in drafts]
    return [stored.id for stored, _ in insert_events(connection, new)]


@pytest.mark.parametrize("wanted", WANTED, ids=repr)
def test_no_search_reads_a_whole_table(connection: Connection, entry: Entry, wanted: Filter) -> None:
    insert(connection, entry, 300, title="Ink")
    insert(connection, entry, 20, "import", title="Ink")
    connection.exec_driver_sql("ANALYZE")
    seen: list[tuple[str, Any]] = []
    event.listen(connection, "before_cursor_execute", lambda _c, _u, text, values, *_: seen.append((text, values)))
    look(connection, entry.application.id, wanted, NEWEST, limit=10, most=50)
    look(connection, entry.application.id, wanted, (NOW - 20, 5), limit=10, most=50)
    events_by_email(connection, entry.application.id, b"hash", 10)
    signs_of_life.last_hours(connection, entry.application.id)
    signs_of_life.young_events(connection, entry.application.id, NOW - 5, 10)
    signs_of_life.figures_of_event(connection, entry.application.id, 7, range(5))
    for statement, values in list(seen):
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        for plan in [str(row[3]) for row in rows]:
            assert not re.match(r"SCAN (events|event_figures|application_figures|event_conversions)\b", plan), plan
            assert not re.search(r"USING (PRIMARY KEY|INDEX \w+) \(application_id=\?\)$", plan) or "LIMIT" in statement, plan


def test_pages_follow_each_other_without_a_gap(connection: Connection, entry: Entry) -> None:
    insert(connection, entry, 130, title="Ink")
    insert(connection, entry, 70, "manual", title="INK and more")
    insert(connection, entry, 40, "import", title="Lamp")
    insert(connection, applications.create(connection, "Other", "https://b.example", NOW).entry, 5, title="Ink")
    for wanted, number in ((Filter(), 240), (Filter(words="ink"), 200), (Filter(provenance="manual"), 70)):
        place, found = NEWEST, []
        for _ in range(100):
            page = look(connection, entry.application.id, wanted, place, limit=7, most=50)
            found += page.events
            if page.until is None:
                break
            assert page.looked_at <= 50
            place = page.until
        keys = [(one.created_at, one.id) for one in found]
        assert len(keys) == number
        assert keys == sorted(set(keys), reverse=True)


def test_it_looks_through_no_more_than_it_is_told(connection: Connection, entry: Entry) -> None:
    there = insert(connection, entry, 100, title="Lamp")
    (needle,) = insert(connection, entry, 1, title="Needle", created_at=NOW - 1_000_000)
    first = look(connection, entry.application.id, Filter(words="needle"), NEWEST, limit=10, most=60)
    assert (first.events, first.looked_at) == ([], 60)
    assert first.until is not None
    assert first.until[1] == there[-60]
    second = look(connection, entry.application.id, Filter(words="needle"), first.until, limit=10, most=60)
    assert ([one.id for one in second.events], second.until) == ([needle], None)


@pytest.mark.parametrize("words", ["%", "_", "!", "in_", '"', "\\", "[1", "k1"])
def test_signs_of_the_language_stand_for_themselves(connection: Connection, entry: Entry, words: str) -> None:
    insert(connection, entry, 1, title="inkwell", custom_fields=(CustomField(1, "k1", "value"),))
    assert look(connection, entry.application.id, Filter(words=words), NEWEST, limit=5, most=50).events == []
    insert(connection, entry, 1, custom_fields=(CustomField(1, "k", f"<{words}>"),))
    assert len(look(connection, entry.application.id, Filter(words=words), NEWEST, limit=5, most=50).events) == 1


def test_the_last_hours_are_those_in_which_something_was_told(connection: Connection, entry: Entry) -> None:
    own = entry.application.id
    assert signs_of_life.last_hours(connection, own) == signs_of_life.LastHours(None, None)
    add_figures(connection, {(own, 1, 7, 100): [3, 0, 0, 0], (own, 1, 7, 120): [0, 0, 2, 0], (own, 1, 8, 110): [1, 1, 1, 1]})
    assert signs_of_life.last_hours(connection, own) == signs_of_life.LastHours(110, 120)
    assert signs_of_life.figures_of_event(connection, own, 7, range(3, 6)) == Figures(3, 0, 2, 0)
    assert signs_of_life.figures_of_event(connection, own, 7, [5]) == Figures(0, 0, 2, 0)
