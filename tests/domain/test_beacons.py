"""Beacons: what counts, what counts once, what is left aside, and what is forgotten when."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select
from tests.new_database import new_database

from tidings.domain import applications, beacons, events, statistics
from tidings.domain.beacons import GENERATION
from tidings.records.beacon import CLICK, CLOSE, DISPLAY, HOVER, Beacon
from tidings.records.event import EventDraft
from tidings.records.statistics import EVENT_DAYS, HOUR, Figures
from tidings.storage.engine import writing_engine
from tidings.storage.tables import application_figures, event_figures, event_type_figures, page_view_marks

DAY = 24 * HOUR
# The beginning of a day and of a generation.
NOW = 20_700 * DAY
VIEW = "page-view"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """Two applications, with events 1 and 2 of the first, event 3 of the second."""
    new_database(tmp_path / "a.db")
    engine = writing_engine(tmp_path / "a.db", checkpoints=False)
    with engine.begin() as connection:
        entries = [applications.create(connection, name, "https://a.example", NOW).entry for name in ("A", "B")]
        for entry in (entries[0], entries[0], entries[1]):
            draft = EventDraft(event_type_id=next(iter(entry.event_types)), title="Ink")
            events.record(connection, [events.new_event(entry, draft, b"", NOW)])
        yield connection
    engine.dispose()


def beacon(*acts: tuple[int, int], view: str = VIEW, now: int = NOW, application_id: int = 1) -> Beacon:
    return Beacon(application_id, view, acts, now)


def tell(connection: Connection, *told: Beacon) -> Figures:
    """What the first application has after these came, each in a commit of its own."""
    for one in told:
        assert beacons.count(connection, [one]) == [None]
    return figures(connection)


def figures(connection: Connection, application_id: int = 1) -> Figures:
    """All time; every table must say the same."""
    found = [
        Figures(*connection.execute(select(*(func.coalesce(func.sum(table.c[name]), 0) for name in names)).where(
            table.c.application_id == application_id)).one())
        for table in (application_figures, event_type_figures, event_figures)
        for names in [("displays", "hovers", "clicks", "closes")]
    ]  # fmt: skip
    assert found[0] == found[1] == found[2]
    total = statistics.stat_application(connection, application_id)
    assert (total["display_count"], total["click_count"]) == (found[0].displays, found[0].clicks)
    return found[0]


def rows(connection: Connection, table: Any) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_each_kind_counts_once_for_an_event_and_a_page_view(connection: Connection) -> None:
    all_kinds = [(1, kind) for kind in (DISPLAY, HOVER, CLICK, CLOSE)]
    once = Figures(displays=1, hovers=1, clicks=1, closes=1)
    assert tell(connection, beacon(*all_kinds, *all_kinds)) == once
    assert tell(connection, beacon(*all_kinds), *(beacon(act) for act in all_kinds)) == once
    assert tell(connection, beacon((2, DISPLAY))) == once + Figures(displays=1)
    assert tell(connection, beacon(*all_kinds, view="another-view")) == once + once + Figures(displays=1)
    by_event = statistics.by_event(connection, application_id=1, first=NOW // DAY, last=NOW // DAY)
    assert by_event == {1: once + once, 2: Figures(displays=1)}


def test_beacons_of_one_commit_count_as_those_of_many(connection: Connection) -> None:
    told = [
        beacon((1, DISPLAY)),
        beacon((1, DISPLAY), (1, CLICK)),
        beacon((1, DISPLAY), view="another-view"),
        beacon((3, DISPLAY), application_id=2),
    ]
    assert beacons.count(connection, told) == [None] * 4
    assert figures(connection) == Figures(displays=2, clicks=1)
    assert figures(connection, 2) == Figures(displays=1)


def test_what_was_clicked_was_displayed(connection: Connection) -> None:
    assert tell(connection, beacon((1, CLICK))) == Figures(displays=1, clicks=1)
    assert tell(connection, beacon((1, DISPLAY), (1, CLICK))) == Figures(displays=1, clicks=1)
    assert tell(connection, beacon((1, HOVER), (1, CLOSE), view="another-view")) == Figures(1, 1, 1, 1)


def test_without_a_name_each_beacon_is_a_page_view(connection: Connection) -> None:
    told = beacon((1, DISPLAY), (1, DISPLAY), (1, CLICK), view="")
    assert tell(connection, told, told) == Figures(displays=2, clicks=2)
    assert rows(connection, page_view_marks) == 0


def test_only_known_events_of_its_own_application_count(connection: Connection) -> None:
    unknown = (999, 2**63 - 1, 3)
    assert tell(connection, *(beacon((number, CLICK), view=view) for number in unknown for view in ("", VIEW))) == Figures()
    assert figures(connection, 2) == Figures()
    assert rows(connection, page_view_marks) == 0
    assert tell(connection, beacon((3, CLICK), (1, CLOSE), (999, DISPLAY))) == Figures(closes=1)
    # Two applications may have page views of one name.
    tell(connection, beacon((3, CLOSE), application_id=2))
    assert figures(connection, 2) == Figures(closes=1)


def test_a_deleted_event_counts_no_more_and_its_figures_stay(connection: Connection) -> None:
    tell(connection, beacon((1, DISPLAY)))
    events.delete(connection, application_id=1, event_id=1)
    assert tell(connection, beacon((1, DISPLAY), view="another-view")) == Figures(displays=1)


def test_the_hour_is_that_of_the_beacons_coming(connection: Connection) -> None:
    tell(connection, beacon((1, DISPLAY), now=NOW + HOUR - 1), beacon((1, CLICK), now=NOW + HOUR))
    first = statistics.between(connection, application_id=1, start=NOW // 1_000, end=NOW // 1_000 + 3_600)
    assert first == Figures(displays=1)
    days = statistics.by_day(connection, application_id=1, first=NOW // DAY, last=NOW // DAY)
    assert days.total == Figures(displays=1, clicks=1)


def test_a_page_view_is_remembered_beyond_its_generation(connection: Connection) -> None:
    late = NOW + GENERATION - 1
    assert tell(connection, beacon((1, DISPLAY), now=late)) == Figures(displays=1)
    assert tell(connection, beacon((1, DISPLAY), now=late + GENERATION)) == Figures(displays=1)
    assert tell(connection, beacon((1, DISPLAY), now=late + GENERATION + 1)) == Figures(displays=2)


def test_marks_go_some_hours_after_their_page_views(connection: Connection) -> None:
    tell(connection, *(beacon((1, DISPLAY), (2, DISPLAY), view=f"view-{number:04}") for number in range(300)))
    tell(connection, beacon((1, DISPLAY), now=NOW + 2 * GENERATION - 1))
    assert rows(connection, page_view_marks) == 601
    tell(connection, beacon((1, DISPLAY), now=NOW + 2 * GENERATION, view="another-view"))
    assert rows(connection, page_view_marks) == 602 - 500
    tell(connection, beacon((2, DISPLAY), now=NOW + 2 * GENERATION, view="another-view"))
    assert rows(connection, page_view_marks) == 3
    assert figures(connection).displays == 603


def test_figures_of_events_go_after_30_days_and_those_of_hours_stay(connection: Connection) -> None:
    tell(connection, beacon((1, DISPLAY), view="", now=NOW))
    tell(connection, beacon((3, DISPLAY), view="", now=NOW, application_id=2))
    last = NOW + (EVENT_DAYS - 1) * DAY
    tell(connection, beacon((2, DISPLAY), view="", now=last + DAY - 1))
    assert rows(connection, event_figures) == 3
    beacons.count(connection, [beacon((2, DISPLAY), view="", now=last + DAY)])
    found = statistics.by_event(connection, application_id=1, first=0, last=last // DAY + 1)
    assert found == {2: Figures(displays=2)}
    assert statistics.stat_application(connection, 1)["display_count"] == 3
    assert rows(connection, event_figures) == 3  # of another application, goes with its next beacon


def test_many_events_in_one_commit(connection: Connection) -> None:
    told = [beacon(*((number * 50 + place, DISPLAY) for place in range(50))) for number in range(400)]
    beacons.count(connection, told)
    assert figures(connection) == Figures(displays=2)
    views = [beacon((1, DISPLAY), (2, HOVER), view=f"view-{number:05}") for number in range(5_000)]
    beacons.count(connection, views + views)
    assert figures(connection) == Figures(displays=5_002, hovers=5_000)


ACTS = st.lists(st.tuples(st.integers(1, 4), st.integers(DISPLAY, CLOSE)), max_size=6).map(tuple)
TOLD = st.lists(st.tuples(st.integers(1, 2), st.sampled_from(["", "view-one", "view-two"]), ACTS), max_size=12)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=TOLD, cuts=st.lists(st.integers(0, 12), max_size=3))
def test_any_beacons_in_any_commits_count_as_sets_do(connection: Connection, told: list[Any], cuts: list[int]) -> None:
    came = [beacon(*acts, view=view, application_id=number) for number, view, acts in told]
    edges = sorted({0, len(came), *(min(cut, len(came)) for cut in cuts)})
    example = connection.begin_nested()
    for start, end in pairwise(edges):
        beacons.count(connection, came[start:end])
    for application_id, own in ((1, {1, 2}), (2, {3})):
        seen = {
            (one.page_view or place, event_id, what)
            for place, one in enumerate(came)
            for event_id, kind in one.acts
            for what in ((kind, DISPLAY) if kind == CLICK else (kind,))
            if one.application_id == application_id and event_id in own
        }
        kinds = [what for _view, _event_id, what in seen]
        found = figures(connection, application_id)
        assert found == Figures(*(kinds.count(kind) for kind in (DISPLAY, HOVER, CLICK, CLOSE)))
        assert found.clicks <= found.displays
    example.rollback()
