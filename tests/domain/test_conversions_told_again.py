"""Conversions that are told again: looked at later, taken back, forgotten; and figures that are full or many."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select
from tests.domain.goal_ground import DAY, NOW, Ground, clicked, told

from tidings.domain import applications, conversions, events, goals
from tidings.errors import NotFound
from tidings.records.application import ApplicationChanges
from tidings.records.conversion import MOST_CENTS, SHOWN
from tidings.records.event import EventDraft
from tidings.records.statistics import HOUR, Reach
from tidings.storage import goal_tables
from tidings.storage.goal_figures import MOST_OF_ROW
from tidings.storage.hours import set_first_open_hour
from tidings.storage.tables import application_figures


@pytest.fixture
def ground(connection: Connection) -> Ground:
    return Ground(connection)


def days(ground: Ground) -> list[int]:
    """The days with conversions, counted from the day of NOW."""
    return [day - NOW // DAY for day, _, _ in ground.found().days]


# -- looked at again ----------------------------------------------------------------------------------------------


def test_a_page_that_is_looked_at_again_changes_nothing(ground: Ground) -> None:
    """Neither its day nor what it is put down to, whoever told of it first."""
    ground.record(cents=5, external_id="order-1")
    ground.tell(told(ground.dollars, external_id="order-1"), told(ground.dollars, "other-one", external_id="order-2"))
    ground.record(cents=5, external_id="order-2")
    for name in ("order-1", "order-2"):
        ground.tell(clicked(ground.dollars, f"later-{name}", arm=SHOWN, first=True, external_id=name), now=NOW + 2 * DAY)
    assert ground.totals() == {"dollar": Reach(2, 10)}
    assert days(ground) == [0]


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("closed", [True, False])
def test_a_page_that_comes_later_takes_the_credit_in_the_hour_of_the_conversion(
    ground: Ground, dated: bool, closed: bool
) -> None:
    """Unless webhooks were told of that hour and no server has said when it was: then in the first that is open."""
    ground.record(cents=5, external_id="order-1", **({"occurred_at": NOW} if dated else {}))
    if closed:
        set_first_open_hour(ground.connection, (NOW + DAY) // HOUR)
    ground.tell(clicked(ground.dollars, external_id="order-1"), now=NOW + 2 * DAY)
    assert ground.totals() == {"dollar": Reach(1, 5, 1, 5)}
    assert days(ground) == [int(closed and not dated)]


@pytest.mark.parametrize("another", [-DAY, -6 * HOUR, 1_000, 6 * HOUR, DAY])
def test_another_time_makes_no_other_conversion(ground: Ground, another: int) -> None:
    ground.tell(clicked(ground.dollars, at=NOW))
    ground.tell(clicked(ground.dollars, at=NOW + another))
    ground.tell(clicked(ground.dollars, at=NOW + another), now=NOW + DAY)
    assert ground.attributed().conversions == 1


# -- taken back and forgotten -------------------------------------------------------------------------------------


def told_by(ground: Ground, who: str) -> None:
    if who == "page":
        ground.tell(
            clicked(ground.dollars, "a-reload-of-it", arm=SHOWN, first=True, external_id="order-1"), now=NOW + 2 * DAY
        )
    else:
        again = ground.record(cents=7, external_id="order-1", now=NOW + DAY)
        assert (again.is_new, again.conversion.refunded) == (False, True)


@pytest.mark.parametrize("who", ["page", "server"])
@pytest.mark.parametrize("first", ["page", "server"])
def test_what_was_taken_back_stays_so_whoever_tells_of_it_again(ground: Ground, who: str, first: str) -> None:
    if first == "page":
        ground.tell(clicked(ground.dollars, external_id="order-1"))
    else:
        ground.record(cents=5, external_id="order-1")
    ground.refund("order-1")
    told_by(ground, who)
    assert ground.left() == set()
    with pytest.raises(NotFound):
        ground.refund("order-1")


@pytest.mark.parametrize("who", ["page", "server"])
def test_what_was_forgotten_stays_so_whoever_tells_of_it_again(ground: Ground, who: str) -> None:
    ground.tell(clicked(ground.dollars, external_id="order-1"))
    conversions.forget(ground.connection, application_id=1, external_id="order-1")
    told_by(ground, who)
    assert ground.totals() == {"dollar": Reach(1, 500, 1, 500)}
    with pytest.raises(NotFound):
        ground.refund("order-1")
    told_by(ground, who)
    assert ground.rows(goal_tables.conversions) == 1


@pytest.mark.parametrize("who", ["page", "server"])
def test_an_order_that_is_taken_back_before_it_is_told_does_not_count(ground: Ground, who: str) -> None:
    entry = applications.update(ground.connection, application_id=1, changes=ApplicationChanges(), now=NOW)
    draft = EventDraft(event_type_id=1, external_id="order-1")
    events.record(ground.connection, [events.new_event(entry, draft, b"", NOW)])
    ground.refund("order-1")
    told_by(ground, who)
    assert ground.totals() == {}


# -- worth more than can be ---------------------------------------------------------------------------------------


def test_a_row_holds_so_much_and_no_more(ground: Ground) -> None:
    """And can be read, taken from, told in another currency and deleted as any other."""
    for number in range(MOST_OF_ROW // MOST_CENTS + 2):
        ground.tell(clicked(ground.dollars, f"conversion-{number}", cents=MOST_CENTS, external_id=f"order-{number}"))
    full = Reach(12, MOST_OF_ROW, 12, MOST_OF_ROW)
    assert ground.totals() == {"dollar": full}
    assert ground.attributed().conversion_cents == MOST_OF_ROW
    ground.set_currency("euro")
    ground.set_currency("dollar")
    assert ground.attributed().conversion_cents == MOST_OF_ROW
    for number in range(12):
        ground.refund(f"order-{number}")
    assert ground.left() == set()


# -- goals and currencies with many rows --------------------------------------------------------------------------


def test_a_goal_is_deleted_from_rows_that_stand_for_more_and_for_less(ground: Ground) -> None:
    """A day that was rolled up, in which a row of a later hour was made since: together they have what is to go."""
    for number in range(3):
        one = clicked(ground.dollars, f"conversion-{number}", cents=100, external_id=f"order-{number}")
        ground.tell(one, now=NOW + (2 + number) * HOUR)
    ground.tell(clicked(ground.euros, "conversion-9", cents=7), now=NOW + HOUR)
    for table in ("application_figures", "event_type_figures"):
        for text in (
            f"DELETE FROM {table} WHERE hour IN ({NOW // HOUR + 2}, {NOW // HOUR + 4})",
            f"UPDATE {table} SET conversions = 3, conversion_cents = 200 WHERE hour = {NOW // HOUR + 1}",
        ):
            ground.connection.exec_driver_sql(text)
    goals.delete(ground.connection, application_id=1, goal_id=ground.dollars)
    assert (ground.attributed().conversions, ground.attributed().conversion_cents) == (1, 0)
    rows = select(application_figures.c.conversions, application_figures.c.conversion_cents)
    assert sorted(map(tuple, ground.connection.execute(rows))) == [(0, 0), (1, 0)]


def test_a_currency_and_a_deletion_take_a_statement_a_table_however_many_rows(ground: Ground) -> None:
    """Hours and event types by the thousand are no thousands of statements: the one writer has others to serve."""
    ran: list[str] = []
    kinds, hours = range(1, 21), range(NOW // HOUR - 500, NOW // HOUR)
    insert = ground.connection.exec_driver_sql
    insert(
        "INSERT INTO goal_figures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(1, hour, ground.euros, kind, "euro", 2, 0, 1, 10, 0) for hour in hours for kind in kinds],
    )
    names = "(application_id, event_type_id, hour, conversions, conversion_cents)"
    insert(f"INSERT INTO event_type_figures {names} VALUES (1, ?, ?, 1, 0)", [(k, h) for h in hours for k in kinds])
    names = "(application_id, hour, conversions, conversion_cents)"
    insert(f"INSERT INTO application_figures {names} VALUES (1, ?, 20, 0)", [(hour,) for hour in hours])
    raw = ground.connection.connection.driver_connection
    raw.set_trace_callback(ran.append)
    try:
        ground.set_currency("euro")
        told_in_euros = len(ran)
        goals.delete(ground.connection, application_id=1, goal_id=ground.euros)
    finally:
        raw.set_trace_callback(None)
    assert told_in_euros < 30
    assert len(ran) < 60
    assert ground.left() == set()
