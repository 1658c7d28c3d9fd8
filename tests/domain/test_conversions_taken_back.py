"""Conversions that an owner has a name for: one each, and taken back without a trace; deleted goals; visits."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select
from tests.domain.goal_ground import DAY, GOAL_TABLES, NOW, Ground, clicked, told

from tidings.domain import applications, conversions, events, goals, lift, statistics
from tidings.errors import NotFound
from tidings.records.application import ApplicationChanges
from tidings.records.conversion import HELD, SHOWN
from tidings.records.event import EventDraft
from tidings.records.statistics import HOUR, Figures, Reach
from tidings.storage import goal_tables
from tidings.storage.hours import set_first_open_hour


@pytest.fixture
def ground(connection: Connection) -> Ground:
    return Ground(connection)


# -- by external id -----------------------------------------------------------------------------------------------


def test_one_external_id_is_one_conversion(ground: Ground) -> None:
    first = ground.record(cents=100, external_id="order-1")
    assert first.is_new
    again = ground.record(cents=999, external_id="order-1", now=NOW + DAY)
    assert (again.is_new, again.conversion) == (False, first.conversion)
    assert ground.totals() == {"dollar": Reach(1, 100)}
    assert ground.record(cents=1, external_id="order-2").is_new
    assert ground.record(ground.euros, cents=1, external_id="order-1").is_new
    assert ground.record(ground.others, application_id=2, cents=1, external_id="order-1").is_new
    ground.record(cents=1)
    ground.record(cents=1)
    assert ground.totals()["dollar"] == Reach(4, 103)


def test_a_server_counts_in_the_hour_that_it_names(ground: Ground) -> None:
    ground.record(cents=1, occurred_at=NOW - 3 * DAY)
    assert [(day, reach.number) for day, _, reach in ground.found().days] == [(NOW // DAY - 3, 1)]


def test_what_a_server_tells_as_it_happens_is_not_added_to_a_closed_hour(ground: Ground) -> None:
    set_first_open_hour(ground.connection, NOW // HOUR + 24)
    ground.record(cents=1)
    ground.record(cents=1, occurred_at=NOW)
    assert [(day, reach.number) for day, _, reach in ground.found().days] == [(NOW // DAY, 1), (NOW // DAY + 1, 1)]


@pytest.mark.parametrize("server_first", [True, False])
def test_page_and_server_tell_of_one_order(ground: Ground, server_first: bool) -> None:
    """Of the page is what it is put down to, of the server what it was worth."""
    one = clicked(ground.dollars, cents=1, arm=SHOWN, first=True, external_id="order-1")
    deeds = [lambda: ground.record(cents=1_999, external_id="order-1"), lambda: ground.tell(one)]
    for deed in deeds if server_first else deeds[::-1]:
        deed()
    assert ground.totals() == {"dollar": Reach(1, 1_999, 1, 1_999)}
    assert ground.attributed() == Figures(conversions=1, conversion_cents=1_999)
    assert ground.found().events == [(1, "dollar", Reach(1, 1_999, 1, 1_999))]
    ground.tell(clicked(ground.dollars, "a-reload-of-it", cents=1, event_id=2, external_id="order-1"))
    ground.record(cents=5, external_id="order-1")
    assert ground.found().events == [(1, "dollar", Reach(1, 1_999, 1, 1_999))]
    ground.refund("order-1")
    assert ground.left() == set()


def test_a_servers_silence_about_the_worth_keeps_the_pages(ground: Ground) -> None:
    ground.tell(clicked(ground.dollars, external_id="order-1"))
    assert ground.record(external_id="order-1").conversion.cents == 500
    ground.tell(clicked(ground.dollars, "another-nonce", cents=9, external_id="order-1"))
    assert ground.attributed() == Figures(conversions=1, conversion_cents=500)


# -- taken back ---------------------------------------------------------------------------------------------------


def test_a_refund_takes_conversion_and_event(ground: Ground) -> None:
    entry = applications.update(ground.connection, application_id=1, changes=ApplicationChanges(), now=NOW)
    for external_id in ("order-1", "order-2"):
        draft = EventDraft(event_type_id=1, external_id=external_id)
        events.record(ground.connection, [events.new_event(entry, draft, b"", NOW)])
    ground.tell(clicked(ground.dollars, external_id="order-1", arm=SHOWN, first=True))
    ground.record(cents=9, external_id="order-2")
    ground.refund("order-1")
    assert ground.totals() == {"dollar": Reach(1, 9)}
    assert ground.attributed() == Figures()
    assert ground.found().events == []
    with pytest.raises(NotFound):
        events.find_by_external_id(ground.connection, application_id=1, external_ids=["order-1"])
    assert events.find_by_external_id(ground.connection, application_id=1, external_ids=["order-2"])
    with pytest.raises(NotFound, match="Conversion"):
        ground.refund("order-1")
    ground.refund("order-2", ground.euros)  # of the other goal there is only the event
    assert ground.totals() == {"dollar": Reach(1, 9)}
    with pytest.raises(NotFound, match="Event"):
        ground.refund("order-2", ground.others)


def test_a_refund_goes_into_the_very_hour(ground: Ground) -> None:
    for number in range(3):
        one = clicked(ground.dollars, f"conversion-{number}", external_id=f"order-{number}")
        ground.tell(one, now=NOW + number * HOUR)
    ground.refund("order-1")
    hours = [
        statistics.between(
            ground.connection, application_id=1, start=NOW // 1_000 + n * 3_600, end=NOW // 1_000 + (n + 1) * 3_600
        ).conversion_cents
        for n in range(3)
    ]
    assert hours == [500, 0, 500]


def test_a_refund_of_what_was_rolled_up_goes_into_its_stretch(ground: Ground) -> None:
    """Old hours are one row a day, at the day's first hour: here made by hand."""
    for number in range(2):
        one = clicked(ground.dollars, f"conversion-{number}", external_id=f"order-{number}")
        ground.tell(one, now=NOW + (5 + number) * HOUR)
    ground.tell(clicked(ground.dollars, "conversion-9"), now=NOW + DAY)
    for table in ("application_figures", "event_type_figures"):
        for text in (
            f"DELETE FROM {table} WHERE hour = {NOW // HOUR + 6}",
            f"UPDATE {table} SET hour = {NOW // HOUR}, conversions = 2, conversion_cents = 1000"
            f" WHERE hour = {NOW // HOUR + 5}",
        ):
            ground.connection.exec_driver_sql(text)
    ground.refund("order-1")
    day = statistics.by_day(ground.connection, application_id=1, first=NOW // DAY, last=NOW // DAY + 1)
    assert [one.figures.conversion_cents for one in day.days] == [500, 500]
    ground.set_currency("euro")
    ground.set_currency("dollar")
    assert ground.attributed() == Figures(conversions=2, conversion_cents=1_000)


def test_a_deleted_goal_takes_all_of_its_own_along(ground: Ground) -> None:
    ground.tell(
        clicked(ground.dollars), clicked(ground.euros, "conversion-2", cents=7), told(ground.dollars, "conversion-3")
    )
    ground.record(cents=100, external_id="order-1")
    ground.record(ground.euros, cents=2, external_id="order-1")
    ground.set_currency("euro")
    goals.delete(ground.connection, application_id=1, goal_id=ground.dollars)
    assert ground.totals() == {"euro": Reach(2, 9, 1, 7)}
    assert ground.attributed() == Figures(conversions=1, conversion_cents=7)
    assert ground.rows(goal_tables.conversions) == 1
    ground.tell(clicked(ground.dollars, "conversion-4"))
    assert ground.attributed().conversions == 1
    goals.delete(ground.connection, application_id=1, goal_id=ground.euros)
    assert ground.left() == set()
    with pytest.raises(NotFound):
        goals.delete(ground.connection, application_id=1, goal_id=ground.others)


def test_forgotten_conversions_leave_their_figures(ground: Ground) -> None:
    ground.record(cents=100, external_id="order-1")
    ground.record(ground.euros, cents=100, external_id="order-1")
    ground.record(ground.others, application_id=2, cents=100, external_id="order-1")
    assert conversions.forget(ground.connection, application_id=1, external_id="order-1") == 2
    assert conversions.forget(ground.connection, application_id=1, external_id="order-1") == 0
    assert ground.totals() == {"dollar": Reach(1, 100), "euro": Reach(1, 100)}
    kept = ground.connection.execute(select(goal_tables.conversions).filter_by(application_id=1)).mappings().all()
    for row in kept:
        assert (row["refunded"], row["cents"], row["event_id"], row["occurred_at"], row["hour"]) == (True, None, 0, 0, 0)
        assert not {"order-1", hashlib.blake2b(b"order-1", digest_size=16).hexdigest()} & set(row["external_id"].split(":"))


def test_an_application_takes_all_along(ground: Ground) -> None:
    ground.tell(clicked(ground.dollars, arm=SHOWN, external_id="order-1"))
    ground.visit(SHOWN)
    ground.tell(told(ground.others), application_id=2)
    applications.delete(lambda: nullcontext(ground.connection), 1)
    for table in (*GOAL_TABLES, goal_tables.goals):
        rows = ground.connection.execute(select(table.c.application_id)).scalars()
        assert set(rows) <= {2}, table
    ground.visit(SHOWN)  # one that was on its way
    assert ground.rows(goal_tables.visit_figures) == 0
    assert ground.totals(2) == {"dollar": Reach(1, 0)}


# -- visits -------------------------------------------------------------------------------------------------------


def test_a_visit_counts_once_by_its_arm(ground: Ground) -> None:
    for _ in range(3):
        ground.visit(SHOWN, "view-1")
    ground.visit(SHOWN, "view-2")
    ground.visit(HELD, "view-3")
    ground.visit(HELD, "view-1", application_id=2)
    ground.visit(HELD)
    ground.visit(HELD)
    ground.visit(HELD, "view-4", visitor=False)
    ground.visit(HELD, visitor=False)
    ground.tell(told(ground.dollars, arm=HELD, first=True), told(ground.dollars, "conversion-2", arm=HELD))
    ground.tell(told(ground.dollars, "conversion-3", first=True))
    found = lift.between(ground.connection, application_id=1, start=0, end=NOW // 1_000 + 3_600)
    assert found.shown == lift.Arm(2, 0, 2)
    assert found.held == lift.Arm(3, 1, 5)
    assert lift.between(ground.connection, application_id=2, start=0, end=NOW // 1_000 + 3_600).held == lift.Arm(1, 0, 1)
    assert (
        lift.between(ground.connection, application_id=1, start=NOW // 1_000 + 1, end=NOW // 1_000 + 3_600).held.visits == 0
    )


def test_who_sends_an_order_back_has_reached_the_goal_all_the_same(ground: Ground) -> None:
    ground.visit(HELD)
    ground.tell(told(ground.dollars, arm=HELD, first=True, external_id="order-1"))
    ground.record(cents=5, external_id="order-1")
    ground.refund("order-1")
    assert lift.between(ground.connection, application_id=1, start=0, end=NOW // 1_000 + 3_600).held == lift.Arm(1, 1, 1)
    assert ground.totals() == {}


def test_the_lift_is_of_what_came_after_the_hold_out_changed(ground: Ground) -> None:
    ground.visit(SHOWN, now=NOW)
    for number, percent in enumerate((10, 10, 20)):
        changes = ApplicationChanges(display={"holdout_percent": percent})
        applications.update(ground.connection, application_id=1, changes=changes, now=NOW + (1 + 3 * number) * HOUR + 1)
        hour = NOW // HOUR + (2 if percent == 10 else 8)
        found = lift.between(ground.connection, application_id=1, start=0, end=NOW // 1_000 + DAY)
        assert (found.start, found.shown) == (hour * 3_600, lift.Arm(0, 0, 0))
    ground.visit(SHOWN, now=NOW + 8 * HOUR - 1)
    ground.visit(SHOWN, now=NOW + 8 * HOUR)
    assert lift.between(ground.connection, application_id=1, start=0, end=NOW // 1_000 + DAY).shown == lift.Arm(1, 0, 1)
    later = NOW // 1_000 + 9 * 3_600
    assert lift.between(ground.connection, application_id=1, start=later, end=later + 1).start == later


# -- in any order -------------------------------------------------------------------------------------------------

NAMED = st.sampled_from([None, "order-1", "order-2"])
TELLING = st.tuples(st.just("tell"), st.integers(0, 1), st.integers(0, 5), st.integers(1, 3), st.sampled_from([0, 2]), NAMED)
DEED = st.one_of(
    TELLING,
    st.tuples(st.just("record"), st.integers(0, 1), st.integers(0, 9), NAMED),
    st.tuples(st.just("refund"), st.integers(0, 1), st.sampled_from(["order-1", "order-2"])),
    st.tuples(st.just("currency"), st.sampled_from(["dollar", "euro"])),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEED, max_size=14))
def test_whatever_happens_the_sums_agree_and_nothing_is_below_zero(ground: Ground, deeds: list[Any]) -> None:
    example = ground.connection.begin_nested()
    both = (ground.dollars, ground.euros)
    for number, (what, *how) in enumerate(deeds):
        if what == "tell":
            which, nonce, event_id, arm, name = how
            one = clicked(both[which], f"conversion-{nonce}", event_id, nonce, arm=arm, external_id=name, first=True)
            ground.tell(one, now=NOW + number * HOUR)
        elif what == "record":
            ground.record(both[how[0]], cents=how[1], external_id=how[2], now=NOW + number * HOUR)
        elif what == "refund":
            with suppress(NotFound):
                ground.refund(how[1], both[how[0]])
        else:
            ground.set_currency(how[0])
        ground.attributed()
    for table in GOAL_TABLES[1:3]:
        assert ground.connection.execute(select(table.c.number).where(table.c.number < 0)).all() == []
    for goal_id in both:
        goals.delete(ground.connection, application_id=1, goal_id=goal_id)
    assert ground.left() == set()
    example.rollback()
