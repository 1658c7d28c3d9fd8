"""Statistics: what was counted for an application over a span, by the day, and over all time.

Figures are kept by the hour. A moment that lies within an hour stands for the end of that hour, so that spans that
follow on each other count everything once, and a span that ends now holds all that was counted until now. After 90 days
they are kept by the day (statistics_roll_up.py): a moment within such a day stands for its end as well. After the clock was
set back, what is counted goes to an hour that is still to come (hours.py): it belongs to every span that reaches to now.
"""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import Connection

from tidings.domain.days import HOUR_SECONDS, day_at, first_hour, stretches
from tidings.records.statistics import Figures
from tidings.storage.hours import first_open_hour
from tidings.storage.statistics import (
    figures_between,
    figures_by_event,
    figures_by_stretch,
    figures_of_all_time,
    figures_of_applications,
)


class Day(Struct, frozen=True):
    """The figures of a day; `number` counts days from the epoch."""

    number: int
    figures: Figures


class Days(Struct, frozen=True):
    """Days in order, one for each, and their sum."""

    days: list[Day]
    total: Figures


def stat_application(connection: Connection, application_id: int) -> dict[str, int]:
    """What the answer of an application says of all time."""
    total = figures_of_all_time(connection, application_id)
    return {
        "click_count": total.clicks,
        "display_count": total.displays,
        "conversions_count": total.conversions,
        "conversions_sales_sum": total.conversion_cents,
    }


def between(connection: Connection, *, application_id: int, start: int, end: int, now: int | None = None) -> Figures:
    """The figures from `start` up to `end` (seconds since the epoch), by the hours that begin in between.

    `now`: milliseconds; None: the span is taken as it is.
    """
    return figures_between(connection, application_id, -(-start // HOUR_SECONDS), _until(connection, end, now))


def _until(connection: Connection, end: int, now: int | None) -> int:
    """The hour that a span ends before; one that reaches to now holds all that is still open."""
    until = -(-end // HOUR_SECONDS)
    return until if now is None or end < now // 1_000 else max(until, first_open_hour(connection) + 1)


def by_day(
    connection: Connection, *, application_id: int, first: int, last: int, now: int | None = None, time_zone: str = "UTC"
) -> Days:
    """The figures of each day of a time zone from `first` to `last`, both included; days are counted from the epoch.

    `now`: milliseconds; None: the days are taken as they are.
    """
    found: dict[int, Figures] = {}
    for one in stretches(first, last, time_zone):
        sums = figures_by_stretch(connection, application_id, one.hour, one.length, one.number)
        found |= {one.day + number: figures for number, figures in sums.items()}
    if now is not None and last >= day_at(now // 1_000, time_zone):
        end, until = first_hour(last + 1, time_zone), first_open_hour(connection) + 1
        found[last] = found.get(last, Figures()) + figures_between(connection, application_id, end, until)
    days = [Day(number, found.get(number, Figures())) for number in range(first, last + 1)]
    return Days(days, sum(found.values(), Figures()))


def of_applications(
    connection: Connection, application_ids: Sequence[int], start: int, end: int, now: int | None = None
) -> dict[int, Figures]:
    """`between` of many applications at once, by id; those without figures are not there."""
    span = (-(-start // HOUR_SECONDS), _until(connection, end, now))
    return figures_of_applications(connection, application_ids, *span)


def by_event(connection: Connection, *, application_id: int, first: int, last: int) -> dict[int, Figures]:
    """The figures of each event, by id, from UTC day `first` to `last`, both included; kept for the newest 30 days."""
    return figures_by_event(connection, application_id, first, last + 1)
