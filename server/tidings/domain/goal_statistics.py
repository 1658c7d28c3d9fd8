"""What goals brought: conversions over a span, by currency, by day, goal, event type and event.

Hours count as in statistics.py: one that begins in the span is in it. Sums are of one currency each.
"""

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain.days import HOUR_SECONDS, day_at, stretches
from tidings.domain.periods import WEEK, Period, Unit
from tidings.errors import Invalid
from tidings.records.statistics import HOURS_A_DAY, Reach
from tidings.storage.goal_stretches import reach_by_event_type, reach_by_goal, reach_by_stretch
from tidings.storage.goal_sums import reach_by_event
from tidings.storage.goals import goals_of

# The longest span, in days; the most events that are told of.
MOST_DAYS = 400
MOST_EVENTS = 100
# An hour that nothing comes after.
_EVER = 2**40
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
    days = _by_day(connection, application_id, first, last, time_zone, goal_id)
    totals: dict[str, Reach] = {}
    for (_, currency), reach in days.items():
        totals[currency] = totals.get(currency, Reach()) + reach
    span = (connection, application_id, first, last, goal_id)
    # Days of single events are UTC days: those that begin in the span or hold its beginning.
    utc_days = (first // HOURS_A_DAY, -(-last // HOURS_A_DAY))
    return Found(
        totals=[(currency, reach) for currency, reach in sorted(totals.items()) if reach.number],
        days=[(*key, reach) for key, reach in sorted(days.items()) if reach.number],
        goals=[row[:3] for row in reach_by_goal(*span) if row[2].number],
        event_types=[row for row in reach_by_event_type(*span) if row[2].number],
        events=reach_by_event(connection, application_id, *utc_days, goal_id, MOST_EVENTS),
    )


class OfGoal(Struct, frozen=True):
    """What was reached of a goal, in a currency; of what is put down to notifications, how much after a click."""

    goal_id: str
    currency: str
    reach: Reach
    clicked: int
    clicked_cents: int


def by_goal(
    connection: Connection, *, application_id: int, start: int, end: int, goal_id: str | None = None
) -> list[OfGoal]:
    """The goals, or one, with anything from `start` up to `end` (seconds since the epoch)."""
    span = (-(-start // HOUR_SECONDS), -(-end // HOUR_SECONDS))
    rows = reach_by_goal(connection, application_id, *span, goal_id)
    return [OfGoal(*row) for row in rows if row[2].number]


class Point(Struct, frozen=True):
    """A point of a goal's chart: as `overview.Point`, with what was reached in each currency."""

    day: int
    hour: int | None
    now: dict[str, Reach]
    before: dict[str, Reach]


def points_of(connection: Connection, *, application_id: int, goal_id: str, period: Period, now: int) -> list[Point]:
    """The points of a goal's chart over a period. `now`: milliseconds."""
    mine, others = (_pieces(connection, application_id, goal_id, one, period.unit(now)) for one in (period, period.before))
    # A day may have an hour more or less than the one before it.
    others += [(0, None, {})] * (len(mine) - len(others))
    return [Point(day, hour, reach, before) for (day, hour, reach), (_, _, before) in zip(mine, others, strict=False)]


def _pieces(
    connection: Connection, application_id: int, goal_id: str, period: Period, unit: Unit
) -> list[tuple[int, int | None, dict[str, Reach]]]:
    first, end = period.hours
    found: dict[int, dict[str, Reach]] = {}
    if unit == "hour":
        for place, currency, reach in reach_by_stretch(connection, application_id, goal_id, first, 1, first, end):
            found.setdefault(place, {})[currency] = reach
        return [(period.first, place, found.get(place, {})) for place in range(end - first)]
    step = WEEK if unit == "week" else 1
    for (day, currency), reach in _by_day(connection, application_id, first, end, period.time_zone, goal_id).items():
        sums = found.setdefault((day - period.first) // step, {})
        sums[currency] = sums.get(currency, Reach()) + reach
    return [(day, None, found.get((day - period.first) // step, {})) for day in range(period.first, period.last + 1, step)]


def number_of_all_time(connection: Connection, *, application_id: int, goal_id: str) -> int:
    """How many conversions of a goal were ever counted."""
    return sum(row[2].number for row in reach_by_goal(connection, application_id, 0, _EVER, goal_id))


def _by_day(
    connection: Connection, application_id: int, first: int, last: int, time_zone: str, goal_id: str | None
) -> dict[tuple[int, str], Reach]:
    """Of each day and currency, of the hours from `first` up to `last`, without that one."""
    day, last_day = (day_at(min(hour * HOUR_SECONDS, _LAST_SECOND), time_zone) for hour in (first, last))
    runs = stretches(day, last_day, time_zone)
    days: dict[tuple[int, str], Reach] = {}
    for run in runs:
        # What lies beyond the last day that there is counts in that.
        end = last if run is runs[-1] else min(last, run.hour + run.number * run.length)
        some = reach_by_stretch(connection, application_id, goal_id, run.hour, run.length, max(first, run.hour), end)
        for number, currency, reach in some:
            key = (run.day + min(number, run.number - 1), currency)
            days[key] = days.get(key, Reach()) + reach
    return days
