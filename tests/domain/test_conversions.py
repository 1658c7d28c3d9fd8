"""Conversions that pages tell of: counted once, put down to what is known, in sums that never mix currencies."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection
from tests.domain.goal_ground import DAY, NOW, Ground, clicked, told

from tidings.domain import events, goals, lift, statistics
from tidings.errors import Invalid
from tidings.records.conversion import CLICKED, DISPLAYED, HELD, SHOWN, UNATTRIBUTED
from tidings.records.goal import GoalChanges
from tidings.records.statistics import EVENT_DAYS, HOUR, Figures, Reach
from tidings.storage.goal_tables import goal_figures
from tidings.storage.hours import set_first_open_hour
from tidings.storage.tables import page_view_marks


@pytest.fixture
def ground(connection: Connection) -> Ground:
    return Ground(connection)


# -- counted once -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("together", [True, False])
def test_told_again_it_is_the_same_one(ground: Ground, together: bool) -> None:
    one = clicked(ground.dollars)
    ground.tell(one, one, one, together=together)
    assert ground.totals() == {"dollar": Reach(1, 500, 1, 500)}
    assert ground.attributed() == Figures(conversions=1, conversion_cents=500)
    ground.tell(clicked(ground.dollars, "conversion-2"))
    assert ground.attributed() == Figures(conversions=2, conversion_cents=1_000)


@pytest.mark.parametrize("late", [HOUR, 24 * HOUR - 1, 24 * HOUR])
def test_as_late_as_a_page_may_tell_it_is_the_same_one(ground: Ground, late: int) -> None:
    """A day off is what a page's clock may be: so far apart may two tellings of one conversion be, either way."""
    one = clicked(ground.dollars, at=NOW)
    ground.tell(one, now=NOW - 24 * HOUR)
    ground.tell(clicked(ground.dollars, "conversion-2", at=NOW + late), now=NOW + late)  # makes room
    ground.tell(one, now=NOW + late)
    assert ground.attributed().conversions == 2


def test_marks_of_conversions_go_in_the_end(ground: Ground) -> None:
    ground.tell(clicked(ground.dollars))
    assert ground.rows(page_view_marks) == 1
    ground.tell(clicked(ground.dollars, "conversion-2", at=NOW + 3 * DAY), now=NOW + 3 * DAY)
    assert ground.rows(page_view_marks) == 1


def test_the_same_nonce_of_another_goal_or_application_is_another(ground: Ground) -> None:
    ground.tell(told(ground.dollars), told(ground.euros), together=True)
    ground.tell(told(ground.others), application_id=2)
    assert {currency: reach.number for currency, reach in ground.totals().items()} == {"dollar": 1, "euro": 1}
    assert ground.totals(2)["dollar"].number == 1


def test_a_goal_of_another_application_does_not_count(ground: Ground) -> None:
    ground.tell(clicked(ground.others), clicked("ZZZZZZZZ", "conversion-2"))
    assert ground.totals() == ground.totals(2) == {}
    assert ground.rows(page_view_marks) == 0


# -- put down to --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("event_id", "known"), [(1, True), (3, False), (99, False)])
def test_only_a_known_event_of_its_own_takes_the_credit(ground: Ground, event_id: int, known: bool) -> None:
    ground.tell(clicked(ground.dollars, event_id=event_id))
    assert ground.totals() == {"dollar": Reach(1, 500, int(known), 500 * known)}
    assert ground.attributed() == Figures(conversions=int(known), conversion_cents=500 * known)
    assert ground.found().events == ([(1, "dollar", Reach(1, 500, 1, 500))] if known else [])
    assert ground.attributed(2) == Figures()


def test_one_that_is_put_down_to_nothing_takes_no_event_of_another(ground: Ground) -> None:
    ground.tell(clicked(ground.dollars), told(ground.dollars, "conversion-2", event_id=1, cents=7), together=True)
    assert ground.totals() == {"dollar": Reach(2, 507, 1, 500)}
    assert ground.found().events == [(1, "dollar", Reach(1, 500, 1, 500))]
    kept = goal_figures.select().with_only_columns(goal_figures.c.attribution, goal_figures.c.event_type_id)
    assert sorted(map(tuple, ground.connection.execute(kept))) == [(UNATTRIBUTED, 0), (CLICKED, 1)]


def test_an_event_that_is_gone_takes_none_and_keeps_what_it_had(ground: Ground) -> None:
    ground.tell(clicked(ground.dollars))
    events.delete(ground.connection, application_id=1, event_id=1)
    ground.tell(clicked(ground.dollars, "conversion-2"))
    assert ground.totals() == {"dollar": Reach(2, 1_000, 1, 500)}
    assert ground.attributed() == Figures(conversions=1, conversion_cents=500)


def test_held_out_visitors_are_never_attributed(ground: Ground) -> None:
    ground.tell(clicked(ground.dollars, arm=HELD), clicked(ground.dollars, "conversion-2", arm=SHOWN))
    assert ground.totals() == {"dollar": Reach(2, 1_000, 1, 500, 1, 500)}
    assert ground.attributed() == Figures(conversions=1, conversion_cents=500)


def test_by_day_goal_event_type_and_event(ground: Ground) -> None:
    ground.tell(clicked(ground.dollars), told(ground.dollars, "conversion-2", cents=50, attribution=DISPLAYED, event_id=2))
    ground.tell(told(ground.euros, "conversion-3", cents=7), now=NOW + DAY)
    found = ground.found()
    dollars, euros = Reach(2, 550, 2, 550), Reach(1, 7)
    assert found.totals == [("dollar", dollars), ("euro", euros)]
    assert found.days == [(NOW // DAY, "dollar", dollars), (NOW // DAY + 1, "euro", euros)]
    assert sorted(found.goals) == sorted([(ground.dollars, "dollar", dollars), (ground.euros, "euro", euros)])
    assert [(number, currency, reach.attributed) for number, currency, reach in found.event_types] == [(1, "dollar", 2)]
    assert found.events == [(2, "dollar", Reach(1, 50, 1, 50)), (1, "dollar", Reach(1, 500, 1, 500))]
    alone = ground.found(goal_id=ground.euros)
    assert (alone.totals, alone.events, alone.event_types) == ([("euro", euros)], [], [])
    assert alone.goals == [(ground.euros, "euro", euros)]
    with pytest.raises(Invalid):
        ground.found(goal_id=ground.others)
    # In Auckland the day of the first two has begun eleven hours before.
    days = ground.found(time_zone="Pacific/Auckland").days
    assert [day for day, _, _ in days] == [NOW // DAY, NOW // DAY + 1]
    ground.tell(told(ground.dollars, "conversion-4"), now=NOW - HOUR)
    assert [(day, reach.number) for day, _, reach in ground.found().days] == [
        (NOW // DAY - 1, 1),
        (NOW // DAY, 2),
        (NOW // DAY + 1, 1),
    ]
    days = ground.found(time_zone="Pacific/Auckland").days
    assert [(day, reach.number) for day, _, reach in days] == [(NOW // DAY, 3), (NOW // DAY + 1, 1)]


def test_figures_of_single_events_go_after_30_days(ground: Ground) -> None:
    ground.tell(clicked(ground.dollars))
    ground.tell(told(ground.dollars, "conversion-2"), now=NOW + EVENT_DAYS * DAY - 1)
    assert [row[0] for row in ground.found().events] == [1]
    ground.tell(told(ground.dollars, "conversion-3"), now=NOW + EVENT_DAYS * DAY)
    assert ground.found().events == []
    assert ground.attributed() == Figures(conversions=1, conversion_cents=500)


def test_what_webhooks_were_told_of_is_not_added_to(ground: Ground) -> None:
    set_first_open_hour(ground.connection, NOW // HOUR + 2)
    ground.tell(clicked(ground.dollars))
    ground.visit(SHOWN)
    closed = statistics.between(ground.connection, application_id=1, start=0, end=NOW // 1_000 + 2 * 3_600)
    assert closed.conversions == 0
    assert ground.attributed().conversions == 1
    assert lift.between(ground.connection, application_id=1, start=0, end=NOW // 1_000 + 2 * 3_600).shown.visits == 0


# -- currencies ---------------------------------------------------------------------------------------------------


def test_sums_never_mix_currencies(ground: Ground) -> None:
    ground.tell(clicked(ground.dollars), clicked(ground.euros, "conversion-2", cents=70))
    assert ground.attributed() == Figures(conversions=2, conversion_cents=500)
    ground.set_currency("euro")
    assert ground.attributed() == Figures(conversions=2, conversion_cents=70)
    ground.tell(clicked(ground.euros, "conversion-3", cents=3))
    assert ground.attributed() == Figures(conversions=3, conversion_cents=73)
    ground.set_currency("yen")
    assert ground.attributed() == Figures(conversions=3, conversion_cents=0)
    ground.set_currency("dollar")
    assert ground.attributed() == Figures(conversions=3, conversion_cents=500)


def test_a_conversion_keeps_the_currency_of_its_time(ground: Ground) -> None:
    ground.record(cents=100, external_id="order-1")
    ground.tell(clicked(ground.dollars))
    changes = GoalChanges(currency="euro")
    goals.update(ground.connection, application_id=1, goal_id=ground.dollars, changes=changes, now=NOW)
    ground.tell(clicked(ground.dollars, "conversion-2", cents=3))
    assert ground.totals() == {"dollar": Reach(2, 600, 1, 500), "euro": Reach(1, 3, 1, 3)}
    ground.refund("order-1")
    assert ground.totals()["dollar"] == Reach(1, 500, 1, 500)


def test_a_goal_of_no_currency_has_no_worth(ground: Ground) -> None:
    goal_id = ground.goal(1, "none")
    ground.tell(clicked(goal_id))
    assert ground.totals() == {"none": Reach(1, 0, 1, 0)}
    with pytest.raises(Invalid, match="value"):
        ground.record(goal_id, cents=1)
    assert ground.record(goal_id, external_id="x").conversion.cents is None
