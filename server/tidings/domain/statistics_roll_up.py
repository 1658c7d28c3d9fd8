"""The roll-up: hours older than 90 days become one row a day, so that old figures take a twenty-fourth of the room.

A day's row stands at the first hour of the day in the application's time zone, and every sum over whole days of that zone is
what it was. Where that is not UTC, a day is two rows: the second begins with the UTC day, so that what is kept of whole UTC
days (storage/stretches.py) and the rows beside them add up to any span. A span that cuts what a row stands for has all of it
when it holds the row's first hour, and else nothing of it. When the
application's time zone is changed, old days stay as they were made: each counts in that day of the new zone in which it
begins; a new day that an old one reaches into stays by the hour, so that no rows overlap. So do hours that a webhook was
not told of yet.
"""

from sqlalchemy import Connection

from tidings.domain.days import day_at, first_hour, stretches
from tidings.records.statistics import HOUR, HOURS_A_DAY
from tidings.storage import figure_roll_ups as stored
from tidings.storage.figure_roll_ups import Due

KEPT_BY_THE_HOUR = 90 * HOURS_A_DAY
# The longest day of any zone: of what is older than the newest hours and this, a whole day is over for certain.
LONGEST_DAY = 25
# What one step does: at most so many days of so many event types, some milliseconds of the writer's time.
DAYS_AT_ONCE = 4
EVENT_TYPES_AT_ONCE = 20


def roll_up(connection: Connection, now: int) -> bool:
    """Rolls up some old days of one application that has them; True: there may be more. `now`: milliseconds."""
    edge = now // HOUR - KEPT_BY_THE_HOUR
    due = stored.due_application(connection, edge, LONGEST_DAY)
    if due is None:
        return False
    if due.until is not None and due.until < due.target:
        _next_event_types(connection, due, due.until)
    else:
        _next_days(connection, due, first_hour(day_at(due.edge * 3_600, due.display.time_zone), due.display.time_zone))
    return True


def _next_days(connection: Connection, due: Due, end: int) -> None:
    """Begins with the next days that have figures, those of the application itself. `end`: the first hour that stays."""
    found = stored.first_hour_with_figures(connection, due.application_id, -(2**62) if due.until is None else due.until)
    if found is None or found >= end:
        stored.keep_place(connection, due.application_id, until=end, target=end)
        return
    zone = due.display.time_zone
    day = day_at(found * 3_600, zone)
    if due.until is not None and first_hour(day, zone) < due.until:
        day += 1
    last = day_at((end - 1) * 3_600, zone)
    some = stretches(day, min(last, day + DAYS_AT_ONCE - 1), zone)
    if not some:
        stored.keep_place(connection, due.application_id, until=end, target=end)
        return
    target = some[0].hour + some[0].number * some[0].length
    stored.roll_up_application(connection, due.application_id, some[0].hour, some[0].length, target)
    stored.keep_place(connection, due.application_id, until=some[0].hour, target=target)


def _next_event_types(connection: Connection, due: Due, first: int) -> None:
    """Goes on with the same days of the next event types."""
    some = stored.event_types_with_figures(connection, due.application_id, due.event_type_id, EVENT_TYPES_AT_ONCE)
    if not some:
        stored.keep_place(connection, due.application_id, until=due.target, target=due.target)
        return
    # So many days of equal length, which is near 24 hours: they need not be looked up in the time zone again.
    hours = due.target - first
    length = hours // max(1, round(hours / HOURS_A_DAY))
    stored.roll_up_event_types(connection, due.application_id, some, first, length, due.target)
    stored.keep_place(connection, due.application_id, until=first, target=due.target, event_type_id=some[-1])
