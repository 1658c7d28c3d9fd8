"""What goals brought: conversions over a span, by currency, by day, goal, event type and event.

Hours count as in statistics.py: one that begins in the span is in it. Sums are of one currency each.
"""

from bisect import bisect_right
from operator import itemgetter

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain.days import HOUR_SECONDS, day_at, first_hour
from tidings.errors import Invalid
from tidings.records.statistics import HOURS_A_DAY, Reach
from tidings.storage.goal_sums import reach_by_event, reach_by_event_type, reach_by_goal, reach_by_hour
from tidings.storage.goals import goals_of

# The longest span, in days; the most events that are told of.
MOST_DAYS = 400
MOST_EVENTS = 100
# So near the end of the year 9999, days of some time zones have no date any more.
_LAST_SECOND = 253_402_300_799 - 2 * 86_400


class Found(Struct, frozen=True):
    """Rows of a key, a currency and what was reached. Days count from the epoch, in the application's time zone.

    Event types and events: what is put down to them alone; events of the newest 30 days, those with the most first.
    """

    totals: list[tuple[str, Reach]]
    days: list[tuple[int, str, Reach]]
    goals: list[tuple[str, str, Reach]]
    event_types: list[tuple[int, str, Reach]]
    events: list[tuple[int, str, Reach]]


def reached(
    connection: Connection, *, application_id: int, start: int, end: int, time_zone: str, goal_id: str | None = None
) -> Found:
    """What was reached from `start` up to `end` (seconds since the epoch); of one goal alone where one is named.

    Raises Invalid for a goal that is not there, and for a span of more than MOST_DAYS.
    """
    if goal_id is not None and goal_id not in {goal.id for goal in goals_of(connection, application_id)}:
        raise Invalid("goal names no goal of this application", field="goal", code="unknown_goal")
    first, last = -(-start // HOUR_SECONDS), -(-end // HOUR_SECONDS)
    if last - first > MOST_DAYS * HOURS_A_DAY:
        raise Invalid(f"The span is longer than {MOST_DAYS} days", field="from", code="range_too_long")
    hours = reach_by_hour(connection, application_id, first, last, goal_id)
    totals: dict[str, Reach] = {}
    days: dict[tuple[int, str], Reach] = {}
    begins = _first_hours(first, last, time_zone)
    for hour, currency, reach in hours:
        totals[currency] = totals.get(currency, Reach()) + reach
        key = (begins[bisect_right(begins, hour, key=itemgetter(0)) - 1][1], currency)
        days[key] = days.get(key, Reach()) + reach
    by_goal = [row for row in reach_by_goal(connection, application_id, first, last) if goal_id is None or row[0] == goal_id]
    # Days of single events are UTC days: those that begin in the span or hold its beginning.
    utc_days = (first // HOURS_A_DAY, -(-last // HOURS_A_DAY))
    return Found(
        totals=[(currency, reach) for currency, reach in sorted(totals.items()) if reach.number],
        days=[(*key, reach) for key, reach in sorted(days.items()) if reach.number],
        goals=[row for row in by_goal if row[2].number],
        event_types=[row for row in reach_by_event_type(connection, application_id, first, last, goal_id) if row[2].number],
        events=reach_by_event(connection, application_id, *utc_days, goal_id, MOST_EVENTS),
    )


def _first_hours(first: int, last: int, time_zone: str) -> list[tuple[int, int]]:
    """The first hours of the days that the hours from `first` to `last` lie in, with the numbers of these days."""
    moments = (min(hour * HOUR_SECONDS, _LAST_SECOND) for hour in (first, last))
    day, last_day = (day_at(moment, time_zone) for moment in moments)
    days = range(day, last_day + 1)
    return sorted((first_hour(day, time_zone), day) for day in days)
