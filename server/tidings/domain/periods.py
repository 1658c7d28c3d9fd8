"""Periods: days of a time zone that figures are asked for, and the same number of days before them.

A period that holds today ends now. What it is compared with ends as far into its own last day, so that like is held
against like; a chart has all of it.
"""

from typing import Literal

from msgspec import Struct

from tidings.domain.days import HOUR_SECONDS, day_at, first_hour
from tidings.domain.statistics_roll_up import KEPT_BY_THE_HOUR, LONGEST_DAY
from tidings.errors import Invalid
from tidings.records.statistics import HOUR

# The longest period, in days: a leap year, and a little.
MOST_DAYS = 400
# Days that a period may have that is still told by the day, and not in runs of seven.
MOST_BY_DAY = 92
# The last day of the year 9999 that every time zone has.
_LAST_DAY = 2_932_890
WEEK = 7

Unit = Literal["hour", "day", "week"]


class Period(Struct, frozen=True):
    """The days from `first` to `last`, both included, counted from the epoch, in a time zone."""

    first: int
    last: int
    time_zone: str

    @property
    def number(self) -> int:
        """How many days."""
        return self.last - self.first + 1

    @property
    def hours(self) -> tuple[int, int]:
        """The first hour, and the one after the last."""
        return first_hour(self.first, self.time_zone), first_hour(self.last + 1, self.time_zone)

    @property
    def before(self) -> "Period":
        """As many days that end where this one begins."""
        return Period(self.first - self.number, self.first - 1, self.time_zone)

    def last_is_today(self, now: int) -> bool:
        """Whether its last day is not over yet. `now`: milliseconds."""
        return self.last == today(now, self.time_zone)

    def seconds(self, now: int) -> tuple[int, int]:
        """From when to when, in seconds since the epoch; where `now` (milliseconds) lies within, to this second's end."""
        first, end = self.hours
        return first * HOUR_SECONDS, min(end * HOUR_SECONDS, max(now // 1_000 + 1, first * HOUR_SECONDS))

    def seconds_before(self, now: int) -> tuple[int, int]:
        """The same of the period before, which ends as far into its last day as `now` lies in this one's."""
        first, end = self.before.hours
        begin_of_last, end_of_last = first_hour(self.last, self.time_zone), self.hours[1]
        open_hours = max(0, min(end_of_last - now // HOUR - 1, end_of_last - begin_of_last - 1))
        return first * HOUR_SECONDS, (end - open_hours) * HOUR_SECONDS

    def unit(self, now: int) -> Unit:
        """Hours of a single day, as long as figures are kept by the hour; else days, or of many days runs of seven."""
        if self.number == 1 and self.hours[0] > now // HOUR - KEPT_BY_THE_HOUR + LONGEST_DAY:
            return "hour"
        return "day" if self.number <= MOST_BY_DAY else "week"


def today(now: int, time_zone: str) -> int:
    """The day in a time zone at a moment (milliseconds)."""
    return day_at(now // 1_000, time_zone)


def last_days(number: int, now: int, time_zone: str) -> Period:
    """So many days, of which today is the last."""
    last = today(now, time_zone)
    return Period(last - number + 1, last, time_zone)


def chosen(first: int | None, last: int | None, now: int, time_zone: str) -> Period:
    """The period from one day to another, both included: up to today, and of a day alone, where that is not said.

    Raises Invalid when they are the wrong way round, too far apart, or not here yet.
    """
    newest = today(now, time_zone)
    last = newest if last is None else last
    first = last if first is None else first
    if first > last:
        raise Invalid("The first day lies after the last", field="from", code="range_reversed")
    if last - first >= MOST_DAYS:
        raise Invalid(f"Choose {MOST_DAYS} days at most", field="from", code="range_too_long")
    if first > newest or last > _LAST_DAY:
        raise Invalid("These days are still to come", field="from", code="range_to_come")
    if first < MOST_DAYS:
        raise Invalid("There are no figures of so long ago", field="from", code="range_too_old")
    return Period(first, min(last, newest), time_zone)
